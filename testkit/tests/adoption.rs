//! A purchase under an address that its company does not know: it goes to the present Contract Manager, who keeps it or lets
//! the one named manage it. Nobody else's purchase does.
use serde_json::json;
use testkit::http::escape;
use testkit::mail::Sink;
use testkit::product::{Engine, Product};
use testkit::table::Table;
use testkit::world::World;

const CONTRACTS: &str = "contract_number,account_number,reseller_account_number,contract_manager_email,start_date,end_date,program,support_tier";
const PEOPLE: &str = "email,first_name,last_name,account_numbers,language,role";

/// Purchases of one company, each with the address under which it came; each person is new.
fn purchases(product: &Product, name: &str, account: &str, named: &[(&str, &str)]) -> serde_json::Value {
    let directory = product.path(name);
    std::fs::create_dir(&directory).expect("a directory");
    let (mut people, mut contracts) = (Table::new(PEOPLE), Table::new(CONTRACTS));
    for (number, email) in named {
        people.push([email, "Kim", "New", account, "en", ""]);
        contracts.push([number, account, "", email, "2026-01-01", "2031-01-01", "term", "gold"]);
    }
    people.write(&directory.join("people.csv"));
    contracts.write(&directory.join("contracts.csv"));
    product.run(&["import", directory.to_str().expect("a path"), "--json"]).ok().json()
}

fn mail(sink: &Sink, subject: &str, to: &str) -> testkit::mail::Mail {
    for _ in 0..1_000 {
        if let Some(mail) = sink.mails().into_iter().find(|m| m.subject.starts_with(subject) && m.to[0] == to) {
            return mail;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    panic!("no {subject} to {to}: {:#?}", sink.mails());
}

fn purchases_are_adopted_on(engine: Engine) {
    let mut world = World::default();
    let company = world.add_company(false);
    let people = world.add_people(company, 2);
    for _ in 0..2 {
        world.add_contract(company, people[0], jiff::civil::date(2032, 2, 29));
    }
    world.add_contract(company, people[1], jiff::civil::date(2032, 2, 29));
    let product = Product::new(engine);
    world.write(&product.path("world"));
    product.import(&product.path("world")).ok();
    let account = world.companies[company].number.clone();
    let domain = format!("{}.example", world.companies[company].marker.to_lowercase());
    let at = |name: &str| format!("{name}@{domain}");
    let manager = world.people[people[0]].email.to_lowercase();

    // Before the installation is live the files are all the vendor's first word.
    let early = purchases(&product, "early", &account, &[("990000000000", &at("early"))]);
    assert_eq!(early["adopted"], json!([]), "{early}");
    let sink = Sink::start(&product.path("world"));
    product.set("mail", &sink.url());
    product.run(&["go-live", "--yes"]).ok();
    let server = product.serve();

    let named =
        [("990000000001", at("kim")), ("990000000002", at("lou")), ("990000000003", "kim@elsewhere.test".to_owned())];
    let named: Vec<(&str, &str)> = named.iter().map(|(number, email)| (*number, email.as_str())).collect();
    let report = purchases(&product, "later", &account, &named);
    let went = |number: &str, to: &str| json!({ "contract": number, "named": to, "manager": manager });
    // The one with most contracts; and an address elsewhere is the vendor's to vouch for.
    let expected = json!([went("990000000001", &at("kim")), went("990000000002", &at("lou"))]);
    assert_eq!(report["adopted"], expected, "{report}");
    let mine = mail(&sink, "A purchase came to you: 2 contracts", &manager);
    assert!(["990000000001", "990000000002"].iter().all(|number| mine.text.contains(number)), "{}", mine.text);

    // Until it is decided, whoever is named is nobody there.
    let (owner, kim, lou) =
        (product.api(&server, &manager), product.api(&server, &at("kim")), product.api(&server, &at("lou")));
    let adoption = |number: &str| format!("/api/v1/contracts/{number}/adoption");
    for path in ["/api/v1/contracts/990000000001", &adoption("990000000001")] {
        assert_eq!(kim.get(path).status, 404, "{path}");
        assert_eq!(owner.get(path).status, 200, "{path}");
    }
    assert_eq!(kim.post(&adoption("990000000001"), &json!({"decision": "hand"})).status, 404);
    assert_eq!(owner.get(&adoption("990000000001")).body["email"], at("kim"));

    // Handed: all of it at once, and only that one.
    owner.post(&adoption("990000000001"), &json!({"decision": "hand"})).ok();
    assert_eq!(kim.get("/api/v1/contracts/990000000001").ok().body["contract_manager"]["email"], at("kim"));
    assert_eq!(owner.get("/api/v1/contracts/990000000001").status, 404, "no longer the owner's");
    assert_eq!(kim.get("/api/v1/contracts/990000000002").status, 404);
    mail(&sink, "Welcome: you manage contract 990000000001", &at("kim"));
    let again = kim.post(&adoption("990000000001"), &json!({"decision": "keep"}));
    assert_eq!((again.status, again.problem()), (409, "no-adoption"));

    // Kept: the one named stays nobody, also when the vendor's files come again.
    owner.post(&adoption("990000000002"), &json!({"decision": "keep"})).ok();
    let again = product.run(&["import", product.path("later").to_str().expect("a path"), "--json"]).ok().json();
    assert_eq!((again["adopted"].clone(), again["difference_count"].clone()), (json!([]), json!(1)), "{again}");
    assert_eq!(lou.get("/api/v1/contracts/990000000002").status, 404);
    assert_eq!(owner.get(&adoption("990000000002")).body["decision"], "kept");
    let people =
        owner.get(&format!("/api/v1/contracts/990000000002/people?find=email&starting_with={}", escape("lou")));
    println!(
        "{engine:?}: adopted {}, kept one, handed one; the pick list says {}",
        report["adopted"],
        people.ok().body
    );
    product.check();
}

#[test]
fn purchases_are_adopted_on_sqlite() {
    purchases_are_adopted_on(Engine::Sqlite);
}

#[test]
fn purchases_are_adopted_on_postgres() {
    purchases_are_adopted_on(Engine::Postgres);
}
