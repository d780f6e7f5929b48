//! The ledger: every notice, to whom, why, and what became of it. Its recipient sees it, the Contract Manager those about the
//! contracts managed, the vendor's staff all of them.
use super::rules::{Delivery, counted_since};
use crate::contracts::assets::{Page, Paging};
use crate::db::{FromRow, Reader, Sql, sql};
use crate::error::AppError;
use crate::ids::Single;
use crate::operation::Query;
use crate::policy::{self, Permit, Scope, Scoped, SeeNotice};
use crate::text::{address_key, full_name, prefix_end, search_key};
use crate::time::{Day, Instant, rfc3339, start_of};
use serde::{Deserialize, Serialize};

/// What narrows the list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Filter {
    /// An address, or the beginning of a first or last name.
    pub person: String,
    /// The beginning of the subject, or of the release that it announces.
    pub q: String,
    /// A [`Delivery`] by name.
    pub state: String,
    /// The first day.
    pub since: String,
}

impl Filter {
    /// Whether anything narrows the list.
    pub fn any(&self) -> bool {
        *self != Filter::default()
    }

    fn push_onto(&self, mut list: Sql, zone: &jiff::tz::TimeZone) -> Result<Sql, AppError> {
        if !self.person.trim().is_empty() {
            let (address, name) = (address_key(&self.person), search_key(&self.person));
            list = list.push(" AND (p.email_key = ").push_bind(address);
            for column in [" OR (p.first_key >= ", " OR (p.last_key >= "] {
                let below = if column.contains("first") { " AND p.first_key < " } else { " AND p.last_key < " };
                list = list.push(column).push_bind(name.as_str()).push(below).push_bind(prefix_end(&name)).push(")");
            }
            list = list.push(")");
        }
        if !self.q.trim().is_empty() {
            let capital = crate::web::words::sentence(self.q.trim());
            list = list.push(" AND ((n.subject >= ").push_bind(capital.as_str()).push(" AND n.subject < ");
            list = list
                .push_bind(prefix_end(&capital))
                .push(") OR n.announcement_id IN (SELECT x.id FROM announcements x");
            list = list.push(" JOIN releases r ON r.id = x.release_id WHERE r.line || ' ' || r.version_name >= ");
            list = list.push_bind(capital.as_str()).push(" AND r.line || ' ' || r.version_name < ");
            list = list.push_bind(prefix_end(&capital)).push("))");
        }
        if let Some(state) = Delivery::ALL.into_iter().find(|d| d.name() == self.state) {
            list = list.push(condition(state));
        } else if !self.state.is_empty() {
            return Err(AppError::invalid("state", "choose one of the states that the list shows"));
        }
        if !self.since.is_empty() {
            let day: Day = self.since.parse().map_err(|words: String| AppError::invalid("since", words))?;
            list = list.push(" AND n.created_at >= ").push_bind(start_of(day, zone));
        }
        Ok(list)
    }
}

fn condition(state: Delivery) -> &'static str {
    match state {
        Delivery::CameBack => " AND n.came_back_at IS NOT NULL",
        Delivery::Delivered => " AND n.state = 'sent' AND n.came_back_at IS NULL",
        Delivery::Waiting => " AND n.state = 'queued'",
        Delivery::Collected => " AND n.state = 'collected'",
        Delivery::Digested => " AND n.state = 'digested'",
        Delivery::Failed => " AND n.state = 'failed' AND n.came_back_at IS NULL",
        Delivery::Off => " AND n.state = 'off'",
        Delivery::NotSent => " AND n.state = 'not_sent'",
    }
}

/// A notice.
#[derive(Clone, Debug, FromRow)]
pub struct NoticeRow {
    pub(crate) id: i64,
    pub(crate) kind: String,
    pub(crate) subject: String,
    pub(crate) why: String,
    pub(crate) address: String,
    pub(crate) state: String,
    pub(crate) error: String,
    pub(crate) created_at: Instant,
    pub(crate) sent_at: Option<Instant>,
    pub(crate) came_back_at: Option<Instant>,
    pub(crate) delayed_at: Option<Instant>,
    pub(crate) copy_of: Option<i64>,
    pub(crate) handle: String,
    pub(crate) first_name: String,
    pub(crate) last_name: String,
    /// Its reader was here since.
    pub(crate) opened: bool,
    pub(crate) contract_number: Option<String>,
    pub(crate) company: Option<String>,
    /// Serial numbers that an announcement speaks of.
    pub(crate) assets: i64,
    /// The reader may open the page of its recipient.
    pub(crate) opens: bool,
}

impl NoticeRow {
    /// What became of it.
    pub fn delivery(&self) -> Delivery {
        Delivery::of(&self.state, self.came_back_at.is_some())
    }

    /// To whom.
    pub fn name(&self) -> String {
        let name = full_name(&self.first_name, &self.last_name);
        if name.is_empty() { self.address.clone() } else { name }
    }

