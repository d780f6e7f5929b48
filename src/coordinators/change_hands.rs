//! Hands change at the start of the day in the vendor's time zone: dated assignments begin and end.
use super::{covers, store};
use crate::db::{Sql, WriteTx, sql};
use crate::error::AppError;
use crate::ids::Single;
use crate::operation::Operation;
use crate::policy::{self, Draft, Minted, Permit};
use crate::time::{Day, start_of};
use serde::Serialize;

/// Everything that is due by today, day by day, oldest first.
#[derive(Clone, Debug, Serialize)]
pub struct ChangeHands;

const LOCK: &str = "UPDATE contracts SET version = version + 1 WHERE id IN (SELECT k.contract_id FROM covers k
    WHERE (k.state = 'active' AND k.until_on <= $1) OR (k.state = 'planned' AND k.from_on <= $1))";
const NEXT: &str = "SELECT MIN(due) FROM (
    SELECT k.until_on AS due FROM covers k WHERE k.state = 'active' AND k.until_on <= $1
    UNION ALL SELECT k.from_on FROM covers k WHERE k.state = 'planned' AND k.from_on <= $1) due_days";
/// One row for each target, also where one dated assignment ends and the next begins on the same day.
const ITEMS: &str = "INSERT INTO change_set_items (change_set, level, target_id, contract_id)
    SELECT $1, CASE k.level WHEN 'asset' THEN 'asset_hands' WHEN 'group' THEN 'group_hands' ELSE 'contract_hands' END,
        k.target_id, k.contract_id FROM covers k
    WHERE (k.state = 'active' AND k.until_on <= $2) OR (k.state = 'planned' AND k.from_on <= $2)
    GROUP BY k.level, k.target_id, k.contract_id";
/// One without an end becomes the undated assignment: an own item, so that undoing an older change leaves it.
const FOR_GOOD: &str = "INSERT INTO change_set_items (change_set, level, target_id, contract_id, before_id, after_id, former)
    SELECT $1, k.level, k.target_id, k.contract_id, COALESCE(a.coordinator_id, g.coordinator_id, c.coordinator_id),
        k.person_id, CASE k.level WHEN 'asset' THEN
            (SELECT COALESCE(x.coordinator_id, y.coordinator_id, z.coordinator_id, z.manager_id) FROM assets x
             JOIN contracts z ON z.id = x.contract_id LEFT JOIN asset_groups y ON y.id = x.group_id WHERE x.id = k.target_id)
        END
    FROM covers k LEFT JOIN assets a ON k.level = 'asset' AND a.id = k.target_id
    LEFT JOIN asset_groups g ON k.level = 'group' AND g.id = k.target_id
    LEFT JOIN contracts c ON k.level = 'contract' AND c.id = k.target_id
    WHERE k.state = 'planned' AND k.from_on <= $2 AND k.until_on IS NULL";

impl Operation for ChangeHands {
    type Action = policy::ChangeHands;
    type Output = u64;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<u64, AppError> {
        if tx.execute(permit, sql(LOCK).bind(tx.today())).await? == 0 {
            return Ok(0);
        }
        let mut days = 0;
        while let Some(day) = next(tx, permit).await? {
            let set = permit.open(tx, &Draft { kind: "hands", from_on: Some(day), ..Draft::default() }).await?;
            settle(tx, &set, day).await?;
            days += 1;
        }
        Ok(days)
    }
}

async fn next(tx: &mut WriteTx, permit: &Permit<policy::ChangeHands>) -> Result<Option<Day>, AppError> {
    let next: Option<(Option<String>,)> = tx.find(permit, sql(NEXT).bind(tx.today())).await?;
    Ok(next.and_then(|(day,)| day).and_then(|day| day.parse().ok()))
}

/// Dated back to the start of its day, where the product did not run then.
async fn settle(tx: &mut WriteTx, set: &Minted<policy::ChangeHands>, day: Day) -> Result<(), AppError> {
    let at = start_of(day, tx.zone()).min(tx.now());
    tx.execute(set, sql(ITEMS).bind(set.id()).bind(day)).await?;
    tx.execute(set, sql(FOR_GOOD).bind(set.id()).bind(day)).await?;
    store::open_effects(tx, set).await?;
    covers::settle(tx, set, day, at).await?;
    store::close_effects(tx, set).await?;
    store::touch(tx, set, None).await?;
    Ok(())
}

pub(super) fn statements() -> Vec<Sql> {
    [LOCK, NEXT, ITEMS, FOR_GOOD].map(sql).into()
}
