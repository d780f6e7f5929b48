//! The job `mail.change_set`: once the hold is over, everybody whom a change set concerns is written one mail.
use super::told::{ContractRow, Facts, Head, Level, MoveRow, PersonRow, Sample, told};
use crate::app::Profile;
use crate::db::{Sql, WriteTx, sql};
use crate::error::AppError;
use crate::ids::Single;
use crate::mail::Site;
use crate::mail::letter::MOST_LISTED;
use crate::mail::outbox::{self, Purpose, Send};
use crate::operation::Operation;
use crate::policy::{self, Permit};
use serde::Serialize;

/// Writes the mails of a change set to the outbox.
#[derive(Clone, Serialize)]
pub struct WriteMail {
    change_set: i64,
    #[serde(skip)]
    site: Site,
}

impl WriteMail {
    /// For the job with this payload.
    pub fn new(change_set: i64, profile: &Profile) -> Self {
        Self { change_set, site: Site::of(profile) }
    }
}

/// First, so that an undo comes before this or after it. The lock is what counts: nobody's view of a contract becomes old.
const LOCK: &str = "UPDATE contracts SET version = version WHERE id IN (
    SELECT x.contract_id FROM change_set_contracts x WHERE x.change_set = $1)";
const HEAD: &str = "SELECT s.id, s.kind, s.set_by, s.at, s.person_id, COALESCE(s.from_on, t.from_on) AS from_on,
        COALESCE(s.until_on, t.until_on) AS until_on, s.undoes, s.mail
    FROM change_sets s LEFT JOIN change_sets t ON t.id = s.undoes WHERE s.id = $1";
/// Contracts of which something is left; an effect only follows from others.
const CONTRACTS: &str = "SELECT c.id, c.number, c.manager_id, c.account_id, o.name AS account
    FROM contracts c JOIN accounts o ON o.id = c.account_id
    WHERE c.id IN (SELECT i.contract_id FROM change_set_items i
        WHERE i.change_set = $1 AND i.level <> 'effect' AND i.reverted_by IS NULL) ORDER BY c.number";
/// What is left of the assets: who was in force, who is, who was named. The undo of a dated assignment that lay ahead
/// changed nobody's hands; it takes back what was told.
macro_rules! touched {
    ($rest:expr) => {
        concat!(
            "WITH touched AS (
                SELECT i.target_id, i.contract_id, i.former, i.successor,
                    CASE WHEN i.level = 'effect' OR (i.level = 'asset_dated' AND s.undoes IS NOT NULL) THEN NULL
                        ELSE i.after_id END AS named
                FROM change_set_items i JOIN change_sets s ON s.id = i.change_set
                WHERE i.change_set = $1 AND i.reverted_by IS NULL AND i.level IN ('asset', 'asset_dated', 'effect')
                UNION ALL
                SELECT o.target_id, o.contract_id, o.successor, o.former, NULL
                FROM change_sets s JOIN change_sets t ON t.id = s.undoes JOIN change_set_items o ON o.change_set = t.id
                WHERE s.id = $1 AND t.undoes IS NULL AND t.from_on IS NOT NULL AND o.reverted_by = s.id
                AND o.level IN ('asset_dated', 'effect') AND NOT EXISTS (SELECT 1 FROM change_set_items e
                    WHERE e.change_set = $1 AND e.level = 'effect' AND e.target_id = o.target_id)) ",
            $rest
        )
    };
}
const MOVES: &str = touched!(
    "SELECT t.contract_id, t.former, t.successor, t.named, COUNT(*) AS assets FROM touched t
     WHERE t.former <> t.successor OR t.named IS NOT NULL
     GROUP BY t.contract_id, t.former, t.successor, t.named ORDER BY t.contract_id, t.former, t.successor, t.named"
);
const SAMPLES: &str = touched!(
    "SELECT role, person, serial, product FROM (
        SELECT r.role, r.person, a.serial, p.name AS product,
            ROW_NUMBER() OVER (PARTITION BY r.role, r.person ORDER BY a.serial) AS place
        FROM (SELECT 'gains' AS role, CASE WHEN t.former <> t.successor THEN t.successor ELSE t.named END AS person,
                t.target_id FROM touched t WHERE t.former <> t.successor OR t.named IS NOT NULL
            UNION ALL SELECT 'loses', t.former, t.target_id FROM touched t WHERE t.former <> t.successor
            UNION ALL SELECT 'manages', c.manager_id, t.target_id FROM touched t JOIN contracts c ON c.id = t.contract_id
                WHERE t.former <> t.successor OR t.named IS NOT NULL) r
        JOIN assets a ON a.id = r.target_id JOIN products p ON p.id = a.product_id WHERE r.person IS NOT NULL) ranked
     WHERE place <= $2 ORDER BY role, person, serial"
);
const LEVELS: &str = "SELECT i.level, i.contract_id, i.after_id, g.name AS group_name
    FROM change_set_items i LEFT JOIN asset_groups g ON g.id = i.target_id AND i.level IN ('group', 'group_dated')
    WHERE i.change_set = $1 AND i.reverted_by IS NULL
    AND i.level IN ('group', 'contract', 'group_dated', 'contract_dated', 'cover', 'naming')
    ORDER BY i.level, i.contract_id, i.target_id";
