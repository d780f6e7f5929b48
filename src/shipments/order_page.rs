//! One order: for the customer, and with what the vendor's staff do to it.
use super::rules::State;
use super::show::Shown;
use super::views::{fields, happened, lines, next, parcel, state};
use crate::profile::rules::Address;
use crate::time::long;
use crate::web::layout::{Frame, page};
use crate::web::person::address;
use crate::web::ui::{Field, Kind, Problem, Tone, csrf, hidden, icon, notice};
use crate::web::words::{count, serial_numbers};
use jiff::tz::TimeZone;
use maud::{Markup, Render, html};

/// What the page shows.
#[derive(Clone, Debug)]
pub struct OrderView {
    /// The order.
    pub shown: Shown,
    /// Of the vendor's pages: what is done to it stands first.
    pub vendor: bool,
    /// Another address, as it was typed.
    pub typed: Option<Address>,
    /// Carrier, parcel and reason, as they were typed.
    pub parcel: (String, String, String),
    /// Why something was not done.
    pub problem: Option<Problem>,
    /// The zone in which times are told.
    pub zone: TimeZone,
    /// The same thing sent twice is done once.
    pub key: String,
    /// The form token.
    pub csrf: String,
}

impl OrderView {
    fn path(&self, more: &str) -> String {
        format!("/orders/{}{more}", self.shown.row.number())
    }

    fn vendors(&self, more: &str) -> String {
        format!("/vendor/shipments/{}{more}", self.shown.row.number())
    }

    fn open(&self) -> bool {
        matches!(self.shown.row.state(), State::Requested | State::Approved)
    }

    fn form(&self, action: &str, content: Markup) -> Markup {
        html! {
            form.stack-form method="post" action=(action) novalidate {
                (csrf(&self.csrf)) (hidden("idempotency_key", &self.key)) (hidden("from", if self.vendor { "vendor" } else { "" }))
                (content)
            }
        }
    }
}

/// The page.
pub fn order_page(frame: &Frame, view: &OrderView) -> Markup {
    let row = &view.shown.row;
    page(
        frame,
        html! {
            @if let Some(problem) = &view.problem { (problem) }
            div.head {
                div.title { h1 { "Order " span.num { (row.number()) } } p { (row.release()) ", " (serial_numbers(row.assets)) " " (state(row)) } }
                div.acts { (acts(view)) }
            }
            p.under { b { "What happens next: " } (next(row, view.shown.own)) }
            @if row.state() == State::Returned { (notice(Tone::Bad, html! { "It came back: " (row.reason) })) }
            (confirm(view))
            @if view.shown.may_ship { (work(view)) }
            div.parts {
                (ship_to(view))
                (serials(view))
            }
            (history(view))
        },
    )
}

fn acts(view: &OrderView) -> Markup {
    let row = &view.shown.row;
    let staffs = view.shown.staff && !view.vendor;
    html! {
        @if staffs { a.btn href=(view.vendors("")) { "In the queue" } }
        @if view.vendor && row.state() == State::Approved { a.btn href=(view.vendors("/slip")) { (icon("doc")) "Packing slip" } }
        @if view.shown.may_edit && matches!(row.state(), State::Returned | State::Delivered) && !view.vendor {
            a.btn.primary href=(super::new_page::at(&row.release)) { (icon("plus")) "Order again" }
        }
    }
}

/// Whether the reader is asked if the address is right.
fn asked(view: &OrderView) -> bool {
    let shown = &view.shown;
    shown.own && shown.row.waits_for_address() && !shown.ship_to.is_empty() && !view.vendor
}

/// "Yes, this address is right": asked of whoever it is for.
fn confirm(view: &OrderView) -> Markup {
    let shown = &view.shown;
    if !asked(view) {
        return html! {};
    }
    html! {
        section.block aria-labelledby="confirm-h" {
            h2 #confirm-h { "Is this address right?" }
            p { (lines(&shown.ship_to)) }
            (view.form(&view.path("/ship-to"), html! {
                button.btn.primary type="submit" name="right" value="1" { (icon("check")) "Yes, this address is right" }
            }))
        }
    }
}

fn ship_to(view: &OrderView) -> Markup {
    let shown = &view.shown;
    let waits = shown.row.waits_for_address();
    let entered = view.typed.as_ref().unwrap_or(&shown.ship_to);
    let typed = view.typed.is_some() || (waits && shown.own && shown.ship_to.is_empty());
    let words = if shown.ship_to.is_empty() { "Enter the address" } else { "Send it somewhere else" };
    html! {
        section aria-labelledby="to-h" {
            h2 #to-h { "Goes to" }
            @if !asked(view) { p { (lines(&shown.ship_to)) } }
            p.hint { "For " (shown.row.coordinator()) ", the Software Coordinator, " a href={ "mailto:" (shown.row.email) } { (address(&shown.row.email)) } "." }
            @if !shown.row.carrier.is_empty() && !view.open() { p { "Sent with " (parcel(&shown.row)) } }
            @if shown.may_edit && view.open() {
                details.other open[typed] {
                    summary { (words) }
                    (view.form(&view.path("/ship-to"), html! {
                        (fields(entered, view.problem.as_ref()))
                        @if shown.own {
                            label.check { input type="checkbox" name="keep" value="1" checked[shown.ship_to.is_empty()]; span { "Also my shipping address from now on" } }
                        }
                        button.btn type="submit" { "Save address" }
                    }))
                }
            }
            (cancel(view))
        }
    }
}

