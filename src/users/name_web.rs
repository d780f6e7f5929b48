//! Naming one user or many: the form, its check, and the file that is read into it.
use super::access::ShowAccess;
use super::company::ShowUsers;
use super::input::{Grant, Grants, Input, Outcome, UserInput, Verdict};
use super::name::{NameUsers, PreviewUsers};
use super::name_page::{Check, Form as Kind, MOST_SHOWN, NameView, framed, name_page};
use super::pasted;
use super::web::{choices, summary};
use crate::app::App;
use crate::auth::secret::handle;
use crate::error::AppError;
use crate::ids::ContractNumber;
use crate::policy::{ActionId, Actor};
use crate::web::extract::{Form, Params, Upload};
use crate::web::frame::{Browser, signed_in};
use crate::web::problem::Problem;
use crate::web::ui::{Fault, Problem as Summary};
use crate::web::words::{count, link};
use crate::web::{Route, get, post};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/users/new", ActionId::OpenUsers, new),
        get("/users/import", ActionId::OpenUsers, import),
        post("/users/import", ActionId::NameUsers, read_file),
        post("/users/new", ActionId::NameUsers, name),
    ]
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Asked {
    contract: String,
    email: String,
}

async fn new(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Params(asked): Params<Asked>,
) -> Result<Response, AppError> {
    let view = blank(&app, &actor, asked, Kind::One).await?;
    page(&app, &actor, &browser, view, StatusCode::OK).await
}

async fn import(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Params(asked): Params<Asked>,
) -> Result<Response, AppError> {
    let view = blank(&app, &actor, asked, Kind::Many).await?;
    page(&app, &actor, &browser, view, StatusCode::OK).await
}

/// The form before anything is entered; of somebody who has access with what that is.
async fn blank(app: &App, actor: &Actor, asked: Asked, form: Kind) -> Result<NameView, AppError> {
    let found = app.read(actor, &ShowUsers { contract: "-".to_owned(), ..ShowUsers::default() }).await?;
    let (contracts, contract) = choices(&found, asked.contract.trim());
    let show = ShowAccess { contract: ContractNumber(contract.clone()), email: asked.email.trim().to_owned() };
    let access = app.read(actor, &show).await?;
    Ok(NameView {
        form,
        edits: form == Kind::One && !access.name.is_empty(),
        contracts,
        contract,
        email: show.email,
        first_name: String::new(),
        last_name: String::new(),
        people: String::new(),
        grants: access.grants.unwrap_or_else(Grant::by_default),
        all_assets: access.all_assets,
        may_all: access.may_all,
        serials: Vec::from_iter(access.serials).join(" "),
        add: true,
        check: None,
        problem: None,
        csrf: String::new(),
        idempotency_key: handle(),
    })
}

async fn page(
    app: &App,
    actor: &Actor,
    browser: &Browser,
    view: NameView,
    status: StatusCode,
) -> Result<Response, AppError> {
    let (frame, _) = signed_in(app, actor, browser).await?;
    let view = NameView { csrf: frame.csrf.clone(), ..view };
    Ok((status, name_page(&framed(frame, &view), &view)).into_response())
}

/// Reads a file into the list: nothing happens yet.
async fn read_file(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    upload: Upload,
) -> Result<Response, AppError> {
    let asked = Asked { contract: upload.form.get("contract").to_owned(), email: String::new() };
    let view = blank(&app, &actor, asked, Kind::Many).await?;
    let people = pasted::decoded(&upload.file);
    let view = NameView { people, ..view };
    let entered = Entered::of(&view, None);
    checked(&app, &actor, &browser, view, entered).await
}

/// What was entered, as the operation takes it.
struct Entered {
    input: Input,
    fault: Option<Fault>,
}

impl Entered {
    fn of(view: &NameView, form: Option<&Form>) -> Entered {
        let named: Vec<String> = view
            .serials
            .split(|c: char| c.is_whitespace() || c == ',' || c == ';')
            .filter(|s| !s.is_empty())
            .map(str::to_owned)
            .collect();
        let serials = (!view.all_assets).then(|| named.into_iter().collect());
        let mut fault = None;
        let users: Vec<UserInput> = match view.form {
            Kind::One => {
                let part = |name: &String| Some(name.clone()).filter(|name| !name.is_empty());
                let (first_name, last_name) = (part(&view.first_name), part(&view.last_name));
                vec![UserInput {
                    email: view.email.clone(),
                    first_name,
                    last_name,
                    grants: view.grants.clone(),
                    serial_numbers: serials,
                }]
            }
            Kind::Many => {
                let user = |written: pasted::Written| {
                    let grants =
                        written.grants.map(|names| names.iter().filter_map(|name| Grant::of(name)).collect::<Grants>());
                    let own = (!written.serials.is_empty()).then(|| written.serials.into_iter().collect());
                    UserInput {
                        email: written.email,
                        first_name: Some(written.first_name),
                        last_name: Some(written.last_name),
                        grants: grants.unwrap_or_else(|| view.grants.clone()),
                        serial_numbers: own.or_else(|| serials.clone()),
                    }
                };
                pasted::people(&view.people).into_iter().map(user).collect()
            }
        };
        if users.is_empty() {
            fault = Some(Fault { field: "people", text: "Paste at least one e-mail address".to_owned() });
        }
        let number = |name: &str| form.and_then(|form| form.given(name)).and_then(|n| n.parse().ok());
        let input = Input {
            users,
            add: view.form == Kind::Many && view.add,
            leave_out_refused: form.is_some_and(|form| form.has("leave_out")),
            preview: false,
            confirm_notices: number("confirm_notices"),
        };
        Entered { input, fault }
    }
}

