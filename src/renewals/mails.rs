//! The notices of a term: it ends (mail 18), it has ended (mail 19), it is renewed (mail 23). The reseller's copies say whose
//! contract it is.
use crate::coordinators::rules::GRACE_DAYS;
use crate::mail::letter::{Action, Letter, MOST_LISTED, Serial, counted, one_line, serial_numbers};
use crate::mail::{Mail, Site};
use crate::time::Day;
use crate::web::words::{encoded, in_days};

/// A term that ends, or has ended.
#[derive(Clone, Debug)]
pub struct Term {
    /// The contract's number.
    pub contract: String,
    /// The company.
    pub company: String,
    /// Its last day.
    pub ends: Day,
    /// Days until then; negative once it has ended.
    pub left: i32,
    /// The first of its serial numbers.
    pub serials: Vec<Serial>,
    /// How many there are.
    pub assets: u64,
    /// Their seats.
    pub seats: u64,
    /// The reseller of record; empty: sold direct.
    pub reseller: String,
    /// Whom the Contract Manager's answer reaches; empty: the vendor.
    pub answers: String,
    /// Where one renews online.
    pub online: Option<String>,
    /// The Contract Manager: name and address.
    pub manager: (String, String),
}

/// Who reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reads {
    /// The Contract Manager.
    Manager,
    /// The reseller of record.
    Reseller,
}

/// Mail 18: the contract ends soon, or today.
#[derive(Clone, Debug)]
pub struct Ending {
    /// The installation.
    pub site: Site,
    /// What ends.
    pub term: Term,
    /// Who reads it.
    pub reads: Reads,
}

/// Mail 19: the contract has ended.
#[derive(Clone, Debug)]
pub struct Ended {
    /// The installation.
    pub site: Site,
    /// What has ended.
    pub term: Term,
    /// Who reads it.
    pub reads: Reads,
}

impl Term {
    fn number(&self) -> String {
        one_line(&self.contract)
    }

    fn what(&self) -> String {
        let seats = counted(self.seats, "seat", "seats");
        format!("{} with {seats}", serial_numbers(self.assets))
    }

    /// "contract 110448270013 of Ostrava & Finch", for who sold it: of a customer.
    fn whose(&self, reads: Reads) -> String {
        let (number, company) = (self.number(), one_line(&self.company));
        match reads {
            Reads::Manager => format!("Contract {number} of {company}"),
            Reads::Reseller => format!("Contract {number} of your customer {company}"),
        }
    }

    fn who_renews(&self, site: &Site, reads: Reads) -> String {
        let (name, email) = &self.manager;
        let reseller = one_line(&self.reseller);
        match reads {
            Reads::Reseller => {
                format!("The Contract Manager is {} ({}), who has this notice, too.", one_line(name), one_line(email))
            }
            Reads::Manager if self.online.is_some() => "You can renew it online, or ask for a quote.".to_owned(),
            Reads::Manager if reseller.is_empty() => {
                format!(
                    "It was sold direct: ask {} for a quote, with the seats that you keep, add or drop.",
                    vendor(site)
                )
            }
            Reads::Manager => {
                format!("{reseller} renews it: ask for a quote, with the seats that you keep, add or drop.")
            }
        }
    }

    fn action(&self, site: &Site, reads: Reads) -> Action {
        let page = site.link(&format!("/contracts/{}/renewal", encoded(&self.contract)));
        match (reads, &self.online) {
            (Reads::Manager, Some(online)) => Action { words: "Renew online".to_owned(), url: one_line(online) },
            (Reads::Manager, None) => Action { words: "Request a renewal quote".to_owned(), url: page },
            (Reads::Reseller, _) => Action { words: "See the renewal".to_owned(), url: page },
        }
    }

    fn why(&self, reads: Reads) -> String {
        match reads {
            Reads::Manager => format!("you are the Contract Manager of {}.", self.number()),
            Reads::Reseller => format!("{} is the reseller of record of {}.", one_line(&self.reseller), self.number()),
        }
    }

    /// Whom an answer to the notice reaches.
    fn answer(&self, reads: Reads) -> String {
        match reads {
            Reads::Manager => one_line(&self.answers),
            Reads::Reseller => one_line(&self.manager.0),
        }
    }

