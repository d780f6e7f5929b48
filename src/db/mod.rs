//! One SQL text, two drivers. The pools are private: a statement runs only through a [`WriteTx`] that the gate began or a
//! [`Reader`] on a connection that cannot write, and both ask for a permit.
mod dialect;
mod migrate;
mod open;
mod sql;
mod tx;

pub use dialect::Dialect;
pub use sql::{Sql, Value, sql};
/// Derives a row type and an id type; the only two things of sqlx that others see.
pub use sqlx::{FromRow, Type};
pub use tx::{Reader, WriteTx, statements_run};

use crate::time::Moment;
use sqlx::{Executor, SqlSafeStr};
use sqlx_postgres::{PgPool, PgRow};
use sqlx_sqlite::{SqlitePool, SqliteRow};
use tx::{Connection, Inner};

/// The database failed. Shown to nobody; logged once at the edge.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct DbError(#[from] sqlx::Error);

impl DbError {
    fn code(&self) -> Option<String> {
        match &self.0 {
            sqlx::Error::Database(e) => e.code().map(|c| c.into_owned()),
            _ => None,
        }
    }

    /// What a second try mends: a deadlock, and two who write at once what may be there once, such as an address: the
    /// second try sees the first one's row and is told so in words. SQLite has one writer and knows neither.
    pub(crate) fn is_raced(&self) -> bool {
        matches!(self.code().as_deref(), Some("40P01" | "23505"))
    }

    /// Too much to do at once, a long import, or a server that went away: later it works. 503.
    pub fn is_busy(&self) -> bool {
        let code = self.code().unwrap_or_default();
        let gone = matches!(&self.0, sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Io(_));
        // SQLite: BUSY and LOCKED, with their extended codes. PostgreSQL: lock_timeout, too many connections, shutdown.
        let sqlite = code.parse::<u32>().is_ok_and(|c| code.len() < 5 && matches!(c & 0xff, 5 | 6));
        gone || sqlite || matches!(code.as_str(), "55P03" | "53300" | "57P01" | "57P02" | "57P03" | "40001")
    }

    /// No room left to write. 507.
    pub fn is_full(&self) -> bool {
        let code = self.code().unwrap_or_default();
        code == "13" || code == "53100"
    }
}

/// A row type that both drivers can fill: a tuple, or a struct that derives [`FromRow`].
pub trait Row: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin {}
impl<T> Row for T where T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin {}

/// The database of this process.
#[derive(Clone)]
pub struct Db {
    pools: Pools,
}

#[derive(Clone)]
enum Pools {
    Sqlite { write: SqlitePool, read: SqlitePool },
    Postgres { write: PgPool, read: PgPool },
}

impl Db {
    /// Opens `sqlite:path` or `postgres://…`, creates what is missing and applies the migrations that are.
    pub async fn open(url: &str) -> Result<Self, DbError> {
        let pools = match url.strip_prefix("sqlite:") {
            Some(path) => open::sqlite(path).await?,
            None => open::postgres(url.parse()?).await?,
        };
        let db = Self { pools };
        db.migrate().await?;
        db.verify_durability().await?;
        Ok(db)
    }

    /// Which of the two it is.
    pub fn dialect(&self) -> Dialect {
        match &self.pools {
            Pools::Sqlite { .. } => Dialect::Sqlite,
            Pools::Postgres { .. } => Dialect::Postgres,
        }
    }

    /// Parses and type-checks a statement without running it: a test does so with each text on both databases.
    pub async fn check(&self, statement: &Sql) -> Result<(), DbError> {
        let text = tx::text(statement.text.clone(), self.dialect());
        match &self.pools {
            Pools::Sqlite { write, .. } => {
                (&mut *write.acquire().await?).prepare(text).await?;
            }
            Pools::Postgres { write, .. } => {
                (&mut *write.acquire().await?).prepare(text).await?;
            }
        }
        Ok(())
    }

    /// Begins a write. The gate alone calls this, in a task that nobody cancels: sqlx 0.9.0 leaves a transaction open on
    /// a pooled PostgreSQL connection when `begin` is dropped half-way, and acknowledged writes are lost with it.
    pub(crate) async fn begin(&self, now: Moment) -> Result<WriteTx, DbError> {
        const READ_COMMITTED: &str = "BEGIN ISOLATION LEVEL READ COMMITTED";
        let inner = match &self.pools {
            Pools::Sqlite { write, .. } => Inner::Sqlite(write.begin_with("BEGIN IMMEDIATE").await?),
            Pools::Postgres { write, .. } => Inner::Postgres(write.begin_with(READ_COMMITTED).await?),
        };
        Ok(WriteTx::new(inner, now))
    }

    /// One read-only connection for the statements of one query.
    pub(crate) async fn reader(&self, now: Moment) -> Result<Reader, DbError> {
        let inner = match &self.pools {
            Pools::Sqlite { read, .. } => Connection::Sqlite(read.acquire().await?),
            Pools::Postgres { read, .. } => Connection::Postgres(read.acquire().await?),
        };
        Ok(Reader::new(inner, now))
    }

    /// Waits for what runs and closes the connections; SQLite then folds its journal into the file.
    pub async fn close(&self) {
        match &self.pools {
            Pools::Sqlite { write, read } => {
                read.close().await;
                write.close().await;
            }
            Pools::Postgres { write, read } => {
                read.close().await;
                write.close().await;
            }
        }
    }

    /// Acknowledged is durable: refuses to start on a database that was told otherwise.
    async fn verify_durability(&self) -> Result<(), DbError> {
        let (text, good): (&'static str, &[&str]) = match &self.pools {
            Pools::Sqlite { .. } => ("SELECT CAST(synchronous AS TEXT) FROM pragma_synchronous", &["2", "3"]),
            Pools::Postgres { .. } => {
                ("SELECT setting FROM pg_settings WHERE name = 'synchronous_commit'", &["on", "remote_apply"])
            }
        };
        let text = text.into_sql_str();
        let setting: String = match &self.pools {
            Pools::Sqlite { write, .. } => sqlx::query_scalar(text).fetch_one(write).await?,
            Pools::Postgres { write, .. } => sqlx::query_scalar(text).fetch_one(write).await?,
        };
        if good.contains(&setting.as_str()) {
            return Ok(());
        }
        Err(sqlx::Error::Configuration(format!("synchronous commit is {setting}: answers would not be durable").into())
            .into())
    }
}
