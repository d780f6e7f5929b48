//! What actions are done to: how each is found by its key, what the actor is to it, and what a write of it locks.
use super::{ActionId, Facts};
use crate::db::Value;
use crate::ids::{
    AccountId, AccountNumber, AssetId, ChangeSetId, ChangeSetKey, ContractId, ContractNumber, PersonId, PersonKey,
    ReleaseId, ReleaseKey, SerialNumber, Single,
};

/// Texts for the kinds of claim. `$1` is the target's key, `$2` the claim, `$3` the time.
pub struct FactsSql {
    pub(super) token: &'static str,
    pub(super) session: &'static str,
    pub(super) id: &'static str,
}

/// Each begins with who acts and what the bearer is good for, so that no target can forget it; `$part` goes on after
/// "SELECT …, " with what is known of the target.
macro_rules! facts {
    ($($part:expr),*) => {
        FactsSql {
            token: concat!("WITH me AS (SELECT p.id, p.staff_role, CAST(NULL AS BIGINT) AS viewer, t.scope = 'read' AS reads_only, FALSE AS enrols,
                FALSE AS fresh, 0 AS second_at FROM tokens t JOIN people p ON p.id = t.person_id
                WHERE t.hash = $2 AND t.expires_at > $3 AND p.deactivated_at IS NULL) ", bearer!(), $($part),*),
            session: concat!("WITH me AS (SELECT COALESCE(v.id, p.id) AS id,
                CASE WHEN v.id IS NULL THEN p.staff_role END AS staff_role,
                CASE WHEN v.id IS NOT NULL THEN p.id END AS viewer, FALSE AS reads_only,
                t.strong = FALSE AND (p.staff_role IS NOT NULL OR EXISTS (SELECT 1 FROM memberships r
                    WHERE r.person_id = p.id AND r.partner_role IS NOT NULL AND r.confirmed_at IS NOT NULL)) AS enrols,
                t.fresh_at > $3 - 300000 AS fresh, t.second_at FROM sessions t JOIN people p ON p.id = t.person_id
                LEFT JOIN people v ON v.id = t.view_as AND t.view_until > $3 AND v.deactivated_at IS NULL
                    AND v.staff_role IS NULL AND p.staff_role IN ('administrator', 'support')
                WHERE t.hash = $2 AND t.expires_at > $3 AND p.deactivated_at IS NULL) ", bearer!(), $($part),*),
            id: concat!("WITH me AS (SELECT CAST($2 AS BIGINT) AS id, CAST(NULL AS TEXT) AS staff_role,
                CAST(NULL AS BIGINT) AS viewer, FALSE AS reads_only, FALSE AS enrols, TRUE AS fresh, CAST($3 AS BIGINT) AS second_at WHERE $3 > 0) ", bearer!(), $($part),*),
        }
    };
}
macro_rules! bearer {
    () => {
        "SELECT me.id AS person, me.staff_role, me.viewer, me.reads_only, me.enrols, me.fresh, "
    };
}

macro_rules! contract_facts {
    ($target:literal, $coordinator:literal, $of_asset:expr, $from:literal) => {
        facts!(
            "c.manager_id AS manager, ",
            $target,
            " AS target, ",
            $coordinator,
            " AS coordinator,
            EXISTS (SELECT 1 FROM memberships m WHERE m.account_id = c.account_id AND m.person_id = me.id
                AND m.confirmed_at IS NOT NULL) AS member,
            COALESCE(COALESCE(c.coordinator_id, c.manager_id) = me.id, FALSE)
                OR EXISTS (SELECT 1 FROM asset_groups x WHERE x.coordinator_id = me.id AND x.contract_id = c.id)
                OR EXISTS (SELECT 1 FROM assets x WHERE x.coordinator_id = me.id AND x.contract_id = c.id)
                AS coordinates_here,
            EXISTS (SELECT 1 FROM naming_rights n WHERE n.contract_id = c.id AND n.person_id = me.id) AS may_name,
            EXISTS (SELECT 1 FROM entries e WHERE e.person_id = me.id AND e.contract_id = c.id AND e.ended_at IS NULL)
                AS entry,
            ",
            $of_asset,
            " AS entry_of_asset,
            EXISTS (SELECT 1 FROM memberships m WHERE m.account_id = c.reseller_id AND m.person_id = me.id
                AND m.partner_role IS NOT NULL AND m.confirmed_at IS NOT NULL) AS reseller
            FROM me ",
            $from
        )
    };
}

