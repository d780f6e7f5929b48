//! The assets of a contract, and those that one person coordinates: the resolver in lists.
use super::filter::Filter;
use crate::db::{FromRow, Reader, Sql};
use crate::error::AppError;
use crate::ids::{ContractNumber, Single};
use crate::operation::Query;
use crate::policy::{self, Action, Permit, Scope, Scoped, SeeAsset};
use crate::time::{Instant, rfc3339};
use serde::{Deserialize, Serialize};

/// Most rows of one page of a list.
pub const MOST: i64 = 200;

/// One asset with its coordinator, as lists read it.
#[derive(Clone, Debug, FromRow)]
pub struct AssetRow {
    pub(crate) serial_number: String,
    pub(crate) contract_number: String,
    pub(crate) product_code: String,
    pub(crate) product: String,
    pub(crate) release: String,
    pub(crate) deployment: String,
    pub(crate) seats: i64,
    pub(crate) group_name: Option<String>,
    pub(crate) handle: String,
    pub(crate) email: String,
    pub(crate) first_name: String,
    pub(crate) last_name: String,
    pub(crate) source: String,
    pub(crate) since: Option<Instant>,
    pub(crate) assigned_by: Option<String>,
    pub(crate) pending: bool,
    pub(crate) invited: bool,
    pub(crate) bounced: bool,
}

/// An asset as the API shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct AssetView {
    /// Unique per vendor.
    pub serial_number: String,
    /// Its contract.
    pub contract_number: String,
    /// What is licensed.
    pub product_code: String,
    /// The name of that.
    pub product: String,
    /// The registered release.
    pub release: String,
    /// `standalone` or `network`.
    pub deployment: String,
    /// How many are owned.
    pub seats: i64,
    /// The group, where it is in one.
    #[schema(required)]
    pub group: Option<String>,
    /// Who is the Software Coordinator, and why.
    pub coordinator: CoordinatorView,
}

/// The effective coordinator of an asset, with the source of the answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct CoordinatorView {
    /// The address.
    pub email: String,
    /// First and last name.
    pub name: String,
    /// `asset`, `group`, `contract` or `contract_manager`.
    pub source: String,
    /// Since when, where that is known.
    #[schema(required)]
    pub since: Option<String>,
    /// Who assigned it; none for the default.
    #[schema(required)]
    pub assigned_by: Option<String>,
}

impl AssetRow {
    /// As the API shows it.
    pub fn view(&self) -> AssetView {
        AssetView {
            serial_number: self.serial_number.clone(),
            contract_number: self.contract_number.clone(),
            product_code: self.product_code.clone(),
            product: self.product.clone(),
            release: self.release.clone(),
            deployment: self.deployment.clone(),
            seats: self.seats,
            group: self.group_name.clone(),
            coordinator: CoordinatorView {
                email: self.email.clone(),
                name: crate::text::full_name(&self.first_name, &self.last_name),
                source: self.source.clone(),
                since: self.since.map(rfc3339),
                assigned_by: self.assigned_by.clone(),
            },
        }
    }
}

/// A page of a list; `next` is the cursor of the following one.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Page<T> {
    /// At most `limit`.
    pub items: Vec<T>,
    /// Send it back as `cursor`; none at the end.
    #[schema(required)]
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// The same page of something made from the rows.
    pub fn map<U>(self, make: impl Fn(&T) -> U) -> Page<U> {
        Page { items: self.items.iter().map(make).collect(), next: self.next }
    }
}

/// Which page of a list.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Paging {
    /// What the page before gave as `next`.
    pub cursor: Option<String>,
    /// At most 200, which is the default.
    pub limit: Option<i64>,
}

impl Paging {
    /// Clamped.
    pub fn limit(&self) -> i64 {
        self.limit.unwrap_or(MOST).clamp(1, MOST)
    }

    /// Makes a page of rows that were read with one more than the limit.
    pub fn page<T>(&self, mut rows: Vec<T>, key: impl Fn(&T) -> String) -> Page<T> {
        let limit = usize::try_from(self.limit()).unwrap_or(usize::MAX);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| more).map(key);
        Page { items: rows, next }
    }

    /// A keyset: the same cost at any depth. Reads one row more than the limit.
    pub fn push_onto(&self, mut list: Sql, after: &'static str, order: &'static str) -> Sql {
        if let Some(cursor) = &self.cursor {
            list = list.push(after).push_bind(cursor.as_str());
        }
        list.push(order).push_bind(self.limit() + 1)
    }
}

