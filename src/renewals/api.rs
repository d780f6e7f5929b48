//! The API calls of renewal.
use super::answer_quote::AnswerQuote;
use super::list::{ListRenewals, RenewalView};
use super::order::MarkOrdered;
use super::renew::{RenewContract, RenewedView};
use super::request_quote::{Input, RequestQuote, Requested};
use super::rules::{REPORT_AFTER, REPORT_BEFORE};
use crate::app::App;
use crate::contracts::assets::{Page, Paging};
use crate::error::AppError;
use crate::ids::ContractNumber;
use crate::operation::Terms;
use crate::policy::{ActionId, Actor};
use crate::time::Day;
use crate::web::extract::{Body, Params};
use crate::web::{Route, get, post};
use axum::Json;
use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/api/v1/renewals", ActionId::ListRenewals, list)
            .says(
                "The renewal report: contracts from 90 days before their end to 30 days after, the earliest end first",
            )
            .query(&[("limit", "Rows of a page, at most 200"), ("cursor", "`next` of the page before")])
            .gives::<Page<RenewalView>>(),
        post("/api/v1/contracts/{contract_number}/quote-requests", ActionId::RequestQuote, request)
            .says("Ask the reseller of record, or the vendor, what a renewal costs")
            .takes::<Input>()
            .gives::<Requested>(),
        post("/api/v1/contracts/{contract_number}/quote-requests/{id}/answer", ActionId::AnswerQuote, answer)
            .says("Say that the quote is ready")
            .takes::<Answer>()
            .gives::<Answered>(),
        post("/api/v1/contracts/{contract_number}/renewal-order", ActionId::MarkOrdered, order)
            .says("Mark the renewal as ordered, which pauses its notices, or take that back")
            .takes::<Order>()
            .gives::<Order>(),
        post("/api/v1/contracts/{contract_number}/renewal", ActionId::RenewContract, renew)
            .says("Renew a contract: a new end date")
            .takes::<NewTerm>()
            .gives::<RenewedView>(),
    ]
}

/// The body of an answer.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = QuoteAnswer)]
struct Answer {
    /// What there is to say: the price, until when it holds.
    #[serde(default)]
    message: String,
}

/// What became of it.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[schema(as = QuoteAnswered)]
struct Answered {
    /// `quoted`
    state: &'static str,
}

/// Ordered, or not.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RenewalOrder)]
struct Order {
    /// Whether the renewal is ordered.
    ordered: bool,
}

/// A new term.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct NewTerm {
    /// The new last day, YYYY-MM-DD.
    #[schema(value_type = String)]
    end_date: Day,
    /// How many people may be written to, where they are more than 50.
    #[serde(default)]
    confirm_notices: Option<u64>,
}

async fn list(
    State(app): State<App>,
    actor: Actor,
    Params(paging): Params<Paging>,
) -> Result<Json<Page<RenewalView>>, AppError> {
    let report = app.read(&actor, &ListRenewals { before: REPORT_BEFORE, after: REPORT_AFTER, paging }).await?;
    let items = report.page.items.into_iter().map(|one| one.view(&report.settings, report.today)).collect();
    Ok(Json(Page { items, next: report.page.next }))
}

async fn request(
    State(app): State<App>,
    actor: Actor,
    Path(contract): Path<ContractNumber>,
    terms: Terms,
    Body(input): Body<Input>,
) -> Result<Json<Requested>, AppError> {
    let requested = app.run(actor, RequestQuote::new(contract, input, app.profile()), terms).await?;
    app.wake();
    Ok(Json(requested))
}

async fn answer(
    State(app): State<App>,
    actor: Actor,
    Path((contract, id)): Path<(ContractNumber, String)>,
    terms: Terms,
    Body(Answer { message }): Body<Answer>,
) -> Result<Json<Answered>, AppError> {
    app.run(actor, AnswerQuote::new(contract, id, message, app.profile()), terms).await?;
    app.wake();
    Ok(Json(Answered { state: "quoted" }))
}

async fn order(
    State(app): State<App>,
    actor: Actor,
    Path(contract): Path<ContractNumber>,
    terms: Terms,
    Body(Order { ordered }): Body<Order>,
) -> Result<Json<Order>, AppError> {
    app.run(actor, MarkOrdered { contract, ordered }, terms).await?;
    app.wake();
    Ok(Json(Order { ordered }))
}

async fn renew(
    State(app): State<App>,
    actor: Actor,
    Path(contract): Path<ContractNumber>,
    terms: Terms,
    Body(NewTerm { end_date, confirm_notices }): Body<NewTerm>,
) -> Result<Json<RenewedView>, AppError> {
    let renew = RenewContract::new(contract, end_date, confirm_notices, app.profile());
    let renewed = app.run(actor, renew, terms).await?;
    app.wake();
    Ok(Json(renewed))
}
