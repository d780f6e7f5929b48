//! Signing in through a company's own provider, on both databases: who comes in, who does not, and that no provider, however
//! hostile, says anything that counts for more than it may.
mod people;
mod provider;
mod setup;
use crate::world::{Answer, World};
use people::*;
use provider::{Key, Provider};
use serde_json::{Value, json};
use setup::*;
use testkit::product::Engine;

on_both! {
    a_member_comes_in_and_stays_the_same_person
    nothing_untrusted_counts
    the_way_back_works_once_in_one_browser
    a_new_address_waits_for_a_contract_manager
    a_new_address_is_a_member_at_once_where_the_company_says_so
    people_who_must_not_come_in_do_not
    an_address_that_passed_to_somebody_else_is_let_in_anew_by_a_manager
    a_key_that_was_changed_is_known_at_once
    only_the_companys_own_manager_sets_up_and_decides
    a_secret_is_kept_sealed_and_sent_to_the_provider_only
    only_through_the_companys_sign_in_closes_the_other_ways
    whoever_belongs_to_another_company_says_first_that_it_may
    the_vendors_people_come_in_through_the_vendors_provider
}

/// Acme's sign-in, with a provider of its own behind it.
struct Acme {
    world: World,
    provider: Provider,
}

/// A sign-in under way in one browser.
struct Trip {
    cookie: String,
    state: String,
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    let rest = text.split_once(start).unwrap_or_else(|| panic!("no {start} in {text}")).1;
    rest.split_once(end).map_or(rest, |(found, _)| found)
}

fn cookie<'a>(answer: &'a Answer, name: &str) -> Option<&'a str> {
    let all = answer.headers.get_all("set-cookie").iter().map(|v| v.to_str().unwrap());
    let value = |c: &'a str| c.strip_prefix(name)?.strip_prefix('=').map(|rest| rest.split(';').next().unwrap());
    all.into_iter().find_map(value).filter(|value| !value.is_empty())
}

