//! The contracts that somebody sees, and one contract with its facts and coverage.
use super::assets::{Page, Paging};
use crate::db::{FromRow, Reader, Sql};
use crate::error::AppError;
use crate::ids::{ContractId, ContractNumber, Single};
use crate::operation::Query;
use crate::policy::{self, Permit, Scope, SeeContract, SeeCoverage};
use serde::Serialize;

/// One contract as lists read it.
#[derive(Clone, Debug, FromRow)]
pub struct ContractRow {
    pub(crate) id: ContractId,
    pub(crate) number: String,
    pub(crate) account_number: String,
    pub(crate) account: String,
    pub(crate) reseller_number: Option<String>,
    pub(crate) reseller: Option<String>,
    pub(crate) program: String,
    pub(crate) support_tier: String,
    pub(crate) start_on: String,
    pub(crate) end_on: String,
    pub(crate) version: i64,
    pub(crate) manager_id: i64,
    pub(crate) manager_handle: String,
    pub(crate) manager_email: String,
    pub(crate) manager_first: String,
    pub(crate) manager_last: String,
    pub(crate) assets: i64,
    pub(crate) by_default: i64,
}

/// A contract as the API shows it.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct ContractView {
    /// About 12 digits.
    pub contract_number: String,
    /// The customer.
    pub account_number: String,
    /// Its name.
    pub account: String,
    /// The reseller of record; none where it was sold direct.
    #[schema(required)]
    pub reseller_account_number: Option<String>,
    /// Its name.
    #[schema(required)]
    pub reseller: Option<String>,
    /// The one Contract Manager.
    pub contract_manager: PersonView,
    /// `maintenance` or `term`.
    pub program: String,
    /// `standard`, `gold` or `platinum`.
    pub support_tier: String,
    /// First day.
    pub start_date: String,
    /// Last day.
    pub end_date: String,
    /// Serial numbers now.
    pub assets: i64,
    /// Of them, those that are the Contract Manager's by default.
    pub by_default: i64,
}

/// A person by name and address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct PersonView {
    /// The address.
    pub email: String,
    /// First and last name.
    pub name: String,
}

impl ContractRow {
    /// As the API shows it.
    pub fn view(&self) -> ContractView {
        ContractView {
            contract_number: self.number.clone(),
            account_number: self.account_number.clone(),
            account: self.account.clone(),
            reseller_account_number: self.reseller_number.clone(),
            reseller: self.reseller.clone(),
            contract_manager: PersonView {
                email: self.manager_email.clone(),
                name: crate::text::full_name(&self.manager_first, &self.manager_last),
            },
            program: self.program.clone(),
            support_tier: self.support_tier.clone(),
            start_date: self.start_on.clone(),
            end_date: self.end_on.clone(),
            assets: self.assets,
            by_default: self.by_default,
        }
    }
}

macro_rules! columns {
    () => {
        "SELECT c.id, c.number, o.number AS account_number, o.name AS account, l.number AS reseller_number, l.name AS reseller,
            c.program, c.support_tier, c.start_on, c.end_on, c.version, c.manager_id, p.handle AS manager_handle,
            p.email AS manager_email, p.first_name AS manager_first, p.last_name AS manager_last,
            (SELECT COUNT(*) FROM assets a WHERE a.contract_id = c.id) AS assets,
            CASE WHEN c.coordinator_id IS NOT NULL THEN CAST(0 AS BIGINT) ELSE (SELECT COUNT(*) FROM assets a
                LEFT JOIN asset_groups g ON g.id = a.group_id
                WHERE a.contract_id = c.id AND a.coordinator_id IS NULL AND g.coordinator_id IS NULL) END AS by_default
        FROM contracts c JOIN accounts o ON o.id = c.account_id JOIN people p ON p.id = c.manager_id
        LEFT JOIN accounts l ON l.id = c.reseller_id WHERE"
    };
}

pub(super) use columns;

/// Through the indexes of what somebody can be to a contract, so that the cost does not grow with other companies.
const MINE: &str = concat!(
    columns!(),
    " c.id IN (SELECT x.id FROM contracts x WHERE x.manager_id = $1
        UNION SELECT x.id FROM contracts x WHERE x.coordinator_id = $1
        UNION SELECT x.contract_id FROM asset_groups x WHERE x.coordinator_id = $1
        UNION SELECT x.contract_id FROM assets x WHERE x.coordinator_id = $1
        UNION SELECT x.contract_id FROM entries x WHERE x.person_id = $1 AND x.ended_at IS NULL
        UNION SELECT x.id FROM memberships m JOIN contracts x ON x.reseller_id = m.account_id WHERE m.person_id = $1)
      AND ($2 = '' OR o.number = $2) AND"
);
/// For the vendor's people, who see all.
const ALL: &str = concat!(columns!(), " ($2 = '' OR o.number = $2) AND");
const ONE: &str = concat!(columns!(), " c.id = $2 AND");
const AFTER: &str = " AND c.number > ";
const ORDER: &str = " ORDER BY c.number LIMIT ";

