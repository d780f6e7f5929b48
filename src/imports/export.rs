//! Export: the files of the import, written from what is there, in the order of their keys.
use super::aside::temporary;
use super::cells::guarded;
use super::files::Kind;
use crate::app::App;
use crate::db::{FromRow, Reader, Sql, sql};
use crate::error::AppError;
use crate::ids::Single;
use crate::operation::Query;
use crate::policy::{self, Actor, Permit};
use std::fs::File;
use std::path::{Path, PathBuf};

/// Rows of one statement: memory stays flat however many there are.
const PAGE: i64 = 5_000;

/// One row: where it stands in the order, and its fields, in the order of the columns.
#[derive(Clone, Debug, Default, FromRow)]
#[sqlx(default)]
struct Row {
    k1: String,
    k2: String,
    f1: String,
    f2: String,
    f3: String,
    f4: String,
    f5: String,
    f6: String,
    f7: String,
    f8: String,
    f9: String,
}

impl Row {
    fn fields(&self) -> [&str; 9] {
        let Row { f1, f2, f3, f4, f5, f6, f7, f8, f9, .. } = self;
        [f1, f2, f3, f4, f5, f6, f7, f8, f9].map(String::as_str)
    }
}

/// A page of a file: the rows behind a key.
struct Page {
    kind: Kind,
    after: (String, String),
}

const ACCOUNTS: &str = "SELECT a.number AS k1, a.number AS f1, a.name AS f2, a.kind AS f3, a.country AS f4,
    COALESCE((SELECT STRING_AGG(d.domain, ' ' ORDER BY d.domain) FROM account_domains d WHERE d.account_id = a.id), '') AS f5,
    a.phone AS f6, a.contact_email AS f7, a.renewals_email AS f8
    FROM accounts a WHERE a.number > $1 AND a.merged_into IS NULL ORDER BY a.number LIMIT $2";
const PEOPLE: &str = "SELECT p.email_key AS k1, p.email AS f1, p.first_name AS f2, p.last_name AS f3,
    COALESCE((SELECT STRING_AGG(a.number, ' ' ORDER BY a.number) FROM memberships m JOIN accounts a ON a.id = m.account_id
        WHERE m.person_id = p.id), '') AS f4, p.language AS f5,
    COALESCE(p.staff_role, (SELECT MAX(m.partner_role) FROM memberships m WHERE m.person_id = p.id), '') AS f6
    FROM people p WHERE p.email_key > $1 ORDER BY p.email_key LIMIT $2";
const PRODUCTS: &str = "SELECT p.code AS k1, p.code AS f1, p.name AS f2, p.line AS f3
    FROM products p WHERE p.code > $1 ORDER BY p.code LIMIT $2";
/// The undated assignment: a dated one that is in force lies over it only for a time.
const CONTRACTS: &str =
    "SELECT c.number AS k1, c.number AS f1, a.number AS f2, COALESCE(r.number, '') AS f3, m.email AS f4,
    c.start_on AS f5, c.end_on AS f6, c.program AS f7, c.support_tier AS f8, COALESCE(q.email, '') AS f9
    FROM contracts c JOIN accounts a ON a.id = c.account_id JOIN people m ON m.id = c.manager_id
    LEFT JOIN accounts r ON r.id = c.reseller_id
    LEFT JOIN covers k ON k.level = 'contract' AND k.target_id = c.id AND k.state = 'active'
    LEFT JOIN people q ON q.id = CASE WHEN k.id IS NULL THEN c.coordinator_id ELSE k.under_id END
    WHERE c.number > $1 ORDER BY c.number LIMIT $2";
const GROUPS: &str =
    "SELECT c.number AS k1, g.name_key AS k2, c.number AS f1, g.name AS f2, COALESCE(q.email, '') AS f3
    FROM contracts c JOIN asset_groups g ON g.contract_id = c.id
    LEFT JOIN covers k ON k.level = 'group' AND k.target_id = g.id AND k.state = 'active'
    LEFT JOIN people q ON q.id = CASE WHEN k.id IS NULL THEN g.coordinator_id ELSE k.under_id END
    WHERE c.number >= $1 AND (c.number > $1 OR g.name_key > $3) ORDER BY c.number, g.name_key LIMIT $2";
const ASSETS: &str =
    "SELECT a.serial AS k1, a.serial AS f1, c.number AS f2, p.code AS f3, a.release AS f4, a.deployment AS f5,
    CAST(a.seats AS TEXT) AS f6, COALESCE(g.name, '') AS f7, COALESCE(q.email, '') AS f8
    FROM assets a JOIN contracts c ON c.id = a.contract_id JOIN products p ON p.id = a.product_id
    LEFT JOIN asset_groups g ON g.id = a.group_id
    LEFT JOIN covers k ON k.level = 'asset' AND k.target_id = a.id AND k.state = 'active'
    LEFT JOIN people q ON q.id = CASE WHEN k.id IS NULL THEN a.coordinator_id ELSE k.under_id END
    WHERE a.serial > $1 ORDER BY a.serial LIMIT $2";
