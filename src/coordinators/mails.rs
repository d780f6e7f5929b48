//! The mails to coordinators: 8 "you now coordinate", 9 "took over from you", and the invitation (1) that takes the place of
//! 8 where somebody has not accepted one yet. The Contract Manager's summary (10) is beside.
use super::wording::{Cause, Deed, What, they};
use crate::mail::letter::{Action, LINK, Letter, counted, joined, serial_numbers};
use crate::mail::{Mail, Site};

/// Names that one sentence lists before it counts.
pub(super) const NAMES: usize = 3;
const THE_BENEFITS: &str = "you get the release notices and shipments for these.";

fn see_own(site: &Site) -> Action {
    Action { words: "See your serial numbers".to_owned(), url: site.link("/products") }
}

/// Mail 8.
#[derive(Clone, Debug)]
pub struct Assigned {
    pub site: Site,
    pub cause: Cause,
    pub what: What,
    /// Of these, so many are in somebody else's hands for now.
    pub covered: u64,
    /// Dated assignments that lie ahead and come to the reader.
    pub planned: u64,
    /// What went from the reader by the same change: so many, to these.
    pub lost: (u64, Vec<String>),
    pub may_name_users: bool,
}

impl Mail for Assigned {
    fn subject(&self) -> String {
        let What { count, place, standing, .. } = &self.what;
        let (thing, end) = match (count, standing.as_slice()) {
            (0, []) => return format!("Dated assignments come to you{}", place.bracketed()),
            (0, [one]) => (one.clone(), String::new()),
            (count, _) => (serial_numbers(*count), place.bracketed()),
        };
        match (self.cause.cancelled, self.cause.from) {
            (Some(_), _) => format!("You keep {thing}{end}"),
            (None, Some(from)) => format!("You coordinate {thing} from {}", from.long()),
            (None, None) => format!("You now coordinate {thing}{end}"),
        }
    }

    fn letter(&self) -> Letter {
        let (cause, what) = (&self.cause, self.what.words());
        let actor = &cause.actor;
        let opening = match &cause.deed {
            _ if self.nothing_yet() && self.planned == 0 => format!("{actor} made a change{}.", self.what.place.at()),
            Deed::HandedOver { of } if self.nothing_yet() => {
                let (planned, at) =
                    (counted(self.planned, "dated assignment", "dated assignments"), self.what.place.at());
                format!("{actor} gave you {planned} of {of}{at} that {}.", they_lie(self.planned))
            }
            Deed::Undid if self.nothing_yet() => {
                let planned = counted(self.planned, "dated assignment", "dated assignments");
                let come = if self.planned == 1 { "comes" } else { "come" };
                format!("{actor} undid a change: {planned} that {} {come} back to you.", they_lie(self.planned))
            }
            Deed::Named => format!("{actor} named you Software Coordinator of {what}{}.", cause.dates()),
            Deed::Cleared => {
                format!("{actor} cleared an assignment, so that you coordinate {what}{}.", cause.dates())
            }
            Deed::HandedOver { of } => {
                format!("{actor} handed everything that {of} coordinated to you: {what}.")
            }
            Deed::Imported => format!("{actor} imported a list that names you Software Coordinator of {what}."),
            Deed::Undid if cause.from.is_some() => {
                format!("{actor} undid a change: you coordinate {what}{}, as planned before.", cause.dates())
            }
            Deed::Undid => match cause.cancelled {
                Some(day) => format!("{actor} undid a change: you keep {what}, also after {}.", day.long()),
                None => format!("{actor} undid a change: you coordinate {what} again."),
            },
        };
        Letter {
            preheader: preheader(&self.what, self.may_name_users),
            opening,
            serials: self.what.serials.clone(),
            more: self.what.more(),
            paragraphs: self.paragraphs(),
            action: see_own(&self.site),
            answer: cause.answer.clone(),
            why: match (&cause.deed, cause.cancelled) {
                (_, Some(_)) => "you are Software Coordinator of these serial numbers.".to_owned(),
                (Deed::Named | Deed::HandedOver { .. }, _) => "you were named Software Coordinator.".to_owned(),
                _ => "you have become Software Coordinator of these.".to_owned(),
            },
            service: true,
            site: self.site.clone(),
        }
    }
}

pub(super) fn preheader(what: &What, may_name_users: bool) -> String {
    let names: Vec<String> = what.serials.iter().take(2).map(|s| s.number.clone()).collect();
    match (names.is_empty(), may_name_users) {
        (false, _) => format!("{}{}", names.join(", "), if what.count > 2 { " …" } else { "" }),
        (true, true) => "You may also name users.".to_owned(),
        (true, false) => "Release notices and shipments come to you.".to_owned(),
    }
}

