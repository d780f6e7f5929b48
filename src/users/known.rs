//! What the rules need to know of those who are to be named: three statements, however many they are.
use super::input::{Grant, Grants, Input};
use super::rules::{Access, Facts, Known};
use crate::db::{FromRow, Reader, Sql, WriteTx};
use crate::error::AppError;
use crate::policy::{Action, AssignCoordinator, Contract, GiveAccess, NameUsers, Permit, Scope, Scoped};
use crate::text::address_key;
use std::collections::{BTreeSet, HashMap};

#[derive(FromRow)]
struct PersonRow {
    email_key: String,
    first_name: String,
    last_name: String,
    email: String,
    member: bool,
    confirmed: bool,
    deactivated: bool,
    entry: Option<i64>,
    all_assets: bool,
    releases: bool,
    extensions: bool,
    support: bool,
    learning: bool,
}

#[derive(FromRow)]
struct AssetRow {
    entry: i64,
    serial: String,
    own: bool,
}

/// `$1` the actor, `$2` the contract.
const PEOPLE: &str =
    "SELECT v.column1 AS email_key, p.first_name, p.last_name, p.email, m.person_id IS NOT NULL AS member,
        m.confirmed_at IS NOT NULL AS confirmed, p.deactivated_at IS NOT NULL AS deactivated, e.id AS entry,
        COALESCE(e.all_assets, FALSE) AS all_assets, COALESCE(e.releases, FALSE) AS releases,
        COALESCE(e.extensions, FALSE) AS extensions, COALESCE(e.support, FALSE) AS support,
        COALESCE(e.learning, FALSE) AS learning FROM (";
const OF_CONTRACT: &str = ") v CROSS JOIN people p JOIN contracts c ON c.id = $2
    LEFT JOIN memberships m ON m.account_id = c.account_id AND m.person_id = p.id
    LEFT JOIN entries e ON e.contract_id = c.id AND e.person_id = p.id AND e.ended_at IS NULL
    WHERE p.email_key = v.column1 AND";
const ASSETS: &str = "SELECT e.id AS entry, a.serial,
        COALESCE(a.coordinator_id, g.coordinator_id, c.coordinator_id, c.manager_id) = $1 AS own FROM (";
const OF_ENTRIES: &str = ") v CROSS JOIN people p JOIN contracts c ON c.id = $2
    JOIN entries e ON e.contract_id = c.id AND e.person_id = p.id AND e.ended_at IS NULL
    JOIN entry_assets x ON x.entry_id = e.id JOIN assets a ON a.id = x.asset_id
    LEFT JOIN asset_groups g ON g.id = a.group_id WHERE p.email_key = v.column1 AND";
/// Of the serial numbers asked for those of which the actor may give access.
const SERIALS: &str = "SELECT a.serial FROM (";
const OF_SERIALS: &str = ") v CROSS JOIN assets a JOIN contracts c ON c.id = a.contract_id
    LEFT JOIN asset_groups g ON g.id = a.group_id WHERE a.serial = v.column1 AND a.contract_id = $2 AND";
const DOMAINS: &str = "SELECT d.domain FROM contracts c JOIN account_domains d ON d.account_id = c.account_id
    WHERE c.id = $2 AND";

fn of<A: Action>(
    scope: &Scope<A>,
    head: &'static str,
    contract: crate::ids::ContractId,
    part: &[String],
    then: &'static str,
) -> Scoped {
    scope.build(head, |s| s.bind(contract).push_values(part).push(then), |s| s)
}

/// Both ways of reading have the same methods and no common type.
macro_rules! load {
    ($on:expr, $permit:expr, $input:expr) => {{
        let (contract, names) = ($permit.target().0, $permit.scope::<NameUsers>());
        let keys: BTreeSet<String> = $input.users.iter().map(|user| address_key(&user.email)).collect();
        let serials: BTreeSet<String> =
            $input.users.iter().filter_map(|user| user.serial_numbers.as_ref()).flatten().cloned().collect();
        let (keys, serials) = (Vec::from_iter(keys), Vec::from_iter(serials));
        let mut facts = Facts { manages: $permit.may::<AssignCoordinator>(), ..Facts::default() };
        let (mut people, mut assets): (Vec<PersonRow>, Vec<AssetRow>) = (Vec::new(), Vec::new());
        for part in Sql::batches(&keys) {
            people.extend($on.list::<PersonRow>(of(&names, PEOPLE, contract, part, OF_CONTRACT)).await?);
            assets.extend($on.list::<AssetRow>(of(&names, ASSETS, contract, part, OF_ENTRIES)).await?);
        }
        for part in Sql::batches(&serials) {
            let give = $permit.scope::<GiveAccess>();
            let found: Vec<(String,)> = $on.list(of(&give, SERIALS, contract, part, OF_SERIALS)).await?;
            facts.serials.extend(found.into_iter().map(|(serial,)| serial));
        }
        let domains: Vec<(String,)> = $on.list(names.select(DOMAINS, contract, |s| s)).await?;
        facts.domains = domains.into_iter().map(|(domain,)| domain).collect();
        facts.people = known(people, assets);
        Ok(facts)
    }};
}

/// Inside a write.
pub async fn facts<A>(tx: &mut WriteTx, permit: &Permit<A>, input: &Input) -> Result<Facts, AppError>
where
    A: Action<Target = Contract>,
{
    load!(tx, permit, input)
}

/// In a preview.
pub async fn facts_in<A>(reader: &mut Reader, permit: &Permit<A>, input: &Input) -> Result<Facts, AppError>
where
    A: Action<Target = Contract>,
{
    load!(reader, permit, input)
}

fn known(people: Vec<PersonRow>, assets: Vec<AssetRow>) -> HashMap<String, Known> {
    let mut of_entry: HashMap<i64, Vec<AssetRow>> = HashMap::new();
    for row in assets {
        of_entry.entry(row.entry).or_default().push(row);
    }
    let person = |row: PersonRow| {
        let assets = row.entry.and_then(|entry| of_entry.get(&entry)).map(Vec::as_slice).unwrap_or_default();
        let access = row.entry.map(|_| Access {
            all_assets: row.all_assets,
            serials: assets.iter().map(|a| a.serial.clone()).collect(),
            grants: grants(row.releases, row.extensions, row.support, row.learning),
            beyond_own: row.all_assets || assets.iter().any(|a| !a.own),
        });
        let name = crate::text::full_name(&row.first_name, &row.last_name);
        let name = if name.is_empty() { row.email } else { name };
        (
            row.email_key,
            Known { name, member: row.member, confirmed: row.confirmed, deactivated: row.deactivated, access },
        )
    };
    people.into_iter().map(person).collect()
}

/// The four columns as a set.
pub fn grants(releases: bool, extensions: bool, support: bool, learning: bool) -> Grants {
    let flags = [releases, extensions, support, learning];
    Grant::ALL.into_iter().zip(flags).filter_map(|(grant, has)| has.then_some(grant)).collect()
}

pub(super) fn statements() -> Vec<Sql> {
    let (names, part, contract) = (Scope::<NameUsers>::sample(), [String::new()], crate::ids::ContractId(0));
    vec![
        of(&names, PEOPLE, contract, &part, OF_CONTRACT).into_sql(),
        of(&names, ASSETS, contract, &part, OF_ENTRIES).into_sql(),
        of(&Scope::<GiveAccess>::sample(), SERIALS, contract, &part, OF_SERIALS).into_sql(),
        names.select(DOMAINS, contract, |s| s).into_sql(),
    ]
}
