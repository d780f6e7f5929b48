//! `/account/security` and the pages below it.
use super::factor_pages::{CodesView, TotpView, codes_page, remove_totp_page, totp_page};
use super::password::SetPassword;
use super::picture::picture;
use super::recovery::{self, MakeRecoveryCodes};
use super::secret;
use super::security::{EndSessions, PasskeyRow, Security, SessionRow, ShowSecurity};
use super::security_page::{PasskeyLine, SecurityView, SessionLine, security_page};
use super::session::By;
use super::totp::{self, BeginTotp, ConfirmTotp, RemoveTotp, SeePending};
use super::{hashing, password_rules};
use crate::app::App;
use crate::error::AppError;
use crate::operation::Terms;
use crate::policy::{ActionId, Actor};
use crate::time::{day_of, long};
use crate::web::extract::{Form, Params, session_secret};
use crate::web::frame::{self, Browser};
use crate::web::layout::Frame;
use crate::web::ui::{Fault, Flash, Problem};
use crate::web::words::{link, sentence};
use crate::web::{Route, get, post};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::Markup;
use serde::Deserialize;

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/account/security", ActionId::SeeSecurity, show),
        post("/account/security/password", ActionId::SetPassword, set_password),
        post("/account/security/sessions", ActionId::EndSession, sign_out),
        get("/account/security/second-factor", ActionId::SeeSecurity, second_factor),
        post("/account/security/second-factor", ActionId::SetUpTotp, begin),
        post("/account/security/second-factor/confirm", ActionId::SetUpTotp, confirm),
        get("/account/security/second-factor/remove", ActionId::SeeSecurity, ask_remove),
        post("/account/security/second-factor/remove", ActionId::RemoveTotp, remove),
        get("/account/security/recovery-codes", ActionId::SeeSecurity, ask_codes),
        post("/account/security/recovery-codes", ActionId::MakeRecoveryCodes, make_codes),
    ]
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Asked {
    done: String,
}

pub(super) fn done(what: &str) -> Redirect {
    Redirect::to(&link("/account/security", &[("done", what)]))
}

/// Hash of the session of this browser.
pub(super) fn own_session(app: &App, browser: &Browser) -> Vec<u8> {
    secret::hash(&session_secret(&browser.headers, app).unwrap_or_default())
}

/// Whether passkeys can be used at this address.
fn offered(app: &App) -> bool {
    super::passkey::site(&app.profile().base_url).is_some()
}

/// The page again, with what to do; other errors as they are.
pub(super) async fn refused_page(
    app: &App,
    actor: &Actor,
    browser: &Browser,
    error: AppError,
) -> Result<Response, AppError> {
    let (status, text) = match error {
        AppError::Invalid { message, .. } => (StatusCode::UNPROCESSABLE_ENTITY, message),
        AppError::Refused(refusal) => (StatusCode::CONFLICT, refusal.title),
        other => return Err(other),
    };
    let problem = Problem::with(vec![Fault { field: "", text: sentence(&text) }]);
    Ok((status, page(app, actor, browser, "", Some(problem)).await?).into_response())
}

fn flash(what: &str) -> Option<Flash> {
    let text = match what {
        "password" => "Your password is saved. Everywhere else you are signed out.",
        "signed-out" => "Signed out there. This browser stays signed in.",
        "passkey" => "Your passkey is saved. From now on it signs you in.",
        "passkey-removed" => "The passkey is removed. Remove it on your device, too.",
        "app-removed" => "The authenticator app is removed.",
        "anew" => {
            "This account is yours alone now. What was set up with the invitation link that somebody handed over has ended: \
             password, passkeys, authenticator app, API tokens and other sign-ins. Set up your own below."
        }
        _ => return None,
    };
    Some(Flash { text: text.to_owned(), close: "/account/security".to_owned(), ..Flash::default() })
}

async fn page(
    app: &App,
    actor: &Actor,
    browser: &Browser,
    asked: &str,
    problem: Option<Problem>,
) -> Result<Markup, AppError> {
    let (frame, _) = frame::signed_in(app, actor, browser).await?;
    let shown = app.read(actor, &ShowSecurity).await?;
    let view = view(app, browser, shown, frame.csrf.clone(), problem);
    Ok(security_page(&Frame { flash: flash(asked), ..frame }, &view))
}

fn view(app: &App, browser: &Browser, shown: Security, csrf: String, problem: Option<Problem>) -> SecurityView {
    let zone = app.clock().zone();
    let day = |at: i64| day_of(at, zone).long();
    let here = own_session(app, browser);
    let passkey = |row: PasskeyRow| {
        let used = row.used_at.map_or_else(String::new, |at| format!(", last used on {}", day(at)));
        PasskeyLine { words: format!("Made on {}{used}", day(row.created_at)), handle: row.handle, name: row.name }
    };
    let session = |row: SessionRow| SessionLine {
        mark: row.mark(),
        words: format!(
            "Since {}, {}; last used {}",
            long(row.created_at, zone),
            By::of(&row.opened_by).unwrap_or(By::Link).words(),
            long(row.seen_at, zone)
        ),
        here: row.hash == here,
        device: if row.device.is_empty() { "A browser".to_owned() } else { row.device },
    };
    let mut sessions: Vec<SessionLine> = shown.sessions.into_iter().map(session).collect();
    sessions.sort_by_key(|session| !session.here);
    SecurityView {
        csrf,
        email: shown.factors.email,
        password: shown.more.password_at.map(day),
        totp: shown.more.totp_at.map(day),
        codes: shown.more.codes,
        required: shown.more.required,
        offered: offered(app),
        passkeys: shown.passkeys.into_iter().map(passkey).collect(),
        sessions,
        problem,
    }
}