/// Everybody who may stand in one of the mails.
const PEOPLE: &str = "SELECT p.id, p.first_name, p.last_name, p.email, p.deactivated_at IS NOT NULL AS deactivated
    FROM people p WHERE p.id IN (
        SELECT i.former FROM change_set_items i WHERE i.change_set = $1 OR i.change_set = $2
        UNION SELECT i.successor FROM change_set_items i WHERE i.change_set = $1 OR i.change_set = $2
        UNION SELECT i.before_id FROM change_set_items i
            WHERE i.change_set = $1 AND i.level NOT IN ('naming', 'member', 'entry')
        UNION SELECT i.after_id FROM change_set_items i
            WHERE i.change_set = $1 AND i.level NOT IN ('naming', 'member', 'entry')
        UNION SELECT i.target_id FROM change_set_items i WHERE i.change_set = $1 AND i.level = 'naming'
        UNION SELECT c.manager_id FROM contracts c JOIN change_set_contracts x ON x.contract_id = c.id
            WHERE x.change_set = $1
        UNION SELECT s.set_by FROM change_sets s WHERE s.id = $1
        UNION SELECT s.person_id FROM change_sets s WHERE s.id = $1)";
const PENDING: &str = "SELECT m.person_id, m.account_id FROM memberships m WHERE m.confirmed_at IS NULL
    AND m.account_id IN (SELECT c.account_id FROM contracts c JOIN change_set_contracts x ON x.contract_id = c.id
        WHERE x.change_set = $1)";
const NAMING: &str = "SELECT n.person_id, n.contract_id FROM naming_rights n
    JOIN change_set_contracts x ON x.contract_id = n.contract_id WHERE x.change_set = $1";
/// An invitation that is mailed again lasts anew, as long as its link.
const INVITED: &str = "UPDATE invitations SET mailed_at = $2, expires_at = $3 WHERE accepted_at IS NULL
    AND EXISTS (SELECT 1 FROM notices n WHERE n.change_set = $1 AND n.kind = 'invitation' AND n.state = 'queued'
        AND n.person_id = invitations.person_id AND n.account_id = invitations.account_id)";
const OUT: &str = "UPDATE change_sets SET mail = 'out' WHERE id = $1";

impl Operation for WriteMail {
    type Action = policy::WriteMail;
    /// How many people are written to.
    type Output = u64;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<u64, AppError> {
        let about = |text| sql(text).bind(self.change_set);
        tx.execute(permit, about(LOCK)).await?;
        let head: Option<Head> = tx.find(permit, about(HEAD)).await?;
        // Written already: the job was run before, and its end was lost.
        let Some(head) = head.filter(|head| head.mail == "held") else { return Ok(0) };
        let live = outbox::live_since(tx, permit).await?;
        let send = match live.is_some_and(|since| since <= head.at) || self.site.demo {
            true => Send::InTurn,
            false => Send::NotAtAll,
        };
        let facts = self.facts(tx, permit, head).await?;
        let mails = told(&facts, &self.site);
        outbox::write(tx, permit, &self.site, &mails, send).await?;
        let expires = tx.now() + Purpose::Invitation.lasts();
        tx.execute(permit, about(INVITED).bind(tx.now()).bind(expires)).await?;
        tx.execute(permit, about(OUT)).await?;
        tx.note(serde_json::json!({"mails": mails.len()}), Some(crate::ids::ChangeSetId(self.change_set)));
        Ok(mails.len() as u64)
    }
}

impl WriteMail {
    /// Everything that the mails say, in a fixed number of statements however many are concerned.
    async fn facts(&self, tx: &mut WriteTx, permit: &Permit<policy::WriteMail>, head: Head) -> Result<Facts, AppError> {
        let about = |text| sql(text).bind(self.change_set);
        let contracts: Vec<ContractRow> = tx.fetch(permit, about(CONTRACTS)).await?;
        if contracts.is_empty() {
            return Ok(Facts::nothing(head));
        }
        let moves: Vec<MoveRow> = tx.fetch(permit, about(MOVES)).await?;
        let samples: Vec<Sample> = tx.fetch(permit, about(SAMPLES).bind(MOST_LISTED as i64)).await?;
        let levels: Vec<Level> = tx.fetch(permit, about(LEVELS)).await?;
        let people: Vec<PersonRow> = tx.fetch(permit, about(PEOPLE).bind(head.undoes)).await?;
        let pending: Vec<(i64, i64)> = tx.fetch(permit, about(PENDING)).await?;
        let naming: Vec<(i64, i64)> = tx.fetch(permit, about(NAMING)).await?;
        let set_on = crate::time::day_of(head.at, tx.zone());
        Ok(Facts {
            head,
            set_on: Some(set_on),
            contracts,
            moves,
            samples,
            levels,
            people: people.into_iter().map(|p| (p.id, p)).collect(),
            pending: pending.into_iter().collect(),
            naming: naming.into_iter().collect(),
        })
    }
}

pub(super) fn statements() -> Vec<Sql> {
    [LOCK, HEAD, CONTRACTS, MOVES, SAMPLES, LEVELS, PEOPLE, PENDING, NAMING, INVITED, OUT].map(sql).into()
}
