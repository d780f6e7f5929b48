//! `/sign-in/oidc/confirm/{token}`: what the mailed link opens. It signs nobody in.
use super::confirm::{ConfirmProvider, SeeConfirmation};
use super::pages::{ConfirmView, confirm_page};
use crate::app::App;
use crate::auth::secret;
use crate::error::AppError;
use crate::operation::Terms;
use crate::policy::{ActionId, Actor};
use crate::web::extract::Form;
use crate::web::frame::{Browser, outside};
use crate::web::layout::Frame;
use crate::web::{Route, get, post};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

const AT: &str = "/sign-in/oidc/confirm/{token}";

pub(super) fn routes() -> Vec<Route> {
    vec![get(AT, ActionId::SeeLink, show), post(AT, ActionId::ConfirmProvider, confirm)]
}

async fn framed(app: &App, browser: &Browser) -> Frame {
    Frame { title: "Confirm a sign-in".to_owned(), ..outside(app, browser).await }
}

async fn show(State(app): State<App>, browser: Browser, Path(token): Path<String>) -> Result<Response, AppError> {
    let found = app.read(&Actor::anonymous(), &SeeConfirmation { token: token.clone() }).await?;
    let frame = framed(&app, &browser).await;
    let status = if found.is_some() { StatusCode::OK } else { StatusCode::NOT_FOUND };
    let of = found.map(|found| (found.company, found.email));
    let view = ConfirmView { token, of, done: false, csrf: frame.csrf.clone() };
    Ok((status, confirm_page(&frame, &view)).into_response())
}

async fn confirm(
    State(app): State<App>,
    browser: Browser,
    Path(token): Path<String>,
    _form: Form,
) -> Result<Response, AppError> {
    // Read before it is used up: the next page says whose sign-in it is.
    let found = app.read(&Actor::anonymous(), &SeeConfirmation { token: token.clone() }).await?;
    app.run(Actor::anonymous(), ConfirmProvider { link: secret::hash(&token) }, Terms::default()).await?;
    let of = found.map(|found| (found.company, found.email));
    let frame = framed(&app, &browser).await;
    let view = ConfirmView { token, of, done: true, csrf: frame.csrf.clone() };
    Ok(confirm_page(&frame, &view).into_response())
}
