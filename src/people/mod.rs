//! People and how they come into a company.
pub mod invite;

use crate::db::Sql;

pub(crate) fn statements() -> Vec<Sql> {
    invite::statements()
}
