//! The vendor's files may go on saying the number of a company that became another one here: they mean that one.
use super::stage::Staging;
use crate::error::AppError;

const ANY: &str = "SELECT COUNT(*) FROM accounts WHERE merged_into IS NOT NULL";
const FOLLOW: &[&str] = &[
    "UPDATE in_contracts SET account = k.number FROM accounts g JOIN accounts k ON k.id = g.merged_into
     WHERE g.number = in_contracts.account",
    "UPDATE in_members SET account = k.number FROM accounts g JOIN accounts k ON k.id = g.merged_into
     WHERE g.number = in_members.account",
    // To the line of the company that stayed; where the files do not speak of it, it keeps the domains that it has.
    "UPDATE in_domains SET line = (SELECT MIN(s.line) FROM in_accounts s JOIN accounts k ON k.number = s.number
        JOIN accounts g ON g.merged_into = k.id JOIN in_accounts t ON t.number = g.number WHERE t.line = in_domains.line)
     WHERE line IN (SELECT t.line FROM in_accounts t JOIN accounts g ON g.number = t.number WHERE g.merged_into IS NOT NULL)",
    "DELETE FROM in_accounts WHERE number IN (SELECT g.number FROM accounts g WHERE g.merged_into IS NOT NULL)",
];

/// Before anything is judged.
pub async fn follow(staging: &mut Staging<'_>) -> Result<(), AppError> {
    if staging.number(ANY).await? > 0 {
        staging.all(FOLLOW).await?;
    }
    Ok(())
}
