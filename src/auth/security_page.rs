//! The page Sign-in and security: password, passkeys, second factor, recovery codes, and where one is signed in.
use super::password_pages::new_password;
use crate::web::layout::{Crumb, Frame, Place, page};
use crate::web::samples;
use crate::web::ui::{Problem, Tone, csrf, icon, notice, pill};
use crate::web::words::count;
use maud::{Markup, html};

/// What the page shows.
#[derive(Clone, Debug, Default)]
pub struct SecurityView {
    /// The form token.
    pub csrf: String,
    /// The address, for the browser's own list of passwords.
    pub email: String,
    /// Since when there is a password: "24 Nov 2026"; none: there is none.
    pub password: Option<String>,
    /// Since when an app is set up.
    pub totp: Option<String>,
    /// Recovery codes that are left.
    pub codes: i64,
    /// A second factor is required of the reader.
    pub required: bool,
    /// Passkeys.
    pub passkeys: Vec<PasskeyLine>,
    /// Where the reader is signed in, this browser first.
    pub sessions: Vec<SessionLine>,
    /// Why a form was not carried out.
    pub problem: Option<Problem>,
}

/// A passkey.
#[derive(Clone, Debug)]
pub struct PasskeyLine {
    /// Names it in forms.
    pub handle: String,
    /// What its owner calls it.
    pub name: String,
    /// "Made on 24 Nov 2026, last used on 25 Nov 2026"
    pub words: String,
}

/// A session.
#[derive(Clone, Debug)]
pub struct SessionLine {
    /// Names it in forms.
    pub mark: String,
    /// `Firefox on Windows`
    pub device: String,
    /// "Since 24 Nov 2026, 04:42 UTC, with a password; last used 24 Nov 2026, 05:10 UTC"
    pub words: String,
    /// The one of this browser.
    pub here: bool,
}

/// The path to a page below Account.
pub(super) fn crumbs(here: &str) -> Vec<Crumb> {
    vec![Crumb::to("Home", "/"), Crumb::to("Account", "/account"), Crumb::here(here)]
}

/// The page.
pub fn security_page(frame: &Frame, view: &SecurityView) -> Markup {
    let frame = Frame {
        title: "Sign-in and security".to_owned(),
        crumbs: crumbs("Sign-in and security"),
        place: Place::Account,
        error: view.problem.is_some(),
        ..frame.clone()
    };
    page(
        &frame,
        html! {
            @if let Some(problem) = &view.problem { (problem) }
            div.head { div.title { h1 { "Sign-in and security" } p { "A link by e-mail always works. What you add here is quicker, or safer, or both." } } }
            (second_factor(view))
            (password(view))
            (sessions(view))
        },
    )
}

fn second_factor(view: &SecurityView) -> Markup {
    html! {
        section.block aria-labelledby="second-h" {
            h2 #second-h { "Second factor" }
            @match &view.totp {
                Some(since) => {
                    p { (pill(Tone::Good, "check", "Authenticator app")) " since " (since) ". " (codes_left(view.codes)) }
                    div.under {
                        a.btn href="/account/security/recovery-codes" { "Make new recovery codes" }
                        a.btn href="/account/security/second-factor/remove" { "Remove the app" }
                    }
                }
                None => {
                    p.hint {
                        @if view.required { "Required of your role: " }
                        "after a link or a password, an app on your phone shows six figures to type."
                    }
                    div.under {
                        a.btn href="/account/security/second-factor" { "Set up an authenticator app" }
                        @if !view.passkeys.is_empty() { a.btn href="/account/security/recovery-codes" { "Make new recovery codes" } }
                    }
                }
            }
        }
    }
}

fn codes_left(codes: i64) -> Markup {
    html! {
        @if codes == 0 { b { "No recovery code is left." } }
        @else { (count(codes, "recovery code is", "recovery codes are")) " left." }
    }
}

