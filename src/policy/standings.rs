//! The standings: what somebody is to a thing, each written once in its two renderings, side by side.
use super::Facts;
use crate::ids::PersonId;

/// One standing in its two renderings, which a test holds together on random worlds.
pub struct Rule {
    /// As people say it: "ask the …".
    pub name: &'static str,
    /// Point check: on the loaded facts.
    pub holds: fn(&Facts) -> bool,
    /// List: on the rows `a` (asset), `g` (group, may be absent), `c` (contract), or `p` (person), or `s` (change set) with
    /// its items `i`, or `o` (company), or `r` (release), or `n` (notice), or `h` (shipment); `$1` is the person.
    pub condition: &'static str,
}

macro_rules! standings {
    ($($standing:ident $name:literal { holds: $holds:expr, condition: $condition:expr })*) => {
        /// What somebody is to a thing: a column of the matrix.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Standing { $(#[doc = $name] $standing),* }
        impl Standing {
            /// All, in the order of the matrix.
            pub const ALL: &'static [Standing] = &[$(Standing::$standing),*];
            /// Both renderings.
            pub fn rule(self) -> Rule {
                match self { $(Standing::$standing => Rule { name: $name, holds: $holds, condition: $condition }),* }
            }
        }
    };
}

/// Only confirmed memberships carry rights: somebody invited who has not accepted has none.
macro_rules! confirmed {
    () => {
        " EXISTS (SELECT 1 FROM memberships m WHERE m.account_id = c.account_id AND m.person_id = $1
            AND m.confirmed_at IS NOT NULL)"
    };
}
/// Coordinates at any level of the contract `c`; whoever manages it does by default.
macro_rules! coordinates {
    () => {
        "(COALESCE(c.coordinator_id, c.manager_id) = $1
            OR EXISTS (SELECT 1 FROM asset_groups x WHERE x.coordinator_id = $1 AND x.contract_id = c.id)
            OR EXISTS (SELECT 1 FROM assets x WHERE x.coordinator_id = $1 AND x.contract_id = c.id))"
    };
}
macro_rules! entry {
    ($also:literal) => {
        concat!(
            "(EXISTS (SELECT 1 FROM entries e WHERE e.person_id = $1 AND e.contract_id = c.id AND e.ended_at IS NULL",
            $also,
            ") AND",
            confirmed!(),
            ")"
        )
    };
}

