//! One order with its serial numbers, its address and what happened to it.
use super::address::{AddressRow, columns};
use super::list::{ShipmentRow, WHOLE};
use crate::db::{FromRow, Reader, Sql, sql};
use crate::error::AppError;
use crate::ids::OrderNumber;
use crate::operation::Query;
use crate::policy::{self, CancelShipment, EditShipTo, EndShipment, Permit, Scope, Scoped, SeeAsset, ShipShipment};
use crate::profile::rules::Address;
use crate::text::full_name;
use crate::time::Instant;

/// Most serial numbers that a page shows, and a packing slip prints.
pub const LISTED: i64 = 500;

/// Asks for one.
pub struct ShowShipment(pub OrderNumber);

/// A serial number on it.
#[derive(Clone, Debug, FromRow)]
pub struct SerialRow {
    pub(super) shipment_id: i64,
    pub(super) serial: String,
    pub(super) product: String,
    pub(super) contract: String,
    pub(super) seats: i64,
}

/// What happened to it.
#[derive(Clone, Debug, FromRow)]
pub struct EventRow {
    pub(super) at: Instant,
    pub(super) event: String,
    pub(super) words: String,
    by_first: Option<String>,
    by_last: Option<String>,
    by_staff: Option<bool>,
    former_first: Option<String>,
    former_last: Option<String>,
    successor_first: Option<String>,
    successor_last: Option<String>,
}

/// What is known of one.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The order.
    pub row: ShipmentRow,
    /// Where it goes.
    pub ship_to: Address,
    /// The serial numbers that the reader may see.
    pub serials: Vec<SerialRow>,
    /// Oldest first.
    pub events: Vec<EventRow>,
    /// The reader coordinates its serial numbers.
    pub own: bool,
    /// The reader may change where it goes, and cancel it.
    pub may_edit: bool,
    /// The reader may approve and ship it.
    pub may_ship: bool,
    /// The reader is of the vendor's staff.
    pub staff: bool,
}

#[derive(FromRow)]
struct Place {
    coordinates: bool,
    #[sqlx(flatten)]
    address: AddressRow,
}

/// `$2` the reader.
const PLACE: &str = concat!(
    "SELECT ",
    columns!("h"),
    ", CASE WHEN h.state IN ('requested', 'approved') THEN EXISTS (SELECT 1 FROM shipment_assets x
            JOIN assets a ON a.id = x.asset_id JOIN contracts c ON c.id = a.contract_id
            LEFT JOIN asset_groups g ON g.id = a.group_id WHERE x.shipment_id = h.id
            AND COALESCE(a.coordinator_id, g.coordinator_id, c.coordinator_id, c.manager_id) = $2)
        ELSE h.person_id = $2 END AS coordinates FROM shipments h WHERE h.id = $1"
);
const SERIALS: &str =
    "SELECT x.shipment_id, a.serial, k.name AS product, c.number AS contract, a.seats FROM shipment_assets x
    JOIN assets a ON a.id = x.asset_id JOIN products k ON k.id = a.product_id JOIN contracts c ON c.id = a.contract_id
    LEFT JOIN asset_groups g ON g.id = a.group_id WHERE x.shipment_id = $2 AND";
const BY_SERIAL: &str = " ORDER BY a.serial LIMIT ";
const EVENTS: &str = "SELECT e.at, e.event, e.words, b.first_name AS by_first, b.last_name AS by_last,
        b.staff_role IS NOT NULL AS by_staff, f.first_name AS former_first, f.last_name AS former_last,
        s.first_name AS successor_first, s.last_name AS successor_last
    FROM shipment_events e LEFT JOIN people b ON b.id = e.by_id LEFT JOIN people f ON f.id = e.former_id
    LEFT JOIN people s ON s.id = e.successor_id WHERE e.shipment_id = $1 ORDER BY e.id";

fn serials(scope: &Scope<SeeAsset>, shipment: i64) -> Scoped {
    scope.select(SERIALS, shipment, |s| s.push(BY_SERIAL).push_bind(LISTED))
}

impl EventRow {
    /// Who did it; empty: the product.
    pub fn by(&self, staff: bool) -> String {
        match self.by_staff {
            Some(true) if !staff => "the vendor".to_owned(),
            _ => name(&self.by_first, &self.by_last),
        }
    }

    /// From whom to whom, where hands changed.
    pub fn hands(&self) -> (String, String) {
        (name(&self.former_first, &self.former_last), name(&self.successor_first, &self.successor_last))
    }
}

