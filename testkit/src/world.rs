//! Makes worlds of any size in the import format: companies, people, contracts, groups, assets and users with the odd texts
//! that real ones have. Every text of a company begins with that company's marker, so that a foreign one is seen anywhere.
use crate::product::FIRST_DAY;
use crate::table::Table;
use jiff::civil::{Date, date};
use std::path::Path;

/// What follows the marker in people's names.
const NAMES: [(&str, &str); 8] = [
    ("Ána", "Núñez Çelik"),
    ("太郎", "山田"),
    ("Łukasz", "Żółć"),
    ("Seán \"Jack\"", "O'Brien; Jr."),
    ("Ντανιέλα", "Τσακίρη"),
    ("admin", "null"),
    ("Nguyễn", "Đặng, Thị"),
    ("Ｆｕｌｌ１２", "Ｗｉｄｔｈ"),
];
const GROUPS: [&str; 4] = ["Łódź", "東京 ２", "Site \"B\"; north", "R&D, 'admin'"];
const PRODUCTS: [(&str, &str, &str); 4] = [
    ("10024", "Formwork Architecture 2024", "Formwork Architecture"),
    ("10427", "Draftline \"Pro\" 2027", "Draftline"),
    ("10825", "SiteMesh; Civil 2025", "SiteMesh Civil"),
    ("10926", "構造 2026", "構造"),
];

#[derive(Clone, Debug)]
pub struct Company {
    pub number: String,
    pub name: String,
    /// Four letters that begin each of its texts and occur in no other company's.
    pub marker: String,
    pub reseller: bool,
}

#[derive(Clone, Debug)]
pub struct Person {
    pub email: String,
    pub first_name: String,
    pub last_name: String,
    /// Indexes of companies.
    pub companies: Vec<usize>,
    pub role: &'static str,
}

impl Person {
    pub fn name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name)
    }
}

#[derive(Clone, Debug)]
pub struct Contract {
    pub number: String,
    pub company: usize,
    pub reseller: Option<usize>,
    pub manager: usize,
    pub start: Date,
    pub end: Date,
    pub coordinator: Option<usize>,
}

#[derive(Clone, Debug)]
pub struct Group {
    pub contract: usize,
    pub name: String,
    pub coordinator: Option<usize>,
}

#[derive(Clone, Debug)]
pub struct Asset {
    pub serial: String,
    pub contract: usize,
    pub group: Option<usize>,
    pub product_code: &'static str,
    pub coordinator: Option<usize>,
}

#[derive(Clone, Debug)]
pub struct User {
    pub person: usize,
    pub contract: usize,
    /// Indexes of assets; none: all of the contract.
    pub assets: Vec<usize>,
    pub grants: &'static str,
}

/// Everything that an import brings. Things refer to each other by their index.
#[derive(Clone, Debug, Default)]
pub struct World {
    pub companies: Vec<Company>,
    pub people: Vec<Person>,
    pub contracts: Vec<Contract>,
    pub groups: Vec<Group>,
    pub assets: Vec<Asset>,
    pub users: Vec<User>,
}

impl World {
    pub fn add_company(&mut self, reseller: bool) -> usize {
        let n = self.companies.len();
        let letter = |n: usize| char::from(b'a' + (n % 26) as u8);
        let marker = format!("Zq{}{}", letter(n / 26), letter(n));
        let name = format!("{marker} Łucja & Söhne, \"{n}\"");
        self.companies.push(Company { number: format!("7{n:03}-{:04}", n * 37 % 10_000), name, marker, reseller });
        n
    }

    pub fn add_person(&mut self, companies: &[usize]) -> usize {
        let n = self.people.len();
        let company = &self.companies[companies[0]];
        let (marker, (first, last)) = (&company.marker, NAMES[n % NAMES.len()]);
        let email = format!("{0}.p{n}@{0}.example", marker.to_lowercase());
        // Every fifth address is written in capitals, as some people write theirs.
        let email = if n % 5 == 4 { email.to_uppercase() } else { email };
        self.people.push(Person {
            email,
            first_name: format!("{marker} {first}"),
            last_name: format!("{marker} {last}"),
            companies: companies.to_vec(),
            role: if company.reseller { "partner" } else { "" },
        });
        n
    }

    pub fn add_people(&mut self, company: usize, count: usize) -> Vec<usize> {
        (0..count).map(|_| self.add_person(&[company])).collect()
    }

    pub fn add_staff(&mut self, role: &'static str) -> usize {
        let email = format!("staff.{role}@vendor.example");
        let (first_name, last_name) = ("Vendor".to_owned(), format!("Staff-{role}"));
        self.people.push(Person { email, first_name, last_name, companies: Vec::new(), role });
        self.people.len() - 1
    }

    /// A contract of the manager's company that begins on a leap day.
    pub fn add_contract(&mut self, company: usize, manager: usize, end: Date) -> usize {
        let n = self.contracts.len();
        let number = format!("11{company:03}{:07}", n * 7_919 % 10_000_000);
        let start = date(2024, 2, 29);
        self.contracts.push(Contract { number, company, reseller: None, manager, start, end, coordinator: None });
        n
    }

    pub fn add_group(&mut self, contract: usize) -> usize {
        let n = self.groups.len();
        let marker = &self.companies[self.contracts[contract].company].marker;
        let name = format!("{marker} {} {n}", GROUPS[n % GROUPS.len()]);
        self.groups.push(Group { contract, name, coordinator: None });
        n
    }

