//! How somebody wants to be told: of each kind of message that may be switched off at once, once a day or not at all; where else;
//! and who gets copies while the person is away.
use super::rules::{CATEGORIES, HOWS};
use crate::db::{FromRow, Reader, Sql, WriteTx, sql};
use crate::error::AppError;
use crate::ids::{PersonId, Single};
use crate::operation::{Operation, Query};
use crate::policy::{self, Permit};
use serde::Serialize;
use std::collections::BTreeMap;

/// Asks for everything that the page shows.
pub struct ShowPreferences;

/// A further address.
#[derive(Clone, Debug, FromRow)]
pub struct AddressRow {
    pub(crate) handle: String,
    pub(crate) email: String,
    pub(crate) confirmed: bool,
}

/// Who gets copies, and when.
#[derive(Clone, Debug, Default, PartialEq, Eq, FromRow, Serialize)]
pub struct Absence {
    /// The colleague.
    pub email: String,
    /// The first day.
    pub from_on: String,
    /// The last day.
    pub until_on: String,
}

/// What is stored.
#[derive(Clone, Debug, Default)]
pub struct Preferences {
    /// By category; what is not in it is as usual.
    pub how: BTreeMap<String, String>,
    /// The present or coming absence.
    pub absence: Option<Absence>,
    /// Further addresses.
    pub addresses: Vec<AddressRow>,
}

const HOW: &str = "SELECT category, how FROM notice_preferences WHERE person_id = $1";
const ABSENCE: &str = "SELECT q.email, x.from_on, x.until_on FROM absences x JOIN people q ON q.id = x.colleague_id
    WHERE x.person_id = $1 AND x.until_on >= $2";
const ADDRESSES: &str = "SELECT handle, email, confirmed_at IS NOT NULL AS confirmed FROM notice_addresses
    WHERE person_id = $1 ORDER BY email_key";

impl Query for ShowPreferences {
    type Action = policy::SeeSelf;
    type Output = Preferences;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Preferences, AppError> {
        let (me, today) = (permit.target().0, reader.now().today);
        let how: Vec<(String, String)> = reader.fetch(permit, sql(HOW).bind(me)).await?;
        let absence = reader.find(permit, sql(ABSENCE).bind(me).bind(today)).await?;
        let addresses = reader.fetch(permit, sql(ADDRESSES).bind(me)).await?;
        Ok(Preferences { how: how.into_iter().collect(), absence, addresses })
    }
}

/// Keeps how somebody wants to be told.
#[derive(Clone, Debug, Serialize)]
pub struct SetPreferences {
    /// By category.
    pub how: BTreeMap<String, String>,
}

const SET: &str = "INSERT INTO notice_preferences (person_id, category, how) VALUES ($1, $2, $3)
    ON CONFLICT (person_id, category) DO UPDATE SET how = excluded.how WHERE notice_preferences.how <> excluded.how";

impl Operation for SetPreferences {
    type Action = policy::SetPreferences;
    type Output = ();

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<(), AppError> {
        let me: PersonId = permit.target().0;
        for category in &CATEGORIES {
            let Some(how) = self.how.get(category.name) else { continue };
            if !HOWS.iter().any(|(known, _)| known == how) {
                return Err(AppError::invalid("how", "choose at once, once a day or off"));
            }
            tx.execute(permit, sql(SET).bind(me).bind(category.name).bind(how.as_str())).await?;
        }
        tx.note(self, None);
        Ok(())
    }
}

/// Switches one off for somebody.
pub(super) fn off(person: i64, category: &str) -> Sql {
    sql(SET).bind(person).bind(category).bind("off")
}

pub(super) fn statements() -> Vec<Sql> {
    [HOW, ABSENCE, ADDRESSES, SET].map(sql).into()
}
