//! Second factors: what it takes to change them, what becomes of those that were set up with a link that was handed over, how they
//! are removed for somebody who lost them, and how their secrets are kept.
use super::{Answer, Engine, PASSWORD, World};
use subscription_center::auth::recovery;
use subscription_center::auth::seal::SealingKey;
use subscription_center::auth::seal_secrets::SealSecrets;
use subscription_center::policy::Actor;
use totp_rs::{Builder, Secret};

on_both! {
    only_the_second_factor_changes_second_factors
    what_a_handed_link_set_up_ends_when_the_owner_comes
    a_handed_account_stays_whole_where_its_owner_is_in_it
    lost_factors_are_removed_by_an_administrator_who_says_why
    a_secret_of_an_app_is_kept_sealed
}

const APP: &[u8] = b"12345678901234567890";
const KEY: &str = "0123456789abcdef0123456789abcdef";

/// What the app shows so many steps from now.
fn code(world: &World, steps: i64) -> String {
    let at = world.app.clock().now() / 1000 + steps * 30;
    let totp = Builder::new().with_secret(Secret::from(APP)).build().unwrap();
    totp.generate(u64::try_from(at).unwrap()).to_string()
}

impl World {
    async fn give_app(&self, person: i64) {
        let secret = self.blob(APP);
        self.exec(&format!(
            "INSERT INTO totps (person_id, secret, created_at, confirmed_at, last_step) VALUES ({person}, {secret}, 1, 1, 0)"
        ))
        .await;
    }

    async fn give_passkey(&self, person: i64) {
        let id = self.blob(&[u8::try_from(person).unwrap()]);
        self.exec(&format!(
            "INSERT INTO passkeys (handle, person_id, credential_id, passkey, name, created_at)
             VALUES ('k{person}', {person}, {id}, '', 'Key', 1)"
        ))
        .await;
    }

    async fn give_recovery(&self, person: i64, code: &str) {
        let hash = self.blob(&recovery::hash(code));
        self.exec(&format!("INSERT INTO recovery_codes (person_id, hash, created_at) VALUES ({person}, {hash}, 1)"))
            .await;
    }

    async fn link(&self, purpose: &str, person: i64, account: &str) {
        let hash = self.hashed(purpose);
        self.exec(&format!(
            "INSERT INTO links (hash, purpose, person_id, account_id, created_at, expires_at)
             VALUES ({hash}, '{purpose}', {person}, {account}, 1, 9000000000000)"
        ))
        .await;
    }

    async fn rows(&self, table: &str, person: i64) -> i64 {
        self.number(&format!("SELECT COUNT(*) FROM {table} WHERE person_id = {person}")).await
    }
}

