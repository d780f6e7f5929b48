//! The users of a contract: who has access, to what, and what it lets them do. Keyset by name.
use super::input::Grant;
use super::known::grants;
use crate::contracts::assets::{Page, Paging};
use crate::db::{FromRow, Reader, Sql, sql};
use crate::error::AppError;
use crate::ids::{ContractId, ContractNumber};
use crate::operation::Query;
use crate::policy::{self, Permit};
use serde::Serialize;
use std::collections::BTreeMap;

/// Most users of one page.
pub const MOST_LISTED: i64 = 200;

/// The question.
pub struct ListUsers {
    /// The contract.
    pub contract: ContractNumber,
    /// Which part of the list.
    pub paging: Paging,
}

/// A user, as the API shows one.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct UserView {
    /// The address.
    pub email: String,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// `member`, `invited` (not yet accepted) or `bounced` (mail comes back).
    pub state: &'static str,
    /// All assets of the contract, also those that come later.
    pub all_assets: bool,
    /// Else these serial numbers; the first 200.
    pub serial_numbers: Vec<String>,
    /// What the access lets the person do.
    pub grants: Vec<Grant>,
}

#[derive(Clone, Debug, FromRow)]
struct Row {
    entry: i64,
    email: String,
    first_name: String,
    last_name: String,
    sort_key: String,
    pending: bool,
    bounced: bool,
    all_assets: bool,
    releases: bool,
    extensions: bool,
    support: bool,
    learning: bool,
}

const USERS: &str = "SELECT e.id AS entry, p.email, p.first_name, p.last_name, p.sort_key,
        NOT EXISTS (SELECT 1 FROM memberships m WHERE m.account_id = e.account_id AND m.person_id = p.id
            AND m.confirmed_at IS NOT NULL) AS pending,
        p.bounced_at IS NOT NULL AS bounced, e.all_assets, e.releases, e.extensions, e.support, e.learning
    FROM entries e JOIN people p ON p.id = e.person_id WHERE e.contract_id = $1 AND e.ended_at IS NULL";
const AFTER: &str = " AND p.sort_key > ";
const ORDER: &str = " ORDER BY p.sort_key LIMIT ";
const SERIALS: &str = "SELECT x.entry_id, a.serial FROM (";
const OF_ENTRIES: &str = ") v CROSS JOIN entry_assets x JOIN assets a ON a.id = x.asset_id
    WHERE x.entry_id = CAST(v.column1 AS BIGINT) ORDER BY x.entry_id, a.serial";

fn users(contract: ContractId, after: Option<&str>, rows: i64) -> Sql {
    let list = sql(USERS).bind(contract);
    let list = match after {
        Some(key) => list.push(AFTER).push_bind(key),
        None => list,
    };
    list.push(ORDER).push_bind(rows)
}

impl Query for ListUsers {
    type Action = policy::ListUsers;
    type Output = Page<UserView>;

    fn target(&self) -> ContractNumber {
        self.contract.clone()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Page<UserView>, AppError> {
        let limit = self.paging.limit.unwrap_or(MOST_LISTED).clamp(1, MOST_LISTED);
        let after = self.paging.cursor.as_deref();
        let mut rows: Vec<Row> = reader.fetch(permit, users(permit.target().0, after, limit + 1)).await?;
        let more = rows.len() > usize::try_from(limit).unwrap_or(0);
        rows.truncate(usize::try_from(limit).unwrap_or(0));
        let named: Vec<String> = rows.iter().filter(|r| !r.all_assets).map(|r| r.entry.to_string()).collect();
        let mut serials: BTreeMap<i64, Vec<String>> = BTreeMap::new();
        for part in Sql::batches(&named) {
            let found: Vec<(i64, String)> =
                reader.fetch(permit, sql(SERIALS).push_values(part).push(OF_ENTRIES)).await?;
            for (entry, serial) in found {
                serials.entry(entry).or_default().push(serial);
            }
        }
        let next = rows.last().filter(|_| more).map(|row| row.sort_key.clone());
        let view = |row: Row| {
            let mut serial_numbers = serials.remove(&row.entry).unwrap_or_default();
            serial_numbers.truncate(usize::try_from(MOST_LISTED).unwrap_or(0));
            UserView {
                state: match (row.bounced, row.pending) {
                    (true, _) => "bounced",
                    (_, true) => "invited",
                    _ => "member",
                },
                grants: grants(row.releases, row.extensions, row.support, row.learning).into_iter().collect(),
                email: row.email,
                first_name: row.first_name,
                last_name: row.last_name,
                all_assets: row.all_assets,
                serial_numbers,
            }
        };
        Ok(Page { items: rows.into_iter().map(view).collect(), next })
    }
}

pub(super) fn statements() -> Vec<Sql> {
    vec![
        users(ContractId(0), None, 1),
        users(ContractId(0), Some(""), 1),
        sql(SERIALS).push_values(&[String::new()]).push(OF_ENTRIES),
    ]
}
