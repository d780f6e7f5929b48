//! Ten years of renewals in New York: daylight saving, leap days, restarts, crashes, two workers, outages, clocks that jump. Each
//! step of each term is told once, on its day; where nothing ran on that day, at the first moment when something did.
use super::office::Office;
use super::renewals::RESELLER;
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use std::collections::{BTreeMap, BTreeSet};
use subscription_center::app::App;
use subscription_center::jobs::worker::work_off;
use subscription_center::mail::Transport;
use subscription_center::time::Day;
use testkit::product::Engine;

const STEPS: [i64; 7] = [90, 60, 30, 15, 7, 0, -15];
/// Ends on month ends, leap days, and days on which clocks change.
const ENDS: [&str; 6] = ["2027-02-28", "2028-02-29", "2027-03-14", "2027-11-07", "2027-12-31", "2027-05-31"];

/// Numbers that look random and are the same in each run.
struct Dice(u64);
impl Dice {
    fn roll(&mut self, sides: u64) -> i64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % sides) as i64
    }
}

/// What must have happened, kept by other means than the product's.
#[derive(Default)]
struct Expected {
    /// Contract → its present end.
    ends: BTreeMap<i64, Date>,
    /// (contract, end, step) → the day on which it was told.
    told: BTreeMap<(i64, Date, i64), Date>,
    on_its_day: usize,
    late: usize,
    latest: i64,
}

impl Expected {
    /// Something ran, after eight o'clock of that day.
    fn look(&mut self, today: Date, ran: &BTreeSet<Date>) {
        for (&contract, &end) in &self.ends {
            for days in STEPS {
                let due = end.saturating_sub(days.days());
                if due > today || self.told.contains_key(&(contract, end, days)) {
                    continue;
                }
                let late = i64::from((today - due).get_days());
                assert!(!ran.contains(&due), "{contract} {end} {days} was due on {due}, when something ran");
                self.told.insert((contract, end, days), today);
                self.latest = self.latest.max(late);
                *(if late == 0 { &mut self.on_its_day } else { &mut self.late }) += 1;
            }
        }
    }
}

struct Simulation {
    office: Office,
    zone: TimeZone,
    apps: [App; 2],
    planned: [Option<Day>; 2],
    expected: Expected,
    ran: BTreeSet<Date>,
    restarts: u32,
    crashes: u32,
    jumps: u32,
    renewals: u32,
}

