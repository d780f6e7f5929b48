//! Sessions: new at each sign-in, half open before the second factor, ended at once; what is asked to be proven anew.
use super::*;
use subscription_center::auth::secret;

on_both! {
    a_session_that_was_planted_is_never_taken_over
    what_ends_a_session_ends_it_on_the_next_request
    a_second_factor_is_required_of_staff_and_partner_agents
    what_matters_asks_for_a_fresh_proof
    a_token_for_reading_only_reads
    when_a_bearer_was_used_is_written_down_together
}

fn hash(world: &World, text: &str) -> String {
    world.blob(&secret::hash(text))
}

async fn a_session_that_was_planted_is_never_taken_over(world: World) {
    world.give_password(MANAGER.0).await;
    let planted = "planted-by-somebody-else";
    // The form's token belongs to the session that the browser sent: the attacker's browser knows both.
    let form = format!("csrf={}&email=cm%40acme.example&password={PASSWORD}", secret::form_token(planted));
    let headers =
        [("cookie", &format!("session={planted}") as &str), ("content-type", "application/x-www-form-urlencoded")];
    let answer = world.raw("POST", "/sign-in", &headers, &form).await;
    let session = answer.cookie("session").unwrap();
    assert_eq!(answer.status, 303);
    assert_ne!(session, planted);
    assert_eq!(session.len(), 43, "256 bits");
    let page = |session: &str| {
        let cookie = format!("session={session}");
        let world = &world;
        async move { world.raw("GET", "/account/security", &[("cookie", &cookie)], "").await.status }
    };
    assert_eq!((page(planted).await, page(&session).await), (303, 200));
    let again = world.try_password("", "", MANAGER.1, PASSWORD).await.cookie("session").unwrap();
    assert_ne!(again, session, "new at each sign-in");
    let stored = format!("SELECT COUNT(*) FROM sessions WHERE hash = {}", hash(&world, &session));
    assert_eq!(world.number(&stored).await, 1, "stored as a hash");
}

async fn what_ends_a_session_ends_it_on_the_next_request(world: World) {
    let status = |who: i64| {
        let world = &world;
        async move { world.call(who, "GET /account/security", "").await.status }
    };
    for (what, end) in [
        ("sign-out", "POST /sign-out"),
        ("deactivation", "UPDATE people SET deactivated_at = 1 WHERE id = 2"),
        ("its end", "UPDATE sessions SET expires_at = 1 WHERE person_id = 2"),
    ] {
        world
            .exec("UPDATE people SET deactivated_at = NULL WHERE id = 2; DELETE FROM sessions WHERE person_id = 2")
            .await;
        world.sign_in(2).await;
        assert_eq!(status(2).await, 200);
        match end.starts_with("POST") {
            true => drop(world.call(2, end, "").await),
            false => world.exec(end).await,
        }
        assert_eq!(status(2).await, 303, "{what}");
    }
    world.exec("UPDATE people SET deactivated_at = NULL WHERE id = 2; DELETE FROM sessions WHERE person_id = 2").await;
    world.sign_in(2).await;
    world.give_password(2).await;
    let other = world.try_password("", "", "cm2@acme.example", PASSWORD).await.cookie("session").unwrap();
    let other = format!("session={other}");
    assert_eq!(world.raw("GET", "/account/security", &[("cookie", &other)], "").await.status, 200);
    world.call(2, "POST /account/security/password", "new_password=gravel+onyx+teapot").await;
    assert_eq!(status(2).await, 200, "the browser in which the password was changed stays");
    assert_eq!(world.raw("GET", "/account/security", &[("cookie", &other)], "").await.status, 303, "others do not");
    assert_eq!(world.try_password("", "", "cm2@acme.example", PASSWORD).await.status, 422, "the old password is none");
}

async fn a_second_factor_is_required_of_staff_and_partner_agents(world: World) {
    for (person, email, required) in
        [(22, "support@vendor.example", true), (10, "agent@reseller.example", true), (3, "sc@acme.example", false)]
    {
        world.give_password(person).await;
        let session = world.try_password("", "", email, PASSWORD).await.cookie("session").unwrap();
        let cookie = format!("session={session}");
        let get = |path: &'static str| {
            let (world, cookie) = (&world, cookie.clone());
            async move { world.raw("GET", path, &[("cookie", &cookie)], "").await }
        };
        assert_eq!(get("/account/security/second-factor").await.status, 200, "{email}");
        let home = get("/").await;
        match required {
            true => {
                assert_eq!((home.status, home.location()), (303, "/account/security/second-factor"), "{email}");
                for path in ["/contracts", "/account/tokens", "/search.json?q=S", "/products"] {
                    assert_eq!(get(path).await.location(), "/account/security/second-factor", "{path} as {email}");
                }
            }
            false => assert_eq!(home.status, 200, "{email}"),
        }
    }
    // What was granted later counts at once: nothing of it is in the session.
    let session = world.try_password("", "", "sc@acme.example", PASSWORD).await.cookie("session").unwrap();
    world.exec("UPDATE people SET staff_role = 'support' WHERE id = 3").await;
    let cookie = format!("session={session}");
    let home = world.raw("GET", "/", &[("cookie", &cookie)], "").await;
    assert_eq!(home.location(), "/account/security/second-factor");
}

