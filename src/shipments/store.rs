//! What is written of shipments by more than one operation, and the row that decides about one.
use super::address::AddressRow;
use super::rules::{By, Event, No, Present, State, after};
use crate::db::{FromRow, Sql, WriteTx, sql};
use crate::error::{AppError, Refusal};
use crate::ids::{OrderNumber, PersonId};
use crate::policy::{Denied, Permit, Shipment, WriteAction, WriteProof};
use crate::profile::rules::Address;

/// One shipment, under the lock of its contracts.
#[derive(Clone, Debug, FromRow)]
pub struct Row {
    pub(super) id: i64,
    state: String,
    pub(super) confirmed: bool,
    same_hands: bool,
    offered: bool,
    /// The actor coordinates one of its serial numbers.
    coordinates: bool,
    staff: bool,
    #[sqlx(flatten)]
    address: AddressRow,
}

/// The assets of the shipment `h` with what their coordinator depends on.
macro_rules! assets_of {
    ($and:literal) => {
        concat!(
            "EXISTS (SELECT 1 FROM shipment_assets x JOIN assets a ON a.id = x.asset_id JOIN contracts c ON c.id = a.contract_id
                LEFT JOIN asset_groups g ON g.id = a.group_id WHERE x.shipment_id = h.id AND COALESCE(a.coordinator_id,
                g.coordinator_id, c.coordinator_id, c.manager_id) ",
            $and,
            ")"
        )
    };
}
/// `$2` the actor.
const ROW: &str = concat!(
    "SELECT h.id, h.state, h.confirmed_at IS NOT NULL AS confirmed, NOT ",
    assets_of!("<> h.person_id"),
    " AS same_hands, EXISTS (SELECT 1 FROM releases r WHERE r.id = h.release_id AND r.state = 'published') AS offered, ",
    assets_of!("= $2"),
    " AS coordinates, EXISTS (SELECT 1 FROM people q WHERE q.id = $2 AND q.staff_role IS NOT NULL) AS staff, ",
    super::address::columns!("h"),
    " FROM shipments h WHERE h.id = $1"
);
const VERSION: &str = "UPDATE shipments SET version = version + 1 WHERE id = $1";
const AND: &str = " AND version = ";
const EVENT: &str = "INSERT INTO shipment_events (shipment_id, at, by_id, event, words) VALUES ($1, $2, $3, $4, $5)";
const STATE: &str = "UPDATE shipments SET state = $2, state_at = $3 WHERE id = $1";
const EVENTS: &str = "INSERT INTO shipment_events (shipment_id, at, by_id, event, words)
    SELECT CAST(v.column1 AS BIGINT), $1, $2, v.column2, '' FROM (";
const OF_THESE: &str = ") v WHERE v.column1 IS NOT NULL";
const COLUMNS: usize = 14;
const OPEN: &str = "INSERT INTO shipments (account_id, person_id, company, recipient, line1, line2, postal_code, city, region,
        country, phone, confirmed_at, asked_at, origin, release_id, state, requested_by, requested_at, state_at, version)
    SELECT CAST(v.column1 AS BIGINT), CAST(v.column2 AS BIGINT), v.column3, v.column4, v.column5, v.column6, v.column7,
        v.column8, v.column9, v.column10, v.column11, CAST(v.column12 AS BIGINT), CAST(v.column13 AS BIGINT), v.column14, $1,
        'requested', $2, $3, $3, 1 FROM (";
const MADE: &str = ") v WHERE v.column1 IS NOT NULL RETURNING id, account_id, person_id";
const ASSETS: &str = "INSERT INTO shipment_assets (shipment_id, asset_id)
    SELECT CAST(v.column1 AS BIGINT), CAST(v.column2 AS BIGINT) FROM (";
const ONCE: &str = ") v WHERE v.column1 IS NOT NULL ON CONFLICT (shipment_id, asset_id) DO NOTHING";

/// A no of the rules, as every caller gets it.
impl From<No> for AppError {
    fn from(no: No) -> Self {
        Refusal::new(no.kind(), no.words()).into()
    }
}

impl Row {
    /// Where it stands.
    pub fn state(&self) -> State {
        State::of(&self.state)
    }

    /// Where it goes.
    pub fn address(&self) -> Address {
        self.address.address()
    }

    /// What the actor is to it.
    pub fn by(&self) -> By {
        match (self.staff, self.coordinates) {
            (true, _) => By::Staff,
            (false, true) => By::Coordinator,
            (false, false) => By::Manager,
        }
    }

    /// Where it stands after an event, or why not.
    pub fn after(&self, event: Event) -> Result<State, No> {
        let Row { confirmed, same_hands, offered, .. } = *self;
        after(Present { state: self.state(), confirmed, same_hands, offered }, event, self.by())
    }

    /// As the customer knows it.
    pub fn number(&self) -> OrderNumber {
        OrderNumber::of(self.id)
    }
}

/// The permit's shipment; `version`: the one that the caller saw.
pub async fn one<A: WriteAction<Target = Shipment>>(
    tx: &mut WriteTx,
    permit: &Permit<A>,
    version: Option<i64>,
) -> Result<Row, AppError> {
    let id = permit.target().0;
    let mut moved = sql(VERSION).bind(id);
    if let Some(version) = version {
        moved = moved.push(AND).push_bind(version);
    }
    if tx.execute(permit, moved).await? == 0 {
        return Err(Denied::Stale.into());
    }
    let row: Option<Row> = tx.find(permit, sql(ROW).bind(id).bind(permit.actor())).await?;
    row.ok_or_else(AppError::hidden)
}

/// Notes what happened.
pub async fn note(
    tx: &mut WriteTx,
    proof: &impl WriteProof,
    by: PersonId,
    (id, event): (i64, &str),
    words: &str,
) -> Result<(), AppError> {
    let row = sql(EVENT).bind(id).bind(tx.now()).bind(by).bind(event).bind(words);
    tx.execute(proof, row).await?;
    Ok(())
}

/// Moves it to a state and notes why.
pub async fn go<A: WriteAction<Target = Shipment>>(
    tx: &mut WriteTx,
    permit: &Permit<A>,
    (state, event): (State, Event),
    words: &str,
) -> Result<(), AppError> {
    let id = permit.target().0;
    tx.execute(permit, sql(STATE).bind(id).bind(state.name()).bind(tx.now())).await?;
    note(tx, permit, permit.actor(), (id.0, event.name()), words).await
}

/// The same event of many.
pub async fn note_all(
    tx: &mut WriteTx,
    proof: &impl WriteProof,
    by: PersonId,
    events: &[(i64, &'static str)],
) -> Result<(), AppError> {
    let rows: Vec<_> = events.iter().map(|(id, event)| vec![Some(id.to_string()), Some((*event).to_owned())]).collect();
    for part in Sql::batches(&rows) {
        tx.execute(proof, sql(EVENTS).bind(tx.now()).bind(by).push_rows(2, part).push(OF_THESE)).await?;
    }
    Ok(())
}

/// A shipment to open.
#[derive(Clone, Debug)]
pub struct NewShipment {
    /// The company.
    pub account: i64,
    /// The coordinator.
    pub person: i64,
    /// Where it goes.
    pub address: Address,
    /// Since when that is known to be right.
    pub confirmed_at: Option<i64>,
}

/// Opens shipments of a release; says which id each company and coordinator got.
pub async fn open(
    tx: &mut WriteTx,
    proof: &impl WriteProof,
    (release, by): (i64, PersonId),
    all: &[NewShipment],
) -> Result<Vec<(i64, i64, i64)>, AppError> {
    let now = tx.now();
    let row = |new: &NewShipment| {
        let mut cells = vec![Some(new.account.to_string()), Some(new.person.to_string())];
        cells.extend(new.address.fields().map(|(_, _, value)| Some(value.to_owned())));
        cells.push(new.confirmed_at.map(|at| at.to_string()));
        cells.push(new.confirmed_at.is_none().then(|| now.to_string()));
        cells.push(Some("order".to_owned()));
        cells
    };
    let rows: Vec<_> = all.iter().map(row).collect();
    let mut made = Vec::new();
    for part in Sql::batches(&rows) {
        let insert = sql(OPEN).bind(release).bind(by).bind(now).push_rows(COLUMNS, part).push(MADE);
        made.extend(tx.returning::<(i64, i64, i64)>(proof, insert).await?);
    }
    Ok(made)
}

/// Puts serial numbers on shipments; one that is on it already stays on it once.
pub async fn put(tx: &mut WriteTx, proof: &impl WriteProof, pairs: &[(i64, i64)]) -> Result<(), AppError> {
    let rows: Vec<_> = pairs.iter().map(|(h, a)| vec![Some(h.to_string()), Some(a.to_string())]).collect();
    for part in Sql::batches(&rows) {
        tx.execute(proof, sql(ASSETS).push_rows(2, part).push(ONCE)).await?;
    }
    Ok(())
}

pub(super) fn statements() -> Vec<Sql> {
    let mut all: Vec<Sql> = [ROW, VERSION, EVENT, STATE].map(sql).into();
    all.push(sql(VERSION).bind(0).push(AND).push_bind(0));
    all.push(sql(EVENTS).bind(0).bind(0).push_rows(2, &[vec![None; 2]]).push(OF_THESE));
    all.push(sql(OPEN).bind(0).bind(0).bind(0).push_rows(COLUMNS, &[vec![None; COLUMNS]]).push(MADE));
    all.push(sql(ASSETS).push_rows(2, &[vec![None; 2]]).push(ONCE));
    all
}
