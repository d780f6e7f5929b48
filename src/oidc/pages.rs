//! The pages between the front door and a provider: for people who are not signed in yet.
use crate::web::assets::url;
use crate::web::layout::{Frame, bare};
use crate::web::person::address;
use crate::web::ui::{Field, Kind, csrf, hidden, icon};
use crate::web::words::{link, listed};
use maud::{Markup, Render, html};

/// "Use my company's sign-in".
#[derive(Clone, Debug, Default)]
pub struct CompanyView {
    /// The form token.
    pub csrf: String,
    /// What was typed; empty: nothing yet.
    pub email: String,
    /// The own path to go on to.
    pub return_to: String,
    /// Whose sign-in the address's domain leads to; none: to no one's.
    pub owner: Option<String>,
}

/// In the sign-in form: with the address that is typed there. A module calls it by the company's name.
pub fn company_button() -> Markup {
    html! {
        button.btn #company-sign-in type="submit" formaction="/sign-in/company" { "Use my company’s sign-in" }
        script type="module" src=(url("company.js")) {}
    }
}

/// Asks for the address, or offers to go on. It depends on the domain alone, so it tells nobody who exists.
pub fn company_page(frame: &Frame, view: &CompanyView) -> Markup {
    let Some(owner) = &view.owner else { return ask_page(frame, view) };
    bare(
        frame,
        html! {
            h1 { "Continue with " (owner) "’s sign-in" }
            p.lead.break { "You go on to the sign-in of " (owner) " and come back here as " b { (view.email) } "." }
            form.stack-form method="post" action="/sign-in/oidc" {
                (csrf(&view.csrf)) (hidden("email", &view.email)) (hidden("return_to", &view.return_to))
                button.btn.primary type="submit" data-focus { (icon("to")) "Continue" }
            }
            p.hint { a href="/sign-in" { "Sign in another way" } }
        },
    )
}

fn ask_page(frame: &Frame, view: &CompanyView) -> Markup {
    let domain = view.email.rsplit_once('@').map(|(_, domain)| domain).unwrap_or_default();
    let error = (!view.email.is_empty()).then(|| match domain {
        "" => "Enter the full e-mail address, for example name@company.com".to_owned(),
        domain => format!("{domain} has no sign-in of its own here. Check the address, or sign in another way"),
    });
    let field = Field {
        name: "email",
        label: "E-mail at your company",
        hint: "",
        kind: Kind::Email,
        value: &view.email,
        error: error.as_deref(),
        autocomplete: "email",
    };
    bare(
        frame,
        html! {
            h1 { "Your company’s sign-in" }
            p.lead { "Where your company has set it up, you sign in with the account that you have there." }
            form.stack-form method="post" action="/sign-in/company" novalidate {
                (csrf(&view.csrf)) (hidden("return_to", &view.return_to)) (field.render())
                button.btn.primary type="submit" { "Continue" }
            }
            p.hint { a href="/sign-in" { "Sign in another way" } }
        },
    )
}

/// On the way to the provider. The browser goes by itself (its answer says so in a header); the link is for where it does not.
#[derive(Clone, Debug)]
pub struct GoView {
    /// Where.
    pub url: String,
    /// Whose sign-in.
    pub owner: String,
}

/// One link.
pub fn go_page(frame: &Frame, view: &GoView) -> Markup {
    let host = view.url.split("://").nth(1).and_then(|rest| rest.split(['/', '?']).next()).unwrap_or_default();
    bare(
        frame,
        html! {
            h1 { "On to " (view.owner) "’s sign-in" }
            p.lead.break { "It is at " b { (host) } ". You come back here when you are done; there are 10 minutes for it." }
            p { a.btn.primary href=(view.url) rel="noreferrer" { (icon("to")) "Continue" } }
            p.hint { a href="/sign-in" { "Sign in another way" } }
        },
    )
}

