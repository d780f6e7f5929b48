//! Shows the People tab; its address is also the pick list's, which asks it with a question.
use super::roster::{ShowRoster, roster_page};
use crate::app::App;
use crate::continuity::{BackupView, ShowBackup, ShowVacant, section, sentence};
use crate::contracts::head::ContractHead;
use crate::contracts::list::ShowContract;
use crate::contracts::listed::Reading;
use crate::error::AppError;
use crate::ids::ContractNumber;
use crate::policy::Actor;
use crate::web::frame::{Browser, signed_in};
use crate::web::layout::{Crumb, Frame, Place};
use crate::web::ui::Problem;
use axum::response::{IntoResponse, Response};

/// The page.
pub async fn show(app: &App, actor: &Actor, browser: &Browser, contract: ContractNumber) -> Result<Response, AppError> {
    show_with(app, actor, browser, contract, None).await
}

/// The page again, with what was typed for the backup contact and why it was refused.
pub async fn show_with(
    app: &App,
    actor: &Actor,
    browser: &Browser,
    contract: ContractNumber,
    typed: Option<(String, Problem)>,
) -> Result<Response, AppError> {
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
    let (backup, may) = app.read(actor, &ShowBackup(contract.clone())).await?;
    let (email, problem) = typed.map_or_else(|| (String::new(), None), |(email, problem)| (email, Some(problem)));
    let error = problem.is_some();
    let csrf = may.then(|| frame.csrf.clone());
    let view = BackupView { contract: contract.0.clone(), backup, csrf, email, problem };
    let vacant = sentence(&app.read(actor, &ShowVacant(contract.clone())).await?);
    let head = ContractHead { vacant, ..reading.head(&row, activity) };
    let frame = Frame { title, error, crumbs, place: Place::Contracts, ..frame };
    Ok(roster_page(&frame, &head, &roster, &section(&view)).into_response())
}
