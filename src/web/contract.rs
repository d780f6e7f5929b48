//! Contracts as pages list them: number, status, coverage, renewal.
use super::coverage::{Coverage, mini};
use super::person::{PersonRef, name};
use super::samples;
use super::ui::{Tone, icon, pill};
use super::words::{day, in_days, number};
use maud::{Markup, html};

/// Where a contract stands on the present day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContractStatus {
    /// Begins on this day.
    Upcoming(String),
    /// In term.
    Active,
    /// Ended, but may still be changed until this day.
    Grace(String),
    /// Ended; to be read only.
    Lapsed,
}

impl ContractStatus {
    /// Icon and word.
    pub fn pill(&self) -> Markup {
        match self {
            ContractStatus::Upcoming(_) => pill(Tone::Info, "cal", "Not yet begun"),
            ContractStatus::Active => pill(Tone::Good, "check", "Active"),
            ContractStatus::Grace(_) => pill(Tone::Warn, "clock", "Ended"),
            ContractStatus::Lapsed => pill(Tone::Bad, "lock", "Lapsed"),
        }
    }
}

/// One contract in a list.
#[derive(Clone, Debug)]
pub struct ContractRow {
    /// Contract number.
    pub number: String,
    /// "Maintenance, gold support": program and support tier in words.
    pub name: String,
    /// The company, where the reader sees more than one; empty otherwise.
    pub company: String,
    /// Where it stands.
    pub status: ContractStatus,
    /// Who coordinates its serial numbers; none where the reader may not see the report.
    pub coverage: Option<Coverage>,
    /// So many serial numbers.
    pub serials: i64,
    /// The Contract Manager.
    pub manager: PersonRef,
    /// Last day, `YYYY-MM-DD`.
    pub ends_on: String,
    /// Days until then; negative once it has ended.
    pub ends_in: i64,
    /// The reseller of record; empty: sold direct.
    pub reseller: String,
    /// The reader may assign coordinators here.
    pub may_assign: bool,
    /// The reader may open its pages; a reseller reads the row only.
    pub opens: bool,
}

impl ContractRow {
    /// The Products tab.
    pub fn href(&self) -> String {
        format!("/contracts/{}/products", self.number)
    }

    /// The prototype's contract, one in grace and one that is somebody else's.
    pub fn samples() -> Vec<ContractRow> {
        let first = ContractRow {
            number: samples::CONTRACT.to_owned(),
            name: "Maintenance, gold support".to_owned(),
            company: String::new(),
            status: ContractStatus::Active,
            coverage: Some(Coverage::sample()),
            serials: 12,
            manager: samples::elena(),
            ends_on: "2027-02-28".to_owned(),
            ends_in: 96,
            reseller: "Brightwell Design Partners".to_owned(),
            may_assign: true,
            opens: true,
        };
        let mut large = Coverage { by_default: 0, ..Coverage::sample() };
        large.named.iter_mut().for_each(|share| share.n *= 20);
        let [_, tomas, ..] = samples::coordinators();
        vec![
            first.clone(),
            ContractRow {
                number: "110391050027".to_owned(),
                status: ContractStatus::Grace("2026-12-04".to_owned()),
                ends_on: "2026-11-04".to_owned(),
                ends_in: -20,
                serials: large.total(),
                coverage: Some(large),
                ..first.clone()
            },
            ContractRow {
                number: "110220000915".to_owned(),
                status: ContractStatus::Lapsed,
                ends_on: "2025-02-28".to_owned(),
                ends_in: -634,
                reseller: String::new(),
                manager: tomas,
                coverage: None,
                serials: 3,
                may_assign: false,
                ..first
            },
        ]
    }
}

/// The list. `assign`: each row offers "Assign coordinator", as on Manage Software Coordinators.
pub fn table(rows: &[ContractRow], assign: bool) -> Markup {
    let companies = rows.iter().any(|row| !row.company.is_empty());
    html! {
        table.plain.contracts {
            caption.vh { "Contracts with status, serial numbers, renewal and reseller" }
            thead {
                tr {
                    th scope="col" { "Contract" }
                    @if companies { th.c-2 scope="col" { "Company" } }
                    th scope="col" { "Serial numbers" }
                    th.c-2 scope="col" { "Contract Manager" }
                    th scope="col" { "Renewal" }
                    th.c-3 scope="col" { "Reseller" }
                    @if assign { th.c-act scope="col" { span.vh { "Action" } } }
                }
            }
            tbody { @for row in rows { (table_row(row, companies, assign)) } }
        }
    }
}

fn table_row(row: &ContractRow, companies: bool, assign: bool) -> Markup {
    html! {
        tr {
            td {
                @if row.opens { a.key.serial href=(row.href()) { (row.number) } } @else { b.serial { (row.number) } }
                " " (row.status.pill())
                small { (row.name) @if !row.company.is_empty() { span.in-2 { br; (row.company) } } }
            }
            @if companies { td.c-2 { (row.company) } }
            td {
                @match &row.coverage {
                    Some(coverage) => { b.num { (number(row.serials)) } (mini(coverage)) }
                    None => b.num { (number(row.serials)) },
                }
            }
            td.c-2 { (name(&row.manager)) }
            td.num { (renewal(row)) }
            td.c-3 { @if row.reseller.is_empty() { span.muted { "Sold direct" } } @else { (row.reseller) } }
            @if assign {
                td.c-act {
                    @if row.may_assign {
                        a.btn href=(row.href()) {
                            (icon("coord")) span.in-btn { "Assign coordinator" }
                            span.vh { " on contract " (row.number) }
                        }
                    }
                }
            }
        }
    }
}

fn renewal(row: &ContractRow) -> Markup {
    html! {
        @if row.ends_in >= 0 { (in_days(row.ends_in)) } @else { "Ended " (in_days(row.ends_in)) }
        small { (day(&row.ends_on)) }
    }
}
