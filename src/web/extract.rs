//! What handlers take from a request: who asks, conditions, and bodies whose errors say what to do.
use crate::app::App;
use crate::auth::secret;
use crate::error::AppError;
use crate::operation::Terms;
use crate::policy::Actor;
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Multipart, Request};
use axum::http::{HeaderMap, header, request::Parts};
use serde::de::DeserializeOwned;
use std::convert::Infallible;

/// Longest Idempotency-Key.
const LONGEST_KEY: usize = 255;

/// A header as text.
pub fn text(headers: &HeaderMap, name: impl header::AsHeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

/// The name of the session's cookie: bound to this host where there is TLS; plain on loopback.
pub fn cookie_name(app: &App) -> &'static str {
    if app.profile().base_url.starts_with("https:") { "__Host-session" } else { "session" }
}

/// The session's secret, where the browser sent one.
pub fn session_secret(headers: &HeaderMap, app: &App) -> Option<String> {
    cookie(headers, cookie_name(app)).map(str::to_owned)
}

/// The hash of the token or session that a request comes with, for what works with that one only.
pub fn bearer_of(headers: &HeaderMap, app: &App) -> Option<Vec<u8>> {
    let token = text(headers, header::AUTHORIZATION).and_then(|v| v.strip_prefix("Bearer "));
    let bearer = token.map(|token| token.trim().to_owned()).or_else(|| session_secret(headers, app));
    bearer.map(|bearer| secret::hash(&bearer))
}

/// A cookie by name.
pub fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let pairs = headers.get_all(header::COOKIE).into_iter().filter_map(|v| v.to_str().ok()).flat_map(|v| v.split(';'));
    pairs.filter_map(|pair| pair.trim().split_once('=')).find(|(n, _)| *n == name).map(|(_, v)| v)
}

/// Whoever the token or the session names; whether it is good is decided where the facts are loaded. The API takes tokens
/// only, so that no other site can make a browser call it.
impl FromRequestParts<App> for Actor {
    type Rejection = Infallible;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        if let Some(token) = text(&parts.headers, header::AUTHORIZATION).and_then(|v| v.strip_prefix("Bearer ")) {
            app.used().note(secret::hash(token.trim()));
            return Ok(Actor::bearer(token.trim()));
        }
        if parts.uri.path().starts_with("/api/") {
            return Ok(Actor::anonymous());
        }
        let session = session_secret(&parts.headers, app);
        if let Some(secret) = &session {
            app.used().note(secret::hash(secret));
        }
        Ok(session.map_or_else(Actor::anonymous, |secret| Actor::session(&secret)))
    }
}

impl<S: Sync> FromRequestParts<S> for Terms {
    type Rejection = AppError;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, AppError> {
        let version = match text(&parts.headers, header::IF_MATCH) {
            None | Some("*") => None,
            Some(tag) => {
                let number = tag.trim_start_matches("W/").trim_matches('"').parse();
                Some(number.map_err(|_| AppError::invalid("If-Match", "send back the ETag that you were given"))?)
            }
        };
        let key = text(&parts.headers, "idempotency-key").map(str::to_owned);
        if key.as_ref().is_some_and(|k| k.is_empty() || k.len() > LONGEST_KEY) {
            return Err(AppError::invalid("Idempotency-Key", format!("use a key of 1 to {LONGEST_KEY} characters")));
        }
        Ok(Terms { version, key })
    }
}

/// A JSON body.
pub struct Body<T>(pub T);

impl<T: DeserializeOwned> FromRequest<App> for Body<T> {
    type Rejection = AppError;
    async fn from_request(request: Request, app: &App) -> Result<Self, AppError> {
        let bytes = Bytes::from_request(request, app).await.map_err(|e| AppError::invalid("", e.to_string()))?;
        let read = serde_json::from_slice(&bytes);
        read.map(Self).map_err(|e| AppError::invalid("", format!("the body is not what this call takes: {e}")))
    }
}

/// The query of an address.
pub struct Params<T>(pub T);

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for Params<T> {
    type Rejection = AppError;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, AppError> {
        let query = parts.uri.query().unwrap_or_default();
        let read = serde_urlencoded::from_str(query);
        read.map(Self).map_err(|e| AppError::invalid("", format!("the address is not what this page takes: {e}")))
    }
}

