//! An order that travelled arrived, or came back with a reason; of the latter the Contract Manager is told.
use super::mails::News;
use super::rules::Event;
use super::ship::line;
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

/// Ends one.
#[derive(Clone, Debug, Serialize)]
pub struct EndShipment {
    /// Which.
    pub number: OrderNumber,
    /// Why it came back; none: it arrived.
    pub came_back: Option<String>,
    /// The version that the caller saw.
    pub version: Option<i64>,
    #[serde(skip)]
    site: Site,
}

const REASON: &str = "UPDATE shipments SET reason = $2 WHERE id = $1";

impl EndShipment {
    /// Of this installation.
    pub fn new(number: OrderNumber, came_back: Option<String>, profile: &Profile) -> Self {
        Self { number, came_back, version: None, site: Site::of(profile) }
    }

    /// Only at this version.
    pub fn at(self, version: Option<i64>) -> Self {
        Self { version, ..self }
    }
}

impl Operation for EndShipment {
    type Action = policy::EndShipment;
    type Output = ();

    fn target(&self) -> OrderNumber {
        self.number
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<(), AppError> {
        let row = one(tx, permit, self.version).await?;
        let (event, news) = match self.came_back {
            Some(_) => (Event::Return, News::Returned),
            None => (Event::Deliver, News::Delivered),
        };
        let state = row.after(event)?;
        let reason = line("reason", "why it came back", self.came_back.as_deref().unwrap_or_default())?;
        if news == News::Returned && reason.is_empty() {
            return Err(AppError::invalid("reason", "write why it came back; the Contract Manager is told"));
        }
        tx.execute(permit, sql(REASON).bind(row.id).bind(reason)).await?;
        go(tx, permit, (state, event), reason).await?;
        tell::news(tx, permit, &self.site, (row.id, news)).await?;
        tx.note(serde_json::json!({"order": row.number(), "event": event.name(), "reason": reason}), None);
        Ok(())
    }
}

pub(super) fn statements() -> Vec<Sql> {
    vec![sql(REASON)]
}
