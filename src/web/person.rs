//! Somebody as pages show them: name, initials in a colour that stays theirs, and the states a reader must know of.
use super::ui::{Tone, icon, pill};
use maud::{Markup, html};

/// Whether mail reaches a person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PersonState {
    /// Nothing to say.
    #[default]
    Reached,
    /// Invited, not yet accepted.
    Invited,
    /// No member yet, and nobody invited: a purchase named the person.
    NotInvited,
    /// The last mail came back.
    Bounces,
    /// May not sign in any more, but still holds a role.
    Deactivated,
}

/// What is known of somebody at a company; one thing of it is said.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reach {
    /// The sign-in has ended.
    pub deactivated: bool,
    /// The last mail came back.
    pub bounced: bool,
    /// Not a confirmed member.
    pub pending: bool,
    /// Was invited there.
    pub invited: bool,
}

impl Reach {
    /// What a reader must know first.
    pub fn state(self) -> PersonState {
        match self {
            Reach { deactivated: true, .. } => PersonState::Deactivated,
            Reach { bounced: true, .. } => PersonState::Bounces,
            Reach { pending: true, invited: true, .. } => PersonState::Invited,
            Reach { pending: true, .. } => PersonState::NotInvited,
            _ => PersonState::Reached,
        }
    }
}

/// A person on a page.
#[derive(Clone, Debug, Default)]
pub struct PersonRef {
    /// First and last name.
    pub name: String,
    /// The address that mail goes to.
    pub email: String,
    /// Opaque handle of `/people/{handle}`; empty where the reader may not open that page.
    pub handle: String,
    /// 1 to 6: the colour of the initials.
    pub colour: u8,
    /// The reader is this person.
    pub you: bool,
    /// Whether mail reaches this person.
    pub state: PersonState,
}

impl PersonRef {
    /// Somebody whom mail reaches and who is not the reader. `key` is what the colour is made from: always the person's
    /// handle, also where the page is not linked, so that one person has one colour everywhere.
    pub fn new(name: impl Into<String>, email: impl Into<String>, handle: impl Into<String>, key: &str) -> PersonRef {
        let (name, email, handle) = (name.into(), email.into(), handle.into());
        PersonRef { name, email, handle, colour: colour(key), ..PersonRef::default() }
    }

    /// The name, for the reader "Elena Ostrava (you)".
    pub fn display(&self) -> String {
        if self.you { format!("{} (you)", self.name) } else { self.name.clone() }
    }

    /// "EO": the first letters of the first and the last word.
    pub fn initials(&self) -> String {
        let mut words = self.name.split_whitespace().map(|word| word.chars().find(|c| c.is_alphanumeric()));
        let first = words.next().flatten();
        let last = words.next_back().flatten();
        let second = || self.name.chars().filter(|c| c.is_alphanumeric()).nth(1);
        let letters = [first, last.or_else(second)];
        letters.into_iter().flatten().flat_map(char::to_uppercase).collect()
    }

    /// The first word of the name, for sentences.
    pub fn first_name(&self) -> &str {
        self.name.split_whitespace().next().unwrap_or(&self.email)
    }

    /// Where the person's page is, if the reader may open it.
    pub fn href(&self) -> Option<String> {
        (!self.handle.is_empty()).then(|| format!("/people/{}", self.handle))
    }
}

/// 1 to 6, always the same for the same key.
pub fn colour(key: &str) -> u8 {
    let hash = key.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    u8::try_from((hash ^ (hash >> 15)) % 6).unwrap_or(0) + 1
}

/// Initials in the person's colour; decoration beside the name.
pub fn avatar(person: &PersonRef) -> Markup {
    html! { span.av data-c=(person.colour) aria-hidden="true" { (person.initials()) } }
}

/// The same, larger.
pub fn avatar_large(person: &PersonRef) -> Markup {
    html! { span.av.lg data-c=(person.colour) aria-hidden="true" { (person.initials()) } }
}

/// Dashed initials: coordinates by default only.
pub fn avatar_default(person: &PersonRef) -> Markup {
    html! { span.av.none aria-hidden="true" { (person.initials()) } }
}

/// The name, linked where the person's page may be opened.
pub fn name(person: &PersonRef) -> Markup {
    html! {
        @match person.href() {
            Some(href) => a.full href=(href) { (person.display()) },
            None => span.full { (person.display()) },
        }
    }
}

/// The address with a place to break before the @.
pub fn address(email: &str) -> Markup {
    html! {
        @match email.split_once('@') {
            Some((local, domain)) => { (local) wbr; "@" (domain) }
            None => { (email) }
        }
    }
}

/// "Invited, not yet accepted", "Mail comes back": as icon and words. Nothing where all is well.
pub fn state(state: PersonState) -> Markup {
    match state {
        PersonState::Reached => html! {},
        PersonState::Invited => pill(Tone::Info, "mail", "Invited, not yet accepted"),
        PersonState::NotInvited => pill(Tone::Info, "clock", "Not yet invited"),
        PersonState::Bounces => pill(Tone::Bad, "alert", "Mail comes back"),
        PersonState::Deactivated => pill(Tone::Warn, "lock", "Sign-in ended"),
    }
}

/// Avatar, name, state and address in two lines.
pub fn card(person: &PersonRef) -> Markup {
    html! {
        div.who {
            (avatar(person))
            span.t {
                span.l1 { (name(person)) " " (state(person.state)) }
                small.mail { (address(&person.email)) }
            }
        }
    }
}

/// "Elena Ostrava, the Contract Manager, can change this.": in place of a control that the reader may not use.
pub fn who_can(manager: &PersonRef) -> Markup {
    html! { p.who-can { (icon("lock")) span { b { (manager.name) } ", the Contract Manager, can change this." } } }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn called(name: &str) -> PersonRef {
        PersonRef::new(name, "x@firm.example", "", name)
    }

    #[test]
    fn initials_take_the_first_and_the_last_word() {
        assert_eq!(called("Maya van der Lindqvist").initials(), "ML");
        assert_eq!(called("李 明").initials(), "李明");
        assert_eq!(called("o'Neil").initials(), "ON");
        assert_eq!(called("").initials(), "");
        assert_eq!(called("“Bob” (Smith)").initials(), "BS");
    }

    #[test]
    fn the_worst_is_said_and_only_an_invitation_is_called_one() {
        let reach = Reach { pending: true, invited: true, ..Reach::default() };
        let says = |reach: Reach| state(reach.state()).into_string();
        assert!(says(reach).contains("Invited, not yet accepted"));
        let named = says(Reach { invited: false, ..reach });
        assert!(named.contains("Not yet invited") && !named.contains("accepted"), "{named}");
        assert!(says(Reach { bounced: true, ..reach }).contains("Mail comes back"));
        assert!(says(Reach { bounced: true, deactivated: true, ..reach }).contains("Sign-in ended"));
        assert_eq!(says(Reach { pending: false, ..reach }), "", "an invitation that was accepted");
    }

    #[test]
    fn a_colour_is_one_of_six_and_stays() {
        assert!((0..100).all(|n| (1..=6).contains(&colour(&n.to_string()))));
        let used: std::collections::BTreeSet<u8> = (0..100).map(|n| colour(&n.to_string())).collect();
        assert_eq!(used.len(), 6);
    }
}
