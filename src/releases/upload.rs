//! A file comes part by part, so that whoever was cut off goes on where it was: each part is an object of its own, and when
//! the last one is there, a job puts them together, reads the whole once and signs it.
use super::rules::{self, LARGEST_FILE};
use crate::auth::secret::handle;
use crate::db::{FromRow, Reader, Sql, WriteTx, sql};
use crate::error::{AppError, Refusal};
use crate::ids::{ArtifactKey, ReleaseKey};
use crate::jobs::NewJob;
use crate::operation::{Operation, Query};
use crate::policy::{self, Permit};
use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};

/// The job that puts a file together.
pub const JOB: &str = "artifact.check";

/// The body of `POST /api/v1/releases/{id}/artifacts`.
#[derive(Clone, Debug, Default, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// As customers get it, for example draftline-2027.1-windows.zip
    pub file_name: String,
    /// For example Windows 11, or any
    #[serde(default)]
    pub platform: String,
    /// For example English, or any
    #[serde(default)]
    pub language: String,
    /// In bytes
    pub size: u64,
    /// What its SHA-256 must be, in hexadecimal digits; where it is given, another file is refused
    #[serde(default)]
    pub sha256: String,
}

/// Begins an upload, or finds the one that was begun under this name and goes on with it.
#[derive(Clone, Debug, Serialize)]
pub struct BeginUpload {
    /// Of which release.
    pub release: ReleaseKey,
    /// What will come. Of a form the size is not known before: 0.
    pub input: Input,
    /// Sent by a form: the size shows when it ends.
    pub open_ended: bool,
}

/// How far an upload is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Upload {
    /// The file's name in addresses.
    pub artifact: String,
    /// How many bytes are here; the next part begins there.
    pub received: u64,
    /// Of how many.
    pub size: u64,
    /// Largest part that is taken.
    pub part_size: u64,
    /// `uploading`, `checking`, `ready` or `failed`.
    pub state: String,
}

#[derive(FromRow)]
struct Present {
    id: i64,
    handle: String,
    size: i64,
    received: i64,
    state: String,
}

const STATE: &str = "SELECT state FROM releases WHERE id = $1";
const PRESENT: &str =
    "SELECT id, handle, size, received, state FROM artifacts WHERE release_id = $1 AND file_name = $2";
const BEGIN: &str =
    "INSERT INTO artifacts (handle, release_id, file_name, platform, language, size, received, state, error,
        expected, uploaded_by, touched_at)
    VALUES ($1, $2, $3, $4, $5, $6, 0, 'uploading', '', $7, $8, $9)";

impl Present {
    fn upload(self) -> Upload {
        let part_size = crate::files::PART as u64;
        let (received, size) = (self.received.unsigned_abs(), self.size.unsigned_abs());
        Upload { artifact: self.handle, received, size, part_size, state: self.state }
    }
}

/// An artifact's name in a release that is published stays what it is.
fn changeable(state: Option<(String,)>) -> Result<(), AppError> {
    match state.is_some_and(|(state,)| state == "draft") {
        true => Ok(()),
        false => {
            let title = "it is published: its files stay as they are; withdraw it and enter another one";
            Err(Refusal::new("release-published", title).into())
        }
    }
}

fn expected(sha256: &str) -> Result<Option<Vec<u8>>, AppError> {
    let digits = sha256.trim().to_ascii_lowercase();
    if digits.is_empty() {
        return Ok(None);
    }
    let bytes = HEXLOWER.decode(digits.as_bytes()).ok().filter(|bytes| bytes.len() == 32);
    let words = "write the SHA-256 as 64 hexadecimal digits, or leave it out";
    bytes.map(Some).ok_or_else(|| AppError::invalid("sha256", words))
}

fn label(field: &'static str, text: &str) -> Result<String, AppError> {
    match text.trim().is_empty() {
        true => Ok("any".to_owned()),
        false => rules::name(field, "what it is for, or nothing", text),
    }
}

impl Operation for BeginUpload {
    type Action = policy::UploadArtifact;
    type Output = Upload;

