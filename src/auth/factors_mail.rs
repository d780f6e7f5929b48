//! The mail to somebody whose second factors the vendor removed.
use crate::mail::letter::{Action, Letter, one_line};
use crate::mail::{Mail, Site};

/// What was done, by whom, and what to do if nobody asked for it.
#[derive(Clone, Debug)]
pub(super) struct FactorsRemoved {
    /// The installation.
    pub(super) site: Site,
    /// Who did it; none: whoever runs the installation.
    pub(super) by: Option<String>,
    /// `24 Nov 2026, 04:42 UTC`
    pub(super) at: String,
    /// Why, in the words of whoever did it.
    pub(super) why: String,
}

impl Mail for FactorsRemoved {
    fn subject(&self) -> String {
        "Your second factors were removed".to_owned()
    }

    fn letter(&self) -> Letter {
        let Self { site, by, at, why } = self;
        let by =
            by.as_ref().map_or_else(|| "Whoever runs it".to_owned(), |by| format!("{} of the vendor", one_line(by)));
        Letter {
            preheader: "Authenticator app, passkeys and recovery codes no longer work.".to_owned(),
            opening: format!(
                "{by} removed your authenticator app, your passkeys and your recovery codes in {} on {at}, and signed you out \
                 everywhere. The reason given: “{}”.",
                site.center(),
                one_line(why)
            ),
            serials: Vec::new(),
            more: 0,
            paragraphs: vec![
                "You asked for this? Sign in with a link or your password, and set a new second factor up.".to_owned(),
                "You did not ask for this? Then somebody said that they are you. Sign in at once, set a new password and a second \
                 factor, and tell us: the way is below."
                    .to_owned(),
            ],
            action: Action { words: "Sign in".to_owned(), url: site.link("/sign-in?return_to=%2Faccount%2Fsecurity") },
            answer: String::new(),
            why: "it is about how you sign in.".to_owned(),
            service: true,
            site: site.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factors_removed() {
        let (by, at) = (Some("Ada Stone".to_owned()), "24 Nov 2026, 04:42 UTC".to_owned());
        let mail = FactorsRemoved { site: Site::sample(), by, at, why: "called back on the known number".to_owned() };
        let mail = mail.render();
        insta::assert_snapshot!(format!("Subject: {}\n\n{}\n{}", mail.subject, mail.text, mail.html));
    }
}
