//! API tokens and the first administrator, from the command line.
use super::secret::handle;
use crate::db::{Sql, WriteTx, sql};
use crate::error::AppError;
use crate::ids::{PersonId, Single};
use crate::operation::Operation;
use crate::policy::{self, Permit};
use crate::text::{address_key, is_address, search_key, sort_key};
use crate::time::{DAY, Instant};
use serde::Serialize;

/// Makes an API token of a person.
#[derive(Clone, Serialize)]
pub struct CreateToken {
    /// Whose.
    pub email: String,
    /// What it is for.
    pub name: String,
    /// How long it lasts.
    pub days: u32,
    /// Hash of its secret.
    pub hash: Vec<u8>,
}

const PERSON: &str = "SELECT id FROM people WHERE email_key = $1 AND deactivated_at IS NULL";
const TOKEN: &str = "INSERT INTO tokens (hash, person_id, name, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)";

impl Operation for CreateToken {
    type Action = policy::CreateToken;
    type Output = Instant;

    fn target(&self) -> Single {
        Single::default()
    }

    /// Returns when it ends.
    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<Instant, AppError> {
        let person: Option<(PersonId,)> = tx.find(permit, sql(PERSON).bind(address_key(&self.email))).await?;
        let (person,) = person.ok_or_else(|| AppError::Local(format!("nobody has the address {}", self.email)))?;
        let expires = tx.now() + Instant::from(self.days) * DAY;
        let row = sql(TOKEN).bind(self.hash.as_slice()).bind(person).bind(self.name.as_str());
        tx.execute(permit, row.bind(tx.now()).bind(expires)).await?;
        tx.note(serde_json::json!({"person": person.0, "name": self.name, "days": self.days}), None);
        Ok(expires)
    }
}

/// Makes somebody an administrator, with a single-use sign-in link.
#[derive(Clone, Serialize)]
pub struct CreateAdministrator {
    /// The address.
    pub email: String,
    /// First and last name.
    pub name: String,
    /// Hash of the link's secret.
    pub link: Vec<u8>,
}

/// How long the link of the first administrator can be used.
const LINK_FOR: Instant = DAY;
const NEW: &str = "INSERT INTO people (handle, email, email_key, first_name, last_name, first_key, last_key, sort_key,
        language, theme, staff_role, version)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'en', 'system', 'administrator', 1) RETURNING id";
const PROMOTE: &str = "UPDATE people SET staff_role = 'administrator' WHERE id = $1";
const LINK: &str =
    "INSERT INTO links (hash, purpose, person_id, created_at, expires_at) VALUES ($1, 'sign_in', $2, $3, $4)";

impl Operation for CreateAdministrator {
    type Action = policy::CreateAdministrator;
    type Output = ();

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<(), AppError> {
        if !is_address(self.email.trim()) {
            return Err(AppError::Local(format!("{} is not an e-mail address", self.email)));
        }
        let known: Option<(PersonId,)> = tx.find(permit, sql(PERSON).bind(address_key(&self.email))).await?;
        let person = match known {
            Some((person,)) => {
                tx.execute(permit, sql(PROMOTE).bind(person)).await?;
                person
            }
            None => {
                let (first, last) = self.name.trim().rsplit_once(' ').unwrap_or((self.name.trim(), ""));
                let row = sql(NEW).bind(handle()).bind(self.email.trim()).bind(address_key(&self.email));
                let row = row.bind(first).bind(last).bind(search_key(first)).bind(search_key(last));
                let id: Vec<(PersonId,)> = tx.returning(permit, row.bind(sort_key(first, last, &self.email))).await?;
                id.first().map(|(id,)| *id).ok_or(AppError::Lost)?
            }
        };
        let link = sql(LINK).bind(self.link.as_slice()).bind(person).bind(tx.now()).bind(tx.now() + LINK_FOR);
        tx.execute(permit, link).await?;
        tx.note(serde_json::json!({"person": person.0}), None);
        Ok(())
    }
}

pub(super) fn statements() -> Vec<Sql> {
    [PERSON, TOKEN, NEW, PROMOTE, LINK].map(sql).into()
}
