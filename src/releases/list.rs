//! The releases and extensions of the product lines of which the reader has a serial number, the newest first; and the whole
//! catalogue, for the vendor.
use super::show::{ReleaseRow, release};
use super::{entitlement, news};
use crate::contracts::assets::{Page, Paging};
use crate::db::{FromRow, Reader, Sql, sql};
use crate::error::AppError;
use crate::ids::Single;
use crate::operation::Query;
use crate::policy::{self, Permit, Scope, Scoped, SeeRelease};
use std::collections::BTreeSet;

/// Rows of one page.
pub const ROWS: i64 = 50;

/// Asks for those that concern the reader.
#[derive(Clone, Debug, Default)]
pub struct ListReleases {
    /// Of one product line; empty: of all.
    pub line: String,
    /// Which page.
    pub paging: Paging,
}

/// One with whether the reader may fetch it.
#[derive(Clone, Debug)]
pub struct Listed {
    /// What is said of it.
    pub release: ReleaseRow,
    /// The reader may fetch its files.
    pub may: bool,
    /// It came since the reader's last visit, and the reader has not fetched it.
    pub new: bool,
}

/// `$2` the line or nothing, `$3` where the page begins.
const LISTED: &str = release!("WHERE ($2 = '' OR r.line = $2) AND r.released_on || '/' || r.handle < $3 AND");
const NEWEST: &str = " ORDER BY r.released_on DESC, r.handle DESC LIMIT ";

fn listed(scope: &Scope<SeeRelease>, query: &ListReleases) -> Scoped {
    let from = query.paging.cursor.clone().unwrap_or_else(|| "~".to_owned());
    let head = |s: Sql| s.bind(query.line.as_str()).bind(from);
    scope.build(LISTED, head, |s| s.push(NEWEST).push_bind(query.paging.limit() + 1))
}

fn cursor(row: &ReleaseRow) -> String {
    format!("{}/{}", row.released_on, row.handle)
}

impl Query for ListReleases {
    type Action = policy::ListReleases;
    type Output = Page<Listed>;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Page<Listed>, AppError> {
        let rows: Vec<ReleaseRow> = reader.list(listed(&permit.scope(), self)).await?;
        let page = self.paging.page(rows, cursor);
        let ids: Vec<i64> = page.items.iter().map(|row| row.id).collect();
        let new = news::unseen(reader, permit, &ids).await?;
        let may: BTreeSet<i64> = match permit.is_staff() {
            true => ids.into_iter().collect(),
            false => entitlement::of_these(reader, permit, &ids).await?.into_iter().map(|(id, _)| id).collect(),
        };
        Ok(page.map(|row| Listed { release: row.clone(), may: may.contains(&row.id), new: new.contains(&row.id) }))
    }
}

/// Asks for the catalogue.
#[derive(Clone, Debug, Default)]
pub struct ListCatalogue {
    /// Which page.
    pub paging: Paging,
}

/// One as the vendor's staff see it in the list.
#[derive(Clone, Debug, FromRow)]
pub struct CatalogueRow {
    pub(crate) handle: String,
    pub(crate) line: String,
    pub(crate) kind: String,
    pub(crate) version_name: String,
    pub(crate) base: String,
    pub(crate) released_on: String,
    pub(crate) state: String,
    pub(crate) files: i64,
    pub(crate) people: Option<i64>,
    pub(crate) downloaded: i64,
}

const CATALOGUE: &str = "SELECT r.handle, r.line, r.kind, r.version_name, r.base, r.released_on, r.state,
        (SELECT COUNT(*) FROM artifacts f WHERE f.release_id = r.id) AS files, n.people,
        (SELECT COUNT(DISTINCT d.person_id) FROM artifacts f JOIN downloads d ON d.artifact_id = f.id
            WHERE f.release_id = r.id AND d.started_at IS NOT NULL) AS downloaded
    FROM releases r LEFT JOIN announcements n ON n.release_id = r.id
    WHERE r.released_on || '/' || r.handle < $1 ORDER BY r.released_on DESC, r.handle DESC LIMIT $2";
/// Product lines, for the form of a new release.
const LINES: &str = "SELECT DISTINCT line FROM products WHERE line <> '' ORDER BY line LIMIT 1000";

/// Asks for the product lines, for the form of a release.
pub struct ListLines;

impl Query for ListLines {
    type Action = policy::DraftRelease;
    type Output = Vec<String>;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Vec<String>, AppError> {
        let lines: Vec<(String,)> = reader.fetch(permit, sql(LINES)).await?;
        Ok(lines.into_iter().map(|(line,)| line).collect())
    }
}

impl Query for ListCatalogue {
    type Action = policy::SeeCatalogue;
    type Output = Page<CatalogueRow>;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Page<CatalogueRow>, AppError> {
        let from = self.paging.cursor.clone().unwrap_or_else(|| "~".to_owned());
        let rows = sql(CATALOGUE).bind(from).bind(self.paging.limit() + 1);
        let rows: Vec<CatalogueRow> = reader.fetch(permit, rows).await?;
        Ok(self.paging.page(rows, |row| format!("{}/{}", row.released_on, row.handle)))
    }
}

pub(super) fn statements() -> Vec<Sql> {
    vec![listed(&Scope::sample(), &ListReleases::default()).into_sql(), sql(CATALOGUE).bind("").bind(1), sql(LINES)]
}
