//! Passkeys: registered by who is signed in, used to sign in without an address. Each is asked for with user verification, so
//! that it counts as both factors. What a ceremony has to remember is kept here, for five minutes, and used once.
use super::again;
use super::device::Seen;
use super::secret::{self, handle};
use super::session::{self, By, Opening};
use crate::db::{FromRow, Reader, Sql, WriteTx, sql};
use crate::error::{AppError, Refusal};
use crate::ids::{PersonId, Single};
use crate::operation::{Operation, Query};
use crate::policy::{self, Permit};
use crate::time::{Instant, MINUTE};
use serde::Serialize;
use webauthn_rs::prelude::{
    DiscoverableAuthentication, Passkey, PasskeyRegistration, PublicKeyCredential, RegisterPublicKeyCredential, Url,
    Uuid, Webauthn, WebauthnBuilder,
};

/// How long somebody has to touch the key.
const CEREMONY_FOR: Instant = 5 * MINUTE;

/// What passkeys are bound to: the host of the base URL. None where that is a number, which browsers refuse.
pub fn site(base_url: &str) -> Option<Webauthn> {
    let origin = Url::parse(base_url).ok()?;
    let host = origin.domain()?;
    WebauthnBuilder::new(host, &origin).ok()?.rp_name("Subscription Center").build().ok()
}

/// How an authenticator knows a person: nothing that says who it is.
fn user_id(handle: &str) -> Uuid {
    let hash = secret::hash(&format!("passkey\0{handle}"));
    Uuid::from_slice(hash.get(..16).unwrap_or_default()).unwrap_or_default()
}

/// What a browser is asked, and under which secret its answer comes back.
#[derive(Serialize)]
pub struct Asked {
    /// For the module: `publicKey`, as the standard has it.
    #[serde(flatten)]
    pub options: serde_json::Value,
    /// Sent back with the answer.
    pub ceremony: String,
}

/// Who registers one.
pub struct SeeOwner;

/// The owner of a new passkey.
#[derive(Clone, Debug, FromRow)]
pub struct Owner {
    handle: String,
    email: String,
    first_name: String,
    last_name: String,
}

const OWNER: &str = "SELECT p.handle, p.email, p.first_name, p.last_name FROM people p WHERE p.id = $1";
const OWN: &str = "SELECT k.credential_id FROM passkeys k WHERE k.person_id = $1";

impl Query for SeeOwner {
    type Action = policy::SeeSecurity;
    type Output = (Owner, Vec<Vec<u8>>);

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Self::Output, AppError> {
        let owner: Option<Owner> = reader.find(permit, sql(OWNER).bind(permit.actor())).await?;
        let own: Vec<(Vec<u8>,)> = reader.fetch(permit, sql(OWN).bind(permit.actor())).await?;
        Ok((owner.ok_or_else(AppError::hidden)?, own.into_iter().map(|(id,)| id).collect()))
    }
}

/// The question for a new passkey, and what has to be remembered of it.
pub fn ask_for_new(site: &Webauthn, owner: &Owner, own: Vec<Vec<u8>>) -> Result<(serde_json::Value, String), AppError> {
    let name = crate::text::full_name(&owner.first_name, &owner.last_name);
    let begun = site.start_passkey_registration(user_id(&owner.handle), &owner.email, &name, Some(own));
    let (options, state) = begun.map_err(|_| AppError::Lost)?;
    let mut options = serde_json::to_value(options).map_err(|_| AppError::Lost)?;
    // To be found without an address, it has to live in the authenticator; the library leaves that to the browser.
    if let Some(selection) = options.pointer_mut("/publicKey/authenticatorSelection") {
        selection["residentKey"] = "required".into();
        selection["requireResidentKey"] = true.into();
    }
    Ok((options, serde_json::to_string(&state).map_err(|_| AppError::Lost)?))
}

/// The question for any passkey of this site.
pub fn ask_for_any(site: &Webauthn) -> Result<(serde_json::Value, String), AppError> {
    let (options, state) = site.start_discoverable_authentication().map_err(|_| AppError::Lost)?;
    let options = serde_json::to_value(options).map_err(|_| AppError::Lost)?;
    Ok((options, serde_json::to_string(&state).map_err(|_| AppError::Lost)?))
}

const BEGIN: &str = "INSERT INTO ceremonies (hash, kind, person_id, state, expires_at) VALUES ($1, $2, $3, $4, $5)";
const END: &str =
    "DELETE FROM ceremonies WHERE hash = $1 AND kind = $2 AND expires_at > $3 AND COALESCE(person_id, 0) = $4
    RETURNING state";

