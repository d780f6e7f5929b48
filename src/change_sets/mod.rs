//! Change sets: what was changed together, and its undo.
mod api;
pub mod done;
pub mod list;
pub mod made;
pub mod message;
pub mod show;
pub mod undo;
pub mod undone;
mod verdict;
mod web;

use crate::db::Sql;
use crate::web::Route;

pub(crate) fn statements() -> Vec<Sql> {
    let mut all = undo::statements();
    all.extend(done::statements());
    all.extend(verdict::statements());
    all.extend(undone::statements());
    all.extend(made::statements());
    all.extend(list::statements());
    all.extend(show::statements());
    all
}

pub(crate) fn routes() -> Vec<Route> {
    let mut all = api::routes();
    all.extend(web::routes());
    all
}
