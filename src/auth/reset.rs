//! A forgotten password: a link by mail, once, for 60 minutes, sets a new one and signs in.
use super::first_factor::{self, Next, Passed};
use super::session::By;
use super::{handed, password};
use crate::db::{Sql, WriteTx, sql};
use crate::error::AppError;
use crate::ids::{PersonId, Single};
use crate::operation::Operation;
use crate::policy::{self, Permit};
use serde::Serialize;

/// Uses the link up.
#[derive(Clone, Serialize)]
pub struct ResetPassword {
    /// Hash of its secret.
    pub link: Vec<u8>,
    /// Hash of the new password.
    #[serde(skip)]
    pub phc: String,
    /// The browser; its person is the link's.
    pub passed: Passed,
}

const EMAIL: &str = "SELECT email FROM people WHERE id = $1";
const USE: &str = "UPDATE links SET used_at = $2 WHERE hash = $1 AND purpose = 'reset' AND used_at IS NULL
    AND expires_at > $2 AND person_id IN (SELECT p.id FROM people p WHERE p.deactivated_at IS NULL) RETURNING person_id";

impl Operation for ResetPassword {
    type Action = policy::ResetPassword;
    type Output = Next;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<Next, AppError> {
        let used: Vec<(PersonId,)> = tx.returning(permit, sql(USE).bind(self.link.as_slice()).bind(tx.now())).await?;
        let gone = || AppError::invalid("link", "this link was used already or has ended; ask for a new one");
        let person = used.first().map(|(person,)| *person).ok_or_else(gone)?;
        let email: Option<(String,)> = tx.find(permit, sql(EMAIL).bind(person)).await?;
        crate::oidc::only::refuse_other_ways(tx, permit, &email.map(|(e,)| e).unwrap_or_default()).await?;
        // First, so that the new password stays.
        let anew = handed::proven(tx, permit, person).await?;
        password::set(tx, permit, person, &self.phc, None).await?;
        let next = first_factor::pass(tx, permit, &Passed { person, by: By::Link, ..self.passed.clone() }).await?;
        let next = if anew && next == Next::In { Next::Anew } else { next };
        tx.note(serde_json::json!({"person": person.0, "by": "reset", "next": next}), None);
        Ok(next)
    }
}

pub(super) fn statements() -> Vec<Sql> {
    vec![sql(USE), sql(EMAIL)]
}
