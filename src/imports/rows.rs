//! From the rows of a file to rows of the staging tables: each field is checked for itself, keys are made, lists are cut.
use super::bulk::MANY;
use super::cells::unguarded;
use super::fields::{self, Form};
use super::files::{Column, Kind, Source};
use super::read::{Broken, Rows};
use super::stage::{Batch, Table};
use crate::auth::secret::handle;
use crate::error::AppError;
use crate::text::{address_key, search_key, sort_key};
use indicatif::ProgressBar;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use tokio::sync::mpsc::Sender;

const KINDS: &[&str] = &["customer", "reseller"];
const ROLES: &[&str] =
    &["", "partner", "partner_admin", "administrator", "support", "releases", "fulfilment", "auditor"];
const PROGRAMS: &[&str] = &["maintenance", "term"];
const TIERS: &[&str] = &["standard", "gold", "platinum"];
const DEPLOYMENTS: &[&str] = &["standalone", "network"];
/// The grants, in the order in which an export writes them.
pub const GRANTS: &[&str] = &["releases", "extensions", "support", "learning"];
const LONGEST_SHOWN: usize = 80;

/// What the fields of a file may hold, in the order of its columns.
fn forms(kind: Kind) -> &'static [Form] {
    use Form::*;
    match kind {
        Kind::Accounts => {
            &[Code, fields::TITLE, OneOf(KINDS), fields::SHORT, Domains, fields::PHONE, MaybeEmail, MaybeEmail]
        }
        Kind::People => &[Email, fields::NAME, fields::NAME, Codes, fields::SHORT, OneOf(ROLES)],
        Kind::Products => &[Code, fields::TITLE, fields::TITLE],
        Kind::Contracts => &[Code, Code, MaybeCode, Email, Date, Date, OneOf(PROGRAMS), OneOf(TIERS), MaybeEmail],
        Kind::Groups => &[Code, fields::GROUP, MaybeEmail],
        Kind::Assets => {
            &[Code, Code, Code, fields::RELEASE, OneOf(DEPLOYMENTS), Seats, fields::MAYBE_GROUP, MaybeEmail]
        }
        Kind::Users => &[Email, Code, Codes, SomeOf(GRANTS)],
    }
}

/// Which columns are the key; a row without them cannot be referred to.
fn keys(kind: Kind) -> usize {
    if matches!(kind, Kind::Groups | Kind::Users) { 2 } else { 1 }
}

/// A value as a report shows it: in one line, not endless.
pub fn shown(value: &str) -> String {
    let mut cut: String =
        value.chars().take(LONGEST_SHOWN).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    if cut.len() < value.len() {
        cut.push('…');
    }
    cut
}

/// Reads all files and sends what they hold. Runs beside the database's work, on a thread that may block.
pub fn read_all(sources: &[Source], progress: &ProgressBar, to: Sender<Batch>) -> Result<(), AppError> {
    let mut out = Out { to, waiting: BTreeMap::new() };
    let mut before = 0;
    for source in sources {
        let failed = |e: std::io::Error| AppError::Local(format!("{}: {e}", source.path.display()));
        let mut rows = Rows::new(File::open(&source.path).map_err(failed)?).map_err(failed)?;
        let mut reading = Reading { kind: source.kind, positions: Vec::new(), width: 0, out: &mut out };
        let mut count: u64 = 0;
        loop {
            match rows.next().map_err(failed)? {
                Ok(false) => break,
                Ok(true) if reading.width == 0 => {
                    if !reading.header(&rows) {
                        break;
                    }
                }
                Ok(true) => reading.row(&rows),
                Err(broken) => reading.broken(&rows, broken),
            }
            count += 1;
            if count.is_multiple_of(1_000) {
                progress.set_position(before + rows.read());
            }
            if reading.out.is_closed() {
                return Ok(());
            }
        }
        if count == 0 {
            reading.out.error(source.kind, 1, "", "", "the file is empty; the first row names the columns", true);
        }
        before += rows.read();
    }
    out.flush();
    Ok(())
}

/// Rows on their way to the staging tables.
struct Out {
    to: Sender<Batch>,
    waiting: BTreeMap<Table, Vec<Vec<Option<String>>>>,
}

impl Out {
    fn push(&mut self, table: Table, row: Vec<Option<String>>) {
        let rows = self.waiting.entry(table).or_insert_with(|| Vec::with_capacity(MANY));
        rows.push(row);
        if rows.len() >= MANY {
            let rows = std::mem::take(rows);
            self.send(Batch { table, rows });
        }
    }

    fn send(&self, batch: Batch) {
        // Nobody listens: the import failed and said why.
        let _ = self.to.blocking_send(batch);
    }

