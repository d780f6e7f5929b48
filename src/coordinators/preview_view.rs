//! What an assignment would do, as the dialog and the classic page say it.
use super::assign::{AssignCoordinator, Input};
use super::preview::{Face, INVITED, Move, PreviewAssignment, Previewed};
use super::rules::UNASKED_NOTICES;
use super::selection::To;
use crate::contracts::present;
use crate::db::{Reader, Sql, sql};
use crate::error::AppError;
use crate::ids::{ContractNumber, PersonId};
use crate::operation::Query;
use crate::people::me::Myself;
use crate::policy::{self, Action, Permit};
use crate::text::full_name;
use crate::time::Day;
use crate::web::changes::{Change, Mails, Preview};
use crate::web::person::{PersonRef, PersonState};
use crate::web::words::number;
use std::collections::BTreeMap;

/// The preview of an assignment, and whether mail leaves at all.
pub struct ShowPreview(pub AssignCoordinator);

/// What the database says.
pub struct Shown {
    pub(super) previewed: Previewed,
    live: bool,
    today: Day,
}

const LIVE: &str = "SELECT COUNT(*) FROM settings WHERE name IN ('live_at', 'demo')";

impl Query for ShowPreview {
    type Action = policy::AssignCoordinator;
    type Output = Shown;

    fn target(&self) -> ContractNumber {
        self.0.contract.clone()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Shown, AppError> {
        let previewed = PreviewAssignment(self.0.clone()).run(reader, permit).await?;
        shown(reader, permit, previewed).await
    }
}

/// Adds to a preview what its words need beside.
pub(super) async fn shown<A: Action>(
    reader: &mut Reader,
    permit: &Permit<A>,
    previewed: Previewed,
) -> Result<Shown, AppError> {
    let live: Option<(i64,)> = reader.find(permit, sql(LIVE)).await?;
    Ok(Shown { previewed, live: live.is_some_and(|(n,)| n > 0), today: reader.now().today })
}

pub(super) fn statements() -> Vec<Sql> {
    vec![sql(LIVE)]
}

/// The view.
pub fn view(shown: &Shown, input: &Input, me: &Myself) -> Preview {
    let people = People { faces: &shown.previewed.people, input, me };
    let outcome = &shown.previewed.outcome;
    let notices = i64::try_from(outcome.notices).unwrap_or(i64::MAX);
    let to = shown.previewed.to.map(|to| people.of(to));
    let unreached = |person: &PersonRef| {
        matches!(person.state, PersonState::Invited | PersonState::NotInvited | PersonState::Bounces)
    };
    Preview {
        changes: changes(shown, input, &people),
        person: to.filter(unreached),
        mails: mails(shown, &people),
        apply: apply(&input.to, outcome.changed + outcome.unchanged),
        state: outcome.state.clone().unwrap_or_default(),
        confirm: (outcome.notices > UNASKED_NOTICES).then_some(notices),
        problem: None,
    }
}

/// Everybody who occurs; whoever is to be invited is known from the form only.
struct People<'a> {
    faces: &'a [Face],
    input: &'a Input,
    me: &'a Myself,
}

impl People<'_> {
    fn of(&self, id: PersonId) -> PersonRef {
        if let Some(face) = self.faces.iter().find(|face| face.id == id) {
            let state = face.reach().state();
            let person = present::person(&face.handle, &face.email, &face.first_name, &face.last_name, self.me);
            return PersonRef { state, ..person };
        }
        let Some(new) = self.input.coordinator.as_ref().filter(|_| id == INVITED) else { return PersonRef::default() };
        let part = |name: &Option<String>| name.clone().unwrap_or_default();
        let name = full_name(&part(&new.first_name), &part(&new.last_name));
        let person = PersonRef::new(name, new.email.as_str(), "", &new.email);
        PersonRef { state: PersonState::Invited, ..person }
    }

    fn reached(&self, id: PersonId) -> bool {
        id == INVITED || self.faces.iter().any(|face| face.id == id && face.reachable)
    }
}

/// The kinds of lines, in the order in which they are shown.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Line {
    FromDefault,
    HandsOver,
    FallsTo,
    Already,
    KeepOwn,
}

fn standing(to: &To) -> bool {
    matches!(to, To::Group { .. } | To::WholeContract { .. })
}

fn kind(step: &Move, to: Option<PersonId>) -> Line {
    match to {
        None if step.former != step.successor => Line::FallsTo,
        None => Line::Already,
        Some(to) if step.by_default && step.successor == to => Line::FromDefault,
        Some(_) if step.former != step.successor => Line::HandsOver,
        Some(to) if step.former != to && !step.changes => Line::KeepOwn,
        Some(_) => Line::Already,
    }
}

