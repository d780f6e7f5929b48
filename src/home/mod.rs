//! Where one arrives: Home, help, account, and the search that leads anywhere.
mod account;
pub mod account_page;
pub mod help_page;
mod needs;
pub mod pages;
mod search;
mod sold;
mod theme;
mod web;

use crate::db::Sql;
use crate::web::Route;

pub(crate) fn statements() -> Vec<Sql> {
    let mut all = account::statements();
    all.extend(needs::statements());
    all.extend(search::statements());
    all.extend(theme::statements());
    all
}

pub(crate) fn routes() -> Vec<Route> {
    web::routes()
}
