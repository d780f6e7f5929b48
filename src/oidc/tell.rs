//! Whom a request to join is told to, and who is told how it was decided.
use super::mails::{JoinApproved, JoinAsked};
use crate::db::{FromRow, Sql, WriteTx, sql};
use crate::error::AppError;
use crate::ids::PersonId;
use crate::mail::outbox::{self, Outgoing, Send};
use crate::mail::{Mail, Site};
use crate::policy::WriteProof;
use crate::text::full_name;

/// So many Contract Managers are told; one of them is enough.
const MOST: i64 = 20;

#[derive(FromRow)]
struct ManagerRow {
    id: i64,
    first_name: String,
    last_name: String,
    email: String,
    company: String,
    number: String,
}

const MANAGERS: &str = "SELECT p.id, p.first_name, p.last_name, p.email, a.name AS company, a.number
    FROM people p CROSS JOIN accounts a WHERE a.id = $1 AND p.deactivated_at IS NULL AND p.id IN (
        SELECT c.manager_id FROM contracts c JOIN memberships m ON m.account_id = c.account_id AND m.person_id = c.manager_id
        WHERE c.account_id = $1 AND m.confirmed_at IS NOT NULL)
    ORDER BY p.sort_key LIMIT $2";

async fn of(tx: &mut WriteTx, proof: &impl WriteProof, account: i64) -> Result<Vec<ManagerRow>, AppError> {
    Ok(tx.fetch(proof, sql(MANAGERS).bind(account).bind(MOST)).await?)
}

/// The company's Contract Managers by name.
pub async fn names(tx: &mut WriteTx, proof: &impl WriteProof, account: i64) -> Result<Vec<String>, AppError> {
    let name = |m: &ManagerRow| match full_name(&m.first_name, &m.last_name) {
        name if name.is_empty() => m.email.clone(),
        name => name,
    };
    Ok(of(tx, proof, account).await?.iter().map(name).collect())
}

/// Mail waits for nobody who is not live; the page shows the request all the same.
async fn how(tx: &mut WriteTx, proof: &impl WriteProof) -> Result<Send, AppError> {
    Ok(if outbox::live_since(tx, proof).await?.is_some() { Send::InTurn } else { Send::NotAtAll })
}

/// Asks the company's Contract Managers about somebody.
pub async fn managers(
    tx: &mut WriteTx,
    proof: &impl WriteProof,
    site: &Site,
    account: i64,
    person: PersonId,
    name: &str,
    email: &str,
) -> Result<(), AppError> {
    let managers = of(tx, proof, account).await?;
    let mail = |m: &ManagerRow| {
        let (company, number) = (m.company.clone(), m.number.clone());
        let mail = JoinAsked { site: site.clone(), company, number, name: name.to_owned(), email: email.to_owned() };
        Outgoing {
            person: PersonId(m.id),
            address: m.email.clone(),
            account: Some(account),
            contract: None,
            change_set: None,
            kind: "join.asked",
            mail: mail.render(),
            link: None,
            reply_to: site.contact_email.clone(),
            dedup_key: format!("join.asked/{account}/{}/{}/{}", person.0, m.id, tx.now()),
        }
    };
    let mails: Vec<Outgoing> = managers.iter().map(mail).collect();
    let send = how(tx, proof).await?;
    outbox::write(tx, proof, site, &mails, send).await?;
    Ok(())
}

/// Tells somebody that a Contract Manager let them in.
pub async fn approved(
    tx: &mut WriteTx,
    proof: &impl WriteProof,
    mail: &JoinApproved,
    account: i64,
    person: PersonId,
    address: String,
) -> Result<(), AppError> {
    let site = &mail.site;
    let mail = Outgoing {
        person,
        address,
        account: Some(account),
        contract: None,
        change_set: None,
        kind: "join.approved",
        mail: mail.render(),
        link: None,
        reply_to: site.contact_email.clone(),
        dedup_key: format!("join.approved/{account}/{}/{}", person.0, tx.now()),
    };
    let send = how(tx, proof).await?;
    outbox::write(tx, proof, site, &[mail], send).await?;
    Ok(())
}

pub(super) fn statements() -> Vec<Sql> {
    vec![sql(MANAGERS)]
}