/// The query as pairs, where a name may occur more than once.
pub struct Pairs(pub Vec<(String, String)>);

impl<S: Sync> FromRequestParts<S> for Pairs {
    type Rejection = Infallible;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let query = parts.uri.query().unwrap_or_default().as_bytes();
        Ok(Self(form_urlencoded::parse(query).into_owned().collect()))
    }
}

/// A form that a page of ours sent: its token belongs to the session, or, where nobody is signed in, to the browser.
#[derive(Clone, Debug, Default)]
pub struct Form(Vec<(String, String)>);

impl FromRequest<App> for Form {
    type Rejection = AppError;
    async fn from_request(request: Request, app: &App) -> Result<Self, AppError> {
        let expected = form_token(request.headers(), app);
        let bytes = Bytes::from_request(request, app).await.map_err(|e| AppError::invalid("", e.to_string()))?;
        let form = Self(form_urlencoded::parse(&bytes).into_owned().collect());
        if secret::same(form.get("csrf"), &expected) {
            return Ok(form);
        }
        Err(stale_form())
    }
}

/// Refuses a form's token that is not this browser's, for a form that is read as it comes.
pub fn checked_token(token: &str, headers: &HeaderMap, app: &App) -> Result<(), AppError> {
    match secret::same(token, &form_token(headers, app)) {
        true => Ok(()),
        false => Err(stale_form()),
    }
}

fn stale_form() -> AppError {
    AppError::invalid("csrf", "this page was open for too long; reload it and send it again, nothing was changed")
}

/// A form with a file in it, whose token is checked like that of every other.
pub struct Upload {
    /// Its fields.
    pub form: Form,
    /// The file; empty where none was chosen.
    pub file: Vec<u8>,
}

impl FromRequest<App> for Upload {
    type Rejection = AppError;
    async fn from_request(request: Request, app: &App) -> Result<Self, AppError> {
        let expected = form_token(request.headers(), app);
        let broken = |e: &dyn std::fmt::Display| AppError::invalid("file", format!("the file could not be read: {e}"));
        let mut parts = Multipart::from_request(request, app).await.map_err(|e| broken(&e))?;
        let (mut fields, mut file) = (Vec::new(), Vec::new());
        while let Some(part) = parts.next_field().await.map_err(|e| broken(&e))? {
            let name = part.name().unwrap_or_default().to_owned();
            let is_file = part.file_name().is_some();
            let bytes = part.bytes().await.map_err(|e| broken(&e))?;
            match is_file {
                true => file = bytes.to_vec(),
                false => fields.push((name, String::from_utf8_lossy(&bytes).into_owned())),
            }
        }
        let form = Form(fields);
        match secret::same(form.get("csrf"), &expected) {
            true => Ok(Self { form, file }),
            false => Err(stale_form()),
        }
    }
}

/// The token that a form of this browser carries.
pub fn form_token(headers: &HeaderMap, app: &App) -> String {
    // Nobody can be tricked into another's sign-in form: unsafe requests of other sites are refused by their headers.
    secret::form_token(session_secret(headers, app).as_deref().unwrap_or("anonymous"))
}

impl Form {
    /// The first value of a field; empty where it is missing.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v.trim())
    }

    /// The first value of a field, as it was typed: blanks belong to a password.
    pub fn typed(&self, name: &str) -> &str {
        self.0.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v)
    }

    /// A field that is there and not blank.
    pub fn given(&self, name: &str) -> Option<&str> {
        Some(self.get(name)).filter(|v| !v.is_empty())
    }

    /// Whether the form has the field at all, be it blank.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(n, _)| n == name)
    }

    /// All values of a field.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(n, _)| n == name).map(|(_, v)| v.trim()).filter(|v| !v.is_empty())
    }

    /// The conditions that a page puts on a write.
    pub fn terms(&self) -> Terms {
        Terms { version: None, key: self.given("idempotency_key").map(str::to_owned) }
    }

    /// A form with these fields, for a page that is filled in by its address.
    pub fn of(pairs: Vec<(String, String)>) -> Self {
        Self(pairs)
    }
}
