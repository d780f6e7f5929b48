//! Demo mode: sample companies, one-click sign-in, mail on a page.
mod archive;
mod filling;
mod mail_list;
pub mod pages;
mod past;
pub mod roles;
pub mod sign_in;
mod software;
pub mod web;
pub mod world;

use crate::db::Sql;
use crate::web::Route;

pub(crate) fn statements() -> Vec<Sql> {
    let mut all = sign_in::statements();
    all.extend(filling::statements());
    all.extend(mail_list::statements());
    all.extend(past::statements());
    all
}

pub(crate) fn routes() -> Vec<Route> {
    web::routes()
}