/// An entry for named assets that has none says nothing: without serial numbers it would come back as one for all.
const USERS: &str = "SELECT u.* FROM (SELECT p.email_key AS k1, c.number AS k2, p.email AS f1, c.number AS f2,
        COALESCE((SELECT STRING_AGG(a.serial, ' ' ORDER BY a.serial) FROM entry_assets x JOIN assets a ON a.id = x.asset_id
            WHERE x.entry_id = e.id), '') AS f3,
        TRIM(CASE WHEN e.releases = TRUE THEN 'releases ' ELSE '' END || CASE WHEN e.extensions = TRUE THEN 'extensions '
            ELSE '' END || CASE WHEN e.support = TRUE THEN 'support ' ELSE '' END || CASE WHEN e.learning = TRUE
            THEN 'learning' ELSE '' END) AS f4
    FROM people p JOIN entries e ON e.person_id = p.id AND e.ended_at IS NULL JOIN contracts c ON c.id = e.contract_id
    WHERE p.email_key >= $1 AND (p.email_key > $1 OR c.number > $3) AND (e.all_assets = TRUE
        OR EXISTS (SELECT 1 FROM entry_assets x WHERE x.entry_id = e.id))
    ORDER BY p.email_key, c.number LIMIT $2) u ORDER BY k1, k2";

impl Page {
    fn sql(&self) -> Sql {
        let (first, second) = &self.after;
        let page = |text| sql(text).bind(first.as_str()).bind(PAGE);
        match self.kind {
            Kind::Accounts => page(ACCOUNTS),
            Kind::People => page(PEOPLE),
            Kind::Products => page(PRODUCTS),
            Kind::Contracts => page(CONTRACTS),
            Kind::Assets => page(ASSETS),
            Kind::Groups => page(GROUPS).bind(second.as_str()),
            Kind::Users => page(USERS).bind(second.as_str()),
        }
    }
}

impl Query for Page {
    type Action = policy::Export;
    type Output = Vec<Row>;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Vec<Row>, AppError> {
        Ok(reader.fetch(permit, self.sql()).await?)
    }
}

/// Writes all files into the directory, which comes into being. They appear when all are written. What refers is read
/// before what it refers to: nothing is ever deleted, so that an export made while people work can be imported.
pub async fn export(app: &App, directory: &Path) -> Result<(), AppError> {
    std::fs::create_dir_all(directory).map_err(|e| failed(directory, &e))?;
    let mut written = Vec::new();
    for kind in Kind::ALL.into_iter().rev() {
        let path = directory.join(kind.file());
        let new = temporary(&path);
        let done = write(app, kind, &new).await;
        written.push((new, path));
        if done.is_err() {
            for (new, _) in &written {
                let _ = std::fs::remove_file(new);
            }
            return done;
        }
    }
    written.iter().try_for_each(|(new, path)| std::fs::rename(new, path).map_err(|e| failed(path, &e)))
}

async fn write(app: &App, kind: Kind, path: &PathBuf) -> Result<(), AppError> {
    let file = File::create(path).map_err(|e| failed(path, &e))?;
    let mut writer = csv::WriterBuilder::new().buffer_capacity(1 << 18).from_writer(file);
    let columns = kind.columns();
    writer.write_record(columns.iter().map(|column| column.name)).map_err(|e| failed(path, &e))?;
    let mut page = Page { kind, after: Default::default() };
    loop {
        let rows = app.read(&Actor::operator(), &page).await?;
        for row in &rows {
            for field in row.fields().into_iter().take(columns.len()) {
                writer.write_field(guarded(field).as_bytes()).map_err(|e| failed(path, &e))?;
            }
            writer.write_record(None::<&[u8]>).map_err(|e| failed(path, &e))?;
        }
        match rows.into_iter().last() {
            Some(last) => page.after = (last.k1, last.k2),
            None => break,
        }
    }
    let file = writer.into_inner().map_err(|e| failed(path, &e))?;
    file.sync_all().map_err(|e| failed(path, &e))
}

fn failed(path: &Path, error: &dyn std::fmt::Display) -> AppError {
    AppError::Local(format!("{}: {error}", path.display()))
}

pub(super) fn statements() -> Vec<Sql> {
    Kind::ALL.into_iter().map(|kind| Page { kind, after: Default::default() }.sql()).collect()
}
