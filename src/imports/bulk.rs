//! The texts of bulk inserts. Rows are inserted a thousand at a time, which makes texts of tens of kilobytes: each is made
//! once, and the values are moved into the statement, not copied.
use crate::db::Dialect;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// How many rows come at once.
pub const MANY: usize = 1_000;
const FEW: usize = 16;

/// How many rows a statement has that takes so many.
pub fn padded(rows: usize) -> usize {
    if rows <= FEW { FEW } else { MANY }
}

/// `VALUES (…), …` of so many rows. The placeholders are numbered on PostgreSQL; SQLite looks for each numbered one among
/// all that there are, so that a thousand rows took half a second, and there they are not.
pub fn values(dialect: Dialect, width: usize, rows: usize) -> &'static str {
    type Texts = BTreeMap<(bool, usize, usize), &'static str>;
    static TEXTS: Mutex<Texts> = Mutex::new(BTreeMap::new());
    let numbered = dialect == Dialect::Postgres;
    let mut texts = TEXTS.lock().unwrap_or_else(PoisonError::into_inner);
    // Kept for good: there are a dozen tables and two lengths.
    texts.entry((numbered, width, rows)).or_insert_with(|| Box::leak(text(numbered, width, rows).into_boxed_str()))
}

fn text(numbered: bool, width: usize, rows: usize) -> String {
    let mut text = String::from("VALUES ");
    for n in 0..width * rows {
        let begin = match (n, n % width) {
            (0, _) => "(",
            (_, 0) => "),(",
            _ => ",",
        };
        text.push_str(begin);
        match numbered {
            true => text.push_str(&format!("${}", n + 1)),
            false => text.push('?'),
        }
    }
    text + ")"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_have_a_placeholder_for_each_value() {
        assert_eq!(text(true, 2, 2), "VALUES ($1,$2),($3,$4)");
        assert_eq!(text(false, 3, 2), "VALUES (?,?,?),(?,?,?)");
        assert_eq!(values(Dialect::Sqlite, 12, MANY).matches('?').count(), 12_000);
        assert_eq!((padded(1), padded(16), padded(17), padded(1_000)), (16, 16, 1_000, 1_000));
    }
}
