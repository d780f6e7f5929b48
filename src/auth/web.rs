//! The pages of signing in and out.
use super::asked_mail::{RequestMail, Wanted};
use super::cookie_web::{device, known_device, onward, passed, signed_out};
use super::pages::{
    Invitation, InviteView, LinkPerson, LinkView, SentView, SignInView, invite_page, link_page, sent_page, sign_in_page,
};
use super::password::{self, OpenByPassword};
use super::secret::{self, Secret};
use super::session::CloseSession;
use super::sign_in::{LinkFor, Names, OpenSession, SeeLink};
use super::throttle::{At, CountTry};
use crate::app::App;
use crate::error::AppError;
use crate::oidc::provider::AnyProvider;
use crate::operation::Terms;
use crate::policy::{ActionId, Actor};
use crate::text::{full_name, is_address};
use crate::web::client::Client;
use crate::web::extract::{Form, Params, session_secret};
use crate::web::frame::{Browser, outside};
use crate::web::layout::Frame;
use crate::web::ui::{Fault, Problem};
use crate::web::{Route, get, post, words};
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use maud::Markup;
use serde::Deserialize;

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/sign-in", ActionId::SeeFrontDoor, show),
        post("/sign-in", ActionId::RequestLink, request),
        get("/sign-in/sent", ActionId::SeeFrontDoor, sent),
        get("/sign-in/link/{token}", ActionId::SeeLink, link),
        post("/sign-in/link/{token}", ActionId::OpenSession, use_link),
        get("/invite/{token}", ActionId::SeeLink, invitation),
        post("/invite/{token}", ActionId::OpenSession, accept),
        post("/sign-out", ActionId::CloseSession, sign_out),
    ]
}

/// Only paths of our own: never another site, whatever a link says.
pub fn own_path(path: &str) -> &str {
    let own = path.starts_with('/') && !path.starts_with("//") && !path.contains(['\\', '\n', '\r', '\t']);
    if own { path } else { "/" }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Asked {
    return_to: String,
    email: String,
}

async fn framed(app: &App, browser: &Browser, title: &str) -> Frame {
    Frame { title: title.to_owned(), ..outside(app, browser).await }
}

async fn sign_in(app: &App, browser: &Browser, email: &str, return_to: &str, problem: Option<Problem>) -> Markup {
    let error = problem.is_some();
    let frame = Frame { error, ..framed(app, browser, "Sign in").await };
    let roles = if app.profile().demo { crate::demo::roles::cards() } else { Vec::new() };
    let (email, return_to) = (email.to_owned(), own_path(return_to).to_owned());
    let passkeys = super::passkey::site(&app.profile().base_url).is_some();
    // Not worth a failed page: without the button one still signs in.
    let company = app.read(&Actor::anonymous(), &AnyProvider).await.unwrap_or(false);
    sign_in_page(&frame, &SignInView { csrf: frame.csrf.clone(), email, return_to, problem, company, passkeys, roles })
}

async fn show(State(app): State<App>, browser: Browser, Params(asked): Params<Asked>) -> Markup {
    sign_in(&app, &browser, &asked.email, &asked.return_to, None).await
}

/// A password where one was typed, else a link: whoever has none presses the same button.
async fn request(State(app): State<App>, browser: Browser, client: Client, form: Form) -> Result<Response, AppError> {
    let (email, password) = (form.get("email"), form.typed("password"));
    if !is_address(email) {
        let text = "Enter the full e-mail address, for example name@company.com";
        return Ok(refused(&app, &browser, &form, Fault { field: "email", text: text.to_owned() }).await);
    }
    if let Some(elsewhere) = crate::oidc::web::elsewhere(&app, email, form.get("return_to")).await? {
        return Ok(elsewhere);
    }
    match password.is_empty() || form.get("how") == "link" {
        true => mail_link(&app, &client, email).await,
        false => by_password(&app, &browser, &client, &form).await,
    }
}

async fn mail_link(app: &App, client: &Client, email: &str) -> Result<Response, AppError> {
    ask_for_mail(app, client, email, Wanted::SignIn).await?;
    Ok(Redirect::to(&words::link("/sign-in/sent", &[("email", email)])).into_response())
}

/// Counts the request, and writes it down.
pub(super) async fn ask_for_mail(app: &App, client: &Client, email: &str, wanted: Wanted) -> Result<(), AppError> {
    let count = CountTry { at: At::Mail, client: client.subject(), device: None };
    app.run(Actor::anonymous(), count, Terms::default()).await?.go()?;
    app.run(Actor::anonymous(), RequestMail { email: email.to_owned(), wanted }, Terms::default()).await?;
    app.wake();
    Ok(())
}

async fn by_password(app: &App, browser: &Browser, client: &Client, form: &Form) -> Result<Response, AppError> {
    let (email, password) = (form.get("email"), form.typed("password"));
    let device_hash = known_device(app, browser);
    let count = CountTry { at: At::Password(email.to_owned()), client: client.subject(), device: device_hash };
    let tries = match app.run(Actor::anonymous(), count, Terms::default()).await?.go() {
        Ok(tries) => tries,
        Err(AppError::TooOften { seconds }) => return Ok(too_often(app, browser, form, seconds).await),
        Err(error) => return Err(error),
    };
    let Some(proven) = password::prove(app, email, password).await? else {
        let text = "Enter the address and the password that belong together, or have a link e-mailed";
        return Ok(refused(app, browser, form, Fault { field: "password", text: text.to_owned() }).await);
    };
    let (secret, device) = (Secret::new(""), device(app, browser));
    let passed = passed(&secret, &device, form.get("return_to"));
    let next = app.run(Actor::anonymous(), OpenByPassword { proven, passed, tries }, Terms::default()).await?;
    Ok(onward(app, next, &secret, &device, form.get("return_to")))
}

async fn refused(app: &App, browser: &Browser, form: &Form, fault: Fault) -> Response {
    let page = sign_in(app, browser, form.get("email"), form.get("return_to"), Some(Problem::with(vec![fault]))).await;
    (StatusCode::UNPROCESSABLE_ENTITY, page).into_response()
}

/// The page stays, so that the other ways in are at hand: they are not counted together with this one.
async fn too_often(app: &App, browser: &Browser, form: &Form, seconds: u64) -> Response {
    let text =
        format!("Too many tries with a password. Try again {}, or have a link e-mailed now", words::in_time(seconds));
    let fault = Fault { field: "password", text };
    let page = sign_in(app, browser, form.get("email"), form.get("return_to"), Some(Problem::with(vec![fault]))).await;
    (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, seconds.to_string())], page).into_response()
}

