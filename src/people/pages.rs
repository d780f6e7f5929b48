//! One person: roles, what he or she coordinates, access, and "Hand over everything".
use crate::web::changes::{Preview, diff};
use crate::web::layout::{Crumb, Frame, Place, page};
use crate::web::person::{PersonRef, avatar_large, state, who_can};
use crate::web::picker::{PersonOption, Picker};
use crate::web::samples;
use crate::web::ui::{Field, Kind, Problem, confirm_notices, csrf, hidden, icon};
use crate::web::words::{encoded, serial_numbers};
use maud::{Markup, Render, html};

/// A role on one contract.
#[derive(Clone, Debug)]
pub struct RoleLine {
    /// Contract number.
    pub contract: String,
    /// "Contract Manager", "Software Coordinator, may name users", "User: releases, support".
    pub role: String,
}

/// What somebody coordinates on one contract, at one level.
#[derive(Clone, Debug)]
pub struct CoordinatesLine {
    /// Contract number.
    pub contract: String,
    /// "3 serial numbers", "Group Boston office (2 serial numbers)", "The whole contract (12 serial numbers)".
    pub what: String,
    /// The serial numbers, at most ten, with product; empty for a standing level.
    pub serials: Vec<(String, String)>,
    /// So many more.
    pub more: i64,
}

/// The part of the page that hands everything over.
#[derive(Clone, Debug)]
pub struct HandOver {
    /// The form token.
    pub csrf: String,
    /// New for each page.
    pub idempotency_key: String,
    /// `/contracts/{no}/people` of a contract that the reader manages.
    pub people_url: String,
    /// The company.
    pub company: String,
    /// The first page of people, without this person.
    pub people: Vec<PersonOption>,
    /// There are no others.
    pub people_complete: bool,
    /// So many serial numbers change hands.
    pub serials: i64,
    /// On so many contracts.
    pub contracts: i64,
    /// Who was chosen, with what would change.
    pub successor: Option<Successor>,
    /// Why it was not done.
    pub problem: Option<Problem>,
}

/// Who takes over.
#[derive(Clone, Debug)]
pub struct Successor {
    /// The person; of somebody new the address and the name typed.
    pub person: PersonRef,
    /// First name of somebody new; empty for a known person.
    pub first_name: String,
    /// Last name of somebody new.
    pub last_name: String,
    /// Nobody here has this address: the names are asked for.
    pub new: bool,
    /// What would change; none while names are missing.
    pub preview: Option<Preview>,
}

/// What the page shows.
#[derive(Clone, Debug)]
pub struct PersonView {
    /// The person.
    pub person: PersonRef,
    /// The present handle of `/people/{handle}`; `person.handle` may be empty for the reader's own links.
    pub handle: String,
    /// The company.
    pub company: String,
    /// "Last signed in on 20 Nov 2026", "Never signed in", "Invited on 9 Nov 2026, until 9 Dec 2026".
    pub signed_in: String,
    /// Roles by contract.
    pub roles: Vec<RoleLine>,
    /// What the person coordinates.
    pub coordinates: Vec<CoordinatesLine>,
    /// Access as a User.
    pub access: Vec<RoleLine>,
    /// Present where the reader may hand over and there is something to hand over.
    pub hand_over: Option<HandOver>,
    /// Who can, where the reader may not.
    pub who_can: Option<PersonRef>,
    /// What the reader does about sign-in and rights.
    pub buttons: crate::users::person_page::Buttons,
    /// What other slices say of the person.
    pub more: Option<Markup>,
}

/// The page.
pub fn person_page(frame: &Frame, view: &PersonView) -> Markup {
    let person = &view.person;
    page(
        frame,
        html! {
            div.head.person {
                (avatar_large(person))
                div.title { h1 { (person.display()) } (state(person.state)) p.break { (person.email) ", " (view.company) } }
                @if view.hand_over.is_some() {
                    div.acts { a.btn.primary href="#hand-h" { (icon("swap")) "Hand over everything" } }
                }
            }
            dl.facts {
                div { dt { "Sign-in" } dd { (view.signed_in) } }
                @for role in &view.roles { div { dt.serial { (role.contract) } dd { (role.role) } } }
            }
            (coordinates(view))
            (access(view))
            (view.buttons)
            @if let Some(hand_over) = &view.hand_over { (hand_over_section(view, hand_over)) }
            @if let Some(manager) = &view.who_can { (who_can(manager)) }
            @if let Some(more) = &view.more { (more) }
        },
    )
}

