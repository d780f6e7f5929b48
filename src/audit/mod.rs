//! The audit trail: one event per change, written in its transaction; a job seals the events in order into a hash chain.
pub mod seal;

use crate::db::{DbError, Sql, WriteTx, sql};
use crate::policy::{Permit, Target, WriteAction};
use sha2::{Digest, Sha256};

const EVENT: &str = "INSERT INTO audit_events (at, actor_id, action, kind, target_id, change_set, digest)
    VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id";
const DETAIL: &str = "INSERT INTO audit_details (event_id, detail) VALUES ($1, $2)";

/// Work of the product itself that is no change of anything people care about, and would drown what is.
const UNTOLD: &[&str] =
    &["job.run", "audit.seal", "mail.send", "session.count_try", "session.note_use", "session.request_link"];

/// Writes the event of an operation: what its note says, else its answer.
pub(crate) async fn record<A: WriteAction>(tx: &mut WriteTx, permit: &Permit<A>, answer: &str) -> Result<(), DbError> {
    if UNTOLD.contains(&A::ID.name()) {
        return Ok(());
    }
    let note = tx.take_note();
    let detail = note.detail.unwrap_or_else(|| answer.to_owned());
    let event = sql(EVENT).bind(tx.now()).bind(permit.viewer().unwrap_or(permit.actor())).bind(A::ID.name());
    let event = event.bind(A::Target::KIND).bind(permit.target().id()).bind(note.change_set);
    let event = event.bind(Sha256::digest(&detail).to_vec());
    let id: Vec<(i64,)> = tx.returning(permit, event).await?;
    let id = id.first().map_or(0, |(id,)| *id);
    tx.execute(permit, sql(DETAIL).bind(id).bind(detail)).await?;
    Ok(())
}

pub(crate) fn statements() -> Vec<Sql> {
    let mut all: Vec<Sql> = [EVENT, DETAIL].map(sql).into();
    all.extend(seal::statements());
    all
}
