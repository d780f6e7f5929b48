//! What is done over the API: naming, ending, undoing, and giving serial numbers other coordinators.
use super::run::Run;
use rand::RngExt;
use serde_json::json;
use std::collections::BTreeSet;
use testkit::http::escape;
use testkit::model::naming::{Change, GRANTS, Grants, Plan, Row};
use testkit::model::{Assign, Named, Pick, Refusal, To};

impl Run {
    pub fn one_step(&mut self) {
        match self.rng.random_range(0..100) {
            0..36 => self.name(),
            36..46 => self.end(),
            46..64 => self.undo(),
            64..72 => self.assign(),
            72..84 => self.right(),
            84..90 => self.remove(),
            _ => self.ask_and_decide(),
        }
    }

    /// Mostly one that can still be changed.
    pub fn choose_contract(&mut self) -> usize {
        let all: Vec<usize> = (0..self.naming.model.world.contracts.len()).collect();
        let open: Vec<usize> = all.iter().copied().filter(|&c| !self.naming.model.is_lapsed(c)).collect();
        if self.chance(4) { self.pick(&all) } else { self.pick(&open) }
    }

    /// The manager, a coordinator who names users, or anybody but staff.
    pub fn choose_actor(&mut self, contract: usize) -> usize {
        let mut naming: Vec<usize> =
            self.naming.rights.iter().filter(|(c, _)| *c == contract).map(|(_, p)| *p).collect();
        // Only the imported have a token.
        naming.retain(|p| self.browsers.contains_key(p));
        match self.rng.random_range(0..100) {
            0..35 => self.naming.model.world.contracts[contract].manager,
            35..88 if !naming.is_empty() => self.pick(&naming),
            _ => {
                let people: Vec<usize> = self.browsers.keys().copied().collect();
                self.pick(&people)
            }
        }
    }

    pub fn members(&self, company: usize) -> Vec<usize> {
        (0..self.naming.model.world.people.len()).filter(|&p| self.naming.model.is_member(company, p)).collect()
    }

    pub fn choose_grants(&mut self) -> Grants {
        GRANTS.into_iter().filter(|_| self.rng.random_bool(0.5)).collect()
    }

    fn choose_row(&mut self, actor: usize, contract: usize) -> Row {
        let (company, n) = (self.naming.model.company_of(contract), self.naming.model.world.people.len());
        let (members, fresh) = (self.members(company), self.rng.random_range(0..1_000_000));
        let (anybody, member) = (self.rng.random_range(0..n), self.pick(&members));
        let name = Some((format!("Nova {n}"), "Ibáñez".to_owned()));
        let (email, name) = match self.rng.random_range(0..100) {
            0..3 => ("nobody at all".to_owned(), name),
            3..30 => (format!("new.{n}.{fresh}@elsewhere.example"), name),
            30..36 => (self.email(anybody), name),
            _ => (self.email(member), None),
        };
        let name = if self.naming.model.find_person(&email).is_some() { None } else { name };
        let email = if self.chance(20) { email.to_uppercase() } else { email };
        let own: Vec<usize> = self.naming.model.assets_of(contract).filter(|&a| self.naming.owns(actor, a)).collect();
        let here: Vec<usize> = self.naming.model.assets_of(contract).collect();
        let assets = match self.rng.random_range(0..100) {
            0..30 => None,
            30..33 => Some(BTreeSet::new()),
            33..36 => Some([self.rng.random_range(0..self.naming.model.world.assets.len())].into()),
            36..75 if !own.is_empty() => Some((0..2).map(|_| self.pick(&own)).collect()),
            _ => Some((0..self.rng.random_range(1..4)).map(|_| self.pick(&here)).collect()),
        };
        let grants = self.choose_grants();
        Row { email, name, assets, grants }
    }

