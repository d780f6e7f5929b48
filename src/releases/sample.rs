//! The mail of an announcement, as the first person of the list would get it, before anything is sent.
use super::mails::{Announcement, Reason};
use super::rules::Kind;
use super::told::TOLD;
use crate::app::Profile;
use crate::db::{FromRow, Reader, Sql, sql};
use crate::error::AppError;
use crate::ids::ReleaseKey;
use crate::mail::letter::{MOST_LISTED, Serial, one_line};
use crate::mail::{Mail, Rendered, Site};
use crate::operation::Query;
use crate::policy::{self, Permit};

/// Asks for it.
pub struct SampleMail {
    release: ReleaseKey,
    site: Site,
}

impl SampleMail {
    /// Of this installation.
    pub fn new(release: ReleaseKey, profile: &Profile) -> Self {
        Self { release, site: Site::of(profile) }
    }
}

#[derive(FromRow)]
struct Head {
    handle: String,
    line: String,
    kind: String,
    version_name: String,
    base: String,
    notes: String,
    media: bool,
    files: i64,
}

#[derive(FromRow)]
struct Row {
    serial: String,
    product: String,
    company: String,
    companies: i64,
    assets: i64,
    standing: i64,
}

const HEAD: &str = "SELECT r.handle, r.line, r.kind, r.version_name, r.base, r.notes, r.media,
        (SELECT COUNT(*) FROM artifacts f WHERE f.release_id = r.id AND f.state = 'ready') AS files FROM releases r WHERE r.id = $1";
const FIRST: &str = "SELECT a.serial, k.name AS product, o.name AS company, w.companies, w.assets, w.standing FROM (
    SELECT p.id, COUNT(*) AS assets, COUNT(DISTINCT t.account_id) AS companies, MAX(CAST(CASE t.why WHEN 'copy' THEN 0 WHEN 'backup' THEN 1 WHEN 'in_place' THEN 2
        WHEN 'until_accepted' THEN 2 WHEN 'contract_manager' THEN 3 ELSE 4 END AS BIGINT)) AS standing FROM (";
const OF_FIRST: &str = ") t JOIN people p ON p.id = t.person_id GROUP BY p.id, p.sort_key, p.handle
    ORDER BY p.sort_key || '/' || p.handle LIMIT 1) w JOIN (";
const ITS_SERIALS: &str =
    ") u ON u.person_id = w.id JOIN assets a ON a.id = u.asset_id JOIN products k ON k.id = a.product_id
    JOIN accounts o ON o.id = a.account_id ORDER BY a.serial LIMIT ";

fn first(release: i64) -> Sql {
    let head = sql(FIRST).push(TOLD).push(OF_FIRST).push(TOLD).push(ITS_SERIALS).bind(release);
    head.push_bind(MOST_LISTED as i64)
}

impl Query for SampleMail {
    type Action = policy::RehearseRelease;
    type Output = Rendered;

    fn target(&self) -> ReleaseKey {
        self.release.clone()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Rendered, AppError> {
        let release = permit.target().0;
        let head: Option<Head> = reader.find(permit, sql(HEAD).bind(release)).await?;
        let head = head.ok_or_else(AppError::hidden)?;
        let rows: Vec<Row> = reader.fetch(permit, first(release.0)).await?;
        let serial = |row: &Row| Serial { product: one_line(&row.product), number: one_line(&row.serial) };
        let one = rows.first();
        let mail = Announcement {
            site: self.site.clone(),
            reminder: false,
            handle: head.handle,
            line: one_line(&head.line),
            version: one_line(&head.version_name),
            kind: Kind::of(&head.kind),
            base: one_line(&head.base),
            first_note: head.notes.lines().next().map(one_line).unwrap_or_default(),
            files: head.files > 0,
            media: head.media,
            ships: None,
            company: one.filter(|row| row.companies == 1).map(|row| one_line(&row.company)).unwrap_or_default(),
            serials: rows.iter().map(serial).collect(),
            count: one.map_or(0, |row| row.assets.unsigned_abs()),
            reason: Reason::of(one.map_or(4, |row| row.standing)),
            in_place: false,
            until_accepted: false,
        };
        Ok(mail.render())
    }
}

pub(super) fn statements() -> Vec<Sql> {
    vec![sql(HEAD).bind(0), first(0)]
}
