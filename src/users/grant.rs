//! Gives one grant to people who have access already, or takes it: the switches of the list.
use super::input::{Grant, Input, Outcome, RefusedUser, UserInput};
use super::known;
use super::name::{carry_out, open};
use super::rules::{Plan, Planned};
use crate::coordinators::rules::confirmed;
use crate::db::{Sql, WriteTx, sql};
use crate::error::{AppError, Refusal};
use crate::ids::ContractNumber;
use crate::operation::Operation;
use crate::policy::{self, Permit};
use crate::text::address_key;
use serde::Serialize;

/// The change.
#[derive(Clone, Debug, Serialize)]
pub struct ChangeGrant {
    /// The contract.
    pub contract: ContractNumber,
    /// Whose.
    pub emails: Vec<String>,
    /// Which.
    pub grant: Grant,
    /// Gives it, or takes it.
    pub give: bool,
    /// The number of people to write to, where they are more than 50.
    pub confirm_notices: Option<u64>,
}

const END_ON: &str = "SELECT end_on FROM contracts WHERE id = $1";

impl Operation for ChangeGrant {
    type Action = policy::NameUsers;
    type Output = Outcome;

    fn target(&self) -> ContractNumber {
        self.contract.clone()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<Outcome, AppError> {
        if self.emails.is_empty() {
            return Err(AppError::invalid("email", "tick whom it is for"));
        }
        open(tx.find(permit, sql(END_ON).bind(permit.target().0)).await?, tx.today())?;
        let user = |email: &String| UserInput { email: email.clone(), ..UserInput::default() };
        let input = Input { users: self.emails.iter().map(user).collect(), ..Input::default() };
        let facts = known::facts(tx, permit, &input).await?;
        let (mut planned, mut refused) = (Vec::new(), Vec::new());
        let (mut unchanged, mut without) = (0, 0);
        for email in &self.emails {
            let key = address_key(email);
            let Some(access) =
                facts.people.get(&key).filter(|known| known.member).and_then(|known| known.access.clone())
            else {
                without += 1;
                continue;
            };
            if !facts.manages && access.beyond_own {
                refused.push(RefusedUser { email: email.clone(), reason: "others_access".to_owned() });
                continue;
            }
            let mut grants = access.grants.clone();
            let changes = if self.give { grants.insert(self.grant) } else { grants.remove(&self.grant) };
            if !changes {
                unchanged += 1;
                continue;
            }
            let (first_name, last_name, email) = (String::new(), String::new(), email.clone());
            let (all_assets, serials) = (access.all_assets, access.serials);
            planned.push(Planned {
                key,
                email,
                first_name,
                last_name,
                new: false,
                had: true,
                all_assets,
                serials,
                grants,
            });
        }
        if !refused.is_empty() {
            let title =
                "some of them have access to serial numbers that others coordinate; the Contract Manager can change it";
            return Err(Refusal { refused_users: refused.into(), ..Refusal::new("users-refused", title) }.into());
        }
        if planned.is_empty() && without > 0 {
            return Err(Refusal::new("no-access", "give them access first: a grant belongs to access").into());
        }
        let changed = planned.len() as u64;
        confirmed(changed, self.confirm_notices)?;
        if changed == 0 {
            return Ok(Outcome { unchanged, ..Outcome::default() });
        }
        let set = carry_out(tx, permit, &Plan { planned, rows: Vec::new() }, "name_users").await?;
        tx.note(serde_json::json!({"grant": self.grant, "give": self.give, "users": changed}), Some(set.id()));
        Ok(Outcome {
            change_set: Some(set.handle().to_owned()),
            changed,
            unchanged,
            notices: changed,
            ..Outcome::default()
        })
    }
}

pub(super) fn statements() -> Vec<Sql> {
    vec![sql(END_ON)]
}
