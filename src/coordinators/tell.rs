//! The job `mail.change_set`: once the hold is over, everybody whom a change set concerns is written one mail.
use super::happened::{ContractRow, Facts, Head, Level, Move, MoveRow, PersonRow};
use super::told::told;
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
use std::collections::{BTreeSet, HashMap};

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
const HEAD: &str = "SELECT s.id, s.kind, s.set_by, s.at, s.person_id, COALESCE(s.from_on, r.from_on) AS from_on,
        COALESCE(s.until_on, r.until_on) AS until_on, s.depth % 2 = 1 AS takes_back, s.mail
    FROM change_sets s LEFT JOIN change_sets r ON r.id = s.root WHERE s.id = $1";
/// Contracts of which something is left; an effect only follows from others.
const CONTRACTS: &str = "SELECT c.id, c.number, c.manager_id, c.account_id, o.name AS account
    FROM contracts c JOIN accounts o ON o.id = c.account_id
    WHERE c.id IN (SELECT i.contract_id FROM change_set_items i
        WHERE i.change_set = $1 AND i.level <> 'effect' AND i.reverted_by IS NULL) ORDER BY c.number";
/// What is left of the assets: who was in force, who is, who was named; how many go that way, and the first of them. The
/// undo of a dated assignment that lay ahead changed nobody's hands; it takes back what was told, and its own undo tells it anew.
const MOVES: &str = "SELECT m.contract_id, m.former, m.successor, m.named, m.assets, a.serial, p.name AS product
    FROM (SELECT t.contract_id, t.former, t.successor, t.named, t.target_id,
            COUNT(*) OVER (PARTITION BY t.contract_id, t.former, t.successor, t.named) AS assets,
            ROW_NUMBER() OVER (PARTITION BY t.contract_id, t.former, t.successor, t.named ORDER BY t.target_id) AS place
        FROM (SELECT i.target_id, i.contract_id, i.former, i.successor,
                CASE WHEN i.level = 'effect' OR (i.level = 'asset_dated' AND s.undoes IS NOT NULL) THEN NULL
                    ELSE i.after_id END AS named
            FROM change_set_items i JOIN change_sets s ON s.id = i.change_set
            WHERE i.change_set = $1 AND i.reverted_by IS NULL AND i.level IN ('asset', 'asset_dated', 'effect')
            UNION ALL
            SELECT o.target_id, o.contract_id, CASE s.depth % 2 WHEN 1 THEN o.successor ELSE o.former END,
                CASE s.depth % 2 WHEN 1 THEN o.former ELSE o.successor END,
                CASE WHEN s.depth % 2 = 0 AND o.level = 'asset_dated' THEN o.after_id END
            FROM change_sets s JOIN change_sets r ON r.id = s.root JOIN change_set_items o ON o.change_set = r.id
            WHERE s.id = $1 AND r.from_on IS NOT NULL AND o.level IN ('asset_dated', 'effect')
            AND CASE s.depth % 2 WHEN 1 THEN o.reverted_by = s.id ELSE o.reverted_by IS NULL END
            AND EXISTS (SELECT 1 FROM change_set_items u WHERE u.change_set = $1 AND u.contract_id = o.contract_id
                AND (o.level = 'effect' OR (u.level = o.level AND u.target_id = o.target_id)))
            AND NOT EXISTS (SELECT 1 FROM change_set_items e
                WHERE e.change_set = $1 AND e.level = 'effect' AND e.target_id = o.target_id)) t
        WHERE t.former <> t.successor OR t.named IS NOT NULL) m
    JOIN assets a ON a.id = m.target_id JOIN products p ON p.id = a.product_id WHERE m.place <= $2
    ORDER BY m.contract_id, m.former, m.successor, m.named, a.serial";
