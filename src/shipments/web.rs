//! The pages of orders.
use super::cancel::CancelShipment;
use super::list::{Filter, ListShipments, ROWS};
use super::list_page::{OrdersView, orders_page};
use super::new_page::{NewOrderView, new_order_page, ordered};
use super::offer::{ListOffered, ShowOffer};
use super::order::{Input, PlaceOrder, Placed};
use super::order_page::{OrderView, order_page};
use super::prefer::ShowPreference;
use super::settle::SettleShipments;
use super::ship_to::EditShipTo;
use super::show::ShowShipment;
use super::views::entered;
use crate::app::App;
use crate::auth::secret::handle;
use crate::contracts::assets::Paging;
use crate::error::AppError;
use crate::ids::{OrderNumber, ReleaseKey};
use crate::policy::{ActionId, Actor};
use crate::profile::rules::Address;
use crate::web::extract::{Form, Params};
use crate::web::frame::{Browser, signed_in, summary};
use crate::web::layout::{Crumb, Frame, Place};
use crate::web::problem::Problem;
use crate::web::ui::Flash;
use crate::web::words::encoded;
use crate::web::{Route, get, post};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::Markup;
use serde::Deserialize;

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/orders", ActionId::ListShipments, list),
        get("/orders/new", ActionId::ListShipments, new),
        post("/orders/new", ActionId::PlaceOrder, place),
        get("/orders/{order_number}", ActionId::SeeShipment, one),
        post("/orders/{order_number}/ship-to", ActionId::EditShipTo, ship_to),
        post("/orders/{order_number}/cancel", ActionId::CancelShipment, cancel),
    ]
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    pub state: String,
    pub q: String,
    pub cursor: String,
    pub done: String,
}

impl Asked {
    pub(super) fn filter(&self) -> Filter {
        Filter { state: self.state.clone(), q: self.q.clone() }
    }

    pub(super) fn query(&self) -> ListShipments {
        let cursor = Some(self.cursor.clone()).filter(|cursor| !cursor.is_empty());
        ListShipments { filter: self.filter(), paging: Paging { cursor, limit: Some(ROWS) } }
    }
}

async fn list(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Params(asked): Params<Asked>,
) -> Result<Markup, AppError> {
    let found = app.read(&actor, &asked.query()).await?;
    let (frame, me) = signed_in(&app, &actor, &browser).await?;
    let media = match frame.nav.orders {
        true => Some(app.read(&actor, &ShowPreference).await?),
        false => None,
    };
    let flash = placed(&asked.done);
    let view = OrdersView {
        filter: asked.filter(),
        rows: found.items,
        later: !asked.cursor.is_empty(),
        next: found.next,
        media,
        orders: media.is_some() || me.person.staff_role.is_some(),
        zone: me.zone(app.clock().zone()),
    };
    let crumbs = vec![Crumb::to("Home", "/"), Crumb::here("Orders")];
    Ok(orders_page(&Frame { title: "Orders".to_owned(), crumbs, place: Place::Orders, flash, ..frame }, &view))
}

