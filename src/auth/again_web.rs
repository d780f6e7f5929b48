//! `/sign-in/again`: where a page leads that needs a fresh proof.
use super::again::{RequestAgainLink, SeeFreshness, UseAgainLink};
use super::again_page::{AgainLinkView, AgainView, again_link_page, again_page};
use super::secret;
use super::web::own_path;
use crate::app::App;
use crate::error::AppError;
use crate::operation::Terms;
use crate::policy::{ActionId, Actor};
use crate::web::extract::{Form, Params, session_secret};
use crate::web::frame::{Browser, outside};
use crate::web::layout::Frame;
use crate::web::ui::Problem;
use crate::web::words::link;
use crate::web::{Route, get, post};
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use maud::Markup;
use serde::Deserialize;

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/sign-in/again", ActionId::SeeFreshness, show),
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
    let frame = Frame { title: "Prove that it is you".to_owned(), error, ..outside(app, browser) };
    let view = AgainView {
        csrf: frame.csrf.clone(),
        return_to: own_path(&asked.return_to).to_owned(),
        email: factors.email,
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
    let frame = Frame { title: "Confirm that it is you".to_owned(), ..outside(&app, &browser) };
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
    let frame = Frame { title: "It is you".to_owned(), ..outside(&app, &browser) };
    let (csrf, done) = (frame.csrf.clone(), true);
    Ok(again_link_page(&frame, &AgainLinkView { token, csrf, done }))
}
