//! Writes the items of a change set: history first, then the assignments, in a fixed number of statements however many.
use crate::db::{DbError, Sql, WriteTx, sql};
use crate::ids::{ChangeSetId, ContractId};
use crate::policy::{Minted, WriteAction, WriteProof};

/// The texts of one level. `$1` is the change set, `$2` now (of `under`: the actor), `$3` the actor. Where a dated assignment is in force, the
/// undated one beneath it changes, and nobody's hands.
struct Level {
    end_spans: &'static str,
    under: &'static str,
    assign: &'static str,
    begin_spans: &'static str,
}

macro_rules! uncovered {
    ($level:literal) => {
        concat!(
            " AND NOT EXISTS (SELECT 1 FROM covers k WHERE k.level = '",
            $level,
            "' AND k.target_id = i.target_id AND k.state = 'active')"
        )
    };
}
macro_rules! level {
    ($level:literal, $table:literal) => {
        Level {
            end_spans: concat!(
                "UPDATE spans SET until_at = $2 WHERE level = '",
                $level,
                "' AND until_at IS NULL AND target_id IN (SELECT i.target_id FROM change_set_items i
                    WHERE i.change_set = $1 AND i.level = '",
                $level,
                "'",
                uncovered!($level),
                ")"
            ),
            under: concat!(
                "UPDATE covers SET under_id = (SELECT i.after_id FROM change_set_items i
                    WHERE i.change_set = $1 AND i.level = '",
                $level,
                "' AND i.target_id = covers.target_id), under_by = $2, under_set = $1
                 WHERE state = 'active' AND level = '",
                $level,
                "' AND target_id IN (SELECT i.target_id FROM change_set_items i WHERE i.change_set = $1 AND i.level = '",
                $level,
                "')"
            ),
            assign: concat!(
                "UPDATE ",
                $table,
                " SET coordinator_id = i.after_id FROM change_set_items i
                 WHERE i.change_set = $1 AND i.level = '",
                $level,
                "' AND ",
                $table,
                ".id = i.target_id",
                uncovered!($level)
            ),
            begin_spans: concat!(
                "INSERT INTO spans (level, target_id, person_id, from_at, set_by, change_set)
                 SELECT '",
                $level,
                "', i.target_id, i.after_id, $2, $3, i.change_set FROM change_set_items i
                 WHERE i.change_set = $1 AND i.level = '",
                $level,
                "' AND i.after_id IS NOT NULL",
                uncovered!($level)
            ),
        }
    };
}

const ASSETS: Level = level!("asset", "assets");
const GROUPS: Level = level!("group", "asset_groups");
const CONTRACTS: Level = level!("contract", "contracts");

/// Carries out the undated items of a set, on all three levels.
pub async fn assign<A: WriteAction>(tx: &mut WriteTx, set: &Minted<A>) -> Result<(), DbError> {
    for level in [&ASSETS, &GROUPS, &CONTRACTS] {
        let about = |text| sql(text).bind(set.id()).bind(tx.now());
        let (end, begin) = (about(level.end_spans), about(level.begin_spans).bind(set.actor()));
        tx.execute(set, end).await?;
        tx.execute(set, begin).await?;
        tx.execute(set, sql(level.assign).bind(set.id())).await?;
        let under = sql(level.under).bind(set.id()).bind(set.actor());
        tx.execute(set, under).await?;
    }
    Ok(())
}

const PRUNE: &str = "DELETE FROM change_set_items WHERE change_set = $1 AND level IN ('asset', 'group', 'contract')
    AND before_id IS NOT DISTINCT FROM after_id";

/// Removes the items that change nothing, and says how many they were.
pub async fn prune<A: WriteAction>(tx: &mut WriteTx, set: &Minted<A>) -> Result<u64, DbError> {
    tx.execute(set, sql(PRUNE).bind(set.id())).await
}

/// Whether the set touches more than own assignments of assets, so that others may fall to somebody else.
const WIDE: &str =
    "SELECT COUNT(*) FROM change_set_items WHERE change_set = $1 AND level NOT IN ('asset', 'naming', 'entry')";
