//! "Only through this sign-in": whoever has an address of such a domain gets no link and signs in with no password. It depends
//! on the domain alone, so it tells nobody who exists. Invitations still work: they are how somebody comes in at first.
use super::rules::domain_of;
use crate::db::{Sql, WriteTx, sql};
use crate::error::{AppError, Refusal};
use crate::policy::WriteProof;

const ONLY: &str = "SELECT COALESCE(a.name, '') FROM oidc_domains d JOIN oidc_providers p ON p.id = d.provider_id
    LEFT JOIN accounts a ON a.id = p.account_id
    WHERE d.domain = $1 AND p.only_here = TRUE AND (p.account_id IS NULL
        OR EXISTS (SELECT 1 FROM account_domains v WHERE v.account_id = p.account_id AND v.domain = d.domain))";

/// Refuses every other way in. Call it in each operation that signs somebody in by an address.
pub async fn refuse_other_ways(tx: &mut WriteTx, proof: &impl WriteProof, email: &str) -> Result<(), AppError> {
    let only: Option<(String,)> = tx.find(proof, sql(ONLY).bind(domain_of(email))).await?;
    match only {
        None => Ok(()),
        Some((company,)) => {
            let whose = if company.is_empty() { "the vendor" } else { company.as_str() };
            let words = format!("people with this address sign in only through the sign-in of {whose}; go on there");
            Err(Refusal::new("company-sign-in", words).into())
        }
    }
}

pub(super) fn statements() -> Vec<Sql> {
    vec![sql(ONLY)]
}
