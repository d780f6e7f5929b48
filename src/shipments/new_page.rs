//! The page on which media are ordered: what, for which serial numbers, where to.
use super::candidates::Candidate;
use super::rules::Why;
use super::views::{fields, lines};
use crate::ids::OrderNumber;
use crate::profile::rules::Address;
use crate::web::layout::{Frame, page};
use crate::web::ui::{Problem, Tone, csrf, empty, hidden, icon, notice};
use crate::web::words::{day, link, serial_numbers};
use maud::{Markup, html};

/// A release that has media.
#[derive(Clone, Debug)]
pub struct Offered {
    /// In addresses.
    pub handle: String,
    /// "SiteMesh Civil 2027.2"
    pub name: String,
    /// Its day.
    pub released_on: String,
}

/// Where the order would go to.
#[derive(Clone, Debug)]
pub struct Destination {
    /// The coordinator's name; empty: the reader.
    pub coordinator: String,
    /// The address; nothing in it: there is none.
    pub address: Address,
    /// The day on which it was checked.
    pub checked: String,
    /// It was checked within the last twelve months.
    pub fresh: bool,
}

/// What the page shows.
#[derive(Clone, Debug, Default)]
pub struct NewOrderView {
    /// What can be ordered.
    pub offered: Vec<Offered>,
    /// What is ordered; none: not chosen yet.
    pub release: Option<Offered>,
    /// Only of this contract.
    pub contract: String,
    /// Serial numbers of its line.
    pub candidates: Vec<Candidate>,
    /// There are more of them than are shown.
    pub more: bool,
    /// Ticked before; none: all that can be.
    pub ticked: Option<Vec<String>>,
    /// Where it goes.
    pub destinations: Vec<Destination>,
    /// Another address, as it was typed.
    pub elsewhere: Option<Address>,
    /// The vendor's staff order for customers, by contract.
    pub staff: bool,
    /// Why it was not ordered.
    pub problem: Option<Problem>,
    /// The same order sent twice is one.
    pub key: String,
    /// The form token.
    pub csrf: String,
}

/// The page.
pub fn new_order_page(frame: &Frame, view: &NewOrderView) -> Markup {
    page(
        frame,
        html! {
            @if let Some(problem) = &view.problem { (problem) }
            div.head { div.title { h1 { "Order media" } p { "By post, to whoever coordinates the serial numbers." } } }
            @match &view.release {
                None => (choose(view)),
                Some(release) => (order(view, release)),
            }
        },
    )
}

fn choose(view: &NewOrderView) -> Markup {
    html! {
        @if view.offered.is_empty() {
            (empty("Nothing to order now", html! { "No release of your product lines has media. What can be downloaded is on " a href="/downloads" { "Downloads" } "." }))
        } @else {
            form.stack-form method="get" action="/orders/new" {
                div.row-field {
                    label.lab for="release" { "Which release?" }
                    select.box #release name="release" {
                        @for one in &view.offered { option value=(one.handle) { (one.name) ", " (day(&one.released_on)) } }
                    }
                }
                @if view.staff { (contract(view)) }
                button.btn.primary type="submit" { "Choose serial numbers" (icon("to")) }
            }
        }
    }
}

fn contract(view: &NewOrderView) -> Markup {
    html! {
        div.row-field {
            label.lab for="contract" { "For which contract?" }
            input.box type="text" #contract name="contract" value=(view.contract) inputmode="numeric" autocomplete="off";
        }
    }
}

fn order(view: &NewOrderView, release: &Offered) -> Markup {
    let may = view.candidates.iter().any(|row| row.verdict().is_ok());
    html! {
        p.under { b { (release.name) } " " span.muted { (day(&release.released_on)) } a href="/orders/new" { "Choose another one" } }
        @if view.staff || view.more {
            form.row-form method="get" action="/orders/new" {
                (hidden("release", &release.handle)) (contract(view)) button.btn type="submit" { "Show" }
            }
        }
        @if view.candidates.is_empty() {
            @let title = if view.staff && view.contract.is_empty() { "For whom?" } else { "No serial number for it here" };
            (empty(title, html! { @if view.staff { "Enter the number of a contract that has serial numbers of this product line." } @else { "You have no serial number of this product line." } }))
        } @else {
            form.stack-form method="post" action="/orders/new" novalidate {
                (csrf(&view.csrf)) (hidden("idempotency_key", &view.key)) (hidden("release", &release.handle)) (hidden("contract", &view.contract))
                (serials(view))
                @if may { (destination(view)) button.btn.primary type="submit" { "Place order" } }
            }
        }
    }
}

