//! The pages that everybody has: Home, own serial numbers, help; and the search behind the palette.
use super::contract_people::ShowContractPeople;
use super::help_page::help_page;
use super::needs::{Needs, ShowNeeds};
use super::pages::{ContractList, HomeView, Need, home_page};
use super::search::{FindAnything, Hit};
use super::sold::ListSold;
use crate::adoption::show::{Adoption, ListAdoptions};
use crate::app::App;
use crate::contracts::administered::ListAdministered;
use crate::contracts::assets::{AssetRow, ListOwnAssets, Paging};
use crate::contracts::listed::Reading;
use crate::contracts::pages::{OwnRow, OwnView, own_page};
use crate::error::AppError;
use crate::people::me::Myself;
use crate::policy::{ActionId, Actor};
use crate::releases::fetched::ShowFetched;
use crate::releases::news::ShowNews;
use crate::releases::ready::{BySerial, ShowReady};
use crate::shipments::needs::ShowOrderNeeds;
use crate::users::company::ShowUsers;
use crate::web::extract::Params;
use crate::web::frame::{self, Browser};
use crate::web::layout::{Crumb, Frame, Place};
use crate::web::words::{encoded, link, serial_numbers};
use crate::web::{Route, get};
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use maud::Markup;
use serde::Deserialize;

/// So many contracts of one's own are on Home.
const CONTRACTS: usize = 10;
/// So many serial numbers are one page.
const ROWS: i64 = 50;
pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/", ActionId::SeeFrontDoor, home),
        get("/products", ActionId::ListOwnAssets, own),
        get("/help", ActionId::SeeFrontDoor, help),
        get("/search.json", ActionId::FindAnything, search),
    ]
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Asked {
    q: String,
    cursor: Option<String>,
}

// --- Home --------------------------------------------------------------------------------------------------------------

/// Home; for somebody who is not signed in, the roles of the demo, or else the sign-in page.
async fn home(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Params(asked): Params<Asked>,
) -> Result<Response, AppError> {
    match frame::anyone(&app, &actor, &browser).await? {
        (frame, Some(me)) => {
            let view = HomeView {
                contracts: contracts(&app, &actor, &me, asked.cursor).await?,
                people: match me.person.staff_role.is_none() && (me.person.coordinates || me.person.uses) {
                    true => app.read(&actor, &ShowContractPeople).await?,
                    false => Vec::new(),
                },
                fetched: match me.person.staff_role.is_some() {
                    true => app.read(&actor, &ShowFetched).await?,
                    false => Vec::new(),
                },
                may_ask: me.person.manages == 0 && me.companies.iter().any(|c| c.confirmed && c.kind == "customer"),
                ..needs(&app, &actor, &me).await?
            };
            let crumbs = vec![Crumb::here("Home")];
            let frame = Frame { title: "Home".to_owned(), crumbs, place: Place::Home, ..frame };
            Ok(home_page(&frame, &view).into_response())
        }
        (frame, None) if app.profile().demo => Ok(crate::demo::web::home(frame, None).into_response()),
        (_, None) => Ok(Redirect::to("/sign-in").into_response()),
    }
}

async fn needs(app: &App, actor: &Actor, me: &Myself) -> Result<HomeView, AppError> {
    let mut found = match me.person.manages > 0 {
        true => app.read(actor, &ShowNeeds).await?,
        false => Needs::default(),
    };
    if found.next.is_empty() && (me.person.coordinates || me.person.uses) {
        let paging = Paging { limit: Some(1), ..Paging::default() };
        let own = app.read(actor, &ListOwnAssets { q: String::new(), paging }).await?;
        let verb = if me.person.coordinates { "look after" } else { "have access to" };
        found.next = format!("You {verb} {}; see Products.", serial_numbers(own.total));
    }
    if me.person.manages > 0 {
        let waiting = app.read(actor, &ListAdoptions).await?;
        for adoption in waiting.iter().rev() {
            found.needs.insert(0, came(adoption));
        }
    }
    let ships = matches!(me.person.staff_role.as_deref(), Some("administrator" | "fulfilment"));
    if ships || me.person.manages > 0 || me.person.coordinates {
        let orders = app.read(actor, &ShowOrderNeeds { ships }).await?;
        found.needs.splice(0..0, orders);
    }
    if me.person.manages > 0 || me.person.coordinates {
        found.needs.extend(app.read(actor, &ShowNews).await?);
    }
    if me.person.manages > 0 || me.person.names {
        let users = app.read(actor, &ShowUsers { contract: "-".to_owned(), ..ShowUsers::default() }).await?;
        if let Some(first) = users.requests.first() {
            let text = match users.requests.len() {
                1 => format!("{} asks {}.", first.name(), if first.joins() { "to join" } else { "for access" }),
                n => format!("{n} people ask for access, or to join."),
            };
            let need = Need { text, action: "Decide".to_owned(), href: "/users/requests".to_owned(), icon: "mail" };
            found.needs.insert(0, need);
        }
    }
    let waiting = me.companies.iter().filter(|company| !company.confirmed && company.invited);
    found.next = waiting.fold(found.next, |next, company| {
        format!("{} has invited you: accept with the button in that mail. {next}", company.name)
    });
    Ok(HomeView { needs: found.needs, next: found.next, ..HomeView::default() })
}

