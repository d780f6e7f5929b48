//! Staff who look as somebody: they see what the person sees, change nothing whatever they press, and the person reads of it.
use crate::world::World;
use subscription_center::policy::{Standing, who_may};
use subscription_center::web;
use testkit::product::Engine;

on_both! { staff_see_what_the_person_sees_and_no_write_passes viewing_ends_and_is_told_of who_may_view the_banner_is_on_pages_for_who_is_signed_out_too }

fn filled(path: &str) -> String {
    path.replace("{contract_number}", "100000000001")
        .replace("{serial_number}", "S1")
        .replace("{email}", "sc@acme.example")
        .replace("/change-sets/{handle}", "/change-sets/k1")
        .replace("/change-sets/{id}", "/change-sets/k1")
        .replace("{handle}", "h3")
        .replace("{person}", "h3")
        .replace("{account_number}", "A-1")
        .split('/')
        .map(|part| if part.starts_with('{') { "x" } else { part })
        .collect::<Vec<_>>()
        .join("/")
}

async fn start(world: &World, who: i64) -> u16 {
    world.call(who, "POST /vendor/view-as/h1", "why=request+48211").await.status
}

async fn staff_see_what_the_person_sees_and_no_write_passes(world: World) {
    assert_eq!(world.call(22, "GET /coordinators", "").await.status, 403, "support runs no contract");
    assert_eq!(start(&world, 22).await, 303);
    assert_ne!(world.call(22, "GET /coordinators", "").await.status, 403, "she does");
    let page = world.call(22, "GET /products", "").await;
    assert!(page.status == 200 && page.body.contains("You view the pages as <b>Ann Acme</b>"), "{}", page.body);
    assert_eq!(world.call(22, "GET /contracts/100000000004/products", "").await.status, 404, "what she does not see");
    assert_eq!(world.call(22, "GET /api/v1/contracts/100000000004", "").await.status, 200, "a token is not a session");
    let (mut pressed, mut hidden) = (0, 0);
    for route in web::routes(true) {
        // What anybody may press without being signed in acts for nobody.
        let open = who_may(route.action).iter().any(|(standing, _)| *standing == Standing::Anyone);
        if open || route.path.starts_with("/api/") || route.path == "/vendor/stop-viewing" {
            continue;
        }
        let what = format!("{} {}", route.method, filled(route.path));
        let before = world.digest().await;
        let answer = world
            .call(22, &what, "email=x%40y.example&theme=dark&version=1&first_name=X&language=en&why=x&kept=h5")
            .await;
        assert_eq!(world.digest().await, before, "{what}: {} {}", answer.status, answer.body);
        if route.method == "POST" {
            assert!(
                answer.status >= 400 || answer.headers["location"].to_str().unwrap().starts_with("/account"),
                "{what}: {}",
                answer.status
            );
            pressed += 1;
        }
        hidden += usize::from(route.action.secret() && answer.status == 403);
    }
    assert!(pressed > 30 && hidden > 3, "{pressed} writes, {hidden} secret pages");
    println!("{pressed} writes were refused while viewing, {hidden} pages and writes are secret");
}

async fn the_banner_is_on_pages_for_who_is_signed_out_too(world: World) {
    let banner = "You view the pages as <b>Ann Acme</b>";
    let bare = |page: &str| page.contains("class=\"app bare\"");
    let mut seen = Vec::new();
    for viewing in [false, true] {
        if viewing {
            assert_eq!(start(&world, 22).await, 303);
        }
        for route in web::routes(true).into_iter().filter(|route| route.method == "GET") {
            let page = world.call(22, &format!("GET {}", filled(route.path)), "").await.body;
            if bare(&page) {
                assert_eq!(page.contains(banner), viewing, "{}: {page}", route.path);
                seen.push(route.path);
            }
        }
    }
    assert!(seen.contains(&"/sign-in") && seen.contains(&"/forgot") && seen.len() > 16, "{seen:?}");
    println!("{} bare pages", seen.len() / 2);
    // The button on such a page works.
    assert_eq!(world.call(22, "POST /vendor/stop-viewing", "").await.status, 303);
    assert!(!world.call(22, "GET /sign-in", "").await.body.contains(banner));
}

async fn viewing_ends_and_is_told_of(world: World) {
    start(&world, 22).await;
    let refused = world.call(22, "POST /account/email/stop", "").await;
    assert!(refused.status == 403 && refused.body.contains("stop viewing first"), "{}", refused.body);
    assert_eq!(world.call(22, "POST /vendor/stop-viewing", "").await.status, 303);
    assert_eq!(world.call(22, "GET /coordinators", "").await.status, 403, "the own pages again");
    start(&world, 22).await;
    world.exec("UPDATE sessions SET view_until = 1").await;
    assert_eq!(world.call(22, "GET /coordinators", "").await.status, 403, "after 30 minutes");
    let mine = world.call(1, "GET /account", "").await.body;
    assert!(
        mine.contains("Oda Vendor (vendor’s staff) viewed your pages on ") && mine.contains("because “request 48211”"),
        "{mine}"
    );
    let events =
        "SELECT COUNT(*) FROM audit_events WHERE actor_id = 22 AND action IN ('person.view_as', 'person.stop_viewing')";
    assert_eq!(world.number(events).await, 3, "under the name of the one who looked");
    start(&world, 22).await;
    world.exec("UPDATE people SET staff_role = 'auditor' WHERE id = 22").await;
    assert_eq!(world.call(22, "GET /coordinators", "").await.status, 403, "a role that is taken ends it at once");
}

async fn who_may_view(world: World) {
    for (who, status) in
        [(1, 403), (3, 403), (10, 403), (13, 404), (23, 403), (24, 403), (25, 403), (0, 303), (21, 303)]
    {
        assert_eq!(start(&world, who).await, status, "person {who}");
    }
    assert_eq!(world.call(22, "POST /vendor/view-as/h1", "why=").await.status, 422, "a reason is needed");
    assert_eq!(world.call(22, "POST /vendor/view-as/h21", "why=x").await.status, 404, "not as staff");
    world.exec("UPDATE sessions SET fresh_at = 0 WHERE person_id = 22").await;
    let again = world.call(22, "POST /vendor/view-as/h1", "why=x").await;
    assert!(again.headers["location"].to_str().unwrap().starts_with("/sign-in/again"));
}
