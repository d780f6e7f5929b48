//! What one says of oneself: names, language, time zone, colours, keys, shipping address.
pub mod addresses;
pub mod change_email;
mod companies;
mod confirm_email;
pub(crate) mod countries;
pub mod data_page;
mod data_web;
pub mod duties;
pub mod email_mails;
pub mod email_page;
mod email_web;
pub mod erase;
pub mod export;
pub mod export_mail;
pub(crate) mod fields;
mod held;
mod mentions;
pub mod page;
pub(crate) mod rules;
mod save;
mod show;
mod theme;
mod web;

use crate::db::Sql;
use crate::web::Route;

pub(crate) fn statements() -> Vec<Sql> {
    let mut all = addresses::statements();
    all.extend(change_email::statements());
    all.extend(companies::statements());
    all.extend(confirm_email::statements());
    all.extend(duties::statements());
    all.extend(erase::statements());
    all.extend(export::statements());
    all.extend(held::statements());
    all.extend(mentions::statements());
    all.extend(save::statements());
    all.extend(show::statements());
    all.extend(theme::statements());
    all
}

pub(crate) fn routes() -> Vec<Route> {
    let mut all = web::routes();
    all.extend(email_web::routes());
    all.extend(data_web::routes());
    all
}
