//! The vendor's pages of shipments.
use super::approve::{ApproveShipments, Approved};
use super::end::EndShipment;
use super::export;
use super::list::{CountShipments, ListShipments};
use super::queue_page::{QueueView, queue_page};
use super::settle::SettleShipments;
use super::ship::ShipShipment;
use super::show::ShowSlips;
use super::slip_page::{SlipsView, slips_page};
use super::web::{Asked, Shown, settled, show};
use crate::app::App;
use crate::contracts::assets::Paging;
use crate::error::AppError;
use crate::ids::OrderNumber;
use crate::policy::{ActionId, Actor};
use crate::web::extract::{Form, Params};
use crate::web::frame::{Browser, signed_in, summary};
use crate::web::layout::{Crumb, Frame, Place};
use crate::web::problem::Problem;
use crate::web::ui::{Fault, Flash, Problem as Summary, Tone};
use crate::web::words::{count, sentence};
use crate::web::{Route, get, post};
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/vendor/shipments", ActionId::SeeShippingQueue, list),
        get("/vendor/shipments.csv", ActionId::SeeShippingQueue, csv),
        get("/vendor/shipments/slips", ActionId::SeeShippingQueue, slips),
        post("/vendor/shipments/approve", ActionId::ApproveShipments, approve),
        get("/vendor/shipments/{order_number}", ActionId::SeeShippingQueue, one),
        get("/vendor/shipments/{order_number}/slip", ActionId::SeeShippingQueue, slip),
        post("/vendor/shipments/{order_number}/ship", ActionId::ShipShipment, ship),
        post("/vendor/shipments/{order_number}/delivered", ActionId::EndShipment, delivered),
        post("/vendor/shipments/{order_number}/returned", ActionId::EndShipment, returned),
    ]
}

async fn list(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Params(asked): Params<Asked>,
) -> Result<Response, AppError> {
    let approved: Option<i64> = asked.done.parse().ok();
    let text =
        approved.map(|n| format!("{} {} approved.", count(n, "order", "orders"), if n == 1 { "is" } else { "are" }));
    let flash = text.map(|text| Flash { text, close: "/vendor/shipments".to_owned(), ..Flash::default() });
    queue(&app, &actor, &browser, asked, (flash, None)).await
}

async fn queue(
    app: &App,
    actor: &Actor,
    browser: &Browser,
    asked: Asked,
    (flash, problem): (Option<Flash>, Option<Summary>),
) -> Result<Response, AppError> {
    let counts = app.read(actor, &CountShipments).await?;
    let found = app.read(actor, &asked.query()).await?;
    let (frame, me) = signed_in(app, actor, browser).await?;
    let status = if problem.is_some() { StatusCode::CONFLICT } else { StatusCode::OK };
    let view = QueueView {
        filter: asked.filter(),
        counts,
        rows: found.items,
        later: !asked.cursor.is_empty(),
        next: found.next,
        may_ship: frame.nav.ships,
        problem,
        zone: me.zone(app.clock().zone()),
        csrf: frame.csrf.clone(),
    };
    let crumbs = vec![Crumb::to("Home", "/"), Crumb::here("Shipments")];
    let (title, error) = ("Shipments".to_owned(), view.problem.is_some());
    let frame = Frame { title, crumbs, place: Place::Shipments, flash, error, ..frame };
    Ok((status, queue_page(&frame, &view)).into_response())
}

async fn csv(State(app): State<App>, actor: Actor, Params(asked): Params<Asked>) -> Result<Response, AppError> {
    app.read(&actor, &CountShipments).await?;
    let first = ListShipments { filter: asked.filter(), paging: Paging::default() };
    // The first page is read before anything is answered: a refusal has its status and its page.
    let page = app.read(&actor, &first).await?;
    let name = format!("shipments-{}.csv", app.clock().moment().today);
    let start = export::head() + &export::lines(&page.items, app.clock().zone());
    let rest = |filter, next: Option<String>| {
        next.map(|cursor| ListShipments { filter, paging: Paging { cursor: Some(cursor), limit: None } })
    };
    let state = (Some(start), rest(first.filter, page.next));
    let next = move |(start, asked): (Option<String>, Option<ListShipments>)| {
        let (app, actor) = (app.clone(), actor.clone());
        async move {
            if let Some(start) = start {
                return Ok::<_, AppError>(Some((start, (None, asked))));
            }
            let Some(asked) = asked else { return Ok(None) };
            let page = app.read(&actor, &asked).await?;
            let lines = export::lines(&page.items, app.clock().zone());
            Ok(Some((lines, (None, rest(asked.filter, page.next)))))
        }
    };
    let body = Body::from_stream(futures_util::stream::try_unfold(state, next));
    let kind = (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned());
    let disposition = (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\""));
    Ok(([kind, disposition], body).into_response())
}

async fn slips(State(app): State<App>, actor: Actor, browser: Browser) -> Result<Response, AppError> {
    print(&app, &actor, &browser, None).await
}

async fn slip(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Path(number): Path<OrderNumber>,
) -> Result<Response, AppError> {
    print(&app, &actor, &browser, Some(number)).await
}

async fn print(app: &App, actor: &Actor, browser: &Browser, number: Option<OrderNumber>) -> Result<Response, AppError> {
    let slips = app.read(actor, &ShowSlips(number)).await?;
    if number.is_some() && slips.is_empty() {
        return Err(AppError::hidden());
    }
    let (frame, _) = signed_in(app, actor, browser).await?;
    let profile = app.profile();
    let contact = [&profile.phone, &profile.contact_email].map(String::as_str);
    let contact: Vec<&str> = contact.into_iter().filter(|text| !text.is_empty()).collect();
    let today = app.clock().moment().today.long();
    let view = SlipsView { slips, vendor: profile.vendor.clone(), contact: contact.join(", "), today };
    let title = number.map_or("Packing slips".to_owned(), |number| format!("Packing slip of order {number}"));
    let crumbs = vec![Crumb::to("Shipments", "/vendor/shipments"), Crumb::here(&title)];
    Ok(slips_page(&Frame { title, crumbs, place: Place::Shipments, ..frame }, &view).into_response())
}

