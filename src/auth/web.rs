//! The pages of signing in and out.
use super::cookie_web::{device, signed_in, signed_out};
use super::pages::{
    Invitation, InviteView, LinkPerson, LinkView, SentView, SignInView, invite_page, link_page, sent_page, sign_in_page,
};
use super::secret::{self, Secret};
use super::session::CloseSession;
use super::sign_in::{LinkFor, Names, OpenSession, RequestLink, SeeLink};
use crate::app::App;
use crate::error::AppError;
use crate::oidc::provider::AnyProvider;
use crate::operation::Terms;
use crate::policy::{ActionId, Actor};
use crate::text::{full_name, is_address};
use crate::web::extract::{Form, Params, session_secret};
use crate::web::frame::{Browser, outside};
use crate::web::layout::Frame;
use crate::web::ui::{Fault, Problem};
use crate::web::{Route, get, post};
use axum::extract::{Path, State};
use axum::http::StatusCode;
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

fn framed(app: &App, browser: &Browser, title: &str) -> Frame {
    Frame { title: title.to_owned(), ..outside(app, browser) }
}

async fn sign_in(app: &App, browser: &Browser, email: &str, return_to: &str, problem: Option<Problem>) -> Markup {
    let error = problem.is_some();
    let frame = Frame { error, ..framed(app, browser, "Sign in") };
    let roles = if app.profile().demo { crate::demo::roles::cards() } else { Vec::new() };
    let (email, return_to) = (email.to_owned(), own_path(return_to).to_owned());
    // Not worth a failed page: without the button one still signs in.
    let company = app.read(&Actor::anonymous(), &AnyProvider).await.unwrap_or(false);
    sign_in_page(&frame, &SignInView { csrf: frame.csrf.clone(), email, return_to, problem, company, roles })
}

async fn show(State(app): State<App>, browser: Browser, Params(asked): Params<Asked>) -> Markup {
    sign_in(&app, &browser, &asked.email, &asked.return_to, None).await
}

async fn request(State(app): State<App>, browser: Browser, form: Form) -> Result<Response, AppError> {
    let email = form.get("email");
    if !is_address(email) {
        let text = "Enter the full e-mail address, for example name@company.com".to_owned();
        let problem = Problem::with(vec![Fault { field: "email", text }]);
        let page = sign_in(&app, &browser, email, form.get("return_to"), Some(problem)).await;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    if let Some(elsewhere) = crate::oidc::web::elsewhere(&app, email, form.get("return_to")).await? {
        return Ok(elsewhere);
    }
    app.run(Actor::anonymous(), RequestLink { email: email.to_owned() }, Terms::default()).await?;
    app.wake();
    let email: String = form_urlencoded::byte_serialize(email.as_bytes()).collect();
    Ok(Redirect::to(&format!("/sign-in/sent?email={email}")).into_response())
}

async fn sent(State(app): State<App>, browser: Browser, Params(asked): Params<Asked>) -> Markup {
    let frame = framed(&app, &browser, "Look into your mail");
    sent_page(&frame, &SentView { email: asked.email, csrf: frame.csrf.clone(), demo: app.profile().demo })
}

async fn link(State(app): State<App>, browser: Browser, Path(token): Path<String>) -> Result<Response, AppError> {
    let found = app.read(&Actor::anonymous(), &SeeLink { token: token.clone(), purpose: "sign_in" }).await?;
    let frame = framed(&app, &browser, "Sign in");
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
    let (link, session) = (secret::hash(&token), secret.hash());
    let open = OpenSession { link, session, accept: None, device: device.seen() };
    app.run(Actor::anonymous(), open, Terms::default()).await?;
    Ok(signed_in(&app, &secret, &device, form.get("return_to")))
}

async fn invitation(State(app): State<App>, browser: Browser, Path(token): Path<String>) -> Result<Response, AppError> {
    let found = app.read(&Actor::anonymous(), &SeeLink { token: token.clone(), purpose: "invitation" }).await?;
    let frame = framed(&app, &browser, "Invitation");
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
            gives: Vec::new(),
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
    let (link, session) = (secret::hash(&token), secret.hash());
    let open = OpenSession { link, session, accept: Some(names), device: device.seen() };
    app.run(Actor::anonymous(), open, Terms::default()).await?;
    Ok(signed_in(&app, &secret, &device, "/"))
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
