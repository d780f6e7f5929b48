//! The carrier has an order: it is told with whom it travels. Whether it still goes to whoever coordinates is looked at under the lock.
use super::mails::News;
use super::rules::Event;
use super::store::{go, one};
use super::tell;
use crate::app::Profile;
use crate::db::{Sql, WriteTx, sql};
use crate::error::AppError;
use crate::ids::OrderNumber;
use crate::mail::Site;
use crate::operation::Operation;
use crate::policy::{self, Permit};
use serde::Serialize;

/// Longest name of a carrier, and number of a parcel.
const LONGEST: usize = 100;

/// Ships one.
#[derive(Clone, Debug, Serialize)]
pub struct ShipShipment {
    /// Which.
    pub number: OrderNumber,
    /// With whom.
    pub carrier: String,
    /// The number of the parcel; may be empty.
    pub tracking: String,
    /// The version that the caller saw.
    pub version: Option<i64>,
    #[serde(skip)]
    site: Site,
}

const CARRIER: &str = "UPDATE shipments SET carrier = $2, tracking = $3 WHERE id = $1";

impl ShipShipment {
    /// Of this installation.
    pub fn new(number: OrderNumber, (carrier, tracking): (String, String), profile: &Profile) -> Self {
        Self { number, carrier, tracking, version: None, site: Site::of(profile) }
    }

    /// Only at this version.
    pub fn at(self, version: Option<i64>) -> Self {
        Self { version, ..self }
    }
}

/// A text of one line that is not too long.
pub(super) fn line<'t>(field: &'static str, what: &str, text: &'t str) -> Result<&'t str, AppError> {
    let text = text.trim();
    match text.chars().count() > LONGEST || text.chars().any(char::is_control) {
        true => Err(AppError::invalid(field, format!("write {what} in at most {LONGEST} characters, on one line"))),
        false => Ok(text),
    }
}

impl Operation for ShipShipment {
    type Action = policy::ShipShipment;
    type Output = ();

    fn target(&self) -> OrderNumber {
        self.number
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<(), AppError> {
        let row = one(tx, permit, self.version).await?;
        let state = row.after(Event::Ship)?;
        let carrier = line("carrier", "the carrier", &self.carrier)?;
        let tracking = line("tracking", "the number of the parcel", &self.tracking)?;
        if carrier.is_empty() {
            return Err(AppError::invalid("carrier", "write with which carrier it travels"));
        }
        tx.execute(permit, sql(CARRIER).bind(row.id).bind(carrier).bind(tracking)).await?;
        go(tx, permit, (state, Event::Ship), "").await?;
        tell::news(tx, permit, &self.site, (row.id, News::Sent)).await?;
        tx.note(serde_json::json!({"order": row.number(), "carrier": carrier, "tracking": tracking}), None);
        Ok(())
    }
}

pub(super) fn statements() -> Vec<Sql> {
    vec![sql(CARRIER)]
}
