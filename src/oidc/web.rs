//! The way to a provider and back. A GET shows, a POST acts, on the way back as well: what the provider sends along is put into
//! a form, and only its button redeems it.
use super::begin::{BeginSignIn, ClaimSignIn, Claimed};
use super::enter::{EnterByProvider, Entered};
use super::pages::{
    BackView, CompanyView, FailedView, GoView, WaitingView, back_page, company_page, confirming_page, failed_page,
    go_page, waiting_page,
};
use super::protocol::ProtocolError;
use super::provider::{CALLBACK, FindProvider, Provider};
use super::rules::domain_of;
use super::ticket::{TICKET_FOR, Ticket};
use crate::app::App;
use crate::auth::cookie_web::{device, onward, set};
use crate::auth::secret::{self, Secret};
use crate::auth::web::own_path;
use crate::error::{AppError, Refusal};
use crate::operation::Terms;
use crate::policy::{ActionId, Actor};
use crate::text::is_address;
use crate::web::extract::{Form, Params, cookie, cookie_name};
use crate::web::frame::{Browser, outside};
use crate::web::layout::Frame;
use crate::web::words::link;
use crate::web::{Route, get, post};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use maud::Markup;
use serde::Deserialize;

/// Longest code, state or issuer that is taken back.
const LONGEST: usize = 4_096;
/// What a provider may say instead of a code (RFC 6749 and OpenID Connect), as far as its words are repeated.
const SAID: &[(&str, &str)] = &[
    ("access_denied", "you were not let in there, or went back"),
    ("login_required", "it wants you to sign in there first"),
    ("consent_required", "it wants your consent first"),
    ("interaction_required", "it wants you to do something there first"),
    ("unauthorized_client", "it does not let this site sign people in"),
    ("invalid_scope", "it does not tell this site e-mail addresses"),
    ("temporarily_unavailable", "it is not available at the moment"),
    ("server_error", "something broke there"),
];

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/sign-in/company", ActionId::SeeFrontDoor, company),
        post("/sign-in/company", ActionId::SeeFrontDoor, find_company),
        get("/sign-in/company.json", ActionId::SeeFrontDoor, company_json),
        post("/sign-in/oidc", ActionId::BeginSignIn, begin),
        get(CALLBACK, ActionId::SeeFrontDoor, back),
        post(CALLBACK, ActionId::OpenSession, finish),
    ]
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Asked {
    email: String,
    domain: String,
    return_to: String,
}

async fn framed(app: &App, browser: &Browser) -> Frame {
    // The theme's form returns to the beginning: what a provider sent along must not come up again.
    Frame { title: "Sign in".to_owned(), path: "/sign-in".to_owned(), ..outside(app, browser).await }
}

async fn find(app: &App, domain: String) -> Result<Option<Provider>, AppError> {
    if domain.is_empty() {
        return Ok(None);
    }
    app.read(&Actor::anonymous(), &FindProvider::Domain(domain)).await
}

async fn company(State(app): State<App>, browser: Browser, Params(asked): Params<Asked>) -> Result<Response, AppError> {
    let found = find(&app, domain_of(&asked.email)).await?;
    let owner = found.map(|provider| provider.owner(&app.profile().vendor));
    let error = owner.is_none() && !asked.email.is_empty();
    let frame = Frame { error, ..framed(&app, &browser).await };
    let return_to = own_path(&asked.return_to).to_owned();
    let view = CompanyView { csrf: frame.csrf.clone(), email: asked.email, return_to, owner };
    let status = if error { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, company_page(&frame, &view)).into_response())
}

/// Where whoever must not sign in another way is led instead.
pub async fn elsewhere(app: &App, email: &str, return_to: &str) -> Result<Option<Response>, AppError> {
    let only = find(app, domain_of(email)).await?.is_some_and(|provider| provider.only_here);
    let to = link("/sign-in/company", &[("email", email), ("return_to", own_path(return_to))]);
    Ok(only.then(|| Redirect::to(&to).into_response()))
}

