//! How people prove who they are: links by mail, sessions, API tokens.
pub mod mails;
pub mod pages;
pub mod secret;
pub mod sign_in;
pub mod token;
pub mod web;

use crate::db::Sql;
use crate::web::Route;

pub(crate) fn statements() -> Vec<Sql> {
    let mut all = sign_in::statements();
    all.extend(token::statements());
    all.extend(mails::statements());
    all
}

pub(crate) fn routes() -> Vec<Route> {
    web::routes()
}
