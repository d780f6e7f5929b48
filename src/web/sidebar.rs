//! The sidebar: where the reader can go, the present company, and who is signed in. An entry appears only where its page answers.
use super::layout::{Company, Frame, Place, Reader, brand};
use super::person::avatar_large;
use super::ui::{csrf, icon};
use super::words::{encoded, number};
use maud::{Markup, html};

/// The whole of it.
pub fn sidebar(frame: &Frame) -> Markup {
    let entry = |place: Place, key: Option<&str>, href: &str, symbol: &str, words: &str, n: Option<i64>| {
        html! {
            li {
                a href=(href) data-go=[key] data-text=(words) aria-current=[(frame.place == place).then_some("page")] {
                    (icon(symbol)) (words) @if let Some(n) = n { span.n { (number(n)) } }
                }
            }
        }
    };
    let nav = frame.nav;
    html! {
        nav.side #side popover aria-label="Main" {
            (brand())
            (companies(&frame.companies))
            div.nav {
                ul { (entry(Place::Home, Some("h"), "/", "home", "Home", None)) }
                @if nav.contracts.is_some() || nav.coordinators || nav.users || nav.renewals {
                    // A reseller does not administer the contracts that it sold.
                    h2 { @if nav.contracts.is_none() && !nav.coordinators && !nav.users { "Partner Center" } @else { "Contract Administration" } }
                    ul {
                        @if let Some(n) = nav.contracts {
                            (entry(Place::Contracts, Some("c"), "/contracts", "doc", "Contracts", Some(n)))
                        }
                        @if nav.coordinators {
                            (entry(Place::Coordinators, Some("u"), "/coordinators", "coord", "Manage Software Coordinators", None))
                        }
                        @if nav.users { (entry(Place::Users, Some("e"), "/users", "people", "Users", None)) }
                        @if nav.renewals { (entry(Place::Renewals, Some("r"), "/renewals", "cal", "Renewals", None)) }
                        // Of several companies the reader may not manage the present one; the Users page knows.
                        @if let (true, [company]) = (nav.coordinators, frame.companies.as_slice()) {
                            (entry(Place::CompanySignIn, None, &format!("/company/{}/sign-in", encoded(&company.number)), "lock", "Company sign-in", None))
                        }
                    }
                }
                @if nav.products || nav.notices {
                    h2 { "Your software" }
                    ul {
                        @if nav.products { (entry(Place::Products, Some("p"), "/products", "box", "Products", None)) }
                        @if nav.products { (entry(Place::Downloads, None, "/downloads", "down", "Downloads", None)) }
                        @if nav.orders { (entry(Place::Orders, None, "/orders", "box", "Orders", None)) }
                        @if nav.notices { (entry(Place::Notices, None, "/notices", "mail", "Notices", None)) }
                    }
                }
                @if nav.outbox || nav.duplicates || nav.staff_sign_in || nav.catalogue {
                    h2 { "Vendor" }
                    ul {
                        @if nav.catalogue { (entry(Place::Catalogue, None, "/vendor/releases", "down", "Releases", None)) }
                        @if nav.shipments { (entry(Place::Shipments, None, "/vendor/shipments", "box", "Shipments", None)) }
                        @if nav.outbox { (entry(Place::Outbox, None, "/vendor/outbox", "mail", "Outbox", None)) }
                        @if nav.outbox { (entry(Place::Unattended, None, "/vendor/unattended", "alert", "Unattended contracts", None)) }
                        @if nav.duplicates { (entry(Place::Duplicates, None, "/vendor/duplicates", "people", "Duplicates", None)) }
                        @if nav.staff_sign_in {
                            (entry(Place::StaffSignIn, None, "/vendor/settings/sign-in", "lock", "Sign-in of the staff", None))
                        }
                    }
                }
                @if frame.demo {
                    h2 { "Demo" }
                    ul { (entry(Place::Mail, Some("d"), "/demo/mail", "mail", "Mail of the demo", None)) }
                }
            }
            @if let Some(reader) = &frame.reader { (account(frame, reader)) }
        }
    }
}

fn account(frame: &Frame, reader: &Reader) -> Markup {
    html! {
        div.me-row {
            a.me href="/account" aria-current=[(frame.place == Place::Account).then_some("page")] {
                (avatar_large(&reader.person))
                span { b { (reader.person.name) } small { (reader.role) } }
            }
            form method="post" action="/sign-out" {
                (csrf(&frame.csrf))
                button.btn.quiet.icon type="submit" { (icon("out")) span.vh { "Sign out" } }
            }
        }
    }
}

/// The present company; with more than one, a list of links that opens without a script.
fn companies(all: &[Company]) -> Markup {
    let name = |company: &Company| {
        html! { span { b { (company.name) } small { (company.kind) " " (company.number) } } }
    };
    let Some(present) = all.iter().find(|company| company.present).or(all.first()) else { return html! {} };
    if all.len() == 1 {
        return html! { div.switch { (name(present)) } };
    }
    html! {
        details.companies {
            summary.switch { (name(present)) (icon("swap")) span.vh { "Switch company" } }
            ul {
                @for company in all {
                    li {
                        a href={ "/contracts?account=" (encoded(&company.number)) }
                            aria-current=[company.present.then_some("true")] { (name(company)) }
                    }
                }
            }
        }
    }
}