async fn show(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Params(asked): Params<Asked>,
) -> Result<Markup, AppError> {
    page(&app, &actor, &browser, &asked.done, None).await
}

async fn set_password(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    form: Form,
) -> Result<Response, AppError> {
    let (_, me) = frame::signed_in(&app, &actor, &browser).await?;
    let password = form.typed("new_password");
    let p = &me.person;
    let mut own = vec![p.first_name.as_str(), &p.last_name, &p.email, &app.profile().vendor];
    own.extend(me.companies.iter().map(|company| company.name.as_str()));
    if let Some(text) = password_rules::refusal(password, &own) {
        let problem = Problem::with(vec![Fault { field: "new_password", text: text.to_owned() }]);
        let page = page(&app, &actor, &browser, "", Some(problem)).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    let phc = hashing::hash(password).await?;
    app.run(actor, SetPassword { phc, session: own_session(&app, &browser) }, Terms::default()).await?;
    app.wake();
    Ok(done("password").into_response())
}

async fn sign_out(State(app): State<App>, actor: Actor, browser: Browser, form: Form) -> Result<Redirect, AppError> {
    let (session, mark) = (own_session(&app, &browser), form.given("session").map(str::to_owned));
    app.run(actor, EndSessions { session, mark }, Terms::default()).await?;
    Ok(done("signed-out"))
}

// --- authenticator app -------------------------------------------------------------------------------------------------

async fn totp_view(app: &App, actor: &Actor, browser: &Browser, problem: Option<Problem>) -> Result<Markup, AppError> {
    let (frame, _) = frame::signed_in(app, actor, browser).await?;
    let shown = app.read(actor, &ShowSecurity).await?;
    let secret = app.read(actor, &SeePending { key: app.sealing_key().cloned() }).await?;
    let shown_once = |secret: Vec<u8>| {
        let address = totp::address(&secret, &app.profile().vendor, &shown.factors.email);
        (picture(&address), totp::groups(&secret))
    };
    let required = shown.more.required && shown.more.totp_at.is_none() && shown.passkeys.is_empty();
    let view =
        TotpView { csrf: frame.csrf.clone(), secret: secret.map(shown_once), required, offered: offered(app), problem };
    Ok(totp_page(&frame, &view))
}

async fn second_factor(State(app): State<App>, actor: Actor, browser: Browser) -> Result<Markup, AppError> {
    totp_view(&app, &actor, &browser, None).await
}

async fn begin(State(app): State<App>, actor: Actor, _form: Form) -> Result<Redirect, AppError> {
    app.run(actor, BeginTotp { secret: secret::totp_secret(), key: app.sealing_key().cloned() }, Terms::default())
        .await?;
    Ok(Redirect::to("/account/security/second-factor"))
}

async fn confirm(State(app): State<App>, actor: Actor, browser: Browser, form: Form) -> Result<Response, AppError> {
    let codes = recovery::codes();
    let confirm = ConfirmTotp {
        code: form.get("code").to_owned(),
        recovery: codes.iter().map(|code| recovery::hash(code)).collect(),
        session: own_session(&app, &browser),
        key: app.sealing_key().cloned(),
    };
    match app.run(actor.clone(), confirm, Terms::default()).await {
        Ok(()) => codes_shown(&app, &actor, &browser, codes).await,
        Err(AppError::Invalid { field, message }) => {
            let problem = Problem::with(vec![Fault { field, text: sentence(&message) }]);
            let page = totp_view(&app, &actor, &browser, Some(problem)).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(error) => Err(error),
    }
}

async fn ask_remove(State(app): State<App>, actor: Actor, browser: Browser) -> Result<Markup, AppError> {
    let (frame, _) = frame::signed_in(&app, &actor, &browser).await?;
    Ok(remove_totp_page(&frame, &frame.csrf, None))
}

async fn remove(State(app): State<App>, actor: Actor, browser: Browser, _form: Form) -> Result<Response, AppError> {
    match app.run(actor.clone(), RemoveTotp, Terms::default()).await {
        Ok(()) => Ok(done("app-removed").into_response()),
        Err(AppError::Refused(refusal)) => {
            let (frame, _) = frame::signed_in(&app, &actor, &browser).await?;
            let problem = Problem::with(vec![Fault { field: "", text: sentence(&refusal.title) }]);
            let page = remove_totp_page(&frame, &frame.csrf, Some(&problem));
            Ok((StatusCode::CONFLICT, page).into_response())
        }
        Err(error) => Err(error),
    }
}

// --- recovery codes ----------------------------------------------------------------------------------------------------

/// The answer to the form itself: the codes are shown this once, and stand in no address.
async fn codes_shown(app: &App, actor: &Actor, browser: &Browser, codes: Vec<String>) -> Result<Response, AppError> {
    let (frame, _) = frame::signed_in(app, actor, browser).await?;
    Ok(codes_page(&frame, &CodesView { csrf: frame.csrf.clone(), codes }).into_response())
}

async fn ask_codes(State(app): State<App>, actor: Actor, browser: Browser) -> Result<Response, AppError> {
    codes_shown(&app, &actor, &browser, Vec::new()).await
}

async fn make_codes(State(app): State<App>, actor: Actor, browser: Browser, _form: Form) -> Result<Response, AppError> {
    let codes = recovery::codes();
    let hashes = codes.iter().map(|code| recovery::hash(code)).collect();
    app.run(actor.clone(), MakeRecoveryCodes { hashes }, Terms::default()).await?;
    codes_shown(&app, &actor, &browser, codes).await
}
