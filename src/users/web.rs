//! The list of users, and what its buttons do.
use super::company::{Found, ShowUsers, UserRow};
use super::end::{self, EndAccess};
use super::grant::ChangeGrant;
use super::input::Grant;
use super::known::grants;
use super::list_page::{Choice, UserLine, UsersView, framed, users_page};
use super::send_link::SendLink;
use crate::app::App;
use crate::auth::secret::handle;
use crate::change_sets::message::{Just, ShowMessage};
use crate::error::AppError;
use crate::ids::{ContractNumber, PersonKey};
use crate::operation::Terms;
use crate::policy::{ActionId, Actor};
use crate::text::full_name;
use crate::time::{Moment, day_of};
use crate::web::extract::{Form, Params};
use crate::web::frame::{self, Browser, signed_in};
use crate::web::layout::Frame;
use crate::web::person::{PersonRef, Reach};
use crate::web::problem::Problem;
use crate::web::ui::{Fault, Flash, Problem as Summary};
use crate::web::words::{count, link, serial_numbers};
use crate::web::{Route, get, post};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

pub(super) fn routes() -> Vec<Route> {
    vec![get("/users", ActionId::OpenUsers, list), post("/users/change", ActionId::NameUsers, change)]
}

/// What the address says.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    contract: String,
    q: String,
    state: String,
    cursor: Option<String>,
    done: String,
    undone: String,
    sent: u64,
}

async fn list(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Params(asked): Params<Asked>,
) -> Result<Response, AppError> {
    show(&app, &actor, &browser, asked, None).await
}

/// The contracts on which the reader names users; the one asked for, or else the first.
pub(super) fn choices(found: &Found, asked: &str) -> (Vec<Choice>, String) {
    let companies: std::collections::BTreeSet<&str> = found.contracts.iter().map(|c| c.company.as_str()).collect();
    let several = companies.len() > 1;
    let company = |name: &String| if several { name.clone() } else { String::new() };
    let all = found.contracts.iter().map(|c| Choice { number: c.number.clone(), company: company(&c.company) });
    let all: Vec<Choice> = all.collect();
    let first = all.first().map(|c| c.number.clone()).unwrap_or_default();
    (all, if asked.is_empty() { first } else { asked.to_owned() })
}

async fn show(
    app: &App,
    actor: &Actor,
    browser: &Browser,
    asked: Asked,
    refused: Option<Problem>,
) -> Result<Response, AppError> {
    let none = ShowUsers { contract: "-".to_owned(), ..ShowUsers::default() };
    let all = match asked.contract.is_empty() {
        true => app.read(actor, &none).await?.contracts,
        false => Vec::new(),
    };
    let contract = all.first().map_or(asked.contract.clone(), |c| c.number.clone());
    let query =
        ShowUsers { contract, q: asked.q.trim().to_owned(), state: asked.state.clone(), cursor: asked.cursor.clone() };
    let found = app.read(actor, &query).await?;
    if !found.contracts.iter().any(|c| c.number == query.contract) {
        return Err(AppError::hidden());
    }
    let (contracts, contract) = choices(&found, &query.contract);
    let (frame, me) = signed_in(app, actor, browser).await?;
    let now = app.clock().moment();
    let managed = found.contracts.iter().find(|c| c.number == contract && c.manages);
    let (manages, account) = (managed.is_some(), managed.map(|c| c.account_number.clone()));
    let parameters = [("contract", contract.as_str()), ("q", query.q.as_str()), ("state", query.state.as_str())];
    let here = link("/users", &parameters);
    let flash = flash(app, actor, &asked, &here).await?;
    let view = UsersView {
        rows: found.rows.iter().map(|row| line(row, me.person.id, manages, &now)).collect(),
        contracts,
        account,
        q: query.q.clone(),
        invited_only: query.state == "invited",
        requests: found.requests.len(),
        first: query.cursor.as_ref().map(|_| here.clone()),
        next: found.next.as_deref().map(|cursor| link(&here, &[("cursor", cursor)])),
        problem: refused.as_ref().map(summary),
        csrf: frame.csrf.clone(),
        idempotency_key: handle(),
        contract,
    };
    let frame = Frame { flash, error: refused.is_some(), ..framed(frame, "Users") };
    let status = refused.map_or(StatusCode::OK, |p| StatusCode::from_u16(p.status).unwrap_or(StatusCode::CONFLICT));
    Ok((status, users_page(&frame, &view)).into_response())
}

async fn flash(app: &App, actor: &Actor, asked: &Asked, here: &str) -> Result<Option<Flash>, AppError> {
    if asked.sent > 0 {
        let text = format!("{} sent again.", count(i64::try_from(asked.sent).unwrap_or(0), "link was", "links were"));
        return Ok(Some(Flash { text, close: here.to_owned(), ..Flash::default() }));
    }
    let just = Just { done: asked.done.clone(), undone: asked.undone.clone() };
    app.read(actor, &ShowMessage { just, close: here.to_owned() }).await
}

