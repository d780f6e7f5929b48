//! Where an order goes: its coordinator says that the address is right, or whoever may enters another one. What then goes to the same
//! place as another order of the same coordinator ships together with it.
use super::address::{checked, keep, of_people, usable};
use super::mails::News;
use super::rules::{Event, State};
use super::store::{Row, go, note, one};
use super::tell;
use crate::app::Profile;
use crate::db::{FromRow, Sql, WriteTx, sql};
use crate::error::{AppError, Refusal};
use crate::ids::{OrderNumber, PersonId};
use crate::mail::Site;
use crate::operation::Operation;
use crate::policy::{self, Permit};
use crate::profile::rules::Address;
use serde::{Deserialize, Serialize};

/// Confirms or changes where it goes.
#[derive(Clone, Debug, Serialize)]
pub struct EditShipTo {
    /// Which.
    pub number: OrderNumber,
    /// The new address; none: the present one is right.
    pub address: Option<Address>,
    /// The reader's own shipping address becomes this one, too.
    pub keep: bool,
    /// The version that the caller saw.
    pub version: Option<i64>,
    #[serde(skip)]
    site: Site,
}

/// Which order it is part of now.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ShipTo {
    /// The same one, or the one that goes to the same place.
    pub number: String,
    /// `requested` or `approved`
    pub state: String,
}

const SET: &str =
    "UPDATE shipments SET company = $2, recipient = $3, line1 = $4, line2 = $5, postal_code = $6, city = $7,
        region = $8, country = $9, phone = $10, confirmed_at = $11, person_id = $12 WHERE id = $1";
/// An order that ships together with this one.
const TWIN: &str = "SELECT o.id FROM shipments s JOIN shipments o ON o.account_id = s.account_id AND o.id <> s.id
        AND o.release_id = s.release_id AND o.state = 'requested' AND o.confirmed_at IS NOT NULL
    WHERE s.id = $1 AND o.person_id = $2 AND o.company = $3 AND o.recipient = $4 AND o.line1 = $5 AND o.line2 = $6
        AND o.postal_code = $7 AND o.city = $8 AND o.region = $9 AND o.country = $10 ORDER BY o.id LIMIT 1";
/// `$1` this one, `$2` the other.
const MOVE: &str = "INSERT INTO shipment_assets (shipment_id, asset_id)
    SELECT CAST($2 AS BIGINT), x.asset_id FROM shipment_assets x WHERE x.shipment_id = $1
    ON CONFLICT (shipment_id, asset_id) DO NOTHING";
const END: &str = "UPDATE shipments SET state = 'cancelled', state_at = $2 WHERE id = $1";
/// Who coordinates its serial numbers now, if it is one person.
const HANDS: &str = "SELECT MIN(COALESCE(a.coordinator_id, g.coordinator_id, c.coordinator_id, c.manager_id)) AS first,
        MAX(COALESCE(a.coordinator_id, g.coordinator_id, c.coordinator_id, c.manager_id)) AS last
    FROM shipment_assets x JOIN assets a ON a.id = x.asset_id JOIN contracts c ON c.id = a.contract_id
    LEFT JOIN asset_groups g ON g.id = a.group_id WHERE x.shipment_id = $1 GROUP BY x.shipment_id";

#[derive(FromRow)]
struct Hands {
    first: i64,
    last: i64,
}

impl EditShipTo {
    /// Of this installation.
    pub fn new(number: OrderNumber, address: Option<Address>, keep: bool, profile: &Profile) -> Self {
        Self { number, address, keep, version: None, site: Site::of(profile) }
    }

    /// Only at this version.
    pub fn at(self, version: Option<i64>) -> Self {
        Self { version, ..self }
    }

    /// The address that it will have.
    fn chosen(&self, row: &Row) -> Result<Address, AppError> {
        match &self.address {
            Some(address) => usable(address),
            None if row.address().is_empty() => {
                Err(AppError::invalid("recipient", "enter where it should go; there is no address yet"))
            }
            None => Ok(row.address()),
        }
    }

    /// Where there is an order to the same place, this one becomes part of it.
    async fn joins(
        &self,
        tx: &mut WriteTx,
        permit: &Permit<policy::EditShipTo>,
        (row, person, address): (&Row, i64, &Address),
    ) -> Result<Option<OrderNumber>, AppError> {
        let twin = address.fields().into_iter().filter(|(name, _, _)| *name != "phone");
        let twin = twin.fold(sql(TWIN).bind(row.id).bind(person), |twin, (_, _, value)| twin.bind(value));
        let twin: Option<(i64,)> = tx.find(permit, twin).await?;
        let Some((twin,)) = twin else { return Ok(None) };
        let other = OrderNumber::of(twin);
        tx.execute(permit, sql(MOVE).bind(row.id).bind(twin)).await?;
        tx.execute(permit, sql(END).bind(row.id).bind(tx.now())).await?;
        note(tx, permit, permit.actor(), (row.id, "merged"), &twin.to_string()).await?;
        note(tx, permit, permit.actor(), (twin, "joined"), &row.id.to_string()).await?;
        Ok(Some(other))
    }
}

impl Operation for EditShipTo {
    type Action = policy::EditShipTo;
    type Output = ShipTo;

    fn target(&self) -> OrderNumber {
        self.number
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<ShipTo, AppError> {
        let row = one(tx, permit, self.version).await?;
        let event = if self.address.is_some() { Event::ChangeShipTo } else { Event::Confirm };
        let state = row.after(event)?;
        let address = self.chosen(&row)?;
        let hands: Option<Hands> = tx.find(permit, sql(HANDS).bind(row.id)).await?;
        let person = match hands {
            Some(Hands { first, last }) if first == last => first,
            _ => {
                let title = "its serial numbers have several Software Coordinators now; in a minute each has an order";
                return Err(Refusal::new("hands-changed", title).into());
            }
        };
        let own = person == permit.actor().0;
        if own && self.keep {
            keep(tx, permit, PersonId(person), &address).await?;
        } else if own
            && self.address.is_none()
            && of_people(tx, permit, &[person]).await?.get(&person).is_some_and(|(a, _)| *a == address)
        {
            // Only what was shown was said to be right.
            checked(tx, permit, PersonId(person)).await?;
        }
        tx.note(serde_json::json!({"order": row.number(), "event": event.name()}), None);
        let joins = match state {
            State::Requested => self.joins(tx, permit, (&row, person, &address)).await?,
            _ => None,
        };
        if let Some(other) = joins {
            return Ok(ShipTo { number: other.to_string(), state: "requested".to_owned() });
        }
        let set = address.fields().into_iter().fold(sql(SET).bind(row.id), |set, (_, _, value)| set.bind(value));
        tx.execute(permit, set.bind(tx.now()).bind(person)).await?;
        go(tx, permit, (state, event), "").await?;
        // It was asked for by mail; that it is complete now is told the same way.
        if !row.confirmed {
            tell::news(tx, permit, &self.site, (row.id, News::Received)).await?;
        }
        Ok(ShipTo { number: row.number().to_string(), state: state.name().to_owned() })
    }
}

pub(super) fn statements() -> Vec<Sql> {
    [SET, TWIN, MOVE, END, HANDS].map(sql).into()
}
