//! The page and the API calls of adoption.
use super::decide::{DecideAdoption, Decision};
use super::page::{AdoptionPage, adoption_page};
use super::show::{AdoptionView, ShowAdoption};
use crate::app::App;
use crate::error::AppError;
use crate::ids::ContractNumber;
use crate::operation::Terms;
use crate::policy::{ActionId, Actor};
use crate::time::day_of;
use crate::web::extract::{Body, Form};
use crate::web::frame::{Browser, signed_in, summary};
use crate::web::layout::{Crumb, Frame, Place};
use crate::web::person::PersonRef;
use crate::web::problem::Problem;
use crate::web::words::encoded;
use crate::web::{Route, get, post};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/contracts/{contract_number}/adoption", ActionId::SeeAdoption, page),
        post("/contracts/{contract_number}/adoption", ActionId::DecideAdoption, decide),
        get("/api/v1/contracts/{contract_number}/adoption", ActionId::SeeAdoption, one)
            .says("A purchase that came under an unknown address, and what was decided")
            .gives::<AdoptionView>(),
        post("/api/v1/contracts/{contract_number}/adoption", ActionId::DecideAdoption, call)
            .says("Keep such a purchase, or let the one whom it names manage it")
            .takes::<Input>()
            .gives::<Decided>(),
    ]
}

/// The body of the decision.
#[derive(Clone, Copy, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Input {
    /// `keep` or `hand`
    decision: Decision,
}

/// What was decided.
#[derive(Clone, Copy, Debug, serde::Serialize, utoipa::ToSchema)]
struct Decided {
    /// `keep` or `hand`
    decision: Decision,
}

async fn one(
    State(app): State<App>,
    actor: Actor,
    Path(contract): Path<ContractNumber>,
) -> Result<Json<AdoptionView>, AppError> {
    Ok(Json(app.read(&actor, &ShowAdoption(contract)).await?.view()))
}

async fn call(
    State(app): State<App>,
    actor: Actor,
    Path(contract): Path<ContractNumber>,
    terms: Terms,
    Body(Input { decision }): Body<Input>,
) -> Result<Json<Decided>, AppError> {
    app.run(actor, DecideAdoption::new(contract, decision, app.profile()), terms).await?;
    app.wake();
    Ok(Json(Decided { decision }))
}

async fn page(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Path(contract): Path<ContractNumber>,
) -> Result<Response, AppError> {
    show(&app, &actor, &browser, contract, None).await
}

async fn show(
    app: &App,
    actor: &Actor,
    browser: &Browser,
    contract: ContractNumber,
    refused: Option<Problem>,
) -> Result<Response, AppError> {
    let found = app.read(actor, &ShowAdoption(contract)).await?;
    let (frame, me) = signed_in(app, actor, browser).await?;
    let contracts = "/contracts";
    let crumbs = vec![
        Crumb::to("Contract Administration", contracts),
        Crumb::to("Contracts", contracts),
        Crumb::to(&found.number, format!("{contracts}/{}/products", encoded(&found.number))),
        Crumb::here("Purchase"),
    ];
    let title = format!("A purchase came to you – {}", found.number);
    let view = AdoptionPage {
        came: day_of(found.came_at, app.clock().zone()).long(),
        named: PersonRef::new(found.name(), &found.email, "", &found.handle),
        number: found.number,
        company: found.company,
        decision: found.decision,
        may_decide: me.person.staff_role.is_none(),
        problem: refused.as_ref().map(summary),
        csrf: frame.csrf.clone(),
    };
    let frame = Frame { title, crumbs, place: Place::Contracts, error: refused.is_some(), ..frame };
    let status = refused.map_or(StatusCode::OK, |p| StatusCode::from_u16(p.status).unwrap_or(StatusCode::CONFLICT));
    Ok((status, adoption_page(&frame, &view)).into_response())
}

async fn decide(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Path(contract): Path<ContractNumber>,
    form: Form,
) -> Result<Response, AppError> {
    let decision = match form.get("decision") {
        "keep" => Decision::Keep,
        "hand" => Decision::Hand,
        _ => return Err(AppError::invalid("decision", "press one of the two buttons")),
    };
    let to = match decision {
        Decision::Keep => format!("/contracts/{}/adoption", encoded(&contract.0)),
        // Whoever handed it over no longer sees it.
        Decision::Hand => "/contracts".to_owned(),
    };
    match app.run(actor.clone(), DecideAdoption::new(contract.clone(), decision, app.profile()), form.terms()).await {
        Ok(()) => {
            app.wake();
            Ok(Redirect::to(&to).into_response())
        }
        Err(error @ (AppError::Refused(_) | AppError::Invalid { .. })) => {
            show(&app, &actor, &browser, contract, Some(Problem::from(error))).await
        }
        Err(error) => Err(error),
    }
}
