//! Renewal (domain.md §5): the report, notices before and after the end of a term, quote requests, new terms, a calendar feed.
//! `rules.rs` says which step is due, `day.rs` sees to it that each is told once.
pub mod answer_quote;
mod api;
pub mod calendar;
mod contract_web;
pub mod day;
pub mod feed;
pub mod list;
pub mod mails;
pub mod notices;
pub mod order;
pub mod quote_mails;
pub mod renew;
pub mod renew_page;
pub mod renewal_page;
pub mod report_page;
pub mod request_quote;
pub mod rules;
pub mod settings;
pub mod show;
pub mod terms;
pub mod timeline;
mod web;
pub mod weekly;
pub mod weekly_mail;

use crate::db::Sql;
use crate::web::Route;

pub(crate) fn statements() -> Vec<Sql> {
    let mut all = settings::statements();
    all.extend(terms::statements());
    all.extend(day::statements());
    all.extend(notices::statements());
    all.extend(weekly::statements());
    all.extend(list::statements());
    all.extend(show::statements());
    all.extend(feed::statements());
    all.extend(request_quote::statements());
    all.extend(answer_quote::statements());
    all.extend(order::statements());
    all.extend(renew::statements());
    all
}

pub(crate) fn routes() -> Vec<Route> {
    let mut all = web::routes();
    all.extend(contract_web::routes());
    all.extend(api::routes());
    all
}
