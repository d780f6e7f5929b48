//! Shows the People tab; its address is also the pick list's, which asks it with a question.
use super::roster::{ShowRoster, roster_page};
use crate::app::App;
use crate::contracts::list::ShowContract;
use crate::contracts::listed::Reading;
use crate::error::AppError;
use crate::ids::ContractNumber;
use crate::policy::Actor;
use crate::web::frame::{Browser, signed_in};
use crate::web::layout::{Crumb, Frame, Place};
use axum::response::{IntoResponse, Response};

/// The page.
pub async fn show(app: &App, actor: &Actor, browser: &Browser, contract: ContractNumber) -> Result<Response, AppError> {
    let roster = app.read(actor, &ShowRoster(contract.clone())).await?;
    let row = app.read(actor, &ShowContract(contract.clone())).await?;
    let (frame, me) = signed_in(app, actor, browser).await?;
    let reading = Reading { me: me.person.id, today: app.clock().moment().today, opens: true };
    let activity = me.person.id == row.manager_id || me.person.staff_role.is_some();
    let crumbs = vec![
        Crumb::to("Contract Administration", "/contracts"),
        Crumb::to("Contracts", "/contracts"),
        Crumb::here(&contract.0),
    ];
    let title = format!("People – Contract {contract}");
    let frame = Frame { title, crumbs, place: Place::Contracts, ..frame };
    Ok(roster_page(&frame, &reading.head(&row, activity), &roster).into_response())
}
