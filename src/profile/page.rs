//! The reader's own page: names, language, time zone, colours, keys, shipping address; below them what is done seldom.
use super::countries::COUNTRIES;
use super::fields::Choice;
use super::rules::{LANGUAGES, Profile};
use crate::web::layout::{Crumb, Frame, Place, Theme, page};
use crate::web::samples;
use crate::web::ui::{Field, Kind, Problem, csrf, icon};
use crate::web::words::encoded;
use maud::{Markup, Render, html};

/// One of the reader's companies.
#[derive(Clone, Debug)]
pub struct AccountCompany {
    /// Name.
    pub name: String,
    /// Account number.
    pub number: String,
    /// "Contract Manager of 4 contracts, Software Coordinator of 12 serial numbers".
    pub roles: String,
    /// The reader manages a contract of it, and sets up how its people sign in.
    pub manages: bool,
}

/// What the page shows.
#[derive(Clone, Debug)]
pub struct AccountView {
    /// The address.
    pub email: String,
    /// The profile as stored, or as it was typed.
    pub profile: Profile,
    /// The version that it is about.
    pub version: i64,
    /// "1 Nov 2026": when the shipping address was checked; empty: there is none.
    pub checked: String,
    /// The vendor's time zone, which holds where none is chosen.
    pub vendor_zone: String,
    /// The names of all time zones.
    pub zones: Vec<String>,
    /// The companies; empty for the vendor's people.
    pub companies: Vec<AccountCompany>,
    /// Why it was not saved.
    pub problem: Option<Problem>,
    /// The form token.
    pub csrf: String,
    /// Sections of others, below the form.
    pub below: Vec<Markup>,
}

/// The page.
pub fn account_page(frame: &Frame, view: &AccountView) -> Markup {
    page(
        frame,
        html! {
            @if let Some(problem) = &view.problem { (problem) }
            div.head { div.title { h1 { "Account" } p.break { (view.email) } } }
            (form(view))
            (companies(&view.companies))
            @for section in &view.below { (section) }
            section.block aria-labelledby="out-h" {
                h2 #out-h { "Sign out" }
                form method="post" action="/sign-out" {
                    (csrf(&view.csrf)) button.btn type="submit" { (icon("out")) "Sign out" }
                }
            }
        },
    )
}

