//! Runs the real binary: its commands, and `serve`, on a database of its own that ends with the test.
use crate::clock::Clock;
use crate::http::Api;
use jiff::civil::Date;
use std::cell::RefCell;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// The day on which the worlds of these tests begin.
pub const FIRST_DAY: Date = jiff::civil::date(2026, 11, 24);

/// No command of a test takes longer: the largest imports a million rows.
const LONGEST: Duration = Duration::from_secs(240);

/// Which database a test runs on. Each test runs on both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// One installation: a directory, an empty database, a clock.
pub struct Product {
    pub engine: Engine,
    pub clock: Clock,
    directory: TempDir,
    database: String,
    settings: RefCell<Vec<(String, String)>>,
    starts: AtomicU32,
}

/// What a command left.
#[derive(Debug)]
pub struct Outcome {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Outcome {
    /// Fails with everything that the command said if it did not end with 0.
    pub fn ok(self) -> Self {
        assert_eq!(self.code, 0, "the command failed\nstdout: {}\nstderr: {}", self.stdout, self.stderr);
        self
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|e| panic!("{e} in {self:?}"))
    }
}

impl Product {
    pub fn new(engine: Engine) -> Self {
        let directory = TempDir::with_prefix("subscription-center-").expect("a temporary directory");
        let database = match engine {
            Engine::Sqlite => format!("sqlite:{}", directory.path().join("test.db").display()),
            Engine::Postgres => create_postgres_database(),
        };
        let clock = Clock::starting_on(FIRST_DAY, directory.path().join("clock"));
        Self { engine, clock, directory, database, settings: RefCell::default(), starts: AtomicU32::new(0) }
    }

    /// Where the test may put files; gone afterwards.
    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Its address, for a test inside the product.
    pub fn database(&self) -> &str {
        &self.database
    }

    /// A setting for every command from now on, by its flag: `("mail", "smtp://…")`.
    pub fn set(&self, flag: &str, value: &str) {
        let variable = format!("SUBSCRIPTION_CENTER_{}", flag.to_uppercase().replace('-', "_"));
        self.settings.borrow_mut().push((variable, value.to_owned()));
    }

    /// A variable of the environment for every command from now on.
    pub fn variable(&self, name: &str, value: &str) {
        self.settings.borrow_mut().push((name.to_owned(), value.to_owned()));
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(binary());
        command.args(arguments).current_dir(self.directory.path()).stdin(Stdio::null());
        command.env("SUBSCRIPTION_CENTER_DATABASE", &self.database).env("NO_COLOR", "1");
        command.env("SUBSCRIPTION_CENTER_CLOCK_FILE", self.clock.file());
        command.envs(self.settings.borrow().iter().cloned());
        command
    }

    /// Runs a command to its end.
    pub fn run(&self, arguments: &[&str]) -> Outcome {
        let mut command = self.command(arguments);
        let started = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let child = started.unwrap_or_else(|e| panic!("{}: {e}", binary().display()));
        let ended = watch(child.id(), arguments.join(" "));
        let output = child.wait_with_output().expect("the end of the command");
        drop(ended);
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8 from the command");
        Outcome { code: code(output.status), stdout: text(output.stdout), stderr: text(output.stderr) }
    }

    /// Starts a command, for a test that kills it.
    pub fn spawn(&self, arguments: &[&str]) -> Child {
        let mut command = self.command(arguments);
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        child.unwrap_or_else(|e| panic!("{}: {e}", binary().display()))
    }

    pub fn import(&self, directory: &Path) -> Outcome {
        self.run(&["import", text(directory)])
    }

    /// Exports into a fresh directory of that name and returns it.
    pub fn export(&self, name: &str) -> PathBuf {
        let directory = self.path(name);
        let _ = std::fs::remove_dir_all(&directory);
        self.run(&["export", text(&directory)]).ok();
        directory
    }

    /// `check` must find nothing.
    pub fn check(&self) {
        let outcome = self.run(&["check"]);
        assert_eq!(outcome.code, 0, "check found:\n{}{}", outcome.stdout, outcome.stderr);
    }

    /// Starts `serve` and waits until it serves.
    pub fn serve(&self) -> Server {
        let log = self.path(&format!("serve-{}.log", self.starts.fetch_add(1, Ordering::Relaxed)));
        let mut command = self.command(&["serve", "--listen", "127.0.0.1:0"]);
        let child = command.stdout(Stdio::null()).stderr(File::create(&log).expect("a log file")).spawn();
        let mut server = Server { child: child.expect("start serve"), base: String::new(), log };
        server.base = server.wait_until_it_listens();
        server
    }

    /// A client that acts as this person.
    pub fn api(&self, server: &Server, email: &str) -> Api {
        Api::new(&server.base, &self.token(email))
    }

