//! Who gets mail about a serial number for an event on a day, and why: levels tried, which won, who was skipped.
use super::resolve::{LevelRow, OnDay, on_day};
use super::rules::Source;
use crate::contracts::assets::{AssetRow, by_id};
use crate::db::{FromRow, Reader, Sql, sql};
use crate::error::AppError;
use crate::ids::SerialNumber;
use crate::operation::Query;
use crate::policy::{self, Permit};
use crate::text::full_name;
use crate::time::{Day, day_of, rfc3339};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// What happens to a serial number that somebody is told of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// A new release.
    #[default]
    Release,
    /// A new extension.
    Extension,
    /// A shipment.
    Shipment,
    /// The contract is to be renewed.
    Renewal,
}

/// The question.
pub struct Explain {
    /// Which serial number.
    pub serial: SerialNumber,
    /// What happens.
    pub event: Event,
    /// When; absent: today.
    pub on: Option<Day>,
}

/// The answer.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Explanation {
    /// Which serial number.
    pub serial_number: String,
    /// Its contract.
    pub contract_number: String,
    /// What happens.
    pub event: Event,
    /// When.
    pub on: String,
    /// One sentence: who is the coordinator, and why.
    pub because: String,
    /// Who gets mail.
    pub recipients: Vec<Recipient>,
    /// The levels in the order in which they are tried.
    pub levels: Vec<LevelTried>,
    /// Who would get mail, but does not, and why.
    pub skipped: Vec<Skipped>,
    /// For the page: whom each level named, and the group, on that day.
    #[serde(skip)]
    #[schema(ignore)]
    pub answer: OnDay,
    /// For the page: the asset.
    #[serde(skip)]
    #[schema(ignore)]
    pub asset: AssetRow,
}

/// Somebody who gets mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Recipient {
    /// First and last name.
    pub name: String,
    /// The address.
    pub email: String,
    /// Why.
    pub why: String,
}

/// One level.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct LevelTried {
    /// `asset`, `group`, `contract` or `contract_manager`.
    pub level: &'static str,
    /// Whom it names; nobody: the next one is tried.
    #[schema(required)]
    pub name: Option<String>,
    /// The address.
    #[schema(required)]
    pub email: Option<String>,
    /// Since when.
    #[schema(required)]
    pub since: Option<String>,
    /// Who assigned it.
    #[schema(required)]
    pub assigned_by: Option<String>,
    /// Whether it is the answer.
    pub won: bool,
}

/// Somebody who does not get mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Skipped {
    /// First and last name.
    pub name: String,
    /// The address.
    pub email: String,
    /// Why not.
    pub why: String,
}

/// What bears on whether mail reaches somebody.
#[derive(Clone, Debug, FromRow)]
struct Reach {
    deactivated: bool,
    bounced: bool,
    pending: bool,
    invited: bool,
    /// Has switched off what is told of releases.
    muted: bool,
}

const REACH: &str = "SELECT p.deactivated_at IS NOT NULL AS deactivated, p.bounced_at IS NOT NULL AS bounced,
        EXISTS (SELECT 1 FROM memberships m JOIN assets a ON a.account_id = m.account_id
            WHERE a.id = $2 AND m.person_id = p.id AND m.confirmed_at IS NULL) AS pending,
        EXISTS (SELECT 1 FROM invitations i JOIN assets a ON a.account_id = i.account_id
            WHERE a.id = $2 AND i.person_id = p.id) AS invited,
        EXISTS (SELECT 1 FROM notice_preferences n WHERE n.person_id = p.id AND n.category = 'releases' AND n.how = 'off') AS muted
    FROM people p WHERE p.id = $1";
const RESELLER: &str = "SELECT l.name, CASE WHEN l.renewals_email <> '' THEN l.renewals_email ELSE l.contact_email END
    FROM assets a JOIN contracts c ON c.id = a.contract_id JOIN accounts l ON l.id = c.reseller_id WHERE a.id = $1";

impl Query for Explain {
    type Action = policy::ExplainCoordinator;
    type Output = Explanation;

