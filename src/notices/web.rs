//! The pages of the ledger.
use super::list::{CountNotices, CountOutbox, Filter, ListNotices, ListOutbox};
use super::outbox_page::{OutboxView, outbox_page};
use super::page::{LedgerView, ledger_page};
use super::resend::ResendNotice;
use super::show::ShowNotice;
use super::test_mail::SendTest;
use crate::app::App;
use crate::contracts::assets::Paging;
use crate::error::AppError;
use crate::policy::{ActionId, Actor};
use crate::web::extract::{Form, Params};
use crate::web::frame::{self, Browser};
use crate::web::layout::{Crumb, Frame, Place};
use crate::web::problem::Problem;
use crate::web::ui::{Flash, Problem as Summary};
use crate::web::{Route, get, post};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::Markup;
use serde::Deserialize;

/// So many are one page.
const ROWS: i64 = 50;

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/notices", ActionId::ListNotices, ledger),
        get("/vendor/outbox", ActionId::SeeOutbox, all),
        get("/vendor/outbox/{id}", ActionId::SeeOutbox, one),
        post("/vendor/outbox/{id}/resend", ActionId::ResendNotice, resend),
        post("/vendor/outbox/test", ActionId::SendTest, test),
    ]
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Asked {
    person: String,
    q: String,
    state: String,
    since: String,
    cursor: Option<String>,
    done: String,
}

impl Asked {
    fn list(&self) -> ListNotices {
        let text = |text: &String| text.trim().to_owned();
        let (person, q) = (text(&self.person), text(&self.q));
        let filter = Filter { person, q, state: text(&self.state), since: text(&self.since) };
        ListNotices { filter, paging: Paging { cursor: self.cursor.clone(), limit: Some(ROWS) } }
    }
}

async fn ledger(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Params(asked): Params<Asked>,
) -> Result<Markup, AppError> {
    let list = asked.list();
    let page = app.read(&actor, &list).await?;
    let counted = app.read(&actor, &CountNotices).await?;
    let (frame, me) = frame::signed_in(&app, &actor, &browser).await?;
    let view = LedgerView {
        outbox: false,
        manages: me.person.manages > 0,
        test: None,
        later: list.paging.cursor.is_some(),
        filter: list.filter,
        rows: page.items,
        counted,
        next: page.next,
        zone: me.zone(app.clock().zone()),
    };
    let crumbs = vec![Crumb::to("Home", "/"), Crumb::here("Notices")];
    Ok(ledger_page(&Frame { title: "Notices".to_owned(), crumbs, place: Place::Notices, ..frame }, &view))
}

async fn all(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Params(asked): Params<Asked>,
) -> Result<Markup, AppError> {
    let list = asked.list();
    let (filter, later) = (list.filter.clone(), list.paging.cursor.is_some());
    let page = app.read(&actor, &ListOutbox(list)).await?;
    let counted = app.read(&actor, &CountOutbox).await?;
    let (frame, me) = frame::signed_in(&app, &actor, &browser).await?;
    let view = LedgerView {
        outbox: true,
        manages: false,
        test: (me.person.staff_role.as_deref() == Some("administrator")).then(|| frame.csrf.clone()),
        later,
        filter,
        rows: page.items,
        counted,
        next: page.next,
        zone: me.zone(app.clock().zone()),
    };
    let crumbs = vec![Crumb::to("Home", "/"), Crumb::here("Outbox")];
    Ok(ledger_page(&Frame { title: "Outbox".to_owned(), crumbs, place: Place::Outbox, ..frame }, &view))
}

async fn one(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Path(id): Path<i64>,
    Params(asked): Params<Asked>,
) -> Result<Markup, AppError> {
    let text = match asked.done.as_str() {
        "again" => "It is sent once more.",
        "test" => "A test message is on its way to you.",
        _ => "",
    };
    let close = format!("/vendor/outbox/{id}");
    let flash = (!text.is_empty()).then(|| Flash { text: text.to_owned(), close, ..Flash::default() });
    shown(&app, &actor, &browser, id, flash, None).await
}

async fn shown(
    app: &App,
    actor: &Actor,
    browser: &Browser,
    id: i64,
    flash: Option<Flash>,
    problem: Option<Summary>,
) -> Result<Markup, AppError> {
    let (mail, may) = app.read(actor, &ShowNotice(id)).await?;
    let (frame, me) = frame::signed_in(app, actor, browser).await?;
    let crumbs = vec![Crumb::to("Home", "/"), Crumb::to("Outbox", "/vendor/outbox"), Crumb::here("Mail")];
    let error = problem.is_some();
    let view = OutboxView { mail, resend: may.then(|| frame.csrf.clone()), problem, zone: me.zone(app.clock().zone()) };
    let frame = Frame { title: "Mail – Outbox".to_owned(), error, crumbs, place: Place::Outbox, flash, ..frame };
    Ok(outbox_page(&frame, &view))
}

async fn resend(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Path(id): Path<i64>,
    form: Form,
) -> Result<Response, AppError> {
    match app.run(actor.clone(), ResendNotice::new(id, app.profile()), form.terms()).await {
        Ok(again) => {
            app.wake();
            Ok(Redirect::to(&format!("/vendor/outbox/{again}?done=again")).into_response())
        }
        Err(error @ AppError::Refused(_)) => {
            let problem = Problem::from(error);
            let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::CONFLICT);
            let summary = Some(frame::summary(&problem));
            Ok((status, shown(&app, &actor, &browser, id, None, summary).await?).into_response())
        }
        Err(error) => Err(error),
    }
}

async fn test(State(app): State<App>, actor: Actor, form: Form) -> Result<Redirect, AppError> {
    let notice = app.run(actor, SendTest::new(app.profile()), form.terms()).await?;
    app.wake();
    Ok(Redirect::to(&format!("/vendor/outbox/{notice}?done=test")))
}
