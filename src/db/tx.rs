//! What a statement runs on: a [`WriteTx`] in the gate's transaction, or a [`Reader`] that cannot write.
use super::{DbError, Dialect, Row, Sql, Value, sql};
use crate::policy::{Action, Key, Permit, Scoped, WriteProof};
use crate::time::{Day, Instant, Moment};
use jiff::tz::TimeZone;
use sqlx::pool::PoolConnection;
use sqlx::{Arguments, AssertSqlSafe, SqlSafeStr, SqlStr, Transaction};
use sqlx_postgres::{PgArguments, Postgres};
use sqlx_sqlite::{Sqlite, SqliteArguments};
use std::borrow::Cow;
use std::sync::atomic::{AtomicU64, Ordering};

pub(super) fn text(text: Cow<'static, str>, dialect: Dialect) -> SqlStr {
    let text = match dialect.with_rows(&text) {
        Some(filled) => Cow::Owned(filled),
        None => text,
    };
    match text {
        Cow::Borrowed(text) => SqlStr::from_static(text),
        // Safe: an `Sql` is put together from constants only.
        Cow::Owned(text) => AssertSqlSafe(text).into_sql_str(),
    }
}

macro_rules! arguments {
    ($kind:ty, $values:expr) => {{
        let mut arguments = <$kind>::default();
        for value in $values {
            match value {
                Value::Text(v) => arguments.add(v),
                Value::Int(v) => arguments.add(v),
                Value::Bool(v) => arguments.add(v),
                Value::Blob(v) => arguments.add(v),
            }
            .map_err(sqlx::Error::Encode)?;
        }
        arguments
    }};
}

/// Runs one statement on whichever driver the connection has: the one place where the two meet.
macro_rules! run {
    ($on:expr, $kind:ident, $s:expr, $query:ident, $run:ident $(, $then:ident)?) => {{
        let Sql { text: t, values } = $s;
        RUN.fetch_add(1, Ordering::Relaxed);
        match $on {
            $kind::Sqlite(c) => {
                let query = sqlx::$query(text(t, Dialect::Sqlite), arguments!(SqliteArguments, values));
                query.$run(&mut **c).await? $(.$then())?
            }
            $kind::Postgres(c) => {
                let query = sqlx::$query(text(t, Dialect::Postgres), arguments!(PgArguments, values));
                query.$run(&mut **c).await? $(.$then())?
            }
        }
    }};
}

static RUN: AtomicU64 = AtomicU64::new(0);

/// How many statements this process has run: a request's number of them does not depend on how much it is about.
pub fn statements_run() -> u64 {
    RUN.load(Ordering::Relaxed)
}

/// What is written down about a write beside its action and target, for the audit trail.
#[derive(Clone, Debug, Default)]
pub(crate) struct Note {
    pub detail: Option<String>,
    pub change_set: Option<i64>,
}

/// A write under way. It has no mailer, no HTTP client and no clock but its own; what must happen outside is a job.
pub struct WriteTx {
    inner: Inner,
    now: Moment,
    written: u64,
    note: Note,
}

pub(super) enum Inner {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

impl WriteTx {
    pub(super) fn new(inner: Inner, now: Moment) -> Self {
        Self { inner, now, written: 0, note: Note::default() }
    }

    /// The instant of this write, the same for each of its rows.
    pub fn now(&self) -> Instant {
        self.now.at
    }

    /// The day of this write in the vendor's zone.
    pub fn today(&self) -> Day {
        self.now.today
    }

    /// The vendor's zone.
    pub fn zone(&self) -> &TimeZone {
        &self.now.zone
    }

    /// Sets the clock, once the lock is held: whoever waited for it must not be dated before the one that had it.
    pub(crate) fn locked(&mut self, now: Moment) {
        self.now = now;
    }

    pub(crate) fn written(&self) -> u64 {
        self.written
    }

    /// Says what the audit trail should tell about this write. Without it the operation's answer is told.
    pub fn note(&mut self, detail: impl serde::Serialize, change_set: Option<crate::ids::ChangeSetId>) {
        self.note = Note { detail: serde_json::to_string(&detail).ok(), change_set: change_set.map(|c| c.0) };
    }

    pub(crate) fn take_note(&mut self) -> Note {
        std::mem::take(&mut self.note)
    }

    /// Runs a write that a permit stands behind. Returns the number of rows.
    pub async fn execute(&mut self, _proof: &impl WriteProof, s: Sql) -> Result<u64, DbError> {
        let rows = run!(&mut self.inner, Inner, s, query_with, execute, rows_affected);
        self.written += rows;
        Ok(rows)
    }

    /// Reads inside the write, or reads what a write returned.
    pub async fn fetch<T: Row>(&mut self, _: &impl WriteProof, s: Sql) -> Result<Vec<T>, DbError> {
        let rows: Vec<T> = self.fetch_as(s).await?;
        Ok(rows)
    }

    /// As [`WriteTx::fetch`], for a statement that writes with `RETURNING`: counts as written.
    pub async fn returning<T: Row>(&mut self, proof: &impl WriteProof, s: Sql) -> Result<Vec<T>, DbError> {
        let rows: Vec<T> = self.fetch(proof, s).await?;
        self.written += rows.len() as u64;
        Ok(rows)
    }

