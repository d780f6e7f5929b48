//! One installation with the imported data, from the draft to the verified file.
use jiff::civil::Date;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::io::Read;
use std::time::{Duration, Instant};
use testkit::http::{Api, escape};
use testkit::mail::{Mail, Sink};
use testkit::product::{Engine, FIRST_DAY, Product, Server, sample_data, text};
use testkit::s3::S3;
use testkit::table::Table;

/// Of the file, where it is a large one.
pub const LARGE: u64 = 200 * 1024 * 1024 + 12_345;
/// Of one that shows the same in less time.
pub const SMALLER: u64 = 90 * 1024 * 1024 + 1;
const PART: u64 = 8 * 1024 * 1024;
const VERSION: &str = "2027.9";

pub struct Story {
    product: Product,
    server: Option<Server>,
    sink: Sink,
    _bucket: Option<S3>,
    pub staff: Api,
    pub most_memory: u64,
    pub uploading: Duration,
    digest: Vec<u8>,
    pub size: u64,
}

/// The bytes of the file from there on: like noise, and the same each time.
fn content(at: u64, length: u64) -> Vec<u8> {
    let word = |n: u64| n.wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(23).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let first = at / 8;
    let mut bytes: Vec<u8> = (first..=(at + length) / 8).flat_map(|n| word(n).to_le_bytes()).collect();
    bytes.drain(..usize::try_from(at % 8).expect("small"));
    bytes.truncate(usize::try_from(length).expect("it fits"));
    bytes
}

impl Story {
    pub fn begin(engine: Engine, bucket: bool, presigned: bool) -> Self {
        let product = Product::new(engine);
        product.set("signing-key-file", text(&product.path("signing.key")));
        product.import(&sample_data()).ok();
        product.run(&["go-live", "--yes"]).ok();
        std::fs::create_dir(product.path("mail")).expect("a directory");
        let (sink, bucket) = (Sink::start(&product.path("mail")), bucket.then(S3::start));
        product.set("mail", &sink.url());
        match &bucket {
            Some(bucket) => bucket.keep_files_of(&product, "test"),
            None => product.set("files", &format!("file:{}", product.path("files").display())),
        }
        if presigned {
            product.set("presigned-links", "true");
        }
        let server = product.serve();
        let staff = product.api(&server, &person_of_role("releases"));
        let size = if presigned { SMALLER } else { LARGE };
        let digest = (0..size).step_by(PART as usize).fold(Sha256::new(), |mut digest, at| {
            digest.update(content(at, PART.min(size - at)));
            digest
        });
        let (most_memory, uploading, digest) = (0, Duration::ZERO, digest.finalize().to_vec());
        Self { product, server: Some(server), sink, _bucket: bucket, staff, most_memory, uploading, digest, size }
    }

    fn base(&self) -> &str {
        &self.server.as_ref().expect("a server").base
    }

    pub fn today(&self) -> Date {
        FIRST_DAY
    }

    /// The product line of which most people are told.
    pub fn busiest_line(&self) -> String {
        let products = Table::read(&sample_data().join("products.csv"));
        let mut lines: Vec<String> =
            (0..products.rows.len()).map(|row| products.get(row, "product_line").to_owned()).collect();
        lines.dedup();
        lines.into_iter().max_by_key(|line| super::expected::recipients(line, self.today()).len()).expect("a line")
    }

    pub fn draft(&self, line: &str) -> String {
        let body = json!({"product_line": line, "version": VERSION, "released_on": self.today().to_string(),
            "notes": "Twice as fast.", "licence_agreement": "Be fair."});
        let drafted = self.staff.post("/api/v1/releases", &body).ok();
        let again = self.staff.post("/api/v1/releases", &body);
        assert_eq!((again.status, again.problem()), (409, "release-exists"));
        drafted.body["release"].as_str().expect("a release").to_owned()
    }

    pub fn begin_upload(&self, release: &str) -> String {
        let hex: String = self.digest.iter().map(|byte| format!("{byte:02x}")).collect();
        let body = json!({"file_name": "product-2027.9-windows.zip", "platform": "Windows 11", "language": "English",
            "size": self.size, "sha256": hex});
        let begun = self.staff.post(&format!("/api/v1/releases/{release}/artifacts"), &body).ok();
        begun.body["artifact"].as_str().expect("an artifact").to_owned()
    }

    fn upload(&self, artifact: &str) -> Value {
        self.staff.get(&format!("/api/v1/artifacts/{artifact}")).ok().body
    }

    fn send(&self, artifact: &str, at: u64, bytes: &[u8]) -> (u16, Value) {
        let url = format!("{}/api/v1/artifacts/{artifact}/content?offset={at}", self.base());
        let config = ureq::Agent::config_builder().http_status_as_error(false).build();
        let request =
            ureq::Agent::from(config).post(url).header("Authorization", format!("Bearer {}", self.staff.token()));
        let mut answer = request.content_type("application/octet-stream").send(bytes).expect("an answer");
        let status = answer.status().as_u16();
        let body = answer.body_mut().read_to_string().expect("a text");
        (status, serde_json::from_str(&body).unwrap_or_default())
    }

