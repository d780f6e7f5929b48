//! The reference model: who coordinates what, in plain Rust with maps. It shares no code with the product; where the two
//! differ, one of them does not do what the rule book says.
//!
//! A write is asked for in two steps: `plan_…` says what must come back, [`Model::apply`] lets it happen.

mod assign;
mod levels;
pub mod naming;
mod undo;

use crate::world::World;
pub use assign::{Assign, Filter, HandOver, Named, Pick, To};
use jiff::ToSpan;
use jiff::civil::Date;
pub use levels::{Cover, Holder, Level};
use std::collections::BTreeMap;

/// What an assignment is made to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    Asset(usize),
    Group(usize),
    Contract(usize),
}

/// What somebody is to a contract, as far as assigning coordinators cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The Contract Manager: may.
    Manager,
    /// Sees the contract: is told who may.
    Sees,
    /// It does not exist for this person.
    Stranger,
}

/// Why a request is refused: status, problem type, and the serial numbers with their reasons.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    pub status: u16,
    pub problem: &'static str,
    pub refused: Vec<(String, &'static str)>,
}

impl Refusal {
    pub fn new(status: u16, problem: &'static str) -> Self {
        Self { status, problem, refused: Vec::new() }
    }
}

/// One thing that a change set changes at one target.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// The undated assignment.
    Undated { before: Option<usize>, after: Option<usize> },
    /// A dated assignment came …
    Plan(Cover),
    /// … went (by undo) …
    Cancel(Cover),
    /// … or is somebody else's (by hand-over).
    Reassign { cover: usize, before: Option<usize>, after: Option<usize> },
}

#[derive(Clone, Debug)]
pub struct Item {
    pub target: Target,
    pub change: Change,
    pub reverted: bool,
}

#[derive(Clone, Debug)]
pub struct ChangeSet {
    /// What the product calls it.
    pub handle: String,
    pub contracts: Vec<usize>,
    pub by: usize,
    pub on: Date,
    pub items: Vec<Item>,
    pub undoes: Option<usize>,
    pub handed_over: bool,
}

/// What a request would do. Nothing has happened yet.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    pub by: usize,
    pub contracts: Vec<usize>,
    /// Somebody who is invited to a company by it: index of the person (of a new one: the next), company.
    pub invites: Option<(usize, usize)>,
    /// Address and names of the new one.
    pub new_person: Option<Named>,
    pub items: Vec<(Target, Change)>,
    pub undoes: Option<usize>,
    pub hands_over: bool,
    /// Which items of the set that is undone go back.
    pub reverts: Vec<usize>,
    /// What the answer must count.
    pub changed: u64,
    pub unchanged: u64,
    pub kept: u64,
    pub refused: u64,
}

/// Who coordinates an asset, why, and who said so.
#[derive(Clone, Debug, PartialEq)]
pub struct Resolved {
    pub person: usize,
    pub source: &'static str,
    pub set_by: Option<usize>,
}

pub struct Model {
    pub world: World,
    pub today: Date,
    pub sets: Vec<ChangeSet>,
    levels: BTreeMap<Target, Level>,
    /// (company, person) → whether the membership is confirmed.
    members: BTreeMap<(usize, usize), bool>,
    covers_made: usize,
}

/// Days after its end during which a contract may still be edited.
const GRACE_DAYS: i32 = 30;

impl Model {
    /// The world just after it was imported.
    pub fn new(world: World, today: Date) -> Self {
        let level = |coordinator: Option<usize>| Level::imported(coordinator, today);
        let assets = world.assets.iter().enumerate().map(|(n, a)| (Target::Asset(n), level(a.coordinator)));
        let groups = world.groups.iter().enumerate().map(|(n, g)| (Target::Group(n), level(g.coordinator)));
        let contracts = world.contracts.iter().enumerate().map(|(n, c)| (Target::Contract(n), level(c.coordinator)));
        let levels = assets.chain(groups).chain(contracts).collect();
        let of =
            |(n, companies): (usize, &Vec<usize>)| companies.iter().map(move |&c| ((c, n), true)).collect::<Vec<_>>();
        let members = world.people.iter().map(|p| &p.companies).enumerate().flat_map(of).collect();
        Self { world, today, sets: Vec::new(), levels, members, covers_made: 0 }
    }

    pub fn level(&self, target: Target) -> &Level {
        &self.levels[&target]
    }

    pub fn contract_of(&self, target: Target) -> usize {
        match target {
            Target::Asset(n) => self.world.assets[n].contract,
            Target::Group(n) => self.world.groups[n].contract,
            Target::Contract(n) => n,
        }
    }

    pub fn find_person(&self, email: &str) -> Option<usize> {
        self.world.people.iter().position(|p| p.email.to_lowercase() == email.to_lowercase())
    }

    /// What somebody is to a company from now on: a member who has accepted or not, or nobody.
    pub fn set_member(&mut self, company: usize, person: usize, accepted: Option<bool>) {
        match accepted {
            Some(accepted) => self.members.insert((company, person), accepted),
            None => self.members.remove(&(company, person)),
        };
    }

    pub fn has_accepted(&self, company: usize, person: usize) -> bool {
        self.members.get(&(company, person)) == Some(&true)
    }

