//! Fresh authentication: somebody who is signed in proves again who that is, before what matters most.
use super::password::Proven;
use super::seal::SealingKey;
use super::{handed, mails, recovery, throttle, totp};
use crate::db::{FromRow, Reader, Sql, WriteTx, sql};
use crate::error::AppError;
use crate::ids::{PersonId, Single};
use crate::operation::{Operation, Query};
use crate::policy::{self, Permit, WriteProof};
use serde::Serialize;

/// What the reader can prove with.
pub struct SeeFreshness;

/// Which factors somebody has.
#[derive(Clone, Debug, FromRow)]
pub struct Factors {
    /// Who it is.
    pub person: PersonId,
    /// The address that a link would go to.
    pub email: String,
    /// A password is set.
    pub password: bool,
    /// An authenticator app is set up.
    pub totp: bool,
    /// Passkeys.
    pub passkeys: i64,
    /// A recovery code is left.
    pub recovery: bool,
}

pub(super) const FACTORS: &str =
    "SELECT p.id AS person, p.email, EXISTS (SELECT 1 FROM passwords w WHERE w.person_id = p.id) AS password,
        EXISTS (SELECT 1 FROM totps t WHERE t.person_id = p.id AND t.confirmed_at IS NOT NULL) AS totp,
        (SELECT COUNT(*) FROM passkeys k WHERE k.person_id = p.id) AS passkeys,
        EXISTS (SELECT 1 FROM recovery_codes c WHERE c.person_id = p.id AND c.used_at IS NULL) AS recovery
    FROM people p WHERE p.id = $1";

impl Query for SeeFreshness {
    type Action = policy::SeeFreshness;
    type Output = Factors;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Factors, AppError> {
        let factors: Option<Factors> = reader.find(permit, sql(FACTORS).bind(permit.actor())).await?;
        factors.ok_or_else(AppError::hidden)
    }
}

/// Asks for a link that proves it.
#[derive(Clone, Serialize)]
pub struct RequestAgainLink;

impl Operation for RequestAgainLink {
    type Action = policy::RefreshSession;
    type Output = ();

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<(), AppError> {
        mails::queue_again(tx, permit, permit.actor()).await?;
        tx.note("asked for a link to prove it again", None);
        Ok(())
    }
}

/// Uses such a link up. It counts for the session that uses it, and only for that one.
#[derive(Clone, Serialize)]
pub struct UseAgainLink {
    /// Hash of its secret.
    pub link: Vec<u8>,
    /// Hash of the session.
    pub session: Vec<u8>,
}

const USE: &str = "UPDATE links SET used_at = $3 WHERE hash = $1 AND purpose = 'again' AND person_id = $2
    AND used_at IS NULL AND expires_at > $3";
const REFRESH: &str = "UPDATE sessions SET fresh_at = $3, seen_at = $3 WHERE hash = $1 AND person_id = $2";

impl Operation for UseAgainLink {
    type Action = policy::RefreshSession;
    type Output = ();

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<(), AppError> {
        let used = sql(USE).bind(self.link.as_slice()).bind(permit.actor()).bind(tx.now());
        if tx.execute(permit, used).await? == 0 {
            return Err(AppError::invalid("link", "this link was used already or has ended; ask for a new one"));
        }
        refresh(tx, permit, &self.session).await?;
        handed::keep(tx, permit, permit.actor()).await?;
        tx.note(serde_json::json!({"proved": "link"}), None);
        Ok(())
    }
}

const STRENGTHEN: &str =
    "UPDATE sessions SET strong = TRUE, fresh_at = $3, second_at = $3, seen_at = $3 WHERE hash = $1 AND person_id = $2";

/// Whoever acts has just proven a second factor in this session.
pub(super) async fn strengthen(
    tx: &mut WriteTx,
    proof: &impl WriteProof,
    person: PersonId,
    session: &[u8],
) -> Result<(), AppError> {
    tx.execute(proof, sql(STRENGTHEN).bind(session).bind(person).bind(tx.now())).await?;
    Ok(())
}

/// Proves it with what one knows or holds.
#[derive(Clone, Serialize)]
pub struct RefreshSession {
    /// With what.
    pub with: With,
    /// Hash of the session.
    pub session: Vec<u8>,
    /// The tries that succeeded.
    pub tries: Vec<i64>,
    /// The key that opens what is kept sealed.
    #[serde(skip)]
    pub key: Option<SealingKey>,
}

/// What somebody who is signed in proves it with.
#[derive(Clone, Serialize)]
pub enum With {
    /// The password.
    Password(Proven),
    /// A code of the app.
    Totp(#[serde(skip)] String),
    /// A recovery code, as its hash.
    Recovery(Vec<u8>),
}

impl Operation for RefreshSession {
    type Action = policy::RefreshSession;
    type Output = ();

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<(), AppError> {
        let (me, key) = (permit.actor(), self.key.as_ref());
        let (proved, second) = match &self.with {
            With::Password(proven) if proven.holds(tx, permit).await? == me => ("password", false),
            With::Password(_) => return Err(AppError::hidden()),
            With::Totp(code) => totp::take(tx, permit, me, code, key).await.map(|()| ("totp", true))?,
            With::Recovery(code) => recovery::take(tx, permit, me, code).await.map(|()| ("recovery_code", true))?,
        };
        throttle::forget(tx, permit, &self.tries).await?;
        match second {
            true => strengthen(tx, permit, me, &self.session).await?,
            false => refresh(tx, permit, &self.session).await?,
        }
        tx.note(serde_json::json!({"proved": proved}), None);
        Ok(())
    }
}

/// Whoever acts has just proven a factor in this session.
pub(super) async fn refresh(
    tx: &mut WriteTx,
    permit: &Permit<policy::RefreshSession>,
    session: &[u8],
) -> Result<(), AppError> {
    tx.execute(permit, sql(REFRESH).bind(session).bind(permit.actor()).bind(tx.now())).await?;
    Ok(())
}

pub(super) fn statements() -> Vec<Sql> {
    [FACTORS, USE, REFRESH, STRENGTHEN].map(sql).into()
}
