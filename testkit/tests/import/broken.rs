//! Broken files, one per kind of error, two errors in each: refused, both named, nothing written.
use super::{assert_same, copy};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use testkit::product::{Engine, Product, sample_data};
use testkit::table::Table;
use testkit::world;

/// Where an error is, and the value that is wrong. None: any.
#[derive(Debug)]
struct Planted {
    file: &'static str,
    line: u64,
    column: Option<&'static str>,
    value: Option<String>,
}

/// A directory with mistakes in it.
struct Variant {
    directory: PathBuf,
    planted: Vec<Planted>,
}

impl Variant {
    fn table(&self, file: &str) -> Table {
        Table::read(&self.directory.join(file))
    }

    fn plant(&mut self, file: &'static str, line: usize, column: Option<&'static str>, value: Option<&str>) {
        self.planted.push(Planted { file, line: line as u64, column, value: value.map(str::to_owned) });
    }

    /// Another value in one field. Rows count from 0 below the header.
    fn edit(&mut self, file: &'static str, row: usize, column: &'static str, value: &str) {
        let mut table = self.table(file);
        table.set(row, column, value);
        table.write(&self.directory.join(file));
        self.plant(file, row + 2, Some(column), Some(value));
    }

    /// The same in two rows.
    fn edit_two(&mut self, file: &'static str, column: &'static str, values: [&str; 2]) {
        self.edit(file, 3, column, values[0]);
        self.edit(file, 7, column, values[1]);
    }

    /// A further row, made of the given one. The column is where the mistake is.
    fn add(&mut self, file: &'static str, from: usize, changes: &[(&str, &str)], column: &'static str) {
        let mut table = self.table(file);
        let row = table.rows.len();
        table.rows.push(table.rows[from].clone());
        for (name, value) in changes {
            table.set(row, name, value);
        }
        table.write(&self.directory.join(file));
        let value = table.get(row, column).to_owned();
        self.plant(file, row + 2, Some(column), Some(&value));
    }

    /// Bytes of the line of a row replaced as they are. The line says enough about where.
    fn bytes(&mut self, file: &'static str, row: usize, change: impl FnOnce(&mut Vec<u8>)) {
        let path = self.directory.join(file);
        let content = fs::read(&path).expect("read a file");
        let mut lines: Vec<Vec<u8>> = content.split(|&b| b == b'\n').map(<[u8]>::to_vec).collect();
        change(&mut lines[row + 1]);
        fs::write(&path, lines.join(&b'\n')).expect("write a file");
        self.plant(file, row + 2, None, None);
    }

    fn header(&mut self, file: &'static str, change: impl FnOnce(&mut Table), column: &'static str) {
        let mut table = self.table(file);
        change(&mut table);
        table.write(&self.directory.join(file));
        self.plant(file, 1, Some(column), None);
    }

    /// Somebody who belongs to other companies only than the contract's.
    fn outsider(&self, contract_number: &str) -> String {
        let account = self.table("contracts.csv").map("contract_number", "account_number")[contract_number].clone();
        let people = self.table("people.csv");
        let outside = |&row: &usize| {
            let numbers = people.get(row, "account_numbers");
            people.get(row, "role").is_empty() && !numbers.split(' ').any(|n| n == account)
        };
        let row = (0..people.rows.len()).find(outside).expect("somebody of another company");
        people.get(row, "email").to_owned()
    }

    /// The first row, from the given one on, where a column reads so.
    fn row_where(&self, file: &str, from: usize, column: &str, is: impl Fn(&str) -> bool) -> usize {
        let table = self.table(file);
        (from..table.rows.len()).find(|&row| is(table.get(row, column))).expect("such a row")
    }
}

type Break = fn(&mut Variant);

fn drop_column(table: &mut Table, name: &str) {
    let column = table.column(name);
    for row in std::iter::once(&mut table.header).chain(&mut table.rows) {
        row.remove(column);
    }
}

