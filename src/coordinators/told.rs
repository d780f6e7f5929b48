//! Who is told what of a change set: from the rows that were found to the mails, without database or clock.
use super::happened::{ContractRow, Facts, Head, Level, Move, PersonRow};
use super::mails::{Assigned, Invitation, TakenOver};
use super::summary::{Share, Summary};
use super::wording::{Cause, Deed, Place, What};
use crate::ids::{ChangeSetId, PersonId};
use crate::mail::letter::{MOST_LISTED, Serial, one_line};
use crate::mail::outbox::{Outgoing, Purpose};
use crate::mail::{Mail, Site};
use crate::text::full_name;
use crate::time::Day;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The mails, one for each person.
pub fn told(facts: &Facts, site: &Site) -> Vec<Outgoing> {
    let book = Book::of(facts, site);
    let managers: BTreeSet<i64> = facts.contracts.iter().map(|c| c.manager_id).collect();
    let others: BTreeSet<i64> = book.gains.keys().chain(book.losses.keys()).copied().collect();
    let summaries = managers.iter().filter_map(|&person| book.summary(person));
    let rest = others.difference(&managers).filter_map(|&person| book.gained(person).or_else(|| book.lost(person)));
    summaries.chain(rest).collect()
}

/// What one person gains or loses.
#[derive(Default)]
struct Heap {
    count: u64,
    covered: u64,
    planned: u64,
    contracts: BTreeSet<i64>,
    standing: Vec<String>,
    others: BTreeMap<i64, u64>,
    serials: Vec<Serial>,
}

impl Heap {
    fn add(&mut self, row: &Move, other: Option<i64>) {
        self.count += row.assets;
        self.contracts.insert(row.contract_id);
        self.serials.extend(row.serials.iter().cloned());
        if let Some(other) = other {
            *self.others.entry(other).or_default() += row.assets;
        }
    }
}

/// The facts, sorted by person.
struct Book<'a> {
    facts: &'a Facts,
    site: &'a Site,
    contracts: HashMap<i64, &'a ContractRow>,
    gains: BTreeMap<i64, Heap>,
    losses: BTreeMap<i64, Heap>,
}

impl<'a> Book<'a> {
    fn of(facts: &'a Facts, site: &'a Site) -> Self {
        let contracts: HashMap<i64, &ContractRow> = facts.contracts.iter().map(|c| (c.id, c)).collect();
        let mut book = Book { facts, site, contracts, gains: BTreeMap::new(), losses: BTreeMap::new() };
        for row in facts.moves.iter().filter(|row| book.contracts.contains_key(&row.contract_id)) {
            if let Some(gainer) = row.gainer() {
                let heap = book.gains.entry(gainer).or_default();
                heap.add(row, row.moved().map(|(former, _)| former));
                if row.moved().is_none() && row.successor.is_some_and(|in_force| in_force != gainer) {
                    heap.covered += row.assets;
                }
            }
            if let Some((former, successor)) = row.moved() {
                book.losses.entry(former).or_default().add(row, Some(successor));
            }
        }
        for level in &facts.levels {
            book.stand(level);
        }
        book
    }

    /// A group or a whole contract was given to somebody, also what comes into it later; or a dated assignment that lies ahead.
    fn stand(&mut self, level: &Level) {
        let (Some(person), Some(contract)) = (level.after_id, self.contracts.get(&level.contract_id)) else { return };
        if !self.counts(level) {
            return;
        }
        let heap = self.gains.entry(person).or_default();
        heap.contracts.insert(level.contract_id);
        if let Some(words) = standing(level, contract) {
            heap.standing.push(words);
        }
        if level.level != "cover" {
            return;
        }
        heap.planned += 1;
        if let Some(former) = level.before_id {
            let heap = self.losses.entry(former).or_default();
            heap.contracts.insert(level.contract_id);
            heap.planned += 1;
            heap.others.entry(person).or_default();
        }
    }

    /// The right to name users is told beside; what an undo took back of a dated assignment nobody gains.
    fn counts(&self, level: &Level) -> bool {
        let undone_dated = self.facts.head.takes_back && level.level.ends_with("_dated");
        !undone_dated && level.level != "naming"
    }

