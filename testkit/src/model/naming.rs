//! Who has access to a contract, who may give and take it, and what an undo does to that: rule book §3 to §5, in plain Rust.
use super::{Model, Refusal, Standing};
use crate::world::{Person, User, World};
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

pub type Grants = BTreeSet<&'static str>;

/// In the order of the API.
pub const GRANTS: [&str; 4] = ["releases", "extensions", "support", "learning"];

/// What somebody has on a contract. Each change makes another one, with a number of its own.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub number: usize,
    /// None: all of the contract.
    pub assets: Option<BTreeSet<usize>>,
    pub grants: Grants,
}

/// One row of a list of people to name.
#[derive(Clone, Debug)]
pub struct Row {
    pub email: String,
    pub name: Option<(String, String)>,
    /// None: all; else assets, of whatever contract.
    pub assets: Option<BTreeSet<usize>>,
    pub grants: Grants,
}

#[derive(Clone, Debug)]
pub enum Change {
    Access { person: usize, before: Option<Entry>, after: Option<Entry> },
    Right { person: usize, after: bool },
}

#[derive(Clone, Debug)]
pub struct Set {
    pub handle: String,
    pub contract: usize,
    pub by: usize,
    pub undoes: Option<usize>,
    /// With whether it was taken back since.
    pub changes: Vec<(Change, bool)>,
}

impl Set {
    /// Somebody whose access it ended.
    pub fn lost(&self) -> Option<usize> {
        self.changes.iter().find_map(|(change, _)| match change {
            Change::Access { person, after: None, .. } => Some(*person),
            _ => None,
        })
    }
}

/// What must come back, and what then is.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    pub changes: Vec<Change>,
    pub new_people: Vec<Row>,
    pub invited: u64,
    pub unchanged: u64,
    pub kept: u64,
    /// Address and reason; for an undo only their number counts.
    pub refused: Vec<(String, &'static str)>,
    pub undoes: Option<usize>,
    reverts: Vec<usize>,
}

pub struct Naming {
    pub model: Model,
    pub entries: BTreeMap<(usize, usize), Entry>,
    /// (contract, person)
    pub rights: BTreeSet<(usize, usize)>,
    pub sets: Vec<Set>,
    made: usize,
}

impl Naming {
    pub fn new(world: World, today: Date) -> Self {
        let mut entries = BTreeMap::new();
        for (number, user) in world.users.iter().enumerate() {
            let assets = (!user.assets.is_empty()).then(|| user.assets.iter().copied().collect());
            let grants = GRANTS.into_iter().filter(|grant| user.grants.contains(grant)).collect();
            entries.insert((user.person, user.contract), Entry { number, assets, grants });
        }
        let made = entries.len();
        Self { model: Model::new(world, today), entries, rights: BTreeSet::new(), sets: Vec::new(), made }
    }

    /// A Contract Manager names users on everything; a coordinator with the right on what he or she coordinates.
    pub fn names_users(&self, person: usize, contract: usize) -> bool {
        self.manages(person, contract) || self.names_own(person, contract)
    }

    pub fn manages(&self, person: usize, contract: usize) -> bool {
        self.model.standing(person, contract) == Standing::Manager
    }

    pub fn names_own(&self, person: usize, contract: usize) -> bool {
        self.rights.contains(&(contract, person))
            && self.model.has_accepted(self.model.company_of(contract), person)
            && self.model.coordinates(person, contract)
    }

    pub fn owns(&self, person: usize, asset: usize) -> bool {
        self.model.resolve(asset, self.model.today).person == person
    }

    /// All of it is on assets that the person coordinates.
    pub fn is_own(&self, person: usize, entry: &Entry) -> bool {
        entry.assets.as_ref().is_some_and(|assets| assets.iter().all(|&a| self.owns(person, a)))
    }

