//! Somebody whom a provider vouches for comes in: signed in, made a member, or told to wait for a Contract Manager.
use super::confirm;
use super::protocol::Identity;
use super::rules::{Case, Known, Membership, Step, decide, domain_of};
use crate::auth::device::Seen;
use crate::auth::first_factor::{self, Next, Passed};
use crate::auth::secret::handle;
use crate::auth::session::{self, By, Opening};
use crate::db::{FromRow, Sql, WriteTx, sql};
use crate::error::{AppError, Refusal};
use crate::ids::{PersonId, Single};
use crate::operation::Operation;
use crate::policy::{self, Permit};
use crate::text::{address_key, full_name, is_address, search_key, sort_key};
use crate::users::join::{self, Newcomer};
use serde::{Deserialize, Serialize};

/// Longest name that is taken from a provider.
const LONGEST_NAME: usize = 100;

/// What the provider said, checked.
#[derive(Clone, Serialize)]
pub struct EnterByProvider {
    /// Which provider.
    pub provider: i64,
    /// Who says so.
    pub issuer: String,
    /// The person's name there.
    pub subject: String,
    /// The address.
    pub email: String,
    /// Whether the provider made sure of it.
    pub verified: bool,
    /// First name, if told.
    pub first_name: String,
    /// Last name, if told.
    pub last_name: String,
    /// Whether the provider says that two factors were proven there.
    pub strong: bool,
    /// Hash of the new session's secret.
    pub session: Vec<u8>,
    /// In which browser.
    pub device: Seen,
}

/// How it ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Entered {
    /// The session is open.
    SignedIn(Next),
    /// A Contract Manager decides: the company, and who can.
    Waiting {
        /// Whose sign-in it was.
        company: String,
        /// Contract Managers by name.
        managers: Vec<String>,
        /// It was declined before; they can still change their mind.
        declined: bool,
    },
    /// The person belongs to another company, too, and says first that this sign-in may be used: by a link that was mailed.
    Confirming {
        /// Whose sign-in it was.
        company: String,
    },
}

#[derive(FromRow)]
struct ProviderRow {
    account_id: Option<i64>,
    issuer: String,
    joins: String,
    own_domain: bool,
    company: String,
}

#[derive(FromRow)]
struct PersonRow {
    id: i64,
    staff: bool,
    deactivated: bool,
    by_subject: bool,
    bound_to_another: bool,
    member: bool,
    invited: bool,
    joining: Option<String>,
    elsewhere: bool,
    confirmed: bool,
}

/// Two first sign-ins of one person at once: the second finds what the first made.
const LOCK: &str = "UPDATE oidc_providers SET version = version WHERE id = $1";
const PROVIDER: &str = "SELECT p.account_id, p.issuer, p.joins, COALESCE(a.name, '') AS company,
        EXISTS (SELECT 1 FROM oidc_domains d WHERE d.provider_id = p.id AND d.domain = $2 AND (p.account_id IS NULL
            OR EXISTS (SELECT 1 FROM account_domains v WHERE v.account_id = p.account_id AND v.domain = d.domain)))
            AS own_domain
    FROM oidc_providers p LEFT JOIN accounts a ON a.id = p.account_id WHERE p.id = $1";
