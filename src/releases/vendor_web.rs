//! The vendor's pages of releases.
use super::announce::{AnnounceRelease, RemindRelease};
use super::catalogue_pages::{CataloguePage, CatalogueView, FormView, catalogue_page, new_page, one_page};
use super::draft::{DraftRelease, EditRelease, Input};
use super::list::{ListCatalogue, ROWS};
use super::publish::{PublishRelease, WithdrawRelease};
use super::rules::Kind;
use super::show::{ShowDraft, Shown};
use crate::app::App;
use crate::contracts::assets::Paging;
use crate::error::AppError;
use crate::ids::ReleaseKey;
use crate::policy::{ActionId, Actor};
use crate::time::day_of;
use crate::web::extract::{Form, Params};
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
        get("/vendor/releases", ActionId::SeeCatalogue, list),
        get("/vendor/releases/new", ActionId::DraftRelease, new),
        post("/vendor/releases/new", ActionId::DraftRelease, draft),
        get("/vendor/releases/{release}", ActionId::SeeDraft, one),
        post("/vendor/releases/{release}", ActionId::EditRelease, edit),
        post("/vendor/releases/{release}/publish", ActionId::PublishRelease, publish),
        post("/vendor/releases/{release}/withdraw", ActionId::WithdrawRelease, withdraw),
        post("/vendor/releases/{release}/announce", ActionId::AnnounceRelease, announce),
        post("/vendor/releases/{release}/remind", ActionId::RemindRelease, remind),
    ]
}

pub(super) fn framed(frame: Frame, title: &str, error: bool) -> Frame {
    let home = Crumb::to("Releases", "/vendor/releases");
    let crumbs = if title == "Releases" {
        vec![Crumb::to("Home", "/"), Crumb::here(title)]
    } else {
        vec![home, Crumb::here(title)]
    };
    Frame { title: title.to_owned(), error, crumbs, place: Place::Catalogue, ..frame }
}

pub(super) fn status(refused: Option<&Problem>) -> StatusCode {
    refused.map_or(StatusCode::OK, |p| StatusCode::from_u16(p.status).unwrap_or(StatusCode::CONFLICT))
}

