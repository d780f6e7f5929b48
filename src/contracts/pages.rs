//! The list of contracts, the reader's own serial numbers, and what was changed on a contract.
use super::head::{ContractHead, Tab};
use crate::releases::ready::Ready;
use crate::web::contract::{ContractRow, table};
use crate::web::layout::{Crumb, Frame, Place, page};
use crate::web::samples;
use crate::web::ui::{empty, hidden, icon, pages};
use crate::web::words::{count, encoded, number, serial_numbers};
use maud::{Markup, html};

/// Contract Administration: the contracts.
#[derive(Clone, Debug)]
pub struct ContractsView {
    /// One page of them.
    pub rows: Vec<ContractRow>,
    /// So many in all.
    pub total: i64,
    /// What was searched for; empty: everything.
    pub q: String,
    /// The company that the list is narrowed to: its number; empty: all.
    pub account: String,
    /// Whom to ask when there are none: the reseller's name, or the vendor's.
    pub ask: String,
    /// The reader is a Contract Manager: the list leads to Manage Software Coordinators.
    pub coordinators: bool,
    /// The first page, if this is not it.
    pub first: Option<String>,
    /// The next page, if there is one.
    pub next: Option<String>,
}

/// The list.
pub fn contracts_page(frame: &Frame, view: &ContractsView) -> Markup {
    page(
        frame,
        html! {
            div.head {
                div.title { h1 { "Contracts" } }
                @if view.coordinators {
                    div.acts { a.btn.primary href="/coordinators" { (icon("coord")) "Manage Software Coordinators" } }
                }
            }
            @if view.total > 10 || !view.q.is_empty() {
                form.bar method="get" action="/contracts" role="search" {
                    (hidden("account", &view.account))
                    div.field {
                        (icon("search"))
                        input type="search" name="q" value=(view.q) placeholder="Contract number or company"
                            aria-label="Find a contract" autocomplete="off";
                    }
                    button.btn type="submit" { "Find" }
                }
            }
            @if view.rows.is_empty() { (no_contracts(view)) }
            @else {
                (table(&view.rows, false))
                div.foot { p { (number(i64::try_from(view.rows.len()).unwrap_or(0))) " of " (count(view.total, "contract", "contracts")) } }
                (pages(view.first.as_deref(), view.next.as_deref()))
            }
        },
    )
}

fn no_contracts(view: &ContractsView) -> Markup {
    if view.q.is_empty() {
        return empty("No contracts yet", html! { "Your reseller adds them; ask " (view.ask) "." });
    }
    empty("No contract matches", html! { "Check the number, or " a href="/contracts" { "show all" } "." })
}

/// One serial number of the reader's own.
#[derive(Clone, Debug)]
pub struct OwnRow {
    /// Serial number.
    pub serial: String,
    /// Product name.
    pub product: String,
    /// Registered release.
    pub release: String,
    /// What is newer, and the reader may fetch it.
    pub ready: Option<Ready>,
    /// Contract number.
    pub contract: String,
    /// Why it is here: "You coordinate it", "By default, as Contract Manager", "You have access".
    pub why: String,
}

/// Your software: Products.
#[derive(Clone, Debug)]
pub struct OwnView {
    /// One page of them.
    pub rows: Vec<OwnRow>,
    /// So many in all.
    pub total: i64,
    /// Beginning of a serial number or product.
    pub q: String,
    /// The reader may open the pages of these contracts.
    pub contracts: bool,
    /// The first page, if this is not it.
    pub first: Option<String>,
    /// The next page, if there is one.
    pub next: Option<String>,
}

/// The reader's own serial numbers, across contracts.
pub fn own_page(frame: &Frame, view: &OwnView) -> Markup {
    page(
        frame,
        html! {
            div.head { div.title { h1 { "Products" } p { "Serial numbers that you coordinate or have access to" } } }
            form.bar method="get" action="/products" role="search" {
                div.field {
                    (icon("search"))
                    input #filter type="search" name="q" value=(view.q) placeholder="Product or serial number"
                        aria-label="Find a serial number" autocomplete="off";
                }
                button.btn type="submit" { "Find" }
            }
            @if view.rows.is_empty() && !view.q.is_empty() {
                (empty("No serial number matches", html! { "Check the spelling, or " a href="/products" { "show all" } "." }))
            } @else if view.rows.is_empty() {
                (empty("No serial numbers yet", html! { "They appear here once somebody names you coordinator or gives you access." }))
            } @else {
                (own_table(view))
                div.foot { p { (number(i64::try_from(view.rows.len()).unwrap_or(0))) " of " (serial_numbers(view.total)) } }
                (pages(view.first.as_deref(), view.next.as_deref()))
            }
        },
    )
}

fn own_table(view: &OwnView) -> Markup {
    html! {
        table.plain {
            caption.vh { "Your serial numbers" }
            thead {
                tr {
                    th scope="col" { "Product" } th.c-2 scope="col" { "Serial number" } th.c-2 scope="col" { "Release" }
                    th.c-2 scope="col" { "Contract" } th scope="col" { "Why" }
                }
            }
            tbody {
                @for row in &view.rows {
                    tr {
                        td {
                            a.key href={ "/products/" (encoded(&row.serial)) } { (row.product) }
                            small.in-2 { span.serial { (row.serial) } br; "Release " (row.release) ", contract " (row.contract) @if let Some(ready) = &row.ready { br; (ready.link()) } }
                        }
                        td.c-2.serial { (row.serial) }
                        td.c-2 { span.num { (row.release) } @if let Some(ready) = &row.ready { (ready.link()) } }
                        td.c-2.serial {
                            @if view.contracts { a href={ "/contracts/" (row.contract) "/products" } { (row.contract) } }
                            @else { (row.contract) }
                        }
                        td { (row.why) }
                    }
                }
            }
        }
    }
}

