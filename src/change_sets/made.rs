//! Change sets as one reads of them later: who did what to how many, one sentence each.
use crate::db::{FromRow, Reader, Sql, sql};
use crate::error::AppError;
use crate::ids::ChangeSetId;
use crate::policy::{Action, Permit, Scope, Scoped};
use crate::time::{Day, Instant, long};
use crate::web::words::{count, listed, serial_numbers};
use jiff::tz::TimeZone;

/// The set itself.
#[derive(Clone, Debug, Default, FromRow)]
pub struct Made {
    pub(super) id: ChangeSetId,
    pub(super) handle: String,
    pub(super) kind: String,
    pub(super) at: Instant,
    pub(super) mail: String,
    set_by: i64,
    by: Option<String>,
    person: Option<String>,
    from_on: Option<String>,
    until_on: Option<String>,
    undoes_at: Option<Instant>,
    /// Whether the set that it undoes is told of.
    pub(super) undoes_mail: Option<String>,
    pub(super) undone_at: Option<Instant>,
    undone_by: Option<String>,
}

/// What is in it, as far as the reader sees that.
#[derive(Clone, Debug, Default, FromRow)]
pub struct Content {
    pub(super) change_set: ChangeSetId,
    assets: i64,
    groups: i64,
    group_name: Option<String>,
    contracts: i64,
    may_name: i64,
    may_not_name: i64,
    members: i64,
    entries: i64,
    pub(super) items: i64,
    successor: Option<String>,
}

macro_rules! made {
    ($where:literal) => {
        concat!(
            "SELECT s.id, s.handle, s.kind, s.at, s.mail, s.set_by, b.first_name || ' ' || b.last_name AS by,
                p.first_name || ' ' || p.last_name AS person, s.from_on, s.until_on, t.at AS undoes_at,
                t.mail AS undoes_mail, u.at AS undone_at,
                CASE WHEN u.set_by = 0 THEN 'the vendor' ELSE q.first_name || ' ' || q.last_name END AS undone_by
            FROM change_sets s LEFT JOIN people b ON b.id = s.set_by LEFT JOIN people p ON p.id = s.person_id
            LEFT JOIN change_sets t ON t.id = s.undoes LEFT JOIN change_sets u ON u.id = s.undone_by
            LEFT JOIN people q ON q.id = u.set_by WHERE ",
            $where
        )
    };
}
const OF_CONTRACT: &str = made!(
    "s.id IN (SELECT x.change_set FROM change_set_contracts x WHERE x.contract_id = $1)
    AND EXISTS (SELECT 1 FROM change_set_items i WHERE i.change_set = s.id)"
);
const BEFORE: &str = " AND s.id < (SELECT y.id FROM change_sets y WHERE y.handle = ";
const NEWEST: &str = " ORDER BY s.id DESC LIMIT ";
const ONE: &str = made!("s.id = $1");

fn of_contract(contract: i64, before: Option<&str>, rows: i64) -> Sql {
    let list = sql(OF_CONTRACT).bind(contract);
    let list = match before {
        Some(handle) => list.push(BEFORE).push_bind(handle).push(")"),
        None => list,
    };
    list.push(NEWEST).push_bind(rows)
}

/// The sets that changed something on the permit's contract, the newest first; `before` is the handle of one.
pub async fn on_contract<A: Action<Target = crate::policy::Contract>>(
    reader: &mut Reader,
    permit: &Permit<A>,
    before: Option<&str>,
    rows: i64,
) -> Result<Vec<Made>, AppError> {
    Ok(reader.fetch(permit, of_contract(permit.target().0.0, before, rows)).await?)
}

/// The permit's set.
pub async fn one<A: Action<Target = crate::policy::ChangeSet>>(
    reader: &mut Reader,
    permit: &Permit<A>,
) -> Result<Made, AppError> {
    let made: Option<Made> = reader.find(permit, sql(ONE).bind(permit.target().0)).await?;
    made.ok_or_else(AppError::hidden)
}

