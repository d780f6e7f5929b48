//! What a change would do, before it is made: who hands over what, and who gets mail. Used by the assign dialog, the
//! classic page and the hand-over.
use super::person::{PersonRef, PersonState, avatar, avatar_default};
use super::samples;
use super::ui::{Problem, confirm_notices, hidden, icon};
use super::words::{day, listed, number};
use maud::{Markup, html};

/// One line of what changes.
#[derive(Clone, Debug)]
pub enum Change {
    /// Somebody's serial numbers go to somebody else.
    HandsOver { from: PersonRef, to: PersonRef, n: i64 },
    /// Until now the Contract Manager's by default.
    FromDefault { manager: PersonRef, to: PersonRef, n: i64 },
    /// An assignment is cleared; the next level that names somebody is this person.
    FallsTo { from: PersonRef, to: PersonRef, n: i64 },
    /// Nothing changes for these.
    Already { person: PersonRef, n: i64 },
    /// A standing assignment that leaves these their own coordinator.
    KeepOwn { n: i64 },
    /// A standing assignment covers what is bought later.
    Later { person: PersonRef },
    /// Not for good, or not from now.
    Dated { from: Option<String>, until: Option<String> },
}

/// Who is written to.
#[derive(Clone, Debug, Default)]
pub struct Mails {
    /// The new and the former coordinators, without the reader.
    pub to: Vec<PersonRef>,
    /// The reader gets the summary.
    pub you: bool,
    /// The Contract Manager who gets the summary, where that is not the reader.
    pub manager: Option<PersonRef>,
    /// Nothing but sign-in mail is sent before the installation goes live.
    pub off: bool,
}

