//! Mail 24: a release or an extension is ready, one mail for each person, whatever the number of serial numbers; and its reminder.
use super::rules::Kind;
use crate::mail::letter::{Action, Letter, Serial, serial_numbers};
use crate::mail::{Mail, Site};
use crate::web::words::encoded;

/// Why somebody is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Coordinates the serial numbers.
    Coordinator,
    /// Manages the contract, and nobody else is named.
    ByDefault,
    /// Manages the contract, while its coordinator is not reached.
    Manager,
    /// Is the backup contact, while neither is reached.
    Backup,
    /// Asked for copies.
    Copy,
}

impl Reason {
    /// The strongest of what the frozen list says, as its statement ranks them.
    pub fn of(standing: i64) -> Self {
        match standing {
            4.. => Reason::Coordinator,
            3 => Reason::ByDefault,
            2 => Reason::Manager,
            1 => Reason::Backup,
            _ => Reason::Copy,
        }
    }
}

/// The order of media that the announcement made for its reader, or that was there already.
#[derive(Clone, Debug)]
pub struct Ships {
    /// Its number.
    pub order: String,
    /// Where it goes, a line each.
    pub to: Vec<String>,
    /// It waits until the reader says that the address is right.
    pub waits: bool,
}

impl Ships {
    fn paragraphs(&self, site: &Site) -> Vec<String> {
        let Self { order, to, waits } = self;
        let (to, page) = (to.join(", "), site.link(&format!("/orders/{order}")));
        let words = match (*waits, to.is_empty()) {
            (false, _) => format!("The media come to you by post, as order {order}, to: {to}."),
            (true, true) => format!("The media come to you by post, as order {order}, once you enter where to."),
            (true, false) => {
                format!(
                    "The media come to you by post, as order {order}, once you say that this address is right: {to}."
                )
            }
        };
        vec![words, format!("See the order: {page}")]
    }
}

/// The mail.
#[derive(Clone, Debug)]
pub struct Announcement {
    /// The installation.
    pub site: Site,
    /// It was told before and not fetched.
    pub reminder: bool,
    /// The release in addresses.
    pub handle: String,
    /// The product line.
    pub line: String,
    /// Its version.
    pub version: String,
    /// Release or extension.
    pub kind: Kind,
    /// What an extension adds to.
    pub base: String,
    /// The first line of its notes.
    pub first_note: String,
    /// There are files to download.
    pub files: bool,
    /// There is a media kit.
    pub media: bool,
    /// It goes to the reader by post.
    pub ships: Option<Ships>,
    /// The company; empty: there are several.
    pub company: String,
    /// The first of the serial numbers.
    pub serials: Vec<Serial>,
    /// How many there are.
    pub count: u64,
    /// Why the reader is told.
    pub reason: Reason,
    /// Mail to the coordinator of some comes back.
    pub in_place: bool,
    /// The coordinator of some has not accepted yet.
    pub until_accepted: bool,
}

impl Announcement {
    fn name(&self) -> String {
        format!("{} {}", self.line, self.version)
    }

    fn opening(&self) -> String {
        let (vendor, name) = (&self.site.vendor, self.name());
        let of = match self.company.is_empty() {
            true => serial_numbers(self.count),
            false => format!("{} of {}", serial_numbers(self.count), self.company),
        };
        match (self.reminder, self.kind) {
            (true, _) => format!("{name} has been ready for {of} for a while, and you have not fetched it yet."),
            (false, Kind::Release) => format!("{vendor} released {name}. It is ready for {of}."),
            (false, Kind::Extension) => {
                format!("{vendor} released {name}, an extension of {} {}. It is ready for {of}.", self.line, self.base)
            }
        }
    }
}

impl Mail for Announcement {
    fn subject(&self) -> String {
        match (self.reminder, self.files) {
            (true, _) => format!("Reminder: {} is still ready for you", self.name()),
            (false, true) => format!("{} is ready to download", self.name()),
            (false, false) => format!("{} is ready to order", self.name()),
        }
    }

