//! Orders and shipments on both databases: what ships together, what is refused in which order, addresses that are old, coordinators that
//! change before and after a parcel left, and what an announcement orders.
mod hands;
use crate::world::World;
use serde_json::{Value, json};
use subscription_center::db::statements_run;
use subscription_center::jobs::worker::work_off;
use subscription_center::mail::Transport;
use testkit::product::Engine;

on_both!(
    one_order_makes_a_shipment_for_each_coordinator_and_joins_what_waits
    what_cannot_be_ordered_is_refused_with_its_reason
    an_old_address_waits_until_its_coordinator_says_that_it_is_right
    an_order_goes_its_way_and_each_step_is_told
    what_came_back_is_told_to_the_contract_manager
    an_announcement_orders_for_those_who_want_media
    the_same_key_orders_once
    two_orders_to_one_place_become_one
    a_cancelled_order_can_be_taken_up_again
);

const MANAGER: i64 = 1;
const COORDINATOR: i64 = 3;
const OTHER: i64 = 4;
const FULFILMENT: i64 = 24;
const ORDER: &str = "POST /api/v1/shipments";

async fn call(world: &World, who: i64, what: &str, body: Value) -> (u16, Value) {
    let answer = world.call(who, what, &if body.is_null() { String::new() } else { body.to_string() }).await;
    assert!(answer.status < 500, "{what}: {answer:?}");
    (answer.status, serde_json::from_str(&answer.body).unwrap_or(Value::Null))
}

async fn ok(world: &World, who: i64, what: &str, body: Value) -> Value {
    let (status, answer) = call(world, who, what, body).await;
    assert_eq!(status, 200, "{what}: {answer}");
    answer
}

async fn refused(world: &World, who: i64, what: &str, body: Value) -> String {
    let (status, answer) = call(world, who, what, body).await;
    assert!((400..500).contains(&status), "{what}: {status} {answer}");
    answer["type"].as_str().unwrap().rsplit('/').next().unwrap().rsplit(':').next().unwrap().to_owned()
}

/// Checked now, or that many days ago.
async fn lives(world: &World, person: i64, street: &str, days_ago: i64) {
    let at = world.app.clock().now() - days_ago * 86_400_000;
    world
        .exec(&format!(
            "DELETE FROM shipping_addresses WHERE person_id = {person};
             INSERT INTO shipping_addresses (person_id, company, recipient, line1, line2, postal_code, city, region, country, phone, checked_at)
             VALUES ({person}, 'Acme', 'Somebody', '{street}', '', '3011', 'Rotterdam', '', 'NL', '', {at})"
        ))
        .await;
}

async fn order(world: &World, who: i64, serials: &[&str]) -> Vec<(String, bool, bool)> {
    let placed = ok(world, who, ORDER, json!({"release": "r1", "serial_numbers": serials})).await;
    let one = |s: &Value| {
        let flag = |name: &str| s[name].as_bool().unwrap();
        (s["number"].as_str().unwrap().to_owned(), flag("waits_for_address"), flag("joined"))
    };
    placed["shipments"].as_array().unwrap().iter().map(one).collect()
}

async fn state(world: &World, number: &str) -> String {
    let shown = ok(world, FULFILMENT, &format!("GET /api/v1/shipments/{number}"), Value::Null).await;
    let serials = shown["listed_serial_numbers"].as_array().unwrap().len();
    let waits = if shown["waits_for_address"].as_bool().unwrap() { ", waits" } else { "" };
    format!("{} of {} for {serials}{waits}", shown["state"].as_str().unwrap(), shown["coordinator"].as_str().unwrap())
}

async fn approve(world: &World, number: &str) -> Value {
    ok(world, FULFILMENT, "POST /api/v1/shipments/approve", json!({"numbers": [number]})).await
}

async fn ship(world: &World, number: &str) -> (u16, Value) {
    let parcel = json!({"carrier": "DHL", "tracking": "JD01"});
    call(world, FULFILMENT, &format!("POST /api/v1/shipments/{number}/ship"), parcel).await
}

async fn assign(world: &World, to: &str, serials: &[&str]) -> String {
    let body = json!({"coordinator": {"email": to}, "to": {"serial_numbers": serials}});
    let done = ok(world, MANAGER, "POST /api/v1/contracts/100000000001/coordinator-assignments", body).await;
    done["change_set"].as_str().unwrap().to_owned()
}

/// Runs the jobs that settle orders, as if a minute had passed.
async fn settle(world: &World) {
    world.exec("UPDATE jobs SET run_at = 0 WHERE kind = 'shipments.settle'").await;
    work_off(&world.app, &Transport::Demo, &mut None).await.unwrap();
}

