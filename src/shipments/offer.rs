//! What can be ordered: releases that have media, and of one of them the serial numbers and where it would go.
use super::address::{AddressRow, columns, fresh_since};
use super::candidates::{self, Candidate, LISTED, Which};
use super::new_page::{Destination, Offered};
use crate::db::{FromRow, Reader, Sql, sql};
use crate::error::AppError;
use crate::ids::{ReleaseKey, Single};
use crate::operation::Query;
use crate::policy::{self, Permit, Scope, Scoped, SeeRelease};
use crate::profile::rules::Address;
use crate::time::{Instant, day_of};
use std::collections::BTreeMap;

/// Most releases that a form offers.
const MOST: i64 = 200;

/// Lists what can be ordered.
pub struct ListOffered;

/// Asks about one release.
pub struct ShowOffer {
    /// Which.
    pub release: ReleaseKey,
    /// Only of this contract; empty: of all.
    pub contract: String,
}

/// What is known of it.
#[derive(Clone, Debug)]
pub struct Offer {
    /// The release.
    pub release: Offered,
    /// Serial numbers of its line.
    pub candidates: Vec<Candidate>,
    /// There are more.
    pub more: bool,
    /// Where those would go that can be ordered for, the reader's own place first.
    pub destinations: Vec<Destination>,
    /// The reader is of the vendor's staff.
    pub staff: bool,
}

#[derive(FromRow)]
struct Row {
    handle: String,
    line: String,
    version_name: String,
    released_on: String,
}

#[derive(FromRow)]
struct Stored {
    person_id: i64,
    checked_at: Instant,
    #[sqlx(flatten)]
    address: AddressRow,
}

const OFFERED: &str = "SELECT r.handle, r.line, r.version_name, r.released_on FROM releases r
    WHERE r.state = 'published' AND r.media = $2 AND";
const NEWEST: &str = " ORDER BY r.released_on DESC, r.id DESC LIMIT ";
const ONE: &str = "SELECT handle, line, version_name, released_on FROM releases WHERE id = $1";
const STORED: &str = concat!(
    "SELECT d.person_id, d.checked_at, ",
    columns!("d"),
    " FROM shipping_addresses d WHERE d.person_id IN (SELECT CAST(v.column1 AS BIGINT) FROM ("
);
const IN_LIST: &str = ") v)";

fn offered(scope: &Scope<SeeRelease>) -> Scoped {
    scope.select(OFFERED, true, |s| s.push(NEWEST).push_bind(MOST))
}

impl From<Row> for Offered {
    fn from(row: Row) -> Self {
        Self { name: format!("{} {}", row.line, row.version_name), handle: row.handle, released_on: row.released_on }
    }
}

impl Query for ListOffered {
    type Action = policy::ListShipments;
    type Output = Vec<Offered>;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Vec<Offered>, AppError> {
        let rows: Vec<Row> = reader.list(offered(&permit.scope())).await?;
        Ok(rows.into_iter().map(Offered::from).collect())
    }
}

impl Query for ShowOffer {
    type Action = policy::PlaceOrder;
    type Output = Offer;

    fn target(&self) -> ReleaseKey {
        self.release.clone()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Offer, AppError> {
        let id = permit.target().0;
        let release: Option<Row> = reader.find(permit, sql(ONE).bind(id)).await?;
        let release = release.map(Offered::from).ok_or_else(AppError::hidden)?;
        let which = match self.contract.as_str() {
            // Whoever works for all customers says for which one.
            "" if permit.is_staff() => Which::Named(&[]),
            "" => Which::Mine,
            contract => Which::Contract(contract),
        };
        let mut candidates = candidates::shown(reader, permit, id.0, &which).await?;
        let more = candidates.len() as i64 > LISTED;
        candidates.truncate(usize::try_from(LISTED).unwrap_or(usize::MAX));
        let me = permit.actor().0;
        let mut people: BTreeMap<(bool, i64), String> = BTreeMap::new();
        for row in candidates.iter().filter(|row| row.verdict().is_ok()) {
            let name = if row.person_id == me { String::new() } else { row.coordinator() };
            people.insert((row.person_id != me, row.person_id), name);
        }
        let ids: Vec<String> = people.keys().map(|(_, id)| id.to_string()).collect();
        let stored: Vec<Stored> = reader.fetch(permit, sql(STORED).push_values(&ids).push(IN_LIST)).await?;
        let now = reader.now().clone();
        let since = fresh_since(now.today, &now.zone);
        let to = |((_, person), coordinator): ((bool, i64), String)| {
            let found = stored.iter().find(|row| row.person_id == person);
            Destination {
                coordinator,
                address: found.map_or_else(Address::default, |row| row.address.address()),
                checked: found.map(|row| day_of(row.checked_at, &now.zone).long()).unwrap_or_default(),
                fresh: found.is_some_and(|row| row.checked_at >= since),
            }
        };
        let destinations = people.into_iter().map(to).collect();
        Ok(Offer { release, candidates, more, destinations, staff: permit.is_staff() })
    }
}

pub(super) fn statements() -> Vec<Sql> {
    vec![offered(&Scope::sample()).into_sql(), sql(ONE), sql(STORED).push_values(&[String::new()]).push(IN_LIST)]
}
