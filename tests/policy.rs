//! The printed policy equals what was typed by hand from domain.md §4, and the matrix for readers is the reviewed one. Lists and
//! point checks of every standing agree on random worlds.
use crate::world::World;
use std::collections::BTreeSet;
use subscription_center::policy::{ActionId, matrix, who_may};
use testkit::product::Engine;

#[test]
fn the_policy_is_the_one_that_was_typed_by_hand() {
    let text = include_str!("expected-policy.csv");
    let mut rows = csv::Reader::from_reader(text.as_bytes());
    let expected: BTreeSet<(String, String)> =
        rows.records().map(|r| r.unwrap()).map(|r| (r[0].to_owned(), r[1].to_owned())).collect();
    let line = |action: &ActionId| {
        let action = *action;
        who_may(action).iter().map(move |(s, _)| (action.name().to_owned(), s.rule().name.to_owned()))
    };
    let printed: BTreeSet<(String, String)> = ActionId::ALL.iter().flat_map(line).collect();
    let only = |a: &BTreeSet<_>, b: &BTreeSet<_>| format!("{:#?}", a.difference(b).collect::<Vec<_>>());
    assert_eq!(
        printed,
        expected,
        "only in the code: {}\nonly in the table: {}",
        only(&printed, &expected),
        only(&expected, &printed)
    );
    println!("{} actions, {} rights", ActionId::ALL.len(), printed.len());
}

#[test]
fn the_matrix_for_readers_is_the_reviewed_one() {
    let text = tests_file("policy-matrix.txt");
    let page = format!(
        "# Who may do what\n\nGenerated from `src/policy/table.rs` by `UPDATE=1 cargo nextest run policy::`; reviewed as a diff.\n\n```text\n{}```\n",
        matrix()
    );
    if std::env::var("UPDATE").is_ok() {
        std::fs::write(&text, matrix()).unwrap();
        std::fs::write(docs_file("permissions.md"), &page).unwrap();
    }
    assert_eq!(std::fs::read_to_string(text).unwrap(), matrix(), "renew with UPDATE=1 and read the diff");
    assert_eq!(std::fs::read_to_string(docs_file("permissions.md")).unwrap(), page, "renew with UPDATE=1");
}

fn tests_file(name: &str) -> String {
    format!("{}/tests/{name}", env!("CARGO_MANIFEST_DIR"))
}

