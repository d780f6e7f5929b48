//! Users: who is let in, to what, and what they may do there.
mod api;
pub mod ask;
pub mod asked_mails;
pub mod company;
pub mod correct;
pub mod decide;
pub mod end;
pub mod input;
pub mod known;
pub mod list;
pub mod mails;
pub mod name;
pub mod naming;
pub mod pasted;
pub mod remove;
pub mod rules;
#[cfg(test)]
mod rules_test;
pub mod send_link;
pub mod store;
pub mod tell;

use crate::db::Sql;
use crate::web::Route;

pub(crate) fn statements() -> Vec<Sql> {
    let mut all = known::statements();
    all.extend(end::statements());
    all.extend(ask::statements());
    all.extend(company::statements());
    all.extend(correct::statements());
    all.extend(decide::statements());
    all.extend(naming::statements());
    all.extend(list::statements());
    all.extend(name::statements());
    all.extend(remove::statements());
    all.extend(send_link::statements());
    all.extend(store::statements());
    all.extend(tell::statements());
    all
}

pub(crate) fn routes() -> Vec<Route> {
    api::routes()
}
