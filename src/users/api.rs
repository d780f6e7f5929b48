//! The slice's API calls.
use super::end::{self, EndAccess};
use super::input::{Input, Outcome};
use super::list::{ListUsers, UserView};
use super::name::{NameUsers, PreviewUsers};
use crate::app::App;
use crate::contracts::assets::{Page, Paging};
use crate::error::AppError;
use crate::ids::ContractNumber;
use crate::operation::Terms;
use crate::policy::{ActionId, Actor};
use crate::web::extract::{Body, Params};
use crate::web::{Route, get, post};
use axum::Json;
use axum::extract::{Path, State};

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/api/v1/contracts/{contract_number}/users", ActionId::ListUsers, list)
            .says("The users of a contract with what they may do")
            .query(&[("limit", "At most 200, which is the default"), ("cursor", "`next` of the page before")])
            .gives::<Page<UserView>>(),
        post("/api/v1/contracts/{contract_number}/users", ActionId::NameUsers, name)
            .says("Name users, one or many: those who are new are invited")
            .takes::<Input>()
            .gives::<Outcome>(),
        post("/api/v1/contracts/{contract_number}/users/end", ActionId::EndAccess, end)
            .says("End the access of people to a contract")
            .takes::<end::Input>()
            .gives::<Outcome>(),
    ]
}

async fn list(
    State(app): State<App>,
    actor: Actor,
    Path(contract): Path<ContractNumber>,
    Params(paging): Params<Paging>,
) -> Result<Json<Page<UserView>>, AppError> {
    Ok(Json(app.read(&actor, &ListUsers { contract, paging }).await?))
}

async fn name(
    State(app): State<App>,
    actor: Actor,
    Path(contract): Path<ContractNumber>,
    terms: Terms,
    Body(input): Body<Input>,
) -> Result<Json<Outcome>, AppError> {
    let preview = input.preview;
    let name = NameUsers { contract, input };
    if preview {
        return Ok(Json(app.read(&actor, &PreviewUsers(name)).await?));
    }
    let outcome = app.run(actor, name, terms).await?;
    app.wake();
    Ok(Json(outcome))
}

async fn end(
    State(app): State<App>,
    actor: Actor,
    Path(contract): Path<ContractNumber>,
    terms: Terms,
    Body(input): Body<end::Input>,
) -> Result<Json<Outcome>, AppError> {
    let outcome = app.run(actor, EndAccess { contract, input }, terms).await?;
    app.wake();
    Ok(Json(outcome))
}
