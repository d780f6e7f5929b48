//! The pages of the demo: its home, one-click sign-in, and its mail. The routes exist in demo mode only.
use super::mail_list::{ListMail, MailRow};
use super::pages::{self, MailListView, MailView, mail_list_page, mail_page, sign_in_page};
use super::roles;
use super::sign_in::OpenDemoSession;
use crate::app::App;
use crate::auth::cookie_web::{device, signed_in};
use crate::auth::secret::Secret;
use crate::error::AppError;
use crate::home::pages::{DemoView, demo_page};
use crate::mail::demo::{Kept, ListDemoMail};
use crate::operation::Terms;
use crate::policy::{ActionId, Actor};
use crate::time::long;
use crate::web::extract::{Form, Params};
use crate::web::frame::{self, Browser};
use crate::web::layout::{Crumb, Frame, Place};
use crate::web::roles::RoleCard;
use crate::web::{POLICY, Route, get, post};
use axum::extract::{Path, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};
use maud::Markup;
use serde::Deserialize;

/// The HTML part of a mail is somebody's text: it runs nothing, loads nothing, and only a click leads out of its frame.
const MAIL_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; form-action 'none'; \
    sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation";

/// What can be tried, a sentence each.
const CAN: &[&str] = &[
    "Give serial numbers their Software Coordinator: tick, choose a person, apply. What changes is shown before, and Undo takes it back.",
    "Name one for a group, or for a whole contract with what is bought later; for good, or from one day until another.",
    "Type the address of somebody new: they are invited and named at once.",
    "Hand everything that somebody coordinates to somebody else, across contracts.",
    "Ask who gets mail about a serial number on any day, and why.",
    "See what was changed on a contract, and undo it for 30 days.",
    "Take the nine steps of the classic Subscription Center, word for word, with or without a script.",
    "Read each mail that would have been sent.",
    "Do the same by API.",
];

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/demo", ActionId::SeeFrontDoor, roles_again),
        get("/demo/sign-in/{role}", ActionId::SeeFrontDoor, before),
        post("/demo/sign-in/{role}", ActionId::OpenDemoSession, sign_in),
        get("/demo/mail", ActionId::SeeDemoMail, list),
        get("/demo/mail/{id}", ActionId::SeeDemoMail, one),
        get("/demo/mail/{id}/html", ActionId::SeeDemoMail, html),
    ]
}

// --- roles -------------------------------------------------------------------------------------------------------------

/// The demo's home; `present` is the address of whoever is signed in.
pub(crate) fn home(frame: Frame, present: Option<&str>) -> Markup {
    let frame = Frame { title: "Demo".to_owned(), ..frame };
    let card = |card: RoleCard| RoleCard { present: present == Some(card.person.email.as_str()), ..card };
    let roles = roles::cards().into_iter().map(card).collect();
    let can = CAN.iter().map(|words| (*words).to_owned()).collect();
    demo_page(&frame, &DemoView { csrf: frame.csrf.clone(), roles, can })
}

async fn roles_again(State(app): State<App>, actor: Actor, browser: Browser) -> Result<Markup, AppError> {
    let (frame, me) = frame::anyone(&app, &actor, &browser).await?;
    Ok(home(frame, me.as_ref().map(|me| me.person.email.as_str())))
}

fn card(role: &str) -> Result<RoleCard, AppError> {
    roles::cards().into_iter().find(|card| card.role == role).ok_or_else(AppError::hidden)
}

/// What a printed link opens: one button, since a GET changes nothing.
async fn before(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Path(role): Path<String>,
) -> Result<Markup, AppError> {
    let card = card(&role)?;
    let (frame, _) = frame::anyone(&app, &actor, &browser).await?;
    let frame = Frame { title: format!("Sign in as {}", card.person.name), ..frame };
    Ok(sign_in_page(&frame, &card))
}

async fn sign_in(
    State(app): State<App>,
    browser: Browser,
    Path(role): Path<String>,
    _form: Form,
) -> Result<Response, AppError> {
    let (secret, device) = (Secret::new(""), device(&app, &browser));
    let open = OpenDemoSession { role, session: secret.hash(), device: device.seen() };
    app.run(Actor::anonymous(), open, Terms::default()).await?;
    Ok(signed_in(&app, &secret, &device, "/"))
}

// --- mail --------------------------------------------------------------------------------------------------------------

#[derive(Default, Deserialize)]
#[serde(default)]
struct Asked {
    cursor: Option<i64>,
}

async fn framed(
    app: &App,
    actor: &Actor,
    browser: &Browser,
    title: &str,
    crumbs: Vec<Crumb>,
) -> Result<Frame, AppError> {
    let (frame, _) = frame::anyone(app, actor, browser).await?;
    Ok(Frame { title: title.to_owned(), crumbs, place: Place::Mail, ..frame })
}

async fn list(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Params(asked): Params<Asked>,
) -> Result<Markup, AppError> {
    let found = app.read(&Actor::anonymous(), &ListMail { before: asked.cursor }).await?;
    let row = |row: &MailRow| pages::MailRow {
        id: row.id,
        to: row.sent_to.clone(),
        subject: row.subject.clone(),
        at: long(row.at, app.clock().zone()),
    };
    let view = MailListView {
        mails: found.rows.iter().map(row).collect(),
        held: found.held,
        first: asked.cursor.map(|_| "/demo/mail".to_owned()),
        next: found.next.map(|id| format!("/demo/mail?cursor={id}")),
    };
    let crumbs = vec![Crumb::to("Home", "/"), Crumb::here("Mail of the demo")];
    let frame = framed(&app, &actor, &browser, "Mail of the demo", crumbs).await?;
    Ok(mail_list_page(&frame, &view))
}

async fn kept(app: &App, id: &str) -> Result<Kept, AppError> {
    let id = id.parse().map_err(|_| AppError::hidden())?;
    let found = app.read(&Actor::anonymous(), &ListDemoMail(Some(id))).await?;
    found.into_iter().next().ok_or_else(AppError::hidden)
}

async fn one(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Path(id): Path<String>,
) -> Result<Response, AppError> {
    let mail = kept(&app, &id).await?;
    let crumbs = vec![Crumb::to("Mail of the demo", "/demo/mail"), Crumb::here(mail.subject.clone())];
    let frame = framed(&app, &actor, &browser, &mail.subject, crumbs).await?;
    let at = long(mail.at, app.clock().zone());
    let view = MailView { id: mail.id, to: mail.sent_to, subject: mail.subject, at, text: mail.body_text };
    let policy = format!("{POLICY}; frame-src 'self'");
    Ok(with(mail_page(&frame, &view).into_response(), &[(header::CONTENT_SECURITY_POLICY, &policy)]))
}

/// The part as it would have been sent, but for the target of its links: a page of ours does not open inside a frame.
async fn html(State(app): State<App>, Path(id): Path<String>) -> Result<Response, AppError> {
    let mail = kept(&app, &id).await?;
    let part = mail.body_html.replacen("<head>", "<head><base target=\"_top\">", 1);
    let policies = [(header::CONTENT_SECURITY_POLICY, MAIL_POLICY), (header::X_FRAME_OPTIONS, "SAMEORIGIN")];
    Ok(with(Html(part).into_response(), &policies))
}

fn with(mut response: Response, headers: &[(HeaderName, &str)]) -> Response {
    for (name, value) in headers {
        if let Ok(value) = HeaderValue::from_str(value) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}
