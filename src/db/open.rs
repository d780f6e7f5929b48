//! How the pools are set up: one writer and several readers on SQLite, two pools on PostgreSQL.
use super::{DbError, Pools};
use sqlx::pool::PoolOptions;
use sqlx::{ConnectOptions, Database};
use sqlx_postgres::{PgConnectOptions, PgPoolOptions};
use sqlx_sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use std::time::Duration;

const READERS: u32 = 8;
const PG_WRITERS: u32 = 16;
/// How long a writer waits for another one before the request is answered 503.
const PATIENCE: Duration = Duration::from_secs(10);
const STATEMENTS: usize = 300;

/// Without the pool's own upkeep. In sqlx 0.9.0 its first round counts idle connections while they are being given back; the
/// count may be one below zero then, which is read as 2^64, and the round never ends: it holds one of the runtime's threads,
/// and at times the only writer, for good. Seen as requests and shutdowns that hang, about once in a thousand starts.
fn unattended<DB: Database>(options: PoolOptions<DB>) -> PoolOptions<DB> {
    options.max_lifetime(None).idle_timeout(None)
}

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
    let write = unattended(SqlitePoolOptions::new())
        .max_connections(1)
        .acquire_timeout(PATIENCE)
        .connect_with(options.clone().create_if_missing(true))
        .await?;
    let read = unattended(SqlitePoolOptions::new())
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
    let write = unattended(PgPoolOptions::new())
        .max_connections(PG_WRITERS)
        .acquire_timeout(PATIENCE)
        .connect_with(options.clone().options([("synchronous_commit", "on"), ("lock_timeout", &patience)]))
        .await?;
    let read_only = [("default_transaction_read_only", "on")];
    let read = unattended(PgPoolOptions::new())
        .max_connections(READERS)
        .acquire_timeout(PATIENCE)
        .test_before_acquire(false)
        .connect_with(options.options(read_only))
        .await?;
    Ok(Pools::Postgres { write, read })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn no_pool_has_an_upkeep_of_its_own() {
        let directory = std::env::temp_dir().join(crate::auth::secret::handle());
        let pools = sqlite(directory.join("x.db").to_str().unwrap()).await.unwrap();
        let Pools::Sqlite { write, read } = pools else { panic!("SQLite was asked for") };
        for pool in [&write, &read] {
            assert_eq!((pool.options().get_max_lifetime(), pool.options().get_idle_timeout()), (None, None));
        }
        let postgres = unattended(PgPoolOptions::new());
        assert_eq!((postgres.get_max_lifetime(), postgres.get_idle_timeout()), (None, None));
        drop((write, read));
        std::fs::remove_dir_all(directory).unwrap();
    }
}
