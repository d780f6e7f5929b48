//! What became of an announcement: whom it reached, who fetched the release, and who has not yet.
use crate::db::{FromRow, Reader, Sql, sql};
use crate::error::AppError;
use crate::ids::ReleaseKey;
use crate::operation::Query;
use crate::policy::{self, Permit};
use crate::time::Instant;

/// Rows of one page.
pub const ROWS: i64 = 100;

/// Asks for it.
#[derive(Clone, Debug)]
pub struct ShowReport {
    /// Of which release.
    pub release: ReleaseKey,
    /// Only those who have not fetched it.
    pub missing: bool,
    /// Where the page begins.
    pub cursor: Option<String>,
}

/// The figures of an announcement.
#[derive(Clone, Debug, Default, FromRow)]
pub struct Figures {
    /// When it was confirmed.
    pub at: Instant,
    /// People on the frozen list.
    pub people: i64,
    /// Serial numbers on it.
    pub assets: i64,
    /// Mails that wait.
    pub queued: i64,
    /// Mails that left.
    pub sent: i64,
    /// Mails that came back or were refused.
    pub failed: i64,
    /// Mails that were not to be sent.
    pub not_sent: i64,
    /// People of the list who fetched a file.
    pub downloaded: i64,
    /// People who were reminded.
    pub reminded: i64,
}

/// One person of the list.
#[derive(Clone, Debug, FromRow)]
pub struct ReportRow {
    pub(crate) handle: String,
    pub(crate) email: String,
    pub(crate) first_name: String,
    pub(crate) last_name: String,
    pub(crate) sort_key: String,
    pub(crate) assets: i64,
    pub(crate) state: String,
    pub(crate) error: String,
    pub(crate) downloaded_at: Option<Instant>,
    pub(crate) reminded_at: Option<Instant>,
}

/// The report.
#[derive(Clone, Debug)]
pub struct Report {
    /// The figures; none: it was not announced.
    pub figures: Option<Figures>,
    /// A page of people.
    pub rows: Vec<ReportRow>,
    /// The cursor of the next page.
    pub next: Option<String>,
}

const FIGURES: &str = "SELECT n.at, n.people, n.assets,
        (SELECT COUNT(*) FROM notices x WHERE x.announcement_id = n.id AND x.kind = 'release.announced' AND x.state = 'queued') AS queued,
        (SELECT COUNT(*) FROM notices x WHERE x.announcement_id = n.id AND x.kind = 'release.announced' AND x.state = 'sent') AS sent,
        (SELECT COUNT(*) FROM notices x WHERE x.announcement_id = n.id AND x.kind = 'release.announced' AND x.state = 'failed') AS failed,
        (SELECT COUNT(*) FROM notices x WHERE x.announcement_id = n.id AND x.kind = 'release.announced' AND x.state = 'not_sent') AS not_sent,
        (SELECT COUNT(DISTINCT d.person_id) FROM artifacts f JOIN downloads d ON d.artifact_id = f.id AND d.started_at IS NOT NULL
            WHERE f.release_id = n.release_id AND EXISTS (SELECT 1 FROM notices x
                WHERE x.announcement_id = n.id AND x.person_id = d.person_id)) AS downloaded,
        (SELECT COUNT(*) FROM notices x WHERE x.announcement_id = n.id AND x.kind = 'release.reminded') AS reminded
    FROM announcements n WHERE n.release_id = $1";
/// `$2` only those who have not fetched it, `$3` where the page begins, `$4` how many.
const ROWS_OF: &str = "SELECT * FROM (SELECT p.handle, p.email, p.first_name, p.last_name, p.sort_key,
        (SELECT COUNT(*) FROM announced_assets s WHERE s.announcement_id = x.announcement_id AND s.person_id = x.person_id) AS assets,
        x.state, x.error, (SELECT MIN(d.started_at) FROM artifacts f JOIN downloads d ON d.artifact_id = f.id
            WHERE f.release_id = n.release_id AND d.person_id = x.person_id) AS downloaded_at,
        (SELECT MIN(y.created_at) FROM notices y WHERE y.announcement_id = n.id AND y.person_id = x.person_id
            AND y.kind = 'release.reminded') AS reminded_at
    FROM announcements n JOIN notices x ON x.announcement_id = n.id AND x.kind = 'release.announced'
    JOIN people p ON p.id = x.person_id WHERE n.release_id = $1 AND p.sort_key || '/' || p.handle > $3
    AND ($2 = FALSE OR NOT EXISTS (SELECT 1 FROM artifacts f JOIN downloads d ON d.artifact_id = f.id
        WHERE f.release_id = n.release_id AND d.person_id = x.person_id AND d.started_at IS NOT NULL))) w
    ORDER BY w.sort_key || '/' || w.handle LIMIT $4";

impl Query for ShowReport {
    type Action = policy::RehearseRelease;
    type Output = Report;

    fn target(&self) -> ReleaseKey {
        self.release.clone()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Report, AppError> {
        let release = permit.target().0;
        let figures: Option<Figures> = reader.find(permit, sql(FIGURES).bind(release)).await?;
        let from = self.cursor.clone().unwrap_or_default();
        let rows = sql(ROWS_OF).bind(release).bind(self.missing).bind(from).bind(ROWS + 1);
        let mut rows: Vec<ReportRow> = reader.fetch(permit, rows).await?;
        let most = usize::try_from(ROWS).unwrap_or(usize::MAX);
        let more = rows.len() > most;
        rows.truncate(most);
        let next = rows.last().filter(|_| more).map(|row| format!("{}/{}", row.sort_key, row.handle));
        Ok(Report { figures, rows, next })
    }
}

pub(super) fn statements() -> Vec<Sql> {
    vec![sql(FIGURES).bind(0), sql(ROWS_OF).bind(0).bind(false).bind("").bind(1)]
}
