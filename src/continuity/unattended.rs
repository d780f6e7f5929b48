//! Contracts whose Contract Manager nobody seems to be any more, for the vendor's staff; and after how long that is said.
use crate::contracts::assets::{Page, Paging};
use crate::coordinators::rules::GRACE_DAYS;
use crate::db::{FromRow, Reader, Sql, WriteTx, sql};
use crate::error::AppError;
use crate::ids::Single;
use crate::mail::vacant;
use crate::operation::{Operation, Query};
use crate::policy::{self, Permit};
use crate::time::Instant;
use serde::Serialize;

/// Asks for one page.
#[derive(Clone, Debug, Default)]
pub struct ListUnattended {
    /// Which page.
    pub paging: Paging,
}

/// A contract.
#[derive(Clone, Debug, FromRow)]
pub struct UnattendedRow {
    pub(crate) number: String,
    pub(crate) company: String,
    pub(crate) reseller: Option<String>,
    pub(crate) handle: String,
    pub(crate) email: String,
    pub(crate) first_name: String,
    pub(crate) last_name: String,
    pub(crate) why: String,
    pub(crate) since: Option<Instant>,
    pub(crate) end_on: String,
    /// The backup contact, where mail reaches one.
    pub(crate) backup: Option<String>,
}

const LIST: &str = concat!(
    "SELECT c.number, o.name AS company, l.name AS reseller, p.handle, p.email, p.first_name, p.last_name,
        CASE WHEN p.deactivated_at IS NOT NULL THEN 'deactivated' WHEN p.bounced_at IS NOT NULL THEN 'bounced' ELSE 'unopened' END AS why,
        COALESCE(p.deactivated_at, p.bounced_at, p.seen_at, p.signed_in_at) AS since, c.end_on,
        (SELECT q.email FROM backup_contacts b JOIN people q ON q.id = b.person_id AND q.bounced_at IS NULL
            AND q.deactivated_at IS NULL WHERE b.contract_id = c.id) AS backup
    FROM contracts c JOIN accounts o ON o.id = c.account_id LEFT JOIN accounts l ON l.id = c.reseller_id
    JOIN people p ON p.id = c.manager_id WHERE c.number > $1 AND c.end_on >= $3 AND ",
    vacant!("$2"),
    " ORDER BY c.number LIMIT $4"
);
const DAYS: &str = "SELECT CAST(value AS BIGINT) FROM settings WHERE name = 'vacant_after_days'";

/// The page, after how many days, and whether the reader may change that.
#[derive(Clone, Debug)]
pub struct Unattended {
    pub(crate) page: Page<UnattendedRow>,
    pub(crate) days: i64,
    pub(crate) sets: bool,
}

impl Query for ListUnattended {
    type Action = policy::ListUnattended;
    type Output = Unattended;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Unattended, AppError> {
        let (now, open) = (reader.now().at, reader.now().today.plus(-GRACE_DAYS));
        let after = self.paging.cursor.clone().unwrap_or_default();
        let list = sql(LIST).bind(after).bind(now).bind(open).bind(self.paging.limit() + 1);
        let rows: Vec<UnattendedRow> = reader.fetch(permit, list).await?;
        let days: Option<(i64,)> = reader.find(permit, sql(DAYS)).await?;
        let page = self.paging.page(rows, |row| row.number.clone());
        Ok(Unattended { page, days: days.map_or(USUAL, |(days,)| days), sets: permit.may::<policy::SetVacantAfter>() })
    }
}

/// Where nobody chose: a year without a sign-in after something was sent.
const USUAL: i64 = 365;

/// Says after how many days.
#[derive(Clone, Debug, Serialize)]
pub struct SetVacantAfter {
    /// From a month to ten years.
    pub days: i64,
}

const SET: &str = "INSERT INTO settings (name, value) VALUES ('vacant_after_days', $1)
    ON CONFLICT (name) DO UPDATE SET value = excluded.value";

impl Operation for SetVacantAfter {
    type Action = policy::SetVacantAfter;
    type Output = ();

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<(), AppError> {
        if !(30..=3650).contains(&self.days) {
            return Err(AppError::invalid("days", "enter a number of days from 30 to 3650"));
        }
        tx.execute(permit, sql(SET).bind(self.days.to_string())).await?;
        tx.note(self, None);
        Ok(())
    }
}

pub(super) fn statements() -> Vec<Sql> {
    [LIST, DAYS, SET].map(sql).into()
}
