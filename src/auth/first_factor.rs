//! What follows when the first factor was right: a session, or the question for the second one. A sign-in that is half open
//! is no session: it opens nothing but the page that asks.
use super::device::Seen;
use super::handed;
use super::session::{self, By, Opening};
use crate::db::{FromRow, Sql, WriteTx, sql};
use crate::error::AppError;
use crate::ids::PersonId;
use crate::policy::WriteProof;
use crate::time::{Instant, MINUTE};
use serde::{Deserialize, Serialize};

/// How long somebody has to find the second factor.
pub const HALF_FOR: Instant = 10 * MINUTE;

/// Who proved what, and in which browser.
#[derive(Clone, Debug, Serialize)]
pub struct Passed {
    /// Who.
    pub person: PersonId,
    /// With what.
    pub by: By,
    /// Hash of the secret that the browser gets, for the session or for the half-open sign-in.
    pub secret: Vec<u8>,
    /// In which browser.
    pub device: Seen,
    /// The page to go on to.
    pub return_to: String,
}

/// What the browser gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Next {
    /// A session.
    In,
    /// A session; what was set up with a link that was handed over has ended.
    Anew,
    /// The question for the second factor.
    Second,
}

#[derive(FromRow)]
struct Needs {
    second: bool,
}

/// Whoever set an authenticator app up is asked for it. A passkey alone is asked for where a second factor is required: for
/// others it is a comfort, and losing it must not lock them out.
const NEEDS: &str = "SELECT EXISTS (SELECT 1 FROM totps t WHERE t.person_id = p.id AND t.confirmed_at IS NOT NULL)
        OR (EXISTS (SELECT 1 FROM passkeys k WHERE k.person_id = p.id) AND (p.staff_role IS NOT NULL
            OR EXISTS (SELECT 1 FROM memberships r WHERE r.person_id = p.id AND r.partner_role IS NOT NULL
                AND r.confirmed_at IS NOT NULL))) AS second
    FROM people p WHERE p.id = $1 AND p.deactivated_at IS NULL";
const TIDY: &str = "DELETE FROM half_sign_ins WHERE expires_at <= $1";
const HALF: &str =
    "INSERT INTO half_sign_ins (hash, person_id, opened_by, return_to, expires_at) VALUES ($1, $2, $3, $4, $5)";

/// Opens a session, or half of one.
pub async fn pass(tx: &mut WriteTx, proof: &impl WriteProof, passed: &Passed) -> Result<Next, AppError> {
    let Passed { person, by, secret, device, return_to } = passed;
    let anew = by.shows_the_owner() && handed::proven(tx, proof, *person).await?;
    let needs: Option<Needs> = tx.find(proof, sql(NEEDS).bind(*person)).await?;
    if !needs.ok_or_else(AppError::hidden)?.second {
        let (session, device) = (secret.clone(), device.clone());
        session::open(tx, proof, &Opening { person: *person, session, by: *by, strong: false, device }).await?;
        return Ok(if anew { Next::Anew } else { Next::In });
    }
    tx.execute(proof, sql(TIDY).bind(tx.now())).await?;
    let half = sql(HALF).bind(secret.as_slice()).bind(*person).bind(by.name()).bind(return_to.as_str());
    tx.execute(proof, half.bind(tx.now() + HALF_FOR)).await?;
    Ok(Next::Second)
}

pub(super) fn statements() -> Vec<Sql> {
    [NEEDS, TIDY, HALF].map(sql).into()
}
