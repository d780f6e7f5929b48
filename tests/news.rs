//! Where people meet a release: beside the release that a serial number has, on Home until it is fetched, and as new since the last visit.
use crate::world::World;
use testkit::product::Engine;

const MANAGER: i64 = 1;
const COORDINATOR: i64 = 4;
const USER: i64 = 6;
const RELEASES: i64 = 23;

on_both!(
    a_serial_number_says_what_is_newer_to_whoever_may_fetch_it
    home_says_what_waits_until_it_is_fetched
    what_is_new_is_what_came_since_the_last_visit
);

async fn page(world: &World, who: i64, path: &str) -> String {
    let answer = world.call(who, &format!("GET {path}"), "").await;
    assert_eq!(answer.status, 200, "{path}: {answer:?}");
    answer.body
}

async fn post(world: &World, path: &str, body: &str) {
    let answer = world.call(RELEASES, &format!("POST /api/v1/releases/{path}"), body).await;
    assert!(answer.status < 300, "{path}: {answer:?}");
}

async fn a_serial_number_says_what_is_newer_to_whoever_may_fetch_it(world: World) {
    let link = "<a class=\"ready\" href=\"/downloads/r1\">2027.1 is ready</a>";
    let tab = "/contracts/100000000001/products";
    // Twice for each row: the narrow table says it under the product.
    assert_eq!(page(&world, MANAGER, tab).await.matches(link).count(), 2 * 5);
    assert_eq!(page(&world, COORDINATOR, tab).await.matches(link).count(), 2, "of the own one");
    for path in ["/products/S2", "/products"] {
        assert!(page(&world, COORDINATOR, path).await.contains(link), "{path}");
    }
    assert!(!page(&world, USER, "/products/S1").await.contains(link), "extensions are not releases");
    // Not of what is as new or newer, whatever the day; nor of what is withdrawn, or outside the term.
    world
        .exec("UPDATE assets SET release = '2027.10' WHERE id = 1; UPDATE assets SET release = '2027.1' WHERE id = 2")
        .await;
    assert_eq!(page(&world, MANAGER, tab).await.matches(link).count(), 2 * 3);
    world.exec("UPDATE releases SET state = 'withdrawn', withdrawn_why = 'x' WHERE id = 1").await;
    assert_eq!(page(&world, MANAGER, tab).await.matches(link).count(), 0);
    world
        .exec(
            "UPDATE releases SET state = 'published', withdrawn_why = '' WHERE id = 1;
             UPDATE contracts SET start_on = '2020-01-01', end_on = '2026-10-31' WHERE id = 1",
        )
        .await;
    assert_eq!(page(&world, MANAGER, "/products/S5").await.matches(link).count(), 0);
}

async fn home_says_what_waits_until_it_is_fetched(world: World) {
    let waits = "Draftline 2027.1 is ready for 1 serial number.";
    assert!(!page(&world, COORDINATOR, "/").await.contains(waits), "nobody was told");
    let answer = world.call(RELEASES, "POST /api/v1/releases/r1/announce", "{}").await;
    let told: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    post(&world, "r1/announce", &format!("{{\"confirm_notices\":{}}}", told["notices"])).await;
    for who in [MANAGER, COORDINATOR] {
        let home = page(&world, who, "/").await;
        assert!(home.contains("Draftline 2027.1 is ready for ") && home.contains("href=\"/downloads/r1\""), "{home}");
    }
    assert!(page(&world, COORDINATOR, "/").await.contains(waits));
    // Hands that changed: what may not be fetched does not wait.
    world.exec("UPDATE assets SET coordinator_id = 3 WHERE id = 2").await;
    assert!(!page(&world, COORDINATOR, "/").await.contains("is ready"));
    world.exec("UPDATE assets SET coordinator_id = 4 WHERE id = 2").await;
    world
        .exec(&format!(
            "INSERT INTO downloads (hash, artifact_id, person_id, bearer, asked_at, start_until, started_at)
             VALUES ({0}, 1, {COORDINATOR}, {0}, 1, 1, 1)",
            world.blob(b"x")
        ))
        .await;
    assert!(!page(&world, COORDINATOR, "/").await.contains("is ready"));
    let staff = page(&world, RELEASES, "/").await;
    let people = world.number("SELECT people FROM announcements").await;
    assert!(staff.contains(&format!("Draftline 2027.1: 1 of {people} people who were told downloaded it.")), "{staff}");
}

async fn what_is_new_is_what_came_since_the_last_visit(world: World) {
    let new = "New since your last visit";
    assert!(!page(&world, COORDINATOR, "/downloads").await.contains(new), "nothing is new to whoever was never here");
    world.exec("UPDATE people SET seen_before_at = 1000; UPDATE releases SET published_at = 2000 WHERE id = 1").await;
    assert_eq!(page(&world, COORDINATOR, "/downloads").await.matches(new).count(), 1);
    assert_eq!(page(&world, COORDINATOR, "/downloads").await.matches(new).count(), 1, "looking changes nothing");
    world.exec("UPDATE people SET seen_before_at = 3000").await;
    assert_eq!(page(&world, COORDINATOR, "/downloads").await.matches(new).count(), 0);
}
