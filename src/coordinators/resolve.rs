//! The resolver for one serial number, on any day: who coordinates it, at which level, since when, set by whom.
use super::rules::{self, Source};
use crate::contracts::assets::{AssetRow, AssetView, CoordinatorView, by_id};
use crate::db::{FromRow, Reader, Sql, sql};
use crate::error::AppError;
use crate::ids::SerialNumber;
use crate::operation::Query;
use crate::policy::{self, Action, Asset, Permit};
use crate::text::full_name;
use crate::time::{Day, Instant, rfc3339, start_of};

/// An asset with its coordinator, now or on a day.
pub struct ShowAsset {
    /// Which.
    pub serial: SerialNumber,
    /// The end of this day; now where it is absent.
    pub on: Option<Day>,
}

impl Query for ShowAsset {
    type Action = policy::SeeAsset;
    type Output = AssetView;

    fn target(&self) -> SerialNumber {
        self.serial.clone()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<AssetView, AppError> {
        let row = by_id(reader, permit).await?;
        match self.on {
            Some(day) if day != reader.now().today => {
                let answer = on_day(reader, permit, day).await?;
                Ok(answer.view(&row))
            }
            _ => Ok(row.view()),
        }
    }
}

/// Whom one level names.
#[derive(Clone, Debug, FromRow)]
pub struct LevelRow {
    /// `asset`, `group`, `contract` or `manager`.
    pub(crate) level: String,
    pub(crate) person_id: i64,
    pub(crate) from_at: Instant,
    pub(crate) set_by: i64,
    pub(crate) email: String,
    pub(crate) first_name: String,
    pub(crate) last_name: String,
    pub(crate) assigned_by: Option<String>,
}

/// The four levels on a day, and the group that the asset was in.
#[derive(Clone, Debug)]
pub struct OnDay {
    /// Levels that named somebody.
    pub(crate) levels: Vec<LevelRow>,
    /// The group's name.
    pub(crate) group: Option<String>,
}

impl OnDay {
    /// The level that wins.
    pub(crate) fn winner(&self) -> Option<(&LevelRow, Source)> {
        let at = |level: &str| self.levels.iter().find(|row| row.level == level);
        let manager = at("manager")?;
        Some(rules::resolve(at("asset"), at("group"), at("contract"), manager))
    }

