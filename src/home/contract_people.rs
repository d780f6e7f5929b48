//! "Your contract people": whom a coordinator or User turns to. The Contract Managers, and the coordinators of what one uses.
use crate::db::{FromRow, Reader, Sql, sql};
use crate::error::AppError;
use crate::ids::Single;
use crate::operation::Query;
use crate::policy::{self, Permit};
use crate::text::full_name;
use crate::web::person::PersonRef;

/// So many are named.
const MOST: i64 = 6;

/// Asks for them.
pub struct ShowContractPeople;

/// Somebody to turn to.
#[derive(Clone, Debug)]
pub struct ContractPerson {
    /// The person.
    pub person: PersonRef,
    /// "Contract Manager", "Software Coordinator".
    pub role: &'static str,
}

#[derive(FromRow)]
struct Row {
    handle: String,
    email: String,
    first_name: String,
    last_name: String,
    manages: bool,
}

/// Of contracts on which the person coordinates or has access; the reader's own name is not wanted.
const PEOPLE: &str = "WITH mine AS (
        SELECT e.contract_id AS id FROM entries e JOIN memberships m ON m.account_id = e.account_id AND m.person_id = $1
            AND m.confirmed_at IS NOT NULL WHERE e.person_id = $1 AND e.ended_at IS NULL
        UNION SELECT a.contract_id FROM assets a JOIN memberships m ON m.account_id = a.account_id AND m.person_id = $1
            AND m.confirmed_at IS NOT NULL WHERE a.coordinator_id = $1
        UNION SELECT g.contract_id FROM asset_groups g JOIN memberships m ON m.account_id = g.account_id
            AND m.person_id = $1 AND m.confirmed_at IS NOT NULL WHERE g.coordinator_id = $1
        UNION SELECT c.id FROM contracts c JOIN memberships m ON m.account_id = c.account_id AND m.person_id = $1
            AND m.confirmed_at IS NOT NULL WHERE c.coordinator_id = $1)
    SELECT p.handle, p.email, p.first_name, p.last_name, w.rank = 0 AS manages FROM (
        SELECT x.person, MIN(x.rank) AS rank FROM (
            SELECT c.manager_id AS person, 0 AS rank FROM contracts c WHERE c.id IN (SELECT id FROM mine)
            UNION ALL SELECT COALESCE(a.coordinator_id, g.coordinator_id, c.coordinator_id, c.manager_id), 1 FROM entries e
                JOIN contracts c ON c.id = e.contract_id JOIN assets a ON a.contract_id = c.id
                LEFT JOIN asset_groups g ON g.id = a.group_id
                WHERE e.person_id = $1 AND e.ended_at IS NULL AND e.contract_id IN (SELECT id FROM mine)
                AND (e.all_assets = TRUE OR EXISTS (SELECT 1 FROM entry_assets y WHERE y.entry_id = e.id AND y.asset_id = a.id))
        ) x WHERE x.person <> $1 GROUP BY x.person) w
    JOIN people p ON p.id = w.person WHERE p.deactivated_at IS NULL ORDER BY w.rank, p.sort_key LIMIT $2";

impl Query for ShowContractPeople {
    type Action = policy::SeeSelf;
    type Output = Vec<ContractPerson>;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Vec<ContractPerson>, AppError> {
        let rows: Vec<Row> = reader.fetch(permit, sql(PEOPLE).bind(permit.target().0).bind(MOST)).await?;
        let person = |row: Row| ContractPerson {
            person: PersonRef::new(full_name(&row.first_name, &row.last_name), &row.email, "", &row.handle),
            role: if row.manages { "Contract Manager" } else { "Software Coordinator" },
        };
        Ok(rows.into_iter().map(person).collect())
    }
}

pub(super) fn statements() -> Vec<Sql> {
    vec![sql(PEOPLE)]
}
