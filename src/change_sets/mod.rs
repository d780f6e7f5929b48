//! Change sets: what was changed together, and its undo.
mod api;
pub mod done;
pub mod undo;
pub mod undone;
mod verdict;

use crate::db::Sql;
use crate::web::Route;

pub(crate) fn statements() -> Vec<Sql> {
    let mut all = undo::statements();
    all.extend(done::statements());
    all.extend(verdict::statements());
    all.extend(undone::statements());
    all
}

pub(crate) fn routes() -> Vec<Route> {
    api::routes()
}
