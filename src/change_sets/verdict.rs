//! Judges each item of a change set that is to be undone, as one SELECT that preview and apply share.
use super::undo::Undone;
use crate::coordinators::covers::meets;
use crate::coordinators::rules::GRACE_DAYS;
use crate::db::{FromRow, Sql};
use crate::error::RefusedItem;
use crate::ids::ChangeSetId;
use crate::policy::{self, Permit, RevertItem, Scope, Scoped};
use crate::time::Day;

/// A verdict and how many items have it.
#[derive(Clone, Debug, FromRow)]
pub struct Counted {
    verdict: String,
    items: i64,
}

/// Items that count: effects only follow from others.
pub const TOTAL: &str = "SELECT COUNT(*) FROM change_set_items i WHERE i.change_set = $1 AND i.level <> 'effect'";

/// `$1` the actor, `$2` the change set, `$3` the first end date of contracts that may still be edited, `$4` today. A dated
/// assignment is one row however often it is taken back and made again: `r` is the set that planned it.
macro_rules! judged {
    ($columns:literal) => {
        judged!("", $columns)
    };
    ($into:literal, $columns:literal) => {
        concat!(
            $into,
            "SELECT ",
            $columns,
            " FROM (SELECT i.level, i.target_id, i.contract_id, i.before_id, i.after_id,
                CASE WHEN c.end_on < $3 AND i.level <> 'company' THEN 'contract_lapsed'
                WHEN i.reverted_by IS NOT NULL THEN 'kept'
                WHEN EXISTS (SELECT 1 FROM change_set_items o JOIN change_sets t ON t.id = o.change_set
                    WHERE o.target_id = i.target_id AND o.level = i.level AND o.change_set > i.change_set
                    AND (i.level <> 'naming' OR o.contract_id = i.contract_id)
                    AND o.reverted_by IS NULL AND t.kind <> 'undo') THEN 'kept'
                WHEN i.level = 'company' AND c.account_id IS DISTINCT FROM i.after_id THEN 'kept'
                WHEN i.level = 'manager' AND c.manager_id IS DISTINCT FROM i.after_id THEN 'kept'
                WHEN i.level = 'asset' AND CASE WHEN k.id IS NULL THEN a.coordinator_id ELSE k.under_id END
                    IS DISTINCT FROM i.after_id THEN 'kept'
                WHEN i.level = 'group' AND CASE WHEN k.id IS NULL THEN g.coordinator_id ELSE k.under_id END
                    IS DISTINCT FROM i.after_id THEN 'kept'
                WHEN i.level = 'contract' AND CASE WHEN k.id IS NULL THEN c.coordinator_id ELSE k.under_id END
                    IS DISTINCT FROM i.after_id THEN 'kept'
                WHEN i.level IN ('asset_dated', 'group_dated', 'contract_dated') AND s.depth % 2 = 0 AND (d.id IS NULL
                    OR d.state NOT IN ('planned', 'active') OR d.person_id IS DISTINCT FROM i.after_id) THEN 'kept'
                WHEN i.level IN ('asset_dated', 'group_dated', 'contract_dated') AND s.depth % 2 = 1 AND (d.id IS NULL
                    OR d.state IN ('planned', 'active') OR COALESCE(r.until_on, r.from_on) <= $4
                    OR EXISTS (SELECT 1 FROM covers x WHERE x.level = d.level AND x.target_id = d.target_id AND ",
            meets!("x", "r.from_on", "r.until_on"),
            ")) THEN 'kept'
                WHEN i.level = 'cover' AND (h.state NOT IN ('planned', 'active')
                    OR h.person_id IS DISTINCT FROM i.after_id) THEN 'kept'
                WHEN i.level = 'naming' AND EXISTS (SELECT 1 FROM naming_rights n WHERE n.contract_id = i.contract_id
                    AND n.person_id = i.target_id) <> (i.after_id IS NOT NULL) THEN 'kept'
                WHEN i.level = 'member' AND a.group_id IS DISTINCT FROM i.after_id THEN 'kept'
                WHEN i.level = 'entry' AND NOT EXISTS (SELECT 1 FROM entries e WHERE e.id = i.after_id
                    AND e.ended_at IS NULL) AND i.after_id IS NOT NULL THEN 'kept'
                WHEN i.level = 'entry' AND i.after_id IS NULL AND EXISTS (SELECT 1 FROM entries e JOIN entries b
                    ON b.person_id = e.person_id AND b.contract_id = e.contract_id
                    WHERE b.id = i.before_id AND e.ended_at IS NULL) THEN 'kept'
                WHEN i.level = 'entry' AND i.before_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM entries e
                    JOIN memberships m ON m.account_id = e.account_id AND m.person_id = e.person_id
                    JOIN people p ON p.id = m.person_id WHERE e.id = i.before_id AND (p.deactivated_at IS NULL
                        OR (s.kind = 'merge_people' AND p.id = s.person_id AND p.merged_into IS NOT NULL)))
                    THEN 'gone'
                WHEN i.level NOT IN ('company', 'naming', 'member', 'entry') AND i.before_id IS NOT NULL
                    AND NOT EXISTS (SELECT 1 FROM memberships m JOIN people p ON p.id = m.person_id
                        WHERE m.account_id = c.account_id AND m.person_id = i.before_id
                        AND (p.deactivated_at IS NULL OR p.merged_into = i.after_id))
                    THEN 'gone'
                ELSE 'revert' END AS verdict
            FROM change_set_items i JOIN change_sets s ON s.id = i.change_set
            JOIN change_sets r ON r.id = COALESCE(s.root, s.id) JOIN contracts c ON c.id = i.contract_id
            LEFT JOIN assets a ON i.level IN ('asset', 'member') AND a.id = i.target_id
            LEFT JOIN asset_groups g ON i.level = 'group' AND g.id = i.target_id
            LEFT JOIN covers k ON k.state = 'active' AND k.level = i.level AND k.target_id = i.target_id
            LEFT JOIN covers d ON d.change_set = r.id AND d.target_id = i.target_id
                AND i.level = d.level || '_dated'
            LEFT JOIN covers h ON i.level = 'cover' AND h.id = i.target_id
            WHERE i.change_set = $2 AND i.level <> 'effect' AND"
        )
    };
}

const COUNTS: &str = judged!("verdict, COUNT(*) AS items");
const LABELLED: &str = judged!(
    "verdict, level, COALESCE(
        (SELECT x.serial FROM assets x WHERE x.id = target_id AND level IN ('asset', 'asset_dated', 'member')),
        (SELECT x.name FROM asset_groups x WHERE x.id = target_id AND level IN ('group', 'group_dated')),
        (SELECT p.first_name || ' ' || p.last_name || ' (' || p.email || ')' FROM entries e JOIN people p ON p.id = e.person_id
            WHERE e.id = target_id AND level = 'entry'),
        (SELECT x.number FROM contracts x WHERE x.id = contract_id)) AS label,
    (SELECT r.name FROM assets x JOIN products r ON r.id = x.product_id
        WHERE x.id = target_id AND level IN ('asset', 'asset_dated', 'member')) AS product,
    (SELECT p.first_name || ' ' || p.last_name FROM people p WHERE p.id = before_id
        AND level IN ('asset', 'group', 'contract', 'cover')) AS back_to,
    (SELECT p.first_name || ' ' || p.last_name FROM people p WHERE p.id = after_id
        AND level IN ('asset', 'group', 'contract', 'cover', 'asset_dated', 'group_dated', 'contract_dated')) AS \"from\""
);
const REFUSED: &str = judged!(
    "COALESCE((SELECT x.serial FROM assets x WHERE x.id = target_id AND level IN ('asset', 'asset_dated', 'member')),
        (SELECT x.name FROM asset_groups x WHERE x.id = target_id AND level IN ('group', 'group_dated')),
        (SELECT x.number FROM contracts x WHERE x.id = contract_id)), verdict"
);
/// `$5` the undo.
const MINT: &str = judged!(
    "INSERT INTO change_set_items (change_set, level, target_id, contract_id, before_id, after_id, former) ",
    "CAST($5 AS BIGINT), level, target_id, contract_id, after_id, before_id, CASE WHEN level = 'asset' THEN
        (SELECT COALESCE(x.coordinator_id, y.coordinator_id, z.coordinator_id, z.manager_id) FROM assets x
         JOIN contracts z ON z.id = x.contract_id LEFT JOIN asset_groups y ON y.id = x.group_id WHERE x.id = target_id)
    END"
);