fn they_lie(count: u64) -> &'static str {
    if count == 1 { "lies ahead" } else { "lie ahead" }
}

impl Assigned {
    /// Only what lies ahead.
    fn nothing_yet(&self) -> bool {
        self.what.count == 0 && self.what.standing.is_empty()
    }

    fn paragraphs(&self) -> Vec<String> {
        let mut all = Vec::new();
        if self.cause.cancelled.is_none() && !self.nothing_yet() {
            let users = if self.may_name_users { " You may also name users for them." } else { "" };
            all.push(match self.what.count {
                0 => format!(
                    "{} you get the release notices and shipments for what comes later.",
                    self.cause.since_then()
                ),
                _ => format!("{} {THE_BENEFITS}{users}", self.cause.since_then()),
            });
            if let (Some(until), Deed::Named) = (self.cause.until, &self.cause.deed) {
                all.push(format!("On {} they go back to whoever is assigned then.", until.long()));
            }
        }
        if self.covered > 0 {
            let (many, come) = if self.covered == 1 { ("is", "it comes") } else { ("are", "they come") };
            let covered = serial_numbers(self.covered);
            all.push(format!(
                "{covered} of these {many} in somebody else's hands for now; when that ends {come} to you."
            ));
        }
        if self.planned > 0 && !self.nothing_yet() {
            let come = if self.planned == 1 { "comes" } else { "come" };
            let planned = counted(self.planned, "dated assignment", "dated assignments");
            all.push(format!("{planned} that {} {come} to you, too.", they_lie(self.planned)));
        }
        if self.lost.0 > 0 {
            let to = joined(&self.lost.1, NAMES);
            all.push(format!("By the same change {} went from you to {to}.", serial_numbers(self.lost.0)));
        }
        all
    }

    /// Mail 8 of the list.
    pub fn sample() -> Self {
        Self {
            site: Site::sample(),
            cause: Cause::sample(),
            what: What::sample(),
            covered: 0,
            planned: 0,
            lost: (0, Vec::new()),
            may_name_users: true,
        }
    }
}

/// Mail 9.
#[derive(Clone, Debug)]
pub struct TakenOver {
    pub site: Site,
    pub cause: Cause,
    pub what: What,
    /// Who coordinates them now.
    pub successors: Vec<String>,
    /// Whether everything of the reader was handed over.
    pub everything: bool,
    /// Dated assignments that lie ahead and went from the reader, too.
    pub planned: u64,
}

impl Mail for TakenOver {
    fn subject(&self) -> String {
        if self.what.count == 0 {
            return format!("{} took over dated assignments from you", joined(&self.successors, 1));
        }
        let count = serial_numbers(self.what.count);
        let stay = if self.what.count == 1 { "stays" } else { "stay" };
        match (self.successors.as_slice(), self.cause.cancelled, self.cause.from) {
            ([one], Some(_), _) => format!("{count} {stay} with {one}"),
            ([one], None, Some(from)) => format!("{one} takes over {count} on {}", from.long()),
            ([one], None, None) => format!("{one} took over {count} from you"),
            (many, Some(_), _) => format!("{count} {stay} with {} people", many.len()),
            (many, None, Some(from)) => format!("{count} go from you to {} people on {}", many.len(), from.long()),
            (many, None, None) => format!("{count} went from you to {} people", many.len()),
        }
    }

