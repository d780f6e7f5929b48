//! Fetch a file: accept the licence agreement once, ask for a link, start it. A link is one person's, works in the session or with
//! the token that asked for it, has to be started within minutes, and is judged anew each time that it is used.
use super::entitlement;
use super::rules::Kind;
use super::upload::stored_as;
use crate::auth::secret::Secret;
use crate::db::{FromRow, Reader, Sql, WriteTx, sql};
use crate::error::{AppError, Refusal};
use crate::ids::{ArtifactKey, ReleaseKey, Single};
use crate::operation::{Operation, Query};
use crate::policy::{self, Denied, Permit};
use crate::time::{DAY, Instant, MINUTE};
use serde::{Deserialize, Serialize};

/// How long a link may wait for its start.
pub const START_WITHIN: Instant = 5 * MINUTE;
/// How long after its start it may be resumed.
pub const RESUME_WITHIN: Instant = 7 * DAY;

/// Accepts the licence agreement of a release.
#[derive(Clone, Debug, Serialize)]
pub struct AcceptLicence(pub ReleaseKey);

const ACCEPT: &str = "INSERT INTO licence_acceptances (release_id, person_id, at) VALUES ($1, $2, $3)
    ON CONFLICT (release_id, person_id) DO NOTHING";

impl Operation for AcceptLicence {
    type Action = policy::AcceptLicence;
    type Output = ();

    fn target(&self) -> ReleaseKey {
        self.0.clone()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<(), AppError> {
        let row = sql(ACCEPT).bind(permit.target().0).bind(permit.actor()).bind(tx.now());
        tx.execute(permit, row).await?;
        Ok(())
    }
}

/// Finds the release of a file, for addresses that name the file alone. Says nothing else of it.
pub struct FindRelease(pub ArtifactKey);

const RELEASE_OF: &str = "SELECT r.handle FROM artifacts f JOIN releases r ON r.id = f.release_id WHERE f.handle = $1";

impl Query for FindRelease {
    type Action = policy::SeeSelf;
    type Output = ReleaseKey;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<ReleaseKey, AppError> {
        let found: Option<(String,)> = reader.find(permit, sql(RELEASE_OF).bind(self.0.clone())).await?;
        found.map(|(handle,)| ReleaseKey(handle)).ok_or_else(AppError::hidden)
    }
}

/// Asks for a link to a file.
#[derive(Clone, Serialize)]
pub struct AskDownload {
    /// Of which release.
    pub release: ReleaseKey,
    /// Which file.
    pub artifact: ArtifactKey,
    /// The hash of the session or token that asks.
    pub bearer: Vec<u8>,
    /// The hash of the link's secret.
    pub hash: Vec<u8>,
}

#[derive(FromRow)]
struct Wanted {
    id: i64,
    kind: String,
    line: String,
    base: String,
    withdrawn_why: String,
    licence: bool,
}

/// `$3` the person.
const WANTED: &str = "SELECT f.id, r.kind, r.line, r.base, r.withdrawn_why, r.licence <> '' AND NOT EXISTS (
        SELECT 1 FROM licence_acceptances l WHERE l.release_id = r.id AND l.person_id = $3) AS licence
    FROM artifacts f JOIN releases r ON r.id = f.release_id WHERE r.id = $1 AND f.handle = $2 AND f.state = 'ready'";
const ASK: &str = "INSERT INTO downloads (hash, artifact_id, person_id, asset_id, bearer, asked_at, start_until)
    VALUES ($1, $2, $3, $4, $5, $6, $7)";

impl Operation for AskDownload {
    type Action = policy::AskDownload;
    type Output = ();

