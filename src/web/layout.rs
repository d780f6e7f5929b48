//! The frame of every page: head, sidebar, top bar, message, contact line. Pages give it their content.
use super::assets::{ICONS, modules, url};
use super::person::PersonRef;
use super::ui::{Flash, csrf, hidden, icon};
use maud::{DOCTYPE, Markup, PreEscaped, html};

/// Which colours a person chose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the device is set.
    #[default]
    System,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

impl Theme {
    /// As stored, and as sent by the forms: `system`, `light` or `dark`.
    pub fn word(self) -> &'static str {
        match self {
            Theme::System => "system",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }
}

/// One step of the path above a page.
#[derive(Clone, Debug)]
pub struct Crumb {
    /// What the page is called.
    pub text: String,
    /// Where it is; none for the present page.
    pub href: Option<String>,
}

impl Crumb {
    /// A page further up.
    pub fn to(text: impl Into<String>, href: impl Into<String>) -> Crumb {
        Crumb { text: text.into(), href: Some(href.into()) }
    }

    /// The present page.
    pub fn here(text: impl Into<String>) -> Crumb {
        Crumb { text: text.into(), href: None }
    }
}

/// Which entry of the sidebar is the present one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Place {
    /// None of them.
    #[default]
    Elsewhere,
    /// Home.
    Home,
    /// Contract Administration: Contracts.
    Contracts,
    /// Contract Administration: Manage Software Coordinators.
    Coordinators,
    /// Contract Administration: Users.
    Users,
    /// Contract Administration: Renewals.
    Renewals,
    /// Your software: Products.
    Products,
    /// Your software: Downloads.
    Downloads,
    /// Your software: orders.
    Orders,
    /// The vendor's: shipments.
    Shipments,
    /// The vendor's: releases.
    Catalogue,
    /// Your software: notices.
    Notices,
    /// The vendor's: every mail.
    Outbox,
    /// The vendor's: unattended contracts.
    Unattended,
    /// Contract Administration: the company's own sign-in.
    CompanySignIn,
    /// The vendor's: duplicates.
    Duplicates,
    /// The vendor's: the sign-in of its people.
    StaffSignIn,
    /// Mail of the demo.
    Mail,
    /// Account.
    Account,
}

/// Which entries of the sidebar the reader has. An entry appears only where its page answers.
#[derive(Clone, Copy, Debug, Default)]
pub struct Nav {
    /// How many contracts the reader may see; none: no Contracts page.
    pub contracts: Option<i64>,
    /// Manage Software Coordinators, for Contract Managers.
    pub coordinators: bool,
    /// Users, for those who name them.
    pub users: bool,
    /// Renewals, for Contract Managers, resellers and the vendor's people.
    pub renewals: bool,
    /// Products, for people with serial numbers of their own.
    pub products: bool,
    /// Orders, for whoever may order media.
    pub orders: bool,
    /// Shipments, for the vendor's people who look after them, and for whoever reads.
    pub shipments: bool,
    /// Approving and shipping.
    pub ships: bool,
    /// Releases, for the vendor's people.
    pub catalogue: bool,
    /// Entering and changing releases.
    pub edits_catalogue: bool,
    /// Duplicates, for the vendor's people who look after customers.
    pub duplicates: bool,
    /// Notices, for people of customers.
    pub notices: bool,
    /// The outbox, for the vendor's people.
    pub outbox: bool,
    /// Sign-in of the staff, for administrators.
    pub staff_sign_in: bool,
}

/// Who reads the page.
#[derive(Clone, Debug)]
pub struct Reader {
    /// Name, initials, colour.
    pub person: PersonRef,
    /// In words: "Contract Manager", "Software Coordinator", "User", "Reseller", "Vendor, support".
    pub role: String,
}

