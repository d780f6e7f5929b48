//! The person page's view of what the database says.
use super::pages::{CoordinatesLine, PersonView, RoleLine};
use super::show::{RoleRow, Shown, WorkRow};
use crate::text::full_name;
use crate::time::{Instant, day_of};
use crate::web::person::{PersonRef, Reach};
use crate::web::words::{count, day, listed, serial_numbers};
use std::collections::BTreeSet;

/// So many contracts are named with a role.
const MOST_ROLES: usize = 24;

/// The page without its hand-over. `vendor`: the company of the vendor's people.
pub fn view(shown: &Shown, vendor: &str) -> PersonView {
    let mut companies: Vec<&str> = shown.companies.iter().map(|company| company.name.as_str()).collect();
    companies.extend(shown.person.staff_role.as_ref().map(|_| vendor));
    PersonView {
        person: person(shown),
        handle: shown.person.handle.clone(),
        company: listed(&companies),
        signed_in: signed_in(shown),
        roles: roles(shown),
        coordinates: shown.work.iter().map(|row| coordinates(shown, row)).collect(),
        access: shown.roles.iter().filter(|row| row.entry).map(access).collect(),
        hand_over: None,
        who_can: who_can(shown),
        buttons: Default::default(),
        more: None,
    }
}

/// Who it is.
pub fn person(shown: &Shown) -> PersonRef {
    let p = &shown.person;
    let (deactivated, bounced) = (p.deactivated_at.is_some(), p.bounced);
    let state = Reach { deactivated, bounced, pending: shown.pending(), invited: shown.invited() }.state();
    let name = full_name(&p.first_name, &p.last_name);
    PersonRef { you: shown.you, state, ..PersonRef::new(name, &p.email, &p.handle, &p.handle) }
}

fn signed_in(shown: &Shown) -> String {
    let on = |at: Instant| day_of(at, &shown.now.zone).long();
    if let Some(at) = shown.person.deactivated_at {
        return format!("Ended on {}", on(at));
    }
    let invitation = shown.companies.iter().find(|company| !company.confirmed);
    match (invitation.and_then(|i| i.invited_at.zip(i.expires_at)), shown.person.signed_in_at) {
        (Some((invited, until)), _) if until > shown.now.at => {
            format!("Invited on {}, until {}", on(invited), on(until))
        }
        (Some((invited, until)), _) => format!("Invited on {}; the invitation ended on {}", on(invited), on(until)),
        (None, Some(at)) => format!("Last signed in on {}", on(at)),
        (None, None) => "Never signed in".to_owned(),
    }
}

fn roles(shown: &Shown) -> Vec<RoleLine> {
    let coordinates = |number: &str| {
        shown
            .work
            .iter()
            .any(|row| row.number == number && matches!(row.level.as_str(), "asset" | "group" | "contract"))
    };
    let role = |row: &RoleRow| {
        let coordinates = coordinates(&row.number);
        let mut parts = Vec::new();
        parts.extend(row.manages.then_some("Contract Manager"));
        parts.extend(coordinates.then_some("Software Coordinator"));
        parts.extend((coordinates && row.may_name).then_some("may name users"));
        parts.extend((parts.is_empty() && row.entry).then_some("User"));
        let role = parts.join(", ");
        (!role.is_empty()).then(|| RoleLine { contract: row.number.clone(), role })
    };
    let mut roles: Vec<RoleLine> = shown.roles.iter().filter_map(role).collect();
    let more = roles.len().saturating_sub(MOST_ROLES);
    if more > 0 {
        roles.truncate(MOST_ROLES);
        let more = count(i64::try_from(more).unwrap_or(i64::MAX), "contract", "contracts");
        roles.push(RoleLine { contract: "More".to_owned(), role: format!("On {more} beside these") });
    }
    if let Some(role) = &shown.person.staff_role {
        roles.push(RoleLine { contract: "Vendor".to_owned(), role: role.clone() });
    }
    roles
}

