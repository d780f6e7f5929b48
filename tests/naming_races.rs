//! Naming, accepting, removing and taking rights at the same time, on both databases: nobody gets a 500, and nothing is half.
use crate::world::{Answer, World};
use serde_json::{Value, json};
use testkit::product::Engine;

on_both!(
    one_new_address_named_twice_in_one_company
    one_new_address_named_by_two_companies
    many_new_addresses_in_opposite_order
    an_invitation_is_accepted_while_it_is_withdrawn
    access_ends_while_it_is_used
    the_right_is_taken_while_it_is_used
);

const ROUNDS: usize = 12;
/// Contracts of one company with managers of their own, and one of another company.
const FIRST: &str = "POST /api/v1/contracts/100000000001/users";
const SECOND: &str = "POST /api/v1/contracts/100000000002/users";
const OTHER: &str = "POST /api/v1/contracts/100000000003/users";

fn users(emails: &[String]) -> String {
    let user = |email: &String| json!({"email": email, "first_name": "Ra", "last_name": "Ce"});
    json!({"users": emails.iter().map(user).collect::<Vec<Value>>()}).to_string()
}

type Request<'r> = (i64, &'r str, &'r str);

/// At the same time; in every other round the second has the start of it.
async fn together(world: &World, round: usize, one: Request<'_>, two: Request<'_>) -> (Answer, Answer) {
    let (one, two) = (world.call(one.0, one.1, one.2), world.call(two.0, two.1, two.2));
    if round.is_multiple_of(2) {
        return tokio::join!(one, two);
    }
    let (two, one) = tokio::join!(two, one);
    (one, two)
}

/// Both are done, and there is one person who has both.
async fn both_name(world: &World, [(ann, first), (bob, second)]: [(i64, &str); 2], companies: i64) {
    for round in 0..ROUNDS {
        let email = format!("race{round}@new.example");
        let (one, two) = (users(std::slice::from_ref(&email)), users(&[email.to_uppercase()]));
        let (one, two) = together(world, round, (ann, first, &one), (bob, second, &two)).await;
        assert_eq!((one.status, two.status), (200, 200), "{one:?} {two:?}");
        let of = |table: &str, more: &str| {
            format!(
                "SELECT COUNT(*) FROM {table} t JOIN people p ON p.id = t.person_id WHERE p.email_key = '{email}'{more}"
            )
        };
        assert_eq!(world.number(&format!("SELECT COUNT(*) FROM people WHERE email_key = '{email}'")).await, 1);
        assert_eq!(world.number(&of("memberships", "")).await, companies);
        assert_eq!(world.number(&of("invitations", "")).await, companies);
        assert_eq!(world.number(&of("entries", " AND t.ended_at IS NULL")).await, 2);
    }
}

async fn one_new_address_named_twice_in_one_company(world: World) {
    both_name(&world, [(1, FIRST), (2, SECOND)], 1).await;
}

async fn one_new_address_named_by_two_companies(world: World) {
    both_name(&world, [(1, FIRST), (12, OTHER)], 2).await;
}

/// Each waits for what the other has: one must not be left out for it.
async fn many_new_addresses_in_opposite_order(world: World) {
    for round in 0..ROUNDS {
        let mut emails: Vec<String> = (0..20).map(|n| format!("r{round}n{n:02}@new.example")).collect();
        let there = users(&emails);
        emails.reverse();
        let back = users(&emails);
        let (one, two) = together(&world, round, (1, FIRST, &there), (12, OTHER, &back)).await;
        assert_eq!((one.status, two.status), (200, 200), "{one:?} {two:?}");
    }
    let entries =
        "SELECT COUNT(*) FROM entries e JOIN people p ON p.id = e.person_id WHERE p.email_key LIKE 'r%@new.example'";
    assert_eq!(world.number(entries).await, 2 * 20 * i64::try_from(ROUNDS).unwrap());
}

