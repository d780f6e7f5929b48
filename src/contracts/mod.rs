//! Contracts and their assets.
mod api;
pub mod assets;
pub mod filter;
pub mod head;
pub mod list;
pub mod pages;
pub mod products_page;
pub mod table;

use crate::db::Sql;
use crate::web::Route;

pub(crate) fn statements() -> Vec<Sql> {
    let mut all = assets::statements();
    all.extend(list::statements());
    all
}

pub(crate) fn routes() -> Vec<Route> {
    api::routes()
}
