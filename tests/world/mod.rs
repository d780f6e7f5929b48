//! A small world with one person for each thing that somebody can be to a contract, on either database. The tests look behind
//! the product through a connection of their own.
use axum::body::Body;
use axum::http::{Request, header};
use http_body_util::BodyExt;
use sha2::{Digest, Sha256};
use sqlx::{AssertSqlSafe, Row, raw_sql};
use sqlx_postgres::{PgPool, PgPoolOptions};
use sqlx_sqlite::{SqlitePool, SqlitePoolOptions};
use subscription_center::app::{App, Profile};
use subscription_center::db::Db;
use subscription_center::files::Files;
use subscription_center::files::signing::VendorKey;
use subscription_center::time::Clock;
use subscription_center::web;
use testkit::product::{Engine, Product};
use tower::ServiceExt;

/// Runs each test on both databases.
#[allow(unused_macros, reason = "each test binary uses its part")]
macro_rules! on_both {
    ($($name:ident)*) => {$(
        mod $name {
            use super::*;
            #[tokio::test(flavor = "multi_thread")]
            async fn on_sqlite() {
                super::$name(World::seeded(Engine::Sqlite).await).await
            }
            #[tokio::test(flavor = "multi_thread")]
            async fn on_postgres() {
                super::$name(World::seeded(Engine::Postgres).await).await
            }
        }
    )*};
}

const SEED: &str = include_str!("seed.sql");
/// Links and origins begin with this.
pub const BASE: &str = "http://127.0.0.1:8080";

enum Raw {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

pub struct World {
    pub app: App,
    pub router: axum::Router,
    raw: Raw,
    product: std::sync::Mutex<Product>,
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: axum::http::HeaderMap,
    pub body: String,
}

impl World {
    pub async fn seeded(engine: Engine) -> World {
        let product = Product::new(engine);
        let db = Db::open(product.database()).await.unwrap();
        let raw = match engine {
            Engine::Sqlite => Raw::Sqlite(
                SqlitePoolOptions::new()
                    .max_lifetime(None)
                    .idle_timeout(None)
                    .connect(product.database())
                    .await
                    .unwrap(),
            ),
            Engine::Postgres => Raw::Postgres(
                PgPoolOptions::new().max_lifetime(None).idle_timeout(None).connect(product.database()).await.unwrap(),
            ),
        };
        let profile = Profile {
            base_url: BASE.to_owned(),
            vendor: "Vendor".to_owned(),
            phone: "+1 555 0100".to_owned(),
            contact_email: "help@vendor.example".to_owned(),
            demo: true,
        };
        let app = App::new(db, Clock::new(jiff::tz::TimeZone::UTC, None), profile);
        let files = Files::open(&format!("file:{}", product.path("files").display()), false).unwrap();
        app.keep_files(files, VendorKey::read_or_make(&product.path("signing.key")).unwrap());
        let router = web::router(app.clone());
        let world = World { app, router, raw, product: std::sync::Mutex::new(product) };
        world.exec(SEED).await;
        if engine == Engine::Postgres {
            // The seed names its ids; the next ones come after them.
            for table in [
                "accounts",
                "people",
                "products",
                "contracts",
                "assets",
                "entries",
                "change_sets",
                "demo_mails",
                "releases",
                "artifacts",
                "shipments",
            ] {
                world.exec(&format!("SELECT setval(pg_get_serial_sequence('{table}', 'id'), 1000)")).await;
            }
        }
        world.sign_everybody_in().await;
        world
    }

    /// A directory for files; gone afterwards.
    pub fn directory(&self, name: &str) -> std::path::PathBuf {
        let path = self.product.lock().unwrap().path(name);
        std::fs::create_dir(&path).unwrap();
        path
    }

    /// Person n has the session and the token "n".
    pub async fn sign_everybody_in(&self) {
        for n in (1..=14).chain(21..=25) {
            self.sign_in(n).await;
        }
    }

    /// The hash of a secret, as a literal of this database.
    pub fn hashed(&self, secret: &str) -> String {
        let hash = Sha256::digest(secret).iter().map(|b| format!("{b:02x}")).collect::<String>();
        match &self.raw {
            Raw::Sqlite(_) => format!("X'{hash}'"),
            Raw::Postgres(_) => format!("'\\x{hash}'"),
        }
    }

    pub async fn sign_in(&self, n: i64) {
        let hash = self.hashed(&n.to_string());
        self.exec(&format!(
            "INSERT INTO sessions (hash, person_id, created_at, expires_at, strong, fresh_at) VALUES ({hash}, {n}, 1, 9000000000000, TRUE, 9000000000000) ON CONFLICT DO NOTHING;
             INSERT INTO tokens (hash, person_id, name, created_at, expires_at) VALUES ({hash}, {n}, 't', 1, 9000000000000) ON CONFLICT DO NOTHING;"
        ))
        .await;
    }

    pub async fn exec(&self, text: &str) {
        let text = AssertSqlSafe(text.to_owned());
        match &self.raw {
            Raw::Sqlite(p) => drop(raw_sql(text).execute(p).await.unwrap()),
            Raw::Postgres(p) => drop(raw_sql(text).execute(p).await.unwrap()),
        }
    }

