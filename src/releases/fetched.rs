//! How many of those who were told of a release fetched it: the newest announcements as bars, with their numbers beside them.
use crate::db::{FromRow, Reader, Sql, sql};
use crate::error::AppError;
use crate::ids::Single;
use crate::operation::Query;
use crate::policy::{self, Permit};
use crate::web::chart::share;
use crate::web::words::{count, encoded, number};
use maud::{Markup, html};

/// So many are shown.
const MOST: i64 = 6;

/// Asks for them, the newest first.
pub struct ShowFetched;

/// One announcement.
#[derive(Clone, Debug, FromRow)]
pub struct Fetched {
    handle: String,
    line: String,
    version_name: String,
    people: i64,
    downloaded: i64,
}

/// The six are chosen before anything is counted. Whoever fetched it without being on the list is not among them.
const FETCHED: &str = "SELECT r.handle, r.line, r.version_name, n.people,
        (SELECT COUNT(DISTINCT d.person_id) FROM artifacts f JOIN downloads d ON d.artifact_id = f.id AND d.started_at IS NOT NULL
            WHERE f.release_id = r.id AND EXISTS (SELECT 1 FROM announced_assets x
                WHERE x.announcement_id = n.id AND x.person_id = d.person_id)) AS downloaded
    FROM (SELECT * FROM announcements ORDER BY id DESC LIMIT $1) n JOIN releases r ON r.id = n.release_id ORDER BY n.id DESC";

impl Query for ShowFetched {
    type Action = policy::SeeCatalogue;
    type Output = Vec<Fetched>;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Vec<Fetched>, AppError> {
        Ok(reader.fetch(permit, sql(FETCHED).bind(MOST)).await?)
    }
}

/// The bars, each with its report; nothing where nothing was announced.
pub fn chart(rows: &[Fetched]) -> Markup {
    let Some(newest) = rows.first() else { return html! {} };
    html! {
        section.block aria-labelledby="fetched-h" {
            h2 #fetched-h { "Downloads per release" }
            figure.told {
                figcaption { (newest.sentence()) }
                table.plain.fetched {
                    caption.vh { "Of those who were told of a release, how many downloaded it" }
                    thead { tr { th scope="col" { "Release" } th scope="col" { "Downloaded" } th.c-2 scope="col" { "Share" } } }
                    tbody {
                        @for row in rows {
                            tr {
                                th scope="row" { a href={ "/vendor/releases/" (encoded(&row.handle)) "/report" } { (row.name()) } }
                                td { (share(row.downloaded, row.people)) small.num { (number(row.downloaded)) " of " (number(row.people)) " told" } }
                                td.c-2.num { (row.percent()) " %" }
                            }
                        }
                    }
                }
            }
        }
    }
}

impl Fetched {
    fn name(&self) -> String {
        format!("{} {}", self.line, self.version_name)
    }

    fn percent(&self) -> i64 {
        if self.people <= 0 { 0 } else { self.downloaded.clamp(0, self.people) * 100 / self.people }
    }

    /// The finding.
    fn sentence(&self) -> String {
        let told = count(self.people, "person", "people");
        format!("{}: {} of {told} who were told downloaded it.", self.name(), number(self.downloaded))
    }
}

pub(super) fn statements() -> Vec<Sql> {
    vec![sql(FETCHED).bind(1)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_bar_has_its_number_and_its_report() {
        let row = |handle: &str, people, downloaded| Fetched {
            handle: handle.to_owned(),
            line: "Draftline".to_owned(),
            version_name: "2027.1".to_owned(),
            people,
            downloaded,
        };
        let page = chart(&[row("r2", 12, 3), row("r1", 0, 0)]).into_string();
        assert!(page.contains("Draftline 2027.1: 3 of 12 people who were told downloaded it."), "{page}");
        assert!(page.contains("/vendor/releases/r1/report") && page.contains("25 %") && page.contains("0 %"), "{page}");
        assert_eq!(chart(&[]).into_string(), "");
    }
}
