//! A database of version 1, with what a vendor's import, coordinators, dated assignments and users leave in it, is opened by the
//! product: everything is still there, and the schema is that of a new one. A process that is killed while it migrates leaves
//! one of the versions on the way, whole.
mod raw;
use raw::Raw;
use serde_json::json;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use subscription_center::db::Db;
use testkit::product::{Engine, Product};
use testkit::world::{self, World};

/// The first one, which made the tables of version 1.
const FIRST: &str = include_str!("../migrations/0001_init.sql");

/// Tables of version 1 in an order in which each refers to earlier ones only.
fn tables() -> Vec<&'static str> {
    FIRST
        .lines()
        .filter_map(|line| line.strip_prefix("CREATE TABLE "))
        .map(|rest| rest.trim_end_matches(" ("))
        .collect()
}

/// What two years of use leave: everything that was imported, coordinators of all levels, dated ones, named users, an undo.
fn lived_in(engine: Engine, world: &World) -> Product {
    let product = Product::new(engine);
    world.write(&product.path("world"));
    product.import(&product.path("world")).ok();
    let server = product.serve();
    let api = product.api(&server, &world.people[0].email);
    let number = &world.contracts[0].number;
    let (assign, name) =
        (format!("/api/v1/contracts/{number}/coordinator-assignments"), format!("/api/v1/contracts/{number}/users"));
    let email = |n: usize| world.people[n].email.clone();
    let serial = |n: usize| world.assets[n].serial.clone();
    let day = |days: i64| (product.clock.today() + jiff::Span::new().days(days)).to_string();
    let to = json!({"serial_numbers": [serial(0), serial(1)]});
    for body in [
        json!({"coordinator": {"email": email(5)}, "to": to, "may_name_users": true}),
        json!({"coordinator": {"email": email(6)}, "to": to, "from": day(0), "until": day(2)}),
        json!({"coordinator": {"email": email(7)}, "to": to, "from": day(9), "until": day(12)}),
        json!({"coordinator": {"email": email(3)}, "to": {"whole_contract": true, "overrides": "keep"}}),
    ] {
        api.post(&assign, &body).ok();
    }
    let users = json!({"users": [{"email": email(8), "serial_numbers": [serial(2)]}, {"email": email(7), "grants": ["releases"]}]});
    let named = api.post(&name, &users).ok().change_set();
    api.post(&format!("/api/v1/change-sets/{named}/undo"), &json!({})).ok();
    api.post(&name, &users).ok();
    api.post(&format!("{name}/end"), &json!({"emails": [email(7)]})).ok();
    // One dated assignment has ended by then.
    product.clock.advance_days(3);
    api.get(&format!("/api/v1/assets/{}", serial(0))).ok();
    server.stop();
    product
}

/// A database that knows the first migration only, with all rows of another that version 1 could hold.
async fn version_1(source: &Product) -> Product {
    let product = Product::new(source.engine);
    let fresh = Db::open(source.database()).await.unwrap();
    let text = fresh.dialect().migration(FIRST);
    fresh.close().await;
    let (from, to) = (Raw::open(source).await, Raw::open(&product).await);
    to.exec("CREATE TABLE schema_migrations (version BIGINT NOT NULL PRIMARY KEY)").await;
    to.exec("INSERT INTO schema_migrations VALUES (1)").await;
    to.exec(&text).await;
    to.take_rows(&from, source.database(), &tables()).await;
    to.close().await;
    from.close().await;
    product
}

fn exported(product: &Product) -> BTreeMap<String, String> {
    let directory = product.export("export");
    let read = |entry: std::io::Result<std::fs::DirEntry>| {
        let entry = entry.unwrap();
        (entry.file_name().into_string().unwrap(), std::fs::read_to_string(entry.path()).unwrap())
    };
    std::fs::read_dir(directory).unwrap().map(read).collect()
}

/// What the columns of version 1 hold.
async fn rows(product: &Product, columns: &BTreeMap<String, Vec<String>>) -> BTreeMap<String, Vec<String>> {
    let raw = Raw::open(product).await;
    let mut rows = BTreeMap::new();
    for (table, columns) in columns {
        rows.insert(table.clone(), raw.rows(table, columns).await);
    }
    raw.close().await;
    rows
}

async fn schema(product: &Product) -> Vec<String> {
    let raw = Raw::open(product).await;
    let schema = raw.schema().await;
    raw.close().await;
    schema
}

