//! What must hold at all times, one line each: a name and a statement that returns a text for each thing that breaks it.

/// Most lines of one invariant.
macro_rules! limited {
    ($($part:expr),*) => { concat!($($part,)* " LIMIT 100") };
}

/// What must hold.
pub struct Invariant {
    /// As people say it.
    pub name: &'static str,
    /// Returns one text for each violation.
    pub text: &'static str,
}

const fn holds(name: &'static str, text: &'static str) -> Invariant {
    Invariant { name, text }
}

macro_rules! member {
    ($what:expr, $from:literal, $person:literal, $account:literal) => {
        limited!(
            "SELECT ",
            $what,
            " FROM ",
            $from,
            " LEFT JOIN memberships m ON m.account_id = ",
            $account,
            " AND m.person_id = ",
            $person,
            " WHERE ",
            $person,
            " IS NOT NULL AND m.person_id IS NULL"
        )
    };
}
macro_rules! open_span {
    ($level:literal, $what:literal, $table:literal, $person:literal) => {
        limited!(
            "SELECT ",
            $what,
            " FROM ",
            $table,
            " t LEFT JOIN spans s ON s.target_id = t.id AND s.level = '",
            $level,
            "' AND s.until_at IS NULL WHERE t.",
            $person,
            " IS DISTINCT FROM s.person_id"
        )
    };
}
macro_rules! in_force {
    ($level:literal, $what:literal, $table:literal) => {
        limited!(
            "SELECT ",
            $what,
            " FROM covers k JOIN ",
            $table,
            " t ON t.id = k.target_id WHERE k.level = '",
            $level,
            "' AND k.state = 'active' AND t.coordinator_id IS DISTINCT FROM k.person_id"
        )
    };
}
/// Of covers and spans, whose target is named by level and id.
macro_rules! target {
    ($alias:literal) => {
        concat!($alias, ".level || ' ' || ", $alias, ".target_id")
    };
}

