//! The mail of the demo: nothing leaves the machine, everything can be read.
use crate::web::layout::{Crumb, Frame, Place, bare, page};
use crate::web::roles::RoleCard;
use crate::web::samples;
use crate::web::ui::{csrf, empty, icon, pages};
use maud::{Markup, html};

/// What a printed link opens: one button, as a GET changes nothing.
pub fn sign_in_page(frame: &Frame, card: &RoleCard) -> Markup {
    bare(
        frame,
        html! {
            h1 { "Sign in as " (card.person.name) }
            p.lead { (card.title) ", " (card.company) }
            form.stack-form method="post" action={ "/demo/sign-in/" (card.role) } {
                (csrf(&frame.csrf))
                button.btn.primary type="submit" data-focus { "Sign in" }
            }
            p.hint { (card.waits) }
            p { a href="/demo" { "Other roles of the demo" } }
        },
    )
}

/// One mail in the list.
#[derive(Clone, Debug)]
pub struct MailRow {
    /// Its number.
    pub id: i64,
    /// The address that it went to.
    pub to: String,
    /// Its subject.
    pub subject: String,
    /// "24 Nov 2026, 14:03 UTC".
    pub at: String,
}

/// The list.
#[derive(Clone, Debug)]
pub struct MailListView {
    /// One page of mails, the newest first.
    pub mails: Vec<MailRow>,
    /// So many change sets whose mail is still held, as a sentence: "Mail of 1 change goes out in 42 seconds."; may be empty.
    pub held: String,
    /// The first page, if this is not it.
    pub first: Option<String>,
    /// The next page, if there is one.
    pub next: Option<String>,
}

/// Signed in or not: the demo's mail is there for whoever tries it.
fn framed(frame: &Frame, content: Markup) -> Markup {
    if frame.reader.is_some() { page(frame, content) } else { bare(frame, content) }
}

/// The list.
pub fn mail_list_page(frame: &Frame, view: &MailListView) -> Markup {
    framed(
        frame,
        html! {
            div.head { div.title { h1 { "Mail of the demo" } p { "What would have been sent. Nothing leaves this machine." } } }
            @if !view.held.is_empty() { p.calm { (icon("clock")) span { (view.held) } } }
            @if view.mails.is_empty() {
                (empty("No mail yet", html! { "Assign a coordinator or ask for a sign-in link; the mail appears here." }))
            } @else {
                table.plain {
                    caption.vh { "Mails, the newest first" }
                    thead { tr { th scope="col" { "Subject" } th.c-2 scope="col" { "To" } th scope="col" { "Sent" } } }
                    tbody {
                        @for mail in &view.mails {
                            tr {
                                td { a.key href={ "/demo/mail/" (mail.id) } { (mail.subject) } small.in-2.break { (mail.to) } }
                                td.c-2.break { (mail.to) }
                                td.num { (mail.at) }
                            }
                        }
                    }
                }
                (pages(view.first.as_deref(), view.next.as_deref()))
            }
        },
    )
}

/// One mail.
#[derive(Clone, Debug)]
pub struct MailView {
    /// Its number; the HTML part is at `/demo/mail/{id}/html`.
    pub id: i64,
    /// The address that it went to.
    pub to: String,
    /// Its subject.
    pub subject: String,
    /// "24 Nov 2026, 14:03 UTC".
    pub at: String,
    /// The text part, with links.
    pub text: String,
}

/// Both parts of a mail.
pub fn mail_page(frame: &Frame, view: &MailView) -> Markup {
    framed(
        frame,
        html! {
            div.head { div.title { h1 { (view.subject) } } }
            dl.facts { div { dt { "To" } dd.break { (view.to) } } div { dt { "Sent" } dd.num { (view.at) } } }
            div.parts {
                section aria-labelledby="html-h" {
                    h2 #html-h { "As HTML" }
                    // Links open in the whole window: the frame itself may neither run scripts nor send forms.
                    iframe.mail-frame title="The mail as HTML" src={ "/demo/mail/" (view.id) "/html" } loading="lazy"
                        sandbox="allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation" {}
                }
                section aria-labelledby="text-h" { h2 #text-h { "As text" } pre.mail-text tabindex="0" { (linked(&view.text)) } }
            }
            p { a.btn href="/demo/mail" { "All mail" } }
        },
    )
}

/// The text with its addresses as links, so that the demo can be clicked through from the text part, too.
fn linked(text: &str) -> Markup {
    html! {
        @for piece in text.split_inclusive(char::is_whitespace) {
            @let word = piece.trim_end();
            @if word.starts_with("http://") || word.starts_with("https://") {
                a href=(word) { (word) } (piece.strip_prefix(word).unwrap_or_default())
            } @else { (piece) }
        }
    }
}

impl MailListView {
    /// Two mails, one still held.
    pub fn sample() -> MailListView {
        let mail = |id, to: &str, subject: &str| MailRow {
            id,
            to: to.to_owned(),
            subject: subject.to_owned(),
            at: "24 Nov 2026, 14:03 UTC".to_owned(),
        };
        MailListView {
            mails: vec![
                mail(2, "m.lindqvist@ostrava.example", "You now coordinate 3 serial numbers (contract 110448270013)"),
                mail(1, "elena@ostrava.example", "Your sign-in link"),
            ],
            held: "Mail of 1 change goes out in 42 seconds.".to_owned(),
            first: None,
            next: None,
        }
    }

    /// The frame around it.
    pub fn sample_frame() -> Frame {
        let frame = samples::frame("Mail of the demo", Place::Mail, vec![Crumb::here("Mail of the demo")]);
        Frame { demo: true, ..frame }
    }
}

impl MailView {
    /// The mail to a new coordinator.
    pub fn sample() -> MailView {
        MailView {
            id: 2,
            to: "m.lindqvist@ostrava.example".to_owned(),
            subject: "You now coordinate 3 serial numbers (contract 110448270013)".to_owned(),
            at: "24 Nov 2026, 14:03 UTC".to_owned(),
            text: "Elena Ostrava named you Software Coordinator of 3 serial numbers\nat Ostrava & Finch Architects.\n\n  \
                   Draftline 2027   361-70518824\n\nSee your serial numbers:\nhttps://subscriptions.example.com/products\n"
                .to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_keeps_its_lines_and_links_its_addresses() {
        let text = linked("See\n https://x.example/a?b=1&c=2 \n<end>").into_string();
        assert_eq!(
            text,
            "See\n <a href=\"https://x.example/a?b=1&amp;c=2\">https://x.example/a?b=1&amp;c=2</a> \n&lt;end&gt;"
        );
    }
}
