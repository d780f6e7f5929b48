//! The rules of renewal: which step of a term is due on a day, and what becomes of those before it. Pure.
use crate::time::Day;
use std::collections::BTreeSet;

/// Steps that are not set otherwise: days before the end, negative after it (domain.md §5).
pub const DAYS: &str = "90 60 30 15 7 0 -15";
/// The hour at which notices are written, in the vendor's zone, if it is not set otherwise.
pub const HOUR: i8 = 8;
/// The report shows a contract from so many days before its end …
pub const REPORT_BEFORE: i32 = 90;
/// … to so many after it.
pub const REPORT_AFTER: i32 = 30;
/// A step that is late by more than that says nothing any more: it is passed over.
pub const LATEST: i32 = 30;
/// Most steps of a term, and the farthest.
const MOST: usize = 20;
const FARTHEST: i32 = 400;

/// The steps of every term, the earliest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Steps(Vec<i32>);

/// What became of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Mail is written.
    Told,
    /// A later one was due at once, or it is too late to say anything.
    PassedOver,
    /// It lies before the contract was known, or before mail is sent at all.
    Past,
}

impl State {
    /// As it is stored.
    pub fn name(self) -> &'static str {
        match self {
            State::Told => "told",
            State::PassedOver => "passed_over",
            State::Past => "past",
        }
    }
}

/// The end days for which a step is the latest that is due: after `above`, up to `upto`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// The step.
    pub days: i32,
    /// None: every end day before.
    pub above: Option<Day>,
    /// Included.
    pub upto: Day,
}

impl Steps {
    /// Reads "90 60 30 15 7 0 -15"; says what to do about anything else.
    pub fn read(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "write whole days before the end, negative for days after it, at most {MOST} between {FARTHEST} and \
                 -{FARTHEST}, for example {DAYS}"
            )
        };
        let days: Result<BTreeSet<i32>, _> =
            text.split([' ', ',']).filter(|word| !word.is_empty()).map(str::parse).collect();
        let days = days.map_err(|_| wrong())?;
        if days.is_empty() || days.len() > MOST || days.iter().any(|days| days.abs() > FARTHEST) {
            return Err(wrong());
        }
        Ok(Self(days.into_iter().rev().collect()))
    }

    /// No steps at all.
    pub fn none() -> Self {
        Self(Vec::new())
    }

    /// As it is stored.
    pub fn text(&self) -> String {
        self.0.iter().map(i32::to_string).collect::<Vec<_>>().join(" ")
    }

    /// Of which end days each step is the latest that is due today.
    pub fn due(&self, today: Day) -> Vec<Due> {
        let next = |place: usize| self.0.get(place + 1).map(|days| today.plus(*days));
        self.0
            .iter()
            .enumerate()
            .map(|(place, &days)| Due { days, above: next(place), upto: today.plus(days) })
            .collect()
    }

    /// What becomes of the steps of a term that are due today, of which none is done that is not said here: the latest is told,
    /// unless it lies before `since`; those before it are passed over. Empty: nothing is due yet.
    pub fn settle(&self, end: Day, today: Day, since: Day) -> Vec<(i32, State)> {
        let day = |days: i32| end.plus(-days);
        let due: Vec<i32> = self.0.iter().copied().filter(|days| day(*days) <= today).collect();
        let latest = due.last().copied();
        let state = |days: i32| match () {
            () if day(days) < since => State::Past,
            () if Some(days) != latest || day(days).days_until(today) > LATEST => State::PassedOver,
            () => State::Told,
        };
        due.iter().map(|days| (*days, state(*days))).collect()
    }

    /// The next step of a term after today, and its day.
    pub fn next(&self, end: Day, today: Day) -> Option<Day> {
        self.0.iter().map(|days| end.plus(-days)).find(|day| *day > today)
    }

    /// All days of a term's steps.
    pub fn days(&self, end: Day) -> Vec<Day> {
        self.0.iter().map(|days| end.plus(-days)).collect()
    }
}

