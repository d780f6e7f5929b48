//! Saves the own profile, unless it has changed since the page was opened.
use super::rules::{Address, Profile};
use super::show::stored;
use crate::db::{Sql, WriteTx, sql};
use crate::error::{AppError, Refusal};
use crate::ids::Single;
use crate::operation::Operation;
use crate::policy::{self, Permit};
use crate::text::{search_key, sort_key};
use serde::Serialize;
use std::collections::BTreeMap;

/// The change. Its faults were looked for before; what is left is checked again here.
#[derive(Clone, Debug, Serialize)]
pub struct SaveProfile {
    /// What it is to be.
    pub profile: Profile,
    /// The version that the person saw.
    pub version: i64,
    /// The person says that the shipping address is right.
    pub checked: bool,
}

const SAVE: &str = "UPDATE people SET first_name = $3, last_name = $4, first_key = $5, last_key = $6, sort_key = $7,
        language = $8, time_zone = $9, theme = $10, shortcuts = $11, version = version + 1
    WHERE id = $1 AND version = $2";
const NO_ADDRESS: &str = "DELETE FROM shipping_addresses WHERE person_id = $1";
/// Entered anew, or said to be right: then it counts as checked now.
const ADDRESS: &str =
    "INSERT INTO shipping_addresses (person_id, company, recipient, line1, line2, postal_code, city, region, country,
        phone, checked_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
    ON CONFLICT (person_id) DO UPDATE SET company = excluded.company, recipient = excluded.recipient, line1 = excluded.line1,
        line2 = excluded.line2, postal_code = excluded.postal_code, city = excluded.city, region = excluded.region,
        country = excluded.country, phone = excluded.phone, checked_at = excluded.checked_at";

impl Operation for SaveProfile {
    type Action = policy::SaveProfile;
    type Output = ();

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<(), AppError> {
        let (me, new) = (permit.target().0, &self.profile);
        let zone = new.time_zone.is_empty() || crate::time::zone(&new.time_zone).is_ok();
        if let Some((field, text)) = new.faults(zone).into_iter().next() {
            return Err(AppError::invalid(field, text));
        }
        let before = stored(tx, permit, me).await?;
        let (first, last) = (new.first_name.as_str(), new.last_name.as_str());
        let save = sql(SAVE).bind(me).bind(self.version).bind(first).bind(last);
        let save = save.bind(search_key(first)).bind(search_key(last)).bind(sort_key(first, last, &before.email));
        let save = save.bind(new.language.as_str()).bind(new.time_zone.as_str()).bind(new.theme.as_str());
        if tx.execute(permit, save.bind(new.shortcuts)).await? == 0 {
            return Err(Refusal::new("changed", "your profile has changed since you opened this page").into());
        }
        let was = before.profile();
        let checked = before.checked_at.filter(|_| !self.checked && was.address == new.address).unwrap_or(tx.now());
        match new.address.is_empty() {
            true => tx.execute(permit, sql(NO_ADDRESS).bind(me)).await?,
            false => tx.execute(permit, address(&new.address, me, checked)).await?,
        };
        tx.note(serde_json::json!({"changed": differences(&was, new)}), None);
        Ok(())
    }
}

fn address(address: &Address, me: crate::ids::PersonId, checked: i64) -> Sql {
    let row = address.fields().into_iter().fold(sql(ADDRESS).bind(me), |row, (_, _, value)| row.bind(value));
    row.bind(checked)
}

/// What was, and what is, of each field that is not as before.
fn differences<'a>(was: &'a Profile, is: &'a Profile) -> BTreeMap<&'static str, (&'a str, &'a str)> {
    let pairs = was.fields().into_iter().zip(is.fields());
    pairs.filter(|((_, _, a), (_, _, b))| a != b).map(|((name, _, a), (_, _, b))| (name, (a, b))).collect()
}

pub(super) fn statements() -> Vec<Sql> {
    vec![sql(SAVE), sql(NO_ADDRESS), sql(ADDRESS)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_trail_tells_only_what_changed() {
        let was = Profile { first_name: "Ana".to_owned(), ..Profile::default() };
        let is = Profile { first_name: "Anna".to_owned(), shortcuts: true, ..Profile::default() };
        let told: Vec<_> = differences(&was, &is).into_iter().collect();
        assert_eq!(told, [("first_name", ("Ana", "Anna")), ("shortcuts", ("off", "on"))]);
    }
}