    /// As many parts as are asked for, from where the upload is; one of them twice, and one at a wrong place.
    pub fn send_parts(&mut self, artifact: &str, most: usize) {
        let began = Instant::now();
        for n in 0..most {
            let at = self.upload(artifact)["received"].as_u64().expect("a number");
            if at == self.size {
                break;
            }
            let bytes = content(at, PART.min(self.size - at));
            let (status, body) = self.send(artifact, at, &bytes);
            assert_eq!(status, 200, "{body}");
            if n == 1 {
                assert_eq!(self.send(artifact, at, &bytes).0, 409, "a part that is here already");
                assert_eq!(self.send(artifact, at + 2 * PART, &bytes).0, 409, "a part that comes too early");
                assert_eq!(self.send(artifact, at + PART, &[0; PART as usize + 1]).0, 413, "a part that is too large");
            }
            self.measure();
        }
        self.uploading += began.elapsed();
    }

    pub fn wait_until_ready(&mut self, artifact: &str) {
        let began = Instant::now();
        while self.upload(artifact)["state"] != "ready" {
            assert!(began.elapsed() < Duration::from_secs(120), "{:?}", self.upload(artifact));
            self.measure();
            std::thread::sleep(Duration::from_millis(50));
        }
        self.uploading += began.elapsed();
    }

