//! Writes what is on the contracts: groups, assets, access. Once a contract is known these belong to its customer: what is
//! there stays as it is, and only new serial numbers, with their groups, are added to it.
use super::files::Kind;
use super::report::Report;
use super::stage::Staging;
use crate::db::sql;
use crate::error::AppError;

const MATCH_ASSETS: &str = "UPDATE in_assets SET id = a.id, changed = CASE WHEN p.code <> in_assets.product
        OR a.release <> in_assets.release OR a.deployment <> in_assets.deployment
        OR a.seats <> CAST(in_assets.seats AS BIGINT) THEN 1 ELSE 0 END
    FROM assets a JOIN products p ON p.id = a.product_id WHERE a.serial = in_assets.serial";
/// Whether there are contracts with customers' work on them at all.
const KNOWN: &str = "SELECT COUNT(*) FROM (SELECT t.id FROM in_terms t WHERE t.id IS NOT NULL LIMIT 1) k";
const TOUCHED_BY_ASSETS: &str = "INSERT INTO in_touched (id) SELECT DISTINCT t.id FROM in_assets s
    JOIN in_terms t ON t.contract = s.contract WHERE t.id IS NOT NULL AND (s.id IS NULL OR s.changed = 1)";
/// `$1` is 1 where the file decides about groups; else those of known contracts come into being for new serial numbers only.
const USED_GROUPS: &str = "INSERT INTO in_used_groups (contract, name_key, name)
    SELECT s.contract, s.group_key, MIN(s.group_name) FROM in_assets s
    WHERE s.group_key <> '' AND (s.id IS NULL OR $1 = 1) GROUP BY s.contract, s.group_key";
const MATCH_GROUPS: &str = "UPDATE in_groups SET id = g.id FROM asset_groups g JOIN contracts c ON c.id = g.contract_id
    WHERE c.number = in_groups.contract AND g.name_key = in_groups.name_key";
const ADD_GROUPS: &str = "INSERT INTO asset_groups (contract_id, account_id, name, name_key, coordinator_id)
    SELECT c.id, c.account_id, s.name, s.name_key, q.id FROM in_groups s JOIN contracts c ON c.number = s.contract
    JOIN in_terms t ON t.contract = s.contract LEFT JOIN people q ON q.email_key = s.coordinator_key
    LEFT JOIN in_used_groups u ON u.contract = s.contract AND u.name_key = s.name_key
    WHERE s.id IS NULL AND (t.id IS NULL OR u.contract IS NOT NULL OR $1 = 1) ORDER BY s.line";
const ADD_USED_GROUPS: &str = "INSERT INTO asset_groups (contract_id, account_id, name, name_key)
    SELECT c.id, c.account_id, u.name, u.name_key FROM in_used_groups u JOIN contracts c ON c.number = u.contract
    LEFT JOIN asset_groups g ON g.contract_id = c.id AND g.name_key = u.name_key
    WHERE g.id IS NULL ORDER BY u.contract, u.name_key";
/// `$2`: the last group that there was before.
const GROUP_SPANS: &str = "INSERT INTO spans (level, target_id, person_id, from_at, set_by)
    SELECT 'group', g.id, g.coordinator_id, $1, 0 FROM asset_groups g WHERE g.id > $2 AND g.coordinator_id IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM spans s WHERE s.level = 'group' AND s.target_id = g.id)";
const TOUCHED_BY_GROUPS: &str = "INSERT INTO in_touched (id) SELECT t.id FROM asset_groups g
    JOIN in_terms t ON t.id = g.contract_id WHERE g.id > $1";
const UPDATE_ASSETS: &str = "UPDATE assets SET product_id = (SELECT p.id FROM products p WHERE p.code = s.product),
        release = s.release, deployment = s.deployment, seats = CAST(s.seats AS BIGINT)
    FROM in_assets s WHERE assets.id = s.id AND s.changed = 1";
const ADD_ASSETS: &str =
    "INSERT INTO assets (serial, contract_id, account_id, product_id, group_id, release, deployment,
        seats, coordinator_id)
    SELECT s.serial, c.id, c.account_id, p.id, g.id, s.release, s.deployment, CAST(s.seats AS BIGINT), q.id
    FROM in_assets s JOIN contracts c ON c.number = s.contract JOIN products p ON p.code = s.product
    LEFT JOIN asset_groups g ON g.contract_id = c.id AND g.name_key = s.group_key
    LEFT JOIN people q ON q.email_key = s.coordinator_key WHERE s.id IS NULL";
/// `$2`: the last asset that there was before.
const ASSET_SPANS: &str = "INSERT INTO spans (level, target_id, person_id, from_at, set_by)
    SELECT 'asset', a.id, a.coordinator_id, $1, 0 FROM assets a WHERE a.id > $2 AND a.coordinator_id IS NOT NULL";
