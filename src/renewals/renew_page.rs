//! The vendor's page on which a contract gets a new term: the day, what it changes, the button.
use super::renew::Preview;
use crate::time::Day;
use crate::web::layout::{Crumb, Frame, Place, page};
use crate::web::samples;
use crate::web::ui::{Field, Kind, Problem, confirm_notices, csrf, hidden, icon};
use crate::web::words::{count, encoded, listed};
use maud::{Markup, Render, html};

/// What the page shows.
#[derive(Clone, Debug)]
pub struct RenewPage {
    /// What a new end day would do, where one is chosen.
    pub preview: Preview,
    /// The day as it was typed.
    pub typed: String,
    /// The chosen day, where it can be.
    pub chosen: Option<Day>,
    /// Why it was not done.
    pub problem: Option<Problem>,
    /// The form token.
    pub csrf: String,
}

/// The page.
pub fn renew_page(frame: &Frame, view: &RenewPage) -> Markup {
    let preview = &view.preview;
    let action = format!("/vendor/contracts/{}/renew", encoded(&preview.number));
    let error = view.problem.as_ref().and_then(|problem| problem.of("end_date"));
    let field = Field {
        name: "end_date",
        label: "New end date",
        hint: "The last day of the new term.",
        kind: Kind::Date,
        value: &view.typed,
        error,
        autocomplete: "off",
    };
    page(
        frame,
        html! {
            @if let Some(problem) = &view.problem { (problem) }
            div.head { div.title {
                h1 { "Renew contract " span.serial { (preview.number) } }
                p { (preview.company) ". It ends on " (preview.before.long()) "." }
            } }
            form.stack-form method="get" action=(action) novalidate {
                (field.render())
                button.btn type="submit" { "Show what changes" }
            }
            @if let Some(end) = view.chosen { (changes(view, end, &action)) }
        },
    )
}

fn changes(view: &RenewPage, end: Day, action: &str) -> Markup {
    let preview = &view.preview;
    html! {
        section.block aria-labelledby="changes-h" {
            h2 #changes-h { "What changes" }
            ul.ticks {
                li { (icon("cal")) span { "It ends on " b { (end.long()) } ", no longer on " (preview.before.long()) "." } }
                li { (icon("x")) span { (stops(&preview.stops)) } }
                li { (icon("clock")) span { (armed(&preview.armed)) } }
                li { (icon("mail")) span { (count(i64::try_from(preview.people).unwrap_or(i64::MAX), "person is", "people are")) " told: the Contract Manager and those who coordinate its serial numbers." } }
            }
            form.apply-form method="post" action=(action) {
                (csrf(&view.csrf)) (hidden("end_date", &end.to_string()))
                @if preview.people > crate::coordinators::rules::UNASKED_NOTICES {
                    (confirm_notices(i64::try_from(preview.people).unwrap_or(i64::MAX)))
                }
                button.btn.primary type="submit" { "Renew to " (end.long()) }
            }
        }
    }
}

fn days(days: &[Day]) -> String {
    listed(&days.iter().map(|day| day.long()).collect::<Vec<_>>())
}

fn stops(all: &[Day]) -> String {
    match all {
        [] => "No notice about the present term is still to come.".to_owned(),
        all => format!("Notices that no longer come: {}.", days(all)),
    }
}

fn armed(all: &[Day]) -> String {
    match all {
        [] => "All notices about the new term lie in the past, and count as done.".to_owned(),
        all => format!("Notices about the new term: {}.", days(all)),
    }
}

impl RenewPage {
    /// A year more.
    pub fn sample() -> Self {
        let day = |y, m, d| Day(jiff::civil::date(y, m, d));
        let end = day(2028, 2, 28);
        let steps = |end: Day| [90, 60, 30, 15, 7, 0, -15].map(|days| end.plus(-days)).to_vec();
        Self {
            preview: Preview {
                number: samples::CONTRACT.to_owned(),
                company: "Ostrava & Finch Architects".to_owned(),
                before: day(2027, 2, 28),
                stops: steps(day(2027, 2, 28)),
                armed: steps(end),
                people: 6,
                refused: None,
            },
            typed: end.to_string(),
            chosen: Some(end),
            problem: None,
            csrf: "sample-token".to_owned(),
        }
    }

    /// The frame around it.
    pub fn sample_frame() -> Frame {
        samples::frame(
            "Renew contract",
            Place::Contracts,
            vec![Crumb::to("Contracts", "/contracts"), Crumb::here("Renew")],
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_what_changes_before_the_button() {
        let page = renew_page(&RenewPage::sample_frame(), &RenewPage::sample()).into_string();
        assert!(
            page.contains("Renew to 28 Feb 2028")
                && page.contains("6 people are")
                && page.contains("30 Nov 2026, 30 Dec 2026")
        );
        let none = RenewPage { chosen: None, ..RenewPage::sample() };
        assert!(!renew_page(&RenewPage::sample_frame(), &none).into_string().contains("Renew to"));
    }
}
