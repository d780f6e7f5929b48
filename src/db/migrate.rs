//! Migrations: numbered texts, each applied once, each in a transaction of its own. A kill leaves the old or the new schema.
use super::{Db, DbError, Dialect, Pools};
use sqlx::{AssertSqlSafe, Connection, Executor};

/// A text for each of the two databases; most have one for both.
struct Migration {
    version: i64,
    sqlite: &'static str,
    postgres: &'static str,
}

macro_rules! both {
    ($version:literal, $file:literal) => {
        Migration { version: $version, sqlite: include_str!($file), postgres: include_str!($file) }
    };
}

/// All migrations in their order. A landed one is never edited.
const MIGRATIONS: &[Migration] = &[
    both!(1, "../../migrations/0001_init.sql"),
    both!(2, "../../migrations/0002_users.sql"),
    both!(3, "../../migrations/0003_sign_in.sql"),
    both!(4, "../../migrations/0004_profile.sql"),
    both!(5, "../../migrations/0005_oidc.sql"),
    Migration {
        version: 6,
        sqlite: include_str!("../../migrations/0006_history.sqlite.sql"),
        postgres: include_str!("../../migrations/0006_history.postgres.sql"),
    },
    both!(7, "../../migrations/0007_console.sql"),
    both!(8, "../../migrations/0008_welcome.sql"),
    both!(9, "../../migrations/0009_adoptions.sql"),
    both!(10, "../../migrations/0010_joins_and_factors.sql"),
    Migration {
        version: 11,
        sqlite: include_str!("../../migrations/0011_companies.sqlite.sql"),
        postgres: include_str!("../../migrations/0011_companies.postgres.sql"),
    },
    both!(12, "../../migrations/0012_releases.sql"),
    both!(13, "../../migrations/0013_renewals.sql"),
    both!(14, "../../migrations/0014_notices.sql"),
    both!(15, "../../migrations/0015_shipments.sql"),
    both!(16, "../../migrations/0016_last_visit.sql"),
];

const BOOKS: &str = "CREATE TABLE IF NOT EXISTS schema_migrations (version BIGINT NOT NULL PRIMARY KEY)";
const KNOWN: &str = "SELECT COUNT(*) FROM schema_migrations WHERE version = $1";
const NOTE: &str = "INSERT INTO schema_migrations (version) VALUES ($1)";
/// Two processes that start at once: the second waits and then finds everything done.
const ONE_AT_A_TIME: &str = "SELECT pg_advisory_xact_lock(7300117)";

macro_rules! apply {
    ($pool:expr, $begin:literal, $first:expr, $dialect:expr, $text:ident) => {{
        let mut connection = $pool.acquire().await?;
        for Migration { version, $text: text, .. } in MIGRATIONS {
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
    }};
}

impl Db {
    pub(super) async fn migrate(&self) -> Result<(), DbError> {
        match &self.pools {
            // A table that is made anew is dropped first, which must not be taken for the end of its rows. Off and on again
            // outside of a transaction, where alone that counts; what is wrong afterwards, `check` finds.
            Pools::Sqlite { write, .. } => {
                write.acquire().await?.execute("PRAGMA foreign_keys = OFF").await?;
                apply!(write, "BEGIN IMMEDIATE", None::<&'static str>, Dialect::Sqlite, sqlite);
                write.acquire().await?.execute("PRAGMA foreign_keys = ON").await?;
            }
            Pools::Postgres { write, .. } => apply!(write, "BEGIN", Some(ONE_AT_A_TIME), Dialect::Postgres, postgres),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sqlx::Row;
    use sqlx_sqlite::SqliteConnection;

    /// Whoever waited to join, or was answered, before that was a request like others.
    #[tokio::test]
    async fn joins_become_requests() {
        let mut db = SqliteConnection::connect("sqlite::memory:").await.unwrap();
        for Migration { version, sqlite, .. } in MIGRATIONS {
            if *version == 10 {
                let rows = "PRAGMA foreign_keys = OFF;
                    INSERT INTO oidc_joins (id, handle, account_id, person_id, outcome, asked_at, decided_at, decided_by) VALUES
                        (1, 'a', 1, 5, 'waiting', 7, NULL, NULL), (2, 'b', 1, 6, 'declined', 7, 8, 2),
                        (3, 'c', 1, 7, 'approved', 7, 8, 2), (4, 'd', 1, 8, 'at_once', 7, NULL, NULL);";
                sqlx::raw_sql(rows).execute(&mut db).await.unwrap();
            }
            sqlx::raw_sql(AssertSqlSafe(Dialect::Sqlite.migration(sqlite))).execute(&mut db).await.unwrap();
        }
        let all = "SELECT handle || ' ' || kind || ' ' || person_id || ' ' || COALESCE(decision, '-') || ' '
            || COALESCE(decided_by, '-') AS row FROM access_requests ORDER BY id";
        let all = sqlx::query(all).fetch_all(&mut db).await.unwrap();
        let all: Vec<String> = all.iter().map(|row| row.get("row")).collect();
        assert_eq!(all, ["a join 5 - -", "b join 6 declined 2", "c join 7 granted 2", "d join 8 granted -"]);
    }
}
