//! The job `release.tell`: one mail of an announcement is written from the frozen list, and leaves.
use super::mails::{Announcement, Reason, Ships};
use super::rules::Kind;
use crate::app::Profile;
use crate::auth::secret::handle;
use crate::db::{FromRow, Sql, WriteTx, sql};
use crate::error::AppError;
use crate::ids::{OrderNumber, Single};
use crate::mail::letter::{MOST_LISTED, Serial, one_line};
use crate::mail::{Mail, Site, message};
use crate::operation::Operation;
use crate::policy::{self, Permit};
use crate::shipments::address::{AddressRow, columns};
use serde::Serialize;

/// Its kind.
pub const JOB: &str = "release.tell";

/// Writes what a queued notice says.
#[derive(Clone, Serialize)]
pub struct WriteAnnouncement {
    notice: i64,
    #[serde(skip)]
    site: Site,
}

impl WriteAnnouncement {
    /// For the job with this payload.
    pub fn new(notice: i64, profile: &Profile) -> Self {
        Self { notice, site: Site::of(profile) }
    }
}

#[derive(FromRow)]
struct Head {
    announcement_id: i64,
    person_id: i64,
    kind: String,
    handle: String,
    line: String,
    release_kind: String,
    version_name: String,
    base: String,
    notes: String,
    media: bool,
    files: i64,
    assets: i64,
    standing: i64,
    in_place: i64,
    until_accepted: i64,
    companies: i64,
    company: String,
    /// The order of media that goes to the reader.
    shipment: Option<i64>,
}

#[derive(FromRow)]
struct Ship {
    id: i64,
    waits: bool,
    #[sqlx(flatten)]
    address: AddressRow,
}

#[derive(FromRow)]
struct Row {
    serial: String,
    product: String,
}

/// Nothing where it was written before, or is not to be sent any more.
const HEAD: &str = "SELECT n.announcement_id, n.person_id, n.kind, r.handle, r.line, r.kind AS release_kind, r.version_name,
        r.base, r.notes, r.media, (SELECT COUNT(*) FROM artifacts f WHERE f.release_id = r.id AND f.state = 'ready') AS files,
        w.assets, w.standing, w.in_place, w.until_accepted, w.companies, o.name AS company,
        (SELECT MAX(h.id) FROM shipments h WHERE h.release_id = r.id AND h.person_id = n.person_id
            AND h.state IN ('requested', 'approved', 'shipped')) AS shipment
    FROM notices n JOIN announcements x ON x.id = n.announcement_id JOIN releases r ON r.id = x.release_id
    JOIN (SELECT s.announcement_id, s.person_id, COUNT(*) AS assets, MAX(CAST(CASE s.level WHEN 'copy' THEN 0 WHEN 'backup' THEN 1
                WHEN 'in_place' THEN 2 WHEN 'until_accepted' THEN 2 WHEN 'contract_manager' THEN 3 ELSE 4 END AS BIGINT)) AS standing,
            COUNT(CASE s.level WHEN 'in_place' THEN 1 END) AS in_place,
            COUNT(CASE s.level WHEN 'until_accepted' THEN 1 END) AS until_accepted,
            COUNT(DISTINCT a.account_id) AS companies, MIN(a.account_id) AS account_id
        FROM announced_assets s JOIN assets a ON a.id = s.asset_id
        WHERE s.announcement_id = (SELECT y.announcement_id FROM notices y WHERE y.id = $1)
            AND s.person_id = (SELECT y.person_id FROM notices y WHERE y.id = $1)
        GROUP BY s.announcement_id, s.person_id) w ON w.announcement_id = n.announcement_id AND w.person_id = n.person_id
    JOIN accounts o ON o.id = w.account_id
    WHERE n.id = $1 AND n.state = 'queued' AND n.body_text = ''";
const SHIP: &str =
    concat!("SELECT h.id, h.confirmed_at IS NULL AS waits, ", columns!("h"), " FROM shipments h WHERE h.id = $1");
const SERIALS: &str = "SELECT a.serial, k.name AS product FROM announced_assets s JOIN assets a ON a.id = s.asset_id
    JOIN products k ON k.id = a.product_id WHERE s.announcement_id = $1 AND s.person_id = $2 ORDER BY a.serial LIMIT $3";
/// Its Message-ID becomes one that nobody can guess: a report that mail came back counts only with it.
const WRITE: &str = "UPDATE notices SET subject = $2, body_text = $3, body_html = $4, why = $5, message_id = $6
    WHERE id = $1 AND state = 'queued' AND body_text = ''";

impl Operation for WriteAnnouncement {
    type Action = policy::WriteMail;
    type Output = ();

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<(), AppError> {
        let head: Option<Head> = tx.find(permit, sql(HEAD).bind(self.notice)).await?;
        let Some(head) = head else { return Ok(()) };
        let serials = sql(SERIALS).bind(head.announcement_id).bind(head.person_id).bind(MOST_LISTED as i64);
        let serials: Vec<Row> = tx.fetch(permit, serials).await?;
        let ship: Option<Ship> = match head.shipment {
            Some(id) => tx.find(permit, sql(SHIP).bind(id)).await?,
            None => None,
        };
        let mail = head.mail(&self.site, serials, ship).render();
        let row = sql(WRITE).bind(self.notice).bind(mail.subject).bind(mail.text).bind(mail.html).bind(mail.why);
        let id = format!("<{}@{}>", handle(), message::host(&self.site.base_url));
        tx.execute(permit, row.bind(id)).await?;
        tx.note(serde_json::json!({"notice": self.notice}), None);
        Ok(())
    }
}

impl Head {
    fn mail(&self, site: &Site, serials: Vec<Row>, ship: Option<Ship>) -> Announcement {
        let serial = |row: Row| Serial { product: one_line(&row.product), number: one_line(&row.serial) };
        Announcement {
            site: site.clone(),
            reminder: self.kind == "release.reminded",
            handle: self.handle.clone(),
            line: one_line(&self.line),
            version: one_line(&self.version_name),
            kind: Kind::of(&self.release_kind),
            base: one_line(&self.base),
            first_note: self.notes.lines().next().map(one_line).unwrap_or_default(),
            files: self.files > 0,
            media: self.media,
            ships: ship.map(|ship| Ships {
                order: OrderNumber::of(ship.id).to_string(),
                to: ship.address.address().lines().iter().map(|line| one_line(line)).collect(),
                waits: ship.waits,
            }),
            company: if self.companies == 1 { one_line(&self.company) } else { String::new() },
            serials: serials.into_iter().map(serial).collect(),
            count: self.assets.unsigned_abs(),
            reason: Reason::of(self.standing),
            in_place: self.in_place > 0,
            until_accepted: self.until_accepted > 0,
        }
    }
}

pub(super) fn statements() -> Vec<Sql> {
    [HEAD, SHIP, SERIALS, WRITE].map(sql).into()
}
