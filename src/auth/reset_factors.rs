//! For somebody who lost app, passkeys and recovery codes: an administrator, or the operator on the command line, removes them.
//! The person is told, and signs in with the first factor from then on; whoever has to have a second one sets it up anew.
use super::mails;
use super::session;
use crate::db::{FromRow, Reader, Sql, WriteTx, sql};
use crate::error::{AppError, Refusal};
use crate::ids::PersonKey;
use crate::operation::{Operation, Query};
use crate::policy::{self, Denied, Permit};
use crate::text::full_name;
use serde::Serialize;

/// Longest reason.
pub const LONGEST_WHY: usize = 200;

/// Removes the second factors and passkeys of a person, and ends all sessions.
#[derive(Clone, Debug, Serialize)]
pub struct ResetFactors {
    /// Whose.
    pub person: PersonKey,
    /// Why: how it was made sure who asked. In the audit trail, and in the mail.
    pub why: String,
}

#[derive(FromRow)]
struct By {
    first_name: String,
    last_name: String,
}

const FORGET: [&str; 4] = [
    "DELETE FROM totps WHERE person_id = $1",
    "DELETE FROM passkeys WHERE person_id = $1",
    "DELETE FROM recovery_codes WHERE person_id = $1",
    "DELETE FROM ceremonies WHERE person_id = $1",
];
const HAS: &str = "SELECT p.id FROM people p WHERE p.id = $1 AND p.deactivated_at IS NULL
    AND (EXISTS (SELECT 1 FROM totps t WHERE t.person_id = p.id) OR EXISTS (SELECT 1 FROM passkeys k WHERE k.person_id = p.id))";
const BY: &str = "SELECT first_name, last_name FROM people WHERE id = $1";

impl Operation for ResetFactors {
    type Action = policy::ResetFactors;
    type Output = ();

    fn target(&self) -> PersonKey {
        self.person.clone()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<(), AppError> {
        let (person, why) = (permit.target().0, self.why.trim());
        if why.is_empty() || why.chars().count() > LONGEST_WHY || why.chars().any(char::is_control) {
            let words = format!("say in one line of at most {LONGEST_WHY} letters how you made sure who asks");
            return Err(AppError::invalid("why", words));
        }
        // Else one's own second factor could be taken away without it.
        if person == permit.actor() {
            let words = "another administrator does this for you, or the command line";
            return Err(Refusal::new("own-factors", words).into());
        }
        let has: Option<(i64,)> = tx.find(permit, sql(HAS).bind(person)).await?;
        if has.is_none() {
            let words = "there is nothing to remove: no authenticator app and no passkey";
            return Err(Refusal::new("no-factors", words).into());
        }
        for statement in FORGET {
            tx.execute(permit, sql(statement).bind(person)).await?;
        }
        let ended = session::end_all(tx, permit, person, None).await?;
        let by: Option<By> = tx.find(permit, sql(BY).bind(permit.actor())).await?;
        let by = by.map(|by| full_name(&by.first_name, &by.last_name)).filter(|name| !name.is_empty());
        mails::queue_factors_removed(tx, permit, person, by, why).await?;
        tx.note(serde_json::json!({"why": why, "sessions_ended": ended}), None);
        Ok(())
    }
}

/// Looks at whose they are, before.
pub struct SeeFactors {
    /// Whose.
    pub person: PersonKey,
}

/// Somebody by name, and whether the reader proved a factor so lately that removing works.
#[derive(Clone, Debug)]
pub struct Owner {
    /// In addresses of pages.
    pub handle: String,
    /// The address.
    pub email: String,
    /// Name; may be empty.
    pub name: String,
    /// See above.
    pub fresh: bool,
}

#[derive(FromRow)]
struct Who {
    handle: String,
    email: String,
    first_name: String,
    last_name: String,
}

const WHO: &str = "SELECT handle, email, first_name, last_name FROM people WHERE id = $1 AND deactivated_at IS NULL";

impl Query for SeeFactors {
    type Action = policy::SeeFactors;
    type Output = Owner;

    fn target(&self) -> PersonKey {
        self.person.clone()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Owner, AppError> {
        let who: Option<Who> = reader.find(permit, sql(WHO).bind(permit.target().0)).await?;
        let Who { handle, email, first_name, last_name } = who.ok_or_else(AppError::hidden)?;
        let fresh = !matches!(permit.also::<policy::ResetFactors>(), Err(Denied::NotFresh));
        Ok(Owner { handle, email, name: full_name(&first_name, &last_name), fresh })
    }
}

pub(super) fn statements() -> Vec<Sql> {
    [HAS, BY, WHO].into_iter().chain(FORGET).map(sql).collect()
}
