//! Setting up a company's sign-in, or the vendor's: what is checked, what is stored, what the audit trail may say of it.
use super::provider::Provider;
use super::reach::Reach;
use crate::auth::seal::SealingKey;
use crate::db::{FromRow, Sql, WriteTx, sql};
use crate::error::AppError;
use crate::policy::WriteProof;
use openidconnect::http::Uri;
use serde::Serialize;

/// Longest issuer or client id.
pub const LONGEST: usize = 500;
/// Most domains of one provider.
pub const MOST_DOMAINS: usize = 50;

/// What becomes of the client secret.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Secret {
    /// Stays as it is.
    #[default]
    Keep,
    /// There is none: a public client.
    None,
    /// This one, sealed.
    New(Vec<u8>),
}

/// What somebody filled in, checked.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Setup {
    /// The provider's address.
    pub issuer: String,
    /// As it calls this installation.
    pub client_id: String,
    /// Sealed; never part of a digest.
    #[serde(skip)]
    pub secret: Secret,
    /// Domains whose addresses it signs in.
    pub domains: Vec<String>,
    /// New addresses are members at once.
    pub at_once: bool,
    /// The domains' members sign in no other way.
    pub only_here: bool,
}

/// What somebody filled in, as it came.
#[derive(Clone, Debug, Default)]
pub struct Entered {
    /// The provider's address.
    pub issuer: String,
    /// As it calls this installation.
    pub client_id: String,
    /// Empty: as it is.
    pub client_secret: String,
    /// Drop the one that there is.
    pub no_secret: bool,
    /// Domains.
    pub domains: Vec<String>,
    /// New addresses are members at once.
    pub at_once: bool,
    /// The domains' members sign in no other way.
    pub only_here: bool,
}

/// Checks an issuer's address.
pub fn checked_issuer(issuer: &str, reach: Reach) -> Result<(), AppError> {
    let words = match reach {
        Reach::Loopback => "enter the address of the provider, for example https://login.company.com",
        _ => "enter the address of the provider; it begins with https://, for example https://login.company.com",
    };
    let uri: Option<Uri> = issuer.parse().ok().filter(|_| issuer.len() <= LONGEST);
    let good = uri.is_some_and(|uri| {
        let bare = uri.authority().is_some_and(|a| !a.as_str().contains('@'));
        bare && uri.query().is_none()
            && !issuer.contains('#')
            && reach.allows_url(uri.scheme_str().unwrap_or_default(), uri.host().unwrap_or_default())
    });
    if good { Ok(()) } else { Err(AppError::invalid("issuer", words)) }
}

impl Entered {
    /// Checks what can be checked without the database, and seals the secret.
    pub fn checked(self, reach: Reach, key: Option<&SealingKey>, account: Option<i64>) -> Result<Setup, AppError> {
        checked_issuer(&self.issuer, reach)?;
        if self.client_id.is_empty() || self.client_id.len() > LONGEST || self.client_id.chars().any(char::is_control) {
            return Err(AppError::invalid("client_id", "enter the client id that the provider gave to this site"));
        }
        let secret = match (self.client_secret.as_str(), self.no_secret, key) {
            ("", true, _) => Secret::None,
            ("", false, _) => Secret::Keep,
            (secret, _, _) if secret.len() > LONGEST => {
                return Err(AppError::invalid("client_secret", format!("enter at most {LONGEST} characters")));
            }
            (_, _, None) => {
                let words = "this installation has no key to keep secrets with: leave this empty and register a public \
                    client at the provider (PKCE), or ask the vendor to start it with --secret-key-file";
                return Err(AppError::invalid("client_secret", words));
            }
            (secret, _, Some(key)) => Secret::New(key.seal(&Provider::purpose(account), secret).ok_or(AppError::Lost)?),
        };
        let mut domains: Vec<String> = self.domains.iter().map(|d| crate::text::address_key(d)).collect();
        domains.retain(|domain| !domain.is_empty());
        domains.sort_unstable();
        domains.dedup();
        if domains.is_empty() {
            return Err(AppError::invalid("domains", "choose at least one domain; it leads people to this sign-in"));
        }
        let odd = domains.iter().find(|d| !crate::text::is_address(&format!("x@{d}")));
        if domains.len() > MOST_DOMAINS || odd.is_some() {
            let words = format!("enter domains like company.com, at most {MOST_DOMAINS}");
            return Err(AppError::invalid("domains", words));
        }
        let Self { issuer, client_id, at_once, only_here, .. } = self;
        Ok(Setup { issuer, client_id, secret, domains, at_once, only_here })
    }
}

