//! May this person fetch this file? The answer of the list, of the page, of the API and of a link, for random people and files, is
//! the one that a few lines of plain Rust give, which know the rule book and nothing of the product.
use crate::world::World;
use std::collections::BTreeMap;
use testkit::product::Engine;

const LINES: [&str; 3] = ["Alpha", "Beta", "Gamma"];
const VERSIONS: [&str; 2] = ["2026", "2027"];
/// The clock of these tests is the real one; what matters is before, in and after a term.
const DAYS: [&str; 6] = ["2019-06-01", "2020-01-01", "2021-07-01", "2022-12-31", "2099-01-01", "2099-12-31"];
const TODAY: &str = "2026-01-01";
const PEOPLE: i64 = 12;
const RELEASES: usize = 24;
/// Pairs of a person and a file that are asked about. The texts are the same on PostgreSQL, and each link is durable there: fewer.
const PAIRS: [usize; 2] = [10_000, 2_500];

struct Dice(u64);
impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % sides as u64).unwrap()
    }
    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.roll(from.len())]
    }
    fn one_in(&mut self, n: usize) -> bool {
        self.roll(n) == 0
    }
}

struct Contract {
    manager: usize,
    coordinator: Option<usize>,
    start: &'static str,
    end: &'static str,
}

struct Asset {
    contract: usize,
    line: usize,
    version: &'static str,
    group: Option<usize>,
    coordinator: Option<usize>,
}

/// Of a user: what it covers (none: all of the contract), releases, extensions.
struct Entry {
    person: usize,
    contract: usize,
    assets: Option<Vec<usize>>,
    grants: [bool; 2],
}

struct Release {
    line: usize,
    extension: bool,
    base: &'static str,
    day: &'static str,
    state: &'static str,
}

/// One company, its contracts, and a catalogue. The last person is of the vendor's support.
struct Model {
    confirmed: Vec<bool>,
    contracts: Vec<Contract>,
    groups: Vec<(usize, Option<usize>)>,
    assets: Vec<Asset>,
    entries: Vec<Entry>,
    releases: Vec<Release>,
}

impl Model {
    fn random(dice: &mut Dice) -> Self {
        let people = usize::try_from(PEOPLE).unwrap() - 1;
        let somebody = |dice: &mut Dice, n| (!dice.one_in(n)).then(|| dice.roll(people));
        let contracts: Vec<Contract> = (0..5)
            .map(|_| {
                let first = dice.roll(DAYS.len() - 1);
                let last = first + 1 + dice.roll(DAYS.len() - first - 1);
                let (manager, coordinator) = (dice.roll(people), if dice.one_in(3) { somebody(dice, 4) } else { None });
                Contract { manager, coordinator, start: DAYS[first], end: DAYS[last] }
            })
            .collect();
        let groups: Vec<(usize, Option<usize>)> = (0..5).map(|contract| (contract, somebody(dice, 2))).collect();
        let assets: Vec<Asset> = (0..20)
            .map(|n| {
                let contract = n % 5;
                let (line, version) = (dice.roll(LINES.len()), dice.pick(&VERSIONS));
                let (group, coordinator) =
                    (dice.one_in(2).then_some(contract), if dice.one_in(3) { somebody(dice, 4) } else { None });
                Asset { contract, line, version, group, coordinator }
            })
            .collect();
        let mut entries: Vec<Entry> = Vec::new();
        for _ in 0..14 {
            let (person, contract) = (dice.roll(people), dice.roll(5));
            if entries.iter().any(|e| (e.person, e.contract) == (person, contract)) {
                continue;
            }
            let own: Vec<usize> = (0..20).filter(|n| n % 5 == contract && dice.one_in(2)).collect();
            let (all, grants) = (dice.one_in(3), [dice.one_in(2), dice.one_in(2)]);
            entries.push(Entry { person, contract, assets: (!all).then_some(own), grants });
        }
        let releases = (0..RELEASES)
            .map(|_| {
                let (extension, state) =
                    (dice.one_in(2), dice.pick(&["published", "published", "published", "withdrawn", "draft"]));
                let base = if extension { dice.pick(&VERSIONS) } else { "" };
                Release { line: dice.roll(LINES.len()), extension, base, day: dice.pick(&DAYS), state }
            })
            .collect();
        let confirmed = (0..people).map(|_| !dice.one_in(6)).collect();
        Self { confirmed, contracts, groups, assets, entries, releases }
    }

    fn staff(&self, person: usize) -> bool {
        person == self.confirmed.len()
    }

    fn coordinator(&self, asset: &Asset) -> usize {
        let contract = &self.contracts[asset.contract];
        let group = asset.group.and_then(|group| self.groups[group].1);
        asset.coordinator.or(group).or(contract.coordinator).unwrap_or(contract.manager)
    }

