//! The pages of one contract's renewal: for its manager and reseller, and the vendor's.
use super::answer_quote::AnswerQuote;
use super::calendar::{self, End};
use super::order::MarkOrdered;
use super::quote_mails::Wanted;
use super::renew::{PreviewRenewal, RenewContract};
use super::renew_page::{RenewPage, renew_page};
use super::renewal_page::{RenewalPage, RequestView, renewal_page};
use super::request_quote::{Input, RequestQuote, Seats, day, vendor};
use super::rules;
use super::show::{Renewal, RequestRow, ShowRenewal};
use crate::app::App;
use crate::auth::secret::handle;
use crate::contracts::{listed::Reading, present};
use crate::error::AppError;
use crate::ids::ContractNumber;
use crate::mail::Site;
use crate::operation::Terms;
use crate::policy::{ActionId, Actor};
use crate::text::full_name;
use crate::time::{Day, day_of};
use crate::web::extract::{Form, Params};
use crate::web::frame::{Browser, signed_in, summary};
use crate::web::layout::{Crumb, Frame, Place};
use crate::web::problem::Problem;
use crate::web::ui::{Fault, Flash, Problem as Summary};
use crate::web::words::{encoded, sentence};
use crate::web::{Route, get, post};
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/contracts/{contract_number}/renewal", ActionId::SeeRenewal, show),
        get("/contracts/{contract_number}/renewal.ics", ActionId::SeeRenewal, file),
        post("/contracts/{contract_number}/renewal", ActionId::RequestQuote, request),
        post("/contracts/{contract_number}/renewal/answer", ActionId::AnswerQuote, answer),
        post("/contracts/{contract_number}/renewal/ordered", ActionId::MarkOrdered, order),
        get("/vendor/contracts/{contract_number}/renew", ActionId::PreviewRenewal, preview),
        post("/vendor/contracts/{contract_number}/renew", ActionId::RenewContract, renew),
    ]
}

fn page_of(contract: &ContractNumber) -> String {
    format!("/contracts/{}/renewal", encoded(&contract.0))
}

