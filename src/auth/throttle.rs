//! Throttles: 50 tries of one client address and 10 of one account in 15 minutes. Kept in the database, so that several
//! processes count together.
//!
//! Nobody can lock an owner out: the count of an account is that of browsers that are not known to it. A browser that signed
//! in before has a count of its own, and links in mail and passkeys go past both. A try that succeeds does not count, so
//! that an office behind one address signs in as often as it likes.
use super::secret;
use crate::db::{FromRow, Sql, WriteTx, sql};
use crate::error::AppError;
use crate::ids::Single;
use crate::operation::Operation;
use crate::policy::{self, Permit, WriteProof};
use crate::text::address_key;
use crate::time::{Instant, MINUTE};
use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};

/// For how long a try counts.
pub const WINDOW: Instant = 15 * MINUTE;
/// Tries of one client address.
pub const PER_CLIENT: i64 = 50;
/// Tries at one account.
pub const PER_ACCOUNT: i64 = 10;

/// What is tried.
#[derive(Clone, Debug, Serialize)]
pub enum At {
    /// The password of this address, known or not.
    Password(String),
    /// The second factor of a sign-in that is half open, or of a session: its person.
    Second(i64),
    /// Mail that somebody who is not signed in asks for.
    Mail,
}

/// Counts a try before it is made.
#[derive(Clone, Debug, Serialize)]
pub struct CountTry {
    /// What is tried.
    pub at: At,
    /// The client's address, as [`crate::web::client::Client::subject`] says it.
    pub client: String,
    /// Hash of the cookie of the browser, where it has one.
    pub device: Option<Vec<u8>>,
}

/// What became of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Counted {
    /// It may be made; where it succeeds, these are forgotten.
    Go(Vec<i64>),
    /// Not before so many milliseconds.
    Wait(Instant),
}

impl Counted {
    /// The ids to forget, or the refusal.
    pub fn go(self) -> Result<Vec<i64>, AppError> {
        match self {
            Counted::Go(ids) => Ok(ids),
            Counted::Wait(ms) => Err(AppError::TooOften { seconds: u64::try_from(ms / 1000 + 1).unwrap_or(1) }),
        }
    }
}

const KNOWN: &str = "SELECT COUNT(*) FROM devices d JOIN people p ON p.id = d.person_id
    WHERE d.hash = $1 AND (p.email_key = $2 OR p.id = $3)";
/// Whoever tries at the same time waits here. Always in the same order, so that two cannot wait for each other.
const LOCK: &str = "INSERT INTO throttles (subject, at) VALUES ($1, $3), ($2, $3)
    ON CONFLICT (subject) DO UPDATE SET at = excluded.at";
const RECENT: &str = "SELECT t.subject, COUNT(*) AS tries, MIN(t.at) AS first_at FROM tries t
    WHERE t.subject IN ($1, $2) AND t.at > $3 GROUP BY t.subject";
const TRY: &str = "INSERT INTO tries (subject, at) VALUES ($1, $3), ($2, $3) RETURNING id";
const FORGET: &str = "DELETE FROM tries WHERE id = $1 OR id = $2";

#[derive(FromRow)]
struct Recent {
    subject: String,
    tries: i64,
    first_at: Instant,
}

impl CountTry {
    /// The subject beside the client's address.
    async fn account(&self, tx: &mut WriteTx, proof: &impl WriteProof) -> Result<String, AppError> {
        let (kind, email, person) = match &self.at {
            // Nobody in particular: only the client counts, twice under two names.
            At::Mail => return Ok(format!("mail/{}", self.client)),
            At::Password(email) => ("password", address_key(email), 0),
            At::Second(person) => ("second", String::new(), *person),
        };
        let device = self.device.as_deref().unwrap_or_default();
        let known: Option<(i64,)> = tx.find(proof, sql(KNOWN).bind(device).bind(email.as_str()).bind(person)).await?;
        let whose = HEXLOWER.encode(&secret::hash(&format!("{email}/{person}")));
        Ok(match known {
            Some((1..,)) => format!("{kind}/{whose}/{}", HEXLOWER.encode(device)),
            _ => format!("{kind}/{whose}"),
        })
    }
}

impl Operation for CountTry {
    type Action = policy::CountTry;
    type Output = Counted;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<Counted, AppError> {
        let account = self.account(tx, permit).await?;
        let (most, client) = match self.at {
            At::Mail => (PER_CLIENT, format!("asks/{}", self.client)),
            _ => (PER_ACCOUNT, format!("client/{}", self.client)),
        };
        let (first, second) = if account < client { (&account, &client) } else { (&client, &account) };
        let of = |text| sql(text).bind(first.as_str()).bind(second.as_str());
        tx.execute(permit, of(LOCK).bind(tx.now())).await?;
        let recent: Vec<Recent> = tx.fetch(permit, of(RECENT).bind(tx.now() - WINDOW)).await?;
        let wait = |recent: &Recent| {
            let most = if recent.subject == account { most } else { PER_CLIENT };
            (recent.tries >= most).then_some(recent.first_at + WINDOW - tx.now())
        };
        if let Some(wait) = recent.iter().filter_map(wait).max() {
            return Ok(Counted::Wait(wait));
        }
        let ids: Vec<(i64,)> = tx.returning(permit, of(TRY).bind(tx.now())).await?;
        Ok(Counted::Go(ids.into_iter().map(|(id,)| id).collect()))
    }
}

/// Forgets a try that succeeded.
pub(super) async fn forget(tx: &mut WriteTx, proof: &impl WriteProof, tries: &[i64]) -> Result<(), AppError> {
    let id = |n: usize| tries.get(n).copied().unwrap_or(0);
    tx.execute(proof, sql(FORGET).bind(id(0)).bind(id(1))).await?;
    Ok(())
}

pub(super) fn statements() -> Vec<Sql> {
    [KNOWN, LOCK, RECENT, TRY, FORGET].map(sql).into()
}
