//! Releases and extensions: the catalogue, who is told and why, who may fetch what, and each download (domain.md §5).
pub mod announce;
pub(crate) mod api;
pub mod catalogue_pages;
pub mod check_artifact;
pub mod download;
pub mod downloads_page;
mod downloads_web;
pub mod draft;
pub mod entitlement;
pub mod fetched;
pub mod list;
pub mod mails;
pub mod news;
pub mod publish;
pub mod ready;
pub mod rehearsal_pages;
mod rehearsal_web;
pub mod rehearse;
pub mod report;
pub mod rules;
pub mod sample;
mod serve_web;
pub mod show;
pub mod tell;
mod told;
pub mod upload;
mod upload_web;
mod vendor_web;
mod views;

use crate::db::Sql;
use crate::web::Route;

pub(crate) fn statements() -> Vec<Sql> {
    let mut all = draft::statements();
    all.extend(publish::statements());
    all.extend(upload::statements());
    all.extend(check_artifact::statements());
    all.extend(show::statements());
    all.extend(list::statements());
    all.extend(entitlement::statements());
    all.extend(ready::statements());
    all.extend(news::statements());
    all.extend(fetched::statements());
    all.extend(download::statements());
    all.extend(rehearse::statements());
    all.extend(announce::statements());
    all.extend(tell::statements());
    all.extend(report::statements());
    all.extend(sample::statements());
    all
}

pub(crate) fn routes() -> Vec<Route> {
    let mut all = api::routes();
    all.extend(serve_web::routes());
    all.extend(downloads_web::routes());
    all.extend(vendor_web::routes());
    all.extend(rehearsal_web::routes());
    all.extend(upload_web::routes());
    all
}
