//! Packing slips to print: what is in the parcel and for whom. No prices.
use super::show::Slip;
use super::views::lines;
use crate::web::layout::{Frame, page};
use crate::web::ui::{empty, icon};
use crate::web::words::serial_numbers;
use maud::{Markup, html};

/// What the page shows.
#[derive(Clone, Debug)]
pub struct SlipsView {
    /// One for each parcel.
    pub slips: Vec<Slip>,
    /// Who sends it.
    pub vendor: String,
    /// Whom to call about it: "+1 617 555 0142, contracts@vendor.example"
    pub contact: String,
    /// The day: "24 Nov 2026"
    pub today: String,
}

/// The page: each slip begins a sheet of paper.
pub fn slips_page(frame: &Frame, view: &SlipsView) -> Markup {
    let title = match view.slips.as_slice() {
        [one] => format!("Packing slip of order {}", one.row.number()),
        all => format!("{} packing slips", all.len()),
    };
    page(
        frame,
        html! {
            div.head.no-print {
                div.title { h1 { (title) } p { "Print this page: each slip is a sheet of its own." } }
                div.acts { a.btn href="/vendor/shipments?state=approved" { (icon("back")) "Approved orders" } }
            }
            @if view.slips.is_empty() {
                (empty("No slip to print", html! { "Slips are printed of approved orders. " a href="/vendor/shipments?state=requested" { "Approve orders" } "." }))
            }
            @for slip in &view.slips { (sheet(view, slip)) }
        },
    )
}

fn sheet(view: &SlipsView, slip: &Slip) -> Markup {
    let row = &slip.row;
    let more = row.assets - i64::try_from(slip.serials.len()).unwrap_or(0);
    html! {
        article.slip aria-labelledby={ "slip-" (row.number()) } {
            div.slip-top {
                div { p.lead { (view.vendor) } h2 id={ "slip-" (row.number()) } { "Packing slip, order " span.num { (row.number()) } } p.hint { (view.today) } }
                address { (lines(&slip.ship_to)) }
            }
            dl.defs {
                div { dt { "Contents" } dd { "Media of " (row.release()) } }
                div { dt { "For" } dd { (row.coordinator()) ", " (row.company) } }
                div { dt { "Serial numbers" } dd { (serial_numbers(row.assets)) } }
            }
            table.plain {
                caption.vh { "Serial numbers of order " (row.number()) }
                thead { tr { th scope="col" { "Serial number" } th scope="col" { "Product" } th.c-2 scope="col" { "Contract" } th.c-3 scope="col" { "Seats" } } }
                tbody {
                    @for one in &slip.serials {
                        tr { td.serial { (one.serial) } td { (one.product) } td.c-2.serial { (one.contract) } td.c-3.num { (one.seats) } }
                    }
                }
            }
            @if more > 0 { p.hint { "And " (serial_numbers(more)) " more; the order lists them." } }
            @if !view.contact.is_empty() { p.hint { "Questions? " (view.contact) } }
        }
    }
}
