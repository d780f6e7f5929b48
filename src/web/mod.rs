//! What every page and endpoint shares. Product rules live in the slices.
pub mod assets;
pub mod changes;
pub mod chart;
pub mod client;
pub mod contract;
pub mod coverage;
pub mod errors;
pub mod extract;
pub mod filters;
pub mod frame;
mod guard;
pub mod layout;
pub mod openapi;
pub mod person;
pub mod picker;
pub mod problem;
pub mod roles;
pub mod routes;
pub mod samples;
mod sidebar;
pub mod ui;
mod viewing;
pub mod words;

pub(crate) use guard::POLICY;
pub use routes::{Route, get, post, routes};

use crate::app::App;
use crate::error::AppError;
use crate::policy::ActionId;
use axum::Json;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{StatusCode, header};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};

/// 200,000 serial numbers fit.
const BODY_LIMIT: usize = 8 * 1024 * 1024;

pub(crate) fn own_routes() -> Vec<Route> {
    vec![
        get("/assets/{prefix}/{*name}", ActionId::SeeFrontDoor, asset),
        get("/openapi.json", ActionId::SeeFrontDoor, async || Json(openapi::document())),
        get("/api", ActionId::SeeFrontDoor, frame::api_page),
        get("/healthz", ActionId::SeeFrontDoor, async || "ok\n"),
        get("/readyz", ActionId::SeeFrontDoor, ready),
    ]
}

/// The web server's router.
pub fn router(app: App) -> axum::Router {
    let add = |router: axum::Router<App>, r: Route| router.route(r.path, r.handler);
    let router = routes(app.profile().demo).into_iter().fold(axum::Router::new(), add);
    router
        .fallback(async || AppError::hidden())
        .method_not_allowed_fallback(async || StatusCode::METHOD_NOT_ALLOWED)
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(CatchPanicLayer::custom(|_| AppError::Lost.into_response()))
        .layer(from_fn_with_state(app.clone(), guard::error_pages))
        .layer(from_fn_with_state(app.clone(), guard::same_site))
        .layer(CompressionLayer::new().compress_when(compressed()))
        .layer(from_fn(guard::headers))
        .layer(from_fn(guard::time_out))
        .with_state(app)
}

/// Pages and JSON; never a file, whose length and ranges are promised.
fn compressed() -> impl Predicate {
    DefaultPredicate::new().and(NotForContentType::const_new("application/octet-stream"))
}

async fn asset(Path((prefix, name)): Path<(String, String)>) -> Response {
    match assets::find(&prefix, &name) {
        Some(asset) => {
            let headers = [(header::CONTENT_TYPE, asset.content_type), (header::CACHE_CONTROL, assets::CACHE_CONTROL)];
            (headers, asset.bytes).into_response()
        }
        None => AppError::hidden().into_response(),
    }
}

async fn ready(State(app): State<App>) -> Result<&'static str, AppError> {
    app.read(&crate::policy::Actor::anonymous(), &frame::Alive).await?;
    Ok("ready\n")
}
