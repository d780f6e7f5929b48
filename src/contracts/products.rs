//! What the Products page of a contract shows, in a number of statements that does not depend on how much there is.
use super::assets::{self, AssetRow, Page, Paging};
use super::filter::Filter;
use super::list::{self, ContractRow, Share};
use super::listed::Reading;
use super::present;
use crate::change_sets::message::Just;
use crate::coordinators::choices::{self, Choices};
use crate::coordinators::rules::Phase;
use crate::db::{FromRow, Reader, Sql, sql};
use crate::error::AppError;
use crate::ids::{ContractId, ContractNumber};
use crate::operation::Query;
use crate::people::find::{Asked, FindPeople};
use crate::policy::{self, Action, AssignCoordinator, Contract, Permit, Scope, Scoped, SeeActivity, SeeAsset};
use crate::releases::ready::{self, BySerial};
use crate::time::Moment;
use crate::web::ui::Flash;
use crate::web::words::link;
use std::collections::HashSet;

/// Rows of one page.
const ROWS: i64 = 50;

/// The page of a contract's serial numbers.
#[derive(Clone, Debug, Default)]
pub struct ShowProducts {
    /// Of which contract.
    pub contract: ContractNumber,
    /// What narrows the list.
    pub filter: Filter,
    /// Where the page begins.
    pub cursor: Option<String>,
    /// What was just done.
    pub just: Just,
}

impl ShowProducts {
    /// The page without the message of what was just done.
    pub fn address(&self) -> String {
        link(&self.list(), &[("cursor", self.cursor.as_deref().unwrap_or_default())])
    }

    /// Its first page.
    pub fn list(&self) -> String {
        present::filters(&self.filter).link(&format!("/contracts/{}/products", self.contract))
    }
}

/// What the database says.
#[derive(Clone, Debug)]
pub struct Products {
    pub(super) contract: ContractRow,
    pub(super) now: Moment,
    pub(super) page: Page<AssetRow>,
    /// So many match the filters.
    pub(super) matching: i64,
    pub(super) shares: Vec<Share>,
    pub(super) groups: Vec<String>,
    pub(super) dated: Vec<DatedRow>,
    /// What was just done or undone.
    pub(super) flash: Option<Flash>,
    /// Serial numbers of the page that it changed.
    pub(super) changed: HashSet<String>,
    /// What is newer than what a serial number of the page has.
    pub(super) ready: BySerial,
    /// The reader may open the Activity tab.
    pub(super) activity: bool,
    /// What the assign form offers, to a reader who may use it.
    pub(super) choices: Option<Choices>,
}

/// A dated assignment that matters to a serial number.
#[derive(Clone, Debug, FromRow)]
pub struct DatedRow {
    pub(super) serial: String,
    pub(super) state: String,
    pub(super) from_on: String,
    pub(super) until_on: Option<String>,
    pub(super) person: Option<String>,
}

const COUNT: &str = "SELECT COUNT(*) FROM assets a JOIN contracts c ON c.id = a.contract_id
    LEFT JOIN asset_groups g ON g.id = a.group_id WHERE a.contract_id = $2 AND";

fn counting(scope: &Scope<SeeAsset>, contract: ContractId, filter: &Filter) -> Scoped {
    scope.select(COUNT, contract, |s| filter.push_onto(s))
}

/// How many of the contract's serial numbers match.
pub async fn matching<A: Action<Target = Contract>>(
    reader: &mut Reader,
    permit: &Permit<A>,
    contract: &ContractRow,
    filter: &Filter,
) -> Result<i64, AppError> {
    // Whoever gets this far sees all of them, and those are counted already.
    if filter.is_empty() {
        return Ok(contract.assets);
    }
    let count: Vec<(i64,)> = reader.list(counting(&permit.scope(), permit.target().0, filter)).await?;
    Ok(count.first().map_or(0, |(n,)| *n))
}

const GROUPS: &str = "SELECT name FROM asset_groups WHERE contract_id = $1 ORDER BY name_key";

/// `$1` the contract, then serial numbers. A dated assignment counts at the level that is in force or nearer; below a nearer
/// assignment it is nobody's concern.
const DATED: &str = "WITH shown AS (SELECT a.id, a.serial, a.contract_id, a.group_id, a.coordinator_id AS own,
        g.coordinator_id AS of_group FROM (";
const OF_SHOWN: &str = ") v CROSS JOIN assets a LEFT JOIN asset_groups g ON g.id = a.group_id
        WHERE a.serial = v.column1 AND a.contract_id = $1)
    SELECT d.serial, d.state, d.from_on, d.until_on, p.first_name || ' ' || p.last_name AS person FROM (
        SELECT s.serial, k.state, k.from_on, k.until_on, k.person_id FROM shown s CROSS JOIN covers k
        WHERE k.level = 'asset' AND k.target_id = s.id AND k.state IN ('planned', 'active')
        UNION ALL SELECT s.serial, k.state, k.from_on, k.until_on, k.person_id FROM shown s CROSS JOIN covers k
        WHERE k.level = 'group' AND k.target_id = s.group_id AND k.state IN ('planned', 'active') AND s.own IS NULL
        UNION ALL SELECT s.serial, k.state, k.from_on, k.until_on, k.person_id FROM shown s CROSS JOIN covers k
        WHERE k.level = 'contract' AND k.target_id = s.contract_id AND k.state IN ('planned', 'active')
            AND s.own IS NULL AND s.of_group IS NULL
    ) d LEFT JOIN people p ON p.id = d.person_id ORDER BY d.from_on, d.serial";