async fn only_the_second_factor_changes_second_factors(world: World) {
    let changes = [
        "POST /account/security/second-factor/remove",
        "POST /account/security/second-factor",
        "POST /account/security/recovery-codes",
        "POST /account/security/passkeys",
    ];
    let remove_passkey = ("POST /account/security/passkeys/remove", "passkey=k1");
    world.give_password(1).await;
    // Without any, a fresh first factor is enough to set one up.
    assert_eq!(world.call(1, changes[1], "").await.location(), "/account/security/second-factor");
    world.exec("DELETE FROM totps").await;
    world.give_app(1).await;
    world.give_passkey(1).await;
    world.give_recovery(1, "abcd-efgh").await;
    let again = "/sign-in/again?second=true";
    let refused = async |how: &str| {
        let before = world.digest().await;
        for what in changes {
            assert_eq!(world.call(1, what, "").await.location(), again, "{what} {how}");
        }
        assert_eq!(world.call(1, remove_passkey.0, remove_passkey.1).await.location(), again, "{how}");
        assert_eq!(world.digest().await, before, "refused, and nothing changed, {how}");
    };
    // The session once had both factors (strong), and a first one was proven just now.
    refused("in a session that is fresh").await;
    let first = format!("password={PASSWORD}&return_to=/account/security");
    assert_eq!(world.call(1, "POST /sign-in/again", &first).await.status, 303);
    refused("after a password").await;
    world.link("again", 1, "NULL").await;
    assert_eq!(world.call(1, "POST /sign-in/again/again", "").await.status, 200);
    refused("after a link by mail").await;
    let page = world.call(1, "GET /sign-in/again?second=true", "").await.body;
    assert!(
        page.contains(r#"name="code""#) && page.contains(r#"name="recovery""#) && !page.contains(r#"name="password""#)
    );
    let wrong = world.call(1, "POST /sign-in/again", "second=true&recovery=zzzz-zzzz").await;
    assert!(
        wrong.status == 422 && wrong.body.contains("each works once") && !wrong.body.contains(r#"name="password""#)
    );
    // Other things that matter still take the first factor.
    let token = world.call(1, "POST /account/tokens", "name=script&days=30&reach=read").await;
    assert_eq!(token.status, 200);
    // With a recovery code, once; with a code of the app.
    let recovery = "second=true&recovery=abcd-efgh&return_to=/account/security";
    assert_eq!(world.call(1, "POST /sign-in/again", recovery).await.location(), "/account/security");
    assert_eq!(
        world.call(1, remove_passkey.0, remove_passkey.1).await.location(),
        "/account/security?done=passkey-removed"
    );
    assert_eq!(world.call(1, "POST /sign-in/again", recovery).await.status, 422);
    let late = world.app.clock().now() - 5 * 60_000 - 1000;
    world.exec(&format!("UPDATE sessions SET second_at = {late} WHERE person_id = 1")).await;
    refused_once(&world, changes[0], again).await;
    let app = format!("second=true&code={}&return_to=/account/security", code(&world, 0));
    assert_eq!(world.call(1, "POST /sign-in/again", &app).await.location(), "/account/security");
    assert_eq!(world.call(1, changes[0], "").await.location(), "/account/security?done=app-removed");
    assert_eq!(world.rows("totps", 1).await, 0);
}

async fn refused_once(world: &World, what: &str, again: &str) {
    assert_eq!(world.call(1, what, "").await.location(), again, "{what}, after five minutes");
}

/// Somebody invited, and let in with a link that was handed over.
async fn handed(world: &World) -> String {
    world
        .exec(
            "INSERT INTO people (id, handle, email, email_key, first_name, last_name, first_key, last_key, sort_key, language, theme, version)
             VALUES (900, 'h900', 'nia@acme.example', 'nia@acme.example', 'Nia', 'New', 'nia', 'new', 'new nia', 'en', 'system', 1);
             INSERT INTO memberships (account_id, person_id) VALUES (1, 900);
             INSERT INTO invitations (id, account_id, person_id, invited_by, invited_at, expires_at) VALUES (900, 1, 900, 1, 1, 9000000000000)",
        )
        .await;
    world.link("handed", 900, "1").await;
    let opened = world.call(0, "POST /invite/handed", "").await;
    assert_eq!((opened.status, opened.location()), (303, "/"), "{}", opened.body);
    opened.cookie("session").unwrap()
}

async fn what_a_handed_link_set_up_ends_when_the_owner_comes(world: World) {
    let tables = ["passwords", "passkeys", "totps", "recovery_codes", "tokens"];
    for purpose in ["sign_in", "reset"] {
        let planted = handed(&world).await;
        assert_eq!(
            world.number("SELECT COUNT(*) FROM sessions WHERE person_id = 900 AND opened_by = 'handed'").await,
            1
        );
        world.give_password(900).await;
        world.give_app(900).await;
        world.give_recovery(900, "abcd").await;
        world.sign_in(900).await;
        world.link(purpose, 900, "NULL").await;
        let (what, body) = match purpose {
            "sign_in" => ("POST /sign-in/link/sign_in", ""),
            _ => ("POST /reset/reset", "new_password=gravel+onyx+teapot"),
        };
        let owner = world.call(0, what, body).await;
        assert_eq!((owner.status, owner.location()), (303, "/account/security?done=anew"), "{purpose}: {}", owner.body);
        for table in tables {
            let left = i64::from(table == "passwords" && purpose == "reset");
            assert_eq!(world.rows(table, 900).await, left, "{table} after {purpose}");
        }
        assert_eq!(world.rows("sessions", 900).await, 1, "that of the owner");
        let old = format!("session={planted}");
        assert_eq!(world.raw("GET", "/account", &[("cookie", &old)], "").await.status, 303, "the planted one is none");
        let own = format!("session={}", owner.cookie("session").unwrap());
        let page = world.raw("GET", owner.location(), &[("cookie", &own)], "").await;
        assert!(page.body.contains("the invitation link that somebody handed over"), "{}", page.body);
        // Once: what the owner sets up stays.
        world.exec("DELETE FROM passwords WHERE person_id = 900").await;
        world.give_password(900).await;
        world.exec("UPDATE links SET used_at = NULL WHERE purpose = 'sign_in'").await;
        world.exec("DELETE FROM links WHERE purpose <> 'sign_in'").await;
        if purpose == "sign_in" {
            assert_eq!(world.call(0, what, "").await.location(), "/");
            assert_eq!(world.rows("passwords", 900).await, 1);
        }
        let all = ["sessions", "tokens", "passwords", "devices", "links", "invitations", "memberships", "notices"];
        for table in all {
            world.exec(&format!("DELETE FROM {table} WHERE person_id = 900")).await;
        }
        world.exec("DELETE FROM people WHERE id = 900").await;
    }
}

async fn a_handed_account_stays_whole_where_its_owner_is_in_it(world: World) {
    let session = handed(&world).await;
    world.give_password(900).await;
    world.link("again", 900, "NULL").await;
    let token = subscription_center::auth::secret::form_token(&session);
    let headers =
        [("cookie", format!("session={session}")), ("content-type", "application/x-www-form-urlencoded".to_owned())];
    let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let proven = world.raw("POST", "/sign-in/again/again", &headers, &format!("csrf={token}")).await;
    assert_eq!(proven.status, 200, "{}", proven.body);
    world.link("sign_in", 900, "NULL").await;
    let owner = world.call(0, "POST /sign-in/link/sign_in", "").await;
    assert_eq!(owner.location(), "/");
    assert_eq!((world.rows("passwords", 900).await, world.rows("sessions", 900).await), (1, 2));
}

async fn lost_factors_are_removed_by_an_administrator_who_says_why(world: World) {
    world.give_app(3).await;
    world.give_passkey(3).await;
    world.give_recovery(3, "abcd").await;
    let what = "POST /vendor/people/h3/reset-factors";
    let why = "why=called+back+on+the+known+number";
    let before = world.digest().await;
    for (who, status) in [(1, 403), (3, 403), (22, 403), (25, 403), (12, 404), (13, 404), (0, 303)] {
        assert_eq!(world.call(who, what, why).await.status, status, "as {who}");
    }
    for nothing in ["", "why=", "why=+++", "why=two%0Alines"] {
        let asked = world.call(21, what, nothing).await;
        assert!(asked.status == 422 && asked.body.contains("made sure who asks"), "{nothing}: {}", asked.status);
    }
    world.exec(&format!("UPDATE sessions SET fresh_at = {}", world.app.clock().now() - 6 * 60_000)).await;
    assert_eq!(world.call(21, what, why).await.location(), "/sign-in/again");
    let page = world.call(21, "GET /vendor/people/h3/reset-factors", "").await;
    assert!(page.status == 200 && page.body.contains("prove that it is you"), "{}", page.body);
    world.exec("UPDATE sessions SET fresh_at = 9000000000000").await;
    assert_eq!(world.digest().await, before, "nothing of that changed anything");

    let done = world.call(21, what, why).await;
    assert_eq!(done.location(), "/vendor/people/h3/reset-factors?done=true", "{}", done.body);
    for table in ["totps", "passkeys", "recovery_codes", "sessions"] {
        assert_eq!(world.rows(table, 3).await, 0, "{table}");
    }
    let mail = world.texts("SELECT body_text FROM notices WHERE kind = 'factors_removed' AND person_id = 3").await;
    assert!(
        mail.len() == 1 && mail[0].contains("called back on the") && mail[0].contains("of the vendor removed"),
        "{mail:?}"
    );
    let event = "SELECT d.detail FROM audit_events e JOIN audit_details d ON d.event_id = e.id
        WHERE e.action = 'person.reset_factors' AND e.actor_id = 21 AND e.target_id = 3";
    let event = world.texts(event).await;
    assert!(
        event.len() == 1 && event[0].contains("called back") && event[0].contains(r#""sessions_ended":1"#),
        "{event:?}"
    );
    assert_eq!(world.call(21, what, why).await.status, 409, "there is nothing left");
    // One's own are another administrator's to remove.
    world.give_app(21).await;
    let own = world.call(21, "POST /vendor/people/h21/reset-factors", why).await;
    assert!(own.status == 409 && own.body.contains("nother administrator"), "{}", own.body);
    assert_eq!(world.rows("totps", 21).await, 1);
}

async fn a_secret_of_an_app_is_kept_sealed(world: World) {
    let stored = format!("SELECT {} FROM totps WHERE person_id = 1", world.hex("secret"));
    let plain: String = APP.iter().map(|b| format!("{b:02x}")).collect();
    // Before there was a key.
    world.give_app(1).await;
    world.give_app(3).await;
    assert_eq!(world.texts(&stored).await, std::slice::from_ref(&plain));
    let key = SealingKey::of(KEY).unwrap();
    world.app.seal_with(key.clone());
    for sealed in [2, 0] {
        let done = world.app.run(Actor::anonymous(), SealSecrets { key: key.clone() }, Default::default()).await;
        assert!(done.is_err(), "the command line's own");
        assert_eq!(subscription_center::auth::seal_secrets::at_start(&world.app).await.unwrap(), sealed);
    }
    assert_eq!(world.number("SELECT COUNT(*) FROM totps WHERE sealed = TRUE").await, 2);
    let dump = world.dump().await.to_lowercase();
    assert!(!dump.contains(&plain) && !dump.contains("12345678901234567890"), "nowhere to be read");
    let proof = format!("code={}&return_to=/account", code(&world, 0));
    assert_eq!(world.call(1, "POST /sign-in/again", &proof).await.location(), "/account", "its codes still work");
    assert_eq!(world.call(1, "POST /sign-in/again", &proof).await.status, 422, "once");
    // Of somebody else it opens nothing.
    world
        .exec("UPDATE totps SET secret = (SELECT x.secret FROM totps x WHERE x.person_id = 1) WHERE person_id = 3")
        .await;
    let moved: Answer = world.call(3, "POST /sign-in/again", &format!("code={}", code(&world, 1))).await;
    assert!(moved.status == 409 && moved.body.contains("does not open"), "{} {}", moved.status, moved.body);
    // One that is set up now is sealed from its first moment.
    assert_eq!(world.call(5, "POST /account/security/second-factor", "").await.status, 303);
    assert_eq!(world.number("SELECT COUNT(*) FROM totps WHERE person_id = 5 AND sealed = TRUE").await, 1);
    let page = world.call(5, "GET /account/security/second-factor", "").await;
    assert!(page.status == 200 && page.body.contains("Cannot scan?"), "{}", page.body);
}