/// Back from the provider: what it sent along, which a button passes on.
#[derive(Clone, Debug, Default)]
pub struct BackView {
    /// The form token.
    pub csrf: String,
    /// What redeems.
    pub code: String,
    /// What proves that this browser began it.
    pub state: String,
    /// Who the provider says that it is.
    pub iss: String,
}

/// One button, which a module presses: opening the address changes nothing.
pub fn back_page(frame: &Frame, view: &BackView) -> Markup {
    bare(
        frame,
        html! {
            h1 { "Finish signing in" }
            p.lead { "Your company’s sign-in has sent you back." }
            form.stack-form #finish method="post" action=(super::provider::CALLBACK) {
                (csrf(&view.csrf)) (hidden("code", &view.code)) (hidden("state", &view.state)) (hidden("iss", &view.iss))
                button.btn.primary type="submit" data-focus { "Sign in" }
            }
            p.hint { "Not you? Close this page; nothing has happened." }
            script type="module" src=(url("finish.js")) {}
        },
    )
}

/// Somebody waits for a Contract Manager.
#[derive(Clone, Debug)]
pub struct WaitingView {
    /// The company.
    pub company: String,
    /// Who decides, by name.
    pub managers: Vec<String>,
    /// Declined before.
    pub declined: bool,
}

/// Who decides, and what comes next.
pub fn waiting_page(frame: &Frame, view: &WaitingView) -> Markup {
    bare(
        frame,
        html! {
            @if view.declined {
                h1 { "You were not let in to " (view.company) }
                p.lead { "A Contract Manager of " (view.company) " decided so. Ask there if it should be otherwise." }
            } @else {
                h1 { "Your request is with " (view.company) }
                p.lead { "You signed in, and are no member of " (view.company) " here yet. A Contract Manager decides; then you get an e-mail." }
            }
            @if !view.managers.is_empty() {
                p { "Contract Manager" @if view.managers.len() > 1 { "s" } ": " (listed(&view.managers)) "." }
            }
            p { a.btn href="/sign-in" { "Sign in another way" } }
        },
    )
}

/// The person is asked first, by mail.
pub fn confirming_page(frame: &Frame, company: &str) -> Markup {
    bare(
        frame,
        html! {
            h1 { "Look into your mail" }
            p.lead { "We ask you once whether " (company) "’s sign-in may sign you in here: a link is on its way to your address. Open it, allow it, then sign in again." }
            p.hint { "No mail after some minutes? Look among the unwanted mail; another one goes out in an hour at the earliest." }
            p { a.btn href="/sign-in" { "Sign in another way" } }
        },
    )
}

/// What the link of that mail opens.
#[derive(Clone, Debug, Default)]
pub struct ConfirmView {
    /// The secret of the address.
    pub token: String,
    /// Company and address; none: the link has ended.
    pub of: Option<(String, String)>,
    /// It was used just now.
    pub done: bool,
    /// The form token.
    pub csrf: String,
}

/// One button, or what is next.
pub fn confirm_page(frame: &Frame, view: &ConfirmView) -> Markup {
    let content = match (&view.of, view.done) {
        (Some((company, email)), true) => html! {
            h1 { "Allowed" }
            p.lead.break { "From now on " (company) "’s sign-in lets " b.whole { (address(email)) } " in here as you. This page has not signed you in." }
            p { a.btn.primary href=(link("/sign-in/company", &[("email", email)])) data-focus { (icon("to")) "Use this company’s sign-in" } }
        },
        (Some((company, email)), false) => html! {
            h1 { "May " (company) " sign you in?" }
            p.lead.break { "If you allow it, whoever signs in there as " b.whole { (address(email)) } " comes in here as you, also to what you have at your other companies." }
            form.stack-form method="post" action={ "/sign-in/oidc/confirm/" (view.token) } {
                (csrf(&view.csrf))
                button.btn.primary type="submit" data-focus { (icon("check")) "Allow this company’s sign-in" }
            }
            p.hint { "You did not try to sign in there? Close this page and tell us; nobody was signed in." }
        },
        (None, _) => html! {
            h1 { "This link has ended" }
            p.lead { "It was used already, or is older than 24 hours. Sign in through the company once more for a new one." }
            p { a.btn.primary href="/sign-in/company" { "Use my company’s sign-in" } }
        },
    };
    bare(frame, content)
}

