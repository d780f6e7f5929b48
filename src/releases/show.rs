//! One release with its files: what it is, whether the reader may fetch it, and if not, why and who can change it.
use super::entitlement::{self, About, WhyNot};
use super::rules::Kind;
use crate::db::{FromRow, Reader, Sql, sql};
use crate::error::AppError;
use crate::ids::ReleaseKey;
use crate::operation::Query;
use crate::policy::{self, Action, Permit, Release};
use crate::time::Instant;
use data_encoding::{BASE64, HEXLOWER};

/// Asks for one that is published, or was.
pub struct ShowRelease(pub ReleaseKey);

/// Asks for one as the vendor's staff see it, a draft too.
pub struct ShowDraft(pub ReleaseKey);

/// What is said of it.
#[derive(Clone, Debug, FromRow)]
pub struct ReleaseRow {
    pub(crate) id: i64,
    pub(crate) handle: String,
    pub(crate) line: String,
    pub(crate) kind: String,
    pub(crate) version_name: String,
    pub(crate) base: String,
    pub(crate) released_on: String,
    pub(crate) notes: String,
    pub(crate) licence: String,
    pub(crate) media: bool,
    pub(crate) state: String,
    pub(crate) withdrawn_why: String,
}

/// A file of it.
#[derive(Clone, Debug, FromRow)]
pub struct ArtifactRow {
    pub(crate) handle: String,
    pub(crate) file_name: String,
    pub(crate) platform: String,
    pub(crate) language: String,
    pub(crate) size: i64,
    pub(crate) received: i64,
    pub(crate) state: String,
    pub(crate) error: String,
    pub(crate) sha256: Option<Vec<u8>>,
    pub(crate) signature: Option<Vec<u8>>,
}

/// The whole.
#[derive(Clone, Debug)]
pub struct Shown {
    pub(crate) release: ReleaseRow,
    pub(crate) artifacts: Vec<ArtifactRow>,
    /// The reader may fetch them; else why not.
    pub(crate) may: Result<(), WhyNot>,
    /// When the reader accepted the licence agreement.
    pub(crate) accepted_at: Option<Instant>,
    /// When the announcement was confirmed, if it was.
    pub(crate) announced_at: Option<Instant>,
}

impl ReleaseRow {
    /// Release or extension.
    pub fn kind(&self) -> Kind {
        Kind::of(&self.kind)
    }

    /// "SiteMesh Civil 2027.2"
    pub fn name(&self) -> String {
        format!("{} {}", self.line, self.version_name)
    }

    /// What an answer about it says.
    pub fn about(&self) -> About<'_> {
        About { kind: self.kind(), line: &self.line, base: &self.base, withdrawn: &self.withdrawn_why }
    }
}

impl ArtifactRow {
    /// In hexadecimal digits; empty while it is not known.
    pub fn sha256_hex(&self) -> String {
        self.sha256.as_ref().map(|bytes| HEXLOWER.encode(bytes)).unwrap_or_default()
    }

    /// In base64; empty while it is not known.
    pub fn signature_text(&self) -> String {
        self.signature.as_ref().map(|bytes| BASE64.encode(bytes)).unwrap_or_default()
    }
}

macro_rules! release {
    ($from:literal) => {
        concat!(
            "SELECT r.id, r.handle, r.line, r.kind, r.version_name, r.base, r.released_on, r.notes, r.licence, r.media,
                r.state, r.withdrawn_why FROM releases r ",
            $from
        )
    };
}
pub(super) use release;

const RELEASE: &str = release!("WHERE r.id = $1");
const ARTIFACTS: &str = "SELECT handle, file_name, platform, language, size, received, state, error, sha256, signature
    FROM artifacts WHERE release_id = $1 ORDER BY platform, language, file_name";
const ACCEPTED: &str = "SELECT at FROM licence_acceptances WHERE release_id = $1 AND person_id = $2";
const ANNOUNCED: &str = "SELECT at FROM announcements WHERE release_id = $1";

async fn shown<A: Action<Target = Release>>(reader: &mut Reader, permit: &Permit<A>) -> Result<Shown, AppError> {
    let id = permit.target().0;
    let release: Option<ReleaseRow> = reader.find(permit, sql(RELEASE).bind(id)).await?;
    let release = release.ok_or_else(AppError::hidden)?;
    let artifacts: Vec<ArtifactRow> = reader.fetch(permit, sql(ARTIFACTS).bind(id)).await?;
    let accepted: Option<(Instant,)> = reader.find(permit, sql(ACCEPTED).bind(id).bind(permit.actor())).await?;
    let announced: Option<(Instant,)> = reader.find(permit, sql(ANNOUNCED).bind(id)).await?;
    let permitted = permit.is_staff() || !entitlement::of_these(reader, permit, &[release.id]).await?.is_empty();
    let may = match permitted {
        true => Ok(()),
        false => {
            Err(entitlement::why_not(release.about(), entitlement::closest(reader, permit, release.id).await?.as_ref()))
        }
    };
    let (accepted_at, announced_at) = (accepted.map(|(at,)| at), announced.map(|(at,)| at));
    Ok(Shown { release, artifacts, may, accepted_at, announced_at })
}

impl Query for ShowRelease {
    type Action = policy::SeeRelease;
    type Output = Shown;

    fn target(&self) -> ReleaseKey {
        self.0.clone()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Shown, AppError> {
        let mut shown = shown(reader, permit).await?;
        shown.artifacts.retain(|artifact| artifact.state == "ready");
        Ok(shown)
    }
}

impl Query for ShowDraft {
    type Action = policy::SeeDraft;
    type Output = Shown;

    fn target(&self) -> ReleaseKey {
        self.0.clone()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Shown, AppError> {
        shown(reader, permit).await
    }
}

impl Shown {
    /// SiteMesh Civil 2027.2 with one file, which the reader may fetch.
    pub fn sample() -> Self {
        let release = ReleaseRow {
            id: 1,
            handle: "k7fq2m".to_owned(),
            line: "SiteMesh Civil".to_owned(),
            kind: "release".to_owned(),
            version_name: "2027.2".to_owned(),
            base: String::new(),
            released_on: "2026-11-20".to_owned(),
            notes: "Corridors follow the terrain.".to_owned(),
            licence: String::new(),
            media: true,
            state: "published".to_owned(),
            withdrawn_why: String::new(),
        };
        let artifact = ArtifactRow {
            handle: "f1".to_owned(),
            file_name: "sitemesh-2027.2-windows.zip".to_owned(),
            platform: "Windows 11".to_owned(),
            language: "English".to_owned(),
            size: 214_399_999,
            received: 214_399_999,
            state: "ready".to_owned(),
            error: String::new(),
            sha256: Some(vec![7; 32]),
            signature: Some(vec![9; 64]),
        };
        Self { release, artifacts: vec![artifact], may: Ok(()), accepted_at: None, announced_at: None }
    }
}

pub(super) fn statements() -> Vec<Sql> {
    [RELEASE, ARTIFACTS, ACCEPTED, ANNOUNCED].map(sql).into()
}
