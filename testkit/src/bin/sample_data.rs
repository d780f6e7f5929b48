//! Made `testkit/data/vendor-export` out of a vendor's export:
//!
//!     cargo run -p testkit --bin sample_data -- FROM TO
//!
//! Copies the files as they are, adds `groups.csv` (groups that assets use and empty ones, some with a coordinator) and the
//! coordinators of some whole contracts. The same input always gives the same files.
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use testkit::table::Table;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [from, to] = arguments.as_slice() else { panic!("usage: sample_data FROM TO") };
    let (from, to) = (Path::new(from), Path::new(to));
    fs::create_dir_all(to).expect("make the directory");
    for file in ["accounts.csv", "people.csv", "products.csv", "assets.csv", "users.csv"] {
        fs::write(to.join(file), fs::read(from.join(file)).expect(file)).expect(file);
    }
    let members = members_by_account(&Table::read(&from.join("people.csv")));
    let contracts = Table::read(&from.join("contracts.csv"));
    let text = fs::read_to_string(from.join("contracts.csv")).expect("contracts.csv");
    fs::write(to.join("contracts.csv"), with_coordinators(&text, &contracts, &members)).expect("contracts.csv");
    groups(&Table::read(&from.join("assets.csv")), &contracts, &members).write(&to.join("groups.csv"));
}

type Members = BTreeMap<String, Vec<String>>;

/// Addresses of the people of each company, in the order of the file.
fn members_by_account(people: &Table) -> Members {
    let mut members = Members::new();
    for row in 0..people.rows.len() {
        for account in people.get(row, "account_numbers").split(' ').filter(|a| !a.is_empty()) {
            members.entry(account.to_owned()).or_default().push(people.get(row, "email").to_owned());
        }
    }
    members
}

/// Every seventh contract gets one of the company's people. Fields that were there stay byte for byte.
fn with_coordinators(text: &str, contracts: &Table, members: &Members) -> String {
    let mut out = String::new();
    for (line, row) in text.lines().zip(0..) {
        let added = match row {
            0 => "software_coordinator_email",
            n if n % 7 == 0 => pick(members, contracts.get(n - 1, "account_number"), n),
            _ => "",
        };
        out += &format!("{line},{added}\n");
    }
    out
}

/// Every tenth group that assets use, and a new one on every tenth contract; two of three have a coordinator.
fn groups(assets: &Table, contracts: &Table, members: &Members) -> Table {
    let account = contracts.map("contract_number", "account_number");
    let named = |row: usize| (assets.get(row, "contract_number"), assets.get(row, "group_name"));
    let mut used: Vec<_> = (0..assets.rows.len()).map(named).filter(|(_, name)| !name.is_empty()).collect();
    used.sort_unstable();
    used.dedup();
    let new = contracts.rows.iter().step_by(10).map(|row| (row[0].as_str(), "Empty until the next purchase, \"Süd\""));
    let mut table = Table::new("contract_number,group_name,software_coordinator_email");
    for (n, (contract, name)) in used.into_iter().step_by(10).chain(new).enumerate() {
        let coordinator = if n % 3 == 0 { "" } else { pick(members, &account[contract], n) };
        table.push([contract, name, coordinator]);
    }
    table
}

fn pick<'a>(members: &'a Members, account: &str, n: usize) -> &'a str {
    let people = &members[account];
    &people[n % people.len()]
}
