//! Import, export and check in one process, on both databases. The commands themselves are tested in `testkit`.
mod broken;
mod kept;
mod place;

use place::{Place, edit, same, written};
use std::path::Path;
use std::time::Instant;
use subscription_center::imports::Options;
use testkit::product::{Engine, sample_data};
use testkit::table::Table;
use testkit::world;

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
