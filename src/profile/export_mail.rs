//! Mail 32: the export is there.
use crate::mail::letter::{Action, Letter};
use crate::mail::{Mail, Site};

/// To whoever asked.
#[derive(Clone, Debug)]
pub struct ExportReady {
    /// The installation.
    pub site: Site,
    /// `1 Dec 2026, 04:42 UTC`
    pub until: String,
}

impl Mail for ExportReady {
    fn subject(&self) -> String {
        "Your data export is ready".to_owned()
    }

    fn letter(&self) -> Letter {
        let Self { site, until } = self;
        Letter {
            preheader: format!("Until {until}."),
            opening: format!("Everything that {} holds about you is in one file, ready until {until}.", site.center()),
            serials: Vec::new(),
            more: 0,
            paragraphs: vec![
                "Only you can fetch it, and you prove again who you are before. It is JSON: a text that programs read.".to_owned(),
                "You did not ask for it? Then somebody is signed in as you: sign out everywhere on the page Sign-in and \
                 security."
                    .to_owned(),
            ],
            action: Action { words: "Fetch it on your account".to_owned(), url: site.link("/account") },
            answer: String::new(),
            why: "you asked for an export of your data.".to_owned(),
            service: true,
            site: site.clone(),
        }
    }
}

impl ExportReady {
    /// For tests and the preview.
    pub fn sample() -> Self {
        Self { site: Site::sample(), until: "1 Dec 2026, 04:42 UTC".to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words() {
        let mail = ExportReady::sample().render();
        insta::assert_snapshot!(
            "32_export_ready",
            format!("Subject: {}\n\n{}\n{}", mail.subject, mail.text, mail.html)
        );
    }
}
