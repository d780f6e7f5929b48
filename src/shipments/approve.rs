//! Approve orders: what waits for its address, or changed hands meanwhile, is left out and says why. Any number in a fixed number of
//! statements, under the lock of their contracts.
use super::rules::{By, Event, Present, State, after};
use super::store::note_all;
use crate::db::{FromRow, Sql, WriteTx, sql};
use crate::error::AppError;
use crate::ids::{OrderNumber, Single};
use crate::operation::Operation;
use crate::policy::{self, Permit};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashMap};

/// Most at once.
pub const MOST: usize = 1_000;

/// Approves these.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApproveShipments {
    /// `["30118"]`
    #[schema(value_type = Vec<String>)]
    pub numbers: Vec<OrderNumber>,
}

/// What became of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = ShipmentsApproved)]
pub struct Approved {
    /// Those that are approved now.
    pub approved: Vec<String>,
    /// Those that are not, each with why.
    pub refused: Vec<RefusedOrder>,
}

/// One that was not approved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct RefusedOrder {
    /// `30118`
    pub number: String,
    /// `not-found`, `release-withdrawn`, `address-open`, `hands-changed`, `approved-already`, `shipped-already` or `order-over`.
    pub reason: String,
    /// The same in a sentence.
    pub words: String,
}

impl Approved {
    /// Some have another coordinator now, who is to be asked.
    pub fn hands_changed(&self) -> bool {
        self.refused.iter().any(|one| one.reason == "hands-changed")
    }
}

#[derive(FromRow)]
struct Found {
    id: i64,
    state: String,
    confirmed: bool,
    same_hands: bool,
    offered: bool,
}

const LOCK: &str = "UPDATE contracts SET version = version + 1 WHERE id IN (SELECT c.id FROM contracts c
    WHERE c.id IN (SELECT a.contract_id FROM shipment_assets x JOIN assets a ON a.id = x.asset_id
        WHERE x.shipment_id IN (SELECT CAST(v.column1 AS BIGINT) FROM (";
const IN_ORDER: &str = ") v)) ORDER BY c.id)";
const TAKE: &str = "UPDATE shipments SET version = version + 1 WHERE id IN (SELECT CAST(v.column1 AS BIGINT) FROM (";
const IN_LIST: &str = ") v)";
const FOUND: &str = "SELECT h.id, h.state, h.confirmed_at IS NOT NULL AS confirmed,
        NOT EXISTS (SELECT 1 FROM shipment_assets x JOIN assets a ON a.id = x.asset_id JOIN contracts c ON c.id = a.contract_id
            LEFT JOIN asset_groups g ON g.id = a.group_id WHERE x.shipment_id = h.id
            AND COALESCE(a.coordinator_id, g.coordinator_id, c.coordinator_id, c.manager_id) <> h.person_id) AS same_hands,
        EXISTS (SELECT 1 FROM releases r WHERE r.id = h.release_id AND r.state = 'published') AS offered
    FROM shipments h WHERE h.id IN (SELECT CAST(v.column1 AS BIGINT) FROM (";
const APPROVE: &str = "UPDATE shipments SET state = 'approved', state_at = $1
    WHERE state = 'requested' AND id IN (SELECT CAST(v.column1 AS BIGINT) FROM (";

impl Operation for ApproveShipments {
    type Action = policy::ApproveShipments;
    type Output = Approved;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<Approved, AppError> {
        let asked: BTreeSet<OrderNumber> = self.numbers.iter().copied().collect();
        if asked.is_empty() || asked.len() > MOST {
            return Err(AppError::invalid("numbers", format!("choose 1 to {MOST} orders")));
        }
        let ids: Vec<String> = asked.iter().map(|number| number.id().to_string()).collect();
        let of = |text, end| sql(text).push_values(&ids).push(end);
        tx.execute(permit, of(LOCK, IN_ORDER)).await?;
        tx.execute(permit, of(TAKE, IN_LIST)).await?;
        let found: Vec<Found> = tx.fetch(permit, of(FOUND, IN_LIST)).await?;
        let found: HashMap<i64, Found> = found.into_iter().map(|row| (row.id, row)).collect();
        let mut done = Approved { approved: Vec::new(), refused: Vec::new() };
        let mut events = Vec::new();
        for number in asked {
            match verdict(found.get(&number.id())) {
                Ok(()) => {
                    done.approved.push(number.to_string());
                    events.push((number.id(), Event::Approve.name()));
                }
                Err((reason, words)) => {
                    let (number, reason) = (number.to_string(), reason.to_owned());
                    done.refused.push(RefusedOrder { number, reason, words: words.to_owned() });
                }
            }
        }
        let ids: Vec<String> = events.iter().map(|(id, _)| id.to_string()).collect();
        tx.execute(permit, sql(APPROVE).bind(tx.now()).push_values(&ids).push(IN_LIST)).await?;
        note_all(tx, permit, permit.actor(), &events).await?;
        tx.note(serde_json::json!({"approved": done.approved}), None);
        Ok(done)
    }
}

fn verdict(found: Option<&Found>) -> Result<(), (&'static str, &'static str)> {
    let Some(row) = found else { return Err(("not-found", "there is no such order")) };
    let Found { confirmed, same_hands, offered, .. } = *row;
    let present = Present { state: State::of(&row.state), confirmed, same_hands, offered };
    after(present, Event::Approve, By::Staff).map(|_| ()).map_err(|no| (no.kind(), no.words()))
}

pub(super) fn statements() -> Vec<Sql> {
    let one = [String::new()];
    vec![
        sql(LOCK).push_values(&one).push(IN_ORDER),
        sql(TAKE).push_values(&one).push(IN_LIST),
        sql(FOUND).push_values(&one).push(IN_LIST),
        sql(APPROVE).bind(0).push_values(&one).push(IN_LIST),
    ]
}
