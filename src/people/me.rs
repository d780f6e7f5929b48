//! Who is signed in: the person, the companies, and what he or she is to them.
use crate::db::{FromRow, Reader, Sql, sql};
use crate::error::AppError;
use crate::ids::{PersonId, Single};
use crate::operation::Query;
use crate::policy::{self, Permit};
use jiff::tz::TimeZone;
use serde::Serialize;

/// Asks who one is.
pub struct ShowSelf;

/// What the database says.
#[derive(Clone, Debug, FromRow)]
pub struct SelfRow {
    pub(crate) id: i64,
    pub(crate) handle: String,
    pub(crate) email: String,
    pub(crate) first_name: String,
    pub(crate) last_name: String,
    pub(crate) theme: String,
    pub(crate) time_zone: String,
    pub(crate) shortcuts: bool,
    pub(crate) staff_role: Option<String>,
    pub(crate) manages: i64,
    /// Contracts in whose administration the person is at home.
    pub(crate) administers: i64,
    pub(crate) coordinates: bool,
    /// Has the right to name users on a contract.
    pub(crate) names: bool,
    pub(crate) uses: bool,
    pub(crate) resells: i64,
}

/// One company of the person.
#[derive(Clone, Debug, FromRow)]
pub struct CompanyRow {
    pub(crate) number: String,
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) partner_role: Option<String>,
    pub(crate) confirmed: bool,
    pub(crate) invited: bool,
}

/// Both.
#[derive(Clone, Debug)]
pub struct Myself {
    /// Who of the vendor's staff looks as this person, if anybody.
    pub(crate) viewer: Option<PersonId>,
    pub(crate) person: SelfRow,
    pub(crate) companies: Vec<CompanyRow>,
}

/// As the API shows it.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct SelfView {
    /// The address.
    pub email: String,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// The companies that one belongs to.
    pub accounts: Vec<AccountView>,
    /// `contract_manager`, `software_coordinator`, `user`, `partner`, `partner_admin`, or a staff role.
    pub roles: Vec<String>,
}

/// A company.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct AccountView {
    /// Its number.
    pub account_number: String,
    /// Its name.
    pub name: String,
    /// `customer` or `reseller`.
    pub kind: String,
}

/// Only confirmed memberships carry rights: somebody invited who has not accepted is nothing to any contract yet.
const PERSON: &str =
    "SELECT p.id, p.handle, p.email, p.first_name, p.last_name, p.theme, p.time_zone, p.shortcuts, p.staff_role,
        (SELECT COUNT(*) FROM contracts c JOIN memberships m ON m.account_id = c.account_id AND m.person_id = p.id
            AND m.confirmed_at IS NOT NULL WHERE c.manager_id = p.id) AS manages,
        CASE WHEN p.staff_role IS NOT NULL THEN (SELECT COUNT(*) FROM contracts) ELSE (
            SELECT COUNT(*) FROM contracts c JOIN memberships m ON m.account_id = c.account_id AND m.person_id = p.id
                AND m.confirmed_at IS NOT NULL WHERE c.id IN (SELECT x.id FROM contracts x WHERE x.manager_id = p.id
                UNION SELECT x.id FROM contracts x WHERE x.coordinator_id = p.id
                UNION SELECT x.contract_id FROM asset_groups x WHERE x.coordinator_id = p.id
                UNION SELECT x.contract_id FROM assets x WHERE x.coordinator_id = p.id)) END AS administers,
        EXISTS (SELECT 1 FROM contracts c JOIN memberships m ON m.account_id = c.account_id AND m.person_id = p.id
                AND m.confirmed_at IS NOT NULL WHERE c.coordinator_id = p.id)
            OR EXISTS (SELECT 1 FROM asset_groups g JOIN memberships m ON m.account_id = g.account_id
                AND m.person_id = p.id AND m.confirmed_at IS NOT NULL WHERE g.coordinator_id = p.id)
            OR EXISTS (SELECT 1 FROM assets a JOIN memberships m ON m.account_id = a.account_id
                AND m.person_id = p.id AND m.confirmed_at IS NOT NULL WHERE a.coordinator_id = p.id) AS coordinates,
        EXISTS (SELECT 1 FROM entries e JOIN memberships m ON m.account_id = e.account_id AND m.person_id = p.id
            AND m.confirmed_at IS NOT NULL WHERE e.person_id = p.id AND e.ended_at IS NULL) AS uses,
        EXISTS (SELECT 1 FROM naming_rights n JOIN contracts c ON c.id = n.contract_id
            JOIN memberships m ON m.account_id = c.account_id AND m.person_id = p.id AND m.confirmed_at IS NOT NULL
            WHERE n.person_id = p.id AND (COALESCE(c.coordinator_id, c.manager_id) = p.id
                OR EXISTS (SELECT 1 FROM asset_groups x WHERE x.coordinator_id = p.id AND x.contract_id = c.id)
                OR EXISTS (SELECT 1 FROM assets x WHERE x.coordinator_id = p.id AND x.contract_id = c.id))) AS names,
        (SELECT COUNT(*) FROM memberships m JOIN contracts c ON c.reseller_id = m.account_id
            WHERE m.person_id = p.id AND m.partner_role IS NOT NULL AND m.confirmed_at IS NOT NULL) AS resells
    FROM people p WHERE p.id = $1";
