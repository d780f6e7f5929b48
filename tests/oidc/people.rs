//! Whom a provider speaks for: a company's for its own people, the vendor's for the vendor's.
use super::provider::Provider;
use super::{Acme, Answer, World, form, json};

impl Acme {
    /// Opens the link of the mail that asks, and presses its button.
    pub async fn confirm(&self, token: &str, person: i64) -> Answer {
        let (hash, now) = (self.world.hashed(token), self.world.app.clock().now());
        self.world
            .exec(&format!(
                "INSERT INTO links (hash, purpose, person_id, account_id, created_at, expires_at)
                 VALUES ({hash}, 'provider', {person}, 1, {now}, 9000000000000)"
            ))
            .await;
        self.world.call(0, &format!("POST /sign-in/oidc/confirm/{token}"), "").await
    }
}

pub async fn whoever_belongs_to_another_company_says_first_that_it_may(world: World) {
    let acme = Acme::new(world, "joins=at_once").await;
    // Cid is Acme's, and Beta's, too: a provider that Acme runs must not open what is Beta's.
    acme.world.exec("INSERT INTO memberships (account_id, person_id, confirmed_at) VALUES (2, 3, 1)").await;
    let asked =
        "SELECT COUNT(*) FROM notices WHERE kind = 'provider.confirm' AND person_id = 3 AND link_purpose = 'provider'";
    let sessions = acme.sessions().await;
    for _ in 0..2 {
        let back = acme.sign_in("sc@acme.example", json!({})).await;
        assert!(back.status == 200 && back.body.contains("Look into your mail"), "{}", back.body);
        assert_eq!(acme.who(&back).await, None);
    }
    assert_eq!((acme.world.number(asked).await, acme.sessions().await), (1, sessions), "one mail, no session");
    // Another subject with the same address is another human, and gets neither.
    let other = acme.sign_in("sc@acme.example", json!({"sub": "s-other"})).await;
    acme.refused("another subject", &other, "belongs to another sign-in").await;
    let confirmed = "SELECT COUNT(*) FROM oidc_subjects WHERE confirmed_at IS NOT NULL";
    let gone = acme.world.call(0, "POST /sign-in/oidc/confirm/made-up", "").await;
    assert_eq!((gone.status, acme.world.number(confirmed).await), (422, 0));
    assert_eq!(acme.world.call(0, "GET /sign-in/oidc/confirm/made-up", "").await.status, 404);
    let done = acme.confirm("yes", 3).await;
    assert!(done.status == 200 && done.body.contains("From now on Acme’s sign-in"), "{}", done.body);
    assert!(done.headers.get("set-cookie").is_none(), "it signs nobody in");
    assert_eq!(acme.world.call(0, "POST /sign-in/oidc/confirm/yes", "").await.status, 422, "once");
    assert_eq!(acme.who(&acme.sign_in("sc@acme.example", json!({})).await).await, Some(3));
    // Bound anew, it is asked anew; whoever belongs to Acme alone never is.
    assert_eq!(acme.world.call(1, "POST /company/A-1/sign-in/forget", "forget=sc%40acme.example").await.status, 303);
    let back = acme.sign_in("sc@acme.example", json!({"sub": "s-other"})).await;
    assert!(acme.who(&back).await.is_none() && back.body.contains("Look into your mail"), "{}", back.body);
    let eve = json!({"sub": "s-5", "email": "user@acme.example"});
    assert_eq!(acme.who(&acme.sign_in("user@acme.example", eve.clone()).await).await, Some(5));
    // A membership that came later counts at the next sign-in; one that is only offered does not.
    acme.world.exec("INSERT INTO memberships (account_id, person_id) VALUES (2, 5)").await;
    assert_eq!(acme.who(&acme.sign_in("user@acme.example", eve.clone()).await).await, Some(5));
    acme.world.exec("UPDATE memberships SET confirmed_at = 1 WHERE person_id = 5").await;
    assert_eq!(acme.who(&acme.sign_in("user@acme.example", eve).await).await, None);
}