fn judged(scope: &Scope<RevertItem>, head: &'static str, set: ChangeSetId, today: Day, end: &'static str) -> Scoped {
    scope.build(head, |s| about(s, set, today), |s| s.push(") judged ").push(end))
}

fn about(judged: Sql, set: ChangeSetId, today: Day) -> Sql {
    judged.bind(set).bind(today.plus(-GRACE_DAYS)).bind(today)
}

type Undoing<'a> = &'a Permit<policy::UndoChangeSet>;

/// How many items have which verdict.
pub fn counts(permit: Undoing<'_>, set: ChangeSetId, today: Day) -> Scoped {
    judged(&permit.scope(), COUNTS, set, today, "GROUP BY verdict")
}

const ONLY_REFUSED: &str = "WHERE verdict IN ('gone', 'contract_lapsed') ORDER BY 1 LIMIT 1000";
/// Some of each verdict, however many there are of the others.
const ALL_ROWS: &str = "WHERE level <> 'naming'
    ORDER BY ROW_NUMBER() OVER (PARTITION BY verdict ORDER BY level, target_id), verdict LIMIT 500";

/// The items that are refused, with their reasons.
pub fn refused(permit: Undoing<'_>, set: ChangeSetId, today: Day) -> Scoped {
    refused_in(&permit.scope(), set, today)
}

