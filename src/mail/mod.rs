//! Mail: what a mail looks like, the outbox that it is written to, and how it leaves. Slices write mails; this knows no slice.
pub mod demo;
mod html;
pub mod letter;
pub mod message;
pub mod outbox;
pub mod send;
mod text;
pub mod transport;

pub use transport::Transport;

use crate::app::Profile;
use crate::db::Sql;
use letter::Letter;

/// A mail: a struct of what it is about, which can say it in words.
pub trait Mail {
    /// At most 60 characters where names allow it, the most specific first.
    fn subject(&self) -> String;
    /// What it says, in the order in which it is read.
    fn letter(&self) -> Letter;

    /// Subject and both parts.
    fn render(&self) -> Rendered {
        let (subject, letter) = (letter::one_line(&self.subject()), self.letter());
        Rendered { text: text::part(&letter), html: html::part(&subject, &letter), subject, why: letter.why }
    }
}

/// A mail in words. Where it is sent with a link of its own, `{link}` stands for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// One line.
    pub subject: String,
    /// The complete text part.
    pub text: String,
    /// The HTML part, which says the same.
    pub html: String,
    /// Why its reader gets it.
    pub why: String,
}

const PLACEHOLDERS: [&str; 4] = ["{base_url}", "{vendor}", "{phone}", "{contact_email}"];

/// What every mail says of the installation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// Where people reach it, without a slash at the end.
    pub base_url: String,
    /// The vendor's name.
    pub vendor: String,
    /// Whom to call.
    pub phone: String,
    /// Whom to write to.
    pub contact_email: String,
    /// Mail stays on a page of the demo.
    pub demo: bool,
}

impl Site {
    /// Of this process.
    pub fn of(profile: &Profile) -> Self {
        let plain = letter::one_line;
        Self {
            base_url: profile.base_url.trim_end_matches('/').to_owned(),
            vendor: plain(&profile.vendor),
            phone: plain(&profile.phone),
            contact_email: plain(&profile.contact_email),
            demo: profile.demo,
        }
    }

    /// For a mail that is written where the installation is not known: each thing is a placeholder, which [`Site::complete`]
    /// replaces while the mail is sent.
    pub fn unknown() -> Self {
        let [base_url, vendor, phone, contact_email] = PLACEHOLDERS.map(str::to_owned);
        Self { base_url, vendor, phone, contact_email, demo: false }
    }

    /// Puts this one in place of an unknown one.
    pub fn complete(&self, text: &str) -> String {
        let own = [&self.base_url, &self.vendor, &self.phone, &self.contact_email];
        PLACEHOLDERS.iter().zip(own).fold(text.to_owned(), |text, (placeholder, own)| text.replace(placeholder, own))
    }

    /// As [`Site::complete`], inside HTML.
    fn complete_html(&self, text: &str) -> String {
        let escaped = |text: &str| maud::html! { (text) }.into_string();
        let Self { base_url, vendor, phone, contact_email, demo } = self;
        let site = Self {
            base_url: escaped(base_url),
            vendor: escaped(vendor),
            phone: escaped(phone),
            contact_email: escaped(contact_email),
            demo: *demo,
        };
        site.complete(text)
    }

    /// An address on it.
    pub fn link(&self, path: &str) -> String {
        format!("{}{path}", self.base_url)
    }

    /// The one of the samples.
    pub fn sample() -> Self {
        Self {
            base_url: "https://subscriptions.example.com".to_owned(),
            vendor: "Ridgeline Software".to_owned(),
            phone: "+1 555 0100".to_owned(),
            contact_email: "help@ridgeline.example".to_owned(),
            demo: false,
        }
    }
}

pub(crate) fn statements() -> Vec<Sql> {
    let mut all = outbox::statements();
    all.extend(send::statements());
    all.extend(demo::statements());
    all
}
