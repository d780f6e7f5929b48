//! One company with four people, a clock that the test moves, a worker and a real mail server, on either database.
use sha2::{Digest, Sha256};
use sqlx::{AssertSqlSafe, raw_sql};
use sqlx_postgres::{PgPool, PgPoolOptions};
use sqlx_sqlite::{SqlitePool, SqlitePoolOptions};
use std::time::{Duration, Instant};
use subscription_center::app::{App, Profile};
use subscription_center::auth::asked_mail::{RequestMail, Wanted};
use subscription_center::change_sets::undo::{UndoChangeSet, Undone};
use subscription_center::coordinators::assign::{AssignCoordinator, Input, Outcome};
use subscription_center::db::Db;
use subscription_center::ids::{ChangeSetKey, ContractNumber};
use subscription_center::installation::go_live;
use subscription_center::jobs::worker;
use subscription_center::mail::Transport;
use subscription_center::operation::Terms;
use subscription_center::policy::Actor;
use subscription_center::time::Clock;
use testkit::mail::{Mail, Sink};
use testkit::product::{Engine, Product};
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub const CONTRACT: &str = "110448270013";
pub const BASE: &str = "https://subscriptions.example.com";
/// A little more than the hold.
pub const HOLD: i64 = 61_000;

enum Raw {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

pub struct Office {
    pub product: Product,
    pub app: App,
    pub sink: Sink,
    raw: Raw,
    work: Option<(JoinHandle<()>, watch::Sender<bool>)>,
}

impl Office {
    /// Nothing is sent yet: neither live nor working.
    pub async fn open(engine: Engine, demo: bool) -> Self {
        Self::open_in(engine, demo, jiff::tz::TimeZone::UTC).await
    }

    /// As [`Office::open`], of a vendor in another zone.
    pub async fn open_in(engine: Engine, demo: bool, zone: jiff::tz::TimeZone) -> Self {
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
            vendor: "Ridgeline Software".to_owned(),
            phone: "+1 555 0100".to_owned(),
            contact_email: "help@ridgeline.example".to_owned(),
            demo,
        };
        let clock = Clock::new(zone, Some(product.clock.file().to_owned()));
        let app = App::new(db, clock, profile);
        let directory = product.path("sink");
        std::fs::create_dir_all(&directory).unwrap();
        let sink = Sink::start(&directory);
        let office = Self { product, app, sink, raw, work: None };
        office.exec(include_str!("seed.sql")).await;
        if engine == Engine::Postgres {
            for table in ["people", "contracts", "assets", "asset_groups"] {
                office.exec(&format!("SELECT setval(pg_get_serial_sequence('{table}', 'id'), 1000)")).await;
            }
        }
        office.token("elena", 1).await;
        office
    }

    /// An API token that is called as somebody, for that person.
    pub async fn token(&self, name: &str, person: i64) {
        let hash = hex(name);
        let hash = if self.product.engine == Engine::Sqlite { format!("X'{hash}'") } else { format!("'\\x{hash}'") };
        self.exec(&format!(
            "INSERT INTO tokens (hash, person_id, name, created_at, expires_at) VALUES ({hash}, {person}, 't', 1, 9000000000000)"
        ))
        .await;
    }

    pub fn to_sink(&self) -> Transport {
        Transport::from_address(&self.sink.url()).unwrap()
    }

    pub fn begin_work(&mut self, transport: Transport) {
        let (stop, stopped) = watch::channel(false);
        self.work = Some((tokio::spawn(worker::work(self.app.clone(), transport, stopped)), stop));
    }

    /// Tells the worker to stop; it must end soon.
    pub async fn end_work(&mut self) {
        let (work, stop) = self.work.take().unwrap();
        stop.send(true).unwrap();
        tokio::time::timeout(Duration::from_secs(10), work).await.expect("the worker stops").unwrap();
    }

