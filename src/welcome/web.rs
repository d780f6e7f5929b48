//! The handlers of the first sign-in.
use super::open::UseWelcome;
use super::page::{LinkView, Terms, WelcomeView, link_page, welcome_page};
use super::terms::{AcceptTerms, ShowWelcome};
use crate::app::App;
use crate::auth::cookie_web::{device, onward};
use crate::auth::first_factor::Passed;
use crate::auth::secret::{self, Secret};
use crate::auth::session::By;
use crate::auth::sign_in::SeeLink;
use crate::error::AppError;
use crate::ids::PersonId;
use crate::operation::Terms as Conditions;
use crate::policy::{ActionId, Actor};
use crate::web::extract::Form;
use crate::web::frame::{Browser, outside, signed_in};
use crate::web::layout::{Crumb, Frame, Place};
use crate::web::{Route, get, post};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::Markup;

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/welcome", ActionId::SeeSelf, welcome),
        post("/welcome/terms", ActionId::AcceptTerms, accept),
        get("/welcome/{token}", ActionId::SeeLink, link),
        post("/welcome/{token}", ActionId::OpenSession, begin),
    ]
}

async fn link(State(app): State<App>, browser: Browser, Path(token): Path<String>) -> Result<Response, AppError> {
    let found = app.read(&Actor::anonymous(), &SeeLink { token: token.clone(), purpose: "welcome" }).await?;
    let frame = Frame { title: "Welcome".to_owned(), ..outside(&app, &browser).await };
    let status = if found.is_some() { StatusCode::OK } else { StatusCode::NOT_FOUND };
    let view = LinkView { token, csrf: frame.csrf.clone(), name: found.map(|found| found.first_name) };
    Ok((status, link_page(&frame, &view)).into_response())
}

async fn begin(
    State(app): State<App>,
    browser: Browser,
    Path(token): Path<String>,
    _form: Form,
) -> Result<Response, AppError> {
    let (secret, device) = (Secret::new(""), device(&app, &browser));
    // Whose it is, the link says.
    let (person, by, return_to) = (PersonId::ANONYMOUS, By::Link, "/welcome".to_owned());
    let passed = Passed { person, by, secret: secret.hash(), device: device.seen(), return_to };
    let use_it = UseWelcome { link: secret::hash(&token), passed };
    let next = app.run(Actor::anonymous(), use_it, Conditions::default()).await?;
    Ok(onward(&app, next, &secret, &device, "/welcome"))
}

async fn welcome(State(app): State<App>, actor: Actor, browser: Browser) -> Result<Markup, AppError> {
    let steps = app.read(&actor, &ShowWelcome).await?;
    let (frame, me) = signed_in(&app, &actor, &browser).await?;
    let zone = app.clock().zone();
    let accepted = steps.accepted_at.map(|at| crate::time::long(at, zone)).unwrap_or_default();
    let terms = steps.version.zip(steps.body).map(|(version, body)| Terms { version, body, accepted });
    let (csrf, name, contracts) = (frame.csrf.clone(), me.person.first_name.clone(), steps.contracts);
    let crumbs = vec![Crumb::to("Home", "/"), Crumb::here("Welcome")];
    let frame = Frame { title: "Welcome".to_owned(), crumbs, place: Place::Elsewhere, ..frame };
    Ok(welcome_page(&frame, &WelcomeView { csrf, name, contracts, terms }))
}

async fn accept(State(app): State<App>, actor: Actor, form: Form) -> Result<Redirect, AppError> {
    let accept = AcceptTerms { version: form.get("version").to_owned() };
    app.run(actor, accept, form.terms()).await?;
    Ok(Redirect::to("/welcome"))
}
