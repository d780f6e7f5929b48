//! Leases: whoever takes a job holds it until it is done or its lease ends; a later holder fences an earlier one off.
use crate::db::{FromRow, Sql, WriteTx, sql};
use crate::error::AppError;
use crate::ids::Single;
use crate::operation::Operation;
use crate::policy::{Permit, RunJob};
use crate::time::{DAY, Instant, MINUTE};
use serde::{Deserialize, Serialize};

/// How long a worker may take for one job before another one takes it over.
pub const LEASE: Instant = 2 * MINUTE;
/// Mail that cannot be delivered is tried for so long (quality.md, reliability 4).
pub const TRIED_FOR: Instant = 5 * DAY;

/// A job that this worker holds.
#[derive(Clone, Debug, FromRow, Serialize, Deserialize)]
pub struct Leased {
    /// The row.
    pub id: i64,
    /// Names who runs it.
    pub kind: String,
    /// What it is about.
    pub payload: i64,
    /// How often it was tried before.
    pub attempts: i64,
    /// The fence: only this lease may end it.
    pub lease: i64,
}

/// Takes the next job that is due, urgent ones first.
#[derive(Clone, Debug, Serialize)]
pub struct TakeJob;

const TAKE: &str = "UPDATE jobs SET state = 'running', lease = lease + 1, leased_until = $2 WHERE id = (
        SELECT j.id FROM jobs j WHERE (j.state = 'waiting' AND j.run_at <= $1)
            OR (j.state = 'running' AND j.leased_until <= $1)
        ORDER BY j.urgent DESC, j.run_at, j.id LIMIT 1)
    AND ((state = 'waiting' AND run_at <= $1) OR (state = 'running' AND leased_until <= $1))
    RETURNING id, kind, payload, attempts, lease";

impl Operation for TakeJob {
    type Action = RunJob;
    type Output = Option<Leased>;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<RunJob>) -> Result<Option<Leased>, AppError> {
        let take = sql(TAKE).bind(tx.now()).bind(tx.now() + LEASE);
        let taken: Vec<Leased> = tx.returning(permit, take).await?;
        Ok(taken.into_iter().next())
    }
}

/// How a job ended.
#[derive(Clone, Debug, Serialize)]
pub enum End {
    /// It is done; the row goes.
    Done,
    /// Again at this instant, because of that.
    Retry(Instant, String),
    /// Never again, because of that.
    Failed(String),
}

/// Ends a job that is still held.
#[derive(Clone, Debug, Serialize)]
pub struct EndJob {
    /// The job.
    pub job: Leased,
    /// How it ended.
    pub end: End,
}

const DONE: &str = "DELETE FROM jobs WHERE id = $1 AND lease = $2";
const RETRY: &str = "UPDATE jobs SET state = 'waiting', attempts = attempts + 1, run_at = $3, error = $4
    WHERE id = $1 AND lease = $2";
const FAIL: &str = "UPDATE jobs SET state = 'failed', attempts = attempts + 1, error = $3 WHERE id = $1 AND lease = $2";

impl Operation for EndJob {
    type Action = RunJob;
    type Output = bool;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<RunJob>) -> Result<bool, AppError> {
        let of = |text| sql(text).bind(self.job.id).bind(self.job.lease);
        let end = match &self.end {
            End::Done => of(DONE),
            End::Retry(at, why) => of(RETRY).bind(*at).bind(why.as_str()),
            End::Failed(why) => of(FAIL).bind(why.as_str()),
        };
        Ok(tx.execute(permit, end).await? > 0)
    }
}

/// When to try again: 30 seconds, doubling, at most every 4 hours.
pub fn backoff(attempts: i64) -> Instant {
    let doubled = attempts.clamp(0, 9);
    (MINUTE / 2 * (1 << doubled)).min(240 * MINUTE)
}

pub(super) fn statements() -> Vec<Sql> {
    [TAKE, DONE, RETRY, FAIL].map(sql).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_are_spread_over_days() {
        assert_eq!(backoff(0), MINUTE / 2);
        assert_eq!(backoff(3), 4 * MINUTE);
        assert_eq!(backoff(100), 240 * MINUTE);
        let (mut spent, mut tries) = (0, 0);
        while spent < TRIED_FOR {
            spent += backoff(tries);
            tries += 1;
        }
        assert!((30..60).contains(&tries), "{tries}");
    }
}