    fn is_closed(&self) -> bool {
        self.to.is_closed()
    }

    fn flush(&mut self) {
        for (table, rows) in std::mem::take(&mut self.waiting) {
            self.send(Batch { table, rows });
        }
    }

    fn error(&mut self, kind: Kind, line: i64, column: &str, value: &str, message: &str, fatal: bool) {
        let text = |text: &str| Some(text.to_owned());
        let fatal = text(if fatal { "1" } else { "" });
        let row =
            vec![Some(line.to_string()), text(kind.file()), text(column), Some(shown(value)), text(message), fatal];
        self.push(Table::Errors, row);
    }
}

/// One file being read.
struct Reading<'a> {
    kind: Kind,
    /// Where each known column is, in the order of [`Kind::columns`].
    positions: Vec<Option<usize>>,
    /// How many fields a row has; 0 before the header was read.
    width: usize,
    out: &'a mut Out,
}

impl Reading<'_> {
    /// Finds the columns. `false`: the rows cannot be read at all.
    fn header(&mut self, rows: &Rows<File>) -> bool {
        let kind = self.kind;
        let names: Vec<&str> = (0..rows.len()).map(|i| rows.field(i).trim()).collect();
        let place = |column: &Column| names.iter().position(|name| *name == column.name);
        self.positions = kind.columns().iter().map(place).collect();
        self.width = names.len();
        for (i, name) in names.iter().enumerate() {
            if !kind.columns().iter().any(|column| column.name == *name) {
                let known: Vec<&str> = kind.columns().iter().map(|column| column.name).collect();
                let message = format!("is no column of {}, which has {}", kind.file(), known.join(", "));
                self.out.error(kind, rows.line(), &shown(name), name, &message, true);
            } else if names.iter().take(i).any(|earlier| earlier == name) {
                self.out.error(kind, rows.line(), name, name, "the column is there twice", true);
            }
        }
        let missing = |(column, place): &(&Column, &Option<usize>)| place.is_none() && !column.optional;
        let missing: Vec<&Column> =
            kind.columns().iter().zip(&self.positions).filter(missing).map(|(column, _)| column).collect();
        for column in missing {
            self.out.error(kind, rows.line(), column.name, "", "the column is missing in the header", true);
        }
        self.positions.iter().take(keys(kind)).all(Option::is_some)
    }

    fn broken(&mut self, rows: &Rows<File>, broken: Broken) {
        let raw = String::from_utf8_lossy(rows.raw());
        self.out.error(self.kind, rows.line(), "", &raw, broken.message, broken.stops);
    }

    fn row(&mut self, rows: &Rows<File>) {
        let (kind, line) = (self.kind, rows.line());
        if rows.len() != self.width {
            let message = format!("the row has {} fields where the header has {}", rows.len(), self.width);
            return self.out.error(kind, line, "", rows.field(0), &message, false);
        }
        let mut good = true;
        for ((column, form), position) in kind.columns().iter().zip(forms(kind)).zip(&self.positions) {
            let Some(position) = position else { continue };
            let value = unguarded(rows.field(*position).trim());
            if let Err((part, wrong)) = form.check(value) {
                self.out.error(kind, line, column.name, part, &wrong, false);
                good = false;
            }
        }
        let row = Fields { rows, positions: &self.positions, line, good };
        if (0..keys(kind)).all(|i| !row.at(i).is_empty()) {
            stage(kind, &row, self.out);
        }
    }
}

/// The fields of one row by their place in [`Kind::columns`].
struct Fields<'a> {
    rows: &'a Rows<File>,
    positions: &'a [Option<usize>],
    line: i64,
    good: bool,
}

impl Fields<'_> {
    /// A field; empty where its column is missing.
    fn at(&self, i: usize) -> &str {
        self.positions.get(i).copied().flatten().map_or("", |at| unguarded(self.rows.field(at).trim()))
    }

    fn given(&self, i: usize) -> bool {
        self.positions.get(i).is_some_and(Option::is_some)
    }

    fn line(&self) -> Option<String> {
        Some(self.line.to_string())
    }

    fn text(&self, i: usize) -> Option<String> {
        let text = self.at(i);
        // PostgreSQL takes no NUL; a row that holds one was refused above.
        Some(if self.good { text.to_owned() } else { text.replace('\0', "") })
    }

    /// `None` where the column is missing: what is known stays.
    fn optional(&self, i: usize) -> Option<String> {
        if self.given(i) { self.text(i) } else { None }
    }

    /// The key of an address; `None` where it is the same.
    fn address_key(&self, i: usize) -> Option<String> {
        let text = self.at(i);
        let same = text.bytes().all(|b| b.is_ascii() && !b.is_ascii_uppercase());
        if same && self.good { None } else { self.text(i).map(|text| address_key(&text)) }
    }

    fn search_key(&self, i: usize) -> Option<String> {
        self.text(i).map(|text| search_key(&text))
    }

    /// The parts of a list, each once, in order.
    fn list(&self, i: usize) -> BTreeSet<String> {
        self.text(i).unwrap_or_default().split_whitespace().map(str::to_owned).collect()
    }
}

