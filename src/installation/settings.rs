//! What the installation keeps about itself: the vendor's time zone, whether it is a demo, when it went live.
use crate::db::{Reader, Sql, WriteTx, sql};
use crate::error::AppError;
use crate::ids::Single;
use crate::operation::{Operation, Query};
use crate::policy::{self, Permit};
use serde::Serialize;

/// Keeps the time zone from the first start on; a differing one is refused.
#[derive(Clone, Debug, Serialize)]
pub struct Configure {
    /// As the flag says it; absent: whatever is kept, else UTC.
    pub time_zone: Option<String>,
    /// Demo mode: refuses a database that holds anything else.
    pub demo: bool,
}

const KEPT: &str = "SELECT value FROM settings WHERE name = $1";
const KEEP: &str = "INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING";
const ACCOUNTS: &str = "SELECT COUNT(*) FROM accounts";

impl Operation for Configure {
    type Action = policy::Configure;
    type Output = String;

    fn target(&self) -> Single {
        Single::default()
    }

    /// Returns the time zone that holds.
    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<String, AppError> {
        let demo: Option<(String,)> = tx.find(permit, sql(KEPT).bind("demo")).await?;
        let accounts: Option<(i64,)> = tx.find(permit, sql(ACCOUNTS)).await?;
        if self.demo && demo.is_none() && accounts.is_some_and(|(n,)| n > 0) {
            let words = "this database holds something else than a demo; give --demo a database of its own";
            return Err(AppError::Local(words.to_owned()));
        }
        if !self.demo && demo.is_some() {
            let words = "this is the database of a demo; serve it with --demo, or use another one";
            return Err(AppError::Local(words.to_owned()));
        }
        if self.demo && demo.is_none() {
            tx.execute(permit, sql(KEEP).bind("demo").bind("1")).await?;
        }
        let kept: Option<(String,)> = tx.find(permit, sql(KEPT).bind("time_zone")).await?;
        match (kept, &self.time_zone) {
            (Some((kept,)), Some(wanted)) if kept != *wanted => Err(AppError::Local(format!(
                "the time zone is {kept} since the first start, because days are counted in it; start without --time-zone {wanted}"
            ))),
            (Some((kept,)), _) => Ok(kept),
            (None, wanted) => {
                let wanted = wanted.clone().unwrap_or_else(|| "UTC".to_owned());
                crate::time::zone(&wanted).map_err(AppError::Local)?;
                tx.execute(permit, sql(KEEP).bind("time_zone").bind(wanted.as_str())).await?;
                Ok(wanted)
            }
        }
    }
}

/// How many companies there are: whether anything is here.
pub struct CountAccounts;

impl Query for CountAccounts {
    type Action = policy::Check;
    type Output = i64;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<i64, AppError> {
        let count: Option<(i64,)> = reader.find(permit, sql(ACCOUNTS)).await?;
        Ok(count.map_or(0, |(n,)| n))
    }
}

pub(super) fn statements() -> Vec<Sql> {
    [KEPT, KEEP, ACCOUNTS].map(sql).into()
}
