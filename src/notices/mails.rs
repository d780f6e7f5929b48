//! The slice's mails.
use crate::mail::letter::{Action, Letter};
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words() {
        let said = |mail: &dyn Fn() -> crate::mail::Rendered| {
            let mail = mail();
            format!("Subject: {}\n\n{}\n{}", mail.subject, mail.text, mail.html)
        };
        insta::assert_snapshot!("35_test", said(&|| TestMessage::sample().render()));
    }
}
