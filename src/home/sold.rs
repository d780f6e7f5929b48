//! The contracts of a reseller's customers, to be read: the reseller of record sees them and opens none of their pages.
use crate::contracts::assets::Paging;
use crate::contracts::list::{ContractRow, ListContracts, Share, coverages};
use crate::db::Reader;
use crate::error::AppError;
use crate::ids::{ContractId, Single};
use crate::operation::Query;
use crate::policy::{self, Permit};

/// So many are one page.
const ROWS: i64 = 50;

/// One page of the contracts that the reader sees.
pub struct ListSold {
    /// What the page before gave as `next`.
    pub cursor: Option<String>,
}

/// With their coverage.
pub struct Sold {
    /// The contracts.
    pub rows: Vec<ContractRow>,
    /// Who coordinates how many of their serial numbers.
    pub shares: Vec<Share>,
    /// The cursor of the next page.
    pub next: Option<String>,
}

impl Query for ListSold {
    type Action = policy::ListContracts;
    type Output = Sold;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Sold, AppError> {
        let paging = Paging { cursor: self.cursor.clone(), limit: Some(ROWS) };
        let page = ListContracts { account: String::new(), paging }.run(reader, permit).await?;
        let ids: Vec<ContractId> = page.items.iter().map(|row| row.id).collect();
        let shares = coverages(reader, permit, &ids).await?;
        Ok(Sold { rows: page.items, shares, next: page.next })
    }
}