async fn mails(world: &World) -> Vec<String> {
    world
        .texts("SELECT n.kind || ' to ' || n.address || ': ' || n.subject FROM notices n WHERE n.kind LIKE 'order.%' ORDER BY n.id")
        .await
}

async fn one_order_makes_a_shipment_for_each_coordinator_and_joins_what_waits(world: World) {
    lives(&world, COORDINATOR, "Kade 1", 10).await;
    lives(&world, OTHER, "Kade 2", 10).await;
    lives(&world, MANAGER, "Kade 3", 10).await;
    let placed = order(&world, MANAGER, &["S1", "S2", "S5"]).await;
    assert_eq!(placed.len(), 3, "one for each coordinator: {placed:?}");
    assert!(placed.iter().all(|(_, waits, joined)| !waits && !joined), "{placed:?}");
    assert!(mails(&world).await.iter().all(|mail| mail.contains("received")));
    // Handed to the same one: what is ordered then joins what waits, and its mail lists both.
    assign(&world, "cm@acme.example", &["S3"]).await;
    let more = order(&world, MANAGER, &["S3"]).await;
    assert_eq!(more.len(), 1);
    assert!(more[0].2 && placed.iter().any(|(number, _, _)| *number == more[0].0), "{more:?} joins one of {placed:?}");
    assert_eq!(state(&world, &more[0].0).await, "requested of cm@acme.example for 2");
    // Once it is approved, the next one is an order of its own.
    approve(&world, &more[0].0).await;
    assign(&world, "cm@acme.example", &["S4"]).await;
    let next = order(&world, MANAGER, &["S4"]).await;
    assert!(!next[0].2 && next[0].0 != more[0].0, "{next:?}");
    // A coordinator sees the own ones, the Contract Manager all of the contract, another company none.
    for (who, seen) in [(COORDINATOR, 2), (MANAGER, 5), (13, 1), (FULFILMENT, 8)] {
        let list = ok(&world, who, "GET /api/v1/shipments", Value::Null).await;
        assert_eq!(list["items"].as_array().unwrap().len(), seen, "{who}: {list}");
    }
    let first = ok(&world, FULFILMENT, "GET /api/v1/shipments?limit=3", Value::Null).await;
    let second = format!("GET /api/v1/shipments?limit=3&cursor={}", first["next"].as_str().unwrap());
    let second = ok(&world, FULFILMENT, &second, Value::Null).await;
    assert!(second["items"][0]["number"].as_str().unwrap() < first["items"][2]["number"].as_str().unwrap());
}

async fn what_cannot_be_ordered_is_refused_with_its_reason(world: World) {
    lives(&world, COORDINATOR, "Kade 1", 10).await;
    world.exec("UPDATE contracts SET start_on = '2020-01-01', end_on = '2020-12-31' WHERE id = 2").await;
    world
        .exec("INSERT INTO assets (id, serial, contract_id, account_id, product_id, release, deployment, seats) VALUES (91, 'X1', 1, 1, 2, '1', 'network', 1)")
        .await;
    assert_eq!(order(&world, COORDINATOR, &["S1"]).await.len(), 1);
    let (status, answer) = call(
        &world,
        COORDINATOR,
        ORDER,
        json!({"release": "r1", "serial_numbers": ["nosuch", "B1", "X1", "S2", "S1"]}),
    )
    .await;
    let reasons: Vec<String> = answer["refused"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| format!("{} {}", r["serial_number"].as_str().unwrap(), r["reason"].as_str().unwrap()))
        .collect();
    assert_eq!(status, 409);
    assert_eq!(reasons, ["B1 not_found", "S1 ordered", "S2 not_allowed", "X1 other_product", "nosuch not_found"]);
    let (_, answer) = call(&world, 2, ORDER, json!({"release": "r1", "serial_numbers": ["T1"]})).await;
    assert_eq!(answer["refused"][0]["reason"], "out_of_term");
    assert_eq!(refused(&world, COORDINATOR, ORDER, json!({"release": "r2"})).await, "no-media");
    assert_eq!(refused(&world, COORDINATOR, ORDER, json!({"release": "r1"})).await, "nothing-to-order");
    assert_eq!(
        call(&world, 5, ORDER, json!({"release": "r1", "serial_numbers": ["S1"]})).await.0,
        409,
        "a User may not"
    );
    assert_eq!(call(&world, 14, ORDER, json!({"release": "r1"})).await.0, 404, "a stranger knows of nothing");
    assert_eq!(call(&world, COORDINATOR, ORDER, json!({"release": "r1", "serial_numbers": []})).await.0, 422);
}

