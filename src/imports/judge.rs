//! The rules that need more than one row: each is one statement that writes what is wrong into `in_errors`, for all rows of
//! a file at once. A thing is known where one of the files or the database has it.
use super::files::Kind;
use super::report::Complaint;
use super::stage::Staging;
use crate::db::sql;
use crate::error::AppError;

/// A rule: file, column, value, message (SQL, may speak of the row) and the rows that break it, as `s`.
macro_rules! rule {
    ($file:literal, $column:literal, $value:literal, $message:literal, $from:expr) => {
        concat!(
            "INSERT INTO in_errors (file, line, col, value, message, fatal) SELECT '",
            $file,
            "', s.line, '",
            $column,
            "', ",
            $value,
            ", ",
            $message,
            ", '' FROM ",
            $from
        )
    };
}
/// Rows whose key an earlier line of the file has.
macro_rules! twice {
    ($file:literal, $column:literal, $value:literal, $table:literal, $key:literal, $same:literal) => {
        rule!(
            $file,
            $column,
            $value,
            "'is in line ' || f.line || ' already; keep one of the two'",
            concat!(
                $table,
                " s JOIN (SELECT ",
                $key,
                ", MIN(line) AS line FROM ",
                $table,
                " GROUP BY ",
                $key,
                " HAVING COUNT(*) > 1) f ON ",
                $same,
                " WHERE s.line > f.line"
            )
        )
    };
}
/// Addresses that nobody of the contract's company has.
macro_rules! stranger {
    ($file:literal, $column:literal, $value:literal, $table:literal, $contract:literal, $key:literal, $message:literal) => {
        rule!(
            $file,
            $column,
            $value,
            $message,
            concat!(
                $table,
                " s JOIN in_terms t ON t.contract = s.",
                $contract,
                " JOIN in_companies b ON b.number = t.account WHERE s.",
                $key,
                " <> '' AND NOT EXISTS (SELECT 1 FROM in_everyone e WHERE e.email_key = s.",
                $key,
                " AND e.account = t.account)"
            )
        )
    };
}
macro_rules! no_contract {
    ($file:literal, $table:literal) => {
        rule!(
            $file,
            "contract_number",
            "s.contract",
            "'there is no such contract; add it to contracts.csv'",
            concat!($table, " s LEFT JOIN in_terms t ON t.contract = s.contract WHERE t.contract IS NULL")
        )
    };
}

