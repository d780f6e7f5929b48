//! The job `continuity.month`, once in each month: mail 27 to those whose serial numbers are still theirs by default, and the yearly
//! question to coordinators. A few hundred in each transaction; twice in a month is once.
use super::mails::{StillByDefault, StillCoordinator};
use crate::app::Profile;
use crate::coordinators::rules::GRACE_DAYS;
use crate::db::{FromRow, Sql, WriteTx, sql};
use crate::error::AppError;
use crate::ids::{PersonId, Single};
use crate::mail::letter::one_line;
use crate::mail::outbox::{self, Outgoing, Purpose, Send};
use crate::mail::{Mail, Site};
use crate::operation::Operation;
use crate::policy::{self, Permit};
use crate::time::{DAY, Day, Instant, day_of};
use serde::Serialize;

/// The job.
pub const JOB: &str = "continuity.month";
/// So many people are written to in one transaction.
const MOST: i64 = 300;
/// Whoever became manager or coordinator lately is not reminded of it yet.
const SETTLING: Instant = 14 * DAY;
/// How often a coordinator is asked.
const YEAR: Instant = 365 * DAY;

/// Of a demo nothing: it plays for hours.
const KNOWN: &str = "SELECT CAST(l.value AS BIGINT) AS live_at, (SELECT k.value FROM settings k WHERE k.name = 'continuity_month') AS known
    FROM settings l WHERE l.name = 'live_at' AND NOT EXISTS (SELECT 1 FROM settings d WHERE d.name = 'demo')";
const NOTE: &str = "INSERT INTO settings (name, value) VALUES ('continuity_month', $1)
    ON CONFLICT (name) DO UPDATE SET value = excluded.value";
const PLAN: &str = "INSERT INTO jobs (kind, payload, dedup_key, run_at, urgent, state, attempts, lease, leased_until, error)
    VALUES ('continuity.month', 0, 'continuity.month/' || $1, $2, FALSE, 'waiting', 0, 0, 0, '') ON CONFLICT (dedup_key) DO NOTHING";

/// Plans the job where a month has begun since it was looked at last; the month in which the installation went live is let pass.
#[derive(Clone, Serialize)]
pub struct PlanMonth;

impl Operation for PlanMonth {
    type Action = policy::RunJob;
    type Output = ();

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<(), AppError> {
        let now = month(tx.today());
        let known: Option<(Instant, Option<String>)> = tx.find(permit, sql(KNOWN)).await?;
        let Some((live_at, known)) = known else { return Ok(()) };
        let last = known.unwrap_or_default().max(month(day_of(live_at, tx.zone())));
        if last >= now {
            return Ok(());
        }
        tx.execute(permit, sql(NOTE).bind(now.as_str())).await?;
        tx.execute(permit, sql(PLAN).bind(now.as_str()).bind(tx.now())).await?;
        tx.note(serde_json::json!({"month": now}), None);
        Ok(())
    }
}

/// `2026-11`
fn month(day: Day) -> String {
    day.to_string().chars().take(7).collect()
}

/// Writes the next few hundred.
#[derive(Clone, Serialize)]
pub struct WriteMonthly {
    #[serde(skip)]
    site: Site,
}

impl WriteMonthly {
    /// Of this installation.
    pub fn new(profile: &Profile) -> Self {
        Self { site: Site::of(profile) }
    }
}

#[derive(FromRow)]
struct ByDefault {
    id: i64,
    email: String,
    account_id: i64,
    contract_id: i64,
    contracts: i64,
    contract: String,
    assets: i64,
}

/// `$1` the key of this month, `$2` the first end day of a contract that may still be changed, `$3` since when at the latest.
const BY_DEFAULT: &str = "SELECT p.id, p.email, MIN(c.account_id) AS account_id, MIN(c.id) AS contract_id,
        COUNT(DISTINCT c.id) AS contracts, MIN(c.number) AS contract, COUNT(*) AS assets
    FROM people p JOIN contracts c ON c.manager_id = p.id AND c.coordinator_id IS NULL AND c.end_on >= $2
    JOIN memberships m ON m.account_id = c.account_id AND m.person_id = p.id AND m.confirmed_at IS NOT NULL
    JOIN spans s ON s.level = 'manager' AND s.target_id = c.id AND s.until_at IS NULL AND s.from_at <= $3
    JOIN assets a ON a.contract_id = c.id AND a.coordinator_id IS NULL LEFT JOIN asset_groups g ON g.id = a.group_id
    WHERE g.coordinator_id IS NULL AND p.deactivated_at IS NULL AND p.bounced_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM notices n WHERE n.dedup_key = 'by_default/' || p.id || '/' || $1)
    GROUP BY p.id, p.email ORDER BY p.id LIMIT $4";

