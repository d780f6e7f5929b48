//! What the vendor decides about renewals: the steps, the hour at which notices are written, where one renews online.
use super::rules::{DAYS, HOUR, Steps};
use crate::db::{FromRow, Reader, Sql, WriteTx, sql};
use crate::error::AppError;
use crate::ids::Single;
use crate::operation::Operation;
use crate::policy::{self, Action, Permit, WriteProof};
use crate::time::{Day, Instant, day_of};
use jiff::tz::TimeZone;
use serde::Serialize;

/// As they are kept.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The steps of every term.
    pub steps: Steps,
    /// The hour of the day, in the vendor's zone.
    pub hour: i8,
    /// Where one renews online; empty: nowhere.
    pub online: String,
    /// Since when mail is sent.
    live_at: Option<Instant>,
    /// Since when the steps are these.
    since: Instant,
    demo: bool,
}

#[derive(Default, FromRow)]
#[sqlx(default)]
struct Row {
    name: String,
    value: String,
}

const ALL: &str = "SELECT name, value FROM settings
    WHERE name IN ('renewal_days', 'renewal_days_at', 'renewal_hour', 'renew_online_url', 'live_at', 'demo')";

impl Settings {
    fn of(rows: &[Row]) -> Self {
        let value = |name: &str| rows.iter().find(|row| row.name == name).map_or("", |row| row.value.as_str());
        let steps = Steps::read(value("renewal_days")).or_else(|_| Steps::read(DAYS));
        Self {
            steps: steps.unwrap_or_else(|_| Steps::none()),
            hour: value("renewal_hour").parse().ok().filter(|hour| (0..24).contains(hour)).unwrap_or(HOUR),
            online: value("renew_online_url").to_owned(),
            live_at: value("live_at").parse().ok(),
            since: value("renewal_days_at").parse().unwrap_or(0),
            demo: rows.iter().any(|row| row.name == "demo"),
        }
    }

    /// Inside a write.
    pub async fn load(tx: &mut WriteTx, proof: &impl WriteProof) -> Result<Self, AppError> {
        Ok(Self::of(&tx.fetch::<Row>(proof, sql(ALL)).await?))
    }

    /// For a page.
    pub async fn read<A: Action>(reader: &mut Reader, permit: &Permit<A>) -> Result<Self, AppError> {
        Ok(Self::of(&reader.fetch::<A, Row>(permit, sql(ALL)).await?))
    }

    /// Whether anybody is written to.
    pub fn live(&self) -> bool {
        self.live_at.is_some() || self.demo
    }

    /// Since when mail is sent; in a demo always.
    pub fn live_since(&self) -> Option<Instant> {
        self.live_at.or_else(|| self.demo.then_some(0))
    }

    /// Steps of a term that is known since then, before this day, count as done.
    pub fn since(&self, known_at: Instant, zone: &TimeZone) -> Day {
        day_of(known_at.max(self.live_at.unwrap_or(0)).max(self.since), zone)
    }
}

/// Sets them, for the command line: what is not given stays.
#[derive(Clone, Debug, Default, Serialize)]
pub struct SetRenewals {
    /// "90 60 30 15 7 0 -15"
    pub days: Option<String>,
    /// 0 to 23.
    pub hour: Option<i8>,
    /// May contain `{contract}`; empty: nowhere.
    pub online: Option<String>,
}

const SET: &str = "INSERT INTO settings (name, value) VALUES ($1, $2)
    ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE settings.value <> excluded.value";

impl Operation for SetRenewals {
    type Action = policy::SetRenewals;
    type Output = ();

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<(), AppError> {
        let set = |name: &str, value: String| sql(SET).bind(name).bind(value);
        if let Some(days) = &self.days {
            let steps = Steps::read(days).map_err(AppError::Local)?;
            let before = Settings::load(tx, permit).await?;
            tx.execute(permit, set("renewal_days", steps.text())).await?;
            // A step that is new and lies in the past is nobody's notice.
            if before.steps != steps {
                tx.execute(permit, set("renewal_days_at", tx.now().to_string())).await?;
            }
        }
        if let Some(hour) = self.hour {
            if !(0..24).contains(&hour) {
                return Err(AppError::Local("the hour of renewal notices is a number from 0 to 23".to_owned()));
            }
            tx.execute(permit, set("renewal_hour", hour.to_string())).await?;
        }
        if let Some(online) = &self.online {
            if !online.is_empty() && super::rules::online(online, "1").is_none() {
                return Err(AppError::Local("the address to renew at begins with https://".to_owned()));
            }
            tx.execute(permit, set("renew_online_url", online.clone())).await?;
        }
        Ok(())
    }
}

pub(super) fn statements() -> Vec<Sql> {
    [ALL, SET].map(sql).into()
}
