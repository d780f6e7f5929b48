//! Help: the nine steps of the classic product and where they are now, the words, the keys.
use crate::web::layout::{Crumb, Frame, Place, bare, page};
use crate::web::samples;
use maud::{Markup, html};

const STEPS: [(&str, &str); 9] = [
    (
        "Go to “Manage Software Coordinators” on the Contract Administration page.",
        "The same entry in the sidebar. Not needed: Contracts leads to the same place.",
    ),
    ("Click on the contract.", "The same. With one contract it is one click from Home."),
    (
        "Click on the “Products” tab and select the assets.",
        "The Products tab is what opens. Tick rows, or tick none: then it is about those still yours by default.",
    ),
    (
        "Click on “Assign” at the top of the columns on the right.",
        "“Assign coordinator”, in the same place; or the key A.",
    ),
    (
        "Click on the pick list button next to the name of the current Software Coordinator.",
        "Not needed: the list of people is open.",
    ),
    (
        "Select the search category in the “Find:” box.",
        "Not needed: any field is searched. It is still there to narrow the search.",
    ),
    (
        "Enter the address in the “starting with” box and click on “Go”.",
        "Type three letters; the list follows as you type.",
    ),
    (
        "Select from the list, or “Add” if not on the list.",
        "Enter, or a click. Type a full e-mail address to add somebody new.",
    ),
    (
        "Click on “Apply to All”.",
        "Enter again, or “Apply to all”. It says before whose serial numbers change hands, and Undo takes it back.",
    ),
];

const WORDS: [(&str, &str); 8] = [
    (
        "Contract Manager",
        "Receives renewal notices, has all rights on the contract, names coordinators and users. One per contract.",
    ),
    (
        "Software Coordinator",
        "Gets the release e-mails, the downloads and the shipments of a serial number. Named by the Contract Manager, who is it by default.",
    ),
    ("User", "Anybody whom a Contract Manager, or a coordinator with that right, lets in."),
    ("Reseller", "The company that sold the contract. It sees the contracts of its own customers."),
    ("Serial number", "One licence on a contract: a product with its release, seats and group."),
    ("Group", "A part of a contract, such as an office. It may have a coordinator of its own."),
    (
        "Whole contract, also future ones",
        "A standing assignment: what is bought later is covered without work, unless the serial number or its group has its own coordinator.",
    ),
    ("By default", "Nobody is named at the serial number, its group or the contract: then it is the Contract Manager."),
];

const KEYS: [(&str, &str); 11] = [
    ("Ctrl K", "Search or jump to"),
    ("/", "Filter the table"),
    ("A", "Assign coordinator"),
    ("Space or X", "Tick the row"),
    ("↑ ↓", "Go from tick to tick"),
    ("Shift ↑ ↓", "Extend the selection"),
    ("Esc", "Clear the selection, close a dialog"),
    ("Z", "Undo what was just done"),
    ("G then H", "Home"),
    ("G then C, U or P", "Contracts, Manage Software Coordinators, Products"),
    ("?", "This page"),
];

/// The page.
pub fn help_page(frame: &Frame) -> Markup {
    let content = html! {
            div.head { div.title { h1 { "Help" } } }
            section.block aria-labelledby="steps-h" {
                h2 #steps-h { "Nine steps, old and new" }
                p.hint { "Assigning a Software Coordinator took nine steps. They all still work, on a page without tricks; most are no longer needed." }
                table.plain.steps {
                    caption.vh { "The nine steps of the classic Subscription Center and what they are now" }
                    thead { tr { th scope="col" { "Step" } th scope="col" { "Then" } th scope="col" { "Now" } } }
                    tbody {
                        @for (n, (then, now)) in STEPS.iter().enumerate() {
                            tr { th scope="row" { (n + 1) } td { (then) } td { (now) } }
                        }
                    }
                }
            }
            (list("words-h", "Words", &WORDS, false))
            (list("keys-h", "Keys", &KEYS, true))
            p.hint { "Single keys do nothing while you type, and can be switched off in " a href="/account" { "Account" } "." }
    };
    if frame.reader.is_some() { page(frame, content) } else { bare(frame, content) }
}

fn list(id: &str, title: &str, entries: &[(&str, &str)], keys: bool) -> Markup {
    html! {
        section.block aria-labelledby=(id) {
            h2 id=(id) { (title) }
            dl.defs {
                @for (term, words) in entries {
                    div { dt { @if keys { kbd { (term) } } @else { (term) } } dd { (words) } }
                }
            }
        }
    }
}

/// The frame around the sample.
pub fn sample_frame() -> Frame {
    samples::frame("Help", Place::Elsewhere, vec![Crumb::to("Home", "/"), Crumb::here("Help")])
}
