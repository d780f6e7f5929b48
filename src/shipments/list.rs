//! Orders: those that somebody may see, the newest first; of the vendor's staff all, with how many wait in each state.
use super::rules::State;
use crate::contracts::assets::{Page, Paging};
use crate::db::{FromRow, Reader, Sql, sql};
use crate::error::AppError;
use crate::ids::{OrderNumber, Single};
use crate::operation::Query;
use crate::policy::{self, Permit, Scope, Scoped, SeeShipment};
use crate::text::{full_name, prefix_end, search_key};
use crate::time::{Instant, rfc3339};
use serde::{Deserialize, Serialize};

/// Rows of a page.
pub const ROWS: i64 = 50;

/// An order as lists show it.
#[derive(Clone, Debug, FromRow)]
pub struct ShipmentRow {
    pub(crate) id: i64,
    pub(super) version: i64,
    state: String,
    pub(super) confirmed: bool,
    pub(super) release: String,
    pub(super) line: String,
    pub(super) version_name: String,
    pub(super) company: String,
    pub(super) account_number: String,
    pub(super) email: String,
    first_name: String,
    last_name: String,
    pub(super) city: String,
    pub(super) country: String,
    pub(super) carrier: String,
    pub(super) tracking: String,
    pub(super) reason: String,
    pub(super) requested_at: Instant,
    pub(super) state_at: Instant,
    pub(super) assets: i64,
    /// Some of its serial numbers have another coordinator by now.
    pub(super) stale: bool,
}

/// `h` and what is beside it.
macro_rules! columns {
    () => {
        "SELECT h.id, h.version, h.state, h.confirmed_at IS NOT NULL AS confirmed, r.handle AS release, r.line, r.version_name,
        o.name AS company, o.number AS account_number, p.email, p.first_name, p.last_name, h.city, h.country,
        h.carrier, h.tracking, h.reason, h.requested_at, h.state_at,
        (SELECT COUNT(*) FROM shipment_assets x WHERE x.shipment_id = h.id) AS assets,
        h.state IN ('requested', 'approved') AND EXISTS (SELECT 1 FROM shipment_assets x JOIN assets a ON a.id = x.asset_id
            JOIN contracts c ON c.id = a.contract_id LEFT JOIN asset_groups g ON g.id = a.group_id WHERE x.shipment_id = h.id
            AND COALESCE(a.coordinator_id, g.coordinator_id, c.coordinator_id, c.manager_id) <> h.person_id) AS stale
    FROM shipments h JOIN releases r ON r.id = h.release_id JOIN accounts o ON o.id = h.account_id
    JOIN people p ON p.id = h.person_id"
    };
}
pub(super) const COLUMNS: &str = columns!();
/// One.
pub(super) const WHOLE: &str = concat!(columns!(), " WHERE h.id = $1");
/// For people of customers: of their companies.
const MINE: &str = " WHERE h.account_id IN (SELECT m.account_id FROM memberships m WHERE m.person_id = $1 AND m.confirmed_at IS NOT NULL) AND";
const ALL: &str = " WHERE $1 > 0 AND";
const STATE: &str = " AND h.state = ";
const OPEN: &str = " AND h.confirmed_at IS NULL";
const RIGHT: &str = " AND h.confirmed_at IS NOT NULL";
const NUMBER: &str = " AND (h.id = ";
const SERIAL: &str = " OR EXISTS (SELECT 1 FROM shipment_assets x JOIN assets a ON a.id = x.asset_id WHERE x.shipment_id = h.id AND a.serial = ";
const COMPANY: &str = ") OR (o.name_key >= ";
const BELOW: &str = " AND o.name_key < ";
const END: &str = "))";
const AFTER: &str = " AND h.id < ";
const NEWEST: &str = " ORDER BY h.id DESC LIMIT ";
const COUNTS: &str =
    "SELECT CASE WHEN h.state = 'requested' AND h.confirmed_at IS NULL THEN 'address' ELSE h.state END AS state,
        COUNT(*) AS n FROM shipments h WHERE h.state IN ('requested', 'approved', 'shipped') GROUP BY 1";

/// What narrows the list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Filter {
    /// A state, or `address`: requested, and its address is open; `requested` is then what may be approved.
    pub state: String,
    /// An order number, a serial number, or the beginning of a company's name.
    pub q: String,
}

impl Filter {
    /// Whether anything narrows the list.
    pub fn any(&self) -> bool {
        *self != Filter::default()
    }

    fn push_onto(&self, mut list: Sql) -> Result<Sql, AppError> {
        match self.state.as_str() {
            "" => {}
            "address" => list = list.push(STATE).push_bind("requested").push(OPEN),
            "requested" => list = list.push(STATE).push_bind("requested").push(RIGHT),
            state if State::ALL.iter().any(|known| known.name() == state) => list = list.push(STATE).push_bind(state),
            _ => return Err(AppError::invalid("state", "choose one of the states that the list shows")),
        }
        let q = self.q.trim();
        if !q.is_empty() {
            let (number, name) = (OrderNumber::from(q.to_owned()), search_key(q));
            list = list.push(NUMBER).push_bind(number).push(SERIAL).push_bind(q).push(COMPANY);
            list = list.push_bind(name.as_str()).push(BELOW).push_bind(prefix_end(&name)).push(END);
        }
        Ok(list)
    }
}

/// One page of them.
#[derive(Clone, Debug, Default)]
pub struct ListShipments {
    /// Which of them.
    pub filter: Filter,
    /// Which page.
    pub paging: Paging,
}

