//! Removes somebody from a company: access, invitation and rights end at once. Whoever holds a role keeps it until it is given to
//! somebody else (domain.md §4), so that nothing is ever without a person.
use super::mails::RoleEnded;
use crate::db::{FromRow, Sql, WriteTx, sql};
use crate::error::{AppError, Refusal};
use crate::ids::{PersonId, PersonKey};
use crate::mail::outbox::{self, Outgoing};
use crate::mail::{Mail, Site};
use crate::operation::Operation;
use crate::policy::{EndAccess, GiveAccess, Permit, RemoveUser as Removes, Scope, Scoped};
use crate::text::full_name;
use crate::web::words::{count, listed, serial_numbers};
use serde::{Deserialize, Serialize};

/// The change.
#[derive(Clone, Debug, Serialize)]
pub struct RemoveUser {
    /// Who.
    pub person: PersonKey,
    /// From which company, by its account number; empty where there is only one that it can be.
    pub account: String,
}

/// What happened.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Removed {
    /// The company.
    pub account: String,
    /// So many contracts the person had access to.
    pub contracts: u64,
}

#[derive(FromRow)]
struct Company {
    id: i64,
    number: String,
    name: String,
}

/// One role that somebody holds.
#[derive(Clone, Debug, FromRow)]
pub(super) struct Held {
    pub role: String,
    pub number: String,
    pub assets: i64,
}

#[derive(FromRow)]
struct Reader {
    email: String,
    confirmed: bool,
    by_first: Option<String>,
    by_last: Option<String>,
    by_email: Option<String>,
    invited_by: Option<i64>,
}

