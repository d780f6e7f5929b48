//! Who coordinated a serial number when, as far as is known: the spans of its four levels laid over each other.
use super::rules::{Source, resolve};
use crate::db::{FromRow, Reader, Sql, sql};
use crate::error::AppError;
use crate::policy::{Action, Asset, Permit};
use crate::time::Instant;
use std::collections::BTreeSet;

/// Somebody at one level for a time; `until_at` none: still.
#[derive(Clone, Debug, Default, FromRow)]
pub struct Span {
    level: String,
    target_id: i64,
    person_id: i64,
    from_at: Instant,
    until_at: Option<Instant>,
    set_by: i64,
    by: Option<String>,
}

/// A time in a group.
#[derive(Clone, Debug, Default, FromRow)]
pub struct InGroup {
    group_id: i64,
    name: String,
    from_at: Instant,
    until_at: Option<Instant>,
}

/// A time during which nothing changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The coordinator.
    pub person_id: i64,
    /// "Assigned to this serial number by Ana Ruiz".
    pub how: String,
    /// When it began.
    pub from_at: Instant,
    /// When it ended; none: it has not.
    pub until_at: Option<Instant>,
}

const SPANS: &str = "SELECT s.level, s.target_id, s.person_id, s.from_at, s.until_at, s.set_by,
        b.first_name || ' ' || b.last_name AS by
    FROM assets a JOIN spans s ON (s.level = 'asset' AND s.target_id = a.id)
        OR (s.level IN ('contract', 'manager') AND s.target_id = a.contract_id)
        OR (s.level = 'group' AND s.target_id IN (SELECT m.group_id FROM group_spans m WHERE m.asset_id = a.id))
    LEFT JOIN people b ON b.id = s.set_by
    WHERE a.id = $1 ORDER BY s.from_at, s.id";
const GROUPS: &str = "SELECT m.group_id, g.name, m.from_at, m.until_at
    FROM group_spans m JOIN asset_groups g ON g.id = m.group_id WHERE m.asset_id = $1 ORDER BY m.from_at, m.id";

/// The history of the permit's asset, the newest first.
pub async fn history<A: Action<Target = Asset>>(
    reader: &mut Reader,
    permit: &Permit<A>,
) -> Result<Vec<Held>, AppError> {
    let spans: Vec<Span> = reader.fetch(permit, sql(SPANS).bind(permit.target().0)).await?;
    let groups: Vec<InGroup> = reader.fetch(permit, sql(GROUPS).bind(permit.target().0)).await?;
    Ok(timeline(&spans, &groups))
}

/// Lays the spans over each other. Neighbours that say the same are one.
fn timeline(spans: &[Span], groups: &[InGroup]) -> Vec<Held> {
    let begun = spans.iter().map(|s| s.from_at).chain(groups.iter().map(|g| g.from_at));
    let ended = spans.iter().filter_map(|s| s.until_at).chain(groups.iter().filter_map(|g| g.until_at));
    let changes: Vec<Instant> = begun.chain(ended).collect::<BTreeSet<_>>().into_iter().collect();
    let mut held: Vec<Held> = Vec::new();
    for (i, at) in changes.iter().enumerate() {
        let until_at = changes.get(i + 1).copied();
        let Some((person_id, how)) = at_instant(spans, groups, *at) else { continue };
        match held.last_mut() {
            Some(last) if last.until_at == Some(*at) && last.person_id == person_id && last.how == how => {
                last.until_at = until_at;
            }
            _ => held.push(Held { person_id, how, from_at: *at, until_at }),
        }
    }
    held.reverse();
    held
}

/// Who was in force from an instant on, and how.
fn at_instant(spans: &[Span], groups: &[InGroup], at: Instant) -> Option<(i64, String)> {
    let holds = |from: Instant, until: Option<Instant>| from <= at && until.is_none_or(|until| at < until);
    let group = groups.iter().rfind(|g| holds(g.from_at, g.until_at));
    let span = |level: &str| {
        let of = |s: &&Span| s.level == level && (level != "group" || group.is_some_and(|g| g.group_id == s.target_id));
        spans.iter().filter(of).rfind(|s| holds(s.from_at, s.until_at))
    };
    let (won, source) = resolve(span("asset"), span("group"), span("contract"), span("manager")?);
    let by = match (won.set_by, &won.by) {
        (0, _) => "the vendor",
        (_, Some(by)) => by.trim(),
        _ => "",
    };
    let how = match source {
        Source::Asset if by.is_empty() => "Assigned to this serial number".to_owned(),
        Source::Asset => format!("Assigned to this serial number by {by}"),
        Source::Group => also_by(format!("Group {}", group.map_or("", |g| g.name.as_str())), by),
        Source::Contract => also_by("Whole contract".to_owned(), by),
        Source::ContractManager => "By default, as Contract Manager".to_owned(),
    };
    Some((won.person_id, how))
}

fn also_by(what: String, by: &str) -> String {
    if by.is_empty() { what } else { format!("{what}, by {by}") }
}

pub(super) fn statements() -> Vec<Sql> {
    [SPANS, GROUPS].map(sql).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(level: &str, target_id: i64, person_id: i64, from_at: i64, until_at: Option<i64>) -> Span {
        let by = Some("Ana Ruiz".to_owned());
        Span { level: level.to_owned(), target_id, person_id, from_at, until_at, set_by: 9, by }
    }

    #[test]
    fn the_nearest_level_of_the_time_is_told_newest_first() {
        let spans = [
            span("manager", 1, 10, 0, Some(50)),
            span("manager", 1, 11, 50, None),
            span("contract", 1, 20, 5, Some(40)),
            span("group", 7, 30, 10, None),
            // Another group's coordinator does not matter while the serial number is elsewhere.
            span("group", 8, 31, 0, None),
            span("asset", 3, 40, 20, Some(30)),
        ];
        let group =
            |group_id, name: &str, from_at, until_at| InGroup { group_id, name: name.to_owned(), from_at, until_at };
        let groups = [group(7, "Boston", 10, Some(25)), group(8, "Field", 60, None)];
        let told: Vec<(i64, i64, Option<i64>)> =
            timeline(&spans, &groups).iter().map(|h| (h.person_id, h.from_at, h.until_at)).collect();
        let expected = [
            (31, 60, None),
            (11, 50, Some(60)),
            (10, 40, Some(50)),
            (20, 30, Some(40)),
            (40, 20, Some(30)),
            (30, 10, Some(20)),
            (20, 5, Some(10)),
            (10, 0, Some(5)),
        ];
        assert_eq!(told, expected);
        let how: Vec<String> = timeline(&spans, &groups).into_iter().map(|h| h.how).collect();
        assert_eq!(how.first().map(String::as_str), Some("Group Field, by Ana Ruiz"));
        assert_eq!(how.get(4).map(String::as_str), Some("Assigned to this serial number by Ana Ruiz"));
        assert_eq!(how.last().map(String::as_str), Some("By default, as Contract Manager"));
    }

    #[test]
    fn what_changes_nothing_is_one_time() {
        let spans = [span("manager", 1, 10, 0, None), span("group", 8, 31, 5, None), span("asset", 3, 40, 9, Some(9))];
        let told = timeline(&spans, &[]);
        assert_eq!(told.len(), 1);
        assert_eq!(told.first().map(|h| (h.from_at, h.until_at)), Some((0, None)));
        assert!(timeline(&[], &[]).is_empty());
    }
}