/// A company that the reader belongs to.
#[derive(Clone, Debug)]
pub struct Company {
    /// Account number.
    pub number: String,
    /// Name.
    pub name: String,
    /// "Customer" or "Reseller".
    pub kind: &'static str,
    /// The one whose things are shown.
    pub present: bool,
}

/// Whom to call or write to: the vendor's settings.
#[derive(Clone, Debug, Default)]
pub struct Vendor {
    /// The vendor's name.
    pub name: String,
    /// As people write it: "+1 617 555 0142"; may be empty.
    pub phone: String,
    /// An address; may be empty.
    pub email: String,
}

/// What is around a page's content.
#[derive(Clone, Debug, Default)]
pub struct Frame {
    /// Most specific first, without the product's name: "Products – Contract 110448270013".
    pub title: String,
    /// The page shows an error of what was entered: its title says so first.
    pub error: bool,
    /// The path to the page, with the page itself last.
    pub crumbs: Vec<Crumb>,
    /// The entries of the sidebar.
    pub nav: Nav,
    /// The present entry.
    pub place: Place,
    /// Who is signed in.
    pub reader: Option<Reader>,
    /// The reader's companies; more than one make a switch.
    pub companies: Vec<Company>,
    /// What was just done.
    pub flash: Option<Flash>,
    /// The reader's choice.
    pub theme: Theme,
    /// Somebody of the vendor's staff looks at the pages as this person: the name.
    pub viewing: Option<String>,
    /// The reader has switched single keys off (WCAG 2.1.4).
    pub keys_off: bool,
    /// The token that forms carry.
    pub csrf: String,
    /// Whom to call.
    pub vendor: Vendor,
    /// Demo mode.
    pub demo: bool,
    /// Path and query of the page: where the theme form returns to.
    pub path: String,
}

/// A page of somebody who is signed in.
pub fn page(frame: &Frame, content: Markup) -> Markup {
    let body = html! {
        (super::viewing::banner(frame))
        div.app {
            (super::sidebar::sidebar(frame))
            div.sheet {
                (top(frame))
                main.page #main tabindex="-1" {
                    div #flash { @if let Some(flash) = &frame.flash { (flash.render(&frame.csrf)) } }
                    (content)
                }
                (contact(&frame.vendor))
            }
        }
        (palette())
        div.vh #say role="status" {}
    };
    document(frame, body)
}

/// A page without the sidebar, for those who are not signed in: one narrow sheet.
pub fn bare(frame: &Frame, content: Markup) -> Markup {
    let body = html! {
        (super::viewing::banner(frame))
        div.app.bare {
            header.mast { (brand()) div.end { (theme_form(frame)) (help_link()) } }
            div.sheet {
                main.page #main tabindex="-1" {
                    div #flash { @if let Some(flash) = &frame.flash { (flash.render(&frame.csrf)) } }
                    (content)
                }
                (contact(&frame.vendor))
            }
        }
        div.vh #say role="status" {}
    };
    document(frame, body)
}

fn document(frame: &Frame, body: Markup) -> Markup {
    let theme = (frame.theme != Theme::System).then(|| frame.theme.word());
    html! {
        (DOCTYPE)
        html lang="en" data-theme=[theme] data-keys=[frame.keys_off.then_some("off")] {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { @if frame.error { "Error: " } (frame.title) " – Subscription Center" }
                meta name="color-scheme" content="light dark";
                meta name="theme-color" content="#f4f2ec" media="(prefers-color-scheme: light)";
                meta name="theme-color" content="#0c1211" media="(prefers-color-scheme: dark)";
                link rel="icon" href=(url("icon.svg"));
                link rel="stylesheet" href=(url("style.css"));
                link rel="preload" href=(url("fonts/inter-latin.woff2")) as="font" type="font/woff2" crossorigin;
                @for module in modules().filter(|name| *name != "app.js") { link rel="modulepreload" href=(url(module)); }
                script type="module" src=(url("app.js")) {}
            }
            body { a.skip href="#main" { "Skip to content" } (PreEscaped(ICONS)) (body) }
        }
    }
}

