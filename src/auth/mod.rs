//! How people prove who they are: links by mail, passwords, second factors, sessions, API tokens.
pub mod again;
pub mod again_page;
mod again_web;
pub mod asked_mail;
pub mod cookie_web;
pub mod device;
pub mod factor_pages;
mod factors_mail;
pub mod first_factor;
mod handed;
pub mod hashing;
pub mod last_use;
pub mod mails;
pub mod own_tokens;
pub mod pages;
pub mod passkey;
mod passkey_web;
pub mod password;
pub mod password_pages;
pub mod password_rules;
mod password_web;
pub mod picture;
pub mod recovery;
pub mod reset;
pub mod reset_factors;
pub mod seal;
pub mod seal_secrets;
pub mod second;
mod second_web;
pub mod secret;
pub mod security;
pub mod security_page;
mod security_web;
pub mod session;
pub mod sign_in;
pub mod throttle;
pub mod token;
pub mod tokens_page;
mod tokens_web;
pub mod totp;
pub mod web;

use crate::db::Sql;
use crate::web::Route;

pub(crate) fn statements() -> Vec<Sql> {
    let mut all = sign_in::statements();
    all.extend(session::statements());
    all.extend(first_factor::statements());
    all.extend(handed::statements());
    all.extend(second::statements());
    all.extend(again::statements());
    all.extend(asked_mail::statements());
    all.extend(password::statements());
    all.extend(reset::statements());
    all.extend(reset_factors::statements());
    all.extend(seal_secrets::statements());
    all.extend(throttle::statements());
    all.extend(totp::statements());
    all.extend(passkey::statements());
    all.extend(recovery::statements());
    all.extend(security::statements());
    all.extend(own_tokens::statements());
    all.extend(last_use::statements());
    all.extend(token::statements());
    all.extend(mails::statements());
    all
}

pub(crate) fn routes() -> Vec<Route> {
    let mut all = web::routes();
    all.extend(again_web::routes());
    all.extend(second_web::routes());
    all.extend(password_web::routes());
    all.extend(security_web::routes());
    all.extend(tokens_web::routes());
    all.extend(passkey_web::routes());
    all
}
