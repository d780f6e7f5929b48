//! Gives a coordinator the right to name users on a contract, or takes it, as a change set of its own.
use crate::coordinators::rules::phase;
use crate::coordinators::store::touch;
use crate::coordinators::{naming, rules::Phase};
use crate::db::{Sql, WriteTx, sql};
use crate::error::{AppError, Refusal};
use crate::ids::{ContractNumber, PersonId};
use crate::operation::Operation;
use crate::policy::{self, Draft, Permit};
use crate::text::address_key;
use serde::{Deserialize, Serialize};

/// The body of `POST …/naming-rights`.
#[derive(Clone, Debug, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The coordinator's address.
    pub email: String,
    /// Gives (true) or takes (false) the right.
    pub may_name_users: bool,
}

/// The change.
#[derive(Clone, Debug, Serialize)]
pub struct SetNamingRight {
    /// The contract.
    pub contract: ContractNumber,
    /// The request.
    pub input: Input,
}

/// What happened.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Set {
    /// For undo; none where it was so already.
    #[schema(required)]
    pub change_set: Option<String>,
}

const DAYS: &str = "SELECT start_on, end_on FROM contracts WHERE id = $1";
/// Whoever coordinates anything on the contract.
const COORDINATOR: &str = "SELECT p.id,
        EXISTS (SELECT 1 FROM naming_rights n WHERE n.contract_id = c.id AND n.person_id = p.id) AS has
    FROM contracts c JOIN memberships m ON m.account_id = c.account_id JOIN people p ON p.id = m.person_id
    WHERE c.id = $1 AND p.email_key = $2 AND p.deactivated_at IS NULL
    AND (COALESCE(c.coordinator_id, c.manager_id) = p.id
        OR EXISTS (SELECT 1 FROM asset_groups x WHERE x.coordinator_id = p.id AND x.contract_id = c.id)
        OR EXISTS (SELECT 1 FROM assets x WHERE x.coordinator_id = p.id AND x.contract_id = c.id)
        OR EXISTS (SELECT 1 FROM naming_rights n WHERE n.contract_id = c.id AND n.person_id = p.id))";

impl Operation for SetNamingRight {
    type Action = policy::GrantNaming;
    type Output = Set;

    fn target(&self) -> ContractNumber {
        self.contract.clone()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<Set, AppError> {
        let contract = permit.target().0;
        let days: Option<(String, String)> = tx.find(permit, sql(DAYS).bind(contract)).await?;
        let days = days.and_then(|(start, end)| Some((start.parse().ok()?, end.parse().ok()?)));
        if days.is_none_or(|(start, end)| phase(start, end, tx.today()) == Phase::Lapsed) {
            let title = "the contract has lapsed: it can be read, but not changed; renew it to give rights again";
            return Err(Refusal::new("contract-lapsed", title).into());
        }
        let key = address_key(&self.input.email);
        let found: Option<(PersonId, bool)> = tx.find(permit, sql(COORDINATOR).bind(contract).bind(key)).await?;
        let Some((person, has)) = found else {
            let title = "only a Software Coordinator of this contract can name users; assign serial numbers first";
            return Err(Refusal::new("not-a-coordinator", title).into());
        };
        if has == self.input.may_name_users {
            return Ok(Set { change_set: None });
        }
        let draft = Draft { kind: "assign_coordinator", person: Some(person), ..Draft::default() };
        let set = permit.open(tx, &draft).await?;
        naming::set(tx, permit, &set, person, self.input.may_name_users).await?;
        touch(tx, &set, Some(contract)).await?;
        tx.note(self, Some(set.id()));
        Ok(Set { change_set: Some(set.handle().to_owned()) })
    }
}

pub(super) fn statements() -> Vec<Sql> {
    [DAYS, COORDINATOR].map(sql).into()
}