    fn measure(&mut self) {
        let id = self.server.as_ref().expect("a server").process_id();
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).unwrap_or_default();
        let kilobytes = line.trim().split(' ').next().and_then(|n| n.parse().ok()).unwrap_or(0);
        self.most_memory = self.most_memory.max(kilobytes);
    }

    pub fn kill_and_start(&mut self) {
        self.server.take().expect("a server").kill();
        let server = self.product.serve();
        self.staff = Api::new(&server.base, self.staff.token());
        self.server = Some(server);
    }

    /// All of it, page by page: who, and of how many serial numbers.
    pub fn rehearse(&self, release: &str) -> BTreeMap<String, u64> {
        let (mut all, mut cursor) = (BTreeMap::new(), String::new());
        loop {
            let path = format!("/api/v1/releases/{release}/rehearsal?cursor={}", escape(&cursor));
            let page = self.staff.post(&path, &json!({})).ok().body;
            for one in page["recipients"].as_array().expect("recipients") {
                let email = one["email"].as_str().expect("an address").to_lowercase();
                let before = all.insert(email, one["serial_numbers"].as_u64().expect("a number"));
                assert_eq!(before, None, "nobody twice");
            }
            match page["next"].as_str() {
                Some(next) => cursor = next.to_owned(),
                None => {
                    assert_eq!(page["people"].as_u64(), Some(all.len() as u64).filter(|_| !all.is_empty()));
                    return all;
                }
            }
        }
    }

    pub fn announce(&self, release: &str, people: usize) {
        let path = format!("/api/v1/releases/{release}/announce");
        let wrong = self.staff.post(&path, &json!({"confirm_notices": people - 1}));
        assert_eq!(wrong.status, 409);
        let body = json!({"confirm_notices": people});
        let first = self.staff.post_with_key(&path, &body, "once").ok();
        let again = self.staff.post_with_key(&path, &body, "once").ok();
        assert_eq!(first.body, again.body);
        let twice = self.staff.post(&path, &body);
        assert_eq!((twice.status, twice.problem()), (409, "release-announced"));
    }

    /// Gives all of one coordinator to the Contract Manager of one of the contracts.
    pub fn hand_somebody_over(&self, expected: &BTreeMap<String, u64>) -> String {
        let contracts = Table::read(&sample_data().join("contracts.csv"));
        let assets = Table::read(&sample_data().join("assets.csv"));
        let managers = contracts.map("contract_number", "contract_manager_email");
        let ends = contracts.map("contract_number", "end_date");
        let row = (0..assets.rows.len()).find(|&row| {
            let (sc, number) = (assets.get(row, "software_coordinator_email"), assets.get(row, "contract_number"));
            let open = ends[number].parse::<Date>().expect("a day") >= FIRST_DAY;
            open && expected.contains_key(&sc.to_lowercase()) && !managers[number].eq_ignore_ascii_case(sc)
        });
        let row = row.expect("a coordinator");
        let (from, manager) =
            (assets.get(row, "software_coordinator_email"), &managers[assets.get(row, "contract_number")]);
        let api = self.product.api(self.server.as_ref().expect("a server"), manager);
        let path = format!("/api/v1/people/{}/hand-over", escape(from));
        assert!(api.post(&path, &json!({"coordinator": {"email": manager}})).ok().number("changed") > 0);
        from.to_owned()
    }

    fn announcements(&self) -> Vec<Mail> {
        let mails = self.sink.mails().into_iter();
        mails.filter(|mail| mail.subject.ends_with(&format!("{VERSION} is ready to download"))).collect()
    }

    /// Who got the mail, and of how many serial numbers it speaks. Held for a minute: nothing comes before.
    pub fn told(&self, people: usize) -> BTreeMap<String, u64> {
        std::thread::sleep(Duration::from_secs(2));
        assert_eq!(self.announcements().len(), 0, "held");
        self.product.clock.advance_ms(120_000);
        let began = Instant::now();
        while self.announcements().len() < people {
            assert!(began.elapsed() < Duration::from_secs(120), "{} of {people}", self.announcements().len());
            std::thread::sleep(Duration::from_millis(100));
        }
        // One more would come now.
        std::thread::sleep(Duration::from_secs(1));
        let mut told = BTreeMap::new();
        for mail in self.announcements() {
            let number = |text: &str| text.replace(',', "").parse::<u64>().ok();
            let words: Vec<&str> = mail.text.split_whitespace().collect();
            let count =
                words.windows(3).find_map(|w| number(w[0]).filter(|_| w[1] == "serial" && w[2].starts_with("number")));
            let [to] = mail.to.as_slice() else { panic!("one recipient: {mail:?}") };
            assert_eq!(told.insert(to.to_lowercase(), count.expect("how many")), None, "{to} twice");
        }
        told
    }

    pub fn somebody_told(&self) -> (String, String) {
        let mail = self.announcements().into_iter().next().expect("a mail");
        let link = mail.text.lines().find(|line| line.contains("/downloads/")).expect("a link").trim().to_owned();
        (mail.to[0].clone(), link)
    }

    /// Refuses before the agreement, then fetches the file in two pieces, and verifies it.
    pub fn download(&self, email: &str, release: &str, presigned: bool) {
        let api = self.product.api(self.server.as_ref().expect("a server"), email);
        let shown = api.get(&format!("/api/v1/releases/{release}")).ok().body;
        assert_eq!(shown["may_download"], true, "{shown}");
        let artifact = &shown["artifacts"][0];
        let path = format!("/api/v1/artifacts/{}/download", artifact["artifact"].as_str().expect("an artifact"));
        let refused = api.get(&path);
        assert_eq!((refused.status, refused.problem()), (409, "licence-agreement"));
        api.post(&format!("/api/v1/releases/{release}/licence-agreement"), &json!({})).ok();
        let agent: ureq::Agent =
            ureq::Agent::config_builder().max_redirects(0).http_status_as_error(false).build().into();
        let bearer = format!("Bearer {}", api.token());
        let asked =
            agent.get(format!("{}{path}", self.base())).header("Authorization", &bearer).call().expect("an answer");
        assert_eq!(asked.status(), 302);
        let link = asked.headers()["location"].to_str().expect("a link").to_owned();
        let other = self.staff.get(&link);
        assert_eq!(other.status, 404, "a link is one person's");
        let cut = 5_000_001;
        let (mut file, digest) = self.fetch(&agent, &link, &bearer, &format!("bytes=0-{}", cut - 1), presigned);
        let (rest, _) = self.fetch(&agent, &link, &bearer, &format!("bytes={cut}-"), presigned);
        assert_eq!(file.len(), cut);
        file.extend(rest);
        assert_eq!(Sha256::digest(&file).to_vec(), self.digest, "what came is what was sent");
        assert!(presigned || digest.starts_with("sha-256=:"), "{digest}");
        self.verify(&file, artifact);
    }

    fn fetch(&self, agent: &ureq::Agent, link: &str, bearer: &str, range: &str, presigned: bool) -> (Vec<u8>, String) {
        let url = format!("{}{link}", self.base());
        let mut answer =
            agent.get(&url).header("Authorization", bearer).header("Range", range).call().expect("an answer");
        if presigned {
            assert!(answer.status().is_redirection(), "{answer:?}");
            let url = answer.headers()["location"].to_str().expect("an address").to_owned();
            answer = agent.get(&url).header("Range", range).call().expect("an answer of the bucket");
        }
        assert_eq!(answer.status(), 206, "{answer:?}");
        let digest = answer.headers().get("repr-digest").and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
        let mut bytes = Vec::new();
        answer.body_mut().as_reader().read_to_end(&mut bytes).expect("the bytes");
        (bytes, digest)
    }

    /// With the command and the public key alone; and not once a byte is another one.
    fn verify(&self, file: &[u8], artifact: &Value) {
        let (path, signature) =
            (self.product.path("fetched.zip"), artifact["signature"].as_str().expect("a signature"));
        let key = self.product.run(&["signing-key"]).ok().stdout.trim().to_owned();
        std::fs::write(&path, file).expect("write the file");
        let verify = || self.product.run(&["verify", text(&path), "--signature", signature, "--key", &key]);
        verify().ok();
        let mut damaged = file.to_vec();
        damaged[1234] ^= 1;
        std::fs::write(&path, damaged).expect("write the file");
        assert_eq!(verify().code, 1, "damaged");
        std::fs::remove_file(&path).expect("remove the file");
    }

    pub fn end(mut self) {
        self.server.take().expect("a server").stop();
        self.product.check();
    }
}

fn person_of_role(role: &str) -> String {
    let people = Table::read(&sample_data().join("people.csv"));
    let row = (0..people.rows.len()).find(|&row| people.get(row, "role") == role).expect("somebody");
    people.get(row, "email").to_owned()
}