pub async fn the_vendors_people_come_in_through_the_vendors_provider(world: World) {
    let provider = Provider::start().await;
    let acme = Acme { world, provider };
    let body = form(&[("issuer", &acme.provider.issuer), ("client_id", "center"), ("domains", "vendor.example")]);
    let saved = acme.world.call(21, "POST /vendor/settings/sign-in", &body).await;
    assert_eq!(saved.went_to(), "/vendor/settings/sign-in?done=saved");
    for who in [1, 22, 25] {
        let refused = acme.world.call(who, "POST /vendor/settings/sign-in", &body).await.status;
        assert!(matches!(refused, 403 | 404), "{who}: {refused}");
    }
    let ned = |more: serde_json::Value| {
        let mut claims = json!({"sub": "v-22", "email": "support@vendor.example"});
        claims.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        claims
    };
    let strong = "SELECT COUNT(*) FROM sessions WHERE opened_by = 'oidc' AND person_id = 22 AND strong = TRUE";
    // What the provider says of factors: `mfa` counts as two; anything else is one, and a second one is set up first.
    for (amr, two) in [
        (json!({}), false),
        (json!({"amr": []}), false),
        (json!({"amr": ["pwd"]}), false),
        (json!({"amr": ["otp", "hwk", "pwd"]}), false),
        (json!({"amr": ["MFA"]}), false),
        (json!({"amr": ["pwd", "mfa"]}), true),
    ] {
        acme.world.exec("DELETE FROM sessions WHERE opened_by = 'oidc'").await;
        let back = acme.sign_in("support@vendor.example", ned(amr.clone())).await;
        assert_eq!((acme.who(&back).await, acme.world.number(strong).await), (Some(22), i64::from(two)), "{amr}");
        let session = format!("session={}", super::cookie(&back, "session").unwrap());
        let home = acme.world.raw("GET", "/", &[("cookie", &session)], "").await;
        let to = home.headers.get("location").map(|to| to.to_str().unwrap());
        assert_eq!(to, (!two).then_some("/account/security/second-factor"), "{amr}");
    }
    // Whoever has an app is asked for it, unless the provider says that two were proven.
    let secret = acme.world.blob(b"12345678901234567890");
    let app = "INSERT INTO totps (person_id, secret, created_at, confirmed_at, last_step) VALUES (22, ";
    acme.world.exec(&format!("{app}{secret}, 1, 1, 0)")).await;
    let back = acme.sign_in("support@vendor.example", ned(json!({}))).await;
    assert_eq!((back.went_to(), acme.who(&back).await), ("/sign-in/second", None));
    let back = acme.sign_in("support@vendor.example", ned(json!({"amr": ["mfa"]}))).await;
    assert_eq!(acme.who(&back).await, Some(22));
    // Nobody else comes in that way, whatever the address says.
    let stranger = json!({"sub": "v-x", "email": "nobody@vendor.example", "amr": ["mfa"]});
    acme.refused("a stranger", &acme.sign_in("nobody@vendor.example", stranger).await, "not one of the vendor").await;
    acme.world
        .exec("UPDATE people SET email = 'ann@vendor.example', email_key = 'ann@vendor.example' WHERE id = 1")
        .await;
    let ann = json!({"sub": "v-1", "email": "ann@vendor.example", "amr": ["mfa"]});
    acme.refused("a customer", &acme.sign_in("ann@vendor.example", ann).await, "not one of the vendor").await;
    // And a company's own word about factors counts for nothing.
    the_word_of_a_company_is_one_factor(acme).await;
}

async fn the_word_of_a_company_is_one_factor(vendor: Acme) {
    let acme = Acme::new(vendor.world, "").await;
    let back = acme.sign_in("sc@acme.example", json!({"amr": ["mfa"]})).await;
    assert_eq!(acme.who(&back).await, Some(3));
    let strong = "SELECT COUNT(*) FROM sessions WHERE opened_by = 'oidc' AND person_id = 3 AND strong = TRUE";
    assert_eq!(acme.world.number(strong).await, 0);
}

/// Two managers decide one request at once, each under the own contract: it is decided once. Whoever is invited while a request
/// waits comes in, and nothing is left to decide.
pub async fn both_at_once(acme: &Acme, anns: &str, bobs: &str) {
    for round in 0..6 {
        let (sub, email) = (format!("s-race{round}"), format!("race{round}@acme.example"));
        acme.sign_in(&email, json!({"sub": sub, "email": email})).await;
        acme.world.exec(&format!("UPDATE access_requests SET handle = 'r{round}' WHERE decision IS NULL")).await;
        let yes = format!("contract={anns}&request=r{round}&decision=grant");
        let no = format!("contract={bobs}&request=r{round}&decision=decline");
        let path = "POST /users/requests";
        let (ann, bob) = tokio::join!(acme.world.call(1, path, &yes), acme.world.call(2, path, &no));
        let mut both = [ann.status, bob.status];
        both.sort_unstable();
        assert_eq!(both, [303, 409], "{} {}", ann.body, bob.body);
        let member = format!(
            "SELECT COUNT(*) FROM memberships m JOIN people p ON p.id = m.person_id WHERE p.email_key = '{email}'"
        );
        assert_eq!(acme.world.number(&member).await == 1, ann.status == 303);
    }
    let ida = json!({"sub": "s-ida", "email": "ida@acme.example"});
    acme.sign_in("ida@acme.example", ida.clone()).await;
    let body = r#"{"users": [{"email": "ida@acme.example", "grants": []}]}"#;
    acme.world.call(1, &format!("POST /api/v1/contracts/{anns}/users"), body).await;
    assert!(acme.who(&acme.sign_in("ida@acme.example", ida).await).await.is_some());
    assert_eq!(acme.world.number("SELECT COUNT(*) FROM access_requests WHERE decision IS NULL").await, 0);
}
