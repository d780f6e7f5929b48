//! What is done on pages: rights, removal, asking for access and deciding.
use super::run::Run;
use testkit::browser::Page;
use testkit::http::escape;
use testkit::model::Refusal;
use testkit::model::naming::{Plan, Row};

impl Run {
    /// Fills in a form whose token stands on every page; none of these pages need be visible to the actor.
    fn post(&mut self, actor: usize, path: &str, fields: &[(&str, &str)]) -> Page {
        self.browsers.get_mut(&actor).expect("signed in").post("/account", path, fields)
    }

    pub fn set_right(
        &mut self,
        actor: usize,
        contract: usize,
        person: usize,
        may: bool,
        expected: Result<Plan, Refusal>,
    ) {
        let path = format!("/contracts/{}/naming-rights", self.number(contract));
        let email = self.email(person);
        let fields = [("email", email.as_str()), ("may", if may { "1" } else { "0" }), ("person", "x")];
        let answer = self.post(actor, &path, &fields);
        let text = format!("POST {path} {fields:?} as person {actor}");
        match expected {
            Err(refusal) => {
                self.expect(answer.status == refusal.status, || format!("{text}: {}, not {refusal:?}", answer.status));
                self.tally(&format!("{} {}", refusal.status, refusal.problem));
            }
            Ok(plan) => {
                let handle = answer
                    .headers
                    .get("location")
                    .and_then(|to| to.split_once("done="))
                    .map(|(_, done)| done.to_owned());
                let same = answer.status == 303
                    && (plan.changes.is_empty() == handle.as_deref().unwrap_or_default().is_empty());
                self.expect(same, || {
                    format!("{text}: {} {:?}, not {plan:?}", answer.status, answer.headers.get("location"))
                });
                if !plan.changes.is_empty() {
                    self.given(actor, contract, plan, handle.unwrap_or_default());
                }
            }
        }
    }

    pub fn remove(&mut self) {
        let contract = self.choose_contract();
        let company = self.naming.model.company_of(contract);
        let actor = self.choose_actor(contract);
        let people: Vec<usize> = self.members(company).into_iter().filter(|&p| p != actor).collect();
        // Often somebody whose access ended just now: what an undo then does is worth a look.
        let lost = self.naming.sets.last().filter(|set| set.contract == contract).and_then(|set| set.lost());
        let person = lost.filter(|p| people.contains(p)).unwrap_or(self.pick(&people));
        let all: Vec<usize> = (0..self.naming.model.world.contracts.len()).collect();
        let of_company: Vec<usize> = all.into_iter().filter(|&c| self.naming.model.company_of(c) == company).collect();
        let manages = of_company.iter().any(|&c| self.naming.manages(actor, c));
        let names = of_company.iter().any(|&c| self.naming.names_own(actor, c));
        let entries = of_company.iter().any(|&c| self.naming.entries.contains_key(&(person, c)));
        // A coordinator removes whom he or she invited, and who that was is not the model's.
        if !manages && names && !entries && !self.naming.model.holds_role(company, person) {
            return;
        }
        // Pages know people by their handle, or by the address as it is compared.
        let path = format!("/people/{}/remove", escape(&self.email(person).to_lowercase()));
        let account = self.naming.model.world.companies[company].number.clone();
        let status = self.post(actor, &path, &[("account", &account)]).status;
        let text = format!("POST {path} as person {actor}");
        if !manages && !names {
            // Who of the others is told who could, and who that there is nobody, hangs on the other company, too.
            return self.expect(status == 403 || status == 404, || format!("{text}: {status}"));
        }
        let kept = self.naming.keeps(actor, company, person);
        self.expect(status == if kept { 409 } else { 303 }, || format!("{text}: {status}, kept: {kept}"));
        if kept {
            return self.tally("removal refused");
        }
        self.naming.remove(company, person);
        self.tally("removed");
        if lost == Some(person) {
            self.undo_set(self.naming.sets.len() - 1);
        }
    }

    /// Somebody asks about a serial number, or about none; somebody decides who may not, then somebody who may.
    pub fn ask_and_decide(&mut self) {
        let contract = self.choose_contract();
        let company = self.naming.model.company_of(contract);
        let asking: Vec<usize> =
            self.browsers.keys().copied().filter(|&p| self.naming.model.has_accepted(company, p)).collect();
        if self.naming.model.is_lapsed(contract) || asking.is_empty() {
            return;
        }
        let (person, assets) = (self.pick(&asking), self.naming.model.assets_of(contract).collect::<Vec<_>>());
        let asset = if self.chance(75) { Some(self.pick(&assets)) } else { None };
        let serial = asset.map_or(String::new(), |asset| self.serial(asset));
        let account = self.naming.model.world.companies[company].number.clone();
        let ask = [("account", account.as_str()), ("serial", &serial), ("wants", "releases")];
        for expected in [303, 409] {
            let status = self.post(person, "/access/ask", &ask).status;
            self.expect(status == expected, || {
                format!("person {person} asks for {serial:?}: {status}, not {expected}")
            });
        }
        let manager = self.naming.model.world.contracts[contract].manager;
        let list = self.browsers.get_mut(&manager).expect("signed in").get("/users/requests");
        let handle = list.between(r#"name="request" value=""#, "\"").to_owned();
        let first = self.choose_actor(contract);
        if !self.decide(first, contract, person, asset, &handle) {
            let decided = self.decide(manager, contract, person, asset, &handle);
            self.expect(decided, || "the Contract Manager decides".to_owned());
        }
    }

    /// Returns whether it was decided.
    fn decide(&mut self, actor: usize, contract: usize, person: usize, asset: Option<usize>, handle: &str) -> bool {
        let (grant, number) = (self.chance(70), self.number(contract));
        let mut fields = vec![("contract", number.as_str()), ("request", handle)];
        fields.push(("decision", if grant { "grant" } else { "decline" }));
        let grants = self.choose_grants();
        fields.extend(grants.iter().map(|grant| ("grants", *grant)));
        let answer = self.post(actor, "/users/requests", &fields);
        let row = Row { email: self.email(person), name: None, assets: asset.map(|asset| [asset].into()), grants };
        let own = asset.is_some_and(|asset| self.naming.owns(actor, asset));
        let manages = self.naming.manages(actor, contract);
        let expected = match self.naming.plan_name(actor, contract, &[row], true) {
            Err(refusal) => Err(refusal.status),
            Ok(_) if !manages && !own => Err(409),
            Ok(plan) if grant && !plan.refused.is_empty() => Err(409),
            Ok(plan) => Ok(plan),
        };
        let text = format!("person {actor} decides what person {person} asked ({asset:?}), {fields:?}");
        let status = expected.as_ref().map_or_else(|status| *status, |_| 303);
        self.expect(answer.status == status, || format!("{text}: {}, not {status}", answer.status));
        let Ok(plan) = expected else {
            self.tally("asked: not theirs to decide");
            return false;
        };
        if !manages {
            self.tally("asked: by the coordinator of the serial number");
        }
        self.tally(if grant { "asked: given" } else { "asked: declined" });
        if grant && !plan.changes.is_empty() {
            let done = answer
                .leads_to()
                .split_once("done=")
                .map(|(_, done)| done.split('&').next().unwrap_or_default().to_owned());
            self.naming.apply(actor, contract, plan, done.expect("a change set"));
        }
        true
    }
}
