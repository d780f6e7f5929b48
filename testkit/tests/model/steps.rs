//! The steps: each sends something to the product and asks the model what must come back.
use super::run::{Run, Sent};
use rand::RngExt;
use serde_json::{Value, json};
use testkit::http::{Answer, escape};
use testkit::model::{Assign, Change, HandOver, Plan, Refusal, Standing, To};

impl Run {
    pub fn one_step(&mut self) {
        match self.rng.random_range(0..100) {
            0..52 => self.assign(),
            52..72 => self.undo(),
            72..77 => self.hand_over(),
            77..81 => self.replay(),
            81..84 => self.reuse_key(),
            84..89 => self.race(),
            89..91 => self.stranger(),
            91..95 => self.look(),
            95..98 => self.list(),
            _ => self.move_clock(),
        }
    }

    /// Sends a write, half of them under a key of its own.
    fn send(&mut self, actor: usize, path: &str, body: &Value) -> Answer {
        if self.chance(50) {
            return self.client(actor).post(path, body);
        }
        let key = format!("key-{:x}", self.rng.random::<u64>());
        let answer = self.client(actor).post_with_key(path, body, &key);
        if answer.status == 200 {
            let (path, body, answer) = (path.to_owned(), body.clone(), answer.clone());
            self.last = Some(Sent { actor, path, body, key, answer });
        }
        answer
    }

    /// Compares, and lets the plan happen in the model where it happened in the product.
    fn settle(&mut self, text: &str, answer: &Answer, expected: Result<Plan, Refusal>, preview: bool) -> bool {
        self.compare_answer(text, answer, &expected, preview);
        let plan = match expected {
            Ok(plan) => plan,
            Err(refusal) => {
                let name = format!("{} {}", refusal.status, refusal.problem);
                for (_, reason) in &refusal.refused {
                    self.tally.refusal(&format!("{name}: {reason}"));
                }
                if refusal.refused.is_empty() {
                    self.tally.refusal(&name);
                }
                return false;
            }
        };
        if preview {
            self.expect(answer.body["change_set"].is_null(), || format!("{text}: a preview made {answer:?}"));
            self.tally.action("preview");
        } else if plan.undoes.is_none() || plan.changed > 0 {
            self.model.apply(plan, answer.change_set());
        }
        true
    }

    fn assign_path(&self, contract: usize) -> String {
        format!("/api/v1/contracts/{}/coordinator-assignments", self.model.world.contracts[contract].number)
    }

    fn assign(&mut self) {
        let contract = self.choose_contract();
        let mut request = self.choose_assignment(contract);
        let actor = self.choose_actor(contract);
        self.one_mistake_at_most(actor, &mut request);
        let mut body = self.assign_json(&request);
        let preview = self.chance(15);
        if preview {
            body["preview"] = true.into();
        }
        let expected = self.model.plan_assign(actor, &request);
        let path = self.assign_path(contract);
        let names: Vec<&str> = expected.as_ref().map_or(Vec::new(), |plan| self.names(&request, plan));
        let answer = match preview {
            true => self.client(actor).post(&path, &body),
            false => self.send(actor, &path, &body),
        };
        let text = format!("POST {path} {body} as person {actor}");
        if self.settle(&text, &answer, expected, preview) && !preview {
            names.into_iter().for_each(|name| self.tally.action(name));
        }
    }

    /// Which of two mistakes is answered is not promised: a request with impossible days has no other, and where the contract
    /// or the actor is the mistake, the days are none.
    fn one_mistake_at_most(&self, actor: usize, request: &mut Assign) {
        let contract = request.contract;
        let no_filter = matches!(&request.to, To::Matching(filter) if filter.is_empty());
        if self.model.is_lapsed(contract) || self.model.standing(actor, contract) != Standing::Manager {
            (request.from, request.until) = (None, None);
            if no_filter {
                request.to = To::AllAssets;
            }
        } else if no_filter {
            (request.coordinator, request.from, request.until) = (None, None, None);
        } else if self.model.dates(request).is_err() {
            (request.coordinator, request.to) = (None, To::AllAssets);
        }
    }

