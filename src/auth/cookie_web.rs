//! The cookies of signing in: the session, and the device that outlives it.
use super::device::{Device, KEPT_SECONDS};
use super::secret::Secret;
use super::session::SESSION_FOR;
use super::web::own_path;
use crate::app::App;
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
