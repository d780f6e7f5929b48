//! `/account`: what one says of oneself.
use super::data_page;
use super::email_page::{self, EmailView};
use super::page::{AccountView, account_page};
use super::rules::{Address, Profile};
use super::save::SaveProfile;
use super::show::{ShowProfile, Shown};
use super::theme::{self, SetTheme};
use crate::app::App;
use crate::auth::security_page;
use crate::auth::web::own_path;
use crate::console::view_as;
use crate::error::AppError;
use crate::notices::prefs_page;
use crate::operation::Terms;
use crate::policy::{ActionId, Actor, Denied};
use crate::shipments::prefer::{self, PreferMedia, ShowPreference};
use crate::time::day_of;
use crate::web::extract::{Form, Params};
use crate::web::frame::{self, Browser};
use crate::web::layout::{Crumb, Frame, Place};
use crate::web::ui::{Fault, Flash, Problem};
use crate::web::{Route, get, post};
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::tz::TimeZone;
use maud::Markup;
use serde::Deserialize;

/// How long a browser keeps its theme: a year, in seconds.
const KEPT: i64 = 365 * 24 * 60 * 60;

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/account", ActionId::SeeSelf, account),
        post("/account/media", ActionId::PreferMedia, prefer),
        post("/account", ActionId::SaveProfile, save),
        post("/account/theme", ActionId::SetTheme, set_theme),
    ]
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Asked {
    done: String,
}

async fn account(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Params(asked): Params<Asked>,
) -> Result<Markup, AppError> {
    let shown = app.read(&actor, &ShowProfile).await?;
    let flash = done(&asked.done);
    let typed = Typed::of(&shown);
    page(&app, &actor, &browser, typed, shown, flash).await
}

/// What was entered for another address, and why it was refused.
#[derive(Default)]
pub(super) struct Entered {
    pub email: String,
    pub problem: Option<Problem>,
}

/// The page again, with what was entered for another address.
pub(super) async fn account_with(
    app: &App,
    actor: &Actor,
    browser: &Browser,
    entered: Entered,
) -> Result<Markup, AppError> {
    let shown = app.read(actor, &ShowProfile).await?;
    let typed = Typed { entered, ..Typed::of(&shown) };
    page(app, actor, browser, typed, shown, None).await
}

/// What was just done, in words.
fn done(what: &str) -> Option<Flash> {
    let text = match what {
        "saved" => "Your profile is saved.",
        "media" => "Your choice is saved; it holds from the next release on.",
        "email-asked" => "Both addresses have a mail with a link. The address changes when both are confirmed.",
        "email-changed" => "Your e-mail address is changed.",
        "export-asked" => "Your data is being put together. A mail tells you when it is ready.",
        "email-stopped" => "Your e-mail address stays as it is.",
        _ => return None,
    };
    Some(Flash { text: text.to_owned(), close: "/account".to_owned(), ..Flash::default() })
}

/// What stands in the form, and why it was not saved.
struct Typed {
    profile: Profile,
    problem: Option<Problem>,
    entered: Entered,
}

impl Typed {
    fn of(shown: &Shown) -> Self {
        Self { profile: shown.profile.clone(), problem: None, entered: Entered::default() }
    }

    fn refused(profile: Profile, problem: Problem) -> Self {
        Self { profile, problem: Some(problem), entered: Entered::default() }
    }
}

async fn page(
    app: &App,
    actor: &Actor,
    browser: &Browser,
    typed: Typed,
    shown: Shown,
    flash: Option<Flash>,
) -> Result<Markup, AppError> {
    let (frame, me) = frame::signed_in(app, actor, browser).await?;
    let zone = me.zone(app.clock().zone());
    let views = view_as::section(&shown.views, &zone);
    let data = data_page::section(&shown.exports, &me.person.handle, &frame.csrf, &zone);
    let media = match frame.nav.orders {
        true => prefer::account_section(app.read(actor, &ShowPreference).await?, &frame.csrf),
        false => Markup::default(),
    };
    let Entered { email, problem } = typed.entered;
    let email = EmailView {
        me: me.person.id,
        entered: email,
        problem: problem.clone(),
        changes: shown.changes,
        zone: zone.clone(),
        csrf: frame.csrf.clone(),
    };
    let view = AccountView {
        email: shown.email,
        profile: typed.profile,
        version: shown.version,
        checked: shown.checked_at.map(|at| day_of(at, &zone).long()).unwrap_or_default(),
        vendor_zone: app.clock().zone().iana_name().unwrap_or("UTC").to_owned(),
        zones: zones(),
        companies: shown.companies.into_iter().map(|row| row.view()).collect(),
        problem: typed.problem.or(problem),
        csrf: frame.csrf.clone(),
        below: vec![
            media,
            email_page::section(&email),
            security_page::account_section(),
            prefs_page::account_section(),
            views,
            data,
        ],
    };
    let crumbs = vec![Crumb::to("Home", "/"), Crumb::here("Account")];
    let (title, error) = ("Account".to_owned(), view.problem.is_some());
    let frame = Frame { title, error, crumbs, place: Place::Account, flash, ..frame };
    Ok(account_page(&frame, &view))
}

/// Every zone that has a place in its name, and UTC.
fn zones() -> Vec<String> {
    let named = |name: &String| name == "UTC" || (name.contains('/') && !name.starts_with("Etc/"));
    jiff::tz::db().available().map(|name| name.to_string()).filter(named).collect()
}

