//! A change of address: nothing before both have confirmed, everything at once then, and no word about whose addresses are known.
use crate::world::World;
use testkit::product::Engine;

on_both! {
    both_addresses_confirm
    an_address_in_use_gets_the_same_answer
    the_old_address_can_stop_it
    two_confirmations_at_once_make_one_change
    two_people_want_one_address
    an_address_is_asked_for_five_times_a_day
    a_link_of_a_replaced_change_is_dead
}

/// What a mailed link would hold: `secret` for that side of the open change of person `who`.
async fn link(world: &World, who: i64, side: &str, secret: &str) {
    let (hash, now) = (world.hashed(secret), "(SELECT MAX(asked_at) FROM email_changes)");
    world
        .exec(&format!(
            "INSERT INTO links (hash, purpose, person_id, created_at, expires_at, email_change)
             SELECT {hash}, '{side}_address', {who}, {now}, {now} + 86400000, c.id FROM email_changes c
             WHERE c.person_id = {who} AND c.done_at IS NULL AND c.ended_at IS NULL"
        ))
        .await;
}

async fn ask(world: &World, who: i64, email: &str) -> (u16, String) {
    let answer = world.call(who, "POST /account/email", &format!("email={}", email.replace('@', "%40"))).await;
    let location = answer.headers.get("location").map(|v| v.to_str().unwrap().to_owned());
    (answer.status, location.unwrap_or(answer.body))
}

async fn signed_in(world: &World) {
    world.exec("UPDATE people SET signed_in_at = 1").await;
}

async fn has(world: &World, who: i64, email: &str) -> bool {
    world.number(&format!("SELECT COUNT(*) FROM people WHERE id = {who} AND email_key = '{email}'")).await == 1
}

async fn both_addresses_confirm(world: World) {
    signed_in(&world).await;
    assert_eq!(ask(&world, 1, "Ann@new.example").await, (303, "/account?done=email-asked".to_owned()));
    let mails = "SELECT COUNT(*) FROM notices WHERE state = 'queued' AND email_change IS NOT NULL AND
        ((address = 'cm@acme.example' AND link_purpose = 'old_address') OR (address = 'Ann@new.example' AND link_purpose = 'new_address'))";
    assert_eq!(world.number(mails).await, 2);
    assert!(world.call(1, "GET /account", "").await.body.contains("Both addresses have a mail with a link"));
    link(&world, 1, "old", "o").await;
    link(&world, 1, "new", "n").await;
    // An open sign-in link at the old address, and mail that waits.
    let open = world.hashed("open");
    world.exec(&format!("INSERT INTO links (hash, purpose, person_id, created_at, expires_at) VALUES ({open}, 'sign_in', 1, 1, 9000000000000)")).await;
    let before = world.digest().await;
    for path in ["GET /confirm-email/o", "GET /confirm-email/n"] {
        let page = world.call(0, path, "").await;
        assert!(page.status == 200 && page.body.contains("Confirm the change"), "{}", page.body);
    }
    assert_eq!(world.digest().await, before, "looking changes nothing");
    assert!(world.call(0, "POST /confirm-email/n", "").await.body.contains("Confirmed here"));
    assert!(has(&world, 1, "cm@acme.example").await, "one is not enough");
    assert_eq!(world.call(0, "POST /confirm-email/n", "").await.status, 422, "a link works once");
    assert!(world.call(0, "POST /confirm-email/o", "").await.body.contains("The e-mail address is changed"));
    assert!(has(&world, 1, "ann@new.example").await);
    assert_eq!(
        world.number("SELECT COUNT(*) FROM links WHERE person_id = 1 AND used_at IS NULL").await,
        0,
        "old links are dead"
    );
    let told = "SELECT COUNT(*) FROM notices WHERE kind = 'email_changed' AND address IN ('cm@acme.example', 'Ann@new.example')";
    assert_eq!(world.number(told).await, 2);
    assert_eq!(world.call(1, "GET /contracts/100000000001/products", "").await.status, 200, "roles stay");
    let page = world.call(1, "GET /account", "").await.body;
    assert!(page.contains("Earlier addresses") && page.contains("cm@acme.example</span> until"), "{page}");
}

