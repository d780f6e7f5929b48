//! The links of a change of address: each opens a page, and only a button acts. When the old and the new one have confirmed,
//! the change takes effect in the same transaction.
use super::change_email::change;
use super::email_mails::Changed;
use crate::auth::secret;
use crate::db::{FromRow, Reader, Sql, WriteTx, sql};
use crate::error::AppError;
use crate::ids::{PersonId, Single};
use crate::mail::outbox::{self, Outgoing, Send};
use crate::mail::{Mail, Site};
use crate::operation::{Operation, Query};
use crate::policy::{self, Permit};
use crate::time::Instant;
use serde::{Deserialize, Serialize};

/// Looks at a link without using it up.
pub struct SeeEmailLink {
    /// The secret of the address.
    pub token: String,
}

/// What a link is about.
#[derive(Clone, Debug, FromRow)]
pub struct Waiting {
    /// The present address.
    pub old_email: String,
    /// The new one.
    pub new_email: String,
    /// The link came to the old one: it can stop the change, too.
    pub at_old: bool,
    /// Until when it can be confirmed.
    pub expires_at: Instant,
}

const SEE: &str = "SELECT c.old_email, c.new_email, l.purpose = 'old_address' AS at_old, c.expires_at
    FROM links l JOIN email_changes c ON c.id = l.email_change JOIN people p ON p.id = c.person_id
    WHERE l.hash = $1 AND l.purpose IN ('old_address', 'new_address') AND l.used_at IS NULL AND l.expires_at > $2
    AND c.done_at IS NULL AND c.ended_at IS NULL AND c.expires_at > $2 AND p.deactivated_at IS NULL";

impl Query for SeeEmailLink {
    type Action = policy::SeeLink;
    type Output = Option<Waiting>;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Option<Waiting>, AppError> {
        let now = reader.now().at;
        Ok(reader.find(permit, sql(SEE).bind(secret::hash(&self.token)).bind(now)).await?)
    }
}

/// Presses the button of a link.
#[derive(Clone, Serialize)]
pub struct ConfirmEmail {
    /// Hash of the link's secret.
    pub link: Vec<u8>,
    /// "This was not me": ends the change.
    pub stop: bool,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Confirmed {
    /// The other address has to confirm, too.
    Half,
    /// The address is changed.
    Done,
    /// The change is off.
    Stopped,
    /// Meanwhile somebody else has the new address: the change is off.
    Taken,
}

#[derive(Clone, FromRow)]
struct Change {
    id: i64,
    person_id: PersonId,
    old_email: String,
    new_email: String,
    new_key: String,
    both: bool,
}

const USE: &str = "UPDATE links SET used_at = $2 WHERE hash = $1 AND purpose IN ('old_address', 'new_address')
    AND used_at IS NULL AND expires_at > $2 RETURNING purpose, email_change";
/// The row's lock: of two confirmations at once the second sees the first.
const CONFIRM: &str = "UPDATE email_changes SET
        old_confirmed_at = CASE WHEN $3 = 'old_address' THEN $2 ELSE old_confirmed_at END,
        new_confirmed_at = CASE WHEN $3 = 'new_address' THEN $2 ELSE new_confirmed_at END
    WHERE id = $1 AND done_at IS NULL AND ended_at IS NULL AND expires_at > $2
    AND person_id IN (SELECT p.id FROM people p WHERE p.deactivated_at IS NULL)
    RETURNING id, person_id, old_email, new_email, new_key,
        old_confirmed_at IS NOT NULL AND new_confirmed_at IS NOT NULL AS both";
const END: &str =
    "UPDATE email_changes SET ended_at = $2, ended = $3 WHERE id = $1 AND done_at IS NULL AND ended_at IS NULL
    AND expires_at > $2";
const TAKEN: &str = "SELECT id FROM people WHERE email_key = $1 AND id <> $2";
const DONE: &str = "UPDATE email_changes SET done_at = $2 WHERE id = $1";

impl Operation for ConfirmEmail {
    type Action = policy::ConfirmEmail;
    type Output = Confirmed;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<Confirmed, AppError> {
        let used = sql(USE).bind(self.link.as_slice()).bind(tx.now());
        let used: Vec<(String, Option<i64>)> = tx.returning(permit, used).await?;
        let Some((purpose, Some(about))) = used.into_iter().next() else { return Err(over()) };
        if self.stop {
            let end = sql(END).bind(about).bind(tx.now()).bind("refused");
            if purpose != "old_address" || tx.execute(permit, end).await? == 0 {
                return Err(over());
            }
            tx.note(serde_json::json!({"email_change": about, "stopped": true}), None);
            return Ok(Confirmed::Stopped);
        }
        let confirm = sql(CONFIRM).bind(about).bind(tx.now()).bind(purpose.as_str());
        let found: Vec<Change> = tx.returning(permit, confirm).await?;
        let Some(found) = found.into_iter().next() else { return Err(over()) };
        tx.note(serde_json::json!({"email_change": about, "person": found.person_id.0, "from": purpose}), None);
        if !found.both {
            return Ok(Confirmed::Half);
        }
        let taken = sql(TAKEN).bind(found.new_key.as_str()).bind(found.person_id);
        let taken: Option<(i64,)> = tx.find(permit, taken).await?;
        if taken.is_some() {
            tx.execute(permit, sql(END).bind(found.id).bind(tx.now()).bind("taken")).await?;
            return Ok(Confirmed::Taken);
        }
        change(tx, permit, found.person_id, &found.new_email).await?;
        tx.execute(permit, sql(DONE).bind(found.id).bind(tx.now())).await?;
        tell(tx, permit, &found).await?;
        Ok(Confirmed::Done)
    }
}

fn over() -> AppError {
    AppError::invalid("link", "this link was used already or has ended; ask for the change again")
}

/// Both addresses are told.
async fn tell(tx: &mut WriteTx, permit: &Permit<policy::ConfirmEmail>, change: &Change) -> Result<(), AppError> {
    let site = Site::unknown();
    let mail = Changed { site: site.clone(), old: change.old_email.clone(), new: change.new_email.clone() }.render();
    let to = |address: &str, side: &str| Outgoing {
        person: change.person_id,
        address: address.to_owned(),
        account: None,
        contract: None,
        change_set: None,
        kind: "email_changed",
        mail: mail.clone(),
        link: None,
        reply_to: site.contact_email.clone(),
        dedup_key: format!("email_changed/{}/{side}", change.id),
    };
    let mails = [to(&change.old_email, "old"), to(&change.new_email, "new")];
    outbox::write(tx, permit, &site, &mails, Send::AtOnce).await?;
    Ok(())
}

pub(super) fn statements() -> Vec<Sql> {
    [SEE, USE, CONFIRM, END, TAKEN, DONE].map(sql).into()
}
