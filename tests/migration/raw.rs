//! A connection behind the product's back, on either database: its rows, its schema, its keys.
use sqlx::{AssertSqlSafe, raw_sql};
use sqlx_postgres::PgPool;
use sqlx_sqlite::SqlitePool;
use std::collections::BTreeMap;
use testkit::product::{Engine, Product};

pub enum Raw {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

/// The tables that SQLite keeps for itself are no part of the schema.
const SQLITE_SCHEMA: &str = "SELECT type || ' ' || name || ' ' || COALESCE(sql, '') FROM sqlite_schema
    WHERE name NOT LIKE 'sqlite_%' ORDER BY 1";
const POSTGRES_SCHEMA: &str =
    "SELECT 'column ' || table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' '
        || COALESCE(column_default, '') || ' ' || COALESCE(collation_name, '') || ' ' || is_identity
    FROM information_schema.columns WHERE table_schema = 'public'
    UNION ALL SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT 'constraint ' || conrelid::regclass || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace AND contype <> 'n'
    ORDER BY 1";
/// PostgreSQL does not let a key be broken; what is left to ask is whether each is in force.
const UNPROVEN: &str = "SELECT conname::text FROM pg_constraint WHERE contype = 'f' AND NOT convalidated";

impl Raw {
    pub async fn open(product: &Product) -> Raw {
        match product.engine {
            Engine::Sqlite => {
                let options = product.database().parse::<sqlx_sqlite::SqliteConnectOptions>().unwrap();
                let one = sqlx_sqlite::SqlitePoolOptions::new().max_connections(1);
                Raw::Sqlite(one.connect_with(options.create_if_missing(true)).await.unwrap())
            }
            Engine::Postgres => {
                let one = sqlx_postgres::PgPoolOptions::new().max_connections(1);
                Raw::Postgres(one.connect(product.database()).await.unwrap())
            }
        }
    }

    /// After a kill: the server may still be at what the dead process asked of it last.
    pub async fn quiet(&self) {
        let Raw::Postgres(pool) = self else { return };
        let others =
            "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
            AND backend_type = 'client backend'";
        for _ in 0..1_000 {
            let others: i64 = sqlx::query_scalar(others).fetch_one(pool).await.unwrap();
            if others == 0 {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        panic!("the killed process is still connected");
    }

    pub async fn close(self) {
        match self {
            Raw::Sqlite(pool) => pool.close().await,
            Raw::Postgres(pool) => pool.close().await,
        }
    }

    pub async fn exec(&self, text: &str) {
        let text = AssertSqlSafe(text.to_owned());
        match self {
            Raw::Sqlite(pool) => drop(raw_sql(text).execute(pool).await.unwrap()),
            Raw::Postgres(pool) => drop(raw_sql(text).execute(pool).await.unwrap()),
        }
    }

    async fn texts(&self, text: &str) -> Vec<String> {
        let text = AssertSqlSafe(text.to_owned());
        match self {
            Raw::Sqlite(pool) => sqlx::query_scalar(text).fetch_all(pool).await.unwrap(),
            Raw::Postgres(pool) => sqlx::query_scalar(text).fetch_all(pool).await.unwrap(),
        }
    }

    pub async fn schema(&self) -> Vec<String> {
        let text = match self {
            Raw::Sqlite(_) => SQLITE_SCHEMA,
            Raw::Postgres(_) => POSTGRES_SCHEMA,
        };
        self.texts(text).await
    }

    pub async fn versions(&self) -> Vec<i64> {
        let text = "SELECT version FROM schema_migrations ORDER BY version";
        match self {
            Raw::Sqlite(pool) => sqlx::query_scalar(text).fetch_all(pool).await.unwrap(),
            Raw::Postgres(pool) => sqlx::query_scalar(text).fetch_all(pool).await.unwrap(),
        }
    }

    pub async fn broken_keys(&self) -> Vec<String> {
        let text = match self {
            Raw::Sqlite(_) => "SELECT \"table\" || ' ' || COALESCE(rowid, 0) FROM pragma_foreign_key_check",
            Raw::Postgres(_) => UNPROVEN,
        };
        self.texts(text).await
    }

    pub async fn columns(&self, tables: &[&str]) -> BTreeMap<String, Vec<String>> {
        let mut columns = BTreeMap::new();
        for table in tables {
            let text = match self {
                Raw::Sqlite(_) => format!("SELECT name FROM pragma_table_info('{table}') ORDER BY cid"),
                Raw::Postgres(_) => format!(
                    "SELECT column_name::text FROM information_schema.columns WHERE table_name = '{table}' ORDER BY ordinal_position"
                ),
            };
            columns.insert((*table).to_owned(), self.texts(&text).await);
        }
        columns
    }

    pub async fn rows(&self, table: &str, columns: &[String]) -> Vec<String> {
        let text = match self {
            Raw::Sqlite(_) => {
                let quoted: Vec<String> = columns.iter().map(|column| format!("quote({column})")).collect();
                format!("SELECT {} FROM {table} ORDER BY 1", quoted.join(" || ',' || "))
            }
            Raw::Postgres(_) => format!("SELECT ROW({})::text FROM {table} ORDER BY 1", columns.join(", ")),
        };
        self.texts(&text).await
    }

    /// Copies what the columns here can hold.
    pub async fn take_rows(&self, from: &Raw, address: &str, tables: &[&str]) {
        let columns = self.columns(tables).await;
        if let Raw::Sqlite(_) = self {
            self.exec(&format!("ATTACH '{}' AS source", address.trim_start_matches("sqlite:"))).await;
        }
        for table in tables {
            let list = columns[*table].join(", ");
            match self {
                Raw::Sqlite(_) => {
                    self.exec(&format!("INSERT INTO main.{table} ({list}) SELECT {list} FROM source.{table}")).await;
                }
                Raw::Postgres(pool) => {
                    let rows = format!("SELECT COALESCE(json_agg(t), '[]')::text FROM (SELECT {list} FROM {table}) t");
                    let rows = from.texts(&rows).await.swap_remove(0);
                    let text = format!(
                        "INSERT INTO {table} ({list}) SELECT {list} FROM json_populate_recordset(NULL::{table}, $1::json)"
                    );
                    sqlx::query(AssertSqlSafe(text)).bind(rows).execute(pool).await.unwrap();
                    if columns[*table].iter().any(|column| column == "id") {
                        self.exec(&format!(
                            "SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT COALESCE(MAX(id), 1) FROM {table}))"
                        ))
                        .await;
                    }
                }
            }
        }
    }

    /// Another installation with the same database; nobody may be connected to it.
    pub async fn copy(product: &Product) -> Product {
        let copy = Product::new(product.engine);
        match product.engine {
            Engine::Sqlite => {
                let [from, to] = [product, &copy].map(|p| p.database().trim_start_matches("sqlite:").to_owned());
                std::fs::copy(from, to).unwrap();
            }
            Engine::Postgres => {
                let server = PgPool::connect(&std::env::var("TEST_POSTGRES").unwrap()).await.unwrap();
                let [from, to] = [product, &copy]
                    .map(|p| p.database().split('?').next().and_then(|url| url.rsplit('/').next()).unwrap().to_owned());
                for text in [format!("DROP DATABASE {to}"), format!("CREATE DATABASE {to} TEMPLATE {from}")] {
                    raw_sql(AssertSqlSafe(text)).execute(&server).await.unwrap();
                }
                server.close().await;
            }
        }
        copy
    }
}
