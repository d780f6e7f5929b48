//! The API calls of orders and shipments.
use super::approve::{ApproveShipments, Approved};
use super::cancel::CancelShipment;
use super::end::EndShipment;
use super::list::{Filter, ListShipments, ShipmentView};
use super::order::{Input, PlaceOrder, Placed};
use super::rules;
use super::ship::ShipShipment;
use super::ship_to::{EditShipTo, ShipTo};
use super::show::{ShowShipment, Shown};
use super::views::happened;
use super::web::settled;
use crate::app::App;
use crate::contracts::assets::{Page, Paging};
use crate::error::AppError;
use crate::ids::OrderNumber;
use crate::operation::Terms;
use crate::policy::{ActionId, Actor};
use crate::profile::rules::Address;
use crate::time::rfc3339;
use crate::web::extract::{Body, Params};
use crate::web::{Route, get, post};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/api/v1/shipments", ActionId::ListShipments, list)
            .says("Orders of media that one may see, the newest first")
            .query(&[
                ("state", "Only those in this state; `address`: those that wait for their address"),
                ("q", "An order number, a serial number, or the beginning of a company’s name"),
                ("limit", "Rows of a page, at most 200"),
                ("cursor", "`next` of the page before"),
            ])
            .gives::<Page<ShipmentView>>(),
        post("/api/v1/shipments", ActionId::PlaceOrder, order)
            .says("Order media of a release: one shipment for each company, coordinator and address")
            .takes::<Input>()
            .gives::<Placed>(),
        get("/api/v1/shipments/{order_number}", ActionId::SeeShipment, one)
            .says("One order, with its serial numbers, its address and what happened to it")
            .gives::<OneShipment>(),
        post("/api/v1/shipments/{order_number}/ship-to", ActionId::EditShipTo, ship_to)
            .says("Say that the address is right, or enter another one")
            .takes::<ShipToInput>()
            .gives::<ShipTo>(),
        post("/api/v1/shipments/{order_number}/cancel", ActionId::CancelShipment, cancel)
            .says("Cancel an order that is not approved yet, or take that back")
            .takes::<Cancel>()
            .gives::<InState>(),
        post("/api/v1/shipments/approve", ActionId::ApproveShipments, approve)
            .says("Approve orders; those that cannot be are left out and say why")
            .takes::<ApproveShipments>()
            .gives::<Approved>(),
        post("/api/v1/shipments/{order_number}/ship", ActionId::ShipShipment, ship)
            .says("Note with which carrier an approved order travels")
            .takes::<Parcel>()
            .gives::<InState>(),
        post("/api/v1/shipments/{order_number}/delivered", ActionId::EndShipment, delivered)
            .says("Note that an order arrived")
            .gives::<InState>(),
        post("/api/v1/shipments/{order_number}/returned", ActionId::EndShipment, returned)
            .says("Note that an order came back; the Contract Manager is told")
            .takes::<CameBack>()
            .gives::<InState>(),
    ]
}

/// An order with everything that is known of it.
#[derive(Serialize, utoipa::ToSchema)]
struct OneShipment {
    #[serde(flatten)]
    shipment: ShipmentView,
    /// Where it goes, or went.
    ship_to: Address,
    /// Those of its serial numbers that one may see, at most 500.
    listed_serial_numbers: Vec<String>,
    /// What happened, the oldest first.
    history: Vec<HappenedView>,
}

/// What happened to an order.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = ShipmentEvent)]
struct HappenedView {
    /// When.
    at: String,
    /// `requested`, `announced`, `joined`, `merged`, `confirmed`, `ship_to`, `approved`, `shipped`, `delivered`, `returned`,
    /// `cancelled`, `restored`, `hands`, `split` or `parted`.
    event: String,
    /// The same in a sentence.
    words: String,
}

/// Where it goes.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct ShipToInput {
    /// The new address. Absent: the present one is right, as its coordinator says.
    #[serde(default)]
    ship_to: Option<Address>,
    /// It becomes one’s own shipping address, too.
    #[serde(default)]
    keep: bool,
}

/// Cancelling.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CancelOrder)]
struct Cancel {
    /// Takes the cancellation back.
    #[serde(default)]
    undo: bool,
}

/// How it travels.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Parcel {
    /// `DHL`
    carrier: String,
    /// The number of the parcel.
    #[serde(default)]
    tracking: String,
}

/// That it came back.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct CameBack {
    /// Why.
    reason: String,
}

