//! The reseller marks a renewal as ordered: its notices pause. Taken back, they go on where they would be.
use super::{day, terms};
use crate::db::{Sql, WriteTx, sql};
use crate::error::AppError;
use crate::ids::ContractNumber;
use crate::operation::Operation;
use crate::policy::{self, Permit};
use serde::Serialize;

/// The mark, or that it was one too early.
#[derive(Clone, Debug, Serialize)]
pub struct MarkOrdered {
    /// Of which contract.
    pub contract: ContractNumber,
    /// Ordered, or not after all.
    pub ordered: bool,
}

const MARK: &str = "UPDATE renewal_terms SET ordered_at = CASE WHEN $2 THEN COALESCE(ordered_at, $3) END,
        ordered_by = CASE WHEN $2 THEN COALESCE(ordered_by, $4) END
    WHERE contract_id = $1 AND end_on = (SELECT c.end_on FROM contracts c WHERE c.id = $1)";
const REQUESTS: &str =
    "UPDATE quote_requests SET state = CASE WHEN $2 THEN 'ordered' WHEN answered_at IS NULL THEN 'asked'
        ELSE 'quoted' END
    WHERE contract_id = $1 AND end_on = (SELECT c.end_on FROM contracts c WHERE c.id = $1) AND state <> 'renewed'";

impl Operation for MarkOrdered {
    type Action = policy::MarkOrdered;
    type Output = ();

    fn target(&self) -> ContractNumber {
        self.contract.clone()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<(), AppError> {
        let contract = permit.target().0;
        terms::know(tx, permit, contract).await?;
        let mark = sql(MARK).bind(contract).bind(self.ordered).bind(tx.now()).bind(permit.actor());
        tx.execute(permit, mark).await?;
        tx.execute(permit, sql(REQUESTS).bind(contract).bind(self.ordered)).await?;
        match self.ordered {
            true => terms::withdraw(tx, permit, contract, "the renewal is ordered").await?,
            false => day::look_again(tx, permit).await?,
        }
        tx.note(serde_json::json!({"ordered": self.ordered}), None);
        Ok(())
    }
}

pub(super) fn statements() -> Vec<Sql> {
    [MARK, REQUESTS].map(sql).into()
}
