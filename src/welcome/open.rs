//! The link of a welcome: looked at as often as one likes, used once.
use crate::auth::first_factor::{self, Next, Passed};
use crate::db::{Sql, WriteTx, sql};
use crate::error::AppError;
use crate::ids::{PersonId, Single};
use crate::operation::Operation;
use crate::policy::{self, Permit};
use serde::Serialize;

/// Uses the link up and opens a session.
#[derive(Clone, Serialize)]
pub struct UseWelcome {
    /// Hash of the link's secret.
    pub link: Vec<u8>,
    /// The browser, and where to go; the person is the link's.
    pub passed: Passed,
}

const EMAIL: &str = "SELECT email FROM people WHERE id = $1";
const USE: &str = "UPDATE links SET used_at = $2 WHERE hash = $1 AND used_at IS NULL AND expires_at > $2
    AND purpose = 'welcome' AND person_id IN (SELECT p.id FROM people p WHERE p.deactivated_at IS NULL)
    RETURNING person_id";

impl Operation for UseWelcome {
    type Action = policy::OpenSession;
    type Output = Next;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<Next, AppError> {
        let used: Vec<(PersonId,)> = tx.returning(permit, sql(USE).bind(self.link.as_slice()).bind(tx.now())).await?;
        let used = used.first().map(|(person,)| *person);
        let person = used.ok_or_else(|| {
            AppError::invalid("link", "this link was used already or has ended; have one mailed on the sign-in page")
        })?;
        let email: Option<(String,)> = tx.find(permit, sql(EMAIL).bind(person)).await?;
        crate::oidc::only::refuse_other_ways(tx, permit, &email.map(|(e,)| e).unwrap_or_default()).await?;
        let next = first_factor::pass(tx, permit, &Passed { person, ..self.passed.clone() }).await?;
        tx.note(serde_json::json!({"person": person.0, "by": "welcome", "next": next}), None);
        Ok(next)
    }
}

pub(super) fn statements() -> Vec<Sql> {
    vec![sql(USE), sql(EMAIL)]
}