impl Mails {
    /// "Maya and Tomás get one e-mail each; you get a summary. Held for 60 seconds."
    pub fn sentence(&self) -> String {
        if self.off {
            return "No e-mail goes out: this installation is not live yet.".to_owned();
        }
        let first = |person: &&PersonRef| person.first_name().to_owned();
        let (lost, reached): (Vec<_>, Vec<_>) = self.to.iter().partition(|p| p.state == PersonState::Bounces);
        let mut names: Vec<String> = reached.iter().map(first).collect();
        if names.len() > 3 {
            let others = names.len() - 2;
            names.truncate(2);
            names.push(format!("{} others", number(i64::try_from(others).unwrap_or(i64::MAX))));
        }
        let summary = match (&self.manager, self.you) {
            (_, true) => "you get a summary".to_owned(),
            (Some(manager), false) => format!("{} gets a summary", manager.first_name()),
            (None, false) => String::new(),
        };
        let mail = match reached.len() {
            0 => String::new(),
            1 => format!("{} gets one e-mail", listed(&names)),
            _ => format!("{} get one e-mail each", listed(&names)),
        };
        let mut out = match (mail.is_empty(), summary.is_empty()) {
            (true, true) => return "Nobody is written to.".to_owned(),
            (true, false) => capital(&summary),
            (false, true) => mail,
            (false, false) => format!("{mail}; {summary}"),
        };
        out.push('.');
        if !lost.is_empty() {
            let lost: Vec<String> = lost.iter().map(first).collect();
            out.push_str(&format!(" Mail to {} comes back.", listed(&lost)));
        }
        out.push_str(" Held for 60 seconds.");
        out
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// What a form would do.
#[derive(Clone, Debug, Default)]
pub struct Preview {
    /// Line by line.
    pub changes: Vec<Change>,
    /// The person whom it goes to, when mail does not reach him or her yet.
    pub person: Option<PersonRef>,
    /// Who is written to.
    pub mails: Mails,
    /// What the button says: "Apply to all 3".
    pub apply: String,
    /// Sent back as `if_state`, so that a race is refused.
    pub state: String,
    /// More than 50 people are written to: the number that must be confirmed.
    pub confirm: Option<i64>,
    /// Why it could not be done; the rest is then empty.
    pub problem: Option<Problem>,
}

impl Preview {
    /// Three serial numbers go to Maya.
    pub fn sample() -> Preview {
        let [maya, tomas, _, hana, _] = samples::coordinators();
        Preview {
            changes: vec![
                Change::FromDefault { manager: samples::elena(), to: maya.clone(), n: 1 },
                Change::HandsOver { from: tomas.clone(), to: maya.clone(), n: 2 },
                Change::Already { person: maya.clone(), n: 3 },
                Change::Dated { from: Some("2026-12-01".to_owned()), until: Some("2027-02-28".to_owned()) },
            ],
            person: Some(hana),
            mails: Mails { to: vec![maya, tomas], you: true, manager: None, off: false },
            apply: "Apply to all 3".to_owned(),
            state: "s1".to_owned(),
            confirm: None,
            problem: None,
        }
    }
}

fn pair(from: Markup, to: &PersonRef, words: Markup) -> Markup {
    html! { (from) (icon("to")) (avatar(to)) span { (words) } }
}

fn line(change: &Change) -> Markup {
    match change {
        Change::HandsOver { from, to, n } => {
            pair(avatar(from), to, html! { (from.display()) " hands over " b { (number(*n)) } })
        }
        Change::FromDefault { manager, to, n } => pair(
            avatar_default(manager),
            to,
            html! {
                @if manager.you { "Yours by default until now: " } @else { (manager.name) "’s by default until now: " }
                b { (number(*n)) }
            },
        ),
        Change::FallsTo { from, to, n } => {
            pair(avatar(from), to, html! { "Falls back to " (to.display()) ": " b { (number(*n)) } })
        }
        Change::Already { person, n } => {
            html! { (avatar(person)) span { "Already " (person.display()) ": " b { (number(*n)) } } }
        }
        Change::KeepOwn { n } => html! { (icon("check")) span { "Keep their own coordinator: " b { (number(*n)) } } },
        Change::Later { person } => {
            html! { (icon("plus")) span { "Serial numbers added later: " b { (person.display()) } } }
        }
        Change::Dated { from, until } => html! {
            (icon("cal"))
            span {
                @match from { Some(on) => { "From " (day(on)) }, None => { "From now" } }
                @match until { Some(on) => { " until " (day(on)) }, None => { ", with no end" } }
            }
        },
    }
}

/// The list of what changes.
pub fn diff(preview: &Preview) -> Markup {
    let also = match (&preview.mails.manager, preview.mails.you) {
        (Some(manager), false) => manager.name.as_str(),
        (None, false) => "the Contract Manager",
        (_, true) => "you",
    };
    html! {
        ul.diff #diff aria-label="What changes" {
            @for change in &preview.changes { li { (line(change)) } }
            @if let Some(person) = &preview.person {
                @match person.state {
                    PersonState::Invited | PersonState::NotInvited => li {
                        (icon("mail")) span { "Until " (person.name) " accepts, notices also go to " (also) "." }
                    },
                    PersonState::Bounces => li {
                        (icon("alert")) span { "Mail to " (person.name) " comes back, so notices also go to " (also) "." }
                    },
                    PersonState::Reached | PersonState::Deactivated => {}
                }
            }
        }
    }
}

/// The answer to `POST …/preview`: the parts that the module puts into the open dialog, each by its id.
pub fn fragment(preview: &Preview) -> Markup {
    html! {
        div #preview {
            (diff(preview))
            p #sum { (preview.mails.sentence()) }
            p #apply { (preview.apply) }
            div #confirm { @if let Some(people) = preview.confirm { (confirm_notices(people)) } }
            (hidden("if_state", &preview.state))
            @if let Some(problem) = &preview.problem { (problem) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_says_who_is_written_to() {
        let [maya, tomas, priya, hana, owen] = samples::coordinators();
        let mut mails = Mails { to: vec![maya, tomas], you: true, ..Mails::default() };
        assert_eq!(mails.sentence(), "Maya and Tomás get one e-mail each; you get a summary. Held for 60 seconds.");
        mails.to.extend([priya, hana, owen]);
        assert_eq!(
            mails.sentence(),
            "Maya, Tomás and 2 others get one e-mail each; you get a summary. Mail to Owen comes back. Held for 60 seconds."
        );
        mails.to.clear();
        assert_eq!(mails.sentence(), "You get a summary. Held for 60 seconds.");
        mails.you = false;
        assert_eq!(mails.sentence(), "Nobody is written to.");
    }
}
