//! Sign-in by a link that is mailed: asked for by anybody, answered alike for known and unknown addresses, used once.
use super::first_factor::{self, Next, Passed};
use super::handed;
use super::secret;
use super::session::By;
use crate::db::{FromRow, Reader, Sql, WriteTx, sql};
use crate::error::AppError;
use crate::ids::{PersonId, Single};
use crate::operation::{Operation, Query};
use crate::people::gives::{GIVES, GiveRow};
use crate::policy::{self, Permit};
use crate::time::Instant;
use serde::{Deserialize, Serialize};

/// Looks at a link without using it up: mail scanners follow links, too.
pub struct SeeLink {
    /// The secret of the address.
    pub token: String,
    /// `sign_in` or `invitation`.
    pub purpose: &'static str,
}

/// Whom a link is for.
#[derive(Clone, Debug, FromRow)]
pub struct LinkFor {
    person_id: i64,
    account_id: Option<i64>,
    pub(crate) first_name: String,
    pub(crate) last_name: String,
    pub(crate) email: String,
    pub(crate) account: Option<String>,
    pub(crate) expires_at: Instant,
    pub(crate) invited_by: Option<String>,
    /// What an invitation gives, one sentence each.
    #[sqlx(skip)]
    pub(crate) gives: Vec<String>,
}

/// An invitation is open while its membership waits. One that was handed over in person (`handed`) ends when its owner has
/// signed in by other means, or has a role by then: whoever else has it must not come in as that person.
const LINK: &str = "SELECT l.person_id, l.account_id, p.first_name, p.last_name, p.email, o.name AS account, l.expires_at,
        (SELECT b.first_name || ' ' || b.last_name FROM invitations i JOIN people b ON b.id = i.invited_by
            WHERE i.person_id = l.person_id AND i.account_id = l.account_id) AS invited_by
    FROM links l JOIN people p ON p.id = l.person_id LEFT JOIN accounts o ON o.id = l.account_id
    WHERE l.hash = $1 AND l.used_at IS NULL AND l.expires_at > $3 AND p.deactivated_at IS NULL
    AND (l.purpose = $2 OR ($2 = 'invitation' AND l.purpose = 'handed' AND p.signed_in_at IS NULL
        AND NOT EXISTS (SELECT 1 FROM memberships x WHERE x.person_id = l.person_id AND x.account_id <> l.account_id)
        AND NOT EXISTS (SELECT 1 FROM contracts x WHERE x.manager_id = l.person_id OR x.coordinator_id = l.person_id)
        AND NOT EXISTS (SELECT 1 FROM asset_groups x WHERE x.coordinator_id = l.person_id)
        AND NOT EXISTS (SELECT 1 FROM assets x WHERE x.coordinator_id = l.person_id)))
    AND ($2 <> 'invitation' OR EXISTS (SELECT 1 FROM memberships m
        JOIN invitations i ON i.account_id = m.account_id AND i.person_id = m.person_id
        WHERE m.account_id = l.account_id AND m.person_id = l.person_id AND m.confirmed_at IS NULL AND i.expires_at > $3))";

impl Query for SeeLink {
    type Action = policy::SeeLink;
    type Output = Option<LinkFor>;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Option<LinkFor>, AppError> {
        let now = reader.now().at;
        let link = sql(LINK).bind(secret::hash(&self.token)).bind(self.purpose).bind(now);
        let mut found: Option<LinkFor> = reader.find(permit, link).await?;
        if let Some((link, account)) = found.as_mut().and_then(|link| link.account_id.map(|account| (link, account))) {
            let gives = sql(GIVES).bind(account).bind(link.person_id);
            let gives: Vec<GiveRow> = reader.fetch(permit, gives).await?;
            link.gives = gives.iter().map(GiveRow::sentence).collect();
        }
        Ok(found)
    }
}

/// Uses a link up and opens a session.
#[derive(Clone, Serialize)]
pub struct OpenSession {
    /// Hash of the link's secret.
    pub link: Vec<u8>,
    /// The browser, and where to go; its person and way are the link's.
    pub passed: Passed,
    /// Of an invitation: the names that the person gives.
    pub accept: Option<Names>,
}

/// First and last name.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Names {
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
}

