//! What the pages of setting up show. The client secret is never among it.
use super::provider::{BY_OWNER, Provider};
use crate::db::{Reader, Sql, sql};
use crate::error::AppError;
use crate::ids::{AccountNumber, Single};
use crate::operation::Query;
use crate::policy::{self, Action, ConfigureCompanySignIn, ConfigureStaffSignIn, Denied, Permit};

/// A company's sign-in.
pub struct ShowCompanySignIn(pub AccountNumber);

/// What there is.
pub struct Shown {
    pub(super) name: String,
    pub(super) provider: Option<Provider>,
    /// Domains that lead to it.
    pub(super) bound: Vec<String>,
    /// Domains that may: the company's verified ones.
    pub(super) domains: Vec<String>,
    pub(super) may_configure: bool,
    /// Whether the reader proved a factor so lately that saving works.
    pub(super) fresh: bool,
}

const NAME: &str = "SELECT name FROM accounts WHERE id = $1";
const BOUND: &str = "SELECT d.domain FROM oidc_domains d JOIN oidc_providers p ON p.id = d.provider_id
    WHERE COALESCE(p.account_id, 0) = $1 ORDER BY d.domain";
const DOMAINS: &str = "SELECT d.domain FROM account_domains d WHERE d.account_id = $1 ORDER BY d.domain";

fn texts(rows: Vec<(String,)>) -> Vec<String> {
    rows.into_iter().map(|(text,)| text).collect()
}

impl Query for ShowCompanySignIn {
    type Action = policy::SeeCompanySignIn;
    type Output = Shown;

    fn target(&self) -> AccountNumber {
        self.0.clone()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Shown, AppError> {
        let account = permit.target().0.0;
        let name: Option<(String,)> = reader.find(permit, sql(NAME).bind(account)).await?;
        let (provider, bound) = stored(reader, permit, account).await?;
        Ok(Shown {
            name: name.map(|(name,)| name).unwrap_or_default(),
            provider,
            bound,
            domains: texts(reader.fetch(permit, sql(DOMAINS).bind(account)).await?),
            may_configure: permit.may::<ConfigureCompanySignIn>(),
            fresh: fresh(permit.also::<ConfigureCompanySignIn>()),
        })
    }
}

fn fresh<B: Action>(permit: Result<Permit<B>, Denied>) -> bool {
    !matches!(permit, Err(Denied::NotFresh))
}

async fn stored<A: Action>(
    reader: &mut Reader,
    permit: &Permit<A>,
    owner: i64,
) -> Result<(Option<Provider>, Vec<String>), AppError> {
    let provider = reader.find(permit, sql(BY_OWNER).bind(owner)).await?;
    Ok((provider, texts(reader.fetch(permit, sql(BOUND).bind(owner)).await?)))
}

/// The sign-in of the vendor's people.
pub struct ShowStaffSignIn;

impl Query for ShowStaffSignIn {
    type Action = policy::SeeStaffSignIn;
    type Output = (Option<Provider>, Vec<String>, bool);

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Self::Output, AppError> {
        let (provider, bound) = stored(reader, permit, 0).await?;
        Ok((provider, bound, fresh(permit.also::<ConfigureStaffSignIn>())))
    }
}

/// Whether the reader may have this server call a provider; answers with the company's id, which its secret is sealed for.
pub struct MayTest(pub AccountNumber);

impl Query for MayTest {
    type Action = policy::TestCompanySignIn;
    type Output = i64;

    fn target(&self) -> AccountNumber {
        self.0.clone()
    }

    async fn run(&self, _: &mut Reader, permit: &Permit<Self::Action>) -> Result<i64, AppError> {
        Ok(permit.target().0.0)
    }
}

pub(super) fn statements() -> Vec<Sql> {
    [NAME, BOUND, DOMAINS].map(sql).into()
}
