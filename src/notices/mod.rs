//! Notices: the ledger of what was sent to whom, why, and what became of it; and how each person wants to be told.
mod absence;
mod addresses;
mod api;
pub mod bounced;
mod chart;
pub mod digest;
pub mod intake;
pub mod list;
pub mod mails;
mod outbox_page;
mod page;
mod preferences;
pub mod prefs_page;
mod prefs_web;
mod receive;
mod report;
mod resend;
pub mod rules;
mod show;
mod stop;
mod test_mail;
mod web;

pub use chart::sentence;

use crate::db::Sql;
use crate::web::Route;

pub(crate) fn statements() -> Vec<Sql> {
    let mut all = list::statements();
    all.extend(show::statements());
    all.extend(resend::statements());
    all.extend(test_mail::statements());
    all.extend(preferences::statements());
    all.extend(absence::statements());
    all.extend(addresses::statements());
    all.extend(stop::statements());
    all.extend(digest::statements());
    all.extend(receive::statements());
    all.extend(bounced::statements());
    all
}

pub(crate) fn routes() -> Vec<Route> {
    let mut all = web::routes();
    all.extend(api::routes());
    all.extend(prefs_web::routes());
    all
}
