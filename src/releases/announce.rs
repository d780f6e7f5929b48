//! Announce a release: the list that the rehearsal showed is frozen, one mail for each person on it is queued, held for a minute
//! and paced; and remind those of that list who have not fetched it. Each is a fixed number of statements however many are told.
use super::tell::JOB;
use super::told::TOLD;
use crate::app::Profile;
use crate::db::{FromRow, Sql, WriteTx, sql};
use crate::error::{AppError, Refusal};
use crate::ids::ReleaseKey;
use crate::mail::{Site, message, outbox};
use crate::operation::Operation;
use crate::policy::{self, Permit, WriteAction};
use crate::shipments::announced;
use crate::time::{DAY, Instant, MINUTE};
use serde::{Deserialize, Serialize};

/// How long the mails wait, so that an announcement made by mistake can be stopped by withdrawing the release.
pub const HELD: Instant = MINUTE;
/// So many mails a second begin to wait for their turn: a mail server that is shared has room for others.
const PACE: i64 = 50;
/// How long after an announcement whoever has not fetched the release may be reminded, once.
pub const REMIND_AFTER: Instant = DAY;

/// Confirms an announcement, with the number that the rehearsal showed.
#[derive(Clone, Debug, Serialize)]
pub struct AnnounceRelease {
    /// Which.
    pub release: ReleaseKey,
    /// How many people the confirmation names.
    pub confirm_notices: Option<u64>,
    #[serde(skip)]
    site: Site,
}

/// Reminds those who were told and have not fetched it.
#[derive(Clone, Debug, Serialize)]
pub struct RemindRelease {
    /// Which.
    pub release: ReleaseKey,
    /// How many people the confirmation names.
    pub confirm_notices: Option<u64>,
    #[serde(skip)]
    site: Site,
}

/// How many will be written to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Announced {
    /// People, a mail each.
    pub people: u64,
    /// Serial numbers that the mails speak of.
    pub serial_numbers: u64,
}

const STATE: &str = "SELECT r.state, (SELECT n.id FROM announcements n WHERE n.release_id = r.id) AS announcement,
        (SELECT n.at FROM announcements n WHERE n.release_id = r.id) AS at, r.media FROM releases r WHERE r.id = $1";
const OPEN: &str = "INSERT INTO announcements (release_id, by_id, at, people, assets, state)
    VALUES ($1, $2, $3, 0, 0, 'sending') RETURNING id";
/// `$2` the announcement.
const FREEZE: &str = "INSERT INTO announced_assets (announcement_id, person_id, asset_id, level)
    SELECT CAST($2 AS BIGINT), w.person_id, w.asset_id, w.why FROM (";
const FROZEN: &str = ") w";
const COUNT: &str =
    "UPDATE announcements SET assets = (SELECT COUNT(*) FROM announced_assets x WHERE x.announcement_id = $1),
        people = (SELECT COUNT(DISTINCT x.person_id) FROM announced_assets x WHERE x.announcement_id = $1)
    WHERE id = $1 RETURNING people, assets";

/// One notice for each person; `$3` kind, `$4` its state, `$5` the host, `$6` the time. What it says is written when it leaves,
/// from the frozen list: a hundred thousand of them are rows of a few bytes until then.
macro_rules! notices {
    ($whom:literal) => {
        concat!(
            "INSERT INTO notices (person_id, account_id, kind, address, subject, body_text, body_html, why, reply_to,
                message_id, dedup_key, state, error, created_at, announcement_id)
            SELECT w.person_id, w.account_id, $3, p.email, r.line || ' ' || r.version_name, '', '', '', '',
                '<' || r.handle || '.' || p.handle || '.' || $3 || '@' || $5 || '>', $3 || '/' || $2 || '/' || w.person_id,
                $4, '', $6, $2
            FROM (SELECT x.person_id, MIN(a.account_id) AS account_id FROM announced_assets x
                JOIN assets a ON a.id = x.asset_id WHERE x.announcement_id = $2 GROUP BY x.person_id) w
            JOIN people p ON p.id = w.person_id JOIN releases r ON r.id = $1 ",
            $whom
        )
    };
}
const NOTICES: &str = notices!("WHERE TRUE ON CONFLICT (dedup_key) DO NOTHING");
/// Nobody who fetched a file of it, and nobody to whom the first mail did not go out.
const REMINDERS: &str = notices!(
    "WHERE p.deactivated_at IS NULL AND p.bounced_at IS NULL
    AND EXISTS (SELECT 1 FROM notices o WHERE o.announcement_id = $2 AND o.person_id = p.id AND o.state = 'sent')
    AND NOT EXISTS (SELECT 1 FROM artifacts f JOIN downloads d ON d.artifact_id = f.id
        WHERE f.release_id = $1 AND d.person_id = p.id AND d.started_at IS NOT NULL)
    ON CONFLICT (dedup_key) DO NOTHING"
);
/// `$2` when the first one leaves, `$3` how many a second, `$4` the kind of the job, `$5` that of the notice.
const JOBS: &str = "INSERT INTO jobs (kind, payload, dedup_key, run_at, urgent, state, attempts, lease, leased_until, error)
    SELECT $4, n.id, 'mail.send/' || n.id, $2 + (ROW_NUMBER() OVER (ORDER BY n.id) / $3) * 1000, FALSE, 'waiting', 0, 0, 0, ''
    FROM notices n WHERE n.announcement_id = $1 AND n.kind = $5 AND n.state = 'queued'
    ON CONFLICT (dedup_key) DO NOTHING";

