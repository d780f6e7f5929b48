//! One serial number: its facts, who gets mail about it and why, and who coordinated it when.
use crate::releases::ready::Ready;
use crate::web::layout::{Crumb, Frame, Place, page};
use crate::web::person::{PersonRef, card, name, who_can};
use crate::web::samples;
use crate::web::ui::{Tone, icon, pill};
use crate::web::words::{count, day, encoded};
use maud::{Markup, html};

/// One of the four levels that may name a coordinator.
#[derive(Clone, Debug)]
pub struct LevelTried {
    /// "This serial number", "Group Boston office", "The whole contract", "Contract Manager".
    pub level: String,
    /// "Priya Raman, assigned by Ana Ruiz on 3 May 2026", "Nobody is named", "Not reached: decided above".
    pub words: String,
    /// This level decides.
    pub won: bool,
}

/// Somebody who gets the mail.
#[derive(Clone, Debug)]
pub struct Recipient {
    /// The person.
    pub person: PersonRef,
    /// "Software Coordinator of this serial number", "Contract Manager, until Hana Sato accepts".
    pub why: String,
}

/// Somebody who would get it, but does not.
#[derive(Clone, Debug)]
pub struct Skipped {
    /// Name.
    pub name: String,
    /// "Mail to this address comes back, since 12 Nov 2026".
    pub why: String,
}

/// A time in the serial number's history.
#[derive(Clone, Debug)]
pub struct Held {
    /// Who coordinated it.
    pub person: PersonRef,
    /// "Assigned to this serial number by Ana Ruiz", "By default, as Contract Manager".
    pub how: String,
    /// First day.
    pub from: String,
    /// Last day; none: until now.
    pub until: Option<String>,
}

/// What the page shows.
#[derive(Clone, Debug)]
pub struct SerialView {
    /// Serial number.
    pub serial: String,
    /// Product name.
    pub product: String,
    /// Contract number.
    pub contract: String,
    /// The reader may open the contract's pages.
    pub contract_link: bool,
    /// Registered release.
    pub release: String,
    /// What is newer, and the reader may fetch it.
    pub ready: Option<Ready>,
    /// "Network" or "Standalone".
    pub deployment: String,
    /// Seats owned.
    pub seats: i64,
    /// Group, if it is in one.
    pub group: Option<String>,
    /// The Contract Manager.
    pub manager: PersonRef,
    /// The reader may assign, and the contract is open to changes.
    pub may_assign: bool,
    /// The day that is asked about, `YYYY-MM-DD`.
    pub on: String,
    /// That day is the present one.
    pub today: bool,
    /// The coordinator on that day.
    pub coordinator: PersonRef,
    /// "Assigned to this serial number by Ana Ruiz on 3 May 2026."
    pub because: String,
    /// The levels in the order in which they are asked.
    pub levels: Vec<LevelTried>,
    /// Who gets mail about it.
    pub recipients: Vec<Recipient>,
    /// Who does not, and why.
    pub skipped: Vec<Skipped>,
    /// Who coordinated it, the newest first.
    pub history: Vec<Held>,
}

/// The page.
pub fn serial_page(frame: &Frame, view: &SerialView) -> Markup {
    page(
        frame,
        html! {
            div.head {
                div.title { h1 { (view.product) } p { "Serial number " span.serial { (view.serial) } } }
                @if view.may_assign {
                    div.acts {
                        a.btn.primary href={ "/contracts/" (view.contract) "/coordinators/assign?serial=" (encoded(&view.serial)) } {
                            (icon("coord")) "Assign coordinator"
                        }
                    }
                }
            }
            (facts(view))
            @if !view.may_assign && !view.manager.you { (who_can(&view.manager)) }
            (explanation(view))
            (history(view))
        },
    )
}

fn facts(view: &SerialView) -> Markup {
    html! {
        dl.facts {
            div {
                dt { "Contract" }
                dd.serial {
                    @if view.contract_link { a href={ "/contracts/" (view.contract) "/products" } { (view.contract) } }
                    @else { (view.contract) }
                }
            }
            div { dt { "Release" } dd { span.num { (view.release) } @if let Some(ready) = &view.ready { " " (ready.link()) } } }
            div { dt { "Deployment" } dd { (view.deployment) ", " (count(view.seats, "seat", "seats")) } }
            div { dt { "Group" } dd { @match &view.group { Some(group) => { (group) }, None => { "No group" } } } }
        }
    }
}

