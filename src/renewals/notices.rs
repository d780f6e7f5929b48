//! Writes the notices of steps that are due: to the Contract Manager, copied to the reseller's address for renewals, else to its
//! agent administrators. A constant number of statements, however many contracts.
use super::calendar::{self, End};
use super::mails::{Ended, Ending, Reads, Term};
use super::rules;
use super::settings::Settings;
use crate::db::{FromRow, Sql, WriteTx, sql};
use crate::error::AppError;
use crate::ids::PersonId;
use crate::mail::letter::{MOST_LISTED, Serial};
use crate::mail::outbox::{self, Beside, Mailbox, Outgoing, Send};
use crate::mail::{Mail, Site};
use crate::policy::WriteProof;
use crate::text::full_name;
use crate::time::Day;
use std::collections::HashMap;

/// A contract with those who are told about it.
#[derive(Clone, Debug, FromRow)]
pub struct Told {
    pub(super) id: i64,
    pub(super) number: String,
    pub(super) end_on: String,
    pub(super) account_id: i64,
    pub(super) company: String,
    pub(super) manager_id: i64,
    pub(super) email: String,
    pub(super) first_name: String,
    pub(super) last_name: String,
    pub(super) reseller_id: Option<i64>,
    pub(super) reseller: Option<String>,
    pub(super) renewals_email: Option<String>,
    pub(super) reseller_contact: Option<String>,
    pub(super) terms: i64,
}

/// Somebody who administers a reseller's agents.
#[derive(Clone, Debug, FromRow)]
pub struct Admin {
    pub(super) account_id: i64,
    pub(super) id: i64,
    pub(super) email: String,
}

/// A serial number of a contract, with how many there are and their seats.
#[derive(FromRow)]
struct Listed {
    contract_id: i64,
    serial: String,
    product: String,
    assets: i64,
    seats: i64,
}