    pub async fn go_live(&self) -> bool {
        go_live::run(&self.app).await.unwrap()
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

    pub async fn texts(&self, text: &str) -> Vec<String> {
        let text = AssertSqlSafe(text.to_owned());
        match &self.raw {
            Raw::Sqlite(p) => sqlx::query_scalar(text).fetch_all(p).await.unwrap(),
            Raw::Postgres(p) => sqlx::query_scalar(text).fetch_all(p).await.unwrap(),
        }
    }

    /// Another process of the same installation.
    pub async fn another(&self) -> App {
        let db = Db::open(self.product.database()).await.unwrap();
        App::new(db, self.app.clock().clone(), self.app.profile().clone())
    }

    async fn jobs(&self) -> Vec<String> {
        let columns = "kind || ' ' || payload || ' ' || state || ' at ' || run_at || ', lease ' || lease || ' until '
            || COALESCE(leased_until, 0) || ', tried ' || attempts || ': ' || COALESCE(error, '')";
        let mut jobs = self.texts(&format!("SELECT {columns} FROM jobs ORDER BY id")).await;
        jobs.push(format!("it is {}", self.app.clock().now()));
        jobs
    }

    /// Waits until the statement counts so many.
    pub async fn until(&self, text: &str, expected: i64) {
        let began = Instant::now();
        loop {
            let found = self.number(text).await;
            if found == expected {
                return;
            }
            if began.elapsed() > Duration::from_secs(20) {
                panic!("{text}: {found}, expected {expected}; jobs: {:#?}", self.jobs().await);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits until there is no job left that is due.
    pub async fn idle(&self) {
        let began = Instant::now();
        loop {
            // Read anew each time: what a job enqueues is due, too.
            let now = self.app.clock().now();
            let due =
                format!("SELECT COUNT(*) FROM jobs WHERE state = 'running' OR (state = 'waiting' AND run_at <= {now})");
            if self.number(&due).await == 0 {
                return;
            }
            if began.elapsed() > Duration::from_secs(20) {
                panic!("there are still jobs: {:#?}", self.jobs().await);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Past the hold, and until all that is due was done.
    pub async fn later(&self) {
        self.product.clock.advance_ms(HOLD);
        self.app.wake();
        self.idle().await;
    }

    /// Elena assigns on the contract: the body of the API.
    pub async fn assign(&self, body: serde_json::Value) -> Outcome {
        let input: Input = serde_json::from_value(body).unwrap();
        let assign = AssignCoordinator { contract: ContractNumber(CONTRACT.to_owned()), input };
        self.app.run(Actor::bearer("elena"), assign, Terms::default()).await.unwrap()
    }

    pub async fn undo(&self, outcome: &Outcome) -> Undone {
        self.undo_of(outcome.change_set.as_deref().unwrap()).await
    }

    pub async fn undo_of(&self, set: &str) -> Undone {
        let key = ChangeSetKey(set.to_owned());
        self.app.run(Actor::bearer("elena"), UndoChangeSet { change_set: key }, Terms::default()).await.unwrap()
    }

    pub async fn ask_to_sign_in(&self, email: &str) {
        self.app
            .run(Actor::anonymous(), RequestMail { email: email.to_owned(), wanted: Wanted::SignIn }, Terms::default())
            .await
            .unwrap();
        self.app.wake();
    }

    /// What arrived since then, sorted by whom it reached: several leave at once.
    pub fn since(&self, before: usize) -> Vec<Mail> {
        let mut mails = self.sink.mails().split_off(before);
        mails.sort_by(|a, b| (&a.to, &a.subject).cmp(&(&b.to, &b.subject)));
        mails
    }
}

/// To whom the mails went, and what they are called.
pub fn heads(mails: &[Mail]) -> Vec<(&str, &str)> {
    mails.iter().map(|m| (m.to[0].split('@').next().unwrap(), m.subject.as_str())).collect()
}

/// The secret of the one link in a mail.
pub fn secret<'a>(text: &'a str, path: &str) -> &'a str {
    let found: Vec<&str> = text.matches(&format!("{BASE}{path}")).collect();
    assert_eq!(found.len(), 1, "{path} in {text}");
    let rest = text.split_once(&format!("{BASE}{path}")).unwrap().1;
    rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_').next().unwrap()
}

pub fn hex(secret: &str) -> String {
    Sha256::digest(secret).iter().map(|b| format!("{b:02x}")).collect()
}
