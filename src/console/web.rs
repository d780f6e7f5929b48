//! Pages of the vendor's staff about people: looking as somebody, duplicates, merging.
use super::companies_page::{CompaniesView, companies_page};
use super::duplicates::ListDuplicates;
use super::merge::{MergePeople, PreviewMerge};
use super::merge_companies::{MergeCompanies, PreviewCompanies};
use super::pages::{DuplicatesView, MergeView, ViewAsView, duplicates_page, merge_page, view_as_page};
use super::view_as::{SeeViewed, StartViewing, StopViewing};
use crate::app::App;
use crate::auth::secret::{self, handle};
use crate::change_sets::message::{Just, ShowMessage};
use crate::error::AppError;
use crate::ids::{AccountNumber, PersonKey};
use crate::operation::Terms;
use crate::policy::{ActionId, Actor};
use crate::web::extract::{Form, Params, session_secret};
use crate::web::frame::{self, Browser, signed_in};
use crate::web::layout::{Crumb, Frame, Place};
use crate::web::problem::Problem;
use crate::web::ui::Problem as Summary;
use crate::web::{Route, get, post};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::Markup;
use serde::Deserialize;

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/vendor/view-as/{person}", ActionId::SeeViewed, view_as),
        post("/vendor/view-as/{person}", ActionId::StartViewing, start),
        post("/vendor/stop-viewing", ActionId::StopViewing, stop),
        get("/vendor/people/{handle}", ActionId::SeeFrontDoor, person),
        get("/vendor/duplicates", ActionId::ListDuplicates, duplicates),
        get("/vendor/merge", ActionId::ListDuplicates, preview),
        post("/vendor/people/{handle}/merge", ActionId::MergePeople, merge),
        get("/vendor/merge-companies", ActionId::ListDuplicates, preview_companies),
        post("/vendor/companies/{account_number}/merge", ActionId::MergeCompanies, merge_companies),
    ]
}

pub(super) fn framed(frame: Frame, title: &str, error: bool) -> Frame {
    let crumbs = vec![Crumb::to("Home", "/"), Crumb::here(title)];
    let place = if matches!(title, "Duplicates" | "Merge") { Place::Duplicates } else { Place::Elsewhere };
    Frame { title: title.to_owned(), error, crumbs, place, ..frame }
}

/// The same page as everybody's, with the buttons of staff.
async fn person(Path(handle): Path<String>) -> Redirect {
    Redirect::to(&format!("/people/{}", crate::web::words::encoded(&handle)))
}

async fn view_as(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Path(person): Path<PersonKey>,
) -> Result<Markup, AppError> {
    view_as_with(&app, &actor, &browser, person, "", None).await
}

async fn view_as_with(
    app: &App,
    actor: &Actor,
    browser: &Browser,
    person: PersonKey,
    why: &str,
    problem: Option<Summary>,
) -> Result<Markup, AppError> {
    let viewed = app.read(actor, &SeeViewed { person }).await?;
    let (frame, _) = signed_in(app, actor, browser).await?;
    let (name, why) = (viewed.name(), why.to_owned());
    let view = ViewAsView { handle: viewed.handle, name, email: viewed.email, why, problem, csrf: frame.csrf.clone() };
    let error = view.problem.is_some();
    Ok(view_as_page(&framed(frame, "View as", error), &view))
}

async fn start(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Path(person): Path<PersonKey>,
    form: Form,
) -> Result<Response, AppError> {
    let session = session_secret(&browser.headers, &app).map(|secret| secret::hash(&secret)).unwrap_or_default();
    let why = form.get("why").to_owned();
    let start = StartViewing { person: person.clone(), session, why: why.clone() };
    match app.run(actor.clone(), start, Terms::default()).await {
        Ok(()) => Ok(Redirect::to("/").into_response()),
        Err(error @ (AppError::Refused(_) | AppError::Invalid { .. })) => {
            let problem = Problem::from(error);
            let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::CONFLICT);
            let summary = Some(frame::summary(&problem));
            Ok((status, view_as_with(&app, &actor, &browser, person, &why, summary).await?).into_response())
        }
        Err(error) => Err(error),
    }
}