const ACCOUNTS: &[&str] = &[
    twice!("accounts.csv", "account_number", "s.number", "in_accounts", "number", "f.number = s.number"),
    rule!(
        "accounts.csv",
        "kind",
        "s.kind",
        "'sold contract ' || r.number || '; a reseller stays one as long as a contract names it'",
        "in_accounts s JOIN (SELECT a.number AS account, MIN(c.number) AS number FROM contracts c
            JOIN accounts a ON a.id = c.reseller_id GROUP BY a.number) r ON r.account = s.number WHERE s.kind = 'customer'"
    ),
];
const PEOPLE: &[&str] = &[
    twice!("people.csv", "email", "s.email", "in_people", "email_key", "f.email_key = s.email_key"),
    rule!(
        "people.csv",
        "account_numbers",
        "s.account",
        "'there is no such company; add it to accounts.csv'",
        "in_members s LEFT JOIN in_companies b ON b.number = s.account WHERE b.number IS NULL"
    ),
    rule!(
        "people.csv",
        "account_numbers",
        "s.numbers",
        "'a partner works for a reseller; name the account number of one'",
        "in_people s WHERE s.role IN ('partner', 'partner_admin') AND NOT EXISTS (SELECT 1 FROM in_members m
            JOIN in_companies b ON b.number = m.account WHERE m.line = s.line AND b.kind = 'reseller')"
    ),
    rule!(
        "people.csv",
        "role",
        "s.role",
        "'belongs to company ' || f.number || '; the vendor''s own people need an address of their own'",
        "in_people s JOIN (SELECT p.email_key, MIN(a.number) AS number FROM people p
            JOIN memberships m ON m.person_id = p.id JOIN accounts a ON a.id = m.account_id
            WHERE p.email_key IN (SELECT w.email_key FROM in_people w
                WHERE w.role NOT IN ('', 'partner', 'partner_admin')) GROUP BY p.email_key) f
            ON f.email_key = s.email_key WHERE s.role NOT IN ('', 'partner', 'partner_admin')"
    ),
    // A typo must not lock the last administrator out.
    rule!(
        "people.csv",
        "role",
        "s.role",
        "'is one of the vendor''s own people; write ' || p.staff_role || ' or another staff role'",
        "in_people s JOIN people p ON p.email_key = s.email_key
            WHERE s.role IN ('', 'partner', 'partner_admin') AND p.staff_role IS NOT NULL"
    ),
];
const PRODUCTS: &[&str] = &[twice!("products.csv", "product_code", "s.code", "in_products", "code", "f.code = s.code")];
const CONTRACTS: &[&str] = &[
    twice!("contracts.csv", "contract_number", "s.number", "in_contracts", "number", "f.number = s.number"),
    rule!(
        "contracts.csv",
        "account_number",
        "s.account",
        "'there is no such company; add it to accounts.csv'",
        "in_contracts s LEFT JOIN in_companies b ON b.number = s.account WHERE b.number IS NULL"
    ),
    rule!(
        "contracts.csv",
        "account_number",
        "s.account",
        "'the contract belongs to company ' || a.number || '; an import does not move it to another'",
        "in_contracts s JOIN contracts c ON c.number = s.number JOIN accounts a ON a.id = c.account_id
            WHERE a.number <> s.account"
    ),
    rule!(
        "contracts.csv",
        "reseller_account_number",
        "s.reseller",
        "CASE WHEN b.number IS NULL THEN 'there is no such company; add it to accounts.csv'
            ELSE 'is no reseller; change its kind in accounts.csv, or leave this empty' END",
        "in_contracts s LEFT JOIN in_companies b ON b.number = s.reseller
            WHERE s.reseller <> '' AND (b.kind IS NULL OR b.kind <> 'reseller')"
    ),
];
/// After the lookup of contracts, which has their companies.
const CONTRACT_PEOPLE: &[&str] = &[
    stranger!(
        "contracts.csv",
        "contract_manager_email",
        "s.manager",
        "in_contracts",
        "number",
        "manager_key",
        "'is nobody of company ' || t.account || '; the Contract Manager must be: see account_numbers in people.csv'"
    ),
    stranger!(
        "contracts.csv",
        "software_coordinator_email",
        "s.coordinator",
        "in_contracts",
        "number",
        "coordinator_key",
        "'is nobody of company ' || t.account || '; a coordinator must be: see account_numbers in people.csv'"
    ),
];
const GROUPS: &[&str] = &[
    twice!(
        "groups.csv",
        "group_name",
        "s.name",
        "in_groups",
        "contract, name_key",
        "f.contract = s.contract AND f.name_key = s.name_key"
    ),
    no_contract!("groups.csv", "in_groups"),
    stranger!(
        "groups.csv",
        "software_coordinator_email",
        "s.coordinator",
        "in_groups",
        "contract",
        "coordinator_key",
        "'is nobody of company ' || t.account || '; a coordinator must be: see account_numbers in people.csv'"
    ),
];
const ASSETS: &[&str] = &[
    twice!("assets.csv", "serial_number", "s.serial", "in_assets", "serial", "f.serial = s.serial"),
    no_contract!("assets.csv", "in_assets"),
    rule!(
        "assets.csv",
        "contract_number",
        "s.contract",
        "'the serial number is registered on contract ' || c.number || '; an import does not move it'",
        "in_assets s JOIN assets a ON a.serial = s.serial JOIN contracts c ON c.id = a.contract_id
            WHERE c.number <> s.contract"
    ),
    rule!(
        "assets.csv",
        "product_code",
        "s.product",
        "'there is no such product; add it to products.csv'",
        "in_assets s LEFT JOIN in_catalogue p ON p.code = s.product WHERE p.code IS NULL"
    ),
    stranger!(
        "assets.csv",
        "software_coordinator_email",
        "s.coordinator",
        "in_assets",
        "contract",
        "coordinator_key",
        "'is nobody of company ' || t.account || '; a coordinator must be: see account_numbers in people.csv'"
    ),
];
const USERS: &[&str] = &[
    twice!(
        "users.csv",
        "email",
        "s.email",
        "in_users",
        "email_key, contract",
        "f.email_key = s.email_key AND f.contract = s.contract"
    ),
    no_contract!("users.csv", "in_users"),
    stranger!(
        "users.csv",
        "email",
        "s.email",
        "in_users",
        "contract",
        "email_key",
        "'is nobody of company ' || t.account || '; add the person to people.csv with that account number'"
    ),
    rule!(
        "users.csv",
        "serial_numbers",
        "x.serial",
        "'is not on contract ' || s.contract || '; name its own serial numbers only'",
        "in_user_assets x JOIN in_users s ON s.line = x.line JOIN in_terms t ON t.contract = s.contract
            WHERE NOT EXISTS (SELECT 1 FROM in_assets n WHERE n.serial = x.serial AND n.contract = s.contract)
            AND NOT EXISTS (SELECT 1 FROM assets a WHERE a.serial = x.serial AND a.contract_id = t.id)"
    ),
];