    pub fn add_assets(&mut self, contract: usize, group: Option<usize>, count: usize) -> Vec<usize> {
        let marker = self.companies[self.contracts[contract].company].marker.to_uppercase();
        let first = self.assets.len();
        for n in first..first + count {
            let (serial, product_code) = (format!("{marker}-{n:06}"), PRODUCTS[n % PRODUCTS.len()].0);
            self.assets.push(Asset { serial, contract, group, product_code, coordinator: None });
        }
        (first..first + count).collect()
    }

    /// Writes the import's files into the directory.
    pub fn write(&self, directory: &Path) {
        std::fs::create_dir_all(directory).expect("make the directory");
        let save = |table: Table, file: &str| table.write(&directory.join(file));
        let lower = |person: Option<usize>| person.map_or(String::new(), |p| self.people[p].email.to_lowercase());

        let mut accounts = Table::new("account_number,name,kind,country,domains");
        for c in &self.companies {
            let kind = if c.reseller { "reseller" } else { "customer" };
            accounts.push([&c.number, &c.name, kind, "DE", &format!("{}.example", c.marker.to_lowercase())]);
        }
        save(accounts, "accounts.csv");

        let mut people = Table::new("email,first_name,last_name,account_numbers,language,role");
        for p in &self.people {
            let numbers: Vec<&str> = p.companies.iter().map(|&c| self.companies[c].number.as_str()).collect();
            people.push([&p.email, &p.first_name, &p.last_name, &numbers.join(" "), "en", p.role]);
        }
        save(people, "people.csv");

        let mut products = Table::new("product_code,name,product_line");
        for (code, name, line) in PRODUCTS {
            products.push([code, name, line]);
        }
        save(products, "products.csv");

        let mut contracts = Table::new(
            "contract_number,account_number,reseller_account_number,contract_manager_email,start_date,end_date,program,\
             support_tier,software_coordinator_email",
        );
        for c in &self.contracts {
            let reseller = c.reseller.map_or("", |r| &self.companies[r].number);
            let (account, manager) = (&self.companies[c.company].number, lower(Some(c.manager)));
            let (start, end, coordinator) = (c.start.to_string(), c.end.to_string(), lower(c.coordinator));
            contracts.push([&c.number, account, reseller, &manager, &start, &end, "term", "gold", &coordinator]);
        }
        save(contracts, "contracts.csv");

        let mut groups = Table::new("contract_number,group_name,software_coordinator_email");
        for g in &self.groups {
            groups.push([&self.contracts[g.contract].number, &g.name, &lower(g.coordinator)]);
        }
        save(groups, "groups.csv");

        let mut assets = Table::new(
            "serial_number,contract_number,product_code,release,deployment,seats,group_name,software_coordinator_email",
        );
        for a in &self.assets {
            let (contract, group) = (&self.contracts[a.contract].number, a.group.map_or("", |g| &self.groups[g].name));
            let coordinator = lower(a.coordinator);
            assets.push([&a.serial, contract, a.product_code, "2026.1", "network", "5", group, &coordinator]);
        }
        save(assets, "assets.csv");

        let mut users = Table::new("email,contract_number,serial_numbers,grants");
        for u in &self.users {
            let serials: Vec<&str> = u.assets.iter().map(|&a| self.assets[a].serial.as_str()).collect();
            let (email, contract) = (lower(Some(u.person)), &self.contracts[u.contract].number);
            users.push([&email, contract, &serials.join(" "), u.grants]);
        }
        save(users, "users.csv");
    }
}

/// Three companies (one of them a reseller), six contracts, sixty assets: small enough that random steps meet each other. One
/// contract is in its grace at first, one has lapsed, two end while the clock moves. Person 0 belongs to both customers.
pub fn small() -> World {
    let mut w = World::default();
    let (a, b, reseller) = (w.add_company(false), w.add_company(false), w.add_company(true));
    let both = w.add_person(&[a, b]);
    let (people_a, people_b) = (w.add_people(a, 8), w.add_people(b, 6));
    w.add_people(reseller, 1);
    w.add_staff("support");
    let in_days = |days: i32| FIRST_DAY.checked_add(jiff::Span::new().days(days)).expect("a day");
    let plan = [
        (a, both, date(2032, 2, 29)),
        (a, both, in_days(-10)),
        (a, people_a[0], in_days(60)),
        (a, people_a[0], in_days(-31)),
        (b, people_b[0], date(2032, 2, 29)),
        (b, both, in_days(120)),
    ];
    for (n, (company, manager, end)) in plan.into_iter().enumerate() {
        let people = if company == a { &people_a } else { &people_b };
        let contract = w.add_contract(company, manager, end);
        let (first, second) = (w.add_group(contract), w.add_group(contract));
        let assets = w.add_assets(contract, None, 4);
        w.add_assets(contract, Some(first), 3);
        w.add_assets(contract, Some(second), 3);
        w.assets[assets[0]].coordinator = Some(people[1]);
        w.groups[first].coordinator = Some(people[2]);
        w.contracts[contract].coordinator = (n % 2 == 1).then_some(people[3]);
        w.contracts[contract].reseller = (n % 4 == 0).then_some(reseller);
        let named = if n % 2 == 0 { Vec::new() } else { vec![assets[1], assets[2]] };
        w.users.push(User { person: people[4], contract, assets: named, grants: "support learning" });
    }
    w
}
