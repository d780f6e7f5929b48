//! Import, export and check in one process, on both databases. The commands themselves are tested in `testkit`.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test may panic")]
use std::path::{Path, PathBuf};
use std::time::Instant;
use subscription_center::app::{App, Profile};
use subscription_center::db::Db;
use subscription_center::imports::{self, Options, Report};
use subscription_center::installation::check;
use subscription_center::time::{Clock, zone};
use testkit::product::{Engine, Product, sample_data};
use testkit::table::Table;
use testkit::world;

struct Place {
    product: Product,
    app: App,
}

impl Place {
    async fn new(engine: Engine) -> Self {
        let product = Product::new(engine);
        let database = product.database().to_owned();
        Self::on(product, &database).await
    }

    async fn on(product: Product, database: &str) -> Self {
        let db = Db::open(database).await.unwrap();
        let clock = Clock::new(zone("UTC").unwrap(), Some(product.clock.file().to_owned()));
        let profile = Profile {
            base_url: "http://127.0.0.1:1".to_owned(),
            vendor: "Formwork".to_owned(),
            phone: String::new(),
            contact_email: String::new(),
            demo: false,
        };
        Self { product, app: App::new(db, clock, profile) }
    }

    async fn import(&self, options: Options) -> Report {
        imports::import(&self.app, options).await.unwrap()
    }

    async fn import_from(&self, path: &Path) -> Report {
        let report = self.import(Options { paths: vec![path.to_owned()], ..Options::default() }).await;
        assert_eq!(report.errors, [], "{path:?}");
        report
    }

    async fn export(&self, name: &str) -> PathBuf {
        let directory = self.product.path(name);
        imports::export(&self.app, &directory).await.unwrap();
        directory
    }

    async fn check(&self) {
        assert_eq!(check::check(&self.app).await.unwrap().violations, Vec::<String>::new());
    }
}

fn same(one: &Path, other: &Path) {
    for entry in std::fs::read_dir(one).unwrap() {
        let name = entry.unwrap().file_name();
        let texts = [one, other].map(|d| std::fs::read_to_string(d.join(&name)).unwrap());
        let lines = texts[0].lines().zip(texts[1].lines());
        let differing: Vec<_> = lines.filter(|(a, b)| a != b).take(3).collect();
        assert_eq!(differing, [], "{name:?}");
        assert!(texts[0] == texts[1], "{name:?}");
    }
}

