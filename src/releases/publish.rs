//! Publish a release, so that those entitled can fetch it; and withdraw one that must not be fetched any more.
use crate::db::{FromRow, Sql, WriteTx, sql};
use crate::error::{AppError, Refusal};
use crate::ids::ReleaseKey;
use crate::operation::Operation;
use crate::policy::{self, Permit};
use serde::Serialize;

/// Publishes. Telling people is a step of its own.
#[derive(Clone, Debug, Serialize)]
pub struct PublishRelease(pub ReleaseKey);

#[derive(FromRow)]
struct Present {
    state: String,
    media: bool,
    ready: i64,
    unready: i64,
}

const PRESENT: &str = "SELECT r.state, r.media,
        (SELECT COUNT(*) FROM artifacts f WHERE f.release_id = r.id AND f.state = 'ready') AS ready,
        (SELECT COUNT(*) FROM artifacts f WHERE f.release_id = r.id AND f.state <> 'ready') AS unready
    FROM releases r WHERE r.id = $1";
const PUBLISH: &str = "UPDATE releases SET state = 'published', published_at = COALESCE(published_at, $2),
        withdrawn_at = NULL, withdrawn_why = '' WHERE id = $1";
const WITHDRAW: &str = "UPDATE releases SET state = 'withdrawn', withdrawn_at = $2, withdrawn_why = $3
    WHERE id = $1 AND state = 'published'";
/// What was not told yet is not told any more.
const HOLD: &str = "UPDATE notices SET state = 'not_sent', error = 'the release was withdrawn'
    WHERE state = 'queued' AND announcement_id IN (SELECT n.id FROM announcements n WHERE n.release_id = $1)";

impl Operation for PublishRelease {
    type Action = policy::PublishRelease;
    type Output = ();

    fn target(&self) -> ReleaseKey {
        self.0.clone()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<(), AppError> {
        let release = permit.target().0;
        let present: Option<Present> = tx.find(permit, sql(PRESENT).bind(release)).await?;
        let present = present.ok_or_else(AppError::hidden)?;
        let refuse = |kind, title: &str| Err(Refusal::new(kind, title).into());
        if present.state == "published" {
            return refuse("release-published", "it is published already");
        }
        if present.unready > 0 {
            return refuse("artifacts-unready", "a file is not ready yet; wait for it, send it again or remove it");
        }
        if present.ready == 0 && !present.media {
            return refuse("nothing-to-fetch", "there is no file and no media kit; upload a file first");
        }
        tx.execute(permit, sql(PUBLISH).bind(release).bind(tx.now())).await?;
        Ok(())
    }
}

/// Withdraws; who looks is told why.
#[derive(Clone, Debug, Serialize)]
pub struct WithdrawRelease {
    /// Which.
    pub release: ReleaseKey,
    /// Why, in words for customers.
    pub why: String,
}

impl Operation for WithdrawRelease {
    type Action = policy::WithdrawRelease;
    type Output = ();

    fn target(&self) -> ReleaseKey {
        self.release.clone()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<(), AppError> {
        let why = self.why.trim();
        if why.is_empty() || why.len() > 500 {
            let words = "write in a sentence why, for those who look for it";
            return Err(AppError::invalid("why", words));
        }
        let release = permit.target().0;
        if tx.execute(permit, sql(WITHDRAW).bind(release).bind(tx.now()).bind(why)).await? == 0 {
            return Err(Refusal::new("release-not-published", "only what is published can be withdrawn").into());
        }
        tx.execute(permit, sql(HOLD).bind(release)).await?;
        tx.note(self, None);
        Ok(())
    }
}

pub(super) fn statements() -> Vec<Sql> {
    [PRESENT, PUBLISH, WITHDRAW, HOLD].map(sql).into()
}