    fn target(&self) -> SerialNumber {
        self.serial.clone()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Explanation, AppError> {
        let asset = by_id(reader, permit).await?;
        let on = self.on.unwrap_or(reader.now().today);
        let answer = on_day(reader, permit, on).await?;
        let (won, source) = answer.winner().ok_or(AppError::Lost)?;
        let manager = answer.levels.iter().find(|l| l.level == "manager").ok_or(AppError::Lost)?;
        let because = because(won, source, &answer, &reader.now().zone);
        let (recipients, skipped) = match self.event {
            Event::Renewal => {
                let reseller: Option<(String, String)> =
                    reader.find(permit, sql(RESELLER).bind(permit.target().0)).await?;
                (renewal(manager, reseller), Vec::new())
            }
            _ => {
                let of = |person: i64| sql(REACH).bind(person).bind(permit.target().0);
                let reach: Option<Reach> = reader.find(permit, of(won.person_id)).await?;
                let managers: Option<Reach> = reader.find(permit, of(manager.person_id)).await?;
                // Shipments are no message that could be switched off.
                let heard = |reach: Option<Reach>| {
                    reach.map(|r| Reach { muted: r.muted && self.event != Event::Shipment, ..r })
                };
                told((won, heard(reach).as_ref()), (manager, heard(managers).as_ref()), &because)
            }
        };
        Ok(Explanation {
            serial_number: asset.serial_number.clone(),
            contract_number: asset.contract_number.clone(),
            event: self.event,
            on: on.to_string(),
            because,
            recipients,
            levels: levels(&answer, source),
            skipped,
            answer,
            asset,
        })
    }
}

fn name(row: &LevelRow) -> String {
    full_name(&row.first_name, &row.last_name)
}

fn because(won: &LevelRow, source: Source, answer: &OnDay, zone: &TimeZone) -> String {
    let by = won.by(source).map(|by| format!(" by {by}")).unwrap_or_default();
    let since = day_of(won.from_at, zone).long();
    match source {
        Source::Asset => format!("{} was assigned to this serial number{by} on {since}", name(won)),
        Source::Group => {
            let group = answer.group.as_deref().unwrap_or_default();
            format!("{} was assigned to the group {group}{by} on {since}", name(won))
        }
        Source::Contract => format!("{} was assigned to the whole contract{by} on {since}", name(won)),
        Source::ContractManager => format!("default: {} is the Contract Manager", name(won)),
    }
}

fn recipient(row: &LevelRow, why: impl Into<String>) -> Recipient {
    Recipient { name: name(row), email: row.email.clone(), why: why.into() }
}

/// Why nothing reaches somebody.
fn unheard(reach: Option<&Reach>) -> Option<&'static str> {
    match reach? {
        reach if reach.deactivated => Some("the sign-in of this person has ended"),
        reach if reach.bounced => Some("mail to this address comes back"),
        reach if reach.muted => Some("has switched these messages off"),
        _ => None,
    }
}

/// The coordinator, and the manager where the coordinator cannot be counted on yet or any more. Whoever switched the messages off is
/// stood in for by nobody; and neither is a manager who cannot be reached.
fn told(
    (won, reach): (&LevelRow, Option<&Reach>),
    (manager, managers): (&LevelRow, Option<&Reach>),
    because: &str,
) -> (Vec<Recipient>, Vec<Skipped>) {
    let skipped =
        |row: &LevelRow, why: &str| Skipped { name: name(row), email: row.email.clone(), why: why.to_owned() };
    let why = |what: &str| format!("is the Contract Manager, and {} {what}", name(won));
    let lost = reach.is_some_and(|r| r.deactivated || r.bounced);
    let pending = reach.is_some_and(|r| r.pending);
    let (mut told, mut silent) = (Vec::new(), Vec::new());
    match unheard(reach) {
        Some(words) => silent.push(skipped(won, words)),
        None => told.push(recipient(won, because)),
    }
    if won.person_id != manager.person_id && (lost || pending) {
        let what = match reach {
            Some(reach) if reach.deactivated => "can no longer sign in",
            Some(reach) if reach.bounced => "cannot be reached",
            Some(reach) if reach.invited => "has not accepted the invitation yet",
            _ => "is not invited yet",
        };
        match unheard(managers) {
            Some(words) => silent.push(skipped(manager, words)),
            None => told.push(recipient(manager, why(what))),
        }
    }
    (told, silent)
}

fn renewal(manager: &LevelRow, reseller: Option<(String, String)>) -> Vec<Recipient> {
    let mut all = vec![recipient(manager, "is the Contract Manager, who gets the renewal notices")];
    all.extend(reseller.filter(|(_, email)| !email.is_empty()).map(|(name, email)| Recipient {
        name,
        email,
        why: "is the reseller of record, which gets a copy".to_owned(),
    }));
    all
}

fn levels(answer: &OnDay, won: Source) -> Vec<LevelTried> {
    let tried = |source: Source, level: &str| {
        let row = answer.levels.iter().find(|row| row.level == level);
        LevelTried {
            level: source.name(),
            name: row.map(name),
            email: row.map(|r| r.email.clone()),
            since: row.map(|r| rfc3339(r.from_at)),
            assigned_by: row.and_then(|r| r.by(source)),
            won: source == won,
        }
    };
    vec![
        tried(Source::Asset, "asset"),
        tried(Source::Group, "group"),
        tried(Source::Contract, "contract"),
        tried(Source::ContractManager, "manager"),
    ]
}

pub(super) fn statements() -> Vec<Sql> {
    [REACH, RESELLER].map(sql).into()
}
