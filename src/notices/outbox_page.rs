//! One mail of the outbox: what became of it, its headers, its text, and its HTML as source. It is not rendered: what a mail says
//! comes from outside, and this is a page of the vendor's.
use super::page::state;
use super::rules::Delivery;
use super::show::Shown;
use crate::text::full_name;
use crate::time::{Instant, long};
use crate::web::layout::{Frame, page};
use crate::web::ui::{Problem, csrf, icon};
use crate::web::words::encoded;
use jiff::tz::TimeZone;
use maud::{Markup, html};

/// What the page shows.
#[derive(Clone, Debug)]
pub struct OutboxView {
    /// The mail.
    pub mail: Shown,
    /// The reader may send it again: the form token.
    pub resend: Option<String>,
    /// Why it was not sent again.
    pub problem: Option<Problem>,
    /// The zone in which times are told.
    pub zone: TimeZone,
}

/// The page.
pub fn outbox_page(frame: &Frame, view: &OutboxView) -> Markup {
    let mail = &view.mail;
    let subject = if mail.subject.is_empty() { "Erased" } else { &mail.subject };
    page(
        frame,
        html! {
            @if let Some(problem) = &view.problem { (problem) }
            div.head {
                div.title { h1 { (subject) } (state(Delivery::of(&mail.state, mail.came_back_at.is_some()))) }
                @if let Some(token) = &view.resend {
                    form.acts method="post" action={ "/vendor/outbox/" (mail.id) "/resend" } {
                        (csrf(token)) button.btn.primary type="submit" { (icon("mail")) "Resend" }
                    }
                }
            }
            div.block { (facts(view)) }
            div.parts {
                section aria-labelledby="text-h" {
                    h2 #text-h { "As text" }
                    pre.mail-text tabindex="0" { (mail.body_text) }
                }
                section aria-labelledby="html-h" {
                    h2 #html-h { "As HTML, its source" }
                    pre.mail-text tabindex="0" { (mail.body_html) }
                }
            }
            @if mail.link_purpose.is_some() {
                p.hint { "Where it says {link}, the mail has a link of its own, which is made while it is sent and stored nowhere." }
            }
            p { a.btn href="/vendor/outbox" { "All mail" } }
        },
    )
}

fn facts(view: &OutboxView) -> Markup {
    let mail = &view.mail;
    let name = full_name(&mail.first_name, &mail.last_name);
    let at = |at: Option<Instant>| at.map(|at| long(at, &view.zone));
    html! {
        dl.defs {
            div { dt { "To" } dd.break { a href={ "/people/" (encoded(&mail.handle)) } { (name) } ", " (mail.address)
                @if mail.email != mail.address && !mail.address.is_empty() { " (now " (mail.email) ")" } } }
            @if let Some(company) = &mail.company { div { dt { "Company" } dd { (company) } } }
            @if let Some(number) = &mail.contract_number { div { dt { "Contract" } dd.serial { (number) } } }
            div { dt { "Why" } dd { (mail.why) } }
            div { dt { "Kind" } dd { (mail.kind) } }
            div { dt { "Written" } dd.num { (long(mail.created_at, &view.zone)) } }
            @if let Some(at) = at(mail.sent_at) { div { dt { "Sent" } dd.num { (at) } } }
            @if let Some(at) = at(mail.delayed_at) { div { dt { "Delayed" } dd.num { (at) } } }
            @if let Some(at) = at(mail.came_back_at) { div { dt { "Came back" } dd.num { (at) } } }
            @if !mail.error.is_empty() { div { dt { "What the mail server said" } dd.break { (mail.error) } } }
            @if !mail.reply_to.is_empty() { div { dt { "An answer goes to" } dd.break { (mail.reply_to) } } }
            div { dt { "Message-ID" } dd.break { code { (mail.message_id) } } }
            @if let Some(first) = mail.copy_of {
                div { dt { "Copy of" } dd { a href={ "/vendor/outbox/" (first) } { "the notice that was written first" } } }
            }
        }
    }
}
