//! The timeline of renewals: 18 months, a row for each contract with its term, the days of its notices and its end. Sizes stand in
//! attributes, across in percent, so that it fits every width and its words keep their size. The table beside it says the same.
use crate::time::Day;
use crate::web::words::{count, encoded, in_days};
use jiff::ToSpan;
use maud::{Markup, html};

/// Months that it shows, of which so many lie behind.
const MONTHS: i32 = 18;
const BEHIND: i32 = 3;
/// Heights in pixels.
const HEAD: i64 = 28;
const ROW: i64 = 44;

/// A contract on it.
#[derive(Clone, Debug)]
pub struct Line {
    /// Its number.
    pub number: String,
    /// The company; empty where the reader has one only.
    pub company: String,
    /// First day.
    pub starts: Day,
    /// Last day.
    pub ends: Day,
    /// Days of its notices.
    pub notices: Vec<Day>,
    /// The renewal is ordered.
    pub ordered: bool,
}

/// All of them on a day.
#[derive(Clone, Debug)]
pub struct Timeline {
    /// The day.
    pub today: Day,
    /// The earliest end first.
    pub lines: Vec<Line>,
    /// There are more than are shown.
    pub more: bool,
}

fn top(place: usize) -> i64 {
    HEAD + i64::try_from(place).unwrap_or(0) * ROW
}

/// The first and the last day that it shows.
pub fn window(today: Day) -> (Day, Day) {
    let month = today.0.first_of_month();
    let from = month.saturating_sub(BEHIND.months());
    (Day(from), Day(from.saturating_add(MONTHS.months())).plus(-1))
}

impl Timeline {
    /// What it says in one sentence: "2 of 4 contracts end within 90 days".
    pub fn finding(&self) -> String {
        let all = i64::try_from(self.lines.len()).unwrap_or(0);
        let left = |line: &&Line| (0..=90).contains(&self.today.days_until(line.ends)) && !line.ordered;
        let soon = i64::try_from(self.lines.iter().filter(left).count()).unwrap_or(0);
        let of = format!("{}{}", if self.more { "the first " } else { "" }, count(all, "contract", "contracts"));
        match (soon, all) {
            (0, 1) => "No contract ends within 90 days".to_owned(),
            (0, _) => format!("None of {of} ends within 90 days"),
            (1, 1) => "The contract ends within 90 days".to_owned(),
            (1, _) => format!("1 of {of} ends within 90 days"),
            (n, all) if n == all => format!("All {of} end within 90 days"),
            _ => format!("{soon} of {of} end within 90 days"),
        }
    }

    fn at(&self, day: Day) -> f64 {
        let (from, until) = window(self.today);
        let share = f64::from(from.days_until(day)) / f64::from(from.days_until(until).max(1));
        (share * 100.0).clamp(0.0, 100.0)
    }

    fn shows(&self, day: Day) -> bool {
        let (from, until) = window(self.today);
        from <= day && day <= until
    }

