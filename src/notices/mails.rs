//! The slice's mails.
use crate::ids::PersonId;
use crate::mail::letter::{Action, LINK, Letter, counted, one_line, serial_numbers};
use crate::mail::outbox::{Outgoing, Purpose};
use crate::mail::{Mail, Site};

/// Mail 35: that mail leaves, and how it looks.
#[derive(Clone, Debug)]
pub struct TestMessage {
    /// The installation.
    pub site: Site,
    /// When it was asked for.
    pub at: String,
}

impl Mail for TestMessage {
    fn subject(&self) -> String {
        "Test message from Subscription Center".to_owned()
    }

    fn letter(&self) -> Letter {
        Letter {
            preheader: "Mail leaves, and arrives.".to_owned(),
            opening: format!("You asked {} for this message on {}.", self.site.center(), self.at),
            serials: Vec::new(),
            more: 0,
            paragraphs: vec![
                "That you read it shows that mail leaves, that it arrives, and how it looks where you read it."
                    .to_owned(),
                "Look at its sender and at its last line: that is what every customer sees.".to_owned(),
            ],
            action: Action { words: "See it in the outbox".to_owned(), url: self.site.link("/vendor/outbox") },
            answer: String::new(),
            why: "you asked for a test message.".to_owned(),
            service: true,
            site: self.site.clone(),
        }
    }
}

impl TestMessage {
    /// For tests and the preview.
    pub fn sample() -> Self {
        Self { site: Site::sample(), at: "24 Nov 2026, 09:00 UTC".to_owned() }
    }
}

/// Mail 25: what was wanted once a day.
#[derive(Clone, Debug)]
pub struct Digest {
    /// The installation.
    pub site: Site,
    /// Subjects, each with where it leads.
    pub items: Vec<(String, String)>,
    /// How many there are beside those.
    pub more: u64,
}

impl Mail for Digest {
    fn subject(&self) -> String {
        let count = self.items.len() as u64 + self.more;
        format!("Your software today: {}", counted(count, "message", "messages"))
    }

    fn letter(&self) -> Letter {
        let item = |(subject, url): &(String, String)| format!("{subject}: {url}");
        let mut paragraphs: Vec<String> = self.items.iter().map(item).collect();
        paragraphs.extend((self.more > 0).then(|| format!("And {}.", counted(self.more, "more", "more"))));
        Letter {
            preheader: self.items.iter().take(2).map(|(subject, _)| subject.clone()).collect::<Vec<_>>().join(", "),
            opening: format!("This came for you in {} since the last daily mail.", self.site.center()),
            serials: Vec::new(),
            more: 0,
            paragraphs,
            action: Action { words: "See all your notices".to_owned(), url: self.site.link("/notices") },
            answer: String::new(),
            why: "you asked to be told once a day.".to_owned(),
            service: false,
            site: self.site.clone(),
        }
    }
}

impl Digest {
    /// Mail 25 of the list.
    pub fn sample() -> Self {
        let item =
            |subject: &str, handle: &str| (subject.to_owned(), Site::sample().link(&format!("/downloads/{handle}")));
        let items = vec![
            item("SiteMesh Civil 2027.2 is ready to download", "k7fq2m"),
            item("Draftline 2027.1 is ready to download", "p3xw9d"),
        ];
        Self { site: Site::sample(), items, more: 0 }
    }
}

/// Confirms an address to which somebody's notices are to go, too.
#[derive(Clone, Debug)]
pub struct ConfirmAddress {
    /// The installation.
    pub site: Site,
    /// Who added it.
    pub name: String,
}

impl Mail for ConfirmAddress {
    fn subject(&self) -> String {
        "Confirm that notices may go to this address".to_owned()
    }

    fn letter(&self) -> Letter {
        Letter {
            preheader: "Nothing goes there before.".to_owned(),
            opening: format!("{} wants notices of {} to go to this address, too.", self.name, self.site.center()),
            serials: Vec::new(),
            more: 0,
            paragraphs: vec![
                "Nobody signs in with it. The link works once, for 24 hours.".to_owned(),
                "If this is not yours to decide, do nothing.".to_owned(),
            ],
            action: Action { words: "Confirm the address".to_owned(), url: LINK.to_owned() },
            answer: String::new(),
            why: "somebody entered this address.".to_owned(),
            service: true,
            site: self.site.clone(),
        }
    }
}

