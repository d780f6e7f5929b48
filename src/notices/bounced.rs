//! The job `notices.bounced`: mail 34, to those who stand in where mail to somebody with a role comes back. Once for each address and
//! bounce, and one mail for each of them however many contracts there are.
use super::mails::CameBack;
use crate::app::Profile;
use crate::db::{FromRow, Sql, WriteTx, sql};
use crate::error::AppError;
use crate::ids::{PersonId, Single};
use crate::mail::letter::one_line;
use crate::mail::outbox::{self, Outgoing, Send};
use crate::mail::{Mail, Site};
use crate::operation::Operation;
use crate::policy::{self, Permit};
use crate::text::full_name;
use serde::Serialize;

/// The job.
pub const JOB: &str = "notices.bounced";

/// Writes the mails about one person.
#[derive(Clone, Serialize)]
pub struct WriteCameBack {
    person: i64,
    #[serde(skip)]
    site: Site,
}

impl WriteCameBack {
    /// For the job with this payload.
    pub fn new(person: i64, profile: &Profile) -> Self {
        Self { person, site: Site::of(profile) }
    }
}

#[derive(FromRow)]
struct Row {
    id: i64,
    email: String,
    reason: String,
    account_id: i64,
    contract_id: i64,
    contracts: i64,
    contract: String,
    manages: bool,
    assets: i64,
    handle: String,
    lost: String,
    bounced_at: i64,
    first_name: String,
    last_name: String,
}

/// `$1` the person `p` out of reach. `q` is told, of the contracts on which `p` has a role, or access where `q` manages them.
const WHOM: &str = "SELECT q.id, q.email, MIN(CASE WHEN q.id = c.manager_id THEN 'manager' WHEN q.id = b.person_id THEN 'backup'
            ELSE 'reseller' END) AS reason, MIN(c.account_id) AS account_id, MIN(c.id) AS contract_id, COUNT(*) AS contracts,
        MIN(c.number) AS contract, MAX(CASE WHEN c.manager_id = p.id THEN 1 ELSE 0 END) = 1 AS manages,
        CAST(COALESCE(SUM((SELECT COUNT(*) FROM assets a LEFT JOIN asset_groups g ON g.id = a.group_id WHERE a.contract_id = c.id
            AND COALESCE(a.coordinator_id, g.coordinator_id, c.coordinator_id) = p.id)), 0) AS BIGINT) AS assets,
        p.handle, p.email AS lost, p.bounced_at, p.first_name, p.last_name
    FROM people p JOIN contracts c ON c.manager_id = p.id OR c.coordinator_id = p.id
        OR EXISTS (SELECT 1 FROM asset_groups g WHERE g.contract_id = c.id AND g.coordinator_id = p.id)
        OR EXISTS (SELECT 1 FROM assets a WHERE a.contract_id = c.id AND a.coordinator_id = p.id)
    LEFT JOIN backup_contacts b ON b.contract_id = c.id
    JOIN people q ON q.id <> p.id AND q.deactivated_at IS NULL AND q.bounced_at IS NULL
        AND (EXISTS (SELECT 1 FROM memberships m WHERE m.account_id = c.account_id AND m.person_id = q.id
                AND m.confirmed_at IS NOT NULL AND q.id IN (c.manager_id, b.person_id))
            OR EXISTS (SELECT 1 FROM memberships m WHERE m.account_id = c.reseller_id AND m.person_id = q.id
                AND m.confirmed_at IS NOT NULL AND m.partner_role = 'partner_admin'))
    WHERE p.id = $1 AND p.bounced_at IS NOT NULL
    GROUP BY q.id, q.email, p.id, p.handle, p.email, p.bounced_at, p.first_name, p.last_name ORDER BY q.id LIMIT 50";

impl Operation for WriteCameBack {
    type Action = policy::WriteMail;
    type Output = ();

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<(), AppError> {
        if outbox::live_since(tx, permit).await?.is_none() && !self.site.demo {
            return Ok(());
        }
        let rows: Vec<Row> = tx.fetch(permit, sql(WHOM).bind(self.person)).await?;
        let mails: Vec<Outgoing> = rows.iter().map(|row| self.mail(row)).collect();
        outbox::write(tx, permit, &self.site, &mails, Send::InTurn).await?;
        tx.note(serde_json::json!({"person": self.person, "told": mails.len()}), None);
        Ok(())
    }
}

impl WriteCameBack {
    fn mail(&self, row: &Row) -> Outgoing {
        let name = one_line(&full_name(&row.first_name, &row.last_name));
        let mail = CameBack {
            site: self.site.clone(),
            name: if name.is_empty() { row.lost.clone() } else { name },
            address: row.lost.clone(),
            handle: row.handle.clone(),
            manages: row.manages,
            assets: row.assets.unsigned_abs(),
            contracts: row.contracts.unsigned_abs(),
            contract: one_line(&row.contract),
            reason: row.reason.clone(),
        };
        Outgoing {
            person: PersonId(row.id),
            address: row.email.clone(),
            account: Some(row.account_id),
            contract: (row.contracts == 1).then_some(row.contract_id),
            change_set: None,
            kind: "notice.came_back",
            mail: mail.render(),
            link: None,
            reply_to: self.site.contact_email.clone(),
            dedup_key: format!("notice.came_back/{}/{}/{}", self.person, row.bounced_at, row.id),
        }
    }
}

pub(super) fn statements() -> Vec<Sql> {
    vec![sql(WHOM)]
}