    fn letter(&self) -> Letter {
        let (cause, what) = (&self.cause, self.what.words());
        let (actor, to) = (&cause.actor, joined(&self.successors, NAMES));
        let myself = self.successors.as_slice() == [actor.as_str()];
        let planned = counted(self.planned, "dated assignment", "dated assignments");
        let opening = match &cause.deed {
            Deed::Undid if self.what.count == 0 => {
                format!("{actor} undid a change: {planned} that {} went from you to {to}.", they_lie(self.planned))
            }
            _ if self.what.count == 0 => {
                format!(
                    "{actor} gave {to} {planned} that {} and {} yours.",
                    they_lie(self.planned),
                    if self.planned == 1 { "was" } else { "were" }
                )
            }
            Deed::Undid if cause.from.is_some() => {
                let goes = they(self.what.count, "goes", "go");
                format!(
                    "{actor} undid a change of {what}: {goes} from you to {to}{}, as planned before.",
                    cause.dates()
                )
            }
            Deed::Undid => match cause.cancelled {
                Some(day) => {
                    let stay = if self.what.count == 1 { "stays" } else { "stay" };
                    format!("{actor} undid a change: {what} {stay} with {to}, also after {}.", day.long())
                }
                None => format!("{actor} undid a change: {what} went from you to {to}."),
            },
            Deed::Cleared => {
                let fall = they(self.what.count, "falls", "fall");
                format!("{actor} cleared an assignment of {what}{}: {fall} from you to {to}.", cause.dates())
            }
            Deed::HandedOver { .. } if self.everything => {
                format!("{actor} handed everything that you coordinated to {to}: {what}.")
            }
            Deed::Imported => format!("{actor} imported a list that gives {what} to {to}."),
            _ if myself => format!("{actor} took over {what} from you{}.", cause.dates()),
            _ => format!("{actor} named {to} Software Coordinator of {what}{}, in place of you.", cause.dates()),
        };
        Letter {
            preheader: preheader(&self.what, false),
            opening,
            serials: self.what.serials.clone(),
            more: self.what.more(),
            paragraphs: self.paragraphs(&to),
            action: Action { words: "See what you coordinate".to_owned(), url: self.site.link("/products") },
            answer: cause.answer.clone(),
            why: match (cause.cancelled, cause.from) {
                _ if self.what.count == 0 => "you were to be Software Coordinator by these.".to_owned(),
                (Some(_), _) => "you were told that these serial numbers would come to you.".to_owned(),
                (None, Some(from)) => {
                    format!("you are Software Coordinator of these serial numbers until {}.", from.long())
                }
                (None, None) => "you were Software Coordinator of these serial numbers until now.".to_owned(),
            },
            service: true,
            site: self.site.clone(),
        }
    }
}

impl TakenOver {
    fn paragraphs(&self, to: &str) -> Vec<String> {
        if self.cause.cancelled.is_some() || self.what.count == 0 {
            return Vec::new();
        }
        let get = if self.successors.len() == 1 { "gets" } else { "get" };
        let then = self.cause.since_then();
        let mut all = vec![format!("{then} {to} {get} the release notices and shipments for these.")];
        if let (Some(until), Deed::Named) = (self.cause.until, &self.cause.deed) {
            all.push(format!("On {} {} to you.", until.long(), they(self.what.count, "returns", "return")));
        }
        if self.planned > 0 {
            let planned = counted(self.planned, "dated assignment", "dated assignments");
            let went = format!("{planned} that {} went from you, too.", they_lie(self.planned));
            all.push(went);
        }
        all
    }

    /// Mail 9 of the list.
    pub fn sample() -> Self {
        let what = What { count: 3, serials: What::sample().serials.split_off(7), ..What::sample() };
        let successors = vec!["Maya Lindqvist".to_owned()];
        Self { site: Site::sample(), cause: Cause::sample(), what, successors, everything: false, planned: 0 }
    }
}

/// Mail 1, for somebody who was named before he or she has accepted an invitation.
#[derive(Clone, Debug)]
pub struct Invitation {
    pub site: Site,
    pub cause: Cause,
    pub what: What,
    /// The company that invites.
    pub company: String,
    pub may_name_users: bool,
}

impl Mail for Invitation {
    fn subject(&self) -> String {
        format!("You're invited to {}'s Subscription Center", self.company)
    }

    fn letter(&self) -> Letter {
        let actor = &self.cause.actor;
        let users = if self.may_name_users { " You may also name users for them." } else { "" };
        let of = if self.what.count == 0 && self.what.standing.is_empty() {
            format!("serial numbers{}", self.what.place.at())
        } else {
            self.what.words()
        };
        let center = self.site.center();
        Letter {
            preheader: "The invitation can be accepted for 30 days.".to_owned(),
            opening: format!(
                "{actor} named you Software Coordinator of {of}{}, and invites you to {center}.",
                self.cause.dates()
            ),
            serials: self.what.serials.clone(),
            more: self.what.more(),
            paragraphs: vec![
                format!("{} {THE_BENEFITS}{users}", self.cause.since_then()),
                "Until you accept, the notices also go to the Contract Manager.".to_owned(),
                "The link works once, for 30 days.".to_owned(),
            ],
            action: Action { words: "Accept the invitation".to_owned(), url: LINK.to_owned() },
            answer: self.cause.answer.clone(),
            why: "you were named Software Coordinator.".to_owned(),
            service: true,
            site: self.site.clone(),
        }
    }
}

impl Invitation {
    /// Mail 1 of the list.
    pub fn sample() -> Self {
        let Assigned { site, cause, what, may_name_users, .. } = Assigned::sample();
        let company = "Ostrava & Finch".to_owned();
        Self { site, cause, what, company, may_name_users }
    }
}
