//! The pages that assign: the classic one, which also takes what the dialog sends, the preview, and the people to choose from.
use super::assign::AssignCoordinator;
use super::assign_form::{AssignForm, ShowAssignForm, Way};
use super::choices;
use super::classic::{ClassicView, Step, classic_page, crumbs};
use super::entered::Entered;
use super::faults;
use super::pages::people_fragment;
use super::preview::refusal;
use super::preview_view::{self, ShowPreview};
use crate::app::App;
use crate::contracts::present;
use crate::error::AppError;
use crate::ids::ContractNumber;
use crate::people::find::{Asked, Find, FindPeople};
use crate::people::me::{Myself, ShowSelf};
use crate::policy::{ActionId, Actor};
use crate::users::roster_web;
use crate::web::changes::{Preview, fragment};
use crate::web::extract::{Form, Pairs, Params};
use crate::web::frame::{Browser, signed_in};
use crate::web::layout::{Frame, Place};
use crate::web::problem::Problem;
use crate::web::words::link;
use crate::web::{Route, get, post};
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use maud::Markup;

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/contracts/{contract_number}/coordinators/assign", ActionId::AssignCoordinator, show),
        post("/contracts/{contract_number}/coordinators/assign", ActionId::AssignCoordinator, assign),
        post("/contracts/{contract_number}/coordinators/preview", ActionId::AssignCoordinator, preview),
        get("/contracts/{contract_number}/people", ActionId::AdministerContract, people),
    ]
}

/// How far the reader has come, by the address of the page.
fn way(form: &Form) -> Way {
    let typed = || form.get("starting_with").to_owned();
    let address = form.get("coordinator");
    let whole = |typed: String| if typed.contains('@') { typed } else { String::new() };
    match form {
        _ if form.get("clear") == "1" => Way::Clear,
        _ if form.get("add") == "1" => Way::Add(if address.is_empty() { whole(typed()) } else { address.to_owned() }),
        _ if !address.is_empty() => Way::Chosen(address.to_owned()),
        _ if form.has("starting_with") => {
            Way::Pick(Some(Asked { find: find(form.get("find")), starting_with: typed() }))
        }
        _ if form.get("pick") == "1" => Way::Pick(None),
        _ => Way::Start,
    }
}

fn find(word: &str) -> Find {
    match word {
        "first_name" => Find::FirstName,
        "last_name" => Find::LastName,
        "any" => Find::Any,
        _ => Find::Email,
    }
}

async fn show(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Path(contract): Path<ContractNumber>,
    Pairs(pairs): Pairs,
) -> Result<Response, AppError> {
    let form = Form::of(pairs);
    let asked = ShowAssignForm { contract, entered: Entered::of(&form), way: way(&form), changed: Vec::new() };
    let found = app.read(&actor, &asked).await?;
    let missing = found.missing(&asked);
    let problem = (!missing.is_empty()).then(|| faults::missing(&missing));
    let (frame, me) = signed_in(&app, &actor, &browser).await?;
    let mut view = found.view(&asked, &me, &frame.csrf);
    view.problem = problem;
    view.preview = foreseen(&app, &actor, &asked, &view, &me).await?;
    Ok(page(frame, &found, &view).into_response())
}

fn page(frame: Frame, found: &AssignForm, view: &ClassicView) -> Markup {
    let title = format!("Assign coordinator – Contract {}", view.form.contract);
    let (error, crumbs) = (view.problem.is_some(), crumbs(&view.form.contract));
    let companies = present::company(frame.companies, &found.contract.account_number);
    classic_page(&Frame { title, error, crumbs, companies, place: Place::Coordinators, ..frame }, view)
}