async fn round_trip(engine: Engine) {
    let place = Place::new(engine).await;
    let began = Instant::now();
    let report = place.import_from(&sample_data()).await;
    println!("{engine:?}: {:?} in {:?}", report.added, began.elapsed());
    place.check().await;
    let once = place.export("once").await;
    let again = place.import_from(&sample_data()).await;
    assert_eq!((again.added.values().sum::<u64>(), again.updated.values().sum::<u64>()), (0, 0), "{again:?}");
    assert_eq!(again.differences, []);
    same(&once, &place.export("again").await);
    let other = Place::new(engine).await;
    other.import_from(&once).await;
    other.check().await;
    same(&once, &other.export("twice").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn round_trip_on_sqlite() {
    round_trip(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn round_trip_on_postgres() {
    round_trip(Engine::Postgres).await;
}

/// Changes one field of a copy of the small world, by the row's first field that equals `key`.
fn edit(directory: &Path, file: &str, key: &str, column: &str, value: &str) {
    let path = directory.join(file);
    let mut table = Table::read(&path);
    let row = table.rows.iter().position(|row| row.iter().any(|field| field == key)).unwrap();
    table.set(row, column, value);
    table.write(&path);
}

fn written(place: &Place, name: &str) -> (world::World, PathBuf) {
    let (world, directory) = (world::small(), place.product.path(name));
    world.write(&directory);
    (world, directory)
}

/// One of each kind of difference, one of each kind of news; `--take` makes the file win.
async fn later_import(engine: Engine) {
    let place = Place::new(engine).await;
    let (world, files) = written(&place, "world");
    place.import_from(&files).await;
    let theirs = place.export("theirs").await;
    let ours = place.export("ours").await;
    let (email, contract) = (|n: usize| world.people[n].email.clone(), world.contracts[0].number.clone());
    let of_contract: Vec<_> = world.assets.iter().filter(|a| a.contract == 0).collect();
    edit(&theirs, "accounts.csv", &world.companies[0].number, "name", "Renamed");
    edit(&theirs, "accounts.csv", &world.companies[0].number, "domains", "one.example two.example");
    edit(&theirs, "people.csv", &email(2).clone(), "first_name", "Changed");
    edit(&theirs, "contracts.csv", &contract, "end_date", "2033-03-31");
    edit(&theirs, "contracts.csv", &contract, "contract_manager_email", &email(1));
    edit(&theirs, "contracts.csv", &contract, "software_coordinator_email", &email(5));
    edit(&theirs, "groups.csv", &world.groups[0].name, "software_coordinator_email", &email(6));
    edit(&theirs, "assets.csv", &of_contract[0].serial, "seats", "77");
    edit(&theirs, "assets.csv", &of_contract[0].serial, "software_coordinator_email", &email(7));
    edit(&theirs, "assets.csv", &of_contract[1].serial, "group_name", &world.groups[1].name);
    let mut groups = Table::read(&theirs.join("groups.csv"));
    groups.push([contract.as_str(), "=Neu", ""]);
    groups.write(&theirs.join("groups.csv"));
    let mut assets = Table::read(&theirs.join("assets.csv"));
    assets.push(["NEW-1", &contract, "10024", "2026", "network", "5", "Fresh", &email(7)]);
    assets.write(&theirs.join("assets.csv"));
    let mut users = Table::read(&theirs.join("users.csv"));
    users.push([email(8).as_str(), &contract, "", "support"]);
    users.write(&theirs.join("users.csv"));
    let options = Options { paths: vec![theirs.clone()], ..Options::default() };
    let dry = place.import(Options { dry_run: true, ..options.clone() }).await;
    same(&ours, &place.export("dry").await);
    let report = place.import(options.clone()).await;
    assert_eq!((&dry.added, &dry.updated, &dry.differences), (&report.added, &report.updated, &report.differences));
    let of =
        |file: &str, column: &str| report.differences.iter().filter(|d| d.file == file && d.column == column).count();
    let coordinators = ["contracts.csv", "groups.csv", "assets.csv"].map(|file| of(file, "software_coordinator_email"));
    assert_eq!(coordinators, [1, 1, 1], "{report:#?}");
    let others = [
        of("contracts.csv", "contract_manager_email"),
        of("assets.csv", "group_name"),
        of("groups.csv", "group_name"),
        of("users.csv", "email"),
    ];
    assert_eq!(others, [1, 1, 1, 1], "{report:#?}");
    assert_eq!(report.differences.len(), 7);
    let added: Vec<_> = report.added.iter().filter(|(_, n)| **n > 0).map(|(kind, n)| (kind.as_str(), *n)).collect();
    assert_eq!(added, [("assets", 1), ("groups", 1)]);
    let updated: Vec<_> = report.updated.iter().filter(|(_, n)| **n > 0).map(|(kind, _)| kind.as_str()).collect();
    assert_eq!(updated, ["accounts", "assets", "contracts", "people"]);
    place.check().await;
    let kept = place.export("kept").await;
    let now = Table::read(&kept.join("assets.csv"));
    assert_eq!(now.map("serial_number", "group_name")["NEW-1"], "Fresh");

    let taken = place.import(Options { take: "coordinators,groups,users".parse().unwrap(), ..options }).await;
    assert!(taken.change_set.is_some());
    assert_eq!(taken.taken, 5, "three coordinators, one membership, one user");
    place.check().await;
    let after = place.export("taken").await;
    for file in ["groups.csv", "assets.csv", "users.csv"] {
        let lines = |directory: &Path| {
            let text = std::fs::read_to_string(directory.join(file)).unwrap().to_lowercase();
            let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
            lines.sort();
            lines
        };
        let (now, wanted) = (lines(&after), lines(&theirs));
        let missing: Vec<_> = wanted.iter().filter(|line| !now.contains(line) && !line.contains("=neu")).collect();
        assert!(missing.is_empty(), "{file}: {missing:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn later_import_on_sqlite() {
    later_import(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn later_import_on_postgres() {
    later_import(Engine::Postgres).await;
}

/// Rows with errors go, and those that depend on them; the others come.
async fn set_aside(engine: Engine) {
    let place = Place::new(engine).await;
    let (world, files) = written(&place, "world");
    let contract = &world.contracts[2];
    edit(&files, "contracts.csv", &contract.number, "end_date", "soon");
    edit(&files, "products.csv", "10024", "product_line", "");
    let refused = place.import(Options { paths: vec![files.clone()], ..Options::default() }).await;
    assert_eq!(refused.errors.len(), 2, "nothing follows from an error: {:#?}", refused.errors);
    let aside = place.product.path("aside.csv");
    let options = Options { paths: vec![files.clone()], set_aside: Some(aside.clone()), ..Options::default() };
    let report = place.import(options).await;
    place.check().await;
    let without =
        |a: &&world::Asset| world.contracts[a.contract].number != contract.number && a.product_code != "10024";
    let left = world.assets.iter().filter(without).count() as u64;
    assert_eq!(report.added["assets"], left);
    assert_eq!(report.added["contracts"], world.contracts.len() as u64 - 1);
    let aside = Table::read(&aside);
    assert_eq!(aside.rows.len() as u64, report.set_aside);
    let lost = world.assets.len() as u64 - left;
    assert_eq!(aside.rows.iter().filter(|row| row[0] == "assets.csv").count() as u64, lost);
    let row = aside.rows.iter().find(|row| row[0] == "contracts.csv").unwrap();
    assert!(row[2].starts_with("end_date: ") && row[3].starts_with(&contract.number), "{row:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn set_aside_on_sqlite() {
    set_aside(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn set_aside_on_postgres() {
    set_aside(Engine::Postgres).await;
}

/// Texts that a spreadsheet would run are harmless in the export and come back as they were.
async fn formulas(engine: Engine) {
    let place = Place::new(engine).await;
    let (world, files) = written(&place, "world");
    for (n, name) in ["'=1+1", "'+49 1", "''@x", "'quoted"].iter().enumerate() {
        edit(&files, "people.csv", &world.people[n].email, "last_name", name);
    }
    place.import_from(&files).await;
    let out = place.export("out").await;
    let names = Table::read(&out.join("people.csv")).map("email", "last_name");
    for (n, name) in ["'=1+1", "'+49 1", "''@x", "'quoted"].iter().enumerate() {
        assert_eq!(names[&world.people[n].email], *name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn formulas_on_sqlite() {
    formulas(Engine::Sqlite).await;
}

/// A staff role is given by the file, and changed, but never taken away by an empty field.
async fn staff_stay_staff(engine: Engine) {
    let place = Place::new(engine).await;
    let (world, files) = written(&place, "world");
    place.import_from(&files).await;
    let staff = world.people.iter().find(|p| p.role == "support").unwrap();
    edit(&files, "people.csv", &staff.email, "role", "auditor");
    let changed = place.import_from(&files).await;
    assert_eq!(changed.updated["people"], 1);
    edit(&files, "people.csv", &staff.email, "role", "");
    let report = place.import(Options { paths: vec![files], ..Options::default() }).await;
    let [error] = &report.errors[..] else { panic!("{report:#?}") };
    assert_eq!((error.column.as_str(), error.message.contains("auditor")), ("role", true), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_stay_staff_on_sqlite() {
    staff_stay_staff(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_stay_staff_on_postgres() {
    staff_stay_staff(Engine::Postgres).await;
}

/// Dated assignments of the first contract, so many.
macro_rules! cover {
    ($state:literal, $days:literal, $person:literal, $many:literal) => {
        concat!(
            "INSERT INTO covers (level, target_id, contract_id, account_id, from_on, until_on, person_id, state, set_by,
                change_set) SELECT 'contract', c.id, c.id, c.account_id, ",
            $days,
            ", ",
            $person,
            ", '",
            $state,
            "', 0, 0 FROM contracts c, generate_series(1, ",
            $many,
            ") WHERE c.id = 1"
        )
    };
}
/// A change set, and what is wrong with it.
macro_rules! set {
    ($wrong:literal) => {
        concat!(
            "INSERT INTO change_sets (id, handle, kind, set_by, at, mail) VALUES (900, 'x', 'take', 0, 0, 'none'); ",
            $wrong
        )
    };
}

/// One edit past the product, with the words of the invariant that it breaks. PostgreSQL lets a superuser go round its keys.
const EDITS: &[(&str, &str)] = &[
    ("UPDATE contracts SET manager_id = (SELECT MAX(id) FROM people) WHERE id = 1", "a Contract Manager is of"),
    ("UPDATE contracts SET coordinator_id = (SELECT MAX(id) FROM people) WHERE id = 1", "a contract's coordinator is of"),
    ("UPDATE asset_groups SET coordinator_id = (SELECT MAX(id) FROM people) WHERE id = 1", "a group's coordinator is of"),
    ("UPDATE assets SET coordinator_id = (SELECT MAX(id) FROM people) WHERE id = 1", "an asset's coordinator is of"),
    ("UPDATE entries SET person_id = (SELECT MAX(id) FROM people) WHERE id = 1", "a user is of"),
    ("INSERT INTO naming_rights SELECT c.id, c.account_id, (SELECT MAX(id) FROM people), 0, 0 FROM contracts c WHERE c.id = 1",
        "whoever may name users"),
    ("UPDATE assets SET account_id = 0 WHERE id = 1", "an asset belongs to"),
    ("UPDATE asset_groups SET account_id = 0 WHERE id = 1", "a group belongs to"),
    ("UPDATE assets SET group_id = (SELECT MAX(id) FROM asset_groups) WHERE id = 1", "an asset's group is of"),
    ("UPDATE contracts SET end_on = '2001-01-01' WHERE id = 1", "a contract ends after"),
    ("UPDATE contracts SET reseller_id = account_id WHERE id = 1", "the reseller of record"),
    ("UPDATE accounts SET kind = 'customer'", "a partner works for"),
    ("UPDATE memberships SET confirmed_at = NULL; INSERT INTO invitations (account_id, person_id, invited_by, invited_at,
        expires_at, accepted_at) SELECT account_id, person_id, 0, 0, 0, 1 FROM memberships LIMIT 1", "an accepted invitation"),
    ("UPDATE assets SET coordinator_id = NULL", "an asset's coordinator is the one of its history"),
    ("DELETE FROM spans WHERE level = 'group'", "a group's coordinator is the one"),
    ("UPDATE contracts SET coordinator_id = manager_id", "a contract's coordinator is the one"),
    ("UPDATE spans SET until_at = from_at WHERE level = 'manager'", "a Contract Manager is the one"),
    ("UPDATE assets SET group_id = NULL", "an asset's group is the one"),
    ("UPDATE spans SET target_id = 1000000 WHERE level = 'manager'", "history is of things"),
    ("UPDATE spans SET until_at = from_at - 1", "each time ends after"),
    ("INSERT INTO spans (level, target_id, person_id, from_at, until_at, set_by)
        SELECT level, target_id, person_id, from_at - 1, from_at + 1, 0 FROM spans LIMIT 1", "one follows the other"),
    ("INSERT INTO group_spans (asset_id, group_id, from_at, until_at, set_by)
        SELECT asset_id, group_id, from_at - 1, from_at + 1, 0 FROM group_spans LIMIT 1", "one group at a time"),
    (cover!("active", "'2026-01-01', '2030-01-01'", "c.manager_id", "2"), "one dated assignment at a time"),
    (cover!("active", "'2026-01-01', '2030-01-01'", "c.manager_id", "1"), "a dated assignment of a contract is the one"),
    (cover!("planned", "'2026-01-01', '2030-01-01'", "c.manager_id", "2"), "dated assignments do not overlap"),
    (cover!("planned", "'2026-01-01', NULL", "(SELECT MAX(id) FROM people)", "1"), "a dated assignment's coordinator"),
    ("INSERT INTO covers (level, target_id, contract_id, account_id, under_id, from_on, state, set_by, change_set)
        SELECT 'contract', c.id, c.id, c.account_id, (SELECT MAX(id) FROM people), '2026-01-01', 'ended', 0, 0
        FROM contracts c WHERE c.id = 1", "lies beneath a dated"),
    ("INSERT INTO covers (level, target_id, contract_id, account_id, from_on, state, set_by, change_set)
        SELECT 'contract', 2, c.id, c.account_id, '2026-01-01', 'ended', 0, 0 FROM contracts c WHERE c.id = 1",
        "a dated assignment is of its contract"),
    ("INSERT INTO entry_assets SELECT 1, id FROM assets WHERE contract_id <> (SELECT contract_id FROM entries WHERE id = 1)
        LIMIT 1", "a user's serial number"),
    ("DROP INDEX entries_person; INSERT INTO entries (person_id, contract_id, account_id, all_assets, releases, extensions,
        support, learning, set_by, from_at) SELECT person_id, contract_id, account_id, TRUE, TRUE, TRUE, TRUE, TRUE, 0, 0
        FROM entries WHERE id = 1", "access to a contract once"),
    (set!("INSERT INTO change_set_items (change_set, level, target_id, contract_id) VALUES (900, 'asset', 1, 1)"),
        "names each contract"),
    (set!("INSERT INTO change_set_contracts VALUES (900, 1, 1000)"), "not ahead of its contract"),
    (set!("INSERT INTO change_set_items (change_set, level, target_id, contract_id, reverted_by) VALUES (900, 'asset', 1, 1, 7)"),
        "undone by an undo"),
    (set!("UPDATE change_sets SET undone_by = 7"), "names its undo"),
    (set!("SELECT 1"), "has its audit event"),
    (set!("UPDATE change_sets SET mail = 'held'"), "held mail has its job"),
    ("INSERT INTO notices (person_id, kind, address, subject, body_text, body_html, why, reply_to, message_id, dedup_key,
        state, error, created_at) VALUES (1, '', '', '', '', '', '', '', '', '', 'queued', '', 0)", "a queued notice"),
    ("UPDATE audit_details SET detail = 'something else'", "the words of audit event"),
    ("UPDATE audit_events SET seq = 5, hash = '' WHERE id = (SELECT MAX(id) FROM audit_events)", "has a gap"),
    ("UPDATE audit_events SET seq = 1, hash = 'x' WHERE id = (SELECT MAX(id) FROM audit_events)", "the seal of audit event"),
];

/// Each invariant is missed by nobody: broken by hand, it is reported.
#[tokio::test(flavor = "multi_thread")]
async fn each_broken_invariant_is_reported() {
    let place = Place::new(Engine::Postgres).await;
    let (_, files) = written(&place, "world");
    place.import_from(&files).await;
    place.check().await;
    place.app.close().await;
    let server = place.product.database().rsplit_once('/').unwrap().0;
    let template = place.product.database().rsplit_once('/').unwrap().1;
    for (n, (edit, expected)) in EDITS.iter().enumerate() {
        let name = format!("{template}_{n}");
        let run = |database: &str, text: &str| {
            let psql = ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", text];
            let done =
                std::process::Command::new("psql").arg(format!("{server}/{database}")).args(psql).output().unwrap();
            assert!(done.status.success(), "{text}: {}", String::from_utf8_lossy(&done.stderr));
        };
        run("postgres", &format!("CREATE DATABASE {name} TEMPLATE {template}"));
        run(&name, &format!("SET session_replication_role = replica; {edit}"));
        let broken = Place::on(Product::new(Engine::Sqlite), &format!("{server}/{name}")).await;
        let found = check::check(&broken.app).await.unwrap().violations;
        assert!(found.iter().any(|line| line.contains(expected)), "{edit}\n{expected} is not among {found:#?}");
        broken.app.close().await;
        run("postgres", &format!("DROP DATABASE {name}"));
    }
    println!("{} invariants broken, each reported", EDITS.len());
}