const COMPANIES: &str = "SELECT o.number, o.name, o.kind, m.partner_role, m.confirmed_at IS NOT NULL AS confirmed,
        EXISTS (SELECT 1 FROM invitations i WHERE i.account_id = m.account_id AND i.person_id = m.person_id) AS invited
    FROM memberships m JOIN accounts o ON o.id = m.account_id WHERE m.person_id = $1 ORDER BY o.name_key, o.number";

impl Query for ShowSelf {
    type Action = policy::SeeSelf;
    type Output = Myself;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Myself, AppError> {
        let person: Option<SelfRow> = reader.find(permit, sql(PERSON).bind(permit.target().0)).await?;
        let companies = reader.fetch(permit, sql(COMPANIES).bind(permit.target().0)).await?;
        Ok(Myself { viewer: permit.viewer(), person: person.ok_or_else(AppError::hidden)?, companies })
    }
}

impl Myself {
    /// The zone in which this reader's times are told: the own one, or the vendor's.
    pub fn zone(&self, vendors: &TimeZone) -> TimeZone {
        match self.person.time_zone.as_str() {
            "" => vendors.clone(),
            name => crate::time::zone(name).unwrap_or_else(|_| vendors.clone()),
        }
    }

    /// The roles, the most responsible first.
    pub fn roles(&self) -> Vec<String> {
        let person = &self.person;
        let mut roles: Vec<String> = person.staff_role.clone().into_iter().collect();
        roles.extend((person.manages > 0).then(|| "contract_manager".to_owned()));
        roles.extend(person.coordinates.then(|| "software_coordinator".to_owned()));
        roles.extend(person.uses.then(|| "user".to_owned()));
        let partner = self.companies.iter().filter(|c| c.confirmed).filter_map(|c| c.partner_role.clone());
        roles.extend(partner.take(1));
        roles
    }

    /// As the API shows it.
    pub fn view(&self) -> SelfView {
        let account = |c: &CompanyRow| AccountView {
            account_number: c.number.clone(),
            name: c.name.clone(),
            kind: c.kind.clone(),
        };
        SelfView {
            email: self.person.email.clone(),
            first_name: self.person.first_name.clone(),
            last_name: self.person.last_name.clone(),
            accounts: self.companies.iter().filter(|c| c.confirmed).map(account).collect(),
            roles: self.roles(),
        }
    }
}

pub(super) fn statements() -> Vec<Sql> {
    [PERSON, COMPANIES].map(sql).into()
}