/// Whether a change set can be taken back.
#[derive(Clone, Debug)]
pub enum UndoState {
    /// Yes, by the reader.
    Possible,
    /// It was: "Undone by Elena Ostrava, 14:02 UTC".
    Undone(String),
    /// No, and why: "More than 30 days ago"; empty: nothing to say.
    No(String),
}

/// One change set.
#[derive(Clone, Debug)]
pub struct SetRow {
    /// Its handle.
    pub handle: String,
    /// "Elena Ostrava named Maya Lindqvist coordinator of 3 serial numbers."
    pub sentence: String,
    /// "24 Nov 2026, 14:02 UTC".
    pub at: String,
    /// "390-41920577: Tomás Brandt → Maya Lindqvist", at most ten.
    pub items: Vec<String>,
    /// So many more.
    pub more: i64,
    /// Whether it can be taken back.
    pub undo: UndoState,
}

/// The Activity tab.
#[derive(Clone, Debug)]
pub struct ActivityView {
    /// Head of the contract.
    pub head: ContractHead,
    /// One page of change sets, the newest first.
    pub sets: Vec<SetRow>,
    /// The first page, if this is not it.
    pub first: Option<String>,
    /// The next page, if there is one.
    pub next: Option<String>,
}

/// What was changed on a contract, and the way back.
pub fn activity_page(frame: &Frame, view: &ActivityView) -> Markup {
    page(
        frame,
        html! {
            (view.head.markup(Tab::Activity))
            section.block aria-labelledby="activity-h" {
                h2.vh #activity-h { "Activity" }
                @if view.sets.is_empty() {
                    (empty("Nothing was changed yet", html! { "Each assignment of a coordinator appears here, with Undo." }))
                } @else {
                    ol.log { @for set in &view.sets { (log_row(set)) } }
                    (pages(view.first.as_deref(), view.next.as_deref()))
                }
            }
        },
    )
}

fn log_row(set: &SetRow) -> Markup {
    html! {
        li {
            div {
                p { (set.sentence) }
                small.num { (set.at) }
                @if !set.items.is_empty() {
                    details.when {
                        summary { "From and to" span.vh { ": " (set.sentence) } }
                        ul.lines.num {
                            @for item in &set.items { li { (item) } }
                            @if set.more > 0 { li.muted { "and " (number(set.more)) " more" } }
                        }
                    }
                }
            }
            @match &set.undo {
                UndoState::Possible => a.btn href={ "/change-sets/" (set.handle) } { (icon("back")) "Undo" span.vh { ": " (set.sentence) } },
                UndoState::Undone(words) | UndoState::No(words) => p.muted { (words) },
            }
        }
    }
}

impl ContractsView {
    /// Three of Elena's.
    pub fn sample() -> ContractsView {
        ContractsView {
            rows: ContractRow::samples(),
            total: 14,
            q: String::new(),
            account: String::new(),
            ask: "Brightwell Design Partners".to_owned(),
            coordinators: true,
            first: None,
            next: None,
        }
    }

    /// The frame around it.
    pub fn sample_frame() -> Frame {
        let crumbs = vec![Crumb::to("Contract Administration", "/contracts"), Crumb::here("Contracts")];
        samples::frame("Contracts", Place::Contracts, crumbs)
    }
}

impl OwnView {
    /// Two of Elena's.
    pub fn sample() -> OwnView {
        let row = |serial: &str, product: &str, why: &str| OwnRow {
            serial: serial.to_owned(),
            product: product.to_owned(),
            release: "2027.1".to_owned(),
            ready: None,
            contract: samples::CONTRACT.to_owned(),
            why: why.to_owned(),
        };
        OwnView {
            rows: vec![
                row("399-20145576", "Vaultroom Server 2026", "By default, as Contract Manager"),
                row("361-70429960", "Draftline 2025", "You coordinate it"),
            ],
            total: 2,
            q: String::new(),
            contracts: true,
            first: None,
            next: None,
        }
    }

    /// The frame around it.
    pub fn sample_frame() -> Frame {
        samples::frame(
            "Products",
            Place::Products,
            vec![Crumb::to("Your software", "/products"), Crumb::here("Products")],
        )
    }
}

impl ActivityView {
    /// Three change sets.
    pub fn sample() -> ActivityView {
        let set = |sentence: &str, undo| SetRow {
            handle: "cs-1".to_owned(),
            sentence: sentence.to_owned(),
            at: "24 Nov 2026, 14:02 UTC".to_owned(),
            items: vec!["390-41920577: Tomás Brandt → Maya Lindqvist".to_owned()],
            more: 2,
            undo,
        };
        ActivityView {
            head: ContractHead::sample(),
            sets: vec![
                set("Elena Ostrava named Maya Lindqvist coordinator of 3 serial numbers.", UndoState::Possible),
                set(
                    "Elena Ostrava named Priya Raman coordinator of the group Boston office.",
                    UndoState::Undone("Undone by Elena Ostrava, 13:10 UTC".to_owned()),
                ),
                set(
                    "Elena Ostrava handed everything of Nils Berg to Tomás Brandt.",
                    UndoState::No("More than 30 days ago".to_owned()),
                ),
            ],
            first: None,
            next: None,
        }
    }

    /// The frame around it.
    pub fn sample_frame() -> Frame {
        let title = format!("Activity – Contract {}", samples::CONTRACT);
        samples::frame(&title, Place::Contracts, samples::contract_crumbs())
    }
}
