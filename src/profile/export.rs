//! "Export my data": everything that is held about a person, made by a job, to be fetched by that person for 7 days.
use super::export_mail::ExportReady;
use super::held::everything;
use crate::auth::secret::handle;
use crate::db::{FromRow, Reader, Sql, WriteTx, sql};
use crate::error::{AppError, Refusal};
use crate::ids::{PersonId, Single};
use crate::jobs::NewJob;
use crate::mail::outbox::{self, Outgoing, Send};
use crate::mail::{Mail, Site};
use crate::operation::{Operation, Query};
use crate::policy::{self, Action, Permit};
use crate::time::{DAY, Instant, long, rfc3339};
use serde::Serialize;

/// How long an export can be fetched.
pub const KEPT_FOR: Instant = 7 * DAY;
/// The job that makes one, and the one that throws it away.
pub const MAKE: &str = "profile.export";
/// See [`MAKE`].
pub const DROP: &str = "profile.export_end";

/// Asks for the own data.
#[derive(Clone, Debug, Serialize)]
pub struct AskExport;

/// Whoever asks twice at once waits here.
const LOCK: &str = "UPDATE people SET version = version WHERE id = $1";
const OPEN: &str = "SELECT COUNT(*) FROM data_exports WHERE person_id = $1 AND (made_at IS NULL OR asked_at > $2)";
const ASK: &str = "INSERT INTO data_exports (handle, person_id, asked_at) VALUES ($1, $2, $3) RETURNING id";

impl Operation for AskExport {
    type Action = policy::AskExport;
    type Output = ();

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<(), AppError> {
        let me = permit.target().0;
        tx.execute(permit, sql(LOCK).bind(me)).await?;
        let open: Option<(i64,)> = tx.find(permit, sql(OPEN).bind(me).bind(tx.now() - DAY / 24)).await?;
        if open.is_some_and(|(n,)| n > 0) {
            let title = "an export was asked for in the last hour; take that one, or ask again later";
            return Err(Refusal::new("too-many", title).into());
        }
        let row = sql(ASK).bind(handle()).bind(me).bind(tx.now());
        let id: Vec<(i64,)> = tx.returning(permit, row).await?;
        let payload = id.first().map(|(id,)| *id).ok_or(AppError::Lost)?;
        tx.enqueue(permit, NewJob { kind: MAKE, payload, run_at: tx.now(), urgent: false }).await?;
        tx.note("asked for an export of the own data", None);
        Ok(())
    }
}

/// Makes one that was asked for, and tells its owner.
#[derive(Clone, Debug, Serialize)]
pub struct MakeExport(pub i64);

#[derive(FromRow)]
struct Owner {
    person_id: PersonId,
    email: String,
    time_zone: String,
}

const OWNER: &str =
    "SELECT p.id AS person_id, p.email, p.time_zone FROM data_exports x JOIN people p ON p.id = x.person_id
    WHERE x.id = $1 AND x.made_at IS NULL AND p.deactivated_at IS NULL";
const MADE: &str = "UPDATE data_exports SET made_at = $2, expires_at = $3, content = $4 WHERE id = $1";

impl Operation for MakeExport {
    type Action = policy::MakeExport;
    type Output = ();

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<(), AppError> {
        let owner: Option<Owner> = tx.find(permit, sql(OWNER).bind(self.0)).await?;
        let Some(owner) = owner else { return Ok(()) };
        let held = everything(tx, permit, owner.person_id.0).await?;
        let content = serde_json::json!({"made_at": rfc3339(tx.now()), "held_about_you": held});
        let content = serde_json::to_string_pretty(&content).map_err(|_| AppError::Lost)?;
        let until = tx.now() + KEPT_FOR;
        tx.execute(permit, sql(MADE).bind(self.0).bind(tx.now()).bind(until).bind(content)).await?;
        let zone = match owner.time_zone.as_str() {
            "" => tx.zone().clone(),
            name => crate::time::zone(name).unwrap_or_else(|_| tx.zone().clone()),
        };
        let site = Site::unknown();
        let mail = Outgoing {
            person: owner.person_id,
            address: owner.email,
            account: None,
            contract: None,
            change_set: None,
            kind: "export_ready",
            mail: ExportReady { site: site.clone(), until: long(until, &zone) }.render(),
            link: None,
            reply_to: site.contact_email.clone(),
            dedup_key: format!("export_ready/{}", self.0),
        };
        outbox::write(tx, permit, &site, &[mail], Send::AtOnce).await?;
        tx.enqueue(permit, NewJob { kind: DROP, payload: self.0, run_at: until, urgent: false }).await?;
        tx.note(serde_json::json!({"person": owner.person_id.0, "export": self.0}), None);
        Ok(())
    }
}

/// Throws one away whose days are over.
#[derive(Clone, Debug, Serialize)]
pub struct DropExport(pub i64);

const DROPPED: &str = "UPDATE data_exports SET content = NULL WHERE id = $1 AND expires_at <= $2";

impl Operation for DropExport {
    type Action = policy::MakeExport;
    type Output = ();

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<(), AppError> {
        tx.execute(permit, sql(DROPPED).bind(self.0).bind(tx.now())).await?;
        tx.note(serde_json::json!({"dropped": self.0}), None);
        Ok(())
    }
}

/// An export as its owner sees it.
#[derive(Clone, Debug, FromRow)]
pub struct ExportRow {
    /// In its address.
    pub handle: String,
    /// When it was asked for.
    pub asked_at: Instant,
    /// Until when it can be fetched; none: it is being made.
    pub expires_at: Option<Instant>,
}

const LIST: &str = "SELECT handle, asked_at, expires_at FROM data_exports WHERE person_id = $1
    AND (made_at IS NULL OR expires_at > $2) ORDER BY id DESC LIMIT 5";

/// Those that a person can fetch, or that are being made.
pub async fn list<A: Action>(
    reader: &mut Reader,
    permit: &Permit<A>,
    person: PersonId,
) -> Result<Vec<ExportRow>, AppError> {
    let now = reader.now().at;
    Ok(reader.fetch(permit, sql(LIST).bind(person).bind(now)).await?)
}

/// Fetches one's own.
pub struct FetchExport {
    /// Which.
    pub handle: String,
}

const FETCH: &str = "SELECT content FROM data_exports WHERE handle = $1 AND person_id = $2 AND expires_at > $3
    AND content IS NOT NULL";

impl Query for FetchExport {
    type Action = policy::FetchExport;
    type Output = String;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<String, AppError> {
        let fetch = sql(FETCH).bind(self.handle.as_str()).bind(permit.target().0).bind(reader.now().at);
        let found: Option<(String,)> = reader.find(permit, fetch).await?;
        found.map(|(content,)| content).ok_or_else(AppError::hidden)
    }
}

pub(super) fn statements() -> Vec<Sql> {
    [LOCK, OPEN, ASK, OWNER, MADE, DROPPED, LIST, FETCH].map(sql).into()
}
