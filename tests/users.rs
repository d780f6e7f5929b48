//! Naming users on both databases: who may, what becomes of each row, and that it takes a fixed number of statements.
use crate::world::World;
use serde_json::{Value, json};
use subscription_center::db::statements_run;
use testkit::product::Engine;

on_both!(
    users_are_named_and_undone
    a_coordinator_names_on_own_assets_only
    one_that_cannot_be_named_stops_all_or_is_left_out
    many_take_as_many_statements_as_one
    access_that_ended_is_dead_on_the_next_request
    the_same_key_names_once
    a_coordinator_undoes_what_he_named
    a_right_is_undone_whatever_happened_on_another_contract
    only_whoever_was_invited_is_called_invited
    an_address_finds_its_person_in_any_spelling
);

const USERS: &str = "POST /api/v1/contracts/100000000001/users";

async fn post(world: &World, who: i64, what: &str, body: Value) -> (u16, Value) {
    let answer = world.call(who, what, &body.to_string()).await;
    (answer.status, serde_json::from_str(&answer.body).unwrap_or(Value::Null))
}

async fn listed(world: &World, who: i64) -> Value {
    let answer = world.call(who, "GET /api/v1/contracts/100000000001/users", "").await;
    serde_json::from_str(&answer.body).unwrap()
}

fn of<'v>(list: &'v Value, email: &str) -> &'v Value {
    list["items"].as_array().unwrap().iter().find(|u| u["email"] == email).unwrap_or(&Value::Null)
}

/// A purchase named person 7, who coordinates S3: a membership that waits, and no invitation.
async fn only_whoever_was_invited_is_called_invited(world: World) {
    let pages = [
        "GET /users?contract=100000000001",
        "GET /contracts/100000000001/people",
        "GET /contracts/100000000001/products",
        "GET /people/h7",
        "GET /people/h3?successor=pending%40acme.example",
    ];
    let (invited, not) = ("Invited, not yet accepted", "Not yet invited");
    for page in pages {
        let body = world.call(1, page, "").await.body;
        assert!(!body.contains(invited) && body.contains(not), "{page}: {body}");
    }
    let person = world.call(1, "GET /people/h7", "").await.body;
    assert!(person.contains("Send invitation</button>") && !person.contains("Withdraw invitation"), "{person}");
    world
        .exec(
            "INSERT INTO invitations (account_id, person_id, invited_by, invited_at, expires_at) VALUES (1, 7, 1, 1, 9000000000000)",
        )
        .await;
    for page in &pages[..4] {
        let body = world.call(1, page, "").await.body;
        assert!(body.contains(invited) && !body.contains(not), "{page}: {body}");
    }
    let person = world.call(1, "GET /people/h7", "").await.body;
    assert!(person.contains("Send invitation again</button>") && person.contains("Withdraw invitation"), "{person}");
}

async fn an_address_finds_its_person_in_any_spelling(world: World) {
    for (person, status) in [("SC@ACME.Example", 200), ("sc%40Acme.EXAMPLE", 200), ("h3", 200), ("H3", 404)] {
        assert_eq!(world.call(1, &format!("GET /people/{person}"), "").await.status, status, "{person}");
    }
    // What a stranger may not see stays hidden, however it is spelled.
    assert_eq!(world.call(13, "GET /people/SC@ACME.Example", "").await.status, 404);
    let edited = world.call(1, "POST /people/SC@ACME.EXAMPLE/edit", "what=name&first_name=Cyd&last_name=Acme").await;
    assert_eq!(edited.status, 303, "{}", edited.body);
    assert_eq!(edited.headers["location"].to_str().unwrap(), "/people/sc%40acme.example");
    assert_eq!(world.texts("SELECT first_name FROM people WHERE id = 3").await, ["Cyd"]);
    assert_eq!(world.call(21, "GET /vendor/people/SC@ACME.Example/reset-factors", "").await.status, 200);
}

async fn users_are_named_and_undone(world: World) {
    let users = json!({"users": [
        {"email": "new.person@acme.example", "first_name": "Nia", "last_name": "Person", "grants": ["releases"]},
        {"email": "bare.address@acme.example"},
        {"email": "user@acme.example", "grants": ["extensions"], "serial_numbers": ["S1", "S2"]},
    ]});
    let (status, seen) = post(&world, 1, USERS, json!({"users": users["users"], "preview": true})).await;
    let verdicts: Vec<&Value> = seen["rows"].as_array().unwrap().iter().map(|r| &r["verdict"]).collect();
    assert_eq!((status, verdicts), (200, vec![&json!("invited"), &json!("invited"), &json!("member")]));
    assert_eq!(world.number("SELECT COUNT(*) FROM people WHERE email_key = 'new.person@acme.example'").await, 0);
    let before = listed(&world, 1).await;
    let (status, done) = post(&world, 1, USERS, users).await;
    assert_eq!((status, &done["changed"], &done["invited"], &done["notices"]), (200, &json!(3), &json!(2), &json!(3)));
    let after = listed(&world, 1).await;
    assert_eq!(of(&after, "new.person@acme.example")["state"], "invited");
    assert_eq!(of(&after, "bare.address@acme.example")["first_name"], "Bare");
    assert_eq!(of(&after, "bare.address@acme.example")["grants"], json!(["support", "learning"]));
    assert_eq!(of(&after, "user@acme.example")["serial_numbers"], json!(["S1", "S2"]));
    assert_eq!(of(&after, "user@acme.example")["grants"], json!(["extensions"]));
    let undo = format!("POST /api/v1/change-sets/{}/undo", done["change_set"].as_str().unwrap());
    let (status, undone) = post(&world, 1, &undo, json!({"preview": false})).await;
    assert_eq!((status, &undone["reverted"], &undone["kept"]), (200, &json!(3), &json!(0)));
    assert_eq!(listed(&world, 1).await, before);
    // Invited people stay invited.
    assert_eq!(world.number("SELECT COUNT(*) FROM invitations WHERE account_id = 1 AND invited_by = 1").await, 2);
    // And the undo of the undo names them again.
    let again = format!("POST /api/v1/change-sets/{}/undo", undone["change_set"].as_str().unwrap());
    assert_eq!(post(&world, 1, &again, json!({"preview": false})).await.1["reverted"], 3);
    assert_eq!(listed(&world, 1).await, after);
}