    fn entry_covers(&self, person: usize, asset: usize, grant: Option<usize>) -> bool {
        let of = |e: &&Entry| e.person == person && e.contract == self.assets[asset].contract;
        self.entries.iter().filter(of).any(|e| {
            e.assets.as_ref().is_none_or(|assets| assets.contains(&asset)) && grant.is_none_or(|grant| e.grants[grant])
        })
    }

    fn coordinates_on(&self, person: usize, contract: usize) -> bool {
        let c = &self.contracts[contract];
        c.coordinator.unwrap_or(c.manager) == person
            || self.groups.iter().any(|(of, who)| *of == contract && *who == Some(person))
            || self.assets.iter().any(|a| a.contract == contract && a.coordinator == Some(person))
    }

    fn sees(&self, person: usize, release: &Release) -> bool {
        let on = |n: usize| {
            let contract = self.assets[n].contract;
            self.contracts[contract].manager == person
                || self.coordinates_on(person, contract)
                || self.entry_covers(person, n, None)
        };
        self.staff(person)
            || (release.state != "draft"
                && self.confirmed[person]
                && (0..self.assets.len()).any(|n| self.assets[n].line == release.line && on(n)))
    }

    fn may(&self, person: usize, release: &Release) -> bool {
        let entitled = |asset: &Asset| {
            let c = &self.contracts[asset.contract];
            let runs = |day: &str| c.start <= day && day <= c.end;
            asset.line == release.line
                && (release.base.is_empty() || release.base == asset.version)
                && (runs(TODAY) || runs(release.day))
        };
        let by = |n: usize| {
            let asset = &self.assets[n];
            entitled(asset)
                && (self.contracts[asset.contract].manager == person
                    || self.coordinator(asset) == person
                    || self.entry_covers(person, n, Some(usize::from(release.extension))))
        };
        self.staff(person) || (release.state == "published" && self.confirmed[person] && (0..self.assets.len()).any(by))
    }

    fn sql(&self) -> String {
        let mut text = String::new();
        let mut add = |line: String| text.push_str(&(line + ";\n"));
        self.people(&mut add);
        self.agreements(&mut add);
        self.catalogue(&mut add);
        text
    }

    fn people(&self, add: &mut impl FnMut(String)) {
        for n in 0..=self.confirmed.len() {
            let (p, role) = (100 + n, if self.staff(n) { "'support'" } else { "NULL" });
            add(format!(
                "INSERT INTO people (id, handle, email, email_key, first_name, last_name, first_key, last_key, sort_key, language, theme, staff_role, version) VALUES ({p}, 'q{p}', 'q{p}@x.example', 'q{p}@x.example', 'Q', '{p}', 'q', '{p}', '{p}', 'en', 'system', {role}, 1)"
            ));
        }
        for (n, confirmed) in self.confirmed.iter().enumerate() {
            let at = if *confirmed { "1" } else { "NULL" };
            add(format!(
                "INSERT INTO memberships (account_id, person_id, partner_role, confirmed_at) VALUES (1, {}, NULL, {at})",
                100 + n
            ));
        }
    }

    fn agreements(&self, add: &mut impl FnMut(String)) {
        let id = |n: Option<usize>| n.map_or("NULL".to_owned(), |n| (100 + n).to_string());
        for (n, line) in LINES.iter().enumerate() {
            add(format!(
                "INSERT INTO products (id, code, name, name_key, line) VALUES ({0}, 'Q{0}', '{line}', '{line}', '{line}')",
                100 + n
            ));
        }
        for (n, c) in self.contracts.iter().enumerate() {
            add(format!(
                "INSERT INTO contracts (id, number, account_id, manager_id, coordinator_id, program, support_tier, start_on, end_on, version, changed_at) VALUES ({0}, 'C{0}', 1, {1}, {2}, 'term', 'gold', '{3}', '{4}', 1, 1)",
                100 + n,
                100 + c.manager,
                id(c.coordinator),
                c.start,
                c.end
            ));
        }
        for (n, (contract, who)) in self.groups.iter().enumerate() {
            add(format!(
                "INSERT INTO asset_groups (id, contract_id, account_id, name, name_key, coordinator_id) VALUES ({0}, {1}, 1, 'G{0}', 'g{0}', {2})",
                100 + n,
                100 + contract,
                id(*who)
            ));
        }
        for (n, a) in self.assets.iter().enumerate() {
            add(format!(
                "INSERT INTO assets (id, serial, contract_id, account_id, product_id, group_id, release, deployment, seats, coordinator_id) VALUES ({0}, 'Q{0}', {1}, 1, {2}, {3}, '{4}', 'network', 1, {5})",
                100 + n,
                100 + a.contract,
                100 + a.line,
                id(a.group),
                a.version,
                id(a.coordinator)
            ));
        }
        for (n, e) in self.entries.iter().enumerate() {
            add(format!(
                "INSERT INTO entries (id, person_id, contract_id, account_id, all_assets, releases, extensions, support, learning, set_by, from_at) VALUES ({0}, {1}, {2}, 1, {3}, {4}, {5}, TRUE, TRUE, 1, 1)",
                100 + n,
                100 + e.person,
                100 + e.contract,
                e.assets.is_none(),
                e.grants[0],
                e.grants[1]
            ));
            for asset in e.assets.iter().flatten() {
                add(format!("INSERT INTO entry_assets (entry_id, asset_id) VALUES ({}, {})", 100 + n, 100 + asset));
            }
        }
    }

