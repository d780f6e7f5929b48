//! Mail: what a mail looks like, the outbox that it is written to, and how it leaves. Slices write mails; this knows no slice.
pub mod demo;
mod html;
pub mod letter;
pub mod message;
pub mod outbox;
pub mod send;
mod site;
mod text;
pub mod transport;
mod wanted;

pub use site::Site;
pub use transport::Transport;
pub(crate) use wanted::{DIGEST, has_role, vacant};

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

pub(crate) fn statements() -> Vec<Sql> {
    let mut all = outbox::statements();
    all.extend(send::statements());
    all.extend(wanted::statements());
    all.extend(demo::statements());
    all
}