fn changes(shown: &Shown, input: &Input, people: &People<'_>) -> Vec<Change> {
    let to = shown.previewed.to;
    let mut sums: BTreeMap<(Line, PersonId, PersonId), i64> = BTreeMap::new();
    for step in &shown.previewed.moves {
        let key = match kind(step, to) {
            Line::KeepOwn => (Line::KeepOwn, PersonId(0), PersonId(0)),
            line => (line, step.former, step.successor),
        };
        *sums.entry(key).or_default() += i64::try_from(step.assets).unwrap_or(0);
    }
    let mut sums: Vec<_> = sums.into_iter().collect();
    sums.sort_by_key(|((line, ..), n)| (*line, std::cmp::Reverse(*n)));
    let line = |((line, from, to), n): ((Line, PersonId, PersonId), i64)| {
        let (from, to) = (people.of(from), people.of(to));
        match line {
            Line::FromDefault => Change::FromDefault { manager: from, to, n },
            Line::HandsOver => Change::HandsOver { from, to, n },
            Line::FallsTo => Change::FallsTo { from, to, n },
            Line::Already => Change::Already { person: to, n },
            Line::KeepOwn => Change::KeepOwn { n },
        }
    };
    let mut all: Vec<Change> = sums.into_iter().map(line).collect();
    if let Some(to) = to.filter(|_| standing(&input.to)) {
        all.push(Change::Later { person: people.of(to) });
    }
    let from = input.from.filter(|from| *from > shown.today);
    if from.is_some() || input.until.is_some() {
        let iso = |day: Option<Day>| day.map(|day| day.to_string());
        all.push(Change::Dated { from: iso(from), until: iso(input.until) });
    }
    all
}

/// Who is written to: the new coordinator first, then whoever hands over most.
fn mails(shown: &Shown, people: &People<'_>) -> Mails {
    let Previewed { moves, to, manager, outcome, .. } = &shown.previewed;
    if outcome.notices == 0 {
        return Mails { off: !shown.live, ..Mails::default() };
    }
    let mut losses: BTreeMap<PersonId, u64> = BTreeMap::new();
    for step in moves.iter().filter(|step| step.former != step.successor) {
        *losses.entry(step.former).or_default() += step.assets;
        losses.entry(step.successor).or_default();
    }
    let mut losses: Vec<(PersonId, u64)> = losses.into_iter().collect();
    losses.sort_by_key(|(id, n)| (std::cmp::Reverse(*n), *id));
    let mut told: Vec<PersonId> = to.iter().copied().collect();
    told.extend(losses.into_iter().map(|(id, _)| id).filter(|id| Some(*id) != *to));
    let told = told.into_iter().filter(|id| Some(*id) != *manager && people.reached(*id));
    let summary = manager.map(|id| people.of(id));
    let you = summary.as_ref().is_some_and(|manager| manager.you);
    Mails { to: told.map(|id| people.of(id)).collect(), you, manager: summary.filter(|_| !you), off: !shown.live }
}

/// What the button says.
fn apply(to: &To, n: u64) -> String {
    match (to, n) {
        (To::WholeContract { .. }, _) => "Apply to whole contract".to_owned(),
        (To::Group { .. }, _) => "Apply to whole group".to_owned(),
        (_, 1) => "Apply".to_owned(),
        (_, n) => format!("Apply to all {}", number(i64::try_from(n).unwrap_or(i64::MAX))),
    }
}

#[cfg(test)]
mod tests {
    use super::super::selection::Overrides;
    use super::*;

    fn step(former: i64, successor: i64, by_default: bool, changes: bool) -> Move {
        Move { former: PersonId(former), successor: PersonId(successor), by_default, account: 1, changes, assets: 1 }
    }

    /// 1 is the Contract Manager, 5 the new coordinator.
    #[test]
    fn each_move_is_told_as_what_it_is() {
        let five = Some(PersonId(5));
        assert!(kind(&step(1, 5, true, true), five) == Line::FromDefault);
        assert!(kind(&step(2, 5, false, true), five) == Line::HandsOver);
        assert!(kind(&step(5, 5, false, false), five) == Line::Already);
        // From the group's to an own assignment of the same person.
        assert!(kind(&step(5, 5, false, true), five) == Line::Already);
        // The Contract Manager takes the own ones on: no longer by default.
        assert!(kind(&step(1, 1, true, true), Some(PersonId(1))) == Line::FromDefault);
        assert!(kind(&step(2, 1, false, true), None) == Line::FallsTo);
        assert!(kind(&step(1, 1, true, false), None) == Line::Already);
        assert!(kind(&step(1, 5, true, false), five) == Line::FromDefault);
        assert!(kind(&step(2, 2, false, false), five) == Line::KeepOwn);
        assert!(kind(&step(5, 5, false, false), five) == Line::Already);
        assert!(kind(&step(2, 5, false, true), five) == Line::HandsOver);
    }

    #[test]
    fn the_button_says_how_many() {
        let all = To::AllAssets { all_assets: true };
        assert_eq!((apply(&all, 1), apply(&all, 1_200)), ("Apply".to_owned(), "Apply to all 1,200".to_owned()));
        let group = To::Group { group: "Boston".to_owned(), overrides: Overrides::Keep };
        assert_eq!(apply(&group, 1), "Apply to whole group");
    }
}
