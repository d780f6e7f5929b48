//! Somebody's calendar feed: an address with a key that only its owner knows, which can be ended at any time. It shows the ends of
//! the contracts that its owner manages now, and nothing else.
use super::calendar::End;
use crate::db::{FromRow, Reader, Sql, WriteTx, sql};
use crate::error::AppError;
use crate::ids::Single;
use crate::operation::{Operation, Query};
use crate::policy::{self, Permit};
use crate::time::{Day, Instant};
use serde::Serialize;

/// Ended contracts stay in a calendar for so long.
const KEPT: i32 = 400;
/// Most contracts of a feed.
const MOST: i64 = 2_000;

/// Gives the feed a new key; one that was there before ends.
#[derive(Clone, Serialize)]
pub struct ResetCalendar {
    /// Of the new key, which is shown once and stored nowhere.
    pub hash: Vec<u8>,
}

const RESET: &str = "INSERT INTO calendar_keys (person_id, hash, created_at) VALUES ($1, $2, $3)
    ON CONFLICT (person_id) DO UPDATE SET hash = excluded.hash, created_at = excluded.created_at";

impl Operation for ResetCalendar {
    type Action = policy::ResetCalendar;
    type Output = ();

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<(), AppError> {
        let reset = sql(RESET).bind(permit.actor()).bind(self.hash.as_slice()).bind(tx.now());
        tx.execute(permit, reset).await?;
        tx.note("a new key of the calendar feed", None);
        Ok(())
    }
}

const SINCE: &str = "SELECT created_at FROM calendar_keys WHERE person_id = $1";

/// Since when the reader's feed has its key; none: there is none.
pub(super) async fn since<A: policy::Action>(
    reader: &mut Reader,
    permit: &Permit<A>,
) -> Result<Option<Instant>, AppError> {
    let since: Option<(Instant,)> = reader.find(permit, sql(SINCE).bind(permit.actor())).await?;
    Ok(since.map(|(at,)| at))
}

/// Asks for the feed with a key. Nothing is found with one that is unknown, or whose owner is gone.
pub struct FetchCalendar {
    /// Of the key.
    pub hash: Vec<u8>,
}

#[derive(FromRow)]
struct Row {
    number: String,
    company: String,
    reseller: Option<String>,
    end_on: String,
    terms: i64,
}

const OWNER: &str = "SELECT p.id FROM calendar_keys k JOIN people p ON p.id = k.person_id
    WHERE k.hash = $1 AND p.deactivated_at IS NULL";
/// What the owner manages now: as the standing says it, a confirmed member of the company. `$2`: the first end day.
const ENDS: &str = "SELECT c.number, o.name AS company, l.name AS reseller, c.end_on,
        (SELECT COUNT(*) FROM renewal_terms x WHERE x.contract_id = c.id) AS terms
    FROM contracts c JOIN accounts o ON o.id = c.account_id LEFT JOIN accounts l ON l.id = c.reseller_id
    JOIN memberships m ON m.account_id = c.account_id AND m.person_id = c.manager_id AND m.confirmed_at IS NOT NULL
    WHERE c.manager_id = $1 AND c.end_on >= $2 ORDER BY c.end_on, c.number LIMIT $3";

impl Query for FetchCalendar {
    type Action = policy::FetchCalendar;
    type Output = Vec<End>;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Vec<End>, AppError> {
        let owner: Option<(i64,)> = reader.find(permit, sql(OWNER).bind(self.hash.as_slice())).await?;
        let (owner,) = owner.ok_or_else(AppError::hidden)?;
        let from = reader.now().today.plus(-KEPT);
        let rows: Vec<Row> = reader.fetch(permit, sql(ENDS).bind(owner).bind(from).bind(MOST)).await?;
        let end = |row: Row| {
            let on: Day = row.end_on.parse().ok()?;
            let reseller = row.reseller.unwrap_or_default();
            Some(End { number: row.number, company: row.company, reseller, on, sequence: (row.terms - 1).max(0) })
        };
        Ok(rows.into_iter().filter_map(end).collect())
    }
}

pub(super) fn statements() -> Vec<Sql> {
    [RESET, SINCE, OWNER, ENDS].map(sql).into()
}
