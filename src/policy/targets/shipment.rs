//! Media on their way to a coordinator.
use super::{FactsSql, Target};
use crate::ids::{OrderNumber, ShipmentId};
use crate::policy::{ActionId, Facts};

/// A shipment, by the number of its order. A write locks the contracts of its serial numbers, as whoever changes their
/// coordinator does: whether they still are the same is then known until it commits.
#[derive(Debug)]
pub struct Shipment(pub(crate) ShipmentId);
impl Target for Shipment {
    type Key = OrderNumber;
    const KIND: &'static str = "shipment";
    const SEE: ActionId = ActionId::SeeShipment;
    const FACTS: FactsSql = facts!(
        "h.id AS target,
        EXISTS (SELECT 1 FROM shipment_assets x JOIN assets a ON a.id = x.asset_id
            JOIN contracts c ON c.id = a.contract_id JOIN memberships m ON m.account_id = c.account_id
                AND m.person_id = me.id AND m.confirmed_at IS NOT NULL
            WHERE x.shipment_id = h.id AND c.manager_id = me.id) AS manages_shipment,
        EXISTS (SELECT 1 FROM memberships m WHERE m.account_id = h.account_id AND m.person_id = me.id
            AND m.confirmed_at IS NOT NULL) AND CASE WHEN h.state IN ('requested', 'approved')
            THEN EXISTS (SELECT 1 FROM shipment_assets x JOIN assets a ON a.id = x.asset_id
                JOIN contracts c ON c.id = a.contract_id LEFT JOIN asset_groups g ON g.id = a.group_id
                WHERE x.shipment_id = h.id
                    AND COALESCE(a.coordinator_id, g.coordinator_id, c.coordinator_id, c.manager_id) = me.id)
            ELSE COALESCE(h.person_id = me.id, FALSE) END AS coordinates_shipment
        FROM me LEFT JOIN shipments h ON h.id = $1"
    );
    const LOCK: Option<&'static str> = Some(
        "UPDATE contracts SET version = version + 1 WHERE id IN (SELECT a.contract_id FROM shipment_assets x
            JOIN assets a ON a.id = x.asset_id WHERE x.shipment_id = $1)",
    );
    fn from_facts(facts: &Facts) -> Option<Self> {
        facts.target.map(|id| Self(ShipmentId(id)))
    }
    fn id(&self) -> i64 {
        self.0.0
    }
}