async fn a_coordinator_names_on_own_assets_only(world: World) {
    // Dan coordinates S2 and may name users; Cid coordinates S1 and may not.
    let name = |email: &str, serials: Value| json!({"users": [{"email": email, "serial_numbers": serials}]});
    assert_eq!(post(&world, 3, USERS, name("x@acme.example", json!(["S1"]))).await.0, 403);
    assert_eq!(post(&world, 4, USERS, name("x@acme.example", json!(["S2"]))).await.0, 200);
    for (body, reason) in [
        (name("y@acme.example", json!(["S1"])), "unknown_serial_number"),
        (name("y@acme.example", json!(["S2", "S5"])), "unknown_serial_number"),
        (json!({"users": [{"email": "y@acme.example"}]}), "name_own_serial_numbers"),
        (name("user@acme.example", json!(["S2"])), "others_access"),
        (name("named@acme.example", json!(["S2"])), "others_access"),
    ] {
        let before = world.digest().await;
        let (status, refused) = post(&world, 4, USERS, body).await;
        assert_eq!((status, &refused["refused_users"][0]["reason"]), (409, &json!(reason)));
        assert_eq!(world.digest().await, before);
    }
    // The asset moves on: what Dan gave stays, and he can no longer change it.
    world
        .exec("UPDATE assets SET coordinator_id = 3 WHERE id = 2; UPDATE assets SET coordinator_id = 4 WHERE id = 1")
        .await;
    let (_, refused) = post(&world, 4, USERS, name("x@acme.example", json!(["S1"]))).await;
    assert_eq!(refused["refused_users"][0]["reason"], "others_access");
    assert_eq!(of(&listed(&world, 1).await, "x@acme.example")["serial_numbers"], json!(["S2"]));
    // The right is taken: dead on the next request.
    world.exec("DELETE FROM naming_rights").await;
    assert_eq!(post(&world, 4, USERS, name("z@acme.example", json!(["S1"]))).await.0, 403);
}

async fn one_that_cannot_be_named_stops_all_or_is_left_out(world: World) {
    let users = json!([{"email": "good@acme.example"}, {"email": "nonsense"}, {"email": "GOOD@acme.example"}]);
    let before = world.digest().await;
    let (status, refused) = post(&world, 1, USERS, json!({"users": users})).await;
    assert_eq!((status, &refused["refused_users"][0]["email"]), (409, &json!("nonsense")));
    assert_eq!(world.digest().await, before);
    let (status, done) = post(&world, 1, USERS, json!({"users": users, "leave_out_refused": true})).await;
    assert_eq!((status, &done["changed"], done["refused"].as_array().unwrap().len()), (200, &json!(1), 1));
    let many: Vec<Value> = (0..51).map(|n| json!({"email": format!("u{n}@acme.example")})).collect();
    let (status, asked) = post(&world, 1, USERS, json!({"users": many})).await;
    assert_eq!((status, &asked["notices"]), (409, &json!(51)));
    let (status, _) = post(&world, 1, USERS, json!({"users": many, "confirm_notices": 51})).await;
    assert_eq!(status, 200);
    let (status, _) = post(&world, 1, USERS, json!({"users": []})).await;
    assert_eq!(status, 422);
    // One more than the limit, with its words.
    let over: Vec<Value> = (0..=10_000).map(|n| json!({"email": format!("v{n}@acme.example")})).collect();
    let (status, told) = post(&world, 1, USERS, json!({"users": over})).await;
    assert_eq!((status, &told["title"]), (422, &json!("name at most 10000 people at once")));
    // A contract whose grace is over.
    world.exec("UPDATE contracts SET end_on = '2020-02-01' WHERE id = 1").await;
    let (status, lapsed) = post(&world, 1, USERS, json!({"users": [{"email": "w@acme.example"}]})).await;
    assert_eq!((status, &lapsed["type"]), (409, &json!("/problems/contract-lapsed")));
}

