//! Who sees which notice, and how somebody is told.
use crate::world::World;
use std::collections::BTreeSet;
use testkit::product::Engine;

on_both! { each_sees_what_concerns_them filters_narrow_the_ledger preferences_are_kept absences_need_a_colleague }

async fn seed(world: &World) {
    let columns =
        "(person_id, account_id, contract_id, change_set, kind, address, subject, body_text, body_html, why, reply_to,
        message_id, dedup_key, state, error, created_at, sent_at, came_back_at, announcement_id, link_purpose)";
    world
        .exec(&format!(
            "INSERT INTO announcements (id, release_id, by_id, at, people, assets, state) VALUES (1, 1, 23, 1, 1, 1, 'done');
            INSERT INTO announced_assets (announcement_id, person_id, asset_id, level) VALUES (1, 3, 1, 'asset');
            INSERT INTO notices {columns} VALUES
            (3, 1, 1, NULL, 'x', 'sc@acme.example', 'One', 't', 'h', 'w', '', 'm1', 'k1', 'sent', '', 9, 9, NULL, NULL, NULL),
            (3, 1, 2, NULL, 'x', 'sc@acme.example', 'Two', 't', 'h', 'w', '', 'm2', 'k2', 'failed', '550', 9, 9, 9, NULL, NULL),
            (3, NULL, NULL, NULL, 'sign_in_link', 'sc@acme.example', 'Secret', 't', 'h', 'w', '', 'm3', 'k3', 'sent', '', 9, 9, NULL, NULL, 'sign_in'),
            (13, 3, 4, NULL, 'x', 'cm@foreign.example', 'Foreign', 't', 'h', 'w', '', 'm4', 'k4', 'sent', '', 9, 9, NULL, NULL, NULL),
            (5, 1, NULL, 1, 'x', 'user@acme.example', 'Set', 't', 'h', 'w', '', 'm5', 'k5', 'queued', '', 9, NULL, NULL, NULL, NULL),
            (3, 1, NULL, NULL, 'release.announced', 'sc@acme.example', 'Ready', 't', 'h', 'w', '', 'm6', 'k6', 'sent', '', 9, 9, NULL, 1, NULL);
            INSERT INTO jobs (kind, payload, dedup_key, run_at, urgent, state, attempts, lease, leased_until, error)
            SELECT 'mail.send', n.id, 'mail.send/' || n.id, 9000000000000, FALSE, 'waiting', 0, 0, 0, '' FROM notices n WHERE n.state = 'queued'"
        ))
        .await;
}

async fn subjects(world: &World, who: i64, query: &str) -> BTreeSet<String> {
    let answer = world.call(who, &format!("GET /api/v1/notices{query}"), "").await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let answer: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    answer["items"].as_array().unwrap().iter().map(|item| item["subject"].as_str().unwrap().to_owned()).collect()
}

fn set(all: &[&str]) -> BTreeSet<String> {
    all.iter().map(|one| (*one).to_owned()).collect()
}

async fn each_sees_what_concerns_them(world: World) {
    seed(&world).await;
    for (who, expected) in [
        (1, set(&["One", "Set", "Ready"])),
        (2, set(&["Two"])),
        (3, set(&["One", "Two", "Secret", "Ready"])),
        (5, set(&["Set"])),
        (4, set(&[])),
        (10, set(&[])),
        (12, set(&[])),
        (13, set(&["Foreign"])),
        (25, set(&[])),
    ] {
        assert_eq!(subjects(&world, who, "").await, expected, "person {who}");
        let page = world.call(who, "GET /notices", "").await.body;
        for subject in ["One", "Two", "Secret", "Foreign", "Ready"] {
            assert_eq!(
                page.contains(&format!("<b>{subject}</b>")),
                expected.contains(subject),
                "{subject} for person {who}"
            );
        }
    }
    let all = world.call(25, "GET /vendor/outbox", "").await.body;
    assert!(
        ["One", "Two", "Secret", "Foreign", "Set", "Ready"].iter().all(|s| all.contains(&format!(">{s}</a>"))),
        "{all}"
    );
    assert!(world.call(1, "GET /", "").await.body.contains("yours by default"), "home is whole");
}

async fn filters_narrow_the_ledger(world: World) {
    seed(&world).await;
    assert_eq!(subjects(&world, 3, "?state=came_back").await, set(&["Two"]));
    assert_eq!(subjects(&world, 1, "?person=user@acme.example").await, set(&["Set"]));
    assert_eq!(
        subjects(&world, 1, "?person=ci&q=draftline%202027").await,
        set(&["Ready"]),
        "was Cid told of that release"
    );
    assert_eq!(subjects(&world, 1, "?q=on").await, set(&["One"]));
    assert_eq!(subjects(&world, 1, "?since=2026-01-01").await, set(&[]));
    assert_eq!(subjects(&world, 1, "?limit=1").await.len(), 1);
    for wrong in ["?state=nosuch", "?since=yesterday"] {
        assert_eq!(world.call(1, &format!("GET /api/v1/notices{wrong}"), "").await.status, 422, "{wrong}");
    }
    // Sent once more: a notice of its own. A link that signs in is asked for by its owner.
    let id = world.number("SELECT id FROM notices WHERE subject = 'Two'").await;
    let again = world.call(22, &format!("POST /vendor/outbox/{id}/resend"), "").await;
    assert_eq!(again.status, 303, "{}", again.body);
    assert_eq!(
        world.number(&format!("SELECT COUNT(*) FROM notices WHERE copy_of = {id} AND state = 'queued'")).await,
        1
    );
    let secret = world.number("SELECT id FROM notices WHERE subject = 'Secret'").await;
    assert_eq!(world.call(22, &format!("POST /vendor/outbox/{secret}/resend"), "").await.status, 409);
    let page = world.call(22, &format!("GET /vendor/outbox/{id}"), "").await.body;
    assert!(
        page.contains("Resend")
            && !world.call(25, &format!("GET /vendor/outbox/{id}"), "").await.body.contains("Resend")
    );
}

