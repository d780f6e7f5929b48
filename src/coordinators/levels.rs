//! The items of the groups and the contract themselves, beside what the plan says of each asset.
use super::plan::{Args, Mode};
use super::selection::Selection;
use crate::db::Sql;
use crate::policy::{Action, Scope, Scoped};
use crate::time::Day;

/// Heads of one level: `$4` the change set, `$2` the contract (for a hand-over whoever hands over), `$3` the new one.
macro_rules! group {
    ($level:literal, $after:expr) => {
        concat!(
            "INSERT INTO change_set_items (change_set, level, target_id, contract_id, before_id, after_id)
             SELECT $4, '",
            $level,
            "', g.id, g.contract_id, CASE WHEN k.id IS NULL THEN g.coordinator_id ELSE k.under_id END, ",
            $after,
            " FROM asset_groups g JOIN contracts c ON c.id = g.contract_id
             LEFT JOIN covers k ON k.level = 'group' AND k.target_id = g.id AND k.state = 'active' WHERE"
        )
    };
}
macro_rules! contract {
    ($level:literal) => {
        concat!(
            "INSERT INTO change_set_items (change_set, level, target_id, contract_id, before_id, after_id)
             SELECT $4, '",
            $level,
            "', c.id, c.id, CASE WHEN k.id IS NULL THEN c.coordinator_id ELSE k.under_id END, CAST($3 AS BIGINT)
             FROM contracts c
             LEFT JOIN covers k ON k.level = 'contract' AND k.target_id = c.id AND k.state = 'active' WHERE"
        )
    };
}

const OF_CONTRACT: &str = " c.id = $2 AND";
const OF_GROUP: &str = " g.contract_id = $2 AND g.id = ";
const CLEARED: &str =
    " g.contract_id = $2 AND CASE WHEN k.id IS NULL THEN g.coordinator_id ELSE k.under_id END IS NOT NULL AND";
const HANDED_GROUPS: &str =
    " c.manager_id = $1 AND CASE WHEN k.id IS NULL THEN g.coordinator_id ELSE k.under_id END = $2";
const HANDED_CONTRACTS: &str =
    " c.manager_id = $1 AND CASE WHEN k.id IS NULL THEN c.coordinator_id ELSE k.under_id END = $2";
const EDITABLE: &str = " AND c.end_on >= ";
/// Dated assignments of whoever hands over, planned or in force, get the successor, too.
const HANDED_COVERS: &str =
    "INSERT INTO change_set_items (change_set, level, target_id, contract_id, before_id, after_id)
    SELECT $4, 'cover', k.id, k.contract_id, k.person_id, CAST($3 AS BIGINT)
    FROM covers k JOIN contracts c ON c.id = k.contract_id
    WHERE c.manager_id = $1 AND k.person_id = $2 AND k.state IN ('planned', 'active')";

/// The statements that add them.
pub fn items<A: Action>(scope: &Scope<A>, mode: Mode, selection: &Selection, args: &Args, dated: bool) -> Vec<Scoped> {
    let bound = |s: Sql| s.bind(args.about).bind(args.to).bind(args.change_set.unwrap_or(0));
    let insert = |head: &'static str, rows: &'static str| scope.build(head, |s| bound(s).push(rows), |s| s);
    match (mode, selection) {
        (Mode::Assets | Mode::AssetsDated, _) => Vec::new(),
        (Mode::Group | Mode::GroupReplace, Selection::Group(id)) => {
            let head =
                if dated { group!("group_dated", "CAST($3 AS BIGINT)") } else { group!("group", "CAST($3 AS BIGINT)") };
            vec![scope.build(head, |s| bound(s).push(OF_GROUP).push_bind(*id).push(" AND"), |s| s)]
        }
        (Mode::Group | Mode::GroupReplace, _) => Vec::new(),
        (Mode::Contract, _) if dated => vec![insert(contract!("contract_dated"), OF_CONTRACT)],
        (Mode::Contract, _) => vec![insert(contract!("contract"), OF_CONTRACT)],
        (Mode::ContractReplace, _) => vec![
            insert(contract!("contract"), OF_CONTRACT),
            insert(group!("group", "NULLIF(CAST($3 AS BIGINT), CAST($3 AS BIGINT))"), CLEARED),
        ],
        (Mode::HandOver, Selection::Everything(editable)) => {
            let editable = *editable;
            let insert = |head: &'static str, rows: &'static str| {
                scope.build(head, |s| bound(s).push(rows).push(EDITABLE).push_bind(editable).push(" AND"), |s| s)
            };
            vec![
                insert(group!("group", "CAST($3 AS BIGINT)"), HANDED_GROUPS),
                insert(contract!("contract"), HANDED_CONTRACTS),
                insert(HANDED_COVERS, ""),
            ]
        }
        (Mode::HandOver, _) => Vec::new(),
    }
}

/// How many items a hand-over has beside those of assets, *(company, how many, how many of them lie ahead)*: groups,
/// contracts and dated assignments.
pub fn handed<A: Action>(scope: &Scope<A>, from: i64, editable: Day) -> Vec<Scoped> {
    let count = |head: &'static str, rows: &'static str| {
        scope.build(
            head,
            |s| s.bind(from).push(rows).push(EDITABLE).push_bind(editable).push(" AND"),
            |s| s.push(BY_COMPANY),
        )
    };
    vec![
        count(COUNT_GROUPS, HANDED_GROUPS),
        count(COUNT_CONTRACTS, HANDED_CONTRACTS),
        count(COUNT_COVERS, " c.manager_id = $1 AND k.person_id = $2 AND k.state IN ('planned', 'active')"),
    ]
}

const BY_COMPANY: &str = " GROUP BY c.account_id";
const COUNT_GROUPS: &str =
    "SELECT c.account_id, COUNT(*), CAST(0 AS BIGINT) FROM asset_groups g JOIN contracts c ON c.id = g.contract_id
    LEFT JOIN covers k ON k.level = 'group' AND k.target_id = g.id AND k.state = 'active' WHERE";
const COUNT_CONTRACTS: &str = "SELECT c.account_id, COUNT(*), CAST(0 AS BIGINT) FROM contracts c
    LEFT JOIN covers k ON k.level = 'contract' AND k.target_id = c.id AND k.state = 'active' WHERE";
const COUNT_COVERS: &str = "SELECT c.account_id, COUNT(*),
        COUNT(CASE WHEN k.state = 'planned' THEN 1 END) FROM covers k JOIN contracts c ON c.id = k.contract_id WHERE";

pub(super) fn statements() -> Vec<Sql> {
    let scope = Scope::<crate::policy::AssignCoordinator>::sample();
    let args = Args { change_set: Some(0), about: 0, to: None };
    let mut all = Vec::new();
    for (mode, dated) in [
        (Mode::Group, false),
        (Mode::Group, true),
        (Mode::Contract, false),
        (Mode::Contract, true),
        (Mode::ContractReplace, false),
    ] {
        all.extend(items(&scope, mode, &Selection::Group(0), &args, dated));
    }
    let day = Day(jiff::civil::Date::MIN);
    all.extend(items(&scope, Mode::HandOver, &Selection::Everything(day), &args, false));
    all.extend(handed(&scope, 0, day));
    all.into_iter().map(Scoped::into_sql).collect()
}
