//! What the customers' mailboxes see of a change: one mail per person, after a minute, through a real SMTP server.
use serde_json::{Value, json};
use std::thread::sleep;
use std::time::Duration;
use testkit::http::{Api, escape};
use testkit::mail::{Mail, Sink};
use testkit::product::{Engine, Product};
use testkit::world::{self, World};

const PAST_THE_HOLD_MS: i64 = 61_000;

struct Story {
    product: Product,
    sink: Sink,
    world: World,
    api: Api,
    serials: Vec<String>,
    _server: testkit::product::Server,
}

impl Story {
    /// Contract 0 of the small world, whose manager is person 0, and a product that sends to our SMTP server.
    fn begin(engine: Engine) -> Self {
        let (product, world) = (Product::new(engine), world::small());
        world.write(&product.path("world"));
        product.import(&product.path("world")).ok();
        let sink = Sink::start(&product.path("world"));
        product.set("mail", &sink.url());
        let server = product.serve();
        let api = product.api(&server, &world.people[0].email);
        let serials = world.assets.iter().filter(|a| a.contract == 0).map(|a| a.serial.clone()).collect();
        Self { product, sink, world, api, serials, _server: server }
    }

    fn assign(&self, person: usize, serials: &[String]) -> String {
        let path = format!("/api/v1/contracts/{}/coordinator-assignments", self.world.contracts[0].number);
        let email = &self.world.people[person].email;
        let body = json!({ "coordinator": { "email": email }, "to": { "serial_numbers": serials } });
        self.api.post(&path, &body).ok().change_set()
    }

    fn undo(&self, set: &str) -> Value {
        self.api.post(&format!("/api/v1/change-sets/{}/undo", escape(set)), &json!({ "preview": false })).ok().body
    }

    /// Past the hold, and long enough for everything that is due to arrive.
    fn later(&self) {
        self.product.clock.advance_ms(PAST_THE_HOLD_MS);
        sleep(Duration::from_secs(3));
    }

    /// Mails since then, by the person they went to.
    fn since(&self, before: usize) -> Vec<(usize, Mail)> {
        let person = |address: &str| {
            let mut people = self.world.people.iter();
            people.position(|p| p.email.eq_ignore_ascii_case(address)).unwrap_or_else(|| panic!("{address}?"))
        };
        let mut mails: Vec<_> =
            self.sink.mails().split_off(before).into_iter().map(|m| (person(&m.to[0]), m)).collect();
        mails.sort_by_key(|(person, _)| *person);
        mails
    }

    /// Nobody reads a word of another company.
    fn no_foreign_marker(&self, mails: &[(usize, Mail)]) {
        for (person, mail) in mails {
            let own = &self.world.people[*person].companies;
            let own_contract = self.world.contracts[0].company;
            for (n, company) in self.world.companies.iter().enumerate() {
                let marker = company.marker.to_lowercase();
                let foreign = n != own_contract && !own.contains(&n);
                let text = format!("{}{}{}", mail.subject, mail.text, mail.html).to_lowercase();
                assert!(!foreign || !text.contains(&marker), "{marker} in {mail:#?}");
            }
        }
    }
}

fn mails_on(engine: Engine) {
    let story = Story::begin(engine);
    story.assign(6, &story.serials[5..6]);
    story.later();
    assert_eq!(story.sink.mails().len(), 0, "a new installation writes to nobody");
    story.product.run(&["go-live", "--yes"]).ok();
    story.later();
    let mut before = story.sink.mails().len();

    // The first asset is person 2's: now it is person 5's, with four others, in one mail each.
    let set = story.assign(5, &story.serials[..5]);
    sleep(Duration::from_secs(1));
    assert_eq!(story.sink.mails().len(), before, "held for a minute");
    story.later();
    let mails = story.since(before);
    let told: Vec<usize> = mails.iter().map(|(person, _)| *person).collect();
    assert!(told.contains(&0) && told.contains(&2) && told.contains(&5), "manager, former, new: {told:?}");
    assert!(told.windows(2).all(|pair| pair[0] != pair[1]), "one mail each: {told:?}");
    let to = |person: usize| &mails.iter().find(|(p, _)| *p == person).expect("a mail").1;
    assert!(to(5).subject.starts_with("You now coordinate 5 serial numbers"), "{}", to(5).subject);
    assert!(to(2).subject.contains("took over 1 serial number from you"), "{}", to(2).subject);
    assert!(to(0).subject.starts_with("5 serial numbers have a new Software Coordinator"), "{}", to(0).subject);
    for (_, mail) in &mails {
        assert!(mail.text.contains("Why you get this") && mail.html.contains("Why you get this"), "{mail:#?}");
        let about = story.serials[..5].iter().any(|serial| mail.text.contains(serial));
        assert!(about && mail.headers.contains_key("message-id"), "{mail:#?}");
    }
    story.no_foreign_marker(&mails);

    // Undone when the mails are out: correcting mails. Undone at once: nobody hears of it.
    before = story.sink.mails().len();
    assert_eq!(story.undo(&set)["reverted"], 5);
    story.later();
    assert!(story.since(before).iter().any(|(person, _)| *person == 2), "the former coordinator is told again");
    before = story.sink.mails().len();
    let set = story.assign(7, &story.serials[..5]);
    assert_eq!(story.undo(&set)["reverted"], 5);
    story.later();
    assert_eq!(story.since(before).len(), 0, "changed and undone at once writes to nobody");

    // Refused for now: tried again later. Refused for good: never again.
    before = story.sink.mails().len();
    let (busy, gone) = (&story.world.people[6].email.to_lowercase(), &story.world.people[8].email.to_lowercase());
    story.sink.answer(&[(busy, "451 4.3.0 try again later"), (gone, "550 5.1.1 no such mailbox")]);
    story.assign(6, &story.serials[..1]);
    story.assign(8, &story.serials[1..2]);
    story.later();
    let reached = |person: usize| story.since(before).iter().filter(|(p, _)| *p == person).count();
    assert_eq!((reached(6), reached(8)), (0, 0));
    story.sink.answer(&[]);
    story.product.clock.advance_days(1);
    sleep(Duration::from_secs(3));
    assert_eq!((reached(6), reached(8)), (1, 0), "451 is tried again, 550 is not");
    story.product.check();
    println!("{engine:?}: {} mails received, none foreign, none twice", story.sink.mails().len());
}

#[test]
fn mails_on_sqlite() {
    mails_on(Engine::Sqlite);
}

#[test]
fn mails_on_postgres() {
    mails_on(Engine::Postgres);
}
