//! Staging: the rows of the files as texts in temporary tables, where rules and writes are set-wise.
use super::bulk;
use super::files::Kind;
use crate::db::{Dialect, Sql, WriteTx, sql};
use crate::error::AppError;
use crate::policy::{Import, Permit};

/// A temporary table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Table {
    /// accounts.csv
    Accounts,
    /// Their domains, one a row.
    Domains,
    /// people.csv
    People,
    /// Their companies, one a row.
    Members,
    /// products.csv
    Products,
    /// contracts.csv
    Contracts,
    /// groups.csv
    Groups,
    /// assets.csv
    Assets,
    /// users.csv
    Users,
    /// Their serial numbers, one a row.
    UserAssets,
    /// What is wrong, and where.
    Errors,
}

/// Rows for one table.
#[derive(Debug)]
pub struct Batch {
    /// Which.
    pub table: Table,
    /// One text for each of its columns.
    pub rows: Vec<Vec<Option<String>>>,
}

/// A statement that creates a table: text columns like those of the database (their collation decides how PostgreSQL
/// compares), and numbers.
macro_rules! create {
    ($table:literal, [$($text:literal),*], [$($number:literal),*]) => {
        concat!("CREATE TEMP TABLE ", $table, " AS SELECT CAST(0 AS BIGINT) AS line",
            $(", t.name AS ", $text,)* $(", CAST(NULL AS BIGINT) AS ", $number,)* " FROM settings t WHERE FALSE")
    };
}
macro_rules! drop {
    ($($table:literal),*) => { &[$(concat!("DROP TABLE IF EXISTS ", $table)),*] };
}

const CREATE: &[&str] = &[
    create!(
        "in_accounts",
        ["number", "name", "name_key", "kind", "country", "phone", "contact_email", "renewals_email"],
        ["id", "changed"]
    ),
    create!("in_domains", ["domain"], []),
    create!(
        "in_people",
        [
            "email",
            "email_key",
            "first_name",
            "last_name",
            "first_key",
            "last_key",
            "sort_key",
            "language",
            "role",
            "numbers",
            "handle"
        ],
        ["id", "changed"]
    ),
    create!("in_members", ["email_key", "account"], []),
    create!("in_products", ["code", "name", "name_key", "product_line"], ["id", "changed"]),
    create!(
        "in_contracts",
        [
            "number",
            "account",
            "reseller",
            "manager",
            "manager_key",
            "start_on",
            "end_on",
            "program",
            "support_tier",
            "coordinator",
            "coordinator_key"
        ],
        ["id", "changed", "adopter"]
    ),
    create!("in_groups", ["contract", "name", "name_key", "coordinator", "coordinator_key"], ["id"]),
    create!(
        "in_assets",
        [
            "serial",
            "contract",
            "product",
            "release",
            "deployment",
            "seats",
            "group_name",
            "group_key",
            "coordinator",
            "coordinator_key"
        ],
        ["id", "changed"]
    ),
    create!("in_users", ["email", "email_key", "contract", "serials", "grants"], ["id", "differs"]),
    create!("in_user_assets", ["serial"], []),
    create!("in_errors", ["file", "col", "value", "message", "fatal"], []),
    // What is known once the files are in: lookups of the rules.
    create!("in_companies", ["number", "kind"], []),
    create!("in_everyone", ["email_key", "account"], []),
    create!("in_catalogue", ["code"], []),
    create!("in_terms", ["contract", "account"], ["id"]),
    // For the writes and the report.
    create!("in_used_groups", ["contract", "name", "name_key"], []),
    create!("in_entries", ["grants", "serials"], []),
    create!("in_touched", [], ["id"]),
    create!("in_differences", ["file", "subject", "col", "ours", "theirs"], []),
    "CREATE INDEX in_companies_number ON in_companies (number)",
    "CREATE INDEX in_everyone_address ON in_everyone (email_key, account)",
    "CREATE INDEX in_catalogue_code ON in_catalogue (code)",
    "CREATE INDEX in_terms_contract ON in_terms (contract)",
];
const DROP: &[&str] = drop!(
    "in_accounts",
    "in_domains",
    "in_people",
    "in_members",
    "in_products",
    "in_contracts",
    "in_groups",
    "in_assets",
    "in_users",
    "in_user_assets",
    "in_errors",
    "in_companies",
    "in_everyone",
    "in_catalogue",
    "in_terms",
    "in_used_groups",
    "in_entries",
    "in_touched",
    "in_differences"
);
/// Once the rows are in: an index made then is made sorted. That of the serial numbers has the lines, too, so that looking
/// for those that are there twice reads nothing else.
const INDEX: &[&str] = &[
    "CREATE INDEX in_assets_serial ON in_assets (serial, line)",
    "CREATE INDEX in_contracts_number ON in_contracts (number)",
    "CREATE INDEX in_domains_line ON in_domains (line)",
    "CREATE INDEX in_members_line ON in_members (line)",
];
/// PostgreSQL knows nothing of a temporary table until it is told to look, and joins it as if it were small.
const ANALYZE: &[&str] = &[
    "ANALYZE in_accounts",
    "ANALYZE in_domains",
    "ANALYZE in_people",
    "ANALYZE in_members",
    "ANALYZE in_products",
    "ANALYZE in_contracts",
    "ANALYZE in_groups",
    "ANALYZE in_assets",
    "ANALYZE in_users",
    "ANALYZE in_user_assets",
];
/// After many new rows, so that what is asked next is not planned for the few that there were.
const ANALYZE_ALL: &[&str] = &[
    "ANALYZE accounts",
    "ANALYZE people",
    "ANALYZE memberships",
    "ANALYZE products",
    "ANALYZE contracts",
    "ANALYZE asset_groups",
    "ANALYZE assets",
    "ANALYZE spans",
    "ANALYZE group_spans",
    "ANALYZE entries",
    "ANALYZE entry_assets",
];