fn coordinates(shown: &Shown, row: &WorkRow) -> CoordinatesLine {
    let serials: Vec<(String, String)> = shown
        .serials
        .iter()
        .filter(|serial| serial.number == row.number && serial.level == row.level)
        .map(|serial| (serial.serial.clone(), serial.product.clone()))
        .collect();
    let named = i64::try_from(serials.len()).unwrap_or(0);
    let more = if serials.is_empty() { 0 } else { (row.assets - named).max(0) };
    CoordinatesLine { contract: row.number.clone(), what: what(row), serials, more }
}

/// "3 serial numbers", "Group Boston office (2 serial numbers)", "The whole contract (12 serial numbers)".
fn what(row: &WorkRow) -> String {
    let n = serial_numbers(row.assets);
    let dates = |from: bool| {
        let part = |word: &str, on: &Option<String>| {
            on.as_deref().map(|on| format!(" {word} {}", day(on))).unwrap_or_default()
        };
        format!("{}{}", if from { part("from", &row.from_on) } else { String::new() }, part("until", &row.until_on))
    };
    // Of a dated assignment the name is its level, and the number counts what it is of.
    let of = || match row.name.as_str() {
        "group" => count(row.assets, "group", "groups"),
        "contract" => "the whole contract".to_owned(),
        _ => n.clone(),
    };
    match row.level.as_str() {
        "contract" => format!("The whole contract ({n})"),
        "group" => format!("Group {} ({n})", row.name),
        "manager" => format!("{n} by default, as Contract Manager"),
        "planned" => format!("Planned{}: {}", dates(true), of()),
        "beneath" => format!("In other hands{}, then again: {}", dates(false), of()),
        _ => n,
    }
}

/// "All serial numbers: may download releases, support"
fn access(row: &RoleRow) -> RoleLine {
    let what = if row.all_assets { "All serial numbers".to_owned() } else { serial_numbers(row.assets) };
    let mut grants = Vec::new();
    grants.extend(row.releases.then_some("may download releases"));
    grants.extend(row.extensions.then_some("may download extensions"));
    grants.extend(row.support.then_some("support"));
    grants.extend(row.learning.then_some("learning"));
    let grants = if grants.is_empty() { String::new() } else { format!(": {}", grants.join(", ")) };
    RoleLine { contract: row.number.clone(), role: format!("{what}{grants}") }
}

/// The Contract Manager of what the reader may not hand over.
fn who_can(shown: &Shown) -> Option<PersonRef> {
    let managed: BTreeSet<&str> = shown.managed.iter().map(|m| m.number.as_str()).collect();
    if shown.handed().next().is_some() {
        return None;
    }
    let row = shown.work.iter().find(|row| !managed.contains(row.number.as_str()))?;
    let name = full_name(&row.manager_first, &row.manager_last);
    let person = PersonRef::new(name, &row.manager_email, "", &row.manager_handle);
    (row.manager_id != shown.person.id || !shown.you).then_some(person)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(level: &str, name: &str, assets: i64) -> WorkRow {
        let (from_on, until_on) = (Some("2026-12-01".to_owned()), Some("2026-12-24".to_owned()));
        WorkRow { level: level.to_owned(), name: name.to_owned(), assets, from_on, until_on, ..WorkRow::default() }
    }

    #[test]
    fn each_level_has_its_words() {
        assert_eq!(what(&row("asset", "", 3)), "3 serial numbers");
        assert_eq!(what(&row("group", "Boston office", 2)), "Group Boston office (2 serial numbers)");
        assert_eq!(what(&row("contract", "", 12)), "The whole contract (12 serial numbers)");
        assert_eq!(what(&row("manager", "", 1)), "1 serial number by default, as Contract Manager");
        let planned = "Planned from 1 Dec 2026 until 24 Dec 2026: 1 serial number";
        assert_eq!(what(&row("planned", "asset", 1)), planned);
        assert_eq!(
            what(&row("beneath", "contract", 1)),
            "In other hands until 24 Dec 2026, then again: the whole contract"
        );
    }

    #[test]
    fn access_is_told_in_words() {
        let entry = RoleRow { all_assets: true, releases: true, support: true, ..RoleRow::default() };
        assert_eq!(access(&entry).role, "All serial numbers: may download releases, support");
        assert_eq!(access(&RoleRow { assets: 2, ..RoleRow::default() }).role, "2 serial numbers");
    }
}
