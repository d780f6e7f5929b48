//! The API of releases and their files.
use super::announce::{AnnounceRelease, Announced, RemindRelease};
use super::check_artifact::unavailable;
use super::download::{AcceptLicence, AskDownload, FindRelease};
use super::draft::{DraftRelease, Drafted, EditRelease, Input};
use super::list::ListReleases;
use super::publish::{PublishRelease, WithdrawRelease};
use super::rehearse::{Rehearsal, Rehearse};
use super::show::ShowRelease;
use super::upload::{self, BeginUpload, ReceivePart, ShowUpload, Upload};
use super::views::{ReleaseView, Summary};
use crate::app::App;
use crate::auth::secret::handle;
use crate::contracts::assets::{Page, Paging};
use crate::error::AppError;
use crate::ids::{ArtifactKey, ReleaseKey};
use crate::operation::Terms;
use crate::policy::{ActionId, Actor, Denied};
use crate::web::extract::{Body, Params, bearer_of};
use crate::web::{Route, get, post};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde::{Deserialize, Serialize};

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/api/v1/releases", ActionId::ListReleases, list)
            .says("Releases and extensions of the product lines of which you have a serial number, the newest first")
            .query(&[
                ("product_line", "Only of this line"),
                ("limit", "At most 200"),
                ("cursor", "From the page before"),
            ])
            .gives::<Page<Summary>>(),
        get("/api/v1/releases/{release}", ActionId::SeeRelease, one)
            .says("One with its files; whether you may download them, and if not, why and who can change it")
            .gives::<ReleaseView>(),
        post("/api/v1/releases", ActionId::DraftRelease, draft)
            .says("Enter a release or an extension into the catalogue, as a draft")
            .takes::<Input>()
            .gives::<Drafted>(),
        post("/api/v1/releases/{release}", ActionId::EditRelease, edit)
            .says("Change what is said of one; of a published one the notes and the media kit")
            .takes::<Input>()
            .gives::<Done>(),
        post("/api/v1/releases/{release}/artifacts", ActionId::UploadArtifact, begin)
            .says("Begin to upload a file, or go on with one: the answer says where the next part begins")
            .takes::<upload::Input>()
            .gives::<Upload>(),
        get("/api/v1/artifacts/{artifact}", ActionId::UploadArtifact, uploaded)
            .says("How far an upload is")
            .gives::<Upload>(),
        post("/api/v1/artifacts/{artifact}/content", ActionId::UploadArtifact, receive)
            .says("Send the next part of a file as it is (application/octet-stream), at most part_size bytes")
            .query(&[("offset", "Where the part begins: what received said")])
            .gives::<Upload>(),
        post("/api/v1/releases/{release}/publish", ActionId::PublishRelease, publish)
            .says("Publish, so that those entitled can download; nobody is told by it")
            .gives::<Done>(),
        post("/api/v1/releases/{release}/withdraw", ActionId::WithdrawRelease, withdraw)
            .says("Withdraw: nobody can download any more, and what was not told yet is not told")
            .takes::<Why>()
            .gives::<Done>(),
        post("/api/v1/releases/{release}/rehearsal", ActionId::RehearseRelease, rehearse)
            .says("Exactly who would be told of it, and why; and who just misses it")
            .query(&[("cursor", "From the page before")])
            .gives::<Rehearsal>(),
        post("/api/v1/releases/{release}/announce", ActionId::AnnounceRelease, announce)
            .says("Tell exactly those whom the rehearsal shows; confirm_notices repeats their number")
            .takes::<Confirm>()
            .gives::<Announced>(),
        post("/api/v1/releases/{release}/remind", ActionId::RemindRelease, remind)
            .says("Remind those who were told and have not downloaded it, once")
            .takes::<Confirm>()
            .gives::<Announced>(),
        post("/api/v1/releases/{release}/licence-agreement", ActionId::AcceptLicence, accept)
            .says("Accept its licence agreement, which its page shows")
            .gives::<Done>(),
        get("/api/v1/artifacts/{artifact}/download", ActionId::AskDownload, download).says(
            "A personal link to the file (302): to be started within 5 minutes with the same token, resumed with Range",
        ),
    ]
}

/// It was done.
#[derive(Clone, Copy, Debug, Serialize, utoipa::ToSchema)]
struct Done {
    /// Always true; whatever was refused is a problem.
    done: bool,
}

const DONE: Json<Done> = Json(Done { done: true });

/// Why something is withdrawn.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Why {
    /// In words for customers
    why: String,
}