    /// Why somebody may not; nothing: may.
    pub fn barred(&self, person: usize, contract: usize) -> Option<Refusal> {
        match self.model.standing(person, contract) {
            _ if self.names_users(person, contract) => None,
            Standing::Stranger => Some(Refusal::new(404, "not-found")),
            _ => Some(Refusal::new(403, "not-allowed")),
        }
    }

    fn judge(&self, actor: usize, contract: usize, row: &Row) -> Result<(), &'static str> {
        let manages = self.manages(actor, contract);
        if !row.email.contains('@') {
            return Err("not_an_address");
        }
        match &row.assets {
            Some(assets) if assets.is_empty() => return Err("no_serial_number"),
            None if !manages => return Err("name_own_serial_numbers"),
            _ => {}
        }
        let reaches = |&a: &usize| self.model.world.assets[a].contract == contract && (manages || self.owns(actor, a));
        if !row.assets.iter().flatten().all(reaches) {
            return Err("unknown_serial_number");
        }
        let present = self.model.find_person(&row.email).and_then(|p| self.entries.get(&(p, contract)));
        match present {
            Some(entry) if !manages && !self.is_own(actor, entry) => Err("others_access"),
            _ => Ok(()),
        }
    }

    /// `add`: to what somebody has already, instead of in its place.
    pub fn plan_name(&self, actor: usize, contract: usize, rows: &[Row], add: bool) -> Result<Plan, Refusal> {
        if let Some(refusal) = self.barred(actor, contract) {
            return Err(refusal);
        }
        if self.model.is_lapsed(contract) {
            return Err(Refusal::new(409, "contract-lapsed"));
        }
        let (mut plan, mut seen) = (Plan::default(), BTreeSet::new());
        for row in rows.iter().filter(|row| seen.insert(row.email.to_lowercase())) {
            if let Err(reason) = self.judge(actor, contract, row) {
                plan.refused.push((row.email.clone(), reason));
                continue;
            }
            let known = self.model.find_person(&row.email);
            let person = known.unwrap_or(self.model.world.people.len() + plan.new_people.len());
            let before = self.entries.get(&(person, contract)).cloned();
            let (mut assets, mut grants) = (row.assets.clone(), row.grants.clone());
            if let (true, Some(had)) = (add, &before) {
                assets = assets.zip(had.assets.clone()).map(|(new, old)| &new | &old);
                grants = &grants | &had.grants;
            }
            if before.as_ref().is_some_and(|had| (&had.assets, &had.grants) == (&assets, &grants)) {
                plan.unchanged += 1;
                continue;
            }
            plan.new_people.extend(known.is_none().then(|| row.clone()));
            plan.invited += u64::from(!self.model.is_member(self.model.company_of(contract), person));
            let number = self.made + plan.changes.len();
            plan.changes.push(Change::Access { person, before, after: Some(Entry { number, assets, grants }) });
        }
        Ok(plan)
    }

    pub fn plan_end(&self, actor: usize, contract: usize, people: &BTreeSet<usize>) -> Result<Plan, Refusal> {
        if let Some(refusal) = self.barred(actor, contract) {
            return Err(refusal);
        }
        let had = |&p: &usize| self.entries.get(&(p, contract)).map(|entry| (p, entry));
        let strange = |(_, entry): &(usize, &Entry)| !self.is_own(actor, entry);
        if !self.manages(actor, contract) && people.iter().filter_map(had).any(|ended| strange(&ended)) {
            return Err(Refusal::new(409, "users-refused"));
        }
        let end =
            |(person, entry): (usize, &Entry)| Change::Access { person, before: Some(entry.clone()), after: None };
        let changes: Vec<Change> = people.iter().filter_map(had).map(end).collect();
        match changes.is_empty() {
            true => Err(Refusal::new(409, "no-access")),
            false => Ok(Plan { changes, ..Plan::default() }),
        }
    }

    /// A coordinator cannot pass the right on.
    pub fn plan_right(&self, actor: usize, contract: usize, person: usize, may: bool) -> Result<Plan, Refusal> {
        match self.model.standing(actor, contract) {
            Standing::Manager => {}
            Standing::Sees => return Err(Refusal::new(403, "not-allowed")),
            Standing::Stranger => return Err(Refusal::new(404, "not-found")),
        }
        let has = self.rights.contains(&(contract, person));
        let refused = if self.model.is_lapsed(contract) {
            Some("contract-lapsed")
        } else {
            (!has && !self.model.coordinates(person, contract)).then_some("not-a-coordinator")
        };
        match refused {
            Some(problem) => Err(Refusal::new(409, problem)),
            None if has == may => Ok(Plan::default()),
            None => Ok(Plan { changes: vec![Change::Right { person, after: may }], ..Plan::default() }),
        }
    }

    /// The manager, and a coordinator who made it and still names users here.
    pub fn plan_undo(&self, actor: usize, set: usize) -> Result<Plan, Refusal> {
        let undone = &self.sets[set];
        let contract = undone.contract;
        let rights = undone.changes.iter().any(|(change, _)| matches!(change, Change::Right { .. }));
        let made = undone.by == actor && !rights && self.names_own(actor, contract);
        if !self.manages(actor, contract) && !made {
            return Err(Refusal::new(404, "not-found"));
        }
        if undone.changes.iter().all(|(_, reverted)| *reverted) {
            return Err(Refusal::new(409, "not-undoable"));
        }
        let mut plan = Plan { undoes: Some(set), ..Plan::default() };
        // What he or she would be refused to do anew is refused here too, without a word more.
        let (own, others): (Vec<_>, Vec<_>) = undone
            .changes
            .iter()
            .enumerate()
            .partition(|(_, (change, _))| self.manages(actor, contract) || self.is_all_own(actor, change));
        plan.refused.extend(others.first().map(|_| (String::new(), "not_allowed")));
        for (n, (change, reverted)) in own {
            let touched = *reverted || self.touched_since(set, change);
            match if touched { None } else { self.back(contract, change) } {
                None => plan.kept += 1,
                Some(Err(reason)) => plan.refused.push((String::new(), reason)),
                Some(Ok(back)) => {
                    plan.changes.push(back);
                    plan.reverts.push(n);
                }
            }
        }
        Ok(plan)
    }

    /// The latest set by which a coordinator let somebody in that stands, and a serial number of it.
    pub fn let_in(&self, contract: usize) -> Option<(usize, usize)> {
        let theirs = |set: &Set| set.contract == contract && self.names_own(set.by, contract);
        let sets = self.sets.iter().enumerate().rev().filter(|(_, set)| theirs(set) && !self.manages(set.by, contract));
        let asset = |(change, reverted): &(Change, bool)| match change {
            Change::Access { after: Some(entry), .. } if !reverted => entry.assets.as_ref()?.first().copied(),
            _ => None,
        };
        sets.filter_map(|(n, set)| Some((n, set.changes.iter().find_map(asset)?))).next()
    }

    fn is_all_own(&self, actor: usize, change: &Change) -> bool {
        match change {
            Change::Access { before, after, .. } => before.iter().chain(after).all(|entry| self.is_own(actor, entry)),
            Change::Right { .. } => false,
        }
    }

    /// A right that a later set which stands, and is no undo, gave or took on the same contract stays as that left it.
    fn touched_since(&self, set: usize, change: &Change) -> bool {
        let Change::Right { person, .. } = change else { return false };
        let right = |(other, reverted): &(Change, bool)| {
            !reverted && matches!(other, Change::Right { person: p, .. } if p == person)
        };
        let later = self.sets[set + 1..].iter().filter(|later| later.undoes.is_none());
        later.filter(|later| later.contract == self.sets[set].contract).any(|later| later.changes.iter().any(right))
    }

    /// None: changed since.
    fn back(&self, contract: usize, change: &Change) -> Option<Result<Change, &'static str>> {
        match change {
            Change::Access { person, before, after } => {
                if self.entries.get(&(*person, contract)) != after.as_ref() {
                    return None;
                }
                let member = self.model.is_member(self.model.company_of(contract), *person);
                let back = Change::Access { person: *person, before: after.clone(), after: before.clone() };
                Some(if before.is_some() && !member { Err("gone") } else { Ok(back) })
            }
            Change::Right { person, after } => {
                let as_left = self.rights.contains(&(contract, *person)) == *after;
                as_left.then_some(Ok(Change::Right { person: *person, after: !after }))
            }
        }
    }

    /// Lets it happen. The product called the set `handle`.
    pub fn apply(&mut self, by: usize, contract: usize, plan: Plan, handle: String) {
        let company = self.model.company_of(contract);
        for row in plan.new_people {
            let (first_name, last_name) = row.name.expect("a new person has a name");
            let new = Person { email: row.email, first_name, last_name, companies: vec![], role: "" };
            self.model.world.people.push(new);
        }
        for change in &plan.changes {
            match change {
                Change::Access { person, after, .. } => {
                    if !self.model.is_member(company, *person) {
                        self.model.set_member(company, *person, Some(false));
                    }
                    match after {
                        Some(entry) => self.entries.insert((*person, contract), entry.clone()),
                        None => self.entries.remove(&(*person, contract)),
                    };
                }
                Change::Right { person, after: true } => drop(self.rights.insert((contract, *person))),
                Change::Right { person, after: false } => drop(self.rights.remove(&(contract, *person))),
            }
        }
        self.made += plan.changes.len();
        if let Some(undone) = plan.undoes {
            self.mark(undone, &plan.reverts);
        }
        let changes = plan.changes.into_iter().map(|change| (change, false)).collect();
        self.sets.push(Set { handle, contract, by, undoes: plan.undoes, changes });
        self.tell_the_model();
    }

    /// An undo of an undo does what was first done once more: in the family of a set every other generation stands.
    fn mark(&mut self, set: usize, items: &[usize]) {
        let people: Vec<usize> = items.iter().map(|&n| person(&self.sets[set].changes[n].0)).collect();
        let (first, depth) = self.family(set);
        for other in 0..self.sets.len() {
            let (root, distance) = self.family(other);
            let own = self.sets[other].changes.iter_mut().filter(|(change, _)| people.contains(&person(change)));
            own.filter(|_| root == first).for_each(|(_, taken_back)| *taken_back = distance % 2 == depth % 2);
        }
    }

    /// The set that was first, and how many undos lie between.
    fn family(&self, set: usize) -> (usize, usize) {
        let chain: Vec<usize> = std::iter::successors(Some(set), |&set| self.sets[set].undoes).collect();
        (chain[chain.len() - 1], chain.len() - 1)
    }

    /// Why somebody may not remove a person from a company; nothing: may. The actor has a say there.
    pub fn keeps(&self, actor: usize, company: usize, person: usize) -> bool {
        let answers = |(&(p, contract), entry): (&(usize, usize), &Entry)| {
            p != person
                || self.model.company_of(contract) != company
                || self.manages(actor, contract)
                || (self.names_own(actor, contract) && self.is_own(actor, entry))
        };
        self.model.holds_role(company, person) || !self.entries.iter().all(answers)
    }

    pub fn remove(&mut self, company: usize, person: usize) {
        let model = &self.model;
        self.entries.retain(|&(p, contract), _| p != person || model.company_of(contract) != company);
        self.rights.retain(|&(contract, p)| p != person || model.company_of(contract) != company);
        self.model.set_member(company, person, None);
        self.tell_the_model();
    }

    /// Who sees what is the model's to say.
    fn tell_the_model(&mut self) {
        let user = |(&(person, contract), entry): (&(usize, usize), &Entry)| User {
            person,
            contract,
            assets: entry.assets.iter().flatten().copied().collect(),
            grants: "",
        };
        self.model.world.users = self.entries.iter().map(user).collect();
    }
}

fn person(change: &Change) -> usize {
    match change {
        Change::Access { person, .. } | Change::Right { person, .. } => *person,
    }
}