/// The contracts that the actor sees.
#[derive(Default)]
pub struct ListContracts {
    /// Only of this account; empty: of all.
    pub account: String,
    /// Which page.
    pub paging: Paging,
}

impl Query for ListContracts {
    type Action = policy::ListContracts;
    type Output = Page<ContractRow>;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Page<ContractRow>, AppError> {
        let head = if permit.is_staff() { ALL } else { MINE };
        let scope = permit.scope::<SeeContract>();
        let list = scope.select(head, self.account.as_str(), |s| self.paging.push_onto(s, AFTER, ORDER));
        Ok(self.paging.page(reader.list(list).await?, |row: &ContractRow| row.number.clone()))
    }
}

/// One contract.
pub struct ShowContract(pub ContractNumber);

impl Query for ShowContract {
    type Action = policy::SeeContract;
    type Output = ContractRow;

    fn target(&self) -> ContractNumber {
        self.0.clone()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<ContractRow, AppError> {
        one(reader, permit).await
    }
}

/// The row of the permit's contract.
pub async fn one<A: policy::Action<Target = policy::Contract>>(
    reader: &mut Reader,
    permit: &Permit<A>,
) -> Result<ContractRow, AppError> {
    let row = permit.scope::<SeeContract>().select(ONE, permit.target().0, |s| s);
    let rows: Vec<ContractRow> = reader.list(row).await?;
    rows.into_iter().next().ok_or_else(AppError::hidden)
}

/// How many assets one person has on one contract, and whether only by default.
#[derive(Clone, Debug, FromRow)]
pub struct Share {
    pub(crate) contract_id: ContractId,
    pub(crate) person_id: i64,
    pub(crate) handle: String,
    pub(crate) email: String,
    pub(crate) first_name: String,
    pub(crate) last_name: String,
    pub(crate) by_default: i64,
    pub(crate) assets: i64,
}

macro_rules! shares {
    ($where:literal) => {
        concat!(
            "SELECT c.id AS contract_id, p.id AS person_id, p.handle, p.email, p.first_name, p.last_name,
                CAST(CASE WHEN COALESCE(a.coordinator_id, g.coordinator_id, c.coordinator_id) IS NULL THEN 1 ELSE 0 END AS BIGINT)
                    AS by_default, COUNT(*) AS assets
            FROM contracts c JOIN assets a ON a.contract_id = c.id LEFT JOIN asset_groups g ON g.id = a.group_id
            JOIN people p ON p.id = COALESCE(a.coordinator_id, g.coordinator_id, c.coordinator_id, c.manager_id)
            WHERE ",
            $where
        )
    };
}
const SHARES: &str = shares!("c.id = $2 AND");
const SHARES_OF: &str = shares!("c.id IN (SELECT CAST(v.column1 AS BIGINT) FROM (");
const OF_THESE: &str = ") v WHERE v.column1 IS NOT NULL) AND";
const GROUPED: &str = " GROUP BY c.id, p.id, p.handle, p.email, p.first_name, p.last_name, p.sort_key, 7
    ORDER BY 7, 8 DESC, p.sort_key";

/// The coverage of a contract: who has how many, the largest first, those by default last.
pub async fn coverage<A: policy::Action>(
    reader: &mut Reader,
    permit: &Permit<A>,
    contract: ContractId,
) -> Result<Vec<Share>, AppError> {
    let list = permit.scope::<SeeCoverage>().select(SHARES, contract, |s| s.push(GROUPED));
    Ok(reader.list(list).await?)
}

/// The coverage of several contracts at once.
pub async fn coverages<A: policy::Action>(
    reader: &mut Reader,
    permit: &Permit<A>,
    contracts: &[ContractId],
) -> Result<Vec<Share>, AppError> {
    let ids: Vec<String> = contracts.iter().map(|c| c.0.to_string()).collect();
    let mut all = Vec::new();
    for part in Sql::batches(&ids) {
        let list = coverages_in(&permit.scope(), part);
        all.extend(reader.list::<Share>(list).await?);
    }
    Ok(all)
}

fn coverages_in(scope: &Scope<SeeCoverage>, part: &[String]) -> policy::Scoped {
    scope.build(SHARES_OF, |s| s.push_values(part).push(OF_THESE), |s| s.push(GROUPED))
}
pub(super) fn statements() -> Vec<Sql> {
    let scope = Scope::<SeeContract>::sample();
    let coverage = Scope::<SeeCoverage>::sample();
    let paging = Paging { cursor: Some(String::new()), limit: None };
    let mut all: Vec<Sql> = [MINE, ALL]
        .into_iter()
        .map(|head| scope.select(head, "", |s| paging.push_onto(s, AFTER, ORDER)).into_sql())
        .collect();
    all.push(scope.select(ONE, ContractId(0), |s| s).into_sql());
    all.push(coverage.select(SHARES, ContractId(0), |s| s.push(GROUPED)).into_sql());
    for n in [1, 17] {
        all.push(coverages_in(&coverage, &vec![String::new(); n]).into_sql());
    }
    all
}