/// A thing that actions are done to. Resolved from its natural key, or from nothing that exists.
pub trait Target: Sized + Send + Sync + 'static {
    /// What an address calls it.
    type Key: Into<Value> + Clone + Send + Sync + std::fmt::Display;
    /// What the audit trail calls it.
    const KIND: &'static str;
    /// The action that decides between 404 and 403.
    const SEE: ActionId;
    /// Loads [`Facts`].
    const FACTS: FactsSql;
    /// First statement of a write: takes the row locks and moves the versions. `$1` is the key, and where `LOCK_BY_ACTOR`
    /// says so `$2` the actor.
    const LOCK: Option<&'static str>;
    /// Whether the lock depends on who acts.
    const LOCK_BY_ACTOR: bool = false;
    /// The target that the facts are about. `None`: there is no such thing.
    fn from_facts(facts: &Facts) -> Option<Self>;
    /// Its id in the audit trail.
    fn id(&self) -> i64;
}

/// A contract, by its number.
#[derive(Debug)]
pub struct Contract(pub(crate) ContractId);
impl Target for Contract {
    type Key = ContractNumber;
    const KIND: &'static str = "contract";
    const SEE: ActionId = ActionId::SeeContract;
    const FACTS: FactsSql =
        contract_facts!("c.id", "CAST(NULL AS BIGINT)", "FALSE", "LEFT JOIN contracts c ON c.number = $1");
    const LOCK: Option<&'static str> = Some("UPDATE contracts SET version = version + 1 WHERE number = $1");
    fn from_facts(facts: &Facts) -> Option<Self> {
        facts.target.map(|id| Self(ContractId(id)))
    }
    fn id(&self) -> i64 {
        self.0.0
    }
}

macro_rules! entry_of_asset {
    ($grant:literal) => {
        concat!(
            "EXISTS (SELECT 1 FROM entries e WHERE e.person_id = me.id AND e.contract_id = c.id AND e.ended_at IS NULL
                AND (e.all_assets = TRUE
                    OR EXISTS (SELECT 1 FROM entry_assets x WHERE x.entry_id = e.id AND x.asset_id = a.id))",
            $grant,
            ")"
        )
    };
}

/// An asset, by its serial number.
#[derive(Debug)]
pub struct Asset(pub(crate) AssetId);
impl Target for Asset {
    type Key = SerialNumber;
    const KIND: &'static str = "asset";
    const SEE: ActionId = ActionId::SeeAsset;
    const FACTS: FactsSql = contract_facts!(
        "a.id",
        "COALESCE(a.coordinator_id, g.coordinator_id, c.coordinator_id, c.manager_id)",
        concat!(
            entry_of_asset!(" AND e.releases = TRUE"),
            " AS may_releases, ",
            entry_of_asset!(" AND e.extensions = TRUE"),
            " AS may_extensions, ",
            entry_of_asset!("")
        ),
        "LEFT JOIN assets a ON a.serial = $1 LEFT JOIN contracts c ON c.id = a.contract_id
         LEFT JOIN asset_groups g ON g.id = a.group_id"
    );
    const LOCK: Option<&'static str> = Some(
        "UPDATE contracts SET version = version + 1
         WHERE id = (SELECT a.contract_id FROM assets a WHERE a.serial = $1)",
    );
    fn from_facts(facts: &Facts) -> Option<Self> {
        facts.target.map(|id| Self(AssetId(id)))
    }
    fn id(&self) -> i64 {
        self.0.0
    }
}

