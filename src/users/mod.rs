//! Users: who is let in, to what, and what they may do there.
pub mod access;
mod api;
pub mod ask;
pub mod asked_mails;
pub mod company;
pub mod correct;
pub mod decide;
pub mod duties;
pub mod end;
pub mod grant;
pub mod input;
pub mod join;
pub mod join_mails;
pub mod known;
pub mod list;
pub mod list_page;
pub mod mails;
pub mod name;
pub mod name_page;
mod name_web;
pub mod naming;
mod own;
pub mod pasted;
pub mod person_page;
mod person_web;
pub mod remove;
pub mod requests_page;
mod requests_web;
pub mod roster;
pub mod roster_web;
pub mod rules;
#[cfg(test)]
mod rules_test;
pub mod send_link;
pub mod store;
pub mod tell;
mod web;

use crate::db::Sql;
use crate::web::Route;

pub(crate) fn statements() -> Vec<Sql> {
    let mut all = known::statements();
    all.extend(end::statements());
    all.extend(grant::statements());
    all.extend(ask::statements());
    all.extend(company::statements());
    all.extend(correct::statements());
    all.extend(decide::statements());
    all.extend(join::statements());
    all.extend(naming::statements());
    all.extend(list::statements());
    all.extend(name::statements());
    all.extend(own::statements());
    all.extend(remove::statements());
    all.extend(roster::statements());
    all.extend(send_link::statements());
    all.extend(store::statements());
    all.extend(tell::statements());
    all
}

pub(crate) fn routes() -> Vec<Route> {
    let mut all = api::routes();
    all.extend(web::routes());
    all.extend(name_web::routes());
    all.extend(requests_web::routes());
    all.extend(person_web::routes());
    all
}
