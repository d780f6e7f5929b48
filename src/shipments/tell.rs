//! Whom an order's news goes to: the coordinator whom it is for; while that one has not accepted, and where it came back, the Contract
//! Managers, too. A fixed number of statements, however many orders.
use super::address::{AddressRow, columns};
use super::mails::{News, OrderMail};
use super::rules::tracking_url;
use crate::db::{FromRow, Sql, WriteTx, sql};
use crate::error::AppError;
use crate::ids::{OrderNumber, PersonId};
use crate::mail::letter::{MOST_LISTED, Serial, one_line};
use crate::mail::outbox::{self, Outgoing};
use crate::mail::{Mail, Site};
use crate::policy::WriteProof;
use crate::text::full_name;
use std::collections::HashMap;

#[derive(Clone, FromRow)]
struct Head {
    id: i64,
    version: i64,
    account_id: i64,
    company: String,
    person_id: i64,
    email: String,
    first_name: String,
    last_name: String,
    reachable: bool,
    pending: bool,
    waits: bool,
    line: String,
    version_name: String,
    carrier: String,
    tracking: String,
    reason: String,
    requested_by: i64,
    by_first: Option<String>,
    by_last: Option<String>,
    contract_id: Option<i64>,
    contracts: i64,
    assets: i64,
    companies: i64,
}

#[derive(FromRow)]
struct To {
    id: i64,
    #[sqlx(flatten)]
    address: AddressRow,
}

#[derive(FromRow)]
struct Manager {
    id: i64,
    person_id: i64,
    email: String,
}

#[derive(FromRow)]
struct Listed {
    id: i64,
    serial: String,
    product: String,
}

const IDS: &str = "WITH these AS (";
const HEADS: &str =
    ") SELECT h.id, h.version, h.account_id, o.name AS company, h.person_id, p.email, p.first_name, p.last_name,
        p.deactivated_at IS NULL AS reachable, EXISTS (SELECT 1 FROM memberships m WHERE m.account_id = h.account_id
            AND m.person_id = h.person_id AND m.confirmed_at IS NULL) AS pending,
        h.confirmed_at IS NULL AS waits, r.line, r.version_name, h.carrier, h.tracking, h.reason, h.requested_by,
        b.first_name AS by_first, b.last_name AS by_last, w.contract_id, w.contracts, w.assets,
        (SELECT COUNT(*) FROM memberships m WHERE m.person_id = h.person_id) AS companies
    FROM these v CROSS JOIN shipments h JOIN accounts o ON o.id = h.account_id JOIN people p ON p.id = h.person_id
    JOIN releases r ON r.id = h.release_id LEFT JOIN people b ON b.id = h.requested_by
    JOIN (SELECT x.shipment_id, MIN(a.contract_id) AS contract_id, COUNT(DISTINCT a.contract_id) AS contracts,
            COUNT(*) AS assets FROM these t JOIN shipment_assets x ON x.shipment_id = CAST(t.column1 AS BIGINT)
            JOIN assets a ON a.id = x.asset_id GROUP BY x.shipment_id) w ON w.shipment_id = h.id
    WHERE h.id = CAST(v.column1 AS BIGINT) ORDER BY h.id";
const SHIP_TO: &str = concat!(
    ") SELECT h.id, ",
    columns!("h"),
    " FROM these v CROSS JOIN shipments h WHERE h.id = CAST(v.column1 AS BIGINT)"
);
const MANAGERS: &str = ") SELECT DISTINCT x.shipment_id AS id, p.id AS person_id, p.email FROM these v
    CROSS JOIN shipment_assets x JOIN assets a ON a.id = x.asset_id JOIN contracts c ON c.id = a.contract_id
    JOIN people p ON p.id = c.manager_id AND p.deactivated_at IS NULL
    WHERE x.shipment_id = CAST(v.column1 AS BIGINT) ORDER BY 1, 2";
const SERIALS: &str = ") SELECT w.id, w.serial, w.product FROM (SELECT x.shipment_id AS id, a.serial, k.name AS product,
        ROW_NUMBER() OVER (PARTITION BY x.shipment_id ORDER BY a.serial) AS place FROM these v CROSS JOIN shipment_assets x
        JOIN assets a ON a.id = x.asset_id JOIN products k ON k.id = a.product_id
        WHERE x.shipment_id = CAST(v.column1 AS BIGINT)) w WHERE w.place <= ";
const BY_PLACE: &str = " ORDER BY w.id, w.place";

fn of(ids: &[String], rest: &'static str) -> Sql {
    sql(IDS).push_values(ids).push(rest)
}

fn listed(ids: &[String]) -> Sql {
    of(ids, SERIALS).push_bind(MOST_LISTED as i64).push(BY_PLACE)
}

