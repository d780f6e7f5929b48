//! A file that a form brings, as it comes: part by part into the store, however large it is.
use super::api::{Part, take};
use super::upload::{self, BeginUpload, MayUpload, RemoveArtifact, Upload};
use super::vendor_web::done;
use crate::app::App;
use crate::error::AppError;
use crate::files::PART;
use crate::ids::{ArtifactKey, ReleaseKey};
use crate::operation::Terms;
use crate::policy::{ActionId, Actor};
use crate::releases::check_artifact::unavailable;
use crate::web::extract::{Form, checked_token};
use crate::web::frame::Browser;
use crate::web::{Route, post};
use axum::extract::multipart::Field;
use axum::extract::{FromRequest, Multipart, Path, Request, State};
use axum::response::Response;
use bytes::{Bytes, BytesMut};

pub(super) fn routes() -> Vec<Route> {
    vec![
        post("/vendor/releases/{release}/artifacts", ActionId::UploadArtifact, upload).unlimited(),
        post("/vendor/releases/{release}/artifacts/{artifact}/remove", ActionId::RemoveArtifact, remove),
    ]
}

fn broken(error: &dyn std::fmt::Display) -> AppError {
    AppError::invalid("file", format!("the file could not be read: {error}"))
}

async fn upload(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Path(release): Path<ReleaseKey>,
    request: Request,
) -> Result<Response, AppError> {
    app.read(&actor, &MayUpload(release.clone())).await?;
    let outcome = match Multipart::from_request(request, &app).await {
        Ok(parts) => received(&app, &actor, &browser, &release, parts).await.map(|_| ()),
        Err(error) => Err(broken(&error)),
    };
    done(&app, &actor, &browser, release, outcome).await
}

/// The fields come before the file, in the order of the form: who is no page of ours is refused before a byte is stored.
async fn received(
    app: &App,
    actor: &Actor,
    browser: &Browser,
    release: &ReleaseKey,
    mut parts: Multipart,
) -> Result<Upload, AppError> {
    let mut input = upload::Input::default();
    let mut token = String::new();
    while let Some(field) = parts.next_field().await.map_err(|e| broken(&e))? {
        let name = field.name().unwrap_or_default().to_owned();
        if name == "file" {
            checked_token(&token, &browser.headers, app)?;
            input.file_name = field.file_name().unwrap_or_default().to_owned();
            return stored(app, actor, release, input, field).await;
        }
        let text = field.text().await.map_err(|e| broken(&e))?;
        match name.as_str() {
            "csrf" => token = text,
            "platform" => input.platform = text,
            "language" => input.language = text,
            _ => {}
        }
    }
    Err(AppError::invalid("file", "choose a file"))
}

async fn stored(
    app: &App,
    actor: &Actor,
    release: &ReleaseKey,
    input: upload::Input,
    mut field: Field<'_>,
) -> Result<Upload, AppError> {
    if input.file_name.is_empty() {
        return Err(AppError::invalid("file", "choose a file"));
    }
    let begin = BeginUpload { release: release.clone(), input, open_ended: true };
    let begun = app.run(actor.clone(), begin, Terms::default()).await?;
    let artifact = ArtifactKey(begun.artifact);
    let part = |at: u64, bytes: Bytes, last: bool| {
        take(app, actor, Part { release: release.clone(), artifact: artifact.clone(), at, bytes, last })
    };
    let (mut waiting, mut at) = (BytesMut::with_capacity(PART), 0_u64);
    let outcome = loop {
        match field.chunk().await {
            Ok(Some(chunk)) => waiting.extend_from_slice(&chunk),
            Ok(None) => break part(at, waiting.split().freeze(), true).await,
            Err(error) => break Err(broken(&error)),
        }
        while waiting.len() >= PART {
            let full = waiting.split_to(PART).freeze();
            if let Err(error) = part(at, full, false).await {
                return undone(app, actor, release, artifact, error).await;
            }
            at += PART as u64;
        }
    };
    match outcome {
        Ok(upload) => Ok(upload),
        Err(error) => undone(app, actor, release, artifact, error).await,
    }
}

/// A form cannot go on with a file that was cut off: nothing of it stays.
async fn undone(
    app: &App,
    actor: &Actor,
    release: &ReleaseKey,
    artifact: ArtifactKey,
    error: AppError,
) -> Result<Upload, AppError> {
    forget(app, actor, release.clone(), artifact).await?;
    Err(error)
}

async fn forget(app: &App, actor: &Actor, release: ReleaseKey, artifact: ArtifactKey) -> Result<(), AppError> {
    let removed = app.run(actor.clone(), RemoveArtifact { release, artifact }, Terms::default()).await?;
    app.files()?.remove(&removed.0).await.map_err(|e| unavailable(&e))
}

async fn remove(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Path((release, artifact)): Path<(ReleaseKey, ArtifactKey)>,
    _form: Form,
) -> Result<Response, AppError> {
    let outcome = forget(&app, &actor, release.clone(), artifact).await;
    done(&app, &actor, &browser, release, outcome).await
}
