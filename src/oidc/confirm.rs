//! Somebody of another company whose address is of a domain of this one: the company's provider may sign him or her in once the
//! person has said so, with a link that goes to the mailbox. Else one company could come in as people of another.
use super::enter::Entered;
use super::mails::ConfirmProvider as Letter;
use crate::auth::secret;
use crate::db::{FromRow, Reader, Sql, WriteTx, sql};
use crate::error::AppError;
use crate::ids::{PersonId, Single};
use crate::mail::outbox::{self, Outgoing, Purpose, Send};
use crate::mail::{Mail, Site};
use crate::operation::{Operation, Query};
use crate::policy::{self, Permit, WriteProof};
use crate::time::HOUR;
use serde::Serialize;

const EMAIL: &str = "SELECT email FROM people WHERE id = $1";

/// Mails the link, at most one in an hour.
pub(super) async fn ask(
    tx: &mut WriteTx,
    proof: &impl WriteProof,
    provider: i64,
    account: i64,
    person: PersonId,
    company: String,
) -> Result<Entered, AppError> {
    let email: Option<(String,)> = tx.find(proof, sql(EMAIL).bind(person)).await?;
    let (address,) = email.ok_or_else(AppError::hidden)?;
    let site = Site::unknown();
    let mail = Outgoing {
        person,
        address,
        account: Some(account),
        contract: None,
        change_set: None,
        kind: "provider.confirm",
        mail: Letter { site: site.clone(), company: company.clone() }.render(),
        link: Some(Purpose::Provider),
        reply_to: site.contact_email.clone(),
        dedup_key: format!("provider.confirm/{provider}/{}/{}", person.0, tx.now() / HOUR),
    };
    outbox::write(tx, proof, &site, &[mail], Send::AtOnce).await?;
    tx.note(serde_json::json!({"person": person.0, "by": "oidc", "provider": provider, "step": "Confirm"}), None);
    Ok(Entered::Confirming { company })
}

/// Looks at such a link without using it up.
pub struct SeeConfirmation {
    /// The secret of the address.
    pub token: String,
}

/// What it is about.
#[derive(Clone, Debug, FromRow)]
pub struct Confirmation {
    /// Whose sign-in.
    pub company: String,
    /// For which address.
    pub email: String,
}

const LINK: &str = "SELECT o.name AS company, p.email FROM links l JOIN people p ON p.id = l.person_id
    JOIN accounts o ON o.id = l.account_id
    WHERE l.hash = $1 AND l.purpose = 'provider' AND l.used_at IS NULL AND l.expires_at > $2 AND p.deactivated_at IS NULL";

impl Query for SeeConfirmation {
    type Action = policy::SeeLink;
    type Output = Option<Confirmation>;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Self::Output, AppError> {
        let now = reader.now().at;
        Ok(reader.find(permit, sql(LINK).bind(secret::hash(&self.token)).bind(now)).await?)
    }
}

/// Uses it up: from then on the company's provider signs this person in.
#[derive(Clone, Serialize)]
pub struct ConfirmProvider {
    /// Hash of the link's secret.
    pub link: Vec<u8>,
}

const USE: &str = "UPDATE links SET used_at = $2 WHERE hash = $1 AND purpose = 'provider' AND used_at IS NULL
    AND expires_at > $2 AND person_id IN (SELECT p.id FROM people p WHERE p.deactivated_at IS NULL)
    RETURNING person_id, account_id, created_at";
/// Only what the provider said before the mail went out: not another subject that came in between.
const CONFIRM: &str = "UPDATE oidc_subjects SET confirmed_at = $3 WHERE person_id = $1 AND bound_at <= $4
    AND provider_id IN (SELECT o.id FROM oidc_providers o WHERE o.account_id = $2)";

impl Operation for ConfirmProvider {
    type Action = policy::ConfirmProvider;
    type Output = ();

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<(), AppError> {
        let used = sql(USE).bind(self.link.as_slice()).bind(tx.now());
        let used: Vec<(PersonId, Option<i64>, i64)> = tx.returning(permit, used).await?;
        let gone = || AppError::invalid("link", "this link was used already or has ended; sign in there once more");
        let (person, account, made_at) = used.into_iter().next().ok_or_else(gone)?;
        let confirm = sql(CONFIRM).bind(person).bind(account).bind(tx.now()).bind(made_at);
        if tx.execute(permit, confirm).await? == 0 {
            return Err(gone());
        }
        tx.note(serde_json::json!({"person": person.0, "company": account}), None);
        Ok(())
    }
}

pub(super) fn statements() -> Vec<Sql> {
    [EMAIL, LINK, USE, CONFIRM].map(sql).into()
}
