//! The pages of how one is told, and of the links in mails that change it.
use super::absence::SetAbsence;
use super::addresses::{AddAddress, ConfirmAddress, RemoveAddress, SeeAddressLink};
use super::preferences::{Absence, SetPreferences, ShowPreferences};
use super::prefs_page::{PreferencesView, Question, answer_page, preferences_page, question_page};
use super::rules::{CATEGORIES, category};
use super::stop::{SeeStop, StopCategory};
use crate::app::App;
use crate::auth::secret;
use crate::error::AppError;
use crate::operation::Terms;
use crate::policy::{ActionId, Actor};
use crate::web::extract::{Form, Params};
use crate::web::frame::{self, Browser};
use crate::web::layout::{Crumb, Frame, Place};
use crate::web::problem::Problem;
use crate::web::ui::{Flash, Problem as Summary};
use crate::web::{Route, get, post};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::Markup;
use serde::Deserialize;

const PAGE: &str = "/account/notifications";

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/account/notifications", ActionId::SeeSelf, preferences),
        post("/account/notifications", ActionId::SetPreferences, save),
        post("/account/notifications/absence", ActionId::SetAbsence, away),
        post("/account/notifications/addresses", ActionId::AddNoticeAddress, add),
        post("/account/notifications/addresses/remove", ActionId::RemoveNoticeAddress, remove),
        get("/notice-address/{token}", ActionId::SeeLink, address),
        post("/notice-address/{token}", ActionId::ConfirmNoticeAddress, confirm),
        get("/unsubscribe/{token}", ActionId::SeeLink, unsubscribe),
        post("/unsubscribe/{token}", ActionId::StopCategory, stop),
    ]
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Asked {
    done: String,
}

/// What was typed, and why it was refused.
#[derive(Default)]
struct Typed {
    away: Option<Absence>,
    email: String,
    problem: Option<Summary>,
}

async fn preferences(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Params(asked): Params<Asked>,
) -> Result<Markup, AppError> {
    let text = match asked.done.as_str() {
        "saved" => "Your choice is saved.",
        "away" => "Your notices are copied in that time.",
        "back" => "Nobody gets copies any more.",
        "asked" => "A mail with a link went to that address. Notices go there when it is confirmed.",
        "removed" => "The address is removed.",
        _ => "",
    };
    let flash = (!text.is_empty()).then(|| Flash { text: text.to_owned(), close: PAGE.to_owned(), ..Flash::default() });
    shown(&app, &actor, &browser, flash, Typed::default()).await
}

async fn shown(
    app: &App,
    actor: &Actor,
    browser: &Browser,
    flash: Option<Flash>,
    typed: Typed,
) -> Result<Markup, AppError> {
    let stored = app.read(actor, &ShowPreferences).await?;
    let (frame, _) = frame::signed_in(app, actor, browser).await?;
    let away = typed.away.or_else(|| stored.absence.clone()).unwrap_or_default();
    let error = typed.problem.is_some();
    let view = PreferencesView { stored, away, email: typed.email, problem: typed.problem, csrf: frame.csrf.clone() };
    let crumbs = vec![Crumb::to("Home", "/"), Crumb::to("Account", "/account"), Crumb::here("Notifications")];
    let frame = Frame { title: "Notifications".to_owned(), error, crumbs, place: Place::Account, flash, ..frame };
    Ok(preferences_page(&frame, &view))
}

/// Done, or the page again with what was typed and why not.
async fn answered(
    app: &App,
    actor: &Actor,
    browser: &Browser,
    result: Result<&str, AppError>,
    typed: Typed,
) -> Result<Response, AppError> {
    match result {
        Ok(done) => {
            app.wake();
            Ok(Redirect::to(&format!("{PAGE}?done={done}")).into_response())
        }
        Err(error @ (AppError::Refused(_) | AppError::Invalid { .. })) => {
            let problem = Problem::from(error);
            let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
            let typed = Typed { problem: Some(frame::summary(&problem)), ..typed };
            Ok((status, shown(app, actor, browser, None, typed).await?).into_response())
        }
        Err(error) => Err(error),
    }
}

async fn save(State(app): State<App>, actor: Actor, browser: Browser, form: Form) -> Result<Response, AppError> {
    let how = |name: &str| form.given(name).map(|how| (name.to_owned(), how.to_owned()));
    let set = SetPreferences { how: CATEGORIES.iter().filter_map(|category| how(category.name)).collect() };
    let result = app.run(actor.clone(), set, form.terms()).await.map(|()| "saved");
    answered(&app, &actor, &browser, result, Typed::default()).await
}