/// Candidates for an effect: whoever may fall back to what changes. An asset with an item of its own is told there.
const OPEN_EFFECTS: &str = "INSERT INTO change_set_items (change_set, level, target_id, contract_id, former)
    SELECT $1, 'effect', a.id, a.contract_id, COALESCE(a.coordinator_id, g.coordinator_id, c.coordinator_id, c.manager_id)
    FROM assets a JOIN contracts c ON c.id = a.contract_id LEFT JOIN asset_groups g ON g.id = a.group_id
    WHERE a.contract_id IN (SELECT i.contract_id FROM change_set_items i WHERE i.change_set = $1)
    AND NOT EXISTS (SELECT 1 FROM change_set_items i WHERE i.change_set = $1 AND i.level = 'asset' AND i.target_id = a.id)
    AND (EXISTS (SELECT 1 FROM change_set_items i WHERE i.change_set = $1
            AND i.level IN ('asset_hands', 'asset_dated', 'member') AND i.target_id = a.id)
        OR EXISTS (SELECT 1 FROM change_set_items i WHERE i.change_set = $1 AND i.contract_id = a.contract_id
            AND i.level IN ('group', 'group_dated', 'group_hands', 'contract', 'contract_dated', 'contract_hands', 'cover')))";
const CLOSE_EFFECTS: &str = "UPDATE change_set_items SET successor = (
        SELECT COALESCE(a.coordinator_id, g.coordinator_id, c.coordinator_id, c.manager_id)
        FROM assets a JOIN contracts c ON c.id = a.contract_id LEFT JOIN asset_groups g ON g.id = a.group_id
        WHERE a.id = change_set_items.target_id)
    WHERE change_set = $1 AND level IN ('asset', 'effect')";
const PRUNE_EFFECTS: &str = "DELETE FROM change_set_items WHERE change_set = $1 AND level = 'effect'
    AND former IS NOT DISTINCT FROM successor";

/// Before a change whose effect on each asset is not planned row by row: notes who is in force.
pub async fn open_effects<A: WriteAction>(tx: &mut WriteTx, set: &Minted<A>) -> Result<(), DbError> {
    let wide: Option<(i64,)> = tx.find(set, sql(WIDE).bind(set.id())).await?;
    if wide.is_some_and(|(n,)| n > 0) {
        tx.execute(set, sql(OPEN_EFFECTS).bind(set.id())).await?;
    }
    Ok(())
}

/// After it: notes who is in force now, and keeps what differs.
pub async fn close_effects<A: WriteAction>(tx: &mut WriteTx, set: &Minted<A>) -> Result<(), DbError> {
    tx.execute(set, sql(CLOSE_EFFECTS).bind(set.id())).await?;
    tx.execute(set, sql(PRUNE_EFFECTS).bind(set.id())).await?;
    Ok(())
}

const TOUCHED: &str = "INSERT INTO change_set_contracts (change_set, contract_id, version)
    SELECT $1, c.id, c.version FROM contracts c
    WHERE c.id = $2 OR c.id IN (SELECT i.contract_id FROM change_set_items i WHERE i.change_set = $1)";
const STAMP: &str = "UPDATE contracts SET changed_at = $2
    WHERE id IN (SELECT x.contract_id FROM change_set_contracts x WHERE x.change_set = $1)
    AND EXISTS (SELECT 1 FROM change_set_items i WHERE i.change_set = $1)";

/// Notes which contracts the set touched, at which version; `also` one that it was about, though nothing on it changed.
pub async fn touch<A: WriteAction>(tx: &mut WriteTx, set: &Minted<A>, also: Option<ContractId>) -> Result<(), DbError> {
    tx.execute(set, sql(TOUCHED).bind(set.id()).bind(also)).await?;
    tx.execute(set, sql(STAMP).bind(set.id()).bind(tx.now())).await?;
    let settle = sql(SETTLE).bind(tx.now() + super::rules::HELD_FOR).push(OF_SET).push_bind(set.id()).push(NOT_YET);
    tx.execute(set, settle).await?;
    Ok(())
}

