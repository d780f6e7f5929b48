//! Instants, calendar days and the clock. Calendar rules are the vendor's: a day begins when it begins in the vendor's zone.
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan, Unit};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::path::PathBuf;
use std::str::FromStr;

/// Milliseconds since 1970, UTC.
pub type Instant = i64;

/// One minute, hour and day in milliseconds.
pub const MINUTE: Instant = 60_000;
/// One hour in milliseconds.
pub const HOUR: Instant = 60 * MINUTE;
/// 24 hours in milliseconds; not a calendar day.
pub const DAY: Instant = 24 * HOUR;

/// A calendar day, as `2027-02-28` everywhere outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub Date);

impl Day {
    /// As people read it: `28 Feb 2027`.
    pub fn long(self) -> String {
        self.0.strftime("%-d %b %Y").to_string()
    }

    /// As people read it within the year: `28 Feb`.
    pub fn short(self) -> String {
        self.0.strftime("%-d %b").to_string()
    }

    /// The day that many days later.
    pub fn plus(self, days: i32) -> Day {
        Day(self.0.saturating_add(days.days()))
    }

    /// Whole days from this one to the other; negative if it lies before.
    pub fn days_until(self, other: Day) -> i32 {
        self.0.until((Unit::Day, other.0)).map_or(0, |span| span.get_days())
    }
}

impl std::fmt::Display for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl FromStr for Day {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        // Strict on purpose: jiff alone also takes 20270228 and a time behind it.
        let shape = text.len() == 10
            && text.bytes().enumerate().all(|(i, b)| if i == 4 || i == 7 { b == b'-' } else { b.is_ascii_digit() });
        let day = shape.then(|| text.parse().ok()).flatten();
        day.map(Day).ok_or_else(|| "a day is written YYYY-MM-DD, for example 2027-02-28".to_owned())
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Where the time comes from: the system's clock, moved by a file of milliseconds in tests.
#[derive(Clone, Debug)]
pub struct Clock {
    offset: Option<PathBuf>,
    back: Instant,
    zone: TimeZone,
}

/// One reading of the clock.
#[derive(Clone, Debug)]
pub struct Moment {
    /// The instant.
    pub at: Instant,
    /// Its day in the vendor's zone.
    pub today: Day,
    /// The vendor's zone.
    pub zone: TimeZone,
}

impl Clock {
    /// A clock in the vendor's zone. `offset`: a file with milliseconds to add, read anew each time.
    pub fn new(zone: TimeZone, offset: Option<PathBuf>) -> Self {
        Self { offset, back: 0, zone }
    }

    /// The same clock, set back: the demo's past happens on it.
    pub fn earlier(&self, by: Instant) -> Self {
        Self { back: self.back + by, ..self.clone() }
    }

    /// Now.
    pub fn now(&self) -> Instant {
        let offset = self.offset.as_ref().and_then(|file| std::fs::read_to_string(file).ok());
        let offset: i64 = offset.and_then(|text| text.trim().parse().ok()).unwrap_or(0);
        Timestamp::now().as_millisecond() + offset - self.back
    }

    /// Now, with its day.
    pub fn moment(&self) -> Moment {
        self.moment_at(self.now())
    }

    /// An instant with its day.
    pub fn moment_at(&self, at: Instant) -> Moment {
        Moment { at, today: day_of(at, &self.zone), zone: self.zone.clone() }
    }

    /// The vendor's zone.
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }
}

/// The calendar day of an instant.
pub fn day_of(at: Instant, zone: &TimeZone) -> Day {
    let at = Timestamp::from_millisecond(at).unwrap_or(Timestamp::UNIX_EPOCH);
    Day(zone.to_datetime(at).date())
}

/// The first instant of a day; where daylight saving skips midnight, the first that exists.
pub fn start_of(day: Day, zone: &TimeZone) -> Instant {
    let start = day.0.to_zoned_datetime(zone.clone());
    start.map_or(0, |z| z.timestamp().as_millisecond())
}

/// `2026-11-24T04:42:28.123Z`
pub fn rfc3339(at: Instant) -> String {
    Timestamp::from_millisecond(at).unwrap_or(Timestamp::UNIX_EPOCH).to_string()
}

/// As people read it, with the zone: `24 Nov 2026, 04:42 UTC`.
pub fn long(at: Instant, zone: &TimeZone) -> String {
    let at = Timestamp::from_millisecond(at).unwrap_or(Timestamp::UNIX_EPOCH);
    at.to_zoned_datetime(zone.clone()).strftime("%-d %b %Y, %H:%M %Z").to_string()
}

/// A zone by its IANA name.
pub fn zone(name: &str) -> Result<TimeZone, String> {
    TimeZone::get(name).map_err(|_| format!("{name} is not a time zone; write one like Europe/Berlin or UTC"))
}

/// Milliseconds as a duration that a timer takes.
pub fn duration(ms: Instant) -> std::time::Duration {
    SignedDuration::from_millis(ms.max(0)).unsigned_abs()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_strict() {
        assert_eq!("2028-02-29".parse::<Day>().map(|d| d.to_string()), Ok("2028-02-29".to_owned()));
        for wrong in ["2027-02-29", "20270228", "2027-2-28", "28.02.2027", "", "2027-02-28T00:00"] {
            assert!(wrong.parse::<Day>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_day_begins_in_the_vendors_zone() {
        let berlin = zone("Europe/Berlin").unwrap_or(TimeZone::UTC);
        let day: Day = "2026-03-29".parse().unwrap_or(Day(Date::MIN));
        let start = start_of(day, &berlin);
        assert_eq!(rfc3339(start), "2026-03-28T23:00:00Z");
        // The night of the change has 23 hours.
        assert_eq!(start_of(day.plus(1), &berlin) - start, 23 * HOUR);
        assert_eq!(day_of(start, &berlin), day);
        assert_eq!(day_of(start - 1, &berlin), day.plus(-1));
    }
}
