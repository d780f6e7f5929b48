//! A forgotten password, a new one, and the second factor of a sign-in.
use crate::web::layout::{Frame, bare};
use crate::web::samples;
use crate::web::ui::{Field, Kind, Problem, csrf, icon};
use maud::{Markup, Render, html};

/// Which address the password is of.
#[derive(Clone, Debug, Default)]
pub struct ForgotView {
    /// The form token.
    pub csrf: String,
    /// What was typed.
    pub email: String,
    /// Why it did not work.
    pub problem: Option<Problem>,
    /// It was asked for; the same for known and unknown addresses.
    pub sent: bool,
    /// Demo: the mail is on this machine.
    pub demo: bool,
}

/// Asks for the address, or says where the link went.
pub fn forgot_page(frame: &Frame, view: &ForgotView) -> Markup {
    if view.sent {
        return bare(
            frame,
            html! {
                h1 { "Look into your mail" }
                p.lead {
                    "If " b.break { (view.email) } " is known here, a link to set a new password is on its way. It works once, for 60 minutes."
                }
                @if view.demo { p { a href="/demo/mail" { "Open the mail of the demo" } } }
                p.hint { "Nothing after some minutes? Look among unwanted mail, or " a href="/forgot" { "try another address" } "." }
            },
        );
    }
    let email = Field {
        name: "email",
        label: "E-mail",
        hint: "",
        kind: Kind::Email,
        value: &view.email,
        error: view.problem.as_ref().and_then(|problem| problem.of("email")),
        autocomplete: "username",
    };
    bare(
        frame,
        html! {
            @if let Some(problem) = &view.problem { (problem) }
            h1 { "Set a new password" }
            p.lead { "We e-mail you a link. Your present password stays until you set another one." }
            form.stack-form method="post" action="/forgot" novalidate {
                (csrf(&view.csrf))
                (email.render())
                button.btn.primary type="submit" { (icon("mail")) "E-mail me a link" }
            }
            p.hint { a href="/sign-in" { "Back to signing in" } }
        },
    )
}

/// A new password.
#[derive(Clone, Debug)]
pub struct ResetView {
    /// The secret of the address.
    pub token: String,
    /// The form token.
    pub csrf: String,
    /// The address whose password it is; none: the link was used or has ended.
    pub email: Option<String>,
    /// Why it did not work.
    pub problem: Option<Problem>,
}

/// One field.
pub fn reset_page(frame: &Frame, view: &ResetView) -> Markup {
    let Some(email) = &view.email else {
        return bare(
            frame,
            html! {
                h1 { "This link has been used or has expired" }
                p.lead { "A link works once. Ask for a new one; it takes a moment." }
                p { a.btn.primary href="/forgot" { (icon("mail")) "E-mail me a link" } }
            },
        );
    };
    bare(
        frame,
        html! {
            @if let Some(problem) = &view.problem { (problem) }
            h1 { "Set a new password" }
            p.lead.break { "For " (email) ". Everywhere else you are signed out." }
            form.stack-form method="post" action={ "/reset/" (view.token) } novalidate {
                (csrf(&view.csrf))
                input type="hidden" name="username" value=(email) autocomplete="username";
                (new_password(view.problem.as_ref()))
                button.btn.primary type="submit" { "Save password" }
            }
        },
    )
}

/// The field of a new password: once, since it may be shown and pasted, and can be set anew by mail.
pub(super) fn new_password(problem: Option<&Problem>) -> Markup {
    Field {
        name: "new_password",
        label: "New password",
        hint: "12 characters or more. Three or four words that do not belong together are easy to remember.",
        kind: Kind::Password,
        value: "",
        error: problem.and_then(|problem| problem.of("new_password")),
        autocomplete: "new-password",
    }
    .render()
}

/// What a sign-in that is half open asks for.
#[derive(Clone, Debug)]
pub struct SecondView {
    /// The form token.
    pub csrf: String,
    /// An app is set up.
    pub totp: bool,
    /// A passkey will do.
    pub passkey: bool,
    /// Recovery codes are left.
    pub recovery: bool,
    /// The page to go on to.
    pub return_to: String,
    /// Why it did not work.
    pub problem: Option<Problem>,
}

