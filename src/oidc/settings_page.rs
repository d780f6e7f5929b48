//! Setting up a sign-in: a company's, and the vendor's.
use crate::web::layout::{Crumb, Frame, Place, page};
use crate::web::samples;
use crate::web::ui::{Field, Kind, Problem, Tone, csrf, notice};
use crate::web::words::{encoded, link};
use maud::{Markup, Render, html};

/// Whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owner {
    /// A company: account number and name.
    Company(String, String),
    /// The vendor's people.
    Vendor,
}

/// What the form holds.
#[derive(Clone, Debug, Default)]
pub struct SetupForm {
    /// The provider's address.
    pub issuer: String,
    /// As it calls this installation.
    pub client_id: String,
    /// Chosen, or for the vendor typed.
    pub domains: Vec<String>,
    /// New addresses are members at once.
    pub at_once: bool,
    /// No other way in.
    pub only_here: bool,
}

/// What the page shows.
#[derive(Clone, Debug)]
pub struct SettingsView {
    /// Whose.
    pub owner: Owner,
    /// The form token.
    pub csrf: String,
    /// What the form holds.
    pub form: SetupForm,
    /// It is in use.
    pub in_use: bool,
    /// A client secret is kept.
    pub has_secret: bool,
    /// The installation has a key to keep secrets with.
    pub keeps_secrets: bool,
    /// The company's verified domains.
    pub verified: Vec<String>,
    /// What to register at the provider.
    pub redirect: String,
    /// The reader may change it.
    pub may_configure: bool,
    /// The reader proved a factor so lately that saving works.
    pub fresh: bool,
    /// What a test found: whether it is good, and the words.
    pub tested: Option<(bool, String)>,
    /// Why it was not saved.
    pub problem: Option<Problem>,
}

impl SettingsView {
    fn at(&self) -> String {
        match &self.owner {
            Owner::Company(number, _) => format!("/company/{}/sign-in", encoded(number)),
            Owner::Vendor => "/vendor/settings/sign-in".to_owned(),
        }
    }
}

/// The page.
pub fn settings_page(frame: &Frame, view: &SettingsView) -> Markup {
    let title = match &view.owner {
        Owner::Company(_, name) => format!("Sign-in of {name}"),
        Owner::Vendor => "Sign-in of the vendor’s people".to_owned(),
    };
    page(
        frame,
        html! {
            @if let Some(problem) = &view.problem { (problem) }
            div.head { div.title { h1 { (title) } p { (lead(view)) } } }
            @if let Some((good, words)) = &view.tested { (notice(if *good { Tone::Good } else { Tone::Warn }, html! { (words) })) }
            @if view.may_configure && !view.fresh {
                (notice(Tone::Info, html! {
                    "Before you change something here, " a href=(link("/sign-in/again", &[("return_to", &view.at())])) { "prove that it is you" } "."
                }))
            }
            @if view.may_configure { (form(view)) } @else { (facts(view)) }
            @if view.in_use && view.may_configure { (ends(view)) }
        },
    )
}

fn lead(view: &SettingsView) -> &'static str {
    match (&view.owner, view.in_use) {
        (Owner::Company(..), true) => {
            "People with an address of the chosen domains sign in with your company’s own account."
        }
        (Owner::Company(..), false) => {
            "Let people sign in with the account that they have at your company (OpenID Connect). Nothing changes until you save."
        }
        (Owner::Vendor, _) => {
            "Your own people sign in with the account that they have at your company (OpenID Connect)."
        }
    }
}

fn field<'a>(view: &'a SettingsView, name: &'static str, label: &'static str, hint: &'a str, value: &'a str) -> Markup {
    let error = view.problem.as_ref().and_then(|problem| problem.of(name));
    Field { name, label, hint, kind: Kind::Text, value, error, autocomplete: "off" }.render()
}

fn form(view: &SettingsView) -> Markup {
    let f = &view.form;
    let typed = f.domains.join(" ");
    html! {
        section.block aria-labelledby="setup-h" {
            h2 #setup-h { "Your provider" }
            p { "Register this site there as a web application with this address to return to: " code.break { (view.redirect) } }
            form.stack-form method="post" action=(view.at()) novalidate {
                (csrf(&view.csrf))
                (field(view, "issuer", "Issuer", "The provider’s address, to the letter: https://login.company.com", &f.issuer))
                (field(view, "client_id", "Client id", "As the provider calls this site", &f.client_id))
                (secret(view))
                @match &view.owner {
                    Owner::Company(..) => (domains(view)),
                    Owner::Vendor => (field(view, "domains", "Domains", "Of your people’s addresses, separated by spaces", &typed)),
                }
                @if matches!(view.owner, Owner::Company(..)) {
                    fieldset.fields {
                        legend.lab { "Somebody with an address that is new here" }
                        label.check { input type="radio" name="joins" value="ask" checked[!f.at_once];
                            span { "waits until a Contract Manager lets them in" small { "They are listed under " a href="/users/requests" { "Users, who asks" } "." } } }
                        label.check { input type="radio" name="joins" value="at_once" checked[f.at_once];
                            span { "is a member at once" small { "A member sees nothing of a contract until somebody gives access to it." } } }
                    }
                }
                label.check { input type="checkbox" #only_here name="only_here" value="1" checked[f.only_here];
                    span { "Only through this sign-in" small { "People with an address of these domains can no longer use a password or a link by mail." } } }
                div.under {
                    button.btn.primary type="submit" { "Save" }
                    button.btn type="submit" formaction={ (view.at()) "/test" } { "Test the connection" }
                }
            }
        }
    }
}

