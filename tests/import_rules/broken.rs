//! `check` finds whatever is broken past the product.
use super::place::{Place, psql, written};
use subscription_center::installation::check;
use testkit::product::{Engine, Product};

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
    ("UPDATE spans SET target_id = 1000000 + id WHERE level = 'manager'", "history is of things"),
    ("UPDATE spans SET until_at = from_at - 1", "each time ends after"),
    ("INSERT INTO spans (level, target_id, person_id, from_at, until_at, set_by)
        SELECT level, target_id, person_id, from_at - 1, from_at + 1, 0 FROM spans LIMIT 1", "one follows the other"),
    ("INSERT INTO group_spans (asset_id, group_id, from_at, until_at, set_by)
        SELECT asset_id, group_id, from_at - 1, from_at + 1, 0 FROM group_spans LIMIT 1", "one group at a time"),
    (cover!("active", "'2026-01-01', '2030-01-01'", "c.manager_id", "2"), "one dated assignment at a time"),
    (cover!("active", "'2026-01-01', '2030-01-01'", "c.manager_id", "1"), "a dated assignment of a contract is the one"),
    (cover!("planned", "'2029-01-01', '2030-01-01'", "c.manager_id", "2"), "dated assignments do not overlap"),
    (cover!("planned", "'2029-01-01', NULL", "(SELECT MAX(id) FROM people)", "1"), "a dated assignment's coordinator"),
    ("INSERT INTO covers (level, target_id, contract_id, account_id, under_id, from_on, state, set_by, change_set)
        SELECT 'contract', c.id, c.id, c.account_id, (SELECT MAX(id) FROM people), '2026-01-01', 'active', 0, 0
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
        let run = |database: &str, text: &str| psql(&format!("{server}/{database}"), text);
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
