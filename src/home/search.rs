//! Search or jump to: serial numbers, contracts and people among what the reader sees, by their beginning.
use crate::db::{FromRow, Reader, Sql};
use crate::error::AppError;
use crate::ids::Single;
use crate::operation::Query;
use crate::policy::{self, AdministerContract, Permit, Scope, Scoped, SeeAsset, SeePerson};
use crate::text::{address_key, full_name, prefix_end, search_key};
use crate::web::layout::Nav;
use crate::web::words::encoded;
use serde::Serialize;

/// Most results of one kind.
const MOST: i64 = 8;
/// People know a serial number by its last digits.
const LAST: usize = 4;

/// One result.
#[derive(Clone, Debug, Serialize)]
pub struct Hit {
    /// "Draftline 2027 361-70518824: Tomás Brandt"
    pub text: String,
    /// `Serial number`, `Contract`, `Person` or `Page`.
    pub kind: &'static str,
    /// Where it leads.
    pub href: String,
}

/// The question.
pub struct FindAnything {
    /// The beginning of something, or the last digits of a serial number.
    pub q: String,
}

#[derive(FromRow)]
struct AssetHit {
    serial: String,
    product: String,
    first_name: String,
    last_name: String,
}

#[derive(FromRow)]
struct ContractHit {
    number: String,
    account: String,
}

#[derive(FromRow)]
struct PersonHit {
    handle: String,
    email: String,
    first_name: String,
    last_name: String,
}

/// The contracts that the reader has to do with, each through its index; the vendor's people have to do with all.
macro_rules! mine {
    ($column:literal, $head:expr) => {
        concat!(
            $head,
            " ",
            $column,
            " IN (SELECT x.id FROM contracts x WHERE x.manager_id = $1
                UNION SELECT x.id FROM contracts x WHERE x.coordinator_id = $1
                UNION SELECT x.contract_id FROM asset_groups x WHERE x.coordinator_id = $1
                UNION SELECT x.contract_id FROM assets x WHERE x.coordinator_id = $1
                UNION SELECT x.contract_id FROM entries x WHERE x.person_id = $1 AND x.ended_at IS NULL
                UNION SELECT x.id FROM memberships m JOIN contracts x ON x.reseller_id = m.account_id
                    WHERE m.person_id = $1) AND"
        )
    };
}
macro_rules! assets {
    () => {
        "SELECT a.serial, r.name AS product, w.first_name, w.last_name
        FROM assets a JOIN contracts c ON c.id = a.contract_id LEFT JOIN asset_groups g ON g.id = a.group_id
        JOIN products r ON r.id = a.product_id
        JOIN people w ON w.id = COALESCE(a.coordinator_id, g.coordinator_id, c.coordinator_id, c.manager_id) WHERE"
    };
}
macro_rules! contracts {
    () => {
        "SELECT c.number, o.name AS account FROM contracts c JOIN accounts o ON o.id = c.account_id WHERE"
    };
}
const MY_ASSETS: &str = mine!("a.contract_id", assets!());
const ALL_ASSETS: &str = assets!();
const MY_CONTRACTS: &str = mine!("c.id", contracts!());
const ALL_CONTRACTS: &str = contracts!();
macro_rules! people {
    ($of:literal) => {
        concat!(
            "SELECT p.handle, p.email, p.first_name, p.last_name FROM people p WHERE p.deactivated_at IS NULL",
            $of,
            " AND"
        )
    };
}
const COLLEAGUES: &str = people!(
    " AND p.id IN (SELECT o.person_id FROM memberships o JOIN contracts c ON c.account_id = o.account_id
        WHERE c.manager_id = $1)"
);
const EVERYBODY: &str = people!("");
const BY_SERIAL: &str = " ORDER BY a.serial LIMIT ";
const BY_NUMBER: &str = " ORDER BY c.number LIMIT ";
const BY_NAME: &str = " ORDER BY p.sort_key LIMIT ";

/// LIKE differs between the databases: a beginning is a range.
fn begins(list: Sql, column: &'static str, below: &'static str, key: &str) -> Sql {
    list.push(column).push(" >= ").push_bind(key).push(below).push_bind(prefix_end(key))
}

fn assets(scope: &Scope<SeeAsset>, staff: bool, q: &str) -> Scoped {
    let found = |list: Sql| {
        let list = begins(list.push(" (("), "a.serial", " AND a.serial < ", q).push(")");
        match q.chars().count() == LAST {
            true => list.push(" OR substr(a.serial, length(a.serial) - 3) = ").push_bind(q).push(") AND"),
            false => list.push(") AND"),
        }
    };
    scope.build(if staff { ALL_ASSETS } else { MY_ASSETS }, found, |s| s.push(BY_SERIAL).push_bind(MOST))
}

/// Only those whose pages the reader may open.
fn contracts(scope: &Scope<AdministerContract>, staff: bool, q: &str) -> Scoped {
    let found = |list: Sql| {
        let list = begins(list.push(" (("), "c.number", " AND c.number < ", q).push(") OR (");
        begins(list, "o.name_key", " AND o.name_key < ", &search_key(q)).push(")) AND")
    };
    scope.build(if staff { ALL_CONTRACTS } else { MY_CONTRACTS }, found, |s| s.push(BY_NUMBER).push_bind(MOST))
}

