//! Before an announcement: who is told, why, who just misses it, and what the mail says. After it: what became of it.
use super::rehearse::{Miss, Rehearsal};
use super::report::{Report, ReportRow};
use crate::mail::Rendered;
use crate::text::full_name;
use crate::web::chart::share;
use crate::web::layout::{Frame, page};
use crate::web::ui::{Problem, Tone, csrf, empty, icon, pages, pill};
use crate::web::words::{count, day, encoded, number, serial_numbers};
use maud::{Markup, html};

/// What the page of a rehearsal shows.
#[derive(Clone, Debug)]
pub struct RehearsalView {
    /// The release in addresses, and by name.
    pub handle: String,
    /// By name.
    pub name: String,
    /// What was found.
    pub found: Rehearsal,
    /// The mail, as somebody of the list gets it.
    pub sample: Rendered,
    /// It is published, so that it can be announced.
    pub published: bool,
    /// It was announced.
    pub announced: bool,
    /// The reader may.
    pub may: bool,
    /// The first page, where this is another one.
    pub first: Option<String>,
    /// The next one.
    pub next: Option<String>,
    /// Why it was not done.
    pub problem: Option<Problem>,
    /// New for each page.
    pub idempotency_key: String,
    /// The form token.
    pub csrf: String,
}

/// The rehearsal.
pub fn rehearsal_page(frame: &Frame, view: &RehearsalView) -> Markup {
    let found = &view.found;
    page(
        frame,
        html! {
            @if let Some(problem) = &view.problem { (problem) }
            div.head {
                div.title {
                    h1 { "Rehearsal: " (view.name) }
                    p { (count(found.people, "person is", "people are")) " told of " (serial_numbers(found.serial_numbers)) ", one e-mail each. Nothing is sent yet." }
                }
            }
            (announce(view))
            section.block aria-labelledby="who-h" {
                h2 #who-h { "Who is told, and why" }
                @if found.recipients.is_empty() { (empty("Nobody", html! { "No serial number of this product line is on a contract that runs on the day of the release." })) }
                @else { (recipients(found)) (pages(view.first.as_deref(), view.next.as_deref())) }
            }
            section.block aria-labelledby="miss-h" {
                h2 #miss-h { "Who just misses it, and why" }
                @if found.misses.is_empty() { p.hint { "Nobody comes near without being told." } }
                @else { (misses(&found.misses)) }
            }
            section.block aria-labelledby="mail-h" {
                h2 #mail-h { "The e-mail" }
                p.hint { "As the first person of the list gets it; serial numbers and reason differ for each." }
                p { b { (view.sample.subject) } }
                pre.mail-text tabindex="0" aria-labelledby="mail-h" { (view.sample.text) }
            }
        },
    )
}

fn announce(view: &RehearsalView) -> Markup {
    let people = view.found.people;
    html! {
        @if view.announced { p.calm { (icon("check")) span { "It was announced. " a href={ "/vendor/releases/" (encoded(&view.handle)) "/report" } { "See the report" } } } }
        @else if !view.published { p.calm { (icon("clock")) span { "Publish it first: until then nobody could download it." } } }
        @else if view.may && people > 0 {
            form.stack-form method="post" action={ "/vendor/releases/" (encoded(&view.handle)) "/announce" } {
                (csrf(&view.csrf))
                input type="hidden" name="idempotency_key" value=(view.idempotency_key);
                input type="hidden" name="confirm_notices" value=(people);
                p.hint { "Exactly these people, frozen at this moment. The e-mails are held for 60 seconds; withdrawing the release stops them." }
                button.btn.primary type="submit" { (icon("mail")) "Notify " (count(people, "person", "people")) }
            }
        }
    }
}

fn recipients(found: &Rehearsal) -> Markup {
    html! {
        table.plain {
            caption.vh { "Who is told" }
            thead { tr { th scope="col" { "Person" } th.c-2 scope="col" { "Company" } th scope="col" { "Serial numbers" } th scope="col" { "Why" } } }
            tbody {
                @for one in &found.recipients {
                    tr {
                        th scope="row" { a href={ "/people/" (encoded(&one.handle)) } { (one.name) } small.break { (one.email) } small.in-2 { (one.company) } }
                        td.c-2 { (one.company) }
                        td.num { (number(one.serial_numbers)) }
                        td { (one.why) }
                    }
                }
            }
        }
    }
}

/// Why somebody misses it, in words.
fn reason(miss: &Miss) -> String {
    match miss.reason.as_str() {
        "ended" => format!("The contract ended on {}", day(&miss.detail)),
        "not_begun" => format!("The contract begins on {}", day(&miss.detail)),
        "other_release" => format!("Registered as {}", miss.detail),
        "muted" => format!("{} does not want these e-mails", miss.detail),
        _ => format!("Mail to {} does not arrive, and nobody else can be told", miss.detail),
    }
}