fn dated(contract: ContractId, serials: &[String]) -> Sql {
    sql(DATED).bind(contract).push_values(serials).push(OF_SHOWN)
}

/// `$1` the contract, `$2` the change set, then serial numbers.
const SERIALS: &str = "SELECT a.serial FROM (";
const CHANGED: &str = ") v CROSS JOIN assets a JOIN change_set_items i ON i.target_id = a.id
        AND i.change_set = (SELECT s.id FROM change_sets s WHERE s.handle = $2)
        AND i.level IN ('asset', 'effect', 'asset_dated')
    WHERE a.serial = v.column1 AND a.contract_id = $1";

fn changed(contract: ContractId, set: &str, serials: &[String]) -> Sql {
    sql(SERIALS).bind(contract).bind(set).push_values(serials).push(CHANGED)
}

impl Query for ShowProducts {
    type Action = policy::AdministerContract;
    type Output = Products;

    fn target(&self) -> ContractNumber {
        self.contract.clone()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Products, AppError> {
        let id = permit.target().0;
        let now = reader.now().clone();
        let contract = list::one(reader, permit).await?;
        let paging = Paging { cursor: self.cursor.clone(), limit: Some(ROWS) };
        let rows = reader.list(assets::of_contract(&permit.scope(), id, &self.filter, &paging)).await?;
        let page = paging.page(rows, |row: &AssetRow| row.serial_number.clone());
        let serials: Vec<String> = page.items.iter().map(|row| row.serial_number.clone()).collect();
        let groups: Vec<(String,)> = reader.fetch(permit, sql(GROUPS).bind(id)).await?;
        let flash = self.just.message(reader, permit, &self.address()).await?;
        let set = [&self.just.undone, &self.just.done].into_iter().find(|handle| !handle.is_empty());
        // Marked for whoever is told what it did.
        let changed: Vec<(String,)> = match set.filter(|_| flash.is_some()) {
            Some(handle) => reader.fetch(permit, changed(id, handle, &serials)).await?,
            None => Vec::new(),
        };
        let reading = Reading { me: permit.actor().0, today: now.today, opens: true };
        let open = reading.phase(&contract) != Phase::Lapsed;
        let choices = match permit.may::<AssignCoordinator>() && open {
            true => {
                let find = FindPeople { contract: self.contract.clone(), asked: Asked::default() };
                let group = self.filter.group.as_deref().unwrap_or_default();
                Some(choices::choices(reader, permit, &find, group).await?)
            }
            false => None,
        };
        Ok(Products {
            matching: matching(reader, permit, &contract, &self.filter).await?,
            shares: list::coverage(reader, permit, id).await?,
            groups: groups.into_iter().map(|(name,)| name).collect(),
            ready: ready::for_these(reader, permit, &serials).await?,
            dated: reader.fetch(permit, dated(id, &serials)).await?,
            changed: changed.into_iter().map(|(serial,)| serial).collect(),
            activity: permit.may::<SeeActivity>(),
            contract,
            now,
            page,
            flash,
            choices,
        })
    }
}

/// Whether somebody may open the pages of a contract at all.
pub struct OpenContract(pub ContractNumber);

impl Query for OpenContract {
    type Action = policy::AdministerContract;
    type Output = ();

    fn target(&self) -> ContractNumber {
        self.0.clone()
    }

    async fn run(&self, _: &mut Reader, _: &Permit<Self::Action>) -> Result<(), AppError> {
        Ok(())
    }
}

pub(super) fn statements() -> Vec<Sql> {
    let (scope, contract) = (Scope::<SeeAsset>::sample(), ContractId(0));
    let some = || Some("x".to_owned());
    let full = Filter { coordinator: some(), group: some(), product: some(), q: some() };
    let mut all = vec![sql(GROUPS).bind(contract), counting(&scope, contract, &full).into_sql()];
    for n in [1, 17] {
        let serials = vec![String::new(); n];
        all.extend([dated(contract, &serials), changed(contract, "", &serials)]);
    }
    all
}
