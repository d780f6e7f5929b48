//! `/forgot` and `/reset/{token}`.
use super::asked_mail::Wanted;
use super::cookie_web::{device, onward, passed};
use super::password_pages::{ForgotView, ResetView, forgot_page, reset_page};
use super::reset::ResetPassword;
use super::secret::{self, Secret};
use super::sign_in::{LinkFor, SeeLink};
use super::web::ask_for_mail;
use super::{hashing, password_rules};
use crate::app::App;
use crate::error::AppError;
use crate::operation::Terms;
use crate::policy::{ActionId, Actor};
use crate::text::is_address;
use crate::web::client::Client;
use crate::web::extract::{Form, Params};
use crate::web::frame::{Browser, outside};
use crate::web::layout::Frame;
use crate::web::ui::{Fault, Problem};
use crate::web::words::link;
use crate::web::{Route, get, post};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::Markup;
use serde::Deserialize;

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/forgot", ActionId::SeeFrontDoor, show),
        post("/forgot", ActionId::RequestLink, ask),
        get("/reset/{token}", ActionId::SeeLink, opened),
        post("/reset/{token}", ActionId::ResetPassword, save),
    ]
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Asked {
    sent: String,
}

async fn forgot(app: &App, browser: &Browser, view: ForgotView) -> Markup {
    let title = if view.sent { "Look into your mail" } else { "Set a new password" };
    let frame = Frame { title: title.to_owned(), error: view.problem.is_some(), ..outside(app, browser).await };
    let (csrf, demo) = (frame.csrf.clone(), app.profile().demo);
    forgot_page(&frame, &ForgotView { csrf, demo, ..view })
}

async fn show(State(app): State<App>, browser: Browser, Params(asked): Params<Asked>) -> Markup {
    let sent = !asked.sent.is_empty();
    forgot(&app, &browser, ForgotView { email: asked.sent, sent, ..ForgotView::default() }).await
}

async fn ask(State(app): State<App>, browser: Browser, client: Client, form: Form) -> Result<Response, AppError> {
    let email = form.get("email").to_owned();
    if !is_address(&email) {
        let text = "Enter the full e-mail address, for example name@company.com".to_owned();
        let problem = Some(Problem::with(vec![Fault { field: "email", text }]));
        let page = forgot(&app, &browser, ForgotView { email, problem, ..ForgotView::default() }).await;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    if let Some(elsewhere) = crate::oidc::web::elsewhere(&app, &email, "/").await? {
        return Ok(elsewhere);
    }
    ask_for_mail(&app, &client, &email, Wanted::Reset).await?;
    Ok(Redirect::to(&link("/forgot", &[("sent", &email)])).into_response())
}

async fn find(app: &App, token: &str) -> Result<Option<LinkFor>, AppError> {
    app.read(&Actor::anonymous(), &SeeLink { token: token.to_owned(), purpose: "reset" }).await
}

async fn reset(
    app: &App,
    browser: &Browser,
    token: String,
    email: Option<String>,
    problem: Option<Problem>,
) -> Response {
    let status = match (&email, &problem) {
        (None, _) => StatusCode::NOT_FOUND,
        (_, None) => StatusCode::OK,
        (_, Some(_)) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let frame =
        Frame { title: "Set a new password".to_owned(), error: problem.is_some(), ..outside(app, browser).await };
    let csrf = frame.csrf.clone();
    (status, reset_page(&frame, &ResetView { token, csrf, email, problem })).into_response()
}

async fn opened(State(app): State<App>, browser: Browser, Path(token): Path<String>) -> Result<Response, AppError> {
    let found = find(&app, &token).await?;
    Ok(reset(&app, &browser, token, found.map(|link| link.email), None).await)
}

async fn save(
    State(app): State<App>,
    browser: Browser,
    Path(token): Path<String>,
    form: Form,
) -> Result<Response, AppError> {
    // Before anything is hashed: hashing for who has no link would be work for nothing.
    let Some(found) = find(&app, &token).await? else { return Ok(reset(&app, &browser, token, None, None).await) };
    let password = form.typed("new_password");
    let own = [found.first_name.as_str(), &found.last_name, &found.email, &app.profile().vendor];
    if let Some(text) = password_rules::refusal(password, &own) {
        let problem = Problem::with(vec![Fault { field: "new_password", text: text.to_owned() }]);
        return Ok(reset(&app, &browser, token, Some(found.email), Some(problem)).await);
    }
    let phc = hashing::hash(password).await?;
    let (secret, device) = (Secret::new(""), device(&app, &browser));
    let reset = ResetPassword { link: secret::hash(&token), phc, passed: passed(&secret, &device, "/") };
    let next = app.run(Actor::anonymous(), reset, Terms::default()).await?;
    app.wake();
    Ok(onward(&app, next, &secret, &device, "/"))
}
