//! What the pages of orders share: the state in words, addresses, the form of an address, what happened.
use super::list::ShipmentRow;
use super::rules::{State, tracking_url};
use super::show::EventRow;
use crate::ids::OrderNumber;
use crate::profile::countries::COUNTRIES;
use crate::profile::fields::Choice;
use crate::profile::rules::Address;
use crate::web::extract::Form;
use crate::web::ui::{Field, Kind, Problem, Tone, pill};
use maud::{Markup, Render, html};

/// As icon and words.
pub fn state(row: &ShipmentRow) -> Markup {
    if row.waits_for_address() {
        return pill(Tone::Warn, "clock", "Address to be confirmed");
    }
    match row.state() {
        State::Requested => pill(Tone::Info, "clock", "Waits for approval"),
        State::Approved => pill(Tone::Info, "box", "Approved"),
        State::Shipped => pill(Tone::Info, "to", "Sent"),
        State::Delivered => pill(Tone::Good, "check", "Delivered"),
        State::Returned => pill(Tone::Bad, "back", "Came back"),
        State::Cancelled => pill(Tone::Info, "x", "Cancelled"),
    }
}

/// As on a parcel.
pub fn lines(address: &Address) -> Markup {
    html! {
        @if address.is_empty() { span.muted { "No address yet" } }
        @for line in address.lines() { span.break { (line) } br; }
        @if !address.phone.is_empty() { small.muted { "Phone " (address.phone) } }
    }
}

/// With whom it travels, and where one sees how far it is.
pub fn parcel(row: &ShipmentRow) -> Markup {
    html! {
        (row.carrier)
        @if !row.tracking.is_empty() {
            ", "
            @match tracking_url(&row.carrier, &row.tracking) {
                Some(url) => a href=(url) rel="noreferrer" { span.serial { (row.tracking) } span.vh { ", follow the parcel" } },
                None => span.serial { (row.tracking) },
            }
        }
    }
}

/// The fields of an address.
pub fn fields(address: &Address, problem: Option<&Problem>) -> Markup {
    let error = |name| problem.and_then(|problem| problem.of(name));
    let text = |name, label, value: &String, autocomplete| {
        let field = Field { name, label, hint: "", kind: Kind::Text, value, error: error(name), autocomplete };
        field.render()
    };
    let mut countries = vec![("", "Choose a country")];
    countries.extend(COUNTRIES);
    let country = Choice {
        name: "country",
        label: "Country",
        hint: "",
        options: &countries,
        value: &address.country,
        error: error("country"),
        autocomplete: "shipping country",
    };
    html! {
        div.fields {
            (text("company", "Company", &address.company, "shipping organization"))
            (text("recipient", "Recipient", &address.recipient, "shipping name"))
            (text("line1", "Street and number", &address.line1, "shipping address-line1"))
            (text("line2", "Building, floor, department", &address.line2, "shipping address-line2"))
            (text("postal_code", "Postal code", &address.postal_code, "shipping postal-code"))
            (text("city", "City", &address.city, "shipping address-level2"))
            (text("region", "State, province or county", &address.region, "shipping address-level1"))
            (country.render())
            (text("phone", "Phone, for the carrier", &address.phone, "shipping tel"))
        }
    }
}

/// What stands in them.
pub fn entered(form: &Form) -> Address {
    let text = |name: &str| form.get(name).to_owned();
    Address {
        company: text("company"),
        recipient: text("recipient"),
        line1: text("line1"),
        line2: text("line2"),
        postal_code: text("postal_code"),
        city: text("city"),
        region: text("region"),
        country: text("country"),
        phone: text("phone"),
    }
}

/// What happened, a sentence. Of the vendor's people only the vendor's are told who it was.
pub fn happened(event: &EventRow, staff: bool) -> String {
    let by = match event.by(staff) {
        name if name.is_empty() => String::new(),
        name => format!(" by {name}"),
    };
    let (former, successor) = event.hands();
    let other = || OrderNumber::of(event.words.parse().unwrap_or_default());
    match event.event.as_str() {
        "requested" => format!("Ordered{by}."),
        "announced" => "Ordered with the announcement, as the Software Coordinator chose.".to_owned(),
        "joined" if event.words.is_empty() => format!("More serial numbers were put into it{by}."),
        "joined" => format!("Order {} goes to the same address and was put into it.", other()),
        "merged" => format!("It goes to the same address as order {} and became part of that.", other()),
        "confirmed" => format!("The address was confirmed{by}."),
        "ship_to" => format!("Another address was entered{by}."),
        "approved" => format!("Approved{by}."),
        "shipped" => format!("Sent{by}."),
        "delivered" => "Arrived.".to_owned(),
        "returned" => format!("Came back: {}.", event.words.trim_end_matches('.')),
        "cancelled" => format!("Cancelled{by}."),
        "restored" => format!("Wanted after all: taken up again{by}."),
        "hands" => {
            format!("{successor} became Software Coordinator in place of {former}, and is asked for the address.")
        }
        "split" => format!("{successor} became Software Coordinator of these, which were on order {}.", other()),
        "parted" => format!("Some serial numbers are {successor}’s now, and went to order {}.", other()),
        _ => String::new(),
    }
}

/// What happens next, and who does it.
pub fn next(row: &ShipmentRow, own: bool) -> String {
    let who = row.coordinator();
    match row.state() {
        State::Requested | State::Approved if row.stale => {
            "Its serial numbers have another Software Coordinator now, who is asked for the address.".to_owned()
        }
        State::Requested if !row.confirmed && own => {
            "Say that the address is right; then the vendor approves it.".to_owned()
        }
        State::Requested if !row.confirmed => {
            format!("{who} says that the address is right; then the vendor approves it.")
        }
        State::Requested => "The vendor approves it.".to_owned(),
        State::Approved if own => "The vendor packs it and hands it to a carrier. Then you get a mail.".to_owned(),
        State::Approved => format!("The vendor packs it and hands it to a carrier. Then {who} gets a mail."),
        State::Shipped => "It is on its way.".to_owned(),
        State::Delivered => "Nothing: it arrived.".to_owned(),
        State::Returned => "Order it again, to an address where it is taken.".to_owned(),
        State::Cancelled => "Nothing: it was cancelled.".to_owned(),
    }
}
