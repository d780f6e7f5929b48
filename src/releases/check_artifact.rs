//! The job `artifact.check`: puts an uploaded file together, reads it once on the way, and signs what came.
use super::upload::stored_as;
use crate::app::App;
use crate::db::{FromRow, Reader, Sql, WriteTx, sql};
use crate::error::AppError;
use crate::files::FileError;
use crate::ids::{ArtifactId, Single};
use crate::jobs::lease::{End, EndJob, Leased};
use crate::operation::{Operation, Query, Terms};
use crate::policy::{self, Actor, Permit, RunJob};
use serde::Serialize;
use sha2::{Digest, Sha256};

/// Does the work of the job, and ends it.
pub async fn check(app: &App, job: Leased) -> Result<(), AppError> {
    let found = app.read(&Actor::system(), &FindUpload(ArtifactId(job.payload))).await?;
    let Some(Found { upload, parts }) = found else {
        app.run(Actor::system(), EndJob { job, end: End::Done }, Terms::default()).await?;
        return Ok(());
    };
    let (files, key) = (app.files()?, app.vendor_key()?);
    let mut digest = Sha256::new();
    let whole = stored_as(&upload.handle, &upload.file_name);
    let outcome = match files.assemble(&parts, &whole, |piece| digest.update(piece)).await {
        Ok(()) => {
            let sha256 = digest.finalize().to_vec();
            match upload.expected.as_ref().is_none_or(|expected| *expected == sha256) {
                true => Outcome::Ready { signature: key.sign(&sha256), sha256 },
                false => Outcome::Failed("the SHA-256 is not the one that was given; send the file again".to_owned()),
            }
        }
        Err(error) if error.is_missing() => Outcome::Failed("a part of the file is missing; send it again".to_owned()),
        Err(error) => return Err(unavailable(&error)),
    };
    let failed = matches!(outcome, Outcome::Failed(_));
    let finish = FinishUpload { artifact: ArtifactId(job.payload), outcome, job };
    app.run(Actor::system(), finish, Terms::default()).await?;
    // Last: whoever is stopped before finds the parts again, and what is left over then is only space.
    let mut superfluous = parts;
    superfluous.extend(failed.then_some(whole));
    if let Err(error) = files.remove(&superfluous).await {
        tracing::warn!(%error, "parts of an uploaded file are left over");
    }
    Ok(())
}

/// The store is away: as if the database were, it is tried again.
pub fn unavailable(error: &FileError) -> AppError {
    tracing::error!(%error, "files cannot be read or written");
    AppError::Overloaded { seconds: 30 }
}

struct FindUpload(ArtifactId);

#[derive(Clone, FromRow)]
struct UploadRow {
    handle: String,
    file_name: String,
    expected: Option<Vec<u8>>,
}

struct Found {
    upload: UploadRow,
    parts: Vec<String>,
}

const UPLOAD: &str = "SELECT handle, file_name, expected FROM artifacts WHERE id = $1 AND state = 'checking'";
const PARTS: &str = "SELECT name FROM artifact_parts WHERE artifact_id = $1 ORDER BY at_byte";

impl Query for FindUpload {
    type Action = policy::CheckArtifact;
    type Output = Option<Found>;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Option<Found>, AppError> {
        let upload: Option<UploadRow> = reader.find(permit, sql(UPLOAD).bind(self.0)).await?;
        let parts: Vec<(String,)> = reader.fetch(permit, sql(PARTS).bind(self.0)).await?;
        Ok(upload.map(|upload| Found { upload, parts: parts.into_iter().map(|(name,)| name).collect() }))
    }
}

#[derive(Clone, Debug, Serialize)]
enum Outcome {
    Ready { sha256: Vec<u8>, signature: Vec<u8> },
    Failed(String),
}

/// Writes down what came of a file, together with the end of the job.
#[derive(Clone, Serialize)]
struct FinishUpload {
    artifact: ArtifactId,
    outcome: Outcome,
    job: Leased,
}

const READY: &str = "UPDATE artifacts SET state = 'ready', sha256 = $2, signature = $3, error = '', touched_at = $4
    WHERE id = $1 AND state = 'checking'";
const FAILED: &str =
    "UPDATE artifacts SET state = 'failed', error = $2, touched_at = $3 WHERE id = $1 AND state = 'checking'";
const FORGET: &str = "DELETE FROM artifact_parts WHERE artifact_id = $1";

impl Operation for FinishUpload {
    type Action = policy::CheckArtifact;
    type Output = ();

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<(), AppError> {
        let row = match &self.outcome {
            Outcome::Ready { sha256, signature } => {
                sql(READY).bind(self.artifact).bind(sha256.as_slice()).bind(signature.as_slice())
            }
            Outcome::Failed(why) => sql(FAILED).bind(self.artifact).bind(why.as_str()),
        };
        tx.execute(permit, row.bind(tx.now())).await?;
        tx.execute(permit, sql(FORGET).bind(self.artifact)).await?;
        let job = permit.also::<RunJob>()?;
        EndJob { job: self.job.clone(), end: End::Done }.run(tx, &job).await?;
        Ok(())
    }
}

pub(super) fn statements() -> Vec<Sql> {
    [UPLOAD, PARTS, READY, FAILED, FORGET].map(sql).into()
}
