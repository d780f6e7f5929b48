//! Order media of a release: one shipment for each company and coordinator of the serial numbers, to the coordinator's address. What is
//! ordered for the same coordinator, address and release before the vendor approved it goes into the same shipment.
use super::address::{checked, fresh_since, of_people, usable};
use super::candidates::{self, Candidate, MOST, Which};
use super::rules::Why;
use super::store::{NewShipment, note_all, open, put};
use super::tell;
use crate::app::Profile;
use crate::db::{FromRow, Sql, WriteTx, sql};
use crate::error::{AppError, Refusal, RefusedItem};
use crate::ids::{OrderNumber, PersonId, ReleaseKey};
use crate::mail::Site;
use crate::operation::Operation;
use crate::policy::{self, Permit};
use crate::profile::rules::Address;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// What is ordered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = OrderInput)]
pub struct Input {
    /// The release or extension, as `GET /api/v1/releases` names it.
    pub release: String,
    /// For these serial numbers; if one of them is refused, nothing is ordered. Absent: for all that are entitled.
    #[serde(default)]
    pub serial_numbers: Option<Vec<String>>,
    /// Where no serial numbers are named: only those of this contract.
    #[serde(default)]
    pub contract_number: Option<String>,
    /// Where it goes. Absent: to the shipping address of each coordinator, who is asked whether an old one is still right.
    #[serde(default)]
    pub ship_to: Option<Address>,
    /// Whoever orders says that the own shipping address is right.
    #[serde(default)]
    pub address_is_right: bool,
}

/// Orders.
#[derive(Clone, Debug, Serialize)]
pub struct PlaceOrder {
    /// What.
    pub input: Input,
    #[serde(skip)]
    site: Site,
}

/// What became of it.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = OrderPlaced)]
pub struct Placed {
    /// One for each company, coordinator and address.
    pub shipments: Vec<PlacedShipment>,
}

/// One shipment.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PlacedShipment {
    /// `30118`
    pub number: String,
    /// `requested`
    pub state: String,
    /// Whether it waits for its coordinator to say that the address is right.
    pub waits_for_address: bool,
    /// It was there already; this was put into it.
    pub joined: bool,
    /// Address of the coordinator whom it goes to.
    pub coordinator: String,
    /// How many serial numbers were put into it.
    pub serial_numbers: u64,
}

#[derive(FromRow)]
struct Release {
    state: String,
    media: bool,
}

#[derive(FromRow)]
struct Waiting {
    id: i64,
    account_id: i64,
    person_id: i64,
    confirmed: bool,
    #[sqlx(flatten)]
    address: super::address::AddressRow,
}