/// Why a contract cannot get that end day; none: it can.
pub fn refused(present: Day, wanted: Day, today: Day) -> Option<String> {
    match () {
        () if wanted <= present => Some(format!("choose a day after {}, the present end", present.long())),
        () if wanted <= today => Some(format!("choose a day after today, {}", today.long())),
        () if today.days_until(wanted) > 366 * 20 => Some("choose a day within the next 20 years".to_owned()),
        () => None,
    }
}

/// Where one renews online: `{contract}` stands for the number.
pub fn online(pattern: &str, contract: &str) -> Option<String> {
    let safe = pattern.starts_with("https://");
    safe.then(|| pattern.replace("{contract}", &crate::web::words::encoded(contract)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    fn told(end: &str, today: &str) -> Vec<i32> {
        let steps = Steps::read(DAYS).unwrap().settle(day(end), day(today), day("2000-01-01"));
        steps.into_iter().filter(|(_, state)| *state == State::Told).map(|(days, _)| days).collect()
    }

    #[test]
    fn days_are_read_in_any_order_and_once() {
        assert_eq!(Steps::read("0, 90 -15,30 90").unwrap().text(), "90 30 0 -15");
        for wrong in ["", "soon", "90.5", "401", "-401", "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21"] {
            assert!(Steps::read(wrong).is_err(), "{wrong}");
        }
    }

    /// Counted by days, whatever the months and years are like.
    #[test]
    fn each_step_has_its_day() {
        for (end, on, days) in [
            ("2027-02-28", "2026-11-30", 90),
            ("2027-02-28", "2026-12-30", 60),
            ("2027-02-28", "2027-01-29", 30),
            ("2027-02-28", "2027-02-13", 15),
            ("2027-02-28", "2027-02-21", 7),
            ("2027-02-28", "2027-02-28", 0),
            ("2027-02-28", "2027-03-15", -15),
            // A leap day ends a term, and lies in one.
            ("2028-02-29", "2027-12-01", 90),
            ("2028-02-29", "2028-02-29", 0),
            ("2028-02-29", "2028-03-15", -15),
            ("2028-03-31", "2028-01-01", 90),
            ("2027-03-31", "2026-12-31", 90),
            ("2028-03-07", "2028-02-29", 7),
            ("2026-12-31", "2027-01-15", -15),
            // The days on which clocks change in America and in Europe.
            ("2027-03-14", "2027-03-14", 0),
            ("2027-11-07", "2027-10-31", 7),
            ("2027-03-28", "2027-03-21", 7),
        ] {
            assert_eq!(told(end, on), [days], "{end} on {on}");
            let before = day(on).plus(-1).to_string();
            assert_ne!(told(end, &before), [days], "{end} the day before {on}");
        }
        assert!(told("2027-02-28", "2026-11-29").is_empty(), "too early");
    }

    #[test]
    fn after_an_outage_only_the_latest_is_told() {
        let steps = Steps::read(DAYS).unwrap();
        let all = steps.settle(day("2027-02-28"), day("2027-02-14"), day("2026-12-15"));
        let expected = [(90, State::Past), (60, State::PassedOver), (30, State::PassedOver), (15, State::Told)];
        assert_eq!(all, expected);
        // Known since the day on which one is due: that one is told. Known later: none is.
        assert_eq!(steps.settle(day("2027-02-28"), day("2026-11-30"), day("2026-11-30")), [(90, State::Told)]);
        assert_eq!(steps.settle(day("2027-02-28"), day("2026-12-01"), day("2026-12-01")), [(90, State::Past)]);
        // Months after the end nobody is told that it has ended.
        let last = steps.settle(day("2027-02-28"), day("2027-04-15"), day("2026-01-01"));
        assert_eq!(last.last(), Some(&(-15, State::PassedOver)));
    }

    #[test]
    fn what_is_due_is_a_range_of_end_days() {
        let due = Steps::read("7 0 -15").unwrap().due(day("2027-03-01"));
        let range = |days, above: Option<&str>, upto| Due { days, above: above.map(day), upto: day(upto) };
        assert_eq!(
            due,
            [
                range(7, Some("2027-03-01"), "2027-03-08"),
                range(0, Some("2027-02-14"), "2027-03-01"),
                range(-15, None, "2027-02-14"),
            ]
        );
    }

    #[test]
    fn a_new_end_lies_after_the_old_one_and_after_today() {
        let refused = |present, wanted, today| refused(day(present), day(wanted), day(today));
        assert_eq!(refused("2027-02-28", "2028-02-28", "2027-01-01"), None);
        assert!(refused("2027-02-28", "2027-02-28", "2027-01-01").unwrap().contains("the present end"));
        assert!(refused("2027-02-28", "2027-03-10", "2027-03-10").unwrap().contains("today"));
        assert!(refused("2027-02-28", "2099-03-10", "2027-03-10").unwrap().contains("20 years"));
    }

    #[test]
    fn one_renews_online_at_an_address_that_is_safe() {
        assert_eq!(
            online("https://shop.example/{contract}?x", "11 0").as_deref(),
            Some("https://shop.example/11%200?x")
        );
        assert_eq!((online("", "1"), online("http://shop.example", "1")), (None, None));
    }

    fn any_steps() -> impl Strategy<Value = Steps> {
        prop::collection::btree_set(-60..=120_i32, 1..12).prop_map(|set| Steps(set.into_iter().rev().collect()))
    }

    proptest! {
        /// Days pass with outages; each step is settled once, on its day or, after an outage, on the first day that the product
        /// runs again; and nobody gets two mails on one day.
        #[test]
        fn each_step_once(steps in any_steps(), end in 0..1500_i32, gaps in prop::collection::vec(1..40_i32, 1..300)) {
            let (zero, known) = (day("2026-01-01"), 200);
            let end = zero.plus(end);
            let mut done: Vec<(i32, State, Day)> = Vec::new();
            let mut today = zero.plus(known);
            for gap in gaps {
                // As the product does it: those that are done are left out.
                let settled = steps.settle(end, today, zero.plus(known));
                let latest = settled.last().copied();
                let latest_done = latest.is_none_or(|(days, _)| done.iter().any(|(d, ..)| *d == days));
                if !latest_done {
                    let new = settled.into_iter().filter(|(days, _)| !done.iter().any(|(d, ..)| d == days));
                    let new: Vec<_> = new.map(|(days, state)| (days, state, today)).collect();
                    prop_assert!(new.iter().filter(|(_, state, _)| *state == State::Told).count() <= 1);
                    done.extend(new);
                }
                today = today.plus(gap);
            }
            let last = today;
            for &days in &steps.0 {
                let due = end.plus(-days);
                let mine: Vec<_> = done.iter().filter(|(d, ..)| *d == days).collect();
                prop_assert!(mine.len() <= 1);
                if let Some((_, state, on)) = mine.first() {
                    prop_assert!(*on >= due, "never early");
                    prop_assert_eq!(*state == State::Past, due < zero.plus(known));
                    prop_assert!(*state != State::Told || due.days_until(*on) < 40);
                } else {
                    prop_assert!(due.plus(40) >= last, "none is forgotten");
                }
            }
        }

        /// The ranges by which the database finds what is due say the same as the rule.
        #[test]
        fn ranges_agree(steps in any_steps(), end in -200..400_i32) {
            let today = day("2027-03-01");
            let end = today.plus(end);
            let found = steps.due(today).into_iter().find(|due| due.above.is_none_or(|above| end > above) && end <= due.upto);
            let latest = steps.settle(end, today, day("2000-01-01")).last().map(|(days, _)| *days);
            prop_assert_eq!(found.map(|due| due.days), latest);
        }
    }
}
