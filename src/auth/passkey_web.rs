//! Passkeys on the pages: what the module `passkey.js` asks for and sends.
use super::cookie_web::{device, signed_in};
use super::passkey::{
    AddPasskey, Asked, BeginAdd, BeginSignIn, OpenByPasskey, RemovePasskey, SeeOwner, ask_for_any, ask_for_new, site,
};
use super::secret::{self, Secret};
use super::security_web::{done, own_session, refused_page};
use super::session::CloseSession;
use crate::app::App;
use crate::error::AppError;
use crate::operation::Terms;
use crate::policy::{ActionId, Actor};
use crate::web::extract::{Form, session_secret};
use crate::web::frame::Browser;
use crate::web::{Route, post};
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};

pub(super) fn routes() -> Vec<Route> {
    vec![
        post("/account/security/passkeys/begin", ActionId::AddPasskey, begin_add),
        post("/account/security/passkeys", ActionId::AddPasskey, add),
        post("/account/security/passkeys/remove", ActionId::RemovePasskey, remove),
        post("/sign-in/passkey/begin", ActionId::RequestPasskey, begin_sign_in),
        post("/sign-in/passkey", ActionId::OpenSession, sign_in),
    ]
}

fn nowhere() -> AppError {
    AppError::invalid("credential", "passkeys need an address with a name; this one is a number")
}

async fn begin_add(State(app): State<App>, actor: Actor, _form: Form) -> Result<Json<Asked>, AppError> {
    let (owner, own) = app.read(&actor, &SeeOwner).await?;
    let site = site(&app.profile().base_url).ok_or_else(nowhere)?;
    let ((options, state), ceremony) = (ask_for_new(&site, &owner, own)?, Secret::new(""));
    app.run(actor, BeginAdd { ceremony: ceremony.hash(), state }, Terms::default()).await?;
    Ok(Json(Asked { options, ceremony: ceremony.reveal().to_owned() }))
}

async fn add(State(app): State<App>, actor: Actor, browser: Browser, form: Form) -> Result<Response, AppError> {
    let add = AddPasskey {
        ceremony: secret::hash(form.get("ceremony")),
        credential: form.get("credential").to_owned(),
        base_url: app.profile().base_url.clone(),
        name: device(&app, &browser).label,
        session: own_session(&app, &browser),
    };
    match app.run(actor.clone(), add, Terms::default()).await {
        Ok(()) => Ok(done("passkey").into_response()),
        Err(error) => refused_page(&app, &actor, &browser, error).await,
    }
}

async fn remove(State(app): State<App>, actor: Actor, browser: Browser, form: Form) -> Result<Response, AppError> {
    let remove = RemovePasskey { handle: form.get("passkey").to_owned() };
    match app.run(actor.clone(), remove, Terms::default()).await {
        Ok(()) => Ok(done("passkey-removed").into_response()),
        Err(error) => refused_page(&app, &actor, &browser, error).await,
    }
}

async fn begin_sign_in(State(app): State<App>, _form: Form) -> Result<Json<Asked>, AppError> {
    let site = site(&app.profile().base_url).ok_or_else(nowhere)?;
    let ((options, state), ceremony) = (ask_for_any(&site)?, Secret::new(""));
    app.run(Actor::anonymous(), BeginSignIn { ceremony: ceremony.hash(), state }, Terms::default()).await?;
    Ok(Json(Asked { options, ceremony: ceremony.reveal().to_owned() }))
}

async fn sign_in(State(app): State<App>, actor: Actor, browser: Browser, form: Form) -> Result<Response, AppError> {
    let (secret, device) = (Secret::new(""), device(&app, &browser));
    let open = OpenByPasskey {
        ceremony: secret::hash(form.get("ceremony")),
        credential: form.get("credential").to_owned(),
        base_url: app.profile().base_url.clone(),
        session: secret.hash(),
        device: device.seen(),
    };
    app.run(Actor::anonymous(), open, Terms::default()).await?;
    // Proven again inside a session: the new one takes the place of the old one.
    if let Some(old) = session_secret(&browser.headers, &app) {
        let close = CloseSession { session: secret::hash(&old) };
        if let Err(error) = app.run(actor, close, Terms::default()).await {
            tracing::debug!(%error, "the session before had ended already");
        }
    }
    app.wake();
    Ok(signed_in(&app, &secret, &device, form.get("return_to")))
}