fn form(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

impl Answer {
    /// Where it leads; else what it says.
    fn went_to(&self) -> &str {
        self.headers.get("location").map_or(&self.body, |to| to.to_str().unwrap())
    }
}

impl Acme {
    async fn new(world: World, more: &str) -> Self {
        let provider = Provider::start().await;
        world.exec("INSERT INTO account_domains (account_id, domain) VALUES (1, 'acme.example'), (1, 'acme.test'), (2, 'beta.example')").await;
        let acme = Self { world, provider };
        let saved = acme.save(1, "A-1", &format!("domains=acme.example&{more}")).await;
        assert_eq!(saved.went_to(), "/company/A-1/sign-in?done=saved");
        acme
    }

    async fn save(&self, who: i64, account: &str, more: &str) -> Answer {
        let body = form(&[("issuer", &self.provider.issuer), ("client_id", "center")]);
        self.world.call(who, &format!("POST /company/{account}/sign-in"), &format!("{body}&{more}")).await
    }

    /// From the front door to the provider.
    async fn begin(&self, email: &str) -> Trip {
        let answer =
            self.world.call(0, "POST /sign-in/oidc", &form(&[("email", email), ("return_to", "/products")])).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        let refresh = answer.headers["refresh"].to_str().unwrap();
        let url = refresh.strip_prefix("0;url=").unwrap();
        assert!(url.starts_with(&format!("{}/authorize?", self.provider.issuer)), "{url}");
        assert!(answer.body.contains("Continue"), "a link for browsers that do not go by themselves");
        let value = |name: &str| between(url, &format!("{name}="), "&").to_owned();
        assert_eq!((value("response_type"), value("code_challenge_method")), ("code".to_owned(), "S256".to_owned()));
        self.provider.with(|says| (says.nonce, says.challenge) = (value("nonce"), value("code_challenge")));
        Trip { cookie: cookie(&answer, "oidc").unwrap().to_owned(), state: value("state") }
    }

    /// And back again.
    async fn finish(&self, trip: &Trip, state: &str) -> Answer {
        let cookie = format!("oidc={}", trip.cookie);
        let body = form(&[("code", "c0de"), ("state", state), ("iss", &self.provider.issuer)]);
        self.world.call_with(0, "POST /sign-in/oidc/callback", &[("cookie", &cookie)], &body).await
    }

    async fn sign_in(&self, email: &str, claims: Value) -> Answer {
        self.provider.claims(claims);
        let trip = self.begin(email).await;
        self.finish(&trip, &trip.state).await
    }

    /// Whose session an answer opened; none: no session.
    async fn who(&self, answer: &Answer) -> Option<i64> {
        let secret = cookie(answer, "session")?;
        let hash = sha2::Digest::finalize(<sha2::Sha256 as sha2::Digest>::new_with_prefix(secret));
        let hash: String = hash.iter().map(|b| format!("{b:02x}")).collect();
        Some(
            self.world
                .number(&format!("SELECT person_id FROM sessions WHERE {} = '{hash}'", self.world.hex("hash")))
                .await,
        )
    }

    async fn refused(&self, what: &str, answer: &Answer, words: &str) {
        assert_eq!(answer.status, 409, "{what}: {}", answer.body);
        assert!(answer.body.contains(words), "{what}: {words} is not in {}", answer.body);
        assert_eq!(self.who(answer).await, None, "{what}");
    }

    async fn sessions(&self) -> i64 {
        self.world.number("SELECT COUNT(*) FROM sessions").await
    }
}

async fn a_member_comes_in_and_stays_the_same_person(world: World) {
    let acme = Acme::new(world, "").await;
    let back = acme.sign_in("sc@acme.example", json!({})).await;
    assert_eq!(back.went_to(), "/products");
    assert_eq!(acme.who(&back).await, Some(3));
    let opened = "SELECT COUNT(*) FROM sessions WHERE opened_by = 'oidc' AND person_id = 3";
    assert_eq!(acme.world.number(opened).await, 1);
    // Known by the provider's name from now on, whatever the address is called there.
    let back = acme.sign_in("cid@acme.example", json!({"email": "cid.renamed@acme.example"})).await;
    assert_eq!(acme.who(&back).await, Some(3));
    assert_eq!(acme.world.number("SELECT COUNT(*) FROM people WHERE email_key = 'cid.renamed@acme.example'").await, 0);
    // The address told only when asked once more, and in capitals.
    let told = json!({"sub": "s-5", "email": "User@ACME.example", "email_verified": true});
    acme.provider.with(|says| says.userinfo = Some(told));
    let back = acme.sign_in("user@acme.example", json!({"sub": "s-5", "email": null, "email_verified": null})).await;
    assert_eq!(acme.who(&back).await, Some(5));
    // Told of somebody else: refused.
    acme.provider.with(|says| says.userinfo.as_mut().unwrap()["sub"] = "s-9".into());
    let back = acme.sign_in("user@acme.example", json!({"sub": "s-5", "email": null})).await;
    acme.refused("userinfo of another", &back, "does not belong to the sign-in").await;
    // An invitation counts as accepted: the provider has shown whose address it is.
    acme.world.exec("INSERT INTO invitations (id, account_id, person_id, invited_by, invited_at, expires_at) VALUES (1, 1, 7, 1, 1, 9000000000000)").await;
    let back = acme.sign_in("pending@acme.example", json!({"sub": "s-7", "email": "pending@acme.example"})).await;
    assert_eq!(acme.who(&back).await, Some(7));
    let joined = "SELECT COUNT(*) FROM memberships m JOIN invitations i ON i.person_id = m.person_id
        WHERE m.person_id = 7 AND m.confirmed_at IS NOT NULL AND i.accepted_at IS NOT NULL";
    assert_eq!(acme.world.number(joined).await, 1);
}

async fn nothing_untrusted_counts(world: World) {
    let acme = Acme::new(world, "joins=at_once").await;
    let (before, people) = (acme.sessions().await, "SELECT COUNT(*) FROM people");
    let known = acme.world.number(people).await;
    let cases = [
        ("another audience", json!({"aud": "somebody-else"}), "it is for somebody else"),
        ("one more audience", json!({"aud": ["center", "evil"]}), "it is for somebody else"),
        ("another issuer", json!({"iss": "http://127.0.0.1:9"}), "it names another issuer"),
        ("another nonce", json!({"nonce": "replayed"}), "it belongs to another sign-in"),
        ("no nonce", json!({"nonce": null}), "it belongs to another sign-in"),
        ("expired", json!({"exp": 1_000_000_000}), "it has expired"),
        ("unverified", json!({"email_verified": false}), "has not verified your e-mail address"),
        ("not said whether verified", json!({"email_verified": null}), "has not verified your e-mail address"),
        ("another domain", json!({"email": "cm@beta.example"}), "does not belong to this sign-in"),
        ("a domain that is not bound", json!({"email": "x@acme.test"}), "does not belong to this sign-in"),
        ("a domain behind another", json!({"email": "x@acme.example@evil.example"}), "has not verified"),
        ("a subdomain", json!({"email": "x@sub.acme.example"}), "does not belong to this sign-in"),
    ];
    for (what, claims, words) in &cases {
        let back = acme.sign_in("sc@acme.example", claims.clone()).await;
        acme.refused(what, &back, words).await;
    }
    acme.provider.with(|says| says.publishes = Some(Key::new("one")));
    let back = acme.sign_in("sc@acme.example", json!({})).await;
    acme.refused("a key that is not the provider's", &back, "its signature is not one of the provider").await;
    acme.provider.with(|says| (says.publishes, says.header) = (None, json!({"alg": "none"})));
    let back = acme.sign_in("sc@acme.example", json!({})).await;
    acme.refused("no signature", &back, "cannot be trusted").await;
    acme.provider.with(|says| says.header = json!({"alg": "HS256", "kid": "one"}));
    let back = acme.sign_in("sc@acme.example", json!({})).await;
    acme.refused("a shared secret as key", &back, "cannot be trusted").await;
    assert_eq!((acme.sessions().await, acme.world.number(people).await), (before, known));
    println!("{} kinds of untrusted answers, none of them a session", cases.len() + 3);
}

async fn the_way_back_works_once_in_one_browser(world: World) {
    let acme = Acme::new(world, "").await;
    let (mine, other) = (acme.begin("sc@acme.example").await, acme.begin("sc@acme.example").await);
    let words = "begun in another browser";
    acme.refused("a state that was made up", &acme.finish(&mine, "made-up").await, words).await;
    acme.refused("the state of another browser", &acme.finish(&mine, &other.state).await, words).await;
    let none = Trip { cookie: String::new(), state: mine.state.clone() };
    acme.refused("no cookie", &acme.finish(&none, &mine.state).await, words).await;
    let other_issuer = form(&[("code", "c0de"), ("state", &other.state), ("iss", "https://evil.example")]);
    let cookie = format!("oidc={}", other.cookie);
    let mixed = acme.world.call_with(0, "POST /sign-in/oidc/callback", &[("cookie", &cookie)], &other_issuer).await;
    acme.refused("another provider's answer", &mixed, "it names another issuer").await;

    // Opening the way back, as often as one likes, changes nothing.
    let before = acme.world.digest().await;
    for _ in 0..3 {
        let page = acme.world.call(0, &format!("GET /sign-in/oidc/callback?code=c0de&state={}", mine.state), "").await;
        assert!(page.status == 200 && page.body.contains("Finish signing in"), "{}", page.body);
    }
    let said =
        acme.world.call(0, "GET /sign-in/oidc/callback?error=access_denied&error_description=Ring+Mallory", "").await;
    assert!(
        said.status == 422 && said.body.contains("not let in there") && !said.body.contains("Mallory"),
        "{}",
        said.body
    );
    assert_eq!(acme.world.digest().await, before);

    let third = acme.begin("sc@acme.example").await;
    assert_eq!(acme.who(&acme.finish(&third, &third.state).await).await, Some(3));
    let redeemed = acme.provider.says.lock().unwrap().redeemed.len();
    acme.refused("replayed", &acme.finish(&third, &third.state).await, "finished already").await;
    let late = acme.begin("sc@acme.example").await;
    acme.world.exec("UPDATE oidc_attempts SET expires_at = 5").await;
    acme.refused("after ten minutes", &acme.finish(&late, &late.state).await, "longer than 10 minutes").await;
    assert_eq!(acme.provider.says.lock().unwrap().redeemed.len(), redeemed, "the provider is not even asked");
    // A code of another sign-in: the provider holds it to what that one began with.
    let fourth = acme.begin("sc@acme.example").await;
    acme.provider.with(|says| says.challenge = "of-another".to_owned());
    acme.refused("a stolen code", &acme.finish(&fourth, &fourth.state).await, "refused to confirm").await;
}

async fn a_new_address_waits_for_a_contract_manager(world: World) {
    let acme = Acme::new(world, "").await;
    let new = json!({"sub": "s-new", "email": "New@Acme.example", "given_name": "Nia", "family_name": "New"});
    let sessions = acme.sessions().await;
    for _ in 0..2 {
        let back = acme.sign_in("new@acme.example", new.clone()).await;
        assert_eq!((back.status, acme.who(&back).await), (200, None));
        assert!(back.body.contains("Your request is with Acme") && back.body.contains("Ann Acme"), "{}", back.body);
    }
    assert_eq!(acme.sessions().await, sessions, "no session: exactly what strangers get");
    let member =
        "SELECT COUNT(*) FROM memberships m JOIN people p ON p.id = m.person_id WHERE p.email_key = 'new@acme.example'";
    assert_eq!(acme.world.number(member).await, 0);
    let told = "SELECT COUNT(*) FROM notices WHERE kind = 'join.asked'";
    assert_eq!(acme.world.number(told).await, 2, "both Contract Managers, once");

    // One page for all that is asked; each manager decides under a contract of the own.
    let page = acme.world.call(1, "GET /users/requests", "").await;
    assert!(page.body.contains("Nia New") && page.body.contains("Let in"), "{}", page.body);
    assert!(acme.world.call(1, "GET /", "").await.body.contains("Nia New asks to join."));
    for who in [4, 12] {
        let page = acme.world.call(who, "GET /users/requests", "").await;
        assert!(!page.body.contains("Nia New"), "{who}: {}", page.body);
    }
    let request = between(between(&page.body, r#"name="request" value=""#, "\""), "", "\"").to_owned();
    let decide = |contract: &str, what: &str| format!("contract={contract}&request={request}&decision={what}");
    let path = "POST /users/requests";
    let (anns, bobs, foreign) = ("100000000001", "100000000002", "100000000003");
    assert_eq!(acme.world.call(13, path, &decide(anns, "grant")).await.status, 404, "a foreign manager");
    assert_eq!(acme.world.call(3, path, &decide(anns, "grant")).await.status, 403, "a coordinator");
    assert_eq!(acme.world.call(4, path, &decide(anns, "grant")).await.status, 409, "a coordinator who names users");
    assert_eq!(acme.world.call(12, path, &decide(foreign, "grant")).await.status, 409, "another company's");
    assert_eq!(acme.world.call(2, path, &decide(bobs, "grant")).await.went_to(), "/users/requests?did=joined");
    assert_eq!(acme.world.call(1, path, &decide(anns, "grant")).await.status, 409, "decided already");
    assert_eq!(acme.world.number("SELECT COUNT(*) FROM notices WHERE kind = 'join.approved'").await, 1);

    let back = acme.sign_in("new@acme.example", new.clone()).await;
    let person = acme.who(&back).await.unwrap();
    assert_eq!(acme.world.number(member).await, 1);
    acme.world.sign_in(person).await;
    assert_eq!(
        acme.world.call(person, "GET /api/v1/contracts/100000000001", "").await.status,
        404,
        "a member, without access"
    );

    // Whoever was removed asks again, and may hear no.
    acme.world.exec(&format!("DELETE FROM memberships WHERE person_id = {person}")).await;
    let back = acme.sign_in("new@acme.example", new.clone()).await;
    assert!(back.body.contains("Your request is with Acme"), "{}", back.body);
    acme.world.exec("UPDATE access_requests SET handle = 'again' WHERE decision IS NULL").await;
    let no = format!("contract={anns}&request=again&decision=decline");
    assert_eq!(acme.world.call(1, path, &no).await.status, 303);
    assert_eq!(acme.world.number("SELECT COUNT(*) FROM notices WHERE kind = 'join.declined'").await, 1);
    let told_before = acme.world.number(told).await;
    let back = acme.sign_in("new@acme.example", new.clone()).await;
    assert!(back.body.contains("You were not let in to Acme") && acme.who(&back).await.is_none(), "{}", back.body);
    assert_eq!(acme.world.number(told).await, told_before, "and nobody is asked again");
    // Named by address after all, the person comes in.
    let body = r#"{"users": [{"email": "new@acme.example", "grants": []}]}"#;
    assert_eq!(acme.world.call(1, &format!("POST /api/v1/contracts/{anns}/users"), body).await.status, 200);
    assert_eq!(acme.who(&acme.sign_in("new@acme.example", new).await).await, Some(person));
    both_at_once(&acme, anns, bobs).await;
}

async fn a_new_address_is_a_member_at_once_where_the_company_says_so(world: World) {
    let acme = Acme::new(world, "joins=at_once").await;
    let new = json!({"sub": "s-new", "email": "new@acme.example", "given_name": "Nia\u{0}", "family_name": "New"});
    let person = acme.who(&acme.sign_in("new@acme.example", new.clone()).await).await.unwrap();
    let confirmed =
        format!("SELECT COUNT(*) FROM memberships WHERE account_id = 1 AND person_id = {person} AND confirmed_at > 1");
    assert_eq!(acme.world.number(&confirmed).await, 1);
    assert_eq!(acme.world.number("SELECT COUNT(*) FROM memberships WHERE account_id <> 1 AND person_id > 25").await, 0);
    // Removed: not at once again.
    acme.world.exec(&format!("DELETE FROM memberships WHERE person_id = {person}")).await;
    let back = acme.sign_in("new@acme.example", new).await;
    assert!(back.body.contains("Your request is with Acme") && acme.who(&back).await.is_none(), "{}", back.body);
    // Somebody of another company whose address is of a domain of this one.
    acme.world.exec("UPDATE people SET email = 'lou@acme.example', email_key = 'lou@acme.example' WHERE id = 12").await;
    let lou = json!({"sub": "s-12", "email": "lou@acme.example"});
    let back = acme.sign_in("lou@acme.example", lou.clone()).await;
    assert!(back.body.contains("Look into your mail") && acme.who(&back).await.is_none(), "{}", back.body);
    assert_eq!(acme.world.number("SELECT COUNT(*) FROM memberships WHERE person_id = 12 AND account_id = 1").await, 0);
    // Confirmed, Lou is one whom a manager decides about: known here, and no member.
    assert_eq!(acme.confirm("first", 12).await.status, 200);
    let back = acme.sign_in("lou@acme.example", lou).await;
    assert!(back.body.contains("Your request is with Acme") && acme.who(&back).await.is_none(), "{}", back.body);
}

async fn people_who_must_not_come_in_do_not(world: World) {
    let acme = Acme::new(world, "joins=at_once").await;
    let back = acme.sign_in("x@acme.example", json!({"sub": "s-9", "email": "deactivated@acme.example"})).await;
    acme.refused("deactivated", &back, "sign-in here has ended").await;
    acme.world.exec("UPDATE people SET email = 'ned@acme.example', email_key = 'ned@acme.example' WHERE id = 21").await;
    let back = acme.sign_in("x@acme.example", json!({"sub": "s-21", "email": "ned@acme.example"})).await;
    acme.refused("the vendor's", &back, "use the vendor").await;
    // Bound, then deactivated: the next sign-in fails.
    assert!(acme.who(&acme.sign_in("x@acme.example", json!({})).await).await.is_some());
    acme.world.exec("UPDATE people SET deactivated_at = 5 WHERE id = 3").await;
    acme.refused("deactivated later", &acme.sign_in("x@acme.example", json!({})).await, "sign-in here has ended").await;
    // The vendor takes the domain away: it leads nowhere any more, at once.
    let late = acme.begin("user@acme.example").await;
    acme.world.exec("DELETE FROM account_domains WHERE account_id = 1").await;
    acme.provider.claims(json!({"sub": "s-5", "email": "user@acme.example"}));
    acme.refused("no verified domain", &acme.finish(&late, &late.state).await, "does not belong to this sign-in").await;
    let answer = acme.world.call(0, "POST /sign-in/oidc", "email=user%40acme.example").await;
    assert_eq!(answer.status, 303, "{}", answer.body);
}

async fn an_address_that_passed_to_somebody_else_is_let_in_anew_by_a_manager(world: World) {
    let acme = Acme::new(world, "").await;
    assert_eq!(acme.who(&acme.sign_in("x@acme.example", json!({})).await).await, Some(3));
    let other = json!({"sub": "s-other"});
    acme.refused("another subject", &acme.sign_in("x@acme.example", other.clone()).await, "belongs to another sign-in")
        .await;
    let wrong = acme.world.call(1, "POST /company/A-1/sign-in/forget", "forget=nobody%40acme.example").await;
    assert!(wrong.status == 422 && wrong.body.contains("look how it is written"), "{}", wrong.body);
    let forgot = acme.world.call(1, "POST /company/A-1/sign-in/forget", "forget=SC%40acme.example").await;
    assert_eq!(forgot.status, 303);
    assert_eq!(acme.who(&acme.sign_in("x@acme.example", other).await).await, Some(3));
    acme.refused("the former one", &acme.sign_in("x@acme.example", json!({})).await, "belongs to another sign-in")
        .await;
    let stopped = acme.world.call(1, "POST /company/A-1/sign-in/stop", "").await;
    assert_eq!(stopped.status, 303);
    assert_eq!(acme.world.call(0, "POST /sign-in/oidc", "email=sc%40acme.example").await.status, 303);
}

async fn a_key_that_was_changed_is_known_at_once(world: World) {
    let acme = Acme::new(world, "").await;
    for kid in ["one", "two", "three"] {
        acme.provider.with(|says| (says.signs, says.header) = (Key::new(kid), json!({"alg": "ES256", "kid": kid})));
        assert_eq!(acme.who(&acme.sign_in("x@acme.example", json!({})).await).await, Some(3), "{kid}");
    }
}