/// What was entered, for a page that shows it again.
#[derive(Default)]
struct Entered {
    typed: Vec<String>,
    words: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Just {
    done: String,
}

async fn show(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Path(contract): Path<ContractNumber>,
    Params(just): Params<Just>,
) -> Result<Response, AppError> {
    let text = match just.done.as_str() {
        "asked" => "Your request is sent.",
        "answered" => "Your answer is sent.",
        "ordered" => "The renewal is marked as ordered. Its notices pause.",
        "open" => "The renewal is not ordered. Its notices go on.",
        "renewed" => "The contract has a new term.",
        _ => "",
    };
    let close = page_of(&contract);
    let flash = (!text.is_empty()).then(|| Flash { text: text.to_owned(), close, ..Flash::default() });
    page(&app, &actor, &browser, contract, (flash, None, Entered::default())).await
}

async fn page(
    app: &App,
    actor: &Actor,
    browser: &Browser,
    contract: ContractNumber,
    (flash, refused, entered): (Option<Flash>, Option<(StatusCode, Summary)>, Entered),
) -> Result<Response, AppError> {
    let found = app.read(actor, &ShowRenewal(contract)).await?;
    let (frame, me) = signed_in(app, actor, browser).await?;
    let today = app.clock().moment().today;
    let reading = Reading { me: me.person.id, today, opens: found.administers };
    let number = found.contract.number.clone();
    let (status, problem) = refused.unzip();
    let view = view(app, &found, &reading, today, (problem, entered, frame.csrf.clone()));
    let above = match frame.nav.contracts {
        Some(_) => Crumb::to("Contract Administration", "/contracts"),
        None => Crumb::to("Home", "/"),
    };
    let crumbs = vec![above, Crumb::to("Renewals", "/renewals"), Crumb::here(&number)];
    let frame = Frame {
        title: format!("Renewal – Contract {number}"),
        crumbs,
        place: Place::Renewals,
        flash,
        error: view.problem.is_some(),
        companies: present::company(frame.companies, &found.contract.account_number),
        ..frame
    };
    Ok((status.unwrap_or(StatusCode::OK), renewal_page(&frame, &view)).into_response())
}

fn view(
    app: &App,
    found: &Renewal,
    reading: &Reading,
    today: Day,
    (problem, entered, csrf): (Option<Summary>, Entered, String),
) -> RenewalPage {
    let zone = app.clock().zone();
    let own = found.may_ask;
    let end: Option<Day> = found.contract.end_on.parse().ok();
    let next = end.and_then(|end| found.settings.steps.next(end, today)).filter(|_| own);
    let site = Site::of(app.profile());
    RenewalPage {
        head: reading.head(&found.contract, true),
        tabs: found.administers,
        products: found.products.clone(),
        typed: entered.typed,
        words: entered.words,
        asks: found.contract.reseller.clone().unwrap_or_else(|| vendor(&site)),
        asks_email: match found.contract.reseller {
            Some(_) => found.reseller_email.clone(),
            None => site.contact_email.clone(),
        },
        online: rules::online(&found.settings.online, &found.contract.number).filter(|_| own),
        ordered: found.ordered_at.map(|at| day_of(at, zone).long()).unwrap_or_default(),
        next: next.map(|day| format!("The next renewal notice to you comes on {}.", day.long())).unwrap_or_default(),
        requests: found.requests.iter().map(|row| request_view(row, zone)).collect(),
        may_ask: found.may_ask,
        may_answer: found.may_answer,
        may_renew: found.may_renew,
        problem,
        csrf,
        key: handle(),
    }
}

fn request_view(row: &RequestRow, zone: &jiff::tz::TimeZone) -> RequestView {
    let line =
        |line: &super::show::LineRow| Wanted { product: line.name.clone(), seats: line.seats, wanted: line.wanted };
    let who = full_name(&row.first_name, &row.last_name);
    let on = day_of(row.asked_at, zone).long();
    let answered = row.answered_at.map(|at| day_of(at, zone).long());
    let said = if row.answer.is_empty() { "the quote is ready" } else { row.answer.as_str() };
    RequestView {
        id: row.handle.clone(),
        title: format!("{who} asked {} on {on}, for the term to {}", row.sent_to, day(&row.end_on)),
        state: row.state.clone(),
        lines: row.lines.iter().map(line).collect(),
        words: row.words.clone(),
        answer: answered.map(|on| format!("On {on}: {said}")).unwrap_or_default(),
    }
}

/// What the form says; a number that is none is told at its place.
fn entered(form: &Form) -> (Input, Entered, Option<Summary>) {
    let mut products = Vec::new();
    let (mut typed, mut wrong) = (Vec::new(), false);
    for place in 0.. {
        let Some(code) = form.given(&format!("product_{place}")) else { break };
        let seats = form.get(&format!("seats_{place}")).to_owned();
        match seats.parse() {
            Ok(seats) => products.push(Seats { product_code: code.to_owned(), seats }),
            Err(_) => wrong = true,
        }
        typed.push(seats);
    }
    let words = form.get("message").to_owned();
    let fault =
        Fault { field: "products", text: "Enter a whole number of seats for each product; 0 drops it".to_owned() };
    let problem = wrong.then(|| Summary::with(vec![fault]));
    (Input { products, message: words.clone() }, Entered { typed, words }, problem)
}

async fn request(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Path(contract): Path<ContractNumber>,
    form: Form,
) -> Result<Response, AppError> {
    let (input, entered, problem) = entered(&form);
    if let Some(problem) = problem {
        let refused = Some((StatusCode::UNPROCESSABLE_ENTITY, problem));
        return page(&app, &actor, &browser, contract, (None, refused, entered)).await;
    }
    let ask = RequestQuote::new(contract.clone(), input, app.profile());
    match app.run(actor.clone(), ask, form.terms()).await {
        Ok(_) => {
            app.wake();
            Ok(Redirect::to(&format!("{}?done=asked", page_of(&contract))).into_response())
        }
        Err(error @ (AppError::Refused(_) | AppError::Invalid { .. })) => {
            let problem = Problem::from(error);
            let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::CONFLICT);
            page(&app, &actor, &browser, contract, (None, Some((status, summary(&problem))), entered)).await
        }
        Err(error) => Err(error),
    }
}

async fn answer(
    State(app): State<App>,
    actor: Actor,
    Path(contract): Path<ContractNumber>,
    form: Form,
) -> Result<Redirect, AppError> {
    let (request, words) = (form.get("request").to_owned(), form.get("words").to_owned());
    app.run(actor, AnswerQuote::new(contract.clone(), request, words, app.profile()), form.terms()).await?;
    app.wake();
    Ok(Redirect::to(&format!("{}?done=answered", page_of(&contract))))
}