async fn stop(State(app): State<App>, actor: Actor, browser: Browser, _form: Form) -> Result<Redirect, AppError> {
    let session = session_secret(&browser.headers, &app).map(|secret| secret::hash(&secret)).unwrap_or_default();
    app.run(actor, StopViewing { session }, Terms::default()).await?;
    Ok(Redirect::to("/"))
}

async fn duplicates(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Params(just): Params<Just>,
) -> Result<Markup, AppError> {
    let found = app.read(&actor, &ListDuplicates).await?;
    let (frame, _) = signed_in(&app, &actor, &browser).await?;
    let flash = app.read(&actor, &ShowMessage { just, close: "/vendor/duplicates".to_owned() }).await?;
    let frame = Frame { flash, ..frame };
    Ok(duplicates_page(&framed(frame, "Duplicates", false), &DuplicatesView { found }))
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Asked {
    gone: String,
    kept: String,
}

async fn preview(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Params(asked): Params<Asked>,
) -> Result<Markup, AppError> {
    preview_with(&app, &actor, &browser, &asked, None).await
}

async fn preview_with(
    app: &App,
    actor: &Actor,
    browser: &Browser,
    asked: &Asked,
    problem: Option<Summary>,
) -> Result<Markup, AppError> {
    let (gone, kept) = (PersonKey::from(asked.gone.as_str()), PersonKey::from(asked.kept.as_str()));
    let found = app.read(actor, &PreviewMerge { gone, kept }).await?;
    let (frame, _) = signed_in(app, actor, browser).await?;
    let error = problem.is_some();
    let view = MergeView { found, problem, idempotency_key: handle(), csrf: frame.csrf.clone() };
    Ok(merge_page(&framed(frame, "Merge", error), &view))
}

async fn merge(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Path(gone): Path<PersonKey>,
    form: Form,
) -> Result<Response, AppError> {
    let kept = PersonKey::from(form.get("kept"));
    match app.run(actor.clone(), MergePeople { gone: gone.clone(), kept: kept.clone() }, form.terms()).await {
        Ok(merged) => Ok(Redirect::to(&format!("/people/{}?done={}", merged.kept, merged.change_set)).into_response()),
        Err(error @ AppError::Refused(_)) => {
            let summary = Some(frame::summary(&Problem::from(error)));
            let asked = Asked { gone: gone.into(), kept: kept.into() };
            Ok((StatusCode::CONFLICT, preview_with(&app, &actor, &browser, &asked, summary).await?).into_response())
        }
        Err(error) => Err(error),
    }
}

async fn preview_companies(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Params(asked): Params<Asked>,
) -> Result<Markup, AppError> {
    companies_with(&app, &actor, &browser, &asked, None).await
}

async fn companies_with(
    app: &App,
    actor: &Actor,
    browser: &Browser,
    asked: &Asked,
    problem: Option<Summary>,
) -> Result<Markup, AppError> {
    let (gone, kept) = (AccountNumber(asked.gone.clone()), AccountNumber(asked.kept.clone()));
    let found = app.read(actor, &PreviewCompanies { gone, kept }).await?;
    let (frame, _) = signed_in(app, actor, browser).await?;
    let error = problem.is_some();
    let view = CompaniesView { found, problem, idempotency_key: handle(), csrf: frame.csrf.clone() };
    Ok(companies_page(&framed(frame, "Merge companies", error), &view))
}

async fn merge_companies(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Path(gone): Path<AccountNumber>,
    form: Form,
) -> Result<Response, AppError> {
    let kept = AccountNumber(form.get("kept").to_owned());
    match app.run(actor.clone(), MergeCompanies { gone: gone.clone(), kept: kept.clone() }, form.terms()).await {
        Ok(merged) => Ok(Redirect::to(&format!("/vendor/duplicates?done={}", merged.change_set)).into_response()),
        Err(error @ AppError::Refused(_)) => {
            let summary = Some(frame::summary(&Problem::from(error)));
            let asked = Asked { gone: gone.0, kept: kept.0 };
            Ok((StatusCode::CONFLICT, companies_with(&app, &actor, &browser, &asked, summary).await?).into_response())
        }
        Err(error) => Err(error),
    }
}
