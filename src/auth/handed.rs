//! An account that was opened with a link that somebody handed over (`links.purpose = 'handed'`): whoever had the link could set
//! ways in up for the person. They end when the mailbox, or the company's own sign-in, first shows who the person is.
use crate::db::{Sql, WriteTx, sql};
use crate::error::AppError;
use crate::ids::PersonId;
use crate::policy::WriteProof;

const OPENED: &str = "UPDATE people SET handed_at = $2 WHERE id = $1";
const PROVEN: &str = "UPDATE people SET handed_at = NULL WHERE id = $1 AND handed_at IS NOT NULL";
/// Each way in that was set up before, and a change of the address that was begun.
const END: [&str; 10] = [
    "DELETE FROM sessions WHERE person_id = $1",
    "DELETE FROM half_sign_ins WHERE person_id = $1",
    "DELETE FROM tokens WHERE person_id = $1",
    "DELETE FROM passwords WHERE person_id = $1",
    "DELETE FROM totps WHERE person_id = $1",
    "DELETE FROM recovery_codes WHERE person_id = $1",
    "DELETE FROM passkeys WHERE person_id = $1",
    "DELETE FROM ceremonies WHERE person_id = $1",
    "DELETE FROM devices WHERE person_id = $1",
    "DELETE FROM email_changes WHERE person_id = $1 AND done_at IS NULL",
];

/// A link that was handed over has opened a session.
pub(super) async fn opened(tx: &mut WriteTx, proof: &impl WriteProof, person: PersonId) -> Result<(), AppError> {
    tx.execute(proof, sql(OPENED).bind(person).bind(tx.now())).await?;
    Ok(())
}

/// Whoever is signed in has the mailbox, too: what was set up here is the owner's.
pub(super) async fn keep(tx: &mut WriteTx, proof: &impl WriteProof, person: PersonId) -> Result<(), AppError> {
    tx.execute(proof, sql(PROVEN).bind(person)).await?;
    Ok(())
}

/// The owner comes in by another way for the first time. Answers whether anything ended, which the next page says.
pub(super) async fn proven(tx: &mut WriteTx, proof: &impl WriteProof, person: PersonId) -> Result<bool, AppError> {
    if tx.execute(proof, sql(PROVEN).bind(person)).await? == 0 {
        return Ok(false);
    }
    for statement in END {
        tx.execute(proof, sql(statement).bind(person)).await?;
    }
    Ok(true)
}

pub(super) fn statements() -> Vec<Sql> {
    [OPENED, PROVEN].into_iter().chain(END).map(sql).collect()
}
