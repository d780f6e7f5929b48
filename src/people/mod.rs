//! People: who they are, how they come into a company, how one finds them.
pub mod faces;
pub mod find;
pub mod gives;
pub mod invite;
pub mod me;
pub mod pages;
pub mod remind;
pub mod show;
pub mod show_view;
mod web;

use crate::db::Sql;
use crate::web::Route;

pub(crate) fn statements() -> Vec<Sql> {
    let mut all = invite::statements();
    all.extend(gives::statements());
    all.extend(me::statements());
    all.extend(remind::statements());
    all.extend(find::statements());
    all.extend(faces::statements());
    all.extend(show::statements());
    all
}

pub(crate) fn routes() -> Vec<Route> {
    web::routes()
}
