//! Where reports come in: a Maildir, which every mail server and fetcher can deliver into. A message appears there at once and whole,
//! so that nothing has to be locked, and no port is open to the world.
use super::receive::TakeReport;
use super::report;
use crate::app::App;
use crate::error::AppError;
use crate::operation::Terms;
use crate::policy::Actor;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::sync::watch;

/// How often it is looked at.
const EVERY: Duration = Duration::from_secs(5);
/// More of a message is not read: a report is short, but for the mail that it returns.
const LONGEST: u64 = 1024 * 1024;

/// Makes the directories where they are missing.
pub fn prepare(maildir: &Path) -> std::io::Result<()> {
    ["tmp", "new", "cur"].iter().try_for_each(|part| std::fs::create_dir_all(maildir.join(part)))
}

/// Looks again and again, until told to stop.
pub async fn watch(app: App, maildir: PathBuf, mut stop: watch::Receiver<bool>) {
    loop {
        if let Err(error) = look(&app, &maildir).await {
            tracing::error!(%error, "reports of returned mail could not be read; they are kept");
        }
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

/// Takes what is new, and says how many reports were about mail of ours. Whatever was read goes from `new` to `cur`, as a mail
/// program would do it; what could not be written down stays, and is read again.
pub async fn look(app: &App, maildir: &Path) -> Result<usize, AppError> {
    let failed = |error: &std::io::Error| AppError::Local(format!("{}: {error}", maildir.display()));
    let mut names: Vec<_> = std::fs::read_dir(maildir.join("new"))
        .map_err(|e| failed(&e))?
        .filter_map(|entry| entry.ok().map(|entry| entry.file_name()))
        .collect();
    names.sort();
    let mut taken = 0;
    for name in names {
        let path = maildir.join("new").join(&name);
        let mut bytes = Vec::new();
        let opened = std::fs::File::open(&path);
        // Another process was quicker.
        let Ok(file) = opened else { continue };
        file.take(LONGEST).read_to_end(&mut bytes).map_err(|e| failed(&e))?;
        for report in report::read(&bytes) {
            taken += usize::from(app.run(Actor::system(), TakeReport::new(report), Terms::default()).await?);
        }
        let mut seen = name.clone();
        seen.push(":2,S");
        let _ = std::fs::rename(&path, maildir.join("cur").join(seen));
    }
    if taken > 0 {
        app.wake();
    }
    Ok(taken)
}
