//! Contracts as pages show them: the rows of the database on a day, for whoever reads.
use super::head::ContractHead;
use super::list::{ContractRow, Share};
use crate::coordinators::rules::{GRACE_DAYS, Phase, phase};
use crate::text::full_name;
use crate::time::Day;
use crate::web::contract::{ContractRow as Line, ContractStatus};
use crate::web::coverage::{Coverage, Share as Part};
use crate::web::person::PersonRef;
use crate::web::words::number;
use std::collections::BTreeSet;

/// Who reads, and when.
#[derive(Clone, Copy, Debug)]
pub struct Reading {
    /// The reader's id.
    pub me: i64,
    /// The day in the vendor's zone.
    pub today: Day,
    /// The reader may open the contracts' pages.
    pub opens: bool,
}

impl Reading {
    /// A list of contracts with their coverage. The company is named where there is more than one.
    pub fn lines(&self, rows: &[ContractRow], shares: &[Share]) -> Vec<Line> {
        let companies: BTreeSet<&str> = rows.iter().map(|row| row.account_number.as_str()).collect();
        rows.iter().map(|row| self.line(row, shares, companies.len() > 1)).collect()
    }

    fn line(&self, row: &ContractRow, shares: &[Share], company: bool) -> Line {
        let coverage = self.coverage(row, shares);
        // Somebody who sees only the own part of the coverage is told how large it is.
        let part = coverage.as_ref().filter(|c| c.total() < row.assets).map(Coverage::total);
        let part = part.filter(|n| *n > 0).map(|n| format!(", you coordinate {}", number(n))).unwrap_or_default();
        Line {
            number: row.number.clone(),
            name: format!("{}{part}", kind(row)),
            company: if company { row.account.clone() } else { String::new() },
            status: self.status(row),
            coverage: coverage.filter(|c| c.total() == row.assets),
            serials: row.assets,
            manager: self.manager(row),
            ends_on: row.end_on.clone(),
            ends_in: self.ends_in(row),
            reseller: row.reseller.clone().unwrap_or_default(),
            may_assign: row.manager_id == self.me && self.phase(row) != Phase::Lapsed,
            opens: self.opens,
        }
    }

    /// The head of a contract's pages. `activity`: the reader may see what was changed.
    pub fn head(&self, row: &ContractRow, activity: bool) -> ContractHead {
        ContractHead {
            number: row.number.clone(),
            name: format!("{}, {}", row.account, row.program),
            status: self.status(row),
            manager: self.manager(row),
            reseller: row.reseller.clone().unwrap_or_default(),
            starts_on: row.start_on.clone(),
            ends_on: row.end_on.clone(),
            ends_in: self.ends_in(row),
            products: row.assets,
            activity,
            // Both are for the Contract Manager and the vendor's people, of those who open a contract's pages.
            renewal: activity,
            vacant: String::new(),
        }
    }

    /// Who coordinates how many of its serial numbers, as far as the reader sees the report.
    pub fn coverage(&self, row: &ContractRow, shares: &[Share]) -> Option<Coverage> {
        let own = || shares.iter().filter(|share| share.contract_id == row.id);
        if own().next().is_none() && row.assets > 0 {
            return None;
        }
        let person = |share: &Share| {
            let name = full_name(&share.first_name, &share.last_name);
            let you = share.person_id == self.me;
            PersonRef { you, ..PersonRef::new(name, &share.email, &share.handle, &share.handle) }
        };
        Some(Coverage {
            named: own().filter(|s| s.by_default == 0).map(|s| Part { person: person(s), n: s.assets }).collect(),
            by_default: own().filter(|s| s.by_default != 0).map(|s| s.assets).sum(),
            manager: self.manager(row),
        })
    }

    /// The Contract Manager.
    pub fn manager(&self, row: &ContractRow) -> PersonRef {
        let name = full_name(&row.manager_first, &row.manager_last);
        let handle = if self.opens { row.manager_handle.as_str() } else { "" };
        let you = row.manager_id == self.me;
        PersonRef { you, ..PersonRef::new(name, &row.manager_email, handle, &row.manager_handle) }
    }