    /// Whoever can be written to.
    fn reader(&self, person: i64) -> Option<&'a PersonRow> {
        self.facts.people.get(&person).filter(|p| !p.deactivated)
    }

    fn name(&self, person: i64, reader: i64) -> String {
        match self.facts.people.get(&person) {
            _ if person == reader => "you".to_owned(),
            Some(p) => named(p),
            None => self.site.vendor.clone(),
        }
    }

    fn names<'b>(&self, people: impl Iterator<Item = &'b i64>, reader: i64) -> Vec<String> {
        people.map(|&person| self.name(person, reader)).collect()
    }

    /// What happened, as this reader is told it.
    fn cause(&self, reader: i64) -> Cause {
        let Head { kind, set_by, person_id, from_on, until_on, takes_back, .. } = &self.facts.head;
        let day = |text: &Option<String>| text.as_deref().and_then(|text| text.parse::<Day>().ok());
        let ahead = day(from_on).filter(|&from| self.facts.set_on.is_some_and(|today| from > today));
        let deed = match kind.as_str() {
            "undo" => Deed::Undid,
            "take" => Deed::Imported,
            "hand_over" => Deed::HandedOver { of: self.name(person_id.unwrap_or(0), reader) },
            _ if person_id.is_none() => Deed::Cleared,
            _ => Deed::Named,
        };
        let actor = match deed {
            Deed::Imported => self.site.vendor.clone(),
            _ => self.name(*set_by, 0),
        };
        // An answer reaches whoever did it, or the vendor where there is an address; not somebody who has left.
        let gone = self.facts.people.get(set_by).map_or(self.site.contact_email.is_empty(), |p| p.deactivated);
        Cause {
            answer: if *set_by == reader || gone { String::new() } else { actor.clone() },
            actor,
            deed,
            from: ahead.filter(|_| !takes_back),
            until: day(until_on).filter(|_| !takes_back),
            cancelled: ahead.filter(|_| *takes_back),
        }
    }

    fn what(&self, heap: &Heap) -> What {
        let contracts: Vec<&ContractRow> =
            heap.contracts.iter().filter_map(|id| self.contracts.get(id).copied()).collect();
        let companies: BTreeSet<String> = contracts.iter().map(|c| one_line(&c.account)).collect();
        let mut numbers: Vec<String> = contracts.iter().map(|c| one_line(&c.number)).collect();
        numbers.sort();
        let mut serials = heap.serials.clone();
        serials.sort_by(|a, b| a.number.cmp(&b.number));
        serials.truncate(MOST_LISTED);
        What {
            count: heap.count,
            serials,
            standing: heap.standing.clone(),
            place: Place { companies: companies.into_iter().collect(), contracts: numbers },
        }
    }

    fn gained(&self, person: i64) -> Option<Outgoing> {
        let (heap, reader) = (self.gains.get(&person)?, self.reader(person)?);
        let (site, cause, what) = (self.site.clone(), self.cause(person), self.what(heap));
        let may = |contract: &i64| self.facts.naming.contains(&(person, *contract));
        let may_name_users = heap.contracts.iter().all(may);
        let waits = |id: &&i64| {
            let contract = self.contracts.get(*id);
            contract.is_some_and(|c| self.facts.pending.contains(&(person, c.account_id)))
        };
        if let Some(contract) = heap.contracts.iter().find(waits).and_then(|id| self.contracts.get(id)) {
            let company = one_line(&contract.account);
            let mail = Invitation { site, cause, what, company, may_name_users };
            let out = self.outgoing(reader, heap, "invitation", &mail);
            return Some(Outgoing { account: Some(contract.account_id), link: Some(Purpose::Invitation), ..out });
        }
        let lost = self.losses.get(&person);
        let lost = lost.map(|l| (l.count, self.names(l.others.keys(), person))).unwrap_or_default();
        let (covered, planned) = (heap.covered, heap.planned);
        let mail = Assigned { site, cause, what, covered, planned, lost, may_name_users };
        Some(self.outgoing(reader, heap, "coordinator.assigned", &mail))
    }

    fn lost(&self, person: i64) -> Option<Outgoing> {
        let (heap, reader) = (self.losses.get(&person)?, self.reader(person)?);
        let everything = self.facts.head.person_id == Some(person);
        let mail = TakenOver {
            site: self.site.clone(),
            cause: self.cause(person),
            what: self.what(heap),
            successors: self.names(heap.others.keys(), person),
            everything,
            planned: heap.planned,
        };
        Some(self.outgoing(reader, heap, "coordinator.taken_over", &mail))
    }

    /// Of the contracts that this person manages, and of no others.
    fn summary(&self, manager: i64) -> Option<Outgoing> {
        let reader = self.reader(manager)?;
        let own: BTreeSet<i64> =
            self.facts.contracts.iter().filter(|c| c.manager_id == manager).map(|c| c.id).collect();
        let mut heap = Heap { contracts: own.clone(), ..Heap::default() };
        let (mut moved, mut gains, mut losses) = (0, BTreeMap::new(), BTreeMap::new());
        for row in self.facts.moves.iter().filter(|row| own.contains(&row.contract_id)) {
            heap.add(row, None);
            if let Some(gainer) = row.gainer() {
                *gains.entry(gainer).or_default() += row.assets;
            }
            if let Some((former, _)) = row.moved() {
                moved += row.assets;
                *losses.entry(former).or_default() += row.assets;
            }
        }
        for level in self.facts.levels.iter().filter(|l| own.contains(&l.contract_id) && self.counts(l)) {
            if let Some(person) = level.after_id {
                gains.entry(person).or_default();
            }
            // What was cleared beside is not what it is about.
            let told = level.after_id.is_some() || self.facts.head.person_id.is_none();
            if let Some(contract) = self.contracts.get(&level.contract_id).filter(|_| told) {
                heap.standing.extend(standing(level, contract));
            }
        }
        let accounts: BTreeSet<i64> =
            own.iter().filter_map(|id| self.contracts.get(id)).map(|c| c.account_id).collect();
        let waits = |person: &&i64| accounts.iter().any(|account| self.facts.pending.contains(&(**person, *account)));
        let shares = |of: &BTreeMap<i64, u64>| {
            let mut shares: Vec<Share> =
                of.iter().map(|(&p, &count)| Share { name: self.name(p, manager), count }).collect();
            shares.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.name.cmp(&b.name)));
            shares
        };
        let what = self.what(&heap);
        let path = match what.place.contracts.as_slice() {
            [one] => format!("/contracts/{one}/products"),
            _ => "/contracts".to_owned(),
        };
        let mail = Summary {
            site: self.site.clone(),
            cause: self.cause(manager),
            by_reader: self.facts.head.set_by == manager,
            what,
            moved,
            gains: shares(&gains),
            losses: shares(&losses),
            pending: self.names(gains.keys().filter(waits), manager),
            path,
        };
        Some(self.outgoing(reader, &heap, "coordinator.summary", &mail))
    }

    fn outgoing(&self, reader: &PersonRow, heap: &Heap, kind: &'static str, mail: &impl Mail) -> Outgoing {
        let contracts: Vec<&ContractRow> =
            heap.contracts.iter().filter_map(|id| self.contracts.get(id).copied()).collect();
        let accounts: BTreeSet<i64> = contracts.iter().map(|c| c.account_id).collect();
        let one = |all: Vec<i64>| if all.len() == 1 { all.first().copied() } else { None };
        // An answer reaches whoever made the change, unless that is the reader or not a person.
        let Head { id, set_by, .. } = &self.facts.head;
        let answering = self.reader(*set_by).filter(|actor| actor.id != reader.id);
        Outgoing {
            person: PersonId(reader.id),
            address: reader.email.clone(),
            account: one(accounts.into_iter().collect()),
            contract: one(contracts.iter().map(|c| c.id).collect()),
            change_set: Some(ChangeSetId(*id)),
            kind,
            mail: mail.render(),
            link: None,
            reply_to: answering.map_or_else(|| self.site.contact_email.clone(), |actor| actor.email.clone()),
            dedup_key: format!("change_set/{id}/{}", reader.id),
        }
    }
}

fn named(person: &PersonRow) -> String {
    let name = one_line(&full_name(&person.first_name, &person.last_name));
    if name.is_empty() { one_line(&person.email) } else { name }
}

fn standing(level: &Level, contract: &ContractRow) -> Option<String> {
    match level.level.as_str() {
        "contract" | "contract_dated" => Some(format!("the whole contract {}", one_line(&contract.number))),
        "group" | "group_dated" => level.group_name.as_deref().map(|name| format!("the group {}", one_line(name))),
        _ => None,
    }
}