fn typed(form: &Form) -> Result<Profile, AppError> {
    let text = |name: &str| form.get(name).to_owned();
    let address = Address {
        company: text("company"),
        recipient: text("recipient"),
        line1: text("line1"),
        line2: text("line2"),
        postal_code: text("postal_code"),
        city: text("city"),
        region: text("region"),
        country: text("country"),
        phone: text("phone"),
    };
    Ok(Profile {
        first_name: text("first_name"),
        last_name: text("last_name"),
        language: text("language"),
        time_zone: canonical(form.get("time_zone")),
        theme: theme::of(form.get("theme"))?.word().to_owned(),
        shortcuts: form.has("shortcuts"),
        address,
    })
}

/// "berlin" is not a zone, "europe/berlin" is: as it is written officially. What is no zone stays as it was typed.
fn canonical(typed: &str) -> String {
    let known = TimeZone::get(typed).ok();
    known.and_then(|zone| zone.iana_name().map(str::to_owned)).unwrap_or_else(|| typed.to_owned())
}

async fn save(State(app): State<App>, actor: Actor, browser: Browser, form: Form) -> Result<Response, AppError> {
    let profile = typed(&form)?;
    let known = profile.time_zone.is_empty() || TimeZone::get(&profile.time_zone).is_ok();
    let faults = profile.faults(known).into_iter().map(|(field, text)| Fault { field, text });
    let problem = Problem::with(faults.collect());
    if !problem.faults.is_empty() {
        let shown = app.read(&actor, &ShowProfile).await?;
        let typed = Typed::refused(profile, problem);
        return Ok(
            (StatusCode::UNPROCESSABLE_ENTITY, page(&app, &actor, &browser, typed, shown, None).await?).into_response()
        );
    }
    let version = form.get("version").parse().unwrap_or(0);
    let theme = profile.theme.clone();
    let operation = SaveProfile { profile: profile.clone(), version, checked: form.has("checked") };
    match app.run(actor.clone(), operation, form.terms()).await {
        Ok(()) => Ok(with_theme(&app, Redirect::to("/account?done=saved").into_response(), &theme)),
        Err(AppError::Refused(refusal)) if refusal.kind == "changed" => {
            let shown = app.read(&actor, &ShowProfile).await?;
            let problem = changed(&shown.profile, &profile);
            let typed = Typed::refused(profile, problem);
            let page = page(&app, &actor, &browser, typed, shown, None).await?;
            Ok((StatusCode::PRECONDITION_FAILED, page).into_response())
        }
        Err(error) => Err(error),
    }
}

/// Somebody (the same person elsewhere, or a Contract Manager) was quicker: what is stored beside what was typed.
fn changed(stored: &Profile, typed: &Profile) -> Problem {
    let pairs = stored.fields().into_iter().zip(typed.fields()).filter(|((_, _, a), (_, _, b))| a != b);
    let words = |value: &str| if value.is_empty() { "empty".to_owned() } else { format!("“{value}”") };
    let fault = |((field, label, is), (_, _, entered)): ((&'static str, _, &str), (_, _, &str))| {
        let text = format!("{label} is {} now; you entered {}", words(is), words(entered));
        Fault { field, text }
    };
    let mut faults: Vec<Fault> = pairs.map(fault).collect();
    let text = "Nothing was saved. The form holds what you entered; save again if it should stand".to_owned();
    faults.insert(0, Fault { field: "", text });
    Problem { title: "Your profile has changed since you opened this page".to_owned(), ..Problem::with(faults) }
}

/// Kept with the person; and in the browser, for the pages before signing in.
async fn set_theme(State(app): State<App>, actor: Actor, form: Form) -> Result<Response, AppError> {
    let theme = theme::of(form.get("theme"))?.word();
    match app.run(actor, SetTheme { theme }, form.terms()).await {
        Ok(()) | Err(AppError::Denied(Denied::Unknown)) => {}
        Err(error) => return Err(error),
    }
    Ok(with_theme(&app, Redirect::to(own_path(form.get("return_to"))).into_response(), theme))
}

fn with_theme(app: &App, mut response: Response, theme: &str) -> Response {
    let secure = if app.profile().base_url.starts_with("https:") { "; Secure" } else { "" };
    let cookie = format!("theme={theme}; Path=/; SameSite=Lax; Max-Age={KEPT}{secure}");
    if let Ok(value) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}

async fn prefer(State(app): State<App>, actor: Actor, form: Form) -> Result<Redirect, AppError> {
    app.run(actor, PreferMedia { media: form.get("media") == "1" }, Terms::default()).await?;
    Ok(Redirect::to("/account?done=media"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_are_found_however_they_are_written() {
        assert_eq!((canonical("europe/berlin"), canonical("Atlantis")), ("Europe/Berlin".into(), "Atlantis".into()));
        assert!(zones().len() > 300 && zones().iter().all(|name| TimeZone::get(name).is_ok()));
    }

    #[test]
    fn what_changed_is_named_beside_what_was_entered() {
        let stored = Profile { last_name: "Ruiz".to_owned(), ..Profile::default() };
        let problem = changed(&stored, &Profile::default());
        let texts: Vec<&str> = problem.faults.iter().map(|fault| fault.text.as_str()).collect();
        assert_eq!(texts.get(1), Some(&"Last name is “Ruiz” now; you entered empty"));
        assert_eq!(texts.len(), 2);
    }
}