fn coordinates(view: &PersonView) -> Markup {
    html! {
        section.block aria-labelledby="coordinates-h" {
            h2 #coordinates-h { "Coordinates" }
            @if view.coordinates.is_empty() { p.hint { "Nothing at present." } }
            ul.lines {
                @for line in &view.coordinates {
                    li {
                        a.serial href={ "/contracts/" (line.contract) "/products?coordinator=" (encoded(&view.person.email)) } {
                            (line.contract)
                        }
                        ": " (line.what)
                        @if !line.serials.is_empty() {
                            ul.serials {
                                @for (serial, product) in &line.serials {
                                    li { a.serial href={ "/products/" (encoded(serial)) } { (serial) } " " (product) }
                                }
                                @if line.more > 0 { li.muted { "and " (line.more) " more" } }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn access(view: &PersonView) -> Markup {
    html! {
        @if !view.access.is_empty() {
            section.block aria-labelledby="access-h" {
                h2 #access-h { "Access" }
                ul.lines { @for line in &view.access { li { span.serial { (line.contract) } ": " (line.role) } } }
            }
        }
    }
}

/// Choose a successor, see what changes, apply: across all contracts of the reader.
fn hand_over_section(view: &PersonView, hand: &HandOver) -> Markup {
    let name = view.person.first_name();
    html! {
        section.block.hand aria-labelledby="hand-h" {
            h2 #hand-h { "Hand over everything" }
            @if let Some(problem) = &hand.problem { (problem) }
            p.lead {
                "Everything that " (name) " coordinates goes to one person: " (serial_numbers(hand.serials))
                @if hand.contracts > 1 { " on " (hand.contracts) " contracts" } ", groups, whole contracts and planned cover included."
            }
            (successor_form(view, hand))
            @if let Some(successor) = &hand.successor { (apply_form(view, hand, successor)) }
        }
    }
}

fn successor_form(view: &PersonView, hand: &HandOver) -> Markup {
    let typed = hand.successor.as_ref().map_or("", |successor| successor.person.email.as_str());
    let picker = Picker {
        url: &hand.people_url,
        company: &hand.company,
        people: &hand.people,
        complete: hand.people_complete,
        error: None,
        autofocus: false,
        folded: hand.successor.is_some(),
    };
    html! {
        form #hand-over method="get" action={ "/people/" (view.handle) "#hand-h" } novalidate {
            div.scripted { input type="hidden" name="successor" value=""; (picker.markup_for("successor")) }
            noscript {
                (Field {
                    name: "successor", label: "E-mail of the successor", hint: "", kind: Kind::Email, value: typed,
                    error: None, autocomplete: "off",
                }.render())
            }
            button.btn type="submit" { "Show what changes" }
        }
    }
}

fn apply_form(view: &PersonView, hand: &HandOver, successor: &Successor) -> Markup {
    let fault = |name| hand.problem.as_ref().and_then(|problem| problem.of(name));
    let field = |name, label, value| {
        Field { name, label, hint: "", kind: Kind::Text, value, error: fault(name), autocomplete: "off" }.render()
    };
    let preview = successor.preview.as_ref();
    let confirm = hand.problem.as_ref().and_then(|p| p.confirm).or(preview.and_then(|p| p.confirm));
    html! {
        form.apply-form method="post" action={ "/people/" (view.handle) "/hand-over" } novalidate {
            (csrf(&hand.csrf)) (hidden("idempotency_key", &hand.idempotency_key))
            (hidden("coordinator", &successor.person.email))
            @if let Some(preview) = preview { (hidden("if_state", &preview.state)) }
            div.chosen {
                (avatar_large(&successor.person))
                span { b { (successor.person.display()) } small.break { (successor.person.email) } }
            }
            @if successor.new {
                p.hint { "New at " (hand.company) ": an invitation goes to this address." }
                (field("first_name", "First name", &successor.first_name))
                (field("last_name", "Last name", &successor.last_name))
            }
            @if let Some(preview) = preview { (diff(preview)) }
            div #confirm { @if let Some(people) = confirm { (confirm_notices(people)) } }
            div.under {
                button.btn.primary type="submit" data-focus {
                    @if hand.serials > 0 { "Hand over " (serial_numbers(hand.serials)) } @else { "Hand over everything" }
                }
                @if let Some(preview) = preview { p.sum { (preview.mails.sentence()) } }
            }
        }
    }
}

impl PersonView {
    /// Owen, whose mail comes back, before a successor is chosen.
    pub fn sample() -> PersonView {
        let [_, _, _, _, owen] = samples::coordinators();
        let role = |role: &str| RoleLine { contract: samples::CONTRACT.to_owned(), role: role.to_owned() };
        PersonView {
            handle: owen.handle.clone(),
            company: "Ostrava & Finch".to_owned(),
            signed_in: "Last signed in on 20 Jun 2026".to_owned(),
            roles: vec![role("Software Coordinator, may name users")],
            coordinates: vec![CoordinatesLine {
                contract: samples::CONTRACT.to_owned(),
                what: "1 serial number".to_owned(),
                serials: vec![("395-60073348".to_owned(), "Renderwell 2027".to_owned())],
                more: 0,
            }],
            access: vec![role("All serial numbers: support, learning")],
            hand_over: Some(HandOver::sample()),
            who_can: None,
            buttons: Default::default(),
            more: None,
            person: owen,
        }
    }

    /// The same, with Maya chosen.
    pub fn sample_chosen() -> PersonView {
        let [maya, ..] = samples::coordinators();
        let successor = Successor {
            person: maya,
            first_name: String::new(),
            last_name: String::new(),
            new: false,
            preview: Some(Preview::sample()),
        };
        let hand = HandOver { successor: Some(successor), ..HandOver::sample() };
        PersonView { hand_over: Some(hand), ..PersonView::sample() }
    }

    /// The frame around it.
    pub fn sample_frame() -> Frame {
        let crumbs = vec![Crumb::to("Contract Administration", "/contracts"), Crumb::here("Owen Reyes")];
        samples::frame("Owen Reyes", Place::Elsewhere, crumbs)
    }
}

impl HandOver {
    /// One serial number, to anybody of the company.
    pub fn sample() -> HandOver {
        HandOver {
            csrf: "sample-token".to_owned(),
            idempotency_key: "k1".to_owned(),
            people_url: format!("/contracts/{}/people", samples::CONTRACT),
            company: "Ostrava & Finch".to_owned(),
            people: PersonOption::samples(),
            people_complete: true,
            serials: 7,
            contracts: 2,
            successor: None,
            problem: None,
        }
    }
}