const COMPANIES: &[&str] = &[
    "INSERT INTO in_companies (number, kind) SELECT s.number, MIN(s.kind) FROM in_accounts s GROUP BY s.number",
    "INSERT INTO in_companies (number, kind) SELECT a.number, a.kind FROM accounts a
     WHERE NOT EXISTS (SELECT 1 FROM in_companies b WHERE b.number = a.number)",
];
const EVERYONE: &[&str] = &[
    "INSERT INTO in_everyone (email_key, account) SELECT DISTINCT m.email_key, m.account FROM in_members m",
    "INSERT INTO in_everyone (email_key, account) SELECT p.email_key, a.number FROM memberships m
     JOIN people p ON p.id = m.person_id JOIN accounts a ON a.id = m.account_id
     WHERE NOT EXISTS (SELECT 1 FROM in_everyone e WHERE e.email_key = p.email_key AND e.account = a.number)",
];
const CATALOGUE: &[&str] = &[
    "INSERT INTO in_catalogue (code) SELECT DISTINCT s.code FROM in_products s",
    "INSERT INTO in_catalogue (code) SELECT p.code FROM products p
     WHERE NOT EXISTS (SELECT 1 FROM in_catalogue k WHERE k.code = p.code)",
];
/// `id` stays empty where the contract is new: what is on it is the file's until a customer has seen it.
const TERMS: &[&str] = &[
    "INSERT INTO in_terms (contract, account, id) SELECT c.number, a.number, c.id FROM contracts c
     JOIN accounts a ON a.id = c.account_id",
    "INSERT INTO in_terms (contract, account) SELECT s.number, MIN(s.account) FROM in_contracts s
     WHERE NOT EXISTS (SELECT 1 FROM in_terms t WHERE t.contract = s.number) GROUP BY s.number",
];
const NO_TERMS: &str = "DELETE FROM in_terms WHERE contract IN (SELECT e.number FROM in_contracts e
    WHERE e.line IN (SELECT w.line FROM in_errors w WHERE w.file = 'contracts.csv')) AND id IS NULL";

/// Judges all files. With `set_aside`, rows with an error are out before the next file is judged, so that those that depend
/// on them are found, too.
pub async fn judge(staging: &mut Staging<'_>, set_aside: bool) -> Result<(), AppError> {
    for kind in Kind::ALL {
        if set_aside {
            // What the fields alone told.
            staging.take_out(kind).await?;
        }
        let (rules, lookup) = match kind {
            Kind::Accounts => (ACCOUNTS, COMPANIES),
            Kind::People => (PEOPLE, EVERYONE),
            Kind::Products => (PRODUCTS, CATALOGUE),
            Kind::Contracts => (CONTRACTS, TERMS),
            Kind::Groups => (GROUPS, &[][..]),
            Kind::Assets => (ASSETS, &[][..]),
            Kind::Users => (USERS, &[][..]),
        };
        staging.all(rules).await?;
        if set_aside {
            staging.take_out(kind).await?;
        }
        staging.all(lookup).await?;
        if kind == Kind::Contracts {
            staging.all(CONTRACT_PEOPLE).await?;
            if set_aside {
                staging.run(sql(NO_TERMS)).await?;
                staging.take_out(kind).await?;
            }
        }
    }
    Ok(())
}

const COUNT: &str = "SELECT COUNT(*) FROM (SELECT DISTINCT file, line, col, value, message FROM in_errors) e";
/// How many rows have an error.
pub const ROWS: &str = "SELECT COUNT(*) FROM (SELECT DISTINCT file, line FROM in_errors) e";
const FATAL: &str = "SELECT COUNT(*) FROM in_errors WHERE fatal = '1'";
const LIST: &str =
    "SELECT DISTINCT file, line, col, value, message FROM in_errors ORDER BY file, line, col, value, message
    LIMIT $1";

/// How many errors there are, whether one of them is about a file as a whole, and the errors, by file and line.
pub async fn verdict(staging: &mut Staging<'_>, most: i64) -> Result<(u64, bool, Vec<Complaint>), AppError> {
    let count = staging.number(COUNT).await?.unsigned_abs();
    if count == 0 {
        return Ok((0, false, Vec::new()));
    }
    let fatal = staging.number(FATAL).await? > 0;
    let list = staging.tx.fetch(staging.permit, sql(LIST).bind(most)).await?;
    Ok((count, fatal, list))
}
