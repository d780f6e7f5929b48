//! The pick list: people of the contract's company whose address or name starts with what was typed.
use crate::db::{FromRow, Reader, Sql, sql};
use crate::error::AppError;
use crate::ids::ContractNumber;
use crate::operation::Query;
use crate::policy::{self, Permit};
use crate::text::{address_key, full_name, prefix_end, search_key};
use crate::web::person::Reach;
use serde::{Deserialize, Serialize};

/// Most people that one answer lists.
pub const MOST_FOUND: i64 = 50;

/// By what to find.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Find {
    /// Address, its local part behind a dot, first or last name.
    #[default]
    Any,
    /// The address.
    Email,
    /// The first name.
    FirstName,
    /// The last name.
    LastName,
}

/// What is asked.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// By what.
    pub find: Find,
    /// The beginning, without regard to case and accents.
    pub starting_with: String,
}

/// Somebody found.
#[derive(Clone, Debug, FromRow)]
pub struct Found {
    pub(crate) handle: String,
    pub(crate) email: String,
    pub(crate) first_name: String,
    pub(crate) last_name: String,
    pub(crate) pending: bool,
    pub(crate) invited: bool,
    pub(crate) bounced: bool,
    pub(crate) coordinates: i64,
    pub(crate) may_name_users: bool,
}

/// As the API shows it.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct FoundView {
    /// The address.
    pub email: String,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Both.
    pub name: String,
    /// `member`, `invited` (not yet accepted) or `bounced` (mail comes back).
    pub state: &'static str,
    /// Serial numbers of this contract that are the person's by an assignment.
    pub coordinates: i64,
    /// Whether the person may name users on this contract.
    pub may_name_users: bool,
}

impl Found {
    /// Whether mail reaches this person.
    pub fn reach(&self) -> Reach {
        Reach { deactivated: false, bounced: self.bounced, pending: self.pending, invited: self.invited }
    }

    /// As the API shows it.
    pub fn view(&self) -> FoundView {
        let state = match (self.bounced, self.pending) {
            (true, _) => "bounced",
            (_, true) => "invited",
            _ => "member",
        };
        FoundView {
            email: self.email.clone(),
            first_name: self.first_name.clone(),
            last_name: self.last_name.clone(),
            name: full_name(&self.first_name, &self.last_name),
            state,
            coordinates: self.coordinates,
            may_name_users: self.may_name_users,
        }
    }
}

/// The question, about one contract.
pub struct FindPeople {
    /// The contract.
    pub contract: ContractNumber,
    /// What is asked.
    pub asked: Asked,
}

/// What somebody coordinates is counted level by level, each on its index: one COALESCE over all assets would read the whole
/// contract for each person.
const FIND: &str = "SELECT p.handle, p.email, p.first_name, p.last_name, m.confirmed_at IS NULL AS pending,
        p.bounced_at IS NOT NULL AS bounced,
        EXISTS (SELECT 1 FROM invitations i WHERE i.account_id = m.account_id AND i.person_id = p.id) AS invited,
        (SELECT COUNT(*) FROM assets a WHERE a.coordinator_id = p.id AND a.contract_id = c.id)
            + (SELECT COUNT(*) FROM asset_groups g JOIN assets a ON a.group_id = g.id AND a.coordinator_id IS NULL
                WHERE g.coordinator_id = p.id AND g.contract_id = c.id)
            + CASE WHEN c.coordinator_id = p.id THEN (SELECT COUNT(*) FROM assets a
                LEFT JOIN asset_groups g ON g.id = a.group_id
                WHERE a.contract_id = c.id AND a.coordinator_id IS NULL AND g.coordinator_id IS NULL) ELSE 0 END
            AS coordinates,
        EXISTS (SELECT 1 FROM naming_rights n WHERE n.contract_id = c.id AND n.person_id = p.id) AS may_name_users
    FROM contracts c JOIN memberships m ON m.account_id = c.account_id JOIN people p ON p.id = m.person_id
    WHERE c.id = $1 AND p.deactivated_at IS NULL";
const ORDER: &str = " ORDER BY p.sort_key LIMIT ";

fn find(contract: crate::ids::ContractId, asked: &Asked) -> Sql {
    let (address, name) = (address_key(&asked.starting_with), search_key(&asked.starting_with));
    let starts = |list: Sql, column: &'static str, than: &'static str, key: &str| {
        list.push(column).push(" >= ").push_bind(key).push(than).push_bind(prefix_end(key))
    };
    let mut list = sql(FIND).bind(contract);
    if !name.is_empty() {
        list = list.push(" AND (");
        list = match asked.find {
            Find::Email => starts(list, "p.email_key", " AND p.email_key < ", &address),
            Find::FirstName => starts(list, "p.first_key", " AND p.first_key < ", &name),
            Find::LastName => starts(list, "p.last_key", " AND p.last_key < ", &name),
            Find::Any => {
                let list = starts(list, "p.email_key", " AND p.email_key < ", &address).push(" OR ");
                let list = starts(list, "p.first_key", " AND p.first_key < ", &name).push(" OR ");
                let list = starts(list, "p.last_key", " AND p.last_key < ", &name);
                // First and last name in a row, as one types them.
                let list = list.push(" OR (p.first_key || ' ' || p.last_key >= ").push_bind(name.as_str());
                list.push(" AND p.first_key || ' ' || p.last_key < ").push_bind(prefix_end(&name)).push(")")
            }
        };
        list = list.push(")");
    }
    list.push(ORDER).push_bind(MOST_FOUND)
}

impl Query for FindPeople {
    type Action = policy::FindPerson;
    type Output = Vec<Found>;

    fn target(&self) -> ContractNumber {
        self.contract.clone()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Vec<Found>, AppError> {
        Ok(reader.fetch(permit, find(permit.target().0, &self.asked)).await?)
    }
}

pub(super) fn statements() -> Vec<Sql> {
    let asked = |find| Asked { find, starting_with: "x".to_owned() };
    let mut all: Vec<Sql> = [Find::Any, Find::Email, Find::FirstName, Find::LastName]
        .into_iter()
        .map(|by| find(crate::ids::ContractId(0), &asked(by)))
        .collect();
    all.push(find(crate::ids::ContractId(0), &Asked::default()));
    all
}
