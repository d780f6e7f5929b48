//! The frame around every page: who reads it, where they can go, whom to call.
use super::errors::{ErrorView, error_page as error_view};
use super::extract::{cookie, form_token};
use super::layout::{Company, Crumb, Frame, Nav, Place, Reader as Reading, Theme, Vendor, bare, page};
use super::openapi;
use super::person::PersonRef;
use super::problem::{Problem, VIEWING};
use super::ui::{Fault, Problem as Summary};
use crate::app::App;
use crate::db::{Reader, Sql, sql};
use crate::error::AppError;
use crate::ids::Single;
use crate::operation::Query;
use crate::people::me::{Myself, ShowSelf};
use crate::policy::{self, Actor, Permit};
use crate::text::full_name;
use axum::extract::{FromRequestParts, State};
use axum::http::{HeaderMap, request::Parts};
use maud::{Markup, html};
use std::convert::Infallible;

/// Everything that a page's handler knows of the reader's browser.
#[derive(Clone, Debug)]
pub struct Browser {
    /// The headers.
    pub headers: HeaderMap,
    /// Path and query.
    pub path: String,
}

impl FromRequestParts<App> for Browser {
    type Rejection = Infallible;
    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Infallible> {
        let path = parts.uri.path_and_query().map_or("/", |p| p.as_str()).to_owned();
        Ok(Self { headers: parts.headers.clone(), path })
    }
}

/// The frame, and who is signed in. Fails where nobody is.
pub async fn signed_in(app: &App, actor: &Actor, browser: &Browser) -> Result<(Frame, Myself), AppError> {
    let me = app.read(actor, &ShowSelf).await?;
    let mut frame = plain(app, browser);
    frame.theme = theme(&me.person.theme);
    frame.viewing = viewed(&me);
    frame.keys_off = !me.person.shortcuts;
    frame.nav = nav(&me);
    frame.reader = Some(Reading { person: reference(&me), role: role(&me) });
    frame.companies = companies(&me, &browser.path);
    Ok((frame, me))
}

/// The frame of a page that everybody has, signed in or not; and who is, if anybody.
pub async fn anyone(app: &App, actor: &Actor, browser: &Browser) -> Result<(Frame, Option<Myself>), AppError> {
    match signed_in(app, actor, browser).await {
        Ok((frame, me)) => Ok((frame, Some(me))),
        Err(AppError::Denied(policy::Denied::Unknown)) => Ok((plain(app, browser), None)),
        Err(error) => Err(error),
    }
}

/// The frame of a page that is for somebody who is not signed in. Whoever looks as somebody else may open it, too, and is told.
pub async fn outside(app: &App, browser: &Browser) -> Frame {
    let mut frame = plain(app, browser);
    if let Some(secret) = super::extract::session_secret(&browser.headers, app) {
        let me = app.read(&Actor::session(&secret), &ShowSelf).await;
        frame.viewing = me.ok().as_ref().and_then(viewed);
    }
    frame
}

/// As whom one looks, if as somebody else.
fn viewed(me: &Myself) -> Option<String> {
    me.viewer.map(|_| reference(me).name)
}

fn plain(app: &App, browser: &Browser) -> Frame {
    let profile = app.profile();
    Frame {
        csrf: form_token(&browser.headers, app),
        theme: theme(cookie(&browser.headers, "theme").unwrap_or_default()),
        vendor: Vendor {
            name: profile.vendor.clone(),
            phone: profile.phone.clone(),
            email: profile.contact_email.clone(),
        },
        demo: profile.demo,
        path: without_secret(&browser.path).to_owned(),
        ..Frame::default()
    }
}

/// The address of a page, for its own forms; Home where a secret of a mail stands in it, which no page repeats.
fn without_secret(path: &str) -> &str {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let secret = path.split(|c| !plain(c)).any(|part| part.len() >= crate::auth::secret::LENGTH);
    if secret { "/" } else { path }
}

