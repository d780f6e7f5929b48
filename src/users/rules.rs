//! Who of a list can be named, and what that changes: pure, ordered, without database, web or clock.
use super::input::{Grants, Input, Outcome, RefusedUser, RowView, UserInput, Verdict};
use crate::text::{address_key, full_name, is_address};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// Longest first or last name.
pub const LONGEST_NAME: usize = 100;

/// The access that somebody has on the contract.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Access {
    /// All assets of the contract, also those that come later.
    pub all_assets: bool,
    /// Else these serial numbers.
    pub serials: BTreeSet<String>,
    /// What it lets the person do.
    pub grants: Grants,
    /// Some of the assets are not the actor's own.
    pub beyond_own: bool,
}

/// Somebody of the company, or of another one: then nothing but the id counts.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// First and last name, as they are known here.
    pub name: String,
    /// A member of the company.
    pub member: bool,
    /// Who has accepted.
    pub confirmed: bool,
    /// May not sign in any more.
    pub deactivated: bool,
    /// The access on this contract.
    pub access: Option<Access>,
}

/// Everything that the rules need to know.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// By the key of the address.
    pub people: HashMap<String, Known>,
    /// The serial numbers asked for, of which the actor may give access.
    pub serials: HashSet<String>,
    /// The actor names users on all assets, and not only on own ones.
    pub manages: bool,
    /// The company's own domains; empty where none are known.
    pub domains: BTreeSet<String>,
}

/// A row that can be carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// The key of the address.
    pub key: String,
    /// The address as written.
    pub email: String,
    /// First name of somebody new.
    pub first_name: String,
    /// Last name of somebody new.
    pub last_name: String,
    /// Not of the company so far.
    pub new: bool,
    /// Has access to the contract so far.
    pub had: bool,
    /// All assets of the contract.
    pub all_assets: bool,
    /// Else these.
    pub serials: BTreeSet<String>,
    /// What it lets the person do.
    pub grants: Grants,
}

/// What becomes of a list.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// To carry out.
    pub planned: Vec<Planned>,
    /// Each row of the list.
    pub rows: Vec<RowView>,
}

impl Plan {
    /// In numbers. Nobody is written to for the sake of a row that changes nothing.
    pub fn outcome(&self) -> Outcome {
        let with = |verdict: Verdict| self.rows.iter().filter(move |row| row.verdict == verdict);
        let count = |verdict| with(verdict).count() as u64;
        let refused =
            |row: &RowView| RefusedUser { email: row.email.clone(), reason: row.reason.clone().unwrap_or_default() };
        Outcome {
            change_set: None,
            changed: self.planned.len() as u64,
            invited: count(Verdict::Invited),
            unchanged: count(Verdict::Unchanged),
            refused: with(Verdict::Refused).map(refused).collect(),
            notices: self.planned.len() as u64,
            rows: Vec::new(),
        }
    }
}

/// Judges each row, in the order of the list; of an address that stands there twice the first counts.
pub fn plan(input: &Input, facts: &Facts) -> Plan {
    let mut plan = Plan::default();
    let mut seen = BTreeMap::new();
    for (at, user) in input.users.iter().enumerate() {
        let key = address_key(&user.email);
        let known = facts.people.get(&key).filter(|known| known.member);
        let (verdict, reason, words) = match seen.get(&key) {
            Some(first) => (Verdict::Twice, None, format!("stands in row {first} already")),
            None => match judged(user, known, facts, input.add) {
                Err((reason, words)) => (Verdict::Refused, Some(reason.to_owned()), words),
                Ok(None) => (Verdict::Unchanged, None, String::new()),
                Ok(Some(planned)) => {
                    let words = outside(&user.email, facts);
                    let verdict = match known {
                        Some(known) if known.confirmed => Verdict::Member,
                        Some(_) => Verdict::Pending,
                        None => Verdict::Invited,
                    };
                    let words = if verdict == Verdict::Invited { words } else { String::new() };
                    plan.planned.push(planned);
                    (verdict, None, words)
                }
            },
        };
        seen.entry(key).or_insert(at + 1);
        plan.rows.push(RowView {
            row: at + 1,
            email: user.email.trim().to_owned(),
            name: name(user, known),
            verdict,
            reason,
            words,
        });
    }
    plan
}

