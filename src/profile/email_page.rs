//! The own address on `/account`, and the page that a link of a change opens.
use super::addresses::{AddressRow, earlier};
use crate::web::layout::{Frame, bare};
use crate::web::ui::{Field, Kind, Problem, csrf};
use jiff::tz::TimeZone;
use maud::{Markup, Render, html};

/// The section of `/account`.
#[derive(Clone, Debug)]
pub struct EmailView {
    /// The reader's id.
    pub me: i64,
    /// What was entered.
    pub entered: String,
    /// Why it was not done.
    pub problem: Option<Problem>,
    /// The changes, one that waits first.
    pub changes: Vec<AddressRow>,
    /// In whose times are told.
    pub zone: TimeZone,
    /// The form token.
    pub csrf: String,
}

/// Present change, form, history.
pub fn section(view: &EmailView) -> Markup {
    let field = Field {
        name: "email",
        label: "New e-mail address",
        hint: "Both addresses get a mail with a link to confirm it. Roles and access stay.",
        kind: Kind::Email,
        value: &view.entered,
        error: view.problem.as_ref().and_then(|problem| problem.of("email")),
        autocomplete: "off",
    };
    html! {
        section.block aria-labelledby="email-h" {
            h2 #email-h { "E-mail address" }
            @for change in view.changes.iter().filter(|change| change.waits()) {
                p { (change.waiting(&view.zone)) }
                form method="post" action="/account/email/stop" { (csrf(&view.csrf)) button.btn type="submit" { "Stop the change" } }
            }
            form.stack-form method="post" action="/account/email" novalidate {
                (csrf(&view.csrf)) (field.render())
                button.btn type="submit" { "Change e-mail address" }
            }
            (earlier(&view.changes, view.me, &view.zone))
        }
    }
}

/// What a link opens.
#[derive(Clone, Debug)]
pub struct LinkView {
    /// The secret of the address.
    pub token: String,
    /// The form token.
    pub csrf: String,
    /// What it is about; none: it was used or has ended.
    pub change: Option<LinkChange>,
}

/// A change as its link shows it.
#[derive(Clone, Debug)]
pub struct LinkChange {
    /// The present address.
    pub old: String,
    /// The new one.
    pub new: String,
    /// The link came to the old one.
    pub at_old: bool,
    /// "25 Nov 2026, 04:42 UTC".
    pub until: String,
}

/// One button, and at the old address one that stops it.
pub fn link_page(frame: &Frame, view: &LinkView) -> Markup {
    let Some(change) = &view.change else {
        let words = "It was used already, the change was stopped, or more than 24 hours have passed. Nothing happens.";
        return over_page(frame, "This link is no longer open", words);
    };
    bare(
        frame,
        html! {
            h1 { "Change the e-mail address?" }
            dl.facts { div { dt { "Until now" } dd.break { (change.old) } } div { dt { "From then on" } dd.break { (change.new) } } }
            @if let Some(seen) = crate::text::looks_like(&change.new) {
                p { "Look closely: the new address looks like " b.break { (seen) } ", but has letters of another alphabet." }
            }
            p.lead { "It changes when both addresses have confirmed it, until " (change.until) ". Roles and access stay." }
            form.stack-form method="post" action={ "/confirm-email/" (view.token) } {
                (csrf(&view.csrf))
                button.btn.primary type="submit" data-focus { "Confirm the change" }
            }
            @if change.at_old {
                form.stack-form method="post" action={ "/confirm-email/" (view.token) "/stop" } {
                    (csrf(&view.csrf))
                    button.btn type="submit" { "This was not me" }
                }
            } @else { p.hint { "Not you? Close this page; nothing has happened." } }
        },
    )
}

/// What came of it.
pub fn over_page(frame: &Frame, title: &str, words: &str) -> Markup {
    bare(frame, html! { h1 { (title) } p.lead { (words) } p { a.btn href="/account" { "Go to your account" } } })
}

impl LinkView {
    /// At the old address, with letters that look like others.
    pub fn sample() -> LinkView {
        let change = LinkChange {
            old: "elena@ostrava.example".to_owned(),
            new: "\u{435}lena@finch.example".to_owned(),
            at_old: true,
            until: "25 Nov 2026, 04:42 UTC".to_owned(),
        };
        LinkView { token: "sample-link".to_owned(), csrf: "sample-token".to_owned(), change: Some(change) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::samples;

    #[test]
    fn only_the_old_address_can_stop_it_and_a_used_link_offers_no_button() {
        let frame = samples::outside("Change the e-mail address?");
        let page = |view: &LinkView| link_page(&frame, view).into_string();
        let old = page(&LinkView::sample());
        assert!(
            old.contains("This was not me") && old.contains("looks like <b class=\"break\">elena@finch.example"),
            "{old}"
        );
        let change = LinkView::sample().change.map(|change| LinkChange { at_old: false, ..change });
        assert!(!page(&LinkView { change, ..LinkView::sample() }).contains("This was not me"));
        assert!(!page(&LinkView { change: None, ..LinkView::sample() }).contains("<form class=\"stack-form\""));
    }
}
