//! The mail that asks somebody whether a company's own sign-in may be used.
use crate::mail::letter::{Action, Letter, one_line};
use crate::mail::{Mail, Site};

/// To the person.
#[derive(Clone, Debug)]
pub struct ConfirmProvider {
    /// The installation.
    pub site: Site,
    /// Whose sign-in.
    pub company: String,
}

impl Mail for ConfirmProvider {
    fn subject(&self) -> String {
        format!("May {} sign you in?", self.company)
    }

    fn letter(&self) -> Letter {
        let company = one_line(&self.company);
        Letter {
            preheader: "Nobody is signed in until you say so.".to_owned(),
            opening: format!(
                "Somebody signed in to {} as you, through {company}'s own sign-in. You belong to another company here, too: \
                 whoever can sign in as you there sees its things.",
                self.site.center()
            ),
            serials: Vec::new(),
            more: 0,
            paragraphs: vec![
                format!("That was you, and {company} may vouch for you? Confirm it once, in the next 24 hours."),
                "Not you? Then do nothing, and tell us: nobody was signed in.".to_owned(),
            ],
            action: Action { words: "Look at it".to_owned(), url: "{link}".to_owned() },
            answer: String::new(),
            why: format!("{company}'s own sign-in named your address."),
            service: true,
            site: self.site.clone(),
        }
    }
}

impl ConfirmProvider {
    /// For tests and the preview.
    pub fn sample() -> Self {
        Self { site: Site::sample(), company: "Ostrava & Finch".to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn confirm_provider() {
        let mail = ConfirmProvider::sample().render();
        insta::assert_snapshot!(format!("Subject: {}\n\n{}\n{}", mail.subject, mail.text, mail.html));
    }
}