async fn away(State(app): State<App>, actor: Actor, browser: Browser, form: Form) -> Result<Response, AppError> {
    let text = |name: &str| form.get(name).to_owned();
    let absence = Absence { email: text("colleague"), from_on: text("from"), until_on: text("until") };
    let ends = form.given("end").is_some();
    let set = SetAbsence { absence: (!ends).then(|| absence.clone()) };
    let done = if ends { "back" } else { "away" };
    let result = app.run(actor.clone(), set, form.terms()).await.map(|()| done);
    answered(&app, &actor, &browser, result, Typed { away: Some(absence), ..Typed::default() }).await
}

async fn add(State(app): State<App>, actor: Actor, browser: Browser, form: Form) -> Result<Response, AppError> {
    let email = form.get("email").to_owned();
    let add = AddAddress::new(email.clone(), app.profile());
    let result = app.run(actor.clone(), add, form.terms()).await.map(|()| "asked");
    answered(&app, &actor, &browser, result, Typed { email, ..Typed::default() }).await
}

async fn remove(State(app): State<App>, actor: Actor, form: Form) -> Result<Redirect, AppError> {
    app.run(actor, RemoveAddress { handle: form.get("address").to_owned() }, form.terms()).await?;
    Ok(Redirect::to(&format!("{PAGE}?done=removed")))
}

// --- links in mails ----------------------------------------------------------------------------------------------------

async fn framed(app: &App, browser: &Browser, title: &str) -> Frame {
    Frame { title: title.to_owned(), ..frame::outside(app, browser).await }
}

async fn over(app: &App, browser: &Browser) -> Response {
    let title = "This link is no longer open";
    let words = "It was used already, has ended, or was never given out. Nothing has changed.";
    (StatusCode::NOT_FOUND, answer_page(&framed(app, browser, title).await, title, words)).into_response()
}

async fn address(State(app): State<App>, browser: Browser, Path(token): Path<String>) -> Result<Response, AppError> {
    let see = SeeAddressLink { link: secret::hash(&token) };
    let Some(email) = app.read(&Actor::anonymous(), &see).await? else { return Ok(over(&app, &browser).await) };
    let title = "Send notices to this address?";
    let frame = framed(&app, &browser, title).await;
    let question = Question {
        title: title.to_owned(),
        words: format!("Notices then go to {email}, too. Nobody signs in with it."),
        button: "Confirm the address",
        action: format!("/notice-address/{token}"),
        csrf: frame.csrf.clone(),
    };
    Ok(question_page(&frame, &question).into_response())
}

async fn confirm(
    State(app): State<App>,
    browser: Browser,
    Path(token): Path<String>,
    _form: Form,
) -> Result<Response, AppError> {
    app.run(Actor::anonymous(), ConfirmAddress { link: secret::hash(&token) }, Terms::default()).await?;
    let title = "The address is confirmed";
    let frame = framed(&app, &browser, title).await;
    Ok(answer_page(&frame, title, "Notices go there, too, from now on.").into_response())
}

fn named(name: &str) -> &'static str {
    category(name).map_or("The daily mail", |category| category.words)
}

async fn unsubscribe(
    State(app): State<App>,
    browser: Browser,
    Path(token): Path<String>,
) -> Result<Response, AppError> {
    let see = SeeStop { link: secret::hash(&token) };
    let Some(name) = app.read(&Actor::anonymous(), &see).await? else { return Ok(over(&app, &browser).await) };
    let title = "Stop these e-mails?";
    let frame = framed(&app, &browser, title).await;
    let question = Question {
        title: title.to_owned(),
        words: format!("“{}”: you no longer get this by e-mail. Everything else stays.", named(&name)),
        button: "Stop these e-mails",
        action: format!("/unsubscribe/{token}"),
        csrf: frame.csrf.clone(),
    };
    Ok(question_page(&frame, &question).into_response())
}

/// Sent by a button, or by a mail program with one click (RFC 8058): without a session and without a form token. The secret of the
/// address is what allows it.
async fn stop(State(app): State<App>, browser: Browser, Path(token): Path<String>) -> Result<Response, AppError> {
    let stop = StopCategory { link: secret::hash(&token) };
    let name = match app.run(Actor::anonymous(), stop, Terms::default()).await {
        Ok(name) => name,
        Err(AppError::Denied(crate::policy::Denied::Hidden)) => return Ok(over(&app, &browser).await),
        Err(error) => return Err(error),
    };
    let title = "You no longer get these e-mails";
    let words = format!("“{}” is switched off. You can switch it on again at any time.", named(&name));
    Ok(answer_page(&framed(&app, &browser, title).await, title, &words).into_response())
}
