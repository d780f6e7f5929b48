//! The page Renewals: the timeline, the report, the calendar feed.
use super::list::{ProductLine, Reported};
use super::rules;
use super::settings::Settings;
use super::timeline::Timeline;
use crate::coordinators::rules::Phase;
use crate::time::Day;
use crate::web::layout::{Crumb, Frame, Place, page};
use crate::web::samples;
use crate::web::ui::{Tone, csrf, empty, icon, pages, pill};
use crate::web::words::{count, encoded, in_days, number, serial_numbers};
use maud::{Markup, html};

/// What the page shows.
#[derive(Clone, Debug)]
pub struct ReportView {
    /// All ends of 18 months; none on further pages, and where there is no contract at all.
    pub timeline: Option<Timeline>,
    /// One page of the report.
    pub rows: Vec<RenewalLine>,
    /// The calendar feed, for Contract Managers.
    pub feed: Option<Feed>,
    /// Whom to ask where there are no contracts.
    pub ask: String,
    /// The first page, if this is not it.
    pub first: Option<String>,
    /// The next page, if there is one.
    pub next: Option<String>,
    /// The form token.
    pub csrf: String,
}

/// The reader's calendar feed.
#[derive(Clone, Debug, Default)]
pub struct Feed {
    /// Since when there is one: "24 Nov 2026"; empty: there is none.
    pub since: String,
    /// Its address, made just now and shown this once.
    pub made: Option<String>,
}

/// A contract of the report.
#[derive(Clone, Debug)]
pub struct RenewalLine {
    /// Its number.
    pub number: String,
    /// The company; empty where the reader has one only.
    pub company: String,
    /// The Contract Manager: name and address; empty: the reader.
    pub manager: (String, String),
    /// Last day: "22 Dec 2026".
    pub ends: String,
    /// Days until then; negative once it has ended.
    pub left: i64,
    /// It may still be changed, or be read only.
    pub phase: Phase,
    /// Reseller of record: name and address; empty: sold direct.
    pub reseller: (String, String),
    /// `none`, `asked`, `quoted`, `ordered`
    pub state: &'static str,
    /// Where one renews online.
    pub online: Option<String>,
    /// The reader may ask for a quote.
    pub may_ask: bool,
    /// What it covers.
    pub products: Vec<ProductLine>,
}

impl RenewalLine {
    /// As the reader, whose id that is, sees it.
    pub fn of(one: &Reported, me: i64, settings: &Settings, today: Day) -> Self {
        let row = &one.row;
        let own = row.manager_id == me;
        Self {
            number: row.number.clone(),
            company: row.account.clone(),
            manager: if own { Default::default() } else { (row.manager(), row.email.clone()) },
            ends: row.end_on.parse::<Day>().map_or_else(|_| row.end_on.clone(), Day::long),
            left: row.left(today).into(),
            phase: row.phase(today),
            reseller: (row.reseller.clone().unwrap_or_default(), row.reseller_email.clone().unwrap_or_default()),
            state: row.state(),
            online: rules::online(&settings.online, &row.number).filter(|_| own),
            may_ask: own,
            products: one.products.clone(),
        }
    }

    fn href(&self) -> String {
        format!("/contracts/{}/renewal", encoded(&self.number))
    }
}

/// Where a renewal stands, as icon and words; nothing where nobody has asked.
pub fn state(state: &str) -> Markup {
    match state {
        "asked" => pill(Tone::Info, "clock", "Quote requested"),
        "quoted" => pill(Tone::Warn, "mail", "Quote ready"),
        "ordered" => pill(Tone::Good, "check", "Renewal ordered"),
        "renewed" => pill(Tone::Good, "check", "Renewed"),
        _ => html! {},
    }
}