fn add_column(table: &mut Table, name: &str) {
    table.header.push(name.to_owned());
    table.rows.iter_mut().for_each(|row| row.push("x".to_owned()));
}

const FIELDS: [(&str, Break); 19] = [
    ("bad date", |v| {
        v.edit("contracts.csv", 3, "start_date", "2023-02-29");
        v.edit("contracts.csv", 7, "end_date", "28.02.2027");
    }),
    ("end before start", |v| v.edit_two("contracts.csv", "end_date", ["2001-01-01", "2002-02-02"])),
    ("unknown account", |v| v.edit_two("contracts.csv", "account_number", ["0000-0000", "9999-9999"])),
    ("unknown account of a person", |v| {
        v.edit_two("people.csv", "account_numbers", ["0000-0000", "5000-1186 9999-9999"])
    }),
    ("unknown product", |v| v.edit_two("assets.csv", "product_code", ["00000", "no-such"])),
    ("seats not a number", |v| v.edit_two("assets.csv", "seats", ["many", "-3"])),
    ("wrong deployment", |v| v.edit_two("assets.csv", "deployment", ["cloud", ""])),
    ("wrong program", |v| v.edit_two("contracts.csv", "program", ["lease", ""])),
    ("wrong tier", |v| v.edit_two("contracts.csv", "support_tier", ["silver", "GOLDEN"])),
    ("wrong kind", |v| v.edit_two("accounts.csv", "kind", ["vendor", ""])),
    ("wrong role", |v| v.edit_two("people.csv", "role", ["boss", "partners"])),
    ("unknown grant", |v| v.edit_two("users.csv", "grants", ["support superpowers", "everything"])),
    ("unknown contract of an asset", |v| {
        for (row, number) in [(100, "999999999999"), (700, "110")] {
            v.edit("assets.csv", row, "contract_number", number);
        }
    }),
    ("unknown contract of a group", |v| v.edit_two("groups.csv", "contract_number", ["999999999999", "110"])),
    ("unknown contract of a user", |v| v.edit_two("users.csv", "contract_number", ["999999999999", "110"])),
    ("unknown user", |v| v.edit_two("users.csv", "email", ["nobody@firm66.example", "none@nowhere.example"])),
    ("wrong e-mail", |v| {
        v.add("people.csv", 50, &[("email", "not-an-address")], "email");
        v.add("people.csv", 50, &[("email", "two@@signs.example")], "email");
    }),
    ("empty key", |v| {
        v.add("accounts.csv", 9, &[("account_number", "")], "account_number");
        v.add("assets.csv", 9, &[("serial_number", "")], "serial_number");
    }),
    ("too long value", |v| {
        v.edit("accounts.csv", 3, "name", &"very long ".repeat(500));
        v.edit("people.csv", 7, "last_name", &"é".repeat(5_000));
    }),
];

