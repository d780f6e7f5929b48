//! The table of rules: one row each, and the order of refusals.
use super::input::{Grant, Grants, Input, UserInput, Verdict};
use super::rules::{Access, Facts, Known, plan};
use std::collections::BTreeSet;

fn set(serials: &[&str]) -> BTreeSet<String> {
    serials.iter().map(|s| (*s).to_owned()).collect()
}

fn access(all_assets: bool, serials: &[&str], grants: &[Grant], beyond_own: bool) -> Access {
    Access { all_assets, serials: set(serials), grants: grants.iter().copied().collect(), beyond_own }
}

fn facts(manages: bool) -> Facts {
    let member = |access: Option<Access>| Known {
        name: "Known Name".to_owned(),
        member: true,
        confirmed: true,
        deactivated: false,
        access,
    };
    let people = [
        ("plain@a.example", member(None)),
        ("all@a.example", member(Some(access(true, &[], &[Grant::Support, Grant::Learning], true)))),
        ("own@a.example", member(Some(access(false, &["S1"], &[Grant::Releases], false)))),
        ("other@a.example", member(Some(access(false, &["S9"], &[], true)))),
        ("pending@a.example", Known { confirmed: false, ..member(None) }),
        ("gone@a.example", Known { deactivated: true, ..member(None) }),
        ("elsewhere@b.example", Known { name: "Secret Name".to_owned(), ..Known::default() }),
    ];
    Facts {
        people: people.into_iter().map(|(key, known)| (key.to_owned(), known)).collect(),
        serials: ["S1", "S2"].map(str::to_owned).into(),
        manages,
        domains: ["a.example".to_owned()].into(),
    }
}

fn user(email: &str, serials: Option<&[&str]>, grants: Grants) -> UserInput {
    UserInput { email: email.to_owned(), grants, serial_numbers: serials.map(set), ..UserInput::default() }
}

/// The verdict of one row: its name, or the reason why it is refused.
fn verdict(manages: bool, add: bool, user: UserInput) -> String {
    let plan = plan(&Input { users: vec![user], add, ..Input::default() }, &facts(manages));
    let row = &plan.rows[0];
    assert_eq!(
        plan.planned.len(),
        usize::from(matches!(row.verdict, Verdict::Invited | Verdict::Member | Verdict::Pending))
    );
    row.reason.clone().unwrap_or_else(|| format!("{:?}", row.verdict).to_lowercase())
}

#[test]
fn each_row_has_its_verdict() {
    let default = Grant::by_default;
    let none = Grants::new;
    type Line<'a> = (&'a str, Option<&'a [&'a str]>, Grants, &'a str, &'a str);
    let table: [Line<'_>; 12] = [
        // address, serial numbers, grants → as Contract Manager, as coordinator with the right
        ("x@a.example", None, default(), "invited", "name_own_serial_numbers"),
        ("x@a.example", Some(&["S1"]), default(), "invited", "invited"),
        ("plain@a.example", Some(&["S1", "S2"]), none(), "member", "member"),
        ("pending@a.example", Some(&["S1"]), none(), "pending", "pending"),
        ("elsewhere@b.example", Some(&["S1"]), none(), "invited", "invited"),
        ("all@a.example", None, default(), "unchanged", "name_own_serial_numbers"),
        ("own@a.example", Some(&["S1"]), [Grant::Releases].into(), "unchanged", "unchanged"),
        ("own@a.example", Some(&["S2"]), [Grant::Releases].into(), "member", "member"),
        ("other@a.example", Some(&["S1"]), none(), "member", "others_access"),
        ("gone@a.example", Some(&["S1"]), none(), "gone", "gone"),
        ("x@a.example", Some(&["S3"]), none(), "unknown_serial_number", "unknown_serial_number"),
        ("x@a.example", Some(&[]), none(), "no_serial_number", "no_serial_number"),
    ];
    for (email, serials, grants, manager, coordinator) in table {
        assert_eq!(verdict(true, false, user(email, serials, grants.clone())), manager, "{email} {serials:?}");
        assert_eq!(verdict(false, false, user(email, serials, grants)), coordinator, "{email} {serials:?}, own only");
    }
}

#[test]
fn refusals_come_in_their_order() {
    let long = Some("x".repeat(101));
    let broken = UserInput { first_name: long.clone(), ..user("nobody", Some(&[]), Grants::new()) };
    assert_eq!(verdict(false, false, broken), "not_an_address");
    let gone = UserInput { first_name: long, ..user("gone@a.example", Some(&[]), Grants::new()) };
    assert_eq!(verdict(false, false, gone), "name_too_long");
    assert_eq!(verdict(false, false, user("gone@a.example", Some(&[]), Grants::new())), "gone");
    assert_eq!(verdict(false, false, user("other@a.example", Some(&["S3"]), Grants::new())), "unknown_serial_number");
}

#[test]
fn adding_takes_nothing_away() {
    let add = |email: &str, serials: Option<&[&str]>, grants: Grants| {
        let input = Input { users: vec![user(email, serials, grants)], add: true, ..Input::default() };
        plan(&input, &facts(true)).planned
    };
    assert!(add("all@a.example", Some(&["S1"]), [Grant::Support].into()).is_empty());
    let more = add("own@a.example", Some(&["S2"]), [Grant::Extensions].into());
    assert_eq!((more[0].serials.len(), more[0].grants.len()), (2, 2));
    let all = add("own@a.example", None, Grants::new());
    assert!(all[0].all_assets && all[0].serials.is_empty() && all[0].grants.contains(&Grant::Releases));
}

#[test]
fn the_second_of_the_same_address_is_left_out_and_nobody_of_another_company_is_shown() {
    let users = ["x@a.example", "X@A.example ", "elsewhere@b.example"].map(|email| user(email, None, Grants::new()));
    let plan = plan(&Input { users: users.into(), ..Input::default() }, &facts(true));
    let verdicts: Vec<Verdict> = plan.rows.iter().map(|row| row.verdict).collect();
    assert_eq!(verdicts, [Verdict::Invited, Verdict::Twice, Verdict::Invited]);
    assert_eq!((plan.planned.len(), plan.rows[2].name.as_str()), (2, ""));
    assert!(plan.rows[2].words.starts_with("not an address of a.example") && plan.rows[0].words.is_empty());
    let outcome = plan.outcome();
    assert_eq!((outcome.changed, outcome.invited, outcome.notices, outcome.refused.len()), (2, 2, 2, 0));
}
