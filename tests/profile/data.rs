//! What is held about a person: handed out to that person only, and erased without a hole in history or in the audit chain.
use crate::world::World;
use std::time::Duration;
use subscription_center::installation::check::check;
use subscription_center::jobs::worker::work;
use subscription_center::mail::Transport;
use subscription_center::profile::erase::{FORGOTTEN, KEPT};
use testkit::product::Engine;

on_both! {
    an_export_is_for_its_owner
    who_has_duties_is_not_erased
    an_erased_person_is_nobody
    every_table_of_people_is_thought_of
    erasing_meets_a_hand_over
}

/// Lets the background work run until `done` says so.
pub async fn worked(world: &World, done: &str) {
    let (stop, told) = tokio::sync::watch::channel(false);
    let worker = tokio::spawn(work(world.app.clone(), Transport::Demo, told));
    for _ in 0..200 {
        if world.number(done).await > 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    stop.send(true).unwrap();
    worker.await.unwrap();
    assert!(world.number(done).await > 0, "not done: {done}");
}

pub async fn whole(world: &World) {
    let found = check(&world.app).await.unwrap();
    // The change sets of the seed have no events.
    let of_seed = |line: &&String| line.starts_with("each change set has its audit event: not so for k");
    let wrong: Vec<&String> = found.violations.iter().filter(|line| !of_seed(line)).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

async fn an_export_is_for_its_owner(world: World) {
    let not_fresh = "UPDATE sessions SET fresh_at = 0 WHERE person_id = 4";
    world.exec(not_fresh).await;
    let again = world.call(4, "POST /account/export", "").await;
    assert!(again.status == 303 && again.headers["location"].to_str().unwrap().starts_with("/sign-in/again"));
    world.exec("UPDATE sessions SET fresh_at = 9000000000000").await;
    assert_eq!(world.call(4, "POST /account/export", "").await.headers["location"], "/account?done=export-asked");
    assert_eq!(world.call(4, "POST /account/export", "").await.status, 409, "one an hour");
    worked(&world, "SELECT COUNT(*) FROM notices WHERE kind = 'export_ready' AND state = 'sent' AND person_id = 4")
        .await;
    let handle = world.texts("SELECT handle FROM data_exports").await.remove(0);
    let path = format!("GET /account/exports/{handle}");
    let mine = world.call(4, &path, "").await;
    assert_eq!(mine.status, 200);
    assert_eq!(mine.headers["content-disposition"], "attachment; filename=\"your-data.json\"");
    let data: serde_json::Value = serde_json::from_str(&mine.body).unwrap();
    let held = &data["held_about_you"];
    assert_eq!(held["profile"][0]["email"], "scn@acme.example");
    assert_eq!(held["rights_to_name_users"][0]["contract_number"], "100000000001");
    assert_eq!((held["roles"][0]["level"].as_str(), held["roles"][0]["of"].as_str()), (Some("asset"), Some("S2")));
    assert_eq!(held["events"][0]["action"], "person.ask_export");
    assert!(held["sessions"][0]["hash"].is_null() && !mine.body.contains("phc"), "no secrets");
    for (who, status) in [(0, 303), (1, 404), (21, 404)] {
        assert_eq!(world.call(who, &path, "").await.status, status, "person {who}");
    }
    world.exec(not_fresh).await;
    assert_eq!(world.call(4, &path, "").await.status, 303, "asked to prove it again");
    world.exec("UPDATE sessions SET fresh_at = 9000000000000").await;
    world
        .exec("UPDATE data_exports SET expires_at = 1; UPDATE jobs SET run_at = 1 WHERE kind = 'profile.export_end'")
        .await;
    assert_eq!(world.call(4, &path, "").await.status, 404, "after 7 days");
    worked(&world, "SELECT COUNT(*) FROM data_exports WHERE content IS NULL").await;
}

async fn who_has_duties_is_not_erased(world: World) {
    let before = world.digest().await;
    for (who, page, duty) in [
        (1, "h1", "Contract Manager of 100000000001"),
        (3, "h3", "Software Coordinator of 1 serial number of 100000000001"),
        (21, "h3", "Software Coordinator of 1 serial number of 100000000001"),
        (21, "h21", "the vendor’s only administrator"),
    ] {
        let shown = world.call(who, &format!("GET /people/{page}/erase"), "").await.body;
        assert!(shown.contains(duty) && !shown.contains("This cannot be undone"), "{shown}");
        let refused = world.call(who, &format!("POST /people/{page}/erase"), "").await;
        assert!(refused.status == 409 && refused.body.contains(duty), "{} {}", refused.status, refused.body);
    }
    for (who, page, status) in [(5, "h6", 404), (1, "h5", 403), (22, "h5", 403), (13, "h5", 404)] {
        assert_eq!(
            world.call(who, &format!("POST /people/{page}/erase"), "").await.status,
            status,
            "person {who} of {page}"
        );
    }
    assert_eq!(world.digest().await, before);
}

async fn an_erased_person_is_nobody(world: World) {
    // A life: a profile, a change of address, access to something more, mail.
    let profile = "version=1&first_name=Eve&last_name=Evenson&language=en&theme=dark&recipient=Eve+Evenson&line1=Kade+1&city=Rotterdam&country=NL";
    assert_eq!(world.call(5, "POST /account", profile).await.status, 303);
    let sent = "INSERT INTO shipments (account_id, person_id, release_id, state, company, recipient, line1, line2, postal_code, city, region, country, phone, origin, requested_by, requested_at, state_at, version)
        VALUES (1, 5, 1, 'delivered', '', 'Eve Evenson', 'Kade 1', '', '', 'Rotterdam', '', 'NL', '', 'order', 5, 1, 1, 1)";
    world.exec(sent).await;
    world.exec("UPDATE people SET signed_in_at = 1").await;
    assert_eq!(world.call(5, "POST /account/email", "email=eve%40evenson.example").await.status, 303);
    let assign = r#"{"coordinator":{"email":"user@acme.example"},"to":{"serial_numbers":["S5"]}}"#;
    let answer = world.call(1, "POST /api/v1/contracts/100000000001/coordinator-assignments", assign).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let back = assign.replace("user@", "sc@");
    assert_eq!(world.call(1, "POST /api/v1/contracts/100000000001/coordinator-assignments", &back).await.status, 200);
    worked(&world, "SELECT COUNT(*) FROM notices WHERE person_id = 5 AND state = 'sent'").await;
    let left =
        |dump: &str| ["user@acme.example", "evenson", "Evenson", "Kade 1"].map(|text| dump.matches(text).count());
    assert!(left(&world.dump().await).iter().all(|n| *n > 0), "{:?}", left(&world.dump().await));
    let events = world.number("SELECT COUNT(*) FROM audit_events").await;
    let erased = world.call(5, "POST /people/h5/erase", "").await;
    assert!(erased.status == 200 && erased.body.contains("Your data is erased"), "{}", erased.body);
    let dump = world.dump().await;
    assert_eq!(
        left(&dump),
        [0; 4],
        "{:?}",
        dump.lines().filter(|l| l.to_lowercase().contains("evenson") || l.contains("user@acme")).collect::<Vec<_>>()
    );
    assert_eq!(world.number("SELECT COUNT(*) FROM audit_events").await, events + 1, "no event is missing");
    assert_eq!(world.number("SELECT COUNT(*) FROM entries WHERE person_id = 5 AND ended_at IS NULL").await, 0);
    assert_eq!(world.call(5, "GET /account", "").await.status, 303, "sign-in has ended");
    worked(&world, "SELECT CAST(CASE WHEN COUNT(*) = COUNT(seq) THEN 1 ELSE 0 END AS BIGINT) FROM audit_events").await;
    whole(&world).await;
    assert_eq!(world.call(21, "POST /people/h5/erase", "").await.status, 404, "there is nobody left to erase");
}

async fn every_table_of_people_is_thought_of(world: World) {
    let known: Vec<&str> = FORGOTTEN.iter().map(|(table, _)| *table).chain(KEPT.iter().copied()).collect();
    for table in world.tables_with("person_id").await {
        assert!(known.contains(&table.as_str()), "{table}: say in src/profile/erase.rs what an erasure does to it");
    }
}

async fn erasing_meets_a_hand_over(world: World) {
    let hand = r#"{"coordinator":{"email":"user@acme.example"}}"#;
    let (erased, handed) = tokio::join!(
        world.call(21, "POST /people/h5/erase", ""),
        world.call(1, "POST /api/v1/people/sc@acme.example/hand-over", hand)
    );
    let has = world.number("SELECT COUNT(*) FROM assets WHERE coordinator_id = 5").await;
    match (erased.status, handed.status) {
        (200, 409 | 422) => assert_eq!(has, 0),
        (409, 200) => assert_eq!(has, 1, "she coordinates, so she is not erased"),
        other => panic!("{other:?} {} {}", erased.body, handed.body),
    }
    whole(&world).await;
}
