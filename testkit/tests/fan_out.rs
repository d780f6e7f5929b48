//! A release is announced to 5,000 coordinators while everything goes wrong on the way: no encryption where it is demanded, a server
//! that is away, hangs, is busy, refuses some for good or hangs up after the final dot, and 50 SIGKILLs. Nothing is lost; twice
//! comes only what was under way when something died, and with the same Message-ID; a sign-in link overtakes the rest.
//! FAN_OUT in the environment changes how many are told.
use rand::RngExt;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::thread::sleep;
use std::time::{Duration, Instant};
use testkit::browser::Browser;
use testkit::http::Api;
use testkit::mail::Sink;
use testkit::product::{Engine, FIRST_DAY, Product, Server};
use testkit::world::World;

const KILLS: usize = 50;
/// Mails that leave at once: as many may be under way when a process or a connection dies.
const AT_ONCE: usize = 4;
/// Longer than the lease of a job and than the first retries.
const LATER_MS: i64 = 10 * 60_000;
const VERSION: &str = "2031.1";

struct FanOut {
    engine: Engine,
    product: Product,
    sink: Sink,
    server: Option<Server>,
    /// Whom it is announced to.
    people: BTreeSet<String>,
    /// Those of them whose mailboxes are not there.
    gone: Vec<String>,
    /// Mails that were under way when a process or a connection died, at most.
    under_way: usize,
    /// Who got it so far, with the mail's Message-ID, and whose link to sign in came; and up to where its file was read.
    told: Vec<(String, String)>,
    links: Vec<String>,
    read: u64,
}

impl FanOut {
    fn begin(engine: Engine, many: usize) -> Self {
        let (product, mut world) = (Product::new(engine), World::default());
        let company = world.add_company(false);
        let manager = world.add_person(&[company]);
        let people = world.add_people(company, many);
        let contract = world.add_contract(company, manager, jiff::civil::date(2032, 2, 29));
        for (asset, &person) in world.add_assets(contract, None, many).into_iter().zip(&people) {
            let line = world.assets[0].product_code;
            (world.assets[asset].coordinator, world.assets[asset].product_code) = (Some(person), line);
        }
        let staff = world.add_staff("releases");
        world.write(&product.path("world"));
        product.import(&product.path("world")).ok();
        product.run(&["go-live", "--yes"]).ok();
        let sink = Sink::start(&product.path("world"));
        let server = product.serve();
        announce(&product.api(&server, &world.people[staff].email), many);
        product.clock.advance_ms(LATER_MS);
        let address = |person: &usize| world.people[*person].email.to_lowercase();
        let (gone, people) = (people.iter().step_by(500).map(address).collect(), people.iter().map(address).collect());
        // So far it wrote to its log; the mails of the announcement are held for a minute.
        server.kill();
        Self {
            engine,
            product,
            sink,
            server: None,
            people,
            gone,
            under_way: 0,
            told: Vec::new(),
            links: Vec::new(),
            read: 0,
        }
    }

    fn start(&mut self) -> &Server {
        self.product.clock.advance_ms(LATER_MS);
        self.server.insert(self.product.serve())
    }

    fn kill(&mut self) {
        self.server.take().expect("a server").kill();
        self.under_way += AT_ONCE;
    }

    /// Replies of the mail server from now on, beside those about mailboxes that are not there.
    fn answer(&self, replies: &[(&str, &str)]) {
        let gone = self.gone.iter().map(|address| (address.as_str(), "550 5.1.1 no such mailbox"));
        self.sink.answer(&gone.chain(replies.iter().copied()).collect::<Vec<_>>());
    }

    /// How many of them arrived so far.
    fn arrived(&mut self) -> usize {
        let (mails, read) = self.sink.mails_after(self.read);
        self.read = read;
        for mail in mails {
            let to = mail.to[0].to_lowercase();
            match mail.subject.contains(VERSION) {
                true => self.told.push((to, mail.headers["message-id"].clone())),
                false => self.links.push(to),
            }
        }
        self.told.len()
    }

    /// To how many people.
    fn reached(&mut self) -> usize {
        self.arrived();
        self.told.iter().map(|(to, _)| to).collect::<BTreeSet<_>>().len()
    }

    /// Nobody got anything, and the product says why.
    fn nothing_leaves(&mut self, fault: &str, patience: Duration, says: &str) {
        let (before, began) = (self.arrived(), Instant::now());
        while !self.server.as_ref().expect("a server").log().contains(says) {
            assert!(began.elapsed() < patience, "{fault}: {says:?} is not in the log");
            sleep(Duration::from_millis(50));
        }
        assert_eq!(self.arrived(), before, "{fault}");
    }

