//! No secret that the product made or was given stands anywhere but with its owner: not in the database, its log, its mails
//! once they were used, its error pages.
mod factors;
mod links;
mod provider;

use provider::{ACCESS, loose_provider};
use serde_json::json;
use testkit::browser::{Browser, between};
use testkit::canary::Canary;
use testkit::http::{Api, escape};
use testkit::mail::Sink;
use testkit::product::{Engine, Product, Server};
use testkit::world::{self, World};

const CLIENT_SECRET: &str = "canary-client-secret-5f0c";
const KEY: &str = "canary-sealing-key-0123456789abcdef0123456789";
const CODE: &str = "canary-authorization-code-77aa";

struct Story {
    product: Product,
    sink: Sink,
    world: World,
    canary: Canary,
    server: Server,
}

impl Story {
    fn begin(engine: Engine) -> Self {
        let (product, mut world, mut canary) = (Product::new(engine), world::small(), Canary::default());
        world.add_staff("releases");
        world.write(&product.path("world"));
        product.import(&product.path("world")).ok();
        let sink = Sink::start(&product.path("world"));
        product.set("mail", &sink.url());
        std::fs::write(product.path("key"), KEY).expect("write the key");
        product.set("secret-key-file", product.path("key").to_str().expect("a path"));
        product.run(&["go-live", "--yes"]).ok();
        // What an operator switches on who looks for a fault: everything that we and the web's layers can say.
        product.variable("RUST_LOG", "debug,sqlx=info,hyper=info,hyper_util=info,rustls=info,h2=info");
        // Passkeys are bound to a name; the mails' links lead there, and the test takes only their ends.
        product.set("base-url", "http://localhost:9");
        canary.keep("sealing key", KEY);
        let server = product.serve();
        Self { product, sink, world, canary, server }
    }

