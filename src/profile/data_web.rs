//! The pages of one's own data: asking for it, fetching it, and having a person erased.
use super::data_page::{EraseView, erase_page};
use super::erase::{ErasePerson, ShowErasure};
use super::export::{AskExport, FetchExport};
use super::web::{Entered, account_with};
use crate::app::App;
use crate::error::AppError;
use crate::ids::PersonKey;
use crate::policy::{ActionId, Actor};
use crate::text::full_name;
use crate::web::extract::Form;
use crate::web::frame::{self, Browser, signed_in};
use crate::web::layout::{Crumb, Frame, Place, bare};
use crate::web::problem::Problem;
use crate::web::{Route, get, post};
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};

pub(super) fn routes() -> Vec<Route> {
    vec![
        post("/account/export", ActionId::AskExport, ask),
        get("/account/exports/{handle}", ActionId::FetchExport, fetch),
        get("/people/{handle}/erase", ActionId::SeeErasure, show),
        post("/people/{handle}/erase", ActionId::ErasePerson, erase),
    ]
}

async fn ask(State(app): State<App>, actor: Actor, browser: Browser, form: Form) -> Result<Response, AppError> {
    match app.run(actor.clone(), AskExport, form.terms()).await {
        Ok(()) => {
            app.wake();
            Ok(Redirect::to("/account?done=export-asked").into_response())
        }
        Err(error @ AppError::Refused(_)) => {
            let problem = Some(frame::summary(&Problem::from(error)));
            let page = account_with(&app, &actor, &browser, Entered { problem, ..Entered::default() }).await?;
            Ok((StatusCode::CONFLICT, page).into_response())
        }
        Err(error) => Err(error),
    }
}

async fn fetch(State(app): State<App>, actor: Actor, Path(handle): Path<String>) -> Result<Response, AppError> {
    let content = app.read(&actor, &FetchExport { handle }).await?;
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"your-data.json\""),
    ];
    Ok((headers, content).into_response())
}

async fn show(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Path(person): Path<PersonKey>,
) -> Result<Markup, AppError> {
    page(&app, &actor, &browser, person, None).await
}

async fn page(
    app: &App,
    actor: &Actor,
    browser: &Browser,
    person: PersonKey,
    problem: Option<crate::web::ui::Problem>,
) -> Result<Markup, AppError> {
    let found = app.read(actor, &ShowErasure { person }).await?;
    let (frame, _) = signed_in(app, actor, browser).await?;
    let name = full_name(&found.who.first_name, &found.who.last_name);
    let up = match found.own {
        true => Crumb::to("Account", "/account"),
        false => Crumb::to(&name, format!("/people/{}", found.who.handle)),
    };
    let view = EraseView {
        handle: found.who.handle,
        name,
        email: found.who.email,
        own: found.own,
        duties: found.duties,
        problem,
        csrf: frame.csrf.clone(),
    };
    let (title, error) = ("Erase".to_owned(), view.problem.is_some());
    let crumbs = vec![Crumb::to("Home", "/"), up, Crumb::here("Erase")];
    Ok(erase_page(&Frame { title, error, crumbs, place: Place::Elsewhere, ..frame }, &view))
}

async fn erase(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Path(person): Path<PersonKey>,
    form: Form,
) -> Result<Response, AppError> {
    let own = app.read(&actor, &ShowErasure { person: person.clone() }).await?.own;
    match app.run(actor.clone(), ErasePerson { person: person.clone() }, form.terms()).await {
        Ok(()) => {
            let title = if own { "Your data is erased" } else { "The person is erased" };
            let frame = Frame { title: title.to_owned(), ..frame::outside(&app, &browser).await };
            let words = if own {
                "You are signed out. Thank you for having been here."
            } else {
                "Sign-in has ended, and nothing says any more who it was."
            };
            let page = bare(&frame, html! { h1 { (title) } p.lead { (words) } p { a.btn href="/" { "Home" } } });
            Ok(page.into_response())
        }
        Err(error @ AppError::Refused(_)) => {
            let problem = Some(frame::summary(&Problem::from(error)));
            let page = page(&app, &actor, &browser, person, problem).await?;
            Ok((StatusCode::CONFLICT, page).into_response())
        }
        Err(error) => Err(error),
    }
}
