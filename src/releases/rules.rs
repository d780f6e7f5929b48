//! What a release, an extension and a file may be called, and whether a contract is entitled to one. No clock, no database.
use crate::error::AppError;
use crate::text::search_key;
use crate::time::Day;
use serde::{Deserialize, Serialize};

/// A new version of a product line, or what adds to one between versions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A release (upgrade).
    #[default]
    Release,
    /// An extension, for subscribers only.
    Extension,
}

impl Kind {
    /// As it is stored and as the API says it.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Release => "release",
            Kind::Extension => "extension",
        }
    }

    /// The stored name, read back.
    pub fn of(name: &str) -> Self {
        if name == "extension" { Kind::Extension } else { Kind::Release }
    }
}

/// Longest names, in characters; notes and licence agreements, in bytes.
pub const LONGEST_NAME: usize = 100;
/// Longest notes and licence agreement.
pub const LONGEST_TEXT: usize = 200_000;
/// Largest file.
pub const LARGEST_FILE: u64 = 100 * 1024 * 1024 * 1024;

/// A name that is there, on one line, and not too long.
pub fn name(field: &'static str, what: &str, text: &str) -> Result<String, AppError> {
    let text = text.trim();
    if text.is_empty() || text.chars().any(char::is_control) {
        return Err(AppError::invalid(field, format!("write {what}, on one line")));
    }
    if text.chars().count() > LONGEST_NAME {
        return Err(AppError::invalid(field, format!("write {what} in at most {LONGEST_NAME} characters")));
    }
    Ok(text.to_owned())
}

/// Text that is not too long.
pub fn text(field: &'static str, text: &str) -> Result<String, AppError> {
    match text.len() > LONGEST_TEXT {
        true => Err(AppError::invalid(field, format!("shorten this to {LONGEST_TEXT} bytes; link to the rest"))),
        false => Ok(text.trim().replace("\r\n", "\n")),
    }
}

/// The name of a file as customers get it: no path, nothing that a shell or a header could stumble over.
pub fn file_name(text: &str) -> Result<String, AppError> {
    let text = name("file_name", "the name of the file", text)?;
    let odd = |c: char| matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' | '%' | '#');
    if text.contains(odd) || text.starts_with(['.', '-', ' ']) || text.ends_with('.') {
        let words = "write the name of the file without a path, for example draftline-2027.1-windows.zip";
        return Err(AppError::invalid("file_name", words));
    }
    Ok(text)
}

/// How two names of a version are compared: without accents, letters' case and blanks.
pub fn version_key(version: &str) -> String {
    search_key(version).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a version comes after another one, as people count: 2027.10 after 2027.9, and 2027.1 after 2027.
pub fn is_newer(version: &str, than: &str) -> bool {
    pieces(version) > pieces(than)
}

/// Runs of digits by what they are worth, between runs of anything else.
fn pieces(version: &str) -> Vec<(usize, String)> {
    let key = version_key(version);
    let mut all: Vec<(bool, String)> = Vec::new();
    for c in key.chars().filter(|c| c.is_alphanumeric() || *c == '.') {
        let digit = c.is_ascii_digit();
        match all.last_mut() {
            Some((same, run)) if *same == digit => run.push(c),
            _ => all.push((digit, c.to_string())),
        }
    }
    // More digits are more, once leading zeros are gone; other runs have no weight but their letters.
    let weighed = |(digit, run): (bool, String)| match digit {
        true => (run.trim_start_matches('0').len() + 1, run.trim_start_matches('0').to_owned()),
        false => (0, run),
    };
    all.into_iter().map(weighed).collect()
}

/// The days of a contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    /// First day.
    pub start: Day,
    /// Last day.
    pub end: Day,
}

impl Term {
    /// Whether the contract is entitled to what was released that day: it runs now, or it ran then (domain.md §5: releases
    /// dated within the term stay downloadable after it ended).
    pub fn entitles(self, released: Day, today: Day) -> bool {
        self.has(today) || self.has(released)
    }

    /// Whether whoever coordinates its assets is told of what is released that day.
    pub fn has(self, day: Day) -> bool {
        self.start <= day && day <= self.end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contract_is_entitled_to_what_came_in_its_term_and_while_it_runs() {
        let day = |text: &str| text.parse::<Day>().unwrap();
        let term = Term { start: day("2026-03-01"), end: day("2027-02-28") };
        for (released, today, entitled, why) in [
            ("2026-03-01", "2026-03-01", true, "the first day"),
            ("2027-02-28", "2027-02-28", true, "the last day"),
            ("2026-06-01", "2029-01-01", true, "dated within the term, long after it"),
            ("2027-03-01", "2027-03-01", false, "the day after the term"),
            ("2027-03-01", "2027-03-15", false, "in grace, dated after the term"),
            ("2025-01-01", "2026-06-01", true, "older than the contract, which runs"),
            ("2025-01-01", "2027-03-01", false, "older than the contract, which ended"),
            ("2026-06-01", "2026-01-01", true, "a date that lies ahead"),
        ] {
            assert_eq!(term.entitles(day(released), day(today)), entitled, "{why}");
        }
    }

    #[test]
    fn names_of_files() {
        for good in ["draftline 2027.1 (de).zip", "Ärger.tar.gz", "a"] {
            assert_eq!(file_name(good).unwrap(), good);
        }
        for bad in ["", " ", "../x", "a/b", "c:\\x", "a\nb", ".hidden", "-rf", "a.", "x%2f", &"x".repeat(101)] {
            assert!(file_name(bad).is_err(), "{bad}");
        }
        assert_eq!(version_key(" 2027  SP1 "), version_key("2027 sp1"));
        assert!(name("line", "the product line", "Draft\u{7}line").is_err());
        assert!(text("notes", &"x".repeat(LONGEST_TEXT + 1)).is_err());
    }

    #[test]
    fn versions_are_compared_as_people_count() {
        let newer =
            [("2027.1", "2027"), ("2027.10", "2027.9"), ("2027", "2026.3"), ("2027.1", ""), ("R10", "r9"), ("10", "9")];
        for (version, than) in newer {
            assert!(is_newer(version, than) && !is_newer(than, version), "{version} {than}");
        }
        assert!(!is_newer("2027.1", "2027.01") && !is_newer("2027.1", " 2027.1"));
    }
}
