//! The vendor's staff renew a contract: a new end day. The steps of the old term stop, those of the new one are armed; the Contract
//! Manager and the coordinators are told.
use super::mails::{Renewed, Role};
use super::rules::refused;
use super::settings::Settings;
use super::{day, terms};
use crate::app::Profile;
use crate::coordinators::rules::confirmed;
use crate::db::{FromRow, Reader, Sql, WriteTx, sql};
use crate::error::AppError;
use crate::ids::{ContractNumber, PersonId};
use crate::mail::outbox::{self, Outgoing};
use crate::mail::{Mail, Site};
use crate::operation::{Operation, Query};
use crate::policy::{self, Permit};
use crate::time::Day;
use serde::{Deserialize, Serialize};

/// The new term.
#[derive(Clone, Debug, Serialize)]
pub struct RenewContract {
    /// Which contract.
    pub contract: ContractNumber,
    /// Its new last day.
    pub end: Day,
    /// How many people may be written to, where they are more than 50.
    pub confirm_notices: Option<u64>,
    #[serde(skip)]
    site: Site,
}

/// What it is now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct RenewedView {
    /// The contract.
    pub contract_number: String,
    /// Its last day before.
    pub before: String,
    /// Its last day now.
    pub end_date: String,
    /// How many people are told.
    pub notices: u64,
}

#[derive(FromRow)]
struct Row {
    number: String,
    end_on: String,
    account_id: i64,
    company: String,
    manager_id: i64,
    email: String,
}

#[derive(FromRow)]
struct Coordinator {
    id: i64,
    email: String,
    assets: i64,
}

const ROW: &str = "SELECT c.number, c.end_on, c.account_id, o.name AS company, c.manager_id, p.email
    FROM contracts c JOIN accounts o ON o.id = c.account_id JOIN people p ON p.id = c.manager_id WHERE c.id = $1";
/// Those who coordinate any of its serial numbers, beside the Contract Manager.
const COORDINATORS: &str =
    "SELECT p.id, p.email, COUNT(*) AS assets FROM contracts c JOIN assets a ON a.contract_id = c.id
    LEFT JOIN asset_groups g ON g.id = a.group_id
    JOIN people p ON p.id = COALESCE(a.coordinator_id, g.coordinator_id, c.coordinator_id)
    WHERE c.id = $1 AND p.id <> c.manager_id AND p.deactivated_at IS NULL GROUP BY p.id, p.email ORDER BY p.id";
const RENEW: &str = "UPDATE contracts SET end_on = $2, changed_at = $3 WHERE id = $1";
const CLOSE: &str = "UPDATE quote_requests SET state = 'renewed' WHERE contract_id = $1 AND end_on = $2";

impl RenewContract {
    /// Of this installation.
    pub fn new(contract: ContractNumber, end: Day, confirm_notices: Option<u64>, profile: &Profile) -> Self {
        Self { contract, end, confirm_notices, site: Site::of(profile) }
    }
}

impl Operation for RenewContract {
    type Action = policy::RenewContract;
    type Output = RenewedView;

    fn target(&self) -> ContractNumber {
        self.contract.clone()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<RenewedView, AppError> {
        let contract = permit.target().0;
        let about = |text| sql(text).bind(contract);
        let row: Row = tx.find(permit, about(ROW)).await?.ok_or_else(AppError::hidden)?;
        let before: Day = row.end_on.parse().map_err(|_| AppError::Lost)?;
        if let Some(why) = refused(before, self.end, tx.today()) {
            return Err(AppError::invalid("end_date", why));
        }
        let coordinators: Vec<Coordinator> = tx.fetch(permit, about(COORDINATORS)).await?;
        let people = coordinators.len() as u64 + 1;
        confirmed(people, self.confirm_notices)?;
        terms::know(tx, permit, contract).await?;
        tx.execute(permit, about(RENEW).bind(self.end).bind(tx.now())).await?;
        terms::know(tx, permit, contract).await?;
        terms::withdraw(tx, permit, contract, "the contract has a new term").await?;
        tx.execute(permit, about(CLOSE).bind(before)).await?;
        let mails = self.mails(contract.0, &row, before, &coordinators);
        let send = outbox::once_live(tx, permit).await?;
        outbox::write(tx, permit, &self.site, &mails, send).await?;
        day::look_again(tx, permit).await?;
        let (before, end_date) = (before.to_string(), self.end.to_string());
        tx.note(serde_json::json!({"before": before, "after": end_date}), None);
        Ok(RenewedView { contract_number: row.number, before, end_date, notices: people })
    }
}

impl RenewContract {
    fn mails(&self, contract: i64, row: &Row, before: Day, coordinators: &[Coordinator]) -> Vec<Outgoing> {
        let mail = |person: i64, address: &str, role, own: i64| Outgoing {
            person: PersonId(person),
            address: address.to_owned(),
            account: Some(row.account_id),
            contract: Some(contract),
            change_set: None,
            kind: "renewal.renewed",
            mail: Renewed {
                site: self.site.clone(),
                contract: row.number.clone(),
                company: row.company.clone(),
                before,
                ends: self.end,
                role,
                own: own.unsigned_abs(),
            }
            .render(),
            link: None,
            reply_to: self.site.contact_email.clone(),
            dedup_key: format!("renewed/{}/{}/{before}/{person}", row.number, self.end),
        };
        let mut all = vec![mail(row.manager_id, &row.email, Role::Manager, 0)];
        all.extend(coordinators.iter().map(|one| mail(one.id, &one.email, Role::Coordinator, one.assets)));
        all
    }
}

/// What a new end day would do.
pub struct PreviewRenewal {
    /// Which contract.
    pub contract: ContractNumber,
    /// The new last day; none: only what is.
    pub end: Option<Day>,
}

/// It.
#[derive(Clone, Debug)]
pub struct Preview {
    /// The number.
    pub number: String,
    /// The company.
    pub company: String,
    /// Its last day now.
    pub before: Day,
    /// Days of steps that would have come.
    pub stops: Vec<Day>,
    /// Days of steps that will.
    pub armed: Vec<Day>,
    /// How many people are told.
    pub people: u64,
    /// Why not, where it cannot be.
    pub refused: Option<String>,
}

impl Query for PreviewRenewal {
    type Action = policy::PreviewRenewal;
    type Output = Preview;

    fn target(&self) -> ContractNumber {
        self.contract.clone()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Preview, AppError> {
        let about = |text| sql(text).bind(permit.target().0);
        let settings = Settings::read(reader, permit).await?;
        let row: Row = reader.find(permit, about(ROW)).await?.ok_or_else(AppError::hidden)?;
        let coordinators: Vec<Coordinator> = reader.fetch(permit, about(COORDINATORS)).await?;
        let (today, before) = (reader.now().today, row.end_on.parse().map_err(|_| AppError::Lost)?);
        let to_come = |end: Day| settings.steps.days(end).into_iter().filter(|day| *day >= today).collect();
        Ok(Preview {
            number: row.number,
            company: row.company,
            before,
            stops: to_come(before),
            armed: self.end.map(to_come).unwrap_or_default(),
            people: coordinators.len() as u64 + 1,
            refused: self.end.and_then(|end| refused(before, end, today)),
        })
    }
}

pub(super) fn statements() -> Vec<Sql> {
    [ROW, COORDINATORS, RENEW, CLOSE].map(sql).into()
}