/// The number that a rehearsal showed.
#[derive(Clone, Copy, Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
struct Confirm {
    /// How many people will be written to
    confirm_notices: Option<u64>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Asked {
    product_line: String,
    cursor: Option<String>,
    limit: Option<i64>,
}

async fn list(
    State(app): State<App>,
    actor: Actor,
    Params(asked): Params<Asked>,
) -> Result<Json<Page<Summary>>, AppError> {
    let paging = Paging { cursor: asked.cursor, limit: asked.limit };
    let page = app.read(&actor, &ListReleases { line: asked.product_line, paging }).await?;
    Ok(Json(page.map(|listed| Summary::of(&listed.release, listed.may))))
}

async fn one(
    State(app): State<App>,
    actor: Actor,
    Path(release): Path<ReleaseKey>,
) -> Result<Json<ReleaseView>, AppError> {
    Ok(Json(ReleaseView::of(app.read(&actor, &ShowRelease(release)).await?)))
}

async fn draft(
    State(app): State<App>,
    actor: Actor,
    terms: Terms,
    Body(input): Body<Input>,
) -> Result<(StatusCode, Json<Drafted>), AppError> {
    Ok((StatusCode::CREATED, Json(app.run(actor, DraftRelease(input), terms).await?)))
}

async fn edit(
    State(app): State<App>,
    actor: Actor,
    terms: Terms,
    Path(release): Path<ReleaseKey>,
    Body(input): Body<Input>,
) -> Result<Json<Done>, AppError> {
    app.run(actor, EditRelease { release, input }, terms).await?;
    Ok(DONE)
}

async fn begin(
    State(app): State<App>,
    actor: Actor,
    terms: Terms,
    Path(release): Path<ReleaseKey>,
    Body(input): Body<upload::Input>,
) -> Result<(StatusCode, Json<Upload>), AppError> {
    let begin = BeginUpload { release, input, open_ended: false };
    Ok((StatusCode::CREATED, Json(app.run(actor, begin, terms).await?)))
}

async fn uploaded(
    State(app): State<App>,
    actor: Actor,
    Path(artifact): Path<ArtifactKey>,
) -> Result<Json<Upload>, AppError> {
    let release = app.read(&actor, &FindRelease(artifact.clone())).await?;
    Ok(Json(app.read(&actor, &ShowUpload { release, artifact }).await?))
}

#[derive(Deserialize)]
struct From {
    offset: u64,
}

async fn receive(
    State(app): State<App>,
    actor: Actor,
    Path(artifact): Path<ArtifactKey>,
    Params(from): Params<From>,
    bytes: Bytes,
) -> Result<Json<Upload>, AppError> {
    let release = app.read(&actor, &FindRelease(artifact.clone())).await?;
    let part = Part { release, artifact, at: from.offset, bytes, last: false };
    Ok(Json(take(&app, &actor, part).await?))
}

/// A part on its way.
pub(crate) struct Part {
    pub release: ReleaseKey,
    pub artifact: ArtifactKey,
    pub at: u64,
    pub bytes: Bytes,
    pub last: bool,
}

/// Stores a part and counts it. Whoever may not is refused before anything is stored, and what does not fit is not kept.
pub(crate) async fn take(app: &App, actor: &Actor, part: Part) -> Result<Upload, AppError> {
    let Part { release, artifact, at, bytes, last } = part;
    app.read(actor, &ShowUpload { release: release.clone(), artifact: artifact.clone() }).await?;
    let name = format!("uploads/{artifact}/{at}-{}", handle());
    let receive = ReceivePart { release, artifact, at, length: bytes.len() as u64, name: name.clone(), last };
    if receive.length > 0 {
        app.files()?.put(&name, bytes).await.map_err(|e| unavailable(&e))?;
    }
    let received = app.run(actor.clone(), receive, Terms::default()).await;
    if received.is_err() {
        app.files()?.remove(&[name]).await.map_err(|e| unavailable(&e))?;
    }
    app.wake();
    received
}

async fn publish(
    State(app): State<App>,
    actor: Actor,
    terms: Terms,
    Path(release): Path<ReleaseKey>,
) -> Result<Json<Done>, AppError> {
    app.run(actor, PublishRelease(release), terms).await?;
    Ok(DONE)
}

async fn withdraw(
    State(app): State<App>,
    actor: Actor,
    terms: Terms,
    Path(release): Path<ReleaseKey>,
    Body(Why { why }): Body<Why>,
) -> Result<Json<Done>, AppError> {
    app.run(actor, WithdrawRelease { release, why }, terms).await?;
    Ok(DONE)
}

async fn rehearse(
    State(app): State<App>,
    actor: Actor,
    Path(release): Path<ReleaseKey>,
    Params(paging): Params<Paging>,
) -> Result<Json<Rehearsal>, AppError> {
    Ok(Json(app.read(&actor, &Rehearse { release, cursor: paging.cursor }).await?))
}

async fn announce(
    State(app): State<App>,
    actor: Actor,
    terms: Terms,
    Path(release): Path<ReleaseKey>,
    Body(confirm): Body<Confirm>,
) -> Result<Json<Announced>, AppError> {
    let announce = AnnounceRelease::new(release, confirm.confirm_notices, app.profile());
    Ok(Json(app.run(actor, announce, terms).await?))
}

async fn remind(
    State(app): State<App>,
    actor: Actor,
    terms: Terms,
    Path(release): Path<ReleaseKey>,
    Body(confirm): Body<Confirm>,
) -> Result<Json<Announced>, AppError> {
    let remind = RemindRelease::new(release, confirm.confirm_notices, app.profile());
    Ok(Json(app.run(actor, remind, terms).await?))
}

async fn accept(
    State(app): State<App>,
    actor: Actor,
    terms: Terms,
    Path(release): Path<ReleaseKey>,
) -> Result<Json<Done>, AppError> {
    app.run(actor, AcceptLicence(release), terms).await?;
    Ok(DONE)
}

async fn download(
    State(app): State<App>,
    actor: Actor,
    headers: HeaderMap,
    Path(artifact): Path<ArtifactKey>,
) -> Result<Response, AppError> {
    let release = app.read(&actor, &FindRelease(artifact.clone())).await?;
    let bearer = bearer_of(&headers, &app).ok_or(AppError::Denied(Denied::Unknown))?;
    let (ask, secret) = AskDownload::new(release, artifact, bearer);
    app.run(actor, ask, Terms::default()).await?;
    let to = format!("/downloads/link/{}", secret.reveal());
    Ok((StatusCode::FOUND, [(header::LOCATION, to)]).into_response())
}