impl ListShipments {
    fn list(&self, scope: &Scope<SeeShipment>, all: bool) -> Result<Scoped, AppError> {
        let head = |s: Sql| s.push(if all { ALL } else { MINE });
        let mut wrong = None;
        let scoped = scope.build(COLUMNS, head, |s| {
            let s = match self.filter.push_onto(s.clone()) {
                Ok(filtered) => filtered,
                Err(error) => {
                    wrong = Some(error);
                    s
                }
            };
            let s = match self.paging.cursor.as_ref().and_then(|cursor| cursor.parse::<i64>().ok()) {
                Some(cursor) => s.push(AFTER).push_bind(cursor),
                None => s,
            };
            s.push(NEWEST).push_bind(self.paging.limit() + 1)
        });
        wrong.map_or(Ok(scoped), Err)
    }
}

impl Query for ListShipments {
    type Action = policy::ListShipments;
    type Output = Page<ShipmentRow>;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Page<ShipmentRow>, AppError> {
        let rows = reader.list(self.list(&permit.scope(), permit.is_staff())?).await?;
        Ok(self.paging.page(rows, |row: &ShipmentRow| row.id.to_string()))
    }
}

/// How many wait in each state.
pub struct CountShipments;

impl Query for CountShipments {
    type Action = policy::SeeShippingQueue;
    type Output = Vec<(String, i64)>;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Vec<(String, i64)>, AppError> {
        Ok(reader.fetch(permit, sql(COUNTS)).await?)
    }
}

impl ShipmentRow {
    /// Where it stands.
    pub fn state(&self) -> State {
        State::of(&self.state)
    }

    /// Nothing happens before its coordinator says that the address is right.
    pub fn waits_for_address(&self) -> bool {
        self.state() == State::Requested && (!self.confirmed || self.stale)
    }

    /// As people call it.
    pub fn number(&self) -> OrderNumber {
        OrderNumber::of(self.id)
    }

    /// "SiteMesh Civil 2027.2"
    pub fn release(&self) -> String {
        format!("{} {}", self.line, self.version_name)
    }

    /// The coordinator's name, or else the address.
    pub fn coordinator(&self) -> String {
        match full_name(&self.first_name, &self.last_name) {
            name if name.is_empty() => self.email.clone(),
            name => name,
        }
    }

    /// As the API shows it.
    pub fn view(&self) -> ShipmentView {
        ShipmentView {
            number: self.number().to_string(),
            state: self.state(),
            waits_for_address: self.waits_for_address(),
            release: self.release.clone(),
            name: self.release(),
            account_number: self.account_number.clone(),
            account: self.company.clone(),
            coordinator: self.email.clone(),
            serial_numbers: self.assets,
            carrier: Some(self.carrier.clone()).filter(|carrier| !carrier.is_empty()),
            tracking: Some(self.tracking.clone()).filter(|tracking| !tracking.is_empty()),
            came_back: Some(self.reason.clone()).filter(|reason| !reason.is_empty()),
            requested_at: rfc3339(self.requested_at),
            changed_at: rfc3339(self.state_at),
        }
    }

    /// For tests and samples.
    pub fn sample(state: State) -> Self {
        let text = |text: &str| text.to_owned();
        Self {
            id: 118,
            version: 1,
            state: state.name().to_owned(),
            confirmed: true,
            release: text("k7fq2m"),
            line: text("SiteMesh Civil"),
            version_name: text("2027.2"),
            company: text("Ostrava & Finch"),
            account_number: text("5102-3384"),
            email: text("t.brandt@ostrava.example"),
            first_name: text("Tomás"),
            last_name: text("Brandt"),
            city: text("Boston"),
            country: text("US"),
            carrier: text("DHL Express"),
            tracking: text("JD014600003SE"),
            reason: text("nobody of that name at this address"),
            requested_at: 1_795_503_600_000,
            state_at: 1_795_503_600_000,
            assets: 12,
            stale: false,
        }
    }
}

/// An order as the API shows it.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct ShipmentView {
    /// `30118`
    pub number: String,
    /// Where it stands.
    pub state: State,
    /// Nothing happens before its coordinator says that the address is right.
    pub waits_for_address: bool,
    /// The release, as `GET /api/v1/releases` names it.
    pub release: String,
    /// "SiteMesh Civil 2027.2"
    pub name: String,
    /// The company.
    pub account_number: String,
    /// Its name.
    pub account: String,
    /// Address of the coordinator whom it is for.
    pub coordinator: String,
    /// How many serial numbers it is for.
    pub serial_numbers: i64,
    /// With whom it travels.
    #[schema(required)]
    pub carrier: Option<String>,
    /// The number of the parcel.
    #[schema(required)]
    pub tracking: Option<String>,
    /// Why it came back.
    #[schema(required)]
    pub came_back: Option<String>,
    /// When it was ordered.
    pub requested_at: String,
    /// When its state changed last.
    pub changed_at: String,
}

pub(super) fn statements() -> Vec<Sql> {
    let mut all = vec![sql(COUNTS)];
    for state in ["", "address", "requested", "shipped"] {
        for (staff, cursor) in [(true, None), (false, Some("1".to_owned()))] {
            let filter = Filter { state: state.to_owned(), q: "x".to_owned() };
            let list = ListShipments { filter, paging: Paging { cursor, limit: None } };
            all.extend(list.list(&Scope::sample(), staff).map(Scoped::into_sql));
        }
    }
    all
}
