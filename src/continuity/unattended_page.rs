//! `/vendor/unattended`.
use super::unattended::{Unattended, UnattendedRow};
use crate::text::full_name;
use crate::time::day_of;
use crate::web::layout::{Frame, page};
use crate::web::person::address;
use crate::web::ui::{Problem, Tone, csrf, empty, pages, pill};
use crate::web::words::day;
use jiff::tz::TimeZone;
use maud::{Markup, html};

/// What the page shows.
#[derive(Clone, Debug)]
pub struct UnattendedView {
    /// What was found.
    pub found: Unattended,
    /// What was typed.
    pub days: String,
    /// Why it was not done.
    pub problem: Option<Problem>,
    /// This is not the first page.
    pub later: bool,
    /// The zone in which times are told.
    pub zone: TimeZone,
    /// The form token.
    pub csrf: String,
}

/// The page.
pub fn unattended_page(frame: &Frame, view: &UnattendedView) -> Markup {
    let next = view
        .found
        .page
        .next
        .as_ref()
        .map(|cursor| crate::web::words::link("/vendor/unattended", &[("cursor", cursor)]));
    page(
        frame,
        html! {
            @if let Some(problem) = &view.problem { (problem) }
            div.head {
                div.title {
                    h1 { "Unattended contracts" }
                    p { "Nobody seems to read the mail of their Contract Manager. Rights stay as they are; copies go to the backup contact and the reseller." }
                }
            }
            @if view.found.page.items.is_empty() {
                (empty("Every contract is attended", html! { "Mail reaches each Contract Manager." }))
            } @else {
                table.plain {
                    caption.vh { "Contracts whose Contract Manager seems to be gone" }
                    thead { tr { th scope="col" { "Contract" } th scope="col" { "Contract Manager" } th.c-2 scope="col" { "Backup contact" } th.c-3 scope="col" { "Reseller" } } }
                    tbody { @for row in &view.found.page.items { (line(view, row)) } }
                }
            }
            (pages(view.later.then_some("/vendor/unattended"), next.as_deref()))
            @if view.found.sets { (days(view)) }
        },
    )
}

fn line(view: &UnattendedView, row: &UnattendedRow) -> Markup {
    let name = full_name(&row.first_name, &row.last_name);
    let words = match row.why.as_str() {
        "deactivated" => "Sign-in ended",
        "bounced" => "Mail comes back",
        _ => "Not here for a long time",
    };
    html! {
        tr {
            td {
                a.key.serial href={ "/contracts/" (row.number) "/people" } { (row.number) }
                small { (row.company) } small { "Ends " (day(&row.end_on)) }
            }
            td {
                a href={ "/people/" (row.handle) } { (name) } " " (pill(Tone::Warn, "alert", words))
                small.break { (address(&row.email)) }
                small { @match row.since { Some(at) => { "Since " (day_of(at, &view.zone).long()) } None => "Never here" } }
            }
            td.c-2 { @match &row.backup { Some(email) => span.break { (address(email)) }, None => span.muted { "Nobody" } } }
            td.c-3 { @match &row.reseller { Some(name) => (name), None => span.muted { "Sold direct" } } }
        }
    }
}

fn days(view: &UnattendedView) -> Markup {
    let error = view.problem.as_ref().and_then(|problem| problem.of("days"));
    html! {
        section.block aria-labelledby="days-h" {
            h2 #days-h { "When a role counts as vacant" }
            form.stack-form method="post" action="/vendor/unattended" novalidate {
                (csrf(&view.csrf))
                div.row-field {
                    label.lab for="days" { "Days without a sign-in after something was sent" }
                    p.hint #days-hint { "At once where mail comes back or the sign-in has ended." }
                    @if let Some(error) = error { p.hint.bad #days-error { (error) } }
                    input.box #days type="text" inputmode="numeric" name="days" value=(view.days) autocomplete="off"
                        aria-describedby="days-hint" aria-invalid=[error.map(|_| "true")];
                }
                button.btn type="submit" { "Save" }
            }
        }
    }
}
