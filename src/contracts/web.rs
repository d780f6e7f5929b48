//! The key page: a contract's serial numbers, and the same as a file.
use super::export::{self, ExportProducts};
use super::filter::Filter;
use super::present;
use super::products::{OpenContract, ShowProducts};
use super::products_page::products_page;
use super::products_view;
use crate::app::App;
use crate::change_sets::message::Just;
use crate::continuity::{ShowVacant, sentence};
use crate::error::AppError;
use crate::ids::ContractNumber;
use crate::policy::{ActionId, Actor};
use crate::web::extract::Pairs;
use crate::web::frame::{Browser, signed_in};
use crate::web::layout::{Crumb, Frame, Place};
use crate::web::{Route, get};
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use futures_util::stream;
use maud::Markup;

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/contracts/{contract_number}", ActionId::AdministerContract, contract),
        get("/contracts/{contract_number}/products", ActionId::AdministerContract, products),
        get("/contracts/{contract_number}/products.csv", ActionId::AdministerContract, products_csv),
    ]
}

async fn contract(
    State(app): State<App>,
    actor: Actor,
    Path(number): Path<ContractNumber>,
) -> Result<Redirect, AppError> {
    app.read(&actor, &OpenContract(number.clone())).await?;
    Ok(Redirect::to(&format!("/contracts/{number}/products")))
}

/// One value of the address that is not blank.
fn given(pairs: &[(String, String)], name: &str) -> Option<String> {
    let value = pairs.iter().find(|(n, _)| n == name).map(|(_, value)| value.trim());
    value.filter(|value| !value.is_empty()).map(str::to_owned)
}

fn filter(pairs: &[(String, String)]) -> Filter {
    let given = |name| given(pairs, name);
    Filter { coordinator: given("coordinator"), group: given("group"), product: given("product"), q: given("q") }
}

async fn products(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Path(contract): Path<ContractNumber>,
    Pairs(pairs): Pairs,
) -> Result<Markup, AppError> {
    let text = |name| given(&pairs, name).unwrap_or_default();
    let just = Just { done: text("done"), undone: text("undone") };
    let asked = ShowProducts { contract, filter: filter(&pairs), cursor: given(&pairs, "cursor"), just };
    let found = app.read(&actor, &asked).await?;
    let (frame, me) = signed_in(&app, &actor, &browser).await?;
    let number = &asked.contract.0;
    let crumbs = vec![
        Crumb::to("Contract Administration", "/contracts"),
        Crumb::to("Contracts", "/contracts"),
        Crumb::here(number),
    ];
    let frame = Frame {
        title: format!("Products – Contract {number}"),
        crumbs,
        place: Place::Contracts,
        flash: found.flash.clone(),
        companies: present::company(frame.companies, &found.contract.account_number),
        ..frame
    };
    let dialog = products_view::dialog(&asked, &found, &me, &frame.csrf);
    let mut view = products_view::view(&asked, &found, &me);
    view.head.vacant = sentence(&app.read(&actor, &ShowVacant(asked.contract.clone())).await?);
    Ok(products_page(&frame, &view, &dialog))
}

async fn products_csv(
    State(app): State<App>,
    actor: Actor,
    Path(contract): Path<ContractNumber>,
    Pairs(pairs): Pairs,
) -> Result<Response, AppError> {
    let named = pairs.iter().filter(|(name, _)| name == "serial").map(|(_, serial)| serial.trim().to_owned());
    let mut serials: Vec<String> = named.filter(|serial| !serial.is_empty()).collect();
    serials.sort_unstable();
    serials.dedup();
    let serials = Some(serials).filter(|serials| !serials.is_empty());
    let name = file_name(&contract, &app.clock().moment().today.to_string());
    let first = ExportProducts { contract, filter: filter(&pairs), serials, cursor: None };
    // The first page is read before anything is answered: a refusal has its status and its page.
    let page = app.read(&actor, &first).await?;
    let start = export::head() + &export::lines(&page.items, app.clock().zone());
    let next = move |state: (Option<String>, Option<ExportProducts>)| {
        let (app, actor) = (app.clone(), actor.clone());
        async move {
            if let (Some(start), rest) = state {
                return Ok(Some((start, (None, rest))));
            }
            let Some(asked) = state.1 else { return Ok(None) };
            let page = app.read(&actor, &asked).await?;
            let lines = export::lines(&page.items, app.clock().zone());
            let rest = page.next.map(|cursor| ExportProducts { cursor: Some(cursor), ..asked });
            Ok::<_, AppError>(Some((lines, (None, rest))))
        }
    };
    let rest = page.next.map(|cursor| ExportProducts { cursor: Some(cursor), ..first });
    let body = Body::from_stream(stream::try_unfold((Some(start), rest), next));
    let kind = (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned());
    let disposition = (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\""));
    Ok(([kind, disposition], body).into_response())
}

/// `110448270013-products-2026-11-24.csv`, whatever a contract number is made of.
fn file_name(contract: &ContractNumber, today: &str) -> String {
    let number: String = contract.0.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    format!("{number}-products-{today}.csv")
}
