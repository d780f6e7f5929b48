//! What an import did, would do, or why it did nothing: for people and for programs.
use super::files::Kind;
use crate::db::FromRow;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// Most errors, and most differences, that a report lists; more are counted.
pub const LISTED: i64 = 100_000;

/// One thing that is wrong in a file.
#[derive(Clone, Debug, PartialEq, Eq, FromRow, Serialize, Deserialize)]
pub struct Complaint {
    /// `assets.csv`
    pub file: String,
    /// The line on which the row begins, from 1.
    pub line: i64,
    /// The column; empty where the row as a whole is wrong.
    #[sqlx(rename = "col")]
    pub column: String,
    /// What stands there.
    pub value: String,
    /// What is wrong and what to do.
    pub message: String,
}

impl Complaint {
    /// `seats: is no number of seats …`
    pub fn reason(&self) -> String {
        if self.column.is_empty() { self.message.clone() } else { format!("{}: {}", self.column, self.message) }
    }
}

/// Something that belongs to the customer and is not as the file has it.
#[derive(Clone, Debug, PartialEq, Eq, FromRow, Serialize, Deserialize)]
pub struct Difference {
    /// `assets.csv`
    pub file: String,
    /// The key of the row, its parts separated by spaces.
    #[sqlx(rename = "subject")]
    pub key: String,
    /// The column.
    #[sqlx(rename = "col")]
    pub column: String,
    /// What is in force here.
    pub ours: String,
    /// What the file has.
    pub theirs: String,
}

/// A purchase under an address that its company does not know (domain.md §5, "First sign-in").
#[derive(Clone, Debug, PartialEq, Eq, FromRow, Serialize, Deserialize)]
pub struct Adopted {
    /// Its number.
    pub contract: String,
    /// The address that the file names as Contract Manager.
    pub named: String,
    /// The Contract Manager to whom it went instead, and who decides.
    pub manager: String,
}

/// The report.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// What is wrong, by file and line. Unless rows were set aside, nothing was written then.
    pub errors: Vec<Complaint>,
    /// How many there are; more than are listed where there are very many.
    pub error_count: u64,
    /// New rows, by kind.
    pub added: BTreeMap<String, u64>,
    /// Changed rows, by kind.
    pub updated: BTreeMap<String, u64>,
    /// What belongs to the customers and differs.
    pub differences: Vec<Difference>,
    /// How many there are.
    pub difference_count: u64,
    /// New contracts that went to their company's present Contract Manager.
    #[serde(default)]
    pub adopted: Vec<Adopted>,
    /// The change set by which the file won, for undo.
    pub change_set: Option<String>,
    /// How many things it changed.
    pub taken: u64,
    /// Rows that were set aside.
    pub set_aside: u64,
    /// Whether it was only tried.
    pub dry_run: bool,
}

/// What the audit trail keeps of it: no list that grows with the files.
#[derive(Clone, Debug, Serialize)]
pub struct Noted {
    added: BTreeMap<String, u64>,
    updated: BTreeMap<String, u64>,
    differences: u64,
    taken: u64,
    set_aside: u64,
    adopted: usize,
}

impl Report {
    /// Counts the rows of a kind.
    pub fn count(&mut self, kind: Kind, added: u64, updated: u64) {
        *self.added.entry(kind.noun().to_owned()).or_default() += added;
        *self.updated.entry(kind.noun().to_owned()).or_default() += updated;
    }

    /// Whether the files were refused.
    pub fn is_refused(&self) -> bool {
        self.error_count > 0 && self.set_aside == 0
    }

    /// For the audit trail.
    pub fn noted(&self) -> Noted {
        Noted {
            added: self.added.clone(),
            updated: self.updated.clone(),
            differences: self.difference_count,
            taken: self.taken,
            set_aside: self.set_aside,
            adopted: self.adopted.len(),
        }
    }

    /// The errors, one a line: `FILE:LINE: COLUMN: MESSAGE: VALUE`.
    pub fn write_errors(&self, out: &mut impl Write) -> io::Result<()> {
        for error in &self.errors {
            writeln!(out, "{}:{}: {}: {}", error.file, error.line, error.reason(), error.value)?;
        }
        let unlisted = self.error_count.saturating_sub(self.errors.len() as u64);
        if unlisted > 0 {
            writeln!(out, "… and {unlisted} more")?;
        }
        if self.is_refused() {
            writeln!(out, "{}, nothing was imported", counted(self.error_count, "error"))?;
        }
        Ok(())
    }

    /// What happened, in words.
    pub fn write_summary(&self, out: &mut impl Write) -> io::Result<()> {
        writeln!(out, "{:<10} {:>9} {:>9}", "", "added", "updated")?;
        for kind in Kind::ALL {
            let of = |counts: &BTreeMap<String, u64>| counts.get(kind.noun()).copied().unwrap_or(0);
            writeln!(out, "{:<10} {:>9} {:>9}", kind.noun(), of(&self.added), of(&self.updated))?;
        }
        for a in &self.adopted {
            let Adopted { contract, named, manager } = a;
            writeln!(out, "contract {contract}: nobody there knows {named}; it went to {manager}, who decides")?;
        }
        if self.difference_count > 0 {
            let what = counted(self.difference_count, "difference");
            writeln!(out, "{what} to what belongs to the customers (what is in force | what the file has):")?;
        }
        for d in &self.differences {
            writeln!(out, "  {} {}: {}: {} | {}", d.file, d.key, d.column, named(&d.ours), named(&d.theirs))?;
        }
        let unlisted = self.difference_count.saturating_sub(self.differences.len() as u64);
        if unlisted > 0 {
            writeln!(out, "  … and {unlisted} more")?;
        }
        match &self.change_set {
            Some(handle) => {
                writeln!(out, "the file won in {} as change set {handle}, which can be undone", self.taken)?
            }
            None if self.difference_count > 0 => writeln!(out, "the customers' own stay; --take lets the file win")?,
            None => {}
        }
        if self.set_aside > 0 {
            writeln!(out, "{} set aside", counted(self.set_aside, "row"))?;
        }
        if self.dry_run {
            writeln!(out, "a dry run: nothing was written")?;
        }
        Ok(())
    }
}

fn named(value: &str) -> &str {
    if value.is_empty() { "nothing" } else { value }
}

fn counted(n: u64, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_a_line() {
        let error = |column: &str, value: &str| Complaint {
            file: "assets.csv".to_owned(),
            line: 7,
            column: column.to_owned(),
            value: value.to_owned(),
            message: "is wrong".to_owned(),
        };
        let report =
            Report { errors: vec![error("seats", "many"), error("", "x")], error_count: 2, ..Report::default() };
        let mut out = Vec::new();
        report.write_errors(&mut out).unwrap();
        let expected =
            "assets.csv:7: seats: is wrong: many\nassets.csv:7: is wrong: x\n2 errors, nothing was imported\n";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
}
