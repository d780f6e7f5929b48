//! The demo's roles: one card each, which signs in with one click.
use super::person::{PersonRef, avatar_large};
use super::samples;
use super::ui::csrf;
use maud::{Markup, html};

/// A role of the demo.
#[derive(Clone, Debug)]
pub struct RoleCard {
    /// Last segment of `/demo/sign-in/{role}`.
    pub role: String,
    /// "Contract Manager".
    pub title: String,
    /// Who it is.
    pub person: PersonRef,
    /// The company.
    pub company: String,
    /// What waits there: "3 serial numbers are still hers by default."
    pub waits: String,
    /// It is the one that the reader has now.
    pub present: bool,
}

impl RoleCard {
    /// Three of them.
    pub fn samples() -> Vec<RoleCard> {
        let card = |role: &str, title: &str, person: PersonRef, company: &str, waits: &str| RoleCard {
            role: role.to_owned(),
            title: title.to_owned(),
            person,
            company: company.to_owned(),
            waits: waits.to_owned(),
            present: false,
        };
        let [maya, tomas, ..] = samples::coordinators();
        let [mairead, _] = samples::users();
        let elena = PersonRef { you: false, ..samples::elena() };
        let firm = "Ostrava & Finch";
        vec![
            card("manager", "Contract Manager", elena, firm, "3 serial numbers on 110448270013 are hers by default."),
            card("coordinator", "Software Coordinator", maya, firm, "Coordinates 3 serial numbers; may name users."),
            card("user", "User", mairead, firm, "Has access to Draftline."),
            card("reseller", "Reseller", tomas, "Brightwell Design Partners", "Sees the contracts of 12 customers."),
        ]
    }
}

/// The cards.
pub fn role_cards(cards: &[RoleCard], token: &str) -> Markup {
    html! {
        ul.cards {
            @for card in cards {
                li.card {
                    h3 { (card.title) }
                    div.who { (avatar_large(&card.person)) span.t { b { (card.person.name) } small { (card.company) } } }
                    p { (card.waits) }
                    form method="post" action={ "/demo/sign-in/" (card.role) } {
                        (csrf(token))
                        button.btn type="submit" {
                            @if card.present { "Continue as " } @else { "Sign in as " } (card.person.first_name())
                            span.vh { ", " (card.title) }
                        }
                    }
                }
            }
        }
    }
}