async fn preferences_are_kept(world: World) {
    let saved = world.call(3, "POST /account/notifications", "releases=daily&release_copies=at_once&nosuch=off").await;
    assert_eq!(saved.status, 303, "{}", saved.body);
    let stored = "SELECT category || ' ' || how FROM notice_preferences ORDER BY 1";
    assert_eq!(world.texts(stored).await, ["release_copies at_once", "releases daily"]);
    assert_eq!(world.call(3, "POST /account/notifications", "releases=never").await.status, 422);
    let page = world.call(3, "GET /account/notifications", "").await.body;
    assert!(page.contains(r#"name="releases" value="daily" checked"#), "{page}");
    let wrong = world.call(3, "POST /account/notifications/addresses", "email=sc%40acme.example").await;
    assert_eq!(wrong.status, 422, "the main address");
    assert_eq!(world.call(3, "POST /account/notifications/addresses", "email=phone%40acme.example").await.status, 303);
    assert_eq!(world.call(3, "POST /account/notifications/addresses", "email=phone%40acme.example").await.status, 422);
    assert_eq!(
        world.texts("SELECT address FROM notices WHERE kind = 'notice_address' AND about IS NOT NULL").await,
        ["phone@acme.example"]
    );
    let handle = world.texts("SELECT handle FROM notice_addresses").await.remove(0);
    let remove = |who| {
        let body = format!("address={handle}");
        let world = &world;
        async move { world.call(who, "POST /account/notifications/addresses/remove", &body).await.status }
    };
    assert_eq!(remove(4).await, 303);
    assert_eq!(world.number("SELECT COUNT(*) FROM notice_addresses").await, 1, "not somebody else's");
    assert_eq!(remove(3).await, 303);
    assert_eq!(world.number("SELECT COUNT(*) FROM notice_addresses").await, 0);
}

async fn absences_need_a_colleague(world: World) {
    let body = |who: &str, from: &str, until: &str| format!("colleague={who}&from={from}&until={until}");
    for wrong in [
        body("nobody%40acme.example", "2090-01-01", "2090-01-08"),
        body("cm%40foreign.example", "2090-01-01", "2090-01-08"),
        body("pending%40acme.example", "2090-01-01", "2090-01-08"),
        body("cm%40acme.example", "2090-01-08", "2090-01-01"),
        body("cm%40acme.example", "2020-01-01", "2020-01-08"),
        body("cm%40acme.example", "", ""),
    ] {
        assert_eq!(world.call(3, "POST /account/notifications/absence", &wrong).await.status, 422, "{wrong}");
    }
    let right = body("cm%40acme.example", "2090-01-01", "2090-01-08");
    assert_eq!(world.call(3, "POST /account/notifications/absence", &right).await.status, 303);
    assert!(world.call(3, "GET /account/notifications", "").await.body.contains("until 8 Jan 2090"));
    assert_eq!(world.call(3, "POST /account/notifications/absence", "end=1").await.status, 303);
    assert_eq!(world.number("SELECT COUNT(*) FROM absences").await, 0);
    // The backup contact of a contract is somebody of the company, and not its manager.
    let path = "POST /contracts/100000000001/backup-contact";
    for (who, email, status) in [
        (1, "cm%40acme.example", 422),
        (1, "cm%40foreign.example", 422),
        (3, "user%40acme.example", 403),
        (1, "user%40acme.example", 303),
    ] {
        assert_eq!(world.call(who, path, &format!("email={email}")).await.status, status, "{who} {email}");
    }
    assert_eq!(world.number("SELECT person_id FROM backup_contacts WHERE contract_id = 1").await, 5);
    world.exec("UPDATE people SET bounced_at = 5 WHERE id = 1").await;
    let banner = "Mail to Ann Acme, the Contract Manager, comes back and the sign-in of Ida Acme";
    for tab in ["products", "people"] {
        let page = world.call(3, &format!("GET /contracts/100000000001/{tab}"), "").await.body;
        assert!(page.contains(banner), "{tab}: {page}");
    }
    assert!(!world.call(2, "GET /contracts/100000000002/products", "").await.body.contains("comes back."));
    let list = world.call(25, "GET /vendor/unattended", "").await.body;
    assert!(list.contains("100000000001") && list.contains("user@acme.example".split('@').next().unwrap()), "{list}");
    assert!(!list.contains("100000000002"));
    assert_eq!(world.call(21, "POST /vendor/unattended", "days=7").await.status, 422);
    assert_eq!(world.call(21, "POST /vendor/unattended", "days=180").await.status, 303);
    assert_eq!(world.texts("SELECT value FROM settings WHERE name = 'vacant_after_days'").await, ["180"]);
}
