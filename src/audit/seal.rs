//! Seals events into a hash chain: each seal covers the one before, so that an edit, a removal or a new order shows.
use crate::db::{FromRow, Sql, WriteTx, sql};
use crate::error::AppError;
use crate::ids::Single;
use crate::operation::Operation;
use crate::policy::{self, Permit};
use serde::Serialize;
use sha2::{Digest, Sha256};

/// Events that are sealed at once; the next run takes the next ones.
const BATCH: i64 = 500;

/// Seals what is not sealed yet, in the order of the events.
#[derive(Clone, Debug, Serialize)]
pub struct SealAudit;

/// An event as the chain covers it.
#[derive(Clone, Debug, FromRow)]
pub struct Event {
    pub(crate) id: i64,
    pub(crate) at: i64,
    pub(crate) actor_id: i64,
    pub(crate) action: String,
    pub(crate) kind: String,
    pub(crate) target_id: i64,
    pub(crate) change_set: Option<i64>,
    pub(crate) digest: Vec<u8>,
}

impl Event {
    /// The seal: over the seal before, the place in the chain and every field. The words lie beside, as a digest.
    pub(crate) fn seal(&self, before: &[u8], seq: i64) -> Vec<u8> {
        let Event { id, at, actor_id, action, kind, target_id, change_set, digest } = self;
        let line = format!("{seq}|{id}|{at}|{actor_id}|{action}|{kind}|{target_id}|{}|", change_set.unwrap_or(0));
        let mut hash = Sha256::new();
        hash.update(before);
        hash.update(line);
        hash.update(digest);
        hash.finalize().to_vec()
    }
}

const LAST: &str = "SELECT seq, hash FROM audit_events WHERE seq IS NOT NULL ORDER BY seq DESC LIMIT 1";
const UNSEALED: &str = "SELECT id, at, actor_id, action, kind, target_id, change_set, digest FROM audit_events
    WHERE seq IS NULL ORDER BY id LIMIT $1";
const SEAL: &str = "UPDATE audit_events SET seq = $2, hash = $3 WHERE id = $1 AND seq IS NULL";

impl Operation for SealAudit {
    type Action = policy::SealAudit;
    type Output = u64;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<u64, AppError> {
        let last: Option<(i64, Vec<u8>)> = tx.find(permit, sql(LAST)).await?;
        let (mut seq, mut before) = last.unwrap_or_default();
        let events: Vec<Event> = tx.fetch(permit, sql(UNSEALED).bind(BATCH)).await?;
        for event in &events {
            seq += 1;
            before = event.seal(&before, seq);
            tx.execute(permit, sql(SEAL).bind(event.id).bind(seq).bind(before.as_slice())).await?;
        }
        Ok(events.len() as u64)
    }
}

pub(crate) fn statements() -> Vec<Sql> {
    [LAST, UNSEALED, SEAL].map(sql).into()
}
