//! Releases and files as the API shows them.
use super::entitlement::WhyNot;
use super::show::{ArtifactRow, ReleaseRow, Shown};
use crate::policy::WhoCan;
use serde::Serialize;

/// One of a list.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Summary {
    /// Its name in addresses.
    pub release: String,
    /// The product line.
    pub product_line: String,
    /// `release` or `extension`.
    pub kind: String,
    /// For example 2027.1.
    pub version: String,
    /// Of an extension: the release that it adds to.
    #[schema(required)]
    pub extends: Option<String>,
    /// The day.
    pub released_on: String,
    /// `draft`, `published` or `withdrawn`.
    pub state: String,
    /// You may download its files.
    pub may_download: bool,
}

/// One with everything.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct ReleaseView {
    /// What lists say of it.
    #[serde(flatten)]
    pub summary: Summary,
    /// What is new.
    pub notes: String,
    /// The licence agreement; empty: none.
    pub licence_agreement: String,
    /// You accepted it.
    pub licence_accepted: bool,
    /// A media kit can be ordered.
    pub media: bool,
    /// The files.
    pub artifacts: Vec<ArtifactView>,
    /// Why you may not; none: you may.
    #[schema(required)]
    pub why_not: Option<WhyNotView>,
}

/// A file.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct ArtifactView {
    /// Its name in addresses.
    pub artifact: String,
    /// As it is saved.
    pub file_name: String,
    /// What it runs on.
    pub platform: String,
    /// Its language.
    pub language: String,
    /// In bytes.
    pub size: i64,
    /// In hexadecimal digits.
    pub sha256: String,
    /// Ed25519, in base64; `verify` checks it.
    pub signature: String,
}

/// A "no" with its reason.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct WhyNotView {
    /// `withdrawn`, `no_serial_number`, `other_release`, `out_of_term` or `no_grant`.
    pub reason: &'static str,
    /// One sentence.
    pub words: String,
    /// Who can change it.
    pub who_can: Vec<WhoCan>,
}

impl Summary {
    /// Of a row.
    pub fn of(row: &ReleaseRow, may_download: bool) -> Self {
        Self {
            release: row.handle.clone(),
            product_line: row.line.clone(),
            kind: row.kind.clone(),
            version: row.version_name.clone(),
            extends: Some(row.base.clone()).filter(|base| !base.is_empty()),
            released_on: row.released_on.clone(),
            state: row.state.clone(),
            may_download,
        }
    }
}

impl ArtifactView {
    fn of(row: &ArtifactRow) -> Self {
        Self {
            artifact: row.handle.clone(),
            file_name: row.file_name.clone(),
            platform: row.platform.clone(),
            language: row.language.clone(),
            size: row.size,
            sha256: row.sha256_hex(),
            signature: row.signature_text(),
        }
    }
}

impl ReleaseView {
    /// Of what was read.
    pub fn of(shown: Shown) -> Self {
        let why = |WhyNot { reason, words, who, .. }| WhyNotView { reason, words, who_can: who };
        Self {
            summary: Summary::of(&shown.release, shown.may.is_ok()),
            notes: shown.release.notes.clone(),
            licence_agreement: shown.release.licence.clone(),
            licence_accepted: shown.accepted_at.is_some(),
            media: shown.release.media,
            artifacts: shown.artifacts.iter().map(ArtifactView::of).collect(),
            why_not: shown.may.err().map(why),
        }
    }
}
