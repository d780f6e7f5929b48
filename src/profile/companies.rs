//! What somebody is in each of the own companies.
use super::page::AccountCompany;
use crate::db::{FromRow, Sql, sql};
use crate::web::words::{count, serial_numbers};

/// One company.
#[derive(Clone, Debug, FromRow)]
pub struct RolesRow {
    number: String,
    name: String,
    partner_role: Option<String>,
    manages: i64,
    coordinates: i64,
    uses: i64,
}

/// `$1` the person.
pub(super) const ROLES: &str = "SELECT o.number, o.name, m.partner_role,
        (SELECT COUNT(*) FROM contracts c WHERE c.account_id = o.id AND c.manager_id = m.person_id) AS manages,
        (SELECT COUNT(*) FROM contracts c JOIN assets a ON a.contract_id = c.id
            LEFT JOIN asset_groups g ON g.id = a.group_id WHERE c.account_id = o.id
            AND COALESCE(a.coordinator_id, g.coordinator_id, c.coordinator_id) = m.person_id) AS coordinates,
        (SELECT COUNT(*) FROM entries e WHERE e.person_id = m.person_id AND e.account_id = o.id
            AND e.ended_at IS NULL) AS uses
    FROM memberships m JOIN accounts o ON o.id = m.account_id
    WHERE m.person_id = $1 AND m.confirmed_at IS NOT NULL ORDER BY o.name_key, o.number";

impl RolesRow {
    /// As the page shows it.
    pub fn view(self) -> AccountCompany {
        let roles = self.roles();
        AccountCompany { manages: self.manages > 0, name: self.name, number: self.number, roles }
    }

    fn roles(&self) -> String {
        let contracts = |n| count(n, "contract", "contracts");
        let parts = [
            (self.manages > 0).then(|| format!("Contract Manager of {}", contracts(self.manages))),
            (self.coordinates > 0).then(|| format!("Software Coordinator of {}", serial_numbers(self.coordinates))),
            (self.uses > 0).then(|| format!("User on {}", contracts(self.uses))),
            self.partner_role.as_deref().map(|role| match role {
                "partner_admin" => "Partner agent, administrator".to_owned(),
                _ => "Partner agent".to_owned(),
            }),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        if parts.is_empty() { "Member".to_owned() } else { parts.join(", ") }
    }
}

pub(super) fn statements() -> Vec<Sql> {
    vec![sql(ROLES)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_words_with_their_numbers() {
        let row = |manages, coordinates, uses, partner: Option<&str>| {
            let (number, name) = ("1".to_owned(), "A".to_owned());
            RolesRow { number, name, partner_role: partner.map(str::to_owned), manages, coordinates, uses }.roles()
        };
        assert_eq!(row(4, 1, 0, None), "Contract Manager of 4 contracts, Software Coordinator of 1 serial number");
        assert_eq!(row(0, 0, 1, None), "User on 1 contract");
        assert_eq!(row(0, 0, 0, Some("partner_admin")), "Partner agent, administrator");
        assert_eq!(row(0, 0, 0, None), "Member");
    }
}