/// Where a release's page is.
pub(super) fn at(release: &ReleaseKey) -> String {
    format!("/vendor/releases/{}", encoded(&release.0))
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Asked {
    cursor: String,
}

async fn list(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Params(asked): Params<Asked>,
) -> Result<Markup, AppError> {
    let cursor = Some(asked.cursor).filter(|cursor| !cursor.is_empty());
    let query = ListCatalogue { paging: Paging { cursor: cursor.clone(), limit: Some(ROWS) } };
    let found = app.read(&actor, &query).await?;
    let (frame, _) = signed_in(&app, &actor, &browser).await?;
    let to = |cursor: &str| link("/vendor/releases", &[("cursor", cursor)]);
    let (first, next) = (cursor.map(|_| to("")), found.next.as_deref().map(to));
    let view = CatalogueView { found, may_edit: frame.nav.edits_catalogue, first, next };
    Ok(catalogue_page(&framed(frame, "Releases", false), &view))
}

/// Its form is for whoever may enter one.
async fn new(State(app): State<App>, actor: Actor, browser: Browser) -> Result<Response, AppError> {
    let released_on = app.clock().moment().today.to_string();
    form_of_new(&app, &actor, &browser, Input { released_on, ..Input::default() }, None).await
}

async fn form_of_new(
    app: &App,
    actor: &Actor,
    browser: &Browser,
    input: Input,
    refused: Option<Problem>,
) -> Result<Response, AppError> {
    let lines = app.read(actor, &super::list::ListLines).await?;
    let (frame, _) = signed_in(app, actor, browser).await?;
    let (problem, csrf) = (refused.as_ref().map(summary), frame.csrf.clone());
    let action = "/vendor/releases/new".to_owned();
    let view = FormView { input, lines, action, button: "Save draft", published: false, problem, csrf };
    let frame = framed(frame, "New release", refused.is_some());
    Ok((status(refused.as_ref()), new_page(&frame, &view)).into_response())
}

fn input(form: &Form) -> Input {
    let text = |name: &str| form.get(name).to_owned();
    Input {
        product_line: text("product_line"),
        kind: Kind::of(form.get("kind")),
        version: text("version"),
        extends: text("extends"),
        released_on: text("released_on"),
        notes: text("notes"),
        licence_agreement: text("licence_agreement"),
        media: form.given("media").is_some(),
    }
}

async fn draft(State(app): State<App>, actor: Actor, browser: Browser, form: Form) -> Result<Response, AppError> {
    let input = input(&form);
    match app.run(actor.clone(), DraftRelease(input.clone()), form.terms()).await {
        Ok(drafted) => Ok(Redirect::to(&at(&ReleaseKey(drafted.release))).into_response()),
        Err(error @ (AppError::Refused(_) | AppError::Invalid { .. })) => {
            form_of_new(&app, &actor, &browser, input, Some(Problem::from(error))).await
        }
        Err(error) => Err(error),
    }
}

async fn one(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Path(release): Path<ReleaseKey>,
) -> Result<Response, AppError> {
    show(&app, &actor, &browser, release, None, None).await
}

/// What stands in the form as it is.
fn present(shown: &Shown) -> Input {
    let release = &shown.release;
    Input {
        product_line: release.line.clone(),
        kind: release.kind(),
        version: release.version_name.clone(),
        extends: release.base.clone(),
        released_on: release.released_on.clone(),
        notes: release.notes.clone(),
        licence_agreement: release.licence.clone(),
        media: release.media,
    }
}

pub(super) async fn show(
    app: &App,
    actor: &Actor,
    browser: &Browser,
    release: ReleaseKey,
    entered: Option<Input>,
    refused: Option<Problem>,
) -> Result<Response, AppError> {
    let shown = app.read(actor, &ShowDraft(release.clone())).await?;
    let (frame, _) = signed_in(app, actor, browser).await?;
    // Whoever only reads has no form.
    let lines = match frame.nav.edits_catalogue {
        true => app.read(actor, &super::list::ListLines).await?,
        false => Vec::new(),
    };
    let input = entered.unwrap_or_else(|| present(&shown));
    let (problem, csrf) = (refused.as_ref().map(summary), frame.csrf.clone());
    let published = shown.release.state != "draft";
    let form = FormView { input, lines, action: at(&release), button: "Save", published, problem, csrf: csrf.clone() };
    let announced = shown.announced_at.map(|at| day_of(at, app.clock().zone()).long());
    let name = shown.release.name();
    let view = CataloguePage { shown, form, may_edit: frame.nav.edits_catalogue, announced, csrf };
    Ok((status(refused.as_ref()), one_page(&framed(frame, &name, refused.is_some()), &view)).into_response())
}

/// After something was done to a release: its page, with why not where it was refused.
pub(super) async fn done(
    app: &App,
    actor: &Actor,
    browser: &Browser,
    release: ReleaseKey,
    outcome: Result<(), AppError>,
) -> Result<Response, AppError> {
    match outcome {
        Ok(()) => Ok(Redirect::to(&at(&release)).into_response()),
        Err(error @ (AppError::Refused(_) | AppError::Invalid { .. })) => {
            show(app, actor, browser, release, None, Some(Problem::from(error))).await
        }
        Err(error) => Err(error),
    }
}

async fn edit(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Path(release): Path<ReleaseKey>,
    form: Form,
) -> Result<Response, AppError> {
    let entered = input(&form);
    let edit = EditRelease { release: release.clone(), input: entered.clone() };
    match app.run(actor.clone(), edit, form.terms()).await {
        Ok(()) => Ok(Redirect::to(&at(&release)).into_response()),
        Err(error @ (AppError::Refused(_) | AppError::Invalid { .. })) => {
            show(&app, &actor, &browser, release, Some(entered), Some(Problem::from(error))).await
        }
        Err(error) => Err(error),
    }
}

async fn publish(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Path(release): Path<ReleaseKey>,
    form: Form,
) -> Result<Response, AppError> {
    let outcome = app.run(actor.clone(), PublishRelease(release.clone()), form.terms()).await;
    done(&app, &actor, &browser, release, outcome).await
}

async fn withdraw(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Path(release): Path<ReleaseKey>,
    form: Form,
) -> Result<Response, AppError> {
    let withdraw = WithdrawRelease { release: release.clone(), why: form.get("why").to_owned() };
    let outcome = app.run(actor.clone(), withdraw, form.terms()).await;
    done(&app, &actor, &browser, release, outcome).await
}

fn confirmed(form: &Form) -> Option<u64> {
    form.given("confirm_notices").and_then(|n| n.parse().ok())
}

async fn announce(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Path(release): Path<ReleaseKey>,
    form: Form,
) -> Result<Response, AppError> {
    let announce = AnnounceRelease::new(release.clone(), confirmed(&form), app.profile());
    match app.run(actor.clone(), announce, form.terms()).await {
        Ok(_) => Ok(Redirect::to(&format!("{}/report", at(&release))).into_response()),
        Err(error @ (AppError::Refused(_) | AppError::Invalid { .. })) => {
            super::rehearsal_web::show(&app, &actor, &browser, release, "", Some(Problem::from(error))).await
        }
        Err(error) => Err(error),
    }
}

async fn remind(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Path(release): Path<ReleaseKey>,
    form: Form,
) -> Result<Response, AppError> {
    let remind = RemindRelease::new(release.clone(), confirmed(&form), app.profile());
    match app.run(actor.clone(), remind, form.terms()).await {
        Ok(_) => Ok(Redirect::to(&format!("{}/report", at(&release))).into_response()),
        Err(error @ (AppError::Refused(_) | AppError::Invalid { .. })) => {
            let asked = super::rehearsal_web::Asked::default();
            super::rehearsal_web::report_of(&app, &actor, &browser, release, asked, Some(Problem::from(error))).await
        }
        Err(error) => Err(error),
    }
}
