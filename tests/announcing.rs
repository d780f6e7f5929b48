//! Who is told of a release and why, who just misses it, and what it costs: a fixed number of statements and no memory, however many.
use crate::world::World;
use serde_json::Value;
use std::collections::BTreeMap;
use subscription_center::db::statements_run;
use testkit::product::Engine;

const RELEASES: i64 = 23;

async fn post(world: &World, path: &str, body: &str) -> Value {
    let answer = world.call(RELEASES, &format!("POST /api/v1/releases/{path}"), body).await;
    assert!(answer.status < 500, "{path}: {answer:?}");
    serde_json::from_str(&answer.body).unwrap()
}

/// Address → how many serial numbers and why.
async fn told(world: &World) -> BTreeMap<String, (i64, String)> {
    let found = post(world, "r1/rehearsal", "").await;
    let one = |r: &Value| {
        let text = |field: &str| r[field].as_str().unwrap().to_owned();
        (text("email"), (r["serial_numbers"].as_i64().unwrap(), text("why")))
    };
    let all: BTreeMap<_, _> = found["recipients"].as_array().unwrap().iter().map(one).collect();
    assert_eq!(found["people"].as_u64().unwrap(), all.len() as u64);
    assert_eq!(found["serial_numbers"].as_i64().unwrap(), all.values().map(|(n, _)| n).sum::<i64>());
    all
}

async fn misses(world: &World) -> Vec<(String, String, i64)> {
    let found = post(world, "r1/rehearsal", "").await;
    let miss = |m: &Value| {
        let text = |field: &str| m[field].as_str().unwrap().to_owned();
        (text("contract_number"), text("reason"), m["serial_numbers"].as_i64().unwrap())
    };
    found["misses"].as_array().unwrap().iter().map(miss).collect()
}

async fn reasons(engine: Engine) {
    let world = World::seeded(engine).await;
    let all = told(&world).await;
    let of = |email: &str| all.get(email).map(|(n, why)| (*n, why.as_str()));
    let own = "Software Coordinator of these serial numbers";
    assert_eq!(of("sc@acme.example"), Some((1, own)));
    assert_eq!(of("pending@acme.example"), Some((1, own)), "whoever was invited is told, too");
    assert_eq!(of("deactivated@acme.example"), None);
    let (count, why) = of("cm@acme.example").unwrap();
    assert_eq!(count, 3, "one by default, one until it is accepted, one in place of somebody who is gone");
    assert!(why.contains("by default") && why.contains("until the Software Coordinator accepts"), "{why}");
    assert_eq!(of("user@acme.example"), None, "users opt in");
    assert_eq!(all.len(), 7, "{all:#?}");
    assert_eq!(misses(&world).await, []);

    // One does not want to know, one asks for a copy, one cannot be reached, and a contract ended a month before.
    world
        .exec(
            "INSERT INTO notice_preferences (person_id, category, how) VALUES (4, 'releases', 'off'), (5, 'release_copies', 'at_once');
             UPDATE people SET bounced_at = 1 WHERE id = 12;
             UPDATE contracts SET end_on = '2026-10-01' WHERE id = 2;",
        )
        .await;
    let all = told(&world).await;
    assert_eq!(all.get("user@acme.example").unwrap(), &(5, "asked for copies".to_owned()));
    for gone in ["scn@acme.example", "cm@beta.example", "cm2@acme.example"] {
        assert!(!all.contains_key(gone), "{gone}");
    }
    let expected = [("100000000002", "ended", 1), ("100000000001", "muted", 1), ("100000000003", "unreachable", 1)];
    assert_eq!(misses(&world).await, expected.map(|(c, r, n)| (c.to_owned(), r.to_owned(), n)));

    // Nobody who is responsible can be reached: the backup contact is told, once, also who asked for copies.
    world.exec("UPDATE memberships SET confirmed_at = 1 WHERE person_id = 5 AND account_id = 1; UPDATE people SET bounced_at = 1 WHERE id = 1;
         INSERT INTO backup_contacts (contract_id, person_id, named_by, named_at) VALUES (1, 5, 1, 1)").await;
    let (count, why) = told(&world).await.remove("user@acme.example").unwrap();
    assert!(count == 5 && why.contains("backup contact") && why.contains("asked for copies"), "{count} {why}");
    assert!(
        misses(&world).await.iter().all(|(contract, reason, _)| contract != "100000000001" || reason != "unreachable")
    );
    world.exec("DELETE FROM backup_contacts").await;
    assert!(
        misses(&world).await.iter().any(|(contract, reason, _)| contract == "100000000001" && reason == "unreachable")
    );
    world.exec("UPDATE people SET bounced_at = NULL WHERE id = 1").await;

    // What is frozen stays, also where hands change before a mail has left.
    let people = all.len();
    let refused = post(&world, "r1/announce", "{}").await;
    assert_eq!(refused["notices"].as_u64().unwrap(), people as u64);
    post(&world, "r1/announce", &format!("{{\"confirm_notices\":{people}}}")).await;
    world.exec("UPDATE assets SET coordinator_id = 2 WHERE account_id = 1").await;
    let frozen = world
        .texts("SELECT p.email || ' ' || COUNT(*) FROM announced_assets a JOIN people p ON p.id = a.person_id GROUP BY p.email ORDER BY 1")
        .await;
    let expected: Vec<String> = all.iter().map(|(email, (n, _))| format!("{email} {n}")).collect();
    assert_eq!(frozen, expected);
    let notices =
        world.number("SELECT COUNT(*) FROM notices WHERE kind = 'release.announced' AND state = 'queued'").await;
    assert_eq!(notices, people as i64);
    // Withdrawn before they left: nobody gets them.
    post(&world, "r1/withdraw", r#"{"why":"it is broken"}"#).await;
    assert_eq!(
        world.number("SELECT COUNT(*) FROM notices WHERE state = 'queued' AND kind = 'release.announced'").await,
        0
    );
}

/// So many serial numbers, of as many coordinators as a hundredth of them.
async fn fill(world: &World, assets: i64) {
    world
        .exec(&format!(
            "INSERT INTO people (id, handle, email, email_key, first_name, last_name, first_key, last_key, sort_key, language, theme, version)
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {0})
             SELECT 10000 + i, 'z' || i, 'z' || i || '@z.example', 'z' || i || '@z.example', 'Z', 'Z', 'z', 'z', 'z' || i, 'en', 'system', 1 FROM n;
             INSERT INTO memberships (account_id, person_id, confirmed_at) SELECT 1, p.id, 1 FROM people p WHERE p.id > 10000;
             INSERT INTO assets (id, serial, contract_id, account_id, product_id, release, deployment, seats, coordinator_id)
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {assets})
             SELECT 100000 + i, 'Z' || i, 1, 1, 1, '2027', 'network', 1, 10001 + i % {0} FROM n;",
            assets / 100
        ))
        .await;
}