const PERSON: &str = "SELECT p.id, p.staff_role IS NOT NULL AS staff, p.deactivated_at IS NOT NULL AS deactivated,
        s.person_id IS NOT NULL AS by_subject,
        EXISTS (SELECT 1 FROM oidc_subjects o WHERE o.provider_id = $1 AND o.issuer = $2 AND o.person_id = p.id
            AND o.subject <> $3) AS bound_to_another,
        EXISTS (SELECT 1 FROM memberships m WHERE m.account_id = $5 AND m.person_id = p.id
            AND m.confirmed_at IS NOT NULL) AS member,
        EXISTS (SELECT 1 FROM memberships m JOIN invitations i ON i.account_id = m.account_id AND i.person_id = m.person_id
            WHERE m.account_id = $5 AND m.person_id = p.id AND m.confirmed_at IS NULL AND i.accepted_at IS NULL
            AND i.expires_at > $6) AS invited,
        (SELECT COALESCE(r.decision, 'waiting') FROM access_requests r WHERE r.kind = 'join' AND r.account_id = $5
            AND r.person_id = p.id ORDER BY r.id DESC LIMIT 1) AS joining,
        EXISTS (SELECT 1 FROM memberships m WHERE m.account_id <> $5 AND m.person_id = p.id
            AND m.confirmed_at IS NOT NULL) AS elsewhere, s.confirmed_at IS NOT NULL AS confirmed
    FROM people p LEFT JOIN oidc_subjects s ON s.provider_id = $1 AND s.issuer = $2 AND s.subject = $3
        AND s.person_id = p.id
    WHERE s.person_id IS NOT NULL OR p.email_key = $4
    ORDER BY CASE WHEN s.person_id IS NULL THEN 1 ELSE 0 END LIMIT 1";
const NEW: &str = "INSERT INTO people (handle, email, email_key, first_name, last_name, first_key, last_key, sort_key,
        language, theme, version)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'en', 'system', 1) RETURNING id";
const BIND: &str = "INSERT INTO oidc_subjects (provider_id, issuer, subject, person_id, bound_at)
    VALUES ($1, $2, $3, $4, $5) ON CONFLICT (provider_id, issuer, subject) DO NOTHING";

type May = Permit<policy::OpenSession>;

impl Operation for EnterByProvider {
    type Action = policy::OpenSession;
    type Output = Entered;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &May) -> Result<Entered, AppError> {
        tx.execute(permit, sql(LOCK).bind(self.provider)).await?;
        let provider = sql(PROVIDER).bind(self.provider).bind(domain_of(&self.email));
        let provider: Option<ProviderRow> = tx.find(permit, provider).await?;
        // Whoever set it up anew meanwhile trusts another provider now.
        let provider = provider.filter(|p| p.issuer == self.issuer);
        let provider =
            provider.ok_or_else(|| Refusal::new("used-up", "this sign-in was set up anew; begin it again"))?;
        let known = self.known(tx, permit, provider.account_id).await?;
        let case = Case {
            staff_provider: provider.account_id.is_none(),
            verified: self.verified && is_address(self.email.trim()),
            own_domain: provider.own_domain,
            known: known.as_ref().map(PersonRow::known),
            at_once: provider.joins == "at_once",
            join: known.as_ref().and_then(|k| k.joining.clone()),
        };
        let step = decide(&case)?;
        let person = match &known {
            Some(known) => PersonId(known.id),
            None => self.add(tx, permit).await?,
        };
        let account = provider.account_id.unwrap_or(0);
        match step {
            Step::Wait => {
                let declined = case.join.as_deref() == Some("declined");
                return self.waits(tx, permit, &provider, declined).await;
            }
            Step::Ask => {
                self.ask(tx, permit, &provider, person).await?;
                return self.waits(tx, permit, &provider, false).await;
            }
            Step::Confirm => {
                self.bind(tx, permit, person).await?;
                return confirm::ask(tx, permit, self.provider, account, person, provider.company).await;
            }
            Step::Join => join::at_once(tx, permit, account, person).await?,
            Step::Accept => join::accept(tx, permit, account, person).await?,
            Step::SignIn => {}
        }
        self.bind(tx, permit, person).await?;
        let (secret, device, by) = (self.session.clone(), self.device.clone(), By::Oidc);
        // A company says itself what its provider proves: only the vendor's own counts as a second factor.
        let next = match self.strong && provider.account_id.is_none() {
            true => {
                session::open(tx, permit, &Opening { person, session: secret, by, strong: true, device }).await?;
                Next::In
            }
            // A provider that says nothing of a second factor is one factor: whoever set another up here is asked for it.
            false => {
                let passed = Passed { person, by, secret, device, return_to: "/".to_owned() };
                first_factor::pass(tx, permit, &passed).await?
            }
        };
        tx.note(serde_json::json!({"person": person.0, "by": "oidc", "provider": self.provider, "step": format!("{step:?}")}), None);
        Ok(Entered::SignedIn(next))
    }
}