#[derive(FromRow)]
struct Coordinator {
    id: i64,
    email: String,
    account_id: i64,
    company: String,
    assets: i64,
}

/// `$1` a year ago: nobody who was asked or became coordinator since.
const TO_ASK: &str = "SELECT p.id, p.email, o.id AS account_id, o.name AS company, COUNT(*) AS assets
    FROM people p JOIN memberships m ON m.person_id = p.id AND m.confirmed_at IS NOT NULL JOIN accounts o ON o.id = m.account_id
    JOIN contracts c ON c.account_id = o.id AND c.manager_id <> p.id AND c.end_on >= $2 JOIN assets a ON a.contract_id = c.id
    LEFT JOIN asset_groups g ON g.id = a.group_id
    WHERE COALESCE(a.coordinator_id, g.coordinator_id, c.coordinator_id) = p.id
    AND p.deactivated_at IS NULL AND p.bounced_at IS NULL
    AND EXISTS (SELECT 1 FROM spans s WHERE s.person_id = p.id AND s.level IN ('asset', 'group', 'contract') AND s.until_at IS NULL
        AND s.from_at <= $1)
    AND NOT EXISTS (SELECT 1 FROM role_checks r WHERE r.person_id = p.id AND r.account_id = o.id AND r.asked_at > $1)
    GROUP BY p.id, p.email, o.id, o.name ORDER BY p.id, o.id LIMIT $3";
const ASK: &str =
    "INSERT INTO role_checks (person_id, account_id, assets, asked_at) VALUES ($1, $2, $3, $4) RETURNING id";
const ABOUT: &str = "UPDATE notices SET about = $1 WHERE dedup_key = $2";

impl Operation for WriteMonthly {
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
        let month = month(tx.today());
        let open = tx.today().plus(-GRACE_DAYS);
        let due = sql(BY_DEFAULT).bind(month.as_str()).bind(open).bind(tx.now() - SETTLING).bind(MOST);
        let due: Vec<ByDefault> = tx.fetch(permit, due).await?;
        let mails: Vec<Outgoing> = due.iter().map(|row| self.remind(row, &month)).collect();
        outbox::write(tx, permit, &self.site, &mails, Send::InTurn).await?;
        let ask = sql(TO_ASK).bind(tx.now() - YEAR).bind(open).bind(MOST);
        let ask: Vec<Coordinator> = tx.fetch(permit, ask).await?;
        for row in &ask {
            let asked = sql(ASK).bind(row.id).bind(row.account_id).bind(row.assets).bind(tx.now());
            let asked: Vec<(i64,)> = tx.returning(permit, asked).await?;
            let (asked,) = asked.into_iter().next().ok_or(AppError::Lost)?;
            let mail = self.ask(row, asked);
            let key = mail.dedup_key.clone();
            outbox::write(tx, permit, &self.site, &[mail], Send::InTurn).await?;
            tx.execute(permit, sql(ABOUT).bind(asked).bind(key)).await?;
        }
        tx.note(serde_json::json!({"reminded": mails.len(), "asked": ask.len()}), None);
        Ok(mails.len().max(ask.len()) as i64 >= MOST)
    }
}

impl WriteMonthly {
    fn remind(&self, row: &ByDefault, month: &str) -> Outgoing {
        let mail = StillByDefault {
            site: self.site.clone(),
            assets: row.assets.unsigned_abs(),
            contracts: row.contracts.unsigned_abs(),
            contract: one_line(&row.contract),
        };
        Outgoing {
            person: PersonId(row.id),
            address: row.email.clone(),
            account: Some(row.account_id),
            contract: (row.contracts == 1).then_some(row.contract_id),
            change_set: None,
            kind: "by_default",
            mail: mail.render(),
            link: None,
            reply_to: self.site.contact_email.clone(),
            dedup_key: format!("by_default/{}/{month}", row.id),
        }
    }

    fn ask(&self, row: &Coordinator, asked: i64) -> Outgoing {
        let (assets, company) = (row.assets.unsigned_abs(), one_line(&row.company));
        Outgoing {
            person: PersonId(row.id),
            address: row.email.clone(),
            account: Some(row.account_id),
            contract: None,
            change_set: None,
            kind: "role_check",
            mail: StillCoordinator { site: self.site.clone(), assets, company }.render(),
            link: Some(Purpose::RoleCheck),
            reply_to: self.site.contact_email.clone(),
            dedup_key: format!("role_check/{asked}"),
        }
    }
}

pub(super) fn statements() -> Vec<Sql> {
    [KNOWN, NOTE, PLAN, BY_DEFAULT, TO_ASK, ASK, ABOUT].map(sql).into()
}