    fn name(&mut self) {
        let contract = self.choose_contract();
        let actor = self.choose_actor(contract);
        let rows: Vec<Row> =
            (0..if self.chance(50) { 1 } else { 4 }).map(|_| self.choose_row(actor, contract)).collect();
        let (add, leave_out) = (self.chance(30), self.chance(60));
        let path = format!("/api/v1/contracts/{}/users", self.number(contract));
        let users: Vec<_> = rows.iter().map(|row| self.row_json(row)).collect();
        let body = json!({"users": users, "add": add, "leave_out_refused": leave_out});
        let expected = self.naming.plan_name(actor, contract, &rows, add);
        let answer = self.client(actor).post(&path, &body);
        let text = format!("POST {path} {body} as person {actor}");
        let plan = match expected {
            Err(refusal) => return self.refused_alike(&text, &answer, &refusal),
            Ok(plan) => plan,
        };
        for (_, reason) in &plan.refused {
            self.tally(&format!("refused: {reason}"));
        }
        if !plan.refused.is_empty() && !leave_out {
            return self.refused_alike(&text, &answer, &Refusal::new(409, "users-refused"));
        }
        self.counted_alike(&text, &answer, &plan);
        let by_coordinator = !self.naming.manages(actor, contract);
        let names = [
            (plan.changes.len() == 1, "named: one"),
            (plan.changes.len() > 1, "named: many"),
            (by_coordinator && !plan.changes.is_empty(), "named: by a coordinator"),
            (add && !plan.changes.is_empty(), "named: added"),
            (!plan.new_people.is_empty(), "named: somebody new"),
            (plan.invited > plan.new_people.len() as u64, "named: somebody of another company"),
            (plan.unchanged > 0, "named: unchanged"),
            (!plan.refused.is_empty(), "named: some left out"),
        ];
        names.iter().filter(|(is, _)| *is).for_each(|(_, name)| self.tally(name));
        if !plan.changes.is_empty() {
            self.naming.apply(actor, contract, plan, answer.change_set());
        }
    }

    fn end(&mut self) {
        let contract = self.choose_contract();
        if self.naming.model.is_lapsed(contract) {
            return;
        }
        let (actor, company) = (self.choose_actor(contract), self.naming.model.company_of(contract));
        let members = self.members(company);
        let people: BTreeSet<usize> = (0..self.rng.random_range(1..3)).map(|_| self.pick(&members)).collect();
        let emails: Vec<String> = people.iter().map(|&p| self.email(p)).collect();
        let path = format!("/api/v1/contracts/{}/users/end", self.number(contract));
        let body = json!({"emails": emails});
        let answer = self.client(actor).post(&path, &body);
        let text = format!("POST {path} {body} as person {actor}");
        match self.naming.plan_end(actor, contract, &people) {
            Err(refusal) => self.refused_alike(&text, &answer, &refusal),
            Ok(plan) => {
                let same = answer.status == 200 && answer.number("changed") == plan.changes.len() as u64;
                self.expect(same, || format!("{text}\nanswered {answer:?}\nexpected {plan:#?}"));
                let name = if self.naming.manages(actor, contract) { "ended" } else { "ended: by a coordinator" };
                self.tally(name);
                self.naming.apply(actor, contract, plan, answer.change_set());
            }
        }
    }

    fn undo(&mut self) {
        let known = self.naming.sets.len();
        if known == 0 {
            return;
        }
        let set = if self.chance(70) {
            self.rng.random_range(known.saturating_sub(4)..known)
        } else {
            self.rng.random_range(0..known)
        };
        self.undo_set(set);
    }

