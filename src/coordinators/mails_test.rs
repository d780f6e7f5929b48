//! The words of the mails about coordinators, reviewed as snapshots: the four samples whole, and each turn of events as text.
use super::happened::{ContractRow, Facts, Head, Level, Move, MoveRow, PersonRow};
use super::mails::{Assigned, Invitation, TakenOver};
use super::summary::Summary;
use super::told::told;
use crate::mail::outbox::Outgoing;
use crate::mail::{Mail, Site};

const ELENA: i64 = 1;
const MAYA: i64 = 2;
const TOMAS: i64 = 3;
const HANA: i64 = 4;
const OWEN: i64 = 5;
const ROOF: i64 = 10;
const YARD: i64 = 11;

fn whole(mail: &impl Mail) -> String {
    let mail = mail.render();
    assert!(mail.html.len() < 20_000, "{} bytes", mail.html.len());
    assert!(mail.subject.chars().count() <= 60, "{}", mail.subject);
    for line in mail.text.lines() {
        assert!(line.chars().count() <= 72 || line.starts_with("https://"), "too long: {line}");
    }
    format!("Subject: {}\n\n{}\n{}", mail.subject, mail.text, mail.html.replace("><", ">\n<"))
}

#[test]
fn samples() {
    insta::assert_snapshot!("1_invitation", whole(&Invitation::sample()));
    insta::assert_snapshot!("8_assigned", whole(&Assigned::sample()));
    insta::assert_snapshot!("9_taken_over", whole(&TakenOver::sample()));
    insta::assert_snapshot!("10_summary", whole(&Summary::sample()));
}

fn person(id: i64, first: &str, last: &str, deactivated: bool) -> (i64, PersonRow) {
    let email = format!("{}@ostrava.example", first.to_lowercase());
    (id, PersonRow { id, first_name: first.to_owned(), last_name: last.to_owned(), email, deactivated })
}

fn contract(id: i64, number: &str) -> ContractRow {
    let account = "Ostrava & Finch".to_owned();
    ContractRow { id, number: number.to_owned(), manager_id: ELENA, account_id: 7, account }
}

/// Elena names Maya for what the moves say, on the 24th of November.
fn facts(moves: Vec<Move>) -> Facts {
    let people = [
        person(ELENA, "Elena", "Ostrava", false),
        person(MAYA, "Maya", "Lindqvist", false),
        person(TOMAS, "Tomás", "Brandt", false),
        person(HANA, "Hana", "Sato", false),
        person(OWEN, "Owen", "Reyes", true),
    ];
    let head = Head {
        id: 5,
        kind: "assign_coordinator".to_owned(),
        set_by: ELENA,
        person_id: Some(MAYA),
        mail: "held".to_owned(),
        ..Head::default()
    };
    Facts {
        head,
        set_on: "2026-11-24".parse().ok(),
        contracts: vec![contract(ROOF, "110448270013"), contract(YARD, "110448270021")],
        moves,
        people: people.into(),
        ..Facts::default()
    }
}

/// The statement answers the first ten of each way, in order.
fn moves(contract_id: i64, former: i64, successor: i64, named: Option<i64>, assets: i64) -> Move {
    let row = |n: i64| MoveRow {
        contract_id,
        former: Some(former),
        successor: Some(successor),
        named,
        assets,
        serial: format!("39{former}-{:08}", 41_920_577 + n),
        product: "Draftline 2027".to_owned(),
    };
    Move::all((0..assets.min(10)).map(row).collect()).remove(0)
}

fn one_contract(mut facts: Facts) -> Facts {
    facts.contracts.truncate(1);
    facts
}

fn shown(mails: &[Outgoing]) -> String {
    let mut sorted: Vec<&Outgoing> = mails.iter().collect();
    sorted.sort_by_key(|m| m.person);
    let one = |m: &&Outgoing| {
        let words = m.mail.text.split("\n\nSee ").next().unwrap_or_default();
        let link = m.link.map_or("-", |l| l.name());
        format!(
            "To {} ({}, link {link}, Reply-To {})\nSubject: {}\n\n{words}\nWhy: {}",
            m.address, m.kind, m.reply_to, m.mail.subject, m.mail.why
        )
    };
    sorted.iter().map(one).collect::<Vec<_>>().join("\n\n=====\n")
}

fn told_of(facts: &Facts) -> String {
    shown(&told(facts, &Site::sample()))
}

#[test]
fn named_from_two_former_ones() {
    let facts = facts(vec![
        moves(ROOF, ELENA, MAYA, Some(MAYA), 9),
        moves(ROOF, TOMAS, MAYA, Some(MAYA), 3),
        moves(ROOF, MAYA, MAYA, Some(MAYA), 2),
    ]);
    insta::assert_snapshot!(told_of(&one_contract(facts)));
}

#[test]
fn dated() {
    let mut facts = facts(vec![moves(ROOF, TOMAS, MAYA, Some(MAYA), 3)]);
    facts.head.from_on = Some("2026-12-01".to_owned());
    facts.head.until_on = Some("2026-12-05".to_owned());
    insta::assert_snapshot!("dated_ahead", told_of(&one_contract(facts.clone())));
    facts.head.from_on = Some("2026-11-24".to_owned());
    insta::assert_snapshot!("dated_from_today", told_of(&one_contract(facts)));
}

#[test]
fn undone() {
    let mut facts = facts(vec![moves(ROOF, MAYA, TOMAS, None, 3)]);
    facts.head = Head { kind: "undo".to_owned(), takes_back: true, person_id: None, ..facts.head };
    insta::assert_snapshot!("undone", told_of(&one_contract(facts.clone())));
    facts.head.from_on = Some("2026-12-01".to_owned());
    insta::assert_snapshot!("undone_before_it_began", told_of(&one_contract(facts)));
}

