//! How the pools are set up: one writer and several readers on SQLite, two pools on PostgreSQL.
use super::{DbError, Pools};
use sqlx::ConnectOptions;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use std::time::Duration;

const READERS: u32 = 8;
const PG_WRITERS: u32 = 16;
/// How long a writer waits for another one before the request is answered 503.
const PATIENCE: Duration = Duration::from_secs(10);
const STATEMENTS: usize = 300;

pub(super) async fn sqlite(path: &str) -> Result<Pools, DbError> {
    let file = std::path::Path::new(path.trim_start_matches("//"));
    if let Some(directory) = file.parent().filter(|d| !d.as_os_str().is_empty()) {
        std::fs::create_dir_all(directory).map_err(sqlx::Error::Io)?;
    }
    let options = SqliteConnectOptions::new()
        .filename(file)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .statement_cache_capacity(STATEMENTS)
        .busy_timeout(PATIENCE)
        .pragma("cache_size", "-16000")
        .disable_statement_logging();
    let write = SqlitePoolOptions::new()
        .max_connections(1)
        .acquire_timeout(PATIENCE)
        .connect_with(options.clone().create_if_missing(true))
        .await?;
    let read = SqlitePoolOptions::new()
        .max_connections(READERS)
        .acquire_timeout(PATIENCE)
        .test_before_acquire(false)
        .connect_with(options.read_only(true))
        .await?;
    Ok(Pools::Sqlite { write, read })
}

pub(super) async fn postgres(options: PgConnectOptions) -> Result<Pools, DbError> {
    let options = options.statement_cache_capacity(STATEMENTS).disable_statement_logging();
    let patience = PATIENCE.as_millis().to_string();
    let write = PgPoolOptions::new()
        .max_connections(PG_WRITERS)
        .acquire_timeout(PATIENCE)
        .connect_with(options.clone().options([("synchronous_commit", "on"), ("lock_timeout", &patience)]))
        .await?;
    let read_only = [("default_transaction_read_only", "on")];
    let read = PgPoolOptions::new()
        .max_connections(READERS)
        .acquire_timeout(PATIENCE)
        .test_before_acquire(false)
        .connect_with(options.options(read_only))
        .await?;
    Ok(Pools::Postgres { write, read })
}
