//! What one says of oneself: names, language, time zone, colours, keys, shipping address.
mod companies;
mod countries;
mod fields;
pub mod page;
mod rules;
mod save;
mod show;
mod theme;
mod web;

use crate::db::Sql;
use crate::web::Route;

pub(crate) fn statements() -> Vec<Sql> {
    let mut all = companies::statements();
    all.extend(save::statements());
    all.extend(show::statements());
    all.extend(theme::statements());
    all
}

pub(crate) fn routes() -> Vec<Route> {
    web::routes()
}
