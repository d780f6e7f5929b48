//! The job `shipments.settle`: serial numbers of orders that have not left got another coordinator. An order of which all went goes to the
//! new one and asks for the address again; of which some went, those become an order of their own. Whoever changes coordinators plans
//! it (`coordinators/store.rs`), a minute later, so that a change that is undone at once asks nobody. Until it ran, the policy shows an
//! order to whoever coordinates now, and nobody can approve or ship it.
use super::address::columns_or_none;
use super::tell;
use crate::app::{App, Profile};
use crate::db::{Sql, WriteTx, sql};
use crate::error::AppError;
use crate::ids::{OrderNumber, Single};
use crate::mail::Site;
use crate::operation::{Operation, Terms};
use crate::policy::{self, Actor, Permit};
use serde::Serialize;

/// Its kind; the payload is a contract.
pub const JOB: &str = "shipments.settle";

/// Settles the orders of a contract's company, or of one order.
#[derive(Clone, Debug, Serialize)]
pub struct SettleShipments {
    contract: Option<i64>,
    order: Option<i64>,
    #[serde(skip)]
    site: Site,
}

/// Each serial number of open orders with whoever coordinates it now. `$1` a contract or NULL, `$2` an order or NULL.
macro_rules! present {
    () => {
        "(SELECT h.id, h.person_id, x.asset_id,
            COALESCE(a.coordinator_id, g.coordinator_id, c.coordinator_id, c.manager_id) AS now_id
        FROM shipments h JOIN shipment_assets x ON x.shipment_id = h.id JOIN assets a ON a.id = x.asset_id
        JOIN contracts c ON c.id = a.contract_id LEFT JOIN asset_groups g ON g.id = a.group_id
        WHERE h.state IN ('requested', 'approved') AND (h.id = $2
            OR h.account_id = (SELECT k.account_id FROM contracts k WHERE k.id = $1)))"
    };
}
/// Whoever would approve or ship one waits here, and then sees what became of it.
const TAKE: &str = concat!(
    "UPDATE shipments SET version = version + 1 WHERE state IN ('requested', 'approved') AND id IN (SELECT w.id FROM ",
    present!(),
    " w WHERE w.now_id <> w.person_id)"
);
/// Orders none of whose serial numbers are their coordinator's any more, each with the first of the new ones.
macro_rules! gone {
    () => {
        concat!(
            "(SELECT w.id, w.person_id AS former, MIN(w.now_id) AS successor FROM ",
            present!(),
            " w GROUP BY w.id, w.person_id HAVING COUNT(CASE WHEN w.now_id = w.person_id THEN 1 END) = 0)"
        )
    };
}
const NOTE_GONE: &str = concat!(
    "INSERT INTO shipment_events (shipment_id, at, by_id, event, words, former_id, successor_id)
     SELECT n.id, $3, -1, 'hands', '', n.former, n.successor FROM ",
    gone!(),
    " n"
);
const GO: &str = concat!(
    "UPDATE shipments SET person_id = n.successor, state = 'requested', state_at = $3, confirmed_at = NULL, asked_at = $3,
        company = n.company, recipient = n.recipient, line1 = n.line1, line2 = n.line2, postal_code = n.postal_code,
        city = n.city, region = n.region, country = n.country, phone = n.phone
     FROM (SELECT q.id, q.successor, ",
    columns_or_none!("d"),
    " FROM ",
    gone!(),
    " q LEFT JOIN shipping_addresses d ON d.person_id = q.successor) n WHERE shipments.id = n.id"
);
/// Those of which some are left: one new order for each new coordinator.
const SPLIT: &str = concat!(
    "INSERT INTO shipments (account_id, person_id, release_id, state, company, recipient, line1, line2, postal_code, city,
        region, country, phone, confirmed_at, asked_at, origin, requested_by, requested_at, state_at, split_from, version)
     SELECT s.account_id, n.now_id, s.release_id, 'requested', ",
    columns_or_none!("d"),
    ", CAST(NULL AS BIGINT), $3, 'hands', s.requested_by, s.requested_at, $3, s.id, 1 FROM (SELECT DISTINCT w.id, w.now_id FROM ",
    present!(),
    " w WHERE w.now_id <> w.person_id) n JOIN shipments s ON s.id = n.id
     LEFT JOIN shipping_addresses d ON d.person_id = n.now_id ORDER BY n.id, n.now_id"
);
/// Split off just now: an earlier one that changed hands again has the same `asked_at`, and another version.
const NOTE_SPLIT: &str = "INSERT INTO shipment_events (shipment_id, at, by_id, event, words, former_id, successor_id)
    SELECT e.shipment_id, $1, -1, e.event, e.words, e.former_id, e.successor_id FROM (
        SELECT s.id AS shipment_id, 'split' AS event, CAST(o.id AS TEXT) AS words, o.person_id AS former_id,
            s.person_id AS successor_id FROM shipments s JOIN shipments o ON o.id = s.split_from WHERE s.asked_at = $1 AND s.version = 1
        UNION ALL SELECT o.id, 'parted', CAST(s.id AS TEXT), o.person_id, s.person_id
            FROM shipments s JOIN shipments o ON o.id = s.split_from WHERE s.asked_at = $1 AND s.version = 1) e";
