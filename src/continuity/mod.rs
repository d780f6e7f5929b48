//! Continuity: what happens when nobody reads for a role any more. Only mail moves by itself, authority never does (domain.md §5).
mod backup;
mod check;
pub mod mails;
pub mod monthly;
mod section;
mod unattended;
mod unattended_page;
mod vacant;
mod web;

pub use backup::ShowBackup;
pub use section::{BackupView, section};
pub use vacant::{ShowVacant, sentence};

use crate::db::Sql;
use crate::web::Route;

pub(crate) fn statements() -> Vec<Sql> {
    let mut all = backup::statements();
    all.extend(check::statements());
    all.extend(monthly::statements());
    all.extend(unattended::statements());
    all.extend(vacant::statements());
    all
}

pub(crate) fn routes() -> Vec<Route> {
    web::routes()
}