#[derive(FromRow)]
struct Former {
    id: i64,
    client_secret: Option<Vec<u8>>,
    /// Somebody came in through it.
    tried: bool,
}

const FORMER: &str = "SELECT p.id, p.client_secret, EXISTS (SELECT 1 FROM oidc_subjects s WHERE s.provider_id = p.id
        AND s.issuer = $2) AS tried
    FROM oidc_providers p WHERE COALESCE(p.account_id, 0) = $1";
const TAKEN: &str = "SELECT d.domain FROM oidc_domains d JOIN oidc_providers p ON p.id = d.provider_id JOIN (";
const TAKEN_BY: &str = ") v ON v.column1 = d.domain WHERE COALESCE(p.account_id, 0) <> ";
const STRANGE: &str = "SELECT v.column1 FROM (";
const STRANGE_TO: &str = ") v WHERE v.column1 IS NOT NULL AND NOT EXISTS (SELECT 1 FROM account_domains a
    WHERE a.domain = v.column1 AND a.account_id = ";
const ADD: &str = "INSERT INTO oidc_providers (account_id, issuer, client_id, client_secret, joins, only_here, version)
    VALUES ($1, $2, $3, $4, $5, $6, 1) RETURNING id";
const CHANGE: &str =
    "UPDATE oidc_providers SET issuer = $2, client_id = $3, client_secret = $4, joins = $5, only_here = $6,
        version = version + 1 WHERE id = $1";
const UNBIND: &str = "DELETE FROM oidc_domains WHERE provider_id = $1";
const DOMAINS: &str = "INSERT INTO oidc_domains (domain, provider_id) SELECT v.column1, CAST($1 AS BIGINT) FROM (";
const OF_THESE: &str = ") v WHERE v.column1 IS NOT NULL";

fn taken(domains: &[String], owner: i64) -> Sql {
    sql(TAKEN).push_values(domains).push(TAKEN_BY).push_bind(owner)
}

fn strange(domains: &[String], account: i64) -> Sql {
    sql(STRANGE).push_values(domains).push(STRANGE_TO).push_bind(account).push(")")
}

fn bound(domains: &[String], provider: i64) -> Sql {
    sql(DOMAINS).bind(provider).push_values(domains).push(OF_THESE)
}