const END: &str = ") v WHERE column1 IS NOT NULL";

impl Table {
    /// The statement that takes rows, and how many columns each has. A key that is the same as its text comes as NULL.
    fn insert(self) -> (&'static str, usize) {
        match self {
            Table::Accounts => (
                "INSERT INTO in_accounts (line, number, name, name_key, kind, country, phone, contact_email, renewals_email)
                 SELECT CAST(column1 AS BIGINT), column2, column3, column4, column5, column6, column7, column8, column9 FROM (",
                9,
            ),
            Table::Domains => ("INSERT INTO in_domains (line, domain) SELECT CAST(column1 AS BIGINT), column2 FROM (", 2),
            Table::People => (
                "INSERT INTO in_people (line, email, email_key, first_name, last_name, first_key, last_key, sort_key,
                    language, role, numbers, handle)
                 SELECT CAST(column1 AS BIGINT), column2, COALESCE(column3, column2), column4, column5, column6, column7,
                    column8, column9, column10, column11, column12 FROM (",
                12,
            ),
            Table::Members => (
                "INSERT INTO in_members (line, email_key, account) SELECT CAST(column1 AS BIGINT), column2, column3 FROM (",
                3,
            ),
            Table::Products => (
                "INSERT INTO in_products (line, code, name, name_key, product_line)
                 SELECT CAST(column1 AS BIGINT), column2, column3, column4, column5 FROM (",
                5,
            ),
            Table::Contracts => (
                "INSERT INTO in_contracts (line, number, account, reseller, manager, manager_key, start_on, end_on, program,
                    support_tier, coordinator, coordinator_key)
                 SELECT CAST(column1 AS BIGINT), column2, column3, column4, column5, COALESCE(column6, column5), column7,
                    column8, column9, column10, column11, COALESCE(column12, column11) FROM (",
                12,
            ),
            Table::Groups => (
                "INSERT INTO in_groups (line, contract, name, name_key, coordinator, coordinator_key)
                 SELECT CAST(column1 AS BIGINT), column2, column3, column4, column5, COALESCE(column6, column5) FROM (",
                6,
            ),
            Table::Assets => (
                "INSERT INTO in_assets (line, serial, contract, product, release, deployment, seats, group_name, group_key,
                    coordinator, coordinator_key)
                 SELECT CAST(column1 AS BIGINT), column2, column3, column4, column5, column6, column7, column8,
                    COALESCE(column9, column8), column10, COALESCE(column11, column10) FROM (",
                11,
            ),
            Table::Users => (
                "INSERT INTO in_users (line, email, email_key, contract, serials, grants)
                 SELECT CAST(column1 AS BIGINT), column2, COALESCE(column3, column2), column4, column5, column6 FROM (",
                6,
            ),
            Table::UserAssets => {
                ("INSERT INTO in_user_assets (line, serial) SELECT CAST(column1 AS BIGINT), column2 FROM (", 2)
            }
            Table::Errors => (
                "INSERT INTO in_errors (line, file, col, value, message, fatal)
                 SELECT CAST(column1 AS BIGINT), column2, column3, column4, column5, column6 FROM (",
                6,
            ),
        }
    }
}

/// The tables whose rows a row of a file is in.
fn tables(kind: Kind) -> &'static [&'static str] {
    /// Deletes the rows of one table that come from rows with an error.
    macro_rules! without {
        ($file:literal: $($table:literal),*) => {
            &[$(concat!("DELETE FROM ", $table, " WHERE line IN (SELECT e.line FROM in_errors e WHERE e.file = '", $file, "')")),*]
        };
    }
    match kind {
        Kind::Accounts => without!("accounts.csv": "in_accounts", "in_domains"),
        Kind::People => without!("people.csv": "in_people", "in_members"),
        Kind::Products => without!("products.csv": "in_products"),
        Kind::Contracts => without!("contracts.csv": "in_contracts"),
        Kind::Groups => without!("groups.csv": "in_groups"),
        Kind::Assets => without!("assets.csv": "in_assets"),
        Kind::Users => without!("users.csv": "in_users", "in_user_assets"),
    }
}

/// The import's own writes, short to call. Each statement's permit is the import's.
pub struct Staging<'a> {
    pub(super) tx: &'a mut WriteTx,
    pub(super) permit: &'a Permit<Import>,
    pub(super) dialect: Dialect,
}

impl Staging<'_> {
    /// Empty tables. Pooled connections keep temporary tables: those of an earlier import go first.
    pub async fn create(&mut self) -> Result<(), AppError> {
        for text in DROP.iter().chain(CREATE) {
            self.run(sql(text)).await?;
        }
        Ok(())
    }

    /// After the last write of many rows.
    pub async fn settle(&mut self) -> Result<(), AppError> {
        if self.dialect == Dialect::Postgres {
            self.all(ANALYZE_ALL).await?;
        }
        Ok(())
    }

    /// The tables go.
    pub async fn clear(&mut self) -> Result<(), AppError> {
        for text in DROP {
            self.run(sql(text)).await?;
        }
        Ok(())
    }

    /// Puts rows in. Missing ones of a statement's fixed length are NULL, and their line says that they are none.
    pub async fn add(&mut self, batch: Batch) -> Result<(), AppError> {
        let (head, width) = batch.table.insert();
        debug_assert!(batch.rows.iter().all(|row| row.len() == width), "{:?} has {width} columns", batch.table);
        let length = bulk::padded(batch.rows.len());
        let missing = length.saturating_sub(batch.rows.len()) * width;
        let statement = sql(head).push(bulk::values(self.dialect, width, length)).push(END);
        let values = batch.rows.into_iter().flatten().chain(std::iter::repeat_n(None, missing));
        self.run(values.fold(statement, Sql::bind)).await?;
        Ok(())
    }

    /// After the last row: what makes the rules fast.
    pub async fn index(&mut self) -> Result<(), AppError> {
        let more = if self.dialect == Dialect::Postgres { ANALYZE } else { &[] };
        for text in INDEX.iter().chain(more) {
            self.run(sql(text)).await?;
        }
        Ok(())
    }

    /// Takes out the rows of a file that have an error.
    pub async fn take_out(&mut self, kind: Kind) -> Result<(), AppError> {
        for text in tables(kind) {
            self.run(sql(text)).await?;
        }
        Ok(())
    }

    /// Runs one statement and says how many rows it was about.
    pub async fn run(&mut self, statement: Sql) -> Result<u64, AppError> {
        Ok(self.tx.execute(self.permit, statement).await?)
    }

    /// Runs statements one after the other. One that has a `$1` gets the instant of this import.
    pub async fn all(&mut self, texts: &[&'static str]) -> Result<u64, AppError> {
        let mut rows = 0;
        for text in texts {
            let statement = if text.contains("$1") { sql(text).bind(self.tx.now()) } else { sql(text) };
            rows += self.run(statement).await?;
        }
        Ok(rows)
    }

    /// As [`Staging::all`], and says how many rows the first one was about.
    pub async fn counted(&mut self, texts: &[&'static str]) -> Result<u64, AppError> {
        let mut first = None;
        for text in texts {
            let rows = self.all(&[text]).await?;
            first = first.or(Some(rows));
        }
        Ok(first.unwrap_or(0))
    }

    /// One number.
    pub async fn number(&mut self, text: &'static str) -> Result<i64, AppError> {
        let found: Option<(i64,)> = self.tx.find(self.permit, sql(text)).await?;
        Ok(found.map_or(0, |(n,)| n))
    }
}
