//! SIGKILL at random moments of a mixed load, and clients that hang up: nothing acknowledged is lost, nothing is torn, and a
//! request repeated with its key has one effect. KILLS and KILL_ASSETS in the environment make it longer and larger.
use rand::RngExt;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};
use testkit::http::{Answer, Api, escape};
use testkit::product::{Engine, Product, Server};
use testkit::table::Table;
use testkit::world::World;

/// How long to wait where the answer is "busy", and for how long at most.
const AGAIN: Duration = Duration::from_millis(500);
const AT_MOST: Duration = Duration::from_secs(60);

fn setting(name: &str, default: usize) -> usize {
    std::env::var(name).map_or(default, |value| value.parse().unwrap_or_else(|e| panic!("{name}={value}: {e}")))
}

/// How a client moves its cell from one person to the other.
#[derive(Clone, Copy, PartialEq)]
enum Way {
    AllAssets,
    Serials,
    /// There by assigning, back by undoing that.
    Undo,
    HandOver,
}

/// One client, and the assets that always change together because only this client changes them.
struct Lane {
    name: &'static str,
    way: Way,
    manager: String,
    token: String,
    contract: String,
    cell: Vec<String>,
    /// The two people it moves between; the first holds it now, as far as was acknowledged.
    people: [String; 2],
    undoable: Option<String>,
    in_flight: Option<Request>,
    acknowledged: usize,
}

#[derive(Clone)]
struct Request {
    path: String,
    body: Value,
    key: String,
    counted_as: &'static str,
}

impl Lane {
    fn next(&self) -> Request {
        let [from, to] = &self.people;
        let assign = format!("/api/v1/contracts/{}/coordinator-assignments", self.contract);
        let all = || json!({ "coordinator": { "email": to }, "to": { "all_assets": true } });
        let (path, body, counted_as) = match (self.way, &self.undoable) {
            (Way::Undo, Some(set)) => {
                (format!("/api/v1/change-sets/{}/undo", escape(set)), json!({ "preview": false }), "reverted")
            }
            (Way::AllAssets | Way::Undo, _) => (assign, all(), "changed"),
            (Way::Serials, _) => {
                (assign, json!({ "coordinator": { "email": to }, "to": { "serial_numbers": self.cell } }), "changed")
            }
            (Way::HandOver, _) => {
                let path = format!("/api/v1/people/{}/hand-over", escape(from));
                (path, json!({ "coordinator": { "email": to } }), "changed")
            }
        };
        Request { path, body, key: format!("{:032x}", rand::random::<u128>()), counted_as }
    }

    /// The request was answered: its effect is there, whole.
    fn acknowledge(&mut self, request: &Request, answer: &Answer) {
        assert_eq!(answer.status, 200, "{}: {answer:?}", self.name);
        assert_eq!(answer.number(request.counted_as), self.cell.len() as u64, "{}: {answer:?}", self.name);
        self.undoable = (self.way == Way::Undo && self.undoable.is_none()).then(|| answer.change_set());
        self.people.swap(0, 1);
        self.acknowledged += 1;
    }

    /// Works until the server is gone.
    fn work(&mut self, base: &str) {
        let api = Api::new(base, &self.token);
        loop {
            let request = self.next();
            match api.try_post(&request.path, &request.body, Some(&request.key)) {
                // Busy, and says so: nothing was acknowledged, and the same request comes again.
                Ok(answer) if answer.status == 503 => thread::sleep(AGAIN),
                Ok(answer) => self.acknowledge(&request, &answer),
                Err(_) => {
                    self.in_flight = Some(request);
                    return;
                }
            }
        }
    }

    /// After a restart. Returns whether the request that got no answer had happened.
    fn verify(&mut self, coordinators: &BTreeMap<String, String>, api: &Api) -> bool {
        let holders: BTreeSet<&String> = self.cell.iter().map(|serial| &coordinators[serial]).collect();
        assert_eq!(holders.len(), 1, "{}: torn between {holders:?}", self.name);
        let holder = holders.first().expect("a holder").to_lowercase();
        let request = self.in_flight.take().expect("a request that got no answer");
        let happened = holder == self.people[1];
        assert!(happened || holder == self.people[0], "{}: acknowledged {:?}, found {holder}", self.name, self.people);
        let mut answer = api.post_with_key(&request.path, &request.body, &request.key);
        // A database server may still be at what the killed process asked of it, and hold its locks.
        let begun = Instant::now();
        while answer.status == 503 && begun.elapsed() < AT_MOST {
            thread::sleep(AGAIN);
            answer = api.post_with_key(&request.path, &request.body, &request.key);
        }
        self.acknowledge(&request, &answer);
        let again = api.post_with_key(&request.path, &request.body, &request.key);
        assert_eq!(again, answer, "{}: the same key, the same answer", self.name);
        happened
    }
}