    /// As the API shows it.
    pub fn view(&self) -> NoticeView {
        NoticeView {
            kind: self.kind.clone(),
            subject: self.subject.clone(),
            name: self.name(),
            email: self.address.clone(),
            why: self.why.clone(),
            contract_number: self.contract_number.clone(),
            serial_numbers: self.assets,
            state: self.delivery().name(),
            written_at: rfc3339(self.created_at),
            sent_at: self.sent_at.map(rfc3339),
            came_back_at: self.came_back_at.map(rfc3339),
            signed_in_since: self.opened,
            error: Some(self.error.clone()).filter(|error| !error.is_empty()),
        }
    }
}

/// A notice as the API shows it.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct NoticeView {
    /// What it is, for example `release.announced`.
    pub kind: String,
    /// Its subject.
    pub subject: String,
    /// To whom.
    pub name: String,
    /// At which address.
    pub email: String,
    /// Why that person.
    pub why: String,
    /// About which contract, where it is one.
    #[schema(required)]
    pub contract_number: Option<String>,
    /// How many serial numbers an announcement speaks of.
    pub serial_numbers: i64,
    /// `delivered`, `came_back`, `failed`, `waiting`, `collected`, `in_digest`, `switched_off` or `not_sent`.
    pub state: &'static str,
    /// When it was written.
    pub written_at: String,
    /// When a mail server took it.
    #[schema(required)]
    pub sent_at: Option<String>,
    /// When it came back.
    #[schema(required)]
    pub came_back_at: Option<String>,
    /// Its reader was signed in since it was sent.
    pub signed_in_since: bool,
    /// What a mail server said.
    #[schema(required)]
    pub error: Option<String>,
}

macro_rules! listed {
    ($opens:literal, $from:expr) => {
        concat!(
            "SELECT n.id, n.kind, n.subject, n.why, n.address, n.state, n.error, n.created_at, n.sent_at, n.came_back_at,
                n.delayed_at, n.copy_of, p.handle, p.first_name, p.last_name,
                COALESCE(COALESCE(p.seen_at, p.signed_in_at) > n.sent_at, FALSE) AS opened,
                k.number AS contract_number, o.name AS company,
                (SELECT COUNT(*) FROM announced_assets s WHERE s.announcement_id = n.announcement_id
                    AND s.person_id = n.person_id) AS assets, ",
            $opens,
            " AS opens FROM ",
            $from,
            " JOIN people p ON p.id = n.person_id LEFT JOIN contracts k ON k.id = n.contract_id
            LEFT JOIN accounts o ON o.id = n.account_id WHERE n.id < "
        )
    };
}

/// Those that may concern the reader: what was written to him or her, and what was to the companies whose contracts he or she
/// manages; few of all, so that the cost does not grow with the number of other companies.
macro_rules! near {
    () => {
        "(SELECT x.id FROM notices x WHERE x.person_id = $1 UNION SELECT x.id FROM notices x WHERE x.account_id IN
            (SELECT y.account_id FROM contracts y WHERE y.manager_id = $1)) w JOIN notices n ON n.id = w.id"
    };
}
const NEAR: &str = listed!(
    "EXISTS (SELECT 1 FROM contracts y JOIN memberships m ON m.account_id = y.account_id AND m.person_id = p.id
        WHERE y.manager_id = $1)",
    near!()
);
const ALL: &str = listed!("TRUE", "notices n");
const NEWEST: &str = " ORDER BY n.id DESC LIMIT ";

/// Asks for one page, the newest first: of what concerns the reader.
#[derive(Clone, Debug, Default)]
pub struct ListNotices {
    /// What narrows it.
    pub filter: Filter,
    /// Which page.
    pub paging: Paging,
}

/// Asks for one page of all of them, for the vendor's staff.
#[derive(Clone, Debug, Default)]
pub struct ListOutbox(pub ListNotices);

fn from(paging: &Paging) -> i64 {
    paging.cursor.as_deref().and_then(|cursor| cursor.parse().ok()).unwrap_or(i64::MAX)
}

fn near(scope: &Scope<SeeNotice>, asked: &ListNotices, zone: &jiff::tz::TimeZone) -> Result<Scoped, AppError> {
    // Checked before the statement is made, which cannot fail.
    let _checked = asked.filter.push_onto(sql(""), zone)?;
    let rest = |s: Sql| asked.filter.push_onto(s.clone(), zone).unwrap_or(s);
    let head = |s: Sql| s.push_bind(from(&asked.paging)).push(" AND");
    Ok(scope.build(NEAR, head, |s| rest(s).push(NEWEST).push_bind(asked.paging.limit() + 1)))
}

impl Query for ListNotices {
    type Action = policy::ListNotices;
    type Output = Page<NoticeRow>;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Page<NoticeRow>, AppError> {
        let zone = reader.now().zone.clone();
        let rows: Vec<NoticeRow> = reader.list(near(&permit.scope(), self, &zone)?).await?;
        Ok(self.paging.page(rows, |row| row.id.to_string()))
    }
}

