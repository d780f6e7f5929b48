//! Orders and shipments (domain.md §5): media of a release go to the coordinator, one shipment for each company, coordinator, address
//! and release. `rules.rs` says what may become of an order, `settle.rs` sees to it that it goes to whoever coordinates when it leaves.
pub mod address;
pub mod announced;
mod api;
pub mod approve;
pub mod cancel;
pub mod candidates;
pub mod end;
pub mod export;
pub mod list;
pub mod list_page;
pub mod mails;
pub mod needs;
pub mod new_page;
pub mod offer;
pub mod order;
pub mod order_page;
pub mod prefer;
pub mod queue_page;
pub mod rules;
pub mod settle;
pub mod ship;
pub mod ship_to;
pub mod show;
pub mod slip_page;
mod store;
mod tell;
mod vendor_web;
mod views;
mod web;

use crate::db::Sql;
use crate::web::Route;

pub(crate) fn statements() -> Vec<Sql> {
    let mut all = address::statements();
    all.extend(announced::statements());
    all.extend(approve::statements());
    all.extend(cancel::statements());
    all.extend(candidates::statements());
    all.extend(end::statements());
    all.extend(list::statements());
    all.extend(needs::statements());
    all.extend(offer::statements());
    all.extend(order::statements());
    all.extend(prefer::statements());
    all.extend(settle::statements());
    all.extend(ship::statements());
    all.extend(ship_to::statements());
    all.extend(show::statements());
    all.extend(store::statements());
    all.extend(tell::statements());
    all
}

pub(crate) fn routes() -> Vec<Route> {
    let mut all = web::routes();
    all.extend(vendor_web::routes());
    all.extend(api::routes());
    all
}
