//! `/sign-in/again`: where a page leads that needs a fresh proof.
use super::again::{RefreshSession, RequestAgainLink, SeeFreshness, UseAgainLink, With};
use super::again_page::{AgainLinkView, AgainView, again_link_page, again_page};
use super::cookie_web::known_device;
use super::password;
use super::recovery;
use super::secret;
use super::throttle::{At, CountTry};
use super::web::own_path;
use crate::app::App;
use crate::error::AppError;
use crate::operation::Terms;
use crate::policy::{ActionId, Actor};
use crate::web::client::Client;
use crate::web::extract::{Form, Params, session_secret};
use crate::web::frame::{Browser, outside};
use crate::web::layout::Frame;
use crate::web::ui::{Fault, Problem};
use crate::web::words::{link, sentence};
use crate::web::{Route, get, post};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::Markup;
use serde::Deserialize;

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/sign-in/again", ActionId::SeeFreshness, show),
        post("/sign-in/again", ActionId::RefreshSession, refresh),
        post("/sign-in/again/mail", ActionId::RefreshSession, mail),
        get("/sign-in/again/{token}", ActionId::SeeFreshness, opened),
        post("/sign-in/again/{token}", ActionId::RefreshSession, prove),
    ]
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Asked {
    return_to: String,
    sent: bool,
    /// A second factor is asked for, where there is one.
    second: bool,
}

async fn page(
    app: &App,
    actor: &Actor,
    browser: &Browser,
    asked: &Asked,
    problem: Option<Problem>,
) -> Result<Markup, AppError> {
    let factors = app.read(actor, &SeeFreshness).await?;
    let error = problem.is_some();
    let frame = Frame { title: "Prove that it is you".to_owned(), error, ..outside(app, browser).await };
    let view = AgainView {
        csrf: frame.csrf.clone(),
        second: asked.second && (factors.totp || factors.passkeys > 0),
        recovery: factors.recovery,
        return_to: own_path(&asked.return_to).to_owned(),
        email: factors.email,
        password: factors.password,
        totp: factors.totp,
        passkey: factors.passkeys > 0 && super::passkey::site(&app.profile().base_url).is_some(),
        sent: asked.sent,
        demo: app.profile().demo,
        problem,
    };
    Ok(again_page(&frame, &view))
}

async fn show(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Params(asked): Params<Asked>,
) -> Result<Markup, AppError> {
    page(&app, &actor, &browser, &asked, None).await
}

/// By password or by a code of the app; counted like signing in.
async fn refresh(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    client: Client,
    form: Form,
) -> Result<Response, AppError> {
    let factors = app.read(&actor, &SeeFreshness).await?;
    let second = form.given("second").is_some();
    let asked = Asked { return_to: form.get("return_to").to_owned(), sent: false, second };
    if !form.has("code") && !form.has("recovery") && form.typed("password").is_empty() {
        return refused(&app, &actor, &browser, &asked, password_fault()).await;
    }
    let device = known_device(&app, &browser);
    let count = CountTry { at: At::Second(factors.person.0), client: client.subject(), device };
    let tries = app.run(Actor::anonymous(), count, Terms::default()).await?.go()?;
    let with = match (form.given("code"), form.given("recovery")) {
        (Some(code), _) => Some(With::Totp(code.to_owned())),
        (None, Some(code)) => Some(With::Recovery(recovery::hash(code))),
        (None, None) => password::prove_own(&app, &actor, form.typed("password")).await?.map(With::Password),
    };
    let fault = match with {
        None => password_fault(),
        Some(with) => {
            let session = secret::hash(&session_secret(&browser.headers, &app).unwrap_or_default());
            match app
                .run(
                    actor.clone(),
                    RefreshSession { with, session, tries, key: app.sealing_key().cloned() },
                    Terms::default(),
                )
                .await
            {
                Ok(()) => return Ok(Redirect::to(own_path(&asked.return_to)).into_response()),
                Err(AppError::Invalid { field, message }) => Fault { field, text: sentence(&message) },
                Err(error) => return Err(error),
            }
        }
    };
    refused(&app, &actor, &browser, &asked, fault).await
}

fn password_fault() -> Fault {
    Fault { field: "password", text: "Enter the password with which you sign in".to_owned() }
}

async fn refused(
    app: &App,
    actor: &Actor,
    browser: &Browser,
    asked: &Asked,
    fault: Fault,
) -> Result<Response, AppError> {
    let page = page(app, actor, browser, asked, Some(Problem::with(vec![fault]))).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

async fn mail(State(app): State<App>, actor: Actor, form: Form) -> Result<Response, AppError> {
    app.run(actor, RequestAgainLink, Terms::default()).await?;
    app.wake();
    let to = link("/sign-in/again", &[("sent", "true"), ("return_to", own_path(form.get("return_to")))]);
    Ok(Redirect::to(&to).into_response())
}

async fn opened(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Path(token): Path<String>,
) -> Result<Markup, AppError> {
    app.read(&actor, &SeeFreshness).await?;
    let frame = Frame { title: "Confirm that it is you".to_owned(), ..outside(&app, &browser).await };
    let (csrf, done) = (frame.csrf.clone(), false);
    Ok(again_link_page(&frame, &AgainLinkView { token, csrf, done }))
}

async fn prove(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Path(token): Path<String>,
    _form: Form,
) -> Result<Markup, AppError> {
    let session = session_secret(&browser.headers, &app).unwrap_or_default();
    let proof = UseAgainLink { link: secret::hash(&token), session: secret::hash(&session) };
    app.run(actor, proof, Terms::default()).await?;
    let frame = Frame { title: "It is you".to_owned(), ..outside(&app, &browser).await };
    let (csrf, done) = (frame.csrf.clone(), true);
    Ok(again_link_page(&frame, &AgainLinkView { token, csrf, done }))
}