    /// An API token that outlives every simulated day.
    pub fn token(&self, email: &str) -> String {
        let created =
            self.run(&["token", "create", "--email", email, "--name", "testkit", "--days", "3650", "--json"]).ok();
        created.json()["token"].as_str().expect("a token").to_owned()
    }
}

impl Drop for Product {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.directory.disable_cleanup(true);
            eprintln!("kept for you to look at: {} and {}", self.directory.path().display(), self.database);
        } else if self.engine == Engine::Postgres {
            let name = self.database.split('?').next().and_then(|url| url.rsplit('/').next()).expect("a name");
            psql(&format!("DROP DATABASE {name} WITH (FORCE)"));
        }
    }
}

/// A running `serve`. Dropping it kills it.
pub struct Server {
    child: Child,
    pub base: String,
    log: PathBuf,
}

impl Server {
    fn wait_until_it_listens(&mut self) -> String {
        let began = Instant::now();
        loop {
            let log = self.log();
            // The last line may still be in the making, and half a port is another one.
            let whole = log.rfind('\n').map_or("", |end| &log[..end]);
            if let Some(line) = whole.lines().find_map(|line| line.split_once("listening on ")) {
                return line.1.trim().to_owned();
            }
            let ended = self.child.try_wait().expect("look at serve");
            assert!(ended.is_none(), "serve ended with {ended:?}:\n{log}");
            assert!(began.elapsed() < Duration::from_secs(60), "serve does not listen after 60 s:\n{log}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// What it wrote on stderr so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    pub fn process_id(&self) -> u32 {
        self.child.id()
    }

    /// SIGKILL: no chance to tidy up.
    pub fn kill(mut self) {
        self.child.kill().expect("kill serve");
        self.child.wait().expect("the end of serve");
    }

    /// SIGTERM; it must end cleanly.
    pub fn stop(mut self) {
        let sent = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        assert!(sent.expect("run kill").success());
        let watched = watch(self.child.id(), "serve, told to end".to_owned());
        let ended = self.child.wait().expect("the end of serve");
        drop(watched);
        assert!(ended.success(), "serve ended with {ended:?} after SIGTERM:\n{}", self.log());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Kills a process that does not end, and says where its threads were: a test that only ran out of time says nothing. Drop
/// what this returns once the process has ended.
fn watch(process: u32, what: String) -> Sender<()> {
    let (ended, watching) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        if watching.recv_timeout(LONGEST) != Err(RecvTimeoutError::Timeout) {
            return;
        }
        eprintln!("{what}: did not end within {LONGEST:?}; its threads:");
        for task in std::fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten() {
            let read = |name: &str| std::fs::read_to_string(task.path().join(name)).unwrap_or_default();
            eprintln!("  {} in {}: {}", read("comm").trim(), read("wchan"), read("syscall").trim());
        }
        let _ = Command::new("kill").args(["-KILL", &process.to_string()]).status();
    });
    ended
}

/// A path as a command's argument.
pub fn text(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

fn code(status: ExitStatus) -> i32 {
    status.code().unwrap_or_else(|| panic!("the command died: {status:?}"))
}

/// The product: SUBSCRIPTION_CENTER_BIN, else the debug build of this workspace.
fn binary() -> PathBuf {
    if let Some(path) = std::env::var_os("SUBSCRIPTION_CENTER_BIN") {
        return path.into();
    }
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace.join("target"), PathBuf::from);
    let path = target.join("debug/subscription-center");
    assert!(path.exists(), "{} is missing: run `cargo build` first", path.display());
    path
}

/// The sample data that the product is tried on.
pub fn sample_data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data/vendor-export")
}

fn postgres_server() -> String {
    std::env::var("TEST_POSTGRES")
        .expect("TEST_POSTGRES=postgres://…/postgres must name a PostgreSQL server; ./test starts one")
}

/// Makes an empty database on the server of the tests and returns its address.
fn create_postgres_database() -> String {
    let name = format!("testkit_{:016x}", rand::random::<u64>());
    psql(&format!("CREATE DATABASE {name}"));
    let server = postgres_server();
    let (address, options) =
        server.split_once('?').map_or((server.as_str(), String::new()), |(a, o)| (a, format!("?{o}")));
    let (host, _) = address.rsplit_once('/').expect("a database in TEST_POSTGRES");
    format!("{host}/{name}{options}")
}

fn psql(statement: &str) {
    let output = Command::new("psql").args(["-X", "-q", "-d", &postgres_server(), "-c", statement]).output();
    let output = output.expect("psql, which comes with PostgreSQL, must be installed");
    assert!(output.status.success(), "{statement}: {}", String::from_utf8_lossy(&output.stderr));
}