fn people(scope: &Scope<SeePerson>, staff: bool, q: &str) -> Scoped {
    let (address, name) = (address_key(q), search_key(q));
    let found = |list: Sql| {
        let list = begins(list.push(" (("), "p.email_key", " AND p.email_key < ", &address).push(") OR (");
        let list = begins(list, "p.first_key", " AND p.first_key < ", &name).push(") OR (");
        let list = begins(list, "p.last_key", " AND p.last_key < ", &name).push(") OR (");
        // First and last name in a row, as one types them.
        let full = "p.first_key || ' ' || p.last_key";
        begins(list, full, " AND p.first_key || ' ' || p.last_key < ", &name).push(")) AND")
    };
    scope.build(if staff { EVERYBODY } else { COLLEAGUES }, found, |s| s.push(BY_NAME).push_bind(MOST))
}

impl Query for FindAnything {
    type Action = policy::FindAnything;
    type Output = Vec<Hit>;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Vec<Hit>, AppError> {
        let (q, staff) = (self.q.trim(), permit.is_staff());
        if search_key(q).is_empty() {
            return Ok(Vec::new());
        }
        let serials: Vec<AssetHit> = reader.list(assets(&permit.scope(), staff, q)).await?;
        let opened: Vec<ContractHit> = reader.list(contracts(&permit.scope(), staff, q)).await?;
        let found: Vec<PersonHit> = reader.list(people(&permit.scope(), staff, q)).await?;
        let mut hits: Vec<Hit> = serials.into_iter().map(AssetHit::hit).collect();
        hits.extend(opened.into_iter().map(ContractHit::hit));
        hits.extend(found.into_iter().map(PersonHit::hit));
        Ok(hits)
    }
}

impl AssetHit {
    /// With its coordinator: who that is, is what people ask most.
    fn hit(self) -> Hit {
        let coordinator = full_name(&self.first_name, &self.last_name);
        let text = format!("{} {}: {coordinator}", self.product, self.serial);
        Hit { text, kind: "Serial number", href: format!("/products/{}", encoded(&self.serial)) }
    }
}

impl ContractHit {
    fn hit(self) -> Hit {
        let href = format!("/contracts/{}/products", encoded(&self.number));
        Hit { text: format!("Contract {}, {}", self.number, self.account), kind: "Contract", href }
    }
}

impl PersonHit {
    fn hit(self) -> Hit {
        let name = full_name(&self.first_name, &self.last_name);
        Hit { text: format!("{name}, {}", self.email), kind: "Person", href: format!("/people/{}", self.handle) }
    }
}

/// The pages whose name has each word of what was typed as the beginning of one of its words.
pub fn pages(q: &str, nav: Nav, demo: bool) -> Vec<Hit> {
    let all = [
        (true, "Home", "/"),
        (nav.contracts.is_some(), "Contracts", "/contracts"),
        (nav.coordinators, "Manage Software Coordinators", "/coordinators"),
        (nav.users, "Users", "/users"),
        (nav.users, "Name a user", "/users/new"),
        (nav.renewals, "Renewals", "/renewals"),
        (nav.products, "Products", "/products"),
        (nav.products, "Ask for access", "/access/ask"),
        (nav.notices, "Notices", "/notices"),
        (nav.outbox, "Outbox", "/vendor/outbox"),
        (nav.outbox, "Unattended contracts", "/vendor/unattended"),
        (nav.duplicates, "Duplicates", "/vendor/duplicates"),
        (nav.staff_sign_in, "Sign-in of the staff", "/vendor/settings/sign-in"),
        (true, "Account", "/account"),
        (true, "Help", "/help"),
        (true, "API", "/api"),
        (demo, "Mail of the demo", "/demo/mail"),
    ];
    let key = search_key(q);
    let typed = || key.split_whitespace();
    let fits = |name: &str| {
        let name = search_key(name);
        typed().next().is_some() && typed().all(|part| name.split(' ').any(|word| word.starts_with(part)))
    };
    let hit = |text: &str, href: &str| Hit { text: text.to_owned(), kind: "Page", href: href.to_owned() };
    let open = all.into_iter().filter(|(open, name, _)| *open && fits(name));
    open.map(|(_, name, href)| hit(name, href)).collect()
}

pub(super) fn statements() -> Vec<Sql> {
    let mut all = Vec::new();
    for staff in [true, false] {
        for q in ["x", "0013"] {
            all.push(assets(&Scope::sample(), staff, q).into_sql());
        }
        all.push(contracts(&Scope::sample(), staff, "x").into_sql());
        all.push(people(&Scope::sample(), staff, "x").into_sql());
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_found_by_the_beginnings_of_their_words_where_the_reader_has_them() {
        let names = |q: &str, nav: Nav| pages(q, nav, false).into_iter().map(|hit| hit.text).collect::<Vec<_>>();
        let all = Nav { contracts: Some(4), coordinators: true, users: true, products: true, ..Nav::default() };
        assert_eq!(names("COORD man", all), ["Manage Software Coordinators"]);
        assert_eq!(names("p", all), ["Products"]);
        assert!(
            names("coord", Nav::default()).is_empty() && names(" ", all).is_empty() && names("ome", all).is_empty()
        );
    }
}