/// A purchase under an address that nobody knows.
fn came(adoption: &Adoption) -> Need {
    let (name, number) = (adoption.name(), &adoption.number);
    Need {
        text: format!("Contract {number} came to you: it names {name}, whom nobody at {} knows.", adoption.company),
        action: "Decide".to_owned(),
        href: format!("/contracts/{}/adoption", encoded(number)),
        icon: "alert",
    }
}

/// What one looks after, and what one sold: somebody can do both.
async fn contracts(
    app: &App,
    actor: &Actor,
    me: &Myself,
    cursor: Option<String>,
) -> Result<Vec<ContractList>, AppError> {
    let p = &me.person;
    let reading = Reading { me: p.id, today: app.clock().moment().today, opens: true };
    let mut lists = Vec::new();
    if p.administers > 0 || p.staff_role.is_some() {
        let found = app.read(actor, &ListAdministered::default()).await?;
        let shown = found.rows.get(..CONTRACTS).unwrap_or(&found.rows);
        let title = if p.staff_role.is_some() { "Contracts" } else { "Your contracts" };
        let (rows, more) = (reading.lines(shown, &found.shares), found.rows.len() > CONTRACTS);
        lists.push(ContractList { title, rows, more, ..ContractList::default() });
    }
    if p.resells > 0 {
        let first = cursor.is_some().then(|| "/".to_owned());
        let found = app.read(actor, &ListSold { cursor }).await?;
        let reading = Reading { opens: false, ..reading };
        let next = found.next.map(|cursor| link("/", &[("cursor", &cursor)]));
        let rows = reading.lines(&found.rows, &found.shares);
        lists.push(ContractList { title: "Your customers’ contracts", rows, more: false, first, next });
    }
    Ok(lists)
}

// --- Products ----------------------------------------------------------------------------------------------------------

async fn own(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Params(asked): Params<Asked>,
) -> Result<Markup, AppError> {
    let (frame, me) = frame::signed_in(&app, &actor, &browser).await?;
    let q = asked.q.trim().to_owned();
    let first = asked.cursor.is_some().then(|| link("/products", &[("q", &q)]));
    let paging = Paging { cursor: asked.cursor, limit: Some(ROWS) };
    let found = app.read(&actor, &ListOwnAssets { q: q.clone(), paging }).await?;
    let next = found.page.next.as_deref().map(|cursor| link("/products", &[("q", &q), ("cursor", cursor)]));
    let serials = found.page.items.iter().map(|row| row.serial_number.clone()).collect();
    let ready = app.read(&actor, &ShowReady(serials)).await?;
    let view = OwnView {
        rows: found.page.items.iter().map(|row| own_row(row, &me, &ready)).collect(),
        total: found.total,
        q,
        contracts: me.person.manages > 0 || me.person.coordinates,
        first,
        next,
    };
    let crumbs = vec![Crumb::to("Home", "/"), Crumb::here("Products")];
    let frame = Frame { title: "Products".to_owned(), crumbs, place: Place::Products, ..frame };
    Ok(own_page(&frame, &view))
}

fn own_row(row: &AssetRow, me: &Myself, ready: &BySerial) -> OwnRow {
    let why = match (row.handle == me.person.handle, row.source.as_str(), &row.group_name) {
        (false, ..) => "You have access".to_owned(),
        (true, "contract_manager", _) => "By default, as Contract Manager".to_owned(),
        (true, "contract", _) => "You coordinate the whole contract".to_owned(),
        (true, "group", Some(group)) => format!("You coordinate the group {group}"),
        _ => "You coordinate it".to_owned(),
    };
    OwnRow {
        serial: row.serial_number.clone(),
        product: row.product.clone(),
        release: row.release.clone(),
        ready: ready.get(&row.serial_number).cloned(),
        contract: row.contract_number.clone(),
        why,
    }
}

// --- help --------------------------------------------------------------------------------------------------------------

async fn help(State(app): State<App>, actor: Actor, browser: Browser) -> Result<Markup, AppError> {
    let (frame, _) = frame::anyone(&app, &actor, &browser).await?;
    let crumbs = vec![Crumb::to("Home", "/"), Crumb::here("Help")];
    Ok(help_page(&Frame { title: "Help".to_owned(), crumbs, ..frame }))
}

// --- search ------------------------------------------------------------------------------------------------------------

async fn search(
    State(app): State<App>,
    actor: Actor,
    browser: Browser,
    Params(asked): Params<Asked>,
) -> Result<Json<Vec<Hit>>, AppError> {
    let (frame, _) = frame::signed_in(&app, &actor, &browser).await?;
    let mut hits = app.read(&actor, &FindAnything { q: asked.q.clone() }).await?;
    hits.extend(super::search::pages(&asked.q, frame.nav, frame.demo));
    Ok(Json(hits))
}