fn secret(view: &SettingsView) -> Markup {
    let error = view.problem.as_ref().and_then(|problem| problem.of("client_secret"));
    let hint = match (view.keeps_secrets, view.has_secret) {
        (false, _) => "This installation keeps no secrets: register a public client (PKCE) and leave this empty",
        (true, true) => "One is kept, sealed; it is never shown. Leave this empty to keep it",
        (true, false) => "Kept sealed, never shown again. Leave this empty for a public client (PKCE)",
    };
    html! {
        div.row-field {
            label.lab for="client_secret" { "Client secret" }
            p.hint id="client_secret-hint" { (hint) }
            @if let Some(error) = error { p.hint.bad id="client_secret-error" { (error) } }
            input.box type="password" id="client_secret" name="client_secret" value="" autocomplete="off" spellcheck="false"
                aria-describedby={ "client_secret-hint" @if error.is_some() { " client_secret-error" } }
                aria-invalid=[error.map(|_| "true")];
        }
        @if view.has_secret {
            label.check { input type="checkbox" name="no_secret" value="1"; span { "Forget the client secret" } }
        }
    }
}

fn domains(view: &SettingsView) -> Markup {
    let error = view.problem.as_ref().and_then(|problem| problem.of("domains"));
    html! {
        fieldset.fields id="domains" tabindex="-1" {
            legend.lab { "Domains that lead here" }
            @if let Some(error) = error { p.hint.bad { (error) } }
            @if view.verified.is_empty() { p.hint { "Your company has no verified domain here; ask us to add it." } }
            @for domain in &view.verified {
                label.check { input type="checkbox" name="domains" value=(domain) checked[view.form.domains.contains(domain)];
                    span.break { (domain) } }
            }
        }
    }
}

fn facts(view: &SettingsView) -> Markup {
    html! {
        @if view.in_use {
            dl.facts {
                div { dt { "Issuer" } dd.break { (view.form.issuer) } }
                div { dt { "Domains" } dd.break { (view.form.domains.join(", ")) } }
                div { dt { "New addresses" } dd { @if view.form.at_once { "are members at once" } @else { "wait for a Contract Manager" } } }
            }
        } @else { p { "The company has no sign-in of its own." } }
    }
}

fn ends(view: &SettingsView) -> Markup {
    html! {
        section.block aria-labelledby="ends-h" {
            h2 #ends-h { "When people change" }
            p.hint { "Each person is bound to one account of the provider at the first sign-in. When an address passes to somebody else, let it be bound anew." }
            form.row-form method="post" action={ (view.at()) "/forget" } {
                (csrf(&view.csrf))
                (field(view, "forget", "E-mail", "", ""))
                button.btn type="submit" { "Let it be used anew" }
            }
            form.under method="post" action={ (view.at()) "/stop" } {
                (csrf(&view.csrf))
                button.btn.danger type="submit" { "Stop using this sign-in" }
            }
        }
    }
}

impl SettingsView {
    /// In use.
    pub fn sample() -> Self {
        let text = |text: &str| text.to_owned();
        Self {
            owner: Owner::Company(text("5102-3384"), text("Ostrava & Finch")),
            csrf: text("sample-token"),
            form: SetupForm {
                issuer: text("https://login.ostrava.example"),
                client_id: text("subscription-center"),
                domains: vec![text("ostrava.example")],
                at_once: false,
                only_here: false,
            },
            in_use: true,
            has_secret: true,
            keeps_secrets: true,
            verified: vec![text("ostrava.example"), text("finch.example")],
            redirect: text("https://subscriptions.example.com/sign-in/oidc/callback"),
            may_configure: true,
            fresh: true,
            tested: None,
            problem: None,
        }
    }

    /// The frame around it.
    pub fn sample_frame() -> Frame {
        let crumbs = vec![Crumb::to("Home", "/"), Crumb::here("Sign-in of Ostrava & Finch")];
        samples::frame("Sign-in of Ostrava & Finch", Place::Elsewhere, crumbs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_may_sees_the_form_and_the_buttons() {
        let frame = SettingsView::sample_frame();
        let whole = settings_page(&frame, &SettingsView::sample()).into_string();
        assert!(whole.contains("Test the connection") && whole.contains("name=\"issuer\""));
        let reads = SettingsView { may_configure: false, ..SettingsView::sample() };
        let reads = settings_page(&frame, &reads).into_string();
        assert!(reads.contains("wait for a Contract Manager") && !reads.contains("name=\"issuer\""));
    }

    #[test]
    fn an_installation_without_a_key_says_so() {
        let page = |view: SettingsView| settings_page(&SettingsView::sample_frame(), &view).into_string();
        assert!(page(SettingsView { keeps_secrets: false, ..SettingsView::sample() }).contains("keeps no secrets"));
        assert!(
            page(SettingsView { owner: Owner::Vendor, ..SettingsView::sample() })
                .contains("/vendor/settings/sign-in/stop")
        );
    }
}
