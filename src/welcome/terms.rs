//! The terms: each version is kept as it was, and who accepted which, and when.
use crate::db::{FromRow, Reader, Sql, WriteTx, sql};
use crate::error::{AppError, Refusal};
use crate::ids::Single;
use crate::operation::{Operation, Query};
use crate::policy::{self, Permit};
use crate::time::Instant;
use serde::Serialize;
use sha2::{Digest, Sha256};

/// Longest text.
const LONGEST: usize = 200_000;

/// Makes a text the terms, from `--terms-file`. The same text again changes nothing; none is no terms.
#[derive(Clone, Debug, Serialize)]
pub struct SetTerms {
    /// The text.
    pub body: String,
}

const KEEP: &str = "INSERT INTO terms (version, body, since_at) VALUES ($1, $2, $3) ON CONFLICT (version) DO NOTHING";
const NAME: &str = "INSERT INTO settings (name, value) VALUES ('terms', $1)
    ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE settings.value <> excluded.value";

impl Operation for SetTerms {
    type Action = policy::Configure;
    type Output = ();

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<(), AppError> {
        let body = self.body.trim();
        if body.is_empty() || body.len() > LONGEST {
            return Err(AppError::Local(format!("the terms are empty or longer than {LONGEST} bytes")));
        }
        let version: String = Sha256::digest(body).iter().take(6).map(|byte| format!("{byte:02x}")).collect();
        tx.execute(permit, sql(KEEP).bind(version.as_str()).bind(body).bind(tx.now())).await?;
        tx.execute(permit, sql(NAME).bind(version.as_str())).await?;
        tx.note(serde_json::json!({"terms": version}), None);
        Ok(())
    }
}

/// What the reader has still to do, and manages.
pub struct ShowWelcome;

/// What there is.
#[derive(Clone, Debug, Default, FromRow)]
#[sqlx(default)]
pub struct Steps {
    /// Version of the terms; none: there are none.
    pub version: Option<String>,
    /// Their text.
    pub body: Option<String>,
    /// When the reader accepted this version.
    pub accepted_at: Option<Instant>,
    /// Contracts that the reader manages.
    pub contracts: i64,
}

const STEPS: &str = "SELECT t.version, t.body, a.at AS accepted_at,
        (SELECT COUNT(*) FROM contracts c JOIN memberships m ON m.account_id = c.account_id AND m.person_id = p.id
            AND m.confirmed_at IS NOT NULL WHERE c.manager_id = p.id) AS contracts
    FROM people p LEFT JOIN settings s ON s.name = 'terms' LEFT JOIN terms t ON t.version = s.value
    LEFT JOIN terms_accepted a ON a.person_id = p.id AND a.version = t.version WHERE p.id = $1";

impl Query for ShowWelcome {
    type Action = policy::SeeSelf;
    type Output = Steps;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Steps, AppError> {
        Ok(reader.find(permit, sql(STEPS).bind(permit.target().0)).await?.unwrap_or_default())
    }
}

/// Accepts the terms, in the version that was read.
#[derive(Clone, Debug, Serialize)]
pub struct AcceptTerms {
    /// Which version.
    pub version: String,
}

const PRESENT: &str = "SELECT value FROM settings WHERE name = 'terms' AND value = $1";
const ACCEPT: &str = "INSERT INTO terms_accepted (person_id, version, at) VALUES ($1, $2, $3)
    ON CONFLICT (person_id, version) DO NOTHING";

impl Operation for AcceptTerms {
    type Action = policy::AcceptTerms;
    type Output = ();

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<(), AppError> {
        let present: Option<(String,)> = tx.find(permit, sql(PRESENT).bind(self.version.as_str())).await?;
        if present.is_none() {
            return Err(
                Refusal::new("changed", "the terms have changed since you opened the page; read them again").into()
            );
        }
        tx.execute(permit, sql(ACCEPT).bind(permit.target().0).bind(self.version.as_str()).bind(tx.now())).await?;
        tx.note(serde_json::json!({"terms": self.version}), None);
        Ok(())
    }
}

pub(super) fn statements() -> Vec<Sql> {
    [KEEP, NAME, STEPS, PRESENT, ACCEPT].map(sql).into()
}
