//! A Contract Manager asks the reseller what a renewal costs; where the contract was sold direct, the vendor.
use super::notices::{self, Told};
use super::quote_mails::{Asked, Request, Sent, Wanted};
use crate::app::Profile;
use crate::auth::secret::handle;
use crate::db::{FromRow, Sql, WriteTx, sql};
use crate::error::{AppError, Refusal};
use crate::ids::{ContractNumber, PersonId};
use crate::mail::outbox::{self, Beside, Mailbox, Outgoing};
use crate::mail::{Mail, Site};
use crate::operation::Operation;
use crate::policy::{self, Permit};
use crate::time::Day;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Most seats of one product.
pub const MOST_SEATS: i64 = 1_000_000;
/// Longest words.
pub const LONGEST: usize = 2_000;
/// Most requests of one term that wait for an answer.
const MOST_OPEN: i64 = 5;

/// What is asked for. A product that is not named keeps its seats.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = QuoteInput)]
pub struct Input {
    /// Seats that are wanted, product by product.
    #[serde(default)]
    pub products: Vec<Seats>,
    /// What else there is to say.
    #[serde(default)]
    pub message: String,
}

/// So many seats of a product; 0 drops it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = QuoteSeats)]
pub struct Seats {
    /// Its code.
    pub product_code: String,
    /// How many.
    pub seats: i64,
}

/// The request.
#[derive(Clone, Debug, Serialize)]
pub struct RequestQuote {
    /// Of which contract.
    pub contract: ContractNumber,
    /// What for.
    pub input: Input,
    #[serde(skip)]
    site: Site,
}

/// What became of it.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = QuoteRequested)]
pub struct Requested {
    /// Names the request.
    pub id: String,
    /// The company that is asked.
    pub sent_to: String,
    /// `asked`
    pub state: String,
}

#[derive(FromRow)]
struct Product {
    id: i64,
    code: String,
    name: String,
    seats: i64,
}

#[derive(FromRow)]
struct Asker {
    email: String,
    first_name: String,
    last_name: String,
}

const PRODUCTS: &str = "SELECT r.id, r.code, r.name, CAST(SUM(a.seats) AS BIGINT) AS seats FROM assets a
    JOIN products r ON r.id = a.product_id WHERE a.contract_id = $1
    GROUP BY r.id, r.code, r.name, r.name_key ORDER BY r.name_key, r.code";
const OPEN: &str =
    "SELECT COUNT(*) FROM quote_requests q JOIN contracts c ON c.id = q.contract_id AND c.end_on = q.end_on
    WHERE q.contract_id = $1 AND q.state = 'asked'";
const ASKER: &str = "SELECT email, first_name, last_name FROM people WHERE id = $1";
const ASK: &str =
    "INSERT INTO quote_requests (handle, contract_id, end_on, asked_by, asked_at, words, sent_to, reseller_id, state)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'asked') RETURNING id";
