//! What a change set did, in one sentence: what a page says once it is made, with Undo.
use crate::coordinators::rules::{HELD_FOR, UNDO_FOR};
use crate::db::{FromRow, Reader, Sql};
use crate::error::AppError;
use crate::policy::{Action, Permit, Scope, Scoped, UndoChangeSet};
use crate::time::{Day, Instant, Moment};
use crate::web::ui::Flash;
use crate::web::words::{number, serial_numbers};

/// A change set as the one who made it reads it.
#[derive(Clone, Debug, Default, FromRow)]
pub struct Done {
    handle: String,
    kind: String,
    at: Instant,
    mail: String,
    from_on: Option<String>,
    until_on: Option<String>,
    undone: bool,
    /// Whether mail of changes leaves at all.
    live: bool,
    /// Whom it is about; none where an assignment was cleared.
    person: Option<String>,
    /// Of a hand-over: who has it now.
    successor: Option<String>,
    assets: i64,
    contracts: i64,
    group_name: Option<String>,
    /// Everything that it changed.
    items: i64,
    may_name: i64,
    may_not_name: i64,
}

/// `$2` the handle.
const DONE: &str = "SELECT s.handle, s.kind, s.at, s.mail, s.from_on, s.until_on, s.undone_by IS NOT NULL AS undone,
        EXISTS (SELECT 1 FROM settings x WHERE x.name IN ('live_at', 'demo')) AS live,
        (SELECT p.first_name || ' ' || p.last_name FROM people p WHERE p.id = s.person_id) AS person,
        (SELECT p.first_name || ' ' || p.last_name FROM people p WHERE s.kind = 'hand_over' AND p.id = (
            SELECT MAX(i.after_id) FROM change_set_items i WHERE i.change_set = s.id
            AND i.level IN ('asset', 'group', 'contract', 'cover'))) AS successor,
        (SELECT COUNT(DISTINCT i.target_id) FROM change_set_items i WHERE i.change_set = s.id
            AND i.level IN ('asset', 'effect', 'asset_dated', 'asset_hands')) AS assets,
        (SELECT COUNT(*) FROM change_set_items i WHERE i.change_set = s.id
            AND i.level IN ('contract', 'contract_dated')) AS contracts,
        (SELECT MIN(g.name) FROM change_set_items i JOIN asset_groups g ON g.id = i.target_id WHERE i.change_set = s.id
            AND i.level IN ('group', 'group_dated')) AS group_name,
        (SELECT COUNT(*) FROM change_set_items i WHERE i.change_set = s.id) AS items,
        (SELECT COUNT(*) FROM change_set_items i WHERE i.change_set = s.id AND i.level = 'naming'
            AND i.after_id IS NOT NULL) AS may_name,
        (SELECT COUNT(*) FROM change_set_items i WHERE i.change_set = s.id AND i.level = 'naming'
            AND i.after_id IS NULL) AS may_not_name
    FROM change_sets s WHERE s.handle = $2 AND";

fn by_handle(scope: &Scope<UndoChangeSet>, handle: &str) -> Scoped {
    scope.select(DONE, handle, |s| s)
}

/// The change set of that handle, if the actor may undo it.
pub async fn find<A: Action>(reader: &mut Reader, permit: &Permit<A>, handle: &str) -> Result<Option<Done>, AppError> {
    let rows: Vec<Done> = reader.list(by_handle(&permit.scope(), handle)).await?;
    Ok(rows.into_iter().next())
}

impl Done {
    /// The message above a page; `close` is the same page without it.
    pub fn flash(&self, now: &Moment, close: String) -> Flash {
        let text = if self.undone { "This change was undone.".to_owned() } else { self.sentence(now.today) };
        let undo = self.undoable(now.at).then(|| self.handle.clone());
        Flash { text, note: self.note(now.at), undo, close, ..Flash::default() }
    }

    fn undoable(&self, now: Instant) -> bool {
        !self.undone && self.items > 0 && self.kind != "hands" && self.at >= now - UNDO_FOR
    }