/// `$2` a contract, or 0 for all that the actor may see.
const CONTENT: &str = "SELECT x.*, p.first_name || ' ' || p.last_name AS successor FROM (
        SELECT i.change_set,
            COUNT(DISTINCT CASE WHEN i.level IN ('asset', 'effect', 'asset_dated', 'asset_hands') THEN i.target_id END) AS assets,
            COUNT(CASE WHEN i.level IN ('group', 'group_dated') THEN 1 END) AS groups,
            MIN(CASE WHEN i.level IN ('group', 'group_dated') THEN g.name END) AS group_name,
            COUNT(CASE WHEN i.level IN ('contract', 'contract_dated') THEN 1 END) AS contracts,
            COUNT(CASE WHEN i.level = 'naming' AND i.after_id IS NOT NULL THEN 1 END) AS may_name,
            COUNT(CASE WHEN i.level = 'naming' AND i.after_id IS NULL THEN 1 END) AS may_not_name,
            COUNT(CASE WHEN i.level = 'member' THEN 1 END) AS members,
            COUNT(CASE WHEN i.level = 'entry' THEN 1 END) AS entries,
            COUNT(CASE WHEN i.level NOT IN ('asset_hands', 'group_hands', 'contract_hands') THEN 1 END) AS items,
            MAX(CASE WHEN i.level IN ('asset', 'group', 'contract', 'cover') THEN i.after_id END) AS successor_id
        FROM (";
const CONTENT_OF: &str = ") v CROSS JOIN change_set_items i JOIN contracts c ON c.id = i.contract_id
        JOIN change_sets s ON s.id = i.change_set
        LEFT JOIN asset_groups g ON g.id = i.target_id AND i.level IN ('group', 'group_dated')
        WHERE i.change_set = CAST(v.column1 AS BIGINT) AND ($2 = 0 OR i.contract_id = $2) AND";
const CONTENT_BY: &str = " GROUP BY i.change_set) x LEFT JOIN people p ON p.id = x.successor_id";

/// What is in these sets, on one contract or on all that `B` lets the actor see.
pub fn content<B: Action>(scope: &Scope<B>, contract: i64, sets: &[ChangeSetId]) -> Scoped {
    let ids: Vec<String> = sets.iter().map(|set| set.0.to_string()).collect();
    scope.build(CONTENT, |s| s.bind(contract).push_values(&ids).push(CONTENT_OF), |s| s.push(CONTENT_BY))
}

/// `24 Nov 2026, 14:02 UTC`
pub fn at(at: Instant, zone: &TimeZone) -> String {
    long(at, zone)
}

impl Made {
    /// "Elena Ostrava named Maya Lindqvist coordinator of 3 serial numbers."
    pub fn sentence(&self, content: &Content, zone: &TimeZone) -> String {
        let by = match self.set_by {
            0 => "The vendor",
            _ => self.by.as_deref().map_or("Somebody", str::trim),
        };
        let person = self.person.as_deref().map(str::trim);
        let told = |words: String| match content.assets {
            0 => format!("{words}."),
            n => format!("{words}: {}.", serial_numbers(n)),
        };
        match (self.kind.as_str(), person) {
            ("hand_over", Some(person)) => {
                let to = content.successor.as_deref().map_or("somebody else", str::trim);
                told(format!("{by} handed everything of {person} to {to}"))
            }
            ("merge_people", Some(person)) => format!("{by} put two records of {person} together."),
            ("merge_companies", _) => format!("{by} put two records of the company together."),
            ("take", _) => content.taken(),
            ("name_users" | "end_access" | "grant_access", _) => content.named(by, &self.kind),
            ("undo", _) => {
                let then = self.undoes_at.map(|then| format!(" of {}", at(then, zone))).unwrap_or_default();
                told(format!("{by} undid the change{then}"))
            }
            ("hands", _) => {
                let day = self.from_on.as_deref().and_then(|day| day.parse::<Day>().ok());
                let day = day.map(|day| format!("On {} hands", day.long())).unwrap_or_else(|| "Hands".to_owned());
                told(format!("{day} changed as planned"))
            }
            (_, person) => self.assigned(by, person, content),
        }
    }

    fn assigned(&self, by: &str, person: Option<&str>, content: &Content) -> String {
        let what = content.what();
        let (dates, hands) = (self.dates(), content.hands());
        match (person, content.naming(), what) {
            (Some(person), "", Some(what)) => format!("{by} named {person} coordinator of {what}{dates}{hands}."),
            (Some(person), naming, Some(what)) => {
                format!("{by} named {person} coordinator of {what}{dates}, who {naming} name users{hands}.")
            }
            (Some(person), naming, None) if !naming.is_empty() => {
                format!("{by} changed what {person} may do: {naming} name users.")
            }
            (None, _, Some(what)) => format!("{by} cleared the coordinator of {what}{dates}{hands}."),
            (_, _, None) => format!("{by} changed nothing."),
        }
    }

    /// ` from 1 Dec 2026 until 5 Dec 2026`
    fn dates(&self) -> String {
        let day = |word: &str, day: &Option<String>| {
            let day = day.as_deref().and_then(|day| day.parse::<Day>().ok());
            day.map(|day| format!(" {word} {}", day.long())).unwrap_or_default()
        };
        format!("{}{}", day("from", &self.from_on), day("until", &self.until_on))
    }

    /// "Undone by Elena Ostrava, 24 Nov 2026, 14:05 UTC", if it was.
    pub fn undone(&self, zone: &TimeZone) -> Option<String> {
        let by = self.undone_by.as_deref().map_or("somebody", str::trim);
        self.undone_at.map(|then| format!("Undone by {by}, {}", at(then, zone)))
    }
}

impl Content {
    /// "3 serial numbers", "the group Boston office", "the whole contract"; nothing where it was no assignment.
    fn what(&self) -> Option<String> {
        match (self.contracts, self.groups, &self.group_name, self.assets) {
            (1, _, _, _) => Some("the whole contract".to_owned()),
            (n @ 2.., _, _, _) => Some(count(n, "contract", "contracts")),
            (_, 1, Some(group), _) => Some(format!("the group {group}")),
            (_, n @ 1.., _, _) => Some(count(n, "group", "groups")),
            (_, _, _, n @ 1..) => Some(serial_numbers(n)),
            _ => None,
        }
    }

    /// "; 9 serial numbers changed hands", where a standing assignment was made.
    fn hands(&self) -> String {
        match (self.contracts + self.groups, self.assets) {
            (0, _) | (_, 0) => String::new(),
            (_, n) => format!("; {} changed hands", serial_numbers(n)),
        }
    }

    fn naming(&self) -> &'static str {
        match (self.may_name, self.may_not_name) {
            (1.., _) => "may now",
            (_, 1..) => "may no longer",
            _ => "",
        }
    }

    /// Of users.
    fn named(&self, by: &str, kind: &str) -> String {
        let people = count(self.entries, "person", "people");
        match kind {
            "end_access" => format!("{by} ended the access of {people}."),
            "grant_access" => format!("{by} gave access that was asked for."),
            _ => format!("{by} named users: {people}."),
        }
    }

    /// Of an import.
    fn taken(&self) -> String {
        let parts = [
            (self.assets > 0).then(|| format!("the coordinator of {}", serial_numbers(self.assets))),
            (self.members > 0).then(|| format!("the group of {}", serial_numbers(self.members))),
            (self.entries > 0).then(|| format!("the access of {}", count(self.entries, "person", "people"))),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        if parts.is_empty() {
            "An import changed this contract.".to_owned()
        } else {
            format!("An import changed {}.", listed(&parts))
        }
    }
}

pub(super) fn statements() -> Vec<Sql> {
    let scope = Scope::<crate::policy::SeeItem>::sample();
    let mut all = vec![sql(ONE).bind(0), of_contract(0, None, 1), of_contract(0, Some(""), 1)];
    for n in [1, 17] {
        all.push(content(&scope, 0, &vec![ChangeSetId(0); n]).into_sql());
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(made: Made, content: Content) -> String {
        made.sentence(&content, &TimeZone::UTC)
    }

    fn made(kind: &str, person: Option<&str>) -> Made {
        let (kind, person) = (kind.to_owned(), person.map(str::to_owned));
        Made { kind, person, set_by: 7, by: Some("Elena Ostrava".to_owned()), ..Made::default() }
    }

    #[test]
    fn an_assignment_names_what_it_was_of() {
        let assign = || made("assign_coordinator", Some("Maya Lindqvist"));
        let three = || Content { assets: 3, items: 3, ..Content::default() };
        assert_eq!(says(assign(), three()), "Elena Ostrava named Maya Lindqvist coordinator of 3 serial numbers.");
        let group = Content { groups: 1, group_name: Some("Boston office".to_owned()), ..three() };
        let expected = "Elena Ostrava named Maya Lindqvist coordinator of the group Boston office; 3 serial numbers \
            changed hands.";
        assert_eq!(says(assign(), group), expected);
        let whole = Content { contracts: 1, groups: 2, may_name: 1, ..Content::default() };
        let expected = "Elena Ostrava named Maya Lindqvist coordinator of the whole contract, who may now name users.";
        assert_eq!(says(assign(), whole), expected);
        let (from_on, until_on) = (Some("2026-12-01".to_owned()), Some("2026-12-05".to_owned()));
        let dated = Made { from_on, until_on, ..assign() };
        assert!(says(dated, three()).ends_with("of 3 serial numbers from 1 Dec 2026 until 5 Dec 2026."));
        let cleared = made("assign_coordinator", None);
        assert_eq!(says(cleared, three()), "Elena Ostrava cleared the coordinator of 3 serial numbers.");
    }

    #[test]
    fn hand_overs_undos_imports_and_days_have_words_of_their_own() {
        let seven = || Content { assets: 7, successor: Some("Tomás Brandt".to_owned()), ..Content::default() };
        let over = says(made("hand_over", Some("Nils Berg")), seven());
        assert_eq!(over, "Elena Ostrava handed everything of Nils Berg to Tomás Brandt: 7 serial numbers.");
        let undo = says(Made { undoes_at: Some(0), ..made("undo", None) }, seven());
        assert_eq!(undo, "Elena Ostrava undid the change of 1 Jan 1970, 00:00 UTC: 7 serial numbers.");
        let take = says(Made { set_by: 0, ..made("take", None) }, Content { members: 1, ..seven() });
        assert_eq!(take, "An import changed the coordinator of 7 serial numbers and the group of 1 serial number.");
        let hands = Made { set_by: -1, by: None, from_on: Some("2026-12-05".to_owned()), ..made("hands", None) };
        assert_eq!(says(hands, seven()), "On 5 Dec 2026 hands changed as planned: 7 serial numbers.");
    }
}