macro_rules! columns {
    () => {
        "SELECT a.serial AS serial_number, c.number AS contract_number, r.code AS product_code, r.name AS product, a.release,
            a.deployment, a.seats, g.name AS group_name, p.handle, p.email, p.first_name, p.last_name,
            CASE WHEN a.coordinator_id IS NOT NULL THEN 'asset' WHEN g.coordinator_id IS NOT NULL THEN 'group'
                 WHEN c.coordinator_id IS NOT NULL THEN 'contract' ELSE 'contract_manager' END AS source,
            s.from_at AS since,
            CASE WHEN COALESCE(a.coordinator_id, g.coordinator_id, c.coordinator_id) IS NULL THEN NULL
                 WHEN s.set_by = 0 THEN 'the vendor' ELSE b.first_name || ' ' || b.last_name END AS assigned_by,
            EXISTS (SELECT 1 FROM memberships m WHERE m.account_id = c.account_id AND m.person_id = p.id
                AND m.confirmed_at IS NULL) AS pending,
            EXISTS (SELECT 1 FROM invitations i WHERE i.account_id = c.account_id AND i.person_id = p.id) AS invited,
            p.bounced_at IS NOT NULL AS bounced
        FROM assets a JOIN contracts c ON c.id = a.contract_id LEFT JOIN asset_groups g ON g.id = a.group_id
        JOIN products r ON r.id = a.product_id
        JOIN people p ON p.id = COALESCE(a.coordinator_id, g.coordinator_id, c.coordinator_id, c.manager_id)
        LEFT JOIN spans s ON s.until_at IS NULL
            AND s.target_id = CASE WHEN a.coordinator_id IS NOT NULL THEN a.id
                WHEN g.coordinator_id IS NOT NULL THEN g.id ELSE c.id END
            AND s.level = CASE WHEN a.coordinator_id IS NOT NULL THEN 'asset' WHEN g.coordinator_id IS NOT NULL THEN 'group'
                WHEN c.coordinator_id IS NOT NULL THEN 'contract' ELSE 'manager' END
        LEFT JOIN people b ON b.id = s.set_by
        WHERE"
    };
}

const OF_CONTRACT: &str = concat!(columns!(), " a.contract_id = $2 AND");
const BY_SERIAL: &str = concat!(columns!(), " a.id = $2 AND");
const AFTER: &str = " AND a.serial > ";
const ORDER: &str = " ORDER BY a.serial LIMIT ";

/// The assets of a contract that the actor sees.
pub struct ListAssets {
    /// The contract.
    pub contract: ContractNumber,
    /// Which of them.
    pub filter: Filter,
    /// Which page.
    pub paging: Paging,
}

pub(super) fn of_contract(
    scope: &Scope<SeeAsset>,
    contract: crate::ids::ContractId,
    filter: &Filter,
    paging: &Paging,
) -> Scoped {
    scope.select(OF_CONTRACT, contract, |list| paging.push_onto(filter.push_onto(list), AFTER, ORDER))
}

const NAMED: &str = " AND a.serial IN (";
const BY_SERIALS: &str = ") ORDER BY a.serial";

/// Those of a contract with these serial numbers: one of [`Sql::batches`].
pub fn of_serials(
    scope: &Scope<SeeAsset>,
    contract: crate::ids::ContractId,
    serials: &[String],
    filter: &Filter,
) -> Scoped {
    let named = |list: Sql| filter.push_onto(list).push(NAMED).push_values(serials).push(BY_SERIALS);
    scope.select(OF_CONTRACT, contract, named)
}

impl Query for ListAssets {
    type Action = policy::SeeContract;
    type Output = Page<AssetRow>;