/// Orders that have not left may go to somebody else now: `shipments/settle.rs` looks, once the change is not undone at once any more.
/// `$1` when. The version makes each change plan its own.
const SETTLE: &str =
    "INSERT INTO jobs (kind, payload, dedup_key, run_at, urgent, state, attempts, lease, leased_until, error)
    SELECT 'shipments.settle', c.id, 'shipments.settle/' || c.id || '/' || c.version, $1, FALSE, 'waiting', 0, 0, 0, ''
    FROM contracts c WHERE EXISTS (SELECT 1 FROM shipments h JOIN shipment_assets x ON x.shipment_id = h.id
        JOIN assets a ON a.id = x.asset_id AND a.contract_id = c.id
        WHERE h.account_id = c.account_id AND h.state IN ('requested', 'approved')) AND c.id ";
const OF_SET: &str = "IN (SELECT y.contract_id FROM change_set_contracts y WHERE y.change_set = ";
const OF_ONE: &str = "IN (";
const NOT_YET: &str = ") ON CONFLICT (dedup_key) DO NOTHING";

/// The same where a contract got another manager without a change set.
pub async fn settle_orders(tx: &mut WriteTx, proof: &impl WriteProof, contract: ContractId) -> Result<(), DbError> {
    let settle = sql(SETTLE).bind(tx.now() + super::rules::HELD_FOR).push(OF_ONE).push_bind(contract).push(NOT_YET);
    tx.execute(proof, settle).await?;
    Ok(())
}

/// Whom a set tells: who lost, who gained, also of what lies ahead, the new coordinator and the Contract Managers.
const NOTICES: &str = "SELECT COUNT(*) FROM people p WHERE p.deactivated_at IS NULL AND p.id IN (
    SELECT i.former FROM change_set_items i WHERE i.change_set = $1 AND i.level IN ('asset', 'asset_dated', 'effect')
        AND i.former IS DISTINCT FROM i.successor
    UNION SELECT i.successor FROM change_set_items i WHERE i.change_set = $1
        AND i.level IN ('asset', 'asset_dated', 'effect') AND i.former IS DISTINCT FROM i.successor
    UNION SELECT i.after_id FROM change_set_items i WHERE i.change_set = $1
        AND i.level IN ('asset', 'asset_dated', 'group', 'group_dated', 'contract', 'contract_dated')
    UNION SELECT i.before_id FROM change_set_items i JOIN covers k ON k.id = i.target_id AND k.state = 'planned'
        WHERE i.change_set = $1 AND i.level = 'cover'
    UNION SELECT i.after_id FROM change_set_items i JOIN covers k ON k.id = i.target_id AND k.state = 'planned'
        WHERE i.change_set = $1 AND i.level = 'cover'
    UNION SELECT c.manager_id FROM contracts c JOIN change_set_contracts x ON x.contract_id = c.id
        WHERE x.change_set = $1)";

/// How many people will be written to, one mail each.
pub async fn notices<A: WriteAction>(tx: &mut WriteTx, set: &Minted<A>) -> Result<u64, DbError> {
    let count: Option<(i64,)> = tx.find(set, sql(NOTICES).bind(set.id())).await?;
    Ok(count.map_or(0, |(n,)| n.unsigned_abs()))
}

const HOLD_MAIL: &str = "UPDATE change_sets SET mail = 'held' WHERE id = $1";

/// Has the people told when the mail is no longer held.
pub async fn tell<A: WriteAction>(tx: &mut WriteTx, set: &Minted<A>) -> Result<(), DbError> {
    tx.execute(set, sql(HOLD_MAIL).bind(set.id())).await?;
    let run_at = tx.now() + super::rules::HELD_FOR;
    let ChangeSetId(payload) = set.id();
    tx.enqueue(set, crate::jobs::NewJob { kind: "mail.change_set", payload, run_at, urgent: false }).await
}

pub(super) fn statements() -> Vec<Sql> {
    let mut all: Vec<Sql> =
        [PRUNE, WIDE, OPEN_EFFECTS, CLOSE_EFFECTS, PRUNE_EFFECTS, TOUCHED, STAMP, NOTICES, HOLD_MAIL].map(sql).into();
    for of in [OF_SET, OF_ONE] {
        all.push(sql(SETTLE).bind(0).push(of).push_bind(0).push(NOT_YET));
    }
    for level in [&ASSETS, &GROUPS, &CONTRACTS] {
        all.extend([level.end_spans, level.under, level.assign, level.begin_spans].map(sql));
    }
    all
}
