//! The vendor's queue of shipments.
use super::export::place;
use super::list::{Filter, ShipmentRow};
use super::list_page::{STATES, filters};
use super::rules::State;
use super::views::{parcel, state};
use crate::time::day_of;
use crate::web::layout::{Frame, page};
use crate::web::ui::{Problem, csrf, empty, icon, pages};
use crate::web::words::{link, number, serial_numbers};
use jiff::tz::TimeZone;
use maud::{Markup, html};

/// What the page shows.
#[derive(Clone, Debug)]
pub struct QueueView {
    /// What narrows it.
    pub filter: Filter,
    /// How many wait in each state.
    pub counts: Vec<(String, i64)>,
    /// One page.
    pub rows: Vec<ShipmentRow>,
    /// This is not the first one.
    pub later: bool,
    /// The next one.
    pub next: Option<String>,
    /// The reader approves and ships.
    pub may_ship: bool,
    /// Why some were not approved.
    pub problem: Option<Problem>,
    /// The zone in which days are told.
    pub zone: TimeZone,
    /// The form token.
    pub csrf: String,
}

impl QueueView {
    fn link(&self, path: &str, cursor: &str) -> String {
        link(path, &[("state", &self.filter.state), ("q", &self.filter.q), ("cursor", cursor)])
    }

    fn count(&self, state: &str) -> i64 {
        self.counts.iter().find(|(name, _)| name == state).map_or(0, |(_, n)| *n)
    }
}

/// The page.
pub fn queue_page(frame: &Frame, view: &QueueView) -> Markup {
    let at = |cursor: &str| view.link("/vendor/shipments", cursor);
    let approved = view.count("approved");
    page(
        frame,
        html! {
            @if let Some(problem) = &view.problem { (problem) }
            div.head {
                div.title { h1 { "Shipments" } p { "Orders of media, the newest first." } }
                div.acts {
                    a.btn href=(view.link("/vendor/shipments.csv", "")) { (icon("down")) "Export CSV" }
                    @if approved > 0 { a.btn.primary href="/vendor/shipments/slips" { (icon("doc")) "Print " (number(approved)) " packing " (if approved == 1 { "slip" } else { "slips" }) } }
                }
            }
            ul.legend.states aria-label="How many wait" {
                @for (name, words) in STATES.iter().take(4) {
                    @let here = view.filter.state == *name;
                    li { a.chip.plain href=(link("/vendor/shipments", &[("state", name)])) aria-current=[here.then_some("true")] { (words) " " b { (number(view.count(name))) } } }
                }
            }
            (filters("/vendor/shipments", &view.filter, "Order, serial number or company"))
            @if view.rows.is_empty() { (none(view)) } @else { (table(view)) }
            (pages(view.later.then(|| at("")).as_deref(), view.next.as_deref().map(at).as_deref()))
        },
    )
}

fn none(view: &QueueView) -> Markup {
    if view.filter.any() {
        return empty(
            "No order matches",
            html! { "Check the spelling, or " a href="/vendor/shipments" { "show all" } "." },
        );
    }
    empty("No orders yet", html! { "They come from customers, and with the announcement of a release that has media." })
}

fn table(view: &QueueView) -> Markup {
    let ticks = view.may_ship && view.rows.iter().any(ready);
    html! {
        form.assets method="post" action="/vendor/shipments/approve" {
            (csrf(&view.csrf))
            table.plain.unpicked[!ticks] {
                caption.vh { "Orders, the newest first" }
                thead {
                    tr {
                        @if ticks { th { label.pick { input #all type="checkbox"; span.vh { "Select all on this page" } } } }
                        th scope="col" { "Order" }
                        th scope="col" { "State" }
                        th.c-2 scope="col" { "Goes to" }
                        th.c-3 scope="col" { "Since" }
                    }
                }
                tbody #rows { @for row in &view.rows { (line(view, row, ticks)) } }
            }
            @if ticks {
                div.batch role="region" aria-label="Selected orders" {
                    span.count { "selected" }
                    button.btn.go type="submit" { (icon("check")) "Approve" }
                }
            }
        }
    }
}

fn ready(row: &ShipmentRow) -> bool {
    row.state() == State::Requested && !row.waits_for_address()
}

fn line(view: &QueueView, row: &ShipmentRow, ticks: bool) -> Markup {
    html! {
        tr {
            @if ticks {
                td { @if ready(row) { label.pick { input type="checkbox" name="order" value=(row.number()); span.vh { "Select order " (row.number()) } } } }
            }
            td {
                a.key href={ "/vendor/shipments/" (row.number()) } { span.num { (row.number()) } } " " (row.release())
                small { (row.company) ", " (serial_numbers(row.assets)) }
                small.in-2 { (row.coordinator()) @if !place(row).is_empty() { ", " (place(row)) } }
            }
            td {
                (state(row))
                @if matches!(row.state(), State::Shipped | State::Delivered) { small.break { (parcel(row)) } }
                @if row.state() == State::Returned { small.break { (row.reason) } }
            }
            td.c-2 { (row.coordinator()) small { (place(row)) } }
            td.c-3.num { (day_of(row.state_at, &view.zone).long()) }
        }
    }
}
