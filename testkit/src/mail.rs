//! Receives the product's mail with a real SMTP server (`smtp/sink.py`, aiosmtpd).
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// One mail as it arrived.
#[derive(Clone, Debug, Deserialize)]
pub struct Mail {
    pub from: String,
    pub to: Vec<String>,
    pub subject: String,
    pub text: String,
    pub html: String,
    /// The calendar file that is attached.
    #[serde(default)]
    pub calendar: String,
    /// By lower-case name.
    pub headers: BTreeMap<String, String>,
}

/// The SMTP server. Dropping it stops it.
pub struct Sink {
    child: Child,
    port: u16,
    mails: PathBuf,
    answers: PathBuf,
}

impl Sink {
    /// Keeps its files in `directory`. Needs aiosmtpd in the Python of TEST_PYTHON, else of `python3`.
    pub fn start(directory: &Path) -> Self {
        let python = std::env::var("TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("smtp/sink.py");
        let (mails, answers) = (directory.join("mails.jsonl"), directory.join("answers.json"));
        let mut command = Command::new(&python);
        command.arg(script).arg("--file").arg(&mails).arg("--answers").arg(&answers).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|e| panic!("{python}: {e}"));
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("stdout")).read_line(&mut line).expect("a line");
        let port = line.trim().strip_prefix("listening on ").and_then(|port| port.parse().ok());
        let port = port.expect("the mail sink did not start: is aiosmtpd installed?");
        Self { child, port, mails, answers }
    }

    /// For `--mail`.
    pub fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// From now on these addresses (or `*`) get this reply instead: `("a@b.example", "550 no such mailbox")`.
    pub fn answer(&self, replies: &[(&str, &str)]) {
        let replies: BTreeMap<_, _> = replies.iter().copied().collect();
        let draft = self.answers.with_extension("draft");
        std::fs::write(&draft, serde_json::to_string(&replies).expect("JSON")).expect("write the answers");
        std::fs::rename(&draft, &self.answers).expect("replace the answers");
    }

    /// Everything that arrived so far.
    pub fn mails(&self) -> Vec<Mail> {
        self.mails_after(0).0
    }

    /// What arrived after the first so many bytes of its file, and where that ends.
    pub fn mails_after(&self, bytes: u64) -> (Vec<Mail>, u64) {
        let mut text = String::new();
        let mut file = File::open(&self.mails).expect("the file of the mails");
        file.seek(SeekFrom::Start(bytes)).and_then(|_| file.read_to_string(&mut text)).expect("read the mails");
        // The last line may still be in the making.
        let whole = text.rfind('\n').map_or("", |end| &text[..=end]);
        let mails = whole.lines().map(|line| serde_json::from_str(line).expect("a mail")).collect();
        (mails, bytes + whole.len() as u64)
    }

    /// Waits until at least `count` mails are here.
    pub fn wait_for(&self, count: usize) -> Vec<Mail> {
        let began = Instant::now();
        loop {
            let mails = self.mails();
            if mails.len() >= count {
                return mails;
            }
            assert!(began.elapsed() < Duration::from_secs(30), "{count} mails expected, after 30 s: {mails:#?}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