impl Query for ListOutbox {
    type Action = policy::SeeOutbox;
    type Output = Page<NoticeRow>;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Page<NoticeRow>, AppError> {
        let ListNotices { filter, paging } = &self.0;
        let list = filter.push_onto(sql(ALL).push_bind(from(paging)), &reader.now().zone.clone())?;
        let rows = list.push(NEWEST).push_bind(paging.limit() + 1);
        let rows: Vec<NoticeRow> = reader.fetch(permit, rows).await?;
        Ok(paging.page(rows, |row| row.id.to_string()))
    }
}

/// What was sent since the quarter began, and what became of it.
#[derive(Clone, Debug, Default, FromRow)]
pub struct Counts {
    pub(crate) delivered: i64,
    pub(crate) came_back: i64,
    pub(crate) failed: i64,
    pub(crate) waiting: i64,
}

impl Counts {
    /// All of them.
    pub fn total(&self) -> i64 {
        self.delivered + self.came_back + self.failed + self.waiting
    }
}

/// Somebody to whom mail came back.
#[derive(Clone, Debug, FromRow)]
pub struct Lost {
    pub(crate) handle: String,
    pub(crate) address: String,
}

macro_rules! counted {
    ($from:expr, $where:literal) => {
        concat!(
            "SELECT COUNT(CASE WHEN n.came_back_at IS NULL AND n.state IN ('sent', 'digested') THEN 1 END) AS delivered,
                COUNT(n.came_back_at) AS came_back,
                COUNT(CASE WHEN n.came_back_at IS NULL AND n.state = 'failed' THEN 1 END) AS failed,
                COUNT(CASE WHEN n.came_back_at IS NULL AND n.state IN ('queued', 'collected') THEN 1 END) AS waiting FROM ",
            $from,
            $where,
            "n.created_at >= "
        )
    };
}
/// What is about signing in is about no company, and is not counted.
const COUNT_NEAR: &str = counted!(near!(), " WHERE n.account_id IS NOT NULL AND ");
const COUNT_ALL: &str = counted!("notices n", " WHERE ");
/// Whoever is out of reach at the same address still, the last first.
const LOST: &str = concat!(
    "SELECT p.handle, n.address FROM ",
    near!(),
    " JOIN people p ON p.id = n.person_id AND p.email = n.address AND p.bounced_at IS NOT NULL AND p.id <> $1
    WHERE n.came_back_at >= $2 AND"
);
const LAST: &str = " GROUP BY p.handle, n.address ORDER BY MAX(n.came_back_at) DESC, p.handle LIMIT 3";

/// Counts what concerns the reader.
#[derive(Clone, Copy, Debug)]
pub struct CountNotices;

/// Counts all of them.
#[derive(Clone, Copy, Debug)]
pub struct CountOutbox;

/// The figures, from which day on, and to whom mail came back.
#[derive(Clone, Debug)]
pub struct Counted {
    pub(crate) since: Day,
    pub(crate) counts: Counts,
    pub(crate) lost: Vec<Lost>,
}

fn count_near(scope: &Scope<SeeNotice>, since: Instant) -> Scoped {
    scope.build(COUNT_NEAR, |s| s.push_bind(since).push(" AND"), |s| s)
}

fn lost(scope: &Scope<SeeNotice>, since: Instant) -> Scoped {
    scope.select(LOST, since, |s| s.push(LAST))
}

impl Query for CountNotices {
    type Action = policy::ListNotices;
    type Output = Counted;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Counted, AppError> {
        let since = counted_since(reader.now().today);
        let from = start_of(since, &reader.now().zone);
        let counts: Vec<Counts> = reader.list(count_near(&permit.scope(), from)).await?;
        let lost: Vec<Lost> = reader.list(lost(&permit.scope(), from)).await?;
        Ok(Counted { since, counts: counts.into_iter().next().unwrap_or_default(), lost })
    }
}

impl Query for CountOutbox {
    type Action = policy::SeeOutbox;
    type Output = Counted;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Counted, AppError> {
        let since = counted_since(reader.now().today);
        let from = start_of(since, &reader.now().zone);
        let counts: Option<Counts> = reader.find(permit, sql(COUNT_ALL).push_bind(from)).await?;
        Ok(Counted { since, counts: counts.unwrap_or_default(), lost: Vec::new() })
    }
}

pub(super) fn statements() -> Vec<Sql> {
    let utc = jiff::tz::TimeZone::UTC;
    let filter = |state: Delivery| Filter {
        person: "x".to_owned(),
        q: "x".to_owned(),
        state: state.name().to_owned(),
        since: "2026-01-01".to_owned(),
    };
    let mut all = vec![count_near(&Scope::sample(), 0).into_sql(), lost(&Scope::sample(), 0).into_sql()];
    all.push(sql(COUNT_ALL).push_bind(0));
    for state in Delivery::ALL {
        let asked = ListNotices { filter: filter(state), paging: Paging::default() };
        all.extend(near(&Scope::sample(), &asked, &utc).ok().map(Scoped::into_sql));
        let list = asked.filter.push_onto(sql(ALL).push_bind(0), &utc).ok();
        all.extend(list.map(|list| list.push(NEWEST).push_bind(1)));
    }
    all
}
