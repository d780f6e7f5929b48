//! Manage Software Coordinators by contract, and the people that the typeahead lists.
use crate::web::contract::{ContractRow, table};
use crate::web::layout::{Crumb, Frame, Place, page};
use crate::web::person::PersonRef;
use crate::web::picker::{PersonOption, options};
use crate::web::samples;
use crate::web::ui::{empty, pages};
use crate::web::words::listed;
use maud::{Markup, html};

/// The contracts on which the reader may assign.
#[derive(Clone, Debug)]
pub struct CoordinatorsView {
    /// One page of contracts, those with serial numbers by default first.
    pub rows: Vec<ContractRow>,
    /// The first page, if this is not it.
    pub first: Option<String>,
    /// The next page, if there is one.
    pub next: Option<String>,
}

/// The original's second step: pick the contract.
pub fn coordinators_page(frame: &Frame, view: &CoordinatorsView) -> Markup {
    page(
        frame,
        html! {
            div.head {
                div.title {
                    h1 { "Manage Software Coordinators" }
                    p { "Choose a contract, then its serial numbers on the Products tab." }
                }
            }
            nav.tabs aria-label="Views" { ul { li { a href="/coordinators" aria-current="page" { "By contract" } } } }
            @if view.rows.is_empty() {
                (empty("No contracts yet", html! { "Contracts of which you are Contract Manager appear here." }))
            } @else {
                (table(&view.rows, true))
                (pages(view.first.as_deref(), view.next.as_deref()))
                p.hint { "Used to the nine steps? " a href="/help#steps-h" { "Old and new, side by side" } "." }
            }
        },
    )
}

/// Shown to anybody else who types the address: who the Contract Managers are.
pub fn coordinators_denied(frame: &Frame, managers: &[PersonRef]) -> Markup {
    let names: Vec<&str> = managers.iter().map(|person| person.name.as_str()).collect();
    page(
        frame,
        html! {
            div.head { div.title { h1 { "Manage Software Coordinators is for Contract Managers" } } }
            p.lead {
                @if names.is_empty() { "Nobody of your company is one at present. Call or write to us." }
                @else { (listed(&names)) " can change who coordinates what; ask there." }
            }
            p { a.btn href="/" { "Home" } }
        },
    )
}

/// The answer to the typeahead.
pub fn people_fragment(people: &[PersonOption]) -> Markup {
    options(people)
}

impl CoordinatorsView {
    /// Elena's contracts.
    pub fn sample() -> CoordinatorsView {
        CoordinatorsView { rows: ContractRow::samples(), first: None, next: None }
    }

    /// The frame around it.
    pub fn sample_frame() -> Frame {
        let title = "Manage Software Coordinators";
        let crumbs = vec![Crumb::to("Contract Administration", "/contracts"), Crumb::here(title)];
        samples::frame(title, Place::Coordinators, crumbs)
    }
}