    fn letter(&self) -> Letter {
        let mut paragraphs = Vec::new();
        paragraphs.extend((!self.first_note.is_empty()).then(|| self.first_note.clone()));
        if self.in_place {
            let words = "Mail to the Software Coordinator of some of these comes back, so this comes to you. Give them to somebody else, \
                and the notices follow.";
            paragraphs.push(words.to_owned());
        }
        if self.until_accepted {
            let words = "The Software Coordinator of some of these was invited and has not accepted yet. Until then the notices also \
                come to you.";
            paragraphs.push(words.to_owned());
        }
        match &self.ships {
            Some(ships) => paragraphs.extend(ships.paragraphs(&self.site)),
            None if self.media && self.files => paragraphs.push("It can also be ordered on media.".to_owned()),
            None => {}
        }
        let words = if self.files { "Download" } else { "See the release" };
        let why = match self.reason {
            Reason::Coordinator => "you are Software Coordinator of these serial numbers.",
            Reason::ByDefault => {
                "you are the Contract Manager, and nobody else is Software Coordinator of these serial numbers."
            }
            Reason::Manager => "you are the Contract Manager of these serial numbers.",
            Reason::Backup => {
                "you are the backup contact: mail to the Software Coordinator and to the Contract Manager comes back."
            }
            Reason::Copy => "you asked for a copy of the notices of releases.",
        };
        Letter {
            preheader: self.serials.iter().take(2).map(|s| s.number.clone()).collect::<Vec<_>>().join(", "),
            opening: self.opening(),
            serials: self.serials.clone(),
            more: self.count.saturating_sub(self.serials.len() as u64),
            paragraphs,
            action: Action {
                words: words.to_owned(),
                url: self.site.link(&format!("/downloads/{}", encoded(&self.handle))),
            },
            answer: String::new(),
            why: why.to_owned(),
            service: false,
            site: self.site.clone(),
        }
    }
}

impl Announcement {
    /// Mail 24 of the list.
    pub fn sample() -> Self {
        let serial = |n: u32| Serial { product: "SiteMesh Civil 2027".to_owned(), number: format!("390-4192057{n}") };
        Self {
            site: Site::sample(),
            reminder: false,
            handle: "k7fq2m".to_owned(),
            line: "SiteMesh Civil".to_owned(),
            version: "2027.2".to_owned(),
            kind: Kind::Release,
            base: String::new(),
            first_note: "Corridors follow the terrain, and drawings open twice as fast.".to_owned(),
            files: true,
            media: true,
            ships: None,
            company: "Ostrava & Finch".to_owned(),
            serials: (0..3).map(serial).collect(),
            count: 12,
            reason: Reason::Coordinator,
            in_place: false,
            until_accepted: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mail_24() {
        let mail = Announcement::sample().render();
        insta::assert_snapshot!(format!("Subject: {}\n\n{}\n{}", mail.subject, mail.text, mail.html));
    }

    #[test]
    fn mail_24_with_media_by_post() {
        let to = ["Tomás Brandt", "Harbour Street 12", "02110 Boston", "United States"].map(str::to_owned);
        let ships = Ships { order: "30118".to_owned(), to: to.into(), waits: true };
        let words = |ships: &Ships| {
            let mail = Announcement { ships: Some(ships.clone()), ..Announcement::sample() }.render();
            assert!(!mail.text.contains("It can also be ordered") && mail.text.contains("/orders/30118"));
            mail.text.split_whitespace().collect::<Vec<_>>().join(" ")
        };
        assert!(words(&ships).contains("once you say that this address is right: Tomás Brandt, Harbour Street 12"));
        assert!(words(&Ships { waits: false, ..ships.clone() }).contains("by post, as order 30118, to: Tomás Brandt"));
        assert!(words(&Ships { to: Vec::new(), ..ships }).contains("once you enter where to."));
    }

    #[test]
    fn each_reason_and_kind_has_its_words() {
        let sample = Announcement::sample;
        assert_eq!(sample().subject(), "SiteMesh Civil 2027.2 is ready to download");
        assert!(Announcement { files: false, ..sample() }.subject().ends_with("ready to order"));
        let extension = Announcement { kind: Kind::Extension, base: "2027".to_owned(), ..sample() };
        assert!(
            extension
                .letter()
                .opening
                .contains("an extension of SiteMesh Civil 2027. It is ready for 12 serial numbers")
        );
        let why = |reason| Announcement { reason, in_place: reason == Reason::Manager, ..sample() }.letter();
        assert!(why(Reason::Manager).paragraphs.iter().any(|p| p.contains("comes back, so this comes to you")));
        assert!(why(Reason::Copy).why.contains("asked for a copy"));
        assert!(why(Reason::Backup).why.contains("you are the backup contact"));
        assert_eq!(why(Reason::Coordinator).more, 9);
        let reminder = Announcement { reminder: true, company: String::new(), ..sample() };
        assert!(
            reminder.letter().opening.starts_with("SiteMesh Civil 2027.2 has been ready for 12 serial numbers for")
        );
    }
}
