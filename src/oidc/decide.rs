//! A Contract Manager lets somebody in who came through the company's own sign-in, or does not.
use super::enter::CONFIRM;
use super::mails::JoinApproved;
use super::tell;
use crate::db::{FromRow, Sql, WriteTx, sql};
use crate::error::AppError;
use crate::ids::{AccountNumber, PersonId};
use crate::mail::Site;
use crate::operation::Operation;
use crate::policy::{self, Permit};
use crate::text::full_name;
use serde::Serialize;

/// Decides about one request. One that was declined can still be approved.
#[derive(Clone, Debug, Serialize)]
pub struct DecideJoin {
    /// The company.
    pub account: AccountNumber,
    /// Which request.
    pub join: String,
    /// Yes or no.
    pub approve: bool,
    /// For the mail that it causes.
    #[serde(skip)]
    pub site: Site,
}

#[derive(FromRow)]
struct Asked {
    id: i64,
    person_id: PersonId,
    email: String,
    first_name: String,
    last_name: String,
    company: String,
}

#[derive(FromRow)]
struct By {
    first_name: String,
    last_name: String,
}

const ASKED: &str = "SELECT j.id, j.person_id, p.email, p.first_name, p.last_name, a.name AS company
    FROM oidc_joins j JOIN people p ON p.id = j.person_id JOIN accounts a ON a.id = j.account_id
    WHERE j.handle = $1 AND j.account_id = $2 AND j.outcome IN ('waiting', 'declined') AND p.deactivated_at IS NULL";
const DECIDE: &str = "UPDATE oidc_joins SET outcome = $2, decided_at = $3, decided_by = $4 WHERE id = $1";
const BY: &str = "SELECT first_name, last_name FROM people WHERE id = $1";

impl Operation for DecideJoin {
    type Action = policy::DecideJoin;
    /// Who was let in or not.
    type Output = String;

    fn target(&self) -> AccountNumber {
        self.account.clone()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<String, AppError> {
        let account = permit.target().0.0;
        let asked: Option<Asked> = tx.find(permit, sql(ASKED).bind(self.join.as_str()).bind(account)).await?;
        // Decided by a colleague a moment ago, or never asked: nothing to do either way.
        let Some(asked) = asked else { return Err(AppError::hidden()) };
        let outcome = if self.approve { "approved" } else { "declined" };
        let row = sql(DECIDE).bind(asked.id).bind(outcome).bind(tx.now()).bind(permit.actor());
        tx.execute(permit, row).await?;
        if self.approve {
            tx.execute(permit, sql(CONFIRM).bind(account).bind(asked.person_id).bind(tx.now())).await?;
            let by: Option<By> = tx.find(permit, sql(BY).bind(permit.actor())).await?;
            let by = by.map(|by| full_name(&by.first_name, &by.last_name)).unwrap_or_default();
            let mail = JoinApproved { site: self.site.clone(), company: asked.company.clone(), by };
            tell::approved(tx, permit, &mail, account, asked.person_id, asked.email.clone()).await?;
        }
        tx.note(serde_json::json!({"person": asked.person_id.0, "outcome": outcome}), None);
        let name = full_name(&asked.first_name, &asked.last_name);
        Ok(if name.is_empty() { asked.email } else { name })
    }
}

pub(super) fn statements() -> Vec<Sql> {
    [ASKED, DECIDE, BY].map(sql).into()
}