    fn target(&self) -> ContractNumber {
        self.contract.clone()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Page<AssetRow>, AppError> {
        let list = of_contract(&permit.scope(), permit.target().0, &self.filter, &self.paging);
        Ok(self.paging.page(reader.list(list).await?, |row: &AssetRow| row.serial_number.clone()))
    }
}

/// The row of one asset that the actor sees.
pub async fn by_id<A: Action<Target = policy::Asset>>(
    reader: &mut Reader,
    permit: &Permit<A>,
) -> Result<AssetRow, AppError> {
    let row = permit.scope::<SeeAsset>().select(BY_SERIAL, permit.target().0, |s| s);
    let rows: Vec<AssetRow> = reader.list(row).await?;
    // Gone between the two statements: as if it had never been.
    rows.into_iter().next().ok_or_else(AppError::hidden)
}

/// Everything that the actor coordinates or has access to, across contracts.
#[derive(Default)]
pub struct ListOwnAssets {
    /// Beginning of the serial number or of the product's name; empty: everything.
    pub q: String,
    /// Which page.
    pub paging: Paging,
}

/// One page of them, and how many there are.
pub struct OwnAssets {
    /// The page.
    pub page: Page<AssetRow>,
    /// All that match.
    pub total: i64,
}

/// Level by level, each on its index; one COALESCE over all assets would read them all.
macro_rules! own {
    ($head:expr) => {
        concat!(
            $head,
            " a.id IN (
        SELECT x.id FROM assets x WHERE x.coordinator_id = $1
        UNION ALL
        SELECT x.id FROM asset_groups y JOIN assets x ON x.group_id = y.id
        WHERE y.coordinator_id = $1 AND x.coordinator_id IS NULL
        UNION ALL
        SELECT x.id FROM contracts z JOIN assets x ON x.contract_id = z.id LEFT JOIN asset_groups y ON y.id = x.group_id
        WHERE z.coordinator_id = $1 AND y.coordinator_id IS NULL AND x.coordinator_id IS NULL
        UNION ALL
        SELECT x.id FROM contracts z JOIN assets x ON x.contract_id = z.id LEFT JOIN asset_groups y ON y.id = x.group_id
        WHERE z.manager_id = $1 AND z.coordinator_id IS NULL AND y.coordinator_id IS NULL AND x.coordinator_id IS NULL
        UNION ALL
        SELECT x.id FROM entries e JOIN assets x ON x.contract_id = e.contract_id
        WHERE e.person_id = $1 AND e.ended_at IS NULL AND (e.all_assets = TRUE
            OR EXISTS (SELECT 1 FROM entry_assets n WHERE n.entry_id = e.id AND n.asset_id = x.id))
    ) AND $2 = '' AND"
        )
    };
}
const OWN: &str = own!(columns!());
const COUNT_OWN: &str = own!(
    "SELECT COUNT(*) FROM assets a JOIN contracts c ON c.id = a.contract_id LEFT JOIN asset_groups g ON g.id = a.group_id
    WHERE"
);

impl Query for ListOwnAssets {
    type Action = policy::ListOwnAssets;
    type Output = OwnAssets;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<OwnAssets, AppError> {
        let (filter, scope) = (Filter { q: Some(self.q.clone()), ..Filter::default() }, permit.scope());
        let (list, count) = own(&scope, &filter, &self.paging);
        let page = self.paging.page(reader.list(list).await?, |row: &AssetRow| row.serial_number.clone());
        let count: Vec<(i64,)> = reader.list(count).await?;
        Ok(OwnAssets { page, total: count.first().map_or(0, |(n,)| *n) })
    }
}

fn own(scope: &Scope<SeeAsset>, filter: &Filter, paging: &Paging) -> (Scoped, Scoped) {
    let list = scope.select(OWN, "", |list| paging.push_onto(filter.push_onto(list), AFTER, ORDER));
    (list, scope.select(COUNT_OWN, "", |count| filter.push_onto(count)))
}

pub(super) fn statements() -> Vec<Sql> {
    let scope = Scope::<SeeAsset>::sample();
    let some = || Some("x".to_owned());
    let full = Filter { coordinator: some(), group: some(), product: some(), q: some() };
    let default = Filter { coordinator: Some("default".to_owned()), ..Filter::default() };
    let paging = Paging { cursor: some(), limit: None };
    let contract = crate::ids::ContractId(0);
    let mut all: Vec<Sql> = [&full, &default, &Filter::default()]
        .into_iter()
        .map(|filter| of_contract(&scope, contract, filter, &paging).into_sql())
        .collect();
    all.push(scope.select(BY_SERIAL, crate::ids::AssetId(0), |s| s).into_sql());
    for n in [1, 17] {
        all.push(of_serials(&scope, contract, &vec![String::new(); n], &full).into_sql());
    }
    for filter in [&Filter { q: some(), ..Filter::default() }, &Filter::default()] {
        let (list, count) = own(&scope, filter, &paging);
        all.extend([list.into_sql(), count.into_sql()]);
    }
    all
}