async fn approve(State(app): State<App>, actor: Actor, browser: Browser, form: Form) -> Result<Response, AppError> {
    let numbers: Vec<OrderNumber> = form.all("order").map(|number| OrderNumber::from(number.to_owned())).collect();
    let alone = match numbers.as_slice() {
        [one] if form.get("from") == "vendor" => Some(*one),
        _ => None,
    };
    match app.run(actor.clone(), ApproveShipments { numbers }, form.terms()).await {
        Ok(done) => {
            settle(&app, &done).await?;
            if done.refused.is_empty() {
                let page = match alone {
                    Some(number) => format!("/vendor/shipments/{number}?done=approved"),
                    None => format!("/vendor/shipments?done={}", done.approved.len()),
                };
                return Ok(Redirect::to(&page).into_response());
            }
            queue(&app, &actor, &browser, Asked::default(), (approved(&done), Some(left_out(&done)))).await
        }
        Err(error @ (AppError::Refused(_) | AppError::Invalid { .. })) => {
            let problem = summary(&Problem::from(error));
            queue(&app, &actor, &browser, Asked::default(), (None, Some(problem))).await
        }
        Err(error) => Err(error),
    }
}

/// Those that have another coordinator now ask that one at once.
pub(super) async fn settle(app: &App, done: &Approved) -> Result<(), AppError> {
    for one in done.refused.iter().filter(|one| one.reason == "hands-changed") {
        SettleShipments::now(app, OrderNumber::from(one.number.clone())).await?;
    }
    Ok(())
}

fn approved(done: &Approved) -> Option<Flash> {
    let n = i64::try_from(done.approved.len()).unwrap_or(0);
    let text = format!("{} approved.", count(n, "order is", "orders are"));
    (n > 0).then(|| Flash { text, tone: Tone::Good, close: "/vendor/shipments".to_owned(), ..Flash::default() })
}

fn left_out(done: &Approved) -> Summary {
    let fault = |one: &super::approve::RefusedOrder| Fault {
        field: "",
        text: format!("Order {}: {}.", one.number, sentence(&one.words)),
    };
    let n = i64::try_from(done.refused.len()).unwrap_or(0);
    let title = format!("{} not approved", count(n, "order is", "orders are"));
    Summary { title, ..Summary::with(done.refused.iter().map(fault).collect()) }
}

async fn one(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Path(number): Path<OrderNumber>,
    Params(asked): Params<Asked>,
) -> Result<Response, AppError> {
    // Customers have a page of their own for it.
    app.read(&actor, &CountShipments).await?;
    let text = match asked.done.as_str() {
        "approved" => "The order is approved.",
        "sent" => "The order is noted as sent. Its Software Coordinator gets a mail.",
        "delivered" => "The order is noted as delivered.",
        "returned" => "The order is noted as returned. The Contract Manager gets a mail.",
        "address" => "The address is saved.",
        "cancelled" => "The order is cancelled.",
        "restored" => "The order stands again.",
        _ => "",
    };
    let close = format!("/vendor/shipments/{number}");
    let flash = (!text.is_empty()).then(|| Flash { text: text.to_owned(), close, ..Flash::default() });
    show(&app, &actor, &browser, number, Shown { flash, vendor: true, ..Shown::default() }).await
}

/// Done, or the page again with what was typed and why not.
async fn after(
    (app, actor, browser): (&App, &Actor, &Browser),
    number: OrderNumber,
    outcome: Result<&str, AppError>,
    parcel: (String, String, String),
) -> Result<Response, AppError> {
    match outcome {
        Ok(done) => {
            app.wake();
            Ok(Redirect::to(&format!("/vendor/shipments/{number}?done={done}")).into_response())
        }
        Err(error @ (AppError::Refused(_) | AppError::Invalid { .. })) => {
            settled(app, number, &error).await?;
            let how = Shown { vendor: true, parcel, refused: Some(Problem::from(error)), ..Shown::default() };
            show(app, actor, browser, number, how).await
        }
        Err(error) => Err(error),
    }
}

async fn ship(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Path(number): Path<OrderNumber>,
    form: Form,
) -> Result<Response, AppError> {
    let parcel = (form.get("carrier").to_owned(), form.get("tracking").to_owned());
    let ship = ShipShipment::new(number, parcel.clone(), app.profile());
    let outcome = app.run(actor.clone(), ship, form.terms()).await.map(|()| "sent");
    after((&app, &actor, &browser), number, outcome, (parcel.0, parcel.1, String::new())).await
}

async fn delivered(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Path(number): Path<OrderNumber>,
    form: Form,
) -> Result<Response, AppError> {
    let end = EndShipment::new(number, None, app.profile());
    let outcome = app.run(actor.clone(), end, form.terms()).await.map(|()| "delivered");
    after((&app, &actor, &browser), number, outcome, Default::default()).await
}

async fn returned(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Path(number): Path<OrderNumber>,
    form: Form,
) -> Result<Response, AppError> {
    let reason = form.get("reason").to_owned();
    let end = EndShipment::new(number, Some(reason.clone()), app.profile());
    let outcome = app.run(actor.clone(), end, form.terms()).await.map(|()| "returned");
    after((&app, &actor, &browser), number, outcome, (String::new(), String::new(), reason)).await
}
