//! One person's page, and the hand-over of everything that he or she coordinates.
use super::find::{Asked as Find, FindPeople};
use super::me::Myself;
use super::pages::{HandOver as HandView, PersonView, Successor, person_page};
use super::show::{ShowPerson, Shown};
use super::show_view;
use crate::app::App;
use crate::auth::secret::handle;
use crate::change_sets::message::Just;
use crate::coordinators::assign::Coordinator;
use crate::coordinators::choices;
use crate::coordinators::entered::guessed;
use crate::coordinators::hand_over::{HandOver, Input};
use crate::coordinators::hand_over_view::{ShowHandOver, foreseen, newcomer};
use crate::error::AppError;
use crate::ids::{ContractNumber, PersonKey};
use crate::policy::{ActionId, Actor};
use crate::text::is_address;
use crate::web::extract::{Form, Pairs};
use crate::web::frame::{self, Browser, signed_in};
use crate::web::layout::{Crumb, Frame, Place};
use crate::web::problem::Problem;
use crate::web::ui::{Fault, Problem as Summary};
use crate::web::words::encoded;
use crate::web::{Route, get, post};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/people/{handle}", ActionId::SeePerson, show),
        post("/people/{handle}/hand-over", ActionId::HandOver, hand_over),
    ]
}

/// What was entered for the hand-over.
#[derive(Clone, Debug, Default)]
struct Entered {
    email: String,
    first_name: String,
    last_name: String,
    /// There were fields for the names.
    named: bool,
    confirm: Option<u64>,
}

impl Entered {
    /// As the operation takes it. Where the form had no fields for them, names are guessed from the address.
    fn coordinator(&self) -> Coordinator {
        let guess = if self.named { (self.first_name.clone(), self.last_name.clone()) } else { guessed(&self.email) };
        let part = |name: String| Some(name).filter(|name| !name.trim().is_empty());
        Coordinator { email: self.email.clone(), first_name: part(guess.0), last_name: part(guess.1) }
    }

    fn hand_over(&self, person: &PersonKey, coordinator: Coordinator) -> HandOver {
        let input = Input { coordinator, preview: false, confirm_notices: self.confirm };
        HandOver { person: person.clone(), input }
    }
}

async fn show(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Path(person): Path<PersonKey>,
    Pairs(pairs): Pairs,
) -> Result<Response, AppError> {
    let form = Form::of(pairs);
    let text = |name: &str| form.get(name).to_owned();
    let entered = Entered {
        // Without a script the form sends a second field, which the script would have filled, and leaves it empty.
        email: form.all("successor").next().unwrap_or_default().to_owned(),
        first_name: text("first_name"),
        last_name: text("last_name"),
        named: form.has("first_name") || form.has("last_name"),
        confirm: None,
    };
    let just = Just { done: text("done"), undone: text("undone") };
    page(&app, &actor, &browser, ShowPerson { person, just }, &entered, None).await
}

async fn hand_over(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Path(person): Path<PersonKey>,
    form: Form,
) -> Result<Response, AppError> {
    let text = |name: &str| form.get(name).to_owned();
    let entered = Entered {
        email: text("coordinator"),
        first_name: text("first_name"),
        last_name: text("last_name"),
        named: form.has("first_name") || form.has("last_name"),
        confirm: form.given("confirm_notices").and_then(|n| n.parse().ok()),
    };
    let given = |name: &String| Some(name.clone()).filter(|name| !name.is_empty());
    let (first_name, last_name) = (given(&entered.first_name), given(&entered.last_name));
    let coordinator = Coordinator { email: entered.email.clone(), first_name, last_name };
    match app.run(actor.clone(), entered.hand_over(&person, coordinator), form.terms()).await {
        Ok(outcome) => {
            app.wake();
            let done = outcome.change_set.unwrap_or_default();
            Ok(Redirect::to(&format!("/people/{}?done={}", encoded(person.as_str()), encoded(&done))).into_response())
        }
        Err(error @ (AppError::Refused(_) | AppError::Invalid { .. })) => {
            let show = ShowPerson { person, just: Just::default() };
            page(&app, &actor, &browser, show, &entered, Some(Problem::from(error))).await
        }
        Err(error) => Err(error),
    }
}

/// The page, with what was entered and what came of it.
async fn page(
    app: &App,
    actor: &Actor,
    browser: &Browser,
    show: ShowPerson,
    entered: &Entered,
    refused: Option<Problem>,
) -> Result<Response, AppError> {
    let shown = app.read(actor, &show).await?;
    let (frame, me) = signed_in(app, actor, browser).await?;
    let mut view = show_view::view(&shown, &app.profile().vendor);
    view.buttons = shown.buttons(&frame.csrf);
    let about = crate::console::on_person::sections(app, actor, &me, &view.person, &shown.person.handle);
    view.more = Some(about.await?);
    let mut status = StatusCode::OK;
    if let Some(hand) = hand(app, actor, &frame, &me, &shown).await? {
        let key = PersonKey::from(shown.person.handle.as_str());
        let mut hand = match entered.email.is_empty() {
            true => hand,
            false => with_successor(app, actor, &me, &key, entered, hand).await?,
        };
        if let Some(refused) = &refused {
            status = StatusCode::from_u16(refused.status).unwrap_or(StatusCode::CONFLICT);
            hand.problem = Some(summary(refused, entered));
        } else if hand.problem.is_some() {
            status = StatusCode::UNPROCESSABLE_ENTITY;
        }
        view.hand_over = Some(hand);
    } else if let Some(refused) = refused {
        // Nothing is left to hand over: somebody else was quicker, or it was sent twice.
        return Ok(refused.into_response());
    }
    Ok((status, person_page(&framed(frame, &shown, &view), &view)).into_response())
}