fn serials(view: &NewOrderView) -> Markup {
    let ticked = |row: &Candidate| view.ticked.as_ref().is_none_or(|ticked| ticked.contains(&row.serial));
    html! {
        section.block aria-labelledby="serials-h" {
            h2 #serial_numbers { "For which serial numbers?" }
            @if view.more { p.hint { "The first " (view.candidates.len()) " are shown; choose a contract to see the others." } }
            table.plain {
                caption.vh #serials-h { "Serial numbers" }
                thead { tr { th scope="col" { "Serial number" } th.c-2 scope="col" { "Contract" } th scope="col" { "Goes to" } } }
                tbody {
                    @for row in &view.candidates {
                        tr {
                            td {
                                @match row.verdict() {
                                    Ok(()) => label.check {
                                        input type="checkbox" name="serial" value=(row.serial) checked[ticked(row)];
                                        span { span.serial { (row.serial) } small { (row.product) } }
                                    },
                                    Err(_) => span { span.serial.muted { (row.serial) } small { (row.product) } },
                                }
                            }
                            td.c-2.serial { (row.contract) }
                            td { @match row.verdict() { Ok(()) => (row.coordinator()), Err(why) => (reason(why, row)) } }
                        }
                    }
                }
            }
        }
    }
}

/// Why not, and what to do.
fn reason(why: Why, row: &Candidate) -> Markup {
    html! {
        span.muted {
            @match why {
                Why::NotFound | Why::OtherProduct => "Not of this product line",
                Why::OtherRelease => "It adds to another release than this one is registered as",
                Why::OutOfTerm => "Dated outside the term of its contract; it comes with a renewal",
                Why::NotAllowed => { (row.coordinator()) " coordinates it, and can order" },
                Why::Ordered => {
                    @let number = OrderNumber::of(row.on_order.unwrap_or_default());
                    "On " a href={ "/orders/" (number) } { "order " (number) } " already"
                },
            }
        }
    }
}

fn destination(view: &NewOrderView) -> Markup {
    let elsewhere = view.elsewhere.is_some();
    html! {
        section.block aria-labelledby="to-h" {
            h2 #to-h { "Where does it go?" }
            @for to in &view.destinations {
                div.call {
                    @if !to.coordinator.is_empty() { p { b { (to.coordinator) } } }
                    p { (lines(&to.address)) }
                    (whether(to))
                }
            }
            details.other open[elsewhere] {
                summary { "Send it somewhere else" }
                label.check { input type="checkbox" name="elsewhere" value="1" checked[elsewhere]; span { "To this address, for this order only" } }
                (fields(view.elsewhere.as_ref().unwrap_or(&Address::default()), view.problem.as_ref()))
            }
        }
    }
}

/// Whether it is known to be right.
fn whether(to: &Destination) -> Markup {
    let own = to.coordinator.is_empty();
    html! {
        @if to.fresh { p.hint { "Checked on " (to.checked) "." } }
        @else if own && to.address.is_empty() {
            p.hint { "Enter an address below, or in " a href="/account#shipping" { "your account" } ". Without one the order waits." }
        }
        @else if own {
            label.check #address_is_right {
                input type="checkbox" name="address_is_right" value="1";
                span { "Yes, this address is right" small { "You checked it last on " (to.checked) ". Without this the order waits." } }
            }
        }
        @else if to.address.is_empty() { (notice(Tone::Info, html! { (to.coordinator) " is asked by mail where it should go, before anything leaves." })) }
        @else { (notice(Tone::Info, html! { (to.coordinator) " is asked by mail whether the address is right, before anything leaves." })) }
    }
}

/// After an order: what was ordered.
pub fn ordered(serials: u64, orders: usize) -> String {
    let count = serial_numbers(serials.try_into().unwrap_or(i64::MAX));
    match orders {
        1 => format!("Media are ordered for {count}."),
        n => format!("Media are ordered for {count}, in {n} orders: one for each Software Coordinator."),
    }
}

/// The page with a release chosen.
pub fn at(release: &str) -> String {
    link("/orders/new", &[("release", release)])
}
