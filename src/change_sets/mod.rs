//! Change sets: what was changed together, and its undo.
pub mod undo;
mod verdict;

use crate::db::Sql;

pub(crate) fn statements() -> Vec<Sql> {
    let mut all = undo::statements();
    all.extend(verdict::statements());
    all
}