/// The largest contract, and others for the other kinds of work; each with a manager of its own.
fn lanes(world: &mut World, large: usize) -> Vec<Lane> {
    let company = world.add_company(false);
    let plan = [
        ("5,000 there and back", Way::AllAssets, large),
        ("assign and undo", Way::Undo, large / 5),
        ("hand-over", Way::HandOver, large / 10),
        ("three serials", Way::Serials, 3),
        ("another three", Way::Serials, 3),
    ];
    let lane = |(name, way, count): (&'static str, Way, usize)| {
        let people = world.add_people(company, 3);
        let contract = world.add_contract(company, people[0], jiff::civil::date(2032, 2, 29));
        let group = world.add_group(contract);
        let assets = world.add_assets(contract, None, count - 1);
        let assets: Vec<usize> = assets.into_iter().chain(world.add_assets(contract, Some(group), 1)).collect();
        for &asset in &assets {
            world.assets[asset].coordinator = Some(people[1]);
        }
        let email = |n: usize| world.people[people[n]].email.to_lowercase();
        Lane {
            name,
            way,
            manager: email(0),
            token: String::new(),
            contract: world.contracts[contract].number.clone(),
            cell: assets.iter().map(|&asset| world.assets[asset].serial.clone()).collect(),
            people: [email(1), email(2)],
            undoable: None,
            in_flight: None,
            acknowledged: 0,
        }
    };
    plan.into_iter().map(lane).collect()
}

fn exported(product: &Product) -> BTreeMap<String, String> {
    let directory = product.export("export");
    Table::read(&directory.join("assets.csv")).map("serial_number", "software_coordinator_email")
}

fn imported(engine: Engine, world: &World) -> Product {
    let product = Product::new(engine);
    world.write(&product.path("world"));
    product.import(Path::new(&product.path("world"))).ok();
    product
}

fn kills_on(engine: Engine) {
    let (kills, large) = (setting("KILLS", 20), setting("KILL_ASSETS", 5_000));
    let (began, mut rng, mut world) = (Instant::now(), rand::rng(), World::default());
    let mut lanes = lanes(&mut world, large);
    let product = imported(engine, &world);
    let mut server = product.serve();
    for lane in &mut lanes {
        lane.token = product.token(&lane.manager);
    }
    let (mut happened, mut lost) = (0, 0);
    for _ in 0..kills {
        let moment = Duration::from_millis(rng.random_range(20..1_500));
        let base = server.base.clone();
        thread::scope(|scope| {
            for lane in &mut lanes {
                scope.spawn(|| lane.work(&base));
            }
            thread::sleep(moment);
            server.kill();
        });
        server = product.serve();
        product.check();
        let coordinators = exported(&product);
        for lane in &mut lanes {
            match lane.verify(&coordinators, &Api::new(&server.base, &lane.token)) {
                true => happened += 1,
                false => lost += 1,
            }
        }
    }
    let coordinators = exported(&product);
    for lane in &lanes {
        let held = lane.cell.iter().all(|serial| coordinators[serial].to_lowercase() == lane.people[0]);
        assert!(held, "{}: not all in the hands of {}", lane.name, lane.people[0]);
        println!("{:>8} acknowledged, {} assets each: {}", lane.acknowledged, lane.cell.len(), lane.name);
        assert!(lane.acknowledged > kills, "{}: no load but the repetitions", lane.name);
    }
    server.stop();
    product.check();
    println!(
        "{engine:?}: {kills} kills in {} s; of the requests without an answer {happened} had happened and {lost} had not",
        began.elapsed().as_secs()
    );
    assert_eq!(happened + lost, kills * lanes.len());
}

#[test]
fn kills_on_sqlite() {
    kills_on(Engine::Sqlite);
}

#[test]
fn kills_on_postgres() {
    kills_on(Engine::Postgres);
}

const CANCELLED: usize = 100;
const CLIENTS: usize = 4;