const LINES: &str = "INSERT INTO quote_request_lines (request_id, product_id, seats, wanted)
    SELECT $1, CAST(column1 AS BIGINT), CAST(column2 AS BIGINT), CAST(column3 AS BIGINT) FROM (";
const THESE: &str = ") v WHERE column1 IS NOT NULL";

impl RequestQuote {
    /// Of this installation.
    pub fn new(contract: ContractNumber, input: Input, profile: &Profile) -> Self {
        Self { contract, input, site: Site::of(profile) }
    }

    /// What is wanted of each product of the contract.
    fn wanted(&self, products: &[Product]) -> Result<Vec<(i64, Wanted)>, AppError> {
        let asked: HashMap<&str, i64> =
            self.input.products.iter().map(|line| (line.product_code.as_str(), line.seats)).collect();
        if let Some(code) = asked.keys().find(|code| products.iter().all(|product| product.code != **code)) {
            return Err(AppError::invalid("products", format!("choose products of this contract; {code} is none")));
        }
        if asked.values().any(|seats| !(0..=MOST_SEATS).contains(seats)) {
            return Err(AppError::invalid("products", format!("enter seats from 0 to {MOST_SEATS}")));
        }
        let line = |product: &Product| {
            let wanted = asked.get(product.code.as_str()).copied().unwrap_or(product.seats);
            (product.id, Wanted { product: product.name.clone(), seats: product.seats, wanted })
        };
        Ok(products.iter().map(line).collect())
    }

    fn words(&self) -> Result<String, AppError> {
        let words = self.input.message.trim();
        match words.chars().count() > LONGEST {
            true => Err(AppError::invalid("message", format!("write at most {LONGEST} characters"))),
            false => Ok(words.to_owned()),
        }
    }
}

impl Operation for RequestQuote {
    type Action = policy::RequestQuote;
    type Output = Requested;

    fn target(&self) -> ContractNumber {
        self.contract.clone()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<Requested, AppError> {
        let contract = permit.target().0;
        let about = |text| sql(text).bind(contract);
        let words = self.words()?;
        let products: Vec<Product> = tx.fetch(permit, about(PRODUCTS)).await?;
        let lines = self.wanted(&products)?;
        let open: Option<(i64,)> = tx.find(permit, about(OPEN)).await?;
        if open.is_some_and(|(n,)| n >= MOST_OPEN) {
            let title = format!("{MOST_OPEN} requests for this term wait for an answer; call about those first");
            return Err(Refusal::new("quote-requests-open", title).into());
        }
        let (told, admins) = notices::told(tx, permit, &[contract.0.to_string()]).await?;
        let row = told.into_iter().next().ok_or_else(AppError::hidden)?;
        let to = row.reseller.clone().unwrap_or_else(|| vendor(&self.site));
        let id = handle();
        let ask = sql(ASK).bind(id.as_str()).bind(contract).bind(row.end_on.as_str()).bind(permit.actor());
        let ask = ask.bind(tx.now()).bind(words.as_str()).bind(to.as_str()).bind(row.reseller_id);
        let asked: Vec<(i64,)> = tx.returning(permit, ask).await?;
        let request = asked.first().map(|(id,)| *id).ok_or(AppError::Lost)?;
        let cells =
            |(product, line): &(i64, Wanted)| [*product, line.seats, line.wanted].map(|n| Some(n.to_string())).to_vec();
        let cells: Vec<_> = lines.iter().map(cells).collect();
        tx.execute(permit, sql(LINES).bind(request).push_rows(3, &cells).push(THESE)).await?;
        let asker: Option<Asker> = tx.find(permit, sql(ASKER).bind(permit.actor())).await?;
        let told = Request {
            contract: row.number.clone(),
            company: row.company.clone(),
            ends: row.end_on.parse().unwrap_or(tx.today()),
            lines: lines.into_iter().map(|(_, line)| line).collect(),
            words,
            by: asker.map(|asker| asker.named()).unwrap_or_default(),
            to: to.clone(),
        };
        let mails = self.mails(permit.actor(), &row, &admins, &told, &id);
        let send = outbox::once_live(tx, permit).await?;
        outbox::write_with(tx, permit, &self.site, &mails, send).await?;
        tx.note(serde_json::json!({"request": id, "to": to}), None);
        Ok(Requested { id, sent_to: to, state: "asked".to_owned() })
    }
}

impl RequestQuote {
    fn mails(
        &self,
        actor: PersonId,
        row: &Told,
        admins: &[notices::Admin],
        told: &Request,
        id: &str,
    ) -> Vec<(Outgoing, Beside)> {
        let mut to = notices::at_reseller(row, admins);
        if to.is_empty() && !self.site.contact_email.is_empty() {
            to.push((actor, self.site.contact_email.clone(), Mailbox::Vendor));
        }
        let mail = |person, address: &str, kind, mail, reply_to: &str, key: String, mailbox| {
            let outgoing = Outgoing {
                person,
                address: address.to_owned(),
                account: Some(row.account_id),
                contract: Some(row.id),
                change_set: None,
                kind,
                mail,
                link: None,
                reply_to: reply_to.to_owned(),
                dedup_key: format!("quote/{id}/{key}"),
            };
            (outgoing, Beside { mailbox, calendar: None })
        };
        let sent = Sent { site: self.site.clone(), request: told.clone() }.render();
        let answer = to.first().map_or(self.site.contact_email.as_str(), |(_, address, _)| address.as_str());
        let (_, email) = &told.by;
        let mut all = vec![mail(actor, email, "quote.sent", sent, answer, "sent".to_owned(), Mailbox::Own)];
        for (place, (person, address, mailbox)) in to.iter().enumerate() {
            let asked = Asked { site: self.site.clone(), request: told.clone() }.render();
            all.push(mail(*person, address, "quote.asked", asked, email, format!("asked/{place}"), *mailbox));
        }
        all
    }
}

impl Asker {
    fn named(&self) -> (String, String) {
        let name = crate::text::full_name(&self.first_name, &self.last_name);
        (if name.is_empty() { self.email.clone() } else { name }, self.email.clone())
    }
}

/// The vendor by name.
pub(super) fn vendor(site: &Site) -> String {
    if site.vendor.is_empty() { "the vendor".to_owned() } else { site.vendor.clone() }
}

/// The day that a request is about, for people.
pub(super) fn day(text: &str) -> String {
    text.parse::<Day>().map_or_else(|_| text.to_owned(), Day::long)
}

pub(super) fn statements() -> Vec<Sql> {
    let mut all: Vec<Sql> = [PRODUCTS, OPEN, ASKER, ASK].map(sql).into();
    all.push(sql(LINES).bind(0).push_rows(3, &[vec![None; 3]]).push(THESE));
    all
}