/// The same, for a page that speaks of an undo that was made.
pub fn refused_in(scope: &Scope<RevertItem>, set: ChangeSetId, today: Day) -> Scoped {
    judged(scope, REFUSED, set, today, ONLY_REFUSED)
}

/// The items with what would become of each, for the page.
pub fn rows(permit: Undoing<'_>, set: ChangeSetId, today: Day) -> Scoped {
    judged(&permit.scope(), LABELLED, set, today, ALL_ROWS)
}

/// Writes the items that can be reverted into the undo, before and after turned round.
pub fn mint(permit: Undoing<'_>, undo: ChangeSetId, set: ChangeSetId, today: Day) -> Scoped {
    mint_in(&permit.scope(), undo, set, today)
}

fn mint_in(scope: &Scope<RevertItem>, undo: ChangeSetId, set: ChangeSetId, today: Day) -> Scoped {
    scope.build(MINT, |s| about(s, set, today).bind(undo), |s| s.push(") judged WHERE verdict = 'revert'"))
}

/// Puts the counts together. Items of contracts that are not the actor's are refused without saying more of them.
pub fn outcome(counted: &[Counted], total: Option<(i64,)>, refused: Vec<(String, String)>) -> Undone {
    let of =
        |verdict: &str| counted.iter().filter(|c| c.verdict == verdict).map(|c| c.items.unsigned_abs()).sum::<u64>();
    let judged: u64 = counted.iter().map(|c| c.items.unsigned_abs()).sum();
    let total = total.map_or(0, |(n,)| n.unsigned_abs());
    let item = |(serial_number, reason): (String, String)| RefusedItem { serial_number, reason };
    let mut refused: Vec<RefusedItem> = refused.into_iter().map(item).collect();
    let hidden = total.saturating_sub(judged);
    refused.extend(
        (0..hidden.min(1)).map(|_| RefusedItem { serial_number: String::new(), reason: "not_allowed".to_owned() }),
    );
    Undone { change_set: None, reverted: of("revert"), kept: of("kept"), refused }
}

pub(super) fn statements() -> Vec<Sql> {
    let (scope, set, day) = (Scope::<RevertItem>::sample(), ChangeSetId(0), Day(jiff::civil::Date::MIN));
    let judged = |head, end| judged(&scope, head, set, day, end).into_sql();
    vec![
        judged(COUNTS, "GROUP BY verdict"),
        judged(REFUSED, ONLY_REFUSED),
        judged(LABELLED, ALL_ROWS),
        mint_in(&scope, set, set, day).into_sql(),
    ]
}
