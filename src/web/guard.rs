//! What guards every answer: headers, other sites' requests, time, and errors as pages.
use super::extract::text;
use super::frame;
use super::problem::{ENROL, NO_SECOND, NOT_FRESH, Problem};
use super::words::link;
use crate::app::App;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use std::time::Duration;

/// No request takes longer than this; what runs goes on to its end in a task of its own.
const PATIENCE: Duration = Duration::from_secs(60);

/// A file that a form brings may take longer: nothing waits for it but its sender, and each part of it is bounded.
const UPLOADING: Duration = Duration::from_secs(4 * 60 * 60);

/// What pages may load: files of our own, and nothing from anywhere else.
pub(crate) const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; \
    connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Headers that every answer has, errors too. A page may set a policy of its own before.
pub(super) async fn headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let set = |name, value: &'static str, response: &mut Response| {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    };
    set(header::CONTENT_SECURITY_POLICY, POLICY, &mut response);
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff", &mut response);
    set(header::X_FRAME_OPTIONS, "DENY", &mut response);
    set(header::REFERRER_POLICY, "same-origin", &mut response);
    set(header::CACHE_CONTROL, "no-store", &mut response);
    let permissions = header::HeaderName::from_static("permissions-policy");
    set(permissions, "camera=(), geolocation=(), microphone=(), payment=()", &mut response);
    let opener = header::HeaderName::from_static("cross-origin-opener-policy");
    set(opener, "same-origin", &mut response);
    response
}

/// A request that changes something must come from a page of ours, or from a program that sends no cookie.
pub(super) async fn same_site(State(app): State<App>, request: Request, next: Next) -> Response {
    if matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS) {
        return next.run(request).await;
    }
    let site = text(request.headers(), "sec-fetch-site");
    let origin = text(request.headers(), header::ORIGIN);
    let ours = match (site, origin) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => origin == app.profile().base_url,
        (None, None) => true,
    };
    match ours {
        true => next.run(request).await,
        false => (StatusCode::FORBIDDEN, "this request came from another site and was refused\n").into_response(),
    }
}

pub(super) async fn time_out(request: Request, next: Next) -> Response {
    let kind = text(request.headers(), header::CONTENT_TYPE).unwrap_or_default();
    let patience = if kind.starts_with("multipart/form-data") { UPLOADING } else { PATIENCE };
    match tokio::time::timeout(patience, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            let after = [(header::RETRY_AFTER, "30")];
            (
                StatusCode::SERVICE_UNAVAILABLE,
                after,
                "this took too long; look whether it was done before you repeat it\n",
            )
                .into_response()
        }
    }
}

/// The page of ours that a form was sent from.
fn came_from(headers: &axum::http::HeaderMap, app: &App) -> Option<String> {
    let path = text(headers, header::REFERER)?.strip_prefix(app.profile().base_url.as_str())?;
    path.starts_with('/').then(|| path.to_owned())
}

/// People get pages: an error of a page becomes one, and who is not signed in is asked to.
pub(super) async fn error_pages(State(app): State<App>, request: Request, next: Next) -> Response {
    let (method, uri, headers) = (request.method().clone(), request.uri().clone(), request.headers().clone());
    let mut response = next.run(request).await;
    let path = uri.path();
    if path.starts_with("/api/") || path == "/readyz" {
        return response;
    }
    let Some(problem) = response.extensions_mut().remove::<Problem>() else { return response };
    if problem.status == 401 {
        let here = if method == Method::GET { uri.path_and_query().map_or("/", |p| p.as_str()) } else { "/" };
        let here: String = form_urlencoded::byte_serialize(here.as_bytes()).collect();
        return Redirect::to(&format!("/sign-in?return_to={here}")).into_response();
    }
    if matches!(problem.name(), NOT_FRESH | NO_SECOND) {
        // A refused form goes back to its own page, where what was asked for is asked for again.
        let here = if method == Method::GET {
            uri.path_and_query().map(|p| p.as_str().to_owned())
        } else {
            came_from(&headers, &app)
        };
        let second = if problem.name() == NO_SECOND { "true" } else { "" };
        let asked = [("second", second), ("return_to", &here.unwrap_or_default())];
        return Redirect::to(&link("/sign-in/again", &asked)).into_response();
    }
    if problem.name() == ENROL {
        return Redirect::to("/account/security/second-factor").into_response();
    }
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let page = frame::error_page(&app, &headers, &problem, uri.path()).await;
    let mut page = (status, page).into_response();
    if let Some(after) = response.headers().get(header::RETRY_AFTER) {
        page.headers_mut().insert(header::RETRY_AFTER, after.clone());
    }
    page
}