fn joined(list: &BTreeSet<String>) -> String {
    list.iter().map(String::as_str).collect::<Vec<_>>().join(" ")
}

fn stage(kind: Kind, row: &Fields<'_>, out: &mut Out) {
    match kind {
        Kind::Accounts => account(row, out),
        Kind::People => person(row, out),
        Kind::Products => {
            let staged = vec![row.line(), row.text(0), row.text(1), row.search_key(1), row.text(2)];
            out.push(Table::Products, staged);
        }
        Kind::Contracts => contract(row, out),
        Kind::Groups => {
            let coordinator = [row.optional(2), row.given(2).then(|| row.address_key(2)).flatten()];
            let staged = [row.line(), row.text(0), row.text(1), row.search_key(1)].into_iter().chain(coordinator);
            out.push(Table::Groups, staged.collect());
        }
        Kind::Assets => {
            let key = if row.at(6).is_empty() { None } else { row.search_key(6) };
            let mut staged = vec![row.line()];
            staged.extend((0..7).map(|i| row.text(i)));
            staged.extend([key, row.text(7), row.address_key(7)]);
            out.push(Table::Assets, staged);
        }
        Kind::Users => user(row, out),
    }
}

fn account(row: &Fields<'_>, out: &mut Out) {
    let mut staged = vec![row.line(), row.text(0), row.text(1), row.search_key(1), row.text(2), row.text(3)];
    staged.extend([row.optional(5), row.optional(6), row.optional(7)]);
    out.push(Table::Accounts, staged);
    for domain in row.list(4) {
        out.push(Table::Domains, vec![row.line(), Some(domain.to_lowercase())]);
    }
}

fn person(row: &Fields<'_>, out: &mut Out) {
    let (kind, accounts, role) = (Kind::People, row.list(3), row.at(5));
    if row.at(1).is_empty() && row.at(2).is_empty() && row.given(1) && row.given(2) {
        out.error(
            kind,
            row.line,
            "last_name",
            "",
            "nobody is without a name; fill in the first or the last name",
            false,
        );
    }
    if !["", "partner", "partner_admin"].contains(&role) && ROLES.contains(&role) && !accounts.is_empty() {
        let message = "the vendor's own people belong to no company; leave this empty, or the role";
        out.error(kind, row.line, "account_numbers", row.at(3), message, false);
    }
    let (email, first, last) = (row.at(0), row.at(1), row.at(2));
    let language = row.text(4).filter(|language| !language.is_empty()).unwrap_or_else(|| "en".to_owned());
    let mut staged = vec![row.line(), row.text(0), row.address_key(0), row.text(1), row.text(2)];
    staged.extend([row.search_key(1), row.search_key(2), Some(sort_key(first, last, email).replace('\0', ""))]);
    staged.extend([Some(language), row.text(5), row.text(3), Some(handle())]);
    out.push(Table::People, staged);
    let key = address_key(&row.text(0).unwrap_or_default());
    for account in accounts {
        out.push(Table::Members, vec![row.line(), Some(key.clone()), Some(account)]);
    }
}

fn contract(row: &Fields<'_>, out: &mut Out) {
    // Both are of the same shape, so that texts compare as days do.
    let (start, end) = (row.at(4), row.at(5));
    if row.good && row.given(4) && row.given(5) && end < start {
        let message = format!("ends before it begins, on {start}; correct one of the two days");
        out.error(Kind::Contracts, row.line, "end_date", end, &message, false);
    }
    let mut staged = vec![row.line(), row.text(0), row.text(1), row.text(2), row.text(3), row.address_key(3)];
    staged.extend((4..8).map(|i| row.text(i)));
    staged.extend([row.optional(8), row.given(8).then(|| row.address_key(8)).flatten()]);
    out.push(Table::Contracts, staged);
}

fn user(row: &Fields<'_>, out: &mut Out) {
    let (serials, grants) = (row.list(2), row.list(3));
    let grants: Vec<&str> = GRANTS.iter().copied().filter(|grant| grants.contains(*grant)).collect();
    let staged =
        [row.line(), row.text(0), row.address_key(0), row.text(1), Some(joined(&serials)), Some(grants.join(" "))];
    out.push(Table::Users, staged.into());
    for serial in serials {
        out.push(Table::UserAssets, vec![row.line(), Some(serial)]);
    }
}
