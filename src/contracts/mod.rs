//! Contracts and their assets.
pub mod assets;
pub mod filter;
pub mod list;

use crate::db::Sql;

pub(crate) fn statements() -> Vec<Sql> {
    let mut all = assets::statements();
    all.extend(list::statements());
    all
}
