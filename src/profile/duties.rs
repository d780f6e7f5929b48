//! What somebody has to hand over before he or she can be erased.
use crate::db::{FromRow, Sql, sql};

/// One duty.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Duty {
    /// `manager`, `contract`, `group`, `asset`, `dated`, or `administrator` for the last one of the vendor.
    pub kind: String,
    /// The contract.
    pub contract: String,
    /// How many, where it is about serial numbers, groups or dated assignments.
    pub n: i64,
}

/// `$1` the person.
pub const DUTIES: &str = "SELECT 'manager' AS kind, c.number AS contract, CAST(1 AS BIGINT) AS n FROM contracts c WHERE c.manager_id = $1
    UNION ALL SELECT 'contract', c.number, 1 FROM contracts c WHERE c.coordinator_id = $1
    UNION ALL SELECT 'group', c.number, COUNT(*) FROM asset_groups g JOIN contracts c ON c.id = g.contract_id
        WHERE g.coordinator_id = $1 GROUP BY c.number
    UNION ALL SELECT 'asset', c.number, COUNT(*) FROM assets a JOIN contracts c ON c.id = a.contract_id
        WHERE a.coordinator_id = $1 GROUP BY c.number
    UNION ALL SELECT 'dated', c.number, COUNT(*) FROM covers k JOIN contracts c ON c.id = k.contract_id
        WHERE (k.person_id = $1 AND k.state = 'planned') OR (k.under_id = $1 AND k.state = 'active') GROUP BY c.number
    UNION ALL SELECT 'administrator', '', 1 FROM people p WHERE p.id = $1 AND p.staff_role = 'administrator'
        AND NOT EXISTS (SELECT 1 FROM people q WHERE q.id <> p.id AND q.staff_role = 'administrator' AND q.deactivated_at IS NULL)
    ORDER BY 2, 1";

impl Duty {
    /// "Contract Manager of 110448270013"
    pub fn words(&self) -> String {
        use crate::web::words::{count, serial_numbers};
        let Duty { contract, n, .. } = self;
        match self.kind.as_str() {
            "manager" => format!("Contract Manager of {contract}"),
            "contract" => format!("Software Coordinator of the whole contract {contract}"),
            "group" => format!("Software Coordinator of {} of {contract}", count(*n, "group", "groups")),
            "asset" => format!("Software Coordinator of {} of {contract}", serial_numbers(*n)),
            "dated" => format!("{} on {contract}", count(*n, "dated assignment", "dated assignments")),
            _ => "the vendor’s only administrator".to_owned(),
        }
    }
}

pub(super) fn statements() -> Vec<Sql> {
    vec![sql(DUTIES)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn duties_in_words() {
        let duty = |kind: &str, n| Duty { kind: kind.to_owned(), contract: "110".to_owned(), n }.words();
        assert_eq!(duty("manager", 1), "Contract Manager of 110");
        assert_eq!(duty("asset", 12), "Software Coordinator of 12 serial numbers of 110");
        assert_eq!(duty("group", 1), "Software Coordinator of 1 group of 110");
        assert_eq!(duty("dated", 2), "2 dated assignments on 110");
        assert_eq!(duty("administrator", 1), "the vendor’s only administrator");
    }
}
