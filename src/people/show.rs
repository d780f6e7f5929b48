//! One person, as far as the reader knows the contracts: roles, what he or she coordinates, access, and whether the reader
//! may hand it over.
use crate::change_sets::message::Just;
use crate::coordinators::rules::GRACE_DAYS;
use crate::db::{FromRow, Reader, Sql, sql};
use crate::error::AppError;
use crate::ids::{PersonId, PersonKey};
use crate::operation::Query;
use crate::policy::{self, AssignCoordinator, HandOver, Permit, Scope, Scoped, SeeContract};
use crate::time::{Day, Instant, Moment};
use crate::users::person_page::Buttons;
use crate::web::ui::Flash;

/// So many serial numbers of each contract and level are named.
const MOST_NAMED: i64 = 10;

/// Asks about one.
#[derive(Clone, Debug)]
pub struct ShowPerson {
    /// Who.
    pub person: PersonKey,
    /// What was just done.
    pub just: Just,
}

/// What is known.
#[derive(Clone, Debug)]
pub struct Shown {
    pub(super) person: PersonRow,
    pub(super) you: bool,
    pub(super) companies: Vec<CompanyRow>,
    pub(super) work: Vec<WorkRow>,
    pub(super) serials: Vec<SerialRow>,
    pub(super) roles: Vec<RoleRow>,
    /// Contracts of the person's companies on which the reader may hand over.
    pub(super) managed: Vec<ManagedRow>,
    pub(super) flash: Option<Flash>,
    /// Name, address and links are the reader's to give.
    pub(super) credentials: bool,
    /// The reader may remove the person from the company.
    pub(super) removes: bool,
    pub(super) now: Moment,
}

#[derive(Clone, Debug, FromRow)]
pub(super) struct PersonRow {
    pub id: i64,
    pub handle: String,
    pub email: String,
    pub first_name: String,
    pub last_name: String,
    pub staff_role: Option<String>,
    pub signed_in_at: Option<Instant>,
    pub deactivated_at: Option<Instant>,
    pub bounced: bool,
}

#[derive(Clone, Debug, FromRow)]
pub(super) struct CompanyRow {
    pub name: String,
    pub confirmed: bool,
    pub invited_at: Option<Instant>,
    pub expires_at: Option<Instant>,
}

/// What somebody has on one contract at one level: `asset`, `group`, `contract`, `manager` (by default); a dated assignment
/// that lies ahead (`planned`), or what lies beneath one that is in somebody else's hands now (`beneath`).
#[derive(Clone, Debug, Default, FromRow)]
pub(super) struct WorkRow {
    pub number: String,
    pub manager_id: i64,
    pub manager_handle: String,
    pub manager_email: String,
    pub manager_first: String,
    pub manager_last: String,
    pub level: String,
    pub name: String,
    pub assets: i64,
    pub from_on: Option<String>,
    pub until_on: Option<String>,
}

#[derive(Clone, Debug, FromRow)]
pub(super) struct SerialRow {
    pub number: String,
    pub level: String,
    pub serial: String,
    pub product: String,
}

#[derive(Clone, Debug, Default, FromRow)]
pub(super) struct RoleRow {
    pub number: String,
    pub manages: bool,
    pub may_name: bool,
    pub entry: bool,
    pub all_assets: bool,
    pub releases: bool,
    pub extensions: bool,
    pub support: bool,
    pub learning: bool,
    pub assets: i64,
}

#[derive(Clone, Debug, FromRow)]
pub(super) struct ManagedRow {
    pub number: String,
    pub company: String,
}

const PERSON: &str = "SELECT p.id, p.handle, p.email, p.first_name, p.last_name, p.staff_role, p.signed_in_at,
        p.deactivated_at, p.bounced_at IS NOT NULL AS bounced
    FROM people p WHERE p.id = $1";