    pub async fn number(&self, text: &str) -> i64 {
        let text = AssertSqlSafe(text.to_owned());
        match &self.raw {
            Raw::Sqlite(p) => sqlx::query_scalar(text).fetch_one(p).await.unwrap(),
            Raw::Postgres(p) => sqlx::query_scalar(text).fetch_one(p).await.unwrap(),
        }
    }

    /// A column of bytes in hexadecimal digits.
    pub fn hex(&self, column: &str) -> String {
        match &self.raw {
            Raw::Sqlite(_) => format!("lower(hex({column}))"),
            Raw::Postgres(_) => format!("encode({column}, 'hex')"),
        }
    }

    pub async fn texts(&self, text: &str) -> Vec<String> {
        let text = AssertSqlSafe(text.to_owned());
        match &self.raw {
            Raw::Sqlite(p) => sqlx::query_scalar(text).fetch_all(p).await.unwrap(),
            Raw::Postgres(p) => sqlx::query_scalar(text).fetch_all(p).await.unwrap(),
        }
    }

    /// The tables that have a column of that name.
    pub async fn tables_with(&self, column: &str) -> Vec<String> {
        self.texts(&match &self.raw {
            Raw::Sqlite(_) => format!(
                "SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) i WHERE m.type = 'table' AND i.name = '{column}' ORDER BY 1"
            ),
            Raw::Postgres(_) => format!(
                "SELECT table_name::text FROM information_schema.columns WHERE table_schema = 'public' AND column_name = '{column}' ORDER BY 1"
            ),
        })
        .await
    }

    /// A value of a BLOB, as this database writes it.
    pub fn blob(&self, bytes: &[u8]) -> String {
        let hex: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
        match &self.raw {
            Raw::Sqlite(_) => format!("X'{hex}'"),
            Raw::Postgres(_) => format!("'\\x{hex}'"),
        }
    }

    /// Exactly this request.
    pub async fn raw(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.ask(request.body(Body::from(body.to_owned())).unwrap()).await
    }

    async fn ask(&self, request: Request<Body>) -> Answer {
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        Answer { status, headers, body: String::from_utf8_lossy(&body).into_owned() }
    }

    /// A digest of every row of every table.
    pub async fn digest(&self) -> Vec<u8> {
        match &self.raw {
            Raw::Sqlite(_) => Sha256::digest(self.dump().await).to_vec(),
            // One round trip: the suite asks for thousands.
            Raw::Postgres(p) => {
                let tables = "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' ORDER BY 1";
                let tables: Vec<String> = sqlx::query_scalar(tables).fetch_all(p).await.unwrap();
                let of = |table: &String| format!("SELECT '{table}: ' || t::text AS x FROM {table} t");
                let all = tables.iter().map(of).collect::<Vec<_>>().join(" UNION ALL ");
                let all = format!("SELECT md5(COALESCE(string_agg(x, '|' ORDER BY x), '')) FROM ({all}) a");
                let digest: String = sqlx::query_scalar(AssertSqlSafe(all)).fetch_one(p).await.unwrap();
                digest.into_bytes()
            }
        }
    }

    /// Every row of every table.
    pub async fn dump(&self) -> String {
        let mut dump = String::new();
        match &self.raw {
            Raw::Sqlite(p) => {
                let tables = "SELECT m.name, group_concat('quote(' || i.name || ')', '||') FROM sqlite_master m
                    JOIN pragma_table_info(m.name) i WHERE m.type = 'table' GROUP BY m.name ORDER BY m.name";
                for row in sqlx::query(tables).fetch_all(p).await.unwrap() {
                    let (table, columns): (String, String) = (row.get(0), row.get(1));
                    let rows = AssertSqlSafe(format!("SELECT {columns} FROM {table} ORDER BY 1"));
                    let rows: Vec<String> = sqlx::query_scalar(rows).fetch_all(p).await.unwrap();
                    dump += &format!("{table}: {rows:?}\n");
                }
            }
            Raw::Postgres(p) => {
                let tables = "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' ORDER BY 1";
                let tables: Vec<String> = sqlx::query_scalar(tables).fetch_all(p).await.unwrap();
                for table in tables {
                    let rows = AssertSqlSafe(format!("SELECT t::text FROM {table} t ORDER BY 1"));
                    let rows: Vec<String> = sqlx::query_scalar(rows).fetch_all(p).await.unwrap();
                    dump += &format!("{table}: {rows:?}\n");
                }
            }
        }
        dump
    }

    /// `"GET /path"` as person `who` (0: nobody), by token for the API and by session for pages.
    pub async fn call(&self, who: i64, what: &str, body: &str) -> Answer {
        self.call_with(who, what, &[], body).await
    }

    pub async fn call_with(&self, who: i64, what: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let (method, path) = what.split_once(' ').unwrap();
        let api = path.starts_with("/api/");
        let mut request = Request::builder().method(method).uri(path);
        if who > 0 && api {
            request = request.header(header::AUTHORIZATION, format!("Bearer {who}"));
        } else if who > 0 {
            request = request.header(header::COOKIE, format!("session={who}"));
        }
        let mut body = body.to_owned();
        if method == "POST" && api {
            request = request.header(header::CONTENT_TYPE, "application/json");
        } else if method == "POST" {
            let session = if who > 0 { who.to_string() } else { "anonymous".to_owned() };
            let token = subscription_center::auth::secret::form_token(&session);
            body = format!("csrf={token}&{body}");
            request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.ask(request.body(Body::from(body)).unwrap()).await
    }
}