    /// Where a contract stands.
    pub fn phase(&self, row: &ContractRow) -> Phase {
        match (row.start_on.parse(), row.end_on.parse()) {
            (Ok(start), Ok(end)) => phase(start, end, self.today),
            _ => Phase::Lapsed,
        }
    }

    fn status(&self, row: &ContractRow) -> ContractStatus {
        let until =
            || row.end_on.parse::<Day>().map_or_else(|_| row.end_on.clone(), |end| end.plus(GRACE_DAYS).to_string());
        match self.phase(row) {
            Phase::Future => ContractStatus::Upcoming(row.start_on.clone()),
            Phase::Active => ContractStatus::Active,
            Phase::Grace => ContractStatus::Grace(until()),
            Phase::Lapsed => ContractStatus::Lapsed,
        }
    }

    fn ends_in(&self, row: &ContractRow) -> i64 {
        row.end_on.parse().map_or(0, |end| i64::from(self.today.days_until(end)))
    }
}

/// "Maintenance, gold support".
fn kind(row: &ContractRow) -> String {
    let mut letters = row.program.chars();
    let program: String = letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default();
    format!("{program}, {} support", row.support_tier)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::ContractId;

    fn row() -> ContractRow {
        ContractRow {
            id: ContractId(7),
            number: "110448270013".to_owned(),
            account_number: "5102".to_owned(),
            account: "Ostrava & Finch".to_owned(),
            reseller_number: None,
            reseller: None,
            program: "maintenance".to_owned(),
            support_tier: "gold".to_owned(),
            start_on: "2026-03-01".to_owned(),
            end_on: "2027-02-28".to_owned(),
            version: 1,
            manager_id: 1,
            manager_handle: "h1".to_owned(),
            manager_email: "elena@ostrava.example".to_owned(),
            manager_first: "Elena".to_owned(),
            manager_last: "Ostrava".to_owned(),
            assets: 12,
            by_default: 3,
        }
    }

    fn share(person_id: i64, by_default: i64, assets: i64) -> Share {
        let (handle, email) = (format!("h{person_id}"), format!("p{person_id}@ostrava.example"));
        let (first_name, last_name, contract_id) = ("P".to_owned(), person_id.to_string(), ContractId(7));
        Share { contract_id, person_id, handle, email, first_name, last_name, by_default, assets }
    }

    fn reading(me: i64, today: &str) -> Reading {
        Reading { me, today: today.parse().unwrap(), opens: true }
    }

    #[test]
    fn a_manager_sees_the_whole_coverage_and_may_assign_until_it_lapses() {
        let shares = [share(2, 0, 9), share(1, 1, 3)];
        let lines = reading(1, "2026-11-24").lines(&[row()], &shares);
        let line = lines.first().unwrap();
        let coverage = line.coverage.as_ref().unwrap();
        assert_eq!((coverage.total(), coverage.by_default, line.ends_in), (12, 3, 96));
        assert_eq!(
            (line.name.as_str(), line.company.as_str(), line.may_assign),
            ("Maintenance, gold support", "", true)
        );
        assert!(coverage.manager.you && !coverage.named.first().unwrap().person.you);
        let after = |today: &str| {
            let line = reading(1, today).line(&row(), &shares, false);
            (line.status, line.may_assign, line.ends_in)
        };
        assert_eq!(after("2027-03-30"), (ContractStatus::Grace("2027-03-30".to_owned()), true, -30));
        assert_eq!(after("2027-03-31"), (ContractStatus::Lapsed, false, -31));
        assert_eq!(after("2026-02-28").0, ContractStatus::Upcoming("2026-03-01".to_owned()));
    }

    #[test]
    fn a_coordinator_is_told_the_own_part_and_no_more() {
        let line = reading(2, "2026-11-24").line(&row(), &[share(2, 0, 9)], false);
        assert_eq!(line.name, "Maintenance, gold support, you coordinate 9");
        assert!(line.coverage.is_none() && !line.may_assign && line.serials == 12);
        let reader = reading(5, "2026-11-24").line(&row(), &[], true);
        assert!(reader.coverage.is_none());
        assert_eq!((reader.name.as_str(), reader.company.as_str()), ("Maintenance, gold support", "Ostrava & Finch"));
    }
}
