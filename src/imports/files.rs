//! The files of the exchange: their names, their columns, and where they are found.
use crate::error::AppError;
use std::path::{Path, PathBuf};

/// One of the seven files, in the order in which later ones refer to earlier ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Companies.
    Accounts,
    /// Humans.
    People,
    /// What is licensed.
    Products,
    /// Agreements.
    Contracts,
    /// Slices of contracts.
    Groups,
    /// Serial numbers.
    Assets,
    /// Who has access.
    Users,
}

/// A column of a file. An optional one may be missing, which leaves what is known as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name in the header.
    pub name: &'static str,
    /// Whether the header may lack it.
    pub optional: bool,
}

const fn must(name: &'static str) -> Column {
    Column { name, optional: false }
}
const fn may(name: &'static str) -> Column {
    Column { name, optional: true }
}

const ACCOUNTS: &[Column] = &[
    must("account_number"),
    must("name"),
    must("kind"),
    must("country"),
    must("domains"),
    may("phone"),
    may("contact_email"),
    may("renewals_email"),
];
const PEOPLE: &[Column] =
    &[must("email"), must("first_name"), must("last_name"), must("account_numbers"), must("language"), must("role")];
const PRODUCTS: &[Column] = &[must("product_code"), must("name"), must("product_line")];
const CONTRACTS: &[Column] = &[
    must("contract_number"),
    must("account_number"),
    must("reseller_account_number"),
    must("contract_manager_email"),
    must("start_date"),
    must("end_date"),
    must("program"),
    must("support_tier"),
    may("software_coordinator_email"),
];
const GROUPS: &[Column] = &[must("contract_number"), must("group_name"), may("software_coordinator_email")];
const ASSETS: &[Column] = &[
    must("serial_number"),
    must("contract_number"),
    must("product_code"),
    must("release"),
    must("deployment"),
    must("seats"),
    must("group_name"),
    must("software_coordinator_email"),
];
const USERS: &[Column] = &[must("email"), must("contract_number"), must("serial_numbers"), must("grants")];

impl Kind {
    /// All, in order.
    pub const ALL: [Kind; 7] =
        [Kind::Accounts, Kind::People, Kind::Products, Kind::Contracts, Kind::Groups, Kind::Assets, Kind::Users];

    /// The name of the file.
    pub fn file(self) -> &'static str {
        match self {
            Kind::Accounts => "accounts.csv",
            Kind::People => "people.csv",
            Kind::Products => "products.csv",
            Kind::Contracts => "contracts.csv",
            Kind::Groups => "groups.csv",
            Kind::Assets => "assets.csv",
            Kind::Users => "users.csv",
        }
    }

    /// What its rows are called in a report.
    pub fn noun(self) -> &'static str {
        self.file().trim_end_matches(".csv")
    }

    /// Its columns, in the order of an export.
    pub fn columns(self) -> &'static [Column] {
        match self {
            Kind::Accounts => ACCOUNTS,
            Kind::People => PEOPLE,
            Kind::Products => PRODUCTS,
            Kind::Contracts => CONTRACTS,
            Kind::Groups => GROUPS,
            Kind::Assets => ASSETS,
            Kind::Users => USERS,
        }
    }

    fn of(name: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.file() == name)
    }
}

/// A file to read.
#[derive(Clone, Debug)]
pub struct Source {
    /// Which of the seven.
    pub kind: Kind,
    /// Where it lies.
    pub path: PathBuf,
}

/// Finds the files behind the paths of the command line: directories, or files by their names. Each file at most once.
/// Second: names of other CSV files in the directories, which are not read.
pub fn locate(paths: &[PathBuf]) -> Result<(Vec<Source>, Vec<String>), AppError> {
    let (mut sources, mut ignored) = (Vec::new(), Vec::new());
    for path in paths {
        if path.is_dir() {
            in_directory(path, &mut sources, &mut ignored)?;
            continue;
        }
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let kind = Kind::of(name).ok_or_else(|| local(path, "is none of the files of an import"))?;
        if !path.is_file() {
            return Err(local(path, "there is no such file"));
        }
        sources.push(Source { kind, path: path.clone() });
    }
    sources.sort_by_key(|source| source.kind);
    let twice = sources.iter().zip(sources.iter().skip(1)).find(|(one, next)| one.kind == next.kind);
    if let Some((_, source)) = twice {
        return Err(local(&source.path, "is the second file of that name; import one directory at a time"));
    }
    Ok((sources, ignored))
}

fn in_directory(directory: &Path, sources: &mut Vec<Source>, ignored: &mut Vec<String>) -> Result<(), AppError> {
    let unreadable = |e: std::io::Error| local(directory, &e.to_string());
    let before = sources.len();
    for entry in std::fs::read_dir(directory).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        match Kind::of(name) {
            Some(kind) => sources.push(Source { kind, path }),
            None if name.to_ascii_lowercase().ends_with(".csv") => ignored.push(path.display().to_string()),
            None => {}
        }
    }
    match sources.len() > before {
        true => Ok(()),
        false => Err(local(directory, "there is none of the files of an import in this directory")),
    }
}

fn local(path: &Path, what: &str) -> AppError {
    AppError::Local(format!("{}: {what}", path.display()))
}
