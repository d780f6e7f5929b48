//! Search, Home and theme, as each principal: what is found is what the policy lets one see, on both databases.
use crate::world::World;
use testkit::product::Engine;

/// Who asks, what, and the addresses that the answer leads to.
const ASKED: &[(&str, i64, &str, &[&str])] = &[
    (
        "a manager by prefix",
        1,
        "S",
        &["/products/S1", "/products/S2", "/products/S3", "/products/S4", "/products/S5", "/people/h3", "/people/h4"],
    ),
    ("a manager by the last digits", 1, "0013", &["/products/X-20130013"]),
    ("another manager by the last digits", 13, "0013", &[]),
    ("a manager a contract", 1, "1000", &["/contracts/100000000001/products"]),
    ("a manager a colleague by last name", 1, "gus", &["/people/h7"]),
    ("a manager nobody of another company", 1, "lou", &[]),
    ("a manager not another company", 1, "beta", &[]),
    (
        "a coordinator the whole contract",
        3,
        "S",
        &["/products/S1", "/products/S2", "/products/S3", "/products/S4", "/products/S5"],
    ),
    ("a coordinator no people", 3, "gus", &[]),
    ("a user the serial numbers of the own entry", 6, "S", &["/products/S1"]),
    ("a user no contract", 6, "1000", &[]),
    ("somebody invited nothing", 7, "S", &[]),
    ("a reseller of its customers", 10, "B", &["/products/B1"]),
    ("a reseller nothing of others", 10, "T", &[]),
    (
        "the vendor's staff everything",
        22,
        "1000",
        &[
            "/contracts/100000000001/products",
            "/contracts/100000000002/products",
            "/contracts/100000000003/products",
            "/contracts/100000000004/products",
        ],
    ),
    ("the vendor's staff anybody", 22, "lou", &["/people/h12"]),
    ("a wild card is no wild card", 22, "%", &[]),
];

async fn search(engine: Engine) {
    let world = World::seeded(engine).await;
    world
        .exec(
            "INSERT INTO assets (id, serial, contract_id, account_id, product_id, release, deployment, seats)
            VALUES (9, 'X-20130013', 1, 1, 1, '2027', 'standalone', 1)",
        )
        .await;
    let mut wrong = Vec::new();
    for (what, who, q, expected) in ASKED {
        let answer = world.call(*who, &format!("GET /search.json?q={}", q.replace('%', "%25")), "").await;
        let hits: serde_json::Value =
            serde_json::from_str(&answer.body).unwrap_or_else(|e| panic!("{what}: {e}: {}", answer.body));
        let found = hits.as_array().unwrap().iter().filter(|hit| hit["kind"] != "Page");
        let found: Vec<&str> = found.map(|hit| hit["href"].as_str().unwrap()).collect();
        if found != *expected {
            wrong.push(format!("{what} ({q}): {found:?}, expected {expected:?}"));
        }
        // What is offered can be opened.
        for href in found {
            let page = world.call(*who, &format!("GET {href}"), "").await;
            assert_eq!(page.status, 200, "{what}: {href}");
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

async fn theme(engine: Engine) {
    let world = World::seeded(engine).await;
    let asked = world.call(1, "POST /account/theme", "theme=dark&return_to=%2Fhelp").await;
    let cookie = asked.headers["set-cookie"].to_str().unwrap();
    assert!(
        asked.status == 303 && asked.headers["location"] == "/help" && cookie.starts_with("theme=dark;"),
        "{asked:?}"
    );
    assert_eq!(world.number("SELECT COUNT(*) FROM people WHERE id = 1 AND theme = 'dark'").await, 1);
    assert!(world.call(1, "GET /account", "").await.body.contains("data-theme=\"dark\""));
    // The page before signing in has it from the cookie; a wrong one is refused, another site is never gone to.
    let before = world.call_with(0, "GET /sign-in", &[("cookie", "theme=dark")], "").await;
    assert!(before.body.contains("data-theme=\"dark\""));
    assert_eq!(world.call(0, "POST /account/theme", "theme=light").await.status, 303);
    assert_eq!(world.call(1, "POST /account/theme", "theme=pink").await.status, 422);
    let elsewhere = world.call(1, "POST /account/theme", "theme=dark&return_to=%2F%2Fevil.example").await;
    assert_eq!(elsewhere.headers["location"], "/");
}

async fn home(engine: Engine) {
    let world = World::seeded(engine).await;
    let manager = world.call(1, "GET /", "").await.body;
    assert!(manager.contains("1 serial number on 100000000001 is yours by default."), "{manager}");
    assert!(!manager.contains("100000000002"), "of a colleague's contract nothing is said");
    let coordinator = world.call(3, "GET /", "").await.body;
    assert!(
        coordinator.contains("Nothing needs you today. You look after 1 serial number")
            && coordinator.contains("100000000001")
    );
    let user = world.call(6, "GET /", "").await.body;
    assert!(user.contains("You have access to 1 serial number") && !user.contains("/contracts/100000000001"), "{user}");
    let named = world.call(7, "GET /", "").await.body;
    assert!(
        !named.contains("Acme has invited you"),
        "not confirmed is not invited: a purchase may have named the person"
    );
    world.exec("INSERT INTO invitations (account_id, person_id, invited_by, invited_at, expires_at) VALUES (1, 7, 1, 1, 9000000000000)").await;
    let invited = world.call(7, "GET /", "").await.body;
    assert!(invited.contains("Acme has invited you") && !invited.contains("100000000001"), "{invited}");
    let reseller = world.call(10, "GET /", "").await.body;
    assert!(
        reseller.contains("100000000001") && reseller.contains("100000000003") && !reseller.contains("100000000002")
    );
    assert!(!reseller.contains("href=\"/contracts"), "a reseller has no page of a contract: {reseller}");
    let staff = world.call(25, "GET /", "").await.body;
    assert!(staff.contains("/contracts/100000000004/products"));
}

#[tokio::test(flavor = "multi_thread")]
async fn search_on_sqlite() {
    search(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn search_on_postgres() {
    search(Engine::Postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn theme_on_sqlite() {
    theme(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn theme_on_postgres() {
    theme(Engine::Postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn home_on_sqlite() {
    home(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn home_on_postgres() {
    home(Engine::Postgres).await;
}