/// The reader as pages show people.
pub fn reference(me: &Myself) -> PersonRef {
    let p = &me.person;
    let name = full_name(&p.first_name, &p.last_name);
    PersonRef { you: true, ..PersonRef::new(name, p.email.as_str(), p.handle.as_str(), &p.handle) }
}

fn theme(word: &str) -> Theme {
    match word {
        "light" => Theme::Light,
        "dark" => Theme::Dark,
        _ => Theme::default(),
    }
}

fn nav(me: &Myself) -> Nav {
    let p = &me.person;
    Nav {
        // A reseller's contracts are not administered here: Home lists them.
        contracts: (p.administers > 0 || p.staff_role.is_some()).then_some(p.administers),
        coordinators: p.manages > 0,
        users: p.manages > 0 || p.names,
        renewals: p.manages > 0 || p.resells > 0 || p.staff_role.is_some(),
        products: p.manages > 0 || p.coordinates || p.uses,
        orders: p.manages > 0 || p.coordinates,
        shipments: matches!(p.staff_role.as_deref(), Some("administrator" | "support" | "fulfilment" | "auditor")),
        ships: matches!(p.staff_role.as_deref(), Some("administrator" | "fulfilment")),
        catalogue: p.staff_role.is_some(),
        edits_catalogue: matches!(p.staff_role.as_deref(), Some("administrator" | "releases")),
        notices: p.staff_role.is_none(),
        outbox: p.staff_role.is_some(),
        duplicates: matches!(p.staff_role.as_deref(), Some("administrator" | "support")),
        staff_sign_in: p.staff_role.as_deref() == Some("administrator"),
    }
}

/// What the reader is, in words.
pub fn role(me: &Myself) -> String {
    let p = &me.person;
    match &p.staff_role {
        Some(role) => format!("Vendor, {role}"),
        None if p.manages > 0 => "Contract Manager".to_owned(),
        None if p.coordinates => "Software Coordinator".to_owned(),
        None if p.resells > 0 => "Reseller".to_owned(),
        None => "User".to_owned(),
    }
}

fn companies(me: &Myself, path: &str) -> Vec<Company> {
    let confirmed: Vec<_> = me.companies.iter().filter(|c| c.confirmed).collect();
    let asked = path.split_once("account=").map(|(_, rest)| rest.split('&').next().unwrap_or_default().to_owned());
    let present = asked.filter(|number| confirmed.iter().any(|c| c.number == *number));
    let first = confirmed.first().map(|c| c.number.clone());
    let present = present.or(first).unwrap_or_default();
    let company = |c: &&crate::people::me::CompanyRow| Company {
        number: c.number.clone(),
        name: c.name.clone(),
        kind: if c.kind == "reseller" { "Reseller" } else { "Customer" },
        present: c.number == present,
    };
    confirmed.iter().map(company).collect()
}

/// A page of an error, in the reader's frame where somebody is signed in.
pub(super) async fn error_page(app: &App, headers: &HeaderMap, problem: &Problem, path: &str) -> Markup {
    let browser = Browser { headers: headers.clone(), path: path.to_owned() };
    let actor = super::extract::session_secret(headers, app).map(|secret| Actor::session(&secret));
    let framed = match actor {
        Some(actor) => signed_in(app, &actor, &browser).await.ok().map(|(frame, _)| frame),
        None => None,
    };
    let view = view(problem);
    let frame = framed.unwrap_or_else(|| plain(app, &browser));
    error_view(&Frame { title: view.title(), error: true, ..frame }, &view)
}

fn view(problem: &Problem) -> ErrorView {
    let who = |w: &policy::WhoCan| match &w.name {
        Some(name) => format!("{name}, the {}", w.role),
        None => w.role.to_owned(),
    };
    match problem.status {
        403 if problem.name() == VIEWING => ErrorView::Refused(summary(problem)),
        403 => ErrorView::NotAllowed(problem.who_can.iter().map(who).collect()),
        404 => ErrorView::NotFound,
        409 => ErrorView::Refused(summary(problem)),
        412 => ErrorView::Changed(summary(problem)),
        422 => ErrorView::Invalid(summary(problem)),
        429 => ErrorView::TooOften(super::words::in_time(problem.retry_after.unwrap_or(60))),
        503 | 507 => ErrorView::Busy("in a minute".to_owned()),
        _ => ErrorView::Broken(problem.reference.clone().unwrap_or_default()),
    }
}

