//! Roles on a contract that seem vacant: mail to their holder comes back, the sign-in has ended, or nobody came for a long time.
use crate::db::{FromRow, Reader, Sql, sql};
use crate::error::AppError;
use crate::ids::ContractNumber;
use crate::mail::{has_role, vacant};
use crate::operation::Query;
use crate::policy::{self, Permit};
use crate::text::full_name;
use crate::web::words::listed;

/// Asks for them.
pub struct ShowVacant(pub ContractNumber);

/// A role that seems vacant.
#[derive(Clone, Debug, FromRow)]
pub struct Vacancy {
    pub(crate) email: String,
    pub(crate) first_name: String,
    pub(crate) last_name: String,
    pub(crate) manages: bool,
    pub(crate) why: String,
}

/// Those of the company first: few are out of reach, whatever the size of the contract.
const VACANT: &str = concat!(
    "SELECT p.email, p.first_name, p.last_name, c.manager_id = p.id AS manages,
        CASE WHEN p.deactivated_at IS NOT NULL THEN 'deactivated' WHEN p.bounced_at IS NOT NULL THEN 'bounced' ELSE 'unopened' END AS why
    FROM contracts c JOIN memberships m ON m.account_id = c.account_id JOIN people p ON p.id = m.person_id
    WHERE c.id = $1 AND ",
    vacant!("$2"),
    " AND ",
    has_role!(),
    " ORDER BY CASE WHEN c.manager_id = p.id THEN 0 ELSE 1 END, p.sort_key LIMIT 4"
);

impl Query for ShowVacant {
    type Action = policy::AdministerContract;
    type Output = Vec<Vacancy>;

    fn target(&self) -> ContractNumber {
        self.0.clone()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Vec<Vacancy>, AppError> {
        let now = reader.now().at;
        Ok(reader.fetch(permit, sql(VACANT).bind(permit.target().0).bind(now)).await?)
    }
}

/// "Mail to Owen Reyes, who coordinates serial numbers, comes back."; empty: every role is filled.
pub fn sentence(vacancies: &[Vacancy]) -> String {
    let one = |one: &Vacancy| {
        let name = full_name(&one.first_name, &one.last_name);
        let name = if name.is_empty() { one.email.clone() } else { name };
        let role = if one.manages { "the Contract Manager" } else { "who coordinates serial numbers" };
        match one.why.as_str() {
            "deactivated" => format!("the sign-in of {name}, {role}, has ended"),
            "bounced" => format!("mail to {name}, {role}, comes back"),
            _ => format!("{name}, {role}, has not been here for a long time"),
        }
    };
    let parts: Vec<String> = vacancies.iter().take(3).map(one).collect();
    let more = if vacancies.len() > 3 { " There are more." } else { "" };
    match parts.is_empty() {
        true => String::new(),
        false => format!("{}.{more}", crate::web::words::sentence(&listed(&parts))),
    }
}

pub(super) fn statements() -> Vec<Sql> {
    vec![sql(VACANT)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reason_has_its_words() {
        let vacancy = |why: &str, manages| Vacancy {
            email: "o.reyes@ostrava.example".to_owned(),
            first_name: "Owen".to_owned(),
            last_name: "Reyes".to_owned(),
            manages,
            why: why.to_owned(),
        };
        assert_eq!(sentence(&[]), "");
        let one = sentence(&[vacancy("bounced", false)]);
        assert_eq!(one, "Mail to Owen Reyes, who coordinates serial numbers, comes back.");
        let both = sentence(&[vacancy("deactivated", true), vacancy("unopened", false)]);
        assert!(
            both.starts_with("The sign-in of Owen Reyes, the Contract Manager, has ended and Owen Reyes"),
            "{both}"
        );
    }
}
