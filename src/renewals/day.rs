//! The job `renewals.day`: writes the notices that are due. Each process plans it when it sees a day for the first time, whichever
//! way its clock came there; running it twice does nothing more, because each step is a row that exists once.
use super::notices;
use super::rules::State;
use super::settings::Settings;
use super::{terms, weekly};
use crate::app::{App, Profile};
use crate::db::{FromRow, Sql, WriteTx, sql};
use crate::error::AppError;
use crate::ids::Single;
use crate::mail::Site;
use crate::operation::{Operation, Terms};
use crate::policy::{self, Actor, Permit, WriteProof};
use crate::time::{Day, HOUR, Instant, start_of};
use jiff::civil::Time;
use jiff::tz::TimeZone;
use serde::Serialize;

/// The job.
pub const JOB: &str = "renewals.day";

/// `$3` is what makes it one: the day.
const PLAN: &str =
    "INSERT INTO jobs (kind, payload, dedup_key, run_at, urgent, state, attempts, lease, leased_until, error)
    VALUES ($1, 0, $3, $2, FALSE, 'waiting', 0, 0, 0, '') ON CONFLICT (dedup_key) DO NOTHING";

const AGAIN: &str =
    "INSERT INTO jobs (kind, payload, dedup_key, run_at, urgent, state, attempts, lease, leased_until, error)
    SELECT $1, 0, $3, $2, FALSE, 'waiting', 0, 0, 0, '' FROM settings s WHERE s.name = 'live_at'
    ON CONFLICT (dedup_key) DO NOTHING";

/// Plans the notices of the present day. What is planned each day and by each process is no event of the trail.
#[derive(Clone, Debug, Serialize)]
struct PlanDay;

impl Operation for PlanDay {
    type Action = policy::RunJob;
    type Output = ();

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<(), AppError> {
        let settings = Settings::load(tx, permit).await?;
        let at = at_hour(tx.today(), settings.hour, tx.zone()).max(tx.now());
        let key = format!("{JOB}/{}", tx.today());
        tx.execute(permit, sql(PLAN).bind(JOB).bind(at).bind(key)).await?;
        Ok(())
    }
}

/// An hour of a day; where daylight saving skips it, the one after.
fn at_hour(day: Day, hour: i8, zone: &TimeZone) -> Instant {
    let time = Time::new(hour, 0, 0, 0).unwrap_or_default();
    let at = day.0.to_datetime(time).to_zoned_datetime(zone.clone());
    at.map_or_else(|_| start_of(day, zone) + i64::from(hour) * HOUR, |at| at.timestamp().as_millisecond())
}

/// Has the day planned, unless this process did already. Call it as often as you like; a worker does with each look at its clock.
pub async fn plan(app: &App, planned: &mut Option<Day>) -> Result<(), AppError> {
    let today = app.clock().moment().today;
    // Not "later than": a clock that was ahead for a while comes back, and its days are looked at again.
    if *planned != Some(today) {
        app.run(Actor::system(), PlanDay, Terms::default()).await?;
        *planned = Some(today);
    }
    Ok(())
}

/// Once more today: something came that may be due.
pub async fn look_again(tx: &mut WriteTx, proof: &impl WriteProof) -> Result<(), AppError> {
    let key = format!("{JOB}/{}/{}", tx.today(), tx.now());
    tx.execute(proof, sql(AGAIN).bind(JOB).bind(tx.now()).bind(key)).await?;
    Ok(())
}

/// Writes what is due.
#[derive(Clone, Serialize)]
pub struct WriteRenewals {
    #[serde(skip)]
    site: Site,
}

/// Writes what is due now, whatever the hour. Returns about how many contracts.
pub async fn write(app: &App) -> Result<u64, AppError> {
    app.run(Actor::system(), WriteRenewals::new(app.profile()), Terms::default()).await
}

/// A term whose latest step that is due is not done.
#[derive(FromRow)]
struct Open {
    id: i64,
    end_on: String,
    known_at: Instant,
}

macro_rules! open {
    ($head:literal) => {
        concat!($head, " FROM (")
    };
}
/// Nobody marks a renewal as ordered, or renews, between this and the mail.
const LOCK: &str = open!("UPDATE contracts SET version = version WHERE id IN (SELECT c.id");
const OPEN: &str = open!("SELECT c.id, c.end_on, t.known_at");
/// The rows: a step, the end days for which it is the latest that is due.
const ARE_OPEN: &str = ") v CROSS JOIN contracts c JOIN renewal_terms t ON t.contract_id = c.id AND t.end_on = c.end_on
    WHERE c.end_on > v.column2 AND c.end_on <= v.column3 AND t.ordered_at IS NULL AND NOT EXISTS (
        SELECT 1 FROM renewal_steps s WHERE s.contract_id = c.id AND s.end_on = c.end_on
        AND s.days = CAST(v.column1 AS BIGINT))";
