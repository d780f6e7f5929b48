//! The mail to a Contract Manager who was never here.
use crate::mail::letter::{Action, LINK, Letter, counted, joined, one_line};
use crate::mail::{Mail, Site};

/// The welcome.
#[derive(Clone, Debug)]
pub struct Welcome {
    /// The installation.
    pub site: Site,
    /// Companies by name.
    pub companies: Vec<String>,
    /// How many contracts.
    pub contracts: u64,
    /// The number, where it is one.
    pub contract: String,
}

impl Welcome {
    fn what(&self) -> String {
        match self.contracts {
            1 => format!("contract {}", self.contract),
            n => counted(n, "contract", "contracts"),
        }
    }
}

impl Mail for Welcome {
    fn subject(&self) -> String {
        format!("Welcome: you manage {}", self.what())
    }

    fn letter(&self) -> Letter {
        let companies: Vec<String> = self.companies.iter().map(|name| one_line(name)).collect();
        Letter {
            preheader: "The link works once, for 30 days.".to_owned(),
            opening: format!(
                "You are the Contract Manager of {} of {} in {}.",
                self.what(),
                joined(&companies, 3),
                self.site.center()
            ),
            serials: Vec::new(),
            more: 0,
            paragraphs: vec![
                "There you say who is Software Coordinator of each serial number, let people in, and see what ends when. \
                 Until you name somebody, all of it is yours."
                    .to_owned(),
                "The link below works once, for 30 days; it takes you in and through what there is to do at first. No \
                 password is ever mailed."
                    .to_owned(),
            ],
            action: Action { words: "Begin".to_owned(), url: LINK.to_owned() },
            answer: String::new(),
            why: "you are the Contract Manager, and have not signed in yet.".to_owned(),
            service: true,
            site: self.site.clone(),
        }
    }
}

impl Welcome {
    /// For tests and the preview.
    pub fn sample() -> Self {
        Self {
            site: Site::sample(),
            companies: vec!["Ostrava & Finch".to_owned()],
            contracts: 1,
            contract: "110448270013".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words() {
        let mail = Welcome::sample().render();
        insta::assert_snapshot!(format!("Subject: {}\n\n{}\n{}", mail.subject, mail.text, mail.html));
        let many = Welcome { contracts: 3, ..Welcome::sample() };
        assert_eq!(many.subject(), "Welcome: you manage 3 contracts");
    }
}
