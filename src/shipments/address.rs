//! Where somebody's shipments go, as the profile has it, and whether that was checked within the last twelve months.
use crate::db::{FromRow, Sql, WriteTx, sql};
use crate::error::AppError;
use crate::ids::PersonId;
use crate::policy::WriteProof;
use crate::profile::rules::Address;
use crate::time::{Day, Instant, start_of};
use jiff::ToSpan;
use jiff::tz::TimeZone;
use std::collections::HashMap;

/// The columns of an address, in the order of [`Address::fields`].
macro_rules! columns {
    ($of:literal) => {
        concat!(
            $of,
            ".company, ",
            $of,
            ".recipient, ",
            $of,
            ".line1, ",
            $of,
            ".line2, ",
            $of,
            ".postal_code, ",
            $of,
            ".city, ",
            $of,
            ".region, ",
            $of,
            ".country, ",
            $of,
            ".phone"
        )
    };
}
/// The same of a row that may be missing.
macro_rules! columns_or_none {
    ($of:literal) => {
        concat!(
            "COALESCE(",
            $of,
            ".company, '') AS company, COALESCE(",
            $of,
            ".recipient, '') AS recipient, COALESCE(",
            $of,
            ".line1, '') AS line1, COALESCE(",
            $of,
            ".line2, '') AS line2, COALESCE(",
            $of,
            ".postal_code, '') AS postal_code, COALESCE(",
            $of,
            ".city, '') AS city, COALESCE(",
            $of,
            ".region, '') AS region, COALESCE(",
            $of,
            ".country, '') AS country, COALESCE(",
            $of,
            ".phone, '') AS phone"
        )
    };
}
pub(crate) use columns;
pub(crate) use columns_or_none;

/// The columns of an address in a row.
#[derive(Clone, Debug, Default, PartialEq, Eq, FromRow)]
pub struct AddressRow {
    company: String,
    recipient: String,
    line1: String,
    line2: String,
    postal_code: String,
    city: String,
    region: String,
    country: String,
    phone: String,
}

impl AddressRow {
    /// The address.
    pub fn address(&self) -> Address {
        let row = self.clone();
        Address {
            company: row.company,
            recipient: row.recipient,
            line1: row.line1,
            line2: row.line2,
            postal_code: row.postal_code,
            city: row.city,
            region: row.region,
            country: row.country,
            phone: row.phone,
        }
    }
}

/// Whatever was checked before it is asked for again.
pub fn fresh_since(today: Day, zone: &TimeZone) -> Instant {
    start_of(Day(today.0.saturating_sub(12.months())), zone)
}

#[derive(FromRow)]
struct Stored {
    person_id: i64,
    checked_at: Instant,
    #[sqlx(flatten)]
    address: AddressRow,
}

/// Of several people.
const STORED: &str = concat!(
    "SELECT d.person_id, d.checked_at, ",
    columns!("d"),
    " FROM shipping_addresses d WHERE d.person_id IN (SELECT CAST(v.column1 AS BIGINT) FROM ("
);
const IN_LIST: &str = ") v)";
const CHECKED: &str = "UPDATE shipping_addresses SET checked_at = $2 WHERE person_id = $1";
const KEEP: &str = "INSERT INTO shipping_addresses (person_id, company, recipient, line1, line2, postal_code, city, region,
        country, phone, checked_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
    ON CONFLICT (person_id) DO UPDATE SET company = excluded.company, recipient = excluded.recipient, line1 = excluded.line1,
        line2 = excluded.line2, postal_code = excluded.postal_code, city = excluded.city, region = excluded.region,
        country = excluded.country, phone = excluded.phone, checked_at = excluded.checked_at";

/// The addresses of these people, each with when it was checked.
pub async fn of_people(
    tx: &mut WriteTx,
    proof: &impl WriteProof,
    people: &[i64],
) -> Result<HashMap<i64, (Address, Instant)>, AppError> {
    let ids: Vec<String> = people.iter().map(i64::to_string).collect();
    let mut all = HashMap::new();
    for part in Sql::batches(&ids) {
        let rows: Vec<Stored> = tx.fetch(proof, sql(STORED).push_values(part).push(IN_LIST)).await?;
        all.extend(rows.into_iter().map(|row| (row.person_id, (row.address.address(), row.checked_at))));
    }
    Ok(all)
}

/// Its owner says that it is right.
pub async fn checked(tx: &mut WriteTx, proof: &impl WriteProof, person: PersonId) -> Result<(), AppError> {
    tx.execute(proof, sql(CHECKED).bind(person).bind(tx.now())).await?;
    Ok(())
}

/// Its owner wants it from now on.
pub async fn keep(
    tx: &mut WriteTx,
    proof: &impl WriteProof,
    person: PersonId,
    address: &Address,
) -> Result<(), AppError> {
    let row = address.fields().into_iter().fold(sql(KEEP).bind(person), |row, (_, _, value)| row.bind(value));
    tx.execute(proof, row.bind(tx.now())).await?;
    Ok(())
}

/// What was entered, if something can be sent there.
pub fn usable(entered: &Address) -> Result<Address, AppError> {
    let trim = |text: &String| text.trim().to_owned();
    let address = Address {
        company: trim(&entered.company),
        recipient: trim(&entered.recipient),
        line1: trim(&entered.line1),
        line2: trim(&entered.line2),
        postal_code: trim(&entered.postal_code),
        city: trim(&entered.city),
        region: trim(&entered.region),
        country: trim(&entered.country),
        phone: trim(&entered.phone),
    };
    let longest = crate::profile::rules::LONGEST;
    let broken = |value: &str| value.chars().count() > longest || value.chars().any(char::is_control);
    if let Some((field, _, _)) = address.fields().into_iter().find(|(_, _, value)| broken(value)) {
        return Err(AppError::invalid(field, format!("enter at most {longest} characters in one line")));
    }
    match address.faults().into_iter().next() {
        Some((field, words)) => Err(AppError::invalid(field, words)),
        None => Ok(address),
    }
}

pub(super) fn statements() -> Vec<Sql> {
    vec![sql(STORED).push_values(&[String::new()]).push(IN_LIST), sql(CHECKED), sql(KEEP)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twelve_months_end_on_their_day() {
        let day = |text: &str| text.parse::<Day>().unwrap_or(Day(jiff::civil::Date::MIN));
        let since = fresh_since(day("2028-02-29"), &TimeZone::UTC);
        assert_eq!(crate::time::rfc3339(since), "2027-02-28T00:00:00Z");
    }

    #[test]
    fn an_address_that_nothing_can_be_sent_to_says_what_is_missing() {
        let whole = Address {
            recipient: " Ana ".to_owned(),
            line1: "Kade 1".to_owned(),
            city: "Rotterdam".to_owned(),
            country: "NL".to_owned(),
            ..Address::default()
        };
        assert_eq!(
            usable(&whole).map(|a| a.lines()).unwrap_or_default(),
            ["Ana", "Kade 1", "Rotterdam", "Netherlands"]
        );
        let refused = |address: Address| usable(&address).map(|_| ()).map_err(|e| e.to_string());
        assert_eq!(refused(Address { city: String::new(), ..whole.clone() }), Err("Enter the city".to_owned()));
        assert!(refused(Address { line1: "a\nb".to_owned(), ..whole }).is_err());
        assert!(refused(Address::default()).is_err());
    }
}
