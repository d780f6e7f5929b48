//! The ledger as a page: for whoever was written to, for Contract Managers, and, as the outbox, for the vendor's staff.
use super::chart;
use super::list::{Counted, Filter, NoticeRow};
use super::rules::Delivery;
use crate::time::long;
use crate::web::layout::{Frame, page};
use crate::web::person::address;
use crate::web::ui::{empty, icon, pages, pill};
use crate::web::words::{link, serial_numbers};
use jiff::tz::TimeZone;
use maud::{Markup, html};

/// What the page shows.
#[derive(Clone, Debug)]
pub struct LedgerView {
    /// The vendor's outbox, with everything.
    pub outbox: bool,
    /// The reader manages contracts, and sees what went to others, too.
    pub manages: bool,
    /// The reader may send a test message: the form token.
    pub test: Option<String>,
    /// What narrows it.
    pub filter: Filter,
    /// One page.
    pub rows: Vec<NoticeRow>,
    /// The figures.
    pub counted: Counted,
    /// The next page.
    pub next: Option<String>,
    /// This is not the first one.
    pub later: bool,
    /// The zone in which times are told.
    pub zone: TimeZone,
}

impl LedgerView {
    fn path(&self) -> &'static str {
        if self.outbox { "/vendor/outbox" } else { "/notices" }
    }

    fn link(&self, cursor: &str) -> String {
        let Filter { person, q, state, since } = &self.filter;
        link(self.path(), &[("person", person), ("q", q), ("state", state), ("since", since), ("cursor", cursor)])
    }

    fn whose(&self) -> &'static str {
        match (self.outbox, self.manages) {
            (true, _) => "",
            (_, true) => " to your company",
            _ => " to you",
        }
    }
}

/// The page.
pub fn ledger_page(frame: &Frame, view: &LedgerView) -> Markup {
    let title = if view.outbox { "Outbox" } else { "Notices" };
    page(
        frame,
        html! {
            div.head {
                div.title {
                    h1 { (title) }
                    p {
                        @if view.outbox { "Every mail: to whom, why, and what became of it." }
                        @else if view.manages { "What was sent to you, and to whom on your contracts; why, and what became of it." }
                        @else { "What was sent to you, why, and what became of it." }
                    }
                }
                @if let Some(csrf) = &view.test {
                    form.acts method="post" action="/vendor/outbox/test" {
                        (crate::web::ui::csrf(csrf)) button.btn type="submit" { (icon("mail")) "Send test message" }
                    }
                }
            }
            (chart::figure(&view.counted, view.whose()))
            (filters(view))
            @if view.rows.is_empty() { (none(view)) } @else { (table(view)) }
            (pages(view.later.then(|| view.link("")).as_deref(), view.next.as_deref().map(|cursor| view.link(cursor)).as_deref()))
            @if !view.outbox { p.hint { "What you are told, and where, is set on " a href="/account/notifications" { "Notifications" } "." } }
        },
    )
}

fn filters(view: &LedgerView) -> Markup {
    let Filter { person, q, state, since } = &view.filter;
    html! {
        form.find-row method="get" action=(view.path()) role="search" {
            @if view.outbox || view.manages {
                label { "To" input.box type="search" name="person" value=(person) placeholder="Name or e-mail"; }
            }
            label { "Subject or release" input.box type="search" name="q" value=(q); }
            label {
                "State"
                select.box name="state" {
                    option value="" { "All" }
                    @for one in Delivery::ALL { option value=(one.name()) selected[one.name() == state] { (one.words()) } }
                }
            }
            label { "Since" input.box type="date" name="since" value=(since); }
            button.btn type="submit" { "Show" }
        }
    }
}

fn none(view: &LedgerView) -> Markup {
    if view.filter.any() {
        return empty("No notice matches", html! { "Check the spelling, or " a href=(view.path()) { "show all" } "." });
    }
    empty("No notices yet", html! { "They appear here as soon as something is sent." })
}

fn table(view: &LedgerView) -> Markup {
    html! {
        table.plain.notices {
            caption.vh { "Notices, the newest first" }
            thead {
                tr {
                    th scope="col" { "Notice" } th.c-2 scope="col" { "To" } th scope="col" { "What became of it" }
                    @if view.outbox || view.manages { th.c-act scope="col" { span.vh { "Action" } } }
                }
            }
            tbody { @for row in &view.rows { (line(view, row)) } }
        }
    }
}

fn line(view: &LedgerView, row: &NoticeRow) -> Markup {
    let subject = if row.subject.is_empty() { "Erased" } else { &row.subject };
    html! {
        tr {
            td {
                @if view.outbox { a.key href={ "/vendor/outbox/" (row.id) } { (subject) } } @else { b { (subject) } }
                @if row.copy_of.is_some() { " " small { "Copy" } }
                @if !row.why.is_empty() { small { "Why: " (row.why) } }
                @if let Some(number) = &row.contract_number { small { "Contract " span.serial { (number) } } }
                @if row.assets > 0 { small { (serial_numbers(row.assets)) } }
                small.in-2 { "To " (to(view, row)) }
            }
            td.c-2 { (to(view, row)) }
            td {
                (state(row.delivery()))
                small.num { (long(row.came_back_at.or(row.sent_at).unwrap_or(row.created_at), &view.zone)) }
                @if row.opened && row.delivery() == Delivery::Delivered { small { "Signed in since" } }
                @if row.delayed_at.is_some() && row.came_back_at.is_none() { small { "Delayed at the recipient’s mail server" } }
                @if row.came_back_at.is_some() || row.delivery() == Delivery::Failed { small.break { (row.error) } }
            }
            @if view.outbox || view.manages { td.c-act { (actions(view, row)) } }
        }
    }
}

fn to(view: &LedgerView, row: &NoticeRow) -> Markup {
    html! {
        @if row.opens { a href={ "/people/" (row.handle) } { (row.name()) } } @else { (row.name()) }
        small.break { (address(&row.address)) }
        @if view.outbox { @if let Some(company) = &row.company { small { (company) } } }
    }
}

/// What became of it, as icon and words.
pub fn state(delivery: Delivery) -> Markup {
    let (tone, symbol) = delivery.tone();
    pill(tone, symbol, delivery.words())
}

fn actions(view: &LedgerView, row: &NoticeRow) -> Markup {
    html! {
        @if row.came_back_at.is_some() && row.opens && !view.outbox {
            a.btn href={ "/people/" (row.handle) } { "Hand over" span.vh { " what " (row.name()) " looks after" } }
            " "
            a.btn href={ "/people/" (row.handle) "/edit" } { "Correct address" span.vh { " of " (row.name()) } }
        }
        @if view.outbox { a.btn href={ "/vendor/outbox/" (row.id) } { "Open" span.vh { " " (row.subject) " to " (row.name()) } } }
    }
}
