//! Leaving a company, the way in, and access that is asked for, on both databases.
use crate::world::World;
use serde_json::{Value, json};
use testkit::product::Engine;

on_both!(
    role_holders_are_not_removed
    leaving_ends_everything_at_once
    removal_ends_at_what_is_ones_own
    a_link_to_hand_over_is_for_newcomers_only
    access_is_asked_for_and_decided
    an_address_is_corrected_only_where_nothing_else_hangs_on_it
    removal_and_assignment_race
);

async fn api(world: &World, who: i64, what: &str, body: Value) -> (u16, Value) {
    let answer = world.call(who, what, &body.to_string()).await;
    (answer.status, serde_json::from_str(&answer.body).unwrap_or(Value::Null))
}

async fn remove(world: &World, who: i64, person: &str) -> u16 {
    world.call(who, &format!("POST /people/{person}/remove"), "").await.status
}

async fn members(world: &World, person: i64) -> i64 {
    world.number(&format!("SELECT COUNT(*) FROM memberships WHERE person_id = {person}")).await
}

async fn role_holders_are_not_removed(world: World) {
    // Cid coordinates S1, Bob manages another contract; staff are refused as well.
    for who in [1, 21] {
        for person in ["h3", "h2"] {
            let before = world.digest().await;
            let answer = world.call(who, &format!("POST /people/{person}/remove"), "").await;
            assert_eq!((answer.status, world.digest().await == before), (409, true), "{person} by {who}");
            assert!(answer.body.contains("hand that over first"), "{}", answer.body);
        }
    }
    let over = json!({"coordinator": {"email": "user@acme.example"}});
    assert_eq!(api(&world, 1, "POST /api/v1/people/sc@acme.example/hand-over", over).await.0, 200);
    assert_eq!(remove(&world, 1, "h3").await, 303);
    assert_eq!(members(&world, 3).await, 0);
    assert_eq!(world.number("SELECT COUNT(*) FROM notices WHERE kind = 'role.ended' AND person_id = 3").await, 1);
}

async fn leaving_ends_everything_at_once(world: World) {
    let seen = [
        "GET /api/v1/contracts/100000000001",
        "GET /api/v1/assets/S1",
        "GET /products/S1",
        "GET /api/v1/explain?serial_number=S1",
    ];
    for what in seen {
        assert_eq!(world.call(5, what, "").await.status, 200, "{what}");
    }
    let ask = world.call(5, "POST /access/ask", "account=A-1&wants=extensions").await;
    assert_eq!(ask.status, 303);
    assert_eq!(remove(&world, 1, "h5").await, 303);
    for what in seen {
        let (former, stranger) = (world.call(5, what, "").await, world.call(13, what, "").await);
        assert_eq!(former.status, 404, "{what}");
        if what.contains("/api/") {
            assert_eq!(former.body, stranger.body, "{what}");
        }
    }
    assert_eq!(members(&world, 5).await, 0);
    assert_eq!(world.number("SELECT COUNT(*) FROM access_requests WHERE decision IS NULL").await, 0);
    // What he or she had is still known.
    assert_eq!(world.number("SELECT COUNT(*) FROM entries WHERE person_id = 5 AND ended_at IS NOT NULL").await, 1);
    // Named again, the person comes back as somebody invited: the old rights are not theirs.
    let body = json!({"users": [{"email": "user@acme.example", "grants": []}]});
    assert_eq!(api(&world, 1, "POST /api/v1/contracts/100000000001/users", body).await.1["invited"], 1);
    assert_eq!(world.call(5, "GET /api/v1/assets/S1", "").await.status, 404, "not before the invitation is accepted");
}

async fn removal_ends_at_what_is_ones_own(world: World) {
    // Bob manages another contract of the company: Eve's access is Ann's to end.
    assert_eq!(remove(&world, 2, "h5").await, 409);
    // Dan names users on S2 only.
    assert_eq!(remove(&world, 4, "h6").await, 409);
    assert_eq!(remove(&world, 4, "h5").await, 409);
    let body = json!({"users": [{"email": "own@acme.example", "serial_numbers": ["S2"]}]});
    assert_eq!(api(&world, 4, "POST /api/v1/contracts/100000000001/users", body).await.0, 200);
    let handle = "SELECT id FROM people WHERE email_key = 'own@acme.example'";
    let id = world.number(handle).await;
    assert_eq!(remove(&world, 4, "own@acme.example").await, 303);
    assert_eq!(members(&world, id).await, 0);
    for (who, status) in [(3, 403), (10, 403), (13, 404), (25, 403), (0, 303)] {
        assert_eq!(remove(&world, who, "h5").await, status, "as {who}");
    }
}

