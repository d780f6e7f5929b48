//! The job `mail.welcome`: writes to those who manage a contract, were never here and were not welcomed yet.
use super::mails::Welcome;
use crate::app::Profile;
use crate::db::{FromRow, Sql, WriteTx, sql};
use crate::error::AppError;
use crate::ids::{PersonId, Single};
use crate::mail::outbox::{self, Outgoing, Purpose, Send};
use crate::mail::{Mail, Site};
use crate::operation::Operation;
use crate::policy::{self, Permit, WriteProof};
use serde::Serialize;
use std::collections::BTreeMap;

/// The job.
pub const JOB: &str = "mail.welcome";
/// People of one run; the job comes again as long as there are more.
pub const MOST: i64 = 500;

/// Writes the next mails to the outbox.
#[derive(Clone, Serialize)]
pub struct WriteWelcomes {
    #[serde(skip)]
    site: Site,
}

#[derive(FromRow)]
struct Row {
    id: i64,
    email: String,
    company: String,
    account_id: i64,
    contracts: i64,
    contract: String,
}

/// Whoever has a mail of this kind already is not written to again, also where a contract comes later.
const NEXT: &str = "SELECT p.id, p.email, a.name AS company, a.id AS account_id, COUNT(*) AS contracts,
        MIN(c.number) AS contract
    FROM people p JOIN contracts c ON c.manager_id = p.id JOIN accounts a ON a.id = c.account_id
    JOIN memberships m ON m.account_id = c.account_id AND m.person_id = p.id AND m.confirmed_at IS NOT NULL
    WHERE p.id IN (SELECT q.id FROM people q WHERE q.signed_in_at IS NULL AND q.deactivated_at IS NULL
        AND NOT EXISTS (SELECT 1 FROM notices n WHERE n.person_id = q.id AND n.kind = 'welcome')
        AND EXISTS (SELECT 1 FROM contracts d JOIN memberships e ON e.account_id = d.account_id AND e.person_id = q.id
            WHERE d.manager_id = q.id AND e.confirmed_at IS NOT NULL)
        ORDER BY q.id LIMIT $1)
    GROUP BY p.id, p.email, a.name, a.id ORDER BY p.id, a.name";

impl WriteWelcomes {
    /// Of this installation.
    pub fn new(profile: &Profile) -> Self {
        Self { site: Site::of(profile) }
    }

    fn mail(&self, rows: &[Row]) -> Option<Outgoing> {
        let first = rows.first()?;
        let contracts: i64 = rows.iter().map(|row| row.contracts).sum();
        let mail = Welcome {
            site: self.site.clone(),
            companies: rows.iter().map(|row| row.company.clone()).collect(),
            contracts: contracts.unsigned_abs(),
            contract: first.contract.clone(),
        };
        Some(Outgoing {
            person: PersonId(first.id),
            address: first.email.clone(),
            account: Some(first.account_id),
            contract: None,
            change_set: None,
            kind: "welcome",
            mail: mail.render(),
            link: Some(Purpose::Welcome),
            reply_to: self.site.contact_email.clone(),
            dedup_key: format!("welcome/{}", first.id),
        })
    }
}

impl Operation for WriteWelcomes {
    type Action = policy::WriteMail;
    /// Whether there may be more.
    type Output = bool;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<bool, AppError> {
        if outbox::live_since(tx, permit).await?.is_none() {
            return Ok(false);
        }
        let rows: Vec<Row> = tx.fetch(permit, sql(NEXT).bind(MOST)).await?;
        let mut people: BTreeMap<i64, Vec<Row>> = BTreeMap::new();
        for row in rows {
            people.entry(row.id).or_default().push(row);
        }
        let mails: Vec<Outgoing> = people.values().filter_map(|rows| self.mail(rows)).collect();
        outbox::write(tx, permit, &self.site, &mails, Send::InTurn).await?;
        tx.note(serde_json::json!({"welcomed": mails.len()}), None);
        Ok(!mails.is_empty())
    }
}

/// Who is to be welcomed, as `p`.
macro_rules! whom {
    ($head:literal, $tail:literal) => {
        concat!(
            $head,
            " FROM people p JOIN contracts c ON c.manager_id = p.id
            JOIN memberships m ON m.account_id = c.account_id AND m.person_id = p.id AND m.confirmed_at IS NOT NULL
            WHERE p.signed_in_at IS NULL AND p.deactivated_at IS NULL
            AND NOT EXISTS (SELECT 1 FROM notices n WHERE n.person_id = p.id AND n.kind = 'welcome')",
            $tail
        )
    };
}
const COUNT: &str = whom!("SELECT COUNT(DISTINCT p.id)", "");
/// A job only where there is somebody.
const QUEUE: &str = concat!(
    "INSERT INTO jobs (kind, payload, dedup_key, run_at, urgent, state, attempts, lease, leased_until, error)
    SELECT 'mail.welcome', 0, 'mail.welcome/' || $2, $1, FALSE, 'waiting', 0, 0, 0, '' FROM settings s
    WHERE s.name = 'live_at' AND NOT EXISTS (SELECT 1 FROM settings d WHERE d.name = 'demo') AND EXISTS (",
    whom!("SELECT p.id", ""),
    ") ON CONFLICT (dedup_key) DO NOTHING"
);

/// Has those welcomed who came, once the installation is live; a demo welcomes nobody. Call it where contracts came.
pub async fn queue(tx: &mut WriteTx, proof: &impl WriteProof) -> Result<(), AppError> {
    tx.execute(proof, sql(QUEUE).bind(tx.now()).bind(tx.now().to_string())).await?;
    Ok(())
}

/// How many would be welcomed: `go-live` says so before.
pub fn count() -> Sql {
    sql(COUNT)
}

pub(super) fn statements() -> Vec<Sql> {
    vec![sql(NEXT).bind(0), sql(QUEUE), sql(COUNT)]
}