/// It did not work.
#[derive(Clone, Debug)]
pub struct FailedView {
    /// Why, and what to do: a sentence.
    pub why: String,
    /// Whether trying again may help.
    pub again: bool,
}

/// Why, and what now.
pub fn failed_page(frame: &Frame, view: &FailedView) -> Markup {
    bare(
        frame,
        html! {
            h1 { "You are not signed in" }
            p.lead.break { (view.why) }
            p.under {
                @if view.again { a.btn.primary href="/sign-in/company" { "Begin again" } " " }
                a.btn href="/sign-in" { (icon("mail")) "Sign in another way" }
            }
        },
    )
}

impl CompanyView {
    /// An address whose domain leads to a company.
    pub fn sample() -> Self {
        Self {
            csrf: "sample-token".to_owned(),
            email: "hana@ostrava.example".to_owned(),
            owner: Some("Ostrava & Finch".to_owned()),
            ..Self::default()
        }
    }
}

impl GoView {
    /// On the way.
    pub fn sample() -> Self {
        let url = "https://login.ostrava.example/authorize?client_id=center".to_owned();
        Self { url, owner: "Ostrava & Finch".to_owned() }
    }
}

impl BackView {
    /// On the way back.
    pub fn sample() -> Self {
        let text = |text: &str| text.to_owned();
        Self { csrf: text("sample-token"), code: text("c0de"), state: text("st4te"), iss: String::new() }
    }
}

impl WaitingView {
    /// Elena decides.
    pub fn sample() -> Self {
        Self { company: "Ostrava & Finch".to_owned(), managers: vec!["Elena Ostrava".to_owned()], declined: false }
    }
}

impl FailedView {
    /// A replayed way back.
    pub fn sample() -> Self {
        let why = "This sign-in was finished already, or took longer than 10 minutes; begin it again.".to_owned();
        Self { why, again: true }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::samples::outside;

    #[test]
    fn what_is_offered_depends_on_the_domain_alone() {
        let page = |email: &str| {
            let view = CompanyView { email: email.to_owned(), ..CompanyView::sample() };
            company_page(&outside("Sign in"), &view).into_string().replace(email, "…")
        };
        assert_eq!(page("known@ostrava.example"), page("unknown@ostrava.example"));
        let none = CompanyView { owner: None, ..CompanyView::sample() };
        let none = company_page(&outside("Sign in"), &none).into_string();
        assert!(none.contains("ostrava.example has no sign-in of its own here") && !none.contains("/sign-in/oidc"));
    }

    #[test]
    fn the_way_back_is_a_form_and_the_way_out_a_link() {
        let back = back_page(&outside("Sign in"), &BackView::sample()).into_string();
        assert!(back.contains(r#"method="post" action="/sign-in/oidc/callback""#) && back.contains(r#"value="c0de""#));
        assert!(back.contains("finish.js"));
        let go = go_page(&outside("Sign in"), &GoView::sample()).into_string();
        assert!(go.contains("login.ostrava.example</b>") && !go.contains("<form class=\"stack-form\""));
        let failed = failed_page(&outside("x"), &FailedView { why: "<b>".to_owned(), again: false }).into_string();
        assert!(failed.contains("&lt;b&gt;") && !failed.contains("Begin again"));
        let waiting = waiting_page(&outside("x"), &WaitingView::sample()).into_string();
        assert!(waiting.contains("Contract Manager: Elena Ostrava."));
    }
}
