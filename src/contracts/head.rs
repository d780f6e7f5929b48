//! The head of a contract's pages: number, status, facts, tabs.
use crate::web::contract::ContractStatus;
use crate::web::person::{PersonRef, name};
use crate::web::samples;
use crate::web::ui::{Tone, notice};
use crate::web::words::{day, in_days, number};
use maud::{Markup, html};

/// What stands above each tab of a contract.
#[derive(Clone, Debug)]
pub struct ContractHead {
    /// Contract number.
    pub number: String,
    /// "Ostrava & Finch Architects, maintenance": company and program.
    pub name: String,
    /// Where it stands.
    pub status: ContractStatus,
    /// The Contract Manager.
    pub manager: PersonRef,
    /// The reseller of record; empty: sold direct.
    pub reseller: String,
    /// First day.
    pub starts_on: String,
    /// Last day.
    pub ends_on: String,
    /// Days until then; negative once it has ended.
    pub ends_in: i64,
    /// Serial numbers that the reader sees.
    pub products: i64,
    /// The reader may see the Activity tab.
    pub activity: bool,
    /// The reader may see the Renewal tab.
    pub renewal: bool,
    /// Which roles seem vacant, as a sentence; may be empty.
    pub vacant: String,
}

/// The present tab.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    /// Serial numbers and their coordinators.
    Products,
    /// Who is what to it.
    People,
    /// Change sets.
    Activity,
    /// How it is renewed.
    Renewal,
}

impl ContractHead {
    /// The prototype's contract.
    pub fn sample() -> ContractHead {
        ContractHead {
            number: samples::CONTRACT.to_owned(),
            name: "Ostrava & Finch Architects, maintenance".to_owned(),
            status: ContractStatus::Active,
            manager: samples::elena(),
            reseller: "Brightwell Design Partners".to_owned(),
            starts_on: "2026-03-01".to_owned(),
            ends_on: "2027-02-28".to_owned(),
            ends_in: 96,
            products: 12,
            activity: true,
            renewal: true,
            vacant: String::new(),
        }
    }

    /// Whether anything on it may still be changed.
    pub fn open(&self) -> bool {
        self.status != ContractStatus::Lapsed
    }

    /// Head, facts and tabs.
    pub fn markup(&self, tab: Tab) -> Markup {
        html! { (self.plain()) (self.tabs(tab)) }
    }

    /// Head and facts, for whoever opens one page of the contract and no other.
    pub fn plain(&self) -> Markup {
        html! {
            div.head {
                div.title {
                    h1 { "Contract " span.serial { (self.number) } }
                    (self.status.pill())
                    p { (self.name) }
                }
            }
            dl.facts {
                div {
                    dt { "Contract Manager" }
                    dd { @if self.manager.you { (self.manager.name) " " small { "you" } } @else { (name(&self.manager)) } }
                }
                div { dt { "Reseller" } dd { @if self.reseller.is_empty() { "Sold direct" } @else { (self.reseller) } } }
                div { dt { "Started" } dd.num { (day(&self.starts_on)) } }
                div {
                    dt { "Renewal" }
                    dd.num {
                        @if self.ends_in >= 0 { "Ends " (day(&self.ends_on)) ", " (in_days(self.ends_in)) "." }
                        @else { "Ended " (day(&self.ends_on)) ", " (in_days(self.ends_in)) "." }
                    }
                }
            }
            (self.standing())
            @if !self.vacant.is_empty() {
                (notice(Tone::Warn, html! {
                    (self.vacant) " Mail also goes to the Contract Manager, the backup contact and the reseller; rights stay as they are. "
                    a href={ "/contracts/" (self.number) "/people" } { "See the people" } "."
                }))
            }
        }
    }

    fn standing(&self) -> Markup {
        match &self.status {
            ContractStatus::Active => html! {},
            ContractStatus::Upcoming(on) => notice(
                Tone::Info,
                html! { "This contract begins on " (day(on)) ". You can already name coordinators." },
            ),
            ContractStatus::Grace(until) => notice(
                Tone::Warn,
                html! { "This contract has ended. Until " (day(until)) " it can still be changed; then it can only be read." },
            ),
            ContractStatus::Lapsed => notice(
                Tone::Bad,
                html! { "This contract has lapsed. You can read it, and its history, but nothing on it can be changed." },
            ),
        }
    }

    fn tabs(&self, tab: Tab) -> Markup {
        let current = |this| (tab == this).then_some("page");
        let base = format!("/contracts/{}", self.number);
        html! {
            nav.tabs aria-label={ "Contract " (self.number) } {
                ul {
                    li {
                        a href={ (base) "/products" } aria-current=[current(Tab::Products)] {
                            "Products " span.n { (number(self.products)) }
                        }
                    }
                    li { a href={ (base) "/people" } aria-current=[current(Tab::People)] { "People" } }
                    @if self.renewal {
                        li { a href={ (base) "/renewal" } aria-current=[current(Tab::Renewal)] { "Renewal" } }
                    }
                    @if self.activity {
                        li { a href={ (base) "/activity" } aria-current=[current(Tab::Activity)] { "Activity" } }
                    }
                }
            }
        }
    }
}
