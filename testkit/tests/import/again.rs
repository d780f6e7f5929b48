//! A later import never undoes customers' work; `--take` does, and can be undone; `--set-aside` and `--dry-run`.
use super::{assert_same, copy};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use testkit::http::escape;
use testkit::product::{Engine, Product, text};
use testkit::table::Table;
use testkit::world::{self, World};

/// What the customer did, the vendor does not know and must keep: everything here is on contract 0, of person 0.
struct Story {
    world: World,
    contract: String,
    /// Serial numbers of that contract, in order.
    serials: Vec<String>,
}

pub fn on(engine: Engine) {
    let product = Product::new(engine);
    let world = world::small();
    world.write(&product.path("world"));
    product.import(&product.path("world")).ok();
    let serials = world.assets.iter().filter(|a| a.contract == 0).map(|a| a.serial.clone()).collect();
    let story = Story { contract: world.contracts[0].number.clone(), serials, world };
    customer_works(&product, &story);

    let ours = product.export("ours");
    let theirs = product.path("theirs");
    copy(&ours, &theirs);
    let expected = vendor_changes(&theirs, &story);

    let dry = product.run(&["import", "--dry-run", "--json", text(&theirs)]).ok().json();
    assert_same(&ours, &product.export("dry"), "a dry run");
    let report = product.run(&["import", "--json", text(&theirs)]).ok().json();
    for part in ["added", "updated", "differences"] {
        assert_eq!(dry[part], report[part], "the dry run promised something else: {part}");
    }
    assert!(report["change_set"].is_null(), "{report:#}");
    assert_eq!(differences(&report), expected, "{report:#}");
    let total = |part: &str| report[part].as_object().expect(part).values().map(|n| n.as_u64().unwrap_or(0)).sum();
    assert_eq!(
        (total("added"), total("updated")),
        (1, 4),
        "one new asset; account, product, contract, asset: {report:#}"
    );
    let kept = product.export("kept");
    vendors_part(&kept, &theirs, &ours);
    product.check();

    let listed = take_and_undo(&product, &story, &theirs, &kept);
    set_aside(&product, &story);
    product.check();
    println!("{engine:?}: a later import kept {listed} differences, --take took them, undo gave them back");
}

/// Through the API, as customers do.
fn customer_works(product: &Product, story: &Story) {
    let server = product.serve();
    let manager = product.api(&server, &story.world.people[0].email);
    let path = format!("/api/v1/contracts/{}/coordinator-assignments", story.contract);
    let colleague = &story.world.people[3].email;
    let body = json!({ "coordinator": { "email": colleague }, "to": { "serial_numbers": story.serials[..3] } });
    assert_eq!(manager.post(&path, &body).ok().number("changed"), 3);
    server.stop();
}

/// The vendor's next export: its own news, and no idea of what the customer did. Returns the differences to be listed.
fn vendor_changes(directory: &Path, story: &Story) -> BTreeSet<(String, String)> {
    let edit = |file: &str, changes: &dyn Fn(&mut Table)| {
        let mut table = Table::read(&directory.join(file));
        changes(&mut table);
        table.write(&directory.join(file));
    };
    let row =
        |table: &Table, key: &str| table.rows.iter().position(|r| r.iter().any(|field| field == key)).expect("a row");
    let email = |person: usize| story.world.people[person].email.clone();
    let serial = |n: usize| story.serials[n].as_str();
    edit("accounts.csv", &|t| t.set(0, "name", "Zqaa renamed"));
    edit("products.csv", &|t| t.set(0, "name", "Formwork Architecture 2024 R2"));
    edit("contracts.csv", &|t| {
        let contract = row(t, &story.contract);
        t.set(contract, "end_date", "2033-03-31");
        t.set(contract, "contract_manager_email", &email(1));
        t.set(contract, "software_coordinator_email", &email(5));
    });
    edit("groups.csv", &|t| {
        let group = row(t, &story.world.groups[0].name);
        t.set(group, "software_coordinator_email", &email(6));
    });
    edit("assets.csv", &|t| {
        let mut bought = t.rows[row(t, serial(0))].clone();
        bought[0] = "ZQAA-NEW".to_owned();
        let (first, second, third) = (row(t, serial(0)), row(t, serial(1)), row(t, serial(2)));
        t.set(first, "seats", "77");
        t.set(first, "software_coordinator_email", &email(7));
        t.set(second, "software_coordinator_email", "");
        t.set(third, "group_name", &story.world.groups[1].name);
        t.rows.push(bought);
    });
    edit("users.csv", &|t| {
        let user = row(t, &story.contract);
        t.set(user, "grants", "releases");
    });
    let listed = [
        ("contracts.csv", "contract_manager_email"),
        ("contracts.csv", "software_coordinator_email"),
        ("groups.csv", "software_coordinator_email"),
        ("assets.csv", "software_coordinator_email"),
        ("assets.csv", "group_name"),
        ("users.csv", "grants"),
    ];
    listed.map(|(file, column)| (file.to_owned(), column.to_owned())).into()
}

