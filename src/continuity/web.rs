//! The slice's pages.
use super::backup::NameBackupContact;
use super::check::{AnswerCheck, SeeCheck};
use super::unattended::{ListUnattended, SetVacantAfter};
use super::unattended_page::{UnattendedView, unattended_page};
use crate::app::App;
use crate::auth::secret;
use crate::contracts::assets::Paging;
use crate::error::AppError;
use crate::ids::ContractNumber;
use crate::notices::prefs_page::{answer_page, check_page};
use crate::operation::Terms;
use crate::policy::{ActionId, Actor};
use crate::users::roster_web;
use crate::web::extract::{Form, Params};
use crate::web::frame::{self, Browser};
use crate::web::layout::{Crumb, Frame, Place};
use crate::web::problem::Problem;
use crate::web::ui::Problem as Summary;
use crate::web::words::{encoded, serial_numbers};
use crate::web::{Route, get, post};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::Markup;

/// So many are one page.
const ROWS: i64 = 50;

pub(super) fn routes() -> Vec<Route> {
    vec![
        post("/contracts/{contract_number}/backup-contact", ActionId::NameBackupContact, backup),
        get("/vendor/unattended", ActionId::ListUnattended, unattended),
        post("/vendor/unattended", ActionId::SetVacantAfter, set_days),
        get("/still-coordinator/{token}", ActionId::SeeLink, check),
        post("/still-coordinator/{token}", ActionId::AnswerRoleCheck, still),
        post("/still-coordinator/{token}/no", ActionId::AnswerRoleCheck, not_any_more),
    ]
}

async fn backup(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Path(contract): Path<ContractNumber>,
    form: Form,
) -> Result<Response, AppError> {
    let email = form.get("email").to_owned();
    let named = (!form.has("clear")).then(|| email.clone());
    let name = NameBackupContact { contract: contract.clone(), email: named };
    match app.run(actor.clone(), name, form.terms()).await {
        Ok(()) => Ok(Redirect::to(&format!("/contracts/{}/people", encoded(&contract.0))).into_response()),
        Err(error @ AppError::Invalid { .. }) => {
            let problem = Problem::from(error);
            let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
            let typed = Some((email, frame::summary(&problem)));
            let page = roster_web::show_with(&app, &actor, &browser, contract, typed).await?;
            Ok((status, page).into_response())
        }
        Err(error) => Err(error),
    }
}

async fn unattended(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Params(paging): Params<Paging>,
) -> Result<Markup, AppError> {
    shown(&app, &actor, &browser, paging.cursor, None).await
}

async fn shown(
    app: &App,
    actor: &Actor,
    browser: &Browser,
    cursor: Option<String>,
    typed: Option<(String, Summary)>,
) -> Result<Markup, AppError> {
    let later = cursor.is_some();
    let found = app.read(actor, &ListUnattended { paging: Paging { cursor, limit: Some(ROWS) } }).await?;
    let (frame, me) = frame::signed_in(app, actor, browser).await?;
    let (days, problem) = typed.map_or_else(|| (found.days.to_string(), None), |(days, problem)| (days, Some(problem)));
    let error = problem.is_some();
    let (zone, csrf) = (me.zone(app.clock().zone()), frame.csrf.clone());
    let view = UnattendedView { found, days, problem, later, zone, csrf };
    let title = "Unattended contracts";
    let crumbs = vec![Crumb::to("Home", "/"), Crumb::here(title)];
    let frame = Frame { title: title.to_owned(), error, crumbs, place: Place::Unattended, ..frame };
    Ok(unattended_page(&frame, &view))
}

async fn set_days(State(app): State<App>, actor: Actor, browser: Browser, form: Form) -> Result<Response, AppError> {
    let days = form.get("days").to_owned();
    match app.run(actor.clone(), SetVacantAfter { days: days.parse().unwrap_or(0) }, form.terms()).await {
        Ok(()) => Ok(Redirect::to("/vendor/unattended").into_response()),
        Err(error @ AppError::Invalid { .. }) => {
            let problem = Problem::from(error);
            let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
            let typed = Some((days, frame::summary(&problem)));
            Ok((status, shown(&app, &actor, &browser, None, typed).await?).into_response())
        }
        Err(error) => Err(error),
    }
}

// --- the yearly question -----------------------------------------------------------------------------------------------

async fn framed(app: &App, browser: &Browser, title: &str) -> Frame {
    Frame { title: title.to_owned(), ..frame::outside(app, browser).await }
}

async fn over(app: &App, browser: &Browser) -> Response {
    let (title, words) = ("This link is no longer open", "It has ended, or was never given out. Nothing has changed.");
    (StatusCode::NOT_FOUND, answer_page(&framed(app, browser, title).await, title, words)).into_response()
}

async fn check(State(app): State<App>, browser: Browser, Path(token): Path<String>) -> Result<Response, AppError> {
    let see = SeeCheck { link: secret::hash(&token) };
    let Some(asked) = app.read(&Actor::anonymous(), &see).await? else { return Ok(over(&app, &browser).await) };
    let title = "Do you still coordinate these?";
    let frame = framed(&app, &browser, title).await;
    let words = format!(
        "You are Software Coordinator of {} at {}. Their release notices, downloads and shipments go to you.",
        serial_numbers(asked.assets),
        asked.company
    );
    Ok(check_page(&frame, title, &words, &format!("/still-coordinator/{token}")).into_response())
}

async fn answer(app: &App, browser: &Browser, token: &str, still: bool) -> Result<Response, AppError> {
    let answer = AnswerCheck::new(secret::hash(token), still, app.profile());
    match app.run(Actor::anonymous(), answer, Terms::default()).await {
        Ok(()) => app.wake(),
        Err(AppError::Denied(crate::policy::Denied::Hidden)) => return Ok(over(app, browser).await),
        Err(error) => return Err(error),
    }
    let (title, words) = match still {
        true => ("Thank you, all stays as it is", "You are asked again in a year."),
        false => (
            "The Contract Manager is told",
            "Until the serial numbers are handed over, their notices and shipments still come to you.",
        ),
    };
    Ok(answer_page(&framed(app, browser, title).await, title, words).into_response())
}

async fn still(
    State(app): State<App>,
    browser: Browser,
    Path(token): Path<String>,
    _form: Form,
) -> Result<Response, AppError> {
    answer(&app, &browser, &token, true).await
}

async fn not_any_more(
    State(app): State<App>,
    browser: Browser,
    Path(token): Path<String>,
    _form: Form,
) -> Result<Response, AppError> {
    answer(&app, &browser, &token, false).await
}