const RELEASE: &str = "SELECT state, media FROM releases WHERE id = $1";
/// In the order of their ids, so that two orders cannot wait for each other.
const LOCK: &str = "UPDATE contracts SET version = version + 1 WHERE id IN (SELECT c.id FROM contracts c
    WHERE c.id IN (SELECT CAST(v.column1 AS BIGINT) FROM (";
const IN_ORDER: &str = ") v) ORDER BY c.id)";
const WAITING: &str = concat!(
    "SELECT h.id, h.account_id, h.person_id, h.confirmed_at IS NOT NULL AS confirmed, ",
    super::address::columns!("h"),
    " FROM shipments h WHERE h.release_id = $1 AND h.state = 'requested'
    AND h.person_id IN (SELECT CAST(v.column1 AS BIGINT) FROM ("
);
const OLDEST_FIRST: &str = ") v) ORDER BY h.id";
const JOINED: &str = "UPDATE shipments SET version = version + 1 WHERE id IN (SELECT CAST(v.column1 AS BIGINT) FROM (";
const IN_LIST: &str = ") v)";

/// What goes to one coordinator of one company.
struct Group<'a> {
    rows: Vec<&'a Candidate>,
    new: NewShipment,
}

impl PlaceOrder {
    /// Of this installation.
    pub fn new(input: Input, profile: &Profile) -> Self {
        Self { input, site: Site::of(profile) }
    }

    async fn wanted(&self, tx: &mut WriteTx, permit: &Permit<policy::PlaceOrder>) -> Result<Vec<Candidate>, AppError> {
        let named = self.input.serial_numbers.as_ref().map(|all| {
            let all: BTreeSet<String> = all.iter().map(|s| s.trim().to_owned()).filter(|s| !s.is_empty()).collect();
            all.into_iter().collect::<Vec<_>>()
        });
        let which = match (&named, &self.input.contract_number) {
            (Some(named), _) if named.is_empty() => {
                return Err(AppError::invalid("serial_numbers", "choose at least one serial number"));
            }
            (Some(named), _) => Which::Named(named),
            (None, Some(contract)) => Which::Contract(contract),
            (None, None) if permit.is_staff() => {
                return Err(AppError::invalid("serial_numbers", "name the serial numbers, or the contract"));
            }
            (None, None) => Which::Mine,
        };
        let rows = candidates::ordered(tx, permit, permit.target().0.0, &which).await?;
        if rows.len() as i64 > MOST {
            return Err(AppError::invalid(
                "serial_numbers",
                format!("order for at most {MOST} serial numbers at once"),
            ));
        }
        let Some(named) = &named else {
            // Whatever is not entitled was not asked for by name.
            return Ok(rows.into_iter().filter(|row| row.verdict().is_ok()).collect());
        };
        match refused(named, &rows) {
            refused if refused.is_empty() => Ok(rows),
            refused => {
                let title =
                    format!("nothing is ordered: {} of {} serial numbers are refused", refused.len(), named.len());
                Err(Refusal { refused, ..Refusal::new("order-refused", title) }.into())
            }
        }
    }

    /// What goes where; whose address is not known to be right is asked.
    async fn groups<'a>(
        &self,
        tx: &mut WriteTx,
        permit: &Permit<policy::PlaceOrder>,
        rows: &'a [Candidate],
    ) -> Result<Vec<Group<'a>>, AppError> {
        let given = self.input.ship_to.as_ref().map(usable).transpose()?;
        let mut sorted: BTreeMap<(i64, i64), Vec<&Candidate>> = BTreeMap::new();
        for row in rows {
            sorted.entry((row.account_id, row.person_id)).or_default().push(row);
        }
        let people: BTreeSet<i64> = sorted.keys().map(|(_, person)| *person).collect();
        let stored = of_people(tx, permit, &people.into_iter().collect::<Vec<_>>()).await?;
        let (now, since) = (tx.now(), fresh_since(tx.today(), tx.zone()));
        let me = permit.actor().0;
        if self.input.address_is_right && given.is_none() && stored.contains_key(&me) {
            checked(tx, permit, PersonId(me)).await?;
        }
        let group = |((account, person), rows): ((i64, i64), Vec<&'a Candidate>)| {
            let (address, confirmed_at) = match (&given, stored.get(&person)) {
                (Some(address), _) => (address.clone(), Some(now)),
                (None, None) => (Address::default(), None),
                (None, Some((address, _))) if person == me && self.input.address_is_right => {
                    (address.clone(), Some(now))
                }
                (None, Some((address, at))) => (address.clone(), Some(*at).filter(|at| *at >= since)),
            };
            Group { rows, new: NewShipment { account, person, address, confirmed_at } }
        };
        Ok(sorted.into_iter().map(group).collect())
    }
}

/// Those that are named and cannot be ordered for, each with why.
fn refused(named: &[String], rows: &[Candidate]) -> Vec<RefusedItem> {
    let found: HashMap<&str, &Candidate> = rows.iter().map(|row| (row.serial.as_str(), row)).collect();
    let verdict = |serial: &String| match found.get(serial.as_str()) {
        None => Some(Why::NotFound),
        Some(row) => row.verdict().err(),
    };
    let item = |serial: &String| {
        verdict(serial).map(|why| RefusedItem { serial_number: serial.clone(), reason: why.name().to_owned() })
    };
    named.iter().filter_map(item).collect()
}

/// The shipment that a group goes into, if there is one: of the same address, or one that waits for its address, too.
fn together(group: &NewShipment, waiting: &[Waiting]) -> Option<i64> {
    let same = |w: &&Waiting| {
        let who = w.account_id == group.account && w.person_id == group.person;
        let phoneless = |address: Address| Address { phone: String::new(), ..address };
        let address = || phoneless(w.address.address()) == phoneless(group.address.clone());
        who && w.confirmed == group.confirmed_at.is_some() && (!w.confirmed || address())
    };
    waiting.iter().find(same).map(|w| w.id)
}

impl Operation for PlaceOrder {
    type Action = policy::PlaceOrder;
    type Output = Placed;

    fn target(&self) -> ReleaseKey {
        ReleaseKey(self.input.release.clone())
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<Placed, AppError> {
        let release = permit.target().0;
        let found: Option<Release> = tx.find(permit, sql(RELEASE).bind(release)).await?;
        orderable(&found.ok_or_else(AppError::hidden)?)?;
        let rows = self.wanted(tx, permit).await?;
        let contracts: BTreeSet<i64> = rows.iter().map(|row| row.contract_id).collect();
        let contracts: Vec<String> = contracts.iter().map(i64::to_string).collect();
        tx.execute(permit, sql(LOCK).push_values(&contracts).push(IN_ORDER)).await?;
        // Looked at again: nobody changes a coordinator of these any more until this is written.
        let rows = self.wanted(tx, permit).await?;
        if rows.is_empty() {
            let title = "none of your serial numbers can have it, or all of them are on an order already; see Orders";
            return Err(Refusal::new("nothing-to-order", title).into());
        }
        let groups = self.groups(tx, permit, &rows).await?;
        let people: Vec<String> = groups.iter().map(|group| group.new.person.to_string()).collect();
        let waiting = sql(WAITING).bind(release).push_values(&people).push(OLDEST_FIRST);
        let waiting: Vec<Waiting> = tx.fetch(permit, waiting).await?;
        let opens: Vec<NewShipment> =
            groups.iter().filter(|g| together(&g.new, &waiting).is_none()).map(|g| g.new.clone()).collect();
        let made = open(tx, permit, (release.0, permit.actor()), &opens).await?;
        let made: HashMap<(i64, i64), i64> =
            made.into_iter().map(|(id, account, person)| ((account, person), id)).collect();
        let mut placed = Vec::new();
        let (mut pairs, mut events, mut ids) = (Vec::new(), Vec::new(), Vec::new());
        for group in &groups {
            let joins = together(&group.new, &waiting);
            let id =
                joins.or_else(|| made.get(&(group.new.account, group.new.person)).copied()).ok_or(AppError::Lost)?;
            pairs.extend(group.rows.iter().map(|row| (id, row.id)));
            events.push((id, if joins.is_some() { "joined" } else { "requested" }));
            ids.push(id.to_string());
            placed.push(view(id, group, joins.is_some()));
        }
        tx.execute(permit, sql(JOINED).push_values(&ids).push(IN_LIST)).await?;
        put(tx, permit, &pairs).await?;
        note_all(tx, permit, permit.actor(), &events).await?;
        tell::ordered(tx, permit, &self.site, &ids).await?;
        tx.note(serde_json::json!({"orders": ids.len(), "serial_numbers": pairs.len()}), None);
        Ok(Placed { shipments: placed })
    }
}

fn orderable(release: &Release) -> Result<(), AppError> {
    match (release.state.as_str(), release.media) {
        ("published", true) => Ok(()),
        ("withdrawn", _) => Err(Refusal::new("release-withdrawn", "it was withdrawn; order a newer one").into()),
        ("published", false) => {
            Err(Refusal::new("no-media", "there is no media kit of it; download it instead").into())
        }
        _ => Err(Refusal::new("release-not-published", "it is not published yet").into()),
    }
}

fn view(id: i64, group: &Group<'_>, joined: bool) -> PlacedShipment {
    PlacedShipment {
        number: OrderNumber::of(id).to_string(),
        state: "requested".to_owned(),
        waits_for_address: group.new.confirmed_at.is_none(),
        joined,
        coordinator: group.rows.first().map(|row| row.email.clone()).unwrap_or_default(),
        serial_numbers: group.rows.len() as u64,
    }
}

pub(super) fn statements() -> Vec<Sql> {
    let one = [String::new()];
    vec![
        sql(RELEASE),
        sql(LOCK).push_values(&one).push(IN_ORDER),
        sql(WAITING).bind(0).push_values(&one).push(OLDEST_FIRST),
        sql(JOINED).push_values(&one).push(IN_LIST),
    ]
}
