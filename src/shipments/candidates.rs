//! For which serial numbers media of a release may be ordered: the same question for the form, the API and the order itself.
use super::rules::{Asset, Why, judge};
use crate::db::{FromRow, Reader, Sql, WriteTx};
use crate::error::AppError;
use crate::policy::{Action, OrderMedia, Permit, Scope, Scoped, SeeAsset, WriteAction};
use crate::text::full_name;
use crate::time::Day;
use std::collections::HashSet;

/// Most serial numbers that a form lists.
pub const LISTED: i64 = 500;
/// Most that one order takes.
pub const MOST: i64 = 100_000;

/// Which serial numbers are meant.
#[derive(Clone, Debug)]
pub enum Which<'a> {
    /// These.
    Named(&'a [String]),
    /// All of the product line on a contract.
    Contract(&'a str),
    /// All of the product line in the reader's companies.
    Mine,
}

/// A serial number with what decides about it.
#[derive(Clone, Debug, FromRow)]
pub struct Candidate {
    pub(super) id: i64,
    pub(super) serial: String,
    pub(super) product: String,
    pub(super) contract_id: i64,
    pub(super) contract: String,
    pub(super) account_id: i64,
    /// The effective coordinator.
    pub(super) person_id: i64,
    pub(super) email: String,
    pub(super) first_name: String,
    pub(super) last_name: String,
    of_line: bool,
    fits: bool,
    in_term: bool,
    /// The shipment of this release that it is on already.
    pub(super) on_order: Option<i64>,
    #[sqlx(default)]
    may: bool,
}

impl Candidate {
    /// Whether media may be ordered for it, or why not.
    pub fn verdict(&self) -> Result<(), Why> {
        let Candidate { of_line, fits, in_term, may, .. } = *self;
        judge(Asset { of_line, fits, in_term, may, on_order: self.on_order.is_some() })
    }

    /// Its coordinator by name, or else by address.
    pub fn coordinator(&self) -> String {
        match full_name(&self.first_name, &self.last_name) {
            name if name.is_empty() => self.email.clone(),
            name => name,
        }
    }
}

/// `$1` the actor, `$2` the release, `$3` today.
macro_rules! seen {
    ($from:literal, $where:literal) => {
        concat!(
            "SELECT a.id, a.serial, k.name AS product, c.id AS contract_id, c.number AS contract, c.account_id,
                q.id AS person_id, q.email, q.first_name, q.last_name, k.line = r.line AS of_line,
                r.base = '' OR a.release = r.base AS fits,
                (c.start_on <= $3 AND c.end_on >= $3) OR (c.start_on <= r.released_on AND c.end_on >= r.released_on) AS in_term,
                (SELECT MAX(h.id) FROM shipment_assets x JOIN shipments h ON h.id = x.shipment_id WHERE x.asset_id = a.id
                    AND h.release_id = r.id AND h.state IN ('requested', 'approved', 'shipped')) AS on_order
            FROM ",
            $from,
            " JOIN products k ON k.id = a.product_id JOIN releases r ON r.id = $2
            LEFT JOIN asset_groups g ON g.id = a.group_id
            JOIN people q ON q.id = COALESCE(a.coordinator_id, g.coordinator_id, c.coordinator_id, c.manager_id) WHERE ",
            $where
        )
    };
}
/// Those of them that the actor may order for.
macro_rules! permitted {
    ($from:literal, $where:literal) => {
        concat!(
            "SELECT a.id FROM ",
            $from,
            " JOIN products k ON k.id = a.product_id JOIN releases r ON r.id = $2
            LEFT JOIN asset_groups g ON g.id = a.group_id WHERE ",
            $where
        )
    };
}
macro_rules! each {
    ($text:ident) => {
        Texts {
            mine: $text!(
                "memberships y JOIN contracts c ON c.account_id = y.account_id JOIN assets a ON a.contract_id = c.id",
                "y.person_id = $1 AND y.confirmed_at IS NOT NULL AND k.line = r.line AND $3 > '' AND"
            ),
            contract: $text!(
                "contracts c JOIN assets a ON a.contract_id = c.id",
                "c.number = $4 AND k.line = r.line AND $3 > '' AND"
            ),
            named: $text!(
                "named n CROSS JOIN assets a JOIN contracts c ON c.id = a.contract_id",
                "a.serial = n.column1 AND $3 > '' AND"
            ),
        }
    };
}

struct Texts {
    mine: &'static str,
    contract: &'static str,
    named: &'static str,
}
const SEEN: Texts = each!(seen);
const MAY: Texts = each!(permitted);
/// Named ones travel as rows, which stand first.
const ROWS: &str = "WITH named AS (";
const THESE: &str = ") ";
const ORDER: &str = " ORDER BY a.serial LIMIT ";

/// Puts the rows of a named list before the rest of a statement; `$1` to `$3` are bound already.
fn list<A: Action>(scope: &Scope<A>, texts: &Texts, which: &Which<'_>, release: i64, today: Day, most: i64) -> Scoped {
    let bound = |s: Sql| s.bind(release).bind(today);
    let rest = |s: Sql| s.push(ORDER).push_bind(most);
    match which {
        Which::Mine => scope.build(texts.mine, bound, rest),
        Which::Contract(number) => scope.build(texts.contract, |s| bound(s).bind(*number), rest),
        Which::Named(serials) => {
            scope.build(ROWS, |s| bound(s).push_values(serials).push(THESE).push(texts.named), rest)
        }
    }
}

fn seen(which: &Which<'_>, release: i64, today: Day, most: i64, scope: &Scope<SeeAsset>) -> Scoped {
    list(scope, &SEEN, which, release, today, most)
}

fn may(which: &Which<'_>, release: i64, today: Day, most: i64, scope: &Scope<OrderMedia>) -> Scoped {
    list(scope, &MAY, which, release, today, most)
}

fn joined(mut rows: Vec<Candidate>, may: Vec<(i64,)>) -> Vec<Candidate> {
    let may: HashSet<i64> = may.into_iter().map(|(id,)| id).collect();
    for row in &mut rows {
        row.may = may.contains(&row.id);
    }
    rows
}

/// For a form.
pub async fn shown<A: Action>(
    reader: &mut Reader,
    permit: &Permit<A>,
    release: i64,
    which: &Which<'_>,
) -> Result<Vec<Candidate>, AppError> {
    let today = reader.now().today;
    let rows = reader.list(seen(which, release, today, LISTED + 1, &permit.scope())).await?;
    let allowed = reader.list(may(which, release, today, LISTED + 1, &permit.scope())).await?;
    Ok(joined(rows, allowed))
}

/// For an order.
pub async fn ordered<A: WriteAction>(
    tx: &mut WriteTx,
    permit: &Permit<A>,
    release: i64,
    which: &Which<'_>,
) -> Result<Vec<Candidate>, AppError> {
    let today = tx.today();
    let rows = tx.list(seen(which, release, today, MOST + 1, &permit.scope())).await?;
    let allowed = tx.list(may(which, release, today, MOST + 1, &permit.scope())).await?;
    Ok(joined(rows, allowed))
}

pub(super) fn statements() -> Vec<Sql> {
    let (day, named) = (Day(jiff::civil::Date::MIN), [String::new()]);
    let which = [Which::Mine, Which::Contract(""), Which::Named(&named)];
    let each = |which: &Which<'_>| {
        [seen(which, 0, day, 1, &Scope::sample()).into_sql(), may(which, 0, day, 1, &Scope::sample()).into_sql()]
    };
    which.iter().flat_map(each).collect()
}
