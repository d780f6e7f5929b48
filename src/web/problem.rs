//! Errors as answers: problem details for programs; the layer in `pages.rs` makes pages of them for people.
use crate::error::{AppError, Refusal, RefusedItem};
use crate::policy::{Denied, WhoCan};
use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// Of a refusal that pages answer by asking for a factor.
pub(super) const NO_SECOND: &str = "second-factor-needed";
pub(super) const NOT_FRESH: &str = "fresh-authentication-required";
/// Of a refusal while staff view pages as somebody else.
pub(super) const VIEWING: &str = "viewing-as";
/// Of a refusal that pages answer by leading to the set-up of a second factor.
pub(super) const ENROL: &str = "second-factor-required";

/// RFC 9457 problem details.
#[derive(Clone, Debug, Serialize)]
pub struct Problem {
    /// Stable: `/problems/NAME`.
    #[serde(rename = "type")]
    pub kind: String,
    /// One sentence that says what to do.
    pub title: String,
    /// The status.
    pub status: u16,
    /// The input that is meant.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub field: &'static str,
    /// Who could do it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub who_can: Vec<WhoCan>,
    /// Items that were refused.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<RefusedItem>,
    /// People who were refused.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub refused_users: Vec<crate::users::input::RefusedUser>,
    /// Serial numbers that changed since the caller looked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changed_since: Option<Vec<String>>,
    /// People who would be written to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notices: Option<u64>,
    /// Of an internal error: under which it stands in the log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// After how many seconds to try again: the header `Retry-After`.
    #[serde(skip)]
    pub retry_after: Option<u64>,
}

impl Problem {
    fn new(status: StatusCode, kind: &str, title: impl Into<String>) -> Self {
        Self {
            kind: format!("/problems/{kind}"),
            title: title.into(),
            status: status.as_u16(),
            field: "",
            who_can: Vec::new(),
            refused: Vec::new(),
            refused_users: Vec::new(),
            changed_since: None,
            notices: None,
            reference: None,
            retry_after: None,
        }
    }

    /// The name at the end of `type`.
    pub fn name(&self) -> &str {
        self.kind.strip_prefix("/problems/").unwrap_or(&self.kind)
    }

    /// Whoever has a second factor proves that one.
    fn no_second() -> Self {
        let words = "do this on its page, where your authenticator app, a passkey or a recovery code is asked for";
        Self::new(StatusCode::FORBIDDEN, NO_SECOND, words)
    }

    fn viewing() -> Self {
        let title = "you view these pages as somebody else, and nothing can be changed; stop viewing first";
        Self::new(StatusCode::FORBIDDEN, VIEWING, title)
    }

    fn of_refusal(refusal: Refusal) -> Self {
        let raced = refusal.kind == "changed";
        let status = if raced { StatusCode::PRECONDITION_FAILED } else { StatusCode::CONFLICT };
        let changed_since = raced.then_some(refusal.changed_since);
        let (refused, refused_users, notices) = (refusal.refused, refusal.refused_users.into_vec(), refusal.notices);
        Self { refused, refused_users, changed_since, notices, ..Self::new(status, refusal.kind, refusal.title) }
    }
}

impl From<AppError> for Problem {
    /// What does not exist and what may not be seen are the same bytes.
    fn from(error: AppError) -> Self {
        match error {
            AppError::Denied(Denied::Unknown) => {
                Self::new(StatusCode::UNAUTHORIZED, "sign-in", "sign in first, or send a token that has not ended")
            }
            AppError::Denied(Denied::Hidden) => Self::new(StatusCode::NOT_FOUND, "not-found", "there is no such thing"),
            AppError::Denied(Denied::Forbidden { who_can }) => {
                Self { who_can, ..Self::new(StatusCode::FORBIDDEN, "not-allowed", "you may see this, but not do it") }
            }
            AppError::Denied(Denied::Enrol) => Self::new(
                StatusCode::FORBIDDEN,
                ENROL,
                "a second factor is required of you; set one up on the page Sign-in and security",
            ),
            AppError::Denied(Denied::Viewing) => Self::viewing(),
            AppError::Denied(Denied::ReadOnly) => Self::new(
                StatusCode::FORBIDDEN,
                "read-only-token",
                "this token may only read; make one that may read and write on the page API tokens",
            ),
            AppError::Denied(Denied::NotFresh) => Self::new(
                StatusCode::FORBIDDEN,
                NOT_FRESH,
                "do this on its page, where you are asked to prove again who you are; a token cannot",
            ),
            AppError::Denied(Denied::NoSecond) => Self::no_second(),
            AppError::Denied(Denied::Stale) => Self {
                changed_since: Some(Vec::new()),
                ..Self::new(StatusCode::PRECONDITION_FAILED, "changed", "it has changed since you looked; look again")
            },
            AppError::Refused(refusal) => Self::of_refusal(*refusal),
            AppError::Invalid { field: "idempotency_key", message } => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "idempotency-key-reused", message)
            }
            AppError::Invalid { field, message } => {
                Self { field, ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", message) }
            }
            AppError::Denied(Denied::Db(error)) | AppError::Db(error) if error.is_busy() => {
                tracing::warn!(%error, "the database is busy");
                Self::new(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "busy",
                    "too much to do, or an import is running; try again soon",
                )
            }
            AppError::Denied(Denied::Db(error)) | AppError::Db(error) if error.is_full() => {
                tracing::error!(%error, "no room left");
                Self::new(
                    StatusCode::INSUFFICIENT_STORAGE,
                    "storage-full",
                    "no room is left to write; nothing was changed",
                )
            }
            AppError::TooOften { seconds } => Self {
                retry_after: Some(seconds),
                ..Self::new(StatusCode::TOO_MANY_REQUESTS, "too-many-tries", "too many tries; try again later")
            },
            AppError::Overloaded { seconds } => Self {
                retry_after: Some(seconds),
                ..Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy", "too much to do at once; try again soon")
            },
            error => {
                let reference = Some(crate::auth::secret::handle());
                tracing::error!(?error, reference, "internal error");
                let title = "something broke on our side; quote the reference when you ask about it";
                Self { reference, ..Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", title) }
            }
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let kind = [(header::CONTENT_TYPE, "application/problem+json")];
        let mut response = (status, kind, Json(&self)).into_response();
        let after = self.retry_after.or((status == StatusCode::SERVICE_UNAVAILABLE).then_some(5));
        if let Some(seconds) = after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        // For the layer that makes a page of it.
        response.extensions_mut().insert(self);
        response
    }
}

impl IntoResponse for AppError {
    fn into_response(self) -> Response {
        Problem::from(self).into_response()
    }
}