/// Somebody, by handle or by folded e-mail address.
#[derive(Debug)]
pub struct Person(pub(crate) PersonId);
impl Target for Person {
    type Key = PersonKey;
    const KIND: &'static str = "person";
    const SEE: ActionId = ActionId::SeePerson;
    const FACTS: FactsSql = facts!(
        "p.id AS target,
        EXISTS (SELECT 1 FROM memberships o JOIN contracts c ON c.account_id = o.account_id
            JOIN memberships m ON m.account_id = c.account_id AND m.person_id = me.id AND m.confirmed_at IS NOT NULL
            WHERE o.person_id = p.id AND c.manager_id = me.id) AS manages_colleague,
        EXISTS (SELECT 1 FROM memberships o JOIN contracts c ON c.account_id = o.account_id
            JOIN memberships m ON m.account_id = c.account_id AND m.person_id = me.id AND m.confirmed_at IS NOT NULL
            WHERE o.person_id = p.id AND (COALESCE(c.coordinator_id, c.manager_id) = me.id
                OR EXISTS (SELECT 1 FROM asset_groups x WHERE x.coordinator_id = me.id AND x.contract_id = c.id)
                OR EXISTS (SELECT 1 FROM assets x WHERE x.coordinator_id = me.id AND x.contract_id = c.id)))
            AS coordinates_with_colleague,
        EXISTS (SELECT 1 FROM memberships o JOIN contracts c ON c.account_id = o.account_id
            JOIN naming_rights n ON n.contract_id = c.id AND n.person_id = me.id
            JOIN memberships m ON m.account_id = c.account_id AND m.person_id = me.id AND m.confirmed_at IS NOT NULL
            WHERE o.person_id = p.id AND (COALESCE(c.coordinator_id, c.manager_id) = me.id
                OR EXISTS (SELECT 1 FROM asset_groups x WHERE x.coordinator_id = me.id AND x.contract_id = c.id)
                OR EXISTS (SELECT 1 FROM assets x WHERE x.coordinator_id = me.id AND x.contract_id = c.id)))
            AS names_colleague,
        EXISTS (SELECT 1 FROM memberships o JOIN contracts c ON c.account_id = o.account_id
            JOIN memberships m ON m.account_id = c.reseller_id
            WHERE o.person_id = p.id AND m.person_id = me.id AND m.partner_role IS NOT NULL
                AND m.confirmed_at IS NOT NULL) AS resells_to_colleague
        FROM me LEFT JOIN people p ON p.handle = $1 OR p.email_key = $1"
    );
    // The contracts that the actor manages in the companies of that person.
    const LOCK: Option<&'static str> = Some(
        "UPDATE contracts SET version = version + 1 WHERE manager_id = $2 AND account_id IN (
            SELECT o.account_id FROM memberships o JOIN people p ON p.id = o.person_id
            WHERE p.handle = $1 OR p.email_key = $1)",
    );
    const LOCK_BY_ACTOR: bool = true;
    fn from_facts(facts: &Facts) -> Option<Self> {
        facts.target.map(|id| Self(PersonId(id)))
    }
    fn id(&self) -> i64 {
        self.0.0
    }
}

/// A company, by its account number.
#[derive(Debug)]
pub struct Account(pub(crate) AccountId);
impl Target for Account {
    type Key = AccountNumber;
    const KIND: &'static str = "account";
    const SEE: ActionId = ActionId::SeeCompany;
    const FACTS: FactsSql = facts!(
        "o.id AS target,
        EXISTS (SELECT 1 FROM contracts c JOIN memberships m ON m.account_id = c.account_id AND m.person_id = me.id
            AND m.confirmed_at IS NOT NULL WHERE c.account_id = o.id AND c.manager_id = me.id) AS manages_company
        FROM me LEFT JOIN accounts o ON o.id = (SELECT COALESCE(x.merged_into, x.id) FROM accounts x WHERE x.number = $1)"
    );
    const LOCK: Option<&'static str> = Some(
        "UPDATE accounts SET version = version + 1 WHERE id = (SELECT COALESCE(x.merged_into, x.id)
        FROM accounts x WHERE x.number = $1)",
    );
    fn from_facts(facts: &Facts) -> Option<Self> {
        facts.target.map(|id| Self(AccountId(id)))
    }
    fn id(&self) -> i64 {
        self.0.0
    }
}

/// Somebody with everything that he or she holds: whoever is erased, or becomes another. A write locks all contracts of the
/// person's companies, so that nothing is given to the person meanwhile.
#[derive(Debug)]
pub struct Leaver(pub(crate) PersonId);
impl Target for Leaver {
    type Key = PersonKey;
    const KIND: &'static str = "person";
    const SEE: ActionId = ActionId::SeePerson;
    const FACTS: FactsSql = Person::FACTS;
    const LOCK: Option<&'static str> = Some(
        "UPDATE contracts SET version = version + 1 WHERE account_id IN (
            SELECT o.account_id FROM memberships o JOIN people p ON p.id = o.person_id
            WHERE p.handle = $1 OR p.email_key = $1)",
    );
    fn from_facts(facts: &Facts) -> Option<Self> {
        facts.target.map(|id| Self(PersonId(id)))
    }
    fn id(&self) -> i64 {
        self.0.0
    }
}

