//! The pages of downloads.
use super::download::{AcceptLicence, AskDownload};
use super::downloads_page::{DownloadsView, ReleasePage, downloads_page, release_page};
use super::list::{ListReleases, ROWS};
use super::show::ShowRelease;
use crate::app::App;
use crate::contracts::assets::Paging;
use crate::error::AppError;
use crate::ids::{ArtifactKey, ReleaseKey};
use crate::operation::Terms;
use crate::policy::{ActionId, Actor, Denied};
use crate::time::day_of;
use crate::web::extract::{Form, Params, bearer_of};
use crate::web::frame::{Browser, signed_in, summary};
use crate::web::layout::{Crumb, Frame, Place};
use crate::web::problem::Problem;
use crate::web::words::{encoded, link};
use crate::web::{Route, get, post};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::Markup;
use serde::Deserialize;

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/downloads", ActionId::ListReleases, list),
        get("/downloads/{release}", ActionId::SeeRelease, one),
        post("/downloads/{release}/licence-agreement", ActionId::AcceptLicence, accept),
        post("/downloads/{release}/files/{artifact}", ActionId::AskDownload, fetch),
    ]
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Asked {
    line: String,
    cursor: String,
}

async fn list(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Params(asked): Params<Asked>,
) -> Result<Markup, AppError> {
    let cursor = Some(asked.cursor).filter(|cursor| !cursor.is_empty());
    let query = ListReleases { line: asked.line.clone(), paging: Paging { cursor: cursor.clone(), limit: Some(ROWS) } };
    let found = app.read(&actor, &query).await?;
    let (frame, _) = signed_in(&app, &actor, &browser).await?;
    let at = |cursor: &str| link("/downloads", &[("line", &asked.line), ("cursor", cursor)]);
    let view = DownloadsView {
        rows: found.items,
        first: cursor.map(|_| at("")),
        next: found.next.as_deref().map(at),
        line: asked.line,
    };
    let crumbs = vec![Crumb::to("Home", "/"), Crumb::here("Downloads")];
    Ok(downloads_page(&Frame { title: "Downloads".to_owned(), crumbs, place: Place::Downloads, ..frame }, &view))
}

async fn one(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Path(release): Path<ReleaseKey>,
) -> Result<Response, AppError> {
    show(&app, &actor, &browser, release, None).await
}

async fn show(
    app: &App,
    actor: &Actor,
    browser: &Browser,
    release: ReleaseKey,
    refused: Option<Problem>,
) -> Result<Response, AppError> {
    let shown = app.read(actor, &ShowRelease(release)).await?;
    let (frame, me) = signed_in(app, actor, browser).await?;
    let name = shown.release.name();
    let crumbs = vec![Crumb::to("Downloads", "/downloads"), Crumb::here(&name)];
    let view = ReleasePage {
        accepted: shown.accepted_at.map(|at| day_of(at, app.clock().zone()).long()),
        key: app.vendor_key()?.public(),
        staff: me.person.staff_role.is_some(),
        problem: refused.as_ref().map(summary),
        csrf: frame.csrf.clone(),
        shown,
    };
    let frame = Frame { title: name, crumbs, place: Place::Downloads, error: refused.is_some(), ..frame };
    let status = refused.map_or(StatusCode::OK, |p| StatusCode::from_u16(p.status).unwrap_or(StatusCode::CONFLICT));
    Ok((status, release_page(&frame, &view)).into_response())
}

async fn accept(
    State(app): State<App>,
    actor: Actor,
    Path(release): Path<ReleaseKey>,
    form: Form,
) -> Result<Redirect, AppError> {
    app.run(actor, AcceptLicence(release.clone()), form.terms()).await?;
    Ok(Redirect::to(&format!("/downloads/{}", encoded(&release.0))))
}

/// A form's answer is a redirect to the personal link, which the browser saves without leaving the page.
async fn fetch(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Path((release, artifact)): Path<(ReleaseKey, ArtifactKey)>,
    _form: Form,
) -> Result<Response, AppError> {
    let bearer = bearer_of(&browser.headers, &app).ok_or(AppError::Denied(Denied::Unknown))?;
    let (ask, secret) = AskDownload::new(release.clone(), artifact, bearer);
    match app.run(actor.clone(), ask, Terms::default()).await {
        Ok(()) => Ok(Redirect::to(&format!("/downloads/link/{}", secret.reveal())).into_response()),
        // Of what changed since the page was opened the page itself says why.
        Err(error @ (AppError::Refused(_) | AppError::Denied(Denied::Forbidden { .. }))) => {
            show(&app, &actor, &browser, release, Some(Problem::from(error))).await
        }
        Err(error) => Err(error),
    }
}
