//! The pages below Sign-in and security: an authenticator app, and recovery codes.
use super::security_page::{answer, crumbs};
use crate::web::assets::url;
use crate::web::layout::{Frame, Place, page};
use crate::web::ui::{Field, Kind, Problem, Tone, csrf, icon, notice};
use maud::{Markup, Render, html};

/// Sets an app up.
#[derive(Clone, Debug)]
pub struct TotpView {
    /// The form token.
    pub csrf: String,
    /// The picture, and the same in groups of four; none: not begun yet.
    pub secret: Option<(Markup, String)>,
    /// Required of the reader, who has none yet.
    pub required: bool,
    /// The installation has a name that passkeys can be bound to.
    pub offered: bool,
    /// Why the code was not taken.
    pub problem: Option<Problem>,
}

/// First the picture for the app, then a code of it.
pub fn totp_page(frame: &Frame, view: &TotpView) -> Markup {
    let title = "Set up a second factor";
    let frame = Frame {
        title: title.to_owned(),
        crumbs: crumbs(title),
        place: Place::Account,
        error: view.problem.is_some(),
        ..frame.clone()
    };
    let code = Field {
        name: "code",
        label: "Code",
        hint: "The six figures that the app shows now.",
        kind: Kind::Code,
        value: "",
        error: view.problem.as_ref().and_then(|problem| problem.of("code")),
        autocomplete: "one-time-code",
    };
    page(
        &frame,
        html! {
            @if let Some(problem) = &view.problem { (problem) }
            div.head { div.title { h1 { (title) } } }
            @if view.required {
                (notice(Tone::Info, html! { "Your role sees what belongs to many companies, so a second factor is required. It takes a minute; then everything opens." }))
            }
            @match &view.secret {
                None => {
                    p { "You need an authenticator app on your phone. Any will do; your password manager may be one, too." }
                    form.under method="post" action="/account/security/second-factor" {
                        (csrf(&view.csrf)) button.btn.primary type="submit" { "Show the picture to scan" }
                    }
                    @if view.required && view.offered { (passkey_instead(view)) }
                }
                Some((picture, text)) => {
                    ol.steps {
                        li { p { "Scan this with the app." } (picture)
                            details { summary { "Cannot scan? Type it" } p.serial.break { (text) } } }
                        li {
                            p { "Enter the code that it shows." }
                            form.stack-form method="post" action="/account/security/second-factor/confirm" novalidate {
                                (csrf(&view.csrf)) (code.render())
                                button.btn.primary type="submit" { "Turn it on" }
                            }
                        }
                    }
                }
            }
        },
    )
}

fn passkey_instead(view: &TotpView) -> Markup {
    html! {
        form.under #passkey-add method="post" action="/account/security/passkeys" hidden {
            (csrf(&view.csrf)) (answer())
            button.btn type="button" { (icon("key")) "Add a passkey instead" }
            p.hint role="status" {}
        }
        script type="module" src=(url("passkey.js")) {}
    }
}

/// Codes that are shown once.
#[derive(Clone, Debug)]
pub struct CodesView {
    /// The form token.
    pub csrf: String,
    /// The codes; empty: before they are made.
    pub codes: Vec<String>,
}

/// To be printed or kept where the phone is not.
pub fn codes_page(frame: &Frame, view: &CodesView) -> Markup {
    let title = "Recovery codes";
    let frame = Frame { title: title.to_owned(), crumbs: crumbs(title), place: Place::Account, ..frame.clone() };
    page(
        &frame,
        html! {
            div.head { div.title { h1 { (title) } } }
            @if view.codes.is_empty() {
                p { "Ten codes, each good for one sign-in when your phone or key is not at hand. New ones end the old ones." }
                form.under method="post" action="/account/security/recovery-codes" {
                    (csrf(&view.csrf)) button.btn.primary type="submit" { "Make 10 recovery codes" }
                    a.btn href="/account/security" { "Leave it as it is" }
                }
            } @else {
                p { "Print this page, or keep the codes in your password manager. They are shown this once; each works once." }
                ol.codes { @for code in &view.codes { li { code.serial { (code) } } } }
                div.under { a.btn.primary href="/account/security" { "I have kept them" } }
            }
        },
    )
}

/// Asks before the app is removed.
pub fn remove_totp_page(frame: &Frame, token: &str, problem: Option<&Problem>) -> Markup {
    let title = "Remove the authenticator app?";
    let frame = Frame {
        title: title.to_owned(),
        crumbs: crumbs("Remove the authenticator app"),
        place: Place::Account,
        error: problem.is_some(),
        ..frame.clone()
    };
    page(
        &frame,
        html! {
            @if let Some(problem) = problem { (problem) }
            div.head { div.title { h1 { (title) } } }
            p { "From then on a link or a password alone signs you in. The recovery codes end, too, unless you have a passkey." }
            form.under method="post" action="/account/security/second-factor/remove" {
                (csrf(token)) button.btn.primary type="submit" { "Remove the app" }
                a.btn href="/account/security" { "Keep it" }
            }
        },
    )
}

impl TotpView {
    /// With the picture.
    pub fn sample() -> TotpView {
        let secret = Some((super::picture::picture("otpauth://totp/sample"), "GEZD GNBV GY3T QOJQ".to_owned()));
        TotpView { csrf: "sample-token".to_owned(), secret, required: true, offered: true, problem: None }
    }
}

impl CodesView {
    /// Just made.
    pub fn sample() -> CodesView {
        CodesView { csrf: "sample-token".to_owned(), codes: vec!["abcd-efgh-ijkl-mnop".to_owned(); 10] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::samples;

    #[test]
    fn codes_are_shown_once_made_and_asked_for_before() {
        let frame = samples::frame("Recovery codes", Place::Account, Vec::new());
        let page = |view: &CodesView| codes_page(&frame, view).into_string();
        assert_eq!(page(&CodesView::sample()).matches("abcd-efgh-ijkl-mnop").count(), 10);
        let before = CodesView { codes: Vec::new(), ..CodesView::sample() };
        assert!(page(&before).contains("Make 10 recovery codes") && !page(&before).contains("class=\"codes\""));
    }

    #[test]
    fn the_picture_comes_before_the_code() {
        let frame = samples::frame("Set up a second factor", Place::Account, Vec::new());
        let page = totp_page(&frame, &TotpView::sample()).into_string();
        assert!(page.find("class=\"qr\"") < page.find("name=\"code\""));
        let before = totp_page(&frame, &TotpView { secret: None, ..TotpView::sample() }).into_string();
        assert!(!before.contains("name=\"code\"") && before.contains("Show the picture to scan"));
    }
}