fn freeze(release: i64, announcement: i64) -> Sql {
    sql(FREEZE).push(TOLD).push(FROZEN).bind(release).bind(announcement)
}

#[derive(FromRow)]
struct Present {
    state: String,
    announcement: Option<i64>,
    at: Option<Instant>,
    media: bool,
}

fn confirmed(expected: u64, said: Option<u64>) -> Result<(), AppError> {
    if said == Some(expected) {
        return Ok(());
    }
    let title = format!("this writes to {expected} people; send the number along if it should");
    let refusal = Refusal::new("confirm-notices", title);
    Err(Refusal { notices: Some(expected), ..refusal }.into())
}

async fn present<A: WriteAction<Target = policy::Release>>(
    tx: &mut WriteTx,
    permit: &Permit<A>,
) -> Result<Present, AppError> {
    let present: Option<Present> = tx.find(permit, sql(STATE).bind(permit.target().0)).await?;
    let present = present.ok_or_else(AppError::hidden)?;
    match present.state == "published" {
        true => Ok(present),
        false => Err(Refusal::new("release-not-published", "publish it first; nobody could fetch it").into()),
    }
}

/// Writes the notices of this kind and their jobs; how many there are.
async fn queue<A: WriteAction<Target = policy::Release>>(
    tx: &mut WriteTx,
    permit: &Permit<A>,
    announcement: i64,
    (text, kind): (&'static str, &'static str),
    site: &Site,
) -> Result<u64, AppError> {
    let live = outbox::live_since(tx, permit).await?.is_some() || site.demo;
    let state = if live { "queued" } else { "not_sent" };
    let host = message::host(&site.base_url);
    let (now, release) = (tx.now(), permit.target().0);
    let notices = sql(text).bind(release).bind(announcement).bind(kind).bind(state).bind(host).bind(now);
    let written = tx.execute(permit, notices).await?;
    if live {
        let jobs = sql(JOBS).bind(announcement).bind(now + HELD).bind(PACE).bind(JOB).bind(kind);
        tx.execute(permit, jobs).await?;
    }
    Ok(written)
}

impl AnnounceRelease {
    /// Of this installation.
    pub fn new(release: ReleaseKey, confirm_notices: Option<u64>, profile: &Profile) -> Self {
        Self { release, confirm_notices, site: Site::of(profile) }
    }
}

impl Operation for AnnounceRelease {
    type Action = policy::AnnounceRelease;
    type Output = Announced;

    fn target(&self) -> ReleaseKey {
        self.release.clone()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<Announced, AppError> {
        let present = present(tx, permit).await?;
        if present.announcement.is_some() {
            let title = "it was announced already; remind those who have not fetched it instead";
            return Err(Refusal::new("release-announced", title).into());
        }
        let release = permit.target().0;
        let opened: Vec<(i64,)> =
            tx.returning(permit, sql(OPEN).bind(release).bind(permit.actor()).bind(tx.now())).await?;
        let (announcement,) = opened.into_iter().next().ok_or(AppError::Lost)?;
        tx.execute(permit, freeze(release.0, announcement)).await?;
        let counted: Vec<(i64, i64)> = tx.returning(permit, sql(COUNT).bind(announcement)).await?;
        let (people, assets) = counted.into_iter().next().ok_or(AppError::Lost)?;
        if people == 0 {
            return Err(Refusal::new("nobody-to-tell", "nobody would be told; the rehearsal says why").into());
        }
        confirmed(people.unsigned_abs(), self.confirm_notices)?;
        if present.media {
            announced::order(tx, permit, announcement).await?;
        }
        queue(tx, permit, announcement, (NOTICES, "release.announced"), &self.site).await?;
        tx.note(serde_json::json!({"people": people, "assets": assets}), None);
        Ok(Announced { people: people.unsigned_abs(), serial_numbers: assets.unsigned_abs() })
    }
}

impl RemindRelease {
    /// Of this installation.
    pub fn new(release: ReleaseKey, confirm_notices: Option<u64>, profile: &Profile) -> Self {
        Self { release, confirm_notices, site: Site::of(profile) }
    }
}

impl Operation for RemindRelease {
    type Action = policy::RemindRelease;
    type Output = Announced;

    fn target(&self) -> ReleaseKey {
        self.release.clone()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<Announced, AppError> {
        let present = present(tx, permit).await?;
        let (Some(announcement), Some(at)) = (present.announcement, present.at) else {
            return Err(Refusal::new("release-not-announced", "announce it first").into());
        };
        if at + REMIND_AFTER > tx.now() {
            let title = "it was announced less than a day ago; give people the time to fetch it";
            return Err(Refusal::new("too-early", title).into());
        }
        let people = queue(tx, permit, announcement, (REMINDERS, "release.reminded"), &self.site).await?;
        if people == 0 {
            let title = "nobody is left to remind: everybody fetched it, or was reminded";
            return Err(Refusal::new("nobody-to-tell", title).into());
        }
        confirmed(people, self.confirm_notices)?;
        tx.note(serde_json::json!({"people": people}), None);
        Ok(Announced { people, serial_numbers: 0 })
    }
}

pub(super) fn statements() -> Vec<Sql> {
    let mut all: Vec<Sql> = [STATE, OPEN, COUNT, NOTICES, REMINDERS, JOBS].map(sql).into();
    all.push(freeze(0, 0));
    all
}