/// Sends a request by hand and hangs up after a while. Whether an answer had come by then.
fn hang_up(base: &str, token: &str, request: &Request, after: Duration) -> bool {
    let address = base.strip_prefix("http://").expect("http");
    let mut stream = TcpStream::connect(address).expect("connect");
    let body = request.body.to_string();
    let head = format!(
        "POST {} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n\
         Idempotency-Key: {}\r\nContent-Length: {}\r\n\r\n{body}",
        request.path,
        request.key,
        body.len()
    );
    stream.write_all(head.as_bytes()).expect("send");
    thread::sleep(after);
    stream.set_nonblocking(true).expect("no waiting");
    let mut answer = [0; 4_096];
    let length = stream.read(&mut answer).unwrap_or(0);
    answer[..length].starts_with(b"HTTP/1.1 200")
}

/// A client: by turns a request that it hangs up on and one that it waits for, which others must see at once.
fn cancel(part: usize, lane: &Lane, server: &Server, reader: &Api) -> (Vec<Request>, Vec<usize>) {
    let (api, mut rng) = (Api::new(&server.base, &lane.token), rand::rng());
    let path = format!("/api/v1/contracts/{}/coordinator-assignments", lane.contract);
    let request = |asset: usize| Request {
        path: path.clone(),
        body: json!({ "coordinator": { "email": lane.people[1] }, "to": { "serial_numbers": [lane.cell[asset]] } }),
        key: format!("{:032x}", rand::random::<u128>()),
        counted_as: "changed",
    };
    let (mut cancelled, mut acknowledged) = (Vec::new(), Vec::new());
    for n in (part..CANCELLED).step_by(CLIENTS) {
        let first = request(n);
        // From ten microseconds to twenty milliseconds, short ones as often as long ones.
        let after = Duration::from_micros(10f64.powf(rng.random_range(1.0..4.3)) as u64);
        if hang_up(&server.base, &lane.token, &first, after) {
            acknowledged.push(n);
        }
        cancelled.push(first);
        let (other, second) = (CANCELLED + n, request(CANCELLED + n));
        assert_eq!(api.post_with_key(&second.path, &second.body, &second.key).ok().number("changed"), 1);
        let seen = reader.get(&format!("/api/v1/assets/{}", escape(&lane.cell[other]))).ok();
        let email = seen.body["coordinator"]["email"].as_str().map(str::to_lowercase);
        assert_eq!(email.as_ref(), Some(&lane.people[1]), "{}: acknowledged, not seen by others", lane.cell[other]);
        acknowledged.push(other);
    }
    (cancelled, acknowledged)
}

fn cancelled_requests_on(engine: Engine) {
    let mut world = World::default();
    let mut lane = lanes(&mut world, 2 * CANCELLED).swap_remove(0);
    let staff = world.add_staff("support");
    let product = imported(engine, &world);
    let server = product.serve();
    lane.token = product.token(&lane.manager);
    let reader = product.api(&server, &world.people[staff].email);
    let (mut cancelled, mut acknowledged) = (Vec::new(), Vec::new());
    thread::scope(|scope| {
        let client = |part: usize| {
            let (lane, server, reader) = (&lane, &server, reader.clone());
            scope.spawn(move || cancel(part, lane, server, &reader))
        };
        for client in (0..CLIENTS).map(client).collect::<Vec<_>>() {
            let (c, a) = client.join().expect("a client");
            cancelled.extend(c);
            acknowledged.extend(a);
        }
    });
    let there = |coordinators: &BTreeMap<String, String>| {
        for &asset in &acknowledged {
            let found = coordinators[&lane.cell[asset]].to_lowercase();
            assert_eq!(found, lane.people[1], "{}: acknowledged and lost", lane.cell[asset]);
        }
    };
    // Another process sees all of it, and it is durable.
    there(&exported(&product));
    server.kill();
    let server = product.serve();
    let coordinators = exported(&product);
    there(&coordinators);
    let happened = lane.cell[..CANCELLED].iter().filter(|s| coordinators[*s].to_lowercase() == lane.people[1]).count();
    let api = Api::new(&server.base, &lane.token);
    for request in &cancelled {
        let answer = api.post_with_key(&request.path, &request.body, &request.key).ok();
        assert_eq!(answer.number("changed"), 1, "one effect: {answer:?}");
    }
    product.check();
    println!(
        "{engine:?}: {} hung up, {happened} of them happened, {} acknowledged",
        cancelled.len(),
        acknowledged.len()
    );
    assert_eq!(cancelled.len(), CANCELLED);
    assert!(happened > 0, "every request was hung up on too early to show anything");
}

#[test]
fn cancelled_requests_lose_nothing_on_sqlite() {
    cancelled_requests_on(Engine::Sqlite);
}

#[test]
fn cancelled_requests_lose_nothing_on_postgres() {
    cancelled_requests_on(Engine::Postgres);
}
