//! The rehearsal of an announcement: exactly who will be told, why, and through which level; and who just misses it, and why.
use super::told::{self, MISSES, TOLD};
use crate::db::{FromRow, Reader, Sql, sql};
use crate::error::AppError;
use crate::ids::ReleaseKey;
use crate::operation::Query;
use crate::policy::{self, Permit};
use crate::text::full_name;
use crate::time::Day;
use serde::Serialize;

/// Rows of one page.
pub const ROWS: i64 = 50;
/// How near a contract's term must be to the day of the release to just miss it, in days.
const NEAR: i32 = 90;

/// Asks for it.
#[derive(Clone, Debug)]
pub struct Rehearse {
    /// Of which release.
    pub release: ReleaseKey,
    /// Where the page begins.
    pub cursor: Option<String>,
}

#[derive(Clone, Debug, FromRow)]
struct Row {
    handle: String,
    email: String,
    first_name: String,
    last_name: String,
    sort_key: String,
    companies: i64,
    company: String,
    assets: i64,
    first_why: String,
    last_why: String,
    people: i64,
    all_assets: i64,
}

/// Somebody who will be told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Recipient {
    /// First and last name.
    pub name: String,
    /// The address.
    pub email: String,
    /// In pages' addresses.
    #[serde(skip)]
    #[schema(ignore)]
    pub handle: String,
    /// Of which company; of several the first one.
    pub company: String,
    /// About how many serial numbers.
    pub serial_numbers: i64,
    /// Why.
    pub why: String,
}

/// Who just misses it.
#[derive(Clone, Debug, PartialEq, Eq, FromRow, Serialize, utoipa::ToSchema)]
pub struct Miss {
    /// Of which company.
    pub company: String,
    /// On which contract.
    pub contract_number: String,
    /// `ended`, `not_begun`, `other_release`, `muted` or `unreachable`.
    pub reason: String,
    /// How many serial numbers.
    pub serial_numbers: i64,
    /// The end or the beginning of the contract, the address that is muted or does not answer.
    pub detail: String,
}

/// The whole.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Rehearsal {
    /// How many people get one mail each; what `announce` asks to be repeated.
    pub people: i64,
    /// About how many serial numbers.
    pub serial_numbers: i64,
    /// A page of them, in the order of their names.
    pub recipients: Vec<Recipient>,
    /// Send it back as `cursor`; none at the end.
    #[schema(required)]
    pub next: Option<String>,
    /// Who just misses it; at most 200 rows.
    pub misses: Vec<Miss>,
}

/// `$2` where the page begins, `$3` how many. The totals are of the whole list.
const RECIPIENTS: &str = "SELECT * FROM (SELECT p.handle, p.email, p.first_name, p.last_name, p.sort_key, t.companies,
        (SELECT o.name FROM accounts o WHERE o.id = t.account) AS company, t.assets, t.first_why, t.last_why,
        COUNT(*) OVER () AS people, CAST(SUM(t.assets) OVER () AS BIGINT) AS all_assets
    FROM (SELECT w.person_id, COUNT(*) AS assets, COUNT(DISTINCT w.account_id) AS companies, MIN(w.account_id) AS account,
            MIN(w.why) AS first_why, MAX(w.why) AS last_why FROM (";
const OF_EACH: &str = ") w GROUP BY w.person_id) t JOIN people p ON p.id = t.person_id) x
    WHERE x.sort_key || '/' || x.handle > $2 ORDER BY x.sort_key || '/' || x.handle LIMIT $3";
const DAY: &str = "SELECT released_on FROM releases WHERE id = $1";

fn recipients(release: i64, from: String) -> Sql {
    sql(RECIPIENTS).push(TOLD).push(OF_EACH).bind(release).bind(from).bind(ROWS + 1)
}

impl Row {
    fn recipient(&self) -> Recipient {
        let why = match self.first_why == self.last_why {
            true => told::words(&self.first_why).to_owned(),
            false => format!("{}; {}", told::words(&self.first_why), told::words(&self.last_why)),
        };
        let company = match self.companies {
            1 => self.company.clone(),
            n => format!("{} and {} more", self.company, n - 1),
        };
        Recipient {
            name: full_name(&self.first_name, &self.last_name),
            email: self.email.clone(),
            handle: self.handle.clone(),
            company,
            serial_numbers: self.assets,
            why,
        }
    }
}

impl Query for Rehearse {
    type Action = policy::RehearseRelease;
    type Output = Rehearsal;

    fn target(&self) -> ReleaseKey {
        self.release.clone()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Rehearsal, AppError> {
        let release = permit.target().0;
        let from = self.cursor.clone().unwrap_or_default();
        let mut rows: Vec<Row> = reader.fetch(permit, recipients(release.0, from)).await?;
        let more = rows.len() > usize::try_from(ROWS).unwrap_or(usize::MAX);
        rows.truncate(usize::try_from(ROWS).unwrap_or(usize::MAX));
        let next = rows.last().filter(|_| more).map(|row| format!("{}/{}", row.sort_key, row.handle));
        let day: Option<(String,)> = reader.find(permit, sql(DAY).bind(release)).await?;
        let day: Day = day.and_then(|(day,)| day.parse().ok()).ok_or(AppError::Lost)?;
        let misses = sql(MISSES).bind(release).bind(day.plus(-NEAR)).bind(day.plus(NEAR));
        let misses: Vec<Miss> = reader.fetch(permit, misses).await?;
        let (people, serial_numbers) = rows.first().map_or((0, 0), |row| (row.people, row.all_assets));
        Ok(Rehearsal { people, serial_numbers, recipients: rows.iter().map(Row::recipient).collect(), next, misses })
    }
}

impl Rehearsal {
    /// Somebody of whom `id` is known: for tests and pages.
    pub fn sample() -> Self {
        let recipient = Recipient {
            name: "Maya Lindqvist".to_owned(),
            email: "m.lindqvist@ostrava.example".to_owned(),
            handle: "p1".to_owned(),
            company: "Ostrava & Finch".to_owned(),
            serial_numbers: 12,
            why: told::words("asset").to_owned(),
        };
        let miss = Miss {
            company: "Brandt Engineering".to_owned(),
            contract_number: "110391050027".to_owned(),
            reason: "ended".to_owned(),
            serial_numbers: 4,
            detail: "2026-10-31".to_owned(),
        };
        Self { people: 412, serial_numbers: 5310, recipients: vec![recipient], next: None, misses: vec![miss] }
    }
}

pub(super) fn statements() -> Vec<Sql> {
    vec![recipients(0, String::new()), sql(MISSES).bind(0).bind("").bind(""), sql(DAY).bind(0)]
}
