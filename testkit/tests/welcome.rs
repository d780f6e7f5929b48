//! The first sign-in of a Contract Manager: one mail when the installation goes live, or when the contract comes later; a link
//! that works once; the terms, with the version that was accepted.
use std::collections::BTreeSet;
use testkit::browser::{Browser, between};
use testkit::mail::{Mail, Sink};
use testkit::product::{Engine, Product};
use testkit::world::{self, World};

fn welcomes(mails: &[Mail]) -> Vec<&Mail> {
    mails.iter().filter(|mail| mail.subject.starts_with("Welcome: you manage ")).collect()
}

fn wait_for(sink: &Sink, count: usize) -> Vec<Mail> {
    for _ in 0..1_000 {
        let mails = sink.mails();
        if welcomes(&mails).len() >= count {
            return mails;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    panic!("{count} welcomes expected: {:#?}", sink.mails());
}

/// A contract of a company that was not there, with a manager who was not there.
fn later(product: &Product, world: &World) {
    let directory = product.path("later");
    std::fs::create_dir(&directory).expect("a directory");
    let write = |name: &str, text: String| std::fs::write(directory.join(name), text).expect("a file");
    write("accounts.csv", "account_number,name,kind,country,domains\nL-1,Later,customer,GB,later.example\n".to_owned());
    write(
        "people.csv",
        "email,first_name,last_name,account_numbers,language,role\nlea@later.example,Lea,Later,L-1,en,\n".to_owned(),
    );
    write(
        "contracts.csv",
        format!(
            "contract_number,account_number,reseller_account_number,contract_manager_email,start_date,end_date,program,support_tier\n\
             990000000001,L-1,,lea@later.example,{},{},maintenance,gold\n",
            world.contracts[0].start, world.contracts[0].end
        ),
    );
    product.import(&directory).ok();
}

fn first_sign_in_on(engine: Engine) {
    let (product, world) = (Product::new(engine), world::small());
    world.write(&product.path("world"));
    product.import(&product.path("world")).ok();
    let sink = Sink::start(&product.path("world"));
    product.set("mail", &sink.url());
    std::fs::write(product.path("terms.txt"), "Be fair.\n\nPay in time.\n").expect("the terms");
    product.set("terms-file", product.path("terms.txt").to_str().expect("a path"));
    let managers: BTreeSet<String> =
        world.contracts.iter().map(|c| world.people[c.manager].email.to_lowercase()).collect();
    let asked = product.run(&["go-live", "--yes"]).ok();
    let said = format!("{}{}", asked.stdout, asked.stderr);
    assert!(said.contains(&format!("{} welcomes", managers.len())), "{said}");
    let server = product.serve();

    let mails = wait_for(&sink, managers.len());
    let told: Vec<String> = welcomes(&mails).iter().map(|mail| mail.to[0].to_lowercase()).collect();
    assert_eq!(told.iter().cloned().collect::<BTreeSet<_>>(), managers, "each Contract Manager, and nobody else");
    assert_eq!(told.len(), managers.len(), "one mail each, however many contracts");

    // The link: opened as often as one likes, used once.
    let mine = welcomes(&mails)[0];
    let secret = between(&mine.text, "/welcome/", "\n").expect("a link").trim().to_owned();
    let at = format!("/welcome/{secret}");
    let mut browser = Browser::new(&server.base);
    for _ in 0..2 {
        assert_eq!(browser.get(&at).status, 200, "a scanner may open it");
    }
    let begun = browser.post(&at, &at, &[]);
    assert_eq!(begun.leads_to(), "/welcome");
    let page = browser.get("/welcome");
    assert!(page.text.contains("Be fair.") && page.text.contains("/account/security"), "{}", page.text);
    let version = page.between(r#"name="version" value=""#, "\"").to_owned();
    let old = browser.post("/welcome", "/welcome/terms", &[("version", "of-yesterday")]);
    assert_eq!(old.status, 412, "only what is the terms now: {}", old.text);
    assert_eq!(browser.post("/welcome", "/welcome/terms", &[("version", &version)]).leads_to(), "/welcome");
    let page = browser.get("/welcome");
    assert!(page.text.contains("Accepted") && !page.text.contains("Accept the terms"), "{}", page.text);
    let mut other = Browser::new(&server.base);
    assert_eq!(other.get(&at).status, 404);
    assert_eq!(other.post("/sign-in", &at, &[]).status, 422, "used once");

    // A contract that comes later.
    later(&product, &world);
    let mails = wait_for(&sink, managers.len() + 1);
    let new = welcomes(&mails).into_iter().next_back().expect("a welcome");
    assert_eq!(
        (new.to[0].as_str(), new.subject.as_str()),
        ("lea@later.example", "Welcome: you manage contract 990000000001")
    );
    // Nobody twice, whatever is imported again.
    product.import(&product.path("world")).ok();
    std::thread::sleep(std::time::Duration::from_secs(2));
    assert_eq!(welcomes(&sink.mails()).len(), managers.len() + 1);
    product.check();
    println!("{engine:?}: {} welcomes, one for each Contract Manager", managers.len() + 1);
}

#[test]
fn first_sign_in_on_sqlite() {
    first_sign_in_on(Engine::Sqlite);
}

#[test]
fn first_sign_in_on_postgres() {
    first_sign_in_on(Engine::Postgres);
}
