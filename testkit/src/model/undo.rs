//! What taking a change set back must do.
use super::{Change, ChangeSet, Item, Model, Plan, Refusal, Standing, Target};

/// Days after which a change set stays as it is.
pub const UNDO_DAYS: i32 = 30;

impl Model {
    pub fn plan_undo(&self, actor: usize, set: usize) -> Result<Plan, Refusal> {
        let undone = &self.sets[set];
        let standings = || undone.contracts.iter().map(|&c| self.standing(actor, c));
        if standings().any(|s| s != Standing::Manager) {
            let seen = standings().any(|s| matches!(s, Standing::Manager | Standing::Sees));
            return Err(if seen { Refusal::new(403, "not-allowed") } else { Refusal::new(404, "not-found") });
        }
        let wholly_undone = !undone.items.is_empty() && undone.items.iter().all(|item| item.reverted);
        if self.age(undone) > UNDO_DAYS || wholly_undone {
            return Err(Refusal::new(409, "not-undoable"));
        }
        let mut plan = Plan { by: actor, contracts: undone.contracts.clone(), undoes: Some(set), ..Plan::default() };
        for (n, item) in undone.items.iter().enumerate() {
            if self.is_lapsed(self.contract_of(item.target)) {
                plan.refused += 1;
            } else if let Some(back) = self.back(set, item) {
                plan.items.push((item.target, back));
                plan.reverts.push(n);
            } else {
                plan.kept += 1;
            }
        }
        plan.changed = plan.items.len() as u64;
        Ok(plan)
    }

    pub fn age(&self, set: &ChangeSet) -> i32 {
        self.today.since(set.on).map_or(0, |span| span.get_days())
    }

    /// The change that takes an item back; None where it was changed since.
    fn back(&self, set: usize, item: &Item) -> Option<Change> {
        if item.reverted || self.touched_since(set, item) {
            return None;
        }
        let level = self.level(item.target);
        match &item.change {
            Change::Undated { before, after } => {
                (level.undated.person == *after).then_some(Change::Undated { before: *after, after: *before })
            }
            Change::Plan(cover) => {
                let now = level.covers.iter().find(|c| c.id == cover.id)?;
                (now.person == cover.person).then(|| Change::Cancel(now.clone()))
            }
            Change::Cancel(cover) => {
                let ahead = cover.until.unwrap_or(cover.from) > self.today;
                (ahead && !level.overlaps(cover.from, cover.until)).then(|| Change::Plan(cover.clone()))
            }
            Change::Reassign { cover, before, after } => {
                let now = level.covers.iter().find(|c| c.id == *cover)?;
                let back = Change::Reassign { cover: *cover, before: *after, after: *before };
                (now.person == *after).then_some(back)
            }
        }
    }

    /// A later set that stands, and is no undo itself, wins over an undo.
    fn touched_since(&self, set: usize, item: &Item) -> bool {
        let touches = |other: &Item| !other.reverted && slot(other) == slot(item);
        self.sets[set + 1..].iter().filter(|later| later.undoes.is_none()).any(|later| later.items.iter().any(touches))
    }

    /// A set and the undos of undos of it do the same again and again; what lies between takes that back.
    pub(super) fn mark_reverted(&mut self, set: usize, items: &[usize]) {
        let slots: Vec<_> = items.iter().map(|&n| slot(&self.sets[set].items[n])).collect();
        let (first, depth) = self.chain(set);
        for other in 0..self.sets.len() {
            let (root, distance) = self.chain(other);
            for item in self.sets[other].items.iter_mut().filter(|item| root == first && slots.contains(&slot(item))) {
                item.reverted = distance % 2 == depth % 2;
            }
        }
    }

    /// The set at which the chain of undos began, and how many undos lie between.
    fn chain(&self, set: usize) -> (usize, usize) {
        let undone = |&set: &usize| self.sets[set].undoes;
        let chain: Vec<usize> = std::iter::successors(Some(set), undone).collect();
        (*chain.last().expect("the set itself"), chain.len() - 1)
    }
}

/// What a later set must touch to stand in the way: the undated assignment of a target, its dated ones, or a certain dated
/// one that changed hands.
#[derive(PartialEq)]
enum Slot {
    Undated(Target),
    Dated(Target),
    Cover(usize),
}

fn slot(item: &Item) -> Slot {
    match &item.change {
        Change::Undated { .. } => Slot::Undated(item.target),
        Change::Plan(_) | Change::Cancel(_) => Slot::Dated(item.target),
        Change::Reassign { cover, .. } => Slot::Cover(*cover),
    }
}