const RELATIONS: [(&str, Break); 10] = [
    ("Contract Manager not of the account", |v| {
        for row in [3, 7] {
            let outsider = v.outsider(v.table("contracts.csv").get(row, "contract_number"));
            v.edit("contracts.csv", row, "contract_manager_email", &outsider);
        }
    }),
    ("coordinator of a contract not of the account", |v| {
        for row in [3, 7] {
            let outsider = v.outsider(v.table("contracts.csv").get(row, "contract_number"));
            v.edit("contracts.csv", row, "software_coordinator_email", &outsider);
        }
    }),
    ("coordinator of an asset or group not of the account", |v| {
        for (file, row) in [("assets.csv", 500), ("groups.csv", 5)] {
            let outsider = v.outsider(v.table(file).get(row, "contract_number"));
            v.edit(file, row, "software_coordinator_email", &outsider);
        }
    }),
    ("reseller that is none", |v| {
        v.edit_two("contracts.csv", "reseller_account_number", ["5006-3665", "0000-0000"]);
    }),
    ("partner without a reseller", |v| {
        v.add("people.csv", 0, &[("email", "p1@new.example"), ("account_numbers", "")], "account_numbers");
        v.add("people.csv", 0, &[("email", "p2@new.example"), ("account_numbers", "5006-3665")], "account_numbers");
    }),
    ("staff with an account", |v| {
        let staff = v.row_where("people.csv", 0, "role", |role| role == "support");
        let other = v.row_where("people.csv", 0, "role", |role| role == "auditor");
        v.edit("people.csv", staff, "account_numbers", "5006-3665");
        v.edit("people.csv", other, "account_numbers", "5000-1186");
    }),
    ("duplicate key", |v| {
        v.add("accounts.csv", 9, &[], "account_number");
        // Addresses compare without regard to case.
        let address = v.table("people.csv").get(50, "email").to_uppercase();
        v.add("people.csv", 50, &[("email", &address)], "email");
    }),
    ("serial number on two contracts", |v| {
        for row in [10, 20] {
            let table = v.table("assets.csv");
            let other = v.row_where("assets.csv", row, "contract_number", |c| c != table.get(row, "contract_number"));
            let number = table.get(other, "contract_number").to_owned();
            let changes =
                [("contract_number", number.as_str()), ("group_name", ""), ("software_coordinator_email", "")];
            v.add("assets.csv", row, &changes, "serial_number");
        }
    }),
    ("group twice", |v| {
        for row in [2, 4] {
            let name = v.table("groups.csv").get(row, "group_name").to_uppercase();
            v.add("groups.csv", row, &[("group_name", &name)], "group_name");
        }
    }),
    ("user of a serial number of another contract", |v| {
        for from in [0, 50] {
            let row = v.row_where("users.csv", from, "serial_numbers", |s| !s.is_empty());
            let contract = v.table("users.csv").get(row, "contract_number").to_owned();
            let other = v.row_where("assets.csv", 0, "contract_number", |c| c != contract);
            let serial = v.table("assets.csv").get(other, "serial_number").to_owned();
            v.edit("users.csv", row, "serial_numbers", &serial);
        }
    }),
];

const FORM: [(&str, Break); 5] = [
    ("missing column", |v| {
        v.header("assets.csv", |table| drop_column(table, "seats"), "seats");
        v.header("accounts.csv", |table| drop_column(table, "country"), "country");
    }),
    ("unknown column", |v| {
        v.header("accounts.csv", |table| add_column(table, "colour"), "colour");
        v.header("people.csv", |table| add_column(table, "nickname"), "nickname");
    }),
    ("broken quoting", |v| {
        v.bytes("products.csv", 3, |line| line.splice(0..0, *b"\"1\"0").for_each(drop));
        v.bytes("accounts.csv", 7, |line| line.splice(0..0, *b"\"5\"0").for_each(drop));
    }),
    ("not UTF-8", |v| {
        v.bytes("accounts.csv", 3, |line| line.insert(12, 0xff));
        v.bytes("people.csv", 7, |line| line.insert(12, 0xe9));
    }),
    ("a field too few, one too many", |v| {
        v.bytes("products.csv", 3, |line| line.truncate(line.iter().rposition(|&b| b == b',').expect("a comma")));
        v.bytes("accounts.csv", 7, |line| line.extend(b",surplus"));
    }),
];