/// Where it stands now.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = ShipmentState)]
struct InState {
    /// The state.
    state: rules::State,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Asked {
    state: String,
    q: String,
    cursor: Option<String>,
    limit: Option<i64>,
}

async fn list(
    State(app): State<App>,
    actor: Actor,
    Params(asked): Params<Asked>,
) -> Result<Json<Page<ShipmentView>>, AppError> {
    let Asked { state, q, cursor, limit } = asked;
    let query = ListShipments { filter: Filter { state, q }, paging: Paging { cursor, limit } };
    Ok(Json(app.read(&actor, &query).await?.map(|row| row.view())))
}

async fn order(
    State(app): State<App>,
    actor: Actor,
    terms: Terms,
    Body(input): Body<Input>,
) -> Result<Json<Placed>, AppError> {
    let placed = app.run(actor, PlaceOrder::new(input, app.profile()), terms).await?;
    app.wake();
    Ok(Json(placed))
}

async fn one(State(app): State<App>, actor: Actor, Path(number): Path<OrderNumber>) -> Result<Response, AppError> {
    let Shown { row, ship_to, serials, events, staff, .. } = app.read(&actor, &ShowShipment(number)).await?;
    let history = events.iter().map(|event| HappenedView {
        at: rfc3339(event.at),
        event: event.event.clone(),
        words: happened(event, staff),
    });
    let tag = format!("\"{}\"", row.version);
    let body = OneShipment {
        shipment: row.view(),
        ship_to,
        listed_serial_numbers: serials.into_iter().map(|serial| serial.serial).collect(),
        history: history.collect(),
    };
    Ok(([(header::ETAG, tag)], Json(body)).into_response())
}

/// The version is the order's, not that of the contracts which a write of it locks.
fn apart(terms: Terms) -> (Option<i64>, Terms) {
    (terms.version, Terms { version: None, ..terms })
}

async fn ship_to(
    State(app): State<App>,
    actor: Actor,
    Path(number): Path<OrderNumber>,
    terms: Terms,
    Body(input): Body<ShipToInput>,
) -> Result<Json<ShipTo>, AppError> {
    let (version, terms) = apart(terms);
    let edit = EditShipTo::new(number, input.ship_to, input.keep, app.profile()).at(version);
    let done = noticed(&app, number, app.run(actor, edit, terms).await).await?;
    app.wake();
    Ok(Json(done))
}

async fn cancel(
    State(app): State<App>,
    actor: Actor,
    Path(number): Path<OrderNumber>,
    terms: Terms,
    Body(Cancel { undo }): Body<Cancel>,
) -> Result<Json<InState>, AppError> {
    let (version, terms) = apart(terms);
    app.run(actor, CancelShipment { number, undo, version }, terms).await?;
    let state = if undo { rules::State::Requested } else { rules::State::Cancelled };
    Ok(Json(InState { state }))
}

async fn approve(
    State(app): State<App>,
    actor: Actor,
    terms: Terms,
    Body(input): Body<ApproveShipments>,
) -> Result<Json<Approved>, AppError> {
    let done = app.run(actor, input, terms).await?;
    super::vendor_web::settle(&app, &done).await?;
    Ok(Json(done))
}

/// An order that was refused because hands changed asks the new coordinator at once.
async fn noticed<T>(app: &App, number: OrderNumber, outcome: Result<T, AppError>) -> Result<T, AppError> {
    if let Err(error) = &outcome {
        settled(app, number, error).await?;
    }
    outcome
}

async fn ship(
    State(app): State<App>,
    actor: Actor,
    Path(number): Path<OrderNumber>,
    terms: Terms,
    Body(Parcel { carrier, tracking }): Body<Parcel>,
) -> Result<Json<InState>, AppError> {
    let (version, terms) = apart(terms);
    let ship = ShipShipment::new(number, (carrier, tracking), app.profile()).at(version);
    noticed(&app, number, app.run(actor, ship, terms).await).await?;
    app.wake();
    Ok(Json(InState { state: rules::State::Shipped }))
}

async fn delivered(
    State(app): State<App>,
    actor: Actor,
    Path(number): Path<OrderNumber>,
    terms: Terms,
) -> Result<Json<InState>, AppError> {
    let (version, terms) = apart(terms);
    app.run(actor, EndShipment::new(number, None, app.profile()).at(version), terms).await?;
    app.wake();
    Ok(Json(InState { state: rules::State::Delivered }))
}

async fn returned(
    State(app): State<App>,
    actor: Actor,
    Path(number): Path<OrderNumber>,
    terms: Terms,
    Body(CameBack { reason }): Body<CameBack>,
) -> Result<Json<InState>, AppError> {
    let (version, terms) = apart(terms);
    app.run(actor, EndShipment::new(number, Some(reason), app.profile()).at(version), terms).await?;
    app.wake();
    Ok(Json(InState { state: rules::State::Returned }))
}
