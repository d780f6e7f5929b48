//! Who is told of a release: one SELECT, which the rehearsal reads and the announcement freezes, so that they cannot differ.

/// Serial numbers of the line whose contract was in its term on the day of the release; of an extension those registered as
/// the release that it adds to. `e` is the effective coordinator, `m` the Contract Manager.
macro_rules! concerned {
    ($columns:literal, $more:literal) => {
        concat!(
            "SELECT ",
            $columns,
            " FROM releases r JOIN products k ON k.line = r.line JOIN assets a ON a.product_id = k.id
            JOIN contracts c ON c.id = a.contract_id LEFT JOIN asset_groups g ON g.id = a.group_id
            JOIN people e ON e.id = COALESCE(a.coordinator_id, g.coordinator_id, c.coordinator_id, c.manager_id)
            JOIN people m ON m.id = c.manager_id ",
            $more
        )
    };
}

/// In term that day, and registered as what an extension adds to.
macro_rules! in_term {
    () => {
        " c.start_on <= r.released_on AND c.end_on >= r.released_on AND (r.base = '' OR a.release = r.base) "
    };
}

/// Mail to `x` does not arrive.
macro_rules! lost {
    ($x:literal) => {
        concat!("(", $x, ".bounced_at IS NOT NULL OR ", $x, ".deactivated_at IS NOT NULL)")
    };
}

/// `x` does not want to be told of releases.
macro_rules! muted {
    ($x:literal) => {
        concat!(
            "EXISTS (SELECT 1 FROM notice_preferences n WHERE n.person_id = ",
            $x,
            ".id AND n.category = 'releases' AND n.how = 'off')"
        )
    };
}

/// The effective coordinator was invited and has not accepted.
macro_rules! pending {
    () => {
        "EXISTS (SELECT 1 FROM memberships y WHERE y.account_id = c.account_id AND y.person_id = e.id AND y.confirmed_at IS NULL)"
    };
}

/// The backup contact of `c` is there, reads mail and wants it: `b`.
macro_rules! backup {
    () => {
        concat!(
            "EXISTS (SELECT 1 FROM memberships y WHERE y.account_id = c.account_id AND y.person_id = b.id AND y.confirmed_at IS NOT NULL)
                AND NOT ",
            lost!("b"),
            " AND NOT ",
            muted!("b")
        )
    };
}

/// `$1` the release. `why` sorts as it is read: through which level somebody coordinates, or why somebody else is told. Nobody is
/// in it twice for one serial number.
pub const TOLD: &str = concat!(
            concerned!(
                "e.id AS person_id, a.id AS asset_id, a.account_id, CASE WHEN a.coordinator_id IS NOT NULL THEN 'asset'
                WHEN g.coordinator_id IS NOT NULL THEN 'group' WHEN c.coordinator_id IS NOT NULL THEN 'contract'
                ELSE 'contract_manager' END AS why",
                "WHERE r.id = $1 AND"
            ),
            in_term!(),
            "AND NOT ",
            lost!("e"),
            " AND NOT ",
            muted!("e"),
            " UNION ALL ",
            concerned!(
                "m.id AS person_id, a.id AS asset_id, a.account_id,
                CASE WHEN e.bounced_at IS NOT NULL OR e.deactivated_at IS NOT NULL THEN 'in_place' ELSE 'until_accepted' END AS why",
                "WHERE r.id = $1 AND e.id <> m.id AND"
            ),
            in_term!(),
            "AND (",
            lost!("e"),
            " OR ",
            pending!(),
            ") AND NOT ",
            lost!("m"),
            " AND NOT ",
            muted!("m"),
            " UNION ALL ",
            concerned!(
                "b.id AS person_id, a.id AS asset_id, a.account_id, 'backup' AS why",
                "JOIN backup_contacts q ON q.contract_id = c.id JOIN people b ON b.id = q.person_id WHERE r.id = $1 AND"
            ),
            in_term!(),
            "AND ",
            lost!("e"),
            " AND ",
            lost!("m"),
            " AND ",
            backup!(),
            " UNION ALL SELECT p.id AS person_id, a.id AS asset_id, a.account_id, 'copy' AS why
            FROM notice_preferences o JOIN people p ON p.id = o.person_id AND p.deactivated_at IS NULL AND p.bounced_at IS NULL
            JOIN memberships y ON y.person_id = p.id AND y.confirmed_at IS NOT NULL
            JOIN contracts c ON c.account_id = y.account_id JOIN releases r ON r.id = $1
            JOIN assets a ON a.contract_id = c.id JOIN products k ON k.id = a.product_id AND k.line = r.line
            LEFT JOIN asset_groups g ON g.id = a.group_id
            JOIN people e ON e.id = COALESCE(a.coordinator_id, g.coordinator_id, c.coordinator_id, c.manager_id)
            JOIN people m ON m.id = c.manager_id WHERE o.category = 'release_copies' AND o.how <> 'off' AND",
            in_term!(),
            "AND e.id <> p.id AND NOT (c.manager_id = p.id AND (",
            lost!("e"),
            " OR ",
            pending!(),
            ")) AND NOT (",
            lost!("e"),
            " AND ",
            lost!("m"),
            " AND EXISTS (SELECT 1 FROM backup_contacts q WHERE q.contract_id = c.id AND q.person_id = p.id)) AND (c.manager_id = p.id OR EXISTS (SELECT 1 FROM entries t WHERE t.person_id = p.id AND t.contract_id = c.id
                AND t.ended_at IS NULL AND (t.all_assets = TRUE
                    OR EXISTS (SELECT 1 FROM entry_assets z WHERE z.entry_id = t.id AND z.asset_id = a.id))))"
);

