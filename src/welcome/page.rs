//! The pages of the first sign-in.
use crate::web::layout::{Crumb, Frame, Place, bare, page};
use crate::web::samples;
use crate::web::ui::{Tone, csrf, icon, pill};
use crate::web::words::count;
use maud::{Markup, html};

/// What the link of the mail opens.
#[derive(Clone, Debug)]
pub struct LinkView {
    /// The secret of the address; the button sends it back.
    pub token: String,
    /// The form token.
    pub csrf: String,
    /// Whom it is for; none: it was used or has ended.
    pub name: Option<String>,
}

/// One button: a mail scanner that follows the link uses nothing up.
pub fn link_page(frame: &Frame, view: &LinkView) -> Markup {
    let content = match &view.name {
        Some(name) => html! {
            h1 { "Welcome" @if !name.is_empty() { ", " (name) } }
            p.lead { "This takes you in, and through what there is to do at first." }
            form.stack-form method="post" action={ "/welcome/" (view.token) } {
                (csrf(&view.csrf))
                button.btn.primary type="submit" data-focus { (icon("to")) "Begin" }
            }
            p.hint { "Not you? Close this page; nothing has happened." }
        },
        None => html! {
            h1 { "This link has been used or has ended" }
            p.lead { "It works once. Sign in with a link that is mailed to you; it takes a moment." }
            p { a.btn.primary href="/sign-in" { (icon("mail")) "Sign in" } }
        },
    };
    bare(frame, content)
}

/// The steps.
#[derive(Clone, Debug, Default)]
pub struct WelcomeView {
    /// The form token.
    pub csrf: String,
    /// First name; may be empty.
    pub name: String,
    /// Contracts that the reader manages.
    pub contracts: i64,
    /// The terms, where there are any.
    pub terms: Option<Terms>,
}

/// The terms, as the reader sees them.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    /// Their version.
    pub version: String,
    /// The text; an empty line begins a paragraph.
    pub body: String,
    /// "24 Nov 2026, 09:00 UTC"; empty: not yet.
    pub accepted: String,
}

/// What there is to do at first, in order.
pub fn welcome_page(frame: &Frame, view: &WelcomeView) -> Markup {
    page(
        frame,
        html! {
            div.head { div.title { h1 { "Welcome" @if !view.name.is_empty() { ", " (view.name) } }
                @if view.contracts > 0 { p { "You are the Contract Manager of " (count(view.contracts, "contract", "contracts")) "." } } } }
            section.block aria-labelledby="way-h" {
                h2 #way-h { "How you sign in" }
                p { "A link by mail works as it is. A password or a passkey is quicker, a second factor safer." }
                div.under { a.btn href="/account/security" { (icon("key")) "Set up sign-in" } }
            }
            @if let Some(terms) = &view.terms { (terms_block(view, terms)) }
            section.block aria-labelledby="you-h" {
                h2 #you-h { "You" }
                p { "Check your name, your time zone, and where shipments go." }
                div.under { a.btn href="/account" { "Check your profile" } }
            }
            div.under { a.btn.primary href="/" { (icon("home")) "Go on to Home" } }
        },
    )
}

fn terms_block(view: &WelcomeView, terms: &Terms) -> Markup {
    html! {
        section.block aria-labelledby="terms-h" {
            h2 #terms-h { "The terms" }
            details open[terms.accepted.is_empty()] {
                summary { "Read them" }
                @for paragraph in terms.body.split("\n\n").filter(|p| !p.trim().is_empty()) { p { (paragraph) } }
            }
            @if terms.accepted.is_empty() {
                form.under method="post" action="/welcome/terms" {
                    (csrf(&view.csrf)) input type="hidden" name="version" value=(terms.version);
                    button.btn.primary type="submit" { (icon("check")) "Accept the terms" }
                }
            } @else { p { (pill(Tone::Good, "check", "Accepted")) " on " (terms.accepted) "." } }
        }
    }
}

impl WelcomeView {
    /// Elena's, before she accepted.
    pub fn sample() -> Self {
        let text = |text: &str| text.to_owned();
        let body = text("These terms are short.\n\nWho uses the Subscription Center accepts them.");
        let terms = Terms { version: text("a1b2c3d4e5f6"), body, accepted: String::new() };
        Self { csrf: text("sample-token"), name: text("Elena"), contracts: 4, terms: Some(terms) }
    }

    /// The frame around it.
    pub fn sample_frame() -> Frame {
        samples::frame("Welcome", Place::Elsewhere, vec![Crumb::to("Home", "/"), Crumb::here("Welcome")])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_terms_the_step_is_not_there_and_accepted_ones_have_no_button() {
        let page = |view: WelcomeView| welcome_page(&WelcomeView::sample_frame(), &view).into_string();
        assert!(page(WelcomeView::sample()).contains("Accept the terms"));
        let none = page(WelcomeView { terms: None, ..WelcomeView::sample() });
        assert!(!none.contains("terms") && none.contains("Set up sign-in"));
        let done = Terms { accepted: "24 Nov 2026, 09:00 UTC".to_owned(), ..WelcomeView::sample().terms.unwrap() };
        let done = page(WelcomeView { terms: Some(done), ..WelcomeView::sample() });
        assert!(done.contains("Accepted") && !done.contains("Accept the terms"));
    }
}
