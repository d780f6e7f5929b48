//! Sessions: [`open`] is the one way to begin one. The secret is in the browser only, new at each sign-in.
use super::device::Seen;
use super::mails;
use crate::db::{FromRow, Sql, WriteTx, sql};
use crate::error::AppError;
use crate::ids::{PersonId, Single};
use crate::operation::Operation;
use crate::policy::{self, Permit, WriteProof};
use crate::time::{DAY, Instant};
use serde::Serialize;

/// How long a session lasts.
pub const SESSION_FOR: Instant = 14 * DAY;

/// What somebody signed in with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// A link in a mail.
    Link,
    /// The link of an invitation.
    Invitation,
    /// The link of an invitation that was handed over, which shows nothing of the mailbox.
    Handed,
    /// A password.
    Password,
    /// A passkey.
    Passkey,
    /// Another provider of identities.
    Oidc,
    /// One click in a demo.
    Demo,
}

impl By {
    /// As it is stored.
    pub fn name(self) -> &'static str {
        match self {
            By::Link => "link",
            By::Invitation => "invitation",
            By::Handed => "handed",
            By::Password => "password",
            By::Passkey => "passkey",
            By::Oidc => "oidc",
            By::Demo => "demo",
        }
    }

    /// The stored name, read back.
    pub fn of(name: &str) -> Option<Self> {
        let all = [By::Link, By::Invitation, By::Handed, By::Password, By::Passkey, By::Oidc, By::Demo];
        all.into_iter().find(|by| by.name() == name)
    }

    /// In words, after "signed in".
    pub fn words(self) -> &'static str {
        match self {
            By::Link => "with a link in a mail",
            By::Invitation => "with an invitation",
            By::Handed => "with a link that was handed over",
            By::Password => "with a password",
            By::Passkey => "with a passkey",
            By::Oidc => "through another provider",
            By::Demo => "with one click of the demo",
        }
    }

    /// Whether the mailbox, or the company's own sign-in, was in it: nobody else comes in that way.
    pub(super) fn shows_the_owner(self) -> bool {
        matches!(self, By::Link | By::Invitation | By::Oidc)
    }

    /// Whether the reader's own mailbox was in it: a mail about the new device would tell nothing new.
    fn through_mailbox(self) -> bool {
        matches!(self, By::Link | By::Invitation | By::Demo)
    }
}

/// A session to open.
#[derive(Clone, Debug, Serialize)]
pub struct Opening {
    /// Whose.
    pub person: PersonId,
    /// Hash of its secret.
    pub session: Vec<u8>,
    /// With what.
    pub by: By,
    /// Whether two factors were proven, or one that counts as two.
    pub strong: bool,
    /// In which browser.
    pub device: Seen,
}

#[derive(FromRow)]
struct Before {
    signed_in: bool,
    known: bool,
}

const BEFORE: &str = "SELECT p.signed_in_at IS NOT NULL AS signed_in,
        EXISTS (SELECT 1 FROM devices d WHERE d.hash = $2 AND d.person_id = p.id) AS known
    FROM people p WHERE p.id = $1 AND p.deactivated_at IS NULL";
const DEVICE: &str = "INSERT INTO devices (hash, person_id, label, created_at, seen_at) VALUES ($1, $2, $3, $4, $4)
    ON CONFLICT (hash, person_id) DO UPDATE SET label = excluded.label, seen_at = excluded.seen_at";
const SESSION: &str =
    "INSERT INTO sessions (hash, person_id, created_at, expires_at, opened_by, strong, fresh_at, seen_at, device, second_at)
    VALUES ($1, $2, $3, $4, $5, $6, $3, $3, $7, $8)";
const FIRST: &str =
    "UPDATE people SET signed_in_at = COALESCE(signed_in_at, $2), seen_before_at = seen_at, seen_at = $2, bounced_at = NULL
    WHERE id = $1";
const TIDY: &str = "DELETE FROM sessions WHERE expires_at <= $1";

/// Opens a session. Somebody who signed in before and does so in a browser that is not known gets a mail about it.
pub async fn open(tx: &mut WriteTx, proof: &impl WriteProof, opening: &Opening) -> Result<(), AppError> {
    let Opening { person, session, by, strong, device } = opening;
    let before = sql(BEFORE).bind(*person).bind(device.hash.as_slice());
    let before: Option<Before> = tx.find(proof, before).await?;
    let before = before.ok_or_else(AppError::hidden)?;
    tx.execute(proof, sql(TIDY).bind(tx.now())).await?;
    let second_at = if *strong { tx.now() } else { 0 };
    let row = sql(SESSION).bind(session.as_slice()).bind(*person).bind(tx.now()).bind(tx.now() + SESSION_FOR);
    tx.execute(proof, row.bind(by.name()).bind(*strong).bind(device.label.as_str()).bind(second_at)).await?;
    let row = sql(DEVICE).bind(device.hash.as_slice()).bind(*person).bind(device.label.as_str()).bind(tx.now());
    tx.execute(proof, row).await?;
    if before.signed_in && !before.known && !by.through_mailbox() {
        mails::queue_new_device(tx, proof, *person, &device.label, *by).await?;
    }
    tx.execute(proof, sql(FIRST).bind(*person).bind(tx.now())).await?;
    Ok(())
}

const END_ALL: &str = "DELETE FROM sessions WHERE person_id = $1 AND hash <> $2";
const END_HALF: &str = "DELETE FROM half_sign_ins WHERE person_id = $1";

/// Ends the sessions of a person at once, but for one where there is one to keep.
pub async fn end_all(
    tx: &mut WriteTx,
    proof: &impl WriteProof,
    person: PersonId,
    keep: Option<&[u8]>,
) -> Result<u64, AppError> {
    tx.execute(proof, sql(END_HALF).bind(person)).await?;
    Ok(tx.execute(proof, sql(END_ALL).bind(person).bind(keep.unwrap_or_default())).await?)
}

/// Ends the session that asks for it.
#[derive(Clone, Serialize)]
pub struct CloseSession {
    /// Its hash.
    pub session: Vec<u8>,
}

const CLOSE: &str = "DELETE FROM sessions WHERE hash = $1 AND person_id = $2";

impl Operation for CloseSession {
    type Action = policy::CloseSession;
    type Output = ();

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<(), AppError> {
        let close = sql(CLOSE).bind(self.session.as_slice()).bind(permit.target().0);
        tx.execute(permit, close).await?;
        tx.note("signed out", None);
        Ok(())
    }
}

pub(super) fn statements() -> Vec<Sql> {
    [BEFORE, DEVICE, SESSION, FIRST, TIDY, END_ALL, END_HALF, CLOSE].map(sql).into()
}