impl PersonRow {
    fn known(&self) -> Known {
        let membership = match (self.member, self.invited) {
            (true, _) => Membership::Confirmed,
            (false, true) => Membership::Invited,
            (false, false) => Membership::None,
        };
        let Self { by_subject, bound_to_another, staff, deactivated, elsewhere, confirmed, .. } = *self;
        Known { by_subject, bound_to_another, staff, deactivated, membership, elsewhere, confirmed }
    }
}

impl EnterByProvider {
    /// From what the provider said.
    pub fn of(provider: i64, identity: Identity, session: Vec<u8>, device: Seen) -> Self {
        let name = |name: String| match name.chars().any(char::is_control) {
            true => String::new(),
            false => name.trim().chars().take(LONGEST_NAME).collect(),
        };
        Self {
            provider,
            issuer: identity.issuer,
            subject: identity.subject,
            email: identity.email.trim().to_owned(),
            verified: identity.verified,
            first_name: name(identity.first_name),
            last_name: name(identity.last_name),
            strong: identity.strong,
            session,
            device,
        }
    }

    async fn known(&self, tx: &mut WriteTx, permit: &May, account: Option<i64>) -> Result<Option<PersonRow>, AppError> {
        let find = sql(PERSON).bind(self.provider).bind(self.issuer.as_str()).bind(self.subject.as_str());
        let find = find.bind(address_key(&self.email)).bind(account.unwrap_or(0)).bind(tx.now());
        Ok(tx.find(permit, find).await?)
    }

    async fn bind(&self, tx: &mut WriteTx, permit: &May, person: PersonId) -> Result<(), AppError> {
        let bind = sql(BIND).bind(self.provider).bind(self.issuer.as_str()).bind(self.subject.as_str());
        tx.execute(permit, bind.bind(person).bind(tx.now())).await?;
        Ok(())
    }

    async fn add(&self, tx: &mut WriteTx, permit: &May) -> Result<PersonId, AppError> {
        let (first, last) = (self.first_name.as_str(), self.last_name.as_str());
        let row =
            sql(NEW).bind(handle()).bind(self.email.as_str()).bind(address_key(&self.email)).bind(first).bind(last);
        let row = row.bind(search_key(first)).bind(search_key(last)).bind(sort_key(first, last, &self.email));
        let id: Vec<(PersonId,)> = tx.returning(permit, row).await?;
        id.first().map(|(id,)| *id).ok_or(AppError::Lost)
    }

    async fn ask(&self, tx: &mut WriteTx, permit: &May, of: &ProviderRow, person: PersonId) -> Result<(), AppError> {
        let account = of.account_id.unwrap_or(0);
        let name = full_name(&self.first_name, &self.last_name);
        join::ask(tx, permit, account, &Newcomer { person, name: &name, email: &self.email }).await?;
        tx.note(serde_json::json!({"person": person.0, "by": "oidc", "provider": self.provider, "step": "Ask"}), None);
        Ok(())
    }

    async fn waits(
        &self,
        tx: &mut WriteTx,
        permit: &May,
        of: &ProviderRow,
        declined: bool,
    ) -> Result<Entered, AppError> {
        let managers = join::deciders(tx, permit, of.account_id.unwrap_or(0)).await?;
        Ok(Entered::Waiting { company: of.company.clone(), managers, declined })
    }
}

pub(super) fn statements() -> Vec<Sql> {
    [LOCK, PROVIDER, PERSON, NEW, BIND].map(sql).into()
}