/// Tells that these were ordered: received, or asked for the address where that is open.
pub async fn ordered(tx: &mut WriteTx, proof: &impl WriteProof, site: &Site, ids: &[String]) -> Result<(), AppError> {
    told(tx, proof, site, ids, |head| if head.waits { News::Address } else { News::Received }).await
}

/// Asks the new coordinators of these.
pub async fn asked_again(
    tx: &mut WriteTx,
    proof: &impl WriteProof,
    site: &Site,
    ids: &[String],
) -> Result<(), AppError> {
    told(tx, proof, site, ids, |_| News::NewHands).await
}

/// Tells news of one.
pub async fn news(
    tx: &mut WriteTx,
    proof: &impl WriteProof,
    site: &Site,
    (id, news): (i64, News),
) -> Result<(), AppError> {
    told(tx, proof, site, &[id.to_string()], |_| news).await
}

async fn told(
    tx: &mut WriteTx,
    proof: &impl WriteProof,
    site: &Site,
    ids: &[String],
    news: impl Fn(&Head) -> News,
) -> Result<(), AppError> {
    let mut mails = Vec::new();
    for part in Sql::batches(ids) {
        let heads: Vec<Head> = tx.fetch(proof, of(part, HEADS)).await?;
        let ship_to: Vec<To> = tx.fetch(proof, of(part, SHIP_TO)).await?;
        let ship_to: HashMap<i64, Vec<String>> =
            ship_to.into_iter().map(|to| (to.id, to.address.address().lines())).collect();
        let managers: Vec<Manager> = tx.fetch(proof, of(part, MANAGERS)).await?;
        let mut serials: HashMap<i64, Vec<Serial>> = HashMap::new();
        for row in tx.fetch::<Listed>(proof, listed(part)).await? {
            let serial = Serial { product: one_line(&row.product), number: one_line(&row.serial) };
            serials.entry(row.id).or_default().push(serial);
        }
        for head in &heads {
            let what = news(head);
            let mail = |own| head.mail(site, what, own, (ship_to.get(&head.id), serials.get(&head.id)));
            if head.reachable {
                mails.push(head.outgoing(what, (head.person_id, &head.email), mail(true)));
            }
            let also = what == News::Returned || head.pending || !head.reachable;
            for manager in managers.iter().filter(|m| also && m.id == head.id && m.person_id != head.person_id) {
                mails.push(head.outgoing(what, (manager.person_id, &manager.email), mail(false)));
            }
        }
    }
    let send = outbox::once_live(tx, proof).await?;
    outbox::write(tx, proof, site, &mails, send).await?;
    Ok(())
}

impl News {
    /// In the ledger.
    fn kind(self) -> &'static str {
        match self {
            News::Received => "order.received",
            News::Address | News::NewHands => "order.address",
            News::Sent => "order.sent",
            News::Delivered => "order.delivered",
            News::Returned => "order.returned",
        }
    }
}

impl Head {
    fn mail(
        &self,
        site: &Site,
        news: News,
        own: bool,
        (ship_to, serials): (Option<&Vec<String>>, Option<&Vec<Serial>>),
    ) -> OrderMail {
        let name = |first: &str, last: &str| one_line(&full_name(first, last));
        let by = match (self.requested_by == self.person_id, &self.by_first, &self.by_last) {
            (false, Some(first), Some(last)) => name(first, last),
            _ => String::new(),
        };
        let coordinator = Some(name(&self.first_name, &self.last_name)).filter(|name| !name.is_empty());
        OrderMail {
            site: site.clone(),
            news,
            number: OrderNumber::of(self.id).to_string(),
            release: one_line(&format!("{} {}", self.line, self.version_name)),
            company: if self.companies == 1 { String::new() } else { one_line(&self.company) },
            by,
            own,
            coordinator: coordinator.unwrap_or_else(|| self.email.clone()),
            ship_to: ship_to.map(|lines| lines.iter().map(|line| one_line(line)).collect()).unwrap_or_default(),
            carrier: one_line(&self.carrier),
            tracking: one_line(&self.tracking),
            tracking_url: tracking_url(&self.carrier, &self.tracking).unwrap_or_default(),
            reason: one_line(&self.reason),
            serials: serials.cloned().unwrap_or_default(),
            count: self.assets.unsigned_abs(),
        }
    }

    fn outgoing(&self, news: News, (person, address): (i64, &str), mail: OrderMail) -> Outgoing {
        Outgoing {
            person: PersonId(person),
            address: address.to_owned(),
            account: Some(self.account_id),
            contract: self.contract_id.filter(|_| self.contracts == 1),
            change_set: None,
            kind: news.kind(),
            mail: mail.render(),
            link: None,
            reply_to: String::new(),
            dedup_key: format!("{}/{}/{}/{person}", news.kind(), self.id, self.version),
        }
    }
}

pub(super) fn statements() -> Vec<Sql> {
    let one = [String::new()];
    vec![of(&one, HEADS), of(&one, SHIP_TO), of(&one, MANAGERS), listed(&one)]
}
