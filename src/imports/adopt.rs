//! A purchase that arrives under an unknown address, for a company that uses that address's domain, goes to the company's
//! present Contract Manager (domain.md §5, "First sign-in"): a second island would be found by nobody.
//!
//! Only once the installation is live: before that, files that come one after the other are all the vendor's first word.
use super::report::{Adopted, LISTED};
use super::stage::Staging;
use crate::db::{Sql, sql};
use crate::error::AppError;

/// The person is new with these files, and the contract, too. Of several Contract Managers the one with the most contracts.
pub const TO_WHOM: &str = "UPDATE in_contracts SET adopter = (SELECT c.manager_id FROM contracts c
        JOIN memberships w ON w.account_id = c.account_id AND w.person_id = c.manager_id AND w.confirmed_at IS NOT NULL
        JOIN people q ON q.id = c.manager_id AND q.deactivated_at IS NULL
        WHERE c.account_id = a.id GROUP BY c.manager_id ORDER BY COUNT(*) DESC, MIN(c.number) LIMIT 1)
    FROM accounts a WHERE a.number = in_contracts.account AND in_contracts.id IS NULL
    AND EXISTS (SELECT 1 FROM settings s WHERE s.name = 'live_at')
    AND in_contracts.manager_key IN (SELECT p.email_key FROM in_people p WHERE p.id IS NULL)
    AND EXISTS (SELECT 1 FROM account_domains d WHERE d.account_id = a.id
        AND in_contracts.manager_key LIKE '%@' || d.domain)";

/// Until the present one decides, the one named belongs to nobody.
pub const UNCONFIRM: &str = "UPDATE memberships SET confirmed_at = NULL FROM in_contracts s
    JOIN accounts a ON a.number = s.account JOIN people p ON p.email_key = s.manager_key
    WHERE s.adopter IS NOT NULL AND memberships.account_id = a.id AND memberships.person_id = p.id";

/// What there is to decide.
pub const NOTE: &str = "INSERT INTO adoptions (contract_id, account_id, person_id, manager_id, came_at)
    SELECT c.id, c.account_id, p.id, s.adopter, $1 FROM in_contracts s JOIN contracts c ON c.number = s.number
    JOIN people p ON p.email_key = s.manager_key WHERE s.adopter IS NOT NULL";

const LIST: &str = "SELECT s.number AS contract, s.manager AS named, q.email AS manager FROM in_contracts s
    JOIN people q ON q.id = s.adopter WHERE s.adopter IS NOT NULL ORDER BY s.line LIMIT $1";

/// For the report.
pub async fn list(staging: &mut Staging<'_>) -> Result<Vec<Adopted>, AppError> {
    Ok(staging.tx.fetch(staging.permit, list_of(LISTED)).await?)
}

fn list_of(most: i64) -> Sql {
    sql(LIST).bind(most)
}
