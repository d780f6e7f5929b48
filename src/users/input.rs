//! What is asked for when users are named, and what comes of it.
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Most users that one request names.
pub const MOST_USERS: usize = 10_000;

/// What access may let somebody do (domain.md §4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Grant {
    /// Download new releases.
    Releases,
    /// Download extensions.
    Extensions,
    /// Open support requests; on by default.
    Support,
    /// Learning; on by default.
    Learning,
}

/// A set of grants.
pub type Grants = BTreeSet<Grant>;

impl Grant {
    /// All, in the order of pages and files.
    pub const ALL: [Grant; 4] = [Grant::Releases, Grant::Extensions, Grant::Support, Grant::Learning];

    /// As the API and files name it.
    pub fn name(self) -> &'static str {
        match self {
            Grant::Releases => "releases",
            Grant::Extensions => "extensions",
            Grant::Support => "support",
            Grant::Learning => "learning",
        }
    }

    /// The grant of that name.
    pub fn of(name: &str) -> Option<Grant> {
        Grant::ALL.into_iter().find(|grant| grant.name() == name)
    }

    /// "May download releases": as pages say it.
    pub fn words(self) -> &'static str {
        match self {
            Grant::Releases => "May download releases",
            Grant::Extensions => "May download extensions",
            Grant::Support => "May open support requests",
            Grant::Learning => "Learning",
        }
    }

    /// What somebody is let do unless it is said otherwise.
    pub fn by_default() -> Grants {
        [Grant::Support, Grant::Learning].into()
    }
}

/// One user to name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UserInput {
    /// The address that the person signs in with.
    pub email: String,
    /// For somebody new; guessed from the address where both names are missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    /// For somebody new.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    /// What the access lets the person do; absent: support and learning.
    #[serde(default = "Grant::by_default")]
    pub grants: Grants,
    /// These serial numbers only; absent: all assets of the contract.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial_numbers: Option<BTreeSet<String>>,
}

/// The body of `POST …/users`.
#[derive(Clone, Debug, Default, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// Whom to name, one or many.
    pub users: Vec<UserInput>,
    /// Adds to what somebody has already; absent: it takes the place of that.
    #[serde(default)]
    pub add: bool,
    /// Names the others where some are refused; absent: nothing is done then.
    #[serde(default)]
    pub leave_out_refused: bool,
    /// Only say what would happen, row by row.
    #[serde(default)]
    pub preview: bool,
    /// Needed where more than 50 people would be written to: their number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirm_notices: Option<u64>,
}

/// What becomes of one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// New here: will be invited.
    Invited,
    /// Already here: gets the access, and is told.
    Member,
    /// Invited before, and has not accepted: gets the access with the invitation.
    Pending,
    /// Has exactly this access.
    Unchanged,
    /// Stands in the list before.
    Twice,
    /// Cannot be named; `reason` says why.
    Refused,
}

/// One row of a preview.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, utoipa::ToSchema)]
pub struct RowView {
    /// Its place in the request, from 1.
    pub row: usize,
    /// The address.
    pub email: String,
    /// First and last name, of somebody known as they are known.
    pub name: String,
    /// What becomes of it.
    pub verdict: Verdict,
    /// Why it is refused: `not_an_address`, `name_too_long`, `gone`, `no_serial_number`, `unknown_serial_number`,
    /// `name_own_serial_numbers` or `others_access`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The same in words, or what is worth a look.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub words: String,
}

/// Somebody who cannot be named.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, utoipa::ToSchema)]
pub struct RefusedUser {
    /// As asked for.
    pub email: String,
    /// As in a row of the preview.
    pub reason: String,
}

/// What happened, or would.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, utoipa::ToSchema)]
pub struct Outcome {
    /// For undo; none in a preview, or where nothing changed.
    #[schema(required)]
    pub change_set: Option<String>,
    /// People whose access changed, those invited among them.
    pub changed: u64,
    /// Of these, people who are new here.
    pub invited: u64,
    /// People who had exactly this access.
    pub unchanged: u64,
    /// Those who cannot be named; of an answer that changed something only with `leave_out_refused`.
    pub refused: Vec<RefusedUser>,
    /// People who will be written to, one mail each.
    pub notices: u64,
    /// Of a preview: each row.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rows: Vec<RowView>,
}