async fn sent(State(app): State<App>, browser: Browser, Params(asked): Params<Asked>) -> Markup {
    let frame = framed(&app, &browser, "Look into your mail").await;
    sent_page(&frame, &SentView { email: asked.email, csrf: frame.csrf.clone(), demo: app.profile().demo })
}

async fn link(State(app): State<App>, browser: Browser, Path(token): Path<String>) -> Result<Response, AppError> {
    let found = app.read(&Actor::anonymous(), &SeeLink { token: token.clone(), purpose: "sign_in" }).await?;
    let frame = framed(&app, &browser, "Sign in").await;
    let name = |l: LinkFor| LinkPerson { name: full_name(&l.first_name, &l.last_name), email: l.email };
    let status = if found.is_some() { StatusCode::OK } else { StatusCode::NOT_FOUND };
    let view = LinkView { token, csrf: frame.csrf.clone(), person: found.map(name), return_to: String::new() };
    Ok((status, link_page(&frame, &view)).into_response())
}

async fn use_link(
    State(app): State<App>,
    browser: Browser,
    Path(token): Path<String>,
    form: Form,
) -> Result<Response, AppError> {
    let (secret, device) = (Secret::new(""), device(&app, &browser));
    let passed = passed(&secret, &device, form.get("return_to"));
    let open = OpenSession { link: secret::hash(&token), passed, accept: None };
    let next = app.run(Actor::anonymous(), open, Terms::default()).await?;
    Ok(onward(&app, next, &secret, &device, form.get("return_to")))
}

async fn invitation(State(app): State<App>, browser: Browser, Path(token): Path<String>) -> Result<Response, AppError> {
    let found = app.read(&Actor::anonymous(), &SeeLink { token: token.clone(), purpose: "invitation" }).await?;
    let frame = framed(&app, &browser, "Invitation").await;
    let status = if found.is_some() { StatusCode::OK } else { StatusCode::NOT_FOUND };
    let zone = app.clock().zone().clone();
    let view = InviteView {
        token,
        csrf: frame.csrf.clone(),
        invitation: found.map(|l| Invitation {
            company: l.account.unwrap_or_default(),
            invited_by: l.invited_by.unwrap_or_else(|| app.profile().vendor.clone()),
            email: l.email,
            first_name: l.first_name,
            last_name: l.last_name,
            gives: l.gives,
            ends_on: crate::time::day_of(l.expires_at, &zone).to_string(),
        }),
        problem: None,
    };
    Ok((status, invite_page(&frame, &view)).into_response())
}

async fn accept(
    State(app): State<App>,
    browser: Browser,
    Path(token): Path<String>,
    form: Form,
) -> Result<Response, AppError> {
    let (secret, device) = (Secret::new(""), device(&app, &browser));
    let names = Names { first_name: form.get("first_name").to_owned(), last_name: form.get("last_name").to_owned() };
    let (link, passed) = (secret::hash(&token), passed(&secret, &device, "/"));
    let next = app.run(Actor::anonymous(), OpenSession { link, passed, accept: Some(names) }, Terms::default()).await?;
    Ok(onward(&app, next, &secret, &device, "/"))
}

async fn sign_out(State(app): State<App>, actor: Actor, browser: Browser, _form: Form) -> Result<Response, AppError> {
    if let Some(secret) = session_secret(&browser.headers, &app) {
        let close = CloseSession { session: secret::hash(&secret) };
        app.run(actor, close, Terms::default()).await?;
    }
    Ok(signed_out(&app))
}

#[cfg(test)]
mod tests {
    use super::own_path;

    #[test]
    fn redirects_stay_here() {
        assert_eq!(own_path("/contracts?account=1"), "/contracts?account=1");
        for foreign in ["//evil.example", "https://evil.example", "/\\evil.example", "", "contracts", "/a\nb"] {
            assert_eq!(own_path(foreign), "/", "{foreign}");
        }
    }
}
