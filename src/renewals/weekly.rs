//! Mail 33: every Monday each reseller reads which customers' contracts end in the next 90 days. It can be switched off.
use super::rules::REPORT_BEFORE;
use super::settings::Settings;
use super::weekly_mail::{Ends, Weekly};
use crate::db::{FromRow, Sql, WriteTx, sql};
use crate::error::AppError;
use crate::ids::PersonId;
use crate::mail::letter::MOST_LISTED;
use crate::mail::outbox::{self, Outgoing, Send};
use crate::mail::{Mail, Site};
use crate::policy::WriteProof;
use crate::time::{Day, day_of};
use std::collections::HashMap;

/// As preferences name it.
pub const CATEGORY: &str = "renewals_weekly";

/// One reseller's figures, with the first of its contracts.
#[derive(FromRow)]
struct Row {
    reseller_id: i64,
    reseller: String,
    number: String,
    company: String,
    end_on: String,
    ordered: bool,
    contracts: i64,
    customers: i64,
}

#[derive(FromRow)]
struct Reader {
    account_id: i64,
    id: i64,
    email: String,
}

const WEEK: &str = "INSERT INTO renewal_weeks (monday_on, at) VALUES ($1, $2) ON CONFLICT (monday_on) DO NOTHING";
/// `$1` today, `$2` the last day that counts, `$3` how many are listed.
const ENDING: &str = "SELECT w.reseller_id, l.name AS reseller, w.number, w.company, w.end_on, w.ordered, w.contracts,
        k.customers
    FROM (SELECT c.reseller_id, c.number, o.name AS company, c.end_on, t.ordered_at IS NOT NULL AS ordered,
            COUNT(*) OVER (PARTITION BY c.reseller_id) AS contracts,
            ROW_NUMBER() OVER (PARTITION BY c.reseller_id ORDER BY c.end_on, c.number) AS place
        FROM contracts c JOIN accounts o ON o.id = c.account_id
        LEFT JOIN renewal_terms t ON t.contract_id = c.id AND t.end_on = c.end_on
        WHERE c.reseller_id IS NOT NULL AND c.end_on >= $1 AND c.end_on <= $2) w
    JOIN accounts l ON l.id = w.reseller_id
    JOIN (SELECT c.reseller_id, COUNT(DISTINCT c.account_id) AS customers FROM contracts c
        WHERE c.reseller_id IS NOT NULL AND c.end_on >= $1 AND c.end_on <= $2 GROUP BY c.reseller_id) k
        ON k.reseller_id = w.reseller_id
    WHERE w.place <= $3 ORDER BY w.reseller_id, w.place";
/// Who administers a reseller's agents and did not switch it off. `$1`: the category.
const READERS: &str = "SELECT m.account_id, p.id, p.email FROM memberships m JOIN people p ON p.id = m.person_id
    LEFT JOIN notice_preferences n ON n.person_id = p.id AND n.category = $1
    WHERE m.partner_role = 'partner_admin' AND m.confirmed_at IS NOT NULL AND p.deactivated_at IS NULL
    AND (n.how IS NULL OR n.how <> 'off') ORDER BY m.account_id, p.id";

/// The Monday of a day's week.
fn monday(day: Day) -> Day {
    day.plus(-i32::from(day.0.weekday().to_monday_zero_offset()))
}

/// Writes the mails of the present week, once; on Monday, or when the product runs again in that week. Returns how many.
pub(super) async fn write(
    tx: &mut WriteTx,
    proof: &impl WriteProof,
    site: &Site,
    settings: &Settings,
) -> Result<usize, AppError> {
    let monday = monday(tx.today());
    if tx.execute(proof, sql(WEEK).bind(monday).bind(tx.now())).await? == 0 {
        return Ok(0);
    }
    // A week in which mail began to be sent began before.
    if settings.live_on(tx.zone()).is_none_or(|live| live > monday) {
        return Ok(0);
    }
    let until = tx.today().plus(REPORT_BEFORE);
    let rows = sql(ENDING).bind(tx.today()).bind(until).bind(MOST_LISTED as i64);
    let rows: Vec<Row> = tx.fetch(proof, rows).await?;
    let readers: Vec<Reader> = tx.fetch(proof, sql(READERS).bind(CATEGORY)).await?;
    let mut resellers: HashMap<i64, Vec<Row>> = HashMap::new();
    for row in rows {
        resellers.entry(row.reseller_id).or_default().push(row);
    }
    let mail = |reader: &Reader| outgoing(site, monday, tx.today(), reader, resellers.get(&reader.account_id)?);
    let mails: Vec<Outgoing> = readers.iter().filter_map(mail).collect();
    outbox::write(tx, proof, site, &mails, Send::InTurn).await?;
    Ok(mails.len())
}

fn outgoing(site: &Site, monday: Day, today: Day, reader: &Reader, rows: &[Row]) -> Option<Outgoing> {
    let first = rows.first()?;
    let ends = |row: &Row| {
        let on: Day = row.end_on.parse().ok()?;
        let (contract, company) = (row.number.clone(), row.company.clone());
        Some(Ends { contract, company, on, left: today.days_until(on), ordered: row.ordered })
    };
    let mail = Weekly {
        site: site.clone(),
        reseller: first.reseller.clone(),
        customers: first.customers.unsigned_abs(),
        contracts: first.contracts.unsigned_abs(),
        ends: rows.iter().filter_map(ends).collect(),
    };
    Some(Outgoing {
        person: PersonId(reader.id),
        address: reader.email.clone(),
        account: Some(reader.account_id),
        contract: None,
        change_set: None,
        kind: "renewal.weekly",
        mail: mail.render(),
        link: None,
        reply_to: site.contact_email.clone(),
        dedup_key: format!("renewal.weekly/{monday}/{}/{}", reader.account_id, reader.id),
    })
}

impl Settings {
    /// The day since which mail is sent; in a demo from the first.
    fn live_on(&self, zone: &jiff::tz::TimeZone) -> Option<Day> {
        self.live_since().map(|at| day_of(at, zone))
    }
}

pub(super) fn statements() -> Vec<Sql> {
    [WEEK, ENDING, READERS].map(sql).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weeks_begin_on_monday() {
        for (day, expected) in [
            ("2026-11-23", "2026-11-23"),
            ("2026-11-24", "2026-11-23"),
            ("2026-11-29", "2026-11-23"),
            ("2027-01-03", "2026-12-28"),
        ] {
            assert_eq!(monday(day.parse().unwrap()).to_string(), expected, "{day}");
        }
    }
}
