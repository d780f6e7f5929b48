//! The commands. Data goes to stdout, everything else to stderr; 0 done, 1 refused or violations found, 2 wrong usage.
mod data;
mod files;
mod people;
mod serve;

use crate::app::{App, Profile};
use crate::auth::seal::SealingKey;
use crate::config::{self, Settings};
use crate::db::Db;
use crate::error::AppError;
use crate::installation::settings::Configure;
use crate::operation::Terms;
use crate::policy::Actor;
use crate::time::{Clock, zone};
use clap::{Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

/// Where the customers of a software vendor look after their subscription contracts.
#[derive(Parser)]
#[command(version, propagate_version = true, subcommand_required = true, arg_required_else_help = true)]
struct Cli {
    #[command(flatten)]
    settings: Settings,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve pages, API and background work
    #[command(after_help = "Example: subscription-center serve --demo")]
    Serve(serve::Arguments),
    /// Import the vendor's CSV files, all or nothing
    #[command(after_help = "Example: subscription-center import vendor-export --dry-run")]
    Import(data::ImportArguments),
    /// Write the same files back
    #[command(after_help = "Example: subscription-center export backup/2026-11-24")]
    Export {
        /// The directory; made where it is missing
        directory: PathBuf,
    },
    /// Verify every invariant and the audit chain
    #[command(after_help = "Example: subscription-center check --database sqlite:data/subscription-center.db")]
    Check,
    /// Who is told about a serial number, and why
    #[command(after_help = "Example: subscription-center explain 390-41920577 --event release --on 2026-12-01")]
    Explain(data::ExplainArguments),
    /// Administrators
    #[command(subcommand)]
    Admin(people::Admin),
    /// People who cannot help themselves
    #[command(subcommand)]
    Person(people::Person),
    /// API tokens
    #[command(subcommand)]
    Token(people::Token),
    /// Verify a downloaded file against the vendor's signature, without a network
    #[command(
        after_help = "Example: subscription-center verify draftline.zip --signature draftline.zip.sig --key 'mI3…='"
    )]
    Verify(files::VerifyArguments),
    /// Print the public key that customers verify files with
    #[command(after_help = "Example: subscription-center signing-key > signing-key.txt")]
    SigningKey,
    /// Begin to send mail
    #[command(after_help = "Example: subscription-center go-live")]
    GoLive {
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
    /// Apply migrations
    #[command(after_help = "Example: subscription-center migrate --database postgres://localhost/subscriptions")]
    Migrate,
    /// Print the OpenAPI document
    #[command(after_help = "Example: subscription-center openapi > openapi.json")]
    Openapi,
}

/// How a command ends when it does not succeed.
pub(crate) enum Failure {
    /// 1: refused; the words are on stderr already, or these.
    Refused(String),
    /// 2: wrong usage.
    Usage(String),
}

impl From<AppError> for Failure {
    fn from(error: AppError) -> Self {
        Failure::Refused(match &error {
            AppError::Db(e) => format!("the database says: {e}"),
            AppError::Denied(crate::policy::Denied::Db(e)) => format!("the database says: {e}"),
            _ => error.to_string(),
        })
    }
}

/// Runs the command line.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(Failure::Refused(error.to_string())),
    };
    match runtime.block_on(run(cli)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failed(failure),
    }
}

fn failed(failure: Failure) -> ExitCode {
    let (words, code) = match failure {
        Failure::Refused(words) => (words, 1),
        Failure::Usage(words) => (words, 2),
    };
    if !words.is_empty() {
        eprintln!("error: {words}");
    }
    ExitCode::from(code)
}

async fn run(cli: Cli) -> Result<(), Failure> {
    let settings = cli.settings.with_file().map_err(Failure::Usage)?;
    match cli.command {
        Command::Serve(arguments) => serve::run(settings, arguments).await,
        Command::Import(arguments) => data::import(&open(&settings, false).await?, arguments).await,
        Command::Export { directory } => data::export(&open(&settings, false).await?, &directory).await,
        Command::Check => data::check(&open(&settings, false).await?).await,
        Command::Explain(arguments) => data::explain(&open(&settings, false).await?, arguments).await,
        Command::Admin(command) => people::admin(&open(&settings, false).await?, command).await,
        Command::Person(command) => people::person(&open(&settings, false).await?, command).await,
        Command::Token(command) => people::token(&open(&settings, false).await?, command).await,
        Command::GoLive { yes } => people::go_live(&open(&settings, false).await?, yes).await,
        Command::Verify(arguments) => files::verify(&arguments),
        Command::SigningKey => {
            println!("{}", files::key(&settings, false)?.public());
            Ok(())
        }
        Command::Migrate => {
            open(&settings, false).await?;
            println!("the database is up to date");
            Ok(())
        }
        Command::Openapi => {
            println!("{}", serde_json::to_string_pretty(&crate::web::openapi::document()).unwrap_or_default());
            Ok(())
        }
    }
}

/// Opens the database and puts the product on it.
pub(crate) async fn open(settings: &Settings, demo: bool) -> Result<App, Failure> {
    let default = if demo { config::DEMO_DATABASE } else { config::DATABASE };
    let address = settings.database.as_deref().unwrap_or(default);
    if !address.starts_with("sqlite:") && !address.starts_with("postgres://") && !address.starts_with("postgresql://") {
        return Err(Failure::Usage(format!("{address}: a database is sqlite:FILE or postgres://…")));
    }
    let base_url = settings.base_url.clone().unwrap_or_else(|| format!("http://{}", settings.listen()));
    let profile = Profile {
        base_url: config::base_url(&base_url).map_err(Failure::Usage)?,
        vendor: settings
            .vendor
            .clone()
            .unwrap_or_else(|| if demo { "Formwork Software" } else { "Subscription Center" }.to_owned()),
        phone: settings.phone.clone().unwrap_or_else(|| if demo { "+1 617 555 0142" } else { "" }.to_owned()),
        contact_email: settings
            .contact_email
            .clone()
            .unwrap_or_else(|| if demo { "contracts@vendor.example" } else { "" }.to_owned()),
        demo,
    };
    let db = Db::open(address).await.map_err(|e| Failure::Refused(format!("{}: {e}", without_password(address))))?;
    // The zone is in the database, and the clock needs the zone.
    let early = App::new(db.clone(), Clock::new(jiff::tz::TimeZone::UTC, settings.clock_file.clone()), profile.clone());
    let configure = Configure { time_zone: settings.time_zone.clone(), demo };
    let name = early.run_now(Actor::operator(), configure, Terms::default()).await?;
    let zone = zone(&name).map_err(Failure::Refused)?;
    let app = App::new(db, Clock::new(zone, settings.clock_file.clone()), profile);
    if let Some(file) = &settings.secret_key_file {
        app.seal_with(SealingKey::read(file).map_err(Failure::Usage)?);
    }
    Ok(app)
}

/// The address of a database as it may be shown.
fn without_password(address: &str) -> String {
    match (address.split_once("://"), address.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://…@{host}"),
        _ => address.to_owned(),
    }
}
