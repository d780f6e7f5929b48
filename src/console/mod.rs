//! What the vendor's staff do about people: look as somebody, find duplicates, make one of two.
pub mod companies_page;
pub mod company_items;
pub mod duplicates;
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
    web::routes()
}
