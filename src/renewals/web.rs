//! The page Renewals and the calendar feed.
use super::calendar;
use super::feed::{self, FetchCalendar, ResetCalendar};
use super::list::{Ends, ListRenewals, Report};
use super::report_page::{Feed, RenewalLine, ReportView, crumbs, report_page};
use super::rules::{REPORT_AFTER, REPORT_BEFORE};
use super::timeline::{Line, Timeline, window};
use crate::app::App;
use crate::auth::secret::{Secret, hash};
use crate::contracts::assets::Paging;
use crate::db::Reader;
use crate::error::AppError;
use crate::ids::Single;
use crate::operation::{Query, Terms};
use crate::policy::{self, ActionId, Actor, Permit};
use crate::time::{Instant, day_of};
use crate::web::extract::{Form, Params};
use crate::web::frame::{Browser, signed_in};
use crate::web::layout::{Frame, Place};
use crate::web::words::link;
use crate::web::{Route, get, post};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use maud::Markup;
use serde::Deserialize;
use std::collections::BTreeSet;

/// Contracts of one page, and of the timeline.
const ROWS: i64 = 50;
const LANES: i64 = 24;

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/renewals", ActionId::ListRenewals, renewals),
        post("/renewals/calendar", ActionId::ResetCalendar, reset),
        get("/renewals.ics", ActionId::FetchCalendar, fetch),
    ]
}

/// The report with what the page shows beside it.
struct ShowReport {
    cursor: Option<String>,
}

struct Shown {
    report: Report,
    timeline: Option<Timeline>,
    since: Option<Instant>,
}

impl Query for ShowReport {
    type Action = policy::ListRenewals;
    type Output = Shown;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Shown, AppError> {
        let paging = Paging { cursor: self.cursor.clone(), limit: Some(ROWS) };
        let report = ListRenewals { before: REPORT_BEFORE, after: REPORT_AFTER, paging }.run(reader, permit).await?;
        let timeline = match self.cursor {
            None => timeline(reader, permit, &report).await?,
            Some(_) => None,
        };
        let since = feed::since(reader, permit).await?;
        Ok(Shown { report, timeline, since })
    }
}

async fn timeline(
    reader: &mut Reader,
    permit: &Permit<policy::ListRenewals>,
    report: &Report,
) -> Result<Option<Timeline>, AppError> {
    let (from, until) = window(report.today);
    let paging = Paging { cursor: None, limit: Some(LANES) };
    let page = Ends { from, until, paging }.page(reader, permit).await?;
    let companies: BTreeSet<&str> = page.items.iter().map(|row| row.account_number.as_str()).collect();
    let several = companies.len() > 1;
    let line = |row: &super::list::RenewalRow| {
        let ends = row.end_on.parse().ok()?;
        Some(Line {
            number: row.number.clone(),
            company: if several { row.account.clone() } else { String::new() },
            starts: row.start_on.parse().ok()?,
            ends,
            notices: report.settings.steps.days(ends),
            ordered: row.ordered_at.is_some(),
        })
    };
    let lines: Vec<Line> = page.items.iter().filter_map(line).collect();
    Ok((!lines.is_empty()).then_some(Timeline { today: report.today, lines, more: page.next.is_some() }))
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Asked {
    cursor: String,
}

async fn renewals(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Params(asked): Params<Asked>,
) -> Result<Markup, AppError> {
    let cursor = Some(asked.cursor).filter(|cursor| !cursor.is_empty());
    show(&app, &actor, &browser, cursor, None).await
}

async fn show(
    app: &App,
    actor: &Actor,
    browser: &Browser,
    cursor: Option<String>,
    made: Option<String>,
) -> Result<Markup, AppError> {
    let shown = app.read(actor, &ShowReport { cursor: cursor.clone() }).await?;
    let (frame, me) = signed_in(app, actor, browser).await?;
    let Shown { report, timeline, since } = shown;
    let companies: BTreeSet<&str> = report.page.items.iter().map(|one| one.row.account_number.as_str()).collect();
    let several = companies.len() > 1 || me.person.manages == 0;
    let line = |one: &super::list::Reported| {
        let line = RenewalLine::of(one, me.person.id, &report.settings, report.today);
        if several { line } else { RenewalLine { company: String::new(), ..line } }
    };
    let since = since.map(|at| day_of(at, app.clock().zone()).long()).unwrap_or_default();
    let view = ReportView {
        timeline,
        rows: report.page.items.iter().map(line).collect(),
        feed: (me.person.manages > 0).then_some(Feed { since, made }),
        ask: app.profile().vendor.clone(),
        first: cursor.map(|_| "/renewals".to_owned()),
        next: report.page.next.map(|cursor| link("/renewals", &[("cursor", &cursor)])),
        csrf: frame.csrf.clone(),
    };
    let crumbs = crumbs(frame.nav.contracts.is_some());
    let frame = Frame { title: "Renewals".to_owned(), crumbs, place: Place::Renewals, ..frame };
    Ok(report_page(&frame, &view))
}

/// The answer to the form itself: the key is shown this once, and stands in no address of ours.
async fn reset(State(app): State<App>, actor: Actor, browser: Browser, _: Form) -> Result<Markup, AppError> {
    let key = Secret::new("");
    app.run(actor.clone(), ResetCalendar { hash: key.hash() }, Terms::default()).await?;
    let base = app.profile().base_url.trim_end_matches('/').to_owned();
    show(&app, &actor, &browser, None, Some(format!("{base}/renewals.ics?key={}", key.reveal()))).await
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Key {
    key: String,
}

/// For calendar programs, which have no session: whoever has the key.
async fn fetch(State(app): State<App>, Params(Key { key }): Params<Key>) -> Result<Response, AppError> {
    let ends = app.read(&Actor::anonymous(), &FetchCalendar { hash: hash(&key) }).await?;
    let file = calendar::feed(&ends, app.profile().base_url.trim_end_matches('/'), app.clock().now());
    let kind = (header::CONTENT_TYPE, "text/calendar; charset=utf-8");
    let disposition = (header::CONTENT_DISPOSITION, "attachment; filename=\"renewals.ics\"");
    Ok(([kind, disposition], file).into_response())
}
