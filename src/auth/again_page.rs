//! The page that asks somebody who is signed in to prove it again.
use super::pages::passkey_form;
use crate::web::layout::{Frame, bare};
use crate::web::samples;
use crate::web::ui::{Field, Kind, Problem, csrf, hidden, icon};
use maud::{Markup, Render, html};

/// Prove it again, and with what.
#[derive(Clone, Debug)]
pub struct AgainView {
    /// The form token.
    pub csrf: String,
    /// The page to go on to.
    pub return_to: String,
    /// The address that a link goes to.
    pub email: String,
    /// There is a password.
    pub password: bool,
    /// An app is set up.
    pub totp: bool,
    /// There is a passkey.
    pub passkey: bool,
    /// Nothing but a second factor will do: the password and the mailbox are the first.
    pub second: bool,
    /// A recovery code is left.
    pub recovery: bool,
    /// A link is on its way.
    pub sent: bool,
    /// Demo: the mail is on this machine.
    pub demo: bool,
    /// Why it did not work.
    pub problem: Option<Problem>,
}

/// One of the factors that one has.
pub fn again_page(frame: &Frame, view: &AgainView) -> Markup {
    let only = !(view.sent || view.totp || view.password || view.passkey);
    bare(
        frame,
        html! {
            @if let Some(problem) = &view.problem { (problem) }
            h1 { "Prove that it is you" }
            p.lead {
                @if view.second { "What comes next changes how you sign in, so we ask for your second factor. It holds for 5 minutes." }
                @else { "What comes next matters, so we ask once more. It holds for 5 minutes." }
            }
            @if view.sent && !view.second {
                p { "A link is on its way to " b.break { (view.email) } ". Open it in this browser, then come back here." }
                @if view.demo { p { a href="/demo/mail" { "Open the mail of the demo" } } }
                p { a.btn.primary href=(view.return_to) { "I used the link: go on" } }
            }
            @if view.totp { (ask(view, code_field(view), "Go on")) }
            @if view.password && !view.second { (ask(view, password_field(view), "Go on")) }
            @if view.passkey { (passkey_form(&view.csrf, &view.return_to)) }
            @if view.second { (lost(view)) } @else {
                form.stack-form method="post" action="/sign-in/again/mail" {
                    (csrf(&view.csrf)) (hidden("return_to", &view.return_to))
                    @if !view.sent { p.hint.break { "The link goes to " (view.email) "." } }
                    button.btn.primary[only] type="submit" { (icon("mail")) @if view.sent { "Send another link" } @else { "E-mail me a link" } }
                }
            }
            p.hint { a href="/" { "Leave it as it is" } }
        },
    )
}

fn ask(view: &AgainView, field: Field, words: &str) -> Markup {
    html! {
        form.stack-form method="post" action="/sign-in/again" novalidate {
            (csrf(&view.csrf)) (hidden("return_to", &view.return_to))
            @if view.second { (hidden("second", "true")) }
            (field.render())
            button.btn.primary type="submit" { (words) }
        }
    }
}

/// Where app and passkey are not at hand.
fn lost(view: &AgainView) -> Markup {
    let recovery = Field {
        name: "recovery",
        label: "Recovery code",
        hint: "One of the ten that you kept. It is used up.",
        kind: Kind::Text,
        value: "",
        error: view.problem.as_ref().and_then(|problem| problem.of("recovery")),
        autocomplete: "off",
    };
    html! {
        @if view.recovery {
            details.fold open[recovery.error.is_some()] { summary { "Use a recovery code" } (ask(view, recovery, "Go on")) }
        }
        p.hint { "Lost all of them? Write to us: an administrator removes them, and you are told by e-mail." }
    }
}

fn code_field(view: &AgainView) -> Field<'_> {
    Field {
        name: "code",
        label: "Code",
        hint: "The six figures that your authenticator app shows now.",
        kind: Kind::Code,
        value: "",
        error: view.problem.as_ref().and_then(|problem| problem.of("code")),
        autocomplete: "one-time-code",
    }
}

fn password_field(view: &AgainView) -> Field<'_> {
    Field {
        name: "password",
        label: "Password",
        hint: "",
        kind: Kind::Password,
        value: "",
        error: view.problem.as_ref().and_then(|problem| problem.of("password")),
        autocomplete: "current-password",
    }
}

/// What the link of the mail opens: one button, or the way to a new one.
#[derive(Clone, Debug)]
pub struct AgainLinkView {
    /// The secret of the address.
    pub token: String,
    /// The form token.
    pub csrf: String,
    /// Whether it was used just now.
    pub done: bool,
}

/// One button.
pub fn again_link_page(frame: &Frame, view: &AgainLinkView) -> Markup {
    let content = match view.done {
        true => html! {
            h1 { "It is you" }
            p.lead { "Go back to the page that you came from and go on there; you have 5 minutes." }
            p { a.btn href="/account/security" { "Sign-in and security" } }
        },
        false => html! {
            h1 { "Confirm that it is you" }
            p.lead { "For what you are about to change, in this browser." }
            form.stack-form method="post" action={ "/sign-in/again/" (view.token) } {
                (csrf(&view.csrf))
                button.btn.primary type="submit" data-focus { "It is me" }
            }
            p.hint { "Did you not ask for this? Close this page; nothing has happened." }
        },
    };
    bare(frame, content)
}

impl AgainView {
    /// Before anything was sent.
    pub fn sample() -> AgainView {
        AgainView {
            csrf: "sample-token".to_owned(),
            return_to: "/account/security".to_owned(),
            email: samples::elena().email,
            password: true,
            totp: true,
            passkey: false,
            second: false,
            recovery: true,
            sent: false,
            demo: false,
            problem: None,
        }
    }
}

impl AgainLinkView {
    /// Before it is used.
    pub fn sample() -> AgainLinkView {
        AgainLinkView { token: "sample-link".to_owned(), csrf: "sample-token".to_owned(), done: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_back_is_there_once_the_link_is_sent() {
        let frame = samples::outside("Prove that it is you");
        let page = |sent| again_page(&frame, &AgainView { sent, ..AgainView::sample() }).into_string();
        assert!(
            !page(false).contains("href=\"/account/security\"") && page(true).contains("href=\"/account/security\"")
        );
        let second = again_page(&frame, &AgainView { second: true, ..AgainView::sample() }).into_string();
        assert!(second.contains("name=\"code\"") && second.contains("name=\"recovery\""));
        assert!(!second.contains("name=\"password\"") && !second.contains("/sign-in/again/mail"));
        let used = again_link_page(&frame, &AgainLinkView { done: true, ..AgainLinkView::sample() }).into_string();
        assert!(!used.contains("<form class=\"stack-form\""), "a link that was used shows no button");
    }
}