async fn an_invitation_is_accepted_while_it_is_withdrawn(world: World) {
    world.exec("INSERT INTO account_domains (account_id, domain) VALUES (1, 'acme.example')").await;
    let mut accepted = 0;
    for round in 0..ROUNDS {
        let email = format!("guest{round}@acme.example");
        assert_eq!(world.call(1, FIRST, &users(std::slice::from_ref(&email))).await.status, 200);
        let copied = world.call(1, &format!("POST /people/{email}/copy-link"), "").await;
        let token = copied.body.split("/invite/").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let (accept, remove) = (format!("POST /invite/{token}"), format!("POST /people/{email}/remove"));
        let names = "first_name=Ra&last_name=Ce";
        let (used, removed) = together(&world, round, (0, &accept, names), (1, &remove, "")).await;
        // Whichever came first: in the end the person is no member, and the link is dead.
        assert_eq!(removed.status, 303, "{removed:?}");
        assert!([303, 422].contains(&used.status), "{used:?}");
        accepted += u32::from(used.status == 303);
        for table in ["memberships", "invitations", "entries"] {
            let open = if table == "entries" { " AND t.ended_at IS NULL" } else { "" };
            let left = format!(
                "SELECT COUNT(*) FROM {table} t JOIN people p ON p.id = t.person_id WHERE p.email_key = '{email}'{open}"
            );
            assert_eq!(world.number(&left).await, 0, "{table}");
        }
        assert_eq!(world.call(0, &format!("GET /invite/{token}"), "").await.status, 404);
        // Who was quicker is signed in, and sees nothing of the company.
        if let Some(cookie) = used.headers.get("set-cookie").filter(|_| used.status == 303) {
            let cookie = cookie.to_str().unwrap().split(';').next().unwrap().to_owned();
            let seen = world.raw("GET", "/products/S1", &[("cookie", &cookie)], "").await;
            assert_eq!(seen.status, 404, "{seen:?}");
        }
    }
    println!("{accepted} of {ROUNDS} were accepted before they were withdrawn");
}

async fn access_ends_while_it_is_used(world: World) {
    let (look, end) = ("GET /api/v1/assets/S1", "POST /api/v1/contracts/100000000001/users/end");
    let (user, give) = (
        json!({"emails": ["user@acme.example"]}).to_string(),
        json!({"users": [{"email": "user@acme.example"}]}).to_string(),
    );
    for _ in 0..ROUNDS {
        let (seen, ended, again) =
            tokio::join!(world.call(5, look, ""), world.call(1, end, &user), world.call(5, look, ""));
        assert_eq!(ended.status, 200, "{ended:?}");
        assert!([&seen, &again].iter().all(|seen| [200, 404].contains(&seen.status)), "{seen:?} {again:?}");
        assert_eq!(world.call(5, look, "").await.status, 404, "dead on the next request");
        assert_eq!(world.call(1, FIRST, &give).await.status, 200);
        assert_eq!(world.call(5, look, "").await.status, 200);
    }
}

async fn the_right_is_taken_while_it_is_used(world: World) {
    let right = "POST /contracts/100000000001/naming-rights";
    let mut named = 0;
    for round in 0..ROUNDS {
        let email = format!("own{round}@acme.example");
        let body = json!({"users": [{"email": email, "serial_numbers": ["S2"]}]}).to_string();
        let take = "email=scn%40acme.example&may=0";
        let (used, taken) = together(&world, round, (4, FIRST, &body), (1, right, take)).await;
        assert_eq!(taken.status, 303, "{taken:?}");
        assert!([200, 403].contains(&used.status), "{used:?}");
        named += u32::from(used.status == 200);
        // Done before, or not at all.
        let people = world.number(&format!("SELECT COUNT(*) FROM people WHERE email_key = '{email}'")).await;
        assert_eq!(people == 1, used.status == 200);
        assert_eq!(world.call(4, FIRST, &body).await.status, 403);
        assert_eq!(world.call(1, right, "email=scn%40acme.example&may=1").await.status, 303);
    }
    println!("{named} of {ROUNDS} were named before the right was taken");
}