const USE: &str = "UPDATE links SET used_at = $2 WHERE hash = $1 AND used_at IS NULL AND expires_at > $2
    AND person_id IN (SELECT p.id FROM people p WHERE p.deactivated_at IS NULL)
    AND (purpose = $3 OR ($3 = 'invitation' AND purpose = 'handed'
        AND person_id IN (SELECT p.id FROM people p WHERE p.signed_in_at IS NULL)
        AND NOT EXISTS (SELECT 1 FROM memberships x WHERE x.person_id = links.person_id AND x.account_id <> links.account_id)
        AND NOT EXISTS (SELECT 1 FROM contracts x WHERE x.manager_id = links.person_id OR x.coordinator_id = links.person_id)
        AND NOT EXISTS (SELECT 1 FROM asset_groups x WHERE x.coordinator_id = links.person_id)
        AND NOT EXISTS (SELECT 1 FROM assets x WHERE x.coordinator_id = links.person_id)))
    AND ($3 <> 'invitation' OR EXISTS (SELECT 1 FROM memberships m
        JOIN invitations i ON i.account_id = m.account_id AND i.person_id = m.person_id
        WHERE m.account_id = links.account_id AND m.person_id = links.person_id AND m.confirmed_at IS NULL
        AND i.expires_at > $2))
    RETURNING person_id, account_id, purpose";
const ACCEPT: &str = "UPDATE memberships SET confirmed_at = $3
    WHERE account_id = $1 AND person_id = $2 AND confirmed_at IS NULL";
const ACCEPTED: &str = "UPDATE invitations SET accepted_at = $3 WHERE account_id = $1 AND person_id = $2";
/// Somebody who has signed in before keeps the own name; an invitation cannot rename anybody.
const NAMES: &str = "UPDATE people SET first_name = $2, last_name = $3, first_key = $4, last_key = $5, sort_key = $6
    WHERE id = $1 AND signed_in_at IS NULL";
/// The vendor's people keep the link that the command line makes: it lets them in where their provider is broken.
const CUSTOMER: &str = "SELECT email FROM people WHERE id = $1 AND staff_role IS NULL";
const ADDRESS: &str = "SELECT email FROM people WHERE id = $1";

impl Operation for OpenSession {
    type Action = policy::OpenSession;
    type Output = Next;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<Next, AppError> {
        let purpose = if self.accept.is_some() { "invitation" } else { "sign_in" };
        let used = sql(USE).bind(self.link.as_slice()).bind(tx.now()).bind(purpose);
        let used: Vec<(PersonId, Option<i64>, String)> = tx.returning(permit, used).await?;
        let Some((person, account, used)) = used.into_iter().next() else {
            return Err(AppError::invalid("link", "this link was used already or has ended; ask for a new one"));
        };
        if let (Some(names), Some(account)) = (&self.accept, account) {
            self.join(tx, permit, person, account, names).await?;
        }
        if self.accept.is_none() {
            let person: Option<(String,)> = tx.find(permit, sql(CUSTOMER).bind(person)).await?;
            if let Some((email,)) = person {
                crate::oidc::only::refuse_other_ways(tx, permit, &email).await?;
            }
        }
        let by = match used.as_str() {
            "handed" => By::Handed,
            "invitation" => By::Invitation,
            _ => By::Link,
        };
        let next = first_factor::pass(tx, permit, &Passed { person, by, ..self.passed.clone() }).await?;
        if by == By::Handed {
            handed::opened(tx, permit, person).await?;
        }
        tx.note(serde_json::json!({"person": person.0, "by": by, "next": next}), None);
        Ok(next)
    }
}

impl OpenSession {
    async fn join(
        &self,
        tx: &mut WriteTx,
        permit: &Permit<policy::OpenSession>,
        person: PersonId,
        account: i64,
        names: &Names,
    ) -> Result<(), AppError> {
        tx.execute(permit, sql(ACCEPT).bind(account).bind(person).bind(tx.now())).await?;
        tx.execute(permit, sql(ACCEPTED).bind(account).bind(person).bind(tx.now())).await?;
        let (first, last) = (names.first_name.as_str(), names.last_name.as_str());
        if first.is_empty() || last.is_empty() {
            return Ok(());
        }
        let email: Option<(String,)> = tx.find(permit, sql(ADDRESS).bind(person)).await?;
        let sort = crate::text::sort_key(first, last, &email.map(|(e,)| e).unwrap_or_default());
        let row = sql(NAMES).bind(person).bind(first).bind(last);
        let row = row.bind(crate::text::search_key(first)).bind(crate::text::search_key(last)).bind(sort);
        tx.execute(permit, row).await?;
        Ok(())
    }
}

pub(super) fn statements() -> Vec<Sql> {
    [LINK, USE, ACCEPT, ACCEPTED, NAMES, CUSTOMER, ADDRESS].map(sql).into()
}
