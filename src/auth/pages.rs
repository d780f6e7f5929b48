//! Signing in by a link that is mailed, and accepting an invitation. Links open a page with one button: a mail scanner that
//! follows them uses nothing up.
use crate::oidc::pages::company_button;
use crate::web::assets::url;
use crate::web::layout::{Frame, bare};
use crate::web::roles::{RoleCard, role_cards};
use crate::web::samples;
use crate::web::ui::{Fault, Field, Kind, Problem, csrf, hidden, icon};
use crate::web::words::day;
use maud::{Markup, Render, html};

/// The first page of everybody who is not signed in.
#[derive(Clone, Debug, Default)]
pub struct SignInView {
    /// The form token.
    pub csrf: String,
    /// What was typed.
    pub email: String,
    /// The page that was asked for: an own path; empty: Home.
    pub return_to: String,
    /// Why it did not work.
    pub problem: Option<Problem>,
    /// Some company has a sign-in of its own: the page offers to go there.
    pub company: bool,
    /// The installation has a name that passkeys can be bound to.
    pub passkeys: bool,
    /// Demo mode: one card per role; empty otherwise.
    pub roles: Vec<RoleCard>,
}

/// Sign in: an address with a password, a passkey, or a link that is mailed.
pub fn sign_in_page(frame: &Frame, view: &SignInView) -> Markup {
    let error = |name| view.problem.as_ref().and_then(|problem| problem.of(name));
    let email = Field {
        name: "email",
        label: "E-mail",
        hint: "",
        kind: Kind::Email,
        value: &view.email,
        error: error("email"),
        autocomplete: "username webauthn",
    };
    let password = Field {
        name: "password",
        label: "Password",
        hint: "You have none? Leave it empty, and we e-mail you a link.",
        kind: Kind::Password,
        value: "",
        error: error("password"),
        autocomplete: "current-password",
    };
    bare(
        frame,
        html! {
            @if let Some(problem) = &view.problem { (problem) }
            h1 { "Sign in" }
            form.stack-form method="post" action="/sign-in" novalidate {
                (csrf(&view.csrf)) (hidden("return_to", &view.return_to))
                (email.render())
                (password.render())
                div.under {
                    button.btn.primary type="submit" name="how" value="password" { "Sign in" }
                    button.btn type="submit" name="how" value="link" { (icon("mail")) "E-mail me a link" }
                    @if view.company { (company_button()) }
                }
            }
            @if view.passkeys { (passkey_form(&view.csrf, &view.return_to)) }
            p.hint { a href="/forgot" { "Forgot your password?" } " A link works without one, too: once, for 15 minutes." }
            p.hint { "Your Contract Manager or Software Coordinator adds you first: mail only goes to people who are known here." }
            @if !view.roles.is_empty() {
                section.block aria-labelledby="roles-h" {
                    h2 #roles-h { "Or take a role of the demo" }
                    (role_cards(&view.roles, &view.csrf))
                }
            }
        },
    )
}

/// The way in with a passkey. The module shows it where the browser knows passkeys; without a script it stays hidden, and the
/// other ways are there.
pub(super) fn passkey_form(token: &str, return_to: &str) -> Markup {
    html! {
        form.stack-form #passkey-in method="post" action="/sign-in/passkey" hidden {
            (csrf(token)) (hidden("return_to", return_to))
            input type="hidden" name="credential" value=""; input type="hidden" name="ceremony" value="";
            button.btn type="button" { (icon("key")) "Sign in with a passkey" }
            p.hint role="status" {}
        }
        script type="module" src=(url("passkey.js")) {}
    }
}

/// After an address was entered; the same for known and unknown ones.
#[derive(Clone, Debug)]
pub struct SentView {
    /// What was typed.
    pub email: String,
    /// The form token, to send again.
    pub csrf: String,
    /// Demo mode: the mail is on this machine.
    pub demo: bool,
}

/// Where the link went.
pub fn sent_page(frame: &Frame, view: &SentView) -> Markup {
    bare(
        frame,
        html! {
            h1 { "Look into your mail" }
            p.lead {
                "If " b.break { (view.email) } " is known here, a link to sign in is on its way. It works once, for 15 minutes."
            }
            @if view.demo { p { a href="/demo/mail" { "Open the mail of the demo" } } }
            form.stack-form method="post" action="/sign-in" {
                (csrf(&view.csrf)) input type="hidden" name="email" value=(view.email);
                button.btn type="submit" { "Send again" }
            }
            p.hint { "Nothing after some minutes? Look among unwanted mail, or " a href="/sign-in" { "try another address" } "." }
        },
    )
}

/// What a link of a mail opens.
#[derive(Clone, Debug)]
pub struct LinkView {
    /// The secret of the address; the button sends it back.
    pub token: String,
    /// The form token.
    pub csrf: String,
    /// Whom it signs in; none: the link was used or has expired.
    pub person: Option<LinkPerson>,
    /// The page to go on to.
    pub return_to: String,
}

/// Whom a link signs in.
#[derive(Clone, Debug)]
pub struct LinkPerson {
    /// Name.
    pub name: String,
    /// Address.
    pub email: String,
}

/// One button.
pub fn link_page(frame: &Frame, view: &LinkView) -> Markup {
    let Some(person) = &view.person else { return gone(frame, "This link has been used or has expired") };
    bare(
        frame,
        html! {
            h1 { "Sign in as " (person.name) }
            p.lead.break { (person.email) }
            form.stack-form method="post" action={ "/sign-in/link/" (view.token) } {
                (csrf(&view.csrf)) (hidden("return_to", &view.return_to))
                button.btn.primary type="submit" data-focus { "Sign in" }
            }
            p.hint { "Not you? Close this page; nothing has happened." }
        },
    )
}

