//! What an assignment or a hand-over must do.
use super::{Change, Cover, Model, Plan, Refusal, Target};
use jiff::civil::Date;
use std::collections::BTreeSet;

/// A coordinator as a request names one.
#[derive(Clone, Debug)]
pub struct Named {
    pub email: String,
    /// First and last name: whoever is unknown is invited.
    pub name: Option<(String, String)>,
}

/// A serial number in a request.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pick {
    Asset(usize),
    Nonsense(String),
}

/// Filters of a list of assets; all that are given must hold.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Effective coordinator; an inner None is `default`.
    pub coordinator: Option<Option<usize>>,
    pub group: Option<usize>,
    pub product: Option<&'static str>,
    pub serial_prefix: Option<String>,
}

impl Filter {
    pub fn is_empty(&self) -> bool {
        self.coordinator.is_none() && self.group.is_none() && self.product.is_none() && self.serial_prefix.is_none()
    }
}

#[derive(Clone, Debug)]
pub enum To {
    Serials(BTreeSet<Pick>),
    Matching(Filter),
    AllAssets,
    Group { group: usize, replace: bool },
    WholeContract { replace: bool },
}

#[derive(Clone, Debug)]
pub struct Assign {
    pub contract: usize,
    pub coordinator: Option<Named>,
    pub to: To,
    pub from: Option<Date>,
    pub until: Option<Date>,
}

/// Everything of one person to another, on the contracts that the actor manages.
#[derive(Clone, Debug)]
pub struct HandOver {
    pub person: usize,
    pub coordinator: Named,
}

impl Model {
    pub fn matches(&self, asset: usize, filter: &Filter) -> bool {
        let a = &self.world.assets[asset];
        let now = self.resolve(asset, self.today);
        let by_default = now.source == "contract_manager";
        let coordinator = |wanted: Option<usize>| match wanted {
            // Those that are the manager's by default are found as `default` only.
            Some(person) => now.person == person && !by_default,
            None => by_default,
        };
        filter.coordinator.is_none_or(coordinator)
            && filter.group.is_none_or(|group| a.group == Some(group))
            && filter.product.is_none_or(|code| a.product_code == code)
            && filter.serial_prefix.as_ref().is_none_or(|prefix| a.serial.starts_with(prefix))
    }

    pub fn plan_assign(&self, actor: usize, request: &Assign) -> Result<Plan, Refusal> {
        let contract = request.contract;
        self.may_assign(actor, contract)?;
        let dated = self.dates(request)?;
        if self.is_lapsed(contract) {
            return Err(Refusal::new(409, "contract-lapsed"));
        }
        let mut plan = Plan { by: actor, contracts: vec![contract], ..Plan::default() };
        let person = match &request.coordinator {
            Some(named) => Some(self.member_or_invited(named, self.company_of(contract), &mut plan)?),
            None => None,
        };
        let targets = self.targets(actor, request)?;
        if let Some((from, until)) = dated {
            if targets.iter().any(|&t| self.level(t).overlaps(from, until)) {
                return Err(Refusal::new(409, "dates-overlap"));
            }
            plan.changed = targets.len() as u64;
            for (n, target) in targets.into_iter().enumerate() {
                let cover = Cover { id: self.covers_made + n, person, from, until, set_by: actor };
                plan.items.push((target, Change::Plan(cover)));
            }
            return Ok(plan);
        }
        for target in targets {
            let before = self.level(target).undated.person;
            match before == person {
                true => plan.unchanged += 1,
                false => plan.items.push((target, Change::Undated { before, after: person })),
            }
        }
        plan.changed = plan.items.len() as u64;
        plan.items.extend(self.cleared(request));
        Ok(plan)
    }

    /// None: undated. `from` of today without an end is the same.
    pub fn dates(&self, request: &Assign) -> Result<Option<(Date, Option<Date>)>, Refusal> {
        let from = request.from.unwrap_or(self.today);
        let is_past = from < self.today || request.until.is_some_and(|until| until <= from);
        if is_past {
            return Err(Refusal::new(422, "invalid"));
        }
        let undated = from == self.today && request.until.is_none();
        Ok((!undated).then_some((from, request.until)))
    }

    /// The person that a request names. Whoever is unknown here is invited if the request says the name; whether the address
    /// belongs to somebody of another company makes no difference.
    fn member_or_invited(&self, named: &Named, company: usize, plan: &mut Plan) -> Result<usize, Refusal> {
        let known = self.find_person(&named.email);
        if let Some(person) = known.filter(|&p| self.is_member(company, p)) {
            return Ok(person);
        }
        if named.name.is_none() {
            return Err(Refusal::new(409, "unknown-coordinator"));
        }
        let person = known.unwrap_or(self.world.people.len());
        plan.invites = Some((person, company));
        plan.new_person = known.is_none().then(|| named.clone());
        Ok(person)
    }

    fn targets(&self, actor: usize, request: &Assign) -> Result<Vec<Target>, Refusal> {
        let contract = request.contract;
        let assets: Vec<usize> = match &request.to {
            To::Group { group, .. } => return Ok(vec![Target::Group(*group)]),
            To::WholeContract { .. } => return Ok(vec![Target::Contract(contract)]),
            To::AllAssets => self.assets_of(contract).collect(),
            // A filter that nothing matches just now is no mistake; no filter at all is one.
            To::Matching(filter) if filter.is_empty() => return Err(Refusal::new(422, "invalid")),
            To::Matching(filter) => {
                let matching = self.assets_of(contract).filter(|&a| self.matches(a, filter));
                return Ok(matching.map(Target::Asset).collect());
            }
            To::Serials(picks) => self.picked(actor, contract, picks)?,
        };
        if assets.is_empty() {
            return Err(Refusal::new(409, "nothing-selected"));
        }
        Ok(assets.into_iter().map(Target::Asset).collect())
    }

