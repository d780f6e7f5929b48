//! A provider as it is stored, and how it is found: by the domain of an address, which tells nothing about who exists.
use super::http::Calls;
use super::protocol::Client;
use super::reach::Reach;
use crate::app::App;
use crate::auth::seal::SealingKey;
use crate::db::{FromRow, Reader, Sql, sql};
use crate::error::{AppError, Refusal};
use crate::ids::Single;
use crate::operation::Query;
use crate::policy::{self, Permit};

/// Where a provider sends people back to.
pub const CALLBACK: &str = "/sign-in/oidc/callback";

/// One row.
#[derive(Clone, FromRow)]
pub struct Provider {
    pub(super) id: i64,
    pub(super) account_id: Option<i64>,
    /// The company's name; empty: the vendor's own.
    pub(super) company: String,
    pub(super) issuer: String,
    pub(super) client_id: String,
    pub(super) client_secret: Option<Vec<u8>>,
    pub(super) joins: String,
    pub(super) only_here: bool,
}

impl Provider {
    /// What a secret of it is sealed for.
    pub fn purpose(account: Option<i64>) -> String {
        format!("oidc client secret of {}", account.unwrap_or(0))
    }

    /// Ready to be called.
    pub fn client(&self, app: &App) -> Result<Client, AppError> {
        let base = &app.profile().base_url;
        let open = |key: &SealingKey| key.open(&Self::purpose(self.account_id), self.client_secret.as_deref()?);
        let secret = match (&self.client_secret, app.sealing_key().and_then(open)) {
            (None, _) => None,
            (Some(_), Some(secret)) => Some(secret),
            (Some(_), None) => {
                let words = "the key of this installation does not open what is kept for this sign-in; sign in by mail, \
                    and tell whoever set it up to enter the client secret again";
                return Err(Refusal::new("sealed", words).into());
            }
        };
        Ok(Client {
            issuer: self.issuer.clone(),
            id: self.client_id.clone(),
            secret,
            redirect: format!("{base}{CALLBACK}"),
            calls: Calls(Reach::of(base, self.account_id.is_none())),
        })
    }

    /// Whose sign-in it is, in words.
    pub fn owner(&self, vendor: &str) -> String {
        if self.account_id.is_none() { vendor.to_owned() } else { self.company.clone() }
    }
}

/// Which one.
pub enum FindProvider {
    /// The one that a domain leads to.
    Domain(String),
    /// The one with this id.
    Id(i64),
}

macro_rules! provider {
    ($rest:literal) => {
        concat!(
            "SELECT p.id, p.account_id, COALESCE(a.name, '') AS company, p.issuer, p.client_id, p.client_secret, p.joins,
                p.only_here FROM oidc_providers p LEFT JOIN accounts a ON a.id = p.account_id ",
            $rest
        )
    };
}
const BY_DOMAIN: &str = provider!(
    "JOIN oidc_domains d ON d.provider_id = p.id WHERE d.domain = $1 AND (p.account_id IS NULL
        OR EXISTS (SELECT 1 FROM account_domains v WHERE v.account_id = p.account_id AND v.domain = d.domain))"
);
const BY_ID: &str = provider!("WHERE p.id = $1");
/// `$1`: the company, 0 for the vendor.
pub(super) const BY_OWNER: &str = provider!("WHERE COALESCE(p.account_id, 0) = $1");

impl Query for FindProvider {
    type Action = policy::SeeFrontDoor;
    type Output = Option<Provider>;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Option<Provider>, AppError> {
        let find = match self {
            FindProvider::Domain(domain) => sql(BY_DOMAIN).bind(domain.as_str()),
            FindProvider::Id(id) => sql(BY_ID).bind(*id),
        };
        Ok(reader.find(permit, find).await?)
    }
}

/// Whether anybody has a sign-in of the own: without one, the front door does not speak of it.
pub struct AnyProvider;

const ANY: &str = "SELECT COUNT(*) FROM (SELECT p.id FROM oidc_providers p LIMIT 1) x";

impl Query for AnyProvider {
    type Action = policy::SeeFrontDoor;
    type Output = bool;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<bool, AppError> {
        let found: Option<(i64,)> = reader.find(permit, sql(ANY)).await?;
        Ok(found.is_some_and(|(n,)| n > 0))
    }
}

pub(super) fn statements() -> Vec<Sql> {
    [BY_DOMAIN, BY_ID, BY_OWNER, ANY].map(sql).into()
}
