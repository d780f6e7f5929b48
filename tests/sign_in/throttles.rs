//! 10 tries of an account, 50 of an address, in 15 minutes; nobody is locked out by somebody else; known and unknown accounts
//! look alike and cost alike.
use super::*;

on_both! {
    ten_tries_of_an_account_and_no_more
    fifty_tries_of_an_address_and_no_more
    a_browser_that_is_known_has_a_count_of_its_own
    mail_goes_past_the_throttle_of_passwords
    known_and_unknown_accounts_are_alike
    only_trusted_proxies_name_the_address
}

/// Trusts the tests' own connection, so that each test says where it comes from.
fn behind_a_proxy(world: &World) {
    world.app.trust(vec!["127.0.0.1".parse().unwrap()]);
}

fn retry_after(answer: &Answer) -> u64 {
    answer.headers["retry-after"].to_str().unwrap().parse().unwrap()
}

async fn ten_tries_of_an_account_and_no_more(world: World) {
    behind_a_proxy(&world);
    world.give_password(MANAGER.0).await;
    let mut statuses = Vec::new();
    for n in 0..11 {
        // Each from another address: what counts is the account.
        let answer = world.try_password(&format!("198.51.100.{n}"), "", MANAGER.1, "not the right one").await;
        statuses.push(answer.status);
        if n == 10 {
            assert!((1..=900).contains(&retry_after(&answer)), "{}", retry_after(&answer));
            assert!(answer.body.contains("Try again in 15 minutes, or have a link e-mailed now"), "{}", answer.body);
        }
    }
    assert_eq!(statuses, [[422; 10].as_slice(), &[429]].concat());
    assert_eq!(world.try_password("203.0.113.1", "", MANAGER.1, PASSWORD).await.status, 429, "the right one, too");
    // A quarter of an hour later, and somebody else at once.
    assert_eq!(world.try_password("203.0.113.1", "", "sc@acme.example", "not the right one").await.status, 422);
    world.exec("UPDATE tries SET at = at - 15 * 60000").await;
    assert_eq!(world.try_password("203.0.113.1", "", MANAGER.1, PASSWORD).await.status, 303);
    println!("account: 10 tries of 422, the 11th 429; after 15 minutes 303");
}

async fn fifty_tries_of_an_address_and_no_more(world: World) {
    behind_a_proxy(&world);
    world.give_password(MANAGER.0).await;
    for n in 0..50 {
        let answer = world.try_password("198.51.100.1", "", &format!("nobody{n}@acme.example"), "x").await;
        assert_eq!(answer.status, 422, "try {n}");
    }
    let refused = world.try_password("198.51.100.1", "", "another@acme.example", "x").await;
    assert_eq!(refused.status, 429);
    assert!((1..=900).contains(&retry_after(&refused)));
    assert_eq!(world.try_password("198.51.100.1", "", MANAGER.1, PASSWORD).await.status, 429);
    assert_eq!(world.try_password("198.51.100.2", "", MANAGER.1, PASSWORD).await.status, 303, "from elsewhere");
    // A refused try does not make the wait longer.
    assert_eq!(world.number("SELECT COUNT(*) FROM tries WHERE subject = 'client/198.51.100.1'").await, 50);
    println!("address: 50 tries of 422, the 51st 429");
}

