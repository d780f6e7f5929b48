//! One world under test: product and model side by side, and what everybody can do in both.
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use testkit::browser::{Browser, between};
use testkit::http::{Answer, Api, escape};
use testkit::mail::Sink;
use testkit::model::naming::{GRANTS, Naming, Plan, Row};
use testkit::model::{Refusal, Standing};
use testkit::product::{Engine, FIRST_DAY, Product, Server};
use testkit::world;

/// What happened how often.
#[derive(Default)]
pub struct Tally {
    pub happened: BTreeMap<String, u64>,
    pub comparisons: u64,
}

pub struct Run {
    pub naming: Naming,
    pub rng: StdRng,
    pub tally: Tally,
    product: Product,
    server: Server,
    _sink: Sink,
    clients: BTreeMap<usize, Api>,
    /// Those of the customers, signed in on the pages.
    pub browsers: BTreeMap<usize, Browser>,
    seed: u64,
    step: u64,
}

impl Run {
    pub fn start(engine: Engine, seed: u64, tally: Tally) -> Self {
        let (world, product) = (world::small(), Product::new(engine));
        world.write(&product.path("world"));
        product.import(&product.path("world")).ok();
        let sink = Sink::start(&product.path("world"));
        product.set("mail", &sink.url());
        let server = product.serve();
        let clients = world.people.iter().enumerate().map(|(n, p)| (n, product.api(&server, &p.email))).collect();
        let customers = world.people.iter().enumerate().filter(|(_, p)| p.role.is_empty());
        let browsers = customers.map(|(n, p)| (n, signed_in(&server, &sink, &p.email))).collect();
        let (rng, naming) = (StdRng::seed_from_u64(seed), Naming::new(world, FIRST_DAY));
        Self { naming, rng, tally, product, server, _sink: sink, clients, browsers, seed, step: 0 }
    }

