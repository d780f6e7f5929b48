//! Whom the vendor's own files name, read anew and without the product: the effective coordinator of each serial number of the
//! line whose contract runs that day, with how many serial numbers.
use jiff::civil::Date;
use std::collections::BTreeMap;
use testkit::product::sample_data;
use testkit::table::Table;

pub fn recipients(line: &str, day: Date) -> BTreeMap<String, u64> {
    let read = |name: &str| Table::read(&sample_data().join(name));
    let (contracts, groups, assets) = (read("contracts.csv"), read("groups.csv"), read("assets.csv"));
    let lines = read("products.csv").map("product_code", "product_line");
    let by_number: BTreeMap<&str, usize> =
        (0..contracts.rows.len()).map(|row| (contracts.get(row, "contract_number"), row)).collect();
    let of_group: BTreeMap<(&str, String), &str> = (0..groups.rows.len())
        .map(|row| {
            let key = (groups.get(row, "contract_number"), groups.get(row, "group_name").to_lowercase());
            (key, groups.get(row, "software_coordinator_email"))
        })
        .collect();
    let mut told = BTreeMap::new();
    for row in 0..assets.rows.len() {
        if lines[assets.get(row, "product_code")] != line {
            continue;
        }
        let number = assets.get(row, "contract_number");
        let contract = by_number[number];
        let on = |column: &str| -> Date { contracts.get(contract, column).parse().expect("a day") };
        if day < on("start_date") || day > on("end_date") {
            continue;
        }
        let group = assets.get(row, "group_name");
        let named = [
            assets.get(row, "software_coordinator_email"),
            of_group.get(&(number, group.to_lowercase())).copied().unwrap_or_default(),
            contracts.get(contract, "software_coordinator_email"),
            contracts.get(contract, "contract_manager_email"),
        ];
        let email = named.into_iter().find(|email| !email.is_empty()).expect("a manager");
        *told.entry(email.to_lowercase()).or_default() += 1;
    }
    told
}