fn framed(frame: Frame, shown: &Shown, view: &PersonView) -> Frame {
    let up = match frame.nav.contracts {
        Some(_) => Crumb::to("Contract Administration", "/contracts"),
        None => Crumb::to("Home", "/"),
    };
    Frame {
        title: view.person.name.clone(),
        error: view.hand_over.as_ref().is_some_and(|hand| hand.problem.is_some()),
        crumbs: vec![up, Crumb::here(view.person.name.clone())],
        place: Place::Elsewhere,
        flash: shown.flash.clone(),
        ..frame
    }
}

/// The part that hands over, where the reader may and there is something.
async fn hand(
    app: &App,
    actor: &Actor,
    frame: &Frame,
    me: &Myself,
    shown: &Shown,
) -> Result<Option<HandView>, AppError> {
    let Some(contract) = shown.contract() else { return Ok(None) };
    let find = FindPeople { contract: ContractNumber(contract.number.clone()), asked: Find::default() };
    let found = app.read(actor, &find).await?;
    let others = found.iter().filter(|found| found.handle != shown.person.handle);
    let mut contracts: Vec<&str> = shown.handed().map(|row| row.number.as_str()).collect();
    contracts.dedup();
    let now = |level: &str| matches!(level, "asset" | "group" | "contract" | "manager");
    Ok(Some(HandView {
        csrf: frame.csrf.clone(),
        idempotency_key: handle(),
        people_url: format!("/contracts/{}/people", encoded(&contract.number)),
        company: contract.company.clone(),
        people: others.map(|found| choices::option(found, me)).collect(),
        people_complete: !choices::more(&found),
        serials: shown.handed().filter(|row| now(&row.level)).map(|row| row.assets).sum(),
        contracts: i64::try_from(contracts.len()).unwrap_or(i64::MAX),
        successor: None,
        problem: None,
    }))
}

/// Adds whom was chosen and what that would change.
async fn with_successor(
    app: &App,
    actor: &Actor,
    me: &Myself,
    person: &PersonKey,
    entered: &Entered,
    hand: HandView,
) -> Result<HandView, AppError> {
    let fault = |text: String| Some(Summary::with(vec![Fault { field: "", text }]));
    if !is_address(&entered.email) {
        let text = format!("“{}” is not a full e-mail address. Enter one like name@company.com", entered.email);
        return Ok(HandView { problem: fault(text), ..hand });
    }
    let coordinator = entered.coordinator();
    let names = |c: &Coordinator| (c.first_name.clone().unwrap_or_default(), c.last_name.clone().unwrap_or_default());
    let (first_name, last_name) = names(&coordinator);
    let show = ShowHandOver(entered.hand_over(person, coordinator.clone()));
    let successor = match app.read(actor, &show).await {
        Ok(shown) => {
            let foreseen = foreseen(&shown, &coordinator, me);
            Successor {
                person: foreseen.person,
                first_name,
                last_name,
                new: foreseen.new,
                preview: Some(foreseen.preview),
            }
        }
        Err(error @ (AppError::Refused(_) | AppError::Invalid { .. })) => {
            let problem = Problem::from(error);
            if problem.name() != "unknown-coordinator" {
                return Ok(HandView { problem: Some(summary(&problem, entered)), ..hand });
            }
            let person = newcomer(&coordinator);
            let problem = entered.named.then(|| summary(&problem, entered));
            let successor = Some(Successor { person, first_name, last_name, new: true, preview: None });
            return Ok(HandView { successor, problem, ..hand });
        }
        Err(error) => return Err(error),
    };
    Ok(HandView { successor: Some(successor), ..hand })
}

/// Why it was not done, in the words of the page.
fn summary(problem: &Problem, entered: &Entered) -> Summary {
    if problem.name() == "unknown-coordinator" {
        let names = [("first_name", "first", &entered.first_name), ("last_name", "last", &entered.last_name)];
        let missing = names.into_iter().filter(|(_, _, name)| name.is_empty());
        let faults = missing.map(|(field, word, _)| Fault { field, text: format!("Enter the {word} name") });
        return Summary::with(faults.collect());
    }
    let mut summary = frame::summary(problem);
    for fault in &mut summary.faults {
        // The person is chosen in a field of another form.
        if fault.field == "coordinator" {
            fault.field = "";
        }
    }
    if let Some(people) = summary.confirm {
        let text = format!("This writes to {people} people. Tick the box if it should");
        summary.faults = vec![Fault { field: "", text }];
    }
    summary
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Refusal;

    #[test]
    fn a_missing_name_is_asked_for_at_its_field() {
        let unknown = Problem::from(AppError::from(Refusal::new("unknown-coordinator", "x")));
        let entered = Entered { first_name: "Nora".to_owned(), named: true, ..Entered::default() };
        let summary = summary(&unknown, &entered);
        let faults: Vec<(&str, &str)> = summary.faults.iter().map(|f| (f.field, f.text.as_str())).collect();
        assert_eq!(faults, [("last_name", "Enter the last name")]);
    }

    #[test]
    fn names_are_guessed_only_where_there_was_no_field_for_them() {
        let email = "maya.lindqvist@x.example".to_owned();
        let typed = Entered { email, ..Entered::default() };
        assert_eq!(typed.coordinator().last_name.as_deref(), Some("Lindqvist"));
        assert_eq!(Entered { named: true, ..typed }.coordinator().last_name, None);
    }
}
