//! Enter a release or an extension into the catalogue, and change what is said of it. Nobody sees a draft but the vendor.
use super::rules::{self, Kind};
use crate::auth::secret::handle;
use crate::db::{Sql, WriteTx, sql};
use crate::error::{AppError, Refusal};
use crate::ids::{ReleaseKey, Single};
use crate::operation::Operation;
use crate::policy::{self, Permit, WriteAction};
use crate::time::Day;
use serde::{Deserialize, Serialize};

/// What is said of a release; the body of `POST /api/v1/releases`.
#[derive(Clone, Debug, Default, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The product line, as `products.csv` names it
    pub product_line: String,
    /// `release` or `extension`
    #[serde(default)]
    pub kind: Kind,
    /// Its name, for example 2027.1
    pub version: String,
    /// Of an extension: the release that it adds to, as the serial numbers have it
    #[serde(default)]
    pub extends: String,
    /// The day of the release; contracts that run that day are entitled to it for good
    pub released_on: String,
    /// What is new, as plain text
    #[serde(default)]
    pub notes: String,
    /// A licence agreement that is accepted once before the first download; empty: none
    #[serde(default)]
    pub licence_agreement: String,
    /// Whether a media kit can be ordered
    #[serde(default)]
    pub media: bool,
}

/// The same, checked.
struct Checked {
    line: String,
    version: String,
    base: String,
    released: Day,
    notes: String,
    licence: String,
}

impl Input {
    fn checked(&self) -> Result<Checked, AppError> {
        let line = rules::name("product_line", "the product line", &self.product_line)?;
        let version = rules::name("version", "the version, for example 2027.1", &self.version)?;
        let base = match self.kind {
            Kind::Extension => {
                rules::name("extends", "the release that it adds to, for example 2027.1", &self.extends)?
            }
            Kind::Release if self.extends.trim().is_empty() => String::new(),
            Kind::Release => {
                let words = "only an extension adds to a release; leave this empty, or choose extension";
                return Err(AppError::invalid("extends", words));
            }
        };
        let released = self.released_on.trim().parse();
        let released = released
            .map_err(|_| AppError::invalid("released_on", "write the day as YYYY-MM-DD, for example 2026-11-24"))?;
        let notes = rules::text("notes", &self.notes)?;
        Ok(Checked {
            line,
            version,
            base,
            released,
            notes,
            licence: rules::text("licence_agreement", &self.licence_agreement)?,
        })
    }
}

/// Enters one.
#[derive(Clone, Debug, Serialize)]
pub struct DraftRelease(pub Input);

/// What was entered.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Drafted {
    /// Its name in addresses.
    pub release: String,
}

const LINE: &str = "SELECT COUNT(*) FROM products WHERE line = $1";
const TAKEN: &str = "SELECT handle FROM releases WHERE line = $1 AND kind = $2 AND version_key = $3";
const DRAFT: &str =
    "INSERT INTO releases (handle, line, kind, version_name, version_key, base, released_on, notes, licence,
        media, state, created_by, version)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'draft', $11, 1)";

/// Refuses a line that no product has, and a version that is there already.
async fn free<A: WriteAction>(
    tx: &mut WriteTx,
    permit: &Permit<A>,
    input: &Input,
    checked: &Checked,
    own: &str,
) -> Result<(), AppError> {
    let known: Option<(i64,)> = tx.find(permit, sql(LINE).bind(checked.line.as_str())).await?;
    if known.is_none_or(|(n,)| n == 0) {
        let words = "write a product line that products have; import the products first";
        return Err(AppError::invalid("product_line", words));
    }
    let key = rules::version_key(&checked.version);
    let taken = sql(TAKEN).bind(checked.line.as_str()).bind(input.kind.name()).bind(key);
    let taken: Option<(String,)> = tx.find(permit, taken).await?;
    match taken.is_some_and(|(handle,)| handle != own) {
        true => {
            let title = format!("{} {} is in the catalogue already; change that one", checked.line, checked.version);
            Err(Refusal::new("release-exists", title).into())
        }
        false => Ok(()),
    }
}

impl Operation for DraftRelease {
    type Action = policy::DraftRelease;
    type Output = Drafted;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<Drafted, AppError> {
        let checked = self.0.checked()?;
        free(tx, permit, &self.0, &checked, "").await?;
        let handle = handle();
        let row = sql(DRAFT).bind(handle.as_str()).bind(checked.line.as_str()).bind(self.0.kind.name());
        let row = row.bind(checked.version.as_str()).bind(rules::version_key(&checked.version)).bind(checked.base);
        let row = row.bind(checked.released).bind(checked.notes).bind(checked.licence).bind(self.0.media);
        tx.execute(permit, row.bind(permit.actor())).await?;
        tx.note(serde_json::json!({"line": checked.line, "version": checked.version}), None);
        Ok(Drafted { release: handle })
    }
}

/// Changes what is said of one. Once it is published, line, kind and version stay: people know it by these.
#[derive(Clone, Debug, Serialize)]
pub struct EditRelease {
    /// Which.
    pub release: ReleaseKey,
    /// What is said from now on.
    pub input: Input,
}

#[derive(crate::db::FromRow)]
struct Present {
    line: String,
    kind: String,
    version_key: String,
    base: String,
    released_on: String,
    licence: String,
    state: String,
}

const PRESENT: &str = "SELECT line, kind, version_key, base, released_on, licence, state FROM releases WHERE id = $1";
const EDIT: &str = "UPDATE releases SET line = $2, kind = $3, version_name = $4, version_key = $5, base = $6,
        released_on = $7, notes = $8, licence = $9, media = $10 WHERE id = $1";

impl Operation for EditRelease {
    type Action = policy::EditRelease;
    type Output = ();

    fn target(&self) -> ReleaseKey {
        self.release.clone()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<(), AppError> {
        let checked = self.input.checked()?;
        free(tx, permit, &self.input, &checked, &self.release.0).await?;
        let present: Option<Present> = tx.find(permit, sql(PRESENT).bind(permit.target().0)).await?;
        let present = present.ok_or_else(AppError::hidden)?;
        let same = present.line == checked.line
            && present.kind == self.input.kind.name()
            && present.version_key == rules::version_key(&checked.version)
            && present.base == checked.base
            && present.released_on == checked.released.to_string()
            && present.licence == checked.licence;
        if present.state != "draft" && !same {
            let title =
                "it is published: only its notes and its media kit can be changed; withdraw it and enter another one";
            return Err(Refusal::new("release-published", title).into());
        }
        let row = sql(EDIT).bind(permit.target().0).bind(checked.line.as_str()).bind(self.input.kind.name());
        let row = row.bind(checked.version.as_str()).bind(rules::version_key(&checked.version)).bind(checked.base);
        let row = row.bind(checked.released).bind(checked.notes).bind(checked.licence).bind(self.input.media);
        tx.execute(permit, row).await?;
        tx.note(serde_json::json!({"line": checked.line, "version": checked.version}), None);
        Ok(())
    }
}

pub(super) fn statements() -> Vec<Sql> {
    [LINE, TAKEN, DRAFT, PRESENT, EDIT].map(sql).into()
}