async fn an_old_address_waits_until_its_coordinator_says_that_it_is_right(world: World) {
    for (days_ago, waits) in [(364, false), (368, true)] {
        world.exec("UPDATE shipments SET state = 'cancelled' WHERE id > 4").await;
        lives(&world, COORDINATOR, "Kade 1", days_ago).await;
        assert_eq!(order(&world, MANAGER, &["S1"]).await[0].1, waits, "{days_ago} days ago");
    }
    let number = world.number("SELECT MAX(id) FROM shipments").await + 30_000;
    let refusals = approve(&world, &number.to_string()).await;
    assert_eq!(refusals["refused"][0]["reason"], "address-open");
    let home = world.call(COORDINATOR, "GET /", "").await.body;
    assert!(home.contains("waits until you say that its address is right"), "{home}");
    let ship_to = format!("POST /api/v1/shipments/{number}/ship-to");
    // The Contract Manager cannot say it for the coordinator, but may enter where it goes instead.
    assert_eq!(refused(&world, MANAGER, &ship_to, json!({})).await, "only-the-coordinator");
    ok(&world, COORDINATOR, &ship_to, json!({})).await;
    assert_eq!(state(&world, &number.to_string()).await, "requested of sc@acme.example for 1");
    let checked = world.number("SELECT checked_at FROM shipping_addresses WHERE person_id = 3").await;
    assert!(checked > world.app.clock().now() - 60_000, "the profile is checked by that, too");
    assert_eq!(approve(&world, &number.to_string()).await["approved"][0], number.to_string());
    // Another address takes it back to be approved again.
    let address = json!({"recipient": "Gate 4", "line1": "Dock 1", "city": "Rotterdam", "country": "NL"});
    ok(&world, MANAGER, &ship_to, json!({"ship_to": address})).await;
    assert_eq!(state(&world, &number.to_string()).await, "requested of sc@acme.example for 1");
    assert_eq!(call(&world, MANAGER, &ship_to, json!({"ship_to": {"city": "Rotterdam"}})).await.0, 422);
    // Without any address it asks for one.
    assert!(order(&world, OTHER, &["S2"]).await[0].1);
    let waiting = world.number("SELECT MAX(id) FROM shipments").await + 30_000;
    assert_eq!(call(&world, OTHER, &format!("POST /api/v1/shipments/{waiting}/ship-to"), json!({})).await.0, 422);
}

async fn an_order_goes_its_way_and_each_step_is_told(world: World) {
    lives(&world, COORDINATOR, "Kade 1", 10).await;
    let number = order(&world, COORDINATOR, &["S1"]).await[0].0.clone();
    assert_eq!(ship(&world, &number).await.1["type"].as_str().unwrap().rsplit(['/', ':']).next(), Some("not-approved"));
    for who in [MANAGER, 25, 22, 23] {
        let (status, _) = call(&world, who, "POST /api/v1/shipments/approve", json!({"numbers": [number]})).await;
        assert_eq!(status, 403, "{who} does not approve");
    }
    assert_eq!(approve(&world, &number).await["approved"][0], number);
    let slip = world.call(FULFILMENT, &format!("GET /vendor/shipments/{number}/slip"), "").await.body;
    assert!(slip.contains("Kade 1") && slip.contains("S1") && slip.contains("Draftline 2027.1"), "{slip}");
    assert_eq!(world.call(MANAGER, &format!("GET /vendor/shipments/{number}/slip"), "").await.status, 403);
    assert_eq!(ship(&world, &number).await.0, 200);
    let cancel = format!("POST /api/v1/shipments/{number}/cancel");
    assert_eq!(refused(&world, COORDINATOR, &cancel, json!({})).await, "shipped-already");
    ok(&world, FULFILMENT, &format!("POST /api/v1/shipments/{number}/delivered"), Value::Null).await;
    let told = mails(&world).await;
    let expected =
        ["received", "sent", "delivered"].map(|what| format!("order.{what} to sc@acme.example: Order {number} {what}"));
    assert_eq!(told, expected);
    let text = world.texts("SELECT body_text FROM notices WHERE kind = 'order.sent'").await.remove(0);
    assert!(text.contains("JD01") && text.contains("https://www.dhl.com/"), "{text}");
    let shown = ok(&world, COORDINATOR, &format!("GET /api/v1/shipments/{number}"), Value::Null).await;
    let history: Vec<&str> =
        shown["history"].as_array().unwrap().iter().map(|e| e["event"].as_str().unwrap()).collect();
    assert_eq!(history, ["requested", "approved", "shipped", "delivered"]);
    let csv = world.call(FULFILMENT, "GET /vendor/shipments.csv", "").await;
    assert!(csv.body.contains(&format!("{number},delivered,no,")), "{}", csv.body);
}

