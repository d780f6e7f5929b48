//! `import`, `export`, `check`, `explain`.
use super::Failure;
use crate::app::App;
use crate::coordinators::explain::{Event, Explain, Explanation};
use crate::ids::SerialNumber;
use crate::imports::{self, Options, Take};
use crate::policy::Actor;
use crate::time::Day;
use clap::Args;
use std::path::{Path, PathBuf};

#[derive(Args)]
pub(super) struct ImportArguments {
    /// Directories with the CSV files, or the files
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Print what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// In what the file wins over customers' work: coordinators, groups, users
    #[arg(long, value_name = "WHAT")]
    take: Option<Take>,
    /// Import the good rows and write the refused ones, each with its reason
    #[arg(long, value_name = "FILE")]
    set_aside: Option<PathBuf>,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn import(app: &App, arguments: ImportArguments) -> Result<(), Failure> {
    let ImportArguments { paths, dry_run, take, set_aside, json } = arguments;
    let take = take.unwrap_or_default();
    let options = Options { paths, dry_run, take, set_aside, json };
    let imported = imports::run(app, options).await?;
    app.close().await;
    if imported { Ok(()) } else { Err(Failure::Refused(String::new())) }
}

pub(super) async fn export(app: &App, directory: &Path) -> Result<(), Failure> {
    imports::export(app, directory).await?;
    app.close().await;
    Ok(())
}

pub(super) async fn check(app: &App) -> Result<(), Failure> {
    let findings = crate::installation::check::check(app).await?;
    app.close().await;
    for violation in &findings.violations {
        println!("{violation}");
    }
    eprintln!("{} audit events sealed, {} wait for their seal", findings.sealed, findings.unsealed);
    match findings.violations.len() {
        0 => {
            eprintln!("every invariant holds");
            Ok(())
        }
        n => Err(Failure::Refused(format!("{n} violations"))),
    }
}

#[derive(Args)]
pub(super) struct ExplainArguments {
    /// The serial number
    serial: String,
    /// What happens: release, extension, shipment or renewal
    #[arg(long, default_value = "release", value_parser = event)]
    event: Event,
    /// The day; today where it is absent
    #[arg(long, value_name = "YYYY-MM-DD")]
    on: Option<Day>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

fn event(name: &str) -> Result<Event, String> {
    serde_json::from_value(name.into()).map_err(|_| "choose release, extension, shipment or renewal".to_owned())
}

pub(super) async fn explain(app: &App, arguments: ExplainArguments) -> Result<(), Failure> {
    let query = Explain { serial: SerialNumber(arguments.serial), event: arguments.event, on: arguments.on };
    let answer = app.read(&Actor::operator(), &query).await;
    let answer = answer.map_err(|e| match e {
        crate::error::AppError::Denied(crate::policy::Denied::Hidden) => {
            Failure::Refused(format!("there is no serial number {}", query.serial))
        }
        e => e.into(),
    })?;
    match arguments.json {
        true => println!("{}", serde_json::to_string_pretty(&answer).unwrap_or_default()),
        false => print!("{}", in_words(&answer)),
    }
    app.close().await;
    Ok(())
}

fn in_words(answer: &Explanation) -> String {
    let mut out = format!("{} (contract {}), {}:\n", answer.serial_number, answer.contract_number, answer.on);
    for to in &answer.recipients {
        out += &format!("  mail to {} <{}>: {}\n", to.name, to.email, to.why);
    }
    for not in &answer.skipped {
        out += &format!("  no mail to {} <{}>: {}\n", not.name, not.email, not.why);
    }
    out += "levels tried:\n";
    for level in &answer.levels {
        let who = level.name.as_deref().unwrap_or("nobody");
        let by = level.assigned_by.as_ref().map(|by| format!(", assigned by {by}")).unwrap_or_default();
        let since = level.since.as_ref().map(|since| format!(" since {since}")).unwrap_or_default();
        let won = if level.won { "  <- the answer" } else { "" };
        out += &format!("  {:<17} {who}{since}{by}{won}\n", level.level);
    }
    out
}
