//! Cancel an order that the vendor has not approved, and take that back.
use super::rules::Event;
use super::store::{go, one};
use crate::db::{Sql, WriteTx, sql};
use crate::error::{AppError, Refusal};
use crate::ids::OrderNumber;
use crate::operation::Operation;
use crate::policy::{self, Permit};
use serde::Serialize;

/// Cancels, or restores.
#[derive(Clone, Debug, Serialize)]
pub struct CancelShipment {
    /// Which.
    pub number: OrderNumber,
    /// Takes the cancellation back.
    pub undo: bool,
    /// The version that the caller saw.
    pub version: Option<i64>,
}

/// Another open order of this release has one of its serial numbers.
const ON_ANOTHER: &str = "SELECT h.id FROM shipment_assets x JOIN shipment_assets y ON y.asset_id = x.asset_id
    JOIN shipments h ON h.id = y.shipment_id JOIN shipments s ON s.id = x.shipment_id
    WHERE x.shipment_id = $1 AND h.id <> s.id AND h.release_id = s.release_id
    AND h.state IN ('requested', 'approved', 'shipped') ORDER BY h.id LIMIT 1";
/// What waited is asked for anew: meanwhile another order may go to the same address.
const OPEN_AGAIN: &str = "UPDATE shipments SET confirmed_at = NULL, asked_at = $2 WHERE id = $1 AND EXISTS (
    SELECT 1 FROM shipments o WHERE o.id <> shipments.id AND o.account_id = shipments.account_id
        AND o.person_id = shipments.person_id AND o.release_id = shipments.release_id AND o.state = 'requested')";

impl Operation for CancelShipment {
    type Action = policy::CancelShipment;
    type Output = ();

    fn target(&self) -> OrderNumber {
        self.number
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<(), AppError> {
        let row = one(tx, permit, self.version).await?;
        let event = if self.undo { Event::Restore } else { Event::Cancel };
        let state = row.after(event)?;
        if self.undo {
            let other: Option<(i64,)> = tx.find(permit, sql(ON_ANOTHER).bind(row.id)).await?;
            if let Some((other,)) = other {
                let title = format!("order {} has its serial numbers meanwhile", OrderNumber::of(other));
                return Err(Refusal::new("ordered-again", title).into());
            }
            tx.execute(permit, sql(OPEN_AGAIN).bind(row.id).bind(tx.now())).await?;
        }
        go(tx, permit, (state, event), "").await?;
        tx.note(serde_json::json!({"order": row.number(), "event": event.name()}), None);
        Ok(())
    }
}

pub(super) fn statements() -> Vec<Sql> {
    [ON_ANOTHER, OPEN_AGAIN].map(sql).into()
}