    pub fn undo_set(&mut self, set: usize) {
        let (contract, by) = (self.naming.sets[set].contract, self.naming.sets[set].by);
        let manager = self.naming.model.world.contracts[contract].manager;
        let stranger = self.anybody();
        // Whether a set exists for those who see the contract is not promised.
        let foreign = self.naming.model.standing(stranger, contract) == testkit::model::Standing::Stranger;
        let actor = match self.rng.random_range(0..100) {
            0..55 => by,
            55..62 if foreign && stranger != by => stranger,
            _ => manager,
        };
        let path = format!("/api/v1/change-sets/{}/undo", escape(&self.naming.sets[set].handle));
        let answer = self.client(actor).post(&path, &json!({}));
        let text = format!("POST {path} as person {actor}, of {:#?}", self.naming.sets[set]);
        let plan = match self.naming.plan_undo(actor, set) {
            Err(refusal) => return self.refused_alike(&text, &answer, &refusal),
            Ok(plan) => plan,
        };
        let refused = answer.body["refused"].as_array().map_or(0, Vec::len);
        let same = answer.status == 200
            && answer.number("reverted") == plan.changes.len() as u64
            && answer.number("kept") == plan.kept
            && refused == plan.refused.len();
        self.expect(same, || format!("{text}\nanswered {answer:?}\nexpected {plan:#?}"));
        let names = [
            (!plan.changes.is_empty(), "undo"),
            (!plan.changes.is_empty() && actor != manager, "undo: by the coordinator who named"),
            (!plan.changes.is_empty() && self.naming.sets[set].undoes.is_some(), "undo: of an undo"),
            (plan.kept > 0, "undo: kept"),
            (plan.refused.iter().any(|(_, reason)| *reason == "gone"), "undo: gone"),
            (plan.refused.iter().any(|(_, reason)| *reason == "not_allowed"), "undo: others' serial numbers"),
        ];
        names.iter().filter(|(is, _)| *is).for_each(|(_, name)| self.tally(name));
        if !plan.changes.is_empty() {
            self.naming.apply(actor, contract, plan, answer.change_set());
        }
    }

    /// A serial number gets another coordinator, now and then one who may name users.
    fn assign(&mut self) {
        let contract = self.choose_contract();
        if self.naming.model.is_lapsed(contract) {
            return;
        }
        let (manager, company) =
            (self.naming.model.world.contracts[contract].manager, self.naming.model.company_of(contract));
        let accepted: Vec<usize> =
            self.members(company).into_iter().filter(|&p| self.naming.model.has_accepted(company, p)).collect();
        let assets: Vec<usize> = self.naming.model.assets_of(contract).collect();
        let (asset, person) = (self.pick(&assets), self.pick(&accepted));
        // Often one of which a coordinator let somebody in just now: what an undo then does is worth a look.
        let let_in = self.naming.let_in(contract);
        let asset = let_in.map_or(asset, |(_, asset)| asset);
        let coordinator = (!self.chance(20)).then(|| Named { email: self.email(person), name: None });
        let body = json!({"coordinator": coordinator.as_ref().map(|c| json!({"email": c.email})),
            "to": {"serial_numbers": [self.serial(asset)]}});
        let request =
            Assign { contract, coordinator, to: To::Serials([Pick::Asset(asset)].into()), from: None, until: None };
        let path = format!("/api/v1/contracts/{}/coordinator-assignments", self.number(contract));
        let plan = self.naming.model.plan_assign(manager, &request).expect("the manager assigns a member");
        let answer = self.client(manager).post(&path, &body);
        let same = answer.status == 200 && answer.number("changed") == plan.changed;
        self.expect(same, || format!("POST {path} {body}\nanswered {answer:?}\nexpected {plan:#?}"));
        if plan.changed > 0 {
            self.naming.model.apply(plan, answer.change_set());
        }
        if let Some((set, _)) = let_in {
            self.undo_set(set);
        }
    }

    /// Given, mostly to who coordinates something, and taken.
    fn right(&mut self) {
        let contract = self.choose_contract();
        let (actor, company) = (self.choose_actor(contract), self.naming.model.company_of(contract));
        let manager = self.naming.model.world.contracts[contract].manager;
        let members: Vec<usize> = self.members(company).into_iter().filter(|&p| p != manager).collect();
        let coordinators: Vec<usize> =
            members.iter().copied().filter(|&p| self.naming.model.coordinates(p, contract)).collect();
        let person =
            if self.chance(80) && !coordinators.is_empty() { self.pick(&coordinators) } else { self.pick(&members) };
        let holders: Vec<usize> =
            members.iter().copied().filter(|&p| self.naming.rights.contains(&(contract, p))).collect();
        let may = holders.is_empty() || self.chance(75);
        let person = if may { person } else { self.pick(&holders) };
        let expected = self.naming.plan_right(actor, contract, person, may);
        self.set_right(actor, contract, person, may, expected);
    }

    pub fn given(&mut self, actor: usize, contract: usize, plan: Plan, handle: String) {
        let given = plan.changes.iter().any(|change| matches!(change, Change::Right { after: true, .. }));
        self.tally(if given { "right: given" } else { "right: taken" });
        self.naming.apply(actor, contract, plan, handle);
    }
}
