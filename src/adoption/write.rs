//! The job `mail.adoptions`: writes to the Contract Managers to whom purchases came, one mail each and company however many.
use super::mails::{Arrived, Purchase};
use crate::app::Profile;
use crate::db::{FromRow, Sql, WriteTx, sql};
use crate::error::AppError;
use crate::ids::{PersonId, Single};
use crate::mail::outbox::{self, Outgoing, Send};
use crate::mail::{Mail, Site};
use crate::operation::Operation;
use crate::policy::{self, Permit, WriteProof};
use crate::text::full_name;
use serde::Serialize;
use std::collections::BTreeMap;

/// The job.
pub const JOB: &str = "mail.adoptions";

/// Writes the mails to the outbox.
#[derive(Clone, Serialize)]
pub struct WriteAdoptions {
    #[serde(skip)]
    site: Site,
}

#[derive(FromRow)]
struct Row {
    manager: i64,
    address: String,
    account_id: i64,
    contract_id: i64,
    number: String,
    company: String,
    email: String,
    first_name: String,
    last_name: String,
}

const NEXT: &str =
    "SELECT m.id AS manager, m.email AS address, d.account_id, d.contract_id, c.number, o.name AS company,
        p.email, p.first_name, p.last_name
    FROM adoptions d JOIN contracts c ON c.id = d.contract_id JOIN accounts o ON o.id = d.account_id
    JOIN people m ON m.id = c.manager_id JOIN people p ON p.id = d.person_id
    WHERE d.mailed_at IS NULL AND d.decision IS NULL ORDER BY m.id, c.number";
const MAILED: &str = "UPDATE adoptions SET mailed_at = $1 WHERE mailed_at IS NULL";

impl WriteAdoptions {
    /// Of this installation.
    pub fn new(profile: &Profile) -> Self {
        Self { site: Site::of(profile) }
    }

    fn mail(&self, rows: &[Row]) -> Option<Outgoing> {
        let first = rows.first()?;
        let purchase = |row: &Row| {
            let name = full_name(&row.first_name, &row.last_name);
            let name = if name.is_empty() { row.email.clone() } else { name };
            Purchase { contract: row.number.clone(), name, email: row.email.clone() }
        };
        let mail = Arrived {
            site: self.site.clone(),
            company: first.company.clone(),
            purchases: rows.iter().map(purchase).collect(),
        };
        Some(Outgoing {
            person: PersonId(first.manager),
            address: first.address.clone(),
            account: Some(first.account_id),
            contract: (rows.len() == 1).then_some(first.contract_id),
            change_set: None,
            kind: "adoption",
            mail: mail.render(),
            link: None,
            reply_to: self.site.contact_email.clone(),
            dedup_key: format!("adoption/{}", first.contract_id),
        })
    }
}

impl Operation for WriteAdoptions {
    type Action = policy::WriteMail;
    type Output = ();

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<(), AppError> {
        let rows: Vec<Row> = tx.fetch(permit, sql(NEXT)).await?;
        let mut managers: BTreeMap<(i64, i64), Vec<Row>> = BTreeMap::new();
        for row in rows {
            managers.entry((row.manager, row.account_id)).or_default().push(row);
        }
        let mails: Vec<Outgoing> = managers.values().filter_map(|rows| self.mail(rows)).collect();
        outbox::write(tx, permit, &self.site, &mails, Send::InTurn).await?;
        tx.execute(permit, sql(MAILED).bind(tx.now())).await?;
        tx.note(serde_json::json!({"told": mails.len()}), None);
        Ok(())
    }
}

const QUEUE: &str =
    "INSERT INTO jobs (kind, payload, dedup_key, run_at, urgent, state, attempts, lease, leased_until, error)
    VALUES ('mail.adoptions', 0, 'mail.adoptions/' || $2, $1, FALSE, 'waiting', 0, 0, 0, '')
    ON CONFLICT (dedup_key) DO NOTHING";

/// Has those told to whom purchases came. Purchases come only while the installation is live.
pub async fn queue(tx: &mut WriteTx, proof: &impl WriteProof) -> Result<(), AppError> {
    tx.execute(proof, sql(QUEUE).bind(tx.now()).bind(tx.now().to_string())).await?;
    Ok(())
}

pub(super) fn statements() -> Vec<Sql> {
    [NEXT, MAILED, QUEUE].map(sql).into()
}
