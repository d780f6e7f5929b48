//! The first sign-in: whoever manages a contract and was never here gets one mail with a link that works once, and a page
//! that leads through what there is to do.
pub mod mails;
pub mod open;
pub mod page;
pub mod terms;
mod web;
pub mod write;

use crate::db::Sql;
use crate::web::Route;

pub(crate) fn statements() -> Vec<Sql> {
    let mut all = write::statements();
    all.extend(open::statements());
    all.extend(terms::statements());
    all
}

pub(crate) fn routes() -> Vec<Route> {
    web::routes()
}
