//! `--take`: the file wins over the customers' work, as one change set that can be undone like any other.
use super::differ::Found;
use super::on_contracts;
use super::report::Report;
use super::stage::Staging;
use crate::coordinators::store;
use crate::db::sql;
use crate::error::AppError;
use crate::policy::{Draft, Import, Minted};
use serde::Serialize;
use std::str::FromStr;

/// In what the file wins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Take {
    /// Coordinators of assets, groups and contracts.
    pub coordinators: bool,
    /// Which asset is in which group.
    pub groups: bool,
    /// Who has access to what.
    pub users: bool,
}

impl FromStr for Take {
    type Err = String;
    /// `coordinators,groups,users`, or some of them.
    fn from_str(text: &str) -> Result<Self, String> {
        let mut take = Take::default();
        for word in text.split(',').map(str::trim) {
            match word {
                "coordinators" => take.coordinators = true,
                "groups" => take.groups = true,
                "users" => take.users = true,
                _ => return Err(format!("{word}: write coordinators, groups, users, or some of them with commas")),
            }
        }
        Ok(take)
    }
}

/// `$1` is the actor, `$2` the change set; the policy's condition follows.
macro_rules! items {
    ($level:literal, $target:literal, $contract:literal, $before:literal, $after:literal, $former:literal, $from:literal) => {
        concat!(
            "INSERT INTO change_set_items (change_set, level, target_id, contract_id, before_id, after_id, former) SELECT $2, '",
            $level,
            "', ",
            $target,
            ", ",
            $contract,
            ", ",
            $before,
            ", ",
            $after,
            ", ",
            $former,
            " FROM ",
            $from,
            " AND"
        )
    };
}
const COORDINATORS: &[&str] = &[
    items!(
        "asset",
        "a.id",
        "a.contract_id",
        "CASE WHEN k.id IS NULL THEN a.coordinator_id ELSE k.under_id END",
        "q.id",
        "COALESCE(a.coordinator_id, g.coordinator_id, c.coordinator_id, c.manager_id)",
        "in_assets s JOIN assets a ON a.id = s.id JOIN contracts c ON c.id = a.contract_id
         LEFT JOIN asset_groups g ON g.id = a.group_id
         LEFT JOIN covers k ON k.level = 'asset' AND k.target_id = a.id AND k.state = 'active'
         LEFT JOIN people q ON q.email_key = s.coordinator_key WHERE s.id IS NOT NULL
         AND CASE WHEN k.id IS NULL THEN a.coordinator_id ELSE k.under_id END IS DISTINCT FROM q.id"
    ),
    items!(
        "group",
        "g.id",
        "g.contract_id",
        "CASE WHEN k.id IS NULL THEN g.coordinator_id ELSE k.under_id END",
        "q.id",
        "CAST(NULL AS BIGINT)",
        "in_groups s JOIN asset_groups g ON g.id = s.id
         LEFT JOIN covers k ON k.level = 'group' AND k.target_id = g.id AND k.state = 'active'
         LEFT JOIN people q ON q.email_key = s.coordinator_key WHERE s.coordinator_key IS NOT NULL
         AND CASE WHEN k.id IS NULL THEN g.coordinator_id ELSE k.under_id END IS DISTINCT FROM q.id"
    ),
    items!(
        "contract",
        "c.id",
        "c.id",
        "CASE WHEN k.id IS NULL THEN c.coordinator_id ELSE k.under_id END",
        "q.id",
        "CAST(NULL AS BIGINT)",
        "in_contracts s JOIN contracts c ON c.id = s.id
         LEFT JOIN covers k ON k.level = 'contract' AND k.target_id = c.id AND k.state = 'active'
         LEFT JOIN people q ON q.email_key = s.coordinator_key WHERE s.coordinator_key IS NOT NULL
         AND CASE WHEN k.id IS NULL THEN c.coordinator_id ELSE k.under_id END IS DISTINCT FROM q.id"
    ),
];
const GROUPS: &[&str] = &[items!(
    "member",
    "a.id",
    "a.contract_id",
    "a.group_id",
    "n.id",
    "CAST(NULL AS BIGINT)",
    "in_assets s JOIN assets a ON a.id = s.id
     LEFT JOIN asset_groups n ON n.contract_id = a.contract_id AND n.name_key = s.group_key
     WHERE s.id IS NOT NULL AND a.group_id IS DISTINCT FROM n.id"
)];
/// After the access was replaced: before and after are its rows.
const USERS: &[&str] = &[items!(
    "entry",
    "COALESCE(s.id, e.id)",
    "e.contract_id",
    "s.id",
    "e.id",
    "CAST(NULL AS BIGINT)",
    "in_users s JOIN people p ON p.email_key = s.email_key JOIN contracts c ON c.number = s.contract
     JOIN entries e ON e.person_id = p.id AND e.contract_id = c.id AND e.ended_at IS NULL WHERE s.differs = 1"
)];

