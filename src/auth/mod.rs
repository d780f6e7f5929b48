//! How people prove who they are: links by mail, sessions, API tokens.
pub mod again;
pub mod again_page;
mod again_web;
pub mod cookie_web;
pub mod device;
pub mod mails;
pub mod pages;
pub mod secret;
pub mod session;
pub mod sign_in;
pub mod token;
pub mod web;

use crate::db::Sql;
use crate::web::Route;

pub(crate) fn statements() -> Vec<Sql> {
    let mut all = sign_in::statements();
    all.extend(session::statements());
    all.extend(again::statements());
    all.extend(token::statements());
    all.extend(mails::statements());
    all
}

pub(crate) fn routes() -> Vec<Route> {
    let mut all = web::routes();
    all.extend(again_web::routes());
    all
}