/// All, in the order in which they are checked.
pub const INVARIANTS: &[Invariant] = &[
    holds(
        "a Contract Manager is of the contract's company",
        member!("'contract ' || c.number", "contracts c", "c.manager_id", "c.account_id"),
    ),
    holds(
        "a contract's coordinator is of its company",
        member!("'contract ' || c.number", "contracts c", "c.coordinator_id", "c.account_id"),
    ),
    holds(
        "a group's coordinator is of the contract's company",
        member!(
            "'group ' || g.name || ' of contract ' || c.number",
            "asset_groups g JOIN contracts c ON c.id = g.contract_id",
            "g.coordinator_id",
            "c.account_id"
        ),
    ),
    holds(
        "an asset's coordinator is of the contract's company",
        member!(
            "'serial number ' || a.serial",
            "assets a JOIN contracts c ON c.id = a.contract_id",
            "a.coordinator_id",
            "c.account_id"
        ),
    ),
    holds(
        "a dated assignment's coordinator is of the contract's company",
        member!(target!("k"), "(SELECT * FROM covers WHERE state IN ('planned', 'active')) k JOIN contracts c ON c.id = k.contract_id", "k.person_id", "c.account_id"),
    ),
    holds(
        "whoever lies beneath a dated assignment is of the contract's company",
        member!(target!("k"), "(SELECT * FROM covers WHERE state = 'active') k JOIN contracts c ON c.id = k.contract_id", "k.under_id", "c.account_id"),
    ),
    holds(
        "whoever may name users is of the contract's company",
        member!(
            "'contract ' || c.number",
            "naming_rights n JOIN contracts c ON c.id = n.contract_id",
            "n.person_id",
            "c.account_id"
        ),
    ),
    holds(
        "a user is of the contract's company",
        member!(
            "'contract ' || c.number",
            "(SELECT * FROM entries WHERE ended_at IS NULL) e JOIN contracts c ON c.id = e.contract_id",
            "e.person_id",
            "c.account_id"
        ),
    ),
    holds(
        "an asset belongs to its contract's company",
        limited!(
            "SELECT 'serial number ' || a.serial FROM assets a JOIN contracts c ON c.id = a.contract_id
         WHERE a.account_id <> c.account_id"
        ),
    ),
    holds(
        "a group belongs to its contract's company",
        limited!(
            "SELECT 'group ' || g.name || ' of contract ' || c.number FROM asset_groups g
         JOIN contracts c ON c.id = g.contract_id WHERE g.account_id <> c.account_id"
        ),
    ),
    holds(
        "an asset's group is of its contract",
        limited!(
            "SELECT 'serial number ' || a.serial FROM assets a JOIN asset_groups g ON g.id = a.group_id
         WHERE g.contract_id <> a.contract_id"
        ),
    ),
    holds(
        "a contract ends after it begins",
        limited!("SELECT 'contract ' || c.number FROM contracts c WHERE c.end_on < c.start_on"),
    ),
    holds(
        "the reseller of record is a reseller",
        limited!(
            "SELECT 'contract ' || c.number FROM contracts c JOIN accounts a ON a.id = c.reseller_id
         WHERE a.kind <> 'reseller'"
        ),
    ),
    holds(
        "a partner works for a reseller",
        limited!(
            "SELECT 'company ' || a.number FROM memberships m JOIN accounts a ON a.id = m.account_id
         WHERE m.partner_role IS NOT NULL AND a.kind <> 'reseller'"
        ),
    ),
    holds(
        "a renewal step that was told has its notice",
        limited!(
            "SELECT 'contract ' || c.number || ', ' || s.end_on || ', ' || s.days FROM renewal_steps s
         JOIN contracts c ON c.id = s.contract_id WHERE s.state = 'told' AND NOT EXISTS (SELECT 1 FROM notices n
            WHERE n.dedup_key = 'renewal/' || s.contract_id || '/' || s.end_on || '/' || s.days)"
        ),
    ),
    holds(
        "an accepted invitation made a member",
        limited!(
            "SELECT 'company ' || a.number FROM invitations i JOIN accounts a ON a.id = i.account_id
         JOIN memberships m ON m.account_id = i.account_id AND m.person_id = i.person_id
         WHERE i.accepted_at IS NOT NULL AND m.confirmed_at IS NULL"
        ),
    ),
    holds(
        "an asset's coordinator is the one of its history",
        open_span!("asset", "'serial number ' || t.serial", "assets", "coordinator_id"),
    ),
    holds(
        "a group's coordinator is the one of its history",
        open_span!("group", "'group ' || t.name", "asset_groups", "coordinator_id"),
    ),
    holds(
        "a contract's coordinator is the one of its history",
        open_span!("contract", "'contract ' || t.number", "contracts", "coordinator_id"),
    ),
    holds(
        "a Contract Manager is the one of the history",
        open_span!("manager", "'contract ' || t.number", "contracts", "manager_id"),
    ),
    holds(
        "an asset's group is the one of its history",
        limited!(
            "SELECT 'serial number ' || a.serial FROM assets a
         LEFT JOIN group_spans s ON s.asset_id = a.id AND s.until_at IS NULL
         WHERE a.group_id IS DISTINCT FROM s.group_id"
        ),
    ),
    holds(
        "history is of things that are there",
        limited!(
            "SELECT ",
            target!("s"),
            " FROM spans s
         LEFT JOIN assets a ON s.level = 'asset' AND a.id = s.target_id
         LEFT JOIN asset_groups g ON s.level = 'group' AND g.id = s.target_id
         LEFT JOIN contracts c ON s.level IN ('contract', 'manager') AND c.id = s.target_id
         WHERE COALESCE(a.id, g.id, c.id) IS NULL"
        ),
    ),
    holds(
        "in history each time ends after it begins",
        limited!("SELECT ", target!("s"), " FROM spans s WHERE s.until_at < s.from_at"),
    ),
    holds(
        "in history one follows the other",
        limited!(
            "SELECT ",
            target!("s"),
            " FROM spans s JOIN spans o ON o.target_id = s.target_id AND o.level = s.level AND o.id > s.id
         AND (s.until_at IS NULL OR o.from_at < s.until_at) AND (o.until_at IS NULL OR s.from_at < o.until_at)"
        ),
    ),
    holds(
        "an asset is in one group at a time",
        limited!(
        "SELECT 'asset ' || s.asset_id FROM group_spans s JOIN group_spans o ON o.asset_id = s.asset_id AND o.id > s.id
         AND (s.until_at IS NULL OR o.from_at < s.until_at) AND (o.until_at IS NULL OR s.from_at < o.until_at)"),
    ),
    holds(
        "one dated assignment at a time is in force",
        limited!(
            "SELECT MIN(",
            target!("k"),
            ") FROM covers k WHERE k.state = 'active' GROUP BY k.level, k.target_id
         HAVING COUNT(*) > 1"
        ),
    ),
    holds(
        "a dated assignment of an asset is the one in force",
        in_force!("asset", "'serial number ' || t.serial", "assets"),
    ),
    holds(
        "a dated assignment of a group is the one in force",
        in_force!("group", "'group ' || t.name", "asset_groups"),
    ),
    holds(
        "a dated assignment of a contract is the one in force",
        in_force!("contract", "'contract ' || t.number", "contracts"),
    ),
    holds(
        "dated assignments do not overlap",
        limited!(
            "SELECT ",
            target!("k"),
            " FROM covers k JOIN covers o ON o.level = k.level AND o.target_id = k.target_id AND o.id > k.id
         WHERE k.state IN ('planned', 'active') AND o.state IN ('planned', 'active')
         AND (k.until_on IS NULL OR o.from_on < k.until_on) AND (o.until_on IS NULL OR k.from_on < o.until_on)"
        ),
    ),
    holds(
        "a dated assignment is of its contract",
        limited!(
            "SELECT ",
            target!("k"),
            " FROM covers k LEFT JOIN assets a ON k.level = 'asset' AND a.id = k.target_id
         LEFT JOIN asset_groups g ON k.level = 'group' AND g.id = k.target_id
         LEFT JOIN contracts c ON k.level = 'contract' AND c.id = k.target_id
         WHERE COALESCE(a.contract_id, g.contract_id, c.id) IS DISTINCT FROM k.contract_id"
        ),
    ),
    holds(
        "a user's serial number is of the contract",
        limited!(
            "SELECT 'serial number ' || a.serial FROM entry_assets x JOIN entries e ON e.id = x.entry_id
         JOIN assets a ON a.id = x.asset_id WHERE a.contract_id <> e.contract_id"
        ),
    ),
    holds(
        "a person has access to a contract once",
        limited!(
            "SELECT 'contract ' || MIN(c.number) FROM entries e JOIN contracts c ON c.id = e.contract_id
         WHERE e.ended_at IS NULL GROUP BY e.person_id, e.contract_id HAVING COUNT(*) > 1"
        ),
    ),
    holds(
        "a change set names each contract that it touched",
        limited!(
            "SELECT s.handle FROM change_set_items i JOIN change_sets s ON s.id = i.change_set
         LEFT JOIN change_set_contracts x ON x.change_set = i.change_set AND x.contract_id = i.contract_id
         WHERE x.contract_id IS NULL"
        ),
    ),
    holds(
        "a change set is not ahead of its contract's version",
        limited!(
            "SELECT s.handle FROM change_set_contracts x JOIN contracts c ON c.id = x.contract_id
         JOIN change_sets s ON s.id = x.change_set WHERE x.version > c.version"
        ),
    ),
    holds(
        "what is reverted was undone by an undo of it",
        limited!(
            "SELECT s.handle FROM change_set_items i JOIN change_sets s ON s.id = i.change_set
         LEFT JOIN change_sets u ON u.id = i.reverted_by AND u.root = COALESCE(s.root, s.id) AND (u.depth + s.depth) % 2 = 1
         WHERE i.reverted_by IS NOT NULL AND u.id IS NULL"
        ),
    ),
    holds(
        "an undone change set names its undo",
        limited!(
            "SELECT s.handle FROM change_sets s LEFT JOIN change_sets u ON u.id = s.undone_by AND u.root = COALESCE(s.root, s.id)
         WHERE s.undone_by IS NOT NULL AND u.id IS NULL"
        ),
    ),
    // A change of hands is one event for all days that were due.
    holds(
        "each change set has its audit event",
        limited!(
            "SELECT s.handle FROM change_sets s WHERE s.kind <> 'hands'
         AND s.id NOT IN (SELECT e.change_set FROM audit_events e WHERE e.change_set IS NOT NULL)"
        ),
    ),
    holds(
        "a queued notice has its job",
        limited!(
            "SELECT 'notice ' || n.id FROM notices n WHERE n.state = 'queued'
         AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.dedup_key = 'mail.send/' || n.id)"
        ),
    ),
    holds(
        "held mail has its job",
        limited!(
            "SELECT s.handle FROM change_sets s WHERE s.mail = 'held'
         AND NOT EXISTS (SELECT 1 FROM jobs j
            WHERE j.dedup_key IN ('mail.change_set/' || s.id, 'mail.users/' || s.id))"
        ),
    ),
];

/// What only SQLite does not watch all the time: a file can be edited with other tools.
pub const OF_SQLITE: &[Invariant] = &[
    holds(
        "what is referred to is there",
        "SELECT \"table\" || ' refers to ' || parent FROM pragma_foreign_key_check LIMIT 100",
    ),
    holds(
        "the database file is whole",
        "SELECT quick_check FROM pragma_quick_check WHERE quick_check <> 'ok' LIMIT 100",
    ),
];