const DO: &str = "INSERT INTO renewal_steps (contract_id, end_on, days, state, at)
    SELECT CAST(column1 AS BIGINT), column2, CAST(column3 AS BIGINT), column4, $1 FROM (";
/// Each step once, whoever else is at it.
const DONE: &str = ") v WHERE column1 IS NOT NULL ON CONFLICT (contract_id, end_on, days) DO NOTHING
    RETURNING contract_id, days, state";

impl WriteRenewals {
    /// Of this installation.
    pub fn new(profile: &Profile) -> Self {
        Self { site: Site::of(profile) }
    }
}

impl Operation for WriteRenewals {
    type Action = policy::WriteRenewals;
    /// How many contracts are written about.
    type Output = u64;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<u64, AppError> {
        terms::learn(tx, permit).await?;
        let settings = Settings::load(tx, permit).await?;
        if !settings.live() {
            return Ok(0);
        }
        let steps = due(tx, permit, &settings).await?;
        let mut told = Vec::new();
        for part in Sql::batches(&steps) {
            let rows = sql(DO).bind(tx.now()).push_rows(4, part).push(DONE);
            let rows: Vec<(i64, i64, String)> = tx.returning(permit, rows).await?;
            told.extend(
                rows.into_iter().filter(|(.., state)| state == State::Told.name()).map(|(id, days, _)| (id, days)),
            );
        }
        notices::write(tx, permit, &self.site, &settings, &told).await?;
        let resellers = weekly::write(tx, permit, &self.site, &settings).await?;
        let about = told.len() as u64;
        tx.note(serde_json::json!({"contracts": about, "steps": steps.len(), "weekly": resellers}), None);
        Ok(about)
    }
}

/// What becomes of which step, as rows.
async fn due(
    tx: &mut WriteTx,
    permit: &Permit<policy::WriteRenewals>,
    settings: &Settings,
) -> Result<Vec<Vec<Option<String>>>, AppError> {
    let ranges = settings.steps.due(tx.today()).into_iter().map(|due| {
        let above = due.above.map(|day| day.to_string()).unwrap_or_default();
        [due.days.to_string(), above, due.upto.to_string()].map(Some).to_vec()
    });
    let ranges: Vec<Vec<Option<String>>> = ranges.collect();
    let open = |head| sql(head).push_rows(3, &ranges).push(ARE_OPEN);
    if tx.execute(permit, open(LOCK).push(")")).await? == 0 {
        return Ok(Vec::new());
    }
    let rows: Vec<Open> = tx.fetch(permit, open(OPEN)).await?;
    let mut all = Vec::new();
    for row in rows {
        let Ok(end) = row.end_on.parse::<Day>() else { continue };
        let since = settings.since(row.known_at, tx.zone());
        for (days, state) in settings.steps.settle(end, tx.today(), since) {
            let cells = [row.id.to_string(), row.end_on.clone(), days.to_string(), state.name().to_owned()];
            all.push(cells.map(Some).to_vec());
        }
    }
    Ok(all)
}

/// How many notices going live now would write: of the present terms, those whose step is due today.
#[derive(FromRow)]
struct Counted {
    due: i64,
}

const COUNT: &str = "SELECT COUNT(*) AS due FROM (";
const ARE_DUE: &str =
    ") v CROSS JOIN contracts c LEFT JOIN renewal_terms t ON t.contract_id = c.id AND t.end_on = c.end_on
    WHERE c.end_on = v.column1 AND t.ordered_at IS NULL";

/// As a statement: `go-live` says so before.
pub fn count(settings: &Settings, today: Day) -> Sql {
    let ends: Vec<String> = settings.steps.due(today).into_iter().map(|due| due.upto.to_string()).collect();
    sql(COUNT).push_values(&ends).push(ARE_DUE)
}

/// The answer to [`count`].
pub async fn counted<A: policy::Action>(reader: &mut crate::db::Reader, permit: &Permit<A>) -> Result<i64, AppError> {
    let settings = Settings::read(reader, permit).await?;
    let today = reader.now().today;
    let counted: Option<Counted> = reader.find(permit, count(&settings, today)).await?;
    Ok(counted.map_or(0, |counted| counted.due))
}

pub(super) fn statements() -> Vec<Sql> {
    let rows = |width| vec![vec![None; width]];
    vec![
        sql(PLAN),
        sql(AGAIN),
        sql(LOCK).push_rows(3, &rows(3)).push(ARE_OPEN).push(")"),
        sql(OPEN).push_rows(3, &rows(3)).push(ARE_OPEN),
        sql(DO).bind(0).push_rows(4, &rows(4)).push(DONE),
        sql(COUNT).push_values(&[String::new()]).push(ARE_DUE),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::rfc3339;

    #[test]
    fn the_hour_is_the_vendors_also_where_clocks_change() {
        let zone = crate::time::zone("America/New_York").unwrap();
        for (day, hour, expected) in [
            ("2027-01-15", 8, "2027-01-15T13:00:00Z"),
            ("2027-03-14", 8, "2027-03-14T12:00:00Z"),
            // Two o'clock does not exist on that day.
            ("2027-03-14", 2, "2027-03-14T07:00:00Z"),
            ("2027-11-07", 8, "2027-11-07T13:00:00Z"),
            ("2027-07-01", 0, "2027-07-01T04:00:00Z"),
        ] {
            assert_eq!(rfc3339(at_hour(day.parse().unwrap(), hour, &zone)), expected, "{day} at {hour}");
        }
    }
}
