//! Erases what is known about a person: nothing says any more who it was, while counts, history and the audit chain stay whole.
//! Refused while there are duties. What others wrote to others stays theirs.
use super::duties::{DUTIES, Duty};
use super::mentions;
use crate::db::{FromRow, Reader, Sql, WriteTx, sql};
use crate::error::{AppError, Refusal};
use crate::ids::{PersonId, PersonKey};
use crate::operation::{Operation, Query};
use crate::policy::{self, Permit};
use serde::Serialize;

/// Erases one person, who asks for it or for whom the vendor's administrator does.
#[derive(Clone, Debug, Serialize)]
pub struct ErasePerson {
    /// Who.
    pub person: PersonKey,
}

/// The person, and those who were merged into him or her.
macro_rules! of_person {
    ($head:literal) => {
        concat!($head, " IN (SELECT p.id FROM people p WHERE p.id = $1 OR p.merged_into = $1)")
    };
}

/// Tables of which each row of a person goes. A test holds this list and the schema together.
pub const FORGOTTEN: &[(&str, &str)] = &[
    ("shipping_addresses", of_person!("DELETE FROM shipping_addresses WHERE person_id")),
    ("email_changes", of_person!("DELETE FROM email_changes WHERE person_id")),
    ("data_exports", of_person!("DELETE FROM data_exports WHERE person_id")),
    ("links", of_person!("DELETE FROM links WHERE person_id")),
    ("sessions", of_person!("DELETE FROM sessions WHERE person_id")),
    ("tokens", of_person!("DELETE FROM tokens WHERE person_id")),
    ("devices", of_person!("DELETE FROM devices WHERE person_id")),
    ("passwords", of_person!("DELETE FROM passwords WHERE person_id")),
    ("totps", of_person!("DELETE FROM totps WHERE person_id")),
    ("recovery_codes", of_person!("DELETE FROM recovery_codes WHERE person_id")),
    ("passkeys", of_person!("DELETE FROM passkeys WHERE person_id")),
    ("ceremonies", of_person!("DELETE FROM ceremonies WHERE person_id")),
    ("half_sign_ins", of_person!("DELETE FROM half_sign_ins WHERE person_id")),
    ("oidc_subjects", of_person!("DELETE FROM oidc_subjects WHERE person_id")),
    ("views", of_person!("DELETE FROM views WHERE person_id")),
    ("adoptions", of_person!("DELETE FROM adoptions WHERE person_id")),
    ("access_requests", of_person!("DELETE FROM access_requests WHERE person_id")),
    ("idempotency_keys", of_person!("DELETE FROM idempotency_keys WHERE person_id")),
    ("naming_rights", of_person!("DELETE FROM naming_rights WHERE person_id")),
    ("invitations", of_person!("DELETE FROM invitations WHERE person_id")),
    ("calendar_keys", of_person!("DELETE FROM calendar_keys WHERE person_id")),
    ("notice_addresses", of_person!("DELETE FROM notice_addresses WHERE person_id")),
    ("absences", "DELETE FROM absences WHERE person_id = $1 OR colleague_id = $1"),
    ("unsubscribe_links", of_person!("DELETE FROM unsubscribe_links WHERE person_id")),
    ("backup_contacts", of_person!("DELETE FROM backup_contacts WHERE person_id")),
    ("role_checks", of_person!("DELETE FROM role_checks WHERE person_id")),
    ("notice_preferences", of_person!("DELETE FROM notice_preferences WHERE person_id")),
    ("memberships", of_person!("DELETE FROM memberships WHERE person_id")),
];
/// Tables whose rows stay: they say which id did what, and no longer whose it was.
pub const KEPT: &[&str] = &[
    "merged_members",
    "spans",
    "entries",
    "covers",
    "change_sets",
    "notices",
    "terms_accepted",
    "announced_assets",
    "licence_acceptances",
    "downloads",
    "shipments",
];

/// Their addresses, those that they only asked for included; but never one that is somebody else's.
const ADDRESSES: &str = "SELECT x.email FROM (SELECT email FROM people WHERE id = $1 OR merged_into = $1
        UNION SELECT old_email FROM email_changes WHERE person_id = $1
        UNION SELECT new_email FROM email_changes WHERE person_id = $1) x
    WHERE NOT EXISTS (SELECT 1 FROM people q WHERE q.email = x.email AND q.id <> $1 AND COALESCE(q.merged_into, 0) <> $1)";
const END_ACCESS: &str = of_person!("UPDATE entries SET ended_at = $2 WHERE ended_at IS NULL AND $2 > 0 AND person_id");
const NOTICES: &str = of_person!(
    "UPDATE notices SET address = '', subject = '', body_text = '', body_html = '', why = '', reply_to = '', error = '',
        state = CASE WHEN state = 'queued' THEN 'not_sent' ELSE state END WHERE person_id"
);
/// Where media went to; that they went stays.
const SHIP_TO: &str = of_person!(
    "UPDATE shipments SET company = '', recipient = '', line1 = '', line2 = '', postal_code = '', city = '', region = '',
        country = '', phone = '', confirmed_at = NULL WHERE person_id"
);
const DEMO_MAILS: &str = "DELETE FROM demo_mails WHERE sent_to IN (SELECT v.column1 FROM (";
const REQUESTS: &str = "DELETE FROM mail_requests WHERE email_key IN (SELECT v.column1 FROM (";
const IN_LIST: &str = ") v)";
/// What the trail says in words about them or by them; the events and their digests stay in the chain.
const DETAILS: &str = "DELETE FROM audit_details WHERE event_id IN (SELECT e.id FROM audit_events e JOIN people p
    ON p.id = e.actor_id OR (e.kind = 'person' AND e.target_id = p.id) WHERE p.id = $1 OR p.merged_into = $1)";
