//! Import: everything is staged and judged first, then written, in one transaction; or nothing is.
use super::report::{LISTED, Report};
use super::stage::{Batch, Staging};
use super::take::{self, Take};
use super::{aside, differ, files, judge, merged, on_contracts, rows, write};
use crate::app::App;
use crate::db::{Dialect, WriteTx};
use crate::error::AppError;
use crate::ids::Single;
use crate::operation::{Operation, Terms};
use crate::policy::{self, Actor, Permit};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::time::Duration;
use tokio::sync::mpsc;

/// Batches that wait for the database; reading is faster, and memory stays flat.
const WAITING: usize = 4;
/// New rows that change how the database should look for things.
const NEW_TO_THE_PLANNER: u64 = 1_000;

/// What the command line says.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Options {
    /// Directories, or files by their names.
    pub paths: Vec<PathBuf>,
    /// Only say what would happen.
    pub dry_run: bool,
    /// In what the file wins over customers' work.
    pub take: Take,
    /// Import the good rows and write the others there.
    pub set_aside: Option<PathBuf>,
    /// Report as JSON on stdout.
    pub json: bool,
}

/// The change.
#[derive(Clone, Debug, Serialize)]
pub struct Import {
    options: Options,
    #[serde(skip)]
    sources: Vec<files::Source>,
    #[serde(skip)]
    dialect: Dialect,
    #[serde(skip)]
    progress: ProgressBar,
}

impl Operation for Import {
    type Action = policy::Import;
    type Output = Report;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<Report, AppError> {
        let mut staging = Staging { tx, permit, dialect: self.dialect };
        staging.create().await?;
        self.stage(&mut staging).await?;
        self.phase("checking");
        staging.index().await?;
        write::lock(&mut staging).await?;
        let report = self.judge(&mut staging).await?;
        self.phase("writing");
        let (report, set) = self.write(&mut staging, report).await?;
        if self.options.dry_run {
            return Err(AppError::Rehearsed(Box::new(report)));
        }
        self.set_aside(&report).await?;
        if report.added.values().sum::<u64>() >= NEW_TO_THE_PLANNER {
            staging.settle().await?;
        }
        staging.clear().await?;
        crate::renewals::terms::learn_and_look(tx, permit).await?;
        // Who manages what came, and was never here, is welcomed.
        crate::welcome::write::queue(tx, permit).await?;
        if !report.adopted.is_empty() {
            crate::adoption::write::queue(tx, permit).await?;
        }
        tx.note(report.noted(), set);
        Ok(report)
    }
}

impl Import {
    /// Reads on a thread of its own, while the database takes what was read.
    async fn stage(&self, staging: &mut Staging<'_>) -> Result<(), AppError> {
        let (to, mut from) = mpsc::channel::<Batch>(WAITING);
        let (sources, progress) = (self.sources.clone(), self.progress.clone());
        let reading = tokio::task::spawn_blocking(move || rows::read_all(&sources, &progress, to));
        while let Some(batch) = from.recv().await {
            staging.add(batch).await?;
        }
        reading.await.unwrap_or(Err(AppError::Lost))
    }

    /// Everything that is wrong. With errors that cannot be set aside it ends here.
    async fn judge(&self, staging: &mut Staging<'_>) -> Result<Report, AppError> {
        merged::follow(staging).await?;
        let sets_aside = self.options.set_aside.is_some();
        judge::judge(staging, sets_aside).await?;
        // What is set aside must be written out whole; a list for reading may end.
        let most = if sets_aside { i64::MAX } else { LISTED };
        let (error_count, fatal, errors) = judge::verdict(staging, most).await?;
        let mut report = Report { error_count, errors, dry_run: self.options.dry_run, ..Report::default() };
        if error_count > 0 && (fatal || !sets_aside) {
            return Err(AppError::Rehearsed(Box::new(report)));
        }
        report.set_aside = staging.number(judge::ROWS).await?.unsigned_abs();
        Ok(report)
    }

    async fn write(
        &self,
        staging: &mut Staging<'_>,
        mut report: Report,
    ) -> Result<(Report, Option<crate::ids::ChangeSetId>), AppError> {
        write::write(staging, &mut report).await?;
        on_contracts::write(staging, &mut report, self.options.take.groups).await?;
        let found = differ::find(staging).await?;
        differ::list(staging, found, &mut report).await?;
        let set = take::take(staging, self.options.take, found, &mut report).await?;
        write::bump(staging).await?;
        if let Some(set) = &set {
            take::finish(staging, set).await?;
        }
        Ok((report, set.map(|set| set.id())))
    }

    /// Before the rows that were good are there for good: what was refused must not get lost.
    async fn set_aside(&self, report: &Report) -> Result<(), AppError> {
        let Some(path) = self.options.set_aside.clone() else { return Ok(()) };
        let (sources, errors) = (self.sources.clone(), report.errors.clone());
        let writing = tokio::task::spawn_blocking(move || aside::write(&path, &sources, &errors));
        writing.await.unwrap_or(Err(AppError::Lost))
    }

    fn phase(&self, what: &'static str) {
        self.progress.set_message(what);
        self.progress.set_position(self.progress.length().unwrap_or(0));
    }
}

/// Imports, and returns the report; of a refused import or a dry run, too.
pub async fn import(app: &App, options: Options) -> Result<Report, AppError> {
    let (sources, ignored) = files::locate(&options.paths)?;
    for path in ignored {
        eprintln!("{path} is none of the files of an import and was not read");
    }
    let progress = bar(&sources);
    let operation = Import { options, sources, dialect: app.db().dialect(), progress: progress.clone() };
    let done = app.run(Actor::operator(), operation, Terms::default()).await;
    progress.finish_and_clear();
    match done {
        Ok(report) => Ok(report),
        Err(AppError::Rehearsed(report)) => Ok(*report),
        Err(error) => Err(error),
    }
}

/// The command: imports and prints. `false`: refused.
pub async fn run(app: &App, options: Options) -> Result<bool, AppError> {
    let json = options.json;
    let report = import(app, options).await?;
    print(&report, json).map_err(|e| AppError::Local(format!("the report could not be written: {e}")))?;
    Ok(!report.is_refused())
}

fn print(report: &Report, json: bool) -> io::Result<()> {
    report.write_errors(&mut io::stderr().lock())?;
    let mut out = io::stdout().lock();
    if json {
        serde_json::to_writer_pretty(&mut out, report)?;
        writeln!(out)?;
    } else if !report.is_refused() {
        report.write_summary(&mut out)?;
    }
    out.flush()
}

/// Only for somebody who looks at it.
fn bar(sources: &[files::Source]) -> ProgressBar {
    let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bytes = sources.iter().filter_map(|source| std::fs::metadata(&source.path).ok()).map(|meta| meta.len()).sum();
    let bar = ProgressBar::with_draw_target(Some(bytes), ProgressDrawTarget::stderr());
    let colour = if plain { "{bar:40}" } else { "{bar:40.cyan/blue}" };
    let template = format!("{{msg:9}} {colour} {{bytes}} of {{total_bytes}}, {{elapsed}}");
    bar.set_style(ProgressStyle::with_template(&template).unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.set_message("reading");
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