    /// "Maya Lindqvist now coordinates 3 serial numbers."
    pub fn sentence(&self, today: Day) -> String {
        let n = serial_numbers(self.assets);
        let name = |name: &Option<String>| name.as_deref().map(str::trim).unwrap_or_default().to_owned();
        match self.kind.as_str() {
            "undo" if self.assets == 0 => "Undone.".to_owned(),
            "undo" => format!("Undone: {n} {} as before.", if self.assets == 1 { "is" } else { "are" }),
            "take" => format!("An import changed {n}."),
            "name_users" if self.items == 1 => "1 person has this access now.".to_owned(),
            "name_users" => format!("{} people have this access now.", number(self.items)),
            "end_access" if self.items == 1 => "The access of 1 person has ended.".to_owned(),
            "end_access" => format!("The access of {} people has ended.", number(self.items)),
            "grant_access" => "The access is given.".to_owned(),
            "hands" => format!("{n} changed hands, because a day came."),
            "merge_people" => format!("Two records of {} are one now.", name(&self.person)),
            "merge_companies" => "Two companies are one now.".to_owned(),
            "hand_over" if self.assets == 0 => {
                format!("{} took over what {} coordinated.", name(&self.successor), name(&self.person))
            }
            "hand_over" => format!("{} took over {n} from {}.", name(&self.successor), name(&self.person)),
            _ => self.assigned(today),
        }
    }

    fn assigned(&self, today: Day) -> String {
        let standing = match (self.contracts, &self.group_name) {
            (1.., _) => Some("the whole contract".to_owned()),
            (_, Some(group)) => Some(format!("the whole group {group}")),
            _ => None,
        };
        let Some(person) = self.person.as_deref().map(str::trim) else { return self.cleared(standing, today) };
        if self.items == 0 {
            return format!("Nothing changed: {person} coordinated that already.");
        }
        let naming = match (self.may_name, self.may_not_name) {
            (1.., _) => "may now name users",
            (_, 1..) => "may no longer name users",
            _ => "",
        };
        if self.items == self.may_name + self.may_not_name {
            return format!("{person} {naming} on this contract.");
        }
        let what = match standing {
            Some(standing) => format!("{standing}, future serial numbers included"),
            None => serial_numbers(self.assets),
        };
        let verb = if self.begins(today).is_some() { "will coordinate" } else { "now coordinates" };
        let also = if naming.is_empty() { String::new() } else { format!(", and {naming}") };
        format!("{person} {verb} {what}{}{also}.", self.dates(today))
    }

    fn cleared(&self, standing: Option<String>, today: Day) -> String {
        let dates = self.dates(today);
        match (standing, self.items) {
            (_, 0) => "Nothing changed: there was no assignment to clear.".to_owned(),
            (Some(standing), _) => format!("The assignment of {standing} is cleared{dates}."),
            (None, _) => {
                let falls = if self.assets == 1 { "falls" } else { "fall" };
                let n = serial_numbers(self.assets);
                format!("{n} {falls} back to the group, the contract or the Contract Manager{dates}.")
            }
        }
    }

    /// The first day, where it lies ahead.
    fn begins(&self, today: Day) -> Option<Day> {
        self.from_on.as_ref().and_then(|day| day.parse().ok()).filter(|from| *from > today)
    }

    /// `, from 1 Dec 2026 until 5 Dec 2026`
    fn dates(&self, today: Day) -> String {
        let from = self.begins(today).map(|day| format!(", from {}", day.long()));
        let until = self.until_on.as_ref().and_then(|day| day.parse::<Day>().ok());
        let until = until.map(|day| format!(" until {}", day.long()));
        [from, until].into_iter().flatten().collect()
    }

    /// What becomes of the mail. While it is held the seconds are rounded up to tens: nobody counts along.
    fn note(&self, now: Instant) -> String {
        let left = (self.at + HELD_FOR - now + 9_999) / 10_000 * 10;
        match (self.mail.as_str(), self.live, self.undone) {
            (_, _, true) => String::new(),
            ("held", false, _) => "No e-mail goes out: this installation is not live yet.".to_owned(),
            ("held", true, _) if left > 0 => format!("E-mail goes out in {left} seconds."),
            ("held", true, _) => "E-mail goes out now.".to_owned(),
            ("out", true, _) => "E-mail has gone out.".to_owned(),
            _ if self.kind == "undo" => "No e-mail goes out.".to_owned(),
            _ => String::new(),
        }
    }
}

