//! What a report does: the notice came back, and where its mailbox is not there, the address counts as lost. A report of a mail that
//! we did not send does nothing, and the same one twice does nothing more.
use super::report::{Fate, Report};
use crate::db::{Sql, WriteTx, sql};
use crate::error::AppError;
use crate::ids::Single;
use crate::jobs::NewJob;
use crate::operation::Operation;
use crate::policy::{self, Permit};
use crate::text::address_key;
use serde::Serialize;

/// Takes one report.
#[derive(Clone, Debug, Serialize)]
pub struct TakeReport {
    message_id: String,
    recipient: String,
    delayed: bool,
    lost: bool,
    words: String,
}

impl TakeReport {
    /// As it was read.
    pub fn new(report: Report) -> Self {
        Self {
            message_id: report.message_id,
            recipient: address_key(&report.recipient),
            delayed: report.fate == Fate::Delayed,
            lost: report.fate == Fate::NoMailbox,
            words: crate::mail::letter::one_line(&report.words),
        }
    }
}

const DELAYED: &str =
    "UPDATE notices SET delayed_at = $2 WHERE message_id = $1 AND state = 'sent' AND came_back_at IS NULL
    AND delayed_at IS NULL RETURNING person_id, address";
const CAME_BACK: &str = "UPDATE notices SET came_back_at = $2, error = $3 WHERE message_id = $1 AND state = 'sent'
    AND came_back_at IS NULL RETURNING person_id, address";
/// Only where the address is still that person's, who has not been here since.
const LOST: &str = "UPDATE people SET bounced_at = $2 WHERE id = $1 AND email = $3 AND bounced_at IS NULL
    AND deactivated_at IS NULL AND COALESCE(seen_at, 0) <= $4";
const SENT: &str = "SELECT sent_at FROM notices WHERE message_id = $1 AND sent_at IS NOT NULL";
/// A further address that does not take mail gets none any more.
const FURTHER: &str = "DELETE FROM notice_addresses WHERE person_id = $1 AND email_key = $2";

impl Operation for TakeReport {
    type Action = policy::TakeReport;
    /// Whether it was about a mail of ours.
    type Output = bool;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<bool, AppError> {
        let now = tx.now();
        let about = match self.delayed {
            true => sql(DELAYED).bind(self.message_id.as_str()).bind(now),
            false => sql(CAME_BACK).bind(self.message_id.as_str()).bind(now).bind(self.words.as_str()),
        };
        let found: Vec<(i64, String)> = tx.returning(permit, about).await?;
        let Some((person, address)) = found.into_iter().next() else { return Ok(false) };
        if self.lost {
            let sent: Option<(i64,)> = tx.find(permit, sql(SENT).bind(self.message_id.as_str())).await?;
            let sent = sent.map_or(now, |(at,)| at);
            let lost = sql(LOST).bind(person).bind(now).bind(address.as_str()).bind(sent);
            if tx.execute(permit, lost).await? > 0 {
                tx.enqueue(permit, NewJob { kind: super::bounced::JOB, payload: person, run_at: now, urgent: false })
                    .await?;
            }
            tx.execute(permit, sql(FURTHER).bind(person).bind(address_key(&address))).await?;
        }
        tx.note(serde_json::json!({"person": person, "delayed": self.delayed, "lost": self.lost}), None);
        Ok(true)
    }
}

pub(super) fn statements() -> Vec<Sql> {
    [DELAYED, CAME_BACK, LOST, SENT, FURTHER].map(sql).into()
}
