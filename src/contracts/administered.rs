//! Contract Administration: the contracts that somebody looks after, and those whose coordinators somebody names.
use super::assets::Paging;
use super::list::{ContractRow, Share, columns, coverages};
use crate::db::{Reader, Sql};
use crate::error::AppError;
use crate::ids::{ContractId, Single};
use crate::operation::Query;
use crate::policy::{self, AdministerContract, AssignCoordinator, Permit, Scope, Scoped};
use crate::text::{prefix_end, search_key};

/// So many contracts are one page.
pub const ROWS: i64 = 50;

/// One page of contracts with their coverage.
pub struct Administered {
    /// The contracts.
    pub rows: Vec<ContractRow>,
    /// Who coordinates them, as far as the reader sees it.
    pub shares: Vec<Share>,
    /// How many there are on all pages.
    pub total: i64,
    /// The cursor of the next page.
    pub next: Option<String>,
}

/// Through the indexes of what opens a contract's administration.
macro_rules! mine {
    ($head:expr) => {
        concat!(
            $head,
            " c.id IN (SELECT x.id FROM contracts x WHERE x.manager_id = $1
                UNION SELECT x.id FROM contracts x WHERE x.coordinator_id = $1
                UNION SELECT x.contract_id FROM asset_groups x WHERE x.coordinator_id = $1
                UNION SELECT x.contract_id FROM assets x WHERE x.coordinator_id = $1)
              AND ($2 = '' OR o.number = $2) AND"
        )
    };
}
macro_rules! all {
    ($head:expr) => {
        concat!($head, " ($2 = '' OR o.number = $2) AND")
    };
}
macro_rules! count {
    () => {
        "SELECT COUNT(*) FROM contracts c JOIN accounts o ON o.id = c.account_id WHERE"
    };
}
const MINE: &str = mine!(columns!());
const COUNT_MINE: &str = mine!(count!());
/// For the vendor's people, who see all.
const ALL: &str = all!(columns!());
const COUNT_ALL: &str = all!(count!());
const AFTER: &str = " AND c.number > ";
const ORDER: &str = " ORDER BY c.number LIMIT ";

/// The contracts whose administration the actor may open.
#[derive(Clone, Debug, Default)]
pub struct ListAdministered {
    /// Only of this account; empty: of all.
    pub account: String,
    /// Beginning of the contract number or of the company's name; empty: all.
    pub q: String,
    /// What the page before gave as `next`.
    pub cursor: Option<String>,
}

impl ListAdministered {
    fn paging(&self) -> Paging {
        Paging { cursor: self.cursor.clone(), limit: Some(ROWS) }
    }

    fn filtered(&self, list: Sql) -> Sql {
        let q = self.q.trim();
        if q.is_empty() {
            return list;
        }
        let name = search_key(q);
        let list = list.push(" AND ((c.number >= ").push_bind(q).push(" AND c.number < ").push_bind(prefix_end(q));
        let list = list.push(") OR (o.name_key >= ").push_bind(name.as_str()).push(" AND o.name_key < ");
        list.push_bind(prefix_end(&name)).push("))")
    }

    fn list(&self, scope: &Scope<AdministerContract>, all: bool) -> (Scoped, Scoped) {
        let (rows, count) = if all { (ALL, COUNT_ALL) } else { (MINE, COUNT_MINE) };
        let account = self.account.as_str();
        let list = scope.select(rows, account, |s| self.paging().push_onto(self.filtered(s), AFTER, ORDER));
        (list, scope.select(count, account, |s| self.filtered(s)))
    }
}

impl Query for ListAdministered {
    type Action = policy::OpenAdministration;
    type Output = Administered;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Administered, AppError> {
        let (list, count) = self.list(&permit.scope(), permit.is_staff());
        let page = self.paging().page(reader.list(list).await?, |row: &ContractRow| row.number.clone());
        let count: Vec<(i64,)> = reader.list(count).await?;
        let total = count.first().map_or(0, |(n,)| *n);
        let shares = shares(reader, permit, &page.items).await?;
        Ok(Administered { rows: page.items, shares, total, next: page.next })
    }
}

async fn shares<A: policy::Action>(
    reader: &mut Reader,
    permit: &Permit<A>,
    rows: &[ContractRow],
) -> Result<Vec<Share>, AppError> {
    let ids: Vec<ContractId> = rows.iter().map(|row| row.id).collect();
    coverages(reader, permit, &ids).await
}

/// The contracts whose coordinators the actor names, those with serial numbers by default first.
#[derive(Clone, Debug, Default)]
pub struct ListManaged {
    /// What the page before gave as `next`.
    pub cursor: Option<String>,
}

const MANAGED: &str =
    concat!("SELECT * FROM (", columns!(), " c.id IN (SELECT x.id FROM contracts x WHERE x.manager_id = $1) AND");
const COUNT_MANAGED: &str = concat!(count!(), " c.id IN (SELECT x.id FROM contracts x WHERE x.manager_id = $1) AND");
const LATER: &str = " WHERE CASE WHEN m.by_default > 0 THEN '0' ELSE '1' END || m.number > ";
const FIRST_BY_DEFAULT: &str = " ORDER BY CASE WHEN m.by_default > 0 THEN '0' ELSE '1' END || m.number LIMIT ";

impl ListManaged {
    fn paging(&self) -> Paging {
        Paging { cursor: self.cursor.clone(), limit: Some(ROWS) }
    }

    fn list(&self, scope: &Scope<AssignCoordinator>) -> (Scoped, Scoped) {
        let rows = scope.build(MANAGED, |s| s, |s| self.paging().push_onto(s.push(") m"), LATER, FIRST_BY_DEFAULT));
        (rows, scope.build(COUNT_MANAGED, |s| s, |s| s))
    }
}

impl Query for ListManaged {
    type Action = policy::ManageCoordinators;
    type Output = Administered;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Administered, AppError> {
        let (list, count) = self.list(&permit.scope());
        let place = |row: &ContractRow| format!("{}{}", if row.by_default > 0 { '0' } else { '1' }, row.number);
        let page = self.paging().page(reader.list(list).await?, place);
        let count: Vec<(i64,)> = reader.list(count).await?;
        let total = count.first().map_or(0, |(n,)| *n);
        let shares = shares(reader, permit, &page.items).await?;
        Ok(Administered { rows: page.items, shares, total, next: page.next })
    }
}

pub(super) fn statements() -> Vec<Sql> {
    let some = || "x".to_owned();
    let full = ListAdministered { account: some(), q: some(), cursor: Some(some()) };
    let mut all = Vec::new();
    for list in [&full, &ListAdministered::default()] {
        for every in [false, true] {
            let (rows, count) = list.list(&Scope::sample(), every);
            all.extend([rows.into_sql(), count.into_sql()]);
        }
    }
    for list in [ListManaged { cursor: Some(some()) }, ListManaged::default()] {
        let (rows, count) = list.list(&Scope::sample());
        all.extend([rows.into_sql(), count.into_sql()]);
    }
    all
}
