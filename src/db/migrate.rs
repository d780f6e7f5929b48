//! Migrations: numbered texts, each applied once, each in a transaction of its own. A kill leaves the old or the new schema.
use super::{Db, DbError, Dialect, Pools};
use sqlx::{AssertSqlSafe, Connection, Executor};

/// All migrations in their order. A landed one is never edited.
const MIGRATIONS: &[(i64, &str)] =
    &[(1, include_str!("../../migrations/0001_init.sql")), (3, include_str!("../../migrations/0003_sign_in.sql"))];

const BOOKS: &str = "CREATE TABLE IF NOT EXISTS schema_migrations (version BIGINT NOT NULL PRIMARY KEY)";
const KNOWN: &str = "SELECT COUNT(*) FROM schema_migrations WHERE version = $1";
const NOTE: &str = "INSERT INTO schema_migrations (version) VALUES ($1)";
/// Two processes that start at once: the second waits and then finds everything done.
const ONE_AT_A_TIME: &str = "SELECT pg_advisory_xact_lock(7300117)";

macro_rules! apply {
    ($pool:expr, $begin:literal, $first:expr, $dialect:expr) => {{
        let mut connection = $pool.acquire().await?;
        for (version, text) in MIGRATIONS {
            let mut tx = connection.begin_with($begin).await?;
            if let Some(first) = $first {
                tx.execute(first).await?;
            }
            tx.execute(BOOKS).await?;
            let known: i64 = sqlx::query_scalar(KNOWN).bind(version).fetch_one(&mut *tx).await?;
            if known == 0 {
                // Safe: the text is ours, compiled in.
                let text = AssertSqlSafe($dialect.migration(text));
                sqlx::raw_sql(text).execute(&mut *tx).await?;
                sqlx::query(NOTE).bind(version).execute(&mut *tx).await?;
            }
            tx.commit().await?;
        }
        Ok(())
    }};
}

impl Db {
    pub(super) async fn migrate(&self) -> Result<(), DbError> {
        match &self.pools {
            Pools::Sqlite { write, .. } => apply!(write, "BEGIN IMMEDIATE", None::<&'static str>, Dialect::Sqlite),
            Pools::Postgres { write, .. } => apply!(write, "BEGIN", Some(ONE_AT_A_TIME), Dialect::Postgres),
        }
    }
}