fn misses(all: &[Miss]) -> Markup {
    html! {
        table.plain {
            caption.vh { "Who just misses it" }
            thead { tr { th scope="col" { "Company" } th.c-2 scope="col" { "Contract" } th scope="col" { "Serial numbers" } th scope="col" { "Why" } } }
            tbody {
                @for miss in all {
                    tr {
                        th scope="row" { (miss.company) small.in-2.serial { (miss.contract_number) } }
                        td.c-2.serial { (miss.contract_number) }
                        td.num { (number(miss.serial_numbers)) }
                        td.break { (reason(miss)) }
                    }
                }
            }
        }
    }
}

/// What the page of a report shows.
#[derive(Clone, Debug)]
pub struct ReportView {
    /// The release in addresses.
    pub handle: String,
    /// By name.
    pub name: String,
    /// What was found.
    pub report: Report,
    /// When it was announced, as a day.
    pub at: String,
    /// Only those who have not fetched it.
    pub missing: bool,
    /// The reader may remind them.
    pub may: bool,
    /// How many would be reminded, where that was asked.
    pub problem: Option<Problem>,
    /// The first page, where this is another one.
    pub first: Option<String>,
    /// The next one.
    pub next: Option<String>,
    /// New for each page.
    pub idempotency_key: String,
    /// The form token.
    pub csrf: String,
}

/// The report.
pub fn report_page(frame: &Frame, view: &ReportView) -> Markup {
    let at = format!("/vendor/releases/{}/report", encoded(&view.handle));
    page(
        frame,
        html! {
            @if let Some(problem) = &view.problem { (problem) }
            div.head { div.title { h1 { "Report: " (view.name) } p { (headline(view)) } } }
            @if view.report.figures.is_none() {
                (empty("Not announced", html! { "Nobody was told of it yet. " a href={ "/vendor/releases/" (encoded(&view.handle)) "/rehearsal" } { "See the rehearsal" } "." }))
            } @else {
                (figures(view))
                nav.under aria-label="Filter" {
                    a.chip.plain href=(at) aria-current=[(!view.missing).then_some("true")] { "All" }
                    a.chip.plain href={ (at) "?missing=true" } aria-current=[view.missing.then_some("true")] { "Not yet downloaded" }
                }
                (rows(&view.report.rows))
                (pages(view.first.as_deref(), view.next.as_deref()))
            }
        },
    )
}

fn headline(view: &ReportView) -> String {
    match &view.report.figures {
        Some(f) => format!(
            "{} of {} downloaded it. Announced on {}.",
            number(f.downloaded),
            count(f.people, "person", "people"),
            view.at
        ),
        None => "Nobody was told of it yet.".to_owned(),
    }
}

fn figures(view: &ReportView) -> Markup {
    let Some(f) = &view.report.figures else { return html! {} };
    html! {
        (share(f.downloaded, f.people))
        dl.facts {
            div { dt { "Told" } dd.num { (number(f.people)) } }
            div { dt { "Sent" } dd.num { (number(f.sent)) } }
            div { dt { "Waiting" } dd.num { (number(f.queued)) } }
            div { dt { "Came back" } dd.num { (number(f.failed)) } }
            @if f.not_sent > 0 { div { dt { "Not sent" } dd.num { (number(f.not_sent)) } } }
            div { dt { "Downloaded" } dd.num { (number(f.downloaded)) } }
            div { dt { "Reminded" } dd.num { (number(f.reminded)) } }
        }
        @if view.may && f.downloaded < f.people {
            form.under method="post" action={ "/vendor/releases/" (encoded(&view.handle)) "/remind" } {
                (csrf(&view.csrf))
                input type="hidden" name="idempotency_key" value=(view.idempotency_key);
                @if let Some(n) = view.problem.as_ref().and_then(|problem| problem.confirm) {
                    input type="hidden" name="confirm_notices" value=(n);
                    button.btn.primary type="submit" { (icon("mail")) "Remind " (count(n, "person", "people")) }
                } @else {
                    button.btn type="submit" { (icon("mail")) "Send a reminder" }
                    span.hint { "To those who have not downloaded it, once." }
                }
            }
        }
    }
}

fn rows(all: &[ReportRow]) -> Markup {
    html! {
        @if all.is_empty() { (empty("Nobody", html! { "Everybody who was told has downloaded it." })) }
        @else {
            table.plain {
                caption.vh { "Who was told" }
                thead { tr { th scope="col" { "Person" } th.c-2 scope="col" { "Serial numbers" } th scope="col" { "E-mail" } th scope="col" { "Downloaded" } } }
                tbody {
                    @for row in all {
                        tr {
                            th scope="row" { a href={ "/people/" (encoded(&row.handle)) } { (full_name(&row.first_name, &row.last_name)) } small.break { (row.email) } }
                            td.c-2.num { (number(row.assets)) }
                            td { (delivery(row)) }
                            td { @if row.downloaded_at.is_some() { (pill(Tone::Good, "check", "Yes")) } @else if row.reminded_at.is_some() { "Not yet; reminded" } @else { "Not yet" } }
                        }
                    }
                }
            }
        }
    }
}

fn delivery(row: &ReportRow) -> Markup {
    match row.state.as_str() {
        "sent" => html! { "Sent" },
        "queued" => html! { "Waiting" },
        "failed" => html! { (pill(Tone::Bad, "alert", "Came back")) small.break { (row.error) } },
        _ => html! { "Not sent" },
    }
}