    /// The secret at the end of the newest link of this kind to an address.
    fn link(&self, to: &str, path: &str) -> String {
        for _ in 0..500 {
            let mails = self.sink.mails();
            let mine = mails.iter().rev().filter(|mail| mail.to.iter().any(|a| a.eq_ignore_ascii_case(to)));
            if let Some(link) = mine.filter_map(|mail| between(&mail.text, path, "\n")).next() {
                return link.trim().to_owned();
            }
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        panic!("no {path} for {to}: {:#?}", self.sink.mails());
    }

    fn keep_cookies(&mut self, browser: &Browser, of: &str) {
        for (name, value) in browser.cookies.iter().filter(|(_, value)| value.len() > 20) {
            self.canary.keep(&format!("cookie {name} of {of}"), value);
        }
    }

    /// Signs in by a link that is mailed, and uses it a second time.
    fn sign_in(&mut self, email: &str) -> Browser {
        let mut browser = Browser::new(&self.server.base);
        browser.post("/sign-in", "/sign-in", &[("email", email)]);
        let secret = self.link(email, "/sign-in/link/");
        self.canary.keep_mailed("sign-in link", &secret);
        let at = format!("/sign-in/link/{secret}");
        assert_eq!(browser.post(&at, &at, &[]).status, 303);
        self.keep_cookies(&browser, email);
        self.canary.keep("form token", browser.get("/account").between(r#"name="csrf" value=""#, "\""));
        // Dead from now on, and the page that says so does not repeat it.
        let mut other = Browser::new(&self.server.base);
        let gone = other.get(&at);
        assert_eq!(gone.status, 404);
        self.canary.absent("the page of a used link", gone.text.as_bytes());
        let refused = other.post("/sign-in", &at, &[]);
        assert_eq!(refused.status, 422, "{}", refused.text);
        self.canary.absent("the refusal of a used link", refused.text.as_bytes());
        browser
    }

    /// A page of somebody's own. It holds the token of its forms, and nothing else.
    fn own_page(&self, browser: &mut Browser, path: &str) {
        let page = browser.get(path);
        let own = page.between(r#"name="csrf" value=""#, "\"").to_owned();
        self.canary.absent(path, page.text.replace(&own, "").as_bytes());
    }

    /// An invitation is accepted; its link is dead afterwards.
    fn invite(&mut self, token: &str) {
        let path = format!("/api/v1/contracts/{}/coordinator-assignments", self.world.contracts[0].number);
        let email = format!("canary.{}", self.world.people[0].email.to_lowercase());
        let serial = &self.world.assets.iter().find(|a| a.contract == 0).expect("an asset").serial;
        let body = json!({"coordinator": {"email": email, "first_name": "Can", "last_name": "Ary"},
            "to": {"serial_numbers": [serial]}});
        Api::new(&self.server.base, token).post(&path, &body).ok();
        self.product.clock.advance_ms(61_000);
        let secret = self.link(&email, "/invite/");
        self.canary.keep_mailed("invitation", &secret);
        let (at, mut browser) = (format!("/invite/{secret}"), Browser::new(&self.server.base));
        assert_eq!(browser.post(&at, &at, &[("first_name", "Can"), ("last_name", "Ary")]).status, 303);
        self.keep_cookies(&browser, &email);
        let gone = Browser::new(&self.server.base).get(&at);
        assert_eq!(gone.status, 404);
        self.canary.absent("the page of a used invitation", gone.text.as_bytes());
    }

    /// The link of an invitation that is handed over in person: it is in no mail.
    fn hand_over(&mut self, manager: &mut Browser, token: &str) {
        let email = format!("handed.{}", self.world.people[0].email.to_lowercase());
        let path = format!("/api/v1/contracts/{}/users", self.world.contracts[0].number);
        let body = json!({"users": [{"email": email, "first_name": "Han", "last_name": "Ded"}]});
        Api::new(&self.server.base, token).post(&path, &body).ok();
        let person = format!("/people/{}", escape(&email));
        let copied = manager.post(&person, &format!("{person}/copy-link"), &[]);
        assert_eq!(copied.status, 200, "{}", copied.text);
        let secret = copied.between("/invite/", "\"").to_owned();
        self.canary.keep("handed link", &secret);
        let (at, mut browser) = (format!("/invite/{secret}"), Browser::new(&self.server.base));
        assert_eq!(browser.post(&at, &at, &[("first_name", "Han"), ("last_name", "Ded")]).status, 303);
        self.keep_cookies(&browser, &email);
        self.own_page(manager, &person);
        let gone = Browser::new(&self.server.base).get(&at);
        assert_eq!(gone.status, 404);
        self.canary.absent("the page of a used handed link", gone.text.as_bytes());
    }

    /// A company's own sign-in: a client secret that is kept sealed, and a provider that says no and tells secrets with it.
    fn company_sign_in(&mut self, manager: &mut Browser) {
        let (told, heard) = std::sync::mpsc::channel();
        let (issuer, company) = (loose_provider(told), &self.world.companies[self.world.contracts[0].company]);
        let at = format!("/company/{}/sign-in", escape(&company.number));
        let email = self.world.people[0].email.to_lowercase();
        let domain = email.split_once('@').expect("an address").1.to_owned();
        self.canary.keep("client secret", CLIENT_SECRET);
        self.canary.keep("authorization code", CODE);
        self.canary.keep("access token", ACCESS);
        let fields = [
            ("issuer", issuer.as_str()),
            ("client_id", "center"),
            ("client_secret", CLIENT_SECRET),
            ("domains", domain.as_str()),
        ];
        let tried = manager.post(&at, &format!("{at}/test"), &fields);
        assert!(tried.text.contains("The provider answers"), "{}", tried.text);
        assert!(!tried.text.contains(CLIENT_SECRET), "what was typed as a secret is not shown again: {}", tried.text);
        let saved = manager.post(&at, &at, &fields);
        assert_eq!(saved.status, 303, "{}", saved.text);
        let page = manager.get(saved.leads_to());
        assert!(page.text.contains("One is kept, sealed"), "{}", page.text);
        assert!(!page.text.contains(CLIENT_SECRET), "a secret that is kept is not shown: {}", page.text);

        let mut browser = Browser::new(&self.server.base);
        let gone = browser.post("/sign-in", "/sign-in/oidc", &[("email", &email)]);
        let refresh = gone.headers.get("refresh").unwrap_or_else(|| panic!("{}", gone.text)).clone();
        let value = |name: &str| between(&refresh, &format!("{name}="), "&").expect("in the address").to_owned();
        self.keep_cookies(&browser, "somebody at the provider");
        let state = value("state");
        self.canary.keep("state", &state);
        self.canary.keep("nonce", &value("nonce"));
        let refused = browser.post("/sign-in", "/sign-in/oidc/callback", &[("code", CODE), ("state", &state)]);
        assert!(refused.status == 409 && refused.text.contains("You are not signed in"), "{}", refused.text);
        let sent = heard.recv_timeout(std::time::Duration::from_secs(10)).expect("the provider was asked");
        self.canary.keep("code verifier", between(&sent, "code_verifier=", "&").expect("a verifier"));
        self.canary.absent("the refusal of a sign-in", refused.text.as_bytes());
    }

    /// A change of address: a link to each of the two, used or stopped.
    fn new_address(&mut self, browser: &mut Browser, email: &str) {
        let new = format!("new.{}", email.to_lowercase());
        let asked = browser.post("/account", "/account/email", &[("email", &new)]);
        assert!(asked.leads_to().starts_with("/account?done="), "{}", asked.text);
        for to in [email, &new] {
            let secret = self.link(to, "/confirm-email/");
            self.canary.keep_mailed("link of a new address", &secret);
        }
        let (old, at) = (self.link(email, "/confirm-email/"), "/confirm-email/");
        Browser::new(&self.server.base).post(&format!("{at}{old}"), &format!("{at}{old}/stop"), &[]);
        let gone = Browser::new(&self.server.base).get(&format!("{at}{}", self.link(&new, at)));
        self.canary.absent("the page of a stopped change", gone.text.as_bytes());
    }

    /// Searches everywhere.
    fn search(self) {
        let Self { product, sink, canary, server, .. } = self;
        let mut stranger = Browser::new(&server.base);
        for path in ["/nowhere", "/invite/nosuch", "/api/v1/me", "/metrics", "/sign-in", "/openapi.json"] {
            canary.absent(path, stranger.get(path).text.as_bytes());
        }
        let size = canary.absent_from_database(&product);
        let log = server.log();
        assert!(log.contains("a sign-in at a provider did not work"), "the log tells what happened:\n{log}");
        canary.absent("the log", log.as_bytes());
        let mails = sink.mails();
        let texts: String =
            mails.iter().map(|m| format!("{}\n{}\n{}\n{:?}\n", m.subject, m.text, m.html, m.headers)).collect();
        canary.absent_from_mails(texts.as_bytes());
        server.stop();
        canary.absent_from_database(&product);
        let export = product.export("export");
        for file in std::fs::read_dir(export).expect("an export") {
            let path = file.expect("a file").path();
            canary.absent("the export", &std::fs::read(path).expect("a file"));
        }
        product.check();
        let (count, logged) = (canary.len(), log.len());
        println!(
            "{:?}: {count} secrets; none in {size} bytes of the database, {logged} of the log, {} mails",
            product.engine,
            mails.len()
        );
    }
}

fn no_secret_stays_behind_on(engine: Engine) {
    let mut story = Story::begin(engine);
    let email = story.world.people[0].email.clone();
    let mut manager = story.sign_in(&email);
    let token = story.product.token(&email);
    story.canary.keep("API token", &token);
    story.invite(&token);
    story.hand_over(&mut manager, &token);
    story.own_token(&mut manager);
    story.passkey(&mut manager);
    story.company_sign_in(&mut manager);
    story.release(&mut manager, &email);
    story.calendar(&mut manager);
    story.further_address(&mut manager, &email);
    story.new_address(&mut manager, &email);
    let careful = story.world.people[1].email.clone();
    story.passwords(&careful);
    let browser = story.reset(&careful);
    story.app(&careful, browser);
    let created = story.product.run(&["admin", "create", "--email", "root@vendor.example", "--name", "Ro Ot"]).ok();
    let link = between(&created.stdout, "/sign-in/link/", "\n").expect("a link").trim().to_owned();
    story.canary.keep("link of an administrator", &link);
    story.search();
}

#[test]
fn no_secret_stays_behind_on_sqlite() {
    no_secret_stays_behind_on(Engine::Sqlite);
}

#[test]
fn no_secret_stays_behind_on_postgres() {
    no_secret_stays_behind_on(Engine::Postgres);
}