    fn letter(&self, site: &Site, reads: Reads, preheader: String, opening: String, paragraphs: Vec<String>) -> Letter {
        Letter {
            preheader,
            opening,
            serials: self.serials.iter().take(MOST_LISTED).cloned().collect(),
            more: self.assets.saturating_sub(self.serials.len().min(MOST_LISTED) as u64),
            paragraphs,
            action: self.action(site, reads),
            answer: self.answer(reads),
            why: self.why(reads),
            service: true,
            site: site.clone(),
        }
    }
}

fn vendor(site: &Site) -> String {
    if site.vendor.is_empty() { "the vendor".to_owned() } else { site.vendor.clone() }
}

impl Mail for Ending {
    fn subject(&self) -> String {
        let (number, on) = (self.term.number(), self.term.ends.long());
        match self.term.left {
            0 => format!("Contract {number} ends today, {on}"),
            left => format!("Contract {number} ends {}, on {on}", in_days(left.into())),
        }
    }

    fn letter(&self) -> Letter {
        let term = &self.term;
        let when = match term.left {
            0 => "today".to_owned(),
            left => in_days(left.into()),
        };
        let opening =
            format!("{} ends {when}, on {}. It covers {}.", term.whose(self.reads), term.ends.long(), term.what());
        let until = term.ends.plus(GRACE_DAYS).long();
        let grace =
            format!("After that day everything on it can still be changed until {until}; then it can only be read.");
        let calendar =
            "The attached calendar file keeps the day for you, with reminders 30 and 7 days before.".to_owned();
        let who = term.who_renews(&self.site, self.reads);
        let preheader = format!("{}. {who}", term.what());
        term.letter(&self.site, self.reads, preheader, opening, vec![who, grace, calendar])
    }
}

impl Mail for Ended {
    fn subject(&self) -> String {
        format!("Contract {} has ended: what stops and what stays", self.term.number())
    }

    fn letter(&self) -> Letter {
        let term = &self.term;
        let (ago, until) = (in_days(term.left.into()), term.ends.plus(GRACE_DAYS));
        let opening =
            format!("{} ended {ago}, on {}. It covers {}.", term.whose(self.reads), term.ends.long(), term.what());
        let stops = "What stops: new releases and extensions, their notices and shipments, and support.".to_owned();
        let stays = "What stays: releases dated within the term can still be downloaded, and the history can be read."
            .to_owned();
        let grace = match -term.left <= GRACE_DAYS {
            true => format!(
                "Until {} coordinators and users can still be changed, and it can be renewed as if it had not ended.",
                until.long()
            ),
            false => format!("Since {} it can only be read. It can still be renewed.", until.plus(1).long()),
        };
        let who = term.who_renews(&self.site, self.reads);
        let preheader = format!("It ended on {}. {who}", term.ends.long());
        term.letter(&self.site, self.reads, preheader, opening, vec![stops, stays, grace, who])
    }
}

/// What the reader of mail 23 is to the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Its Contract Manager.
    Manager,
    /// Coordinates serial numbers of it.
    Coordinator,
}

/// Mail 23: it is renewed.
#[derive(Clone, Debug)]
pub struct Renewed {
    /// The installation.
    pub site: Site,
    /// The contract's number.
    pub contract: String,
    /// The company.
    pub company: String,
    /// Its last day until now.
    pub before: Day,
    /// Its last day now.
    pub ends: Day,
    /// What the reader is.
    pub role: Role,
    /// How many serial numbers the reader coordinates.
    pub own: u64,
}

impl Mail for Renewed {
    fn subject(&self) -> String {
        format!("Contract {} is renewed to {}", one_line(&self.contract), self.ends.long())
    }

