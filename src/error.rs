//! What a request can end in, beside success.
use crate::db::DbError;
use crate::policy::Denied;
use serde::{Deserialize, Serialize};

/// Every way in which an operation or a query fails.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The policy said no: 401, 403, 404 or 412.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// A rule said no; nothing was changed: 409, or 412 where somebody else was faster.
    #[error("{}", .0.title)]
    Refused(Box<Refusal>),
    /// The request cannot be understood: 422. `field` names the input, where it is one.
    #[error("{message}")]
    Invalid {
        /// The input that is meant, as the API names it; empty where it is none.
        field: &'static str,
        /// What to do.
        message: String,
    },
    /// The command line was given something that is not there or cannot be read.
    #[error("{0}")]
    Local(String),
    /// An import that was only tried, or refused: everything is rolled back, and this is what it found.
    #[error("nothing was imported")]
    Rehearsed(Box<crate::imports::Report>),
    /// The database failed: 500, 503 or 507, details only in the log.
    #[error("internal error")]
    Db(#[from] DbError),
    /// Tried too often: 429, and when to try again.
    #[error("too many tries")]
    TooOften {
        /// After how many seconds.
        seconds: u64,
    },
    /// Too much of one kind of work at once: 503, and when to try again.
    #[error("too much to do at once")]
    Overloaded {
        /// After how many seconds.
        seconds: u64,
    },
    /// The operation's task panicked, or an answer could not be written as JSON: 500.
    #[error("internal error")]
    Lost,
}

impl AppError {
    /// Bad input, with what to do about it.
    pub fn invalid(field: &'static str, message: impl Into<String>) -> Self {
        AppError::Invalid { field, message: message.into() }
    }

    /// As if it did not exist.
    pub fn hidden() -> Self {
        AppError::Denied(Denied::Hidden)
    }
}

impl From<Refusal> for AppError {
    fn from(refusal: Refusal) -> Self {
        AppError::Refused(Box::new(refusal))
    }
}

/// Why a rule refused, for a person and for a program.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refusal {
    /// Stable name: the end of the problem's `type`.
    pub kind: &'static str,
    /// One sentence.
    pub title: String,
    /// Which items, where it was about items.
    pub refused: Vec<RefusedItem>,
    /// Serial numbers that changed since the caller looked, for `changed`.
    pub changed_since: Vec<String>,
    /// Which people, where it was about people.
    pub refused_users: Box<[crate::users::input::RefusedUser]>,
    /// How many people would be written to, for `confirm-notices`.
    pub notices: Option<u64>,
}

impl Refusal {
    /// A refusal about the whole.
    pub fn new(kind: &'static str, title: impl Into<String>) -> Self {
        Self { kind, title: title.into(), ..Self::default() }
    }
}

/// One item of a set that cannot be changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct RefusedItem {
    /// As asked for.
    pub serial_number: String,
    /// `not_found`, `other_contract`, `not_allowed`, `gone` (the person it would return to) or `contract_lapsed`.
    pub reason: String,
}
