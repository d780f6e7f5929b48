//! The access of one person to one contract, for the form that edits it.
use super::input::{Grants, Input, UserInput};
use super::known;
use crate::db::Reader;
use crate::error::AppError;
use crate::ids::ContractNumber;
use crate::operation::Query;
use crate::policy::{self, AssignCoordinator, Permit};
use crate::text::address_key;
use std::collections::BTreeSet;

/// The question.
pub struct ShowAccess {
    /// The contract.
    pub contract: ContractNumber,
    /// The person's address.
    pub email: String,
}

/// What there is.
#[derive(Clone, Debug, Default)]
pub struct Access {
    /// The reader may give access to all assets.
    pub may_all: bool,
    /// The person's name; empty: nobody of the company.
    pub name: String,
    /// What the person may do; none: no access so far.
    pub grants: Option<Grants>,
    /// All assets.
    pub all_assets: bool,
    /// Else these.
    pub serials: BTreeSet<String>,
}

impl Query for ShowAccess {
    type Action = policy::NameUsers;
    type Output = Access;

    fn target(&self) -> ContractNumber {
        self.contract.clone()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Access, AppError> {
        let may_all = permit.may::<AssignCoordinator>();
        if self.email.is_empty() {
            return Ok(Access { may_all, all_assets: may_all, ..Access::default() });
        }
        let user = UserInput { email: self.email.clone(), ..UserInput::default() };
        let facts = known::facts_in(reader, permit, &Input { users: vec![user], ..Input::default() }).await?;
        let known =
            facts.people.get(&address_key(&self.email)).filter(|known| known.member).cloned().unwrap_or_default();
        let present = known.access;
        Ok(Access {
            may_all,
            name: known.name,
            grants: present.as_ref().map(|access| access.grants.clone()),
            all_assets: present.as_ref().map_or(may_all, |access| access.all_assets),
            serials: present.map(|access| access.serials).unwrap_or_default(),
        })
    }
}
