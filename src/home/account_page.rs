//! The reader's own page: name, address, companies, theme, keys, sign out.
use crate::web::layout::{Crumb, Frame, Place, Theme, page};
use crate::web::samples;
use crate::web::ui::{csrf, hidden, icon};
use maud::{Markup, html};

/// One of the reader's companies.
#[derive(Clone, Debug)]
pub struct AccountCompany {
    /// Name.
    pub name: String,
    /// Account number.
    pub number: String,
    /// "Contract Manager of 4 contracts, Software Coordinator of 12 serial numbers".
    pub roles: String,
}

/// What the page shows.
#[derive(Clone, Debug)]
pub struct AccountView {
    /// Name.
    pub name: String,
    /// Address.
    pub email: String,
    /// The companies; empty for the vendor's people.
    pub companies: Vec<AccountCompany>,
    /// The colours chosen.
    pub theme: Theme,
    /// The form token.
    pub csrf: String,
}

/// The page.
pub fn account_page(frame: &Frame, view: &AccountView) -> Markup {
    let themes = [(Theme::System, "As the device"), (Theme::Light, "Light"), (Theme::Dark, "Dark")];
    page(
        frame,
        html! {
            div.head { div.title { h1 { "Account" } } }
            dl.facts {
                div { dt { "Name" } dd { (view.name) } }
                div { dt { "E-mail" } dd.break { (view.email) } }
            }
            @if !view.companies.is_empty() {
                section.block aria-labelledby="companies-h" {
                    h2 #companies-h { "Companies" }
                    ul.lines {
                        @for company in &view.companies {
                            li { b { (company.name) } " " span.muted.num { (company.number) } small { (company.roles) } }
                        }
                    }
                }
            }
            section.block aria-labelledby="theme-h" {
                h2 #theme-h { "Colours" }
                form.row-form method="post" action="/account/theme" {
                    (csrf(&view.csrf)) (hidden("return_to", "/account"))
                    fieldset.seg {
                        legend.vh { "Colours" }
                        @for (theme, words) in themes {
                            label { input type="radio" name="theme" value=(theme.word()) checked[theme == view.theme]; (words) }
                        }
                    }
                    button.btn type="submit" { "Save" }
                }
            }
            section.block.scripted aria-labelledby="keys-h" {
                h2 #keys-h { "Keys" }
                label.check {
                    input type="checkbox" #keys checked;
                    span { "Single-key shortcuts" small { "A, Z, / and others, listed in Help. Kept on this device." } }
                }
            }
            section.block aria-labelledby="out-h" {
                h2 #out-h { "Sign out" }
                form method="post" action="/sign-out" {
                    (csrf(&view.csrf)) button.btn type="submit" { (icon("out")) "Sign out" }
                }
            }
        },
    )
}

impl AccountView {
    /// Elena's.
    pub fn sample() -> AccountView {
        let elena = samples::elena();
        AccountView {
            name: elena.name,
            email: elena.email,
            companies: vec![AccountCompany {
                name: "Ostrava & Finch".to_owned(),
                number: "5102-3384".to_owned(),
                roles: "Contract Manager of 4 contracts".to_owned(),
            }],
            theme: Theme::System,
            csrf: "sample-token".to_owned(),
        }
    }

    /// The frame around it.
    pub fn sample_frame() -> Frame {
        samples::frame("Account", Place::Account, vec![Crumb::to("Home", "/"), Crumb::here("Account")])
    }
}
