//! The words of mail 33.
use crate::mail::letter::{Action, Letter, Serial, counted, one_line};
use crate::mail::{Mail, Site};
use crate::time::Day;
use crate::web::words::in_days;

/// A customer's contract that ends.
#[derive(Clone, Debug)]
pub struct Ends {
    /// Its number.
    pub contract: String,
    /// The customer.
    pub company: String,
    /// Its last day.
    pub on: Day,
    /// Days until then.
    pub left: i32,
    /// The renewal is ordered already.
    pub ordered: bool,
}

/// What ends in the next 90 days.
#[derive(Clone, Debug)]
pub struct Weekly {
    /// The installation.
    pub site: Site,
    /// Who sold them.
    pub reseller: String,
    /// How many customers.
    pub customers: u64,
    /// How many contracts.
    pub contracts: u64,
    /// The first of them, the soonest first.
    pub ends: Vec<Ends>,
}

impl Mail for Weekly {
    fn subject(&self) -> String {
        format!("Weekly renewals: {} in the next 90 days", counted(self.customers, "customer", "customers"))
    }

    fn letter(&self) -> Letter {
        let line = |ends: &Ends| {
            let ordered = if ends.ordered { ", ordered" } else { "" };
            let when = if ends.left == 0 { "today".to_owned() } else { in_days(ends.left.into()) };
            Serial {
                product: format!("{}, {}", one_line(&ends.contract), one_line(&ends.company)),
                number: format!("{}, {when}{ordered}", ends.on.long()),
            }
        };
        let next = self.ends.first().map(|ends| format!("Next: {}, on {}.", one_line(&ends.company), ends.on.long()));
        let end = if self.contracts == 1 { "ends" } else { "end" };
        Letter {
            preheader: next.unwrap_or_default(),
            opening: format!(
                "{} of {} of {} {end} in the next 90 days, the soonest first:",
                counted(self.contracts, "contract", "contracts"),
                counted(self.customers, "customer", "customers"),
                one_line(&self.reseller)
            ),
            serials: self.ends.iter().map(line).collect(),
            more: self.contracts.saturating_sub(self.ends.len() as u64),
            paragraphs: vec!["Mark a renewal as ordered on its page, and its notices pause.".to_owned()],
            action: Action { words: "See the renewals".to_owned(), url: self.site.link("/renewals") },
            answer: String::new(),
            why: format!("you administer the agents of {}.", one_line(&self.reseller)),
            service: false,
            site: self.site.clone(),
        }
    }
}

impl Weekly {
    /// For tests and the preview.
    pub fn sample() -> Self {
        let ends = |company: &str, contract: &str, left, ordered| Ends {
            contract: contract.to_owned(),
            company: company.to_owned(),
            on: Day(jiff::civil::date(2026, 11, 23)).plus(left),
            left,
            ordered,
        };
        Self {
            site: Site::sample(),
            reseller: "Brightwell Design Partners".to_owned(),
            customers: 6,
            contracts: 13,
            ends: vec![
                ends("Ostrava & Finch Architects", "110391050027", 28, false),
                ends("Harbor Structural", "110391050900", 45, true),
            ],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words() {
        let mail = Weekly::sample().render();
        insta::assert_snapshot!("weekly", format!("Subject: {}\n\n{}\n{}", mail.subject, mail.text, mail.html));
        let one = Weekly { customers: 1, contracts: 1, ..Weekly::sample() };
        assert_eq!(one.subject(), "Weekly renewals: 1 customer in the next 90 days");
    }
}