/// A change set, by its handle.
#[derive(Debug)]
pub struct ChangeSet(pub(crate) ChangeSetId);
impl Target for ChangeSet {
    type Key = ChangeSetKey;
    const KIND: &'static str = "change_set";
    const SEE: ActionId = ActionId::SeeChangeSet;
    const FACTS: FactsSql = facts!(
        "s.id AS target, COALESCE(s.kind IN ('take', 'merge_people', 'merge_companies'), FALSE) AS import_set,
        EXISTS (SELECT 1 FROM change_set_contracts x JOIN contracts c ON c.id = x.contract_id
            JOIN memberships m ON m.account_id = c.account_id AND m.person_id = me.id AND m.confirmed_at IS NOT NULL
            WHERE x.change_set = s.id AND c.manager_id = me.id) AS manages_in_set,
        COALESCE(s.set_by = me.id AND (SELECT r.kind FROM change_sets r WHERE r.id = COALESCE(s.root, s.id))
                IN ('name_users', 'end_access', 'grant_access')
            AND EXISTS (SELECT 1 FROM change_set_contracts x JOIN contracts c ON c.id = x.contract_id
                JOIN naming_rights n ON n.contract_id = c.id AND n.person_id = me.id
                JOIN memberships m ON m.account_id = c.account_id AND m.person_id = me.id AND m.confirmed_at IS NOT NULL
                WHERE x.change_set = s.id AND (COALESCE(c.coordinator_id, c.manager_id) = me.id
                    OR EXISTS (SELECT 1 FROM asset_groups y WHERE y.coordinator_id = me.id AND y.contract_id = c.id)
                    OR EXISTS (SELECT 1 FROM assets y WHERE y.coordinator_id = me.id AND y.contract_id = c.id))), FALSE)
            AS named_in_set
        FROM me LEFT JOIN change_sets s ON s.handle = $1"
    );
    const LOCK: Option<&'static str> = Some(
        "UPDATE contracts SET version = version + 1 WHERE id IN (
            SELECT x.contract_id FROM change_set_contracts x JOIN change_sets s ON s.id = x.change_set WHERE s.handle = $1)",
    );
    fn from_facts(facts: &Facts) -> Option<Self> {
        facts.target.map(|id| Self(ChangeSetId(id)))
    }
    fn id(&self) -> i64 {
        self.0.0
    }
}