/// The page.
pub fn report_page(frame: &Frame, view: &ReportView) -> Markup {
    page(
        frame,
        html! {
            div.head { div.title { h1 { "Renewals" } p { "What ends when, and how it is renewed" } } }
            @if let Some(feed) = &view.feed { (made(feed)) }
            @if let Some(timeline) = &view.timeline { (timeline.markup()) }
            section.block aria-labelledby="report-h" {
                h2 #report-h { "Near their end" }
                p.hint { "Contracts from 90 days before their end to 30 days after it." }
                @if view.rows.is_empty() { (none(view)) }
                @else { ul.renewals { @for row in &view.rows { (entry(row)) } } }
                (pages(view.first.as_deref(), view.next.as_deref()))
            }
            @if let Some(feed) = &view.feed { (calendar(feed, &view.csrf)) }
        },
    )
}

fn none(view: &ReportView) -> Markup {
    match &view.timeline {
        Some(_) => empty("Nothing ends soon", html! { "The timeline shows when. You are written to 90 days before." }),
        None => empty("No contracts yet", html! { "Your reseller adds them; ask " (view.ask) "." }),
    }
}

fn entry(row: &RenewalLine) -> Markup {
    html! {
        li {
            div.renewal {
                div {
                    h3 { a.key.serial href=(row.href()) { (row.number) } " " (state(row.state)) }
                    p {
                        b { @if row.left >= 0 { "Ends " (in_days(row.left)) } @else { "Ended " (in_days(row.left)) } }
                        ", on " (row.ends) "."
                        @if row.phase == Phase::Lapsed { " It can only be read." }
                    }
                    small {
                        @if !row.company.is_empty() { (row.company) ". " }
                        @let (name, email) = &row.manager;
                        @if !name.is_empty() { "Contract Manager: " a href={ "mailto:" (email) } { (name) } ". " }
                        (contact(row))
                    }
                }
                div.acts {
                    @if let Some(online) = &row.online {
                        a.btn.primary href=(online) rel="noreferrer" { "Renew online" span.vh { ": " (row.number) } }
                    }
                    @if row.may_ask && row.state != "ordered" {
                        a.btn href=(row.href()) { (icon("doc")) "Request renewal quote" span.vh { ": " (row.number) } }
                    }
                    a.btn.quiet href={ (row.href()) ".ics" } { (icon("cal")) "Add to calendar" span.vh { ": " (row.number) } }
                }
            }
            (products(row))
        }
    }
}

fn contact(row: &RenewalLine) -> Markup {
    let (name, email) = &row.reseller;
    html! {
        @if name.is_empty() { "Sold direct." }
        @else if email.is_empty() { "Reseller: " (name) "." }
        @else { "Contact reseller: " a href={ "mailto:" (email) } { (name) } "." }
    }
}

