//! What is new: for Home, what was announced to the reader and is not fetched yet; for the list, what came since the last visit.
use super::entitlement;
use crate::db::{FromRow, Reader, Sql, sql};
use crate::error::AppError;
use crate::home::pages::Need;
use crate::ids::Single;
use crate::operation::Query;
use crate::policy::{self, Action, Permit};
use crate::time::{DAY, Instant};
use crate::web::words::{encoded, serial_numbers};
use std::collections::BTreeSet;

/// So many are named on Home; the rest is counted.
const NAMED: usize = 3;
/// So many are looked at.
const MOST: i64 = 50;
/// What was announced longer ago is on the page of downloads only.
const RECENT: Instant = 180 * DAY;

/// Asks what was announced to the reader as coordinator and waits to be fetched.
pub struct ShowNews;

#[derive(Clone, FromRow)]
struct Row {
    id: i64,
    handle: String,
    line: String,
    version_name: String,
    assets: i64,
}

/// `$1` the reader, `$2` since when, `$3` how many. A serial number that has the release already, or got it on media, waits for nothing.
const NEWS: &str = "SELECT * FROM (SELECT r.id, r.handle, r.line, r.version_name, n.id AS announcement,
        (SELECT COUNT(*) FROM announced_assets x JOIN assets a ON a.id = x.asset_id
            WHERE x.announcement_id = n.id AND x.person_id = $1 AND x.level <> 'copy' AND a.release <> r.version_name
            AND NOT EXISTS (SELECT 1 FROM shipment_assets z JOIN shipments h ON h.id = z.shipment_id
                WHERE z.asset_id = a.id AND h.release_id = r.id AND h.state = 'delivered')) AS assets
    FROM announcements n JOIN releases r ON r.id = n.release_id AND r.state = 'published'
    WHERE n.at > $2 AND EXISTS (SELECT 1 FROM artifacts f WHERE f.release_id = r.id AND f.state = 'ready')
    AND NOT EXISTS (SELECT 1 FROM artifacts f JOIN downloads d ON d.artifact_id = f.id
        WHERE f.release_id = r.id AND d.person_id = $1 AND d.started_at IS NOT NULL)) w
    WHERE w.assets > 0 ORDER BY w.announcement DESC LIMIT $3";

impl Query for ShowNews {
    type Action = policy::SeeSelf;
    type Output = Vec<Need>;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Vec<Need>, AppError> {
        let since = reader.now().at - RECENT;
        let rows: Vec<Row> = reader.fetch(permit, sql(NEWS).bind(permit.actor()).bind(since).bind(MOST)).await?;
        let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        // Hands and terms change after an announcement: a button that leads to a "no" is none.
        let may: BTreeSet<i64> =
            entitlement::of_these(reader, permit, &ids).await?.into_iter().map(|(id, _)| id).collect();
        Ok(needs(rows.into_iter().filter(|row| may.contains(&row.id)).collect()))
    }
}

fn needs(rows: Vec<Row>) -> Vec<Need> {
    let more = rows.len().saturating_sub(NAMED);
    let mut needs: Vec<Need> = rows.iter().take(NAMED).map(Row::need).collect();
    if more > 0 {
        let verb = if more == 1 { "is" } else { "are" };
        needs.push(Need {
            text: format!("And {more} more {verb} ready."),
            action: "See Downloads".to_owned(),
            href: "/downloads".to_owned(),
            icon: "down",
        });
    }
    needs
}

impl Row {
    fn need(&self) -> Need {
        Need {
            text: format!("{} {} is ready for {}.", self.line, self.version_name, serial_numbers(self.assets)),
            action: "Download".to_owned(),
            href: format!("/downloads/{}", encoded(&self.handle)),
            icon: "down",
        }
    }
}

/// `$1` the reader, then releases. A visit begins with signing in, and looking writes nothing: what counts is the sign-in before.
const UNSEEN: &str = "SELECT r.id FROM releases r JOIN people p ON p.id = $1
    WHERE r.state = 'published' AND r.published_at > p.seen_before_at
    AND NOT EXISTS (SELECT 1 FROM artifacts f JOIN downloads d ON d.artifact_id = f.id
        WHERE f.release_id = r.id AND d.person_id = $1 AND d.started_at IS NOT NULL)
    AND r.id IN (SELECT CAST(v.column1 AS BIGINT) FROM (";
const OF_THESE: &str = ") v)";

/// Those of these releases that came since the reader's last visit and are not fetched yet.
pub(super) async fn unseen<A: Action>(
    reader: &mut Reader,
    permit: &Permit<A>,
    releases: &[i64],
) -> Result<BTreeSet<i64>, AppError> {
    let ids: Vec<String> = releases.iter().map(i64::to_string).collect();
    let rows: Vec<(i64,)> =
        reader.fetch(permit, sql(UNSEEN).bind(permit.actor()).push_values(&ids).push(OF_THESE)).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

pub(super) fn statements() -> Vec<Sql> {
    vec![sql(NEWS).bind(0).bind(0).bind(1), sql(UNSEEN).bind(0).push_values(&[String::new()]).push(OF_THESE)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_are_named_and_the_rest_is_counted() {
        let row = |n: i64| Row {
            id: n,
            handle: format!("r{n}"),
            line: "Draftline".to_owned(),
            version_name: format!("2027.{n}"),
            assets: n,
        };
        let words = |n: i64| needs((1..=n).map(row).collect()).into_iter().map(|need| need.text).collect::<Vec<_>>();
        assert_eq!(words(1), ["Draftline 2027.1 is ready for 1 serial number."]);
        assert_eq!(words(3).len(), 3);
        assert_eq!(words(4).last().map(String::as_str), Some("And 1 more is ready."));
        assert_eq!(words(5).last().map(String::as_str), Some("And 2 more are ready."));
    }
}