fn docs_file(name: &str) -> String {
    format!("{}/docs/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// Numbers that look random and are the same in each run.
struct Dice(u64);
impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

/// People, contracts, groups, assets, entries and memberships at random, with nothing that a rule would forbid.
fn random_world(dice: &mut Dice) -> String {
    let mut text = String::new();
    let mut add = |line: String| {
        text.push_str(&line);
        text.push_str(";\n");
    };
    for n in 100..112 {
        add(format!(
            "INSERT INTO people (id, handle, email, email_key, first_name, last_name, first_key, last_key, sort_key, language, theme, staff_role, version)
             VALUES ({n}, 'r{n}', 'r{n}@x.example', 'r{n}@x.example', 'R', '{n}', 'r', '{n}', '{n}', 'en', 'system', {}, 1)",
            if n == 111 { "'support'" } else { "NULL" }
        ));
        let confirmed = if dice.roll(5) == 0 { "NULL" } else { "1" };
        add(format!(
            "INSERT INTO memberships (account_id, person_id, partner_role, confirmed_at) VALUES (1, {n}, NULL, {confirmed})"
        ));
        if dice.roll(4) == 0 {
            add(format!(
                "INSERT INTO memberships (account_id, person_id, partner_role, confirmed_at) VALUES (4, {n}, 'partner', 1)"
            ));
        }
    }
    let maybe = |dice: &mut Dice| if dice.roll(2) == 0 { "NULL".to_owned() } else { (100 + dice.roll(11)).to_string() };
    for c in 100..106 {
        let manager = 100 + dice.roll(11);
        let (coordinator, reseller) = (maybe(dice), if dice.roll(2) == 0 { "NULL" } else { "4" });
        add(format!(
            "INSERT INTO contracts (id, number, account_id, reseller_id, manager_id, coordinator_id, program, support_tier, start_on, end_on, version, changed_at)
             VALUES ({c}, 'C{c}', 1, {reseller}, {manager}, {coordinator}, 'term', 'gold', '2020-01-01', '2099-01-01', 1, 1)"
        ));
        let group = maybe(dice);
        add(format!(
            "INSERT INTO asset_groups (id, contract_id, account_id, name, name_key, coordinator_id) VALUES ({c}, {c}, 1, 'G', 'g', {group})"
        ));
        for n in 0..4 {
            let id = c * 10 + n;
            let (own, grouped) = (maybe(dice), if dice.roll(2) == 0 { "NULL".to_owned() } else { c.to_string() });
            add(format!(
                "INSERT INTO assets (id, serial, contract_id, account_id, product_id, group_id, release, deployment, seats, coordinator_id)
                 VALUES ({id}, 'R{id}', {c}, 1, 1, {grouped}, '1', 'network', 1, {own})"
            ));
        }
        let (user, all) = (100 + dice.roll(11), if dice.roll(2) == 0 { "TRUE" } else { "FALSE" });
        add(format!(
            "INSERT INTO entries (id, person_id, contract_id, account_id, all_assets, releases, extensions, support, learning, set_by, from_at)
             VALUES ({c}, {user}, {c}, 1, {all}, TRUE, TRUE, TRUE, TRUE, 1, 1)"
        ));
        add(format!("INSERT INTO entry_assets (entry_id, asset_id) VALUES ({c}, {})", c * 10 + dice.roll(4)));
    }
    text
}

/// What somebody sees in the lists of all contracts is what he or she sees one by one.
async fn lists_agree_with_point_checks(engine: Engine) {
    let (mut pairs, mut seen) = (0, 0);
    for seed in 0..4 {
        let world = World::seeded(engine).await;
        world.exec(&random_world(&mut Dice(seed))).await;
        for person in 100..112 {
            world.sign_in(person).await;
            let mut listed = BTreeSet::new();
            let contracts = world.call(person, "GET /api/v1/contracts", "").await.body;
            let contracts: serde_json::Value = serde_json::from_str(&contracts).unwrap();
            let contracts: Vec<_> =
                contracts["items"].as_array().unwrap().iter().map(|c| c["contract_number"].clone()).collect();
            for contract in 100..106 {
                let one = world.call(person, &format!("GET /api/v1/contracts/C{contract}"), "").await.status;
                let shown = contracts.contains(&format!("C{contract}").into());
                assert_eq!(one == 200, shown, "person {person}, contract C{contract}, seed {seed}");
                let list = world.call(person, &format!("GET /api/v1/contracts/C{contract}/assets"), "").await;
                if list.status == 200 {
                    let list: serde_json::Value = serde_json::from_str(&list.body).unwrap();
                    let serials = list["items"].as_array().unwrap().iter();
                    listed.extend(serials.map(|a| a["serial_number"].as_str().unwrap().to_owned()));
                }
            }
            for contract in 100..106 {
                for n in 0..4 {
                    let serial = format!("R{}", contract * 10 + n);
                    let one = world.call(person, &format!("GET /api/v1/assets/{serial}"), "").await.status;
                    assert_eq!(one == 200, listed.contains(&serial), "person {person}, {serial}, seed {seed}");
                    pairs += 1;
                    seen += usize::from(one == 200);
                }
            }
        }
    }
    assert!(
        seen > pairs / 10 && seen < pairs * 9 / 10,
        "worlds that show something and hide something: {seen} of {pairs}"
    );
    println!("{pairs} pairs of person and asset on {engine:?}, {seen} of them visible");
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_agree_with_point_checks_on_sqlite() {
    lists_agree_with_point_checks(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_agree_with_point_checks_on_postgres() {
    lists_agree_with_point_checks(Engine::Postgres).await;
}
