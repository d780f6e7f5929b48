//! What becomes of a notice, in words; which kinds of message may be switched off; since when notices are counted.
use crate::time::Day;
use crate::web::ui::Tone;

/// What became of a notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// Not sent yet.
    Waiting,
    /// Waits for the digest of its reader.
    Collected,
    /// Was told in a digest.
    Digested,
    /// A mail server took it, and nothing came back.
    Delivered,
    /// Came back: the mailbox is not there.
    CameBack,
    /// Could not be sent for another reason.
    Failed,
    /// Its reader does not want this kind of message.
    Off,
    /// Recorded only: the installation was not live, or what it was about was taken back.
    NotSent,
}

impl Delivery {
    /// All, in the order in which a list offers them.
    pub const ALL: [Delivery; 8] = [
        Delivery::Delivered,
        Delivery::CameBack,
        Delivery::Failed,
        Delivery::Waiting,
        Delivery::Collected,
        Delivery::Digested,
        Delivery::Off,
        Delivery::NotSent,
    ];

    /// From what is stored.
    pub fn of(state: &str, came_back: bool) -> Self {
        match (state, came_back) {
            (_, true) => Delivery::CameBack,
            ("sent", _) => Delivery::Delivered,
            ("queued", _) => Delivery::Waiting,
            ("collected", _) => Delivery::Collected,
            ("digested", _) => Delivery::Digested,
            ("off", _) => Delivery::Off,
            ("failed", _) => Delivery::Failed,
            _ => Delivery::NotSent,
        }
    }

    /// In addresses and in the API.
    pub fn name(self) -> &'static str {
        match self {
            Delivery::Waiting => "waiting",
            Delivery::Collected => "collected",
            Delivery::Digested => "in_digest",
            Delivery::Delivered => "delivered",
            Delivery::CameBack => "came_back",
            Delivery::Failed => "failed",
            Delivery::Off => "switched_off",
            Delivery::NotSent => "not_sent",
        }
    }

    /// On pages.
    pub fn words(self) -> &'static str {
        match self {
            Delivery::Waiting => "Waits to be sent",
            Delivery::Collected => "Waits for the daily mail",
            Delivery::Digested => "In the daily mail",
            Delivery::Delivered => "Delivered",
            Delivery::CameBack => "Came back",
            Delivery::Failed => "Not delivered",
            Delivery::Off => "Switched off by the reader",
            Delivery::NotSent => "Not sent",
        }
    }

    /// The colour of its pill, and the icon.
    pub fn tone(self) -> (Tone, &'static str) {
        match self {
            Delivery::Delivered | Delivery::Digested => (Tone::Good, "check"),
            Delivery::CameBack => (Tone::Bad, "alert"),
            Delivery::Failed => (Tone::Warn, "alert"),
            Delivery::Waiting | Delivery::Collected => (Tone::Info, "clock"),
            Delivery::Off | Delivery::NotSent => (Tone::Info, "lock"),
        }
    }
}

/// A kind of message that may be switched off, or asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Category {
    /// As it is stored.
    pub name: &'static str,
    /// What it tells.
    pub words: &'static str,
    /// Who gets it.
    pub whom: &'static str,
    /// Where nothing is chosen.
    pub usual: &'static str,
}

/// All, in the order of the page.
pub const CATEGORIES: [Category; 5] = [
    Category {
        name: "releases",
        words: "A new release or extension is ready",
        whom: "For serial numbers that you coordinate",
        usual: "at_once",
    },
    Category {
        name: "release_copies",
        words: "Copies of these, for serial numbers that others coordinate",
        whom: "On contracts that you manage or have access to",
        usual: "off",
    },
    Category {
        name: "access",
        words: "What you may download has changed",
        whom: "When a Contract Manager or Software Coordinator changes your access",
        usual: "at_once",
    },
    Category {
        name: "by_default",
        words: "Serial numbers are still yours by default",
        whom: "Once a month, to Contract Managers",
        usual: "at_once",
    },
    Category {
        name: "renewals_weekly",
        words: "The renewals of your customers in the next 90 days",
        whom: "On Mondays, to those who administer a reseller's agents",
        usual: "at_once",
    },
];

/// How somebody is told: as it is stored, and in words.
pub const HOWS: [(&str, &str); 3] = [("at_once", "At once"), ("daily", "Once a day"), ("off", "Off")];

/// The category by that name, or all those of the daily mail.
pub fn category(name: &str) -> Option<&'static Category> {
    CATEGORIES.iter().find(|category| category.name == name)
}

/// Notices are counted from the first day of the quarter, so that a figure can be compared with that of a report.
pub fn counted_since(today: Day) -> Day {
    let text = today.to_string();
    let month = text.get(5..7).and_then(|month| month.parse::<u8>().ok()).unwrap_or(1);
    let first = (month.saturating_sub(1) / 3) * 3 + 1;
    format!("{}-{first:02}-01", text.get(..4).unwrap_or("1970")).parse().unwrap_or(today)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_back_came_back_whatever_else_is_said() {
        assert_eq!(Delivery::of("sent", false), Delivery::Delivered);
        assert_eq!(Delivery::of("sent", true), Delivery::CameBack);
        assert_eq!(Delivery::of("failed", true), Delivery::CameBack);
        assert_eq!(Delivery::of("failed", false), Delivery::Failed);
        assert_eq!(Delivery::of("not_sent", false), Delivery::NotSent);
        let names: std::collections::BTreeSet<_> = Delivery::ALL.iter().map(|d| d.name()).collect();
        assert_eq!(names.len(), 8);
    }

    #[test]
    fn a_quarter_begins_in_january_april_july_and_october() {
        let since = |day: &str| day.parse().map(|day| counted_since(day).to_string());
        assert_eq!(since("2026-11-24"), Ok("2026-10-01".to_owned()));
        assert_eq!(since("2026-10-01"), Ok("2026-10-01".to_owned()));
        assert_eq!(since("2028-02-29"), Ok("2028-01-01".to_owned()));
        assert_eq!(since("2026-09-30"), Ok("2026-07-01".to_owned()));
    }
}
