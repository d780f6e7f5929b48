//! The page Orders.
use super::list::{Filter, ShipmentRow};
use super::rules::State;
use super::views::{parcel, state};
use crate::time::day_of;
use crate::web::layout::{Crumb, Frame, Place, page};
use crate::web::samples;
use crate::web::ui::{empty, icon, pages};
use crate::web::words::{link, serial_numbers};
use jiff::tz::TimeZone;
use maud::{Markup, html};

/// What the page shows.
#[derive(Clone, Debug)]
pub struct OrdersView {
    /// What narrows it.
    pub filter: Filter,
    /// One page.
    pub rows: Vec<ShipmentRow>,
    /// This is not the first one.
    pub later: bool,
    /// The next one.
    pub next: Option<String>,
    /// The reader coordinates, and has what has media by post, too; none: the reader is no customer.
    pub media: Option<bool>,
    /// The reader may order: as a customer, or for customers.
    pub orders: bool,
    /// The zone in which days are told.
    pub zone: TimeZone,
}

impl OrdersView {
    fn link(&self, cursor: &str) -> String {
        link("/orders", &[("state", &self.filter.state), ("q", &self.filter.q), ("cursor", cursor)])
    }
}

/// States as a list offers them.
pub const STATES: [(&str, &str); 7] = [
    ("address", "Address to be confirmed"),
    ("requested", "Waits for approval"),
    ("approved", "Approved"),
    ("shipped", "Sent"),
    ("delivered", "Delivered"),
    ("returned", "Came back"),
    ("cancelled", "Cancelled"),
];

/// The page.
pub fn orders_page(frame: &Frame, view: &OrdersView) -> Markup {
    page(
        frame,
        html! {
            div.head {
                div.title { h1 { "Orders" } p { "Media of releases that were ordered for your serial numbers, the newest first." } }
                @if view.orders { div.acts { a.btn.primary href="/orders/new" { (icon("plus")) "Order media" } } }
            }
            @if let Some(media) = view.media {
                p.under {
                    @if media { "New releases that have media come to you by post, too." } @else { "New releases come to you as a download." }
                    " " a href="/account#media" { "Change" }
                }
            }
            (filters("/orders", &view.filter, "Order or serial number"))
            @if view.rows.is_empty() { (none(view)) } @else { (table(view, frame.companies.len() != 1)) }
            (pages(view.later.then(|| view.link("")).as_deref(), view.next.as_deref().map(|cursor| view.link(cursor)).as_deref()))
        },
    )
}

/// What narrows a list.
pub fn filters(path: &str, filter: &Filter, what: &str) -> Markup {
    html! {
        form.find-row method="get" action=(path) role="search" {
            label { (what) input.box type="search" name="q" value=(filter.q); }
            label {
                "State"
                select.box name="state" {
                    option value="" { "All" }
                    @for (name, words) in STATES { option value=(name) selected[name == filter.state] { (words) } }
                }
            }
            button.btn type="submit" { "Show" }
        }
    }
}

fn none(view: &OrdersView) -> Markup {
    if view.filter.any() {
        return empty("No order matches", html! { "Check the spelling, or " a href="/orders" { "show all" } "." });
    }
    let words = if view.orders {
        html! { "Releases that have media can be ordered by post. " a href="/orders/new" { "Order media" } "." }
    } else {
        html! { "Customers order here what is released on media." }
    };
    empty("No orders yet", words)
}

fn table(view: &OrdersView, companies: bool) -> Markup {
    html! {
        table.plain {
            caption.vh { "Orders, the newest first" }
            thead { tr { th scope="col" { "Order" } th scope="col" { "State" } th.c-2 scope="col" { "For" } th.c-3 scope="col" { "Ordered" } } }
            tbody {
                @for row in &view.rows {
                    tr {
                        td {
                            a.key href={ "/orders/" (row.number()) } { span.num { (row.number()) } } " " (row.release())
                            small { (serial_numbers(row.assets)) }
                            small.in-2 { "For " (row.coordinator()) }
                        }
                        td {
                            (state(row))
                            @if matches!(row.state(), State::Shipped | State::Delivered) { small.break { (parcel(row)) } }
                        }
                        td.c-2 { (row.coordinator()) @if companies { small { (row.company) } } }
                        td.c-3.num { (day_of(row.requested_at, &view.zone).long()) }
                    }
                }
            }
        }
    }
}

impl OrdersView {
    /// For tests.
    pub fn sample() -> Self {
        Self {
            filter: Filter::default(),
            rows: State::ALL.map(ShipmentRow::sample).into(),
            later: false,
            next: None,
            media: Some(false),
            orders: true,
            zone: TimeZone::UTC,
        }
    }

    /// The frame around it.
    pub fn sample_frame() -> Frame {
        samples::frame("Orders", Place::Orders, vec![Crumb::to("Home", "/"), Crumb::here("Orders")])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_state_has_its_words() {
        let page = orders_page(&OrdersView::sample_frame(), &OrdersView::sample()).into_string();
        for words in ["Waits for approval", "Approved", "Sent", "Delivered", "Came back", "Cancelled"] {
            assert!(page.contains(&format!("</svg>{words}</span>")), "{words}: {page}");
        }
        assert!(page.contains("30118") && page.contains("24 Nov 2026") && page.contains("JD014600003SE"));
        let none = OrdersView { rows: Vec::new(), ..OrdersView::sample() };
        assert!(orders_page(&OrdersView::sample_frame(), &none).into_string().contains("No orders yet"));
    }
}
