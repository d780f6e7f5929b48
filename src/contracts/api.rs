//! The slice's API calls.
use super::assets::{AssetView, ListAssets, Page, Paging};
use super::filter::Filter;
use super::list::{ContractView, ListContracts, ShowContract};
use crate::app::App;
use crate::coordinators::resolve::ShowAsset;
use crate::error::AppError;
use crate::ids::{ContractNumber, SerialNumber};
use crate::people::find::{Asked, FindPeople, FoundView};
use crate::people::me::{SelfView, ShowSelf};
use crate::policy::{ActionId, Actor};
use crate::time::Day;
use crate::web::extract::Params;
use crate::web::{Route, get};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, header};
use serde::Deserialize;

const PAGING: &[(&str, &str)] =
    &[("limit", "At most 200, which is the default"), ("cursor", "`next` of the page before")];
const ASSETS: &[(&str, &str)] = &[
    ("coordinator", "Address of the effective coordinator, or `default`"),
    ("group", "Name of the group"),
    ("product", "Product code"),
    ("q", "Beginning of the serial number or of the product's name"),
    ("limit", "At most 200, which is the default"),
    ("cursor", "`next` of the page before"),
];

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/api/v1/me", ActionId::SeeSelf, me).says("Who you are").gives::<SelfView>(),
        get("/api/v1/contracts", ActionId::ListContracts, list)
            .says("The contracts that you see")
            .query(PAGING)
            .gives::<Page<ContractView>>(),
        get("/api/v1/contracts/{contract_number}", ActionId::SeeContract, one)
            .says("One contract")
            .gives::<ContractView>(),
        get("/api/v1/contracts/{contract_number}/assets", ActionId::SeeContract, assets)
            .says("The assets of a contract that you see")
            .query(ASSETS)
            .gives::<Page<AssetView>>(),
        get("/api/v1/assets/{serial_number}", ActionId::SeeAsset, asset)
            .says("One asset with its coordinator, now or on a day")
            .query(&[("on", "A day, YYYY-MM-DD: the answer for its end")])
            .gives::<AssetView>(),
        get("/api/v1/contracts/{contract_number}/people", ActionId::FindPerson, people)
            .says("The pick list: people of the company, by the beginning of address or name")
            .query(&[("find", "email, first_name, last_name or any"), ("starting_with", "The beginning")])
            .gives::<Page<FoundView>>(),
    ]
}

async fn me(State(app): State<App>, actor: Actor) -> Result<Json<SelfView>, AppError> {
    Ok(Json(app.read(&actor, &ShowSelf).await?.view()))
}

async fn list(
    State(app): State<App>,
    actor: Actor,
    Params(paging): Params<Paging>,
) -> Result<Json<Page<ContractView>>, AppError> {
    let page = app.read(&actor, &ListContracts { account: String::new(), paging }).await?;
    Ok(Json(page.map(|row| row.view())))
}

/// The version of what is shown, for `If-Match`.
fn tag(version: i64) -> HeaderMap {
    let value = HeaderValue::from_str(&format!("\"{version}\"")).ok();
    value.map(|v| (header::ETAG, v)).into_iter().collect()
}

async fn one(
    State(app): State<App>,
    actor: Actor,
    Path(contract): Path<ContractNumber>,
) -> Result<(HeaderMap, Json<ContractView>), AppError> {
    let row = app.read(&actor, &ShowContract(contract)).await?;
    Ok((tag(row.version), Json(row.view())))
}

#[derive(Deserialize)]
struct AssetsAsked {
    coordinator: Option<String>,
    group: Option<String>,
    product: Option<String>,
    q: Option<String>,
    cursor: Option<String>,
    limit: Option<i64>,
}

async fn assets(
    State(app): State<App>,
    actor: Actor,
    Path(contract): Path<ContractNumber>,
    Params(asked): Params<AssetsAsked>,
) -> Result<Json<Page<AssetView>>, AppError> {
    let AssetsAsked { coordinator, group, product, q, cursor, limit } = asked;
    let (filter, paging) = (Filter { coordinator, group, product, q }, Paging { cursor, limit });
    let page = app.read(&actor, &ListAssets { contract, filter, paging }).await?;
    Ok(Json(page.map(|row| row.view())))
}

#[derive(Deserialize)]
struct OnDay {
    on: Option<Day>,
}

async fn asset(
    State(app): State<App>,
    actor: Actor,
    Path(serial): Path<SerialNumber>,
    Params(OnDay { on }): Params<OnDay>,
) -> Result<Json<AssetView>, AppError> {
    Ok(Json(app.read(&actor, &ShowAsset { serial, on }).await?))
}

async fn people(
    State(app): State<App>,
    actor: Actor,
    Path(contract): Path<ContractNumber>,
    Params(asked): Params<Asked>,
) -> Result<Json<Page<FoundView>>, AppError> {
    let found = app.read(&actor, &FindPeople { contract, asked }).await?;
    Ok(Json(Page { items: found.iter().map(|p| p.view()).collect(), next: None }))
}