    /// Chart and table.
    pub fn markup(&self) -> Markup {
        html! {
            figure.timeline aria-labelledby="timeline-h" {
                figcaption { h2 #timeline-h { (self.finding()) } }
                (self.chart())
                p.hint { "Bars are terms, ticks the days of notices, the diamond is the end, the dashed line is today." @if self.more { " The list shows the first ones." } }
                details { summary { "Show as table" } (self.table()) }
            }
        }
    }

    fn chart(&self) -> Markup {
        let rows = i64::try_from(self.lines.len()).unwrap_or(0);
        let height = HEAD + rows * ROW + 4;
        let percent = |day: Day| format!("{:.2}%", self.at(day));
        html! {
            svg.lanes width="100%" height=(height) role="img" aria-label=(format!("Timeline of 18 months: {}.", self.finding())) {
                @for (day, words) in self.quarters() {
                    line.grid x1=(percent(day)) x2=(percent(day)) y1="0" y2=(height) {}
                    text x=(percent(day)) dx="4" y="14" { (words) }
                }
                @for (place, line) in self.lines.iter().enumerate() { (self.lane(line, top(place))) }
                line.now x1=(percent(self.today)) x2=(percent(self.today)) y1=(HEAD - 8) y2=(height) {}
                // Last, so that nothing runs through them.
                @for (place, line) in self.lines.iter().enumerate() {
                    text.name x="0" y=(top(place) + 13) { (line.number) " " tspan { (in_days(self.today.days_until(line.ends).into())) } }
                }
            }
        }
    }

    fn lane(&self, line: &Line, top: i64) -> Markup {
        let (from, to) = (self.at(line.starts), self.at(line.ends));
        let bar = top + 20;
        html! {
            rect.term x=(format!("{from:.2}%")) width=(format!("{:.2}%", (to - from).max(0.2))) y=(bar) height="12" rx="3" {}
            @for day in line.notices.iter().filter(|day| self.shows(**day)) {
                @let x = format!("{:.2}%", self.at(*day));
                line.tick x1=(x) x2=(x) y1=(bar) y2=(bar + 12) {}
            }
            @if self.shows(line.ends) {
                svg x=(format!("{to:.2}%")) y=(bar + 6) overflow="visible" { path.end d="M0-8 8 0 0 8-8 0Z" {} }
            }
        }
    }

    /// Every third month has a line and its name.
    fn quarters(&self) -> Vec<(Day, String)> {
        let (from, _) = window(self.today);
        let months = (0..MONTHS).step_by(3).map(|n| Day(from.0.saturating_add(n.months())));
        months.map(|day| (day, day.0.strftime("%b %y").to_string())).collect()
    }

    fn table(&self) -> Markup {
        let companies = self.lines.iter().any(|line| !line.company.is_empty());
        html! {
            table.plain {
                caption.vh { "Terms, next notices and ends" }
                thead { tr {
                    th scope="col" { "Contract" }
                    @if companies { th.c-2 scope="col" { "Company" } }
                    th.c-2 scope="col" { "Started" } th scope="col" { "Next notice" } th scope="col" { "Ends" }
                } }
                tbody {
                    @for line in &self.lines {
                        @let next = line.notices.iter().find(|day| **day >= self.today && !line.ordered);
                        tr {
                            td { a.key.serial href={ "/contracts/" (encoded(&line.number)) "/renewal" } { (line.number) } }
                            @if companies { td.c-2 { (line.company) } }
                            td.c-2.num { (line.starts.long()) }
                            td.num { @match next { Some(day) => (day.long()), None if line.ordered => "Ordered", None => "None" } }
                            td.num { (line.ends.long()) small { (in_days(self.today.days_until(line.ends).into())) } }
                        }
                    }
                }
            }
        }
    }

    /// Elena's.
    pub fn sample() -> Self {
        let day = |y, m, d| Day(jiff::civil::date(y, m, d));
        let line = |number: &str, starts, ends: Day, ordered| Line {
            number: number.to_owned(),
            company: String::new(),
            starts,
            ends,
            notices: [90, 60, 30, 15, 7, 0, -15].map(|days| ends.plus(-days)).to_vec(),
            ordered,
        };
        Self {
            today: day(2026, 11, 24),
            lines: vec![
                line("110607718852", day(2025, 11, 5), day(2026, 11, 4), false),
                line("110391050027", day(2025, 12, 23), day(2026, 12, 22), false),
                line("110448270013", day(2026, 3, 1), day(2027, 2, 28), true),
            ],
            more: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eighteen_months_from_three_before() {
        let (from, until) = window("2026-11-24".parse().unwrap());
        assert_eq!((from.to_string(), until.to_string()), ("2026-08-01".to_owned(), "2028-01-31".to_owned()));
        let (from, until) = window("2028-02-29".parse().unwrap());
        assert_eq!((from.to_string(), until.to_string()), ("2027-11-01".to_owned(), "2029-04-30".to_owned()));
    }

    #[test]
    fn the_finding_counts_what_is_not_ordered() {
        let all = Timeline::sample();
        assert_eq!(all.finding(), "1 of 3 contracts ends within 90 days");
        let one = Timeline { lines: all.lines.get(1..2).unwrap().to_vec(), ..all.clone() };
        assert_eq!(one.finding(), "The contract ends within 90 days");
        let page = all.markup().into_string();
        assert!(!page.contains("style=") && page.contains("Show as table") && page.contains("22 Dec 2026"), "{page}");
        assert_eq!(page.matches("class=\"end\"").count(), 3);
    }
}
