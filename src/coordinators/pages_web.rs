//! The pages about coordinators that are no form: Manage Software Coordinators, and one serial number.
use super::pages::{CoordinatorsView, coordinators_denied, coordinators_page};
use crate::app::App;
use crate::contracts::administered::ListManaged;
use crate::contracts::listed::Reading;
use crate::error::AppError;
use crate::people::faces::ListManagers;
use crate::policy::{ActionId, Actor, Denied};
use crate::web::extract::Params;
use crate::web::frame::{Browser, signed_in};
use crate::web::layout::{Crumb, Frame, Place};
use crate::web::words::link;
use crate::web::{Route, get};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

pub(super) fn routes() -> Vec<Route> {
    vec![get("/coordinators", ActionId::ManageCoordinators, coordinators)]
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Asked {
    cursor: String,
}

async fn coordinators(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Params(asked): Params<Asked>,
) -> Result<Response, AppError> {
    let list = ListManaged { cursor: Some(asked.cursor).filter(|cursor| !cursor.is_empty()) };
    let found = app.read(&actor, &list).await;
    let (frame, me) = signed_in(&app, &actor, &browser).await?;
    let title = "Manage Software Coordinators";
    let crumbs = vec![Crumb::to("Contract Administration", "/contracts"), Crumb::here(title)];
    let frame = Frame { title: title.to_owned(), crumbs, place: Place::Coordinators, ..frame };
    let found = match found {
        Err(AppError::Denied(Denied::Forbidden { .. })) => {
            let managers = app.read(&actor, &ListManagers).await?;
            return Ok((StatusCode::FORBIDDEN, coordinators_denied(&frame, &managers)).into_response());
        }
        found => found?,
    };
    // The contract is picked where there is a choice (domain.md §5).
    if let ([only], 1) = (found.rows.as_slice(), found.total) {
        return Ok(Redirect::to(&format!("/contracts/{}/products", only.number)).into_response());
    }
    let reading = Reading { me: me.person.id, today: app.clock().moment().today, opens: true };
    let view = CoordinatorsView {
        rows: reading.lines(&found.rows, &found.shares),
        first: list.cursor.as_ref().map(|_| "/coordinators".to_owned()),
        next: found.next.as_deref().map(|cursor| link("/coordinators", &[("cursor", cursor)])),
    };
    Ok(coordinators_page(&frame, &view).into_response())
}