    fn target(&self) -> ReleaseKey {
        self.release.clone()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<(), AppError> {
        let release = permit.target().0;
        let wanted = sql(WANTED).bind(release).bind(self.artifact.clone()).bind(permit.actor());
        let wanted: Option<Wanted> = tx.find(permit, wanted).await?;
        let wanted = wanted.ok_or_else(AppError::hidden)?;
        let kind = Kind::of(&wanted.kind);
        let asset = match permit.is_staff() {
            true => None,
            false => match entitlement::of_one(tx, permit, release.0, kind).await? {
                Some(asset) => Some(asset),
                None => {
                    let about = entitlement::About {
                        kind,
                        line: &wanted.line,
                        base: &wanted.base,
                        withdrawn: &wanted.withdrawn_why,
                    };
                    let closest = entitlement::closest_in(tx, permit, release.0).await?;
                    let why = entitlement::why_not(about, closest.as_ref());
                    return Err(Denied::Forbidden { who_can: why.who }.into());
                }
            },
        };
        if wanted.licence {
            let title = "accept the licence agreement of this release first";
            return Err(Refusal::new("licence-agreement", title).into());
        }
        let now = tx.now();
        let row = sql(ASK).bind(self.hash.as_slice()).bind(wanted.id).bind(permit.actor()).bind(asset);
        tx.execute(permit, row.bind(self.bearer.as_slice()).bind(now).bind(now + START_WITHIN)).await?;
        tx.note(serde_json::json!({"artifact": self.artifact.0, "asset": asset}), None);
        Ok(())
    }
}

impl AskDownload {
    /// With a fresh secret, which is returned and stored nowhere.
    pub fn new(release: ReleaseKey, artifact: ArtifactKey, bearer: Vec<u8>) -> (Self, Secret) {
        let secret = Secret::new("");
        (Self { release, artifact, bearer, hash: secret.hash() }, secret)
    }
}

/// Starts a link, or goes on with one that was started.
#[derive(Clone, Serialize)]
pub struct StartDownload {
    /// The hash of the link's secret.
    pub hash: Vec<u8>,
    /// The hash of the session or token that comes with it.
    pub bearer: Vec<u8>,
}

/// What is served.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Served {
    /// As customers call it.
    pub file_name: String,
    /// As the store calls it.
    pub stored: String,
    /// In bytes.
    pub size: u64,
    /// Its digest.
    pub sha256: Vec<u8>,
}

#[derive(FromRow)]
struct Link {
    id: i64,
    release_id: i64,
    kind: String,
    handle: String,
    file_name: String,
    size: i64,
    sha256: Vec<u8>,
    start_until: Instant,
    started_at: Option<Instant>,
}

/// Somebody else's link, or one of another session, is one that does not exist.
const LINK: &str =
    "SELECT d.id, r.id AS release_id, r.kind, f.handle, f.file_name, f.size, f.sha256, d.start_until, d.started_at
    FROM downloads d JOIN artifacts f ON f.id = d.artifact_id JOIN releases r ON r.id = f.release_id
    WHERE d.hash = $1 AND d.bearer = $2 AND d.person_id = $3 AND f.state = 'ready'";
const START: &str = "UPDATE downloads SET started_at = $2 WHERE id = $1 AND started_at IS NULL";
const DONE: &str = "UPDATE downloads SET done_at = $3 WHERE hash = $1 AND person_id = $2 AND done_at IS NULL";

impl Operation for StartDownload {
    type Action = policy::StartDownload;
    type Output = Served;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<Served, AppError> {
        let link = sql(LINK).bind(self.hash.as_slice()).bind(self.bearer.as_slice()).bind(permit.actor());
        let link: Option<Link> = tx.find(permit, link).await?;
        let link = link.ok_or_else(AppError::hidden)?;
        let ended = match link.started_at {
            None => link.start_until < tx.now(),
            Some(at) => at + RESUME_WITHIN < tx.now(),
        };
        if ended {
            let title = "this link has ended; ask for the file again on its page";
            return Err(Refusal::new("link-ended", title).into());
        }
        let may = permit.is_staff()
            || entitlement::of_one(tx, permit, link.release_id, Kind::of(&link.kind)).await?.is_some();
        if !may {
            return Err(Denied::Forbidden { who_can: Vec::new() }.into());
        }
        tx.execute(permit, sql(START).bind(link.id).bind(tx.now())).await?;
        let stored = stored_as(&link.handle, &link.file_name);
        tx.note(serde_json::json!({"download": link.id}), None);
        Ok(Served { file_name: link.file_name, stored, size: link.size.unsigned_abs(), sha256: link.sha256 })
    }
}

/// Notes that the last byte of a file went out.
#[derive(Clone, Serialize)]
pub struct FinishDownload {
    /// The hash of the link's secret.
    pub hash: Vec<u8>,
}

impl Operation for FinishDownload {
    type Action = policy::StartDownload;
    type Output = ();

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<(), AppError> {
        let done = sql(DONE).bind(self.hash.as_slice()).bind(permit.actor()).bind(tx.now());
        tx.execute(permit, done).await?;
        tx.note("downloaded to the end", None);
        Ok(())
    }
}

pub(super) fn statements() -> Vec<Sql> {
    [ACCEPT, RELEASE_OF, WANTED, ASK, LINK, START, DONE].map(sql).into()
}