const MEMBER_SPANS: &str = "INSERT INTO group_spans (asset_id, group_id, from_at, set_by)
    SELECT a.id, a.group_id, $1, 0 FROM assets a WHERE a.id > $2 AND a.group_id IS NOT NULL";
const LAST_GROUP: &str = "SELECT COALESCE(MAX(id), 0) FROM asset_groups";
const LAST_ASSET: &str = "SELECT COALESCE(MAX(id), 0) FROM assets";

const MATCH_USERS: &str = "UPDATE in_users SET id = e.id FROM entries e JOIN people p ON p.id = e.person_id
    JOIN contracts c ON c.id = e.contract_id
    WHERE e.ended_at IS NULL AND p.email_key = in_users.email_key AND c.number = in_users.contract";
macro_rules! add_users {
    ($which:literal) => {
        concat!(
            "INSERT INTO entries (person_id, contract_id, account_id, all_assets, releases, extensions, support, learning,
                set_by, from_at)
             SELECT p.id, c.id, c.account_id, s.serials = '', s.grants LIKE '%releases%', s.grants LIKE '%extensions%',
                s.grants LIKE '%support%', s.grants LIKE '%learning%', 0, $1
             FROM in_users s JOIN in_terms t ON t.contract = s.contract JOIN contracts c ON c.number = s.contract
             JOIN people p ON p.email_key = s.email_key WHERE ",
            $which,
            " ORDER BY s.line"
        )
    };
}
macro_rules! add_user_assets {
    ($which:literal) => {
        concat!(
            "INSERT INTO entry_assets (entry_id, asset_id) SELECT e.id, a.id FROM in_user_assets x
             JOIN in_users s ON s.line = x.line JOIN in_terms t ON t.contract = s.contract
             JOIN contracts c ON c.number = s.contract JOIN people p ON p.email_key = s.email_key
             JOIN entries e ON e.person_id = p.id AND e.contract_id = c.id AND e.ended_at IS NULL
             JOIN assets a ON a.serial = x.serial WHERE ",
            $which
        )
    };
}
/// Access on a new contract; that on a known one is the customer's to give.
const ADD_USERS: &[&str] = &[add_users!("t.id IS NULL"), add_user_assets!("t.id IS NULL")];
/// Access is ended and replaced, never edited.
const REPLACE_USERS: &[&str] = &[
    "UPDATE entries SET ended_at = $1 WHERE id IN (SELECT s.id FROM in_users s WHERE s.differs = 1)",
    add_users!("s.differs = 1"),
    add_user_assets!("s.differs = 1"),
];

/// Writes groups and assets. `take_groups`: the file decides about groups.
pub async fn write(staging: &mut Staging<'_>, report: &mut Report, take_groups: bool) -> Result<(), AppError> {
    let (last_group, last_asset) = (staging.number(LAST_GROUP).await?, staging.number(LAST_ASSET).await?);
    let take = i64::from(take_groups);
    if last_asset > 0 {
        staging.all(&[MATCH_ASSETS]).await?;
    }
    staging.run(sql(USED_GROUPS).bind(take)).await?;
    staging.all(&[MATCH_GROUPS]).await?;
    let mut groups = staging.run(sql(ADD_GROUPS).bind(take)).await?;
    groups += staging.all(&[ADD_USED_GROUPS]).await?;
    staging.run(sql(GROUP_SPANS).bind(staging.tx.now()).bind(last_group)).await?;
    staging.run(sql(TOUCHED_BY_GROUPS).bind(last_group)).await?;
    report.count(Kind::Groups, groups, 0);

    if staging.number(KNOWN).await? > 0 {
        staging.all(&[TOUCHED_BY_ASSETS]).await?;
    }
    let updated = staging.all(&[UPDATE_ASSETS]).await?;
    let added = staging.all(&[ADD_ASSETS]).await?;
    let now = staging.tx.now();
    staging.run(sql(ASSET_SPANS).bind(now).bind(last_asset)).await?;
    staging.run(sql(MEMBER_SPANS).bind(now).bind(last_asset)).await?;
    report.count(Kind::Assets, added, updated);

    staging.all(&[MATCH_USERS]).await?;
    let added = staging.counted(ADD_USERS).await?;
    report.count(Kind::Users, added, 0);
    Ok(())
}

/// Adds the access that differs on known contracts anew, once what was there is ended.
pub async fn replace_users(staging: &mut Staging<'_>) -> Result<(), AppError> {
    staging.all(REPLACE_USERS).await?;
    Ok(())
}
