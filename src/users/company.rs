//! Everybody of the reader's companies, with the access on each contract where the reader names users; and who asks for more.
use crate::db::{FromRow, Reader, Sql};
use crate::error::AppError;
use crate::ids::Single;
use crate::operation::Query;
use crate::policy::{self, GiveAccess, NameUsers, Permit, Scope, Scoped};
use crate::text::full_name;
use crate::time::Instant;

/// Rows of one page.
pub const ROWS: i64 = 50;

/// The question.
#[derive(Clone, Debug, Default)]
pub struct ShowUsers {
    /// Only this contract; empty: all.
    pub contract: String,
    /// Beginning of a name or an address.
    pub q: String,
    /// `invited`: only those who have not accepted.
    pub state: String,
    /// Where the page begins.
    pub cursor: Option<String>,
}

/// One person on one contract; of somebody without access the contract is missing.
#[derive(Clone, Debug, FromRow)]
pub struct UserRow {
    pub(super) id: i64,
    pub(super) handle: String,
    pub(super) email: String,
    pub(super) first_name: String,
    pub(super) last_name: String,
    pub(super) cursor: String,
    pub(super) pending: bool,
    pub(super) bounced: bool,
    pub(super) deactivated: bool,
    pub(super) signed_in_at: Option<Instant>,
    pub(super) invited_at: Option<Instant>,
    pub(super) expires_at: Option<Instant>,
    /// Of the last invitation that was mailed: `queued`, `sent`, `failed` or `not_sent`.
    pub(super) delivery: Option<String>,
    pub(super) manages: bool,
    pub(super) coordinates: bool,
    pub(super) number: Option<String>,
    pub(super) all_assets: bool,
    pub(super) assets: i64,
    pub(super) releases: bool,
    pub(super) extensions: bool,
    pub(super) support: bool,
    pub(super) learning: bool,
}

/// A contract on which the reader names users.
#[derive(Clone, Debug, FromRow)]
pub struct ContractRow {
    pub(super) number: String,
    pub(super) account_number: String,
    pub(super) company: String,
    pub(super) manages: bool,
}

/// Somebody who asks for access.
#[derive(Clone, Debug, FromRow)]
pub struct RequestRow {
    pub(super) handle: String,
    pub(super) kind: String,
    pub(super) person: String,
    pub(super) email: String,
    pub(super) first_name: String,
    pub(super) last_name: String,
    pub(super) company: String,
    pub(super) number: Option<String>,
    pub(super) serial: Option<String>,
    pub(super) product: Option<String>,
    pub(super) wants: String,
    pub(super) words: String,
    pub(super) asked_at: Instant,
}

impl RequestRow {
    /// Who asks: the name, else the address.
    pub fn name(&self) -> String {
        match full_name(&self.first_name, &self.last_name) {
            name if name.is_empty() => self.email.clone(),
            name => name,
        }
    }

    /// Asks to join, through the company's own sign-in.
    pub fn joins(&self) -> bool {
        self.kind == "join"
    }
}

/// What was found.
#[derive(Clone, Debug)]
pub struct Found {
    /// At most [`ROWS`].
    pub rows: Vec<UserRow>,
    /// There are more behind this one.
    pub next: Option<String>,
    /// Where users can be named.
    pub contracts: Vec<ContractRow>,
    /// Who waits for a decision.
    pub requests: Vec<RequestRow>,
}

const SEEN: &str = "WITH seen AS (SELECT c.id, c.number, c.account_id, c.manager_id FROM contracts c WHERE ($2 = '' OR c.number = $2) AND";
/// `entry` and `contract` are NULL for members without access to any contract that is seen.
const USERS: &str = ") SELECT p.id, p.handle, p.email, p.first_name, p.last_name, p.sort_key || ' ' || COALESCE(s.number, '') AS cursor,
        m.confirmed_at IS NULL AS pending, p.bounced_at IS NOT NULL AS bounced,
        p.deactivated_at IS NOT NULL AS deactivated, p.signed_in_at, i.invited_at, i.expires_at,
        (SELECT n.state FROM notices n WHERE n.person_id = p.id AND n.account_id = o.id
            AND n.kind IN ('invitation', 'invitation.reminder') ORDER BY n.id DESC LIMIT 1) AS delivery,
        EXISTS (SELECT 1 FROM seen x WHERE x.account_id = o.id AND x.manager_id = p.id) AS manages,
        EXISTS (SELECT 1 FROM contracts x WHERE x.account_id = o.id AND x.coordinator_id = p.id)
            OR EXISTS (SELECT 1 FROM asset_groups x WHERE x.account_id = o.id AND x.coordinator_id = p.id)
            OR EXISTS (SELECT 1 FROM assets x WHERE x.account_id = o.id AND x.coordinator_id = p.id) AS coordinates,
        s.number, COALESCE(e.all_assets, FALSE) AS all_assets,
        (SELECT COUNT(*) FROM entry_assets x WHERE x.entry_id = e.id) AS assets, COALESCE(e.releases, FALSE) AS releases,
        COALESCE(e.extensions, FALSE) AS extensions, COALESCE(e.support, FALSE) AS support,
        COALESCE(e.learning, FALSE) AS learning
    FROM (SELECT m.account_id, m.person_id, CAST(NULL AS BIGINT) AS entry FROM memberships m
            WHERE m.account_id IN (SELECT x.account_id FROM seen x) AND NOT EXISTS (SELECT 1 FROM entries e
                JOIN seen x ON x.id = e.contract_id WHERE e.person_id = m.person_id AND e.ended_at IS NULL)
        UNION ALL SELECT e.account_id, e.person_id, e.id FROM entries e JOIN seen x ON x.id = e.contract_id
            WHERE e.ended_at IS NULL) w
    JOIN people p ON p.id = w.person_id JOIN accounts o ON o.id = w.account_id
    JOIN memberships m ON m.account_id = w.account_id AND m.person_id = w.person_id
    LEFT JOIN entries e ON e.id = w.entry LEFT JOIN seen s ON s.id = e.contract_id
    LEFT JOIN invitations i ON i.account_id = o.id AND i.person_id = p.id AND m.confirmed_at IS NULL WHERE TRUE";
