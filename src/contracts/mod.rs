//! Contracts and their assets.
pub mod administered;
mod api;
pub mod assets;
pub mod export;
pub mod filter;
pub mod head;
pub mod list;
mod list_web;
pub mod listed;
pub mod pages;
pub mod present;
pub mod products;
pub mod products_page;
mod products_view;
pub mod table;
mod web;

use crate::db::Sql;
use crate::web::Route;

pub(crate) fn statements() -> Vec<Sql> {
    let mut all = assets::statements();
    all.extend(list::statements());
    all.extend(administered::statements());
    all.extend(products::statements());
    all
}

pub(crate) fn routes() -> Vec<Route> {
    let mut all = api::routes();
    all.extend(list_web::routes());
    all.extend(web::routes());
    all
}
