//! A sign-in at a provider begins, and is claimed when the browser comes back: once, within ten minutes.
use super::ticket::TICKET_FOR;
use crate::db::{FromRow, Sql, WriteTx, sql};
use crate::error::{AppError, Refusal};
use crate::ids::Single;
use crate::operation::Operation;
use crate::policy::{self, Permit};
use serde::{Deserialize, Serialize};

/// Remembers that a browser was sent to a provider.
#[derive(Clone, Serialize)]
pub struct BeginSignIn {
    /// Which.
    pub provider: i64,
    /// Hash of the secret in the browser's cookie.
    pub ticket: Vec<u8>,
    /// The own path to go on to.
    pub return_to: String,
}

const TIDY: &str = "DELETE FROM oidc_attempts WHERE expires_at <= $1";
const BEGIN: &str = "INSERT INTO oidc_attempts (hash, provider_id, return_to, expires_at) VALUES ($1, $2, $3, $4)";

impl Operation for BeginSignIn {
    type Action = policy::BeginSignIn;
    type Output = ();

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<(), AppError> {
        tx.execute(permit, sql(TIDY).bind(tx.now())).await?;
        let row = sql(BEGIN).bind(self.ticket.as_slice()).bind(self.provider).bind(self.return_to.as_str());
        tx.execute(permit, row.bind(tx.now() + TICKET_FOR)).await?;
        tx.note(serde_json::json!({"provider": self.provider}), None);
        Ok(())
    }
}

/// Uses it up, before the provider is asked anything: who replays the way back gets nothing, whatever the provider says.
#[derive(Clone, Serialize)]
pub struct ClaimSignIn {
    /// Hash of the secret in the browser's cookie.
    pub ticket: Vec<u8>,
}

/// What was begun.
#[derive(Clone, Debug, FromRow, Serialize, Deserialize)]
pub struct Claimed {
    /// At which provider.
    pub provider_id: i64,
    /// The own path to go on to.
    pub return_to: String,
}

const CLAIM: &str = "UPDATE oidc_attempts SET used_at = $2 WHERE hash = $1 AND used_at IS NULL AND expires_at > $2
    RETURNING provider_id, return_to";

impl Operation for ClaimSignIn {
    type Action = policy::BeginSignIn;
    type Output = Claimed;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<Claimed, AppError> {
        let claimed: Vec<Claimed> =
            tx.returning(permit, sql(CLAIM).bind(self.ticket.as_slice()).bind(tx.now())).await?;
        let claimed = claimed.into_iter().next();
        let claimed = claimed.ok_or_else(|| {
            Refusal::new("used-up", "this sign-in was finished already, or took longer than 10 minutes; begin it again")
        })?;
        tx.note(serde_json::json!({"provider": claimed.provider_id, "back": true}), None);
        Ok(claimed)
    }
}

pub(super) fn statements() -> Vec<Sql> {
    [TIDY, BEGIN, CLAIM].map(sql).into()
}
