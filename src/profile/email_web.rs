//! The pages of a change of address.
use super::change_email::{Begun, ChangeEmail, StopEmailChange};
use super::confirm_email::{ConfirmEmail, Confirmed, SeeEmailLink};
use super::email_page::{LinkChange, LinkView, link_page, over_page};
use super::web::{Entered, account_with};
use crate::app::App;
use crate::auth::secret;
use crate::error::AppError;
use crate::operation::Terms;
use crate::policy::{ActionId, Actor};
use crate::time::long;
use crate::web::extract::Form;
use crate::web::frame::{self, Browser};
use crate::web::layout::Frame;
use crate::web::problem::Problem;
use crate::web::{Route, get, post};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};

pub(super) fn routes() -> Vec<Route> {
    vec![
        post("/account/email", ActionId::ChangeEmail, change),
        post("/account/email/stop", ActionId::StopEmailChange, stop),
        get("/confirm-email/{token}", ActionId::SeeLink, link),
        post("/confirm-email/{token}", ActionId::ConfirmEmail, confirm),
        post("/confirm-email/{token}/stop", ActionId::ConfirmEmail, refuse),
    ]
}

async fn change(State(app): State<App>, actor: Actor, browser: Browser, form: Form) -> Result<Response, AppError> {
    let email = form.get("email").to_owned();
    match app.run(actor.clone(), ChangeEmail { email: email.clone() }, form.terms()).await {
        Ok(begun) => {
            app.wake();
            let done = if begun == Begun::Asked { "email-asked" } else { "email-changed" };
            Ok(Redirect::to(&format!("/account?done={done}")).into_response())
        }
        Err(error @ (AppError::Refused(_) | AppError::Invalid { .. })) => {
            let mut problem = Problem::from(error);
            problem.field = "email";
            let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
            let entered = Entered { email, problem: Some(frame::summary(&problem)) };
            Ok((status, account_with(&app, &actor, &browser, entered).await?).into_response())
        }
        Err(error) => Err(error),
    }
}

async fn stop(State(app): State<App>, actor: Actor, form: Form) -> Result<Redirect, AppError> {
    app.run(actor, StopEmailChange, form.terms()).await?;
    Ok(Redirect::to("/account?done=email-stopped"))
}

async fn framed(app: &App, browser: &Browser, title: &str) -> Frame {
    Frame { title: title.to_owned(), ..frame::outside(app, browser).await }
}

async fn link(State(app): State<App>, browser: Browser, Path(token): Path<String>) -> Result<Response, AppError> {
    let found = app.read(&Actor::anonymous(), &SeeEmailLink { token: token.clone() }).await?;
    let frame = framed(&app, &browser, "Change the e-mail address?").await;
    let status = if found.is_some() { StatusCode::OK } else { StatusCode::NOT_FOUND };
    let change = found.map(|found| LinkChange {
        old: found.old_email,
        new: found.new_email,
        at_old: found.at_old,
        until: long(found.expires_at, app.clock().zone()),
    });
    let view = LinkView { token, csrf: frame.csrf.clone(), change };
    Ok((status, link_page(&frame, &view)).into_response())
}

async fn confirm(
    State(app): State<App>,
    browser: Browser,
    Path(token): Path<String>,
    _form: Form,
) -> Result<Response, AppError> {
    answer(&app, &browser, &token, false).await
}

async fn refuse(
    State(app): State<App>,
    browser: Browser,
    Path(token): Path<String>,
    _form: Form,
) -> Result<Response, AppError> {
    answer(&app, &browser, &token, true).await
}

/// Whoever reads this pressed a button of a mailed link, and may not be signed in here.
async fn answer(app: &App, browser: &Browser, token: &str, stop: bool) -> Result<Response, AppError> {
    let confirm = ConfirmEmail { link: secret::hash(token), stop };
    let (title, words) = match app.run(Actor::anonymous(), confirm, Terms::default()).await? {
        Confirmed::Half => (
            "Confirmed here",
            "The other address has a mail with a link, too. The change takes effect when it is confirmed there.",
        ),
        Confirmed::Done => (
            "The e-mail address is changed",
            "Sign in with the new one from now on. Roles and access are as they were.",
        ),
        Confirmed::Stopped => (
            "The change is stopped",
            "Nothing has changed. If somebody else knows how to sign in as you, set a new password and sign out everywhere \
             on the page Sign-in and security.",
        ),
        Confirmed::Taken => (
            "The address is in use by now",
            "Nothing has changed. Ask for the change again with another address, or write to us.",
        ),
    };
    app.wake();
    Ok(over_page(&framed(app, browser, title).await, title, words).into_response())
}