/// `$2` the person. A company that the reader has nothing to do with is not named.
const COMPANIES: &str = "SELECT o.name, m.confirmed_at IS NOT NULL AS confirmed, i.invited_at, i.expires_at
    FROM memberships m JOIN accounts o ON o.id = m.account_id
    LEFT JOIN invitations i ON i.account_id = o.id AND i.person_id = m.person_id
    WHERE m.person_id = $2 AND ($2 = $1 OR EXISTS (SELECT 1 FROM contracts c WHERE c.account_id = o.id AND";
const COMPANIES_END: &str = ")) ORDER BY o.name_key, o.number";
/// The contracts of the person that the reader sees, through the indexes of what somebody can be to a contract.
const SEEN: &str =
    "WITH seen AS (SELECT c.id, c.number, c.manager_id, c.coordinator_id FROM contracts c WHERE c.id IN (
        SELECT x.id FROM contracts x WHERE x.manager_id = $2
        UNION SELECT x.id FROM contracts x WHERE x.coordinator_id = $2
        UNION SELECT x.contract_id FROM asset_groups x WHERE x.coordinator_id = $2
        UNION SELECT x.contract_id FROM assets x WHERE x.coordinator_id = $2
        UNION SELECT x.contract_id FROM entries x WHERE x.person_id = $2 AND x.ended_at IS NULL
        UNION SELECT x.contract_id FROM covers x WHERE x.person_id = $2 AND x.state = 'planned'
        UNION SELECT x.contract_id FROM covers x WHERE x.under_id = $2 AND x.state = 'active') AND";
/// Level by level, each on its index; one COALESCE over all assets would read them all.
const WORK: &str = ") SELECT c.number, c.manager_id, q.handle AS manager_handle, q.email AS manager_email,
        q.first_name AS manager_first, q.last_name AS manager_last, w.level, w.name, w.assets, w.from_on, w.until_on FROM (
        SELECT s.id AS contract_id, 'contract' AS level, '' AS name, (SELECT COUNT(*) FROM assets a
                LEFT JOIN asset_groups g ON g.id = a.group_id WHERE a.contract_id = s.id AND a.coordinator_id IS NULL
                AND g.coordinator_id IS NULL) AS assets, CAST(NULL AS TEXT) AS from_on, CAST(NULL AS TEXT) AS until_on
            FROM seen s WHERE s.coordinator_id = $2
        UNION ALL SELECT s.id, 'group', g.name, COUNT(a.id), NULL, NULL FROM asset_groups g JOIN seen s ON s.id = g.contract_id
            LEFT JOIN assets a ON a.group_id = g.id AND a.coordinator_id IS NULL
            WHERE g.coordinator_id = $2 GROUP BY s.id, g.id, g.name
        UNION ALL SELECT s.id, 'asset', '', COUNT(*), NULL, NULL FROM assets a JOIN seen s ON s.id = a.contract_id
            WHERE a.coordinator_id = $2 GROUP BY s.id
        UNION ALL SELECT s.id, 'manager', '', COUNT(*), NULL, NULL FROM seen s JOIN assets a ON a.contract_id = s.id
            LEFT JOIN asset_groups g ON g.id = a.group_id WHERE s.manager_id = $2 AND s.coordinator_id IS NULL
            AND a.coordinator_id IS NULL AND g.coordinator_id IS NULL GROUP BY s.id
        UNION ALL SELECT s.id, 'planned', k.level, COUNT(*), k.from_on, k.until_on FROM covers k
            JOIN seen s ON s.id = k.contract_id WHERE k.person_id = $2 AND k.state = 'planned'
            GROUP BY s.id, k.level, k.from_on, k.until_on
        UNION ALL SELECT s.id, 'beneath', k.level, COUNT(*), k.from_on, k.until_on FROM covers k
            JOIN seen s ON s.id = k.contract_id WHERE k.under_id = $2 AND k.person_id IS DISTINCT FROM k.under_id
            AND k.state = 'active' GROUP BY s.id, k.level, k.from_on, k.until_on
    ) w JOIN seen c ON c.id = w.contract_id JOIN people q ON q.id = c.manager_id
    ORDER BY c.number, CASE w.level WHEN 'contract' THEN 0 WHEN 'group' THEN 1 WHEN 'asset' THEN 2 WHEN 'manager' THEN 3 ELSE 4 END,
        w.name, w.from_on";
const SERIALS: &str = ") SELECT x.number, x.level, x.serial, x.product FROM (
        SELECT y.number, y.level, y.serial, r.name AS product,
            ROW_NUMBER() OVER (PARTITION BY y.number, y.level ORDER BY y.serial) AS place FROM (
            SELECT s.number, 'asset' AS level, a.serial, a.product_id FROM assets a JOIN seen s ON s.id = a.contract_id
            WHERE a.coordinator_id = $2
            UNION ALL SELECT s.number, 'manager', a.serial, a.product_id FROM seen s JOIN assets a ON a.contract_id = s.id
            LEFT JOIN asset_groups g ON g.id = a.group_id WHERE s.manager_id = $2 AND s.coordinator_id IS NULL
            AND a.coordinator_id IS NULL AND g.coordinator_id IS NULL) y JOIN products r ON r.id = y.product_id) x
    WHERE x.place <= ";
const BY_SERIAL: &str = " ORDER BY x.number, x.level, x.serial";
const ROLES: &str = ") SELECT s.number, s.manager_id = $2 AS manages,
        EXISTS (SELECT 1 FROM naming_rights n WHERE n.contract_id = s.id AND n.person_id = $2) AS may_name,
        e.id IS NOT NULL AS entry, COALESCE(e.all_assets, FALSE) AS all_assets, COALESCE(e.releases, FALSE) AS releases,
        COALESCE(e.extensions, FALSE) AS extensions, COALESCE(e.support, FALSE) AS support,
        COALESCE(e.learning, FALSE) AS learning,
        (SELECT COUNT(*) FROM entry_assets z WHERE z.entry_id = e.id) AS assets
    FROM seen s LEFT JOIN entries e ON e.contract_id = s.id AND e.person_id = $2 AND e.ended_at IS NULL
    ORDER BY s.number";
