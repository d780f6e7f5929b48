//! The installation as a whole: its settings, its check, its first day of sending mail.
pub mod go_live;
pub mod settings;

use crate::db::Sql;

pub(crate) fn statements() -> Vec<Sql> {
    let mut all = settings::statements();
    all.extend(go_live::statements());
    all
}