fn password(view: &SecurityView) -> Markup {
    html! {
        section.block aria-labelledby="password-h" {
            h2 #password-h { "Password" }
            p.hint { @match &view.password { Some(since) => { "Set on " (since) ". A new one signs you out everywhere else." } None => "You have none, and need none: a link or a passkey will do." } }
            form.stack-form method="post" action="/account/security/password" novalidate {
                (csrf(&view.csrf))
                input type="hidden" name="username" value=(view.email) autocomplete="username";
                (new_password(view.problem.as_ref()))
                button.btn type="submit" { "Save password" }
            }
        }
    }
}

fn sessions(view: &SecurityView) -> Markup {
    html! {
        section.block aria-labelledby="sessions-h" {
            h2 #sessions-h { "Where you are signed in" }
            ul.lines.acts {
                @for session in &view.sessions {
                    li {
                        span {
                            b { (session.device) }
                            @if session.here { " " (pill(Tone::Good, "check", "This browser")) }
                            small { (session.words) }
                        }
                        @if !session.here {
                            form method="post" action="/account/security/sessions" {
                                (csrf(&view.csrf)) input type="hidden" name="session" value=(session.mark);
                                button.btn type="submit" { "Sign out" span.vh { " " (session.device) } }
                            }
                        }
                    }
                }
            }
            @if view.sessions.len() > 1 {
                form.under method="post" action="/account/security/sessions" {
                    (csrf(&view.csrf)) button.btn type="submit" { "Sign out everywhere else" }
                }
            }
        }
    }
}

/// The section of the page Account that leads here.
pub fn account_section() -> Markup {
    html! {
        section.block aria-labelledby="security-h" {
            h2 #security-h { "Sign-in and security" }
            p.hint { "Password, passkeys, second factor, where you are signed in; and tokens for scripts." }
            div.under {
                a.btn href="/account/security" { (icon("lock")) "Sign-in and security" }
                a.btn href="/account/tokens" { (icon("key")) "API tokens" }
            }
        }
    }
}

/// Sets an app up.
#[derive(Clone, Debug)]
pub struct TotpView {
    /// The form token.
    pub csrf: String,
    /// The picture, and the same in groups of four; none: not begun yet.
    pub secret: Option<(Markup, String)>,
    /// Required of the reader, who has none yet.
    pub required: bool,
    /// Why the code was not taken.
    pub problem: Option<Problem>,
}

/// First the picture for the app, then a code of it.
pub fn totp_page(frame: &Frame, view: &TotpView) -> Markup {
    use crate::web::ui::{Field, Kind};
    use maud::Render;
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

impl SecurityView {
    /// Elena's.
    pub fn sample() -> SecurityView {
        let session = |device: &str, here| SessionLine {
            mark: "sample".to_owned(),
            device: device.to_owned(),
            words: "Since 24 Nov 2026, 04:42 UTC, with a password; last used 24 Nov 2026, 05:10 UTC".to_owned(),
            here,
        };
        SecurityView {
            csrf: "sample-token".to_owned(),
            email: samples::elena().email,
            password: Some("24 Nov 2026".to_owned()),
            totp: Some("24 Nov 2026".to_owned()),
            codes: 9,
            required: false,
            passkeys: vec![PasskeyLine {
                handle: "sample".to_owned(),
                name: "Chrome on Mac".to_owned(),
                words: "Made on 24 Nov 2026, last used on 25 Nov 2026".to_owned(),
            }],
            sessions: vec![session("Firefox on Windows", true), session("Safari on iPhone", false)],
            problem: None,
        }
    }
}

impl TotpView {
    /// With the picture.
    pub fn sample() -> TotpView {
        let secret = Some((super::picture::picture("otpauth://totp/sample"), "GEZD GNBV GY3T QOJQ".to_owned()));
        TotpView { csrf: "sample-token".to_owned(), secret, required: true, problem: None }
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

    #[test]
    fn only_other_browsers_are_signed_out_from_here() {
        let frame = samples::frame("Sign-in and security", Place::Account, Vec::new());
        let page = security_page(&frame, &SecurityView::sample()).into_string();
        assert_eq!(page.matches("name=\"session\"").count(), 1);
        assert!(page.contains("Sign out everywhere else") && page.contains("9 recovery codes are left."));
        let mut alone = SecurityView::sample();
        alone.sessions.truncate(1);
        assert!(!security_page(&frame, &alone).into_string().contains("Sign out everywhere else"));
    }
}
