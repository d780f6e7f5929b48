//! `--set-aside`: the rows that were refused, as they stood in their files, each with its reasons.
use super::files::Source;
use super::read::Rows;
use super::report::Complaint;
use crate::error::AppError;
use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

/// Writes `file,line,reason,row`; `row` is the row as it stands in its file. An earlier file of that name goes.
pub fn write(path: &Path, sources: &[Source], errors: &[Complaint]) -> Result<(), AppError> {
    let failed = |at: &Path, e: &dyn std::fmt::Display| AppError::Local(format!("{}: {e}", at.display()));
    let new = temporary(path);
    let mut writer = csv::Writer::from_path(&new).map_err(|e| failed(&new, &e))?;
    writer.write_record(["file", "line", "reason", "row"]).map_err(|e| failed(&new, &e))?;
    for source in sources {
        let mut reasons: BTreeMap<i64, Vec<String>> = BTreeMap::new();
        for error in errors.iter().filter(|e| e.file == source.kind.file()) {
            let reason = format!("{}: {}", error.reason(), error.value);
            reasons.entry(error.line).or_default().push(reason);
        }
        if reasons.is_empty() {
            continue;
        }
        let unreadable = |e: std::io::Error| failed(&source.path, &e);
        let mut rows = Rows::new(File::open(&source.path).map_err(unreadable)?).map_err(unreadable)?;
        while !matches!(rows.next().map_err(unreadable)?, Ok(false)) {
            let Some(reason) = reasons.get(&rows.line()) else { continue };
            let (line, row) = (rows.line().to_string(), String::from_utf8_lossy(rows.raw()));
            let record = [source.kind.file(), &line, &reason.join("; "), &row];
            writer.write_record(record).map_err(|e| failed(&new, &e))?;
        }
    }
    let file = writer.into_inner().map_err(|e| failed(&new, &e))?;
    file.sync_all().map_err(|e| failed(&new, &e))?;
    std::fs::rename(&new, path).map_err(|e| failed(path, &e))
}

/// Beside the file, so that renaming replaces it at once.
pub fn temporary(path: &Path) -> PathBuf {
    let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    path.with_file_name(format!(".{name}.{}.new", std::process::id()))
}
