//! One-click sign-in of the demo. The routes exist in demo mode only, and so does what is behind them.
use super::roles;
use crate::auth::device::Seen;
use crate::auth::session::{By, Opening, open};
use crate::db::{Sql, WriteTx, sql};
use crate::error::AppError;
use crate::ids::{PersonId, Single};
use crate::operation::Operation;
use crate::policy::{self, Permit};
use crate::text::address_key;
use serde::Serialize;

/// Signs in as one of the demo's people.
#[derive(Clone, Serialize)]
pub struct OpenDemoSession {
    /// Which role.
    pub role: String,
    /// Hash of the session's secret.
    pub session: Vec<u8>,
    /// In which browser.
    pub device: Seen,
}

/// Holds in a database that was made as a demo, and in no other.
const PERSON: &str = "SELECT p.id FROM people p WHERE p.email_key = $1
    AND EXISTS (SELECT 1 FROM settings s WHERE s.name = 'demo')";

impl Operation for OpenDemoSession {
    type Action = policy::OpenDemoSession;
    type Output = ();

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<(), AppError> {
        let role = roles::find(&self.role).ok_or_else(AppError::hidden)?;
        let person: Option<(PersonId,)> = tx.find(permit, sql(PERSON).bind(address_key(role.email))).await?;
        let (person,) = person.ok_or_else(AppError::hidden)?;
        let (session, device) = (self.session.clone(), self.device.clone());
        // A demo has no secrets: one click counts as whatever is required.
        open(tx, permit, &Opening { person, session, by: By::Demo, strong: true, device }).await?;
        tx.note(serde_json::json!({"role": role.role}), None);
        Ok(())
    }
}

pub(super) fn statements() -> Vec<Sql> {
    vec![sql(PERSON)]
}
