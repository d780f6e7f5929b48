//! Signing in with a company's own provider, and the vendor's people with theirs (OpenID Connect). docs/SIGN-IN.md says what
//! was chosen and why.
pub mod begin;
pub mod configure;
pub mod confirm;
mod confirm_web;
pub mod enter;
pub mod http;
pub mod mails;
pub mod only;
pub mod pages;
pub mod protocol;
pub mod provider;
pub mod reach;
pub mod rules;
pub mod settings_page;
mod settings_web;
pub mod setup;
pub mod show;
pub mod ticket;
pub mod web;

use crate::db::Sql;
use crate::web::Route;

pub(crate) fn statements() -> Vec<Sql> {
    let mut all = provider::statements();
    all.extend(begin::statements());
    all.extend(enter::statements());
    all.extend(confirm::statements());
    all.extend(only::statements());
    all.extend(setup::statements());
    all.extend(configure::statements());
    all.extend(show::statements());
    all
}

pub(crate) fn routes() -> Vec<Route> {
    let mut all = web::routes();
    all.extend(settings_web::routes());
    all.extend(confirm_web::routes());
    all
}