fn anonymous_memory() -> i64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// Statements of a rehearsal and of an announcement, and how much memory both took, in kB.
async fn cost(engine: Engine, assets: i64) -> (u64, u64, i64) {
    let world = World::seeded(engine).await;
    fill(&world, assets).await;
    // A database that was filled this second has no statistics yet; PostgreSQL makes them by itself within a minute.
    world.exec("ANALYZE").await;
    let (began, memory) = (statements_run(), anonymous_memory());
    let found = post(&world, "r1/rehearsal", "").await;
    let (rehearsed, people) = (statements_run(), found["people"].as_i64().unwrap());
    assert_eq!(people, assets / 100 + 7);
    post(&world, "r1/announce", &format!("{{\"confirm_notices\":{people}}}")).await;
    let announced = statements_run();
    assert_eq!(world.number("SELECT COUNT(*) FROM notices WHERE state = 'queued'").await, people);
    assert_eq!(world.number("SELECT COUNT(*) FROM jobs WHERE kind = 'release.tell'").await, people);
    (rehearsed - began, announced - rehearsed, anonymous_memory() - memory)
}

async fn constant(engine: Engine) {
    let few = cost(engine, 1_000).await;
    let many = cost(engine, 100_000).await;
    println!(
        "{engine:?}: {} statements to rehearse and {} to announce; {} kB more memory for 1,000 serial numbers, {} kB for 100,000",
        few.0, few.1, few.2, many.2
    );
    assert_eq!((few.0, few.1), (many.0, many.1), "the same number of statements");
    assert!(many.2 < 32_000, "memory is flat: {} kB", many.2);
}

#[tokio::test(flavor = "multi_thread")]
async fn reasons_on_sqlite() {
    reasons(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn reasons_on_postgres() {
    reasons(Engine::Postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn any_number_costs_the_same_statements_on_sqlite() {
    constant(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn any_number_costs_the_same_statements_on_postgres() {
    constant(Engine::Postgres).await;
}
