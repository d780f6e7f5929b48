//! Passwords: proven at sign-in, set and changed, forgotten. Hashing happens before a transaction begins, never in one.
use super::first_factor::{self, Next, Passed};
use super::{hashing, mails, session, throttle};
use crate::app::App;
use crate::db::{FromRow, Reader, Sql, WriteTx, sql};
use crate::error::AppError;
use crate::ids::{PersonId, Single};
use crate::operation::{Operation, Query};
use crate::policy::{self, Actor, Permit, WriteProof};
use crate::text::address_key;
use serde::Serialize;

/// Somebody whose password was right. Made here only.
#[derive(Clone, Debug, Serialize)]
pub struct Proven {
    person: PersonId,
    /// What it was right against: a password that is changed meanwhile signs nobody in.
    #[serde(skip)]
    phc: String,
}

struct FindPassword(String);

#[derive(Clone, FromRow)]
struct Stored {
    person: PersonId,
    phc: String,
}

const BY_ADDRESS: &str = "SELECT w.person_id AS person, w.phc FROM passwords w JOIN people p ON p.id = w.person_id
    WHERE p.email_key = $1 AND p.deactivated_at IS NULL";

impl Query for FindPassword {
    type Action = policy::ProvePassword;
    type Output = Option<Stored>;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Option<Stored>, AppError> {
        Ok(reader.find(permit, sql(BY_ADDRESS).bind(address_key(&self.0))).await?)
    }
}

/// Whether this is the password of this address. Known and unknown addresses, with a password and without, are the same
/// statement and the same hashing.
pub async fn prove(app: &App, email: &str, password: &str) -> Result<Option<Proven>, AppError> {
    let stored = app.read(&Actor::anonymous(), &FindPassword(email.to_owned())).await?;
    let right = hashing::verify(password, stored.as_ref().map(|s| s.phc.as_str())).await?;
    Ok(stored.filter(|_| right).map(|Stored { person, phc }| Proven { person, phc }))
}

struct FindOwnPassword;

const OWN: &str = "SELECT w.person_id AS person, w.phc FROM passwords w WHERE w.person_id = $1";

impl Query for FindOwnPassword {
    type Action = policy::SeeFreshness;
    type Output = Option<Stored>;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Option<Stored>, AppError> {
        Ok(reader.find(permit, sql(OWN).bind(permit.actor())).await?)
    }
}

/// As [`prove`], of whoever is signed in.
pub async fn prove_own(app: &App, actor: &Actor, password: &str) -> Result<Option<Proven>, AppError> {
    let stored = app.read(actor, &FindOwnPassword).await?;
    let right = hashing::verify(password, stored.as_ref().map(|s| s.phc.as_str())).await?;
    Ok(stored.filter(|_| right).map(|Stored { person, phc }| Proven { person, phc }))
}

const STILL: &str = "SELECT w.person_id FROM passwords w WHERE w.person_id = $1 AND w.phc = $2";

impl Proven {
    /// Whether it is still the password.
    pub(super) async fn holds(&self, tx: &mut WriteTx, proof: &impl WriteProof) -> Result<PersonId, AppError> {
        let still: Option<(PersonId,)> = tx.find(proof, sql(STILL).bind(self.person).bind(self.phc.as_str())).await?;
        let changed = || AppError::invalid("password", "the password was changed meanwhile; enter the new one");
        still.map(|(person,)| person).ok_or_else(changed)
    }
}

/// Signs in with a password.
#[derive(Clone, Serialize)]
pub struct OpenByPassword {
    /// Whose password was right.
    pub proven: Proven,
    /// The browser, and where to go; its person and way are those of the proof.
    pub passed: Passed,
    /// The tries that succeeded.
    pub tries: Vec<i64>,
}

impl Operation for OpenByPassword {
    type Action = policy::OpenSession;
    type Output = Next;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<Next, AppError> {
        let person = self.proven.holds(tx, permit).await?;
        let email: Option<(String,)> = tx.find(permit, sql(ADDRESS).bind(person)).await?;
        let (email,) = email.ok_or_else(AppError::hidden)?;
        crate::oidc::only::refuse_other_ways(tx, permit, &email).await?;
        throttle::forget(tx, permit, &self.tries).await?;
        let by = session::By::Password;
        let next = first_factor::pass(tx, permit, &Passed { person, by, ..self.passed.clone() }).await?;
        tx.note(serde_json::json!({"person": person.0, "by": by, "next": next}), None);
        Ok(next)
    }
}

const ADDRESS: &str = "SELECT email FROM people WHERE id = $1";
const SET: &str = "INSERT INTO passwords (person_id, phc, set_at) VALUES ($1, $2, $3)
    ON CONFLICT (person_id) DO UPDATE SET phc = excluded.phc, set_at = excluded.set_at";
const END_RESETS: &str = "UPDATE links SET used_at = $2 WHERE person_id = $1 AND purpose = 'reset' AND used_at IS NULL";

/// A new password: what was signed in otherwise is signed out, open links for another one end, and the owner is told.
pub(super) async fn set(
    tx: &mut WriteTx,
    proof: &impl WriteProof,
    person: PersonId,
    phc: &str,
    keep: Option<&[u8]>,
) -> Result<(), AppError> {
    tx.execute(proof, sql(SET).bind(person).bind(phc).bind(tx.now())).await?;
    tx.execute(proof, sql(END_RESETS).bind(person).bind(tx.now())).await?;
    session::end_all(tx, proof, person, keep).await?;
    mails::queue_password_changed(tx, proof, person).await
}

/// Sets or changes the own password.
#[derive(Clone, Serialize)]
pub struct SetPassword {
    /// Its hash.
    #[serde(skip)]
    pub phc: String,
    /// Hash of the session that stays.
    pub session: Vec<u8>,
}

impl Operation for SetPassword {
    type Action = policy::SetPassword;
    type Output = ();

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<(), AppError> {
        set(tx, permit, permit.actor(), &self.phc, Some(&self.session)).await?;
        tx.note("set a password", None);
        Ok(())
    }
}

pub(super) fn statements() -> Vec<Sql> {
    [BY_ADDRESS, OWN, STILL, ADDRESS, SET, END_RESETS].map(sql).into()
}