fn cancel(view: &OrderView) -> Markup {
    let row = &view.shown.row;
    let cancels = row.state() == State::Requested || (row.state() == State::Approved && view.shown.staff);
    html! {
        @if view.shown.may_edit && cancels {
            (view.form(&view.path("/cancel"), html! { button.btn type="submit" { (icon("x")) "Cancel order" } }))
        }
        @if view.shown.may_edit && row.state() == State::Cancelled {
            (view.form(&view.path("/cancel"), html! {
                (hidden("undo", "1")) button.btn type="submit" { (icon("back")) "Undo: order it after all" }
            }))
        }
    }
}

/// What staff do next.
fn work(view: &OrderView) -> Markup {
    let row = &view.shown.row;
    if !view.vendor {
        return html! {};
    }
    let error = |name| view.problem.as_ref().and_then(|problem| problem.of(name));
    let field = |name, label, hint, value: &String| {
        let field = Field { name, label, hint, kind: Kind::Text, value, error: error(name), autocomplete: "off" };
        field.render()
    };
    let (carrier, tracking, reason) = &view.parcel;
    html! {
        section.block aria-labelledby="work-h" {
            @match row.state() {
                State::Requested if !row.waits_for_address() => {
                    h2 #work-h { "Approve" }
                    (view.form("/vendor/shipments/approve", html! {
                        (hidden("order", &row.number().to_string()))
                        button.btn.primary type="submit" { (icon("check")) "Approve order" }
                    }))
                }
                State::Approved => {
                    h2 #work-h { "Hand it to a carrier" }
                    (view.form(&view.vendors("/ship"), html! {
                        (field("carrier", "Carrier", "For example DHL, UPS or FedEx: then the customer can follow the parcel.", carrier))
                        (field("tracking", "Number of the parcel", "Leave it empty where there is none.", tracking))
                        button.btn.primary type="submit" { (icon("to")) "Note as sent" }
                    }))
                }
                State::Shipped => {
                    h2 #work-h { "What became of it" }
                    (view.form(&view.vendors("/delivered"), html! { button.btn.primary type="submit" { (icon("check")) "Note as delivered" } }))
                    (view.form(&view.vendors("/returned"), html! {
                        (field("reason", "It came back, because", "The Contract Manager and the Software Coordinator are told in these words.", reason))
                        button.btn type="submit" { (icon("back")) "Note as returned" }
                    }))
                }
                _ => h2.vh #work-h { "Nothing to do" },
            }
        }
    }
}

fn serials(view: &OrderView) -> Markup {
    let hidden = view.shown.row.assets - i64::try_from(view.shown.serials.len()).unwrap_or(0);
    html! {
        section aria-labelledby="for-h" {
            h2 #for-h { "For these serial numbers" }
            ul.lines.serials {
                @for row in &view.shown.serials {
                    li { span.serial { (row.serial) } small { (row.product) ", contract " span.serial { (row.contract) } } }
                }
            }
            @if hidden > 0 { p.hint { "And " (count(hidden, "other one", "others")) ", of other contracts or further down." } }
        }
    }
}

fn history(view: &OrderView) -> Markup {
    html! {
        section.block aria-labelledby="history-h" {
            h2 #history-h { "What happened" }
            ol.log {
                @for event in view.shown.events.iter().rev() {
                    li { span { (happened(event, view.shown.staff)) } small.num { (long(event.at, &view.zone)) } }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shipments::list::ShipmentRow;
    use crate::web::layout::{Crumb, Place};
    use crate::web::samples;

    fn view(state: State, own: bool, vendor: bool) -> OrderView {
        let address = Address {
            recipient: "Tomás Brandt".to_owned(),
            line1: "Harbour Street 12".to_owned(),
            city: "Boston".to_owned(),
            country: "US".to_owned(),
            ..Address::default()
        };
        let shown = Shown {
            row: ShipmentRow::sample(state),
            ship_to: address,
            serials: Vec::new(),
            events: Vec::new(),
            own,
            may_edit: true,
            may_ship: vendor,
            staff: vendor,
        };
        let nothing = (String::new(), String::new(), String::new());
        let (key, csrf) = ("k".to_owned(), "t".to_owned());
        OrderView { shown, vendor, typed: None, parcel: nothing, problem: None, zone: TimeZone::UTC, key, csrf }
    }

    fn page_of(view: &OrderView) -> String {
        let crumbs = vec![Crumb::to("Orders", "/orders"), Crumb::here("30118")];
        order_page(&samples::frame("Order 30118", Place::Orders, crumbs), view).into_string()
    }

    #[test]
    fn each_state_offers_what_can_be_done() {
        let mut waits = view(State::Requested, true, false);
        waits.shown.row.stale = true;
        assert!(page_of(&waits).contains("Yes, this address is right"));
        let requested = page_of(&view(State::Requested, true, false));
        assert!(!requested.contains("Yes, this address is right") && requested.contains("Cancel order"));
        assert!(page_of(&view(State::Cancelled, true, false)).contains("order it after all"));
        let returned = page_of(&view(State::Returned, false, false));
        assert!(returned.contains("It came back: nobody of that name") && returned.contains("Order again"));
        let shipped = page_of(&view(State::Shipped, true, false));
        assert!(shipped.contains("tracking-id=JD014600003SE") && !shipped.contains("Cancel order"));
        for (state, words) in [
            (State::Requested, "Approve order"),
            (State::Approved, "Note as sent"),
            (State::Shipped, "Note as returned"),
        ] {
            assert!(page_of(&view(state, false, true)).contains(words));
            assert!(!page_of(&view(state, true, false)).contains(words), "customers do not {words}");
        }
    }
}
