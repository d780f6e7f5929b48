//! The slice's API calls.
use super::assign::{AssignCoordinator, Input, Outcome};
use super::explain::{Event, Explain, Explanation};
use super::hand_over::{HandOver, Input as HandOverInput, PreviewHandOver};
use super::preview::PreviewAssignment;
use crate::app::App;
use crate::error::AppError;
use crate::ids::{ContractNumber, PersonKey, SerialNumber};
use crate::operation::Terms;
use crate::policy::{ActionId, Actor};
use crate::time::Day;
use crate::web::extract::{Body, Params};
use crate::web::{Route, get, post};
use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;

pub(super) fn routes() -> Vec<Route> {
    vec![
        post("/api/v1/contracts/{contract_number}/coordinator-assignments", ActionId::AssignCoordinator, assign)
            .says("Assign a coordinator to serial numbers, a group or a whole contract; or preview it")
            .takes::<Input>()
            .gives::<Outcome>(),
        post("/api/v1/people/{email}/hand-over", ActionId::HandOver, hand_over)
            .says("Hand everything that somebody coordinates on your contracts to another; or preview it")
            .takes::<HandOverInput>()
            .gives::<Outcome>(),
        get("/api/v1/explain", ActionId::ExplainCoordinator, explain)
            .says("Who gets mail about a serial number, and why")
            .query(&[
                ("serial_number", "Which"),
                ("event", "release, extension, shipment or renewal; release where it is absent"),
                ("on", "A day, YYYY-MM-DD; today where it is absent"),
            ])
            .gives::<Explanation>(),
    ]
}

async fn assign(
    State(app): State<App>,
    actor: Actor,
    terms: Terms,
    Path(contract): Path<ContractNumber>,
    Body(input): Body<Input>,
) -> Result<Json<Outcome>, AppError> {
    let assign = AssignCoordinator { contract, input };
    if assign.input.preview {
        return Ok(Json(app.read(&actor, &PreviewAssignment(assign)).await?.outcome));
    }
    let outcome = app.run(actor, assign, terms).await?;
    app.wake();
    Ok(Json(outcome))
}

async fn hand_over(
    State(app): State<App>,
    actor: Actor,
    terms: Terms,
    Path(email): Path<String>,
    Body(input): Body<HandOverInput>,
) -> Result<Json<Outcome>, AppError> {
    let hand_over = HandOver { person: PersonKey::from(email), input };
    if hand_over.input.preview {
        return Ok(Json(app.read(&actor, &PreviewHandOver(hand_over)).await?.outcome));
    }
    let outcome = app.run(actor, hand_over, terms).await?;
    app.wake();
    Ok(Json(outcome))
}

#[derive(Deserialize)]
struct Asked {
    serial_number: String,
    #[serde(default)]
    event: Event,
    on: Option<Day>,
}

async fn explain(
    State(app): State<App>,
    actor: Actor,
    Params(asked): Params<Asked>,
) -> Result<Json<Explanation>, AppError> {
    let query = Explain { serial: SerialNumber(asked.serial_number), event: asked.event, on: asked.on };
    Ok(Json(app.read(&actor, &query).await?))
}
