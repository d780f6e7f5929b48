//! What an assignment does to each asset, as one SELECT: its own undated assignment before and after, and who is in force
//! before and after. Applying inserts its rows, a preview only counts them, so that the two cannot disagree.
//!
//! `$1` is the actor (for the scope), `$2` the contract, or for a hand-over whoever hands over, `$3` the new coordinator,
//! `$4` the change set (not in a preview).
use super::selection::Selection;
use crate::db::Sql;
use crate::policy::{Action, Scope, Scoped};

/// What happens to which level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// The own assignment of each selected asset.
    Assets,
    /// A dated one over it.
    AssetsDated,
    /// The group's; own ones stay.
    Group,
    /// The group's; own ones of its assets are cleared.
    GroupReplace,
    /// The contract's; those of groups and assets stay.
    Contract,
    /// The contract's; those of groups and assets are cleared.
    ContractReplace,
    /// Everything of one person goes to another.
    HandOver,
}

/// The rows of the plan, with aliases `id`, `contract_id`, `account_id`, `own`, `own_after`, `former`, `successor`.
macro_rules! plan {
    ($own_after:expr, $successor:expr) => {
        concat!(
            "FROM (SELECT a.id, a.contract_id, c.account_id,
                CASE WHEN ka.id IS NULL THEN a.coordinator_id ELSE ka.under_id END AS own, ",
            $own_after,
            " AS own_after,
                COALESCE(a.coordinator_id, g.coordinator_id, c.coordinator_id, c.manager_id) AS former,
                CAST(CASE WHEN COALESCE(a.coordinator_id, g.coordinator_id, c.coordinator_id) IS NULL THEN 1 ELSE 0 END AS BIGINT)
                    AS by_default,
                COALESCE(",
            $successor,
            ", c.manager_id) AS successor FROM"
        )
    };
}
macro_rules! head {
    (insert $level:expr, $own_after:expr, $successor:expr) => {
        concat!(
            "INSERT INTO change_set_items (change_set, level, target_id, contract_id, before_id, after_id, former, successor)
             SELECT $4, ",
            $level,
            ", id, contract_id, own, own_after, former, successor ",
            plan!($own_after, $successor)
        )
    };
    (count $own_after:expr, $successor:expr) => {
        concat!(
            "SELECT former, successor, by_default,
                CAST(CASE WHEN own IS DISTINCT FROM own_after THEN 1 ELSE 0 END AS BIGINT), account_id, COUNT(*) ",
            plan!($own_after, $successor)
        )
    };
}

macro_rules! new {
    () => {
        "CAST($3 AS BIGINT)"
    };
}
/// The undated assignment of the asset itself, also where a dated one lies over it.
macro_rules! own {
    () => {
        "CASE WHEN ka.id IS NULL THEN a.coordinator_id ELSE ka.under_id END"
    };
}
/// Where the own assignment changes the row is one of it, else only of the effect.
macro_rules! changed {
    () => {
        "CASE WHEN own IS DISTINCT FROM own_after THEN 'asset' ELSE 'effect' END"
    };
}
/// Whoever is the Contract Manager and coordinates by default.
macro_rules! by_default {
    () => {
        "WHEN ka.id IS NULL AND c.manager_id = $2
            AND COALESCE(a.coordinator_id, g.coordinator_id, c.coordinator_id) IS NULL THEN"
    };
}

/// Both heads of one mode: *(insert, count)*. The texts of the levels: asset, group, contract; a dated assignment in force
/// (`ka`, `kg`, `kc`) lies over what changes.
macro_rules! heads {
    ($level:expr, $own_after:expr, $successor:expr) => {
        (head!(insert $level, $own_after, $successor), head!(count $own_after, $successor))
    };
}

/// The beginnings of both statements: the one that writes, and the one that counts.
type Heads = (&'static str, &'static str);
const ASSETS: Heads = heads!(
    "'asset'",
    new!(),
    concat!("CASE WHEN ka.id IS NULL THEN ", new!(), " ELSE a.coordinator_id END, g.coordinator_id, c.coordinator_id")
);
const ASSETS_DATED: Heads = heads!("'asset_dated'", new!(), concat!(new!(), ", g.coordinator_id, c.coordinator_id"));
const GROUP: Heads = heads!(
    changed!(),
    own!(),
    concat!("a.coordinator_id, CASE WHEN kg.id IS NULL THEN ", new!(), " ELSE g.coordinator_id END, c.coordinator_id")
);
const GROUP_REPLACE: Heads = heads!(
    changed!(),
    "CAST(NULL AS BIGINT)",
    concat!(
        "CASE WHEN ka.id IS NULL THEN NULL ELSE a.coordinator_id END, CASE WHEN kg.id IS NULL THEN ",
        new!(),
        " ELSE g.coordinator_id END, c.coordinator_id"
    )
);
const CONTRACT: Heads = heads!(
    changed!(),
    own!(),
    concat!("a.coordinator_id, g.coordinator_id, CASE WHEN kc.id IS NULL THEN ", new!(), " ELSE c.coordinator_id END")
);
const CONTRACT_REPLACE: Heads = heads!(
    changed!(),
    "CAST(NULL AS BIGINT)",
    concat!(
        "CASE WHEN ka.id IS NULL THEN NULL ELSE a.coordinator_id END,
                     CASE WHEN kg.id IS NULL THEN NULL ELSE g.coordinator_id END, CASE WHEN kc.id IS NULL THEN ",
        new!(),
        " ELSE c.coordinator_id END"
    )
);
const HAND_OVER: Heads = heads!(
    changed!(),
    concat!("CASE WHEN ", own!(), " = $2 THEN ", new!(), " ", by_default!(), " ", new!(), " ELSE ", own!(), " END"),
    concat!(
        "CASE WHEN a.coordinator_id = $2 THEN ",
        new!(),
        " ",
        by_default!(),
        " ",
        new!(),
        " ELSE a.coordinator_id END, CASE WHEN g.coordinator_id = $2 THEN ",
        new!(),
        " ELSE g.coordinator_id END, CASE WHEN c.coordinator_id = $2 THEN ",
        new!(),
        " ELSE c.coordinator_id END"
    )
);

impl Mode {
    fn heads(self) -> Heads {
        match self {
            Mode::Assets => ASSETS,
            Mode::AssetsDated => ASSETS_DATED,
            Mode::Group => GROUP,
            Mode::GroupReplace => GROUP_REPLACE,
            Mode::Contract => CONTRACT,
            Mode::ContractReplace => CONTRACT_REPLACE,
            Mode::HandOver => HAND_OVER,
        }
    }

    /// Whether rows that change nothing are kept for counting: only where the caller named the assets one by one.
    fn counts_unchanged(self) -> bool {
        matches!(self, Mode::Assets | Mode::AssetsDated)
    }
}

const JOINED: &str = " JOIN contracts c ON c.id = a.contract_id LEFT JOIN asset_groups g ON g.id = a.group_id
    LEFT JOIN covers ka ON ka.level = 'asset' AND ka.target_id = a.id AND ka.state = 'active'
    LEFT JOIN covers kg ON kg.level = 'group' AND kg.target_id = g.id AND kg.state = 'active'
    LEFT JOIN covers kc ON kc.level = 'contract' AND kc.target_id = c.id AND kc.state = 'active' WHERE";
const CHANGING: &str = ") plan WHERE own IS DISTINCT FROM own_after OR former IS DISTINCT FROM successor";

/// The statements that write the plan's rows: one for each thousand serial numbers, or one.
pub fn inserts<A: Action>(scope: &Scope<A>, mode: Mode, selection: &Selection, args: &Args) -> Vec<Scoped> {
    statements_of(scope, selection, args, mode.heads().0, if mode.counts_unchanged() { ") plan" } else { CHANGING })
}

/// The statements that count the plan's rows: *(former, successor, by default, changes, company, how many)*.
pub fn counts<A: Action>(scope: &Scope<A>, mode: Mode, selection: &Selection, args: &Args) -> Vec<Scoped> {
    statements_of(scope, selection, args, mode.heads().1, ") plan GROUP BY 1, 2, 3, 4, 5")
}

/// The values `$2`, `$3`, `$4`.
#[derive(Clone, Debug)]
pub struct Args {
    /// The change set; none in a preview.
    pub change_set: Option<i64>,
    /// The contract, or for a hand-over whoever hands over.
    pub about: i64,
    /// The new coordinator; `None` clears.
    pub to: Option<i64>,
}

fn statements_of<A: Action>(
    scope: &Scope<A>,
    selection: &Selection,
    args: &Args,
    head: &'static str,
    end: &'static str,
) -> Vec<Scoped> {
    let bound = |statement: Sql| {
        let statement = statement.bind(args.about).bind(args.to);
        if let Some(set) = args.change_set { statement.bind(set) } else { statement }
    };
    let whole = |statement: Sql| bound(statement).push(" assets a").push(JOINED);
    let of_contract = |statement: Sql| whole(statement).push(" a.contract_id = $2 AND");
    match selection {
        Selection::Serials(serials) => Sql::batches(serials)
            .map(|part| {
                // CROSS JOIN keeps SQLite from turning the join round: it read the contract once per serial number.
                let listed = |s: Sql| {
                    let s = bound(s).push(" (").push_values(part).push(") v CROSS JOIN assets a").push(JOINED);
                    s.push(" a.serial = v.column1 AND a.contract_id = $2 AND")
                };
                scope.build(head, listed, |s| s.push(end))
            })
            .collect(),
        Selection::Matching(filter) => {
            vec![scope.build(head, of_contract, |s| filter.push_onto(s).push(end))]
        }
        Selection::AllAssets | Selection::WholeContract => vec![scope.build(head, of_contract, |s| s.push(end))],
        Selection::Group(group) => {
            let grouped = |s: Sql| of_contract(s).push(" a.group_id = ").push_bind(*group).push(" AND");
            vec![scope.build(head, grouped, |s| s.push(end))]
        }
        Selection::Everything(editable) => {
            let managed = |s: Sql| whole(s).push(EVERYTHING).push_bind(*editable).push(" AND");
            vec![scope.build(head, managed, |s| s.push(end))]
        }
    }
}

/// For a hand-over: only contracts of the person's companies that the actor manages, through their index.
const EVERYTHING: &str = " c.manager_id = $1 AND c.end_on >= ";

pub(super) fn statements() -> Vec<Sql> {
    use crate::policy::AssignCoordinator;
    let counting = Args { change_set: None, about: 0, to: None };
    let args = Args { change_set: Some(0), ..counting.clone() };
    let scope = Scope::<AssignCoordinator>::sample();
    let mut all = Vec::new();
    for selection in Selection::samples() {
        for mode in
            [Mode::Assets, Mode::AssetsDated, Mode::Group, Mode::GroupReplace, Mode::Contract, Mode::ContractReplace]
        {
            all.extend(inserts(&scope, mode, &selection, &args));
            all.extend(counts(&scope, mode, &selection, &counting));
        }
    }
    let everything = Selection::Everything(crate::time::Day(jiff::civil::Date::MIN));
    all.extend(inserts(&scope, Mode::HandOver, &everything, &args));
    all.extend(counts(&scope, Mode::HandOver, &everything, &counting));
    all.into_iter().map(Scoped::into_sql).collect()
}