    fn view(&self, row: &AssetRow) -> AssetView {
        let mut view = AssetView { group: self.group.clone(), ..row.view() };
        if let Some((won, source)) = self.winner() {
            view.coordinator = CoordinatorView {
                email: won.email.clone(),
                name: full_name(&won.first_name, &won.last_name),
                source: source.name().to_owned(),
                since: Some(rfc3339(won.from_at)),
                assigned_by: won.by(source),
            };
        }
        view
    }
}

impl LevelRow {
    /// Who assigned it; nobody did for the default.
    pub(crate) fn by(&self, source: Source) -> Option<String> {
        match (source, self.set_by) {
            (Source::ContractManager, _) => None,
            (_, 0) => Some("the vendor".to_owned()),
            _ => self.assigned_by.clone(),
        }
    }
}

/// `$1` the asset, `$2` the instant at which the day has ended.
const GROUP_THEN: &str = "SELECT g.id, g.name FROM group_spans s JOIN asset_groups g ON g.id = s.group_id
    WHERE s.asset_id = $1 AND s.from_at < $2 AND (s.until_at IS NULL OR s.until_at >= $2) ORDER BY s.id DESC LIMIT 1";
const LEVELS_THEN: &str = "SELECT s.level, s.person_id, s.from_at, s.set_by, p.email, p.first_name, p.last_name,
        b.first_name || ' ' || b.last_name AS assigned_by
    FROM spans s JOIN people p ON p.id = s.person_id LEFT JOIN people b ON b.id = s.set_by
    WHERE ((s.level = 'asset' AND s.target_id = $1) OR (s.level = 'group' AND s.target_id = $3)
        OR (s.level IN ('contract', 'manager') AND s.target_id = (SELECT a.contract_id FROM assets a WHERE a.id = $1)))
    AND s.from_at < $2 AND (s.until_at IS NULL OR s.until_at >= $2)
    ORDER BY s.id DESC";
const GROUP_NOW: &str = "SELECT g.id, g.name FROM assets a JOIN asset_groups g ON g.id = a.group_id WHERE a.id = $1";

/// The levels at the end of a past day, or as planned for a coming one.
pub async fn on_day<A: Action<Target = Asset>>(
    reader: &mut Reader,
    permit: &Permit<A>,
    day: Day,
) -> Result<OnDay, AppError> {
    let (asset, today) = (permit.target().0, reader.now().today);
    let past = day < today;
    // Whatever holds now holds until it is changed: from today on the spans of this moment count.
    let end = if past { start_of(day.plus(1), &reader.now().zone) } else { reader.now().at + 1 };
    let group: Option<(i64, String)> = match past {
        true => reader.find(permit, sql(GROUP_THEN).bind(asset).bind(end)).await?,
        false => reader.find(permit, sql(GROUP_NOW).bind(asset)).await?,
    };
    let group_id = group.as_ref().map_or(0, |(id, _)| *id);
    let all: Vec<LevelRow> = reader.fetch(permit, sql(LEVELS_THEN).bind(asset).bind(end).bind(group_id)).await?;
    let mut levels: Vec<LevelRow> = Vec::new();
    for row in all {
        if !levels.iter().any(|known| known.level == row.level) {
            levels.push(row);
        }
    }
    if levels.iter().all(|row| row.level != "manager") {
        return Err(AppError::invalid("on", format!("nothing is known of this serial number on {}", day.long())));
    }
    if day > today {
        plan(reader, permit, group_id, day, &mut levels).await?;
    }
    Ok(OnDay { levels, group: group.map(|(_, name)| name) })
}

/// A dated assignment as it bears on a coming day.
#[derive(Clone, Debug, FromRow)]
struct Planned {
    level: String,
    state: String,
    from_on: String,
    until_on: Option<String>,
    person_id: Option<i64>,
    under_id: Option<i64>,
    set_by: i64,
    under_by: Option<i64>,
}

const PLANNED: &str = "SELECT k.level, k.state, k.from_on, k.until_on, k.person_id, k.under_id, k.set_by, k.under_by
    FROM covers k WHERE k.state IN ('planned', 'active') AND k.from_on <= $2
    AND ((k.level = 'asset' AND k.target_id = $1) OR (k.level = 'group' AND k.target_id = $3)
        OR (k.level = 'contract' AND k.target_id = (SELECT a.contract_id FROM assets a WHERE a.id = $1)))
    ORDER BY k.from_on, k.id";
const NAMES: &str =
    "SELECT '' AS level, p.id AS person_id, CAST($2 AS BIGINT) AS from_at, CAST($3 AS BIGINT) AS set_by,
        p.email, p.first_name, p.last_name,
        (SELECT b.first_name || ' ' || b.last_name FROM people b WHERE b.id = $3) AS assigned_by
    FROM people p WHERE p.id = $1";

/// Lays the dated assignments over what holds now: each begins, and falls back, before the day.
async fn plan<A: Action<Target = Asset>>(
    reader: &mut Reader,
    permit: &Permit<A>,
    group: i64,
    day: Day,
    levels: &mut Vec<LevelRow>,
) -> Result<(), AppError> {
    let planned = sql(PLANNED).bind(permit.target().0).bind(day).bind(group);
    let planned: Vec<Planned> = reader.fetch(permit, planned).await?;
    for level in ["asset", "group", "contract"] {
        let mut changed = false;
        let mut person: Option<(i64, i64, Instant)> =
            levels.iter().find(|row| row.level == level).map(|row| (row.person_id, row.set_by, row.from_at));
        let mut beneath = person;
        for cover in planned.iter().filter(|k| k.level == level) {
            let from = cover.from_on.parse::<Day>().map_or(0, |from| start_of(from, &reader.now().zone));
            if cover.state == "active" {
                beneath = cover.under_id.map(|under| (under, cover.under_by.unwrap_or(0), from));
            }
            let over = cover.until_on.as_deref().is_some_and(|until| until <= day.to_string().as_str());
            let until = cover.until_on.as_deref().and_then(|until| until.parse::<Day>().ok());
            person = match (over, until) {
                (true, Some(until)) => beneath.map(|(p, by, _)| (p, by, start_of(until, &reader.now().zone))),
                _ => cover.person_id.map(|person| (person, cover.set_by, from)),
            };
            if until.is_none() {
                beneath = person;
            }
            changed = true;
        }
        if !changed {
            continue;
        }
        levels.retain(|row| row.level != level);
        if let Some((person, by, from)) = person {
            let named = sql(NAMES).bind(person).bind(from).bind(by);
            let row: Option<LevelRow> = reader.find(permit, named).await?;
            levels.extend(row.map(|row| LevelRow { level: level.to_owned(), ..row }));
        }
    }
    Ok(())
}

pub(super) fn statements() -> Vec<Sql> {
    [GROUP_THEN, LEVELS_THEN, GROUP_NOW, PLANNED, NAMES].map(sql).into()
}