impl Simulation {
    async fn new(engine: Engine) -> Self {
        let zone = TimeZone::get("America/New_York").unwrap();
        let office = Office::open_in(engine, false, zone.clone()).await;
        office.exec(RESELLER).await;
        let mut expected = Expected::default();
        for (place, end) in ENDS.iter().enumerate() {
            let id = 100 + place as i64;
            office.exec(&format!("INSERT INTO contracts (id, number, account_id, reseller_id, manager_id, program, support_tier, start_on, end_on, version, changed_at)
                VALUES ({id}, 'C{id}', 1, 7, 1, 'term', 'gold', '2026-01-01', '{end}', 1, 1)")).await;
            expected.ends.insert(id, end.parse().unwrap());
        }
        office.go_live().await;
        let apps = [office.app.clone(), office.another().await];
        Self {
            office,
            zone,
            apps,
            planned: [None, None],
            expected,
            ran: BTreeSet::new(),
            restarts: 0,
            crashes: 0,
            jumps: 0,
            renewals: 0,
        }
    }

    /// Sets the clock to that time in New York.
    fn at(&self, day: Date, hour: i8, minute: i8) {
        let wanted = day.at(hour, minute, 0, 0).to_zoned_datetime(self.zone.clone()).unwrap().timestamp();
        let by = wanted.as_millisecond() - self.office.product.clock.now().as_millisecond();
        self.office.product.clock.advance_ms(by);
    }

    /// One of the workers looks, or both at once.
    async fn look(&mut self, day: Date, hour: i8, who: i64) {
        let transport = Transport::Demo;
        let [one, two] = &mut self.planned;
        match who {
            0 => drop(work_off(&self.apps[0], &transport, one).await.unwrap()),
            1 => drop(work_off(&self.apps[1], &transport, two).await.unwrap()),
            _ => {
                let (a, b) =
                    tokio::join!(work_off(&self.apps[0], &transport, one), work_off(&self.apps[1], &transport, two));
                a.unwrap();
                b.unwrap();
            }
        }
        if hour >= 8 {
            self.expected.look(day, &self.ran);
            self.ran.insert(day);
        }
    }

    /// A process ends and another one starts in its place; sometimes it had taken the day's job and dies with it.
    async fn restart(&mut self, dice: &mut Dice, day: Date) {
        let which = dice.roll(2) as usize;
        self.planned[which] = None;
        self.restarts += 1;
        if dice.roll(3) == 0 {
            // As if it had been taken by a worker that died: it is taken again when the lease is over.
            let now = self.office.product.clock.now().as_millisecond();
            self.office.exec(&format!("UPDATE jobs SET state = 'running', lease = lease + 1, leased_until = {} WHERE kind = 'renewals.day'", now + 60_000)).await;
            self.office.product.clock.advance_ms(61_000);
            self.crashes += 1;
        }
        if dice.roll(4) == 0 {
            // A clock that was set back by hours, over midnight too, and is put right again.
            let back = 1 + dice.roll(20);
            self.office.product.clock.advance_ms(-back * 3_600_000);
            let zoned = self.now().to_zoned_datetime(self.zone.clone());
            self.look(zoned.date(), zoned.hour(), 0).await;
            self.office.product.clock.advance_ms(back * 3_600_000);
            self.jumps += 1;
        }
        if dice.roll(6) == 0 {
            // A clock that ran ahead, and is put right again: what it saw is done, and nothing is lost of the days between.
            let ahead = day.saturating_add((1 + dice.roll(2)).days());
            let now = self.now();
            self.at(ahead, 10, 0);
            self.look(ahead, 10, dice.roll(3)).await;
            let back = self.now().as_millisecond() - now.as_millisecond();
            self.office.product.clock.advance_ms(-back);
            self.jumps += 1;
        }
    }

    fn now(&self) -> Timestamp {
        self.office.product.clock.now()
    }

    /// Some contracts get a new term, before their end or after it; a year more, as a calendar counts it.
    async fn renew(&mut self, dice: &mut Dice, today: Date) {
        let all: Vec<(i64, Date)> = self.expected.ends.iter().map(|(id, end)| (*id, *end)).collect();
        for (id, end) in all {
            let left = (end - today).get_days();
            let over = left < -16;
            if over || (left < 20 && dice.roll(40) == 0) {
                let next = end.saturating_add(1.year());
                self.office.exec(&format!("UPDATE contracts SET end_on = '{next}' WHERE id = {id}")).await;
                self.expected.ends.insert(id, next);
                self.renewals += 1;
            }
        }
    }

    /// What the product wrote down is what was expected, no more and no less.
    async fn compare(&self) {
        let rows = "SELECT contract_id || ' ' || end_on || ' ' || days || ' ' || state || ' ' || at FROM renewal_steps ORDER BY 1";
        let mut seen = BTreeMap::new();
        for row in self.office.texts(rows).await {
            let cells: Vec<&str> = row.split(' ').collect();
            assert_eq!(cells[3], "told", "{row}: no outage was longer than the time between two steps");
            let at =
                Timestamp::from_millisecond(cells[4].parse().unwrap()).unwrap().to_zoned_datetime(self.zone.clone());
            assert!(at.hour() >= 8, "{row}: at {at}, before the hour");
            let key =
                (cells[0].parse::<i64>().unwrap(), cells[1].parse::<Date>().unwrap(), cells[2].parse::<i64>().unwrap());
            assert!(seen.insert(key, at.date()).is_none(), "{row} twice");
        }
        assert_eq!(seen, self.expected.told);
        let notices = "SELECT COUNT(*) FROM notices WHERE state = 'sent' AND kind IN ('renewal.ending', 'renewal.ended') AND mailbox = ";
        for mailbox in ["''", "'reseller'"] {
            assert_eq!(self.office.number(&format!("{notices}{mailbox}")).await, seen.len() as i64, "{mailbox}");
        }
        // Each subject says the truth about the day on which it was written.
        let subjects = "SELECT subject FROM notices WHERE kind = 'renewal.ending' AND mailbox = ''";
        let subjects: BTreeSet<String> = self.office.texts(subjects).await.into_iter().collect();
        for ((contract, end, _), told) in &seen {
            let (left, on) = ((*end - *told).get_days(), end.strftime("%-d %b %Y"));
            let said = match left {
                ..0 => continue,
                0 => format!("Contract C{contract} ends today, {on}"),
                1 => format!("Contract C{contract} ends in 1 day, on {on}"),
                _ => format!("Contract C{contract} ends in {left} days, on {on}"),
            };
            assert!(subjects.contains(&said), "{said}");
        }
    }
}

/// Ten years.
pub async fn renewal_years(engine: Engine) {
    let mut simulation = Simulation::new(engine).await;
    let (mut dice, mut day, mut outages) = (Dice(7), date(2026, 11, 25), 0);
    let last = date(2036, 11, 25);
    while day < last {
        // Nothing runs for some days: never so long that two steps fall into it.
        if dice.roll(9) == 0 {
            day = day.saturating_add((1 + dice.roll(4)).days());
            outages += 1;
        }
        if dice.roll(5) == 0 {
            simulation.at(day, [0, 3, 7][dice.roll(3) as usize], 30);
            simulation.look(day, 0, dice.roll(3)).await;
        }
        let hour = 8 + dice.roll(15) as i8;
        simulation.at(day, hour, 1);
        if dice.roll(6) == 0 {
            simulation.restart(&mut dice, day).await;
        }
        simulation.look(day, hour, dice.roll(3)).await;
        simulation.renew(&mut dice, day).await;
        day = day.saturating_add(1.day());
    }
    simulation.compare().await;
    let Expected { told, on_its_day, late, latest, .. } = &simulation.expected;
    println!(
        "ten years on {engine:?}: {} days with somebody at work, {outages} outages, {} restarts, {} crashes, {} jumps of clocks, {} renewals; {} steps told, \
         each once: {on_its_day} on their day, {late} on the first day after an outage, at most {latest} days later; missed 0, twice 0",
        simulation.ran.len(),
        simulation.restarts,
        simulation.crashes,
        simulation.jumps,
        simulation.renewals,
        told.len(),
    );
    assert!(told.len() > 300 && *on_its_day > 250 && *late > 10 && simulation.jumps > 50 && simulation.crashes > 20);
}