    /// What the run counts an assignment as.
    fn names(&self, request: &Assign, plan: &Plan) -> Vec<&'static str> {
        let mut names = vec![match request.to {
            To::Serials(_) => "assign: serial_numbers",
            To::Matching(_) => "assign: matching",
            To::AllAssets => "assign: all_assets",
            To::Group { replace: false, .. } => "assign: group, keep",
            To::Group { replace: true, .. } => "assign: group, replace",
            To::WholeContract { replace: false } => "assign: whole_contract, keep",
            To::WholeContract { replace: true } => "assign: whole_contract, replace",
        }];
        let contract = &self.model.world.contracts[request.contract];
        let person = request.coordinator.as_ref().and_then(|named| self.model.find_person(&named.email));
        if request.coordinator.is_none() {
            names.push("assign: clear");
        } else if person == Some(contract.manager) {
            names.push("assign: the manager");
        }
        if plan.invites.is_some() {
            let new = plan.new_person.is_some();
            names.push(if new { "assign: invite a new person" } else { "assign: invite a person of another company" });
        }
        let today = self.model.today;
        names.extend(match (request.from.filter(|&from| from > today), request.until) {
            (None, None) => None,
            (None, Some(_)) => Some("assign: dated, begins today"),
            (Some(_), Some(_)) => Some("assign: dated, planned"),
            (Some(_), None) => Some("assign: from a day on, for good"),
        });
        if contract.end < today {
            names.push("assign: on a contract in its grace");
        }
        names
    }

    fn undo(&mut self) {
        let known = self.model.sets.len();
        // Whether thirty days are over on the thirtieth day itself depends on the hour.
        let clear = |&n: &usize| !(30..=31).contains(&self.model.age(&self.model.sets[n]));
        let recent: Vec<usize> = (known.saturating_sub(6)..known).filter(clear).collect();
        let any: Vec<usize> = (known.saturating_sub(400)..known).filter(clear).collect();
        let from = if self.rng.random_range(0..10) < 7 { recent } else { any };
        if from.is_empty() {
            return;
        }
        let set = self.pick(&from);
        let contracts = self.model.sets[set].contracts.clone();
        let mut actor = self.choose_actor(contracts[0]);
        // Whether a change set exists for those who see the contract, but do not manage it, is not promised; staff see it.
        let clear = |s: Standing| {
            let staff = self.model.is_staff(actor);
            s == Standing::Manager || s == Standing::Stranger || (s == Standing::Sees && staff)
        };
        let mut standings = contracts.iter().map(|&c| self.model.standing(actor, c));
        let first = standings.next().expect("a contract");
        if !clear(first) || standings.any(|s| s != first) {
            actor = self.model.sets[set].by;
        }
        let expected = self.model.plan_undo(actor, set);
        let preview = self.chance(20);
        let path = format!("/api/v1/change-sets/{}/undo", escape(&self.model.sets[set].handle));
        let body = json!({ "preview": preview });
        let answer = match preview {
            true => self.client(actor).post(&path, &body),
            false => self.send(actor, &path, &body),
        };
        let text = format!("POST {path} {body} as person {actor}, of {:#?}", self.model.sets[set]);
        let refused = expected.as_ref().map_or(0, |plan| plan.refused);
        let some = expected.as_ref().is_ok_and(|plan| plan.changed > 0 && plan.kept > 0);
        if !self.settle(&text, &answer, expected, preview) || preview {
            return;
        }
        let undone = self.model.sets[set].clone();
        self.tally.action("undo");
        let dated = undone.items.iter().any(|item| matches!(item.change, Change::Plan(_)));
        let names = [
            (undone.undoes.is_some(), "undo: of an undo"),
            (dated && undone.undoes.is_none(), "undo: of a dated one"),
            (undone.handed_over, "undo: of a hand-over"),
            (some, "undo: some reverted, some kept"),
        ];
        names.iter().filter(|(is, _)| *is).for_each(|(_, name)| self.tally.action(name));
        (refused > 0).then(|| self.tally.refusal("undo: contract_lapsed"));
    }

    /// Everything of one person to another. Both belong to all companies concerned, so that nothing is left open.
    fn hand_over(&mut self) {
        let contract = self.choose_contract();
        let actor = self.model.world.contracts[contract].manager;
        let members = self.members(self.model.company_of(contract));
        let (person, successor) = (self.pick(&members), self.pick(&members));
        let coordinator = testkit::model::Named { email: self.model.world.people[successor].email.clone(), name: None };
        let request = HandOver { person, coordinator };
        let expected = self.model.plan_hand_over(actor, &request);
        let Some(expected) = self.without_doubt(expected, person, successor) else { return };
        let preview = self.chance(15);
        let path = format!("/api/v1/people/{}/hand-over", escape(&self.model.world.people[person].email));
        let body = json!({ "coordinator": Self::named_json(&request.coordinator), "preview": preview });
        let answer = match preview {
            true => self.client(actor).post(&path, &body),
            false => self.send(actor, &path, &body),
        };
        let dated = expected.as_ref().is_ok_and(|p| p.items.iter().any(|i| matches!(i.1, Change::Reassign { .. })));
        let text = format!("POST {path} {body} as person {actor}");
        if self.settle(&text, &answer, expected, preview) && !preview {
            self.tally.action("hand-over");
            dated.then(|| self.tally.action("hand-over: a dated one"));
        }
    }

    fn without_doubt(
        &self,
        expected: Result<Plan, Refusal>,
        person: usize,
        successor: usize,
    ) -> Option<Result<Plan, Refusal>> {
        let reaches =
            |plan: &Plan| plan.contracts.iter().all(|&c| self.model.is_member(self.model.company_of(c), successor));
        let clear = person != successor && expected.as_ref().map_or(true, reaches);
        clear.then_some(expected)
    }

    /// The same request under the same key: the same answer, and nothing happens.
    fn replay(&mut self) {
        let Some(last) = self.last.take() else { return };
        let answer = self.client(last.actor).post_with_key(&last.path, &last.body, &last.key);
        self.expect(answer == last.answer, || {
            format!("replay of {} {}\nanswered {answer:?}\nexpected {:?}", last.path, last.body, last.answer)
        });
        self.tally.action("replay with the same key");
        self.last = Some(last);
    }

    fn reuse_key(&mut self) {
        let Some(last) = self.last.take() else { return };
        let mut body = last.body.clone();
        match body.get("to") {
            Some(_) => body["may_name_users"] = false.into(),
            None if body.get("coordinator").is_some() => body["coordinator"]["email"] = "another@one.example".into(),
            // An undo's body says nothing that could be another.
            None => return,
        }
        let answer = self.client(last.actor).post_with_key(&last.path, &body, &last.key);
        let same = (answer.status, answer.problem()) == (422, "idempotency-key-reused");
        self.expect(same, || format!("{} {body} under a used key\nanswered {answer:?}", last.path));
        self.tally.refusal("422 idempotency-key-reused");
        self.last = Some(last);
    }

    /// Two people look at the same, one is faster: the other is told what changed.
    fn race(&mut self) {
        let contract = self.choose_contract();
        let actor = self.model.world.contracts[contract].manager;
        let assets: Vec<usize> = self.model.assets_of(contract).collect();
        let (raced, members) = (self.pick(&assets), self.members(self.model.company_of(contract)));
        let request = |run: &mut Self, asset: usize, person: usize| {
            let named = testkit::model::Named { email: run.model.world.people[person].email.clone(), name: None };
            let picks = [testkit::model::Pick::Asset(asset)].into();
            Assign { contract, coordinator: Some(named), to: To::Serials(picks), from: None, until: None }
        };
        let (slow, fast) = (self.pick(&members), self.pick(&members));
        let (slow, fast) = (request(self, raced, slow), request(self, raced, fast));
        let (path, mut body) = (self.assign_path(contract), self.assign_json(&slow));
        body["preview"] = true.into();
        let expected = self.model.plan_assign(actor, &slow);
        let preview = self.client(actor).post(&path, &body);
        let text = format!("POST {path} {body} as person {actor}");
        if !self.settle(&text, &preview, expected, true) {
            return;
        }
        body["preview"] = false.into();
        body["if_state"] = preview.body["state"].clone();
        let raced_by = self.model.plan_assign(actor, &fast);
        let loses = self.chance(70) && raced_by.as_ref().is_ok_and(|plan| plan.changed > 0);
        if loses {
            let fast = self.assign_json(&fast);
            let answer = self.client(actor).post(&path, &fast);
            self.settle(&format!("POST {path} {fast}"), &answer, raced_by, false);
        }
        let expected = self.model.plan_assign(actor, &slow);
        let answer = self.client(actor).post(&path, &body);
        if !loses {
            self.settle(&format!("POST {path} {body}, nothing changed since"), &answer, expected, false);
            self.tally.action("if_state holds");
            return;
        }
        let serial = self.model.world.assets[raced].serial.clone();
        let since = answer.body["changed_since"].as_array().cloned().unwrap_or_default();
        let same = (answer.status, answer.problem()) == (412, "changed") && since == [json!(serial)];
        self.expect(same, || format!("POST {path} {body} although {serial} changed\nanswered {answer:?}"));
        self.tally.refusal("412 changed");
    }

    fn stranger(&mut self) {
        let contract = self.choose_contract();
        let (path, request) = (self.assign_path(contract), self.choose_assignment(contract));
        let answer = self.anonymous().post(&path, &self.assign_json(&request));
        let same = (answer.status, answer.problem()) == (401, "sign-in");
        self.expect(same, || format!("POST {path} without signing in answered {answer:?}"));
        self.tally.refusal("401 sign-in");
    }

    /// Somebody at random looks at something at random.
    fn look(&mut self) {
        let asset = self.rng.random_range(0..self.model.world.assets.len());
        let person = self.rng.random_range(0..self.people_with_token());
        let path = format!("/api/v1/assets/{}", escape(&self.model.world.assets[asset].serial));
        let answer = self.client(person).get(&path);
        let expected = if self.model.sees_asset(person, asset) { 200 } else { 404 };
        self.expect(answer.status == expected, || format!("GET {path} as person {person}: {answer:?}, not {expected}"));
        self.tally.action("seen and not seen");
    }

    fn list(&mut self) {
        let contract = self.choose_contract();
        let groups: Vec<usize> =
            (0..self.model.world.groups.len()).filter(|&g| self.model.world.groups[g].contract == contract).collect();
        let filter = self.choose_filter(contract, &groups);
        let json = self.filter_json(&filter);
        let pairs: Vec<String> = json
            .as_object()
            .expect("filters")
            .iter()
            .map(|(name, value)| format!("{name}={}", escape(value.as_str().expect("a text"))))
            .collect();
        let path =
            format!("/api/v1/contracts/{}/assets?{}", self.model.world.contracts[contract].number, pairs.join("&"));
        let manager = self.model.world.contracts[contract].manager;
        let rows = self.client(manager).list(&path);
        let got: Vec<&str> = rows.iter().map(|row| row["serial_number"].as_str().expect("a serial number")).collect();
        let matching = self.model.assets_of(contract).filter(|&a| self.model.matches(a, &filter));
        let expected: Vec<String> = matching.map(|a| self.model.world.assets[a].serial.clone()).collect();
        self.expect(got == expected, || format!("GET {path}\nlists {got:?}\nexpected {expected:?}"));
        self.tally.action("filtered list");
    }

    fn move_clock(&mut self) {
        let days = if self.chance(70) { 1 } else { self.rng.random_range(2..4) };
        self.product.clock.advance_days(days);
        self.model.advance(days);
        self.last = None;
        self.tally.action("clock moved");
    }
}