/// Companies of the person (`$2`) in which the actor ends access; `$3` one of them, or empty.
const COMPANIES: &str = "SELECT o.id, o.number, o.name FROM accounts o
    JOIN memberships t ON t.account_id = o.id AND t.person_id = $2
    WHERE EXISTS (SELECT 1 FROM contracts c WHERE c.account_id = o.id AND";
const NAMED: &str = ") AND (";
const LOCK: &str = "UPDATE contracts SET version = version + 1 WHERE account_id = $1";
/// What somebody holds in a company: a role that must be given to somebody else first.
pub(super) const HELD: &str = "SELECT 'manager' AS role, c.number, CAST(0 AS BIGINT) AS assets FROM contracts c
        WHERE c.account_id = $1 AND c.manager_id = $2
    UNION ALL SELECT 'contract', c.number, CAST(0 AS BIGINT) FROM contracts c WHERE c.account_id = $1 AND c.coordinator_id = $2
    UNION ALL SELECT 'group', c.number, COUNT(*) FROM asset_groups g JOIN contracts c ON c.id = g.contract_id
        WHERE g.account_id = $1 AND g.coordinator_id = $2 GROUP BY c.number
    UNION ALL SELECT 'asset', c.number, COUNT(*) FROM assets a JOIN contracts c ON c.id = a.contract_id
        WHERE a.account_id = $1 AND a.coordinator_id = $2 GROUP BY c.number
    UNION ALL SELECT 'dated', c.number, COUNT(*) FROM covers k JOIN contracts c ON c.id = k.contract_id
        WHERE k.account_id = $1 AND k.state IN ('planned', 'active') AND (k.person_id = $2 OR k.under_id = $2)
        GROUP BY c.number
    ORDER BY 2, 1";
/// Contracts of the company (`$2`) on which the person (`$3`) has access that the actor cannot end, with who could.
const BEYOND: &str =
    "SELECT e.id, q.first_name || ' ' || q.last_name FROM entries e JOIN contracts c ON c.id = e.contract_id
    JOIN people q ON q.id = c.manager_id
    WHERE e.account_id = $2 AND e.person_id = $3 AND e.ended_at IS NULL AND NOT";
/// As `users/end.rs` has it: for whoever names users on own assets only.
const NOT_OWN: &str = "SELECT e.id FROM entries e WHERE e.account_id = $2 AND e.person_id = $3 AND e.ended_at IS NULL
    AND ((e.all_assets = TRUE AND NOT EXISTS (SELECT 1 FROM contracts y WHERE y.id = e.contract_id AND y.manager_id = $1))
        OR EXISTS (SELECT 1 FROM entry_assets x JOIN assets a ON a.id = x.asset_id
        JOIN contracts c ON c.id = a.contract_id LEFT JOIN asset_groups g ON g.id = a.group_id
        WHERE x.entry_id = e.id AND NOT";
const READER: &str = "SELECT p.email, m.confirmed_at IS NOT NULL AS confirmed, b.first_name AS by_first,
        b.last_name AS by_last, b.email AS by_email,
        (SELECT i.invited_by FROM invitations i WHERE i.account_id = $1 AND i.person_id = $2) AS invited_by
    FROM people p JOIN memberships m ON m.account_id = $1 AND m.person_id = p.id
    LEFT JOIN people b ON b.id = $3 WHERE p.id = $2";
const END: &str = "UPDATE entries SET ended_at = $3 WHERE account_id = $1 AND person_id = $2 AND ended_at IS NULL";
const RIGHTS: &str = "DELETE FROM naming_rights WHERE account_id = $1 AND person_id = $2";
const INVITATION: &str = "DELETE FROM invitations WHERE account_id = $1 AND person_id = $2";
const LINKS: &str = "DELETE FROM links WHERE account_id = $1 AND person_id = $2 AND used_at IS NULL";
const REQUESTS: &str = "UPDATE access_requests SET decision = 'withdrawn', decided_at = $3, decided_by = $4
    WHERE account_id = $1 AND person_id = $2 AND decision IS NULL";
const LEAVE: &str = "DELETE FROM memberships WHERE account_id = $1 AND person_id = $2";

pub(super) fn companies(scope: &Scope<EndAccess>, person: PersonId, account: &str) -> Scoped {
    let account = account.to_owned();
    scope.select(COMPANIES, person, |s| {
        let s = s.push(NAMED).push_bind(account.as_str()).push(" = '' OR o.number = ").push_bind(account.as_str());
        s.push(") ORDER BY o.number")
    })
}

fn beyond(scope: &Scope<EndAccess>, account: i64, person: PersonId) -> Scoped {
    scope.build(BEYOND, |s| s.bind(account).bind(person), |s| s.push(" ORDER BY c.number"))
}

fn not_own(scope: &Scope<GiveAccess>, account: i64, person: PersonId) -> Scoped {
    scope.build(NOT_OWN, |s| s.bind(account).bind(person), |s| s.push("))"))
}

impl Operation for RemoveUser {
    type Action = Removes;
    type Output = Removed;

    fn target(&self) -> PersonKey {
        self.person.clone()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Removes>) -> Result<Removed, AppError> {
        let person = permit.target().0;
        let company = self.company(tx, permit).await?;
        // Whoever would give the person a role waits here, and then finds nobody of that address.
        tx.execute(permit, sql(LOCK).bind(company.id)).await?;
        let held: Vec<Held> = tx.fetch(permit, sql(HELD).bind(company.id).bind(person)).await?;
        if !held.is_empty() {
            return Err(Refusal::new("role-holder", hand_over_first(&held)).into());
        }
        let about = |text| sql(text).bind(company.id).bind(person);
        let reader: Option<Reader> = tx.find(permit, about(READER).bind(permit.actor())).await?;
        let reader = reader.ok_or_else(AppError::hidden)?;
        self.allowed(tx, permit, &company, &reader).await?;
        let contracts = tx.execute(permit, about(END).bind(tx.now())).await?;
        for text in [RIGHTS, INVITATION, LINKS] {
            tx.execute(permit, about(text)).await?;
        }
        tx.execute(permit, about(REQUESTS).bind(tx.now()).bind(permit.actor())).await?;
        tx.execute(permit, about(LEAVE)).await?;
        if reader.confirmed {
            tell(tx, permit, &company, &reader, contracts).await?;
        }
        tx.note(serde_json::json!({"account": company.number, "contracts": contracts}), None);
        Ok(Removed { account: company.number, contracts })
    }
}

impl RemoveUser {
    async fn company(&self, tx: &mut WriteTx, permit: &Permit<Removes>) -> Result<Company, AppError> {
        let found = tx.list(companies(&permit.scope(), permit.target().0, &self.account)).await?;
        let mut found: Vec<Company> = found;
        match found.len() {
            0 => Err(AppError::hidden()),
            1 => found.pop().ok_or(AppError::Lost),
            _ => {
                let names: Vec<String> = found.iter().map(|c| format!("{} ({})", c.name, c.number)).collect();
                Err(AppError::invalid("account", format!("say from which company: {}", listed(&names))))
            }
        }
    }

    /// Nobody ends access that somebody else answers for.
    async fn allowed(
        &self,
        tx: &mut WriteTx,
        permit: &Permit<Removes>,
        company: &Company,
        reader: &Reader,
    ) -> Result<(), AppError> {
        let person = permit.target().0;
        let beyond: Vec<(i64, String)> = tx.list(beyond(&permit.scope(), company.id, person)).await?;
        if !beyond.is_empty() {
            let mut names: Vec<String> = beyond.into_iter().map(|(_, name)| name.trim().to_owned()).collect();
            names.dedup();
            let title = format!(
                "has access to contracts of {}, who can end it; end the access to your own first",
                listed(&names)
            );
            return Err(Refusal::new("others-access", title).into());
        }
        if permit.is_staff() {
            return Ok(());
        }
        let manages: Option<(i64,)> = tx.find(permit, sql(MANAGES).bind(company.id).bind(permit.actor())).await?;
        let strange: Vec<(i64,)> = tx.list(not_own(&permit.scope(), company.id, person)).await?;
        let entries: Option<(i64,)> = tx.find(permit, sql(ENTRIES).bind(company.id).bind(person)).await?;
        let invited = reader.invited_by == Some(permit.actor().0);
        if !strange.is_empty() || (manages.is_none() && entries == Some((0,)) && !invited) {
            let title =
                "you remove people whose access is all to serial numbers that you coordinate; ask the Contract Manager";
            return Err(Refusal::new("others-access", title).into());
        }
        Ok(())
    }
}

const MANAGES: &str =
    "SELECT c.id FROM contracts c WHERE c.account_id = $1 AND c.manager_id = $2 ORDER BY c.id LIMIT 1";
const ENTRIES: &str =
    "SELECT COUNT(*) FROM entries e WHERE e.account_id = $1 AND e.person_id = $2 AND e.ended_at IS NULL";

/// "is Contract Manager of 110448270013 and coordinates 7 serial numbers: hand that over first"
pub(super) fn hand_over_first(held: &[Held]) -> String {
    let managed: Vec<&str> = held.iter().filter(|h| h.role == "manager").map(|h| h.number.as_str()).collect();
    let sum = |role: &str| held.iter().filter(|h| h.role == role).map(|h| h.assets).sum::<i64>();
    let contracts = held.iter().filter(|h| h.role == "contract").count();
    let mut parts = Vec::new();
    if !managed.is_empty() {
        parts.push(format!("is Contract Manager of {}", listed(&managed)));
    }
    let mut coordinates = Vec::new();
    coordinates.extend((sum("asset") > 0).then(|| serial_numbers(sum("asset"))));
    coordinates.extend((sum("group") > 0).then(|| count(sum("group"), "group", "groups")));
    coordinates.extend(
        (contracts > 0).then(|| count(i64::try_from(contracts).unwrap_or(0), "whole contract", "whole contracts")),
    );
    coordinates.extend((sum("dated") > 0).then(|| count(sum("dated"), "dated assignment", "dated assignments")));
    if !coordinates.is_empty() {
        parts.push(format!("coordinates {}", listed(&coordinates)));
    }
    format!("{}: hand that over first", listed(&parts))
}

async fn tell(
    tx: &mut WriteTx,
    permit: &Permit<Removes>,
    company: &Company,
    reader: &Reader,
    contracts: u64,
) -> Result<(), AppError> {
    let site = Site::unknown();
    let name = full_name(reader.by_first.as_deref().unwrap_or_default(), reader.by_last.as_deref().unwrap_or_default());
    let actor = if name.is_empty() { site.vendor.clone() } else { crate::mail::letter::one_line(&name) };
    let mail = RoleEnded { site: site.clone(), actor, company: company.name.clone(), contracts }.render();
    let mail = Outgoing {
        person: permit.target().0,
        address: reader.email.clone(),
        account: Some(company.id),
        contract: None,
        change_set: None,
        kind: "role.ended",
        mail,
        link: None,
        reply_to: reader.by_email.clone().unwrap_or_else(|| site.contact_email.clone()),
        dedup_key: format!("role.ended/{}", crate::auth::secret::handle()),
    };
    let send = outbox::once_live(tx, permit).await?;
    outbox::write(tx, permit, &site, &[mail], send).await?;
    Ok(())
}

pub(super) fn statements() -> Vec<Sql> {
    let mut all: Vec<Sql> =
        [LOCK, HELD, READER, END, RIGHTS, INVITATION, LINKS, REQUESTS, LEAVE, MANAGES, ENTRIES].map(sql).into();
    all.push(companies(&Scope::sample(), PersonId(0), "").into_sql());
    all.push(beyond(&Scope::sample(), 0, PersonId(0)).into_sql());
    all.push(not_own(&Scope::sample(), 0, PersonId(0)).into_sql());
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_held_is_told_in_words() {
        let held = |role: &str, number: &str, assets| Held { role: role.to_owned(), number: number.to_owned(), assets };
        assert_eq!(
            hand_over_first(&[held("asset", "1", 3), held("asset", "2", 4)]),
            "coordinates 7 serial numbers: hand that over first"
        );
        let all = [held("manager", "1", 0), held("contract", "1", 0), held("group", "1", 1), held("dated", "1", 2)];
        assert_eq!(
            hand_over_first(&all),
            "is Contract Manager of 1 and coordinates 1 group, 1 whole contract and 2 dated assignments: hand that over first"
        );
    }
}
