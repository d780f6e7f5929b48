//! API tokens that people make for themselves: for reading, or for reading and writing, for a year at most, shown once.
use super::secret::mark;
use crate::db::{FromRow, Reader, Sql, WriteTx, sql};
use crate::error::AppError;
use crate::ids::Single;
use crate::operation::{Operation, Query};
use crate::policy::{self, Permit};
use crate::time::{DAY, Instant};
use serde::{Deserialize, Serialize};

/// Longest that a token lasts, in days.
pub const LONGEST_DAYS: u32 = 365;
/// Longest name.
pub const LONGEST_NAME: usize = 100;
/// Most tokens that one person has.
pub const MOST: i64 = 50;

/// What a token is good for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// Only looks.
    #[default]
    Read,
    /// Also changes.
    Write,
}

impl Reach {
    /// As it is stored, and as forms send it.
    pub fn name(self) -> &'static str {
        match self {
            Reach::Read => "read",
            Reach::Write => "write",
        }
    }

    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Reach::Read => "read",
            Reach::Write => "read and write",
        }
    }

    /// The stored name, read back.
    pub fn of(name: &str) -> Option<Self> {
        [Reach::Read, Reach::Write].into_iter().find(|reach| reach.name() == name)
    }
}

/// The own tokens that have not ended.
pub struct ListTokens;

/// A token.
#[derive(Clone, Debug, FromRow)]
pub struct TokenRow {
    hash: Vec<u8>,
    /// What it is for.
    pub name: String,
    /// `read` or `write`.
    pub scope: String,
    /// When it was made.
    pub created_at: Instant,
    /// When it ends.
    pub expires_at: Instant,
    /// When it was used last, give or take a minute.
    pub used_at: Option<Instant>,
}

impl TokenRow {
    /// Names it on the page.
    pub fn mark(&self) -> String {
        mark(&self.hash)
    }
}

const TOKENS: &str = "SELECT t.hash, t.name, t.scope, t.created_at, t.expires_at, t.used_at FROM tokens t
    WHERE t.person_id = $1 AND t.expires_at > $2 ORDER BY t.created_at DESC, t.hash";

impl Query for ListTokens {
    type Action = policy::ListTokens;
    type Output = Vec<TokenRow>;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Vec<TokenRow>, AppError> {
        let now = reader.now().at;
        Ok(reader.fetch(permit, sql(TOKENS).bind(permit.actor()).bind(now)).await?)
    }
}

/// Makes one.
#[derive(Clone, Debug, Serialize)]
pub struct CreateOwnToken {
    /// What it is for.
    pub name: String,
    /// What it is good for.
    pub reach: Reach,
    /// How long it lasts.
    pub days: u32,
    /// Hash of its secret.
    pub hash: Vec<u8>,
}

/// What is wrong with what was entered: the field, and what to do.
pub fn faults(name: &str, days: Option<u32>) -> Vec<(&'static str, String)> {
    let mut all = Vec::new();
    let length = name.chars().count();
    if length == 0 || length > LONGEST_NAME || name.chars().any(char::is_control) {
        all.push(("name", format!("Enter what it is for, in at most {LONGEST_NAME} characters")));
    }
    if !days.is_some_and(|days| (1..=LONGEST_DAYS).contains(&days)) {
        all.push(("days", format!("Choose 1 to {LONGEST_DAYS} days")));
    }
    all
}

const COUNT: &str = "SELECT COUNT(*) FROM tokens t WHERE t.person_id = $1 AND t.expires_at > $2";
const CREATE: &str =
    "INSERT INTO tokens (hash, person_id, name, created_at, expires_at, scope) VALUES ($1, $2, $3, $4, $5, $6)";

impl Operation for CreateOwnToken {
    type Action = policy::CreateOwnToken;
    type Output = Instant;

    fn target(&self) -> Single {
        Single::default()
    }

    /// Returns when it ends.
    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<Instant, AppError> {
        if let Some((field, message)) = faults(&self.name, Some(self.days)).into_iter().next() {
            return Err(AppError::invalid(field, message));
        }
        let count: Option<(i64,)> = tx.find(permit, sql(COUNT).bind(permit.actor()).bind(tx.now())).await?;
        if count.is_some_and(|(count,)| count >= MOST) {
            return Err(AppError::invalid(
                "name",
                format!("You have {MOST} tokens; revoke one that is no longer used"),
            ));
        }
        let ends = tx.now() + Instant::from(self.days) * DAY;
        let row = sql(CREATE).bind(self.hash.as_slice()).bind(permit.actor()).bind(self.name.as_str());
        tx.execute(permit, row.bind(tx.now()).bind(ends).bind(self.reach.name())).await?;
        tx.note(serde_json::json!({"name": self.name, "reach": self.reach, "days": self.days}), None);
        Ok(ends)
    }
}

/// Ends one at once.
#[derive(Clone, Debug, Serialize)]
pub struct RevokeToken {
    /// As the page names it.
    pub mark: String,
}

const REVOKE: &str = "DELETE FROM tokens WHERE hash = $1 AND person_id = $2";

impl Operation for RevokeToken {
    type Action = policy::RevokeToken;
    type Output = ();

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<(), AppError> {
        let own: Vec<TokenRow> = tx.fetch(permit, sql(TOKENS).bind(permit.actor()).bind(tx.now())).await?;
        let Some(token) = own.into_iter().find(|row| row.mark() == self.mark) else { return Err(AppError::hidden()) };
        tx.execute(permit, sql(REVOKE).bind(token.hash).bind(permit.actor())).await?;
        tx.note(serde_json::json!({"revoked": token.name}), None);
        Ok(())
    }
}

pub(super) fn statements() -> Vec<Sql> {
    [TOKENS, COUNT, CREATE, REVOKE].map(sql).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_has_a_name_and_an_end_within_a_year() {
        assert!(faults("script", Some(1)).is_empty() && faults("x", Some(365)).is_empty());
        assert!(faults(&"x".repeat(100), Some(90)).is_empty());
        for (name, days) in [("", Some(90)), ("x\ny", Some(90)), ("x", Some(0)), ("x", Some(366)), ("x", None)] {
            assert_eq!(faults(name, days).len(), 1, "{name} {days:?}");
        }
        assert_eq!(faults(&"x".repeat(101), None).len(), 2);
    }
}