async fn what_came_back_is_told_to_the_contract_manager(world: World) {
    lives(&world, COORDINATOR, "Kade 1", 10).await;
    let number = order(&world, COORDINATOR, &["S1"]).await[0].0.clone();
    approve(&world, &number).await;
    ship(&world, &number).await;
    let back = format!("POST /api/v1/shipments/{number}/returned");
    assert_eq!(call(&world, FULFILMENT, &back, json!({"reason": " "})).await.0, 422);
    ok(&world, FULFILMENT, &back, json!({"reason": "moved away"})).await;
    let told = mails(&world).await;
    for email in ["sc@acme.example", "cm@acme.example"] {
        assert!(told.contains(&format!("order.returned to {email}: Order {number} came back")), "{told:?}");
    }
    let home = world.call(MANAGER, "GET /", "").await.body;
    assert!(home.contains(&format!("Order {number} (Draftline 2027.1) came back.")), "{home}");
    // Ordered again, it needs nobody any more.
    order(&world, MANAGER, &["S1"]).await;
    assert!(!world.call(MANAGER, "GET /", "").await.body.contains("came back."));
    assert!(world.call(FULFILMENT, "GET /", "").await.body.contains("1 order waits for approval."));
}

async fn an_announcement_orders_for_those_who_want_media(world: World) {
    lives(&world, COORDINATOR, "Kade 1", 10).await;
    lives(&world, MANAGER, "Kade 3", 400).await;
    for who in [COORDINATOR, MANAGER] {
        assert_eq!(world.call(who, "POST /account/media", "media=1").await.status, 303);
    }
    assert!(world.call(COORDINATOR, "GET /account", "").await.body.contains("Download, and media by post"));
    let announce = "POST /api/v1/releases/r1/announce";
    let (_, no) = call(&world, 23, announce, json!({})).await;
    ok(&world, 23, announce, json!({"confirm_notices": no["notices"]})).await;
    let made = world
        .texts(
            "SELECT p.email || ' ' || CASE WHEN h.confirmed_at IS NULL THEN 'asked' ELSE h.line1 END || ' ' || a.serial FROM shipments h
             JOIN people p ON p.id = h.person_id JOIN shipment_assets x ON x.shipment_id = h.id JOIN assets a ON a.id = x.asset_id
             WHERE h.origin = 'announcement' ORDER BY 1",
        )
        .await;
    // Only what they coordinate: not what the Contract Manager is told in place of others.
    assert_eq!(made, ["cm@acme.example asked S5", "sc@acme.example Kade 1 S1"]);
    world.exec("UPDATE jobs SET run_at = 0").await;
    work_off(&world.app, &Transport::Demo, &mut None).await.unwrap();
    let text =
        |email: &str| format!("SELECT body_text FROM notices WHERE kind = 'release.announced' AND address = '{email}'");
    let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let asked = flat(&world.texts(&text("cm@acme.example")).await[0]);
    assert!(asked.contains("once you say that this address is right: Somebody, Acme, Kade 3"), "{asked}");
    let sure = flat(&world.texts(&text("sc@acme.example")).await[0]);
    assert!(sure.contains("The media come to you by post, as order 3") && sure.contains("Kade 1"), "{sure}");
    assert!(!flat(&world.texts(&text("scn@acme.example")).await[0]).contains("by post"));
}

async fn the_same_key_orders_once(world: World) {
    lives(&world, COORDINATOR, "Kade 1", 10).await;
    let body = json!({"release": "r1", "serial_numbers": ["S1"]}).to_string();
    let key = [("Idempotency-Key", "k-1")];
    let first = world.call_with(COORDINATOR, ORDER, &key, &body).await;
    let again = world.call_with(COORDINATOR, ORDER, &key, &body).await;
    assert_eq!((first.status, &first.body), (again.status, &again.body));
    assert_eq!(world.number("SELECT COUNT(*) FROM shipments WHERE id > 4").await, 1);
    let other = json!({"release": "r1"}).to_string();
    assert_eq!(world.call_with(COORDINATOR, ORDER, &key, &other).await.status, 422);
    // A version that somebody else moved on is refused.
    let number = world.number("SELECT MAX(id) FROM shipments").await + 30_000;
    let cancel = format!("POST /api/v1/shipments/{number}/cancel");
    assert_eq!(world.call_with(COORDINATOR, &cancel, &[("If-Match", "\"1\"")], "{}").await.status, 412);
    let tag = world.call(COORDINATOR, &format!("GET /api/v1/shipments/{number}"), "").await.headers["etag"].clone();
    let tag = [("If-Match", tag.to_str().unwrap())];
    assert_eq!(world.call_with(COORDINATOR, &cancel, &tag, "{}").await.status, 200);
}