    /// The first row, if there is one.
    pub async fn find<T: Row>(&mut self, _: &impl WriteProof, s: Sql) -> Result<Option<T>, DbError> {
        self.find_as(s).await
    }

    /// Rows of a list that carries its scope.
    pub async fn list<T: Row>(&mut self, list: Scoped) -> Result<Vec<T>, DbError> {
        self.fetch_as(list.into_sql()).await
    }

    /// Runs a write whose rows are restricted by a scope: an `INSERT … SELECT` of what is permitted.
    pub async fn insert(&mut self, _: &impl WriteProof, permitted: Scoped) -> Result<u64, DbError> {
        let rows = run!(&mut self.inner, Inner, permitted.into_sql(), query_with, execute, rows_affected);
        self.written += rows;
        Ok(rows)
    }

    /// From here to the commit rows may contradict each other: for what moves together with everything that speaks of it.
    pub async fn defer_keys(&mut self, _: &impl WriteProof) -> Result<(), DbError> {
        let text = match &self.inner {
            Inner::Sqlite(_) => Dialect::Sqlite.defer_keys(),
            Inner::Postgres(_) => Dialect::Postgres.defer_keys(),
        };
        run!(&mut self.inner, Inner, sql(text), query_with, execute, rows_affected);
        Ok(())
    }

    /// Enqueues a job that exists if and only if this write commits. The same kind and payload twice is one job.
    pub async fn enqueue(&mut self, cause: &impl WriteProof, job: crate::jobs::NewJob) -> Result<(), DbError> {
        const JOB: &str = "INSERT INTO jobs (kind, payload, dedup_key, run_at, urgent, state, attempts, lease,
                leased_until, error)
             VALUES ($1, $2, $3, $4, $5, 'waiting', 0, 0, 0, '') ON CONFLICT (dedup_key) DO NOTHING";
        let row = sql(JOB).bind(job.kind).bind(job.payload).bind(format!("{}/{}", job.kind, job.payload));
        self.execute(cause, row.bind(job.run_at).bind(job.urgent)).await?;
        Ok(())
    }

    /// For the policy, which runs before there is a permit. Nobody else can make the key.
    pub async fn execute_unpermitted(&mut self, _: &Key, s: Sql) -> Result<u64, DbError> {
        Ok(run!(&mut self.inner, Inner, s, query_with, execute, rows_affected))
    }

    /// As [`WriteTx::execute_unpermitted`], for the facts: at most one row.
    pub async fn find_unpermitted<T: Row>(&mut self, _: &Key, s: Sql) -> Result<Option<T>, DbError> {
        self.find_as(s).await
    }

    async fn find_as<T: Row>(&mut self, s: Sql) -> Result<Option<T>, DbError> {
        Ok(run!(&mut self.inner, Inner, s, query_as_with, fetch_optional))
    }

    async fn fetch_as<T: Row>(&mut self, s: Sql) -> Result<Vec<T>, DbError> {
        Ok(run!(&mut self.inner, Inner, s, query_as_with, fetch_all))
    }

    pub(crate) async fn commit(self) -> Result<(), DbError> {
        match self.inner {
            Inner::Sqlite(t) => t.commit().await?,
            Inner::Postgres(t) => t.commit().await?,
        }
        Ok(())
    }

    pub(crate) async fn rollback(self) -> Result<(), DbError> {
        match self.inner {
            Inner::Sqlite(t) => t.rollback().await?,
            Inner::Postgres(t) => t.rollback().await?,
        }
        Ok(())
    }
}

/// One read-only connection, without a transaction. Whatever text it is handed, the database refuses to write.
pub struct Reader {
    inner: Connection,
    now: Moment,
}

pub(super) enum Connection {
    Sqlite(PoolConnection<Sqlite>),
    Postgres(PoolConnection<Postgres>),
}

impl Reader {
    pub(super) fn new(inner: Connection, now: Moment) -> Self {
        Self { inner, now }
    }

    /// When this was asked.
    pub fn now(&self) -> &Moment {
        &self.now
    }

    /// Rows about the permit's target.
    pub async fn fetch<A: Action, T: Row>(&mut self, _: &Permit<A>, s: Sql) -> Result<Vec<T>, DbError> {
        self.fetch_as(s).await
    }

    /// Rows of a list that carries its scope.
    pub async fn list<T: Row>(&mut self, list: Scoped) -> Result<Vec<T>, DbError> {
        self.fetch_as(list.into_sql()).await
    }

    /// The one row about the permit's target.
    pub async fn find<A: Action, T: Row>(&mut self, _: &Permit<A>, s: Sql) -> Result<Option<T>, DbError> {
        self.find_as(s).await
    }

    /// For the policy, which runs before there is a permit. Nobody else can make the key.
    pub async fn find_unpermitted<T: Row>(&mut self, _: &Key, s: Sql) -> Result<Option<T>, DbError> {
        self.find_as(s).await
    }

    async fn find_as<T: Row>(&mut self, s: Sql) -> Result<Option<T>, DbError> {
        Ok(run!(&mut self.inner, Connection, s, query_as_with, fetch_optional))
    }

    async fn fetch_as<T: Row>(&mut self, s: Sql) -> Result<Vec<T>, DbError> {
        Ok(run!(&mut self.inner, Connection, s, query_as_with, fetch_all))
    }
}
