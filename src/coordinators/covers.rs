//! Dated assignments: how they are planned, begin and end. Each lies over the undated assignment of its level.
use crate::db::{DbError, Sql, WriteTx, sql};
use crate::policy::{Minted, WriteAction, WriteProof};
use crate::time::{Day, Instant};

const PLAN: &str = "INSERT INTO covers (level, target_id, contract_id, account_id, person_id, from_on, until_on, state,
        set_by, change_set)
    SELECT REPLACE(i.level, '_dated', ''), i.target_id, i.contract_id, c.account_id, i.after_id, $2, $3, 'planned', $4, i.change_set
    FROM change_set_items i JOIN contracts c ON c.id = i.contract_id
    WHERE i.change_set = $1 AND i.level IN ('asset_dated', 'group_dated', 'contract_dated')";

/// Whether some day of a dated assignment, which is still to come or in force, is among those from `$from` until `$until`.
macro_rules! meets {
    ($cover:literal, $from:literal, $until:literal) => {
        concat!(
            $cover,
            ".state IN ('planned', 'active') AND (",
            $cover,
            ".until_on IS NULL OR ",
            $cover,
            ".until_on > ",
            $from,
            ") AND (CAST(",
            $until,
            " AS TEXT) IS NULL OR ",
            $cover,
            ".from_on < ",
            $until,
            ")"
        )
    };
}
pub(crate) use meets;

/// Another dated one on the same target, some day of which is among those of `$2` until `$3`.
const OVERLAP: &str = concat!(
    "SELECT COUNT(*) FROM change_set_items i JOIN covers k ON k.target_id = i.target_id
        AND k.level = REPLACE(i.level, '_dated', '')
    WHERE i.change_set = $1 AND i.level IN ('asset_dated', 'group_dated', 'contract_dated') AND ",
    meets!("k", "$2", "$3")
);

/// How many items would overlap a dated assignment that is there already.
pub async fn overlaps<A: WriteAction>(
    tx: &mut WriteTx,
    set: &Minted<A>,
    from: Day,
    until: Option<Day>,
) -> Result<u64, DbError> {
    let count: Option<(i64,)> = tx.find(set, sql(OVERLAP).bind(set.id()).bind(from).bind(until)).await?;
    Ok(count.map_or(0, |(n,)| n.unsigned_abs()))
}

/// Writes down the dated assignments of a set's items.
pub async fn plan<A: WriteAction>(
    tx: &mut WriteTx,
    set: &Minted<A>,
    from: Day,
    until: Option<Day>,
) -> Result<(), DbError> {
    tx.execute(set, sql(PLAN).bind(set.id()).bind(from).bind(until).bind(set.actor())).await?;
    Ok(())
}

/// The texts of one level. `$1` the day, `$2` the instant at which hands change.
struct Level {
    ending: [&'static str; 3],
    beginning: [&'static str; 4],
}

macro_rules! due {
    ($level:literal, $end:literal) => {
        concat!("level = '", $level, "' AND ", $end)
    };
}
macro_rules! level {
    ($level:literal, $table:literal) => {
        Level {
            ending: [
                concat!(
                    "UPDATE spans SET until_at = $2 WHERE level = '", $level, "' AND until_at IS NULL AND target_id IN (
                        SELECT k.target_id FROM covers k WHERE k.", due!($level, "k.state = 'active' AND k.until_on <= $1"), ")"
                ),
                concat!(
                    "UPDATE ", $table, " SET coordinator_id = k.under_id FROM covers k WHERE k.",
                    due!($level, "k.state = 'active' AND k.until_on <= $1"), " AND ", $table, ".id = k.target_id"
                ),
                concat!(
                    "INSERT INTO spans (level, target_id, person_id, from_at, set_by, change_set)
                     SELECT k.level, k.target_id, k.under_id, $2, COALESCE(k.under_by, -1), k.under_set FROM covers k WHERE k.",
                    due!($level, "k.state = 'active' AND k.until_on <= $1"), " AND k.under_id IS NOT NULL"
                ),
            ],
            beginning: [
                // What lies beneath is remembered with who set it, so that history can tell when it returns.
                concat!(
                    "UPDATE covers SET under_id = (SELECT t.coordinator_id FROM ", $table, " t WHERE t.id = covers.target_id),
                        under_by = (SELECT s.set_by FROM spans s WHERE s.level = '", $level,
                    "' AND s.target_id = covers.target_id AND s.until_at IS NULL),
                        under_set = (SELECT s.change_set FROM spans s WHERE s.level = '", $level,
                    "' AND s.target_id = covers.target_id AND s.until_at IS NULL)
                     WHERE ", due!($level, "state = 'planned' AND from_on <= $1")
                ),
                concat!(
                    "UPDATE spans SET until_at = $2 WHERE level = '", $level, "' AND until_at IS NULL AND target_id IN (
                        SELECT k.target_id FROM covers k WHERE k.", due!($level, "k.state = 'planned' AND k.from_on <= $1"), ")"
                ),
                concat!(
                    "UPDATE ", $table, " SET coordinator_id = k.person_id FROM covers k WHERE k.",
                    due!($level, "k.state = 'planned' AND k.from_on <= $1"), " AND ", $table, ".id = k.target_id"
                ),
                concat!(
                    "INSERT INTO spans (level, target_id, person_id, from_at, set_by, change_set)
                     SELECT k.level, k.target_id, k.person_id, $2, k.set_by, k.change_set FROM covers k WHERE k.",
                    due!($level, "k.state = 'planned' AND k.from_on <= $1"), " AND k.person_id IS NOT NULL"
                ),
            ],
        }
    };
}

const LEVELS: [Level; 3] =
    [level!("asset", "assets"), level!("group", "asset_groups"), level!("contract", "contracts")];
const ENDED: &str = "UPDATE covers SET state = 'ended' WHERE state = 'active' AND until_on <= $1";
/// One without an end has become the undated assignment and is over with.
const BEGUN: &str = "UPDATE covers SET state = CASE WHEN until_on IS NULL THEN 'ended' ELSE 'active' END
    WHERE state = 'planned' AND from_on <= $1";

/// Changes hands for one day, at an instant: what ends first, then what begins.
pub async fn settle(tx: &mut WriteTx, proof: &impl WriteProof, day: Day, at: Instant) -> Result<(), DbError> {
    for level in &LEVELS {
        for text in level.ending {
            tx.execute(proof, bound(text, day, at)).await?;
        }
    }
    tx.execute(proof, sql(ENDED).bind(day)).await?;
    for level in &LEVELS {
        for text in level.beginning {
            tx.execute(proof, bound(text, day, at)).await?;
        }
    }
    tx.execute(proof, sql(BEGUN).bind(day)).await?;
    Ok(())
}

fn bound(text: &'static str, day: Day, at: Instant) -> Sql {
    let statement = sql(text).bind(day);
    if text.contains("$2") { statement.bind(at) } else { statement }
}

/// Begins those of this set that begin today: all that began before were settled before anything else was served.
pub async fn begin_today<A: WriteAction>(tx: &mut WriteTx, set: &Minted<A>, from: Day) -> Result<(), DbError> {
    if from > tx.today() {
        return Ok(());
    }
    let (day, at) = (tx.today(), tx.now());
    settle(tx, set, day, at).await
}

pub(super) fn statements() -> Vec<Sql> {
    let mut all: Vec<Sql> = [PLAN, OVERLAP, ENDED, BEGUN].map(sql).into();
    for level in &LEVELS {
        all.extend(level.ending.into_iter().chain(level.beginning).map(sql));
    }
    all
}
