//! The second factor of a sign-in that is half open.
use super::device::Seen;
use super::seal::SealingKey;
use super::session::{self, By, Opening};
use super::{recovery, throttle, totp};
use crate::db::{FromRow, Reader, Sql, WriteTx, sql};
use crate::error::AppError;
use crate::ids::{PersonId, Single};
use crate::operation::{Operation, Query};
use crate::policy::{self, Permit};
use serde::Serialize;

/// Looks at a sign-in that is half open.
pub struct SeeHalf(pub Vec<u8>);

/// Whose it is, and what can complete it.
#[derive(Clone, Debug, FromRow)]
pub struct Half {
    pub(super) person: PersonId,
    /// An authenticator app is set up.
    pub totp: bool,
    /// A passkey is registered.
    pub passkey: bool,
    /// A recovery code is left.
    pub recovery: bool,
    /// The page to go on to.
    pub return_to: String,
}

const HALF: &str = "SELECT h.person_id AS person, h.return_to,
        EXISTS (SELECT 1 FROM totps t WHERE t.person_id = h.person_id AND t.confirmed_at IS NOT NULL) AS totp,
        EXISTS (SELECT 1 FROM passkeys k WHERE k.person_id = h.person_id) AS passkey,
        EXISTS (SELECT 1 FROM recovery_codes c WHERE c.person_id = h.person_id AND c.used_at IS NULL) AS recovery
    FROM half_sign_ins h WHERE h.hash = $1 AND h.expires_at > $2";

impl Query for SeeHalf {
    type Action = policy::SeeLink;
    type Output = Option<Half>;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Option<Half>, AppError> {
        let now = reader.now().at;
        Ok(reader.find(permit, sql(HALF).bind(self.0.as_slice()).bind(now)).await?)
    }
}

/// What completes it.
#[derive(Clone, Serialize)]
pub enum Second {
    /// A code of the app.
    Totp(#[serde(skip)] String),
    /// The hash of a recovery code.
    Recovery(Vec<u8>),
}

/// Completes the sign-in.
#[derive(Clone, Serialize)]
pub struct FinishSignIn {
    /// Hash of the half-open one's secret.
    pub half: Vec<u8>,
    /// With what.
    pub second: Second,
    /// Hash of the new session's secret.
    pub session: Vec<u8>,
    /// In which browser.
    pub device: Seen,
    /// The tries that succeeded.
    pub tries: Vec<i64>,
    /// The key that opens what is kept sealed.
    #[serde(skip)]
    pub key: Option<SealingKey>,
}

const END: &str = "DELETE FROM half_sign_ins WHERE hash = $1 AND expires_at > $2 RETURNING person_id, opened_by";

impl Operation for FinishSignIn {
    type Action = policy::OpenSession;
    type Output = ();

    fn target(&self) -> Single {
        Single::default()
    }

    /// Rolled back as a whole where the second factor is wrong: the sign-in stays half open.
    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<(), AppError> {
        let ended: Vec<(PersonId, String)> =
            tx.returning(permit, sql(END).bind(self.half.as_slice()).bind(tx.now())).await?;
        let Some((person, by)) = ended.into_iter().next() else {
            return Err(AppError::invalid("code", "this took too long; sign in again"));
        };
        let second = match &self.second {
            Second::Totp(code) => totp::take(tx, permit, person, code, self.key.as_ref()).await.map(|()| "totp")?,
            Second::Recovery(code) => recovery::take(tx, permit, person, code).await.map(|()| "recovery_code")?,
        };
        throttle::forget(tx, permit, &self.tries).await?;
        let by = By::of(&by).unwrap_or(By::Link);
        let (session, device) = (self.session.clone(), self.device.clone());
        session::open(tx, permit, &Opening { person, session, by, strong: true, device }).await?;
        tx.note(serde_json::json!({"person": person.0, "by": by, "second": second}), None);
        Ok(())
    }
}

pub(super) fn statements() -> Vec<Sql> {
    [HALF, END].map(sql).into()
}