    pub fn chance(&mut self, percent: u32) -> bool {
        self.rng.random_range(0..100) < percent
    }

    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.rng.random_range(0..from.len())]
    }

    pub fn client(&self, person: usize) -> &Api {
        &self.clients[&person]
    }

    pub fn tally(&mut self, what: &str) {
        *self.tally.happened.entry(what.to_owned()).or_default() += 1;
    }

    pub fn number(&self, contract: usize) -> String {
        self.naming.model.world.contracts[contract].number.clone()
    }

    pub fn email(&self, person: usize) -> String {
        self.naming.model.world.people[person].email.clone()
    }

    pub fn serial(&self, asset: usize) -> String {
        self.naming.model.world.assets[asset].serial.clone()
    }

    pub fn step(&mut self, step: u64) {
        self.step = step;
        self.one_step();
        for _ in 0..4 {
            let (person, asset) = (self.anybody(), self.rng.random_range(0..self.naming.model.world.assets.len()));
            self.compare_sight(person, asset);
        }
        let (person, contract) = (self.anybody(), self.rng.random_range(0..self.naming.model.world.contracts.len()));
        self.compare_right(person, contract);
        self.compare_list(contract);
    }

    /// Somebody who can act: everybody who was imported.
    pub fn anybody(&mut self) -> usize {
        self.rng.random_range(0..self.clients.len())
    }

    pub fn finish(mut self) -> Tally {
        self.compare_everything();
        self.server.stop();
        self.product.check();
        self.tally
    }

    /// Fails with everything that is needed to repeat the step.
    pub fn expect(&mut self, same: bool, what: impl FnOnce() -> String) {
        self.tally.comparisons += 1;
        assert!(same, "seed {} step {}: {}", self.seed, self.step, what());
    }

    pub fn refused_alike(&mut self, text: &str, answer: &Answer, refusal: &Refusal) {
        let same = (answer.status, answer.problem()) == (refusal.status, refusal.problem);
        self.expect(same, || format!("{text}\nanswered {answer:?}\nexpected {refusal:?}"));
        self.tally(&format!("{} {}", refusal.status, refusal.problem));
    }

    fn compare_sight(&mut self, person: usize, asset: usize) {
        let path = format!("/api/v1/assets/{}", escape(&self.serial(asset)));
        let answer = self.client(person).get(&path);
        let expected = if self.naming.model.sees_asset(person, asset) { 200 } else { 404 };
        self.expect(answer.status == expected, || format!("GET {path} as person {person}: {answer:?}, not {expected}"));
    }

    /// Who may name users is asked by looking at what naming would do.
    fn compare_right(&mut self, person: usize, contract: usize) {
        // Staff may on a case only, which the product does not have yet.
        if self.naming.model.is_staff(person) {
            return;
        }
        let own = self.naming.model.assets_of(contract).find(|&a| self.naming.owns(person, a));
        let assets = own.map(|asset| [asset].into());
        let email = format!("looked.at{}@elsewhere.example", self.step);
        let name = Some(("Looked".to_owned(), "At".to_owned()));
        let row = Row { email, name, assets, grants: GRANTS.into() };
        let path = format!("/api/v1/contracts/{}/users", self.number(contract));
        let body = json!({"users": [self.row_json(&row)], "preview": true});
        let answer = self.client(person).post(&path, &body);
        let text = format!("POST {path} {body} as person {person}");
        match self.naming.plan_name(person, contract, &[row], false) {
            Err(refusal) => self.refused_alike(&text, &answer, &refusal),
            Ok(plan) => self.counted_alike(&text, &answer, &plan),
        }
    }

    pub fn counted_alike(&mut self, text: &str, answer: &Answer, plan: &Plan) {
        let listed = answer.body["refused"].as_array().cloned().unwrap_or_default();
        let refused: Vec<(&str, &str)> =
            listed.iter().filter_map(|r| Some((r["email"].as_str()?, r["reason"].as_str()?))).collect();
        let expected: Vec<(&str, &str)> =
            plan.refused.iter().map(|(email, reason)| (email.as_str(), *reason)).collect();
        let number = |field: &str| answer.body[field].as_u64();
        let same = answer.status == 200
            && number("changed") == Some(plan.changes.len() as u64)
            && number("invited") == Some(plan.invited)
            && number("unchanged") == Some(plan.unchanged)
            && refused == expected;
        self.expect(same, || format!("{text}\nanswered {answer:?}\nexpected {plan:#?}"));
    }

    /// The users of a contract, as its manager sees them.
    fn compare_list(&mut self, contract: usize) {
        let manager = self.naming.model.world.contracts[contract].manager;
        let path = format!("/api/v1/contracts/{}/users", self.number(contract));
        let company = self.naming.model.company_of(contract);
        let mut expected: Vec<Value> = Vec::new();
        for ((person, _), entry) in self.naming.entries.iter().filter(|((_, c), _)| *c == contract) {
            let mut serials: Vec<String> = entry.assets.iter().flatten().map(|&a| self.serial(a)).collect();
            serials.sort();
            let grants: Vec<&str> = GRANTS.into_iter().filter(|grant| entry.grants.contains(grant)).collect();
            let state = if self.naming.model.has_accepted(company, *person) { "member" } else { "invited" };
            expected.push(json!([self.email(*person).to_lowercase(), state, entry.assets.is_none(), serials, grants]));
        }
        let row = |user: &Value| {
            let email = user["email"].as_str().unwrap_or_default().to_lowercase();
            json!([email, user["state"], user["all_assets"], user["serial_numbers"], user["grants"]])
        };
        let mut got: Vec<Value> = self.client(manager).list(&path).iter().map(row).collect();
        got.sort_by_key(|row| row[0].to_string());
        expected.sort_by_key(|row| row[0].to_string());
        self.expect(got == expected, || format!("GET {path}\nlists {got:#?}\nexpected {expected:#?}"));
    }

    /// Everybody and every serial number; everybody and every contract.
    fn compare_everything(&mut self) {
        for person in 0..self.clients.len() {
            for asset in (0..self.naming.model.world.assets.len()).step_by(3) {
                self.compare_sight(person, asset);
            }
            for contract in 0..self.naming.model.world.contracts.len() {
                self.compare_right(person, contract);
                let path = format!("/api/v1/contracts/{}", self.number(contract));
                let status = self.client(person).get(&path).status;
                let seen = self.naming.model.standing(person, contract) != Standing::Stranger;
                self.expect(status == if seen { 200 } else { 404 }, || {
                    format!("GET {path} as person {person}: {status}")
                });
            }
        }
        (0..self.naming.model.world.contracts.len()).for_each(|contract| self.compare_list(contract));
    }

    pub fn row_json(&self, row: &Row) -> Value {
        let mut body = json!({"email": row.email, "grants": row.grants});
        if let Some((first, last)) = &row.name {
            (body["first_name"], body["last_name"]) = (json!(first), json!(last));
        }
        if let Some(assets) = &row.assets {
            body["serial_numbers"] = assets.iter().map(|&a| self.serial(a)).collect();
        }
        body
    }
}

/// Signs in by the link that is mailed.
fn signed_in(server: &Server, sink: &Sink, email: &str) -> Browser {
    let mut browser = Browser::new(&server.base);
    browser.post("/sign-in", "/sign-in", &[("email", email)]);
    for _ in 0..500 {
        let mails = sink.mails();
        let mine = mails.iter().rev().filter(|mail| mail.to.iter().any(|a| a.eq_ignore_ascii_case(email)));
        if let Some(secret) = mine.filter_map(|mail| between(&mail.text, "/sign-in/link/", "\n")).next() {
            let at = format!("/sign-in/link/{}", secret.trim());
            assert_eq!(browser.post(&at, &at, &[]).status, 303, "{email}");
            return browser;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    panic!("no link for {email}");
}