async fn what_matters_asks_for_a_fresh_proof(world: World) {
    let stale = format!("UPDATE sessions SET fresh_at = {}", world.app.clock().now() - 5 * 60_000 - 1000);
    let fresh = format!("UPDATE sessions SET fresh_at = {}", world.app.clock().now() - 4 * 60_000);
    let body = "name=script&days=30&reach=read";
    world.exec(&stale).await;
    let before = world.digest().await;
    let referer = [("referer", "http://127.0.0.1:8080/account/tokens?x=1")];
    let refused = world.call_with(1, "POST /account/tokens", &referer, body).await;
    assert_eq!((refused.status, refused.location()), (303, "/sign-in/again?return_to=%2Faccount%2Ftokens%3Fx%3D1"));
    for elsewhere in ["https://evil.example/account/tokens", "http://127.0.0.1:8080.evil.example/x"] {
        let refused = world.call_with(1, "POST /account/tokens", &[("referer", elsewhere)], body).await;
        assert_eq!(refused.location(), "/sign-in/again", "{elsewhere}");
    }
    assert_eq!(world.digest().await, before, "refused, and nothing changed");
    world.exec(&fresh).await;
    assert_eq!(world.call_with(1, "POST /account/tokens", &referer, body).await.status, 200);
    // With the password it is fresh again.
    world.exec(&stale).await;
    world.give_password(1).await;
    let wrong = world.call(1, "POST /sign-in/again", "password=nonsense&return_to=/account/tokens").await;
    assert_eq!((wrong.status, wrong.location()), (422, ""));
    let proven = world.call(1, "POST /sign-in/again", &format!("password={PASSWORD}&return_to=/account/tokens")).await;
    assert_eq!((proven.status, proven.location()), (303, "/account/tokens"));
    assert_eq!(world.call(1, "POST /account/tokens", body).await.status, 200);
    let out = world.call(1, "POST /sign-in/again", &format!("password={PASSWORD}&return_to=//evil.example")).await;
    assert_eq!(out.location(), "/", "only to pages of ours");
}

async fn a_token_for_reading_only_reads(world: World) {
    world.exec("UPDATE tokens SET scope = 'read' WHERE person_id = 1").await;
    assert_eq!(world.call(1, "GET /api/v1/me", "").await.status, 200);
    let before = world.digest().await;
    let assign = r#"{"coordinator":null,"to":{"serial_numbers":["S1"]}}"#;
    let write = "POST /api/v1/contracts/100000000001/coordinator-assignments";
    let refused = world.call(1, write, assign).await;
    assert_eq!(refused.status, 403, "{}", refused.body);
    let problem: serde_json::Value = serde_json::from_str(&refused.body).unwrap();
    assert_eq!(problem["type"], "/problems/read-only-token");
    assert!(problem["title"].as_str().unwrap().contains("read and write"), "{problem}");
    assert_eq!(world.digest().await, before);
    world.exec("UPDATE tokens SET scope = 'write' WHERE person_id = 1").await;
    assert_eq!(world.call(1, write, assign).await.status, 200);
    // What does not exist for its owner does not for a token that only reads.
    world.exec("UPDATE tokens SET scope = 'read' WHERE person_id = 13").await;
    assert_eq!(world.call(13, write, assign).await.status, 404);
}

async fn when_a_bearer_was_used_is_written_down_together(world: World) {
    let before = world.digest().await;
    for _ in 0..5 {
        world.call(1, "GET /account/security", "").await;
        world.call(1, "GET /api/v1/me", "").await;
    }
    assert_eq!(world.digest().await, before, "looking writes nothing");
    subscription_center::auth::last_use::write_down(&world.app).await.unwrap();
    let now = world.app.clock().now();
    let used = "SELECT COUNT(*) FROM tokens WHERE used_at IS NOT NULL";
    let seen = format!("SELECT COUNT(*) FROM sessions WHERE seen_at > {}", now - 60_000);
    assert_eq!((world.number(used).await, world.number(&seen).await), (1, 1));
    assert!(world.call(1, "GET /account/tokens", "").await.body.contains("last used on"));
}
