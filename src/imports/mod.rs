//! The exchange with the vendor's own systems: import, export, and what the two agree on (interfaces.md).
mod adopt;
mod aside;
mod bulk;
mod cells;
mod differ;
mod export;
mod fields;
mod files;
mod import;
mod judge;
mod merged;
mod on_contracts;
mod read;
mod report;
mod rows;
mod stage;
mod take;
mod write;

pub use export::export;
pub use import::{Import, Options, import, run};
pub use report::{Adopted, Complaint, Difference, Report};
pub use take::Take;

use crate::db::Sql;

/// Those of an export. An import's speak of temporary tables, which are there only while one runs; its tests run each.
pub(crate) fn statements() -> Vec<Sql> {
    export::statements()
}
