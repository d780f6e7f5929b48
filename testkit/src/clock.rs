//! Moves the product's clock: a file that holds the milliseconds to add to the real time.
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use std::cell::Cell;
use std::path::{Path, PathBuf};

pub const DAY_MS: i64 = 86_400_000;
/// A test's day begins at ten in the morning, so that the real time which it takes never crosses midnight by itself.
const START_OF_DAY_MS: i64 = 10 * 3_600_000;

/// The clock of one product under test. Its days are those of UTC, the vendor's time zone in these tests.
pub struct Clock {
    file: PathBuf,
    offset_ms: Cell<i64>,
}

impl Clock {
    /// A clock that shows ten o'clock of the given day.
    pub fn starting_on(day: Date, file: PathBuf) -> Self {
        let wanted = day.in_tz("UTC").expect("a day").timestamp().as_millisecond() + START_OF_DAY_MS;
        let clock = Self { file, offset_ms: Cell::new(wanted - Timestamp::now().as_millisecond()) };
        clock.write();
        clock
    }

    pub fn file(&self) -> &Path {
        &self.file
    }

    pub fn now(&self) -> Timestamp {
        Timestamp::now() + SignedDuration::from_millis(self.offset_ms.get())
    }

    pub fn today(&self) -> Date {
        self.now().to_zoned_datetime(TimeZone::UTC).date()
    }

    pub fn advance_ms(&self, by: i64) {
        self.offset_ms.set(self.offset_ms.get() + by);
        self.write();
    }

    pub fn advance_days(&self, days: i64) {
        self.advance_ms(days * DAY_MS);
    }

    /// Replaces the file in one step, so that the product never reads half a number.
    fn write(&self) {
        let draft = self.file.with_extension("draft");
        std::fs::write(&draft, self.offset_ms.get().to_string()).expect("write the clock file");
        std::fs::rename(&draft, &self.file).expect("replace the clock file");
    }
}