async fn order(
    State(app): State<App>,
    actor: Actor,
    Path(contract): Path<ContractNumber>,
    form: Form,
) -> Result<Redirect, AppError> {
    let ordered = form.get("ordered") != "0";
    app.run(actor, MarkOrdered { contract: contract.clone(), ordered }, form.terms()).await?;
    app.wake();
    Ok(Redirect::to(&format!("{}?done={}", page_of(&contract), if ordered { "ordered" } else { "open" })))
}

/// One contract's end, for whatever program keeps calendars.
async fn file(
    State(app): State<App>,
    actor: Actor,
    Path(contract): Path<ContractNumber>,
) -> Result<Response, AppError> {
    let found = app.read(&actor, &ShowRenewal(contract)).await?;
    let end = End {
        number: found.contract.number.clone(),
        company: found.contract.account.clone(),
        reseller: found.contract.reseller.clone().unwrap_or_default(),
        on: found.contract.end_on.parse().map_err(|_| AppError::Lost)?,
        sequence: found.sequence,
    };
    let file = calendar::one(&end, app.profile().base_url.trim_end_matches('/'), app.clock().now());
    let kind = (header::CONTENT_TYPE, "text/calendar; charset=utf-8");
    let disposition = (header::CONTENT_DISPOSITION, "attachment; filename=\"renewal.ics\"");
    Ok(([kind, disposition], file).into_response())
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Chosen {
    end_date: String,
}

async fn preview(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Path(contract): Path<ContractNumber>,
    Params(Chosen { end_date }): Params<Chosen>,
) -> Result<Response, AppError> {
    renewing(&app, &actor, &browser, contract, (end_date, None)).await
}

async fn renewing(
    app: &App,
    actor: &Actor,
    browser: &Browser,
    contract: ContractNumber,
    (typed, refused): (String, Option<Problem>),
) -> Result<Response, AppError> {
    let day: Result<Day, String> = typed.trim().parse();
    let preview = app.read(actor, &PreviewRenewal { contract, end: day.as_ref().ok().copied() }).await?;
    let (frame, _) = signed_in(app, actor, browser).await?;
    let why = match (&day, &preview.refused) {
        (Err(why), _) if !typed.is_empty() => Some(why.clone()),
        (_, why) => why.clone(),
    };
    let fault = why.map(|why| Summary::with(vec![Fault { field: "end_date", text: sentence(&why) }]));
    let chosen = day.ok().filter(|_| fault.is_none());
    let status = match (&refused, &fault) {
        (Some(problem), _) => StatusCode::from_u16(problem.status).unwrap_or(StatusCode::CONFLICT),
        (None, Some(_)) => StatusCode::UNPROCESSABLE_ENTITY,
        (None, None) => StatusCode::OK,
    };
    let problem = refused.as_ref().map(summary).or(fault);
    let number = preview.number.clone();
    let crumbs = vec![
        Crumb::to("Contracts", "/contracts"),
        Crumb::to(&number, format!("/contracts/{}/renewal", encoded(&number))),
        Crumb::here("Renew"),
    ];
    let error = problem.is_some();
    let view = RenewPage { preview, typed, chosen, problem, csrf: frame.csrf.clone() };
    let frame = Frame { title: format!("Renew contract {number}"), crumbs, place: Place::Renewals, error, ..frame };
    Ok((status, renew_page(&frame, &view)).into_response())
}

async fn renew(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Path(contract): Path<ContractNumber>,
    form: Form,
) -> Result<Response, AppError> {
    let typed = form.get("end_date").to_owned();
    let Ok(end) = typed.parse() else { return renewing(&app, &actor, &browser, contract, (typed, None)).await };
    let renew = RenewContract::new(contract.clone(), end, form.get("confirm_notices").parse().ok(), app.profile());
    match app.run(actor.clone(), renew, Terms::default()).await {
        Ok(_) => {
            app.wake();
            Ok(Redirect::to(&format!("{}?done=renewed", page_of(&contract))).into_response())
        }
        Err(error @ (AppError::Refused(_) | AppError::Invalid { .. })) => {
            renewing(&app, &actor, &browser, contract, (typed, Some(Problem::from(error)))).await
        }
        Err(error) => Err(error),
    }
}