    fn faults(&mut self) {
        const DOWN: &str = "no mail can leave";
        self.answer(&[]);
        self.product.set("mail", &format!("{}?tls=required", self.sink.url()));
        self.start();
        self.nothing_leaves("no encryption", Duration::from_secs(20), DOWN);
        self.kill();
        self.product.set("mail", "smtp://127.0.0.1:1");
        self.start();
        self.nothing_leaves("refused connections", Duration::from_secs(20), DOWN);
        self.kill();
        self.product.set("mail", &self.sink.url());
        self.answer(&[("DATA", "hang")]);
        self.start();
        self.nothing_leaves("a server that hangs", Duration::from_secs(90), DOWN);
        self.kill();
        self.answer(&[("*", "451 4.3.0 try again later")]);
        self.start();
        sleep(Duration::from_secs(2));
        assert_eq!(self.arrived(), 0, "a busy server");
        self.answer(&[("DATA", "drop")]);
        self.product.clock.advance_ms(LATER_MS);
        let began = Instant::now();
        while self.arrived() == 0 {
            assert!(began.elapsed() < Duration::from_secs(20), "a server that hangs up gets nothing");
            sleep(Duration::from_millis(20));
        }
        sleep(Duration::from_secs(1));
        self.under_way += self.arrived();
        self.kill();
        self.answer(&[]);
    }

    /// A link to sign in is asked for in the middle of it, and comes before the rest.
    fn overtake(&mut self) {
        let base = self.start().base.clone();
        let somebody = self.people.last().expect("somebody").clone();
        Browser::new(&base).post("/sign-in", "/sign-in", &[("email", &somebody)]);
        let began = Instant::now();
        while !self.links.contains(&somebody) {
            assert!(began.elapsed() < Duration::from_secs(20), "no link came");
            sleep(Duration::from_millis(10));
            self.arrived();
        }
        let waiting = self.people.len() - self.gone.len() - self.reached();
        println!("{:?}: a sign-in link came after {:?} and overtook {waiting}", self.engine, began.elapsed());
        assert!(waiting > 0, "nothing was left to overtake");
    }

    fn kills(&mut self) {
        let mut rng = rand::rng();
        for n in 0..KILLS {
            if n == KILLS / 2 {
                self.overtake();
            } else {
                self.start();
            }
            sleep(Duration::from_millis(rng.random_range(20..250)));
            self.kill();
            if n % 10 == 9 {
                self.product.check();
            }
        }
    }

    /// How many arrived, once leases are over and nothing has come for a while.
    fn settle(&mut self) -> usize {
        self.product.clock.advance_ms(LATER_MS);
        let (mut arrived, mut since) = (self.arrived(), Instant::now());
        while since.elapsed() < Duration::from_secs(3) {
            sleep(Duration::from_millis(100));
            let now = self.arrived();
            if now != arrived {
                (arrived, since) = (now, Instant::now());
            }
        }
        arrived
    }

    /// Each got it, with one Message-ID; how many came twice.
    fn each_was_told(&self) -> usize {
        let mut told: BTreeMap<&String, Vec<&String>> = BTreeMap::new();
        for (to, id) in &self.told {
            told.entry(to).or_default().push(id);
        }
        let missing: Vec<&String> =
            self.people.iter().filter(|p| !told.contains_key(*p) && !self.gone.contains(p)).collect();
        assert!(missing.is_empty(), "lost: {missing:?}");
        let mut twice = 0;
        for (person, ids) in &told {
            assert!(self.people.contains(*person) && !self.gone.contains(person), "{person} was told");
            assert!(ids.iter().all(|id| *id == ids[0]), "{person} twice, and not the same mail: {ids:?}");
            twice += ids.len() - 1;
        }
        twice
    }
}

fn announce(staff: &Api, many: usize) {
    let line = "Formwork Architecture";
    let body = json!({"product_line": line, "version": VERSION, "released_on": FIRST_DAY.to_string(), "media": true});
    let drafted = staff.post("/api/v1/releases", &body).ok();
    let release = drafted.body["release"].as_str().expect("a release").to_owned();
    staff.post(&format!("/api/v1/releases/{release}/publish"), &json!({})).ok();
    staff.post(&format!("/api/v1/releases/{release}/announce"), &json!({"confirm_notices": many})).ok();
}

fn fan_out_on(engine: Engine) {
    let many = std::env::var("FAN_OUT").map_or(5_000, |many| many.parse().expect("a number"));
    let began = Instant::now();
    let mut fan_out = FanOut::begin(engine, many);
    fan_out.faults();
    fan_out.kills();
    let during = fan_out.reached();
    assert!(during < many, "all were told before the last kill");
    fan_out.start();
    let reached = many - fan_out.gone.len();
    let began_rest = Instant::now();
    while fan_out.reached() < reached {
        assert!(began_rest.elapsed() < Duration::from_secs(120), "{} arrived", fan_out.arrived());
        sleep(Duration::from_millis(250));
    }
    // What died under way is taken up again once its lease ends; after that nothing comes any more.
    let settled = fan_out.settle();
    assert_eq!(fan_out.settle(), settled, "another one came afterwards");
    let (twice, bound) = (fan_out.each_was_told(), fan_out.under_way);
    assert!(twice <= bound, "{twice} twice, at most {bound} were under way");
    fan_out.server.take().expect("a server").stop();
    fan_out.product.check();
    println!(
        "{engine:?}: {reached} of {many} told, {} mailboxes not there, {during} during the {KILLS} kills and the faults, {twice} twice with the \
         same Message-ID, {} s",
        fan_out.gone.len(),
        began.elapsed().as_secs()
    );
}

#[test]
fn nothing_is_lost_of_an_announcement_on_sqlite() {
    fan_out_on(Engine::Sqlite);
}

#[test]
fn nothing_is_lost_of_an_announcement_on_postgres() {
    fan_out_on(Engine::Postgres);
}
