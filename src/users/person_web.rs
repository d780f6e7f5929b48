//! What a Contract Manager, or a coordinator who names users, does on one person's page: credentials, name, address, the right
//! to name users, removal. Each is a page of its own with one form; the person's page links to them.
use super::correct::{self, CorrectAddress, CorrectName};
use super::naming::{self, SetNamingRight};
use super::person_page::{Done, DutyView, EditView, LinkView, duty_page, edit_page, link_page};
use super::remove::RemoveUser;
use super::send_link::{CopyLink, SendLink, Sent};
use super::web::summary;
use crate::app::App;
use crate::auth::secret::Secret;
use crate::change_sets::message::Just;
use crate::error::AppError;
use crate::ids::{ContractNumber, PersonKey};
use crate::people::show::ShowPerson;
use crate::people::show_view;
use crate::policy::{ActionId, Actor};
use crate::web::extract::{Form, Params};
use crate::web::frame::{Browser, signed_in};
use crate::web::layout::{Crumb, Frame};
use crate::web::person::PersonRef;
use crate::web::problem::Problem;
use crate::web::words::{encoded, link};
use crate::web::{Route, get, post};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

pub(super) fn routes() -> Vec<Route> {
    vec![
        post("/people/{handle}/send-link", ActionId::Invite, send_link),
        post("/people/{handle}/copy-link", ActionId::Invite, copy_link),
        get("/people/{handle}/edit", ActionId::SeePerson, edit),
        post("/people/{handle}/edit", ActionId::CorrectUser, save),
        get("/people/{handle}/remove", ActionId::SeePerson, ask_remove),
        post("/people/{handle}/remove", ActionId::RemoveUser, remove),
        post("/contracts/{contract_number}/naming-rights", ActionId::GrantNaming, set_naming),
    ]
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Asked {
    did: String,
}

/// The person, as far as the reader sees them.
async fn person(app: &App, actor: &Actor, person: PersonKey) -> Result<PersonRef, AppError> {
    let shown = app.read(actor, &ShowPerson { person, just: Just::default() }).await?;
    Ok(show_view::view(&shown, &app.profile().vendor).person)
}

fn framed(frame: Frame, title: &str, person: &PersonRef, handle: &str, error: bool) -> Frame {
    let crumbs = vec![
        Crumb::to("Users", "/users"),
        Crumb::to(person.name.clone(), format!("/people/{}", encoded(handle))),
        Crumb::here(title),
    ];
    Frame { title: format!("{title} – {}", person.name), error, crumbs, ..frame }
}

fn status(problem: &Problem) -> StatusCode {
    StatusCode::from_u16(problem.status).unwrap_or(StatusCode::CONFLICT)
}

async fn send_link(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Path(key): Path<PersonKey>,
    form: Form,
) -> Result<Response, AppError> {
    let done = match app.run(actor.clone(), SendLink { person: key.clone() }, form.terms()).await {
        Ok(sent) => Ok(if sent == Sent::Invitation { Done::Invited } else { Done::LinkSent }),
        Err(error @ (AppError::Refused(_) | AppError::Invalid { .. })) => Err(Problem::from(error)),
        Err(error) => return Err(error),
    };
    app.wake();
    let to = person(&app, &actor, key.clone()).await?;
    let (frame, _) = signed_in(&app, &actor, &browser).await?;
    let view = LinkView {
        back: format!("/people/{}", encoded(key.as_str())),
        link: String::new(),
        person: to.clone(),
        done: done.as_ref().ok().copied(),
        problem: done.as_ref().err().map(summary),
    };
    let code = done.err().map_or(StatusCode::OK, |problem| status(&problem));
    Ok((code, link_page(&framed(frame, "Sign-in link", &to, key.as_str(), code != StatusCode::OK), &view))
        .into_response())
}

async fn copy_link(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Path(key): Path<PersonKey>,
    form: Form,
) -> Result<Response, AppError> {
    let secret = Secret::new("");
    let copy = CopyLink { person: key.clone(), link: secret.hash() };
    // Never replayed under a key: the secret is in this answer only.
    let _ = form;
    let done = match app.run(actor.clone(), copy, crate::operation::Terms::default()).await {
        Ok(()) => Ok(format!("{}/invite/{}", app.profile().base_url, secret.reveal())),
        Err(error @ (AppError::Refused(_) | AppError::Invalid { .. })) => Err(Problem::from(error)),
        Err(error) => return Err(error),
    };
    let to = person(&app, &actor, key.clone()).await?;
    let (frame, _) = signed_in(&app, &actor, &browser).await?;
    let view = LinkView {
        back: format!("/people/{}", encoded(key.as_str())),
        link: done.as_ref().ok().cloned().unwrap_or_default(),
        person: to.clone(),
        done: done.as_ref().ok().map(|_| Done::Copied),
        problem: done.as_ref().err().map(summary),
    };
    let code = done.err().map_or(StatusCode::OK, |problem| status(&problem));
    Ok((code, link_page(&framed(frame, "Invitation link", &to, key.as_str(), code != StatusCode::OK), &view))
        .into_response())
}

async fn edit(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Path(key): Path<PersonKey>,
    Params(asked): Params<Asked>,
) -> Result<Response, AppError> {
    app.read(&actor, &correct::MayCorrect(key.clone())).await?;
    let to = person(&app, &actor, key.clone()).await?;
    let (frame, _) = signed_in(&app, &actor, &browser).await?;
    let (first, last) = super::pasted::split_name(&to.name);
    let asked_owner = asked.did == "asked";
    let view = EditView {
        handle: key.to_string(),
        first_name: first,
        last_name: last,
        email: to.email.clone(),
        person: to.clone(),
        asked_owner,
        problem: None,
        csrf: frame.csrf.clone(),
    };
    Ok(edit_page(&framed(frame, "Correct name or e-mail", &to, key.as_str(), false), &view).into_response())
}

async fn save(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Path(key): Path<PersonKey>,
    form: Form,
) -> Result<Response, AppError> {
    let text = |name: &str| form.get(name).to_owned();
    let to = person(&app, &actor, key.clone()).await?;
    let input = correct::Input { first_name: text("first_name"), last_name: text("last_name") };
    let back = format!("/people/{}", encoded(key.as_str()));
    let done = match form.get("what") {
        "email" => {
            let correct = CorrectAddress { person: key.clone(), email: text("email") };
            app.run(actor.clone(), correct, form.terms()).await.map(|at_once| match at_once {
                true => back.clone(),
                false => link(&format!("{back}/edit"), &[("did", "asked")]),
            })
        }
        _ => app
            .run(actor.clone(), CorrectName { person: key.clone(), input: input.clone() }, form.terms())
            .await
            .map(|_| back.clone()),
    };
    match done {
        Ok(to) => {
            app.wake();
            Ok(Redirect::to(&to).into_response())
        }
        Err(error @ (AppError::Refused(_) | AppError::Invalid { .. })) => {
            let (frame, _) = signed_in(&app, &actor, &browser).await?;
            let problem = Problem::from(error);
            let named = form.has("first_name");
            let (first, last) = super::pasted::split_name(&to.name);
            let view = EditView {
                handle: key.to_string(),
                first_name: if named { input.first_name } else { first },
                last_name: if named { input.last_name } else { last },
                email: form.given("email").unwrap_or(&to.email).to_owned(),
                person: to.clone(),
                asked_owner: false,
                problem: Some(summary(&problem)),
                csrf: frame.csrf.clone(),
            };
            let frame = framed(frame, "Correct name or e-mail", &to, key.as_str(), true);
            Ok((status(&problem), edit_page(&frame, &view)).into_response())
        }
        Err(error) => Err(error),
    }
}

async fn ask_remove(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Path(key): Path<PersonKey>,
) -> Result<Response, AppError> {
    removal(&app, &actor, &browser, key, None).await
}

/// The question, with the duties that must be given to somebody else first.
async fn removal(
    app: &App,
    actor: &Actor,
    browser: &Browser,
    key: PersonKey,
    refused: Option<Problem>,
) -> Result<Response, AppError> {
    let duties = app.read(actor, &super::duties::ShowDuties(key.clone())).await?;
    let to = person(app, actor, key.clone()).await?;
    let (frame, _) = signed_in(app, actor, browser).await?;
    let code = refused.as_ref().map_or(StatusCode::OK, status);
    let view = DutyView {
        handle: key.to_string(),
        person: to.clone(),
        companies: duties.companies,
        first: duties.first,
        problem: refused.as_ref().map(summary),
        csrf: frame.csrf.clone(),
    };
    Ok((code, duty_page(&framed(frame, "Remove", &to, key.as_str(), refused.is_some()), &view)).into_response())
}

async fn remove(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Path(key): Path<PersonKey>,
    form: Form,
) -> Result<Response, AppError> {
    let remove = RemoveUser { person: key.clone(), account: form.get("account").to_owned() };
    match app.run(actor.clone(), remove, form.terms()).await {
        Ok(_) => {
            app.wake();
            Ok(Redirect::to("/users").into_response())
        }
        Err(error @ (AppError::Refused(_) | AppError::Invalid { .. })) => {
            removal(&app, &actor, &browser, key, Some(Problem::from(error))).await
        }
        Err(error) => Err(error),
    }
}

async fn set_naming(
    State(app): State<App>,
    actor: Actor,
    Path(contract): Path<ContractNumber>,
    form: Form,
) -> Result<Response, AppError> {
    let input = naming::Input { email: form.get("email").to_owned(), may_name_users: form.get("may") == "1" };
    let back = format!("/people/{}", encoded(form.get("person")));
    let done = app.run(actor, SetNamingRight { contract, input }, form.terms()).await?;
    Ok(Redirect::to(&link(&back, &[("done", &done.change_set.unwrap_or_default())])).into_response())
}
