//! The renewal report: contracts whose end is near or just past, with their products; and the same over 18 months, for the chart.
use super::settings::Settings;
use crate::contracts::assets::{Page, Paging};
use crate::contracts::list::PersonView;
use crate::coordinators::rules::{Phase, phase};
use crate::db::{FromRow, Reader, Sql, sql};
use crate::error::AppError;
use crate::ids::Single;
use crate::operation::Query;
use crate::policy::{self, Permit, Scope, Scoped, SeeRenewal};
use crate::text::full_name;
use crate::time::{Day, Instant};
use serde::Serialize;

/// Serial numbers that are listed of one product on one contract.
pub const LISTED: i64 = 10;

/// One contract of the report.
#[derive(Clone, Debug, FromRow)]
pub struct RenewalRow {
    pub(super) id: i64,
    pub(super) number: String,
    pub(super) account_number: String,
    pub(super) account: String,
    pub(super) reseller_number: Option<String>,
    pub(super) reseller: Option<String>,
    pub(super) reseller_email: Option<String>,
    pub(super) start_on: String,
    pub(super) end_on: String,
    pub(super) manager_id: i64,
    pub(super) email: String,
    pub(super) first_name: String,
    pub(super) last_name: String,
    pub(super) ordered_at: Option<Instant>,
    pub(super) request: Option<String>,
}

/// A product on a contract of the report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductLine {
    /// Code and name.
    pub code: String,
    /// Its name.
    pub name: String,
    /// How many serial numbers.
    pub assets: i64,
    /// Their seats.
    pub seats: i64,
    /// The first of them.
    pub serials: Vec<String>,
}

/// A contract with its products.
#[derive(Clone, Debug)]
pub struct Reported {
    /// The contract.
    pub row: RenewalRow,
    /// What it covers.
    pub products: Vec<ProductLine>,
}

#[derive(FromRow)]
struct SerialRow {
    contract_id: i64,
    code: String,
    name: String,
    serial: String,
    assets: i64,
    seats: i64,
}

macro_rules! columns {
    ($where:literal) => {
        concat!(
            "SELECT c.id, c.number, o.number AS account_number, o.name AS account, l.number AS reseller_number,
                l.name AS reseller, CASE WHEN l.renewals_email <> '' THEN l.renewals_email ELSE l.contact_email END
                AS reseller_email, c.start_on, c.end_on, c.manager_id, p.email, p.first_name, p.last_name, t.ordered_at,
                (SELECT q.state FROM quote_requests q WHERE q.contract_id = c.id AND q.end_on = c.end_on
                    AND q.reseller_id IS NOT DISTINCT FROM c.reseller_id ORDER BY q.id DESC LIMIT 1) AS request
            FROM contracts c JOIN accounts o ON o.id = c.account_id JOIN people p ON p.id = c.manager_id
            LEFT JOIN accounts l ON l.id = c.reseller_id
            LEFT JOIN renewal_terms t ON t.contract_id = c.id AND t.end_on = c.end_on WHERE",
            $where
        )
    };
}
/// Through what makes a contract's renewal somebody's matter, so that the cost does not grow with other companies.
const MINE: &str = columns!(
    " c.id IN (SELECT x.id FROM contracts x WHERE x.manager_id = $1
        UNION SELECT x.id FROM memberships m JOIN contracts x ON x.reseller_id = m.account_id WHERE m.person_id = $1) AND"
);
/// For the vendor's people, who see all.
const ALL: &str = columns!("");
const FROM: &str = " AND c.end_on >= ";
const UNTIL: &str = " AND c.end_on <= ";
const AFTER: &str = " AND c.end_on || ' ' || c.number > ";
const ORDER: &str = " ORDER BY c.end_on, c.number LIMIT ";
const SERIALS: &str =
    "SELECT w.contract_id, w.code, w.name, w.serial, w.assets, CAST(w.seats AS BIGINT) AS seats FROM (
        SELECT a.contract_id, r.code, r.name, r.name_key, a.serial,
            COUNT(*) OVER (PARTITION BY a.contract_id, a.product_id) AS assets,
            SUM(a.seats) OVER (PARTITION BY a.contract_id, a.product_id) AS seats,
            ROW_NUMBER() OVER (PARTITION BY a.contract_id, a.product_id ORDER BY a.serial) AS place
        FROM (";
const FIRST_ONES: &str = ") v CROSS JOIN assets a JOIN products r ON r.id = a.product_id
        WHERE a.contract_id = CAST(v.column1 AS BIGINT)) w WHERE w.place <= ";