fn products(row: &RenewalLine) -> Markup {
    let total = |part: fn(&ProductLine) -> i64| row.products.iter().map(part).sum::<i64>();
    html! {
        @if row.products.is_empty() { p.hint { "No serial numbers are registered on it." } }
        @else {
            details {
                summary { (serial_numbers(total(|line| line.assets))) " of " (count(row.products.len() as i64, "product", "products")) ", " (count(total(|line| line.seats), "seat", "seats")) }
                table.plain {
                    caption.vh { "Products on contract " (row.number) }
                    thead { tr { th scope="col" { "Product" } th scope="col" { "Serial numbers" } th scope="col" { "Seats" } } }
                    tbody {
                        @for line in &row.products {
                            tr {
                                td { (line.name) small.break { (listed(line)) } }
                                td.num { (number(line.assets)) }
                                td.num { (number(line.seats)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The first serial numbers, and how many more there are.
pub fn listed(line: &ProductLine) -> Markup {
    let more = line.assets - i64::try_from(line.serials.len()).unwrap_or(0);
    html! {
        @for (n, serial) in line.serials.iter().enumerate() { @if n > 0 { ", " } span.serial { (serial) } }
        @if more > 0 { " and " (number(more)) " more" }
    }
}

fn made(feed: &Feed) -> Markup {
    html! {
        @if let Some(address) = &feed.made {
            section.block.made aria-labelledby="made-h" {
                h2 #made-h tabindex="-1" data-focus { "The address of your calendar" }
                p { "Copy it now into your calendar program, as a calendar to subscribe to: it is shown this once. Whoever has it sees when your contracts end." }
                p { code.serial.break { (address) } }
            }
        }
    }
}

fn calendar(feed: &Feed, token: &str) -> Markup {
    html! {
        section.block aria-labelledby="feed-h" {
            h2 #feed-h { "In your calendar" }
            p.hint { "A private address that your calendar program looks at: the end of each contract that you manage, with reminders 30 and 7 days before." }
            form.row-form method="post" action="/renewals/calendar" {
                (csrf(token))
                @if feed.since.is_empty() { button.btn type="submit" { (icon("cal")) "Make a private link" } }
                @else {
                    button.btn type="submit" { (icon("back")) "Reset link" }
                    span.hint { "There is one since " (feed.since) ". A new one ends it." }
                }
            }
        }
    }
}

impl ReportView {
    /// Elena's.
    pub fn sample() -> Self {
        let line = |name: &str, assets, seats, serials: &[&str]| ProductLine {
            code: name.to_owned(),
            name: name.to_owned(),
            assets,
            seats,
            serials: serials.iter().map(|serial| (*serial).to_owned()).collect(),
        };
        let row = RenewalLine {
            number: "110391050027".to_owned(),
            company: String::new(),
            manager: Default::default(),
            ends: "22 Dec 2026".to_owned(),
            left: 28,
            phase: Phase::Active,
            reseller: ("Brightwell Design Partners".to_owned(), "renewals@brightwell.example".to_owned()),
            state: "none",
            online: None,
            may_ask: true,
            products: vec![
                line("Draftline 2027", 2, 12, &["361-70518824", "361-70518825"]),
                line("SiteMesh Civil 2027", 14, 14, &["402-10000001"]),
            ],
        };
        Self {
            timeline: Some(Timeline::sample()),
            rows: vec![
                RenewalLine {
                    number: "110607718852".to_owned(),
                    ends: "4 Nov 2026".to_owned(),
                    left: -20,
                    phase: Phase::Grace,
                    reseller: (String::new(), String::new()),
                    state: "ordered",
                    ..row.clone()
                },
                row,
            ],
            feed: Some(Feed::default()),
            ask: "Formwork Software".to_owned(),
            first: None,
            next: None,
            csrf: "sample-token".to_owned(),
        }
    }

    /// The frame around it.
    pub fn sample_frame() -> Frame {
        samples::frame("Renewals", Place::Renewals, crumbs(true))
    }
}

/// The path to the page, for whoever has a Contract Administration and for whoever has not.
pub fn crumbs(administers: bool) -> Vec<Crumb> {
    let above = if administers { Crumb::to("Contract Administration", "/contracts") } else { Crumb::to("Home", "/") };
    vec![above, Crumb::here("Renewals")]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(view: &ReportView) -> String {
        report_page(&ReportView::sample_frame(), view).into_string()
    }

    #[test]
    fn what_is_ordered_is_not_asked_for_and_a_link_is_shown_once() {
        let page = shown(&ReportView::sample());
        assert_eq!(page.matches("Request renewal quote").count(), 1);
        assert!(page.contains("Ended 20 days ago") && page.contains("and 13 more") && page.contains("Sold direct."));
        assert!(page.contains("Make a private link") && !page.contains("Reset link"));
        let made =
            Feed { since: "24 Nov 2026".to_owned(), made: Some("https://x.example/renewals.ics?key=k".to_owned()) };
        let page = shown(&ReportView { feed: Some(made), ..ReportView::sample() });
        assert!(page.contains("renewals.ics?key=k") && page.contains("Reset link"));
    }

    #[test]
    fn without_contracts_it_says_whom_to_ask() {
        let page = shown(&ReportView { rows: Vec::new(), timeline: None, ..ReportView::sample() });
        assert!(page.contains("No contracts yet") && page.contains("ask Formwork Software"));
        let page = shown(&ReportView { rows: Vec::new(), ..ReportView::sample() });
        assert!(page.contains("Nothing ends soon"));
    }
}
