//! The pages of change sets: what was changed on a contract, and the undo with its preview.
use super::list::ListChangeSets;
use super::message::{Just, with_undone};
use super::show::{ShowChangeSet, Shown};
use super::undo::UndoChangeSet;
use crate::app::App;
use crate::auth::web::own_path;
use crate::continuity::{ShowVacant, sentence};
use crate::contracts::head::ContractHead;
use crate::contracts::listed::Reading;
use crate::contracts::pages::{ActivityView, activity_page};
use crate::coordinators::undo_page::undo_page;
use crate::error::AppError;
use crate::ids::{ChangeSetKey, ContractNumber};
use crate::policy::{ActionId, Actor};
use crate::web::extract::{Form, Params};
use crate::web::frame::{Browser, signed_in};
use crate::web::layout::{Crumb, Frame, Place};
use crate::web::words::{encoded, link};
use crate::web::{Route, get, post};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::Markup;
use serde::Deserialize;

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/contracts/{contract_number}/activity", ActionId::SeeActivity, activity),
        get("/change-sets/{handle}", ActionId::UndoChangeSet, preview),
        post("/change-sets/{handle}/undo", ActionId::UndoChangeSet, undo),
    ]
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Asked {
    cursor: String,
    done: String,
    undone: String,
}

async fn activity(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Path(contract): Path<ContractNumber>,
    Params(asked): Params<Asked>,
) -> Result<Markup, AppError> {
    let Asked { cursor, done, undone } = asked;
    let cursor = Some(cursor).filter(|cursor| !cursor.is_empty());
    let list = ListChangeSets { contract, cursor, just: Just { done, undone } };
    let found = app.read(&actor, &list).await?;
    let (frame, me) = signed_in(&app, &actor, &browser).await?;
    let reading = Reading { me: me.person.id, today: app.clock().moment().today, opens: true };
    let number = &found.contract.number;
    let here = format!("/contracts/{}/activity", encoded(number));
    let crumbs = vec![
        Crumb::to("Contract Administration", "/contracts"),
        Crumb::to("Contracts", "/contracts"),
        Crumb::here(number),
    ];
    let title = format!("Activity – Contract {number}");
    let vacant = sentence(&app.read(&actor, &ShowVacant(list.contract.clone())).await?);
    let view = ActivityView {
        head: ContractHead { vacant, ..reading.head(&found.contract, true) },
        sets: found.sets,
        first: list.cursor.as_ref().map(|_| here.clone()),
        next: found.next.as_deref().map(|cursor| link(&here, &[("cursor", cursor)])),
    };
    Ok(activity_page(&Frame { title, crumbs, place: Place::Contracts, flash: found.flash, ..frame }, &view))
}

/// The page of one change set: its undo in three parts, or why it cannot be undone.
async fn page(app: &App, actor: &Actor, browser: &Browser, shown: &Shown) -> Result<Markup, AppError> {
    let (frame, me) = signed_in(app, actor, browser).await?;
    let view = shown.view(&frame.csrf, &me.zone(app.clock().zone()));
    let mut crumbs = vec![Crumb::to("Contracts", "/contracts")];
    crumbs.extend(shown.contract.as_ref().map(|number| Crumb::to(number, shown.back())));
    crumbs.push(Crumb::here("Undo"));
    let title = "Undo this change?".to_owned();
    let flash = shown.flash.clone();
    Ok(undo_page(&Frame { title, crumbs, place: Place::Contracts, flash, ..frame }, &view))
}

async fn preview(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Path(change_set): Path<ChangeSetKey>,
    Params(just): Params<Just>,
) -> Result<Markup, AppError> {
    let shown = app.read(&actor, &ShowChangeSet { change_set, just }).await?;
    page(&app, &actor, &browser, &shown).await
}

/// Undoes it, and goes back to where it was asked for. What is undone already is only shown: a second press of the
/// button, or a reload, is no error.
async fn undo(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Path(change_set): Path<ChangeSetKey>,
    form: Form,
) -> Result<Response, AppError> {
    let undo = UndoChangeSet { change_set: change_set.clone() };
    let refused = match app.run(actor.clone(), undo, form.terms()).await {
        Ok(_) => {
            app.wake();
            false
        }
        Err(AppError::Refused(refusal)) if refusal.kind == "not-undoable" => true,
        Err(error) => return Err(error),
    };
    let handle = change_set.0.clone();
    let shown = app.read(&actor, &ShowChangeSet { change_set, just: Just::default() }).await?;
    if refused && !shown.undone {
        return Ok((StatusCode::CONFLICT, page(&app, &actor, &browser, &shown).await?).into_response());
    }
    let back = form.given("return_to").map(own_path).map(str::to_owned).unwrap_or_else(|| shown.back());
    Ok(Redirect::to(&with_undone(&back, &handle)).into_response())
}