/// Stores it. `account`: whose; none: the vendor's.
pub async fn store(
    tx: &mut WriteTx,
    proof: &impl WriteProof,
    account: Option<i64>,
    setup: &Setup,
) -> Result<(), AppError> {
    let owner = account.unwrap_or(0);
    if let Some(account) = account {
        let strange: Vec<(String,)> = tx.fetch(proof, strange(&setup.domains, account)).await?;
        if let Some((domain,)) = strange.first() {
            let words = format!("{domain} is no verified domain of your company here; ask the vendor to add it first");
            return Err(AppError::invalid("domains", words));
        }
    }
    let taken: Vec<(String,)> = tx.fetch(proof, taken(&setup.domains, owner)).await?;
    if let Some((domain,)) = taken.first() {
        let words = format!("{domain} leads to another company's sign-in already; ask the vendor whose it is");
        return Err(AppError::invalid("domains", words));
    }
    let former: Option<Former> = tx.find(proof, sql(FORMER).bind(owner).bind(setup.issuer.as_str())).await?;
    if setup.only_here && !former.as_ref().is_some_and(|f| f.tried) {
        let words = "sign in through it once before you close the other ways in";
        return Err(AppError::invalid("only_here", words));
    }
    let (secret, said) = match &setup.secret {
        Secret::Keep => (former.as_ref().and_then(|f| f.client_secret.clone()), "kept"),
        Secret::None => (None, "none"),
        Secret::New(sealed) => (Some(sealed.clone()), "new"),
    };
    let joins = if setup.at_once { "at_once" } else { "ask" };
    let rest = |s: Sql| s.bind(setup.issuer.as_str()).bind(setup.client_id.as_str()).bind(secret.clone()).bind(joins);
    let id = match former {
        Some(Former { id, .. }) => {
            tx.execute(proof, rest(sql(CHANGE).bind(id)).bind(setup.only_here)).await?;
            id
        }
        None => {
            let id: Vec<(i64,)> = tx.returning(proof, rest(sql(ADD).bind(account)).bind(setup.only_here)).await?;
            id.first().map(|(id,)| *id).ok_or(AppError::Lost)?
        }
    };
    tx.execute(proof, sql(UNBIND).bind(id)).await?;
    tx.execute(proof, bound(&setup.domains, id)).await?;
    tx.note(serde_json::json!({"setup": setup, "client_secret": said}), None);
    Ok(())
}

pub(super) fn statements() -> Vec<Sql> {
    let domains = [String::new()];
    let mut all: Vec<Sql> = [FORMER, ADD, CHANGE, UNBIND].map(sql).into();
    all.extend([taken(&domains, 0), strange(&domains, 0), bound(&domains, 0)]);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entered() -> Entered {
        Entered {
            issuer: "https://login.company.example".to_owned(),
            client_id: "center".to_owned(),
            domains: vec![" Company.example".to_owned(), "company.example".to_owned(), String::new()],
            ..Entered::default()
        }
    }

    fn field(entered: Entered, key: Option<&SealingKey>) -> &'static str {
        match entered.checked(Reach::Public, key, Some(1)) {
            Err(AppError::Invalid { field, .. }) => field,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_is_entered_is_checked_field_by_field() {
        let key = SealingKey::of("0123456789abcdef0123456789abcdef").unwrap();
        let setup = entered().checked(Reach::Public, None, Some(1)).unwrap();
        assert_eq!(
            (setup.domains.as_slice(), &setup.secret),
            (["company.example".to_owned()].as_slice(), &Secret::Keep)
        );
        for issuer in [
            "",
            "login.company.example",
            "http://login.company.example",
            "https://10.0.0.1",
            "https://a@b.example",
            "https://login.company.example/?x",
            "https://login.company.example/#x",
            "https://localhost",
            "javascript:1",
        ] {
            assert_eq!(field(Entered { issuer: issuer.to_owned(), ..entered() }, None), "issuer", "{issuer}");
        }
        assert_eq!(field(Entered { client_id: String::new(), ..entered() }, None), "client_id");
        assert_eq!(field(Entered { client_secret: "x".to_owned(), ..entered() }, None), "client_secret");
        let long = "x".repeat(LONGEST + 1);
        assert_eq!(field(Entered { client_secret: long, ..entered() }, Some(&key)), "client_secret");
        assert_eq!(field(Entered { domains: vec![], ..entered() }, None), "domains");
        assert_eq!(field(Entered { domains: vec!["nodot".to_owned()], ..entered() }, None), "domains");
    }

    #[test]
    fn a_secret_is_sealed_before_anything_can_write_it_down() {
        let key = SealingKey::of("0123456789abcdef0123456789abcdef").unwrap();
        let with = Entered { client_secret: "s3cret".to_owned(), ..entered() };
        let setup = with.checked(Reach::Public, Some(&key), Some(7)).unwrap();
        let Secret::New(sealed) = &setup.secret else { panic!("{:?}", setup.secret) };
        assert_eq!(key.open(&Provider::purpose(Some(7)), sealed).as_deref(), Some("s3cret"));
        assert!(!serde_json::to_string(&setup).unwrap().contains("secret"));
    }
}