macro_rules! begin {
    ($(#[$doc:meta])* $name:ident $action:ident $kind:literal $person:expr) => {
        $(#[$doc])*
        #[derive(Clone, Serialize)]
        pub struct $name {
            /// Hash of the secret that comes back.
            pub ceremony: Vec<u8>,
            /// What the library remembers.
            #[serde(skip)]
            pub state: String,
        }

        impl Operation for $name {
            type Action = policy::$action;
            type Output = ();

            fn target(&self) -> Single {
                Single::default()
            }

            async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<(), AppError> {
                let person: fn(PersonId) -> Option<PersonId> = $person;
                let begin = sql(BEGIN).bind(self.ceremony.as_slice()).bind($kind).bind(person(permit.actor()));
                tx.execute(permit, begin.bind(self.state.as_str()).bind(tx.now() + CEREMONY_FOR)).await?;
                tx.note(concat!("began: ", $kind), None);
                Ok(())
            }
        }
    };
}
begin! {
    /// Begins to register one.
    BeginAdd AddPasskey "add" Some
}
begin! {
    /// Begins to sign in with one.
    BeginSignIn RequestPasskey "sign_in" |_| None
}

/// What to do where an authenticator's answer does not fit.
fn unfit() -> AppError {
    AppError::invalid("credential", "this took too long or was ended; try again, or use another way")
}

/// Registers one; the session has both factors then.
#[derive(Clone, Serialize)]
pub struct AddPasskey {
    /// Hash of the ceremony's secret.
    pub ceremony: Vec<u8>,
    /// The authenticator's answer, as JSON.
    #[serde(skip)]
    pub credential: String,
    /// Where people reach the installation.
    pub base_url: String,
    /// What the page calls it.
    pub name: String,
    /// Hash of the session.
    pub session: Vec<u8>,
}

const ADD: &str = "INSERT INTO passkeys (handle, person_id, credential_id, passkey, name, created_at)
    VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (credential_id) DO NOTHING";

impl Operation for AddPasskey {
    type Action = policy::AddPasskey;
    type Output = ();

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<(), AppError> {
        let me = permit.actor();
        let end = sql(END).bind(self.ceremony.as_slice()).bind("add").bind(tx.now()).bind(me);
        let state: Vec<(String,)> = tx.returning(permit, end).await?;
        let (state,) = state.into_iter().next().ok_or_else(unfit)?;
        let state: PasskeyRegistration = serde_json::from_str(&state).map_err(|_| AppError::Lost)?;
        let answer: RegisterPublicKeyCredential = serde_json::from_str(&self.credential).map_err(|_| unfit())?;
        let site = site(&self.base_url).ok_or_else(unfit)?;
        let passkey = site.finish_passkey_registration(&answer, &state).map_err(|_| unfit())?;
        let kept = serde_json::to_string(&passkey).map_err(|_| AppError::Lost)?;
        let id: &[u8] = passkey.cred_id().as_ref();
        let add = sql(ADD).bind(handle()).bind(me).bind(id).bind(kept).bind(self.name.as_str()).bind(tx.now());
        if tx.execute(permit, add).await? == 0 {
            return Err(AppError::invalid("credential", "this passkey is registered already"));
        }
        again::strengthen(tx, permit, me, &self.session).await?;
        tx.note(serde_json::json!({"added": self.name}), None);
        Ok(())
    }
}

/// Signs in with one.
#[derive(Clone, Serialize)]
pub struct OpenByPasskey {
    /// Hash of the ceremony's secret.
    pub ceremony: Vec<u8>,
    /// The authenticator's answer, as JSON.
    #[serde(skip)]
    pub credential: String,
    /// Where people reach the installation.
    pub base_url: String,
    /// Hash of the new session's secret.
    pub session: Vec<u8>,
    /// In which browser.
    pub device: Seen,
}

#[derive(FromRow)]
struct Kept {
    id: i64,
    person: PersonId,
    handle: String,
    email: String,
    passkey: String,
}

const KEPT: &str = "SELECT k.id, k.person_id AS person, p.handle, p.email, k.passkey FROM passkeys k JOIN people p ON p.id = k.person_id
    WHERE k.credential_id = $1 AND p.deactivated_at IS NULL";
const USED: &str = "UPDATE passkeys SET passkey = $2, used_at = $3 WHERE id = $1";

impl Operation for OpenByPasskey {
    type Action = policy::OpenSession;
    type Output = ();

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<(), AppError> {
        let end = sql(END).bind(self.ceremony.as_slice()).bind("sign_in").bind(tx.now()).bind(0);
        let state: Vec<(String,)> = tx.returning(permit, end).await?;
        let (state,) = state.into_iter().next().ok_or_else(unfit)?;
        let state: DiscoverableAuthentication = serde_json::from_str(&state).map_err(|_| AppError::Lost)?;
        let answer: PublicKeyCredential = serde_json::from_str(&self.credential).map_err(|_| unfit())?;
        let site = site(&self.base_url).ok_or_else(unfit)?;
        let (user, id) = site.identify_discoverable_authentication(&answer).map_err(|_| unfit())?;
        let kept: Option<Kept> = tx.find(permit, sql(KEPT).bind(id)).await?;
        let kept = kept.filter(|kept| user_id(&kept.handle) == user).ok_or_else(unfit)?;
        let mut passkey: Passkey = serde_json::from_str(&kept.passkey).map_err(|_| AppError::Lost)?;
        let done = site.finish_discoverable_authentication_v2(&answer, state, &passkey).map_err(|_| unfit())?;
        if !done.user_verified() {
            return Err(unfit());
        }
        crate::oidc::only::refuse_other_ways(tx, permit, &kept.email).await?;
        passkey.update_credential(&done);
        let now = serde_json::to_string(&passkey).map_err(|_| AppError::Lost)?;
        tx.execute(permit, sql(USED).bind(kept.id).bind(now).bind(tx.now())).await?;
        let (person, by, strong) = (kept.person, By::Passkey, true);
        let (session, device) = (self.session.clone(), self.device.clone());
        session::open(tx, permit, &Opening { person, session, by, strong, device }).await?;
        tx.note(serde_json::json!({"person": person.0, "by": by}), None);
        Ok(())
    }
}

/// Removes one of the own.
#[derive(Clone, Serialize)]
pub struct RemovePasskey {
    /// As the page names it.
    pub handle: String,
}

const NEEDED: &str = "SELECT p.id FROM people p WHERE p.id = $1
    AND NOT EXISTS (SELECT 1 FROM passkeys k WHERE k.person_id = p.id AND k.handle <> $2)
    AND NOT EXISTS (SELECT 1 FROM totps t WHERE t.person_id = p.id AND t.confirmed_at IS NOT NULL)
    AND (p.staff_role IS NOT NULL OR EXISTS (SELECT 1 FROM memberships r WHERE r.person_id = p.id
        AND r.partner_role IS NOT NULL AND r.confirmed_at IS NOT NULL))";
const REMOVE: &str = "DELETE FROM passkeys WHERE person_id = $1 AND handle = $2";

impl Operation for RemovePasskey {
    type Action = policy::RemovePasskey;
    type Output = ();

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<(), AppError> {
        let of = |text| sql(text).bind(permit.actor()).bind(self.handle.as_str());
        let needed: Option<(PersonId,)> = tx.find(permit, of(NEEDED)).await?;
        if tx.execute(permit, of(REMOVE)).await? == 0 {
            return Err(AppError::hidden());
        }
        if needed.is_some() {
            let words =
                "a second factor is required of you; set an authenticator app up before you remove this passkey";
            return Err(Refusal::new("second-factor-required", words).into());
        }
        tx.note("removed a passkey", None);
        Ok(())
    }
}

pub(super) fn statements() -> Vec<Sql> {
    [OWNER, OWN, BEGIN, END, ADD, KEPT, USED, NEEDED, REMOVE].map(sql).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passkeys_need_a_name_and_people_are_named_by_nothing_that_says_who() {
        assert!(site("https://subscriptions.example.com").is_some() && site("http://localhost:8080").is_some());
        for number in ["http://127.0.0.1:8080", "http://[::1]:80", "nonsense"] {
            assert!(site(number).is_none(), "{number}");
        }
        assert_eq!(user_id("h1"), user_id("h1"));
        assert_ne!(user_id("h1"), user_id("h2"));
    }

    #[test]
    fn a_new_passkey_lives_in_the_authenticator_and_verifies_its_user() {
        let text = |text: &str| text.to_owned();
        let owner =
            Owner { handle: text("h1"), email: text("a@b.example"), first_name: text("A"), last_name: text("B") };
        let site = site("http://localhost:8080").unwrap();
        let (options, _) = ask_for_new(&site, &owner, vec![vec![1, 2, 3]]).unwrap();
        let selection = &options["publicKey"]["authenticatorSelection"];
        assert_eq!(
            (&selection["residentKey"], &selection["userVerification"]),
            (&"required".into(), &"required".into())
        );
        assert_eq!(options["publicKey"]["excludeCredentials"].as_array().unwrap().len(), 1);
        let (options, _) = ask_for_any(&site).unwrap();
        assert_eq!(options["publicKey"]["userVerification"], "required");
        assert_eq!(options["publicKey"]["allowCredentials"].as_array().unwrap().len(), 0);
    }
}
