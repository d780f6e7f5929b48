//! The page on which a Contract Manager decides a purchase that came under an unknown address.
use crate::web::layout::{Crumb, Frame, Place, page};
use crate::web::person::{PersonRef, card};
use crate::web::samples;
use crate::web::ui::{Problem, csrf, icon};
use crate::web::words::encoded;
use maud::{Markup, html};

/// What it shows.
#[derive(Clone, Debug)]
pub struct AdoptionPage {
    /// The contract.
    pub number: String,
    /// The company.
    pub company: String,
    /// When it came: "24 Nov 2026".
    pub came: String,
    /// Whom the purchase names.
    pub named: PersonRef,
    /// `kept`, `handed`; none: to be decided.
    pub decision: Option<String>,
    /// The reader may decide.
    pub may_decide: bool,
    /// Why it could not be done.
    pub problem: Option<Problem>,
    /// The form token.
    pub csrf: String,
}

/// The page.
pub fn adoption_page(frame: &Frame, view: &AdoptionPage) -> Markup {
    let (name, contract) = (view.named.display(), format!("/contracts/{}", encoded(&view.number)));
    page(
        frame,
        html! {
            @if let Some(problem) = &view.problem { (problem) }
            div.head { div.title {
                h1 { "A purchase under an address nobody here knows" }
                p { "Contract " b { (view.number) } " came on " (view.came) " for " (view.company) "." }
            } }
            section.block aria-labelledby="named-h" {
                h2 #named-h { "It names as Contract Manager" }
                (card(&view.named))
            }
            @match view.decision.as_deref() {
                Some("handed") => p.calm { (icon("check")) span { (name) " is the Contract Manager." } },
                Some(_) => p.calm { (icon("check")) span { "The contract was kept. " a href={ (contract) "/products" } { "Open it" } "." } },
                None if view.may_decide => { (choice(view, &name, &contract)) }
                None => p.under.hint { "The present Contract Manager decides." },
            }
        },
    )
}

/// Both buttons say what they do; neither is the default of a stray Enter, since there is no field.
fn choice(view: &AdoptionPage, name: &str, contract: &str) -> Markup {
    let action = format!("{contract}/adoption");
    html! {
        p.under { "It came to you, the present Contract Manager: you get its notices and have all rights to it. Until you decide, " (name) " sees nothing of it." }
        section.block aria-labelledby="keep-h" {
            h2 #keep-h { "Keep it" }
            p { "You stay its Contract Manager. You can let " (name) " in as a User or name Software Coordinator at any time." }
            form method="post" action=(action) {
                (csrf(&view.csrf))
                button.btn type="submit" name="decision" value="keep" { (icon("check")) "Keep the contract" }
            }
        }
        section.block aria-labelledby="hand-h" {
            h2 #hand-h { "Let " (name) " manage it" }
            p { "You confirm that " (name) " belongs to " (view.company) ". The contract’s rights, renewal notices and default coordination go over at once, and you no longer manage it. Your other contracts stay yours." }
            form method="post" action=(action) {
                (csrf(&view.csrf))
                button.btn type="submit" name="decision" value="hand" { (icon("to")) "Make Contract Manager" span.vh { ": " (name) } }
            }
        }
    }
}

impl AdoptionPage {
    /// Kim's.
    pub fn sample() -> Self {
        Self {
            number: "110512330041".to_owned(),
            company: "Ostrava & Finch Architects".to_owned(),
            came: "24 Nov 2026".to_owned(),
            named: PersonRef::new("Kim Oduya", "k.oduya@ostrava.example", "p-kim", "p-kim"),
            decision: None,
            may_decide: true,
            problem: None,
            csrf: "sample-token".to_owned(),
        }
    }

    /// The frame around it.
    pub fn sample_frame() -> Frame {
        samples::frame(
            "A purchase came to you",
            Place::Contracts,
            vec![Crumb::to("Home", "/"), Crumb::here("Purchase")],
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_decided_and_who_may_not_decide_has_no_buttons() {
        let page = |view: AdoptionPage| adoption_page(&AdoptionPage::sample_frame(), &view).into_string();
        assert!(page(AdoptionPage::sample()).contains("Keep the contract"));
        for decision in ["kept", "handed"] {
            let done = AdoptionPage { decision: Some(decision.to_owned()), ..AdoptionPage::sample() };
            assert!(!page(done).contains("value=\"hand\""));
        }
        let staff = AdoptionPage { may_decide: false, ..AdoptionPage::sample() };
        assert!(
            !page(staff.clone()).contains("value=\"keep\"") && page(staff).contains("present Contract Manager decides")
        );
    }
}
