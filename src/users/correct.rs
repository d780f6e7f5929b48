//! Corrects a user's name, or the address, whose owner is asked where there is one.
use super::own::own_user;
use crate::db::{FromRow, Reader, Sql, WriteTx, sql};
use crate::error::{AppError, Refusal};
use crate::ids::PersonKey;
use crate::operation::{Operation, Query};
use crate::people::invite::LONGEST_NAME;
use crate::policy::{self, Permit};
use crate::profile::change_email::{self, Begun};
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
    here: bool,
}

const PRESENT: &str = "SELECT p.email, p.first_name, p.last_name, p.staff_role IS NOT NULL OR EXISTS (
        SELECT 1 FROM memberships m WHERE m.person_id = p.id AND m.partner_role IS NOT NULL) AS of_vendor,
        EXISTS (SELECT 1 FROM memberships m JOIN contracts c ON c.account_id = m.account_id WHERE m.person_id = p.id
            AND m.confirmed_at IS NOT NULL AND (c.manager_id = $2 OR EXISTS (SELECT 1 FROM naming_rights n
                WHERE n.contract_id = c.id AND n.person_id = $2))) AS here
    FROM people p WHERE p.id = $1";
const NAME: &str = "UPDATE people SET first_name = $2, last_name = $3, first_key = $4, last_key = $5, sort_key = $6,
    version = version + 1 WHERE id = $1";

/// Naming somebody gives no say over who they are: before they accept they may be of another company, which is not told.
fn accepted(present: &Present) -> Result<(), Refusal> {
    match present.here {
        true => Ok(()),
        false => {
            let title =
                "this person has not accepted yet; withdraw the invitation, and invite with the right name and address";
            Err(Refusal::new("not-accepted", title))
        }
    }
}

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
        own_user(tx, permit).await?;
        let (first, last) =
            (checked("first_name", &self.input.first_name)?, checked("last_name", &self.input.last_name)?);
        let present: Option<Present> = tx.find(permit, sql(PRESENT).bind(person).bind(permit.actor())).await?;
        let present = present.ok_or_else(AppError::hidden)?;
        accepted(&present)?;
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

/// Whether the reader may correct somebody, for the form.
pub struct MayCorrect(pub PersonKey);

impl Query for MayCorrect {
    type Action = policy::CorrectUser;
    type Output = ();

    fn target(&self) -> PersonKey {
        self.0.clone()
    }

    async fn run(&self, _: &mut Reader, _: &Permit<Self::Action>) -> Result<(), AppError> {
        Ok(())
    }
}

/// Corrects an address. One whose owner has signed in before changes only when it is confirmed from the old and the new one.
#[derive(Clone, Debug, Serialize)]
pub struct CorrectAddress {
    /// Whose.
    pub person: PersonKey,
    /// The new address.
    pub email: String,
}

/// Whatever the person is or has beyond the actor's reach: an address that changes at once would hand it to the actor.
const BEYOND: &str = "SELECT COUNT(*) FROM people p WHERE p.id = $2 AND p.signed_in_at IS NULL AND (
    EXISTS (SELECT 1 FROM memberships m WHERE m.person_id = p.id AND NOT EXISTS (SELECT 1 FROM contracts c
        WHERE c.account_id = m.account_id AND c.manager_id = $1))
    OR EXISTS (SELECT 1 FROM contracts c WHERE c.manager_id = p.id)
    OR EXISTS (SELECT 1 FROM contracts c WHERE c.coordinator_id = p.id AND c.manager_id <> $1)
    OR EXISTS (SELECT 1 FROM asset_groups g JOIN contracts c ON c.id = g.contract_id
        WHERE g.coordinator_id = p.id AND c.manager_id <> $1)
    OR EXISTS (SELECT 1 FROM assets a JOIN contracts c ON c.id = a.contract_id
        WHERE a.coordinator_id = p.id AND c.manager_id <> $1)
    OR EXISTS (SELECT 1 FROM entries e JOIN contracts c ON c.id = e.contract_id
        WHERE e.person_id = p.id AND e.ended_at IS NULL AND c.manager_id <> $1))";

impl Operation for CorrectAddress {
    type Action = policy::CorrectUser;
    /// Whether it changed at once.
    type Output = bool;

    fn target(&self) -> PersonKey {
        self.person.clone()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<bool, AppError> {
        let person = permit.target().0;
        own_user(tx, permit).await?;
        let present: Option<Present> = tx.find(permit, sql(PRESENT).bind(person).bind(permit.actor())).await?;
        let present = present.ok_or_else(AppError::hidden)?;
        accepted(&present)?;
        if present.of_vendor {
            let title = "the vendor's and the reseller's people change their addresses themselves, in Account";
            return Err(Refusal::new("not-a-customer", title).into());
        }
        let beyond: Option<(i64,)> = tx.find(permit, sql(BEYOND).bind(permit.actor()).bind(person)).await?;
        if beyond.is_some_and(|(n,)| n > 0) {
            let title =
                "this person has roles or access that are not yours to give; ask the vendor to correct the address";
            return Err(Refusal::new("not-yours", title).into());
        }
        let begun = change_email::begin(tx, permit, person, &self.email, permit.actor()).await?;
        tx.note("the address", None);
        Ok(matches!(begun, Begun::AtOnce))
    }
}

pub(super) fn statements() -> Vec<Sql> {
    [PRESENT, NAME, BEYOND].map(sql).into()
}