async fn name(State(app): State<App>, actor: Actor, browser: Browser, form: Form) -> Result<Response, AppError> {
    let text = |name: &str| form.get(name).to_owned();
    let kind = if form.get("form") == "many" { Kind::Many } else { Kind::One };
    let asked = Asked { contract: text("contract"), email: text("email") };
    let view = blank(&app, &actor, asked, kind).await?;
    let view = NameView {
        edits: form.has("edits"),
        first_name: text("first_name"),
        last_name: text("last_name"),
        people: text("people"),
        grants: form.all("grants").filter_map(Grant::of).collect(),
        all_assets: form.get("assets") == "all",
        serials: text("serials"),
        add: form.has("add"),
        ..view
    };
    let entered = Entered::of(&view, Some(&form));
    // Many are looked at first: whatever button was pressed, nobody is named whom the page did not show.
    if form.get("step") != "apply" || (kind == Kind::Many && !form.has("checked")) {
        return checked(&app, &actor, &browser, view, entered).await;
    }
    let contract = ContractNumber(view.contract.clone());
    match app.run(actor.clone(), NameUsers { contract, input: entered.input.clone() }, form.terms()).await {
        Ok(done) => {
            app.wake();
            let done = done.change_set.unwrap_or_default();
            Ok(Redirect::to(&link("/users", &[("contract", &view.contract), ("done", &done)])).into_response())
        }
        Err(error @ (AppError::Refused(_) | AppError::Invalid { .. })) => {
            refused(&app, &actor, &browser, view, entered, Problem::from(error)).await
        }
        Err(error) => Err(error),
    }
}

/// The form with what would happen.
async fn checked(
    app: &App,
    actor: &Actor,
    browser: &Browser,
    view: NameView,
    entered: Entered,
) -> Result<Response, AppError> {
    if let Some(fault) = entered.fault {
        let view = NameView { problem: Some(Summary::with(vec![fault])), ..view };
        return page(app, actor, browser, view, StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    let contract = ContractNumber(view.contract.clone());
    match app.read(actor, &PreviewUsers(NameUsers { contract, input: entered.input })).await {
        Ok(outcome) => {
            let view = NameView { check: Some(check(outcome, false)), ..view };
            page(app, actor, browser, view, StatusCode::OK).await
        }
        Err(error @ (AppError::Refused(_) | AppError::Invalid { .. })) => {
            let problem = Problem::from(error);
            let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::CONFLICT);
            page(app, actor, browser, NameView { problem: Some(summary(&problem)), ..view }, status).await
        }
        Err(error) => Err(error),
    }
}

/// Why nobody was named: of one person at the field, of many above the rows.
async fn refused(
    app: &App,
    actor: &Actor,
    browser: &Browser,
    view: NameView,
    entered: Entered,
    problem: Problem,
) -> Result<Response, AppError> {
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::CONFLICT);
    let contract = ContractNumber(view.contract.clone());
    let preview = app.read(actor, &PreviewUsers(NameUsers { contract, input: entered.input })).await.ok();
    let asks = problem.notices.is_some();
    let mut summary = summary(&problem);
    let mut view = view;
    if let Some(outcome) = preview {
        summary.faults = match (view.form, asks) {
            (_, true) => summary.faults,
            (Kind::One, _) => outcome.rows.iter().filter(|row| row.reason.is_some()).map(fault).collect(),
            (Kind::Many, _) => {
                let n = i64::try_from(outcome.refused.len()).unwrap_or(0);
                vec![Fault {
                    field: "people",
                    text: format!("{} cannot be named: mend the list, or leave them out", count(n, "row", "rows")),
                }]
            }
        };
        if view.form == Kind::Many || asks {
            view.check = Some(check(outcome, asks));
        }
    }
    view.problem = Some(summary);
    page(app, actor, browser, view, status).await
}

fn fault(row: &super::input::RowView) -> Fault {
    let field = match row.reason.as_deref() {
        Some("no_serial_number" | "unknown_serial_number" | "name_own_serial_numbers") => "serials",
        Some("name_too_long") => "first_name",
        _ => "email",
    };
    let mut letters = row.words.chars();
    let first = letters.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    Fault { field, text: format!("{first}{}", letters.as_str()) }
}

/// Rows that need a look come first.
fn check(outcome: Outcome, asks: bool) -> Check {
    let mut rows = outcome.rows;
    let order = |verdict: Verdict| match verdict {
        Verdict::Refused => 0,
        Verdict::Twice => 1,
        Verdict::Invited => 2,
        Verdict::Pending => 3,
        Verdict::Member => 4,
        Verdict::Unchanged => 5,
    };
    rows.sort_by_key(|row| (order(row.verdict), row.words.is_empty(), row.row));
    let more = rows.len().saturating_sub(MOST_SHOWN);
    rows.truncate(MOST_SHOWN);
    let people = i64::try_from(outcome.notices).unwrap_or(i64::MAX);
    Check {
        rows,
        more,
        changed: outcome.changed,
        invited: outcome.invited,
        refused: outcome.refused.len(),
        confirm: (asks || outcome.notices > crate::coordinators::rules::UNASKED_NOTICES).then_some(people),
    }
}