const IN_ORDER: &str = " ORDER BY w.contract_id, w.name_key, w.code, w.serial";

/// Contracts that the actor sees the renewal of, by their end days.
#[derive(Clone, Debug)]
pub struct Ends {
    /// The first end day.
    pub from: Day,
    /// The last.
    pub until: Day,
    /// Which page.
    pub paging: Paging,
}

impl Ends {
    fn list(&self, scope: &Scope<SeeRenewal>, all: bool) -> Scoped {
        let within = |s: Sql| {
            let s = s.push(FROM).push_bind(self.from.to_string()).push(UNTIL).push_bind(self.until.to_string());
            self.paging.push_onto(s, AFTER, ORDER)
        };
        scope.build(if all { ALL } else { MINE }, |s| s, within)
    }

    /// One page of them.
    pub async fn page<A: policy::Action>(
        &self,
        reader: &mut Reader,
        permit: &Permit<A>,
    ) -> Result<Page<RenewalRow>, AppError> {
        let rows = reader.list(self.list(&permit.scope(), permit.is_staff())).await?;
        Ok(self.paging.page(rows, |row: &RenewalRow| format!("{} {}", row.end_on, row.number)))
    }
}

/// The products of contracts that somebody may see, one statement.
pub(super) async fn products<A: policy::Action>(
    reader: &mut Reader,
    permit: &Permit<A>,
    contracts: &[i64],
) -> Result<Vec<(i64, ProductLine)>, AppError> {
    let ids: Vec<String> = contracts.iter().map(i64::to_string).collect();
    let mut all: Vec<(i64, ProductLine)> = Vec::new();
    for part in Sql::batches(&ids) {
        let rows = sql(SERIALS).push_values(part).push(FIRST_ONES).push_bind(LISTED).push(IN_ORDER);
        let rows: Vec<SerialRow> = reader.fetch(permit, rows).await?;
        for row in rows {
            match all.last_mut() {
                Some((contract, line)) if *contract == row.contract_id && line.code == row.code => {
                    line.serials.push(row.serial)
                }
                _ => {
                    let SerialRow { contract_id, code, name, serial, assets, seats } = row;
                    all.push((contract_id, ProductLine { code, name, assets, seats, serials: vec![serial] }));
                }
            }
        }
    }
    Ok(all)
}

/// One page of the report.
#[derive(Clone, Debug)]
pub struct ListRenewals {
    /// Days before the end from which on a contract is shown.
    pub before: i32,
    /// Days after the end to which it is shown.
    pub after: i32,
    /// Which page.
    pub paging: Paging,
}

/// It, with what the vendor set.
pub struct Report {
    /// The contracts, the earliest end first.
    pub page: Page<Reported>,
    /// Steps and the address to renew at.
    pub settings: Settings,
    /// The day of it.
    pub today: Day,
}

impl Query for ListRenewals {
    type Action = policy::ListRenewals;
    type Output = Report;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Report, AppError> {
        let today = reader.now().today;
        let settings = Settings::read(reader, permit).await?;
        let ends = Ends { from: today.plus(-self.after), until: today.plus(self.before), paging: self.paging.clone() };
        let page = ends.page(reader, permit).await?;
        let ids: Vec<i64> = page.items.iter().map(|row| row.id).collect();
        let lines = products(reader, permit, &ids).await?;
        let of = |id: i64| lines.iter().filter(|(contract, _)| *contract == id).map(|(_, line)| line.clone()).collect();
        let items = page.items.into_iter().map(|row| Reported { products: of(row.id), row }).collect();
        Ok(Report { page: Page { items, next: page.next }, settings, today })
    }
}

