//! `/account/tokens`.
use super::own_tokens::{CreateOwnToken, ListTokens, Reach, RevokeToken, TokenRow, faults};
use super::secret::Secret;
use super::tokens_page::{TokenLine, TokensView, tokens_page};
use crate::app::App;
use crate::error::AppError;
use crate::operation::Terms;
use crate::policy::{ActionId, Actor};
use crate::time::day_of;
use crate::web::extract::Form;
use crate::web::frame::{self, Browser};
use crate::web::ui::{Fault, Problem};
use crate::web::words::sentence;
use crate::web::{Route, get, post};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::Markup;

/// What is proposed.
const DAYS: &str = "90";

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/account/tokens", ActionId::ListTokens, show),
        post("/account/tokens", ActionId::CreateOwnToken, create),
        post("/account/tokens/revoke", ActionId::RevokeToken, revoke),
    ]
}

async fn page(app: &App, actor: &Actor, browser: &Browser, view: TokensView) -> Result<Markup, AppError> {
    let (frame, _) = frame::signed_in(app, actor, browser).await?;
    let tokens = app.read(actor, &ListTokens).await?;
    let zone = app.clock().zone();
    let day = |at: i64| day_of(at, zone).long();
    let line = |row: TokenRow| TokenLine {
        mark: row.mark(),
        words: format!(
            "May {}. Made on {}, ends on {}, {}",
            Reach::of(&row.scope).unwrap_or_default().words(),
            day(row.created_at),
            day(row.expires_at),
            row.used_at.map_or_else(|| "never used".to_owned(), |at| format!("last used on {}", day(at)))
        ),
        name: row.name,
    };
    let (csrf, tokens) = (frame.csrf.clone(), tokens.into_iter().map(line).collect());
    Ok(tokens_page(&frame, &TokensView { csrf, tokens, ..view }))
}

fn blank() -> TokensView {
    TokensView { days: DAYS.to_owned(), ..TokensView::default() }
}

async fn show(State(app): State<App>, actor: Actor, browser: Browser) -> Result<Markup, AppError> {
    page(&app, &actor, &browser, blank()).await
}

async fn create(State(app): State<App>, actor: Actor, browser: Browser, form: Form) -> Result<Response, AppError> {
    let (name, days) = (form.get("name").to_owned(), form.get("days").to_owned());
    let reach = Reach::of(form.get("reach")).unwrap_or_default();
    let mut wrong: Vec<Fault> =
        faults(&name, days.parse().ok()).into_iter().map(|(field, text)| Fault { field, text }).collect();
    let token = Secret::new("sct_");
    if wrong.is_empty() {
        let create =
            CreateOwnToken { name: name.clone(), reach, days: days.parse().unwrap_or_default(), hash: token.hash() };
        match app.run(actor.clone(), create, Terms::default()).await {
            // The answer to the form itself: the token is shown this once, and stands in no address.
            Ok(_) => {
                let made = Some(token.reveal().to_owned());
                return Ok(page(&app, &actor, &browser, TokensView { made, ..blank() }).await?.into_response());
            }
            Err(AppError::Invalid { field, message }) => wrong.push(Fault { field, text: sentence(&message) }),
            Err(error) => return Err(error),
        }
    }
    let view = TokensView { name, reach, days, problem: Some(Problem::with(wrong)), ..TokensView::default() };
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page(&app, &actor, &browser, view).await?).into_response())
}

async fn revoke(State(app): State<App>, actor: Actor, form: Form) -> Result<Redirect, AppError> {
    app.run(actor, RevokeToken { mark: form.get("token").to_owned() }, Terms::default()).await?;
    Ok(Redirect::to("/account/tokens"))
}
