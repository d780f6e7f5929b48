//! The cookies of signing in: the session, and the device that outlives it.
use super::device::{Device, KEPT_SECONDS};
use super::first_factor::{HALF_FOR, Next, Passed};
use super::secret::{self, Secret};
use super::session::{By, SESSION_FOR};
use super::web::own_path;
use crate::app::App;
use crate::ids::PersonId;
use crate::web::extract::{cookie, cookie_name};
use crate::web::frame::Browser;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};

/// The browser that sent this.
pub fn device(app: &App, browser: &Browser) -> Device {
    let agent = browser.headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
    Device::new(agent, cookie(&browser.headers, device_cookie(app)))
}

/// The answer that carries a new session, and goes to a page of ours.
pub fn signed_in(app: &App, session: &Secret, device: &Device, to: &str) -> Response {
    let response = Redirect::to(own_path(to)).into_response();
    let response = set(app, response, cookie_name(app), session.reveal(), SESSION_FOR / 1000);
    set(app, response, device_cookie(app), device.secret().reveal(), KEPT_SECONDS)
}

/// The answer after the first factor: a session, or the page that asks for the second one.
pub fn onward(app: &App, next: Next, secret: &Secret, device: &Device, to: &str) -> Response {
    match next {
        Next::In => signed_in(app, secret, device, to),
        Next::Anew => signed_in(app, secret, device, "/account/security?done=anew"),
        Next::Second => {
            let response = Redirect::to("/sign-in/second").into_response();
            set(app, response, half_cookie(app), secret.reveal(), HALF_FOR / 1000)
        }
    }
}

/// Hash of the secret of a sign-in that is half open in this browser.
pub(super) fn half(app: &App, browser: &Browser) -> Option<Vec<u8>> {
    cookie(&browser.headers, half_cookie(app)).map(secret::hash)
}

/// As [`signed_in`], where it was half open.
pub(super) fn completed(app: &App, session: &Secret, device: &Device, to: &str) -> Response {
    set(app, signed_in(app, session, device, to), half_cookie(app), "", 0)
}

/// Hash of the browser's own cookie, where it has one.
pub(super) fn known_device(app: &App, browser: &Browser) -> Option<Vec<u8>> {
    cookie(&browser.headers, device_cookie(app)).map(secret::hash)
}

/// What an operation of the first factor needs to know of a browser; who it is, it finds out.
pub(super) fn passed(secret: &Secret, device: &Device, return_to: &str) -> Passed {
    let (person, by, return_to) = (PersonId::ANONYMOUS, By::Link, own_path(return_to).to_owned());
    Passed { person, by, secret: secret.hash(), device: device.seen(), return_to }
}

fn half_cookie(app: &App) -> &'static str {
    if cookie_name(app).starts_with("__Host-") { "__Host-half" } else { "half" }
}

/// The answer that takes the session away; the device stays known.
pub(super) fn signed_out(app: &App) -> Response {
    set(app, Redirect::to("/").into_response(), cookie_name(app), "", 0)
}

fn device_cookie(app: &App) -> &'static str {
    if cookie_name(app).starts_with("__Host-") { "__Host-device" } else { "device" }
}

/// Out of reach of scripts and of other sites; with TLS bound to this host.
pub fn set(app: &App, mut response: Response, name: &str, value: &str, seconds: i64) -> Response {
    let secure = if cookie_name(app).starts_with("__Host-") { "; Secure" } else { "" };
    let cookie = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}");
    if let Ok(value) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}