    /// Holds a role in the company that would be nobody's without this person.
    pub fn holds_role(&self, company: usize, person: usize) -> bool {
        let manages = |c: &crate::world::Contract| c.company == company && c.manager == person;
        let named = |(&target, level): (&Target, &Level)| {
            self.company_of(self.contract_of(target)) == company
                && (level.undated.person == Some(person) || level.covers.iter().any(|c| c.person == Some(person)))
        };
        self.world.contracts.iter().any(manages) || self.levels.iter().any(named)
    }

    pub fn is_member(&self, company: usize, person: usize) -> bool {
        self.members.contains_key(&(company, person))
    }

    pub fn company_of(&self, contract: usize) -> usize {
        self.world.contracts[contract].company
    }

    pub fn is_lapsed(&self, contract: usize) -> bool {
        self.today > self.world.contracts[contract].end.saturating_add(GRACE_DAYS.days())
    }

    /// The four levels, on any day: a past one answers for its end, today for now, a future one as planned.
    pub fn resolve(&self, asset: usize, day: Date) -> Resolved {
        let a = &self.world.assets[asset];
        let targets = [
            (Some(Target::Asset(asset)), "asset"),
            (a.group.map(Target::Group), "group"),
            (Some(Target::Contract(a.contract)), "contract"),
        ];
        for (target, source) in targets {
            let Some(level) = target.map(|t| self.level(t)) else { continue };
            let holder = if day < self.today { level.past(day) } else { level.planned(day) };
            if let Some(person) = holder.person {
                return Resolved { person, source, set_by: holder.set_by };
            }
        }
        let manager = self.world.contracts[a.contract].manager;
        Resolved { person: manager, source: "contract_manager", set_by: None }
    }

    pub fn assets_of(&self, contract: usize) -> impl Iterator<Item = usize> {
        (0..self.world.assets.len()).filter(move |&a| self.world.assets[a].contract == contract)
    }

    pub fn is_staff(&self, person: usize) -> bool {
        let p = &self.world.people[person];
        p.companies.is_empty() && !p.role.is_empty()
    }

    pub fn standing(&self, person: usize, contract: usize) -> Standing {
        let c = &self.world.contracts[contract];
        let confirmed = |company: usize| self.members.get(&(company, person)) == Some(&true);
        if self.is_staff(person) || c.reseller.is_some_and(confirmed) {
            return Standing::Sees;
        }
        if !confirmed(c.company) {
            return Standing::Stranger;
        }
        if c.manager == person {
            return Standing::Manager;
        }
        let entry = self.world.users.iter().any(|u| u.person == person && u.contract == contract);
        if entry || self.coordinates(person, contract) { Standing::Sees } else { Standing::Stranger }
    }

    /// A Software Coordinator is whom a level names today, also where each serial number below it has one of its own.
    pub fn coordinates(&self, person: usize, contract: usize) -> bool {
        let named = |(&target, level): (&Target, &Level)| {
            self.contract_of(target) == contract && level.planned(self.today).person == Some(person)
        };
        let by_default = || self.assets_of(contract).any(|a| self.resolve(a, self.today).person == person);
        self.levels.iter().any(named) || by_default()
    }

    /// Only the Contract Manager changes coordinators. Who sees the contract is told so; for others it does not exist.
    fn may_assign(&self, actor: usize, contract: usize) -> Result<(), Refusal> {
        match self.standing(actor, contract) {
            Standing::Manager => Ok(()),
            Standing::Sees => Err(Refusal::new(403, "not-allowed")),
            Standing::Stranger => Err(Refusal::new(404, "not-found")),
        }
    }

    /// Lets the plan happen. The product called the set `handle`.
    pub fn apply(&mut self, plan: Plan, handle: String) {
        if let Some(new) = plan.new_person {
            let (first_name, last_name) = new.name.expect("a new person has a name");
            let person = crate::world::Person { email: new.email, first_name, last_name, companies: vec![], role: "" };
            self.world.people.push(person);
        }
        if let Some((person, company)) = plan.invites {
            self.members.insert((company, person), false);
        }
        if let Some(undone) = plan.undoes {
            self.mark_reverted(undone, &plan.reverts);
        }
        let mut items = Vec::new();
        for (target, change) in plan.items {
            let level = self.levels.get_mut(&target).expect("a level");
            match &change {
                Change::Undated { after, .. } => level.undated = Holder { person: *after, set_by: Some(plan.by) },
                Change::Plan(cover) => level.covers.push(cover.clone()),
                Change::Cancel(cover) => level.covers.retain(|c| c.id != cover.id),
                Change::Reassign { cover, after, .. } => {
                    let cover = level.cover(*cover).expect("the cover");
                    (cover.person, cover.set_by) = (*after, plan.by);
                }
            }
            level.record(self.today);
            self.covers_made += usize::from(matches!(change, Change::Plan(_)));
            items.push(Item { target, change, reverted: false });
        }
        let (contracts, by, undoes, handed_over) = (plan.contracts, plan.by, plan.undoes, plan.hands_over);
        self.sets.push(ChangeSet { handle, contracts, by, on: self.today, items, undoes, handed_over });
    }

    /// The clock moves on. Each day's changes of hands happen, in order.
    pub fn advance(&mut self, days: i64) {
        for _ in 0..days {
            self.today = self.today.tomorrow().expect("a day");
            for level in self.levels.values_mut() {
                level.begin_day(self.today);
            }
        }
    }
}