/// Of dated assignments that were passed on only those that lie ahead: the others show in what moved.
const LEVELS: &str = "SELECT i.level, i.contract_id, i.before_id, i.after_id, g.name AS group_name
    FROM change_set_items i LEFT JOIN asset_groups g ON g.id = i.target_id AND i.level IN ('group', 'group_dated')
    WHERE i.change_set = $1 AND i.reverted_by IS NULL
    AND (i.level IN ('group', 'contract', 'group_dated', 'contract_dated', 'naming')
        OR (i.level = 'cover' AND EXISTS (SELECT 1 FROM covers k WHERE k.id = i.target_id AND k.state = 'planned')))
    ORDER BY i.level, i.contract_id, i.target_id";
const PEOPLE: &str =
    "SELECT p.id, p.first_name, p.last_name, p.email, p.deactivated_at IS NOT NULL AS deactivated FROM (";
const OF_THESE: &str = ") v JOIN people p ON p.id = CAST(v.column1 AS BIGINT)";
const PENDING: &str = "SELECT m.person_id, m.account_id FROM memberships m WHERE m.confirmed_at IS NULL
    AND m.account_id IN (SELECT c.account_id FROM contracts c JOIN change_set_contracts x ON x.contract_id = c.id
        WHERE x.change_set = $1)";
const NAMING: &str = "SELECT n.person_id, n.contract_id FROM naming_rights n
    JOIN change_set_contracts x ON x.contract_id = n.contract_id WHERE x.change_set = $1";
/// An invitation that is mailed again lasts anew, as long as its link.
const INVITED: &str = "UPDATE invitations SET mailed_at = $2, expires_at = $3 WHERE accepted_at IS NULL AND id IN (
    SELECT i.id FROM notices n JOIN invitations i ON i.account_id = n.account_id AND i.person_id = n.person_id
    WHERE n.change_set = $1 AND n.kind = 'invitation' AND n.state = 'queued')";
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
        crate::people::remind::plan(tx, permit, self.change_set).await?;
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
        let moves: Vec<MoveRow> = tx.fetch(permit, about(MOVES).bind(MOST_LISTED as i64)).await?;
        let levels: Vec<Level> = tx.fetch(permit, about(LEVELS)).await?;
        let mut people = HashMap::new();
        for part in Sql::batches(&concerned(&head, &contracts, &moves, &levels)) {
            let rows: Vec<PersonRow> = tx.fetch(permit, sql(PEOPLE).push_values(part).push(OF_THESE)).await?;
            people.extend(rows.into_iter().map(|p| (p.id, p)));
        }
        let pending: Vec<(i64, i64)> = tx.fetch(permit, about(PENDING)).await?;
        let naming: Vec<(i64, i64)> = tx.fetch(permit, about(NAMING)).await?;
        let set_on = crate::time::day_of(head.at, tx.zone());
        Ok(Facts {
            head,
            set_on: Some(set_on),
            contracts,
            moves: Move::all(moves),
            levels,
            people,
            pending: pending.into_iter().collect(),
            naming: naming.into_iter().collect(),
        })
    }
}

/// Everybody who may stand in one of the mails.
fn concerned(head: &Head, contracts: &[ContractRow], moves: &[MoveRow], levels: &[Level]) -> Vec<String> {
    let of_head = [Some(head.set_by), head.person_id].into_iter().flatten();
    let of_moves = moves.iter().flat_map(|m| [m.former, m.successor, m.named]).flatten();
    let of_levels = levels.iter().filter(|l| l.level != "naming").flat_map(|l| [l.before_id, l.after_id]).flatten();
    let of_contracts = contracts.iter().map(|c| c.manager_id);
    let all: BTreeSet<i64> = of_head.chain(of_moves).chain(of_levels).chain(of_contracts).collect();
    all.into_iter().map(|id| id.to_string()).collect()
}

pub(super) fn statements() -> Vec<Sql> {
    let mut all: Vec<Sql> = [LOCK, HEAD, CONTRACTS, MOVES, LEVELS, PENDING, NAMING, INVITED, OUT].map(sql).into();
    all.push(sql(PEOPLE).push_values(&[String::new()]).push(OF_THESE));
    all
}