/// "Who gets mail about this serial, and why": levels tried, which won, who was skipped.
fn explanation(view: &SerialView) -> Markup {
    let day = if view.today { "today".to_owned() } else { format!("on {}", day(&view.on)) };
    html! {
        section.block aria-labelledby="who-h" {
            h2 #who-h { "Software Coordinator " (day) }
            (card(&view.coordinator))
            p.because { (view.because) }
            ol.levels {
                @for level in &view.levels {
                    li.won[level.won] {
                        @if level.won { (icon("check")) } @else { (icon("to")) }
                        span { b { (level.level) } " " (level.words) }
                        @if level.won { (pill(Tone::Good, "check", "Decides")) }
                    }
                }
            }
        }
        section.block aria-labelledby="mail-h" {
            h2 #mail-h { "Who gets mail about a new release " (day) ", and why" }
            @if view.recipients.is_empty() { p.hint { "Nobody: nobody on this contract can be reached." } }
            ul.recipients {
                @for recipient in &view.recipients { li { (card(&recipient.person)) p { (recipient.why) } } }
            }
            @for skipped in &view.skipped {
                p.calm { (icon("alert")) span { b { (skipped.name) } " gets none: " (skipped.why) } }
            }
            form.row-form method="get" action={ "/products/" (encoded(&view.serial)) } {
                label.lab for="on" { "On another day" }
                input.box type="date" #on name="on" value=(view.on);
                button.btn type="submit" { "Explain" }
            }
        }
    }
}

fn history(view: &SerialView) -> Markup {
    html! {
        section.block aria-labelledby="history-h" {
            h2 #history-h { "History" }
            table.plain {
                caption.vh { "Who coordinated this serial number, and when" }
                thead { tr { th scope="col" { "Software Coordinator" } th scope="col" { "From" } th scope="col" { "Until" } } }
                tbody {
                    @for held in &view.history {
                        tr {
                            td { (name(&held.person)) small { (held.how) } }
                            td.num { (day(&held.from)) }
                            td.num { @match &held.until { Some(until) => { (day(until)) }, None => { "Now" } } }
                        }
                    }
                }
            }
        }
    }
}

impl SerialView {
    /// Hana's: invited, so the Contract Manager gets the mail, too.
    pub fn sample() -> SerialView {
        let [_, tomas, _, hana, owen] = samples::coordinators();
        let level =
            |level: &str, words: &str, won| LevelTried { level: level.to_owned(), words: words.to_owned(), won };
        let held = |person, how: &str, from: &str, until: Option<&str>| Held {
            person,
            how: how.to_owned(),
            from: from.to_owned(),
            until: until.map(str::to_owned),
        };
        SerialView {
            serial: "362-00937115".to_owned(),
            product: "Draftline LT 2027".to_owned(),
            contract: samples::CONTRACT.to_owned(),
            contract_link: true,
            release: "2027".to_owned(),
            ready: Some(Ready::sample()),
            deployment: "Standalone".to_owned(),
            seats: 5,
            group: Some("Field team".to_owned()),
            manager: samples::elena(),
            may_assign: true,
            on: "2026-11-24".to_owned(),
            today: true,
            coordinator: hana.clone(),
            because: "Assigned to this serial number by Elena Ostrava on 9 Nov 2026.".to_owned(),
            levels: vec![
                level("This serial number", "Hana Sato, assigned by Elena Ostrava on 9 Nov 2026", true),
                level("Group Field team", "Not asked: decided above", false),
                level("The whole contract", "Not asked: decided above", false),
                level("Contract Manager", "Not asked: decided above", false),
            ],
            recipients: vec![
                Recipient { person: hana.clone(), why: "Software Coordinator of this serial number".to_owned() },
                Recipient { person: samples::elena(), why: "Contract Manager, until Hana Sato accepts".to_owned() },
            ],
            skipped: vec![Skipped {
                name: owen.name,
                why: "mail to this address comes back, since 12 Nov 2026.".to_owned(),
            }],
            history: vec![
                held(hana, "Assigned to this serial number by Elena Ostrava", "2026-11-09", None),
                held(tomas, "Whole contract, by Elena Ostrava", "2026-03-01", Some("2026-11-08")),
            ],
        }
    }

    /// The frame around it.
    pub fn sample_frame() -> Frame {
        let crumbs = vec![
            Crumb::to("Contracts", "/contracts"),
            Crumb::to(samples::CONTRACT, format!("/contracts/{}/products", samples::CONTRACT)),
            Crumb::here("362-00937115"),
        ];
        samples::frame("Draftline LT 2027, serial number 362-00937115", Place::Contracts, crumbs)
    }
}