    fn letter(&self) -> Letter {
        let (number, company) = (one_line(&self.contract), one_line(&self.company));
        let (follows, page, why) = match self.role {
            Role::Manager => (
                "The notices about its former end stop; those about the new one come in time.".to_owned(),
                "renewal",
                format!("you are the Contract Manager of {number}."),
            ),
            Role::Coordinator => (
                format!("You go on getting the releases of the {} that you coordinate.", serial_numbers(self.own)),
                "products",
                format!("you are Software Coordinator on {number}."),
            ),
        };
        Letter {
            preheader: format!("It ended on {} before.", self.before.long()),
            opening: format!(
                "{} renewed contract {number} of {company}. It now ends on {}, no longer on {}.",
                vendor(&self.site),
                self.ends.long(),
                self.before.long()
            ),
            serials: Vec::new(),
            more: 0,
            paragraphs: vec![follows, "Coordinators, groups and users stay as they are.".to_owned()],
            action: Action {
                words: "Open the contract".to_owned(),
                url: self.site.link(&format!("/contracts/{}/{page}", encoded(&self.contract))),
            },
            answer: String::new(),
            why,
            service: true,
            site: self.site.clone(),
        }
    }
}

impl Term {
    /// For tests and the preview.
    pub fn sample() -> Self {
        let serial = |product: &str, number: &str| Serial { product: product.to_owned(), number: number.to_owned() };
        Self {
            contract: "110448270013".to_owned(),
            company: "Ostrava & Finch Architects".to_owned(),
            ends: Day(jiff::civil::date(2027, 2, 28)),
            left: 90,
            serials: vec![
                serial("Formwork Architecture 2027", "390-41920577"),
                serial("Draftline 2027", "361-70518824"),
            ],
            assets: 12,
            seats: 118,
            reseller: "Brightwell Design Partners".to_owned(),
            answers: "Brightwell Design Partners".to_owned(),
            online: None,
            manager: ("Elena Ostrava".to_owned(), "elena@ostrava.example".to_owned()),
        }
    }
}

impl Renewed {
    /// For tests and the preview.
    pub fn sample() -> Self {
        Self {
            site: Site::sample(),
            contract: "110448270013".to_owned(),
            company: "Ostrava & Finch Architects".to_owned(),
            before: Day(jiff::civil::date(2027, 2, 28)),
            ends: Day(jiff::civil::date(2028, 2, 28)),
            role: Role::Manager,
            own: 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words() {
        let show = |mail: crate::mail::Rendered| {
            assert!(mail.subject.chars().count() <= 60, "{}", mail.subject);
            format!("Subject: {}\n\n{}\n{}", mail.subject, mail.text, mail.html)
        };
        let (site, term) = (Site::sample(), Term::sample());
        let ending = |term: &Term, reads| Ending { site: Site::sample(), term: term.clone(), reads }.render();
        insta::assert_snapshot!("ending", show(ending(&term, Reads::Manager)));
        insta::assert_snapshot!("ending_copy", show(ending(&term, Reads::Reseller)));
        let direct = Term {
            left: 0,
            reseller: String::new(),
            answers: String::new(),
            assets: 1,
            seats: 1,
            serials: Vec::new(),
            ..term.clone()
        };
        insta::assert_snapshot!("ending_today_direct", ending(&direct, Reads::Manager).text);
        let online = Term { online: Some("https://shop.example/renew/110448270013".to_owned()), ..term.clone() };
        assert!(ending(&online, Reads::Manager).text.contains("https://shop.example/renew/110448270013"));
        let ended = Term { left: -15, ..term.clone() };
        insta::assert_snapshot!(
            "ended",
            show(Ended { site: site.clone(), term: ended, reads: Reads::Manager }.render())
        );
        let lapsed = Term { left: -40, ..term };
        let lapsed = Ended { site, term: lapsed, reads: Reads::Reseller }.render();
        assert!(lapsed.text.contains("Since 31 Mar 2027 it can only be read."), "{}", lapsed.text);
        insta::assert_snapshot!("renewed", show(Renewed::sample().render()));
        let coordinator = Renewed { role: Role::Coordinator, own: 3, ..Renewed::sample() };
        insta::assert_snapshot!("renewed_coordinator", coordinator.render().text);
    }

    #[test]
    fn nothing_from_outside_breaks_a_line() {
        let term =
            Term { company: "Evil\r\nBcc: x@y.example".to_owned(), contract: "1\r\n2".to_owned(), ..Term::sample() };
        let mail = Ending { site: Site::sample(), term, reads: Reads::Reseller }.render();
        assert!(!mail.subject.contains('\n') && !mail.text.lines().any(|line| line.starts_with("Bcc:")));
    }
}
