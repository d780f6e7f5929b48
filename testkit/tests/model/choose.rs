//! Random requests, most of them sensible, some with one thing wrong.
use super::run::Run;
use jiff::ToSpan;
use jiff::civil::Date;
use rand::RngExt;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use testkit::model::{Assign, Filter, Named, Pick, To};

impl Run {
    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.rng.random_range(0..from.len())]
    }

    /// Mostly one that can still be edited.
    pub fn choose_contract(&mut self) -> usize {
        let contracts: Vec<usize> = (0..self.model.world.contracts.len()).collect();
        let open: Vec<usize> = contracts.iter().copied().filter(|&c| !self.model.is_lapsed(c)).collect();
        if self.chance(4) { self.pick(&contracts) } else { self.pick(&open) }
    }

    /// Mostly the Contract Manager, sometimes somebody else.
    pub fn choose_actor(&mut self, contract: usize) -> usize {
        let manager = self.model.world.contracts[contract].manager;
        if self.chance(92) {
            return manager;
        }
        self.rng.random_range(0..self.people_with_token())
    }

    pub fn members(&self, company: usize) -> Vec<usize> {
        (0..self.model.world.people.len()).filter(|&p| self.model.is_member(company, p)).collect()
    }

    /// Somebody of the company as a rule; sometimes unknown there, with or without a name to invite.
    pub fn choose_person(&mut self, company: usize) -> Named {
        let named = |email: &str, name| Named { email: email.to_owned(), name };
        let member = self.members(company);
        let strangers: Vec<usize> =
            (0..self.people_with_token()).filter(|&p| !self.model.is_member(company, p)).collect();
        let n = self.model.world.people.len();
        match self.rng.random_range(0..100) {
            0 | 1 => named(&format!("nobody{n}@elsewhere.example"), None),
            2 => {
                let name = (format!("Nova {n}"), "Ibáñez \"Ñ\"".to_owned());
                named(&format!("New.Person{n}@elsewhere.example"), Some(name))
            }
            3 => {
                let other = self.pick(&strangers);
                named(&self.model.world.people[other].email.clone(), None)
            }
            4 => {
                let other = self.pick(&strangers);
                let p = &self.model.world.people[other];
                named(&p.email.clone(), Some((p.first_name.clone(), p.last_name.clone())))
            }
            _ => {
                let email = &self.model.world.people[member[self.rng.random_range(0..member.len())]].email;
                // Addresses compare without regard to case.
                let email = if self.rng.random_bool(0.2) { email.to_uppercase() } else { email.to_lowercase() };
                named(&email, None)
            }
        }
    }

    pub fn choose_assignment(&mut self, contract: usize) -> Assign {
        let company = self.model.company_of(contract);
        let coordinator = if self.chance(15) { None } else { Some(self.choose_person(company)) };
        let (from, until) = if self.chance(25) { self.choose_dates() } else { (None, None) };
        let replace = from.is_none() && until.is_none() && self.chance(50);
        let groups: Vec<usize> =
            (0..self.model.world.groups.len()).filter(|&g| self.model.world.groups[g].contract == contract).collect();
        let to = match self.rng.random_range(0..100) {
            0..50 => To::Serials(self.choose_serials(contract)),
            50 => To::Matching(Filter::default()),
            51..65 => To::Matching(self.choose_filter(contract, &groups)),
            65..70 => To::AllAssets,
            70..90 => To::Group { group: self.pick(&groups), replace },
            _ => To::WholeContract { replace },
        };
        Assign { contract, coordinator, to, from, until }
    }

    fn choose_dates(&mut self) -> (Option<Date>, Option<Date>) {
        let today = self.model.today;
        let day = |days: i32| Some(today.saturating_add(days.days()));
        let begin = self.rng.random_range(1..6);
        let from = match self.rng.random_range(0..20) {
            0 => day(-begin),
            1..6 => None,
            6..9 => day(0),
            _ => day(begin),
        };
        let first = from.unwrap_or(today);
        let length = self.rng.random_range(1..9);
        let until = match self.rng.random_range(0..20) {
            0 => Some(first.saturating_sub(length.days())),
            1 => Some(first),
            2..7 => None,
            _ => Some(first.saturating_add(length.days())),
        };
        (from, until)
    }

    fn choose_serials(&mut self, contract: usize) -> BTreeSet<Pick> {
        let own: Vec<usize> = self.model.assets_of(contract).collect();
        let mut picks = BTreeSet::new();
        if self.chance(2) {
            return picks;
        }
        for _ in 0..self.rng.random_range(1..6) {
            picks.insert(Pick::Asset(self.pick(&own)));
        }
        if self.chance(3) {
            picks.insert(Pick::Nonsense(format!("NO-SUCH-{}", self.rng.random_range(0..1_000))));
        }
        if self.chance(5) {
            picks.insert(Pick::Asset(self.rng.random_range(0..self.model.world.assets.len())));
        }
        picks
    }

    pub fn choose_filter(&mut self, contract: usize, groups: &[usize]) -> Filter {
        let company = self.model.company_of(contract);
        let members = self.members(company);
        let product_codes: Vec<&'static str> =
            self.model.assets_of(contract).map(|a| self.model.world.assets[a].product_code).collect();
        let mut filter = Filter::default();
        // At least one filter: an empty one is never "all".
        for part in [self.rng.random_range(0..4), self.rng.random_range(0..8)] {
            match part {
                0 => {
                    let person = self.pick(&members);
                    filter.coordinator = Some(self.rng.random_bool(0.7).then_some(person));
                }
                1 => filter.group = Some(self.pick(groups)),
                2 => filter.product = Some(self.pick(&product_codes)),
                3 => {
                    let own: Vec<usize> = self.model.assets_of(contract).collect();
                    let asset = self.pick(&own);
                    let serial = self.model.world.assets[asset].serial.clone();
                    let length = self.rng.random_range(serial.len() - 2..=serial.len());
                    filter.serial_prefix = Some(serial[..length].to_owned());
                }
                _ => {}
            }
        }
        filter
    }

    /// The filter as the API takes it: in a body, or pair by pair in a query.
    pub fn filter_json(&self, filter: &Filter) -> Value {
        let mut out = json!({});
        if let Some(coordinator) = filter.coordinator {
            let email = coordinator.map_or("default".to_owned(), |p| self.model.world.people[p].email.clone());
            out["coordinator"] = email.into();
        }
        if let Some(group) = filter.group {
            out["group"] = self.model.world.groups[group].name.clone().into();
        }
        if let Some(code) = filter.product {
            out["product"] = code.into();
        }
        if let Some(prefix) = &filter.serial_prefix {
            out["q"] = prefix.clone().into();
        }
        out
    }

    pub fn named_json(named: &Named) -> Value {
        match &named.name {
            None => json!({ "email": named.email }),
            Some((first, last)) => json!({ "email": named.email, "first_name": first, "last_name": last }),
        }
    }

    pub fn assign_json(&self, request: &Assign) -> Value {
        let overrides = |replace: &bool| if *replace { "replace" } else { "keep" };
        let to = match &request.to {
            To::Serials(picks) => {
                let serial = |pick: &Pick| match pick {
                    Pick::Asset(n) => self.model.world.assets[*n].serial.clone(),
                    Pick::Nonsense(text) => text.clone(),
                };
                json!({ "serial_numbers": picks.iter().map(serial).collect::<Vec<_>>() })
            }
            To::Matching(filter) => json!({ "matching": self.filter_json(filter) }),
            To::AllAssets => json!({ "all_assets": true }),
            To::Group { group, replace } => {
                json!({ "group": self.model.world.groups[*group].name, "overrides": overrides(replace) })
            }
            To::WholeContract { replace } => json!({ "whole_contract": true, "overrides": overrides(replace) }),
        };
        let mut body = json!({ "coordinator": request.coordinator.as_ref().map(Self::named_json), "to": to });
        for (field, day) in [("from", request.from), ("until", request.until)] {
            if let Some(day) = day {
                body[field] = day.to_string().into();
            }
        }
        body
    }
}