async fn a_database_of_version_1_keeps_everything(engine: Engine) {
    let world = world::small();
    let source = lived_in(engine, &world);
    let (before, old) = (exported(&source), version_1(&source).await);
    let raw = Raw::open(&old).await;
    let columns = raw.columns(&tables()).await;
    raw.close().await;
    let held = rows(&old, &columns).await;
    for table in [
        "accounts",
        "people",
        "memberships",
        "contracts",
        "assets",
        "entries",
        "entry_assets",
        "covers",
        "spans",
        "naming_rights",
        "change_set_items",
        "audit_events",
    ] {
        assert!(!held[table].is_empty(), "{table}: nothing to keep");
    }
    assert!(schema(&old).await != schema(&source).await, "version 1 has another schema");

    old.run(&["migrate"]).ok();
    old.clock.advance_days(3);
    old.check();
    let raw = Raw::open(&old).await;
    assert_eq!(raw.broken_keys().await, Vec::<String>::new());
    raw.close().await;
    assert_eq!(schema(&old).await, fresh(engine).await);
    let kept = rows(&old, &columns).await;
    for (table, rows) in &held {
        assert_eq!(&kept[table], rows, "{table}");
    }
    assert_eq!(exported(&old), before);
    // And it is in use again: the same answers, and new rows get numbers of their own.
    let server = old.serve();
    let api = old.api(&server, &world.people[0].email);
    let users = json!({"users": [{"email": "after@the.example", "first_name": "Af", "last_name": "Ter"}]});
    api.post(&format!("/api/v1/contracts/{}/users", world.contracts[0].number), &users).ok();
    server.stop();
    old.check();
    let count: usize = held.values().map(Vec::len).sum();
    println!("{engine:?}: {count} rows of {} tables kept", held.len());
}

/// A new database.
async fn fresh(engine: Engine) -> Vec<String> {
    let product = Product::new(engine);
    product.run(&["migrate"]).ok();
    schema(&product).await
}

const KILLS: u32 = 24;

async fn a_kill_leaves_old_or_new(engine: Engine) {
    let world = world::small();
    let old = version_1(&lived_in(engine, &world)).await;
    let new = fresh(engine).await;
    // How long it takes when nobody interferes, and what the schema is after each step.
    let whole = Raw::copy(&old).await;
    let began = Instant::now();
    whole.run(&["migrate"]).ok();
    let (takes, expected) = (began.elapsed(), exported(&whole));
    let mut seen: BTreeMap<i64, Vec<String>> = BTreeMap::from([(1, schema(&old).await)]);
    let mut stopped: BTreeMap<i64, u32> = BTreeMap::new();
    for n in 0..KILLS {
        let copy = Raw::copy(&old).await;
        // From the first moment to a little after the end; a random part, so that runs differ.
        let part = (f64::from(n) + rand::random::<f64>()) / f64::from(KILLS);
        let mut child = copy.spawn(&["migrate"]);
        tokio::time::sleep(takes.mul_f64(part * 1.1).max(Duration::from_micros(100))).await;
        child.kill().unwrap();
        child.wait().unwrap();
        let raw = Raw::open(&copy).await;
        raw.quiet().await;
        let versions = raw.versions().await;
        raw.close().await;
        let last = i64::try_from(versions.len()).unwrap();
        assert_eq!(versions, (1..=last).collect::<Vec<_>>(), "one after the other");
        // Two that stopped at the same version have the same schema: nothing of the next step is there.
        let now = schema(&copy).await;
        assert_eq!(seen.entry(last).or_insert_with(|| now.clone()), &now, "torn at version {last}");
        *stopped.entry(last).or_default() += 1;
        copy.run(&["migrate"]).ok();
        assert_eq!(schema(&copy).await, new);
        let raw = Raw::open(&copy).await;
        assert_eq!(raw.broken_keys().await, Vec::<String>::new());
        raw.close().await;
        copy.clock.advance_days(3);
        copy.check();
        assert_eq!(exported(&copy), expected);
    }
    println!("{engine:?}: {KILLS} kills within {takes:?} left these versions, how often: {stopped:?}");
    assert!(stopped.len() > 1, "each kill came too late or too early to show anything: {stopped:?}");
}

macro_rules! on_both {
    ($($name:ident)*) => {$(
        mod $name {
            #[tokio::test(flavor = "multi_thread")]
            async fn on_sqlite() {
                super::$name(super::Engine::Sqlite).await
            }
            #[tokio::test(flavor = "multi_thread")]
            async fn on_postgres() {
                super::$name(super::Engine::Postgres).await
            }
        }
    )*};
}
on_both!(a_database_of_version_1_keeps_everything a_kill_leaves_old_or_new);
