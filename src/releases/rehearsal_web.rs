//! The pages of a rehearsal and of a report.
use super::rehearsal_pages::{RehearsalView, ReportView, rehearsal_page, report_page};
use super::rehearse::Rehearse;
use super::report::ShowReport;
use super::sample::SampleMail;
use super::show::ShowDraft;
use super::vendor_web::{at, framed, status};
use crate::app::App;
use crate::auth::secret::handle;
use crate::error::AppError;
use crate::ids::ReleaseKey;
use crate::policy::{ActionId, Actor};
use crate::time::day_of;
use crate::web::extract::Params;
use crate::web::frame::{Browser, signed_in, summary};
use crate::web::problem::Problem;
use crate::web::ui::Fault;
use crate::web::words::link;
use crate::web::{Route, get};
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/vendor/releases/{release}/rehearsal", ActionId::RehearseRelease, rehearsal),
        get("/vendor/releases/{release}/report", ActionId::RehearseRelease, report),
    ]
}

/// What the addresses say.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    cursor: String,
    missing: bool,
}

async fn rehearsal(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Path(release): Path<ReleaseKey>,
    Params(asked): Params<Asked>,
) -> Result<Response, AppError> {
    show(&app, &actor, &browser, release, &asked.cursor, None).await
}

pub(super) async fn show(
    app: &App,
    actor: &Actor,
    browser: &Browser,
    release: ReleaseKey,
    cursor: &str,
    refused: Option<Problem>,
) -> Result<Response, AppError> {
    let from = Some(cursor.to_owned()).filter(|cursor| !cursor.is_empty());
    let found = app.read(actor, &Rehearse { release: release.clone(), cursor: from }).await?;
    let shown = app.read(actor, &ShowDraft(release.clone())).await?;
    let sample = app.read(actor, &SampleMail::new(release.clone(), app.profile())).await?;
    let (frame, _) = signed_in(app, actor, browser).await?;
    let here = format!("{}/rehearsal", at(&release));
    let view = RehearsalView {
        handle: release.0,
        name: shown.release.name(),
        sample,
        published: shown.release.state == "published",
        announced: shown.announced_at.is_some(),
        may: frame.nav.edits_catalogue,
        first: (!cursor.is_empty()).then(|| here.clone()),
        next: found.next.as_deref().map(|cursor| link(&here, &[("cursor", cursor)])),
        problem: refused.as_ref().map(counted),
        idempotency_key: handle(),
        csrf: frame.csrf.clone(),
        found,
    };
    let frame = framed(frame, &format!("Rehearsal: {}", view.name), refused.is_some());
    Ok((status(refused.as_ref()), rehearsal_page(&frame, &view)).into_response())
}

/// A number that changed since the page was opened is no fault of the reader's.
fn counted(problem: &Problem) -> crate::web::ui::Problem {
    let mut summary = summary(problem);
    if let Some(people) = summary.confirm {
        let text =
            format!("It is {people} people now. What you see is up to date; press the button again if it still fits");
        summary.faults = vec![Fault { field: "", text }];
    }
    summary
}

async fn report(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Path(release): Path<ReleaseKey>,
    Params(asked): Params<Asked>,
) -> Result<Response, AppError> {
    report_of(&app, &actor, &browser, release, asked, None).await
}

pub(super) async fn report_of(
    app: &App,
    actor: &Actor,
    browser: &Browser,
    release: ReleaseKey,
    asked: Asked,
    refused: Option<Problem>,
) -> Result<Response, AppError> {
    let cursor = Some(asked.cursor.clone()).filter(|cursor| !cursor.is_empty());
    let query = ShowReport { release: release.clone(), missing: asked.missing, cursor: cursor.clone() };
    let report = app.read(actor, &query).await?;
    let shown = app.read(actor, &ShowDraft(release.clone())).await?;
    let (frame, _) = signed_in(app, actor, browser).await?;
    let missing = if asked.missing { "true" } else { "" };
    let to = |cursor: &str| link(&format!("{}/report", at(&release)), &[("missing", missing), ("cursor", cursor)]);
    let view = ReportView {
        name: shown.release.name(),
        at: report.figures.as_ref().map(|f| day_of(f.at, app.clock().zone()).long()).unwrap_or_default(),
        missing: asked.missing,
        may: frame.nav.edits_catalogue,
        problem: refused.as_ref().map(summary),
        first: cursor.map(|_| to("")),
        next: report.next.as_deref().map(to),
        idempotency_key: handle(),
        csrf: frame.csrf.clone(),
        handle: release.0.clone(),
        report,
    };
    let frame = framed(frame, &format!("Report: {}", view.name), refused.is_some());
    Ok((status(refused.as_ref()), report_page(&frame, &view)).into_response())
}