/// What the form would do as it stands; nothing while it is not complete, or where it would be refused.
async fn foreseen(
    app: &App,
    actor: &Actor,
    asked: &ShowAssignForm,
    view: &ClassicView,
    me: &Myself,
) -> Result<Option<Preview>, AppError> {
    if !matches!(view.step, Step::Chosen(_) | Step::Cleared) {
        return Ok(None);
    }
    let mut entered = asked.entered.clone();
    entered.scope = view.scope.clone();
    entered.serials = view.rows.iter().map(|row| row.serial.clone()).collect();
    let Ok(input) = entered.input() else { return Ok(None) };
    let assignment = AssignCoordinator { contract: asked.contract.clone(), input };
    match app.read(actor, &ShowPreview(assignment.clone())).await {
        Ok(shown) => Ok(Some(preview_view::view(&shown, &assignment.input, me))),
        Err(AppError::Refused(_) | AppError::Invalid { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

async fn assign(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Path(contract): Path<ContractNumber>,
    form: Form,
) -> Result<Response, AppError> {
    let entered = Entered::of(&form);
    let done = match entered.input() {
        Ok(input) => {
            let assignment = AssignCoordinator { contract: contract.clone(), input };
            app.run(actor.clone(), assignment, form.terms()).await
        }
        Err(error) => Err(error),
    };
    match done {
        Ok(outcome) => {
            app.wake();
            let to = back(&contract, &entered.return_to, outcome.change_set.as_deref().unwrap_or_default());
            Ok(Redirect::to(&to).into_response())
        }
        Err(error @ (AppError::Refused(_) | AppError::Invalid { .. })) => {
            refused(&app, &actor, &browser, contract, entered, Problem::from(error)).await
        }
        Err(error) => Err(error),
    }
}

/// The page to go back to, with what was done: the Products page of this contract, narrowed as it was.
fn back(contract: &ContractNumber, return_to: &str, done: &str) -> String {
    let page = format!("/contracts/{contract}/products");
    let query = match return_to.strip_prefix(page.as_str()) {
        Some(rest) => rest.strip_prefix('?').unwrap_or_default(),
        None => "",
    };
    let pairs = form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name != "done" && name != "undone");
    let pairs: Vec<_> = pairs.collect();
    let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (name.as_ref(), value.as_ref())).collect();
    link(&link(&page, &pairs), &[("done", done)])
}

/// The same form again, filled, with what is wrong above it.
async fn refused(
    app: &App,
    actor: &Actor,
    browser: &Browser,
    contract: ContractNumber,
    entered: Entered,
    problem: Problem,
) -> Result<Response, AppError> {
    let way = match (entered.clear, entered.coordinator.is_empty(), entered.typed) {
        (true, ..) => Way::Clear,
        (_, true, false) => Way::Start,
        (_, _, true) => Way::Add(entered.coordinator.clone()),
        (_, false, false) => Way::Chosen(entered.coordinator.clone()),
    };
    let changed = problem.changed_since.clone().unwrap_or_default();
    let asked = ShowAssignForm { contract, entered, way, changed };
    let found = app.read(actor, &asked).await?;
    let (frame, me) = signed_in(app, actor, browser).await?;
    let mut view = found.view(&asked, &me, &frame.csrf);
    view.problem = Some(summary(app, &asked, &found, &view, &problem));
    view.preview = foreseen(app, actor, &asked, &view, &me).await?;
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::CONFLICT);
    Ok((status, page(frame, &found, &view)).into_response())
}

fn summary(
    app: &App,
    asked: &ShowAssignForm,
    found: &AssignForm,
    view: &ClassicView,
    problem: &Problem,
) -> crate::web::ui::Problem {
    let zone = app.clock().zone();
    let changed = found.changed.iter().map(|row| faults::changed(row, zone)).collect();
    let mut summary = faults::summary(problem, &asked.entered, &found.contract.account, changed);
    // Nobody is chosen yet: then the way to a coordinator is the pick list.
    if matches!(view.step, Step::Start) {
        for fault in summary.faults.iter_mut().filter(|fault| fault.field == "coordinator") {
            fault.field = "pick-form";
        }
    }
    summary
}

/// The parts that the dialog takes over. A rule that says no is an answer, too: it is what would happen.
async fn preview(
    State(app): State<App>,
    actor: Actor,
    Path(contract): Path<ContractNumber>,
    form: Form,
) -> Result<Markup, AppError> {
    let entered = Entered::of(&form);
    let me = app.read(&actor, &ShowSelf).await?;
    let shown = match entered.input() {
        Ok(input) => {
            let assignment = AssignCoordinator { contract: contract.clone(), input };
            let shown = app.read(&actor, &ShowPreview(assignment.clone())).await;
            shown.map(|shown| (shown, assignment.input))
        }
        Err(error) => Err(error),
    };
    let error = match shown {
        Ok((shown, input)) => match refusal(&shown.previewed) {
            None => return Ok(fragment(&preview_view::view(&shown, &input, &me))),
            Some(refusal) => AppError::from(refusal),
        },
        Err(error @ (AppError::Refused(_) | AppError::Invalid { .. })) => error,
        Err(error) => return Err(error),
    };
    let asked = ShowAssignForm { contract, entered, way: Way::Start, changed: Vec::new() };
    let found = app.read(&actor, &asked).await?;
    let problem = faults::summary(&Problem::from(error), &asked.entered, &found.contract.account, Vec::new());
    Ok(fragment(&Preview { problem: Some(problem), ..Preview::default() }))
}

async fn people(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Path(contract): Path<ContractNumber>,
    Params(asked): Params<Asked>,
) -> Result<Response, AppError> {
    let accepts = browser.headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let fragment = accepts.contains("fragment");
    // Without a question it is the People tab.
    if !fragment && !browser.path.contains('?') {
        return roster_web::show(&app, &actor, &browser, contract).await;
    }
    let find = FindPeople { contract, asked };
    let found = app.read(&actor, &find).await?;
    if fragment {
        let me = app.read(&actor, &ShowSelf).await?;
        let options: Vec<_> = found.iter().map(|found| choices::option(found, &me)).collect();
        return Ok(people_fragment(&options).into_response());
    }
    // Without a script the same question is the pick list's.
    let by = super::assign_form::word(find.asked.find);
    let page = format!("/contracts/{}/coordinators/assign?pick=1&starting_with=", find.contract);
    let typed: String = form_urlencoded::byte_serialize(find.asked.starting_with.as_bytes()).collect();
    Ok(Redirect::to(&format!("{page}{typed}&find={by}")).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_comes_back_to_the_same_list_of_the_same_contract() {
        let back = |return_to| super::back(&ContractNumber("1104".to_owned()), return_to, "k1");
        assert_eq!(back("/contracts/1104/products"), "/contracts/1104/products?done=k1");
        let narrowed = "/contracts/1104/products?group=B%C3%BCro%20%26%20Co&done=k0&q=a+b";
        assert_eq!(back(narrowed), "/contracts/1104/products?group=B%C3%BCro%20%26%20Co&q=a%20b&done=k1");
        for other in ["", "//evil.example", "/contracts/1104/productsx", "/contracts/9/products?q=x", "/contracts/1104"]
        {
            assert_eq!(back(other), "/contracts/1104/products?done=k1", "{other}");
        }
    }

    #[test]
    fn the_address_says_how_far_one_has_come() {
        let way = |query: &str| {
            let pairs = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
            format!("{:?}", super::way(&Form::of(pairs)))
        };
        assert_eq!(way("serial=S1"), "Start");
        assert_eq!(way("pick=1"), "Pick(None)");
        assert!(way("pick=1&find=last_name&starting_with=").contains("LastName"));
        assert_eq!(way("pick=1&find=email&starting_with=a&coordinator=a@b.example"), "Chosen(\"a@b.example\")");
        assert_eq!(way("pick=1&starting_with=nora@b.example&add=1"), "Add(\"nora@b.example\")");
        assert_eq!(way("pick=1&starting_with=nora&add=1"), "Add(\"\")");
        assert_eq!(way("coordinator=a@b.example&clear=1"), "Clear");
    }
}