standings! {
    Manager "Contract Manager" {
        holds: |f| f.member && f.manager == Some(f.person),
        condition: concat!("(c.manager_id = $1 AND", confirmed!(), ")")
    }
    Coordinator "Software Coordinator on the contract" {
        holds: |f| f.member && f.coordinates_here,
        condition: concat!("(", coordinates!(), " AND", confirmed!(), ")")
    }
    OwnCoordinator "Software Coordinator of the asset" {
        holds: |f| f.member && f.coordinator == Some(f.person),
        condition: concat!("(COALESCE(a.coordinator_id, g.coordinator_id, c.coordinator_id, c.manager_id) = $1 AND",
            confirmed!(), ")")
    }
    NamingCoordinator "Software Coordinator with the right to name users" {
        holds: |f| f.member && f.coordinates_here && f.may_name,
        condition: concat!("(EXISTS (SELECT 1 FROM naming_rights n WHERE n.contract_id = c.id AND n.person_id = $1)
            AND ", coordinates!(), " AND", confirmed!(), ")")
    }
    OwnNamingCoordinator "Software Coordinator of the asset with the right to name users" {
        holds: |f| f.member && f.coordinator == Some(f.person) && f.may_name,
        condition: concat!("(COALESCE(a.coordinator_id, g.coordinator_id, c.coordinator_id, c.manager_id) = $1
            AND EXISTS (SELECT 1 FROM naming_rights n WHERE n.contract_id = c.id AND n.person_id = $1) AND",
            confirmed!(), ")")
    }
    User "User on the contract" {
        holds: |f| f.member && f.entry,
        condition: entry!("")
    }
    UserOfAsset "User of the asset" {
        holds: |f| f.member && f.entry_of_asset,
        condition: entry!(" AND (e.all_assets = TRUE
            OR EXISTS (SELECT 1 FROM entry_assets x WHERE x.entry_id = e.id AND x.asset_id = a.id))")
    }
    UserOfReleases "User of the asset with the grant releases" {
        holds: |f| f.member && f.may_releases,
        condition: entry!(" AND e.releases = TRUE AND (e.all_assets = TRUE
            OR EXISTS (SELECT 1 FROM entry_assets x WHERE x.entry_id = e.id AND x.asset_id = a.id))")
    }
    UserOfExtensions "User of the asset with the grant extensions" {
        holds: |f| f.member && f.may_extensions,
        condition: entry!(" AND e.extensions = TRUE AND (e.all_assets = TRUE
            OR EXISTS (SELECT 1 FROM entry_assets x WHERE x.entry_id = e.id AND x.asset_id = a.id))")
    }
    HoldsProduct "whoever has a serial number of the product line" {
        holds: |f| f.holds_product,
        condition: concat!("(r.state <> 'draft' AND EXISTS (SELECT 1 FROM memberships y JOIN contracts c
                ON c.account_id = y.account_id JOIN assets a ON a.contract_id = c.id
                JOIN products k ON k.id = a.product_id AND k.line = r.line
            WHERE y.person_id = $1 AND y.confirmed_at IS NOT NULL AND (c.manager_id = $1 OR ", coordinates!(), "
                OR EXISTS (SELECT 1 FROM entries e WHERE e.person_id = $1 AND e.contract_id = c.id AND e.ended_at IS NULL
                    AND (e.all_assets = TRUE
                        OR EXISTS (SELECT 1 FROM entry_assets z WHERE z.entry_id = e.id AND z.asset_id = a.id))))))")
    }
    Reseller "reseller of record" {
        holds: |f| f.reseller,
        condition: "EXISTS (SELECT 1 FROM memberships m WHERE m.account_id = c.reseller_id AND m.person_id = $1
            AND m.partner_role IS NOT NULL AND m.confirmed_at IS NOT NULL)"
    }
    Myself "the person" {
        holds: |f| f.target == Some(f.person.0),
        condition: "p.id = $1"
    }
    ManagerOfColleague "Contract Manager in the person's company" {
        holds: |f| f.manages_colleague,
        condition: concat!("EXISTS (SELECT 1 FROM memberships o JOIN contracts c ON c.account_id = o.account_id
            WHERE o.person_id = p.id AND c.manager_id = $1 AND", confirmed!(), ")")
    }
    CoordinatorOfColleague "Software Coordinator in the person's company" {
        holds: |f| f.coordinates_with_colleague,
        condition: concat!("EXISTS (SELECT 1 FROM memberships o JOIN contracts c ON c.account_id = o.account_id
            WHERE o.person_id = p.id AND ", coordinates!(), " AND", confirmed!(), ")")
    }
    NamingColleague "Software Coordinator in the person's company with the right to name users" {
        holds: |f| f.names_colleague,
        condition: concat!("EXISTS (SELECT 1 FROM memberships o JOIN contracts c ON c.account_id = o.account_id
            JOIN naming_rights n ON n.contract_id = c.id AND n.person_id = $1
            WHERE o.person_id = p.id AND ", coordinates!(), " AND", confirmed!(), ")")
    }
    ResellerOfColleague "reseller of record of the person's company" {
        holds: |f| f.resells_to_colleague,
        condition: "EXISTS (SELECT 1 FROM memberships o JOIN contracts c ON c.account_id = o.account_id
            JOIN memberships m ON m.account_id = c.reseller_id
            WHERE o.person_id = p.id AND m.person_id = $1 AND m.partner_role IS NOT NULL AND m.confirmed_at IS NOT NULL)"
    }
    ManagerInSet "Contract Manager of a contract in the change set" {
        holds: |f| f.manages_in_set,
        condition: concat!("EXISTS (SELECT 1 FROM change_set_contracts x JOIN contracts c ON c.id = x.contract_id
            WHERE x.change_set = s.id AND c.manager_id = $1 AND", confirmed!(), ")")
    }
    NamerInSet "whoever named the users of the change set, and still may" {
        holds: |f| f.named_in_set,
        condition: concat!("(s.set_by = $1 AND (SELECT r.kind FROM change_sets r WHERE r.id = COALESCE(s.root, s.id))
                IN ('name_users', 'end_access', 'grant_access')
            AND EXISTS (SELECT 1 FROM change_set_contracts x JOIN contracts c ON c.id = x.contract_id
                JOIN naming_rights n ON n.contract_id = c.id AND n.person_id = $1
                WHERE x.change_set = s.id AND ", coordinates!(), " AND", confirmed!(), "))")
    }
    NamerOfItem "Software Coordinator with the right to name users, where it is about access" {
        holds: |f| f.member && f.coordinates_here && f.may_name,
        condition: concat!("(i.level = 'entry' AND EXISTS (SELECT 1 FROM naming_rights n WHERE n.contract_id = c.id
            AND n.person_id = $1) AND ", coordinates!(), " AND", confirmed!(), ")")
    }
    NamerOfOwnItem "Software Coordinator with the right to name users, where it is about access to own assets" {
        holds: |f| f.member && f.coordinates_here && f.may_name,
        condition: concat!("(i.level = 'entry' AND EXISTS (SELECT 1 FROM naming_rights n WHERE n.contract_id = c.id
            AND n.person_id = $1) AND ", coordinates!(), " AND", confirmed!(), "
            AND NOT EXISTS (SELECT 1 FROM entries e WHERE e.id IN (i.before_id, i.after_id) AND (e.all_assets = TRUE
                OR EXISTS (SELECT 1 FROM entry_assets x JOIN assets k ON k.id = x.asset_id
                    LEFT JOIN asset_groups h ON h.id = k.group_id WHERE x.entry_id = e.id
                    AND COALESCE(k.coordinator_id, h.coordinator_id, c.coordinator_id, c.manager_id) <> $1))))")
    }
    AdministratorOfImport "administrator, where an import or a merge made the change" {
        holds: |f| f.staff_role.as_deref() == Some("administrator") && f.import_set,
        condition: "(s.kind IN ('take', 'merge_people', 'merge_companies') AND EXISTS (SELECT 1 FROM people q WHERE q.id = $1 AND q.staff_role = 'administrator'))"
    }
    ManagerOfCompany "Contract Manager of the company" {
        holds: |f| f.manages_company,
        condition: concat!("EXISTS (SELECT 1 FROM contracts c WHERE c.account_id = o.id AND c.manager_id = $1 AND",
            confirmed!(), ")")
    }
    Administrator "administrator" {
        holds: |f| f.staff_role.as_deref() == Some("administrator"),
        condition: "EXISTS (SELECT 1 FROM people q WHERE q.id = $1 AND q.staff_role = 'administrator')"
    }
    Staff "vendor's staff" {
        holds: |f| f.staff_role.is_some(),
        condition: "EXISTS (SELECT 1 FROM people q WHERE q.id = $1 AND q.staff_role IS NOT NULL)"
    }
    CustomerStaff "administrator or support" {
        holds: |f| matches!(f.staff_role.as_deref(), Some("administrator" | "support")),
        condition: "EXISTS (SELECT 1 FROM people q WHERE q.id = $1 AND q.staff_role IN ('administrator', 'support'))"
    }
    CatalogueStaff "administrator or releases" {
        holds: |f| matches!(f.staff_role.as_deref(), Some("administrator" | "releases")),
        condition: "EXISTS (SELECT 1 FROM people q WHERE q.id = $1 AND q.staff_role IN ('administrator', 'releases'))"
    }
    ManagerOfShipment "Contract Manager of a serial number that the order is for" {
        holds: |f| f.manages_shipment,
        condition: concat!("EXISTS (SELECT 1 FROM shipment_assets x JOIN assets a ON a.id = x.asset_id
            JOIN contracts c ON c.id = a.contract_id WHERE x.shipment_id = h.id AND c.manager_id = $1 AND", confirmed!(), ")")
    }
    CoordinatorOfShipment "Software Coordinator whom the order is for" {
        holds: |f| f.coordinates_shipment,
        // What has not left is theirs who coordinate now; what has left stays with whom it was sent to.
        condition: "(EXISTS (SELECT 1 FROM memberships m WHERE m.account_id = h.account_id AND m.person_id = $1
            AND m.confirmed_at IS NOT NULL) AND CASE WHEN h.state IN ('requested', 'approved')
            THEN EXISTS (SELECT 1 FROM shipment_assets x JOIN assets a ON a.id = x.asset_id
                JOIN contracts c ON c.id = a.contract_id LEFT JOIN asset_groups g ON g.id = a.group_id
                WHERE x.shipment_id = h.id AND COALESCE(a.coordinator_id, g.coordinator_id, c.coordinator_id, c.manager_id) = $1)
            ELSE h.person_id = $1 END)"
    }
    FulfilmentStaff "administrator or fulfilment" {
        holds: |f| matches!(f.staff_role.as_deref(), Some("administrator" | "fulfilment")),
        condition: "EXISTS (SELECT 1 FROM people q WHERE q.id = $1 AND q.staff_role IN ('administrator', 'fulfilment'))"
    }
    ServiceStaff "administrator, support or fulfilment" {
        holds: |f| matches!(f.staff_role.as_deref(), Some("administrator" | "support" | "fulfilment")),
        condition: "EXISTS (SELECT 1 FROM people q WHERE q.id = $1 AND q.staff_role IN ('administrator', 'support', 'fulfilment'))"
    }
    ShippingStaff "administrator, support, fulfilment or auditor" {
        holds: |f| matches!(f.staff_role.as_deref(), Some("administrator" | "support" | "fulfilment" | "auditor")),
        condition: "EXISTS (SELECT 1 FROM people q WHERE q.id = $1
            AND q.staff_role IN ('administrator', 'support', 'fulfilment', 'auditor'))"
    }
    Recipient "whoever the notice was written to" {
        holds: |f| f.target == Some(f.person.0),
        condition: "n.person_id = $1"
    }
    ManagerOfNotice "Contract Manager of a contract that the notice is about" {
        holds: |f| f.member && f.manager == Some(f.person),
        condition: concat!("EXISTS (SELECT 1 FROM contracts c WHERE c.manager_id = $1 AND (c.id = n.contract_id
                OR EXISTS (SELECT 1 FROM change_set_contracts x WHERE x.change_set = n.change_set AND x.contract_id = c.id)
                OR EXISTS (SELECT 1 FROM announced_assets x JOIN assets a ON a.id = x.asset_id AND a.contract_id = c.id
                    WHERE x.announcement_id = n.announcement_id AND x.person_id = n.person_id)) AND", confirmed!(), ")")
    }
    SignedIn "anybody signed in" {
        holds: |f| f.person.0 > 0,
        condition: "$1 > 0"
    }
    Anyone "anybody, signed in or not" {
        holds: |_| true,
        condition: "$1 > -3"
    }
    Operator "operator" {
        holds: |f| f.person == PersonId::OPERATOR,
        condition: "$1 = 0"
    }
    System "system" {
        holds: |f| f.person == PersonId::SYSTEM,
        condition: "$1 = -1"
    }
}