    fn catalogue(&self, add: &mut impl FnMut(String)) {
        for (n, r) in self.releases.iter().enumerate() {
            let (id, kind) = (100 + n, if r.extension { "extension" } else { "release" });
            add(format!(
                "INSERT INTO releases (id, handle, line, kind, version_name, version_key, base, released_on, notes, licence, media, state, created_by, withdrawn_why, version) VALUES ({id}, 'q{id}', '{0}', '{kind}', 'v{id}', 'v{id}', '{1}', '{2}', '', '', FALSE, '{3}', 23, '{4}', 1)",
                LINES[r.line],
                r.base,
                r.day,
                r.state,
                if r.state == "withdrawn" { "broken" } else { "" }
            ));
            add(format!(
                "INSERT INTO artifacts (id, handle, release_id, file_name, platform, language, size, received, state, error, uploaded_by, touched_at) VALUES ({id}, 'q{id}', {id}, 'x.zip', 'any', 'any', 5, 5, 'ready', '', 23, 1)"
            ));
        }
    }
}

/// What a list says of each release: shown with or without a way to fetch it.
async fn listed(world: &World, person: i64) -> BTreeMap<String, bool> {
    let answer = world.call(person, "GET /api/v1/releases", "").await;
    let list: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    let all = list["items"].as_array().unwrap().iter();
    all.map(|r| (r["release"].as_str().unwrap().to_owned(), r["may_download"].as_bool().unwrap())).collect()
}

async fn page_listed(world: &World, person: i64) -> BTreeMap<String, bool> {
    let page = world.call(person, "GET /downloads", "").await.body;
    let rows = page.split("<tr>").skip(2);
    let handle = |row: &str| row.split("/downloads/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    rows.map(|row| (handle(row), !row.contains("Why not?"))).collect()
}

async fn agree(engine: Engine) {
    let wanted = PAIRS[usize::from(engine == Engine::Postgres)];
    let (mut pairs, mut fetched, mut seed) = (0, 0, 0);
    let mut statuses: BTreeMap<u16, usize> = BTreeMap::new();
    while pairs < wanted {
        seed += 1;
        let (world, model) = (World::seeded(engine).await, Model::random(&mut Dice(seed)));
        world.exec(&model.sql()).await;
        for person in 0..usize::try_from(PEOPLE).unwrap() {
            let id = 100 + i64::try_from(person).unwrap();
            world.sign_in(id).await;
            let (list, page) = (listed(&world, id).await, page_listed(&world, id).await);
            for (n, release) in model.releases.iter().enumerate() {
                let (handle, what) = (format!("q{}", 100 + n), format!("seed {seed}, person {person}, release {n}"));
                let (sees, may) = (model.sees(person, release), model.may(person, release));
                let shown = if sees { Some(&may) } else { None };
                assert_eq!(list.get(&handle), shown, "the API's list: {what}");
                assert_eq!(page.get(&handle), shown, "the page's list: {what}");
                let link = world.call(id, &format!("GET /api/v1/artifacts/{handle}/download"), "").await.status;
                let expected = if may {
                    302
                } else if sees {
                    403
                } else {
                    404
                };
                assert_eq!(link, expected, "the link: {what}");
                *statuses.entry(link).or_default() += 1;
                // One by one costs the most: a part of them.
                if (pairs + n).is_multiple_of(8) {
                    let one = world.call(id, &format!("GET /api/v1/releases/{handle}"), "").await;
                    let page = world.call(id, &format!("GET /downloads/{handle}"), "").await;
                    assert_eq!((one.status, page.status), if sees { (200, 200) } else { (404, 404) }, "{what}");
                    let says = one.body.contains("\"may_download\":true");
                    assert_eq!((says, page.body.contains(&format!("/files/{handle}"))), (may, may), "{what}");
                    fetched += 1;
                }
                pairs += 1;
            }
        }
    }
    let least = statuses.values().min().copied().unwrap_or_default();
    assert!(statuses.len() == 3 && least > wanted / 20, "each answer is frequent: {statuses:?}");
    println!(
        "{engine:?}: {pairs} pairs in {seed} worlds, answers {statuses:?}; {fetched} of them on page and API one by one"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_agrees_on_who_may_fetch_what_on_sqlite() {
    agree(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_agrees_on_who_may_fetch_what_on_postgres() {
    agree(Engine::Postgres).await;
}