    fn target(&self) -> ReleaseKey {
        self.release.clone()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<Upload, AppError> {
        let release = permit.target().0;
        changeable(tx.find(permit, sql(STATE).bind(release)).await?)?;
        let name = rules::file_name(&self.input.file_name)?;
        let expected = expected(&self.input.sha256)?;
        let too_large = self.input.size > LARGEST_FILE || (self.input.size == 0 && !self.open_ended);
        if too_large {
            return Err(AppError::invalid("size", "write the size in bytes, from 1 to 100 GiB"));
        }
        let size = i64::try_from(self.input.size).unwrap_or(0);
        let present: Option<Present> = tx.find(permit, sql(PRESENT).bind(release).bind(name.as_str())).await?;
        if let Some(present) = present {
            // The same file once more: it goes on where it was cut off.
            let same = present.size == size && !self.open_ended && present.state == "uploading";
            if same {
                return Ok(present.upload());
            }
            let title = "there is a file of this name already; remove it first";
            return Err(Refusal::new("artifact-exists", title).into());
        }
        let row = sql(BEGIN).bind(handle()).bind(release).bind(name.as_str());
        let row = row.bind(label("platform", &self.input.platform)?).bind(label("language", &self.input.language)?);
        tx.execute(permit, row.bind(size).bind(expected).bind(permit.actor()).bind(tx.now())).await?;
        let begun: Option<Present> = tx.find(permit, sql(PRESENT).bind(release).bind(name.as_str())).await?;
        tx.note(serde_json::json!({"file_name": name, "size": size}), None);
        Ok(begun.ok_or(AppError::Lost)?.upload())
    }
}

/// Asks whether the reader may send files at all, before any of it is read.
pub struct MayUpload(pub ReleaseKey);

impl Query for MayUpload {
    type Action = policy::UploadArtifact;
    type Output = ();

    fn target(&self) -> ReleaseKey {
        self.0.clone()
    }

    async fn run(&self, _: &mut Reader, _: &Permit<Self::Action>) -> Result<(), AppError> {
        Ok(())
    }
}

/// Asks how far an upload is; only whoever may send it.
pub struct ShowUpload {
    /// Of which release.
    pub release: ReleaseKey,
    /// Which file.
    pub artifact: ArtifactKey,
}

impl Query for ShowUpload {
    type Action = policy::UploadArtifact;
    type Output = Upload;

    fn target(&self) -> ReleaseKey {
        self.release.clone()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Upload, AppError> {
        let of = sql(OF_RELEASE).bind(permit.target().0).bind(self.artifact.clone());
        let present: Option<Present> = reader.find(permit, of).await?;
        Ok(present.ok_or_else(AppError::hidden)?.upload())
    }
}

/// A part that is in the store.
#[derive(Clone, Debug, Serialize)]
pub struct ReceivePart {
    /// Of which release.
    pub release: ReleaseKey,
    /// Of which file.
    pub artifact: ArtifactKey,
    /// Where it begins.
    pub at: u64,
    /// How long it is.
    pub length: u64,
    /// What the store calls it.
    pub name: String,
    /// Nothing comes after it: of a form that ended.
    pub last: bool,
}

const OF_RELEASE: &str =
    "SELECT id, handle, size, received, state FROM artifacts WHERE release_id = $1 AND handle = $2";
const PART: &str = "INSERT INTO artifact_parts (artifact_id, at_byte, length, name) VALUES ($1, $2, $3, $4)";
/// Whoever sent the same part twice at once is second here.
const RECEIVED: &str = "UPDATE artifacts SET received = $3, size = CASE WHEN $4 THEN $3 ELSE size END,
        state = CASE WHEN $4 OR $3 = size THEN 'checking' ELSE state END, touched_at = $5
    WHERE id = $1 AND received = $2 AND state = 'uploading'";

impl ReceivePart {
    /// Refuses a part that does not fit, before it is stored and after.
    fn fits(&self, present: &Present) -> Result<(), AppError> {
        let (received, size) = (present.received.unsigned_abs(), present.size.unsigned_abs());
        if present.state != "uploading" {
            return Err(Refusal::new("upload-complete", "all of this file is here").into());
        }
        if self.at != received {
            let title = format!("the next part begins at byte {received}");
            return Err(Refusal::new("wrong-offset", title).into());
        }
        if size > 0 && self.at + self.length > size {
            return Err(AppError::invalid("", format!("the file was said to have {size} bytes; begin it anew")));
        }
        let largest = self.at + self.length > LARGEST_FILE;
        if largest || (self.length == 0 && !self.last) || (self.last && self.at + self.length == 0) {
            return Err(AppError::invalid("", "send from 1 byte to what part_size says, of a file of at most 100 GiB"));
        }
        Ok(())
    }
}

impl Operation for ReceivePart {
    type Action = policy::UploadArtifact;
    type Output = Upload;

