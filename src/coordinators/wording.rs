//! The phrases that the mails about coordinators share: who did what, when it holds, what it is about.
use crate::mail::letter::{MOST_LISTED, Serial, joined, serial_numbers};
use crate::time::Day;

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Somebody was named.
    Named,
    /// An assignment was cleared: the next level is in force.
    Cleared,
    /// Everything of one person went to another.
    HandedOver {
        /// Whose.
        of: String,
    },
    /// By a list of the vendor.
    Imported,
    /// A change was undone.
    Undid,
}

/// What happened, who did it, and when it holds.
#[derive(Clone, Debug)]
pub struct Cause {
    /// Who did it.
    pub actor: String,
    /// Whom an answer reaches; empty: nobody in particular.
    pub answer: String,
    pub deed: Deed,
    /// The first day, where it lies ahead.
    pub from: Option<Day>,
    /// The day on which hands change again.
    pub until: Option<Day>,
    /// The day on which hands would have changed, where an undo prevents it.
    pub cancelled: Option<Day>,
}

impl Cause {
    /// ` from 1 Dec 2026 until 5 Dec 2026`
    pub fn dates(&self) -> String {
        let from = self.from.map(|day| format!(" from {}", day.long()));
        let until = self.until.map(|day| format!(" until {}", day.long()));
        [from, until].into_iter().flatten().collect()
    }

    /// `From now on`, `From 1 Dec 2026 on`, `Until 5 Dec 2026`
    pub fn since_then(&self) -> String {
        match (self.from, self.until) {
            (None, None) => "From now on".to_owned(),
            (Some(from), None) => format!("From {} on", from.long()),
            (None, Some(until)) => format!("Until {}", until.long()),
            (Some(from), Some(until)) => format!("From {} until {}", from.long(), until.long()),
        }
    }

    pub(super) fn sample() -> Self {
        let elena = || "Elena Ostrava".to_owned();
        Self { actor: elena(), answer: elena(), deed: Deed::Named, from: None, until: None, cancelled: None }
    }
}

/// In which companies and on which contracts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    pub companies: Vec<String>,
    pub contracts: Vec<String>,
}

impl Place {
    /// ` at Ostrava & Finch`
    pub fn at(&self) -> String {
        if self.companies.is_empty() { String::new() } else { format!(" at {}", joined(&self.companies, 3)) }
    }

    /// `contract 110448270013`, or all of them up to five
    pub fn of_contracts(&self) -> String {
        match self.contracts.as_slice() {
            [one] => format!("contract {one}"),
            many => format!("contracts {}", joined(many, 5)),
        }
    }

    /// ` (contract 110448270013)`, ` (3 contracts)`, for subjects
    pub fn bracketed(&self) -> String {
        match self.contracts.as_slice() {
            [] => String::new(),
            [one] => format!(" (contract {one})"),
            many => format!(" ({} contracts)", many.len()),
        }
    }
}

/// What it is about.
#[derive(Clone, Debug)]
pub struct What {
    pub count: u64,
    /// The first of them.
    pub serials: Vec<Serial>,
    /// `the whole contract 110448270013`, `the group Boston office`: also serial numbers that come later.
    pub standing: Vec<String>,
    pub place: Place,
}

impl What {
    /// How many are not listed.
    pub fn more(&self) -> u64 {
        self.count.saturating_sub(self.serials.len() as u64)
    }

    /// `12 serial numbers at Ostrava & Finch`
    pub fn words(&self) -> String {
        let on = match self.place.contracts.len() {
            0 | 1 => String::new(),
            _ => format!(", on {}", self.place.of_contracts()),
        };
        let at = self.place.at();
        match (self.standing.is_empty(), self.count) {
            (true, count) => format!("{}{at}{on}", serial_numbers(count)),
            (false, 0) => format!("{}{at}{on}", joined(&self.standing, 3)),
            (false, n) => {
                format!("{}{at}{on} ({} now, and those that come later)", joined(&self.standing, 3), serial_numbers(n))
            }
        }
    }

    pub(super) fn sample() -> Self {
        let products = ["Formwork Architecture 2027", "Draftline 2027", "SiteMesh Civil 2026"];
        let serial = |(i, product): (usize, &&str)| Serial {
            product: (*product).to_owned(),
            number: format!("{}-{}", 350 + 4 * i, 41_920_577 + 1_337 * i),
        };
        Self {
            count: 12,
            serials: products.iter().cycle().take(MOST_LISTED).enumerate().map(serial).collect(),
            standing: Vec::new(),
            place: Place {
                companies: vec!["Ostrava & Finch Architects".to_owned()],
                contracts: vec!["110448270013".to_owned()],
            },
        }
    }
}

/// The verb for so many: `it falls`, `they fall`.
pub fn they(count: u64, one: &str, many: &str) -> String {
    if count == 1 { format!("it {one}") } else { format!("they {many}") }
}