/// `12-3`: for twelve serial numbers, in three orders.
fn placed(done: &str) -> Option<Flash> {
    let (serials, orders) = done.split_once('-')?;
    let text = ordered(serials.parse().ok()?, orders.parse().ok()?);
    Some(Flash { text, close: "/orders".to_owned(), ..Flash::default() })
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Chosen {
    release: String,
    contract: String,
}

/// What was entered, and why it was refused.
#[derive(Default)]
struct Typed {
    ticked: Option<Vec<String>>,
    elsewhere: Option<Address>,
    refused: Option<Problem>,
}

async fn new(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Params(chosen): Params<Chosen>,
) -> Result<Response, AppError> {
    form_of(&app, &actor, &browser, chosen, Typed::default()).await
}

async fn form_of(
    app: &App,
    actor: &Actor,
    browser: &Browser,
    chosen: Chosen,
    typed: Typed,
) -> Result<Response, AppError> {
    let mut view = NewOrderView { contract: chosen.contract.clone(), key: handle(), ..NewOrderView::default() };
    if chosen.release.is_empty() {
        view.offered = app.read(actor, &ListOffered).await?;
    } else {
        let show = ShowOffer { release: ReleaseKey(chosen.release), contract: chosen.contract.trim().to_owned() };
        let offer = app.read(actor, &show).await?;
        view.release = Some(offer.release);
        (view.candidates, view.more) = (offer.candidates, offer.more);
        (view.destinations, view.staff) = (offer.destinations, offer.staff);
    }
    let (frame, me) = signed_in(app, actor, browser).await?;
    view.staff = me.person.staff_role.is_some();
    (view.ticked, view.elsewhere) = (typed.ticked, typed.elsewhere);
    view.problem = typed.refused.as_ref().map(summary);
    view.csrf = frame.csrf.clone();
    let (status, error) = (status(typed.refused.as_ref()), typed.refused.is_some());
    let crumbs = vec![Crumb::to("Orders", "/orders"), Crumb::here("Order media")];
    let frame = Frame { title: "Order media".to_owned(), crumbs, place: Place::Orders, error, ..frame };
    Ok((status, new_order_page(&frame, &view)).into_response())
}

pub(super) fn status(refused: Option<&Problem>) -> StatusCode {
    refused.map_or(StatusCode::OK, |p| StatusCode::from_u16(p.status).unwrap_or(StatusCode::CONFLICT))
}

async fn place(State(app): State<App>, actor: Actor, browser: Browser, form: Form) -> Result<Response, AppError> {
    let ticked: Vec<String> = form.all("serial").map(str::to_owned).collect();
    let elsewhere = form.given("elsewhere").map(|_| entered(&form));
    let (release, contract) = (form.get("release").to_owned(), form.get("contract").to_owned());
    let input = Input {
        release: release.clone(),
        serial_numbers: Some(ticked.clone()),
        contract_number: None,
        ship_to: elsewhere.clone(),
        address_is_right: form.given("address_is_right").is_some(),
    };
    match app.run(actor.clone(), PlaceOrder::new(input, app.profile()), form.terms()).await {
        Ok(placed) => {
            app.wake();
            Ok(Redirect::to(&after(&placed)).into_response())
        }
        Err(error @ (AppError::Refused(_) | AppError::Invalid { .. })) => {
            let typed = Typed { ticked: Some(ticked), elsewhere, refused: Some(Problem::from(error)) };
            form_of(&app, &actor, &browser, Chosen { release, contract }, typed).await
        }
        Err(error) => Err(error),
    }
}

/// The page of the order; of several the list.
fn after(placed: &Placed) -> String {
    match placed.shipments.as_slice() {
        [one] => format!("/orders/{}?done=placed", encoded(&one.number)),
        all => format!("/orders?done={}-{}", all.iter().map(|one| one.serial_numbers).sum::<u64>(), all.len()),
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Just {
    done: String,
}

async fn one(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Path(number): Path<OrderNumber>,
    Params(just): Params<Just>,
) -> Result<Response, AppError> {
    let text = match just.done.as_str() {
        "placed" => "The order is placed.",
        "right" => "The address is confirmed.",
        "address" => "The address is saved.",
        "cancelled" => "The order is cancelled.",
        "restored" => "The order stands again.",
        _ => "",
    };
    let close = format!("/orders/{number}");
    let flash = (!text.is_empty()).then(|| Flash { text: text.to_owned(), close, ..Flash::default() });
    show(&app, &actor, &browser, number, Shown { flash, ..Shown::default() }).await
}

/// How a page of an order is shown.
#[derive(Default)]
pub(super) struct Shown {
    pub flash: Option<Flash>,
    pub vendor: bool,
    pub typed: Option<Address>,
    pub parcel: (String, String, String),
    pub refused: Option<Problem>,
}

pub(super) async fn show(
    app: &App,
    actor: &Actor,
    browser: &Browser,
    number: OrderNumber,
    how: Shown,
) -> Result<Response, AppError> {
    let shown = app.read(actor, &ShowShipment(number)).await?;
    let (frame, me) = signed_in(app, actor, browser).await?;
    let place = if how.vendor { Place::Shipments } else { Place::Orders };
    let above = match how.vendor {
        true => Crumb::to("Shipments", "/vendor/shipments"),
        false => Crumb::to("Orders", "/orders"),
    };
    let title = format!("Order {number}");
    let crumbs = vec![above, Crumb::here(&title)];
    let view = OrderView {
        shown,
        vendor: how.vendor,
        typed: how.typed,
        parcel: how.parcel,
        problem: how.refused.as_ref().map(summary),
        zone: me.zone(app.clock().zone()),
        key: handle(),
        csrf: frame.csrf.clone(),
    };
    let error = how.refused.is_some();
    let frame = Frame { title, crumbs, place, flash: how.flash, error, ..frame };
    Ok((status(how.refused.as_ref()), order_page(&frame, &view)).into_response())
}

/// Where a form was sent from.
fn back(form: &Form, number: &str, done: &str) -> Redirect {
    let page = if form.get("from") == "vendor" { "/vendor/shipments" } else { "/orders" };
    Redirect::to(&format!("{page}/{}?done={done}", encoded(number)))
}

/// Whoever met an order that is not settled has it settled, so that the right one is asked at once.
pub(super) async fn settled(app: &App, number: OrderNumber, error: &AppError) -> Result<(), AppError> {
    match error {
        AppError::Refused(refusal) if refusal.kind == "hands-changed" => SettleShipments::now(app, number).await,
        _ => Ok(()),
    }
}

async fn ship_to(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Path(number): Path<OrderNumber>,
    form: Form,
) -> Result<Response, AppError> {
    let typed = (form.given("right").is_none()).then(|| entered(&form));
    let keep = form.given("keep").is_some();
    let edit = EditShipTo::new(number, typed.clone(), keep, app.profile());
    match app.run(actor.clone(), edit, form.terms()).await {
        Ok(done) => {
            app.wake();
            let what = if typed.is_some() { "address" } else { "right" };
            Ok(back(&form, &done.number, what).into_response())
        }
        Err(error @ (AppError::Refused(_) | AppError::Invalid { .. })) => {
            settled(&app, number, &error).await?;
            let (vendor, refused) = (form.get("from") == "vendor", Some(Problem::from(error)));
            show(&app, &actor, &browser, number, Shown { vendor, typed, refused, ..Shown::default() }).await
        }
        Err(error) => Err(error),
    }
}

async fn cancel(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Path(number): Path<OrderNumber>,
    form: Form,
) -> Result<Response, AppError> {
    let undo = form.given("undo").is_some();
    match app.run(actor.clone(), CancelShipment { number, undo, version: None }, form.terms()).await {
        Ok(()) => Ok(back(&form, &number.to_string(), if undo { "restored" } else { "cancelled" }).into_response()),
        Err(error @ (AppError::Refused(_) | AppError::Invalid { .. })) => {
            let (vendor, refused) = (form.get("from") == "vendor", Some(Problem::from(error)));
            show(&app, &actor, &browser, number, Shown { vendor, refused, ..Shown::default() }).await
        }
        Err(error) => Err(error),
    }
}