fn name(user: &UserInput, known: Option<&Known>) -> String {
    match known {
        Some(known) => known.name.clone(),
        None => {
            let (first, last) = names(user);
            full_name(&first, &last)
        }
    }
}

fn names(user: &UserInput) -> (String, String) {
    let part = |name: &Option<String>| name.as_deref().unwrap_or_default().trim().to_owned();
    (part(&user.first_name), part(&user.last_name))
}

/// What to do for one row; nothing where it would change nothing. The order of refusals: the row itself, the person, what
/// for, whose.
fn judged(
    user: &UserInput,
    known: Option<&Known>,
    facts: &Facts,
    add: bool,
) -> Result<Option<Planned>, (&'static str, String)> {
    let refuse = |reason, words: &str| Err((reason, words.to_owned()));
    let email = user.email.trim();
    if !is_address(email) {
        return refuse("not_an_address", "enter the full e-mail address, for example name@company.com");
    }
    let (first_name, last_name) = names(user);
    let fits = |name: &str| name.chars().count() <= LONGEST_NAME && !name.chars().any(char::is_control);
    if !fits(&first_name) || !fits(&last_name) {
        return refuse("name_too_long", "enter a name of at most 100 letters in one line");
    }
    if known.is_some_and(|known| known.deactivated) {
        return refuse("gone", "this person's sign-in has ended; ask the vendor to open it again");
    }
    if user.serial_numbers.as_ref().is_some_and(BTreeSet::is_empty) {
        return refuse("no_serial_number", "name at least one serial number, or give access to all of them");
    }
    let serials = user.serial_numbers.clone().unwrap_or_default();
    if !facts.manages && user.serial_numbers.is_none() {
        return refuse("name_own_serial_numbers", "choose among the serial numbers that you coordinate");
    }
    if let Some(serial) = serials.iter().find(|serial| !facts.serials.contains(*serial)) {
        let whose = if facts.manages { "on this contract" } else { "that you coordinate on this contract" };
        return Err(("unknown_serial_number", format!("there is no serial number {serial} {whose}")));
    }
    let present = known.and_then(|known| known.access.as_ref());
    if !facts.manages && present.is_some_and(|access| access.beyond_own) {
        return refuse(
            "others_access",
            "has access to serial numbers that others coordinate; the Contract Manager can change it",
        );
    }
    let wanted =
        Access { all_assets: user.serial_numbers.is_none(), serials, grants: user.grants.clone(), beyond_own: false };
    let wanted = if add { present.map_or_else(|| wanted.clone(), |present| joined(&wanted, present)) } else { wanted };
    if present
        .is_some_and(|p| (p.all_assets, &p.serials, &p.grants) == (wanted.all_assets, &wanted.serials, &wanted.grants))
    {
        return Ok(None);
    }
    let Access { all_assets, serials, grants, .. } = wanted;
    let (key, email) = (address_key(email), email.to_owned());
    let (new, had) = (known.is_none(), present.is_some());
    Ok(Some(Planned { key, email, first_name, last_name, new, had, all_assets, serials, grants }))
}

/// What somebody has, and what is added.
fn joined(wanted: &Access, present: &Access) -> Access {
    let all_assets = wanted.all_assets || present.all_assets;
    let serials = if all_assets { BTreeSet::new() } else { &wanted.serials | &present.serials };
    Access { all_assets, serials, grants: &wanted.grants | &present.grants, beyond_own: present.beyond_own }
}

/// Worth a look before somebody of another company is let in. Said of the address alone: who has it is not told.
fn outside(email: &str, facts: &Facts) -> String {
    let domain = email.rsplit_once('@').map(|(_, domain)| domain.trim().to_lowercase()).unwrap_or_default();
    match facts.domains.first() {
        Some(own) if !facts.domains.contains(&domain) => format!("not an address of {own}: of another company?"),
        _ => String::new(),
    }
}