fn name(first: &Option<String>, last: &Option<String>) -> String {
    full_name(first.as_deref().unwrap_or_default(), last.as_deref().unwrap_or_default())
}

impl Query for ShowShipment {
    type Action = policy::SeeShipment;
    type Output = Shown;

    fn target(&self) -> OrderNumber {
        self.0
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Shown, AppError> {
        let id = permit.target().0;
        let row: Option<ShipmentRow> = reader.find(permit, sql(WHOLE).bind(id)).await?;
        let place: Option<Place> = reader.find(permit, sql(PLACE).bind(id).bind(permit.actor())).await?;
        let (Some(row), Some(place)) = (row, place) else { return Err(AppError::hidden()) };
        Ok(Shown {
            serials: reader.list(serials(&permit.scope(), id.0)).await?,
            events: reader.fetch(permit, sql(EVENTS).bind(id)).await?,
            ship_to: place.address.address(),
            own: place.coordinates,
            may_edit: permit.may::<EditShipTo>() && permit.may::<CancelShipment>(),
            may_ship: permit.may::<ShipShipment>() && permit.may::<EndShipment>(),
            staff: permit.is_staff(),
            row,
        })
    }
}

/// Packing slips: of one order, or of all that are approved.
pub struct ShowSlips(pub Option<OrderNumber>);

/// One slip.
#[derive(Clone, Debug)]
pub struct Slip {
    /// The order.
    pub row: ShipmentRow,
    /// Where it goes.
    pub ship_to: Address,
    /// What it is for.
    pub serials: Vec<SerialRow>,
}

/// Most slips at once.
pub const SLIPS: i64 = 200;

#[derive(FromRow)]
struct To {
    id: i64,
    #[sqlx(flatten)]
    address: AddressRow,
}

const APPROVED: &str = " WHERE h.state = 'approved' ORDER BY h.id LIMIT ";
const THIS: &str = " WHERE h.id = ";
const TO: &str =
    concat!("SELECT h.id, ", columns!("h"), " FROM shipments h WHERE h.id IN (SELECT CAST(v.column1 AS BIGINT) FROM (");
const IN_LIST: &str = ") v)";
const ON_SLIPS: &str =
    "SELECT x.shipment_id, a.serial, k.name AS product, c.number AS contract, a.seats FROM shipment_assets x
    JOIN assets a ON a.id = x.asset_id JOIN products k ON k.id = a.product_id JOIN contracts c ON c.id = a.contract_id
    WHERE x.shipment_id IN (SELECT CAST(v.column1 AS BIGINT) FROM (";
const EACH: &str = ") v) ORDER BY x.shipment_id, a.serial LIMIT 20000";

impl Query for ShowSlips {
    type Action = policy::SeeShippingQueue;
    type Output = Vec<Slip>;

    fn target(&self) -> crate::ids::Single {
        crate::ids::Single::default()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Vec<Slip>, AppError> {
        let which = match self.0 {
            Some(number) => sql(super::list::COLUMNS).push(THIS).push_bind(number),
            None => sql(super::list::COLUMNS).push(APPROVED).push_bind(SLIPS),
        };
        let rows: Vec<ShipmentRow> = reader.fetch(permit, which).await?;
        let ids: Vec<String> = rows.iter().map(|row| row.id.to_string()).collect();
        let to: Vec<To> = reader.fetch(permit, sql(TO).push_values(&ids).push(IN_LIST)).await?;
        let on: Vec<SerialRow> = reader.fetch(permit, sql(ON_SLIPS).push_values(&ids).push(EACH)).await?;
        let slip = |row: ShipmentRow| Slip {
            ship_to: to.iter().find(|to| to.id == row.id).map(|to| to.address.address()).unwrap_or_default(),
            serials: on.iter().filter(|one| one.shipment_id == row.id).cloned().collect(),
            row,
        };
        Ok(rows.into_iter().map(slip).collect())
    }
}

pub(super) fn statements() -> Vec<Sql> {
    let one = [String::new()];
    vec![
        sql(WHOLE),
        sql(PLACE),
        serials(&Scope::sample(), 0).into_sql(),
        sql(EVENTS),
        sql(super::list::COLUMNS).push(THIS).push_bind(0),
        sql(super::list::COLUMNS).push(APPROVED).push_bind(0),
        sql(TO).push_values(&one).push(IN_LIST),
        sql(ON_SLIPS).push_values(&one).push(EACH),
    ]
}