const WAITING: &str = " AND m.confirmed_at IS NULL";
const STARTS: &str = " AND ((p.email_key >= ";
const AFTER: &str = " AND p.sort_key || ' ' || COALESCE(s.number, '') > ";
const ORDER: &str = " ORDER BY p.sort_key || ' ' || COALESCE(s.number, '') LIMIT ";
const CONTRACTS: &str =
    "SELECT c.number, o.number AS account_number, o.name AS company, c.manager_id = $1 AS manages FROM contracts c
    JOIN accounts o ON o.id = c.account_id WHERE $2 = 0 AND";
const BY_NUMBER: &str = " ORDER BY c.number";
/// As `decide.rs` has it. One about no serial number shows once, whatever the reader manages; one to join is decided under any
/// contract that the reader manages there.
const REQUESTS: &str = "SELECT r.handle, r.kind, p.handle AS person, p.email, p.first_name, p.last_name, o.name AS company,
        CASE WHEN a.id IS NOT NULL OR r.kind = 'join' THEN c.number END AS number, a.serial, y.name AS product, r.wants, r.words, r.asked_at
    FROM access_requests r JOIN people p ON p.id = r.person_id JOIN accounts o ON o.id = r.account_id
    LEFT JOIN assets a ON a.id = r.asset_id LEFT JOIN products y ON y.id = a.product_id
    LEFT JOIN asset_groups g ON g.id = a.group_id
    JOIN contracts c ON c.id = COALESCE(a.contract_id, (SELECT MIN(x.id) FROM contracts x
        WHERE x.account_id = r.account_id AND x.manager_id = $1))
    WHERE r.decision IS NULL AND $2 = 0 AND";
const OLDEST: &str = " ORDER BY r.asked_at, r.id LIMIT ";
const MOST_REQUESTS: i64 = 50;

fn users(scope: &Scope<NameUsers>, asked: &ShowUsers, rows: i64) -> Scoped {
    let (q, name) = (crate::text::address_key(&asked.q), crate::text::search_key(&asked.q));
    scope.select(SEEN, asked.contract.as_str(), |s| {
        let s = s.push(USERS);
        let s = if asked.state == "invited" { s.push(WAITING) } else { s };
        let s = if q.is_empty() { s } else { starts(s, &q, &name) };
        let s = match &asked.cursor {
            Some(cursor) => s.push(AFTER).push_bind(cursor.as_str()),
            None => s,
        };
        s.push(ORDER).push_bind(rows)
    })
}

fn starts(s: Sql, address: &str, name: &str) -> Sql {
    let end = crate::text::prefix_end;
    let s = s.push(STARTS).push_bind(address).push(" AND p.email_key < ").push_bind(end(address));
    let s = s.push(") OR (p.first_key >= ").push_bind(name).push(" AND p.first_key < ").push_bind(end(name));
    s.push(") OR (p.last_key >= ").push_bind(name).push(" AND p.last_key < ").push_bind(end(name)).push("))")
}

fn contracts(scope: &Scope<NameUsers>) -> Scoped {
    scope.select(CONTRACTS, 0, |s| s.push(BY_NUMBER))
}

fn requests(scope: &Scope<GiveAccess>) -> Scoped {
    scope.select(REQUESTS, 0, |s| s.push(OLDEST).push_bind(MOST_REQUESTS))
}

impl Query for ShowUsers {
    type Action = policy::OpenUsers;
    type Output = Found;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Found, AppError> {
        let mut rows: Vec<UserRow> = reader.list(users(&permit.scope(), self, ROWS + 1)).await?;
        let limit = usize::try_from(ROWS).unwrap_or(0);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| more).map(|row| row.cursor.clone());
        let contracts = reader.list(contracts(&permit.scope())).await?;
        let requests = reader.list(requests(&permit.scope())).await?;
        Ok(Found { rows, next, contracts, requests })
    }
}

pub(super) fn statements() -> Vec<Sql> {
    let full = ShowUsers {
        q: "x".to_owned(),
        state: "invited".to_owned(),
        cursor: Some(String::new()),
        ..ShowUsers::default()
    };
    vec![
        users(&Scope::sample(), &ShowUsers::default(), 1).into_sql(),
        users(&Scope::sample(), &full, 1).into_sql(),
        contracts(&Scope::sample()).into_sql(),
        requests(&Scope::sample()).into_sql(),
    ]
}