const LEAVE_GROUP: &str = "UPDATE group_spans SET until_at = $2 WHERE until_at IS NULL AND asset_id IN (
    SELECT i.target_id FROM change_set_items i WHERE i.change_set = $1 AND i.level = 'member')";
const JOIN_GROUP: &str = "INSERT INTO group_spans (asset_id, group_id, from_at, set_by, change_set)
    SELECT i.target_id, i.after_id, $2, $3, i.change_set FROM change_set_items i
    WHERE i.change_set = $1 AND i.level = 'member' AND i.after_id IS NOT NULL";
const MOVE: &str = "UPDATE assets SET group_id = i.after_id FROM change_set_items i
    WHERE i.change_set = $1 AND i.level = 'member' AND assets.id = i.target_id";
const TOUCHED: &str = "INSERT INTO in_touched (id) SELECT DISTINCT i.contract_id FROM change_set_items i
    WHERE i.change_set = $1";

/// Lets the file win where it shall and where anything differs. The change set's versions are noted by [`finish`], once
/// they have moved.
pub async fn take(
    staging: &mut Staging<'_>,
    take: Take,
    found: Found,
    report: &mut Report,
) -> Result<Option<Minted<Import>>, AppError> {
    let wins = |wanted: bool, differences: u64| wanted && differences > 0;
    let coordinators = wins(take.coordinators, found.coordinators);
    let (groups, users) = (wins(take.groups, found.groups), wins(take.users, found.users));
    if !(coordinators || groups || users) {
        return Ok(None);
    }
    let set = staging.permit.open(staging.tx, &Draft { kind: "take", ..Draft::default() }).await?;
    if users {
        on_contracts::replace_users(staging).await?;
    }
    for (wins, texts) in [(coordinators, COORDINATORS), (groups, GROUPS), (users, USERS)] {
        for text in texts.iter().filter(|_| wins) {
            let scope = staging.permit.scope::<Import>();
            report.taken += set.mint(staging.tx, scope.build(text, |s| s.bind(set.id()), |s| s)).await?;
        }
    }
    let now = staging.tx.now();
    let tx = &mut *staging.tx;
    store::open_effects(tx, &set).await?;
    tx.execute(&set, sql(LEAVE_GROUP).bind(set.id()).bind(now)).await?;
    tx.execute(&set, sql(JOIN_GROUP).bind(set.id()).bind(now).bind(set.actor())).await?;
    tx.execute(&set, sql(MOVE).bind(set.id())).await?;
    store::assign(tx, &set).await?;
    store::close_effects(tx, &set).await?;
    tx.execute(&set, sql(TOUCHED).bind(set.id())).await?;
    report.change_set = Some(set.handle().to_owned());
    Ok(Some(set))
}

/// Notes the versions and has the people told.
pub async fn finish(staging: &mut Staging<'_>, set: &Minted<Import>) -> Result<(), AppError> {
    store::touch(staging.tx, set, None).await?;
    if store::notices(staging.tx, set).await? > 0 {
        store::tell(staging.tx, set).await?;
    }
    Ok(())
}