fn gone(frame: &Frame, title: &str) -> Markup {
    bare(
        frame,
        html! {
            h1 { (title) }
            p.lead { "A link works once. Ask for a new one; it takes a moment." }
            p { a.btn.primary href="/sign-in" { (icon("mail")) "E-mail me a link" } }
        },
    )
}

/// An invitation.
#[derive(Clone, Debug)]
pub struct InviteView {
    /// The secret of the address.
    pub token: String,
    /// The form token.
    pub csrf: String,
    /// What it holds; none: it was accepted, withdrawn or has expired.
    pub invitation: Option<Invitation>,
    /// Why it could not be accepted.
    pub problem: Option<Problem>,
}

/// What somebody is invited to.
#[derive(Clone, Debug)]
pub struct Invitation {
    /// The company.
    pub company: String,
    /// Who invited.
    pub invited_by: String,
    /// The address it went to.
    pub email: String,
    /// First name as the inviter wrote it.
    pub first_name: String,
    /// Last name as the inviter wrote it.
    pub last_name: String,
    /// "You coordinate 3 serial numbers of contract 110448270013": one sentence each.
    pub gives: Vec<String>,
    /// Last day, `YYYY-MM-DD`.
    pub ends_on: String,
}

/// What it gives, the name to correct, one button.
pub fn invite_page(frame: &Frame, view: &InviteView) -> Markup {
    let Some(invitation) = &view.invitation else { return gone(frame, "This invitation is no longer open") };
    let field = |name, label, value, autocomplete| {
        let error = view.problem.as_ref().and_then(|problem| problem.of(name));
        Field { name, label, hint: "", kind: Kind::Text, value, error, autocomplete }.render()
    };
    bare(
        frame,
        html! {
            @if let Some(problem) = &view.problem { (problem) }
            h1 { (invitation.invited_by) " invites you to " (invitation.company) "’s Subscription Center" }
            @if !invitation.gives.is_empty() {
                ul.ticks { @for words in &invitation.gives { li { (icon("check")) span { (words) } } } }
            }
            form.stack-form method="post" action={ "/invite/" (view.token) } novalidate {
                (csrf(&view.csrf))
                (field("first_name", "First name", &invitation.first_name, "given-name"))
                (field("last_name", "Last name", &invitation.last_name, "family-name"))
                p.hint.break { "You sign in with " (invitation.email) ". A link is mailed to you each time; a password or a passkey is yours to set afterwards, under Account." }
                button.btn.primary type="submit" { "Accept invitation" }
            }
            p.hint { "The invitation ends on " (day(&invitation.ends_on)) ". Not expected? Close this page; nothing has happened." }
        },
    )
}

impl SignInView {
    /// With an address that lacks its end, and the roles of the demo.
    pub fn sample() -> SignInView {
        let text = "Enter the full e-mail address, for example name@company.com".to_owned();
        SignInView {
            email: "elena@ostrava".to_owned(),
            problem: Some(Problem::with(vec![Fault { field: "email", text }])),
            company: true,
            roles: RoleCard::samples(),
            ..SignInView::default()
        }
    }
}

impl SentView {
    /// After asking.
    pub fn sample() -> SentView {
        SentView { email: "elena@ostrava.example".to_owned(), csrf: "sample-token".to_owned(), demo: true }
    }
}

impl LinkView {
    /// A link that still works.
    pub fn sample() -> LinkView {
        let elena = samples::elena();
        LinkView {
            token: "sample-link".to_owned(),
            csrf: "sample-token".to_owned(),
            person: Some(LinkPerson { name: elena.name, email: elena.email }),
            return_to: String::new(),
        }
    }
}

impl InviteView {
    /// Hana's.
    pub fn sample() -> InviteView {
        InviteView {
            token: "sample-invitation".to_owned(),
            csrf: "sample-token".to_owned(),
            invitation: Some(Invitation {
                company: "Ostrava & Finch".to_owned(),
                invited_by: "Elena Ostrava".to_owned(),
                email: "h.sato@ostrava.example".to_owned(),
                first_name: "Hana".to_owned(),
                last_name: "Sato".to_owned(),
                gives: vec!["You coordinate 1 serial number of contract 110448270013.".to_owned()],
                ends_on: "2026-12-09".to_owned(),
            }),
            problem: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_that_is_used_up_offers_a_new_one_and_no_button_to_press() {
        let frame = samples::outside("Sign in");
        let open = link_page(&frame, &LinkView::sample()).into_string();
        assert!(open.contains("action=\"/sign-in/link/sample-link\"") && open.contains("Sign in as Elena Ostrava"));
        let used = link_page(&frame, &LinkView { person: None, ..LinkView::sample() }).into_string();
        assert!(!used.contains("method=\"post\" action=\"/sign-in/link") && used.contains("E-mail me a link"));
    }

    #[test]
    fn the_answer_is_the_same_for_everybody_but_for_the_address() {
        let frame = samples::outside("Look into your mail");
        let page = |email: &str| {
            let view = SentView { email: email.to_owned(), ..SentView::sample() };
            sent_page(&frame, &view).into_string().replace(email, "")
        };
        assert_eq!(page("known@x.example"), page("unknown@y.example"));
    }
}
