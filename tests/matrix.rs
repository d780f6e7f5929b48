//! Every route, as every principal, for every relation: the answers are those of `tests/route-matrix.csv`, on both databases.
//! A refused write leaves every table as it was. A route that is not in the table fails. `UPDATE=1` renews the table; its diff
//! is reviewed.
use crate::world::World;
use std::collections::{BTreeMap, BTreeSet};
use subscription_center::web;
use testkit::product::Engine;

/// Who asks: the column's name, and the person of the world.
const PRINCIPALS: &[(&str, i64)] = &[
    ("anonymous", 0),
    ("stranger", 14),
    ("pending", 7),
    ("former member", 8),
    ("deactivated", 9),
    ("foreign manager", 13),
    ("other reseller", 11),
    ("user named assets", 6),
    ("user all assets", 5),
    ("coordinator", 3),
    ("coordinator naming", 4),
    ("manager of other contract", 2),
    ("reseller", 10),
    ("auditor", 25),
    ("fulfilment", 24),
    ("releases", 23),
    ("support", 22),
    ("administrator", 21),
    ("manager", 1),
];

/// Whoever has not accepted yet, and whoever has left, gets exactly what somebody gets whom nobody knows.
const OUTSIDE: &[&str] = &["stranger", "pending", "former member"];

/// What is asked about: own contract, another one of the company, another company of the same reseller, a foreign company.
const TARGETS: &[(&str, usize)] = &[("own", 0), ("colleague's", 1), ("same reseller's", 2), ("foreign", 3)];

/// Values of the parameters for each target.
const VALUES: &[(&str, [&str; 4])] = &[
    ("{contract_number}", ["100000000001", "100000000002", "100000000003", "100000000004"]),
    ("{serial_number}", ["S1", "T1", "B1", "F1"]),
    ("{email}", ["sc@acme.example", "cm2@acme.example", "cm@beta.example", "cm@foreign.example"]),
    ("{person}", ["h3", "h2", "h12", "h13"]),
    ("{account_number}", ["A-1", "A-1", "A-2", "A-3"]),
    ("{change_set}", ["k1", "k2", "k3", "k4"]),
    // Of a line that everybody has, an extension of it, a draft, and one of a line that only the foreign company has.
    ("{release}", ["r1", "r2", "r3", "r4"]),
    ("{artifact}", ["a1", "a2", "a3", "a4"]),
    // Delivered, so that nothing can be done to them any more.
    ("{order_number}", ["30001", "30002", "30003", "30004"]),
];

/// A path parameter by where it stands, since people and change sets are both called by a handle.
fn generic(path: &str) -> String {
    let path = path.replace("/people/{handle}", "/people/{person}");
    path.replace("/change-sets/{handle}", "/change-sets/{change_set}")
        .replace("/change-sets/{id}", "/change-sets/{change_set}")
}

