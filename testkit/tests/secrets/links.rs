//! Links that need no sign-in or carry one: to a file, to a calendar, to stop a kind of mail, to confirm a further address.
use super::Story;
use serde_json::json;
use sha2::{Digest, Sha256};
use testkit::browser::{Browser, between};
use testkit::http::Api;
use testkit::product::FIRST_DAY;

const FILE: &[u8] = b"what a coordinator downloads";

impl Story {
    /// A release with one small file, announced to everybody who coordinates its product line.
    fn announce(&self) -> (String, String) {
        let staff = self.world.people.iter().find(|p| p.role == "releases").expect("staff");
        let staff = self.product.api(&self.server, &staff.email);
        let body =
            json!({"product_line": "Formwork Architecture", "version": "2031.1", "released_on": FIRST_DAY.to_string()});
        let text = |answer: &testkit::http::Answer, field: &str| answer.body[field].as_str().expect(field).to_owned();
        let release = text(&staff.post("/api/v1/releases", &body).ok(), "release");
        let sha256: String = Sha256::digest(FILE).iter().map(|byte| format!("{byte:02x}")).collect();
        let body =
            json!({"file_name": "formwork.zip", "platform": "", "language": "", "size": FILE.len(), "sha256": sha256});
        let artifact = text(&staff.post(&format!("/api/v1/releases/{release}/artifacts"), &body).ok(), "artifact");
        let path = format!("/api/v1/artifacts/{artifact}");
        self.send(&staff, &format!("{path}/content?offset=0"));
        for _ in 0..500 {
            if staff.get(&path).ok().body["state"] == "ready" {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        staff.post(&format!("/api/v1/releases/{release}/publish"), &json!({})).ok();
        let path = format!("/api/v1/releases/{release}/announce");
        let notices = staff.post(&path, &json!({})).number("notices");
        staff.post(&path, &json!({"confirm_notices": notices})).ok();
        self.product.clock.advance_ms(61_000);
        (release, artifact)
    }

    fn send(&self, staff: &Api, path: &str) {
        let request = ureq::post(format!("{}{path}", self.server.base))
            .header("Authorization", format!("Bearer {}", staff.token()))
            .content_type("application/octet-stream");
        assert_eq!(request.send(FILE).expect("an answer").status(), 200);
    }

    /// Stops the mails of a release by the link in one, and downloads its file by a personal link.
    pub fn release(&mut self, browser: &mut Browser, email: &str) {
        let (release, artifact) = self.announce();
        let secret = self.link(email, "/unsubscribe/");
        self.canary.keep_mailed("link that stops a kind of mail", &secret);
        let at = format!("/unsubscribe/{secret}");
        let mut anybody = Browser::new(&self.server.base);
        assert_eq!(anybody.get(&at).status, 200);
        let page = format!("/downloads/{release}");
        let asked = browser.post(&page, &format!("{page}/files/{artifact}"), &[]);
        let secret = between(&format!("{}\n", asked.leads_to()), "/downloads/link/", "\n").expect("a link").to_owned();
        self.canary.keep("download link", &secret);
        let link = format!("/downloads/link/{secret}");
        assert_eq!(browser.get(&link).text.as_bytes(), FILE);
        let refused = anybody.get(&link);
        assert!(
            refused.status == 303 && refused.leads_to().starts_with("/sign-in"),
            "a link is one person's: {refused:?}"
        );
        self.own_page(browser, &page);
    }

    /// The key of a calendar feed is shown once; a new one ends it.
    pub fn calendar(&mut self, browser: &mut Browser) {
        let shown = browser.post("/renewals", "/renewals/calendar", &[]);
        let key = shown.between("/renewals.ics?key=", "<").to_owned();
        self.canary.keep("key of a calendar", &key);
        let at = format!("/renewals.ics?key={key}");
        let fetched = Browser::new(&self.server.base).get(&at);
        assert!(fetched.text.starts_with("BEGIN:VCALENDAR"), "{}", fetched.text);
        self.canary.absent("the calendar", fetched.text.as_bytes());
        self.own_page(browser, "/renewals");
        let next = browser.post("/renewals", "/renewals/calendar", &[]);
        self.canary.keep("next key of a calendar", next.between("/renewals.ics?key=", "<"));
        let dead = Browser::new(&self.server.base).get(&at);
        assert_eq!(dead.status, 404);
        self.canary.absent("the refusal of a dead key", dead.text.as_bytes());
    }

    /// A further address for notices, confirmed by the link that goes there.
    pub fn further_address(&mut self, browser: &mut Browser, email: &str) {
        let further = format!("further.{}", email.to_lowercase());
        let page = "/account/notifications";
        let added = browser.post(page, &format!("{page}/addresses"), &[("email", &further)]);
        assert_eq!(added.status, 303, "{}", added.text);
        let secret = self.link(&further, "/notice-address/");
        self.canary.keep_mailed("link of a further address", &secret);
        let at = format!("/notice-address/{secret}");
        let mut anybody = Browser::new(&self.server.base);
        assert!(anybody.post(&at, &at, &[]).status < 400);
        let gone = anybody.get(&at);
        self.canary.absent("the page of a confirmed address", gone.text.as_bytes());
        self.own_page(browser, page);
    }
}
