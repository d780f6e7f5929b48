//! Verifies every invariant and the audit chain: one line for each violation.
use super::invariants::{INVARIANTS, Invariant, OF_SQLITE};
use crate::app::App;
use crate::audit::seal::Event;
use crate::db::{Dialect, FromRow, Reader, Sql, sql};
use crate::error::AppError;
use crate::ids::Single;
use crate::operation::Query;
use crate::policy::{self, Actor, Permit};
use sha2::{Digest, Sha256};

/// Events that are read at once.
const PAGE: i64 = 500;
/// Most lines about the chain: after an edit each later seal is wrong.
const MOST: usize = 100;

/// What a check found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// One line each.
    pub violations: Vec<String>,
    /// Sealed audit events.
    pub sealed: u64,
    /// Events that wait for their seal: no violation, but nothing protects them yet.
    pub unsealed: u64,
}

/// Checks everything, for the command line.
pub async fn check(app: &App) -> Result<Findings, AppError> {
    app.read(&Actor::operator(), &Check { dialect: app.db().dialect() }).await
}

struct Check {
    dialect: Dialect,
}

#[derive(FromRow)]
struct Sealed {
    #[sqlx(flatten)]
    event: Event,
    seq: i64,
    hash: Option<Vec<u8>>,
    detail: Option<String>,
}

const SEALED: &str =
    "SELECT e.id, e.at, e.actor_id, e.action, e.kind, e.target_id, e.change_set, e.digest, e.seq, e.hash, d.detail
    FROM audit_events e LEFT JOIN audit_details d ON d.event_id = e.id WHERE e.seq > $1 ORDER BY e.seq LIMIT $2";
const UNSEALED: &str = "SELECT e.id, e.at, e.actor_id, e.action, e.kind, e.target_id, e.change_set, e.digest,
        CAST(0 AS BIGINT) AS seq, e.hash, d.detail
    FROM audit_events e LEFT JOIN audit_details d ON d.event_id = e.id WHERE e.seq IS NULL AND e.id > $1
    ORDER BY e.id LIMIT $2";

impl Query for Check {
    type Action = policy::Check;
    type Output = Findings;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Findings, AppError> {
        let mut found = Findings::default();
        let more: &[Invariant] = if self.dialect == Dialect::Sqlite { OF_SQLITE } else { &[] };
        for Invariant { name, text } in INVARIANTS.iter().chain(more) {
            let broken: Vec<(String,)> = reader.fetch(permit, sql(text)).await?;
            found.violations.extend(broken.into_iter().map(|(what,)| format!("{name}: not so for {what}")));
        }
        chain(reader, permit, &mut found).await?;
        tail(reader, permit, &mut found).await?;
        Ok(found)
    }
}

/// Follows the chain from its first seal.
async fn chain(reader: &mut Reader, permit: &Permit<policy::Check>, found: &mut Findings) -> Result<(), AppError> {
    let (mut broken, mut seq, mut before) = (Vec::new(), 0, Vec::new());
    loop {
        let page: Vec<Sealed> = reader.fetch(permit, sql(SEALED).bind(seq).bind(PAGE)).await?;
        if page.is_empty() {
            break;
        }
        for row in page {
            found.sealed += 1;
            if row.seq != seq + 1 {
                broken.push(format!(
                    "the audit chain has a gap before event {}: {} follows {seq}",
                    row.event.id, row.seq
                ));
            }
            let seal = row.event.seal(&before, row.seq);
            if row.hash.as_deref() != Some(seal.as_slice()) {
                broken.push(format!("the seal of audit event {} is wrong: it or one before was changed", row.event.id));
            }
            broken.extend(reworded(&row));
            // From what is stored, so that each later seal is judged for itself.
            (seq, before) = (row.seq, row.hash.unwrap_or_default());
        }
    }
    broken.truncate(MOST);
    found.violations.append(&mut broken);
    Ok(())
}

/// What is not sealed yet.
async fn tail(reader: &mut Reader, permit: &Permit<policy::Check>, found: &mut Findings) -> Result<(), AppError> {
    let (mut broken, mut last) = (Vec::new(), 0);
    loop {
        let page: Vec<Sealed> = reader.fetch(permit, sql(UNSEALED).bind(last).bind(PAGE)).await?;
        let Some(end) = page.last() else { break };
        last = end.event.id;
        found.unsealed += page.len() as u64;
        broken.extend(page.iter().filter_map(reworded));
    }
    broken.truncate(MOST);
    found.violations.append(&mut broken);
    Ok(())
}

/// Words that are not the ones of the digest. Without words it is fine: a person was erased.
fn reworded(row: &Sealed) -> Option<String> {
    let detail = row.detail.as_ref()?;
    let same = Sha256::digest(detail).as_slice() == row.event.digest;
    (!same).then(|| format!("the words of audit event {} were changed", row.event.id))
}

pub(super) fn statements() -> Vec<Sql> {
    // Those of SQLite alone do not prepare on PostgreSQL; each check of a SQLite database runs them.
    let mut all: Vec<Sql> = INVARIANTS.iter().map(|invariant| sql(invariant.text)).collect();
    all.extend([SEALED, UNSEALED].map(sql));
    all
}
