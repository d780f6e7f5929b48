//! Asking for access, and deciding who asked.
use super::ask::{AskForAccess, wanted};
use super::asked_mails::Asked as AskedMail;
use super::company::{RequestRow, ShowUsers};
use super::decide::DecideAccess;
use super::input::Grant;
use super::list_page::{Choice, framed};
use super::requests_page::{AskView, RequestLine, RequestsView, ask_page, requests_page};
use super::web::{choices, summary};
use crate::app::App;
use crate::change_sets::message::{Just, ShowMessage};
use crate::error::AppError;
use crate::ids::ContractNumber;
use crate::mail::Site;
use crate::policy::{ActionId, Actor};
use crate::time::day_of;
use crate::web::extract::{Form, Params};
use crate::web::frame::{Browser, signed_in};
use crate::web::layout::{Crumb, Frame};
use crate::web::person::PersonRef;
use crate::web::problem::Problem;
use crate::web::ui::Flash;
use crate::web::words::link;
use crate::web::{Route, get, post};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/users/requests", ActionId::OpenUsers, requests),
        post("/users/requests", ActionId::DecideAccess, decide),
        get("/access/ask", ActionId::SeeSelf, ask),
        post("/access/ask", ActionId::AskForAccess, send),
    ]
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct Asked {
    done: String,
    undone: String,
    sent: bool,
    serial: String,
    wants: String,
    did: String,
}

async fn requests(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Params(asked): Params<Asked>,
) -> Result<Response, AppError> {
    show(&app, &actor, &browser, asked, None).await
}

async fn show(
    app: &App,
    actor: &Actor,
    browser: &Browser,
    asked: Asked,
    refused: Option<Problem>,
) -> Result<Response, AppError> {
    let found = app.read(actor, &ShowUsers { contract: "-".to_owned(), ..ShowUsers::default() }).await?;
    let (frame, _) = signed_in(app, actor, browser).await?;
    let close = "/users/requests".to_owned();
    let said = match asked.did.as_str() {
        "had" => Some("That access was there already; whoever asked can go ahead."),
        "declined" => Some("Declined. Whoever asked is told."),
        "joined" => Some("Let in, and told so by e-mail. Give access to what they need."),
        _ => None,
    };
    let just = Just { done: asked.done, undone: asked.undone };
    let flash = match said {
        Some(text) => Some(Flash { text: text.to_owned(), close, ..Flash::default() }),
        None => app.read(actor, &ShowMessage { just, close }).await?,
    };
    let zone = app.clock().zone();
    let view = RequestsView {
        rows: found.requests.iter().map(|row| line(row, zone)).collect(),
        contracts: choices(&found, "").0,
        problem: refused.as_ref().map(summary),
        csrf: frame.csrf.clone(),
    };
    let frame = Frame { flash, error: refused.is_some(), ..framed(frame, "Who asks") };
    let status = refused.map_or(StatusCode::OK, |p| StatusCode::from_u16(p.status).unwrap_or(StatusCode::CONFLICT));
    Ok((status, requests_page(&frame, &view)).into_response())
}

fn line(row: &RequestRow, zone: &jiff::tz::TimeZone) -> RequestLine {
    let name = row.name();
    let grants = wanted(&row.wants);
    let product = row.product.clone().zip(row.serial.clone());
    let asked = match row.joins() {
        true => format!("{name} came through {}’s own sign-in and waits to be let in", row.company),
        false => {
            let words = AskedMail {
                site: Site::unknown(),
                asker: name.clone(),
                company: row.company.clone(),
                product,
                wants: grants.clone(),
                words: String::new(),
            };
            crate::mail::Mail::subject(&words)
        }
    };
    RequestLine {
        handle: row.handle.clone(),
        person: PersonRef::new(name, &row.email, &row.person, &row.person),
        sentence: asked,
        serial: row.serial.clone(),
        words: row.words.clone(),
        asked: format!("Asked {}", day_of(row.asked_at, zone).long()),
        grants,
        contract: row.number.clone(),
        join: row.joins(),
    }
}

async fn decide(State(app): State<App>, actor: Actor, browser: Browser, form: Form) -> Result<Response, AppError> {
    let decide = DecideAccess {
        contract: ContractNumber(form.get("contract").to_owned()),
        request: form.get("request").to_owned(),
        grant: form.get("decision") == "grant",
        grants: Some(form.all("grants").filter_map(Grant::of).collect()),
    };
    match app.run(actor.clone(), decide, form.terms()).await {
        Ok(decided) => {
            app.wake();
            let did = match (&decided.change_set, form.get("decision") == "grant") {
                (Some(_), _) => "",
                (None, true) if decided.join => "joined",
                (None, true) => "had",
                (None, false) => "declined",
            };
            let done = decided.change_set.unwrap_or_default();
            Ok(Redirect::to(&link("/users/requests", &[("done", &done), ("did", did)])).into_response())
        }
        Err(error @ (AppError::Refused(_) | AppError::Invalid { .. })) => {
            show(&app, &actor, &browser, Asked::default(), Some(Problem::from(error))).await
        }
        Err(error) => Err(error),
    }
}

async fn ask(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Params(asked): Params<Asked>,
) -> Result<Response, AppError> {
    let (frame, me) = signed_in(&app, &actor, &browser).await?;
    let companies = me.companies.iter().filter(|c| c.confirmed && c.kind == "customer");
    let view = AskView {
        companies: companies.map(|c| Choice { number: c.number.clone(), company: c.name.clone() }).collect(),
        serial: asked.serial,
        wants: wanted(&asked.wants),
        words: String::new(),
        sent: asked.sent,
        problem: None,
        csrf: frame.csrf.clone(),
    };
    Ok(ask_page(&asking(frame, false), &view).into_response())
}

fn asking(frame: Frame, error: bool) -> Frame {
    let crumbs = vec![Crumb::to("Home", "/"), Crumb::here("Ask for access")];
    Frame { title: "Ask for access".to_owned(), error, crumbs, ..frame }
}

async fn send(State(app): State<App>, actor: Actor, browser: Browser, form: Form) -> Result<Response, AppError> {
    let text = |name: &str| form.get(name).to_owned();
    let asked = AskForAccess {
        account: text("account"),
        serial: text("serial"),
        wants: form.all("wants").filter_map(Grant::of).collect(),
        words: text("words"),
    };
    match app.run(actor.clone(), asked.clone(), form.terms()).await {
        Ok(()) => {
            app.wake();
            Ok(Redirect::to("/access/ask?sent=true").into_response())
        }
        Err(error @ (AppError::Refused(_) | AppError::Invalid { .. })) => {
            let (frame, me) = signed_in(&app, &actor, &browser).await?;
            let problem = Problem::from(error);
            let companies = me.companies.iter().filter(|c| c.confirmed && c.kind == "customer");
            let view = AskView {
                companies: companies.map(|c| Choice { number: c.number.clone(), company: c.name.clone() }).collect(),
                serial: asked.serial,
                wants: asked.wants,
                words: asked.words,
                sent: false,
                problem: Some(summary(&problem)),
                csrf: frame.csrf.clone(),
            };
            let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::CONFLICT);
            Ok((status, ask_page(&asking(frame, true), &view)).into_response())
        }
        Err(error) => Err(error),
    }
}
