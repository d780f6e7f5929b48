//! Mail that somebody who is not signed in asks for. What is asked is written down alike for every address; who it is for is
//! looked up by the worker, so that an answer takes as long for an unknown address as for a known one.
use super::mails;
use crate::db::{FromRow, Sql, WriteTx, sql};
use crate::error::AppError;
use crate::ids::{PersonId, Single};
use crate::operation::Operation;
use crate::policy::{self, Permit};
use crate::text::address_key;
use serde::Serialize;

/// What the mail is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Wanted {
    /// A sign-in link.
    SignIn,
    /// A new password.
    Reset,
}

impl Wanted {
    fn name(self) -> &'static str {
        match self {
            Wanted::SignIn => "sign_in",
            Wanted::Reset => "reset",
        }
    }
}

/// The job that answers.
pub const JOB: &str = "mail.asked";

/// Asks for a mail.
#[derive(Clone, Debug, Serialize)]
pub struct RequestMail {
    /// The address as typed.
    pub email: String,
    /// What for.
    pub wanted: Wanted,
}

const ASK: &str = "INSERT INTO mail_requests (kind, email_key, at) VALUES ($1, $2, $3) RETURNING id";
const QUEUE: &str = "INSERT INTO jobs (kind, payload, dedup_key, run_at, urgent, state, attempts, lease, leased_until, error)
    SELECT 'mail.asked', r.id, 'mail.asked/' || r.id, $2, TRUE, 'waiting', 0, 0, 0, '' FROM mail_requests r WHERE r.id = $1";

impl Operation for RequestMail {
    type Action = policy::RequestLink;
    type Output = ();

    fn target(&self) -> Single {
        Single::default()
    }

    /// The same work and the same answer whether the address is known or not.
    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<(), AppError> {
        crate::oidc::only::refuse_other_ways(tx, permit, &self.email).await?;
        let ask = sql(ASK).bind(self.wanted.name()).bind(address_key(&self.email)).bind(tx.now());
        let id: Vec<(i64,)> = tx.returning(permit, ask).await?;
        let id = id.first().map(|(id,)| *id).ok_or(AppError::Lost)?;
        tx.execute(permit, sql(QUEUE).bind(id).bind(tx.now())).await?;
        Ok(())
    }
}

/// Answers a request: mail to whoever has that address, none where nobody has.
#[derive(Clone, Debug, Serialize)]
pub struct AnswerRequest {
    /// The request.
    pub request: i64,
}

#[derive(FromRow)]
struct Asked {
    kind: String,
    person: PersonId,
}

const WHO: &str = "SELECT r.kind, COALESCE(p.merged_into, p.id) AS person FROM mail_requests r
    JOIN people p ON p.email_key = r.email_key WHERE r.id = $1 AND (p.deactivated_at IS NULL OR p.merged_into IS NOT NULL)";
const DONE: &str = "DELETE FROM mail_requests WHERE id = $1";

impl Operation for AnswerRequest {
    type Action = policy::WriteMail;
    type Output = ();

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<(), AppError> {
        let asked: Option<Asked> = tx.find(permit, sql(WHO).bind(self.request)).await?;
        tx.execute(permit, sql(DONE).bind(self.request)).await?;
        tx.note("answered a request for mail", None);
        match asked {
            Some(Asked { kind, person }) if kind == Wanted::Reset.name() => {
                mails::queue_reset(tx, permit, person).await
            }
            Some(Asked { person, .. }) => mails::queue_sign_in(tx, permit, person).await,
            None => Ok(()),
        }
    }
}

pub(super) fn statements() -> Vec<Sql> {
    [ASK, QUEUE, WHO, DONE].map(sql).into()
}