/// From the sign-in form, whatever else is in it.
async fn find_company(form: Form) -> Redirect {
    let (email, return_to) = (form.get("email"), own_path(form.get("return_to")));
    Redirect::to(&link("/sign-in/company", &[("email", email), ("return_to", return_to)]))
}

async fn company_json(
    State(app): State<App>,
    Params(asked): Params<Asked>,
) -> Result<Json<serde_json::Value>, AppError> {
    let found = find(&app, domain_of(&format!("x@{}", asked.domain))).await?;
    let owner = found.map(|provider| provider.owner(&app.profile().vendor));
    Ok(Json(serde_json::json!({"owner": owner})))
}

// --- there -------------------------------------------------------------------------------------------------------------

async fn begin(State(app): State<App>, browser: Browser, form: Form) -> Result<Response, AppError> {
    let (email, return_to) = (form.get("email"), own_path(form.get("return_to")));
    let Some(provider) = find(&app, domain_of(email)).await? else {
        return Ok(Redirect::to(&link("/sign-in/company", &[("email", email)])).into_response());
    };
    let ticket = Ticket::random();
    let hint = if is_address(email) { email } else { "" };
    let url = match provider.client(&app) {
        Ok(client) => client.authorize(&ticket, hint).await.map_err(Failed::of),
        Err(error) => Err(Failed::of_app(error)?),
    };
    let url = match url {
        Ok(url) => url,
        Err(failed) => return Ok(failed.page(&app, &browser, provider.id).await),
    };
    let begin = BeginSignIn { provider: provider.id, ticket: ticket.hash(), return_to: return_to.to_owned() };
    app.run(Actor::anonymous(), begin, Terms::default()).await?;
    let owner = provider.owner(&app.profile().vendor);
    let page = go_page(&framed(&app, &browser).await, &GoView { url: url.clone(), owner });
    // Not a redirect: browsers hold the form to `form-action 'self'` all the way. This needs no script.
    let mut response = page.into_response();
    if let Ok(value) = HeaderValue::from_str(&format!("0;url={url}")) {
        response.headers_mut().insert(HeaderName::from_static("refresh"), value);
    }
    Ok(with_ticket(response, &app, ticket.reveal(), TICKET_FOR / 1000))
}

fn ticket_name(app: &App) -> &'static str {
    if cookie_name(app).starts_with("__Host-") { "__Host-oidc" } else { "oidc" }
}

/// Lax, not Strict: it comes along when the provider sends the browser back.
fn with_ticket(response: Response, app: &App, value: &str, age: i64) -> Response {
    set(app, response, ticket_name(app), value, age)
}

// --- and back ----------------------------------------------------------------------------------------------------------

#[derive(Default, Deserialize)]
#[serde(default)]
struct Sent {
    code: String,
    state: String,
    iss: String,
    error: String,
}

async fn back(State(app): State<App>, browser: Browser, Params(sent): Params<Sent>) -> Response {
    if !sent.error.is_empty() || sent.code.is_empty() {
        let said = SAID.iter().find(|(code, _)| *code == sent.error).map(|(_, words)| *words);
        let words = said.unwrap_or("it sent you back without saying who you are");
        let why = format!("Your company’s sign-in did not confirm you: {words}.");
        let page = failed_page(&framed(&app, &browser).await, &FailedView { why, again: true });
        return (StatusCode::UNPROCESSABLE_ENTITY, page).into_response();
    }
    let frame = framed(&app, &browser).await;
    let Sent { code, state, iss, .. } = sent;
    back_page(&frame, &BackView { csrf: frame.csrf.clone(), code, state, iss }).into_response()
}

