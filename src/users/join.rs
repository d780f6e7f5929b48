//! Somebody whom the company's own sign-in vouches for, and who is no member there, asks to join: a request like those for
//! access, decided on the same page (`decide.rs`). Until then it is no membership.
use super::join_mails::JoinAsked;
use crate::auth::secret::handle;
use crate::db::{FromRow, Sql, WriteTx, sql};
use crate::error::AppError;
use crate::ids::PersonId;
use crate::mail::outbox::{self, Outgoing};
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
}

const ASK: &str = "INSERT INTO access_requests (handle, kind, account_id, person_id, wants, words, asked_at)
    VALUES ($1, 'join', $2, $3, '', '', $4)";
/// Nobody decided: the company said beforehand that its people are members at once.
const AT_ONCE: &str =
    "INSERT INTO access_requests (handle, kind, account_id, person_id, wants, words, asked_at, decision, decided_at)
    VALUES ($1, 'join', $2, $3, '', '', $4, 'granted', $4)";
const SETTLE: &str = "UPDATE access_requests SET decision = 'granted', decided_at = $3
    WHERE kind = 'join' AND account_id = $1 AND person_id = $2 AND decision IS NULL";
const CONFIRM: &str = "INSERT INTO memberships (account_id, person_id, confirmed_at) VALUES ($1, $2, $3)
    ON CONFLICT (account_id, person_id) DO UPDATE SET confirmed_at = COALESCE(memberships.confirmed_at, excluded.confirmed_at)";
const ACCEPTED: &str =
    "UPDATE invitations SET accepted_at = $3 WHERE account_id = $1 AND person_id = $2 AND accepted_at IS NULL";
const MANAGERS: &str = "SELECT p.id, p.first_name, p.last_name, p.email, a.name AS company
    FROM people p CROSS JOIN accounts a WHERE a.id = $1 AND p.deactivated_at IS NULL AND p.id IN (
        SELECT c.manager_id FROM contracts c JOIN memberships m ON m.account_id = c.account_id AND m.person_id = c.manager_id
        WHERE c.account_id = $1 AND m.confirmed_at IS NOT NULL)
    ORDER BY p.sort_key LIMIT $2";

async fn managers(tx: &mut WriteTx, proof: &impl WriteProof, account: i64) -> Result<Vec<ManagerRow>, AppError> {
    Ok(tx.fetch(proof, sql(MANAGERS).bind(account).bind(MOST)).await?)
}

/// The company's Contract Managers by name: whoever waits is told who decides.
pub async fn deciders(tx: &mut WriteTx, proof: &impl WriteProof, account: i64) -> Result<Vec<String>, AppError> {
    let name = |m: &ManagerRow| match full_name(&m.first_name, &m.last_name) {
        name if name.is_empty() => m.email.clone(),
        name => name,
    };
    Ok(managers(tx, proof, account).await?.iter().map(name).collect())
}

/// Who asks, as the mail says it.
pub struct Newcomer<'a> {
    /// Who.
    pub person: PersonId,
    /// Name; may be empty.
    pub name: &'a str,
    /// Address.
    pub email: &'a str,
}

/// Asks, and tells the company's Contract Managers.
pub async fn ask(tx: &mut WriteTx, proof: &impl WriteProof, account: i64, who: &Newcomer<'_>) -> Result<(), AppError> {
    let (request, site) = (handle(), Site::unknown());
    let row = sql(ASK).bind(request.as_str()).bind(account).bind(who.person).bind(tx.now());
    tx.execute(proof, row).await?;
    let mail = |m: &ManagerRow| {
        let (company, name) = (m.company.clone(), who.name.to_owned());
        let mail = JoinAsked { site: site.clone(), company, name, email: who.email.to_owned() };
        Outgoing {
            person: PersonId(m.id),
            address: m.email.clone(),
            account: Some(account),
            contract: None,
            change_set: None,
            kind: "join.asked",
            mail: mail.render(),
            link: None,
            reply_to: who.email.to_owned(),
            dedup_key: format!("join.asked/{request}/{}", m.id),
        }
    };
    let mails: Vec<Outgoing> = managers(tx, proof, account).await?.iter().map(mail).collect();
    let send = outbox::once_live(tx, proof).await?;
    outbox::write(tx, proof, &site, &mails, send).await?;
    Ok(())
}

/// A member at once. It is written down, so that whoever is removed later asks.
pub async fn at_once(
    tx: &mut WriteTx,
    proof: &impl WriteProof,
    account: i64,
    person: PersonId,
) -> Result<(), AppError> {
    tx.execute(proof, sql(AT_ONCE).bind(handle()).bind(account).bind(person).bind(tx.now())).await?;
    confirm(tx, proof, account, person).await
}

/// An invitation counts as accepted, and a request that waits beside it as answered.
pub async fn accept(tx: &mut WriteTx, proof: &impl WriteProof, account: i64, person: PersonId) -> Result<(), AppError> {
    confirm(tx, proof, account, person).await?;
    tx.execute(proof, sql(SETTLE).bind(account).bind(person).bind(tx.now())).await?;
    Ok(())
}

/// Makes somebody a member: without access to anything.
pub(super) async fn confirm(
    tx: &mut WriteTx,
    proof: &impl WriteProof,
    account: i64,
    person: PersonId,
) -> Result<(), AppError> {
    tx.execute(proof, sql(CONFIRM).bind(account).bind(person).bind(tx.now())).await?;
    tx.execute(proof, sql(ACCEPTED).bind(account).bind(person).bind(tx.now())).await?;
    Ok(())
}

pub(super) fn statements() -> Vec<Sql> {
    [ASK, AT_ONCE, SETTLE, CONFIRM, ACCEPTED, MANAGERS].map(sql).into()
}