impl ConfirmAddress {
    /// For tests and the preview.
    pub fn sample() -> Self {
        Self { site: Site::sample(), name: "Elena Ostrava".to_owned() }
    }
}

/// Mail 34: mail to somebody with a role comes back.
#[derive(Clone, Debug)]
pub struct CameBack {
    /// The installation.
    pub site: Site,
    /// Who cannot be reached.
    pub name: String,
    /// At which address.
    pub address: String,
    /// That person in addresses of pages.
    pub handle: String,
    /// The person is the Contract Manager.
    pub manages: bool,
    /// How many serial numbers the person coordinates.
    pub assets: u64,
    /// On how many contracts.
    pub contracts: u64,
    /// One of them.
    pub contract: String,
    /// What the reader is: `manager`, `backup` or `reseller`.
    pub reason: String,
}

impl CameBack {
    fn what(&self) -> String {
        let on = match self.contracts {
            1 => format!("contract {}", self.contract),
            n => counted(n, "contract", "contracts"),
        };
        match (self.manages, self.assets) {
            (true, 0) => format!("is the Contract Manager of {on}"),
            (true, n) => format!("is the Contract Manager of {on}, and coordinates {}", serial_numbers(n)),
            (false, 0) => format!("is Software Coordinator on {on}"),
            (false, n) => format!("coordinates {} on {on}", serial_numbers(n)),
        }
    }
}

impl Mail for CameBack {
    fn subject(&self) -> String {
        format!("Mail to {} came back", self.address)
    }

    fn letter(&self) -> Letter {
        let Self { name, address, .. } = self;
        let (next, words) = match self.reason.as_str() {
            "manager" => {
                ("Hand over what is no longer theirs to do, or correct the address if it has changed.", "Hand over")
            }
            _ => {
                ("If you know who looks after it now, tell the Contract Manager or answer this mail.", "See who it is")
            }
        };
        let why = match self.reason.as_str() {
            "manager" => "you are the Contract Manager.".to_owned(),
            "backup" => "you are the backup contact.".to_owned(),
            _ => "you are an agent of the reseller of the contract.".to_owned(),
        };
        Letter {
            preheader: format!("{name} {}.", self.what()),
            opening: format!("Mail to {name} ({address}) came back: the mailbox is not there. {name} {}.", self.what()),
            serials: Vec::new(),
            more: 0,
            paragraphs: vec![
                "Until mail arrives there again, notices for this person are also sent to you. Nobody's rights have changed.".to_owned(),
                next.to_owned(),
            ],
            action: Action { words: words.to_owned(), url: self.site.link(&format!("/people/{}", self.handle)) },
            answer: String::new(),
            why,
            service: true,
            site: self.site.clone(),
        }
    }
}

impl CameBack {
    /// Mail 34 of the list.
    pub fn sample() -> Self {
        Self {
            site: Site::sample(),
            name: "Owen Reyes".to_owned(),
            address: "o.reyes@ostrava.example".to_owned(),
            handle: "p-owen".to_owned(),
            manages: false,
            assets: 7,
            contracts: 1,
            contract: "110448270013".to_owned(),
            reason: "manager".to_owned(),
        }
    }
}

/// The mail that goes to a further address of a person.
pub(super) fn confirm_address(site: &Site, person: PersonId, email: &str, name: &str, row: i64) -> Outgoing {
    let name = if name.is_empty() { "Somebody".to_owned() } else { one_line(name) };
    Outgoing {
        person,
        address: email.to_owned(),
        account: None,
        contract: None,
        change_set: None,
        kind: "notice_address",
        mail: ConfirmAddress { site: site.clone(), name }.render(),
        link: Some(Purpose::NoticeAddress),
        reply_to: site.contact_email.clone(),
        dedup_key: format!("notice_address/{row}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words() {
        let said = |mail: &dyn Mail| {
            let mail = mail.render();
            format!("Subject: {}\n\n{}\n{}", mail.subject, mail.text, mail.html)
        };
        insta::assert_snapshot!("25_digest", said(&Digest::sample()));
        insta::assert_snapshot!("34_came_back", said(&CameBack::sample()));
        let backup = CameBack { manages: true, contracts: 3, reason: "backup".to_owned(), ..CameBack::sample() };
        insta::assert_snapshot!("34_came_back_to_the_backup", said(&backup));
        insta::assert_snapshot!("35_test", said(&TestMessage::sample()));
        insta::assert_snapshot!("confirm_address", said(&ConfirmAddress::sample()));
    }
}
