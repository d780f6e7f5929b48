//! Who sets up a sign-in, what is refused, and what becomes of the client secret.
use super::provider::Description;
use super::{Acme, World, form, json};
use subscription_center::auth::seal::SealingKey;

pub async fn only_the_companys_own_manager_sets_up_and_decides(world: World) {
    let acme = Acme::new(world, "").await;
    for (who, status) in
        [(2, 303), (21, 303), (22, 403), (25, 403), (3, 404), (12, 404), (13, 404), (10, 404), (7, 404)]
    {
        let saved = acme.save(who, "A-1", "domains=acme.example").await;
        assert_eq!(saved.status, status, "person {who}: {}", saved.body);
    }
    let refused = async |account: &str, who: i64, more: &str, words: &str| {
        let saved = acme.save(who, account, more).await;
        assert!(saved.status == 422 && saved.body.contains(words), "{words}: {} {}", saved.status, saved.body);
    };
    refused("A-1", 1, "domains=beta.example", "is no verified domain of your company").await;
    refused("A-1", 1, "domains=nowhere.example", "is no verified domain of your company").await;
    refused("A-1", 1, "", "Choose at least one domain").await;
    refused("A-1", 1, "domains=acme.example&client_secret=x", "no key to keep secrets with").await;
    acme.world.exec("INSERT INTO account_domains (account_id, domain) VALUES (2, 'acme.example')").await;
    refused("A-2", 12, "domains=acme.example", "leads to another company").await;
    let far = acme
        .world
        .call(1, "POST /company/A-1/sign-in", "issuer=http%3A%2F%2F10.0.0.1&client_id=x&domains=acme.example")
        .await;
    assert!(far.status == 422 && far.body.contains("Enter the address of the provider"), "{}", far.body);

    // The test of the connection: what it finds, and what it refuses to read.
    let issuer = acme.provider.issuer.clone();
    let test = async |body: &str| acme.world.call(1, "POST /company/A-1/sign-in/test", body).await;
    let good = test(&form(&[("issuer", &issuer), ("client_id", "typed")])).await;
    assert!(good.status == 200 && good.body.contains("The provider answers, with 1 key"), "{}", good.body);
    assert!(good.body.contains(r#"value="typed""#), "what was typed is still there");
    for (says, words) in [
        (Description::Redirect, "answered with a redirect"),
        (Description::Huge, "larger than 256 kB"),
        (Description::OtherIssuer, "to the letter"),
        (Description::Silent, "did not answer within 10 seconds"),
    ] {
        acme.provider.with(|all| all.description = Some(says));
        let bad = test(&form(&[("issuer", &issuer)])).await;
        assert!(bad.status == 200 && bad.body.contains(words), "{words}: {}", bad.body);
    }
    let nobody = test("issuer=http%3A%2F%2F127.0.0.1%3A9").await;
    assert!(nobody.body.contains("could not be reached"), "{}", nobody.body);
    assert_eq!(acme.world.call(22, "POST /company/A-1/sign-in/test", "issuer=x").await.status, 403);
    assert_eq!(acme.world.call(3, "POST /company/A-1/sign-in/test", "issuer=x").await.status, 404);
    // A provider that is down is said so, and not taken for a refusal.
    let down = acme.world.call(0, "POST /sign-in/oidc", "email=sc%40acme.example").await;
    assert!(down.status == 503 && down.headers.contains_key("retry-after"), "{} {}", down.status, down.body);
}

pub async fn a_secret_is_kept_sealed_and_sent_to_the_provider_only(world: World) {
    let secret = "a-Client+Secret/of%Acme";
    world.app.seal_with(SealingKey::of("0123456789abcdef0123456789abcdef").unwrap());
    let acme = Acme::new(world, &form(&[("client_secret", secret)])).await;
    let back = acme.sign_in("sc@acme.example", json!({})).await;
    assert_eq!(acme.who(&back).await, Some(3));
    let sent = acme.provider.says.lock().unwrap().redeemed.last().unwrap().1.clone().unwrap();
    let sent = data_encoding::BASE64.decode(sent.strip_prefix("Basic ").unwrap().as_bytes()).unwrap();
    let escaped: String = form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    assert_eq!(String::from_utf8(sent).unwrap(), format!("center:{escaped}"));
    // Kept where nothing is typed, and nowhere to be read.
    assert_eq!(acme.save(1, "A-1", "domains=acme.example").await.status, 303);
    let page = acme.world.call(1, "GET /company/A-1/sign-in", "").await;
    assert!(page.body.contains("One is kept, sealed") && !page.body.contains("a-Client"), "{}", page.body);
    let dump = acme.world.dump().await;
    assert!(!dump.contains("a-Client") && dump.contains("oidc_providers"));
    assert_eq!(acme.save(1, "A-1", "domains=acme.example&no_secret=1").await.status, 303);
    assert_eq!(acme.world.number("SELECT COUNT(*) FROM oidc_providers WHERE client_secret IS NULL").await, 1);
}

pub async fn only_through_the_companys_sign_in_closes_the_other_ways(world: World) {
    let acme = Acme::new(world, "").await;
    let only = "domains=acme.example&only_here=1";
    let early = acme.save(1, "A-1", only).await;
    assert!(
        early.status == 422 && early.body.contains("once before you close"),
        "nobody locks the company out: {}",
        early.body
    );
    let asks = async |email: &str| acme.world.call(0, "POST /sign-in", &form(&[("email", email)])).await;
    assert_eq!(asks("sc@acme.example").await.went_to(), "/sign-in/sent?email=sc%40acme.example");
    assert_eq!(acme.who(&acme.sign_in("sc@acme.example", json!({})).await).await, Some(3));
    assert_eq!(acme.save(1, "A-1", only).await.status, 303);
    let queued = "SELECT COUNT(*) FROM notices WHERE kind = 'sign_in_link'";
    let before = acme.world.number(queued).await;
    for email in ["sc@acme.example", "nobody@acme.example"] {
        let to = format!("/sign-in/company?{}", form(&[("email", email), ("return_to", "/")]));
        assert_eq!(asks(email).await.went_to(), to, "known and unknown alike");
    }
    assert_eq!(asks("cm@beta.example").await.status, 303);
    assert!(acme.world.number(queued).await <= before + 1);
    assert_eq!(acme.who(&acme.sign_in("sc@acme.example", json!({})).await).await, Some(3));
}