/// `$2` the person; then the first end day of contracts that may still be changed.
const MANAGED: &str = "SELECT c.number, o.name AS company FROM contracts c JOIN accounts o ON o.id = c.account_id
    WHERE c.manager_id = $1 AND c.account_id IN (SELECT m.account_id FROM memberships m WHERE m.person_id = $2) AND";
const EDITABLE: &str = " AND c.end_on >= ";
const BY_NUMBER: &str = " ORDER BY c.number";

fn companies(scope: &Scope<SeeContract>, person: PersonId) -> Scoped {
    scope.select(COMPANIES, person, |s| s.push(COMPANIES_END))
}

fn seen(scope: &Scope<SeeContract>, person: PersonId, then: &'static str) -> Scoped {
    scope.select(SEEN, person, |s| s.push(then))
}

fn serials(scope: &Scope<SeeContract>, person: PersonId) -> Scoped {
    scope.select(SEEN, person, |s| s.push(SERIALS).push_bind(MOST_NAMED).push(BY_SERIAL))
}

fn managed(scope: &Scope<AssignCoordinator>, person: PersonId, editable: Day) -> Scoped {
    scope.select(MANAGED, person, |s| s.push(EDITABLE).push_bind(editable.to_string()).push(BY_NUMBER))
}

impl Query for ShowPerson {
    type Action = policy::SeePerson;
    type Output = Shown;

    fn target(&self) -> PersonKey {
        self.person.clone()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Shown, AppError> {
        let id = permit.target().0;
        let now = reader.now().clone();
        let person: Option<PersonRow> = reader.find(permit, sql(PERSON).bind(id)).await?;
        let person = person.ok_or_else(AppError::hidden)?;
        let scope = permit.scope::<SeeContract>();
        let editable = now.today.plus(-GRACE_DAYS);
        let managed = match permit.may::<HandOver>() {
            true => reader.list(managed(&permit.scope(), id, editable)).await?,
            false => Vec::new(),
        };
        let close = format!("/people/{}", person.handle);
        Ok(Shown {
            companies: reader.list(companies(&scope, id)).await?,
            work: reader.list(seen(&scope, id, WORK)).await?,
            serials: reader.list(serials(&scope, id)).await?,
            roles: reader.list(seen(&scope, id, ROLES)).await?,
            flash: self.just.message(reader, permit, &close).await?,
            you: id == permit.actor(),
            credentials: permit.may::<policy::Invite>() && id != permit.actor(),
            removes: permit.may::<policy::RemoveUser>() && id != permit.actor(),
            person,
            managed,
            now,
        })
    }
}

impl Shown {
    /// What the reader does about sign-in and rights.
    pub(super) fn buttons(&self, csrf: &str) -> Buttons {
        let coordinates = |number: &str| {
            let at = |level: &str| matches!(level, "asset" | "group" | "contract");
            self.work.iter().any(|row| row.number == number && at(&row.level))
        };
        let has = |number: &str| self.roles.iter().any(|role| role.number == number && role.may_name);
        let naming = self.managed.iter().map(|m| m.number.as_str()).filter(|n| !self.you && (coordinates(n) || has(n)));
        Buttons {
            handle: self.person.handle.clone(),
            email: self.person.email.clone(),
            csrf: csrf.to_owned(),
            pending: self.pending(),
            invited: self.invited(),
            credentials: self.credentials && self.person.deactivated_at.is_none(),
            removes: self.removes,
            naming: naming.map(|number| (number.to_owned(), has(number))).collect(),
        }
    }

    /// No confirmed member of one of the companies.
    pub(super) fn pending(&self) -> bool {
        self.companies.iter().any(|company| !company.confirmed)
    }

    /// Invited to a company that waits for it.
    pub(super) fn invited(&self) -> bool {
        self.companies.iter().any(|company| !company.confirmed && company.invited_at.is_some())
    }

    /// What of it the reader may hand over.
    pub(super) fn handed(&self) -> impl Iterator<Item = &WorkRow> {
        self.work.iter().filter(|row| self.managed.iter().any(|m| m.number == row.number))
    }

    /// Of the contracts on which the reader may hand over, one on which there is something.
    pub(super) fn contract(&self) -> Option<&ManagedRow> {
        self.managed.iter().find(|m| self.work.iter().any(|row| row.number == m.number))
    }
}

pub(super) fn statements() -> Vec<Sql> {
    let (scope, person) = (Scope::<SeeContract>::sample(), PersonId(0));
    let day = Day(jiff::civil::Date::MIN);
    vec![
        sql(PERSON),
        companies(&scope, person).into_sql(),
        seen(&scope, person, WORK).into_sql(),
        serials(&scope, person).into_sql(),
        seen(&scope, person, ROLES).into_sql(),
        managed(&Scope::sample(), person, day).into_sql(),
    ]
}
