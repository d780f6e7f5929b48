//! Ends the access of people to one contract, as a change set; their other contracts stay as they are.
use super::input::{Outcome, RefusedUser};
use super::store;
use crate::coordinators::rules::confirmed;
use crate::coordinators::store::touch;
use crate::db::{Sql, WriteTx};
use crate::error::{AppError, Refusal};
use crate::ids::ContractNumber;
use crate::operation::Operation;
use crate::policy::{AssignCoordinator, Draft, EndAccess as Ends, GiveAccess, Permit, Scope, Scoped};
use crate::text::address_key;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The body of `POST …/users/end`.
#[derive(Clone, Debug, Default, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The addresses of the people whose access ends.
    pub emails: Vec<String>,
    /// Needed where more than 50 people would be written to: their number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirm_notices: Option<u64>,
}

/// The change.
#[derive(Clone, Debug, Serialize)]
pub struct EndAccess {
    /// The contract.
    pub contract: ContractNumber,
    /// The request.
    pub input: Input,
}

/// `$1` the actor, `$2` the contract: those who have access to something that the actor may not give.
const BEYOND: &str = "SELECT p.email FROM (";
const OF_THESE: &str = ") v JOIN people p ON p.email_key = v.column1 JOIN entries e ON e.person_id = p.id
    AND e.contract_id = $2 AND e.ended_at IS NULL
    WHERE e.all_assets = TRUE OR EXISTS (SELECT 1 FROM entry_assets x JOIN assets a ON a.id = x.asset_id
        JOIN contracts c ON c.id = a.contract_id LEFT JOIN asset_groups g ON g.id = a.group_id
        WHERE x.entry_id = e.id AND NOT";

fn beyond(scope: &Scope<GiveAccess>, contract: crate::ids::ContractId, part: &[String]) -> Scoped {
    scope.build(BEYOND, |s| s.bind(contract).push_values(part).push(OF_THESE), |s| s.push(") ORDER BY p.sort_key"))
}

impl Operation for EndAccess {
    type Action = Ends;
    type Output = Outcome;

    fn target(&self) -> ContractNumber {
        self.contract.clone()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Ends>) -> Result<Outcome, AppError> {
        let keys: BTreeSet<String> = self.input.emails.iter().map(|email| address_key(email)).collect();
        let keys = Vec::from_iter(keys);
        if keys.is_empty() {
            return Err(AppError::invalid("emails", "choose whose access ends"));
        }
        // Staff and the Contract Manager end any; a coordinator with the right only what is all on own assets.
        if !permit.may::<AssignCoordinator>() && !permit.is_staff() {
            let mut refused = Vec::new();
            for part in Sql::batches(&keys) {
                let rows: Vec<(String,)> = tx.list(beyond(&permit.scope(), permit.target().0, part)).await?;
                refused
                    .extend(rows.into_iter().map(|(email,)| RefusedUser { email, reason: "others_access".to_owned() }));
            }
            if !refused.is_empty() {
                let title = "some of them have access to serial numbers that others coordinate; the Contract Manager can end it";
                return Err(Refusal { refused_users: refused.into(), ..Refusal::new("users-refused", title) }.into());
            }
        }
        let set = permit.open(tx, &Draft { kind: "end_access", ..Draft::default() }).await?;
        let changed = store::end(tx, permit, &set, &keys).await?;
        confirmed(changed, self.input.confirm_notices)?;
        if changed == 0 {
            let title = "none of them has access to this contract";
            return Err(Refusal::new("no-access", title).into());
        }
        touch(tx, &set, Some(permit.target().0)).await?;
        store::tell(tx, &set).await?;
        tx.note(serde_json::json!({"contract": self.contract, "users": changed}), Some(set.id()));
        Ok(Outcome { change_set: Some(set.handle().to_owned()), changed, notices: changed, ..Outcome::default() })
    }
}

pub(super) fn statements() -> Vec<Sql> {
    vec![beyond(&Scope::sample(), crate::ids::ContractId(0), &[String::new()]).into_sql()]
}