fn companies(all: &[AccountCompany]) -> Markup {
    html! {
        @if !all.is_empty() {
            section.block aria-labelledby="companies-h" {
                h2 #companies-h { "Companies" }
                ul.lines {
                    @for company in all {
                        li {
                            b { (company.name) } " " span.muted.num { (company.number) } small { (company.roles) }
                            @if company.manages {
                                a href={ "/company/" (encoded(&company.number)) "/sign-in" } { "Company sign-in" span.vh { " of " (company.name) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn form(view: &AccountView) -> Markup {
    html! {
        form.stack-form.profile method="post" action="/account" novalidate {
            (csrf(&view.csrf)) input type="hidden" name="version" value=(view.version);
            (names(view))
            (display(view))
            (address(view))
            button.btn.primary type="submit" { "Save" }
        }
    }
}

fn text(
    view: &AccountView,
    name: &'static str,
    label: &'static str,
    value: &str,
    autocomplete: &'static str,
) -> Markup {
    let error = view.problem.as_ref().and_then(|problem| problem.of(name));
    Field { name, label, hint: "", kind: Kind::Text, value, error, autocomplete }.render()
}

fn names(view: &AccountView) -> Markup {
    let (profile, error) = (&view.profile, |name| view.problem.as_ref().and_then(|problem| problem.of(name)));
    let language = Choice {
        name: "language",
        label: "Language",
        hint: "Of mails and pages, where they are translated. Today they are in English only; your choice is kept.",
        options: LANGUAGES,
        value: &profile.language,
        error: error("language"),
        autocomplete: "language",
    };
    let zones: Vec<(&str, &str)> = view.zones.iter().map(|zone| (zone.as_str(), "")).collect();
    let hint = format!(
        "Type a city, for example Berlin. Times are shown in it. Empty: as the vendor, {}. What happens on a day happens \
         on the vendor’s day.",
        view.vendor_zone
    );
    let zone = Choice {
        name: "time_zone",
        label: "Time zone",
        hint: &hint,
        options: &zones,
        value: &profile.time_zone,
        error: error("time_zone"),
        autocomplete: "off",
    };
    html! {
        (text(view, "first_name", "First name", &profile.first_name, "given-name"))
        (text(view, "last_name", "Last name", &profile.last_name, "family-name"))
        (language.render())
        (zone.searched())
    }
}

fn display(view: &AccountView) -> Markup {
    let themes = [(Theme::System, "As the device"), (Theme::Light, "Light"), (Theme::Dark, "Dark")];
    html! {
        fieldset.seg {
            legend { "Colours" }
            @for (theme, words) in themes {
                label {
                    input type="radio" name="theme" value=(theme.word()) checked[theme.word() == view.profile.theme];
                    (words)
                }
            }
        }
        label.check {
            input type="checkbox" #shortcuts name="shortcuts" value="on" checked[view.profile.shortcuts];
            span { "Single-key shortcuts" small { "A, Z, / and others, listed in Help. Ctrl K always works." } }
        }
    }
}

fn address(view: &AccountView) -> Markup {
    let address = &view.profile.address;
    let mut countries = vec![("", "Choose a country")];
    countries.extend(COUNTRIES);
    let country = Choice {
        name: "country",
        label: "Country",
        hint: "",
        options: &countries,
        value: &address.country,
        error: view.problem.as_ref().and_then(|problem| problem.of("country")),
        autocomplete: "shipping country",
    };
    html! {
        fieldset.fields #shipping {
            legend { h2 { "Shipping address" } }
            p.hint { "Where media and other shipments go that are for you. Leave everything empty to have none." }
            (text(view, "company", "Company", &address.company, "shipping organization"))
            (text(view, "recipient", "Recipient", &address.recipient, "shipping name"))
            (text(view, "line1", "Street and number", &address.line1, "shipping address-line1"))
            (text(view, "line2", "Building, floor, department", &address.line2, "shipping address-line2"))
            (text(view, "postal_code", "Postal code", &address.postal_code, "shipping postal-code"))
            (text(view, "city", "City", &address.city, "shipping address-level2"))
            (text(view, "region", "State, province or county", &address.region, "shipping address-level1"))
            (country.render())
            (text(view, "phone", "Phone, for the carrier", &address.phone, "shipping tel"))
            @if !view.checked.is_empty() {
                label.check {
                    input type="checkbox" name="checked" value="on";
                    span { "This address is still right" small { "Checked on " (view.checked) "." } }
                }
            }
        }
    }
}

impl AccountView {
    /// Elena's.
    pub fn sample() -> AccountView {
        let elena = samples::elena();
        let address = super::rules::Address {
            company: "Ostrava & Finch".to_owned(),
            recipient: elena.name.clone(),
            line1: "Harbour Street 12".to_owned(),
            postal_code: "02110".to_owned(),
            city: "Boston".to_owned(),
            region: "Massachusetts".to_owned(),
            country: "US".to_owned(),
            ..Default::default()
        };
        AccountView {
            email: elena.email,
            profile: Profile {
                first_name: "Elena".to_owned(),
                last_name: "Ostrava".to_owned(),
                language: "en".to_owned(),
                time_zone: "America/New_York".to_owned(),
                theme: "system".to_owned(),
                shortcuts: true,
                address,
            },
            version: 1,
            checked: "1 Nov 2026".to_owned(),
            vendor_zone: "UTC".to_owned(),
            zones: vec!["America/New_York".to_owned(), "Europe/Berlin".to_owned(), "UTC".to_owned()],
            companies: vec![AccountCompany {
                name: "Ostrava & Finch".to_owned(),
                number: "5102-3384".to_owned(),
                roles: "Contract Manager of 4 contracts".to_owned(),
                manages: true,
            }],
            problem: None,
            csrf: "sample-token".to_owned(),
            below: Vec::new(),
        }
    }

    /// The frame around it.
    pub fn sample_frame() -> Frame {
        samples::frame("Account", Place::Account, vec![Crumb::to("Home", "/"), Crumb::here("Account")])
    }
}