const TOLD: &str =
    "SELECT c.id, c.number, c.end_on, c.account_id, o.name AS company, c.manager_id, p.email, p.first_name,
        p.last_name, l.id AS reseller_id, l.name AS reseller, l.renewals_email, l.contact_email AS reseller_contact,
        (SELECT COUNT(*) FROM renewal_terms x WHERE x.contract_id = c.id) AS terms
    FROM (";
const OF_THESE: &str =
    ") v CROSS JOIN contracts c JOIN accounts o ON o.id = c.account_id JOIN people p ON p.id = c.manager_id
    LEFT JOIN accounts l ON l.id = c.reseller_id WHERE c.id = CAST(v.column1 AS BIGINT) ORDER BY c.id";
const ADMINS: &str = "SELECT DISTINCT m.account_id, p.id, p.email FROM (";
const ADMINISTER: &str =
    ") v CROSS JOIN contracts c JOIN memberships m ON m.account_id = c.reseller_id JOIN people p ON p.id = m.person_id
    WHERE c.id = CAST(v.column1 AS BIGINT) AND m.partner_role = 'partner_admin' AND m.confirmed_at IS NOT NULL
    AND p.deactivated_at IS NULL ORDER BY m.account_id, p.id";
const SERIALS: &str = "SELECT w.contract_id, w.serial, w.product, w.assets, CAST(w.seats AS BIGINT) AS seats FROM (
        SELECT a.contract_id, a.serial, r.name AS product, COUNT(*) OVER (PARTITION BY a.contract_id) AS assets,
            SUM(a.seats) OVER (PARTITION BY a.contract_id) AS seats,
            ROW_NUMBER() OVER (PARTITION BY a.contract_id ORDER BY a.serial) AS place
        FROM (";
const FIRST_ONES: &str = ") v CROSS JOIN assets a JOIN products r ON r.id = a.product_id
        WHERE a.contract_id = CAST(v.column1 AS BIGINT)) w WHERE w.place <= ";
const IN_ORDER: &str = " ORDER BY w.contract_id, w.serial";

/// Those who are told about these contracts.
pub(super) async fn told(
    tx: &mut WriteTx,
    proof: &impl WriteProof,
    contracts: &[String],
) -> Result<(Vec<Told>, Vec<Admin>), AppError> {
    let told = tx.fetch(proof, sql(TOLD).push_values(contracts).push(OF_THESE)).await?;
    let admins = tx.fetch(proof, sql(ADMINS).push_values(contracts).push(ADMINISTER)).await?;
    Ok((told, admins))
}

/// Writes the notices of these steps: contract and days.
pub(super) async fn write(
    tx: &mut WriteTx,
    proof: &impl WriteProof,
    site: &Site,
    settings: &Settings,
    steps: &[(i64, i64)],
) -> Result<(), AppError> {
    let days: HashMap<i64, i64> = steps.iter().copied().collect();
    let ids: Vec<String> = steps.iter().map(|(contract, _)| contract.to_string()).collect();
    for part in Sql::batches(&ids) {
        let (told, admins) = told(tx, proof, part).await?;
        let listed = sql(SERIALS).push_values(part).push(FIRST_ONES).push_bind(MOST_LISTED as i64).push(IN_ORDER);
        let listed: Vec<Listed> = tx.fetch(proof, listed).await?;
        let mut serials: HashMap<i64, Vec<Listed>> = HashMap::new();
        for row in listed {
            serials.entry(row.contract_id).or_default().push(row);
        }
        let (today, now) = (tx.today(), tx.now());
        let mut mails = Vec::new();
        for row in &told {
            let listed = serials.get(&row.id).map(Vec::as_slice).unwrap_or_default();
            let copies = at_reseller(row, &admins);
            let Some(mut term) = row.term(listed, settings, today) else { continue };
            if copies.is_empty() {
                term.answers = String::new();
            }
            let step = days.get(&row.id).copied().unwrap_or_default();
            let calendar = calendar::one(&row.end(term.ends), &site.base_url, now);
            mails.extend(row.mails(site, &term, step, &calendar, &copies));
        }
        outbox::write_with(tx, proof, site, &mails, Send::InTurn).await?;
    }
    Ok(())
}

/// Where a reseller's copies go: its address for renewals, else its agent administrators, else the address that it gave.
pub(super) fn at_reseller(row: &Told, admins: &[Admin]) -> Vec<(PersonId, String, Mailbox)> {
    let address = |address: &Option<String>| address.clone().filter(|address| !address.is_empty());
    let company = |address: String| vec![(PersonId(row.manager_id), address, Mailbox::Reseller)];
    let Some(reseller) = row.reseller_id else { return Vec::new() };
    if let Some(renewals) = address(&row.renewals_email) {
        return company(renewals);
    }
    let people = admins.iter().filter(|admin| admin.account_id == reseller);
    let people: Vec<_> = people.map(|admin| (PersonId(admin.id), admin.email.clone(), Mailbox::Own)).collect();
    match (people.is_empty(), address(&row.reseller_contact)) {
        (true, Some(contact)) => company(contact),
        _ => people,
    }
}

impl Told {
    pub(super) fn manager(&self) -> String {
        match full_name(&self.first_name, &self.last_name) {
            name if name.is_empty() => self.email.clone(),
            name => name,
        }
    }

    fn term(&self, listed: &[Listed], settings: &Settings, today: Day) -> Option<Term> {
        let ends: Day = self.end_on.parse().ok()?;
        let first = listed.first();
        let serial = |row: &Listed| Serial { product: row.product.clone(), number: row.serial.clone() };
        Some(Term {
            contract: self.number.clone(),
            company: self.company.clone(),
            ends,
            left: today.days_until(ends),
            serials: listed.iter().map(serial).collect(),
            assets: first.map_or(0, |row| row.assets.unsigned_abs()),
            seats: first.map_or(0, |row| row.seats.unsigned_abs()),
            reseller: self.reseller.clone().unwrap_or_default(),
            answers: self.reseller.clone().unwrap_or_default(),
            online: rules::online(&settings.online, &self.number),
            manager: (self.manager(), self.email.clone()),
        })
    }

    pub(super) fn end(&self, on: Day) -> End {
        End {
            number: self.number.clone(),
            company: self.company.clone(),
            reseller: self.reseller.clone().unwrap_or_default(),
            on,
            sequence: (self.terms - 1).max(0),
        }
    }

    fn mails(
        &self,
        site: &Site,
        term: &Term,
        step: i64,
        calendar: &str,
        copies: &[(PersonId, String, Mailbox)],
    ) -> Vec<(Outgoing, Beside)> {
        let render = |reads| match term.left < 0 {
            true => ("renewal.ended", Ended { site: site.clone(), term: term.clone(), reads }.render()),
            false => ("renewal.ending", Ending { site: site.clone(), term: term.clone(), reads }.render()),
        };
        // Answers reach the reseller, and the reseller's the Contract Manager.
        let answer = copies.first().map_or_else(|| site.contact_email.clone(), |(_, address, _)| address.clone());
        let key = format!("renewal/{}/{}/{step}", self.id, self.end_on);
        let mail = |person, address: &str, reads, reply_to: &str, dedup_key: String, mailbox| {
            let (kind, mail) = render(reads);
            let outgoing = Outgoing {
                person,
                address: address.to_owned(),
                account: Some(self.account_id),
                contract: Some(self.id),
                change_set: None,
                kind,
                mail,
                link: None,
                reply_to: reply_to.to_owned(),
                dedup_key,
            };
            (outgoing, Beside { mailbox, calendar: Some(calendar.to_owned()) })
        };
        let manager = PersonId(self.manager_id);
        let mut all = vec![mail(manager, &self.email, Reads::Manager, &answer, key.clone(), Mailbox::Own)];
        for (place, (person, address, mailbox)) in copies.iter().enumerate() {
            all.push(mail(*person, address, Reads::Reseller, &self.email, format!("{key}/copy/{place}"), *mailbox));
        }
        all
    }
}

pub(super) fn statements() -> Vec<Sql> {
    let ids = [String::new()];
    vec![
        sql(TOLD).push_values(&ids).push(OF_THESE),
        sql(ADMINS).push_values(&ids).push(ADMINISTER),
        sql(SERIALS).push_values(&ids).push(FIRST_ONES).push_bind(0).push(IN_ORDER),
    ]
}