/// A release or an extension, by its handle. Of a draft only the vendor's staff know.
#[derive(Debug)]
pub struct Release(pub(crate) ReleaseId);
impl Target for Release {
    type Key = ReleaseKey;
    const KIND: &'static str = "release";
    const SEE: ActionId = ActionId::SeeRelease;
    const FACTS: FactsSql = facts!(
        "r.id AS target, COALESCE(r.state <> 'draft' AND EXISTS (SELECT 1 FROM memberships y JOIN contracts c
                ON c.account_id = y.account_id JOIN assets a ON a.contract_id = c.id
                JOIN products k ON k.id = a.product_id AND k.line = r.line
            WHERE y.person_id = me.id AND y.confirmed_at IS NOT NULL AND (c.manager_id = me.id
                OR COALESCE(c.coordinator_id, c.manager_id) = me.id
                OR EXISTS (SELECT 1 FROM asset_groups x WHERE x.coordinator_id = me.id AND x.contract_id = c.id)
                OR EXISTS (SELECT 1 FROM assets x WHERE x.coordinator_id = me.id AND x.contract_id = c.id)
                OR ",
        entry_of_asset!(""),
        ")), FALSE) AS holds_product FROM me LEFT JOIN releases r ON r.handle = $1"
    );
    const LOCK: Option<&'static str> = Some("UPDATE releases SET version = version + 1 WHERE handle = $1");
    fn from_facts(facts: &Facts) -> Option<Self> {
        facts.target.map(|id| Self(ReleaseId(id)))
    }
    fn id(&self) -> i64 {
        self.0.0
    }
}

/// The same release for whoever fetches files of it: many do at once, and none changes it.
#[derive(Debug)]
pub struct Offer(pub(crate) ReleaseId);
impl Target for Offer {
    type Key = ReleaseKey;
    const KIND: &'static str = "release";
    const SEE: ActionId = ActionId::SeeRelease;
    const FACTS: FactsSql = Release::FACTS;
    const LOCK: Option<&'static str> = None;
    fn from_facts(facts: &Facts) -> Option<Self> {
        facts.target.map(|id| Self(ReleaseId(id)))
    }
    fn id(&self) -> i64 {
        self.0.0
    }
}

/// The actor.
#[derive(Debug)]
pub struct Me(pub(crate) PersonId);
impl Target for Me {
    type Key = Single;
    const KIND: &'static str = "person";
    const SEE: ActionId = ActionId::SeeSelf;
    // A manager or coordinator of whatever contract: whether the areas of those roles are open.
    const FACTS: FactsSql = facts!(
        "me.id AS target, TRUE AS member,
        me.second_at > $3 - 300000 OR NOT (EXISTS (SELECT 1 FROM passkeys k WHERE k.person_id = me.id)
            OR EXISTS (SELECT 1 FROM totps t WHERE t.person_id = me.id AND t.confirmed_at IS NOT NULL)) AS second,
        CASE WHEN EXISTS (SELECT 1 FROM contracts c JOIN memberships m ON m.account_id = c.account_id
            AND m.person_id = me.id AND m.confirmed_at IS NOT NULL WHERE c.manager_id = me.id) THEN me.id END AS manager,
        EXISTS (SELECT 1 FROM contracts c JOIN memberships m ON m.account_id = c.account_id
                AND m.person_id = me.id AND m.confirmed_at IS NOT NULL WHERE c.coordinator_id = me.id)
            OR EXISTS (SELECT 1 FROM asset_groups g JOIN memberships m ON m.account_id = g.account_id
                AND m.person_id = me.id AND m.confirmed_at IS NOT NULL WHERE g.coordinator_id = me.id)
            OR EXISTS (SELECT 1 FROM assets a JOIN memberships m ON m.account_id = a.account_id
                AND m.person_id = me.id AND m.confirmed_at IS NOT NULL WHERE a.coordinator_id = me.id)
            AS coordinates_here,
        EXISTS (SELECT 1 FROM naming_rights n JOIN contracts c ON c.id = n.contract_id
            JOIN memberships m ON m.account_id = c.account_id AND m.person_id = me.id AND m.confirmed_at IS NOT NULL
            WHERE n.person_id = me.id AND (COALESCE(c.coordinator_id, c.manager_id) = me.id
                OR EXISTS (SELECT 1 FROM asset_groups x WHERE x.coordinator_id = me.id AND x.contract_id = c.id)
                OR EXISTS (SELECT 1 FROM assets x WHERE x.coordinator_id = me.id AND x.contract_id = c.id))) AS may_name,
        EXISTS (SELECT 1 FROM memberships m JOIN contracts c ON c.reseller_id = m.account_id WHERE m.person_id = me.id
            AND m.partner_role IS NOT NULL AND m.confirmed_at IS NOT NULL) AS reseller
        FROM me WHERE $1 = '' AND me.id > 0"
    );
    const LOCK: Option<&'static str> = None;
    fn from_facts(facts: &Facts) -> Option<Self> {
        Some(Self(facts.person))
    }
    fn id(&self) -> i64 {
        self.0.0
    }
}

/// The installation as a whole, from its front door to its jobs.
#[derive(Debug)]
pub struct Installation;
impl Target for Installation {
    type Key = Single;
    const KIND: &'static str = "installation";
    const SEE: ActionId = ActionId::SeeFrontDoor;
    const FACTS: FactsSql = facts!("TRUE AS member FROM me WHERE $1 = ''");
    const LOCK: Option<&'static str> = None;
    fn from_facts(_: &Facts) -> Option<Self> {
        Some(Self)
    }
    fn id(&self) -> i64 {
        0
    }
}

/// Behind the texts that each target begins with.
mod shipment;
pub use shipment::Shipment;
