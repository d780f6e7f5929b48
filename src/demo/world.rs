//! The demo's companies, people and contracts: files as a vendor would import them, then what happened since.
use super::filling::{Mark, ShowStand, Stand};
use super::past;
use crate::app::App;
use crate::error::AppError;
use crate::imports::{self, Options};
use crate::operation::Terms;
use crate::policy::Actor;
use crate::time::{DAY, Day};
use std::path::{Path, PathBuf};

/// The import lies this far back, so that what was assigned by it has been so for a while.
const IMPORTED_BEFORE: i64 = 260 * DAY;

macro_rules! files {
    ($($name:literal),*) => {
        &[$(($name, include_str!(concat!("data/", $name)))),*]
    };
}
/// As the import takes them, but that `{today+96d}` stands for a day.
const FILES: &[(&str, &str)] =
    files!("accounts.csv", "people.csv", "products.csv", "contracts.csv", "groups.csv", "assets.csv", "users.csv");

/// Fills an empty demo; one that is filled stays as it is. Nothing may run beside it that sends mail.
pub async fn fill(app: &App) -> Result<(), AppError> {
    match app.read(&Actor::operator(), &ShowStand).await? {
        Stand::Empty => {}
        Stand::Full => return Ok(()),
        Stand::Begun => {
            let words = "this demo was not filled to its end; remove its database and start again";
            return Err(AppError::Local(words.to_owned()));
        }
    }
    let directory = Directory::new()?;
    directory.write(app.clock().moment().today)?;
    let options = Options { paths: vec![directory.0.clone()], ..Options::default() };
    let then = before(app, IMPORTED_BEFORE);
    then.run(Actor::operator(), Mark { ended: false }, Terms::default()).await?;
    let report = imports::import(&then, options).await?;
    if let Some(wrong) = report.errors.first() {
        let words = format!("{}, line {}: {}", wrong.file, wrong.line, wrong.reason());
        return Err(AppError::Local(format!("the files of the demo are wrong: {words}")));
    }
    past::play(app).await?;
    app.run(Actor::operator(), Mark { ended: true }, Terms::default()).await
}

/// The same product, some time ago.
pub(super) fn before(app: &App, by: i64) -> App {
    let then = App::new(app.db().clone(), app.clock().earlier(by), app.profile().clone());
    if let (Ok(files), Ok(key)) = (app.files(), app.vendor_key()) {
        then.keep_files(files.clone(), key.clone());
    }
    then
}

/// A directory of our own that goes when we are done.
struct Directory(PathBuf);

impl Directory {
    fn new() -> Result<Self, AppError> {
        let path = std::env::temp_dir().join(format!("subscription-center-{}", crate::auth::secret::handle()));
        std::fs::create_dir(&path).map_err(|e| local(&path, &e))?;
        Ok(Self(path))
    }

    fn write(&self, today: Day) -> Result<(), AppError> {
        for (name, text) in FILES {
            let path = self.0.join(name);
            std::fs::write(&path, dated(text, today)?).map_err(|e| local(&path, &e))?;
        }
        Ok(())
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn local(path: &Path, error: &std::io::Error) -> AppError {
    AppError::Local(format!("{}: {error}", path.display()))
}

/// Puts days in the place of `{today}`, `{today+96d}` and `{today-20d}`.
fn dated(text: &str, today: Day) -> Result<String, AppError> {
    let mut parts = text.split("{today");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let shift = part.split_once('}').and_then(|(shift, rest)| match shift.strip_suffix('d') {
            None if shift.is_empty() => Some((0, rest)),
            days => Some((days?.parse().ok()?, rest)),
        });
        let (days, rest) = shift.ok_or_else(|| AppError::Local(format!("{{today{part}: no such day")))?;
        out += &today.plus(days).to_string();
        out += rest;
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_relative_to_today() {
        let today: Day = "2026-11-24".parse().unwrap_or_else(|e| panic!("{e}"));
        let text = dated("a,{today-268d},{today+96d},{today}\n", today).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(text, "a,2026-03-01,2027-02-28,2026-11-24\n");
        assert!(dated("{today+96", today).is_err() && dated("{today+xd}", today).is_err());
    }
}
