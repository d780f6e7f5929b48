//! Change sets: what was changed together, and its undo.
mod api;
pub mod undo;
mod verdict;

use crate::db::Sql;
use crate::web::Route;

pub(crate) fn statements() -> Vec<Sql> {
    let mut all = undo::statements();
    all.extend(verdict::statements());
    all
}

pub(crate) fn routes() -> Vec<Route> {
    api::routes()
}
