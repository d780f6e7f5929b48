//! The page of Contract Administration.
use super::administered::ListAdministered;
use super::listed::Reading;
use super::pages::{ContractsView, contracts_page};
use crate::app::App;
use crate::error::AppError;
use crate::people::faces::ListManagers;
use crate::policy::{ActionId, Actor, Denied, Standing, WhoCan};
use crate::web::extract::Params;
use crate::web::frame::{Browser, signed_in};
use crate::web::layout::{Crumb, Frame, Place};
use crate::web::words::link;
use crate::web::{Route, get};
use axum::extract::State;
use maud::Markup;
use serde::Deserialize;

pub(super) fn routes() -> Vec<Route> {
    vec![get("/contracts", ActionId::OpenAdministration, contracts)]
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Asked {
    account: String,
    q: String,
    cursor: String,
}

async fn contracts(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Params(asked): Params<Asked>,
) -> Result<Markup, AppError> {
    let Asked { account, q, cursor } = asked;
    let cursor = Some(cursor).filter(|cursor| !cursor.is_empty());
    let list = ListAdministered { account, q, cursor };
    let found = match app.read(&actor, &list).await {
        Err(AppError::Denied(Denied::Forbidden { who_can })) => {
            return Err(who_can_instead(&app, &actor, who_can).await);
        }
        found => found?,
    };
    let (frame, me) = signed_in(&app, &actor, &browser).await?;
    let reading = Reading { me: me.person.id, today: app.clock().moment().today, opens: true };
    let at = |cursor: &str| link("/contracts", &[("account", &list.account), ("q", &list.q), ("cursor", cursor)]);
    let view = ContractsView {
        rows: reading.lines(&found.rows, &found.shares),
        total: found.total,
        q: list.q.clone(),
        account: list.account.clone(),
        ask: app.profile().vendor.clone(),
        coordinators: frame.nav.coordinators,
        first: list.cursor.as_ref().map(|_| at("")),
        next: found.next.as_deref().map(at),
    };
    let crumbs = vec![Crumb::to("Contract Administration", "/contracts"), Crumb::here("Contracts")];
    Ok(contracts_page(&Frame { title: "Contracts".to_owned(), crumbs, place: Place::Contracts, ..frame }, &view))
}

/// Whoever is refused is told by name whom to ask.
async fn who_can_instead(app: &App, actor: &Actor, who_can: Vec<WhoCan>) -> AppError {
    let managers = match app.read(actor, &ListManagers).await {
        Ok(managers) => managers,
        Err(error) => return error,
    };
    let role = Standing::Manager.rule().name;
    let named = managers.into_iter().map(|m| WhoCan { role, name: Some(m.name), email: Some(m.email) });
    let named: Vec<WhoCan> = named.collect();
    let who_can = if named.is_empty() { who_can } else { named };
    AppError::Denied(Denied::Forbidden { who_can })
}
