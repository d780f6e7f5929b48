//! What belongs to the customers and is not as the files have it. Only contracts that were known before this import have
//! customers' work on them. A dated assignment is no difference: what counts is the undated one beneath.
use super::report::{Difference, LISTED, Report};
use super::stage::Staging;
use crate::db::sql;
use crate::error::AppError;

macro_rules! difference {
    ($file:literal, $key:literal, $column:literal, $ours:literal, $theirs:literal, $from:literal) => {
        concat!(
            "INSERT INTO in_differences (line, file, subject, col, ours, theirs) SELECT s.line, '",
            $file,
            "', ",
            $key,
            ", '",
            $column,
            "', ",
            $ours,
            ", ",
            $theirs,
            " FROM ",
            $from
        )
    };
}

const COORDINATORS: &[&str] = &[
    difference!(
        "contracts.csv",
        "s.number",
        "software_coordinator_email",
        "COALESCE(o.email, '')",
        "s.coordinator",
        "in_contracts s JOIN contracts c ON c.id = s.id
         LEFT JOIN covers k ON k.level = 'contract' AND k.target_id = c.id AND k.state = 'active'
         LEFT JOIN people o ON o.id = CASE WHEN k.id IS NULL THEN c.coordinator_id ELSE k.under_id END
         WHERE s.coordinator_key IS NOT NULL AND COALESCE(o.email_key, '') <> s.coordinator_key"
    ),
    difference!(
        "groups.csv",
        "s.contract || ' ' || s.name",
        "software_coordinator_email",
        "COALESCE(o.email, '')",
        "s.coordinator",
        "in_groups s JOIN asset_groups g ON g.id = s.id
         LEFT JOIN covers k ON k.level = 'group' AND k.target_id = g.id AND k.state = 'active'
         LEFT JOIN people o ON o.id = CASE WHEN k.id IS NULL THEN g.coordinator_id ELSE k.under_id END
         WHERE s.coordinator_key IS NOT NULL AND COALESCE(o.email_key, '') <> s.coordinator_key"
    ),
    difference!(
        "assets.csv",
        "s.serial",
        "software_coordinator_email",
        "COALESCE(o.email, '')",
        "s.coordinator",
        "in_assets s JOIN assets a ON a.id = s.id
         LEFT JOIN covers k ON k.level = 'asset' AND k.target_id = a.id AND k.state = 'active'
         LEFT JOIN people o ON o.id = CASE WHEN k.id IS NULL THEN a.coordinator_id ELSE k.under_id END
         WHERE s.id IS NOT NULL AND COALESCE(o.email_key, '') <> s.coordinator_key"
    ),
];
const GROUPS: &[&str] = &[difference!(
    "assets.csv",
    "s.serial",
    "group_name",
    "COALESCE(g.name, '')",
    "s.group_name",
    "in_assets s JOIN assets a ON a.id = s.id LEFT JOIN asset_groups g ON g.id = a.group_id
     WHERE s.id IS NOT NULL AND COALESCE(g.name_key, '') <> s.group_key"
)];
/// Access as the files write it; and what is there for each known entry.
const ENTRIES: &str = "INSERT INTO in_entries (line, grants, serials) SELECT s.line,
    TRIM(CASE WHEN e.releases = TRUE THEN 'releases ' ELSE '' END || CASE WHEN e.extensions = TRUE THEN 'extensions ' ELSE ''
        END || CASE WHEN e.support = TRUE THEN 'support ' ELSE '' END || CASE WHEN e.learning = TRUE THEN 'learning' ELSE ''
        END),
    COALESCE((SELECT STRING_AGG(a.serial, ' ' ORDER BY a.serial) FROM entry_assets x JOIN assets a ON a.id = x.asset_id
        WHERE x.entry_id = e.id), '')
    FROM in_users s JOIN in_terms t ON t.contract = s.contract JOIN entries e ON e.id = s.id WHERE t.id IS NOT NULL";
const USERS: &[&str] = &[
    difference!(
        "users.csv",
        "s.email || ' ' || s.contract",
        "grants",
        "e.grants",
        "s.grants",
        "in_users s JOIN in_entries e ON e.line = s.line WHERE e.grants <> s.grants"
    ),
    difference!(
        "users.csv",
        "s.email || ' ' || s.contract",
        "serial_numbers",
        "e.serials",
        "s.serials",
        "in_users s JOIN in_entries e ON e.line = s.line WHERE e.serials <> s.serials"
    ),
    difference!(
        "users.csv",
        "s.email || ' ' || s.contract",
        "email",
        "''",
        "s.email",
        "in_users s JOIN in_terms t ON t.contract = s.contract WHERE t.id IS NOT NULL AND s.id IS NULL"
    ),
];
/// Which rows of users.csv differ, for `--take`.
const MARK_USERS: &str = "UPDATE in_users SET differs = 1 WHERE line IN (
    SELECT d.line FROM in_differences d WHERE d.file = 'users.csv')";
/// Never taken: a Contract Manager is changed by a procedure of its own, and a name is the customer's wording.
const REPORTED: &[&str] = &[
    difference!(
        "contracts.csv",
        "s.number",
        "contract_manager_email",
        "o.email",
        "s.manager",
        "in_contracts s JOIN contracts c ON c.id = s.id JOIN people o ON o.id = c.manager_id
         WHERE o.email_key <> s.manager_key"
    ),
    difference!(
        "groups.csv",
        "s.contract || ' ' || s.name",
        "group_name",
        "g.name",
        "s.name",
        "in_groups s JOIN asset_groups g ON g.id = s.id WHERE g.name <> s.name"
    ),
    difference!(
        "groups.csv",
        "s.contract || ' ' || s.name",
        "group_name",
        "''",
        "s.name",
        "in_groups s JOIN in_terms t ON t.contract = s.contract
         LEFT JOIN asset_groups g ON g.contract_id = t.id AND g.name_key = s.name_key
         WHERE t.id IS NOT NULL AND g.id IS NULL"
    ),
];

/// How many differences there are, by whether `--take` can let the file win.
#[derive(Clone, Copy, Debug, Default)]
pub struct Found {
    /// Of coordinators, on all three levels.
    pub coordinators: u64,
    /// Of the groups of assets.
    pub groups: u64,
    /// Of access.
    pub users: u64,
    /// Of the rest.
    pub reported: u64,
}

/// Finds them.
pub async fn find(staging: &mut Staging<'_>) -> Result<Found, AppError> {
    let coordinators = staging.all(COORDINATORS).await?;
    let groups = staging.all(GROUPS).await?;
    staging.run(sql(ENTRIES)).await?;
    let users = staging.all(USERS).await?;
    staging.run(sql(MARK_USERS)).await?;
    let reported = staging.all(REPORTED).await?;
    Ok(Found { coordinators, groups, users, reported })
}

const LIST: &str = "SELECT file, subject, col, ours, theirs FROM in_differences ORDER BY file, subject, col LIMIT $1";

/// Lists them in the report.
pub async fn list(staging: &mut Staging<'_>, found: Found, report: &mut Report) -> Result<(), AppError> {
    report.difference_count = found.coordinators + found.groups + found.users + found.reported;
    if report.difference_count > 0 {
        let list: Vec<Difference> = staging.tx.fetch(staging.permit, sql(LIST).bind(LISTED)).await?;
        report.differences = list;
    }
    Ok(())
}
