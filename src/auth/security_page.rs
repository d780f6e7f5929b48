//! The page Sign-in and security: password, passkeys, second factor, recovery codes, and where one is signed in.
use super::password_pages::new_password;
use crate::web::assets::url;
use crate::web::layout::{Crumb, Frame, Place, page};
use crate::web::samples;
use crate::web::ui::{Problem, Tone, csrf, icon, pill};
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
    /// The installation has a name that passkeys can be bound to.
    pub offered: bool,
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
            (passkeys(view))
            (second_factor(view))
            (password(view))
            (sessions(view))
        },
    )
}

fn passkeys(view: &SecurityView) -> Markup {
    html! {
        section.block aria-labelledby="passkeys-h" {
            h2 #passkeys-h { "Passkeys" }
            p.hint { "A fingerprint, your face or a key: nothing to type, nothing that can be stolen by a false page. It counts as both factors." }
            @if !view.passkeys.is_empty() {
                ul.lines.acts {
                    @for passkey in &view.passkeys {
                        li {
                            span { b.break { (passkey.name) } small { (passkey.words) } }
                            form method="post" action="/account/security/passkeys/remove" {
                                (csrf(&view.csrf)) input type="hidden" name="passkey" value=(passkey.handle);
                                button.btn type="submit" { "Remove" span.vh { " " (passkey.name) } }
                            }
                        }
                    }
                }
            }
            @if view.offered {
                form.under #passkey-add method="post" action="/account/security/passkeys" hidden {
                    (csrf(&view.csrf)) (answer())
                    button.btn.primary type="button" { (icon("key")) "Add passkey" }
                    p.hint role="status" {}
                }
                noscript { p.hint { "Adding a passkey needs JavaScript. A password with an authenticator app works without." } }
                script type="module" src=(url("passkey.js")) {}
            } @else {
                p.hint { "Here they cannot be used: the address of this site is a number. A password with an authenticator app works." }
            }
        }
    }
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
                        @if view.required { "Required of your role: after a link or a password, an app on your phone shows six figures to type." }
                        @else { "After a link or a password, an app on your phone shows six figures to type." }
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
            p.hint { @match &view.password { Some(since) => { "Set on " (since) ". A new one signs you out everywhere else." } None if view.offered => "You have none, and need none: a link or a passkey will do." None => "You have none, and need none: a link will do." } }
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

/// Where the module puts what the authenticator answers.
pub(super) fn answer() -> Markup {
    html! { input type="hidden" name="credential" value=""; input type="hidden" name="ceremony" value=""; }
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
            offered: true,
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