fn line(row: &UserRow, me: i64, manages: bool, now: &Moment) -> UserLine {
    let name = full_name(&row.first_name, &row.last_name);
    let name = if name.is_empty() { row.email.clone() } else { name };
    let (deactivated, bounced, pending) = (row.deactivated, row.bounced, row.pending);
    let state = Reach { deactivated, bounced, pending, invited: row.invited_at.is_some() }.state();
    let day = |at: i64| day_of(at, &now.zone);
    let signed_in = match (row.pending, row.invited_at, row.expires_at, row.signed_in_at) {
        (true, Some(invited), Some(until), _) => {
            format!("Invited {}, until {}", day(invited).short(), day(until).short())
        }
        (_, _, _, Some(at)) => day(at).long(),
        _ => "Never".to_owned(),
    };
    let delivery = match (row.pending, row.delivery.as_deref()) {
        (true, Some("failed")) => "The invitation came back: withdraw it, and invite the right address",
        (true, Some("queued")) => "The invitation is on its way",
        (true, Some("not_sent")) => "Not sent: the installation was not live yet",
        _ => "",
    };
    let role = match (row.manages, row.coordinates) {
        (true, _) => "Contract Manager",
        (_, true) => "Software Coordinator",
        _ => "",
    };
    let person = PersonRef { you: row.id == me, state, ..PersonRef::new(name, &row.email, &row.handle, &row.handle) };
    UserLine {
        person,
        role: role.to_owned(),
        access: row.number.as_ref().map(|_| match row.all_assets {
            true => "All serial numbers".to_owned(),
            false => serial_numbers(row.assets),
        }),
        grants: grants(row.releases, row.extensions, row.support, row.learning).into_iter().collect(),
        signed_in,
        delivery: delivery.to_owned(),
        expired: row.pending && row.expires_at.is_some_and(|until| until <= now.at),
        editable: !row.deactivated && (manages || !row.all_assets),
    }
}

pub(super) fn summary(problem: &Problem) -> Summary {
    let mut summary = frame::summary(problem);
    if let Some(people) = summary.confirm {
        let text = format!("This writes to {people} people. Tick the box if it should");
        summary.faults = vec![Fault { field: "", text }];
    }
    summary
}

/// What was pressed.
enum Pressed {
    Grant { emails: Vec<String>, grant: Grant, give: bool },
    End(Vec<String>),
    Send(Vec<String>),
}

fn pressed(form: &Form) -> Result<Pressed, AppError> {
    let emails: Vec<String> = form.all("email").map(str::to_owned).collect();
    let unknown = || AppError::invalid("", "press one of the buttons of the page");
    // A switch of a row is for that row alone, whatever is ticked.
    if let Some(switch) = form.given("switch") {
        let mut words = switch.splitn(3, ' ');
        let (verb, grant, email) = (words.next(), words.next().and_then(Grant::of), words.next());
        let (Some(grant), Some(email)) = (grant, email) else { return Err(unknown()) };
        return Ok(Pressed::Grant { emails: vec![email.to_owned()], grant, give: verb == Some("give") });
    }
    match (form.get("do"), Grant::of(form.get("grant"))) {
        _ if emails.is_empty() => Err(AppError::invalid("", "tick whom it is for")),
        (verb @ ("give" | "take"), Some(grant)) => Ok(Pressed::Grant { emails, grant, give: verb == "give" }),
        ("end", _) => Ok(Pressed::End(emails)),
        ("send", _) => Ok(Pressed::Send(emails)),
        _ => Err(unknown()),
    }
}

async fn change(State(app): State<App>, actor: Actor, browser: Browser, form: Form) -> Result<Response, AppError> {
    let contract = ContractNumber(form.get("contract").to_owned());
    let confirm_notices = form.given("confirm_notices").and_then(|n| n.parse().ok());
    let back = |more: (&str, &str)| {
        let to = link("/users", &[("contract", &contract.0), ("q", form.get("q")), more]);
        Redirect::to(&to).into_response()
    };
    let done = match pressed(&form) {
        Ok(Pressed::Grant { emails, grant, give }) => {
            let change = ChangeGrant { contract: contract.clone(), emails, grant, give, confirm_notices };
            app.run(actor.clone(), change, form.terms()).await.map(|done| done.change_set)
        }
        Ok(Pressed::End(emails)) => {
            let input = end::Input { emails, confirm_notices };
            app.run(actor.clone(), EndAccess { contract: contract.clone(), input }, form.terms())
                .await
                .map(|done| done.change_set)
        }
        Ok(Pressed::Send(emails)) => match send(&app, &actor, emails).await {
            Ok(sent) => return Ok(back(("sent", &sent.to_string()))),
            Err(error) => Err(error),
        },
        Err(error) => Err(error),
    };
    match done {
        Ok(change_set) => {
            app.wake();
            Ok(back(("done", &change_set.unwrap_or_default())))
        }
        Err(error @ (AppError::Refused(_) | AppError::Invalid { .. })) => {
            let asked = Asked { contract: contract.0, q: form.get("q").to_owned(), ..Asked::default() };
            show(&app, &actor, &browser, asked, Some(Problem::from(error))).await
        }
        Err(error) => Err(error),
    }
}

/// A mail to each is an operation of its own: that one went out is true whatever becomes of the next.
async fn send(app: &App, actor: &Actor, emails: Vec<String>) -> Result<u64, AppError> {
    let mut sent = 0;
    for email in emails {
        let person = PersonKey::from(email);
        app.run(actor.clone(), SendLink { person }, Terms::default()).await?;
        sent += 1;
    }
    app.wake();
    Ok(sent)
}
