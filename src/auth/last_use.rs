//! When sessions and tokens were used last. A page that is looked at writes nothing: uses are noted in memory, and an operation
//! of its own writes them down together, once a minute.
use crate::app::App;
use crate::db::{Sql, WriteTx, sql};
use crate::error::AppError;
use crate::ids::Single;
use crate::operation::{Operation, Terms};
use crate::policy::{self, Actor, Permit};
use crate::time::{Instant, MINUTE};
use serde::Serialize;
use std::collections::HashSet;
use std::sync::Mutex;

/// How often they are written down.
pub const EVERY: std::time::Duration = std::time::Duration::from_secs(60);
/// Written by one statement; so its text is the same each time.
const TOGETHER: usize = 64;
/// Most that are kept between two writes: more is an attack, and its uses are nobody's.
const MOST: usize = 100_000;
/// Throttles forget what no longer counts.
const TRIES_FOR: Instant = 15 * MINUTE;

/// Bearers that were used since the last write.
#[derive(Default)]
pub struct Used(Mutex<HashSet<Vec<u8>>>);

impl Used {
    /// Notes that a bearer with this hash was used.
    pub fn note(&self, hash: Vec<u8>) {
        if let Ok(mut used) = self.0.lock()
            && used.len() < MOST
        {
            used.insert(hash);
        }
    }

    fn take(&self) -> Vec<Vec<u8>> {
        self.0.lock().map(|mut used| used.drain().collect()).unwrap_or_default()
    }
}

/// Writes down what was used, and sweeps what is past.
pub async fn write_down(app: &App) -> Result<(), AppError> {
    let used = app.used().take();
    for part in used.chunks(TOGETHER) {
        app.run(Actor::system(), NoteUse { used: part.to_vec() }, Terms::default()).await?;
    }
    app.run(Actor::system(), NoteUse { used: Vec::new() }, Terms::default()).await
}

#[derive(Clone, Serialize)]
struct NoteUse {
    used: Vec<Vec<u8>>,
}

const SESSIONS: &str = "UPDATE sessions SET seen_at = $1 WHERE hash IN (";
const TOKENS: &str = "UPDATE tokens SET used_at = $1 WHERE hash IN (";
const TRIES: &str = "DELETE FROM tries WHERE at <= $1";
const SUBJECTS: &str = "DELETE FROM throttles WHERE at <= $1";
const CEREMONIES: &str = "DELETE FROM ceremonies WHERE expires_at <= $1";

fn together(text: &'static str, now: Instant, used: &[Vec<u8>]) -> Sql {
    let mut all = sql(text).bind(now);
    for n in 0..TOGETHER {
        all = all.push(if n == 0 { "" } else { ", " }).push_bind(used.get(n).cloned());
    }
    all.push(")")
}

impl Operation for NoteUse {
    type Action = policy::NoteUse;
    type Output = ();

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<(), AppError> {
        let now = tx.now();
        if self.used.is_empty() {
            for text in [TRIES, SUBJECTS] {
                tx.execute(permit, sql(text).bind(now - TRIES_FOR)).await?;
            }
            tx.execute(permit, sql(CEREMONIES).bind(now)).await?;
            return Ok(());
        }
        for text in [SESSIONS, TOKENS] {
            tx.execute(permit, together(text, now, &self.used)).await?;
        }
        Ok(())
    }
}

pub(super) fn statements() -> Vec<Sql> {
    let mut all: Vec<Sql> = [TRIES, SUBJECTS, CEREMONIES].map(sql).into();
    all.extend([SESSIONS, TOKENS].map(|text| together(text, 0, &[])));
    all
}