const ANONYMOUS: &str = "UPDATE people SET email = 'erased-' || handle || '@erased.invalid',
        email_key = 'erased-' || handle || '@erased.invalid', first_name = 'Erased', last_name = 'person',
        first_key = 'erased', last_key = 'person', sort_key = 'person' || handle, language = 'en', theme = 'system',
        time_zone = '', shortcuts = TRUE, prefers_media = FALSE, staff_role = NULL, bounced_at = NULL, signed_in_at = NULL, seen_at = NULL, seen_before_at = NULL,
        deactivated_at = COALESCE(deactivated_at, $2), erased_at = $2, version = version + 1
    WHERE (id = $1 OR merged_into = $1) AND erased_at IS NULL";

impl Operation for ErasePerson {
    type Action = policy::ErasePerson;
    type Output = ();

    fn target(&self) -> PersonKey {
        self.person.clone()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<(), AppError> {
        let person = permit.target().0;
        let about = |text| sql(text).bind(person);
        let duties: Vec<Duty> = tx.fetch(permit, about(DUTIES)).await?;
        refuse(&duties)?;
        let addresses: Vec<(String,)> = tx.fetch(permit, about(ADDRESSES)).await?;
        let addresses: Vec<String> = addresses.into_iter().map(|(address,)| address).collect();
        let keys: Vec<String> = addresses.iter().map(|address| crate::text::address_key(address)).collect();
        let mentioned: Vec<String> = addresses.iter().chain(&keys).cloned().collect();
        for part in Sql::batches(&mentioned) {
            tx.execute(permit, sql(DEMO_MAILS).push_values(part).push(IN_LIST)).await?;
            tx.execute(permit, sql(REQUESTS).push_values(part).push(IN_LIST)).await?;
        }
        mentions::forget(tx, permit, &addresses).await?;
        tx.execute(permit, about(END_ACCESS).bind(tx.now())).await?;
        tx.execute(permit, about(NOTICES)).await?;
        tx.execute(permit, about(SHIP_TO)).await?;
        tx.execute(permit, about(DETAILS)).await?;
        for (_, text) in FORGOTTEN {
            tx.execute(permit, about(text)).await?;
        }
        if tx.execute(permit, about(ANONYMOUS).bind(tx.now())).await? == 0 {
            return Err(Refusal::new("erased", "this person is erased already").into());
        }
        tx.note(serde_json::json!({"erased": person.0}), None);
        Ok(())
    }
}

fn refuse(duties: &[Duty]) -> Result<(), AppError> {
    if duties.is_empty() {
        return Ok(());
    }
    let words: Vec<String> = duties.iter().map(Duty::words).collect();
    let title = format!("hand these over first, then nothing is lost: {}", words.join("; "));
    Err(Refusal::new("has-duties", title).into())
}

/// Looks at what an erasure would meet.
pub struct ShowErasure {
    /// Who.
    pub person: PersonKey,
}

/// Who it is about, and what is in the way.
#[derive(Clone, Debug)]
pub struct Erasure {
    /// The person.
    pub who: Who,
    /// The reader is that person.
    pub own: bool,
    /// What has to be handed over before.
    pub duties: Vec<Duty>,
}

/// A person by name.
#[derive(Clone, Debug, FromRow)]
pub struct Who {
    /// In addresses of pages.
    pub handle: String,
    /// The address.
    pub email: String,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
}

const WHO: &str = "SELECT handle, email, first_name, last_name FROM people WHERE id = $1 AND erased_at IS NULL";

impl Query for ShowErasure {
    type Action = policy::SeeErasure;
    type Output = Erasure;

    fn target(&self) -> PersonKey {
        self.person.clone()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Erasure, AppError> {
        let person: PersonId = permit.target().0;
        let who: Option<Who> = reader.find(permit, sql(WHO).bind(person)).await?;
        let duties = reader.fetch(permit, sql(DUTIES).bind(person)).await?;
        Ok(Erasure { who: who.ok_or_else(AppError::hidden)?, own: person == permit.actor(), duties })
    }
}

pub(super) fn statements() -> Vec<Sql> {
    let mut all: Vec<Sql> = [ADDRESSES, END_ACCESS, NOTICES, SHIP_TO, DETAILS, ANONYMOUS, WHO].map(sql).into();
    all.extend(FORGOTTEN.iter().map(|(_, text)| sql(text)));
    let listed = |head, end| sql(head).push_values(&[String::new()]).push(end);
    all.extend([listed(DEMO_MAILS, IN_LIST), listed(REQUESTS, IN_LIST)]);
    all
}
