//! Corrects a user's name. (The address is corrected by `profile::change_email`, which asks its owner where there is one.)
use crate::db::{FromRow, Sql, WriteTx, sql};
use crate::error::{AppError, Refusal};
use crate::ids::PersonKey;
use crate::operation::Operation;
use crate::people::invite::LONGEST_NAME;
use crate::policy::{self, Permit};
use crate::text::{search_key, sort_key};
use serde::{Deserialize, Serialize};

/// The body of `POST …/name`.
#[derive(Clone, Debug, Default, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
}

/// The change.
#[derive(Clone, Debug, Serialize)]
pub struct CorrectName {
    /// Whose.
    pub person: PersonKey,
    /// The request.
    pub input: Input,
}

/// Before and after, for the audit trail.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Corrected {
    before: String,
    after: String,
}

#[derive(FromRow)]
struct Present {
    email: String,
    first_name: String,
    last_name: String,
    of_vendor: bool,
}

const PRESENT: &str = "SELECT p.email, p.first_name, p.last_name, p.staff_role IS NOT NULL OR EXISTS (
        SELECT 1 FROM memberships m WHERE m.person_id = p.id AND m.partner_role IS NOT NULL) AS of_vendor
    FROM people p WHERE p.id = $1";
const NAME: &str = "UPDATE people SET first_name = $2, last_name = $3, first_key = $4, last_key = $5, sort_key = $6,
    version = version + 1 WHERE id = $1";

/// A name as it may be stored.
pub(super) fn checked(field: &'static str, name: &str) -> Result<String, AppError> {
    let name = name.trim();
    let clean = name.chars().count() <= LONGEST_NAME && !name.chars().any(char::is_control);
    match (name.is_empty(), clean) {
        (false, true) => Ok(name.to_owned()),
        _ => Err(AppError::invalid(field, format!("enter a name of at most {LONGEST_NAME} letters in one line"))),
    }
}

impl Operation for CorrectName {
    type Action = policy::CorrectUser;
    type Output = Corrected;

    fn target(&self) -> PersonKey {
        self.person.clone()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<Corrected, AppError> {
        let person = permit.target().0;
        let (first, last) =
            (checked("first_name", &self.input.first_name)?, checked("last_name", &self.input.last_name)?);
        let present: Option<Present> = tx.find(permit, sql(PRESENT).bind(person)).await?;
        let present = present.ok_or_else(AppError::hidden)?;
        if present.of_vendor {
            let title = "the vendor's and the reseller's people change their names themselves, in Account";
            return Err(Refusal::new("not-a-customer", title).into());
        }
        let name = sql(NAME).bind(person).bind(first.as_str()).bind(last.as_str());
        let name = name.bind(search_key(&first)).bind(search_key(&last)).bind(sort_key(&first, &last, &present.email));
        tx.execute(permit, name).await?;
        let before = crate::text::full_name(&present.first_name, &present.last_name);
        Ok(Corrected { before, after: crate::text::full_name(&first, &last) })
    }
}

pub(super) fn statements() -> Vec<Sql> {
    [PRESENT, NAME].map(sql).into()
}
