//! The table of serial numbers: a native table whose columns merge under the product on narrow screens.
use crate::releases::ready::Ready;
use crate::web::person::{PersonRef, PersonState, address, avatar, avatar_default, name, state};
use crate::web::ui::{Tone, pill};
use crate::web::words::{count, day_short, encoded, number};
use maud::{Markup, html};

/// Which level names the coordinator of a serial number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The serial number itself.
    Asset,
    /// Its group.
    Group,
    /// The whole contract.
    Contract,
    /// Nobody: the Contract Manager by default.
    Default,
}

impl Source {
    fn word(self) -> &'static str {
        match self {
            Source::Asset => "asset",
            Source::Group => "group",
            Source::Contract => "contract",
            Source::Default => "default",
        }
    }
}

/// A dated assignment that a reader of the table should know of.
#[derive(Clone, Debug)]
pub enum Dated {
    /// In force, and ends on this day.
    Until(String),
    /// Planned from this day for this person (the name; for a cleared one the words "by default").
    From(String, String),
}

/// One serial number.
#[derive(Clone, Debug)]
pub struct AssetRow {
    /// Serial number.
    pub serial: String,
    /// Product name.
    pub product: String,
    /// "Network" or "Standalone".
    pub deployment: &'static str,
    /// Registered release.
    pub release: String,
    /// What is newer, and the reader may fetch it.
    pub ready: Option<Ready>,
    /// Seats owned.
    pub seats: i64,
    /// Group, if it is in one.
    pub group: Option<String>,
    /// The effective coordinator.
    pub coordinator: PersonRef,
    /// Where that comes from.
    pub source: Source,
    /// Dated assignments, the earliest first.
    pub dated: Vec<Dated>,
    /// Changed by what was just done.
    pub just: bool,
}

/// The table with its head. `pick`: rows can be ticked and each has its own "Assign coordinator".
pub fn table(contract: &str, rows: &[AssetRow], pick: bool) -> Markup {
    html! {
        table.unpicked[!pick] {
            caption.vh {
                "Serial numbers on contract " (contract) " with group, seats, Software Coordinator and release"
            }
            thead {
                tr {
                    @if pick {
                        th scope="col" {
                            // Without a script there is no tick for all, and yet the column has a name.
                            span.vh { "Ticked" }
                            label.pick.scripted {
                                input type="checkbox" #all; span.vh { "Select all serial numbers" }
                            }
                        }
                    }
                    th scope="col" { "Product" }
                    th.c-serial scope="col" { "Serial number" }
                    th.c-group scope="col" { "Group" }
                    th.c-seats scope="col" { "Seats" }
                    th.c-who scope="col" { span.lg-only { "Software " } "Coordinator" }
                    th.c-rel scope="col" { "Release" }
                    @if pick { th.c-act scope="col" { span.vh { "Action" } } }
                }
            }
            tbody #rows { @for row in rows { (line(row, pick)) } }
        }
    }
}

fn line(row: &AssetRow, pick: bool) -> Markup {
    let serial = &row.serial;
    let (group, none) = (row.group.as_deref().unwrap_or("No group"), row.group.is_none());
    html! {
        tr.just[row.just] data-who=(row.coordinator.email) data-src=(row.source.word()) data-serial=(serial) {
            @if pick {
                td {
                    label.pick {
                        input type="checkbox" name="serial" value=(serial);
                        span.vh { "Select " (row.product) ", serial number " (serial) }
                    }
                }
            }
            td.prod {
                a href={ "/products/" (encoded(serial)) } { (row.product) }
                small.wide { (row.deployment) span.g-in { " · " (group) } }
                small.narrow {
                    span.serial { (serial) } br;
                    (row.deployment) ", " (count(row.seats, "seat", "seats")) ", " (group)
                    span.rel-in { ", release " (row.release) @if let Some(ready) = &row.ready { br; (ready.link()) } }
                }
            }
            td.c-serial { span.serial { (serial) } }
            td.c-group { span.muted[none] { (group) } }
            td.c-seats.num { (number(row.seats)) }
            td.c-who { (who(row)) }
            td.c-rel { span.num { (row.release) } @if let Some(ready) = &row.ready { (ready.link()) } }
            @if pick {
                td.c-act {
                    // Its symbol is in the style sheet: 50 references to the sprite would weigh as much as the head of the page.
                    button.row-act type="submit" name="only" value=(serial) {
                        span.tip { "Assign coordinator" }
                        span.vh { " for " (row.product) ", serial number " (serial) }
                    }
                }
            }
        }
    }
}

/// The coordinator's cell: never empty, always with its source.
fn who(row: &AssetRow) -> Markup {
    let person = &row.coordinator;
    let default = row.source == Source::Default;
    let settled = row.dated.is_empty() && (default || person.state == PersonState::Reached);
    html! {
        div.who {
            @if default { (avatar_default(person)) } @else { (avatar(person)) }
            span.t {
                span.l1 {
                    (name(person))
                    @match (row.source, &row.group) {
                        (Source::Group, Some(group)) => { " " span.src { "Group: " (group) } }
                        (Source::Contract, _) => { " " span.src { "Whole contract" } }
                        _ => {}
                    }
                    @if !settled {
                        @if !default { " " (state(person.state)) }
                        @for dated in &row.dated { " " (pill(Tone::Info, "cal", &words(dated))) }
                    }
                }
                @if default { small { "By default, as Contract Manager" } }
                @else { small.mail { (address(&person.email)) } }
            }
        }
    }
}

fn words(dated: &Dated) -> String {
    match dated {
        Dated::Until(on) => format!("until {}", day_short(on)),
        Dated::From(on, name) => format!("From {}: {name}", day_short(on)),
    }
}
