//! What the pages of setting up show. The client secret is never among it.
use super::provider::{BY_OWNER, Provider};
use crate::db::{FromRow, Reader, Sql, sql};
use crate::error::AppError;
use crate::ids::{AccountNumber, Single};
use crate::operation::Query;
use crate::policy::{self, Action, ConfigureCompanySignIn, ConfigureStaffSignIn, DecideJoin, Denied, Permit};
use crate::time::Instant;

/// So many requests are listed; deciding some shows the next.
const MOST: i64 = 100;

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
    pub(super) joins: Vec<JoinRow>,
    pub(super) may_configure: bool,
    /// Whether the reader proved a factor so lately that saving works.
    pub(super) fresh: bool,
    pub(super) may_decide: bool,
}

/// Somebody who asks.
#[derive(Clone, Debug, FromRow)]
pub struct JoinRow {
    pub(super) handle: String,
    pub(super) first_name: String,
    pub(super) last_name: String,
    pub(super) email: String,
    pub(super) outcome: String,
    pub(super) asked_at: Instant,
}

const NAME: &str = "SELECT name FROM accounts WHERE id = $1";
const BOUND: &str = "SELECT d.domain FROM oidc_domains d JOIN oidc_providers p ON p.id = d.provider_id
    WHERE COALESCE(p.account_id, 0) = $1 ORDER BY d.domain";
const DOMAINS: &str = "SELECT d.domain FROM account_domains d WHERE d.account_id = $1 ORDER BY d.domain";
const JOINS: &str = "SELECT j.handle, p.first_name, p.last_name, p.email, j.outcome, j.asked_at
    FROM oidc_joins j JOIN people p ON p.id = j.person_id
    WHERE j.account_id = $1 AND j.outcome IN ('waiting', 'declined') AND p.deactivated_at IS NULL
    ORDER BY j.outcome DESC, j.asked_at, j.id LIMIT $2";

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
            joins: reader.fetch(permit, sql(JOINS).bind(account).bind(MOST)).await?,
            may_configure: permit.may::<ConfigureCompanySignIn>(),
            fresh: fresh(permit.also::<ConfigureCompanySignIn>()),
            may_decide: permit.may::<DecideJoin>(),
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
    [NAME, BOUND, DOMAINS, JOINS].map(sql).into()
}