#[test]
fn cleared() {
    let mut facts = facts(vec![moves(ROOF, TOMAS, ELENA, None, 1), moves(ROOF, TOMAS, MAYA, None, 2)]);
    facts.head.person_id = None;
    insta::assert_snapshot!(told_of(&one_contract(facts)));
}

#[test]
fn a_whole_contract_and_groups() {
    let level = |level: &str, after_id, group: Option<&str>| Level {
        level: level.to_owned(),
        contract_id: ROOF,
        before_id: None,
        after_id,
        group_name: group.map(str::to_owned),
    };
    let mut some = facts(vec![moves(ROOF, ELENA, MAYA, None, 9)]);
    some.levels = vec![level("contract", Some(MAYA), None), level("group", None, Some("Boston office"))];
    insta::assert_snapshot!("whole_contract", told_of(&one_contract(some)));
    let mut none = facts(Vec::new());
    none.levels = vec![level("group", Some(MAYA), Some("Boston office"))];
    insta::assert_snapshot!("empty_group", told_of(&one_contract(none)));
}

#[test]
fn handed_over() {
    let mut facts = facts(vec![
        moves(ROOF, TOMAS, MAYA, Some(MAYA), 3),
        moves(YARD, TOMAS, MAYA, None, 4),
        moves(YARD, OWEN, MAYA, None, 1),
    ]);
    facts.head = Head { kind: "hand_over".to_owned(), person_id: Some(TOMAS), ..facts.head };
    let cover = Level {
        level: "cover".to_owned(),
        contract_id: YARD,
        before_id: Some(TOMAS),
        after_id: Some(MAYA),
        group_name: None,
    };
    facts.levels = vec![cover];
    facts.naming = [(MAYA, ROOF), (MAYA, YARD)].into();
    insta::assert_snapshot!(told_of(&facts));
}

#[test]
fn handed_over_only_what_lies_ahead() {
    let mut facts = facts(Vec::new());
    facts.head = Head { kind: "hand_over".to_owned(), person_id: Some(TOMAS), ..facts.head };
    facts.levels = vec![Level {
        level: "cover".to_owned(),
        contract_id: ROOF,
        before_id: Some(TOMAS),
        after_id: Some(MAYA),
        group_name: None,
    }];
    insta::assert_snapshot!("handed_over_only_what_lies_ahead", told_of(&one_contract(facts.clone())));
    facts.head = Head { kind: "undo".to_owned(), takes_back: true, person_id: None, ..facts.head };
    insta::assert_snapshot!("handed_over_and_undone", told_of(&one_contract(facts)));
}

#[test]
fn imported() {
    let mut facts = facts(vec![moves(ROOF, ELENA, MAYA, Some(MAYA), 2), moves(YARD, MAYA, TOMAS, Some(TOMAS), 1)]);
    facts.head = Head { kind: "take".to_owned(), set_by: 0, person_id: None, ..facts.head };
    insta::assert_snapshot!(told_of(&facts));
}

#[test]
fn invited() {
    let mut facts = facts(vec![moves(ROOF, ELENA, HANA, Some(HANA), 2)]);
    facts.head.person_id = Some(HANA);
    facts.pending = [(HANA, 7), (MAYA, 8)].into();
    insta::assert_snapshot!(told_of(&one_contract(facts)));
}

#[test]
fn the_manager_alone() {
    let mut facts = facts(vec![moves(ROOF, ELENA, ELENA, Some(ELENA), 12)]);
    facts.head.person_id = Some(ELENA);
    insta::assert_snapshot!(told_of(&one_contract(facts)));
}

#[test]
fn covered_for_now() {
    let facts = facts(vec![moves(ROOF, TOMAS, TOMAS, Some(MAYA), 1), moves(ROOF, ELENA, MAYA, Some(MAYA), 1)]);
    insta::assert_snapshot!(told_of(&one_contract(facts)));
}

#[test]
fn whoever_is_deactivated_gets_nothing_and_nothing_left_tells_nobody() {
    let gone = facts(vec![moves(ROOF, OWEN, OWEN, Some(OWEN), 1)]);
    let mails = told(&one_contract(gone), &Site::sample());
    assert_eq!(mails.iter().map(|m| m.person.0).collect::<Vec<_>>(), [ELENA]);
    assert!(told(&Facts::nothing(Head::default()), &Site::sample()).is_empty());
}

#[test]
fn names_cannot_break_out() {
    let mut facts = facts(vec![moves(ROOF, TOMAS, MAYA, Some(MAYA), 1)]);
    if let Some(maya) = facts.people.get_mut(&MAYA) {
        maya.first_name = "Maya\r\nBcc: all@x.example\r\n\r\n<script>alert(1)</script>".to_owned();
        maya.last_name = "{link}".to_owned();
    }
    for contract in &mut facts.contracts {
        contract.account = "\"><img src=x onerror=alert(1)>{link}".to_owned();
    }
    for mail in told(&one_contract(facts), &Site::sample()) {
        let all = format!("{}\n{}\n{}", mail.mail.subject, mail.mail.text, mail.mail.html);
        assert!(!mail.mail.subject.contains(['\r', '\n']), "{}", mail.mail.subject);
        assert!(!all.lines().any(|line| line.to_lowercase().starts_with("bcc:")), "{all}");
        assert!(!mail.mail.html.contains("<script") && !mail.mail.html.contains("<img"), "{all}");
        assert!(!all.contains("{link}"), "{all}");
    }
}
