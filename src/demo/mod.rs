//! Demo mode: sample companies, one-click sign-in, mail on a page.
mod mail_list;
pub mod pages;
pub mod roles;
pub mod sign_in;
pub mod web;
pub mod world;

use crate::db::Sql;
use crate::web::Route;

pub(crate) fn statements() -> Vec<Sql> {
    let mut all = sign_in::statements();
    all.extend(mail_list::statements());
    all
}

pub(crate) fn routes() -> Vec<Route> {
    web::routes()
}