fn differences(report: &Value) -> BTreeSet<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let list = report["differences"].as_array().unwrap_or_else(|| panic!("no differences in {report}"));
    for item in list {
        assert!(item["ours"] != item["theirs"] && item["key"].is_string(), "{item}");
    }
    assert_eq!(list.len(), 7, "{report:#}");
    list.iter().map(|item| (text(&item["file"]), text(&item["column"]))).collect()
}

/// The vendor's columns are those of the file, the customer's those of before; the new asset is there as the file has it.
fn vendors_part(kept: &Path, theirs: &Path, ours: &Path) {
    let read = |directory: &Path, file: &str| Table::read(&directory.join(file));
    let same = |file: &str, key: &str, column: &str, from: &Path, but: &str| {
        let (mut now, mut wanted) = (read(kept, file).map(key, column), read(from, file).map(key, column));
        now.remove(but);
        wanted.remove(but);
        assert_eq!(now, wanted, "{file}, {column}");
    };
    same("accounts.csv", "account_number", "name", theirs, "");
    same("products.csv", "product_code", "name", theirs, "");
    same("contracts.csv", "contract_number", "end_date", theirs, "");
    same("assets.csv", "serial_number", "seats", theirs, "");
    for column in ["contract_manager_email", "software_coordinator_email"] {
        same("contracts.csv", "contract_number", column, ours, "");
    }
    for column in ["group_name", "software_coordinator_email"] {
        same("assets.csv", "serial_number", column, ours, "ZQAA-NEW");
    }
    for file in ["groups.csv", "users.csv", "people.csv"] {
        assert_eq!(read(kept, file), read(ours, file), "{file}");
    }
}

/// `--take`: the file wins, except for the Contract Manager. Undone through the API, all is as before. Returns how many
/// differences there were.
fn take_and_undo(product: &Product, story: &Story, theirs: &Path, kept: &Path) -> usize {
    let take = ["import", "--json", "--take", "coordinators,groups,users", text(theirs)];
    let report = product.run(&take).ok().json();
    let set = report["change_set"].as_str().unwrap_or_else(|| panic!("no change_set in {report:#}")).to_owned();
    product.check();
    let taken = product.export("taken");
    for file in ["groups.csv", "users.csv", "assets.csv"] {
        let (now, wanted) = (Table::read(&taken.join(file)), Table::read(&theirs.join(file)));
        let rows = |table: &Table| table.rows.iter().map(|r| r.join("|").to_lowercase()).collect::<BTreeSet<_>>();
        assert_eq!(rows(&now), rows(&wanted), "{file} after --take");
    }
    let column =
        |directory: &Path, name: &str| Table::read(&directory.join("contracts.csv")).map("contract_number", name);
    let coordinators = column(&taken, "software_coordinator_email");
    assert_eq!(coordinators, column(theirs, "software_coordinator_email"), "coordinators of contracts after --take");
    let managers = column(&taken, "contract_manager_email");
    assert_eq!(managers, column(kept, "contract_manager_email"), "an import never replaces a Contract Manager");

    let server = product.serve();
    let manager = product.api(&server, &story.world.people[0].email);
    let undone = manager.post(&format!("/api/v1/change-sets/{}/undo", escape(&set)), &json!({ "preview": false })).ok();
    assert_eq!((undone.number("reverted"), undone.number("kept")), (6, 0), "{undone:?}");
    server.stop();
    product.check();
    assert_same(kept, &product.export("undone"), "import --take, undone");
    report["differences"].as_array().map_or(0, Vec::len)
}

/// One typo must not stop a nightly run: good rows come in, bad ones are written down, each with its reason.
fn set_aside(product: &Product, story: &Story) {
    let directory = product.path("nightly");
    fs::create_dir_all(&directory).expect("make the directory");
    let mut assets = Table::new(
        "serial_number,contract_number,product_code,release,deployment,seats,group_name,software_coordinator_email",
    );
    for (serial, product_code, seats) in [("BAD-1", "10024", "many"), ("GOOD-1", "10024", "5"), ("BAD-2", "77777", "5")]
    {
        assets.push([serial, &story.contract, product_code, "2026", "network", seats, "", ""]);
    }
    assets.write(&directory.join("assets.csv"));
    let refused = product.path("refused.csv");
    product.run(&["import", "--set-aside", text(&refused), text(&directory)]).ok();
    let (out, now) = (fs::read_to_string(&refused).expect("the refused rows"), product.export("nightly-after"));
    let serials = Table::read(&now.join("assets.csv")).map("serial_number", "seats");
    let there = ["BAD-1", "GOOD-1", "BAD-2"].map(|serial| serials.contains_key(serial));
    assert_eq!(there, [false, true, false]);
    let line =
        |serial: &str| out.lines().find(|line| line.contains(serial)).unwrap_or_else(|| panic!("{serial}: {out}"));
    assert!(line("BAD-1").contains("seats") && line("BAD-2").contains("product_code"), "each with its reason:\n{out}");
    assert!(!out.contains("GOOD-1"), "{out}");
}