/// Whoever knows an address can use its ten tries up. The owner's own browser does not notice.
async fn a_browser_that_is_known_has_a_count_of_its_own(world: World) {
    behind_a_proxy(&world);
    world.give_password(MANAGER.0).await;
    let first = world.try_password("203.0.113.1", "", MANAGER.1, PASSWORD).await;
    let device = format!("device={}", first.cookie("device").unwrap());
    for n in 0..11 {
        world.try_password(&format!("198.51.100.{n}"), "", MANAGER.1, "not the right one").await;
    }
    assert_eq!(
        world.try_password("203.0.113.1", "", MANAGER.1, PASSWORD).await.status,
        429,
        "an unknown browser waits"
    );
    assert_eq!(world.try_password("203.0.113.1", &device, MANAGER.1, PASSWORD).await.status, 303, "the known one not");
    // A sign-in that succeeds does not count: an office behind one address signs in as often as it likes.
    for _ in 0..60 {
        assert_eq!(world.try_password("203.0.113.1", &device, MANAGER.1, PASSWORD).await.status, 303);
    }
    // And the cookie of somebody else's browser is no help.
    let stolen = world.try_password("203.0.113.1", &device, "sc@acme.example", "x").await;
    assert_eq!(stolen.status, 422);
    let theirs = "SELECT COUNT(*) FROM tries WHERE subject LIKE 'password/%/%'";
    assert_eq!(world.number(theirs).await, 0, "it is not known to that account");
}

async fn mail_goes_past_the_throttle_of_passwords(world: World) {
    for _ in 0..11 {
        world.try_password("", "", MANAGER.1, "not the right one").await;
    }
    let link = world.call(0, "POST /sign-in", "how=link&email=cm%40acme.example").await;
    assert_eq!((link.status, link.location()), (303, "/sign-in/sent?email=cm%40acme.example"));
    for n in 1..50 {
        let body = format!("email=nobody{n}%40acme.example");
        assert_eq!(world.call(0, "POST /forgot", &body).await.status, 303, "request {n}");
    }
    let refused = world.call(0, "POST /forgot", "email=last%40acme.example").await;
    assert_eq!((refused.status, refused.headers.contains_key("retry-after")), (429, true));
    println!("mail: 50 requests of an address, the 51st 429");
}

/// The same bytes but for the address, and the same work: counted, since a clock on a busy machine proves nothing.
async fn known_and_unknown_accounts_are_alike(world: World) {
    world.give_password(MANAGER.0).await;
    let clean = |answer: &Answer, email: &str| {
        let body = answer.body.replace(email, "…").replace(&email.replace('@', "%40"), "…");
        (answer.status, body, answer.location().replace(&email.replace('@', "%40"), "…"))
    };
    // With a password, without one, deactivated, never invited, unknown.
    let accounts =
        [MANAGER.1, "sc@acme.example", "deactivated@acme.example", "pending@acme.example", "nobody@nowhere.example"];
    let mut seen = Vec::new();
    for email in accounts {
        let before = hashing::hashed();
        let wrong = world.try_password("", "", email, "not the right one").await;
        let worked = hashing::hashed() - before;
        let query = email.replace('@', "%40");
        let link = world.call(0, "POST /sign-in", &format!("how=link&email={query}")).await;
        let forgot = world.call(0, "POST /forgot", &format!("email={query}")).await;
        let sent = world.call(0, &format!("GET /forgot?sent={query}"), "").await;
        seen.push((clean(&wrong, email), worked, clean(&link, email), clean(&forgot, email), clean(&sent, email)));
    }
    for (email, answers) in accounts.iter().zip(&seen) {
        assert_eq!(answers, &seen[0], "{email}");
        assert!(answers.1 >= 1, "the password of {email} is hashed, whether there is one or not");
    }
    // What is asked for is written down alike; the worker finds out whom it is for.
    let asked = "SELECT COUNT(*) FROM mail_requests r JOIN jobs j ON j.payload = r.id AND j.kind = 'mail.asked'";
    assert_eq!(world.number(asked).await, 10);
    assert_eq!(world.number("SELECT COUNT(*) FROM notices").await, 0);
    println!("5 kinds of accounts: the same status, body, place and one password hashed each");
}

async fn only_trusted_proxies_name_the_address(world: World) {
    // Nobody is trusted: what the header says is not believed, and the connection counts.
    for n in 0..50 {
        world.try_password(&format!("198.51.100.{n}"), "", &format!("n{n}@acme.example"), "x").await;
    }
    assert_eq!(world.try_password("198.51.100.77", "", "n77@acme.example", "x").await.status, 429);
}
