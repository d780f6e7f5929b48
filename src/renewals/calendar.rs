//! Ends of contracts as calendar files (RFC 5545): an event of a whole day each, with reminders 30 and 7 days before. The same
//! contract is the same event in every file; a new term moves it.
use crate::mail::letter::one_line;
use crate::mail::message::host;
use crate::time::{Day, Instant};
use icalendar::{Alarm, Calendar, Component, Event, EventLike, Property, Trigger};

/// An end of a contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End {
    /// The contract's number.
    pub number: String,
    /// The company.
    pub company: String,
    /// The reseller of record; empty: sold direct.
    pub reseller: String,
    /// The last day.
    pub on: Day,
    /// How many terms the contract had before.
    pub sequence: i64,
}

/// The file that a mail carries, or that one contract's page offers.
pub fn one(end: &End, base_url: &str, now: Instant) -> String {
    let mut calendar = Calendar::empty();
    calendar.append_property(("VERSION", "2.0")).append_property(("PRODID", "-//Subscription Center//Renewals//EN"));
    calendar.append_property(("METHOD", "PUBLISH")).push(event(end, base_url, now));
    calendar.to_string()
}

/// The feed: all of somebody's.
pub fn feed(ends: &[End], base_url: &str, now: Instant) -> String {
    let mut calendar = Calendar::empty();
    calendar.append_property(("VERSION", "2.0")).append_property(("PRODID", "-//Subscription Center//Renewals//EN"));
    calendar.append_property(("METHOD", "PUBLISH")).append_property(("X-WR-CALNAME", "Contract renewals"));
    calendar.append_property(Property::new("REFRESH-INTERVAL", "P1D").add_parameter("VALUE", "DURATION").done());
    for end in ends {
        calendar.push(event(end, base_url, now));
    }
    calendar.to_string()
}

fn event(end: &End, base_url: &str, now: Instant) -> Event {
    let (number, company) = (one_line(&end.number), one_line(&end.company));
    let url = format!("{base_url}/contracts/{}/renewal", crate::web::words::encoded(&end.number));
    let whom = match end.reseller.as_str() {
        "" => String::new(),
        reseller => format!(" {} renews it.", one_line(reseller)),
    };
    let day = |key: &str, day: Day| {
        Property::new(key, day.0.strftime("%Y%m%d").to_string()).add_parameter("VALUE", "DATE").done()
    };
    let uid = format!("renewal-{}@{}", plain(&end.number), host(base_url));
    let mut event = Event::new();
    event
        .add_property("UID", uid.as_str())
        .add_property("DTSTAMP", stamp(now))
        .add_property("SEQUENCE", end.sequence.to_string())
        .add_property("SUMMARY", format!("Contract {number} ends"))
        .add_property("DESCRIPTION", format!("{company}.{whom} {url}"))
        .add_property("TRANSP", "TRANSPARENT")
        .append_property(Property::new("URL", url))
        .append_property(day("DTSTART", end.on))
        .append_property(day("DTEND", end.on.plus(1)));
    for days in [30, 7] {
        // The crate reads a time after and writes one before only from a type of another crate: the sign is put before it.
        if let Ok(after) = Trigger::try_from(&Property::new("TRIGGER", format!("P{days}D"))) {
            let mut alarm = Alarm::display(&format!("Contract {number} ends in {days} days"), after);
            alarm.add_property("TRIGGER", format!("-P{days}D"));
            // Without them the crate makes some up, anew in each file.
            alarm.add_property("DTSTAMP", stamp(now)).add_property("UID", format!("{uid}-{days}"));
            event.alarm(alarm);
        }
    }
    event.done()
}

fn stamp(at: Instant) -> String {
    let at = jiff::Timestamp::from_millisecond(at).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// A contract number may be made of anything.
fn plain(number: &str) -> String {
    crate::web::words::encoded(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end() -> End {
        End {
            number: "110448270013".to_owned(),
            company: "Ostrava, Finch; & Söhne\r\nBEGIN:VEVENT".to_owned(),
            reseller: "Brightwell Design Partners".to_owned(),
            on: "2027-02-28".parse().unwrap(),
            sequence: 2,
        }
    }

    #[test]
    fn a_whole_day_with_two_reminders_the_same_each_time() {
        let file = one(&end(), "https://subscriptions.example.com", 1_795_510_800_000);
        insta::assert_snapshot!("calendar", file.replace("\r\n", "\n"));
        assert_eq!(file, one(&end(), "https://subscriptions.example.com", 1_795_510_800_000));
        assert_eq!(file.matches("BEGIN:VEVENT\r\n").count(), 1, "no line can be injected");
        assert!(file.lines().all(|line| line.len() <= 75), "lines are folded");
        let moved = one(
            &End { on: "2028-02-28".parse().unwrap(), sequence: 3, ..end() },
            "https://subscriptions.example.com",
            0,
        );
        let uid = |file: &str| file.lines().find(|line| line.starts_with("UID:")).unwrap().to_owned();
        assert!(uid(&file) == uid(&moved) && moved.contains("SEQUENCE:3") && moved.contains("20280228"));
    }

    #[test]
    fn a_feed_without_contracts_is_a_calendar() {
        let file = feed(&[], "https://x.example", 0);
        assert!(file.starts_with("BEGIN:VCALENDAR\r\n") && file.ends_with("END:VCALENDAR\r\n"));
        assert_eq!(
            feed(&[end(), End { number: "2".to_owned(), ..end() }], "https://x.example", 0)
                .matches("BEGIN:VALARM")
                .count(),
            4
        );
    }
}
