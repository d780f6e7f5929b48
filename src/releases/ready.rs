//! What is newer than what a serial number has: for lists and pages of serial numbers, a page at a time in one statement.
use super::entitlement::entitled;
use super::rules::{Kind, is_newer};
use crate::db::{FromRow, Reader, Sql};
use crate::error::AppError;
use crate::ids::Single;
use crate::operation::Query;
use crate::policy::{self, Action, DownloadRelease, Permit, Scope, Scoped};
use crate::time::Day;
use crate::web::words::encoded;
use maud::{Markup, html};
use std::collections::HashMap;

/// A release that the reader may fetch for a serial number that has an older one.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Ready {
    /// Its name in addresses.
    pub handle: String,
    /// For example 2027.1.
    pub version: String,
}

/// By serial number; those that have the newest are not in it.
pub type BySerial = HashMap<String, Ready>;

#[derive(FromRow)]
struct Row {
    serial: String,
    installed: String,
    #[sqlx(flatten)]
    ready: Ready,
}

/// `$1` the reader, `$2` today, `$3` the kind, then serial numbers.
const READY: &str = "SELECT a.serial, a.release AS installed, r.handle, r.version_name AS version FROM (";
const OF_THESE: &str = concat!(
    ") v CROSS JOIN assets a JOIN contracts c ON c.id = a.contract_id LEFT JOIN asset_groups g ON g.id = a.group_id
    JOIN products k ON k.id = a.product_id JOIN releases r ON r.line = k.line AND r.kind = $3 AND r.state = 'published'
    WHERE a.serial = v.column1 AND a.release <> r.version_name AND",
    entitled!()
);

fn listed(scope: &Scope<DownloadRelease>, today: Day, serials: &[String]) -> Scoped {
    let head = |s: Sql| s.bind(today).bind(Kind::Release.name()).push_values(serials).push(OF_THESE);
    scope.build(READY, head, |s| s)
}

/// The newest of each of these serial numbers that the reader may fetch, where it is newer than the one that is registered.
pub async fn for_these<A: Action>(
    reader: &mut Reader,
    permit: &Permit<A>,
    serials: &[String],
) -> Result<BySerial, AppError> {
    if serials.is_empty() {
        return Ok(BySerial::new());
    }
    let today = reader.now().today;
    let rows: Vec<Row> = reader.list(listed(&permit.scope(), today, serials)).await?;
    let mut newest = BySerial::new();
    for row in rows.into_iter().filter(|row| is_newer(&row.ready.version, &row.installed)) {
        match newest.get(&row.serial) {
            Some(known) if !is_newer(&row.ready.version, &known.version) => {}
            _ => drop(newest.insert(row.serial, row.ready)),
        }
    }
    Ok(newest)
}

/// Asks it of one's own serial numbers, across contracts.
pub struct ShowReady(pub Vec<String>);

impl Query for ShowReady {
    type Action = policy::ListOwnAssets;
    type Output = BySerial;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<BySerial, AppError> {
        for_these(reader, permit, &self.0).await
    }
}

impl Ready {
    /// "2027.1 is ready", which leads to it.
    pub fn link(&self) -> Markup {
        html! { a.ready href={ "/downloads/" (encoded(&self.handle)) } { (self.version) " is ready" } }
    }

    /// 2027.2.
    pub fn sample() -> Self {
        Self { handle: "k7fq2m".to_owned(), version: "2027.2".to_owned() }
    }
}

pub(super) fn statements() -> Vec<Sql> {
    let day = Day(jiff::civil::Date::MIN);
    [1, 17].map(|n| listed(&Scope::sample(), day, &vec![String::new(); n]).into_sql()).into()
}