async fn a_link_to_hand_over_is_for_newcomers_only(world: World) {
    world.exec("INSERT INTO account_domains (account_id, domain) VALUES (1, 'acme.example')").await;
    let body = json!({"users": [{"email": "new@acme.example", "first_name": "Nia", "last_name": "New"}]});
    api(&world, 1, "POST /api/v1/contracts/100000000001/users", body).await;
    let copied = world.call(1, "POST /people/new@acme.example/copy-link", "").await;
    assert_eq!(copied.status, 200);
    let token = copied.body.split("/invite/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    assert_eq!(world.call(0, &format!("GET /invite/{token}"), "").await.status, 200);
    // Signed in by other means meanwhile: the link is dead.
    world.exec("UPDATE people SET signed_in_at = 5 WHERE email_key = 'new@acme.example'").await;
    assert_eq!(world.call(0, &format!("GET /invite/{token}"), "").await.status, 404);
    let used = world.call(0, &format!("POST /invite/{token}"), "").await;
    assert_eq!((used.status, used.headers.get("set-cookie").is_none()), (422, true));
    assert_eq!(world.call(1, "POST /people/new@acme.example/copy-link", "").await.status, 409);
    // Nor is there one for an address of no own domain, or from a coordinator, and a role ends one that is out.
    let body = json!({"users": [{"email": "x@elsewhere.example"}, {"email": "role@acme.example"}]});
    api(&world, 1, "POST /api/v1/contracts/100000000001/users", body).await;
    assert_eq!(world.call(1, "POST /people/x@elsewhere.example/copy-link", "").await.status, 409);
    assert_eq!(world.call(4, "POST /people/role@acme.example/copy-link", "").await.status, 409);
    let copied = world.call(1, "POST /people/role@acme.example/copy-link", "").await;
    let token = copied.body.split("/invite/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    assert_eq!(world.call(0, &format!("GET /invite/{token}"), "").await.status, 200);
    let assign = json!({"coordinator": {"email": "role@acme.example"}, "to": {"serial_numbers": ["S5"]}});
    api(&world, 1, "POST /api/v1/contracts/100000000001/coordinator-assignments", assign).await;
    assert_eq!(world.call(0, &format!("GET /invite/{token}"), "").await.status, 404);
    // Naming somebody gives no say over who they are.
    let name = "what=name&first_name=Not&last_name=Theirs";
    assert_eq!(world.call(1, "POST /people/x@elsewhere.example/edit", name).await.status, 409);
    // Somebody of another company who is invited here as well has no such link, either.
    let body = json!({"users": [{"email": "cm@beta.example"}]});
    api(&world, 1, "POST /api/v1/contracts/100000000001/users", body).await;
    assert_eq!(world.call(1, "POST /people/cm@beta.example/copy-link", "").await.status, 409);
    // The invitation goes out again five times a day, not more.
    let sent = async || world.call(1, "POST /people/cm@beta.example/send-link", "").await.status;
    for _ in 0..5 {
        assert_eq!(sent().await, 200);
    }
    assert_eq!(sent().await, 409);
}

async fn access_is_asked_for_and_decided(world: World) {
    // Fay asks about S2, which Dan coordinates and names users on; Ann may decide as well, Cid may not.
    let ask = "account=A-1&serial=S2&wants=releases&words=Please";
    assert_eq!(world.call(6, "POST /access/ask", ask).await.status, 303);
    assert_eq!(world.call(6, "POST /access/ask", ask).await.status, 409, "once is enough");
    assert_eq!(world.number("SELECT person_id FROM notices WHERE kind = 'access.asked'").await, 4);
    // A serial number of another company is answered alike, and asks for nothing.
    let before = world.number("SELECT COUNT(*) FROM access_requests").await;
    for serial in ["F1", "nosuch"] {
        let answer = world.call(6, "POST /access/ask", &format!("account=A-1&serial={serial}")).await;
        assert_eq!((answer.status, answer.headers["location"].to_str().unwrap()), (303, "/access/ask?sent=true"));
    }
    assert_eq!(world.number("SELECT COUNT(*) FROM access_requests").await, before);
    assert!(world.call(4, "GET /users/requests", "").await.body.contains("Fay Acme"));
    assert!(!world.call(2, "GET /users/requests", "").await.body.contains("Fay Acme"));
    world.exec("UPDATE access_requests SET handle = 'r1'").await;
    let decide = "contract=100000000001&request=r1&decision=grant&grants=releases";
    assert_eq!(world.call(3, "POST /users/requests", decide).await.status, 403);
    // Fay also has access to S1, which is Cid's: Dan would change that, and may not.
    assert_eq!(world.call(4, "POST /users/requests", decide).await.status, 409);
    assert_eq!(world.call(1, "POST /users/requests", decide).await.status, 303);
    assert_eq!(world.call(1, "POST /users/requests", decide).await.status, 409, "decided once");
    let users = world.call(1, "GET /api/v1/contracts/100000000001/users", "").await.body;
    let users: Value = serde_json::from_str(&users).unwrap();
    let fay = users["items"].as_array().unwrap().iter().find(|u| u["email"] == "named@acme.example").unwrap();
    assert_eq!(fay["serial_numbers"], json!(["S1", "S2"]), "added, nothing taken");
    assert_eq!(fay["grants"], json!(["releases", "extensions", "support", "learning"]));
    // And no.
    world.call(5, "POST /access/ask", "account=A-1&wants=extensions").await;
    world.exec("UPDATE access_requests SET handle = 'r2' WHERE decision IS NULL").await;
    let decline = "contract=100000000001&request=r2&decision=decline";
    assert_eq!(world.call(4, "POST /users/requests", decline).await.status, 409, "not about an own asset");
    assert_eq!(world.call(1, "POST /users/requests", decline).await.status, 303);
    assert_eq!(world.number("SELECT COUNT(*) FROM notices WHERE kind = 'access.declined' AND person_id = 5").await, 1);
}

async fn an_address_is_corrected_only_where_nothing_else_hangs_on_it(world: World) {
    let edit = "what=email&email=mine%40acme.example";
    // Bob manages a contract, and has never signed in: whoever changed his address would become him.
    assert_eq!(world.call(1, "POST /people/h2/edit", edit).await.status, 409);
    assert_eq!(world.call(2, "POST /people/h5/edit", edit).await.status, 409, "Eve's access is to Ann's contract");
    assert_eq!(world.call(1, "POST /people/h10/edit", edit).await.status, 404);
    assert_eq!(world.call(1, "POST /people/h5/edit", edit).await.status, 303);
    assert_eq!(world.number("SELECT COUNT(*) FROM people WHERE id = 5 AND email_key = 'mine@acme.example'").await, 1);
    // Who has signed in confirms it from both sides.
    world.exec("UPDATE people SET signed_in_at = 5 WHERE id = 6").await;
    assert_eq!(world.call(1, "POST /people/h6/edit", "what=email&email=hers%40acme.example").await.status, 303);
    assert_eq!(world.number("SELECT COUNT(*) FROM people WHERE id = 6 AND email_key = 'named@acme.example'").await, 1);
    let name = "what=name&first_name=Eva&last_name=Ruiz";
    assert_eq!(world.call(1, "POST /people/h5/edit", name).await.status, 303);
    assert_eq!(
        world.number("SELECT COUNT(*) FROM people WHERE id = 5 AND first_name = 'Eva' AND sort_key LIKE 'ruiz%'").await,
        1
    );
    assert_eq!(world.call(4, "POST /people/h1/edit", name).await.status, 409, "a coordinator renames no manager");
}

/// Whoever is named coordinator while being removed is either removed, or coordinates: never both.
async fn removal_and_assignment_race(world: World) {
    for round in 0..12 {
        let email = format!("race{round}@acme.example");
        let body = json!({"users": [{"email": email}]});
        api(&world, 1, "POST /api/v1/contracts/100000000001/users", body).await;
        let assign = json!({"coordinator": {"email": email}, "to": {"serial_numbers": ["S5"]}}).to_string();
        let remove = format!("POST /people/{email}/remove");
        let (removed, assigned) = tokio::join!(
            world.call(1, &remove, ""),
            world.call(1, "POST /api/v1/contracts/100000000001/coordinator-assignments", &assign),
        );
        assert!(removed.status < 500 && assigned.status < 500, "{removed:?} {assigned:?}");
        assert_ne!(removed.status == 303, assigned.status == 200, "{} {}", removed.status, assigned.status);
        let orphans = "SELECT COUNT(*) FROM assets a WHERE a.coordinator_id IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM memberships m WHERE m.account_id = a.account_id AND m.person_id = a.coordinator_id)";
        assert_eq!(world.number(orphans).await, 0);
    }
}
