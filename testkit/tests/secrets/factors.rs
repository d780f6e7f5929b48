//! Passwords, the secret of an authenticator app, recovery codes, passkeys and tokens that people make themselves.
use super::Story;
use std::process::Command;
use testkit::browser::{Browser, Page};

const FIRST: &str = "canary gravel onyx teapot 88";
const CHANGED: &str = "canary walnut ferry lantern 31";
const RESET: &str = "canary harbour mitten cobalt 64";
const TRIED: &str = "canary wrong at the front door";
const STRANGERS: &str = "canary of somebody nobody knows";
const AGAIN: &str = "canary wrong when asked again";
const SHORT: &str = "canary-9xq";
/// More than the five minutes that a proof stays fresh.
const STALE_MS: i64 = 301_000;

/// By RFC 6238, in another language than the product's.
const CODE: &str = "
import base64, hashlib, hmac, struct, sys
key, step = base64.b32decode(sys.argv[1]), int(sys.argv[2]) // 30
digest = hmac.new(key, struct.pack('>Q', step), hashlib.sha1).digest()
at = digest[-1] & 15
print(base64.b16encode(key).decode(), '%06d' % ((struct.unpack('>I', digest[at:at + 4])[0] & 0x7fffffff) % 1000000))
";

/// The raw secret of an app, and the code that it shows now.
fn app_shows(secret: &str, seconds: i64) -> (Vec<u8>, String) {
    let python = std::env::var("TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let output = Command::new(python).args(["-c", CODE, secret, &seconds.to_string()]).output().expect("python");
    let text = String::from_utf8(output.stdout).expect("a line");
    let (key, code) = text.trim().split_once(' ').unwrap_or_else(|| panic!("no code for {secret}"));
    let byte = |n: usize| u8::from_str_radix(&key[n..n + 2], 16).expect("a byte");
    ((0..key.len()).step_by(2).map(byte).collect(), code.to_owned())
}

fn refused(page: &Page, words: &str) {
    assert!(page.status == 422 && page.text.contains(words), "{} {}", page.status, page.text);
}

impl Story {
    /// Fills in a form that is refused; the page that says so repeats no secret.
    fn refuse(&mut self, browser: &mut Browser, page: &str, fields: &[(&str, &str)], words: &str) {
        let answer = browser.post(page, page, fields);
        refused(&answer, words);
        let own = browser.get(page).between(r#"name="csrf" value=""#, "\"").to_owned();
        self.canary.absent(&format!("the refusal at {page}"), answer.text.replace(&own, "").as_bytes());
    }

    fn enter(&mut self, email: &str, password: &str) -> (Browser, Page) {
        let mut browser = Browser::new(&self.server.base);
        let fields = [("email", email), ("password", password), ("how", "password")];
        let answer = browser.post("/sign-in", "/sign-in", &fields);
        self.keep_cookies(&browser, email);
        (browser, answer)
    }

    /// Set, changed, tried in vain, and proven again.
    pub fn passwords(&mut self, email: &str) {
        for (what, password) in [
            ("password", FIRST),
            ("changed password", CHANGED),
            ("wrong password", TRIED),
            ("password of nobody", STRANGERS),
            ("wrong password, asked again", AGAIN),
            ("password that is too short", SHORT),
        ] {
            self.canary.keep(what, password);
        }
        let mut browser = self.sign_in(email);
        let (page, set) = ("/account/security", "/account/security/password");
        refused(&browser.post(page, set, &[("new_password", SHORT)]), "at least 12 characters");
        for password in [FIRST, CHANGED] {
            assert_eq!(browser.post(page, set, &[("new_password", password)]).status, 303);
        }
        let words = "that belong together";
        for (who, password) in [(email, TRIED), (email, FIRST), ("canary@nowhere.example", STRANGERS)] {
            let (_, answer) = self.enter(who, password);
            refused(&answer, words);
            self.canary.absent("the refusal of a password", answer.text.as_bytes());
        }
        let (mut browser, answer) = self.enter(email, CHANGED);
        assert_eq!((answer.status, answer.leads_to()), (303, "/"));
        self.own_page(&mut browser, page);
        self.product.clock.advance_ms(STALE_MS);
        assert!(browser.post(page, set, &[("new_password", RESET)]).leads_to().starts_with("/sign-in/again"));
        self.refuse(&mut browser, "/sign-in/again", &[("password", AGAIN)], "Enter the password");
        let proven = browser.post("/sign-in/again", "/sign-in/again", &[("password", CHANGED), ("return_to", page)]);
        assert_eq!(proven.leads_to(), page);
        // By mail as well: a link that proves, and is used up.
        browser.post("/sign-in/again", "/sign-in/again/mail", &[]);
        let secret = self.link(email, "/sign-in/again/");
        self.canary.keep_mailed("link that proves again", &secret);
        let at = format!("/sign-in/again/{secret}");
        assert_eq!(browser.post(&at, &at, &[]).status, 200);
    }

    /// A forgotten password: the link is mailed, and dead once it was used.
    pub fn reset(&mut self, email: &str) -> Browser {
        self.canary.keep("password that was reset", RESET);
        let mut browser = Browser::new(&self.server.base);
        browser.post("/forgot", "/forgot", &[("email", email)]);
        let secret = self.link(email, "/reset/");
        self.canary.keep_mailed("reset link", &secret);
        let at = format!("/reset/{secret}");
        refused(&browser.post(&at, &at, &[("new_password", SHORT)]), "at least 12 characters");
        assert_eq!(browser.post(&at, &at, &[("new_password", RESET)]).status, 303);
        self.keep_cookies(&browser, email);
        let gone = Browser::new(&self.server.base).get(&at);
        assert_eq!(gone.status, 404);
        self.canary.absent("the page of a used reset link", gone.text.as_bytes());
        browser
    }

    /// An authenticator app is set up, and stands between a password and a session; so do recovery codes.
    pub fn app(&mut self, email: &str, mut browser: Browser) {
        let page = "/account/security/second-factor";
        browser.post(page, page, &[]);
        let secret = browser.get(page).between(r#"class="serial break">"#, "<").replace(' ', "");
        let (raw, code) = app_shows(&secret, self.product.clock.now().as_second());
        self.canary.keep("secret of an app", &secret);
        self.canary.keep_bytes("raw secret of an app", &raw);
        let made = browser.post(page, &format!("{page}/confirm"), &[("code", &code)]);
        let mut codes = recovery_codes(&made);
        codes.extend(recovery_codes(&browser.post(
            "/account/security/recovery-codes",
            "/account/security/recovery-codes",
            &[],
        )));
        for code in &codes {
            self.canary.keep("recovery code", code);
            self.canary.keep("recovery code, typed at once", &code.replace('-', ""));
        }
        for page in ["/account/security", page, "/account/security/recovery-codes"] {
            self.own_page(&mut browser, page);
        }
        let (mut half, answer) = self.enter(email, RESET);
        assert_eq!(answer.leads_to(), "/sign-in/second");
        // Ended by the newer ones, then one of those.
        self.refuse(&mut half, "/sign-in/second", &[("recovery", &codes[0])], "one of the recovery codes");
        let done = half.post("/sign-in/second", "/sign-in/second", &[("recovery", &codes[10])]);
        assert_eq!(done.leads_to(), "/", "{}", done.text);
        self.keep_cookies(&half, email);
    }

    /// The secrets of the two ceremonies that a browser begins. The challenge beside each is no secret of ours: it is kept
    /// to be compared, and worth nothing without the key.
    pub fn passkey(&mut self, browser: &mut Browser) {
        let begin = "/account/security/passkeys/begin";
        let mut stranger = Browser::new(&self.server.base);
        for answer in
            [browser.post("/account/security", begin, &[]), stranger.post("/sign-in", "/sign-in/passkey/begin", &[])]
        {
            let asked: serde_json::Value = serde_json::from_str(&answer.text).expect("a question");
            assert!(asked["publicKey"]["challenge"].is_string(), "{asked}");
            self.canary.keep("ceremony of a passkey", asked["ceremony"].as_str().expect("a secret"));
        }
        let answer = [("ceremony", "canary-ceremony-of-nobody"), ("credential", "canary-credential-no-json")];
        for (_, secret) in answer {
            self.canary.keep("what was sent as a passkey", secret);
        }
        let refused = stranger.post("/sign-in", "/sign-in/passkey", &answer);
        assert!((400..500).contains(&refused.status), "{} {}", refused.status, refused.text);
        self.canary.absent("the refusal of a passkey", refused.text.as_bytes());
    }

    /// A token that somebody makes on the page is shown once.
    pub fn own_token(&mut self, browser: &mut Browser) {
        let page = "/account/tokens";
        let made = browser.post(page, page, &[("name", "script"), ("days", "30"), ("reach", "read")]);
        self.canary.keep("token made on the page", made.between(r#"<code class="serial break">"#, "<"));
        self.own_page(browser, page);
    }
}

fn recovery_codes(page: &Page) -> Vec<String> {
    let list = page.between(r#"<ol class="codes">"#, "</ol>");
    let codes = list.split(r#"<code class="serial">"#).skip(1).filter_map(|rest| rest.split('<').next());
    let codes: Vec<String> = codes.map(str::to_owned).collect();
    assert_eq!(codes.len(), 10, "{}", page.text);
    codes
}
