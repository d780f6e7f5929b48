//! The right of a coordinator to name users on a contract.
use crate::db::{Sql, WriteTx, sql};
use crate::error::AppError;
use crate::ids::PersonId;
use crate::policy::{GrantNaming, Minted, Permit, WriteAction};

const HAS: &str = "SELECT COUNT(*) FROM naming_rights WHERE contract_id = $1 AND person_id = $2";
const GIVE: &str = "INSERT INTO naming_rights (contract_id, account_id, person_id, given_by, given_at)
    SELECT c.id, c.account_id, $2, $3, $4 FROM contracts c WHERE c.id = $1";
const TAKE: &str = "DELETE FROM naming_rights WHERE contract_id = $1 AND person_id = $2";
const ITEM: &str = "INSERT INTO change_set_items (change_set, level, target_id, contract_id, before_id, after_id)
    VALUES ($1, 'naming', $2, $3, $4, $5)";

/// Gives or takes the right, where that changes anything, as an item of a change set.
pub async fn set<A: WriteAction>(
    tx: &mut WriteTx,
    permit: &Permit<GrantNaming>,
    set: &Minted<A>,
    person: PersonId,
    wanted: bool,
) -> Result<(), AppError> {
    let contract = permit.target().0;
    let has: Option<(i64,)> = tx.find(permit, sql(HAS).bind(contract).bind(person)).await?;
    let has = has.is_some_and(|(n,)| n > 0);
    if has == wanted {
        return Ok(());
    }
    let change = match wanted {
        true => sql(GIVE).bind(contract).bind(person).bind(set.actor()).bind(tx.now()),
        false => sql(TAKE).bind(contract).bind(person),
    };
    tx.execute(permit, change).await?;
    let flag = |held: bool| held.then_some(1_i64);
    let item = sql(ITEM).bind(set.id()).bind(person).bind(contract).bind(flag(has)).bind(flag(wanted));
    tx.execute(set, item).await?;
    Ok(())
}

pub(super) fn statements() -> Vec<Sql> {
    [HAS, GIVE, TAKE, ITEM].map(sql).into()
}
