//! Further addresses of a person, to which notices go and with which nobody signs in. Each is confirmed by a link.
use crate::app::Profile;
use crate::db::{Reader, Sql, WriteTx, sql};
use crate::error::{AppError, Refusal};
use crate::ids::{PersonId, Single};
use crate::mail::Site;
use crate::mail::outbox::{self, Send};
use crate::operation::{Operation, Query};
use crate::policy::{self, Permit};
use crate::text::{address_key, full_name, is_address};
use crate::time::DAY;
use serde::Serialize;

/// How many further addresses somebody may have.
const MOST: i64 = 5;

/// Adds an address to which notices go, too, once it is confirmed by a link.
#[derive(Clone, Debug, Serialize)]
pub struct AddAddress {
    /// The address.
    pub email: String,
    #[serde(skip)]
    site: Site,
}

/// Takes one away.
#[derive(Clone, Debug, Serialize)]
pub struct RemoveAddress {
    /// Which.
    pub handle: String,
}

/// Confirms one, by the link that went there.
#[derive(Clone, Serialize)]
pub struct ConfirmAddress {
    /// Hash of the link's secret.
    pub link: Vec<u8>,
}

/// Looks at the link.
pub struct SeeAddressLink {
    /// Hash of the link's secret.
    pub link: Vec<u8>,
}

const KNOWN: &str = "SELECT COUNT(*), COUNT(CASE WHEN email_key = $2 THEN 1 END) FROM notice_addresses
    WHERE person_id = $1";
/// Nobody has mail sent to one address again and again.
const ASKED: &str = "SELECT COUNT(*) FROM notices WHERE person_id = $1 AND kind = 'notice_address' AND created_at > $2";
const ADD: &str =
    "INSERT INTO notice_addresses (handle, person_id, email, email_key, added_at) VALUES ($1, $2, $3, $4, $5)
    RETURNING id";
const ABOUT: &str = "UPDATE notices SET about = $1 WHERE dedup_key = $2";
const REMOVE: &str = "DELETE FROM notice_addresses WHERE person_id = $1 AND handle = $2";
const ME: &str = "SELECT first_name, last_name, email FROM people WHERE id = $1";
const SEE: &str = "SELECT a.email FROM links l JOIN notice_addresses a ON a.id = l.about
    WHERE l.hash = $1 AND l.purpose = 'notice_address' AND l.used_at IS NULL AND l.expires_at > $2";
const USE: &str = "UPDATE links SET used_at = $2 WHERE hash = $1 AND purpose = 'notice_address' AND used_at IS NULL
    AND expires_at > $2 RETURNING about";
const CONFIRM: &str = "UPDATE notice_addresses SET confirmed_at = $2 WHERE id = $1 AND confirmed_at IS NULL";

impl AddAddress {
    /// In this installation.
    pub fn new(email: String, profile: &Profile) -> Self {
        Self { email, site: Site::of(profile) }
    }
}

impl Operation for AddAddress {
    type Action = policy::AddNoticeAddress;
    type Output = ();

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<(), AppError> {
        let (me, email): (PersonId, &str) = (permit.target().0, self.email.trim());
        if !is_address(email) {
            return Err(AppError::invalid("email", "enter the full e-mail address, for example name@company.com"));
        }
        let key = address_key(email);
        let own: Option<(String, String, String)> = tx.find(permit, sql(ME).bind(me)).await?;
        let (first, last, main) = own.ok_or_else(AppError::hidden)?;
        let known: Option<(i64, i64)> = tx.find(permit, sql(KNOWN).bind(me).bind(key.as_str())).await?;
        let (all, same) = known.unwrap_or_default();
        if same > 0 || address_key(&main) == key {
            return Err(AppError::invalid(
                "email",
                "your notices go to this address already, or wait for its confirmation",
            ));
        }
        let asked: Option<(i64,)> = tx.find(permit, sql(ASKED).bind(me).bind(tx.now() - DAY)).await?;
        if all >= MOST || asked.is_some_and(|(n,)| n >= MOST) {
            let title = format!("{MOST} addresses are the most, and {MOST} a day; remove one, or try again tomorrow");
            return Err(Refusal::new("too-many", title).into());
        }
        let row = sql(ADD).bind(crate::auth::secret::handle()).bind(me).bind(email).bind(key).bind(tx.now());
        let added: Vec<(i64,)> = tx.returning(permit, row).await?;
        let (added,) = added.into_iter().next().ok_or(AppError::Lost)?;
        let name = full_name(&first, &last);
        let mail = super::mails::confirm_address(&self.site, me, email, &name, added);
        let key = mail.dedup_key.clone();
        outbox::write(tx, permit, &self.site, &[mail], Send::AtOnce).await?;
        tx.execute(permit, sql(ABOUT).bind(added).bind(key)).await?;
        tx.note(serde_json::json!({"notice_address": added}), None);
        Ok(())
    }
}

impl Operation for RemoveAddress {
    type Action = policy::RemoveNoticeAddress;
    type Output = ();

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<(), AppError> {
        tx.execute(permit, sql(REMOVE).bind(permit.target().0).bind(self.handle.as_str())).await?;
        tx.note(self, None);
        Ok(())
    }
}

impl Query for SeeAddressLink {
    type Action = policy::SeeLink;
    type Output = Option<String>;

    fn target(&self) -> Single {
        Single::default()
    }

    /// The address.
    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Option<String>, AppError> {
        let now = reader.now().at;
        let found: Option<(String,)> = reader.find(permit, sql(SEE).bind(self.link.as_slice()).bind(now)).await?;
        Ok(found.map(|(email,)| email))
    }
}

impl Operation for ConfirmAddress {
    type Action = policy::ConfirmNoticeAddress;
    type Output = ();

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<(), AppError> {
        let used = sql(USE).bind(self.link.as_slice()).bind(tx.now());
        let used: Vec<(Option<i64>,)> = tx.returning(permit, used).await?;
        let about = used.into_iter().next().and_then(|(about,)| about);
        let about = about.ok_or_else(|| {
            AppError::invalid("link", "this link was used already or has ended; add the address again")
        })?;
        if tx.execute(permit, sql(CONFIRM).bind(about).bind(tx.now())).await? == 0 {
            return Err(AppError::invalid("link", "this address was removed, or is confirmed already"));
        }
        tx.note(serde_json::json!({"notice_address": about}), None);
        Ok(())
    }
}

pub(super) fn statements() -> Vec<Sql> {
    [KNOWN, ASKED, ADD, ABOUT, REMOVE, ME, SEE, USE, CONFIRM].map(sql).into()
}