/// What a route is asked with beside its path: query, and the body of a write that would change nothing where it is allowed.
fn beside(path: &str, target: usize) -> (String, String) {
    let value = |name: &str| VALUES.iter().find(|(n, _)| *n == name).map(|(_, v)| v[target]).unwrap();
    let serial = value("{serial_number}");
    let coordinator = ["sc@acme.example", "cm2@acme.example", "cm@beta.example", "cm@foreign.example"][target];
    let own = ["sc@acme.example", "", "", ""][target];
    let assigned = if own.is_empty() { "null".to_owned() } else { format!(r#"{{"email":"{own}"}}"#) };
    if let Some(beside) = beside_renewal(path).or_else(|| beside_orders(path)) {
        return beside;
    }
    match path {
        "/api/v1/explain" => (format!("?serial_number={serial}"), String::new()),
        "/api/v1/contracts/{contract_number}/coordinator-assignments" => {
            (String::new(), format!(r#"{{"coordinator":{assigned},"to":{{"serial_numbers":["{serial}"]}}}}"#))
        }
        "/api/v1/contracts/{contract_number}/users" => (
            String::new(),
            format!(r#"{{"users":[{{"email":"{own}x@acme.example","serial_numbers":["{serial}"]}}],"preview":true}}"#),
        ),
        "/api/v1/contracts/{contract_number}/users/end" => {
            (String::new(), r#"{"emails":["nobody@acme.example"]}"#.to_owned())
        }
        "/api/v1/people/{email}/hand-over" => {
            (String::new(), r#"{"coordinator":{"email":"user@acme.example"},"preview":true}"#.to_owned())
        }
        "/api/v1/change-sets/{id}/undo" => (String::new(), r#"{"preview":true}"#.to_owned()),
        "/contracts/{contract_number}/coordinators/assign" | "/contracts/{contract_number}/coordinators/preview" => {
            let clear = if own.is_empty() { "&clear=1" } else { "" };
            (format!("?serial={serial}"), format!("scope=selected&serial_numbers={serial}&coordinator={own}{clear}"))
        }
        "/people/{handle}/hand-over" => (String::new(), "coordinator=nobody%40acme.example".to_owned()),
        "/users/change" => {
            (String::new(), "contract=".to_owned() + value("{contract_number}") + "&email=x%40acme.example&do=end")
        }
        "/users/new" => {
            let body = format!(
                "contract={}&form=one&email=x%40acme.example&assets=named&serials=nosuch&step=apply",
                value("{contract_number}")
            );
            (String::new(), body)
        }
        "/users/requests" => (String::new(), "contract=".to_owned() + value("{contract_number}") + "&request=nosuch"),
        "/contracts/{contract_number}/adoption" => (String::new(), "decision=keep".to_owned()),
        "/api/v1/contracts/{contract_number}/adoption" => (String::new(), r#"{"decision":"hand"}"#.to_owned()),
        "/access/ask" => (String::new(), "account=nosuch".to_owned()),
        "/people/{handle}/edit" => (String::new(), "what=email&email=nonsense".to_owned()),
        "/contracts/{contract_number}/naming-rights" => (String::new(), "email=nobody%40acme.example&may=1".to_owned()),
        "/sign-in" => (String::new(), format!("email={coordinator}")),
        "/account" => (String::new(), "theme=dark&language=en&first_name=X&version=0".to_owned()),
        "/account/email" => (String::new(), "email=nobody".to_owned()),
        // A provider's address that is refused before anything is called.
        path if path.starts_with("/company/") || path.starts_with("/vendor/settings/sign-in") => {
            (String::new(), "issuer=x&client_id=c&domains=acme.example&forget=x&join=x&decision=approve".to_owned())
        }
        "/sign-in/company" => ("?email=x%40nowhere.example".to_owned(), "email=x%40nowhere.example".to_owned()),
        "/sign-in/oidc" => (String::new(), "email=x%40nowhere.example".to_owned()),
        "/forgot" => (String::new(), format!("email={coordinator}")),
        "/account/security/password" => (String::new(), "new_password=umbrella-kettle-97".to_owned()),
        "/account/tokens" => (String::new(), "name=script&days=30&reach=read".to_owned()),
        "/vendor/merge" => (format!("?gone=h{}&kept=h5", [3, 2, 12, 13][target]), String::new()),
        "/vendor/merge-companies" => (format!("?gone=A-{}&kept=A-1", target + 1), String::new()),
        "/vendor/companies/{account_number}/merge" => (String::new(), "kept=nosuch".to_owned()),
        "/vendor/people/{handle}/reset-factors" => (String::new(), "why=asked".to_owned()),
        "/vendor/people/{handle}/merge" => (String::new(), "kept=nobody".to_owned()),
        "/account/theme" => (String::new(), "theme=dark".to_owned()),
        "/search.json" => ("?q=S".to_owned(), String::new()),
        _ => (String::new(), String::new()),
    }
}

/// The same for releases and their files.
fn beside_releases(path: &str) -> Option<(String, String)> {
    let body = |body: &str| Some((String::new(), body.to_owned()));
    if let Some(page) = path.strip_prefix("/vendor/releases/") {
        return match page {
            "new" | "{release}" => body("product_line=nosuch&version=1&released_on=2026-01-01"),
            "{release}/withdraw" => body("why="),
            _ => body(""),
        };
    }
    match path.strip_prefix("/api/v1/") {
        Some("releases" | "releases/{release}") => {
            body(r#"{"product_line":"nosuch","version":"1","released_on":"2026-01-01"}"#)
        }
        Some("releases/{release}/artifacts") => body(r#"{"file_name":"x.zip","size":0}"#),
        Some("artifacts/{artifact}/content") => Some(("?offset=3".to_owned(), "hello".to_owned())),
        Some("releases/{release}/withdraw") => body(r#"{"why":""}"#),
        Some("releases/{release}/announce" | "releases/{release}/remind") => body("{}"),
        _ => None,
    }
}

/// As [`beside`], of orders.
fn beside_orders(path: &str) -> Option<(String, String)> {
    let body = match path.strip_prefix("/api/v1/shipments") {
        Some("") => r#"{"release":"r1","serial_numbers":["nosuch"]}"#,
        Some("/approve") => r#"{"numbers":["1"]}"#,
        Some("/{order_number}/ship") => r#"{"carrier":"DHL"}"#,
        Some("/{order_number}/returned") => r#"{"reason":"moved"}"#,
        Some("/{order_number}/ship-to" | "/{order_number}/cancel") => "{}",
        Some(_) => "",
        None => match path {
            "/orders/new" => "release=r1&serial=nosuch",
            "/orders/{order_number}/ship-to" => "right=1",
            "/vendor/shipments/approve" => "order=1",
            "/account/media" => "media=0",
            _ => return None,
        },
    };
    Some((String::new(), body.to_owned()))
}

/// As [`beside`], of renewals.
fn beside_renewal(path: &str) -> Option<(String, String)> {
    let (query, body) = match path {
        "/contracts/{contract_number}/renewal" => ("", "message=Two+years%3F"),
        "/contracts/{contract_number}/renewal/answer" => ("", "request=nosuch&words=x"),
        "/contracts/{contract_number}/renewal/ordered" => ("", "ordered=1"),
        "/vendor/contracts/{contract_number}/renew" => ("?end_date=2101-01-31", "end_date=nonsense"),
        "/renewals.ics" => ("?key=nosuch", ""),
        "/api/v1/contracts/{contract_number}/quote-requests" => ("", r#"{"message":"x"}"#),
        "/api/v1/contracts/{contract_number}/quote-requests/{id}/answer" => ("", r#"{"message":"x"}"#),
        "/api/v1/contracts/{contract_number}/renewal-order" => ("", r#"{"ordered":false}"#),
        "/api/v1/contracts/{contract_number}/renewal" => ("", r#"{"end_date":"2037-01-31"}"#),
        _ => return None,
    };
    Some((query.to_owned(), body.to_owned()))
}

fn filled(path: &str, target: usize) -> String {
    let mut path = generic(path);
    for (name, values) in VALUES {
        path = path.replace(name, values[target]);
    }
    path.replace("{token}", "nosuch")
        .replace("{secret}", "nosuch")
        .replace("{role}", "nosuch")
        .replace("{id}", "1")
        .replace("{prefix}", "x")
        .replace("{*name}", "y")
}

type Table = BTreeMap<(String, String, String), Vec<String>>;

fn read(text: &str) -> Table {
    let mut rows = csv::Reader::from_reader(text.as_bytes());
    let line = |row: csv::StringRecord| {
        let cell = |i: usize| row.get(i).unwrap().to_owned();
        ((cell(0), cell(1), cell(2)), row.iter().skip(3).map(str::to_owned).collect())
    };
    rows.records().map(|row| line(row.unwrap())).collect()
}

fn write(table: &Table) -> String {
    let names = PRINCIPALS.iter().map(|(name, _)| *name);
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record(["method", "path", "target"].into_iter().chain(names)).unwrap();
    for ((method, path, target), cells) in table {
        let keys = [method.as_str(), path.as_str(), target.as_str()];
        out.write_record(keys.into_iter().chain(cells.iter().map(String::as_str))).unwrap();
    }
    String::from_utf8(out.into_inner().unwrap()).unwrap()
}

async fn observe(engine: Engine) -> (Table, usize, usize) {
    let world = World::seeded(engine).await;
    let (mut table, mut asked, mut refused) = (Table::new(), 0, 0);
    for route in web::routes(true) {
        let parametrised =
            VALUES.iter().any(|(name, _)| generic(route.path).contains(name)) || route.path == "/api/v1/explain";
        let targets = if parametrised { TARGETS } else { &TARGETS[..1] };
        for (target, index) in targets {
            let (query, body) = beside_releases(route.path).unwrap_or_else(|| beside(route.path, *index));
            let what = format!("{} {}{query}", route.method, filled(route.path, *index));
            let (mut cells, mut outside) = (Vec::new(), Vec::new());
            // Signing out is one of the routes.
            world.sign_everybody_in().await;
            // A refused write leaves what there was, which is then known for the next one.
            let mut known: Option<Vec<u8>> = None;
            for (name, who) in PRINCIPALS {
                let before = match (route.method, known.take()) {
                    ("GET", _) => Vec::new(),
                    (_, Some(known)) => known,
                    _ => world.digest().await,
                };
                let answer = world.call(*who, &what, &body).await;
                asked += 1;
                assert!(answer.status < 500, "{what} as {name}: {} {}", answer.status, answer.body);
                if route.method != "GET" && answer.status >= 400 {
                    refused += 1;
                    let after = world.digest().await;
                    assert_eq!(after, before, "{what} as {name} was refused, and yet something changed");
                    known = Some(after);
                }
                if OUTSIDE.contains(name) {
                    // Pages carry the reader's own name; what programs read is compared to the letter.
                    let body = if route.path.starts_with("/api/") && answer.status >= 400 {
                        answer.body
                    } else {
                        String::new()
                    };
                    outside.push((*name, answer.status, body));
                }
                cells.push(answer.status.to_string());
            }
            for (name, status, body) in &outside {
                let (_, stranger, told) = &outside[0];
                assert_eq!((status, body), (stranger, told), "{what}: {name} gets what no stranger gets");
            }
            let told = cells.iter().any(|cell| cell != "422") || !route.path.starts_with("/api/");
            assert!(told, "{what} shows no right: give it a body in beside()");
            let target = if parametrised { *target } else { "-" };
            table.insert((route.method.to_owned(), route.path.to_owned(), target.to_owned()), cells);
        }
    }
    (table, asked, refused)
}

async fn matrix(engine: Engine) {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/route-matrix.csv");
    let (seen, asked, refused) = observe(engine).await;
    if std::env::var("UPDATE").is_ok() && engine == Engine::Sqlite {
        std::fs::write(path, write(&seen)).unwrap();
    }
    let expected = read(&std::fs::read_to_string(path).unwrap());
    let keys = |table: &Table| table.keys().cloned().collect::<BTreeSet<_>>();
    assert_eq!(keys(&seen), keys(&expected), "routes and table differ");
    let mut wrong = Vec::new();
    for (key, cells) in &seen {
        for ((name, _), (got, want)) in PRINCIPALS.iter().zip(cells.iter().zip(&expected[key])) {
            if got != want {
                wrong.push(format!("{} {} ({}) as {name}: {got}, expected {want}", key.0, key.1, key.2));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    println!(
        "{asked} requests over {} routes and targets on {engine:?}; {refused} refused writes changed nothing",
        seen.len()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn matrix_on_sqlite() {
    matrix(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn matrix_on_postgres() {
    matrix(Engine::Postgres).await;
}
