//! Names users of a contract, one or many, as one change set: those who are new are invited, the others get the access.
use super::input::{Input, MOST_USERS, Outcome, UserInput};
use super::rules::{Plan, plan};
use super::{known, store};
use crate::coordinators::entered::guessed;
use crate::coordinators::rules::{GRACE_DAYS, confirmed};
use crate::coordinators::store::touch;
use crate::db::{Reader, Sql, WriteTx, sql};
use crate::error::{AppError, Refusal};
use crate::ids::ContractNumber;
use crate::operation::{Operation, Query};
use crate::policy::{self, Action, Contract, Draft, Minted, Permit, WriteAction};
use crate::time::Day;
use serde::Serialize;

/// The change.
#[derive(Clone, Debug, Serialize)]
pub struct NameUsers {
    /// The contract.
    pub contract: ContractNumber,
    /// The request.
    pub input: Input,
}

/// The same, only looked at.
pub struct PreviewUsers(pub NameUsers);

const END_ON: &str = "SELECT end_on FROM contracts WHERE id = $1";

/// A contract whose grace is over can only be read.
pub(super) fn open(end_on: Option<(String,)>, today: Day) -> Result<(), AppError> {
    let end: Option<Day> = end_on.and_then(|(end,)| end.parse().ok());
    match end.is_some_and(|end| today <= end.plus(GRACE_DAYS)) {
        true => Ok(()),
        false => {
            let title = "the contract has lapsed: it can be read, but not changed; renew it to name users again";
            Err(Refusal::new("contract-lapsed", title).into())
        }
    }
}

/// Names are guessed from the address where neither was given: `ana.ruiz@x.example` is Ana Ruiz until she says otherwise.
fn with_names(user: &UserInput) -> UserInput {
    let blank = |name: &Option<String>| name.as_deref().is_none_or(|name| name.trim().is_empty());
    if !blank(&user.first_name) || !blank(&user.last_name) {
        return user.clone();
    }
    let (first, last) = guessed(&user.email);
    UserInput { first_name: Some(first), last_name: Some(last), ..user.clone() }
}

impl Input {
    /// Checks what can be checked without the database.
    pub fn checked(&self) -> Result<Input, AppError> {
        match self.users.len() {
            0 => Err(AppError::invalid("users", "name at least one person")),
            n if n > MOST_USERS => Err(AppError::invalid("users", format!("name at most {MOST_USERS} people at once"))),
            _ => Ok(Input { users: self.users.iter().map(with_names).collect(), ..self.clone() }),
        }
    }
}

impl Operation for NameUsers {
    type Action = policy::NameUsers;
    type Output = Outcome;

    fn target(&self) -> ContractNumber {
        self.contract.clone()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<Outcome, AppError> {
        let input = self.input.checked()?;
        let end_on = tx.find(permit, sql(END_ON).bind(permit.target().0)).await?;
        open(end_on, tx.today())?;
        let facts = known::facts(tx, permit, &input).await?;
        let plan = plan(&input, &facts);
        let outcome = acceptable(&plan, input.leave_out_refused)?;
        confirmed(outcome.notices, input.confirm_notices)?;
        if plan.planned.is_empty() {
            return Ok(outcome);
        }
        let set = carry_out(tx, permit, &plan, "name_users").await?;
        tx.note(serde_json::json!({"contract": self.contract, "users": plan.planned.len()}), Some(set.id()));
        Ok(Outcome { change_set: Some(set.handle().to_owned()), ..outcome })
    }
}

/// All or nothing, unless the others shall be left out.
pub(super) fn acceptable(plan: &Plan, leave_out: bool) -> Result<Outcome, Refusal> {
    let outcome = plan.outcome();
    if outcome.refused.is_empty() || leave_out {
        return Ok(outcome);
    }
    let title = match plan.rows.iter().filter(|row| row.reason.is_some()).collect::<Vec<_>>().as_slice() {
        [only] => format!("{} cannot be named: {}", only.email, only.words),
        all => format!("{} people cannot be named; nothing was changed", all.len()),
    };
    Err(Refusal { refused_users: outcome.refused.into(), ..Refusal::new("users-refused", title) })
}

/// Opens a change set and does what was planned.
pub(super) async fn carry_out<A>(
    tx: &mut WriteTx,
    permit: &Permit<A>,
    plan: &Plan,
    kind: &'static str,
) -> Result<Minted<A>, AppError>
where
    A: WriteAction + Action<Target = Contract>,
{
    store::invite(tx, permit, &plan.planned).await?;
    let set = permit.open(tx, &Draft { kind, ..Draft::default() }).await?;
    let named: usize = plan.planned.iter().map(|user| user.serials.len()).sum();
    if store::give(tx, permit, &set, &plan.planned).await? != named as u64 {
        // An asset moved on between the look and the write: the lock on the contract forbids it, and nothing half is kept.
        return Err(Refusal::new("changed", "the serial numbers changed since you looked; look again").into());
    }
    touch(tx, &set, Some(permit.target().0)).await?;
    store::tell(tx, &set).await?;
    Ok(set)
}

impl Query for PreviewUsers {
    type Action = policy::NameUsers;
    type Output = Outcome;

    fn target(&self) -> ContractNumber {
        self.0.contract.clone()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Outcome, AppError> {
        let input = self.0.input.checked()?;
        let end_on = reader.find(permit, sql(END_ON).bind(permit.target().0)).await?;
        open(end_on, reader.now().today)?;
        let facts = known::facts_in(reader, permit, &input).await?;
        let plan = plan(&input, &facts);
        Ok(Outcome { rows: plan.rows.clone(), ..plan.outcome() })
    }
}

pub(super) fn statements() -> Vec<Sql> {
    vec![sql(END_ON)]
}
