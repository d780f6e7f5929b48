//! Where files are, the key that signs them, and `verify`, which needs neither.
use super::Failure;
use crate::app::App;
use crate::config::{DATABASE, DEMO_DATABASE, Settings};
use crate::files::signing::{self, VendorKey};
use crate::files::{DEMO_FILES, FILES, Files};
use clap::Args;
use std::fs::File;
use std::path::{Path, PathBuf};

#[derive(Args)]
pub(super) struct VerifyArguments {
    /// The downloaded file
    file: PathBuf,
    /// Its signature: base64 as its page shows it, or a file that holds it
    #[arg(long, value_name = "SIGNATURE")]
    signature: String,
    /// The vendor's public key: base64, or a file that holds it
    #[arg(long, value_name = "KEY")]
    key: String,
}

/// What was written, or what stands in the file of that name.
fn text_or_file(given: &str) -> String {
    std::fs::read_to_string(given).unwrap_or_else(|_| given.to_owned())
}

pub(super) fn verify(arguments: &VerifyArguments) -> Result<(), Failure> {
    let path = &arguments.file;
    let file = File::open(path).map_err(|e| Failure::Usage(format!("{}: {e}", path.display())))?;
    let (signature, key) = (text_or_file(&arguments.signature), text_or_file(&arguments.key));
    match signing::verify(file, &signature, &key) {
        Ok(line) => {
            println!("{}: signed by this key, {line}", path.display());
            Ok(())
        }
        Err(error @ (signing::Mismatch::Key | signing::Mismatch::Signature)) => Err(Failure::Usage(error.to_string())),
        Err(error) => Err(Failure::Refused(format!("{}: {error}", path.display()))),
    }
}

/// Where the key is unless one says so, beside what is in the same directory by default.
const KEY: &str = "data/signing.key";

/// The key: of the file that is named, else of one beside the SQLite database, else in the directory of the files. Processes that
/// share a bucket must share the key, too: there nothing is made up.
pub(super) fn key(settings: &Settings, demo: bool) -> Result<VendorKey, Failure> {
    let default = if demo { DEMO_DATABASE } else { DATABASE };
    let database = settings.database.as_deref().unwrap_or(default);
    let beside = database.strip_prefix("sqlite:").map(|file| file.split('?').next().unwrap_or(file));
    let beside = beside.map_or_else(|| PathBuf::from(KEY), |file| Path::new(file).with_file_name("signing.key"));
    let shared = !database.starts_with("sqlite:") && settings.files.as_deref().is_some_and(|f| f.starts_with("s3:"));
    let path = match (&settings.signing_key_file, shared) {
        (Some(path), _) => path.clone(),
        (None, false) => beside,
        (None, true) => {
            let words = "name the file with the key that signs files with --signing-key-file; all processes share it";
            return Err(Failure::Usage(words.to_owned()));
        }
    };
    if let Some(directory) = path.parent() {
        std::fs::create_dir_all(directory).map_err(|e| Failure::Usage(format!("{}: {e}", directory.display())))?;
    }
    VendorKey::read_or_make(&path).map_err(Failure::Usage)
}

/// Opens the store and the key for a process that serves.
pub(super) fn keep(app: &App, settings: &Settings, demo: bool) -> Result<(), Failure> {
    let address = settings.files.as_deref().unwrap_or(if demo { DEMO_FILES } else { FILES });
    let files = Files::open(address, settings.presigned_links).map_err(Failure::Usage)?;
    app.keep_files(files, key(settings, demo)?);
    Ok(())
}