pub(super) fn statements() -> Vec<Sql> {
    vec![by_handle(&Scope::sample(), "").into_sql()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn done() -> Done {
        let (kind, mail) = ("assign_coordinator".to_owned(), "held".to_owned());
        let person = Some("Maya Lindqvist".to_owned());
        Done { kind, mail, person, live: true, assets: 3, items: 3, handle: "k".to_owned(), ..Done::default() }
    }

    fn today() -> Day {
        "2026-11-24".parse().unwrap()
    }

    fn says(done: &Done) -> String {
        done.sentence(today())
    }

    #[test]
    fn an_assignment_says_who_and_how_many() {
        assert_eq!(says(&done()), "Maya Lindqvist now coordinates 3 serial numbers.");
        let whole = Done { contracts: 1, items: 4, ..done() };
        assert_eq!(says(&whole), "Maya Lindqvist now coordinates the whole contract, future serial numbers included.");
        let group = Done { group_name: Some("Boston office".to_owned()), may_name: 1, items: 5, ..done() };
        let expected = "Maya Lindqvist now coordinates the whole group Boston office, future serial numbers included, \
            and may now name users.";
        assert_eq!(says(&group), expected);
        let day = |text: &str| Some(text.to_owned());
        let planned = Done { from_on: day("2026-12-01"), until_on: day("2026-12-05"), ..done() };
        assert_eq!(
            says(&planned),
            "Maya Lindqvist will coordinate 3 serial numbers, from 1 Dec 2026 until 5 Dec 2026."
        );
        let begun = Done { from_on: day("2026-11-24"), ..planned };
        assert_eq!(says(&begun), "Maya Lindqvist now coordinates 3 serial numbers until 5 Dec 2026.");
        let naming = Done { assets: 0, items: 1, may_not_name: 1, ..done() };
        assert_eq!(says(&naming), "Maya Lindqvist may no longer name users on this contract.");
        let nothing = Done { assets: 0, items: 0, ..done() };
        assert_eq!(says(&nothing), "Nothing changed: Maya Lindqvist coordinated that already.");
        assert!(!nothing.undoable(0));
    }

    #[test]
    fn what_is_cleared_handed_over_or_undone_says_so() {
        let cleared = Done { person: None, assets: 1, ..done() };
        assert_eq!(says(&cleared), "1 serial number falls back to the group, the contract or the Contract Manager.");
        let whole = Done { person: None, contracts: 1, ..done() };
        assert_eq!(says(&whole), "The assignment of the whole contract is cleared.");
        let handed = Done { kind: "hand_over".to_owned(), successor: Some("Hana Sato".to_owned()), ..done() };
        assert_eq!(says(&handed), "Hana Sato took over 3 serial numbers from Maya Lindqvist.");
        let undo = Done { kind: "undo".to_owned(), mail: "none".to_owned(), ..done() };
        assert_eq!(
            (says(&undo), undo.note(0)),
            ("Undone: 3 serial numbers are as before.".into(), "No e-mail goes out.".into())
        );
    }

    #[test]
    fn the_note_counts_down_in_tens() {
        let done = Done { at: 1_000_000, ..done() };
        assert_eq!(done.note(1_000_400), "E-mail goes out in 60 seconds.");
        assert_eq!(done.note(1_012_000), "E-mail goes out in 50 seconds.");
        assert_eq!(done.note(1_060_000), "E-mail goes out now.");
        assert_eq!(Done { mail: "out".to_owned(), ..done.clone() }.note(0), "E-mail has gone out.");
        assert!(Done { live: false, ..done.clone() }.note(0).contains("not live yet"));
        assert_eq!(Done { undone: true, ..done }.note(0), "");
    }
}
