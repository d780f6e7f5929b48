//! Demo mode: sample companies, one-click sign-in, mail on a page.
pub mod pages;
pub mod roles;
pub mod sign_in;
pub mod world;

use crate::db::Sql;
use crate::web::Route;

pub(crate) fn statements() -> Vec<Sql> {
    sign_in::statements()
}

pub(crate) fn routes() -> Vec<Route> {
    Vec::new()
}