/// `$2` and `$3` the first and the last day that is near.
pub const MISSES: &str = concat!(
    "SELECT o.name AS company, w.number AS contract_number, w.reason, COUNT(*) AS serial_numbers, MIN(w.detail) AS detail FROM (",
    concerned!(
        "c.number, c.account_id, CASE WHEN r.base <> '' AND a.release <> r.base THEN 'other_release'
            WHEN c.end_on < r.released_on THEN 'ended' WHEN c.start_on > r.released_on THEN 'not_begun'
            WHEN e.deactivated_at IS NOT NULL OR e.bounced_at IS NOT NULL THEN 'unreachable' ELSE 'muted' END AS reason,
        CASE WHEN r.base <> '' AND a.release <> r.base THEN a.release WHEN c.end_on < r.released_on THEN c.end_on
            WHEN c.start_on > r.released_on THEN c.start_on ELSE e.email END AS detail",
        "WHERE r.id = $1 AND c.end_on >= $2 AND c.start_on <= $3 AND NOT ("
    ),
    in_term!(),
    "AND NOT ",
    lost!("e"),
    " AND NOT ",
    muted!("e"),
    ") AND NOT (",
    in_term!(),
    "AND ",
    lost!("e"),
    " AND e.id <> m.id AND NOT ",
    lost!("m"),
    " AND NOT ",
    muted!("m"),
    ") AND NOT (",
    in_term!(),
    "AND ",
    lost!("e"),
    " AND ",
    lost!("m"),
    " AND EXISTS (SELECT 1 FROM backup_contacts q JOIN people b ON b.id = q.person_id WHERE q.contract_id = c.id AND ",
    backup!(),
    "))) w JOIN accounts o ON o.id = w.account_id
    GROUP BY o.name, w.number, w.reason ORDER BY w.reason, o.name, w.number LIMIT 200"
);

/// How a reason is said to the vendor's staff.
pub fn words(why: &str) -> &'static str {
    match why {
        "asset" => "Software Coordinator of these serial numbers",
        "group" => "Software Coordinator of their group",
        "contract" => "Software Coordinator of the whole contract",
        "contract_manager" => "Contract Manager, by default",
        "in_place" => "Contract Manager: mail to the Software Coordinator comes back",
        "until_accepted" => "Contract Manager, until the Software Coordinator accepts",
        "backup" => "backup contact: mail to the Software Coordinator and to the Contract Manager comes back",
        _ => "asked for copies",
    }
}