async fn many_take_as_many_statements_as_one(world: World) {
    let mut counts = Vec::new();
    // The first request of a day also changes hands.
    listed(&world, 1).await;
    for (round, many) in [1, 1_000].into_iter().enumerate() {
        let one = |n: i32| json!({"email": format!("r{round}u{n}@acme.example"), "serial_numbers": ["S1", "S2"]});
        let users: Vec<Value> = (0..many).map(one).collect();
        let before = statements_run();
        let (status, done) = post(&world, 1, USERS, json!({"users": users, "confirm_notices": many})).await;
        assert_eq!((status, &done["changed"]), (200, &json!(many)), "{done}");
        counts.push(statements_run() - before);
    }
    println!("statements to name 1 and 1,000 users: {counts:?}");
    assert_eq!(counts[0], counts[1]);
    assert_eq!(world.number("SELECT COUNT(*) FROM entry_assets").await, 2_003);
}

async fn access_that_ended_is_dead_on_the_next_request(world: World) {
    assert_eq!(world.call(5, "GET /api/v1/assets/S1", "").await.status, 200);
    let end = "POST /api/v1/contracts/100000000001/users/end";
    let (status, done) = post(&world, 1, end, json!({"emails": ["user@acme.example"]})).await;
    assert_eq!((status, &done["changed"]), (200, &json!(1)));
    for path in ["/api/v1/assets/S1", "/api/v1/contracts/100000000001", "/api/v1/explain?serial_number=S1"] {
        assert_eq!(world.call(5, &format!("GET {path}"), "").await.status, 404, "{path}");
    }
    // A coordinator ends only what is all on own assets.
    assert_eq!(post(&world, 4, end, json!({"emails": ["named@acme.example"]})).await.0, 409);
    let (status, _) = post(&world, 22, end, json!({"emails": ["named@acme.example"]})).await;
    assert_eq!(status, 200, "support may");
    assert_eq!(post(&world, 25, end, json!({"emails": ["named@acme.example"]})).await.0, 403, "an auditor may not");
}

async fn the_same_key_names_once(world: World) {
    let body = json!({"users": [{"email": "once@acme.example"}]}).to_string();
    let key = [("idempotency-key", "k-users")];
    let first = world.call_with(1, USERS, &key, &body).await;
    let second = world.call_with(1, USERS, &key, &body).await;
    assert_eq!((first.status, first.body), (second.status, second.body));
    assert_eq!(world.number("SELECT COUNT(*) FROM change_sets WHERE kind = 'name_users'").await, 1);
}

async fn a_coordinator_undoes_what_he_named(world: World) {
    let body = json!({"users": [{"email": "mine@acme.example", "serial_numbers": ["S2"]}]});
    let (_, done) = post(&world, 4, USERS, body).await;
    let undo = format!("POST /api/v1/change-sets/{}/undo", done["change_set"].as_str().unwrap());
    assert_eq!(post(&world, 3, &undo, json!({})).await.0, 404, "another coordinator knows nothing of it");
    let (status, undone) = post(&world, 4, &undo, json!({})).await;
    assert_eq!((status, &undone["reverted"]), (200, &json!(1)));
    // Not what the Contract Manager named, and not without the right.
    let body = json!({"users": [{"email": "hers@acme.example", "serial_numbers": ["S2"]}]});
    let (_, done) = post(&world, 1, USERS, body).await;
    let hers = format!("POST /api/v1/change-sets/{}/undo", done["change_set"].as_str().unwrap());
    assert_eq!(post(&world, 4, &hers, json!({})).await.0, 404);
    world.exec("DELETE FROM naming_rights").await;
    let again = format!("POST /api/v1/change-sets/{}/undo", undone["change_set"].as_str().unwrap());
    assert_eq!(post(&world, 4, &again, json!({})).await.0, 404);
}

async fn a_right_is_undone_whatever_happened_on_another_contract(world: World) {
    // Cid coordinates something on both contracts, which have managers of their own.
    let assign = json!({"coordinator": {"email": "sc@acme.example"}, "to": {"serial_numbers": ["T1"]}});
    let on_second = "POST /api/v1/contracts/100000000002/coordinator-assignments";
    assert_eq!(post(&world, 2, on_second, assign).await.0, 200);
    let give = async |who: i64, contract: &str| {
        let what = format!("POST /contracts/{contract}/naming-rights");
        let answer = world.call(who, &what, "email=sc%40acme.example&may=1&person=h3").await;
        let to = answer.headers["location"].to_str().unwrap().to_owned();
        to.split_once("done=").unwrap().1.to_owned()
    };
    let first = give(1, "100000000001").await;
    give(2, "100000000002").await;
    let undo = format!("POST /api/v1/change-sets/{first}/undo");
    let (status, undone) = post(&world, 1, &undo, json!({})).await;
    assert_eq!((status, &undone["reverted"], &undone["kept"]), (200, &json!(1), &json!(0)));
    let has = "SELECT COUNT(*) FROM naming_rights WHERE person_id = 3 AND contract_id = ";
    assert_eq!((world.number(&format!("{has}1")).await, world.number(&format!("{has}2")).await), (0, 1));
}
