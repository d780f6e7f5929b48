//! Jobs are rows: enqueued in the transaction of their cause, leased, fenced, run until done. A payload is an id.
pub mod lease;
pub mod worker;

use crate::db::Sql;
use crate::time::Instant;

/// A job to enqueue. The same kind and payload twice is one job.
#[derive(Clone, Copy, Debug)]
pub struct NewJob {
    /// Names who runs it.
    pub kind: &'static str,
    /// The id of what it is about.
    pub payload: i64,
    /// Not before this instant.
    pub run_at: Instant,
    /// Overtakes everything that is not: somebody waits for it.
    pub urgent: bool,
}

pub(crate) fn statements() -> Vec<Sql> {
    lease::statements()
}
