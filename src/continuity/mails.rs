//! The slice's mails.
use crate::mail::letter::{Action, LINK, Letter, counted, serial_numbers};
use crate::mail::{Mail, Site};

/// Mail 27: serial numbers are still the Contract Manager's by default.
#[derive(Clone, Debug)]
pub struct StillByDefault {
    /// The installation.
    pub site: Site,
    /// How many serial numbers.
    pub assets: u64,
    /// On how many contracts.
    pub contracts: u64,
    /// One of them.
    pub contract: String,
}

impl Mail for StillByDefault {
    fn subject(&self) -> String {
        let are = if self.assets == 1 { "is" } else { "are" };
        format!("{} {are} still yours by default", serial_numbers(self.assets))
    }

    fn letter(&self) -> Letter {
        let (one, path) = match self.contracts {
            1 => {
                let path =
                    format!("/contracts/{}/products?coordinator=default", crate::web::words::encoded(&self.contract));
                (format!("contract {}", self.contract), path)
            }
            n => (counted(n, "contract", "contracts"), "/coordinators".to_owned()),
        };
        Letter {
            preheader: format!("On {one}."),
            opening: format!(
                "Nobody is named as Software Coordinator of {} on {one}. Their release notices and shipments come to you.",
                serial_numbers(self.assets)
            ),
            serials: Vec::new(),
            more: 0,
            paragraphs: vec![
                "Name whoever works with the software, and each notice reaches the right person. If that is you, assign them to \
                    yourself, and this reminder ends."
                    .to_owned(),
            ],
            action: Action { words: "Assign coordinator".to_owned(), url: self.site.link(&path) },
            answer: String::new(),
            why: "you are the Contract Manager. It comes once a month while this is so.".to_owned(),
            service: false,
            site: self.site.clone(),
        }
    }
}

/// Asked once a year: whether somebody still coordinates what he or she did.
#[derive(Clone, Debug)]
pub struct StillCoordinator {
    /// The installation.
    pub site: Site,
    /// How many serial numbers.
    pub assets: u64,
    /// Of which company.
    pub company: String,
}

impl Mail for StillCoordinator {
    fn subject(&self) -> String {
        let these = if self.assets == 1 {
            "this serial number".to_owned()
        } else {
            format!("these {}", serial_numbers(self.assets))
        };
        format!("Do you still coordinate {these}?")
    }

    fn letter(&self) -> Letter {
        Letter {
            preheader: "One click, once a year.".to_owned(),
            opening: format!("You are Software Coordinator of {} at {}.", serial_numbers(self.assets), self.company),
            serials: Vec::new(),
            more: 0,
            paragraphs: vec![
                "Their release notices, downloads and shipments go to you. Say with one click whether that is still right; if it is \
                    not, the Contract Manager is told and hands them over."
                    .to_owned(),
            ],
            action: Action { words: "Answer".to_owned(), url: LINK.to_owned() },
            answer: String::new(),
            why: "you are Software Coordinator, and are asked once a year.".to_owned(),
            service: true,
            site: self.site.clone(),
        }
    }
}

/// To the Contract Manager: somebody says that it is not theirs any more.
#[derive(Clone, Debug)]
pub struct NotAnyMore {
    /// The installation.
    pub site: Site,
    /// Who said so.
    pub name: String,
    /// That person in addresses of pages.
    pub handle: String,
    /// How many serial numbers.
    pub assets: u64,
    /// Of which company.
    pub company: String,
}

impl Mail for NotAnyMore {
    fn subject(&self) -> String {
        format!("{} no longer coordinates {}", self.name, serial_numbers(self.assets))
    }

    fn letter(&self) -> Letter {
        Letter {
            preheader: "Hand them over to somebody else.".to_owned(),
            opening: format!(
                "{} says that {} of {} are somebody else's to coordinate by now.",
                self.name,
                serial_numbers(self.assets),
                self.company
            ),
            serials: Vec::new(),
            more: 0,
            paragraphs: vec![
                "Nothing has changed yet: until you hand over, notices and shipments still go there.".to_owned(),
            ],
            action: Action { words: "Hand over".to_owned(), url: self.site.link(&format!("/people/{}", self.handle)) },
            answer: String::new(),
            why: "you are the Contract Manager.".to_owned(),
            service: true,
            site: self.site.clone(),
        }
    }
}

/// Samples, for tests and the preview.
impl StillByDefault {
    /// Mail 27 of the list.
    pub fn sample() -> Self {
        Self { site: Site::sample(), assets: 3, contracts: 1, contract: "110448270013".to_owned() }
    }
}
impl StillCoordinator {
    /// Of fourteen.
    pub fn sample() -> Self {
        Self { site: Site::sample(), assets: 14, company: "Ostrava & Finch".to_owned() }
    }
}
impl NotAnyMore {
    /// Of fourteen.
    pub fn sample() -> Self {
        let (name, handle) = ("Owen Reyes".to_owned(), "p-owen".to_owned());
        Self { site: Site::sample(), name, handle, assets: 14, company: "Ostrava & Finch".to_owned() }
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
        insta::assert_snapshot!("27_by_default", said(&StillByDefault::sample()));
        insta::assert_snapshot!("still_coordinator", said(&StillCoordinator::sample()));
        insta::assert_snapshot!("not_any_more", said(&NotAnyMore::sample()));
    }
}
