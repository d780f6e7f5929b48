//! Changes of a company's sign-in by its Contract Managers, and of the vendor's by an administrator.
use super::setup::{self, Setup};
use crate::db::{Sql, WriteTx, sql};
use crate::error::AppError;
use crate::ids::{AccountNumber, Single};
use crate::operation::Operation;
use crate::policy::{self, Permit, WriteProof};
use crate::text::address_key;
use serde::Serialize;

/// What to do to it.
#[derive(Clone, Debug, Serialize)]
pub enum Change {
    /// Set up, or set up anew.
    Save(Setup),
    /// Nobody is signed in by it any more, and nobody is bound to it.
    Stop,
    /// Somebody's first sign-in may come again: a new employee has the address of a former one.
    Forget(String),
}

/// Changes a company's.
#[derive(Clone, Debug, Serialize)]
pub struct ConfigureCompanySignIn {
    /// The company.
    pub account: AccountNumber,
    /// What to do.
    pub change: Change,
}

impl Operation for ConfigureCompanySignIn {
    type Action = policy::ConfigureCompanySignIn;
    type Output = ();

    fn target(&self) -> AccountNumber {
        self.account.clone()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<(), AppError> {
        change(tx, permit, Some(permit.target().0.0), &self.change).await
    }
}

/// Changes that of the vendor's people.
#[derive(Clone, Debug, Serialize)]
pub struct ConfigureStaffSignIn {
    /// What to do.
    pub change: Change,
}

impl Operation for ConfigureStaffSignIn {
    type Action = policy::ConfigureStaffSignIn;
    type Output = ();

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<(), AppError> {
        change(tx, permit, None, &self.change).await
    }
}

/// What hangs on a provider goes first.
const STOP: [&str; 4] = [
    "DELETE FROM oidc_attempts WHERE provider_id IN (SELECT p.id FROM oidc_providers p WHERE COALESCE(p.account_id, 0) = $1)",
    "DELETE FROM oidc_subjects WHERE provider_id IN (SELECT p.id FROM oidc_providers p WHERE COALESCE(p.account_id, 0) = $1)",
    "DELETE FROM oidc_domains WHERE provider_id IN (SELECT p.id FROM oidc_providers p WHERE COALESCE(p.account_id, 0) = $1)",
    "DELETE FROM oidc_providers WHERE COALESCE(account_id, 0) = $1",
];
const FORGET: &str = "DELETE FROM oidc_subjects WHERE provider_id IN (SELECT p.id FROM oidc_providers p
        WHERE COALESCE(p.account_id, 0) = $1)
    AND person_id IN (SELECT p.id FROM people p WHERE p.email_key = $2)";

async fn change(
    tx: &mut WriteTx,
    proof: &impl WriteProof,
    account: Option<i64>,
    change: &Change,
) -> Result<(), AppError> {
    let owner = account.unwrap_or(0);
    match change {
        Change::Save(setup) => setup::store(tx, proof, account, setup).await?,
        Change::Stop => {
            for statement in STOP {
                tx.execute(proof, sql(statement).bind(owner)).await?;
            }
            tx.note("stopped", None);
        }
        Change::Forget(email) => {
            let gone = tx.execute(proof, sql(FORGET).bind(owner).bind(address_key(email))).await?;
            if gone == 0 {
                let words = "nobody has signed in through this with that address; look how it is written";
                return Err(AppError::invalid("forget", words));
            }
            tx.note(serde_json::json!({"forgot": email}), None);
        }
    }
    Ok(())
}

pub(super) fn statements() -> Vec<Sql> {
    let mut all: Vec<Sql> = STOP.map(sql).into();
    all.push(sql(FORGET));
    all
}