async fn finish(State(app): State<App>, browser: Browser, form: Form) -> Result<Response, AppError> {
    match redeem(&app, &browser, &form).await {
        Ok((Entered::SignedIn(next), claimed, session)) => {
            app.wake();
            let response = onward(&app, next, &session, &device(&app, &browser), &claimed.return_to);
            Ok(with_ticket(response, &app, "", 0))
        }
        Ok((Entered::Waiting { company, managers, declined }, ..)) => {
            app.wake();
            let page = waiting_page(&framed(&app, &browser).await, &WaitingView { company, managers, declined });
            Ok(with_ticket(page.into_response(), &app, "", 0))
        }
        Ok((Entered::Confirming { company }, ..)) => {
            app.wake();
            let page = confirming_page(&framed(&app, &browser).await, &company);
            Ok(with_ticket(page.into_response(), &app, "", 0))
        }
        Err((provider, failed)) => Ok(with_ticket(failed?.page(&app, &browser, provider).await, &app, "", 0)),
    }
}

type Failure = (i64, Result<Failed, AppError>);

async fn redeem(app: &App, browser: &Browser, form: &Form) -> Result<(Entered, Claimed, Secret), Failure> {
    let refused = |kind, words: &str| (0, Failed::of_app(Refusal::new(kind, words).into()));
    let ticket = cookie(&browser.headers, ticket_name(app)).map(Ticket::of);
    let Some(ticket) = ticket.filter(|ticket| secret::same(&ticket.state(), form.get("state"))) else {
        let words = "this sign-in was begun in another browser or tab, or was finished already; begin it again here";
        return Err(refused("other-browser", words));
    };
    let (code, iss) = (form.get("code"), form.get("iss"));
    if code.is_empty() || code.len() > LONGEST || iss.len() > LONGEST {
        return Err(refused("no-code", "your company's sign-in sent nothing that could be read; begin it again"));
    }
    let claim = ClaimSignIn { ticket: ticket.hash() };
    let claimed = app.run(Actor::anonymous(), claim, Terms::default()).await;
    let claimed = claimed.map_err(|error| (0, Failed::of_app(error)))?;
    let id = claimed.provider_id;
    let failed = |error: AppError| (id, Failed::of_app(error));
    let provider = app.read(&Actor::anonymous(), &FindProvider::Id(id)).await.map_err(failed)?;
    let provider = provider.ok_or_else(AppError::hidden).map_err(failed)?;
    // RFC 9207: an answer of one provider must not be taken to another.
    if !iss.is_empty() && iss != provider.issuer {
        return Err((id, Ok(Failed::of(ProtocolError::Untrusted("it names another issuer")))));
    }
    let client = provider.client(app).map_err(failed)?;
    let identity = client.redeem(&ticket, code).await.map_err(|error| (id, Ok(Failed::of(error))))?;
    let session = Secret::new("");
    let enter = EnterByProvider::of(id, identity, session.hash(), device(app, browser).seen());
    let entered = app.run(Actor::anonymous(), enter, Terms::default()).await.map_err(failed)?;
    Ok((entered, claimed, session))
}

/// Why somebody is not signed in, with the status that says so.
struct Failed {
    status: StatusCode,
    why: String,
}

impl Failed {
    fn of(error: ProtocolError) -> Self {
        let status = match &error {
            ProtocolError::Call(_) | ProtocolError::Description => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::CONFLICT,
        };
        Self { status, why: error.to_string() }
    }

    /// What a rule refused has words; everything else stays an error.
    fn of_app(error: AppError) -> Result<Self, AppError> {
        match error {
            AppError::Refused(refusal) => Ok(Self { status: StatusCode::CONFLICT, why: refusal.title }),
            error => Err(error),
        }
    }

    async fn page(self, app: &App, browser: &Browser, provider: i64) -> Response {
        tracing::warn!(provider, reason = %self.why, "a sign-in at a provider did not work");
        let mut response = (self.status, self.markup(app, browser).await).into_response();
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("30"));
        }
        response
    }

    async fn markup(&self, app: &App, browser: &Browser) -> Markup {
        let frame = Frame { error: true, ..framed(app, browser).await };
        failed_page(&frame, &FailedView { why: sentence(&self.why), again: true })
    }
}

/// A refusal as a sentence of a page.
pub(super) fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    let first: String = letters.next().map(|c| c.to_uppercase().collect()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}