const MOVE: &str = concat!(
    "UPDATE shipment_assets SET shipment_id = n.id FROM (SELECT w.id AS former, w.asset_id, MAX(s.id) AS id FROM ",
    present!(),
    " w JOIN shipments s ON s.split_from = w.id AND s.person_id = w.now_id WHERE w.now_id <> w.person_id
      GROUP BY w.id, w.asset_id) n WHERE shipment_assets.shipment_id = n.former AND shipment_assets.asset_id = n.asset_id"
);
/// What was approved was packed with more in it.
const REPACK: &str = "UPDATE shipments SET state = 'requested', state_at = $1 WHERE state = 'approved'
    AND id IN (SELECT s.split_from FROM shipments s WHERE s.asked_at = $1 AND s.version = 1 AND s.split_from IS NOT NULL)
    AND NOT EXISTS (SELECT 1 FROM shipments o WHERE o.id <> shipments.id AND o.account_id = shipments.account_id
        AND o.person_id = shipments.person_id AND o.release_id = shipments.release_id
        AND ((o.state = 'requested' AND o.confirmed_at IS NOT NULL) OR (o.state = 'approved' AND o.id < shipments.id)))";
/// Where another one of the same coordinator waits, the address is asked for again, and both are put together then.
const REPACK_ASKED: &str =
    "UPDATE shipments SET state = 'requested', state_at = $1, confirmed_at = NULL WHERE state = 'approved'
    AND id IN (SELECT s.split_from FROM shipments s WHERE s.asked_at = $1 AND s.version = 1 AND s.split_from IS NOT NULL)";
const ASKED: &str =
    "SELECT CAST(h.id AS TEXT) AS id FROM shipments h WHERE h.state = 'requested' AND h.asked_at = $3
    AND (h.id = $2 OR h.split_from = $2 OR h.account_id = (SELECT k.account_id FROM contracts k WHERE k.id = $1)) ORDER BY h.id";

impl SettleShipments {
    /// For the job with this payload.
    pub fn of_contract(contract: i64, profile: &Profile) -> Self {
        Self { contract: Some(contract), order: None, site: Site::of(profile) }
    }

    /// Whoever met one that is not settled does it at once.
    pub async fn now(app: &App, number: OrderNumber) -> Result<(), AppError> {
        let settle = Self { contract: None, order: Some(number.id()), site: Site::of(app.profile()) };
        app.run(Actor::system(), settle, Terms::default()).await?;
        app.wake();
        Ok(())
    }

    fn about(&self, text: &'static str) -> Sql {
        sql(text).bind(self.contract).bind(self.order)
    }
}

impl Operation for SettleShipments {
    type Action = policy::SettleShipments;
    type Output = ();

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<(), AppError> {
        if tx.execute(permit, self.about(TAKE)).await? == 0 {
            return Ok(());
        }
        let now = tx.now();
        for text in [NOTE_GONE, GO, SPLIT] {
            tx.execute(permit, self.about(text).bind(now)).await?;
        }
        tx.execute(permit, sql(NOTE_SPLIT).bind(now)).await?;
        tx.execute(permit, self.about(MOVE)).await?;
        tx.execute(permit, sql(REPACK).bind(now)).await?;
        tx.execute(permit, sql(REPACK_ASKED).bind(now)).await?;
        let asked: Vec<(String,)> = tx.fetch(permit, self.about(ASKED).bind(now)).await?;
        let asked: Vec<String> = asked.into_iter().map(|(id,)| id).collect();
        tell::asked_again(tx, permit, &self.site, &asked).await?;
        tx.note(serde_json::json!({"asked_again": asked.len()}), None);
        Ok(())
    }
}

pub(super) fn statements() -> Vec<Sql> {
    [TAKE, NOTE_GONE, GO, SPLIT, NOTE_SPLIT, MOVE, REPACK, REPACK_ASKED, ASKED].map(sql).into()
}
