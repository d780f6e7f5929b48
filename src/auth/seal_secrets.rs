//! Seals the secrets of authenticator apps that were stored before the installation had a key. At each start: where all are sealed,
//! it is one statement that finds nothing.
use super::seal::SealingKey;
use super::totp;
use crate::app::App;
use crate::db::{Sql, WriteTx, sql};
use crate::error::AppError;
use crate::ids::{PersonId, Single};
use crate::operation::{Operation, Terms};
use crate::policy::{self, Actor, Permit};
use serde::Serialize;

/// Seals them.
#[derive(Clone, Serialize)]
pub struct SealSecrets {
    /// With this.
    #[serde(skip)]
    pub key: SealingKey,
}

const PLAIN: &str = "SELECT t.person_id, t.secret FROM totps t WHERE t.sealed = FALSE ORDER BY t.person_id";
/// One row each, once in the life of an installation: a sealed secret is not text that rows could travel as.
const SEAL: &str = "UPDATE totps SET secret = $2, sealed = $3 WHERE person_id = $1 AND sealed = FALSE AND secret = $4";

impl Operation for SealSecrets {
    type Action = policy::SealSecrets;
    /// How many there were.
    type Output = u64;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<u64, AppError> {
        let plain: Vec<(PersonId, Vec<u8>)> = tx.fetch(permit, sql(PLAIN)).await?;
        let mut sealed = 0;
        for (person, secret) in plain {
            let (stored, is_sealed) = totp::stored(Some(&self.key), person, &secret);
            sealed += tx.execute(permit, sql(SEAL).bind(person).bind(stored).bind(is_sealed).bind(secret)).await?;
        }
        tx.note(serde_json::json!({"sealed": sealed}), None);
        Ok(sealed)
    }
}

/// Where the installation has a key: seals what was stored without one. Answers how many there were.
pub async fn at_start(app: &App) -> Result<u64, AppError> {
    match app.sealing_key().cloned() {
        Some(key) => app.run(Actor::operator(), SealSecrets { key }, Terms::default()).await,
        None => Ok(0),
    }
}

pub(super) fn statements() -> Vec<Sql> {
    [PLAIN, SEAL].map(sql).into()
}