/// One contract of the report, as the API shows it.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct RenewalView {
    /// About 12 digits.
    pub contract_number: String,
    /// The customer.
    pub account_number: String,
    /// Its name.
    pub account: String,
    /// The Contract Manager.
    pub contract_manager: PersonView,
    /// The reseller of record; none where it was sold direct.
    #[schema(required)]
    pub reseller_account_number: Option<String>,
    /// Its name.
    #[schema(required)]
    pub reseller: Option<String>,
    /// First day.
    pub start_date: String,
    /// Last day.
    pub end_date: String,
    /// Days until then; negative once it has ended.
    pub days_left: i32,
    /// `active`, `grace` or `lapsed`; `future` before its first day.
    pub phase: &'static str,
    /// `none`, `asked`, `quoted` or `ordered`.
    pub state: &'static str,
    /// Where one renews online, if anywhere.
    #[schema(required)]
    pub renew_online: Option<String>,
    /// What it covers.
    pub products: Vec<ProductView>,
}

/// A product on it.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[schema(as = RenewalProduct)]
pub struct ProductView {
    /// Its code.
    pub product_code: String,
    /// Its name.
    pub product: String,
    /// How many serial numbers.
    pub assets: i64,
    /// Their seats.
    pub seats: i64,
    /// The first of them, at most 10.
    pub serial_numbers: Vec<String>,
}

impl RenewalRow {
    /// Where the renewal stands.
    pub fn state(&self) -> &'static str {
        match (self.ordered_at, self.request.as_deref()) {
            (Some(_), _) => "ordered",
            (None, Some("quoted")) => "quoted",
            (None, Some("asked")) => "asked",
            _ => "none",
        }
    }

    /// Name, or the address of somebody without one.
    pub fn manager(&self) -> String {
        match full_name(&self.first_name, &self.last_name) {
            name if name.is_empty() => self.email.clone(),
            name => name,
        }
    }

    /// Where its term stands on a day.
    pub fn phase(&self, today: Day) -> Phase {
        match (self.start_on.parse(), self.end_on.parse()) {
            (Ok(start), Ok(end)) => phase(start, end, today),
            _ => Phase::Lapsed,
        }
    }

    /// Days until it ends.
    pub fn left(&self, today: Day) -> i32 {
        self.end_on.parse().map_or(0, |end| today.days_until(end))
    }
}

impl Reported {
    /// For programs.
    pub fn view(self, settings: &Settings, today: Day) -> RenewalView {
        let row = self.row;
        RenewalView {
            contract_manager: PersonView { email: row.email.clone(), name: row.manager() },
            days_left: row.left(today),
            phase: match row.phase(today) {
                Phase::Future => "future",
                Phase::Active => "active",
                Phase::Grace => "grace",
                Phase::Lapsed => "lapsed",
            },
            state: row.state(),
            renew_online: super::rules::online(&settings.online, &row.number),
            products: self.products.into_iter().map(ProductView::from).collect(),
            contract_number: row.number,
            account_number: row.account_number,
            account: row.account,
            reseller_account_number: row.reseller_number,
            reseller: row.reseller,
            start_date: row.start_on,
            end_date: row.end_on,
        }
    }
}

impl From<ProductLine> for ProductView {
    fn from(line: ProductLine) -> Self {
        let ProductLine { code, name, assets, seats, serials } = line;
        Self { product_code: code, product: name, assets, seats, serial_numbers: serials }
    }
}

pub(super) fn statements() -> Vec<Sql> {
    let day = Day(jiff::civil::date(2027, 2, 28));
    let mut all = vec![sql(SERIALS).push_values(&[String::new()]).push(FIRST_ONES).push_bind(0).push(IN_ORDER)];
    for cursor in [None, Some(String::new())] {
        for every in [true, false] {
            let ends = Ends { from: day, until: day, paging: Paging { cursor: cursor.clone(), limit: None } };
            all.push(ends.list(&Scope::sample(), every).into_sql());
        }
    }
    all
}
