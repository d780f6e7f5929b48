//! Where one arrives: Home, help, and the search that leads anywhere.
pub mod contract_people;
pub mod help_page;
mod needs;
pub mod pages;
mod search;
mod sold;
mod web;

use crate::db::Sql;
use crate::web::Route;

pub(crate) fn statements() -> Vec<Sql> {
    let mut all = needs::statements();
    all.extend(contract_people::statements());
    all.extend(search::statements());
    all
}

pub(crate) fn routes() -> Vec<Route> {
    web::routes()
}
