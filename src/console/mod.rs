//! What the vendor's staff do about people: look as somebody, find duplicates, make one of two, remove
//! the second factors of whoever lost them.
pub mod companies_page;
pub mod company_items;
pub mod duplicates;
pub mod factors_page;
mod factors_web;
pub mod merge;
pub mod merge_companies;
pub mod merge_items;
pub mod on_person;
pub mod pages;
pub mod view_as;
mod web;

use crate::db::Sql;
use crate::web::Route;

pub(crate) fn statements() -> Vec<Sql> {
    let mut all = duplicates::statements();
    all.extend(merge::statements());
    all.extend(merge_companies::statements());
    all.extend(company_items::statements());
    all.extend(on_person::statements());
    all.extend(merge_items::statements());
    all.extend(view_as::statements());
    all
}

pub(crate) fn routes() -> Vec<Route> {
    let mut all = web::routes();
    all.extend(factors_web::routes());
    all
}
