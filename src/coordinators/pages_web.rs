//! The pages about coordinators that are no form: Manage Software Coordinators, and one serial number.
use super::pages::{CoordinatorsView, coordinators_denied, coordinators_page};
use super::serial::ShowSerial;
use super::serial_page::serial_page;
use crate::app::App;
use crate::contracts::administered::ListManaged;
use crate::contracts::listed::Reading;
use crate::error::AppError;
use crate::ids::SerialNumber;
use crate::people::faces::ListManagers;
use crate::policy::{ActionId, Actor, Denied};
use crate::web::extract::Params;
use crate::web::frame::{Browser, signed_in};
use crate::web::layout::{Crumb, Frame, Place};
use crate::web::ui::{Flash, Tone};
use crate::web::words::{encoded, link};
use crate::web::{Route, get};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/coordinators", ActionId::ManageCoordinators, coordinators),
        get("/products/{serial_number}", ActionId::ExplainCoordinator, serial),
    ]
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

#[derive(Default, Deserialize)]
#[serde(default)]
struct OnDay {
    on: String,
}

/// A day that cannot be answered for is said above the answer for today.
async fn serial(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Path(serial): Path<SerialNumber>,
    Params(OnDay { on }): Params<OnDay>,
) -> Result<Response, AppError> {
    let asked = Some(on.trim()).filter(|on| !on.is_empty()).map(str::parse).transpose();
    let now = ShowSerial { serial, on: None };
    let (shown, fault) = match asked {
        Ok(on) => match app.read(&actor, &ShowSerial { on, ..now.clone() }).await {
            Err(AppError::Invalid { message, .. }) => (app.read(&actor, &now).await?, Some(message)),
            shown => (shown?, None),
        },
        Err(message) => (app.read(&actor, &now).await?, Some(message)),
    };
    let (frame, _) = signed_in(&app, &actor, &browser).await?;
    let (number, contract) = (&now.serial.0, shown.contract_number());
    let crumbs = match shown.opens {
        true => vec![
            Crumb::to("Contracts", "/contracts"),
            Crumb::to(contract, format!("/contracts/{}/products", encoded(contract))),
            Crumb::here(number),
        ],
        false => vec![Crumb::to("Products", "/products"), Crumb::here(number)],
    };
    let status = if fault.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let close = format!("/products/{}", encoded(number));
    let sentence = |words: String| {
        let mut letters = words.chars();
        let first = letters.next().into_iter().flat_map(char::to_uppercase);
        format!("{}.", first.chain(letters).collect::<String>())
    };
    let frame = Frame {
        title: format!("{}, serial number {number}", shown.product()),
        error: fault.is_some(),
        crumbs,
        place: if shown.opens { Place::Contracts } else { Place::Products },
        flash: fault.map(|words| Flash { text: sentence(words), tone: Tone::Warn, close, ..Flash::default() }),
        ..frame
    };
    Ok((status, serial_page(&frame, &shown.view()?)).into_response())
}
