//! The own profile: saved as a whole, never over somebody else's change.
use crate::world::World;
use testkit::product::Engine;

const ADDRESS: &str =
    "company=Acme&recipient=Ann+Acme&line1=Kade+1&line2=&postal_code=3011&city=Rotterdam&region=&country=NL&phone=";

fn form(version: i64, last: &str, more: &str) -> String {
    format!(
        "version={version}&first_name=Ann&last_name={last}&language=de&time_zone=europe%2Fberlin&theme=dark&{ADDRESS}{more}"
    )
}

on_both! { a_profile_is_saved_as_a_whole the_second_is_shown_what_changed faults_keep_what_was_typed an_address_is_checked_anew }

async fn a_profile_is_saved_as_a_whole(world: World) {
    let saved = world.call(1, "POST /account", &form(1, "Ruiz", "")).await;
    assert_eq!((saved.status, saved.headers["location"].to_str().unwrap()), (303, "/account?done=saved"));
    assert!(saved.headers["set-cookie"].to_str().unwrap().starts_with("theme=dark;"), "the browser keeps the colours");
    let page = world.call(1, "GET /account", "").await.body;
    for part in [
        r#"value="Ruiz""#,
        r#"<option value="de" selected>"#,
        r#"name="time_zone" value="Europe/Berlin""#,
        r#"<option value="NL" selected>"#,
        r#"data-theme="dark" data-keys="off""#,
        "Checked on ",
    ] {
        assert!(page.contains(part), "{part} is not in\n{page}");
    }
    // Found and sorted by the new name.
    let keys = "SELECT COUNT(*) FROM people WHERE id = 1 AND last_key = 'ruiz' AND sort_key > 'ruiz' AND sort_key < 'ruj' AND version = 2";
    assert_eq!(world.number(keys).await, 1);
    let told = "SELECT COUNT(*) FROM audit_events e JOIN audit_details d ON d.event_id = e.id
        WHERE e.action = 'person.save_profile' AND e.target_id = 1 AND d.detail LIKE '%\"last_name\":[\"Acme\",\"Ruiz\"]%'";
    assert_eq!(world.number(told).await, 1, "before and after are in the trail");
    let gone = world.call(1, "POST /account", "version=2&first_name=Ann&last_name=Ruiz&language=de&theme=dark").await;
    assert_eq!(gone.status, 303);
    assert_eq!(world.number("SELECT COUNT(*) FROM shipping_addresses").await, 0, "an empty address is none");
}

async fn the_second_is_shown_what_changed(world: World) {
    assert_eq!(world.call(1, "POST /account", &form(1, "Ruiz", "")).await.status, 303);
    let late = world.call(1, "POST /account", &form(1, "Late", "")).await;
    assert_eq!(late.status, 412);
    assert!(late.body.contains("Last name is “Ruiz” now; you entered “Late”"), "{}", late.body);
    assert!(late.body.contains(r#"name="version" value="2""#) && late.body.contains(r#"value="Late""#));
    assert_eq!(world.number("SELECT COUNT(*) FROM people WHERE last_name = 'Late'").await, 0);
    assert_eq!(world.call(1, "POST /account", &form(2, "Late", "")).await.status, 303, "and may still want it");
}

async fn faults_keep_what_was_typed(world: World) {
    let before = world.digest().await;
    let wrong = "version=1&first_name=&last_name=&language=en&time_zone=Atlantis&theme=dark&city=Rotterdam";
    let answer = world.call(1, "POST /account", wrong).await;
    assert_eq!(answer.status, 422);
    for part in [
        "There is a problem",
        "Enter your first or last name",
        "Choose a time zone from the list",
        "Enter who takes the shipment",
        r#"value="Rotterdam""#,
        r#"value="Atlantis""#,
        "<title>Error: Account",
    ] {
        assert!(answer.body.contains(part), "{part} is not in\n{}", answer.body);
    }
    assert_eq!(world.digest().await, before, "nothing was written");
}

async fn an_address_is_checked_anew(world: World) {
    world.call(1, "POST /account", &form(1, "Acme", "&shortcuts=on")).await;
    world.exec("UPDATE shipping_addresses SET checked_at = 1").await;
    world.call(1, "POST /account", &form(2, "Acme", "&shortcuts=on")).await;
    assert_eq!(
        world.number("SELECT checked_at FROM shipping_addresses").await,
        1,
        "saving something else checks nothing"
    );
    world.call(1, "POST /account", &form(3, "Acme", "&checked=on")).await;
    assert!(world.number("SELECT checked_at FROM shipping_addresses").await > 1);
    world.exec("UPDATE shipping_addresses SET checked_at = 1").await;
    let moved = form(4, "Acme", "").replace("Kade+1", "Kade+2");
    world.call(1, "POST /account", &moved).await;
    assert!(world.number("SELECT checked_at FROM shipping_addresses").await > 1, "what is entered anew is checked");
}

on_both! { who_never_chose_colours_can_save each_company_that_one_manages_leads_to_its_sign_in }

async fn each_company_that_one_manages_leads_to_its_sign_in(world: World) {
    // Ann manages Acme, belongs to Beta as well, and manages nothing of it at first.
    world.exec("INSERT INTO memberships (account_id, person_id, confirmed_at) VALUES (2, 1, 1)").await;
    let page = world.call(1, "GET /account", "").await.body;
    assert!(page.contains("/company/A-1/sign-in") && !page.contains("/company/A-2/sign-in"), "{page}");
    world.exec("UPDATE contracts SET manager_id = 1 WHERE id = 3").await;
    let page = world.call(1, "GET /account", "").await.body;
    for company in ["A-1", "A-2"] {
        let at = format!("/company/{company}/sign-in");
        assert!(page.contains(&at), "{page}");
        assert_eq!(world.call(1, &format!("GET {at}"), "").await.status, 200, "{company}");
    }
    assert!(!world.call(3, "GET /account", "").await.body.contains("/company/"), "a coordinator sets none up");
}

async fn who_never_chose_colours_can_save(world: World) {
    world.exec("UPDATE people SET theme = 'auto' WHERE id = 1").await;
    assert!(world.call(1, "GET /account", "").await.body.contains(r#"value="system" checked"#));
}
