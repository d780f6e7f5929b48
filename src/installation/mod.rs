//! The installation as a whole: its settings, its check, its first day of sending mail.
pub mod check;
pub mod go_live;
mod invariants;
pub mod settings;

use crate::db::Sql;

pub(crate) fn statements() -> Vec<Sql> {
    let mut all = settings::statements();
    all.extend(go_live::statements());
    all.extend(check::statements());
    all
}
