//! `/vendor/people/{handle}/reset-factors`: for somebody who lost every second factor.
use super::factors_page::{FactorsView, factors_page, title};
use super::web::framed;
use crate::app::App;
use crate::auth::reset_factors::{ResetFactors, SeeFactors};
use crate::error::AppError;
use crate::ids::PersonKey;
use crate::operation::Terms;
use crate::policy::{ActionId, Actor};
use crate::web::extract::{Form, Params};
use crate::web::frame::{Browser, signed_in, summary};
use crate::web::problem::Problem;
use crate::web::words::encoded;
use crate::web::{Route, get, post};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

const AT: &str = "/vendor/people/{handle}/reset-factors";

pub(super) fn routes() -> Vec<Route> {
    vec![get(AT, ActionId::SeeFactors, ask), post(AT, ActionId::ResetFactors, reset)]
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Asked {
    done: bool,
}

async fn ask(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Path(person): Path<PersonKey>,
    Params(asked): Params<Asked>,
) -> Result<Response, AppError> {
    show(&app, &actor, &browser, person, asked.done, "", None).await
}

async fn show(
    app: &App,
    actor: &Actor,
    browser: &Browser,
    person: PersonKey,
    done: bool,
    why: &str,
    refused: Option<Problem>,
) -> Result<Response, AppError> {
    let owner = app.read(actor, &SeeFactors { person }).await?;
    let (frame, _) = signed_in(app, actor, browser).await?;
    let view = FactorsView {
        name: if owner.name.is_empty() { owner.email.clone() } else { owner.name },
        handle: owner.handle,
        email: owner.email,
        why: why.to_owned(),
        done,
        fresh: owner.fresh,
        problem: refused.as_ref().map(summary),
        csrf: frame.csrf.clone(),
    };
    let page = factors_page(&framed(frame, title(done), refused.is_some()), &view);
    let status = refused.map_or(StatusCode::OK, |p| StatusCode::from_u16(p.status).unwrap_or(StatusCode::CONFLICT));
    Ok((status, page).into_response())
}

async fn reset(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Path(person): Path<PersonKey>,
    form: Form,
) -> Result<Response, AppError> {
    let why = form.get("why").to_owned();
    match app.run(actor.clone(), ResetFactors { person: person.clone(), why: why.clone() }, Terms::default()).await {
        Ok(()) => {
            app.wake();
            let to = format!("/vendor/people/{}/reset-factors?done=true", encoded(person.as_str()));
            Ok(Redirect::to(&to).into_response())
        }
        Err(error @ (AppError::Refused(_) | AppError::Invalid { .. })) => {
            show(&app, &actor, &browser, person, false, &why, Some(Problem::from(error))).await
        }
        Err(error) => Err(error),
    }
}