async fn an_address_in_use_gets_the_same_answer(world: World) {
    signed_in(&world).await;
    let free = ask(&world, 1, "free@new.example").await;
    let used = ask(&world, 2, "cm@foreign.example").await;
    assert_eq!(free, used);
    let page =
        |text: String, new: &str| text.replace(new, "").replace("cm2@acme.example", "").replace("cm@acme.example", "");
    let section =
        |body: &str| body.split("id=\"email-h\"").nth(1).unwrap().split("</section>").next().unwrap().to_owned();
    let mine = section(&world.call(1, "GET /account", "").await.body);
    let theirs = section(&world.call(2, "GET /account", "").await.body);
    let token = |text: String| {
        text.split("name=\"csrf\"").map(|part| part.split_once('>').map_or(part, |(_, rest)| rest)).collect::<String>()
    };
    assert_eq!(token(page(mine, "free@new.example")), token(page(theirs, "cm@foreign.example")));
    let told =
        "SELECT COUNT(*) FROM notices WHERE kind = 'change_email_in_use' AND person_id = 13 AND link_purpose IS NULL";
    assert_eq!(world.number(told).await, 1, "the owner of the mailbox is told");
    link(&world, 2, "old", "o").await;
    world.call(0, "POST /confirm-email/o", "").await;
    assert!(has(&world, 2, "cm2@acme.example").await && has(&world, 13, "cm@foreign.example").await);
}

async fn the_old_address_can_stop_it(world: World) {
    signed_in(&world).await;
    ask(&world, 1, "ann@new.example").await;
    link(&world, 1, "old", "o").await;
    link(&world, 1, "new", "n").await;
    assert_eq!(world.call(0, "POST /confirm-email/n/stop", "").await.status, 422, "the new one cannot");
    assert!(world.call(0, "POST /confirm-email/o/stop", "").await.body.contains("The change is stopped"));
    link(&world, 1, "old", "o2").await;
    assert_eq!(world.call(0, "POST /confirm-email/o2", "").await.status, 422);
    assert_eq!(world.call(0, "GET /confirm-email/n", "").await.status, 404);
    assert!(has(&world, 1, "cm@acme.example").await);
    ask(&world, 1, "ann@new.example").await;
    assert_eq!(world.call(1, "POST /account/email/stop", "").await.status, 303);
    assert_eq!(world.number("SELECT COUNT(*) FROM email_changes WHERE ended = 'stopped'").await, 1);
}

async fn two_confirmations_at_once_make_one_change(world: World) {
    signed_in(&world).await;
    ask(&world, 1, "ann@new.example").await;
    link(&world, 1, "old", "o").await;
    link(&world, 1, "new", "n").await;
    let (a, b) = tokio::join!(world.call(0, "POST /confirm-email/o", ""), world.call(0, "POST /confirm-email/n", ""));
    assert_eq!((a.status, b.status), (200, 200));
    let done = [&a, &b].iter().filter(|answer| answer.body.contains("The e-mail address is changed")).count();
    assert_eq!(done, 1, "one of them completes it: {} {}", a.body, b.body);
    assert!(has(&world, 1, "ann@new.example").await);
    assert_eq!(world.number("SELECT COUNT(*) FROM notices WHERE kind = 'email_changed'").await, 2);
}

async fn two_people_want_one_address(world: World) {
    signed_in(&world).await;
    for who in [1, 2] {
        ask(&world, who, "one@new.example").await;
        link(&world, who, "old", &format!("o{who}")).await;
        link(&world, who, "new", &format!("n{who}")).await;
        world.call(0, &format!("POST /confirm-email/o{who}"), "").await;
    }
    let (a, b) = tokio::join!(world.call(0, "POST /confirm-email/n1", ""), world.call(0, "POST /confirm-email/n2", ""));
    let says = |text: &str| [&a, &b].iter().filter(|answer| answer.body.contains(text)).count();
    assert_eq!(
        (says("The e-mail address is changed"), says("The address is in use by now")),
        (1, 1),
        "{} {}",
        a.body,
        b.body
    );
    assert_eq!(world.number("SELECT COUNT(*) FROM people WHERE email_key = 'one@new.example'").await, 1);
}

async fn an_address_is_asked_for_five_times_a_day(world: World) {
    signed_in(&world).await;
    for n in 0..5 {
        assert_eq!(ask(&world, 1, &format!("a{n}@new.example")).await.0, 303);
    }
    let before = world.digest().await;
    let (status, page) = ask(&world, 1, "a6@new.example").await;
    assert!(status == 409 && page.contains("try again tomorrow"), "{status} {page}");
    for wrong in ["nobody", "cm@acme.example", ""] {
        assert_eq!(ask(&world, 1, wrong).await.0, 422, "{wrong}");
    }
    assert_eq!(world.digest().await, before);
}

async fn a_link_of_a_replaced_change_is_dead(world: World) {
    signed_in(&world).await;
    ask(&world, 1, "first@new.example").await;
    link(&world, 1, "new", "n").await;
    ask(&world, 1, "second@new.example").await;
    assert_eq!(world.call(0, "GET /confirm-email/n", "").await.status, 404);
    assert_eq!(world.call(0, "POST /confirm-email/n", "").await.status, 422);
    link(&world, 1, "old", "o").await;
    world.exec("UPDATE email_changes SET expires_at = 1").await;
    assert_eq!(world.call(0, "POST /confirm-email/o", "").await.status, 422, "nor after 24 hours");
}
