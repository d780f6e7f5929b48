//! One world under test: product and model side by side, and the comparisons between them.
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::Value;
use std::collections::BTreeMap;
use testkit::http::{Answer, Api, escape};
use testkit::model::{Model, Plan, Refusal};
use testkit::product::{Engine, FIRST_DAY, Product, Server};
use testkit::world::{self, World};

/// What happened how often.
#[derive(Default)]
pub struct Tally {
    pub actions: BTreeMap<String, u64>,
    pub refusals: BTreeMap<String, u64>,
    pub comparisons: u64,
}

impl Tally {
    pub fn action(&mut self, name: &str) {
        *self.actions.entry(name.to_owned()).or_default() += 1;
    }

    pub fn refusal(&mut self, name: &str) {
        *self.refusals.entry(name.to_owned()).or_default() += 1;
    }

    pub fn print_and_require(&self, actions: &[&str], refusals: &[&str]) {
        let mut missing: Vec<&str> = Vec::new();
        for (title, counts, required) in [("actions", &self.actions, actions), ("refusals", &self.refusals, refusals)] {
            println!("{title}:");
            for (name, count) in counts {
                println!("{count:>8}  {name}");
            }
            missing.extend(required.iter().filter(|name| !counts.contains_key(**name)));
        }
        assert!(missing.is_empty(), "never happened: {missing:?}");
    }
}

/// The last write that was done under an idempotency key: for replays.
pub struct Sent {
    pub actor: usize,
    pub path: String,
    pub body: Value,
    pub key: String,
    pub answer: Answer,
}

pub struct Run {
    pub model: Model,
    pub rng: StdRng,
    pub tally: Tally,
    pub last: Option<Sent>,
    pub product: Product,
    server: Server,
    clients: BTreeMap<usize, Api>,
    /// Somebody of the staff, who sees everything.
    staff: usize,
    seed: u64,
    step: u64,
}

impl Run {
    pub fn start(engine: Engine, seed: u64, tally: Tally) -> Self {
        let world: World = world::small();
        let product = Product::new(engine);
        world.write(&product.path("world"));
        product.import(&product.path("world")).ok();
        let server = product.serve();
        let clients: BTreeMap<usize, Api> =
            world.people.iter().enumerate().map(|(n, p)| (n, product.api(&server, &p.email))).collect();
        let staff = world.people.iter().position(|p| p.role == "support").expect("somebody of the staff");
        let rng = StdRng::seed_from_u64(seed);
        let model = Model::new(world, FIRST_DAY);
        Self { model, rng, tally, last: None, product, server, clients, staff, seed, step: 0 }
    }

    pub fn chance(&mut self, percent: u32) -> bool {
        self.rng.random_range(0..100) < percent
    }

    /// Those who can act: everybody who was imported.
    pub fn people_with_token(&self) -> usize {
        self.clients.len()
    }

    pub fn anonymous(&self) -> Api {
        Api::new(&self.server.base, "not-a-token")
    }

    pub fn client(&self, person: usize) -> &Api {
        &self.clients[&person]
    }

    pub fn step(&mut self, step: u64) {
        self.step = step;
        self.one_step();
        for _ in 0..2 {
            let asset = self.rng.random_range(0..self.model.world.assets.len());
            self.compare_asset(asset);
        }
        if step.is_multiple_of(500) {
            self.compare_everything();
        }
        if step.is_multiple_of(5_000) {
            self.product.check();
        }
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
        assert!(same, "seed {} step {} (today {}): {}", self.seed, self.step, self.model.today, what());
    }

    /// The answer must be what the model says, to the last number.
    pub fn compare_answer(&mut self, request: &str, answer: &Answer, expected: &Result<Plan, Refusal>, preview: bool) {
        let same = match expected {
            Err(refusal) => {
                let mut refused: Vec<(String, &str)> = Vec::new();
                for item in answer.body["refused"].as_array().into_iter().flatten() {
                    let text = |field: &str| item[field].as_str().unwrap_or_default();
                    refused.push((text("serial_number").to_owned(), text("reason")));
                }
                refused.sort();
                // A preview lists what is refused beside what is not.
                let listed = preview && refusal.problem == "items-refused";
                let (status, problem) = if listed { (200, "") } else { (refusal.status, refusal.problem) };
                (answer.status, answer.problem(), refused) == (status, problem, refusal.refused.clone())
            }
            Ok(plan) if plan.undoes.is_some() => {
                let refused = answer.body["refused"].as_array().map_or(0, Vec::len) as u64;
                let numbers = (answer.body["reverted"].as_u64(), answer.body["kept"].as_u64(), refused);
                answer.status == 200 && numbers == (Some(plan.changed), Some(plan.kept), plan.refused)
            }
            Ok(plan) => {
                let numbers = (answer.body["changed"].as_u64(), answer.body["unchanged"].as_u64());
                answer.status == 200 && numbers == (Some(plan.changed), Some(plan.unchanged))
            }
        };
        self.expect(same, || format!("{request}\nanswered {answer:?}\nexpected {expected:#?}"));
    }

    /// One serial number: now, on a past day, or on a day to come.
    fn compare_asset(&mut self, asset: usize) {
        let lived = self.model.today.since(FIRST_DAY).map_or(0, |span| span.get_days());
        let day = match self.rng.random_range(0..4) {
            0 | 1 => self.model.today,
            _ => FIRST_DAY.saturating_add(jiff::Span::new().days(self.rng.random_range(0..=lived + 9))),
        };
        let serial = self.model.world.assets[asset].serial.clone();
        let now = day == self.model.today && self.rng.random_bool(0.5);
        let path = format!("/api/v1/assets/{}", escape(&serial));
        let path = if now { path } else { format!("{path}?on={day}") };
        let answer = self.client(self.staff).get(&path);
        self.compare_coordinator(asset, day, &answer.body, &path);
    }

    fn compare_coordinator(&mut self, asset: usize, day: jiff::civil::Date, got: &Value, context: &str) {
        let expected = self.model.resolve(asset, day);
        let person = &self.model.world.people[expected.person];
        let by = expected.set_by.map_or("the vendor".to_owned(), |p| self.model.world.people[p].name());
        let coordinator = &got["coordinator"];
        let text = |field: &str| coordinator[field].as_str();
        let same = text("email").map(str::to_lowercase) == Some(person.email.to_lowercase())
            && text("name") == Some(&person.name())
            && text("source") == Some(expected.source)
            && (expected.source == "contract_manager" || text("assigned_by") == Some(&by));
        let wanted = format!("{} by {} (set by {by})", person.email, expected.source);
        self.expect(same, || format!("{context}\nanswered {got}\nexpected {wanted}"));
    }

    /// Every asset of the world as the lists show it, and on a past and a future day.
    pub fn compare_everything(&mut self) {
        for contract in 0..self.model.world.contracts.len() {
            let path = format!("/api/v1/contracts/{}/assets", self.model.world.contracts[contract].number);
            let rows = self.client(self.staff).list(&path);
            let assets: Vec<usize> = self.model.assets_of(contract).collect();
            self.expect(rows.len() == assets.len(), || format!("{path}: {} of {} assets", rows.len(), assets.len()));
            for (asset, row) in assets.into_iter().zip(&rows) {
                let serial = self.model.world.assets[asset].serial.clone();
                self.expect(row["serial_number"] == serial.as_str(), || format!("{path}: {row} instead of {serial}"));
                self.compare_coordinator(asset, self.model.today, row, &path);
            }
        }
        for asset in 0..self.model.world.assets.len() {
            self.compare_asset(asset);
        }
    }
}