/// A code of the app, a passkey, or a recovery code.
pub fn second_page(frame: &Frame, view: &SecondView) -> Markup {
    let error = |name| view.problem.as_ref().and_then(|problem| problem.of(name));
    let code = Field {
        name: "code",
        label: "Code",
        hint: "The six figures that your authenticator app shows now.",
        kind: Kind::Code,
        value: "",
        error: error("code"),
        autocomplete: "one-time-code",
    };
    let recovery = Field {
        name: "recovery",
        label: "Recovery code",
        hint: "One of the ten that you kept. It works once.",
        kind: Kind::Text,
        value: "",
        error: error("recovery"),
        autocomplete: "off",
    };
    let ask = |field: Field, words: &str, primary: bool| {
        html! {
            form.stack-form method="post" action="/sign-in/second" novalidate {
                (csrf(&view.csrf)) (field.render())
                button.btn.primary[primary] type="submit" { (words) }
            }
        }
    };
    bare(
        frame,
        html! {
            @if let Some(problem) = &view.problem { (problem) }
            h1 { "One more step" }
            @if view.totp { (ask(code, "Sign in", true)) }
            @if view.passkey { (super::pages::passkey_form(&view.csrf, &view.return_to)) }
            @if view.recovery {
                details.fold open[view.problem.as_ref().is_some_and(|p| p.of("recovery").is_some()) || !(view.totp || view.passkey)] {
                    summary { "You do not have it at hand?" }
                    (ask(recovery, "Use a recovery code", false))
                }
            } @else {
                p.hint { "You do not have it at hand? Call or write to us." }
            }
            p.hint { a href="/sign-in" { "Start again" } }
        },
    )
}

impl ForgotView {
    /// With an address that lacks its end.
    pub fn sample() -> ForgotView {
        ForgotView { email: samples::elena().email, csrf: "sample-token".to_owned(), ..ForgotView::default() }
    }
}

impl ResetView {
    /// A link that still works.
    pub fn sample() -> ResetView {
        let email = Some(samples::elena().email);
        ResetView { token: "sample-link".to_owned(), csrf: "sample-token".to_owned(), email, problem: None }
    }
}

impl SecondView {
    /// With an app and recovery codes.
    pub fn sample() -> SecondView {
        SecondView {
            csrf: "sample-token".to_owned(),
            totp: true,
            passkey: false,
            recovery: true,
            return_to: String::new(),
            problem: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_never_sent_back_and_a_used_link_has_no_form() {
        let frame = samples::outside("Set a new password");
        let page = reset_page(&frame, &ResetView::sample()).into_string();
        assert!(page.contains("type=\"password\" id=\"new_password\" name=\"new_password\" value=\"\""), "{page}");
        let used = reset_page(&frame, &ResetView { email: None, ..ResetView::sample() }).into_string();
        assert!(!used.contains("new_password") && used.contains("href=\"/forgot\""));
    }

    #[test]
    fn the_answer_is_the_same_for_everybody_but_for_the_address() {
        let frame = samples::outside("Look into your mail");
        let page = |email: &str| {
            let view = ForgotView { email: email.to_owned(), sent: true, ..ForgotView::sample() };
            forgot_page(&frame, &view).into_string().replace(email, "")
        };
        assert_eq!(page("known@x.example"), page("unknown@y.example"));
    }

    #[test]
    fn who_has_no_recovery_code_is_told_whom_to_call() {
        let frame = samples::outside("One more step");
        let page = |recovery| second_page(&frame, &SecondView { recovery, ..SecondView::sample() }).into_string();
        assert!(page(true).contains("name=\"recovery\"") && !page(true).contains("Call or write to us"));
        assert!(!page(false).contains("name=\"recovery\"") && page(false).contains("Call or write to us"));
    }
}