    fn picked(&self, actor: usize, contract: usize, picks: &BTreeSet<Pick>) -> Result<Vec<usize>, Refusal> {
        let (mut assets, mut refused) = (Vec::new(), Vec::new());
        for pick in picks {
            match pick {
                Pick::Nonsense(serial) => refused.push((serial.clone(), "not_found")),
                Pick::Asset(n) => {
                    let asset = &self.world.assets[*n];
                    if asset.contract == contract {
                        assets.push(*n);
                    } else {
                        // What the actor cannot see is answered like what does not exist.
                        let seen = self.sees_asset(actor, *n);
                        refused.push((asset.serial.clone(), if seen { "other_contract" } else { "not_found" }));
                    }
                }
            }
        }
        if refused.is_empty() {
            return Ok(assets);
        }
        refused.sort();
        Err(Refusal { status: 409, problem: "items-refused", refused })
    }

    /// `replace` clears what lies below a standing assignment.
    fn cleared(&self, request: &Assign) -> Vec<(Target, Change)> {
        let mut below: Vec<Target> = match request.to {
            To::Group { group, replace: true } => {
                let of_group = |&a: &usize| self.world.assets[a].group == Some(group);
                self.assets_of(request.contract).filter(of_group).map(Target::Asset).collect()
            }
            To::WholeContract { replace: true } => {
                let of_contract = |&g: &usize| self.world.groups[g].contract == request.contract;
                let groups = (0..self.world.groups.len()).filter(of_contract).map(Target::Group);
                groups.chain(self.assets_of(request.contract).map(Target::Asset)).collect()
            }
            _ => Vec::new(),
        };
        below.retain(|&target| self.level(target).undated.person.is_some());
        let clear = |t: Target| (t, Change::Undated { before: self.level(t).undated.person, after: None });
        below.into_iter().map(clear).collect()
    }

    pub fn plan_hand_over(&self, actor: usize, request: &HandOver) -> Result<Plan, Refusal> {
        let mut plan = Plan { by: actor, hands_over: true, ..Plan::default() };
        // A lapsed contract stays as it is; the others are handed over.
        let managed = |&c: &usize| self.world.contracts[c].manager == actor && !self.is_lapsed(c);
        let mut items = Vec::new();
        for contract in (0..self.world.contracts.len()).filter(managed) {
            let here = self.in_hands_of(request.person, contract);
            if !here.is_empty() {
                plan.contracts.push(contract);
                items.extend(here);
            }
        }
        if items.is_empty() {
            return Err(Refusal::new(409, "nothing-selected"));
        }
        let company = self.company_of(plan.contracts[0]);
        let successor = self.member_or_invited(&request.coordinator, company, &mut plan)?;
        let to = |(target, held): (Target, Held)| match held {
            Held::Undated(before) => (target, Change::Undated { before, after: Some(successor) }),
            Held::Cover(cover) => {
                (target, Change::Reassign { cover, before: Some(request.person), after: Some(successor) })
            }
        };
        plan.items = items.into_iter().map(to).collect();
        plan.changed = plan.items.len() as u64;
        Ok(plan)
    }

    /// What a hand-over takes from a person on one contract.
    fn in_hands_of(&self, person: usize, contract: usize) -> Vec<(Target, Held)> {
        let mut held = Vec::new();
        let here = self.levels.iter().filter(|&(&target, _)| self.contract_of(target) == contract);
        for (&target, level) in here {
            if level.undated.person == Some(person) {
                held.push((target, Held::Undated(Some(person))));
            }
            let own = level.covers.iter().filter(|cover| cover.person == Some(person));
            held.extend(own.map(|cover| (target, Held::Cover(cover.id))));
        }
        // Where a dated clearing lies over an asset, it is nobody's by default: its undated assignment comes back.
        let by_default = |&a: &usize| {
            let now = self.resolve(a, self.today);
            let cleared = self.level(Target::Asset(a)).active(self.today).is_some();
            now.source == "contract_manager" && now.person == person && !cleared
        };
        let default = self.assets_of(contract).filter(by_default);
        held.extend(default.map(|a| (Target::Asset(a), Held::Undated(None))));
        held
    }

    /// Whether an asset exists for somebody: a User sees those of the own entry only.
    pub fn sees_asset(&self, person: usize, asset: usize) -> bool {
        let contract = self.world.assets[asset].contract;
        let mut entries = self.world.users.iter().filter(|u| u.person == person && u.contract == contract);
        let by_entry_only = self.world.people[person].role.is_empty()
            && self.world.contracts[contract].manager != person
            && !self.coordinates(person, contract);
        match self.standing(person, contract) {
            super::Standing::Manager => true,
            super::Standing::Sees if by_entry_only => entries.any(|u| u.assets.is_empty() || u.assets.contains(&asset)),
            super::Standing::Sees => true,
            super::Standing::Stranger => false,
        }
    }
}

enum Held {
    Undated(Option<usize>),
    Cover(usize),
}