/// A problem as a form shows it: one sentence at its field, or for the whole.
pub fn summary(problem: &Problem) -> Summary {
    let mut words: String = problem.title.clone();
    if let Some(first) = words.get(..1).map(str::to_uppercase) {
        words.replace_range(..1, &first);
    }
    let fault = Fault { field: problem.field, text: words };
    let confirm = problem.notices.and_then(|n| i64::try_from(n).ok());
    Summary { confirm, ..Summary::with(vec![fault]) }
}

/// Asks the database for nothing but an answer.
pub struct Alive;

const ALIVE: &str = "SELECT COUNT(*) FROM settings WHERE name = ''";

impl Query for Alive {
    type Action = policy::SeeFrontDoor;
    type Output = ();

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<(), AppError> {
        let _: Option<(i64,)> = reader.find(permit, sql(ALIVE)).await?;
        Ok(())
    }
}

pub(crate) fn statements() -> Vec<Sql> {
    vec![sql(ALIVE)]
}

/// The API for readers: every call with what it takes and gives, from the same document that programs read.
pub(super) async fn api_page(State(app): State<App>, actor: Actor, browser: Browser) -> Markup {
    let framed = signed_in(&app, &actor, &browser).await.ok().map(|(frame, _)| frame);
    let inside = framed.is_some();
    let frame = framed.unwrap_or_else(|| plain(&app, &browser));
    let frame = Frame { title: "API".to_owned(), crumbs: vec![Crumb::here("API")], place: Place::Elsewhere, ..frame };
    let document = openapi::document();
    let content = html! {
        div.head { div.title { h1 { "API" } p { "JSON over HTTP, for scripts. A token of yours says who you are." } } }
        p { "Send " code { "Authorization: Bearer …" } " with each call. The whole description for programs: "
            a href="/openapi.json" { "openapi.json" } " (OpenAPI 3.1)." }
        @if let Some(paths) = document.get("paths").and_then(|paths| paths.as_object()) {
            @for (path, item) in paths {
                @if let Some(item) = item.as_object() {
                    @for (method, call) in item {
                        section.call {
                            h2 { code { (method.to_uppercase()) " " (path) } }
                            p { (call["summary"].as_str().unwrap_or_default()) "." }
                            (parameters(call))
                            @if let Some(body) = schema(call, "/requestBody/content/application~1json/schema/$ref", &document) {
                                details { summary { "Takes" } pre tabindex="0" { code { (body) } } }
                            }
                            @if let Some(answer) = schema(call, "/responses/200/content/application~1json/schema/$ref", &document) {
                                details { summary { "Gives" } pre tabindex="0" { code { (answer) } } }
                            }
                        }
                    }
                }
            }
        }
    };
    if inside { page(&frame, content) } else { bare(&frame, content) }
}

fn parameters(call: &serde_json::Value) -> Markup {
    let all = call["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
    let shown = || all.iter().filter(|p| p["in"] == "query");
    html! {
        @if shown().next().is_some() {
            dl.defs {
                @for p in shown() {
                    div { dt { code { (p["name"].as_str().unwrap_or_default()) } }
                        dd { (p["description"].as_str().unwrap_or_default()) } }
                }
            }
        }
    }
}

fn schema(call: &serde_json::Value, pointer: &str, document: &serde_json::Value) -> Option<String> {
    let name = call.pointer(pointer)?.as_str()?.strip_prefix("#/components/schemas/")?;
    serde_json::to_string_pretty(document.pointer(&format!("/components/schemas/{name}"))?).ok()
}
