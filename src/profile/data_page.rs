//! "Your data" on `/account`, and the page before an erasure.
use super::duties::Duty;
use super::export::ExportRow;
use crate::time::long;
use crate::web::layout::{Crumb, Frame, Place, page};
use crate::web::samples;
use crate::web::ui::{Problem, csrf, icon};
use crate::web::words::encoded;
use jiff::tz::TimeZone;
use maud::{Markup, html};

/// The section of `/account`.
pub fn section(exports: &[ExportRow], handle: &str, token: &str, zone: &TimeZone) -> Markup {
    html! {
        section.block aria-labelledby="data-h" {
            h2 #data-h { "Your data" }
            p.hint { "Everything that is held about you, as one file. A mail tells you when it is ready; it is kept for 7 days." }
            @if !exports.is_empty() {
                ul.lines {
                    @for export in exports {
                        li {
                            @match export.expires_at {
                                Some(until) => {
                                    a href={ "/account/exports/" (export.handle) } { "Fetch your data" }
                                    small { "Asked for on " (long(export.asked_at, zone)) ", ready until " (long(until, zone)) "." }
                                }
                                None => { "Your data is being put together." small { "Asked for on " (long(export.asked_at, zone)) "." } }
                            }
                        }
                    }
                }
            }
            div.under {
                form method="post" action="/account/export" { (csrf(token)) button.btn type="submit" { "Export my data" } }
                a.btn href={ "/people/" (encoded(handle)) "/erase" } { "Erase my data" }
            }
        }
    }
}

/// What the page before an erasure shows.
#[derive(Clone, Debug)]
pub struct EraseView {
    /// In the form's address.
    pub handle: String,
    /// Name.
    pub name: String,
    /// Address.
    pub email: String,
    /// The reader is that person.
    pub own: bool,
    /// What has to be handed over before.
    pub duties: Vec<Duty>,
    /// Why it was not done.
    pub problem: Option<Problem>,
    /// The form token.
    pub csrf: String,
}

/// What goes, what stays, what is in the way; one button.
pub fn erase_page(frame: &Frame, view: &EraseView) -> Markup {
    let title = if view.own { "Erase your data?".to_owned() } else { format!("Erase {}?", view.name) };
    page(
        frame,
        html! {
            @if let Some(problem) = &view.problem { (problem) }
            div.head { div.title { h1 { (title) } p.break { (view.email) } } }
            ul.ticks {
                li { (icon("check")) span { "Name, addresses, profile, mails and ways to sign in are deleted. Sign-in ends at once." } }
                li { (icon("check")) span { "Access as a User and memberships end." } }
                li { (icon("check")) span { "History keeps that somebody coordinated a serial number, no longer who." } }
            }
            @if view.duties.is_empty() {
                form.stack-form method="post" action={ "/people/" (encoded(&view.handle)) "/erase" } {
                    (csrf(&view.csrf))
                    p { b { "This cannot be undone." } }
                    button.btn.primary type="submit" { @if view.own { "Erase my data" } @else { "Erase " (view.name) } }
                }
            } @else {
                section.block aria-labelledby="duties-h" {
                    h2 #duties-h { "To be handed over first" }
                    ul.lines { @for duty in &view.duties { li { (duty.words()) } } }
                    @if view.duties.iter().any(|duty| duty.kind != "administrator") {
                        p.hint {
                            @if view.own { "A Contract Manager hands serial numbers over on a person’s page. " }
                            @else { "The company’s Contract Manager hands serial numbers over on " a href={ "/people/" (encoded(&view.handle)) } { "this person’s page" } ". " }
                            "A contract gets another Contract Manager through the vendor or the reseller."
                        }
                    } @else { p.hint { "Make somebody else an administrator first." } }
                }
            }
        },
    )
}

impl EraseView {
    /// Owen, who still coordinates.
    pub fn sample() -> EraseView {
        let [.., owen] = samples::coordinators();
        EraseView {
            handle: owen.handle,
            name: owen.name,
            email: owen.email,
            own: false,
            duties: vec![Duty { kind: "asset".to_owned(), contract: samples::CONTRACT.to_owned(), n: 3 }],
            problem: None,
            csrf: "sample-token".to_owned(),
        }
    }

    /// The frame around it.
    pub fn sample_frame() -> Frame {
        samples::frame("Erase", Place::Elsewhere, vec![Crumb::to("Home", "/"), Crumb::here("Erase")])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn duties_take_the_place_of_the_button() {
        let page = |view: &EraseView| erase_page(&EraseView::sample_frame(), view).into_string();
        let held = page(&EraseView::sample());
        assert!(held.contains("Software Coordinator of 3 serial numbers") && !held.contains("cannot be undone"));
        let free = page(&EraseView { duties: Vec::new(), ..EraseView::sample() });
        assert!(free.contains("This cannot be undone") && free.contains("Erase Owen Reyes</button>"));
    }
}