    fn target(&self) -> ReleaseKey {
        self.release.clone()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<Upload, AppError> {
        let of = || sql(OF_RELEASE).bind(permit.target().0).bind(self.artifact.clone());
        let present: Option<Present> = tx.find(permit, of()).await?;
        let present = present.ok_or_else(AppError::hidden)?;
        self.fits(&present)?;
        let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        let (at, end) = (number(self.at), number(self.at + self.length));
        if self.length > 0 {
            let part = sql(PART).bind(present.id).bind(at).bind(number(self.length)).bind(self.name.as_str());
            tx.execute(permit, part).await?;
        }
        let row = sql(RECEIVED).bind(present.id).bind(at).bind(end).bind(self.last).bind(tx.now());
        tx.execute(permit, row).await?;
        let now: Option<Present> = tx.find(permit, of()).await?;
        let now = now.ok_or(AppError::Lost)?;
        if now.state == "checking" {
            let (payload, run_at) = (now.id, tx.now());
            tx.enqueue(permit, NewJob { kind: JOB, payload, run_at, urgent: false }).await?;
        }
        tx.note(serde_json::json!({"artifact": now.handle, "received": now.received}), None);
        Ok(now.upload())
    }
}

/// Removes a file, with what has come of it.
#[derive(Clone, Debug, Serialize)]
pub struct RemoveArtifact {
    /// Of which release.
    pub release: ReleaseKey,
    /// Which.
    pub artifact: ArtifactKey,
}

/// What the store may forget once the row is gone.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Removed(pub Vec<String>);

const NAMES: &str = "SELECT p.name FROM artifact_parts p WHERE p.artifact_id = $1";
const WHOLE: &str = "SELECT f.file_name FROM artifacts f WHERE f.id = $1";
const FORGET_PARTS: &str = "DELETE FROM artifact_parts WHERE artifact_id = $1";
const FORGET: &str = "DELETE FROM artifacts WHERE id = $1";

/// What the store calls a whole file.
pub fn stored_as(artifact: &str, file_name: &str) -> String {
    format!("artifacts/{artifact}/{file_name}")
}

impl Operation for RemoveArtifact {
    type Action = policy::RemoveArtifact;
    type Output = Removed;

    fn target(&self) -> ReleaseKey {
        self.release.clone()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<Removed, AppError> {
        let release = permit.target().0;
        changeable(tx.find(permit, sql(STATE).bind(release)).await?)?;
        let present: Option<Present> =
            tx.find(permit, sql(OF_RELEASE).bind(release).bind(self.artifact.clone())).await?;
        let present = present.ok_or_else(AppError::hidden)?;
        if present.state == "checking" {
            return Err(Refusal::new("artifact-unready", "the file is being checked; wait a moment").into());
        }
        let whole: Option<(String,)> = tx.find(permit, sql(WHOLE).bind(present.id)).await?;
        let parts: Vec<(String,)> = tx.fetch(permit, sql(NAMES).bind(present.id)).await?;
        tx.execute(permit, sql(FORGET_PARTS).bind(present.id)).await?;
        tx.execute(permit, sql(FORGET).bind(present.id)).await?;
        tx.note(self, None);
        let whole = whole.map(|(name,)| stored_as(&present.handle, &name));
        Ok(Removed(parts.into_iter().map(|(name,)| name).chain(whole).collect()))
    }
}

pub(super) fn statements() -> Vec<Sql> {
    let mut all: Vec<Sql> = [STATE, PRESENT, BEGIN, OF_RELEASE, PART, RECEIVED].map(sql).into();
    all.extend([NAMES, WHOLE, FORGET_PARTS, FORGET].map(sql));
    all
}
