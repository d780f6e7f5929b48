//! Mail 7 in its forms: confirm at the new and at the old address, the address that is in use, changed.
use crate::mail::letter::{Action, LINK, Letter};
use crate::mail::{Mail, Site};
use crate::text::looks_like;

/// What both mails of a change that waits say.
#[derive(Clone, Debug)]
pub struct Confirm {
    /// The installation.
    pub site: Site,
    /// Who asks, as the beginning of a sentence.
    pub by: String,
    /// The present address.
    pub old: String,
    /// The new one.
    pub new: String,
    /// `25 Nov 2026, 04:42 UTC`
    pub until: String,
}

impl Confirm {
    fn opening(&self) -> String {
        format!("{} asked to sign in to {} with {} instead of {}.", self.by, self.site.center(), self.new, self.old)
    }

    /// What it is taken for, where letters of another alphabet are in it.
    fn lookalike(&self) -> Option<String> {
        looks_like(&self.new).map(|seen| {
            format!("Look closely: {} is not {seen}. It has letters of another alphabet that look the same.", self.new)
        })
    }

    fn letter(&self, paragraphs: Vec<String>, words: &str, why: &str) -> Letter {
        let preheader = format!("Both addresses confirm it, until {}.", self.until);
        let action = Action { words: words.to_owned(), url: LINK.to_owned() };
        let (opening, site) = (self.opening(), self.site.clone());
        let (serials, answer, why) = (Vec::new(), String::new(), why.to_owned());
        Letter { preheader, opening, serials, more: 0, paragraphs, action, answer, why, service: true, site }
    }

    fn sample() -> Self {
        Self {
            site: Site::sample(),
            by: "You, or somebody who is signed in as you,".to_owned(),
            old: "elena@ostrava.example".to_owned(),
            new: "elena.ostrava@finch.example".to_owned(),
            until: "25 Nov 2026, 04:42 UTC".to_owned(),
        }
    }
}

/// To the new address.
#[derive(Clone, Debug)]
pub struct ConfirmNew(pub Confirm);

impl Mail for ConfirmNew {
    fn subject(&self) -> String {
        "Confirm your new e-mail address".to_owned()
    }

    fn letter(&self) -> Letter {
        let until = format!(
            "It changes when both addresses have confirmed it: this one and the present one, until {}. Roles and access \
             stay as they are.",
            self.0.until
        );
        let paragraphs = vec![until, "Not you? Do nothing: then nothing changes.".to_owned()];
        self.0.letter(paragraphs, "Confirm this address", "this address was entered as somebody's new one.")
    }
}

/// To the old address.
#[derive(Clone, Debug)]
pub struct ConfirmOld(pub Confirm);

impl Mail for ConfirmOld {
    fn subject(&self) -> String {
        "Your e-mail address is to change".to_owned()
    }

    fn letter(&self) -> Letter {
        let until = format!(
            "It changes when both addresses have confirmed it, until {}. Roles and access stay as they are.",
            self.0.until
        );
        let mut paragraphs: Vec<String> = self.0.lookalike().into_iter().collect();
        paragraphs.push(until);
        paragraphs.push("Not you? The same page has the button “This was not me”, which stops it.".to_owned());
        self.0.letter(paragraphs, "Confirm or stop the change", "you sign in with this address.")
    }
}

/// To somebody whose address was entered as another's new one. Only the owner of the mailbox reads this.
#[derive(Clone, Debug)]
pub struct InUse {
    /// The installation.
    pub site: Site,
    /// The address.
    pub address: String,
}

impl Mail for InUse {
    fn subject(&self) -> String {
        "Your e-mail address is in use already".to_owned()
    }

    fn letter(&self) -> Letter {
        let site = self.site.clone();
        Letter {
            preheader: "Nothing has changed.".to_owned(),
            opening: format!(
                "Somebody who signs in to {} with another address asked to use {}. You sign in with it already, so \
                 nothing changes.",
                site.center(),
                self.address
            ),
            serials: Vec::new(),
            more: 0,
            paragraphs: vec![
                "Was it you, with two addresses? Write to us: we put both together, with everything that you have \
                 under either."
                    .to_owned(),
                "Not you? There is nothing to do.".to_owned(),
            ],
            action: Action { words: "Sign in".to_owned(), url: site.link("/sign-in") },
            answer: String::new(),
            why: "this address was entered as somebody's new one.".to_owned(),
            service: true,
            site,
        }
    }
}

/// To both, once it is done.
#[derive(Clone, Debug)]
pub struct Changed {
    /// The installation.
    pub site: Site,
    /// The address until now.
    pub old: String,
    /// The address from now on.
    pub new: String,
}

impl Mail for Changed {
    fn subject(&self) -> String {
        "Your e-mail address was changed".to_owned()
    }

    fn letter(&self) -> Letter {
        let Self { site, old, new } = self;
        Letter {
            preheader: format!("From now on you sign in with {new}."),
            opening: format!("From now on you sign in to {} with {new}, no longer with {old}.", site.center()),
            serials: Vec::new(),
            more: 0,
            paragraphs: vec![
                "Both addresses confirmed it. Roles and access are as they were; links that were sent to the old \
                 address no longer work."
                    .to_owned(),
                "Not you? Call or write to us at once.".to_owned(),
            ],
            action: Action { words: "See your account".to_owned(), url: site.link("/account") },
            answer: String::new(),
            why: "you sign in with one of these addresses.".to_owned(),
            service: true,
            site: site.clone(),
        }
    }
}

impl ConfirmNew {
    /// For tests and the preview.
    pub fn sample() -> Self {
        Self(Confirm::sample())
    }
}

impl ConfirmOld {
    /// For tests and the preview: with letters that look like others.
    pub fn sample() -> Self {
        Self(Confirm { new: "\u{435}lena@finch.example".to_owned(), ..Confirm::sample() })
    }
}

impl InUse {
    /// For tests and the preview.
    pub fn sample() -> Self {
        Self { site: Site::sample(), address: "elena.ostrava@finch.example".to_owned() }
    }
}

impl Changed {
    /// For tests and the preview.
    pub fn sample() -> Self {
        let Confirm { site, old, new, .. } = Confirm::sample();
        Self { site, old, new }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(mail: impl Mail) -> String {
        let mail = mail.render();
        format!("Subject: {}\n\n{}\n{}", mail.subject, mail.text, mail.html)
    }

    #[test]
    fn each_is_as_it_was_reviewed() {
        insta::assert_snapshot!("7_confirm_new", words(ConfirmNew::sample()));
        insta::assert_snapshot!("7_confirm_old", words(ConfirmOld::sample()));
        insta::assert_snapshot!("7_in_use", words(InUse::sample()));
        insta::assert_snapshot!("7_changed", words(Changed::sample()));
    }
}
