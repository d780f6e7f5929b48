//! What an assign form offers: whom one can choose, and for which serial numbers. The dialog and the classic page share it.
use super::dialog::{AssignView, GroupScope, Own, Scopes};
use crate::contracts::list::ContractRow;
use crate::contracts::listed::Reading;
use crate::contracts::present;
use crate::db::{FromRow, Reader, Sql, sql};
use crate::error::AppError;
use crate::operation::Query;
use crate::people::find::{FindPeople, Found, MOST_FOUND};
use crate::people::me::Myself;
use crate::policy::{Action, Contract, FindPerson, Permit};
use crate::text::search_key;
use crate::time::Day;
use crate::web::filters::Filters;
use crate::web::picker::PersonOption;

/// The people, and how many serial numbers a standing assignment would ask about.
#[derive(Clone, Debug)]
pub struct Choices {
    /// The first page of those who were asked for.
    pub people: Vec<Found>,
    /// Serial numbers with their own coordinator.
    pub own: OwnRow,
}

/// So many have their own coordinator.
#[derive(Clone, Debug, Default, FromRow)]
pub struct OwnRow {
    own: i64,
    through_group: i64,
    in_group: i64,
    /// The name of the group that was asked about, if there is such a group.
    group_name: Option<String>,
}

/// `$2` is the key of a group's name; empty: no group.
const OWN: &str = "SELECT COUNT(CASE WHEN COALESCE(a.coordinator_id, g.coordinator_id) IS NOT NULL THEN 1 END) AS own,
        COUNT(CASE WHEN a.coordinator_id IS NULL AND g.coordinator_id IS NOT NULL THEN 1 END) AS through_group,
        COUNT(CASE WHEN a.coordinator_id IS NOT NULL AND g.name_key = $2 THEN 1 END) AS in_group,
        (SELECT x.name FROM asset_groups x WHERE x.contract_id = $1 AND x.name_key = $2) AS group_name
    FROM assets a LEFT JOIN asset_groups g ON g.id = a.group_id WHERE a.contract_id = $1";

/// Reads them; only for somebody who may name coordinators here.
pub async fn choices<A: Action<Target = Contract>>(
    reader: &mut Reader,
    permit: &Permit<A>,
    find: &FindPeople,
    group: &str,
) -> Result<Choices, AppError> {
    let permit = permit.also::<FindPerson>()?;
    let people = find.run(reader, &permit).await?;
    let own = sql(OWN).bind(permit.target().0).bind(search_key(group));
    let own: Option<OwnRow> = reader.find(&permit, own).await?;
    Ok(Choices { people, own: own.unwrap_or_default() })
}

/// Somebody as the typeahead and the pick list show one.
pub fn option(found: &Found, me: &Myself) -> PersonOption {
    let person = present::person(&found.handle, &found.email, &found.first_name, &found.last_name, me);
    let person = crate::web::person::PersonRef { state: found.reach().state(), ..person };
    PersonOption {
        person,
        first_name: found.first_name.clone(),
        last_name: found.last_name.clone(),
        coordinates: found.coordinates,
        may_name_users: found.may_name_users,
    }
}

/// Whether there may be more than were found.
pub fn more(found: &[Found]) -> bool {
    i64::try_from(found.len()).is_ok_and(|n| n >= MOST_FOUND)
}

/// So many people come with the page. With 50 rows it stays below 100 kB; whoever else there is, is asked for.
const INLINED: usize = 40;

/// Where a form stands: on which page, of which contract, for whom.
pub struct Standing<'a> {
    /// The contract.
    pub contract: &'a ContractRow,
    /// Who reads it.
    pub me: &'a Myself,
    /// The form token.
    pub csrf: &'a str,
    /// The present day.
    pub today: Day,
    /// What narrows the list.
    pub filters: &'a Filters,
    /// So many match that.
    pub matching: i64,
    /// All of them are on the page.
    pub all_shown: bool,
    /// Path and query of the page to go back to.
    pub return_to: &'a str,
}

/// The form's view.
pub fn form(at: &Standing<'_>, choices: &Choices) -> AssignView {
    let own = &choices.own;
    let reading = Reading { me: at.me.person.id, today: at.today, opens: true };
    let group = own.group_name.clone().map(|name| GroupScope { name, own: Own { n: own.in_group, through_group: 0 } });
    AssignView {
        contract: at.contract.number.clone(),
        company: at.contract.account.clone(),
        csrf: at.csrf.to_owned(),
        idempotency_key: crate::auth::secret::handle(),
        if_state: at.contract.version.to_string(),
        scopes: Scopes {
            manager: reading.manager(at.contract),
            by_default: at.contract.by_default,
            matching: at.matching,
            all_shown: at.all_shown,
            filters: at.filters.clone(),
            own: Own { n: own.own, through_group: own.through_group },
            group,
        },
        people: choices.people.iter().take(INLINED).map(|found| option(found, at.me)).collect(),
        people_complete: choices.people.len() <= INLINED,
        today: at.today.to_string(),
        tomorrow: at.today.plus(1).to_string(),
        return_to: at.return_to.to_owned(),
    }
}

pub(super) fn statements() -> Vec<Sql> {
    vec![sql(OWN)]
}
