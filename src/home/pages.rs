//! Home: what needs the reader, then the contracts. The demo's home shows its roles instead.
use super::contract_people::ContractPerson;
use crate::releases::fetched::{self, Fetched};
use crate::web::contract::{ContractRow, table};
use crate::web::layout::{Crumb, Frame, Place, bare, page};
use crate::web::person::address;
use crate::web::roles::{RoleCard, role_cards};
use crate::web::samples;
use crate::web::ui::{icon, pages};
use maud::{Markup, html};

/// One thing that needs the reader: a sentence and a button.
#[derive(Clone, Debug)]
pub struct Need {
    /// "3 serial numbers on 110448270013 are yours by default."
    pub text: String,
    /// What the button says: "Assign coordinator".
    pub action: String,
    /// Where it leads.
    pub href: String,
    /// A symbol of the sprite.
    pub icon: &'static str,
}

/// Home of somebody who is signed in.
#[derive(Clone, Debug, Default)]
pub struct HomeView {
    /// At most five, the most urgent first.
    pub needs: Vec<Need>,
    /// What comes next when nothing needs the reader: "Contract 110448270013 ends on 28 Feb 2027."; may be empty.
    pub next: String,
    /// The reader's contracts, by what he or she is to them.
    pub contracts: Vec<ContractList>,
    /// Whom the reader turns to.
    pub people: Vec<ContractPerson>,
    /// Of the vendor's staff: who fetched what was announced.
    pub fetched: Vec<Fetched>,
    /// Somebody with a company but without access to anything yet is offered to ask.
    pub may_ask: bool,
}

/// Contracts under a heading.
#[derive(Clone, Debug, Default)]
pub struct ContractList {
    /// "Your contracts"
    pub title: &'static str,
    /// Of the reader's own at most ten; of a reseller's customers one page.
    pub rows: Vec<ContractRow>,
    /// There are more on the page of all contracts.
    pub more: bool,
    /// The first page, if this is not it.
    pub first: Option<String>,
    /// The next page, if there is one.
    pub next: Option<String>,
}

/// The page.
pub fn home_page(frame: &Frame, view: &HomeView) -> Markup {
    page(
        frame,
        html! {
            div.head { div.title { h1 { "Home" } } }
            section.block aria-labelledby="needs-h" {
                h2 #needs-h { "Needs you" }
                @if view.needs.is_empty() {
                    p.calm { (icon("check")) span { "Nothing needs you today. " (view.next) } }
                } @else {
                    ul.needs {
                        @for need in &view.needs {
                            li { (icon(need.icon)) p { (need.text) } a.btn href=(need.href) { (need.action) } }
                        }
                    }
                }
            }
            (fetched::chart(&view.fetched))
            @for (n, list) in view.contracts.iter().enumerate().filter(|(_, list)| !list.rows.is_empty()) {
                section.block aria-labelledby={ "contracts-" (n) } {
                    h2 id={ "contracts-" (n) } { (list.title) }
                    (table(&list.rows, false))
                    @if list.more { p.under { a href="/contracts" { "All contracts" } } }
                    (pages(list.first.as_deref(), list.next.as_deref()))
                }
            }
            @if !view.people.is_empty() {
                section.block aria-labelledby="people-h" {
                    h2 #people-h { "Your contract people" }
                    ul.lines {
                        @for one in &view.people {
                            li { b { (one.person.name) } ", " (one.role) small { a href={ "mailto:" (one.person.email) } { (address(&one.person.email)) } } }
                        }
                    }
                }
            }
            @if view.may_ask {
                p.hint { "Something missing? " a href="/access/ask" { "Ask for access" } ": your Contract Manager decides." }
            }
        },
    )
}

/// Home of the demo.
#[derive(Clone, Debug)]
pub struct DemoView {
    /// The form token.
    pub csrf: String,
    /// One card per role.
    pub roles: Vec<RoleCard>,
    /// What the demo can do so far, a sentence each.
    pub can: Vec<String>,
}

/// The roles, and what can be tried.
pub fn demo_page(frame: &Frame, view: &DemoView) -> Markup {
    bare(
        frame,
        html! {
            h1 { "Subscription Center, the demo" }
            p.lead {
                "Where the customers of a software vendor look after their subscription contracts. "
                "Choose who you are; each role opens with what waits there."
            }
            section.block aria-labelledby="roles-h" {
                h2.vh #roles-h { "Roles" }
                (role_cards(&view.roles, &view.csrf))
            }
            section.block aria-labelledby="can-h" {
                h2 #can-h { "What the demo can do so far" }
                ul.ticks { @for words in &view.can { li { (icon("check")) span { (words) } } } }
            }
            p.hint {
                "The companies are made up. Mail never leaves this machine: read it at "
                a href="/demo/mail" { "Mail of the demo" } "."
            }
        },
    )
}

impl HomeView {
    /// Elena's.
    pub fn sample() -> HomeView {
        let need = |text: &str, action: &str, href: &str, icon| Need {
            text: text.to_owned(),
            action: action.to_owned(),
            href: href.to_owned(),
            icon,
        };
        HomeView {
            fetched: Vec::new(),
            needs: vec![
                need(
                    "Mail to Owen Reyes, who coordinates 1 serial number, comes back.",
                    "Hand over",
                    "/people/p-owen",
                    "alert",
                ),
                need(
                    "3 serial numbers on 110448270013 are yours by default.",
                    "Assign coordinator",
                    "/contracts/110448270013/products?coordinator=default",
                    "coord",
                ),
                need("Hana Sato has not accepted since 9 Nov.", "See Hana Sato", "/people/p-hana", "mail"),
            ],
            next: "Contract 110448270013 ends on 28 Feb 2027.".to_owned(),
            contracts: vec![ContractList {
                title: "Your contracts",
                rows: ContractRow::samples(),
                more: true,
                ..ContractList::default()
            }],
            people: Vec::new(),
            may_ask: false,
        }
    }

    /// The frame around it.
    pub fn sample_frame() -> Frame {
        samples::frame("Home", Place::Home, vec![Crumb::here("Home")])
    }
}

impl DemoView {
    /// Four roles.
    pub fn sample() -> DemoView {
        DemoView {
            csrf: "sample-token".to_owned(),
            roles: RoleCard::samples(),
            can: vec![
                "Give each serial number its Software Coordinator, see what changes before, undo it after.".to_owned(),
                "Hand everything that somebody coordinates to somebody else, across contracts.".to_owned(),
                "Ask who gets mail about a serial number, and why.".to_owned(),
            ],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_to_do_says_so_and_what_comes_next() {
        let view = HomeView { needs: Vec::new(), ..HomeView::sample() };
        let page = home_page(&HomeView::sample_frame(), &view).into_string();
        assert!(page.contains("Nothing needs you today. Contract 110448270013 ends on 28 Feb 2027."));
    }
}
