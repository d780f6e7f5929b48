//! Mail 10: what a Contract Manager is told of a change on the own contracts.
use super::mails::{NAMES, preheader};
use super::wording::{Cause, Deed, What, they};
use crate::mail::letter::{Action, Letter, joined, serial_numbers};
use crate::mail::{Mail, Site};

/// So many serial numbers go to, or come from, somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// `you`, or a name.
    pub name: String,
    pub count: u64,
}

/// Mail 10.
#[derive(Clone, Debug)]
pub struct Summary {
    pub site: Site,
    pub cause: Cause,
    /// Whether the reader made the change.
    pub by_reader: bool,
    pub what: What,
    /// So many changed hands.
    pub moved: u64,
    /// Who was named, or who has them now.
    pub gains: Vec<Share>,
    /// Who had them until now.
    pub losses: Vec<Share>,
    /// Who has not accepted an invitation yet.
    pub pending: Vec<String>,
    /// `/contracts/110448270013/products`, or the list where they are several.
    pub path: String,
}

impl Summary {
    fn gainers(&self) -> String {
        joined(&self.gains.iter().map(|s| s.name.clone()).collect::<Vec<_>>(), NAMES)
    }

    /// What happens to those that move: `change hands on 1 Dec 2026`.
    fn fate(&self) -> String {
        let one = self.moved == 1;
        match (self.cause.cancelled, self.cause.from) {
            (Some(day), _) => {
                format!("{} hands on {}", if one { "does not change" } else { "do not change" }, day.long())
            }
            (None, Some(day)) => format!("{} hands on {}", if one { "changes" } else { "change" }, day.long()),
            (None, None) => format!("{} a new Software Coordinator", if one { "has" } else { "have" }),
        }
    }
}

impl Mail for Summary {
    fn subject(&self) -> String {
        let What { count, place, standing, .. } = &self.what;
        if self.moved > 0 {
            return format!("{} {}", serial_numbers(self.moved), self.fate());
        }
        let whom = self.gainers();
        let verb = if whom == "you" {
            "You are"
        } else if self.gains.len() == 1 {
            "is"
        } else {
            "are"
        };
        let named = if whom == "you" { verb.to_owned() } else { format!("{whom} {verb}") };
        match (count, standing.first(), self.gains.is_empty()) {
            (_, _, true) | (0, None, false) => format!("A change to {}", place.of_contracts()),
            (0, Some(one), false) => format!("{named} named for {one}"),
            (count, _, false) => format!("{named} named for {}{}", serial_numbers(*count), place.bracketed()),
        }
    }

    fn letter(&self) -> Letter {
        let undo = "You can undo this for 30 days, on the contract's page under Activity.";
        let mut paragraphs = self.paragraphs();
        if self.by_reader && self.cause.cancelled.is_none() {
            paragraphs.push(undo.to_owned());
        }
        let one = self.what.place.contracts.len() == 1;
        let words = if one { "See the contract's serial numbers" } else { "See your contracts" };
        Letter {
            preheader: preheader(&self.what, false),
            opening: self.opening(),
            serials: self.what.serials.clone(),
            more: self.what.more(),
            paragraphs,
            action: Action { words: words.to_owned(), url: self.site.link(&self.path) },
            answer: if self.by_reader { String::new() } else { self.cause.answer.clone() },
            why: format!("you are the Contract Manager of {}.", self.what.place.of_contracts()),
            service: true,
            site: self.site.clone(),
        }
    }
}

