//! The backup contact of a contract: who also gets its mail when a role on it seems vacant. Named by its Contract Manager.
use crate::db::{FromRow, Reader, Sql, WriteTx, sql};
use crate::error::AppError;
use crate::ids::ContractNumber;
use crate::operation::{Operation, Query};
use crate::policy::{self, NameBackupContact as MayName, Permit};
use crate::text::address_key;
use serde::Serialize;

/// Names the backup contact of a contract.
#[derive(Clone, Debug, Serialize)]
pub struct NameBackupContact {
    /// The contract.
    pub contract: ContractNumber,
    /// The address of somebody of the company; none: nobody any more.
    pub email: Option<String>,
}

/// Somebody of the company who has accepted, and is not the manager.
const FIND: &str =
    "SELECT q.id FROM contracts c JOIN memberships m ON m.account_id = c.account_id AND m.confirmed_at IS NOT NULL
    JOIN people q ON q.id = m.person_id AND q.deactivated_at IS NULL AND q.id <> c.manager_id
    WHERE c.id = $1 AND q.email_key = $2";
const SET: &str = "INSERT INTO backup_contacts (contract_id, person_id, named_by, named_at) VALUES ($1, $2, $3, $4)
    ON CONFLICT (contract_id) DO UPDATE SET person_id = excluded.person_id, named_by = excluded.named_by,
        named_at = excluded.named_at";
const CLEAR: &str = "DELETE FROM backup_contacts WHERE contract_id = $1";

impl Operation for NameBackupContact {
    type Action = policy::NameBackupContact;
    type Output = ();

    fn target(&self) -> ContractNumber {
        self.contract.clone()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<(), AppError> {
        let contract = permit.target().0;
        let Some(email) = &self.email else {
            tx.execute(permit, sql(CLEAR).bind(contract)).await?;
            tx.note("no backup contact any more", None);
            return Ok(());
        };
        let found: Option<(i64,)> = tx.find(permit, sql(FIND).bind(contract).bind(address_key(email))).await?;
        let (person,) = found.ok_or_else(|| {
            let words = "enter the address of somebody of the company who has accepted the invitation, other than its Contract Manager";
            AppError::invalid("email", words)
        })?;
        tx.execute(permit, sql(SET).bind(contract).bind(person).bind(permit.actor()).bind(tx.now())).await?;
        tx.note(serde_json::json!({"backup_contact": person}), None);
        Ok(())
    }
}

/// Asks who it is.
pub struct ShowBackup(pub ContractNumber);

/// The backup contact.
#[derive(Clone, Debug, FromRow)]
pub struct Backup {
    pub(crate) handle: String,
    pub(crate) email: String,
    pub(crate) first_name: String,
    pub(crate) last_name: String,
    pub(crate) bounced: bool,
}

const SHOW: &str = "SELECT p.handle, p.email, p.first_name, p.last_name, p.bounced_at IS NOT NULL AS bounced
    FROM backup_contacts b JOIN people p ON p.id = b.person_id WHERE b.contract_id = $1";

impl Query for ShowBackup {
    type Action = policy::AdministerContract;
    type Output = (Option<Backup>, bool);

    fn target(&self) -> ContractNumber {
        self.0.clone()
    }

    /// With whether the reader may name one.
    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Self::Output, AppError> {
        let found = reader.find(permit, sql(SHOW).bind(permit.target().0)).await?;
        Ok((found, permit.may::<MayName>()))
    }
}

pub(super) fn statements() -> Vec<Sql> {
    [FIND, SET, CLEAR, SHOW].map(sql).into()
}