/// The mark and the name.
pub(super) fn brand() -> Markup {
    html! {
        a.brand href="/" {
            svg.mark viewBox="0 0 28 28" aria-hidden="true" {
                rect.m-a width="28" height="28" rx="7" {}
                g.m-b {
                    rect x="5.5" y="7.5" width="3.4" height="13" rx="1" {}
                    rect x="10.1" y="7.5" width="3.4" height="13" rx="1" {}
                    rect x="14.7" y="7.5" width="3.4" height="13" rx="1" {}
                }
                rect.m-c x="19.8" y="8" width="2.6" height="12" rx=".9" {}
            }
            "Subscription Center"
        }
    }
}

fn top(frame: &Frame) -> Markup {
    html! {
        header.top {
            button.btn.quiet.icon.burger type="button" popovertarget="side" { (icon("menu")) span.vh { "Menu" } }
            nav.crumbs aria-label="Breadcrumb" {
                ol {
                    @for crumb in &frame.crumbs {
                        @match &crumb.href {
                            Some(href) => li { a href=(href) { (crumb.text) } },
                            None => li aria-current="page" { (crumb.text) },
                        }
                    }
                }
            }
            button.jump.scripted #jump type="button" aria-haspopup="dialog" {
                (icon("search")) span { "Search or jump to" } kbd { "Ctrl K" }
            }
            (theme_form(frame))
            (help_link())
        }
        @if frame.demo { (demo_line()) }
    }
}

fn demo_line() -> Markup {
    html! {
        aside.demo aria-label="Demo" {
            p { b { "Demo." } " Sample companies; mail stays on this machine." }
            p { a href="/demo/mail" { "Read the mail" } a href="/demo" { "Take another role" } }
        }
    }
}

fn theme_form(frame: &Frame) -> Markup {
    let dark = frame.theme == Theme::Dark;
    html! {
        form.theme method="post" action="/account/theme" {
            (csrf(&frame.csrf)) (hidden("return_to", &frame.path))
            button.btn.quiet.icon #theme type="submit" name="theme" value=(if dark { "light" } else { "dark" })
                aria-pressed=(dark) { (icon("theme")) span.vh { "Dark theme" } }
        }
    }
}

fn help_link() -> Markup {
    html! { a.btn.quiet.icon href="/help" data-go="?" data-text="Help" { (icon("help")) span.vh { "Help" } } }
}

/// "Questions? Call … or write to …": at the foot of every page, as of every mail.
pub fn contact(vendor: &Vendor) -> Markup {
    let digits: String = vendor.phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
    html! {
        @if !vendor.phone.is_empty() || !vendor.email.is_empty() {
            footer.contact {
                "Questions? "
                @if !vendor.phone.is_empty() { "Call " a href={ "tel:" (digits) } { (vendor.phone.replace(' ', "\u{a0}")) } }
                @if !vendor.email.is_empty() {
                    @if vendor.phone.is_empty() { "Write to " } @else { " or write to " }
                    a href={ "mailto:" (vendor.email) } { (vendor.email) }
                }
                "."
            }
        }
    }
}

/// The palette's shell; the module fills it.
fn palette() -> Markup {
    html! {
        dialog #palette aria-label="Search or jump to" {
            div.field {
                (icon("search"))
                input #cmd type="text" role="combobox" aria-label="Search or jump to" aria-expanded="true" aria-controls="cmds"
                    aria-autocomplete="list" autocomplete="off" spellcheck="false" autofocus
                    placeholder="Serial number, person, page or action";
            }
            div.list #cmds role="listbox" aria-label="Results" {}
        }
        // The row that the modules fill: for results, and for what a list of people offers besides people.
        template #row {
            div.opt role="option" { span.plus { svg.i aria-hidden="true" { use {} } } span.t { b {} small {} } span.r {} }
        }
    }
}