/// All resellers and every eighth customer of the sample data, with all that hangs on them: as good as all, and faster.
fn part_of_the_sample(to: &Path) {
    copy(&sample_data(), to);
    let keep = |file: &str, keeps: &dyn Fn(&[String], &Table) -> bool| {
        let mut table = Table::read(&to.join(file));
        let header = Table { rows: Vec::new(), ..table.clone() };
        table.rows.retain(|row| keeps(row, &header));
        table.write(&to.join(file));
        table
    };
    let text = |row: &[String], table: &Table, column: &str| row[table.column(column)].clone();
    let mut accounts = Table::read(&to.join("accounts.csv"));
    let (kind, mut n) = (accounts.column("kind"), 0);
    accounts.rows.retain(|row| {
        n += usize::from(row[kind] != "reseller");
        row[kind] == "reseller" || n % 8 == 1
    });
    accounts.write(&to.join("accounts.csv"));
    let numbers: BTreeSet<String> = accounts.map("account_number", "name").into_keys().collect();
    let mut people = Table::read(&to.join("people.csv"));
    let (column, role) = (people.column("account_numbers"), people.column("role"));
    people.rows.retain_mut(|row| {
        let kept: Vec<&str> = row[column].split(' ').filter(|&n| numbers.contains(n)).collect();
        row[column] = kept.join(" ");
        !row[column].is_empty() || !row[role].is_empty()
    });
    people.write(&to.join("people.csv"));
    let contracts = keep("contracts.csv", &|row, t| numbers.contains(&text(row, t, "account_number")));
    let contracts: BTreeSet<String> = contracts.map("contract_number", "program").into_keys().collect();
    for file in ["groups.csv", "assets.csv", "users.csv"] {
        keep(file, &|row, t| contracts.contains(&text(row, t, "contract_number")));
    }
}

/// The database already holds another vendor's world, so that "nothing written" means something.
pub fn on(engine: Engine) {
    let product = Product::new(engine);
    let whole = product.path("whole");
    part_of_the_sample(&whole);
    world::small().write(&product.path("world"));
    product.import(&product.path("world")).ok();
    let before = product.export("before");
    let mut further = 0;
    let variants: Vec<(&str, Break)> = [&FIELDS[..], &RELATIONS, &FORM].concat();
    for (n, (name, make)) in variants.iter().enumerate() {
        let mut variant = Variant { directory: product.path(&format!("broken-{n}")), planted: Vec::new() };
        copy(&whole, &variant.directory);
        make(&mut variant);
        assert_eq!(variant.planted.len(), 2, "{name}");
        further += refused(&product, name, &variant);
        assert_same(&before, &product.export("after"), name);
        fs::remove_dir_all(&variant.directory).expect("remove the variant");
    }
    product.import(&whole).ok();
    product.check();
    println!(
        "{engine:?}: {} kinds of error, two of each: all refused, all named, nothing written ({further} errors that follow)",
        variants.len()
    );
}

/// Returns how many errors were reported beside the planted ones.
fn refused(product: &Product, name: &str, variant: &Variant) -> usize {
    let directory = path_text(&variant.directory);
    let (plain, json) = (product.run(&["import", directory]), product.run(&["import", "--json", directory]));
    assert_eq!((plain.code, json.code), (1, 1), "{name}: {plain:?}");
    let report = json.json();
    let errors = report["errors"].as_array().unwrap_or_else(|| panic!("{name}: no errors in {report}"));
    for planted in &variant.planted {
        let Planted { file, line, column, value } = planted;
        let listed = errors.iter().any(|error| {
            error["file"] == *file
                && error["line"] == *line
                && column.is_none_or(|column| error["column"] == column)
                && value.as_ref().is_none_or(|value| names(error["value"].as_str(), value))
                && error["message"].as_str().is_some_and(|message| !message.is_empty())
        });
        assert!(listed, "{name}: {planted:?} is not among {report:#}");
        let begin = format!("{file}:{line}: {}", column.map_or(String::new(), |column| format!("{column}: ")));
        let printed = plain.stderr.lines().any(|line| {
            line.starts_with(&begin) && value.as_ref().is_none_or(|value| names(line.rsplit(": ").next(), value))
        });
        assert!(printed, "{name}: no line {begin}… {value:?} in\n{}", plain.stderr);
    }
    errors.len() - variant.planted.len()
}

/// A long value may be cut, and of a list the wrong part is enough.
fn names(shown: Option<&str>, value: &str) -> bool {
    let shown = shown.unwrap_or_default().trim_end_matches('…');
    if value.is_empty() { shown.is_empty() } else { !shown.is_empty() && value.contains(shown) }
}

fn path_text(path: &Path) -> &str {
    testkit::product::text(path)
}
