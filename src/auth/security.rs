//! What the page Sign-in and security shows, and where one is signed in.
use super::again::{self, Factors};
use super::secret::mark;
use super::session;
use crate::db::{FromRow, Reader, Sql, WriteTx, sql};
use crate::error::AppError;
use crate::ids::Single;
use crate::operation::{Operation, Query};
use crate::policy::{self, Permit};
use crate::time::Instant;
use serde::Serialize;

/// Everything about the own sign-in.
pub struct ShowSecurity;

/// What it shows.
#[derive(Clone, Debug)]
pub struct Security {
    /// Which factors there are.
    pub factors: Factors,
    /// The rest.
    pub more: More,
    /// Passkeys, the oldest first.
    pub passkeys: Vec<PasskeyRow>,
    /// Where one is signed in, the last used first.
    pub sessions: Vec<SessionRow>,
}

/// Beside the factors.
#[derive(Clone, Debug, FromRow)]
pub struct More {
    /// When the password was set.
    pub password_at: Option<Instant>,
    /// When the app was set up.
    pub totp_at: Option<Instant>,
    /// Recovery codes that are left.
    pub codes: i64,
    /// A second factor is required of this person.
    pub required: bool,
}

/// A passkey.
#[derive(Clone, Debug, FromRow)]
pub struct PasskeyRow {
    /// Names it on the page.
    pub handle: String,
    /// What its owner calls it.
    pub name: String,
    /// When it was made.
    pub created_at: Instant,
    /// When it was used last.
    pub used_at: Option<Instant>,
}

/// A session.
#[derive(Clone, Debug, FromRow)]
pub struct SessionRow {
    pub(super) hash: Vec<u8>,
    /// `Firefox on Windows`
    pub device: String,
    /// With what it was opened.
    pub opened_by: String,
    /// When.
    pub created_at: Instant,
    /// When it was used last, give or take a minute.
    pub seen_at: Instant,
}

impl SessionRow {
    /// Names it on the page.
    pub fn mark(&self) -> String {
        mark(&self.hash)
    }
}

const MORE: &str = "SELECT (SELECT w.set_at FROM passwords w WHERE w.person_id = p.id) AS password_at,
        (SELECT t.confirmed_at FROM totps t WHERE t.person_id = p.id) AS totp_at,
        (SELECT COUNT(*) FROM recovery_codes c WHERE c.person_id = p.id AND c.used_at IS NULL) AS codes,
        p.staff_role IS NOT NULL OR EXISTS (SELECT 1 FROM memberships r WHERE r.person_id = p.id
            AND r.partner_role IS NOT NULL AND r.confirmed_at IS NOT NULL) AS required
    FROM people p WHERE p.id = $1";
const PASSKEYS: &str =
    "SELECT k.handle, k.name, k.created_at, k.used_at FROM passkeys k WHERE k.person_id = $1 ORDER BY k.id";
const SESSIONS: &str = "SELECT s.hash, s.device, s.opened_by, s.created_at, s.seen_at FROM sessions s
    WHERE s.person_id = $1 AND s.expires_at > $2 ORDER BY s.seen_at DESC, s.created_at DESC, s.hash";

impl Query for ShowSecurity {
    type Action = policy::SeeSecurity;
    type Output = Security;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Security, AppError> {
        let (me, now) = (permit.actor(), reader.now().at);
        let factors: Option<Factors> = reader.find(permit, sql(again::FACTORS).bind(me)).await?;
        let more: Option<More> = reader.find(permit, sql(MORE).bind(me)).await?;
        let (factors, more) = factors.zip(more).ok_or_else(AppError::hidden)?;
        let passkeys = reader.fetch(permit, sql(PASSKEYS).bind(me)).await?;
        let sessions = reader.fetch(permit, sql(SESSIONS).bind(me).bind(now)).await?;
        Ok(Security { factors, more, passkeys, sessions })
    }
}

/// Signs out somewhere else.
#[derive(Clone, Serialize)]
pub struct EndSessions {
    /// Hash of the session that asks, which stays.
    pub session: Vec<u8>,
    /// Which one, as the page names it; none: all others.
    pub mark: Option<String>,
}

const END: &str = "DELETE FROM sessions WHERE hash = $1 AND person_id = $2";

impl Operation for EndSessions {
    type Action = policy::EndSession;
    type Output = u64;

    fn target(&self) -> Single {
        Single::default()
    }

    /// Returns how many ended; one that has ended already is no error.
    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<u64, AppError> {
        let me = permit.actor();
        let ended = match &self.mark {
            None => session::end_all(tx, permit, me, Some(&self.session)).await?,
            Some(mark) => {
                let open: Vec<SessionRow> = tx.fetch(permit, sql(SESSIONS).bind(me).bind(tx.now())).await?;
                match open.into_iter().find(|row| row.mark() == *mark) {
                    Some(row) => tx.execute(permit, sql(END).bind(row.hash).bind(me)).await?,
                    None => 0,
                }
            }
        };
        tx.note(serde_json::json!({"sessions_ended": ended}), None);
        Ok(ended)
    }
}

pub(super) fn statements() -> Vec<Sql> {
    [MORE, PASSKEYS, SESSIONS, END].map(sql).into()
}