impl Summary {
    fn opening(&self) -> String {
        let (cause, whom) = (&self.cause, self.gainers());
        let actor = if self.by_reader { "You" } else { cause.actor.as_str() };
        let myself = self.by_reader && whom == "you";
        let whom = if myself { "yourself".to_owned() } else { whom };
        let what = self.what.words();
        let nothing = self.what.count == 0 && self.what.standing.is_empty();
        match &cause.deed {
            Deed::Undid if cause.from.is_some() && !nothing => {
                let goes = they(self.what.count, "goes", "go");
                format!(
                    "{actor} undid a change of {what}: {goes} to {}{}, as planned before.",
                    self.gainers(),
                    cause.dates()
                )
            }
            Deed::Undid => match (cause.cancelled, self.moved, self.gains.is_empty()) {
                (Some(day), _, _) => {
                    let them = serial_numbers(self.moved);
                    format!(
                        "{actor} undid a change: {them}{} will not change hands on {}.",
                        self.what.place.at(),
                        day.long()
                    )
                }
                (None, 1.., false) => format!("{actor} undid a change: {what} went back to {}.", self.gainers()),
                _ => format!("{actor} undid a change on {}.", self.what.place.of_contracts()),
            },
            Deed::HandedOver { of } => {
                let of = if self.losses.iter().any(|l| l.name == "you") && self.losses.len() == 1 { "you" } else { of };
                let what = if nothing { "dated assignments".to_owned() } else { what };
                format!("{actor} handed everything that {of} coordinated to {}: {what}.", self.gainers())
            }
            _ if nothing => format!("{actor} made a change on {}.", self.what.place.of_contracts()),
            Deed::Cleared => {
                let to = if self.gains.is_empty() {
                    String::new()
                } else {
                    format!(", so that {} coordinates", self.gainers())
                };
                let to = to.replace("you coordinates", "you coordinate");
                let them = if to.is_empty() {
                    ""
                } else if self.what.count == 1 {
                    " it"
                } else {
                    " them"
                };
                format!("{actor} cleared the Software Coordinator of {what}{}{to}{them}.", cause.dates())
            }
            Deed::Imported => format!("{actor} imported a list that names {whom} Software Coordinator of {what}."),
            Deed::Named if self.gains.is_empty() => format!("{actor} changed who coordinates {what}{}.", cause.dates()),
            Deed::Named => format!("{actor} named {whom} Software Coordinator of {what}{}.", cause.dates()),
        }
    }

    fn paragraphs(&self) -> Vec<String> {
        let mut all = Vec::new();
        let shares = |shares: &[Share]| {
            joined(&shares.iter().map(|s| format!("{} ({})", s.name, s.count)).collect::<Vec<_>>(), 5)
        };
        if self.cause.cancelled.is_none() && self.moved > 0 {
            if self.gains.len() > 1 {
                all.push(format!("Now with: {}.", shares(&self.gains)));
            }
            if !self.losses.is_empty() {
                let then = if self.cause.from.is_some() { "Until then" } else { "Until now" };
                all.push(format!("{then} with: {}.", shares(&self.losses)));
            }
            // Somebody who had them through a group or the whole contract was named for each.
            match self.what.count.saturating_sub(self.moved) {
                0 => {}
                1 => all.push("The other one does not change hands.".to_owned()),
                n => all.push(format!("The other {n} do not change hands.")),
            }
        }
        if let (Some(until), Deed::Named, true) = (self.cause.until, &self.cause.deed, self.what.count > 0) {
            all.push(format!(
                "On {} {} to whoever is assigned then.",
                until.long(),
                they(self.what.count, "goes back", "go back")
            ));
        }
        match self.pending.as_slice() {
            [] => {}
            [one] => all.push(format!(
                "{one} has not accepted the invitation yet. Until then notices for these also go to you."
            )),
            many => all.push(format!(
                "{} have not accepted their invitations yet. Until then their notices also go to you.",
                joined(many, 5)
            )),
        }
        all
    }

    /// Mail 10 of the list.
    pub fn sample() -> Self {
        let share = |name: &str, count| Share { name: name.to_owned(), count };
        Self {
            site: Site::sample(),
            cause: Cause::sample(),
            by_reader: true,
            what: What::sample(),
            moved: 12,
            gains: vec![share("Maya Lindqvist", 12)],
            losses: vec![share("you", 9), share("Tomás Brandt", 3)],
            pending: Vec::new(),
            path: "/contracts/110448270013/products".to_owned(),
        }
    }
}