async fn two_orders_to_one_place_become_one(world: World) {
    lives(&world, COORDINATOR, "Kade 1", 10).await;
    assign(&world, "sc@acme.example", &["S2"]).await;
    let first = order(&world, COORDINATOR, &["S1"]).await[0].0.clone();
    let elsewhere = json!({"recipient": "Gate 4", "line1": "Dock 1", "city": "Rotterdam", "country": "NL"});
    let body = json!({"release": "r1", "serial_numbers": ["S2"], "ship_to": elsewhere});
    let second = ok(&world, COORDINATOR, ORDER, body).await["shipments"][0]["number"].as_str().unwrap().to_owned();
    assert_ne!(first, second, "another place");
    let home = json!({"company": "Acme", "recipient": "Somebody", "line1": "Kade 1", "postal_code": "3011", "city": "Rotterdam", "country": "NL"});
    let done =
        ok(&world, COORDINATOR, &format!("POST /api/v1/shipments/{second}/ship-to"), json!({"ship_to": home})).await;
    assert_eq!(done["number"], first);
    assert_eq!(state(&world, &first).await, "requested of sc@acme.example for 2");
    assert!(state(&world, &second).await.starts_with("cancelled"));
}

async fn a_cancelled_order_can_be_taken_up_again(world: World) {
    lives(&world, COORDINATOR, "Kade 1", 10).await;
    let number = order(&world, COORDINATOR, &["S1"]).await[0].0.clone();
    let cancel = format!("POST /api/v1/shipments/{number}/cancel");
    ok(&world, COORDINATOR, &cancel, json!({})).await;
    assert_eq!(refused(&world, COORDINATOR, &cancel, json!({})).await, "order-over");
    ok(&world, COORDINATOR, &cancel, json!({"undo": true})).await;
    assert_eq!(state(&world, &number).await, "requested of sc@acme.example for 1");
    ok(&world, COORDINATOR, &cancel, json!({})).await;
    order(&world, COORDINATOR, &["S1"]).await;
    assert_eq!(refused(&world, COORDINATOR, &cancel, json!({"undo": true})).await, "ordered-again");
}

/// Statements of an announcement to so many coordinators, all of whom want media.
async fn cost(engine: Engine, coordinators: i64) -> u64 {
    let world = World::seeded(engine).await;
    world
        .exec(&format!(
            "INSERT INTO people (id, handle, email, email_key, first_name, last_name, first_key, last_key, sort_key, language, theme, version, prefers_media)
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {coordinators})
             SELECT 10000 + i, 'z' || i, 'z' || i || '@z.example', 'z' || i || '@z.example', 'Z', 'Z', 'z', 'z', 'z' || i, 'en', 'system', 1, TRUE FROM n;
             INSERT INTO memberships (account_id, person_id, confirmed_at) SELECT 1, p.id, 1 FROM people p WHERE p.id > 10000;
             INSERT INTO assets (id, serial, contract_id, account_id, product_id, release, deployment, seats, coordinator_id)
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {})
             SELECT 100000 + i, 'Z' || i, 1, 1, 1, '2027', 'network', 1, 10001 + i % {coordinators} FROM n;",
            coordinators * 3
        ))
        .await;
    world.exec("ANALYZE").await;
    let announce = "POST /api/v1/releases/r1/announce";
    let (_, no) = call(&world, 23, announce, json!({})).await;
    let before = statements_run();
    ok(&world, 23, announce, json!({"confirm_notices": no["notices"]})).await;
    let spent = statements_run() - before;
    assert_eq!(world.number("SELECT COUNT(*) FROM shipments WHERE origin = 'announcement'").await, coordinators);
    assert_eq!(world.number("SELECT COUNT(*) FROM shipment_assets WHERE shipment_id > 4").await, coordinators * 3);
    spent
}

#[tokio::test(flavor = "multi_thread")]
async fn any_number_of_media_costs_the_same_statements() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let (few, many) = (cost(engine, 10).await, cost(engine, 1_000).await);
        println!("{engine:?}: {few} statements to announce to 10 coordinators who want media, {many} to 1,000");
        assert_eq!(few, many);
    }
}
