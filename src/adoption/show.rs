//! Shows a purchase that waits for its Contract Manager's decision.
use crate::db::{FromRow, Reader, Sql, sql};
use crate::error::AppError;
use crate::ids::{ContractNumber, Single};
use crate::operation::Query;
use crate::policy::{self, Permit};
use crate::text::full_name;
use crate::time::{Instant, rfc3339};
use serde::Serialize;

/// Asks for the one of a contract.
pub struct ShowAdoption(pub ContractNumber);

/// What came, and under which address.
#[derive(Clone, Debug, FromRow)]
pub struct Adoption {
    /// The contract's number.
    pub number: String,
    /// The company.
    pub company: String,
    /// When it came.
    pub came_at: Instant,
    /// The address of the one named.
    pub email: String,
    /// First name of the one named.
    pub first_name: String,
    /// Last name of the one named.
    pub last_name: String,
    /// Of the one named, for the picture.
    pub handle: String,
    /// `kept`, `handed`; none: not decided.
    pub decision: Option<String>,
}

/// As the API shows it.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct AdoptionView {
    /// The contract.
    pub contract_number: String,
    /// The address under which it came.
    pub email: String,
    /// First name of whoever that is.
    pub first_name: String,
    /// Last name of whoever that is.
    pub last_name: String,
    /// When it came, RFC 3339.
    pub came_at: String,
    /// `kept`, `handed`, or null: not decided.
    #[schema(required)]
    pub decision: Option<String>,
}

impl Adoption {
    /// The name, or the address of somebody without one.
    pub fn name(&self) -> String {
        match full_name(&self.first_name, &self.last_name) {
            name if name.is_empty() => self.email.clone(),
            name => name,
        }
    }

    /// For programs.
    pub fn view(self) -> AdoptionView {
        AdoptionView {
            contract_number: self.number,
            email: self.email,
            first_name: self.first_name,
            last_name: self.last_name,
            came_at: rfc3339(self.came_at),
            decision: self.decision,
        }
    }
}

macro_rules! adoptions {
    ($where:literal) => {
        concat!(
            "SELECT c.number, o.name AS company, d.came_at, p.email, p.first_name, p.last_name, p.handle, d.decision
             FROM adoptions d JOIN contracts c ON c.id = d.contract_id JOIN accounts o ON o.id = c.account_id
             JOIN people p ON p.id = d.person_id WHERE ",
            $where
        )
    };
}
const OF_CONTRACT: &str = adoptions!("c.id = $1");
/// Those that the reader has to decide.
const WAITING: &str = adoptions!(
    "c.manager_id = $1 AND d.decision IS NULL AND EXISTS (SELECT 1 FROM memberships m WHERE m.account_id = c.account_id
        AND m.person_id = $1 AND m.confirmed_at IS NOT NULL) ORDER BY d.came_at, c.number LIMIT 20"
);

impl Query for ShowAdoption {
    type Action = policy::SeeAdoption;
    type Output = Adoption;

    fn target(&self) -> ContractNumber {
        self.0.clone()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Adoption, AppError> {
        let found: Option<Adoption> = reader.find(permit, sql(OF_CONTRACT).bind(permit.target().0)).await?;
        found.ok_or_else(AppError::hidden)
    }
}

/// Asks for those that the reader has to decide.
pub struct ListAdoptions;

impl Query for ListAdoptions {
    type Action = policy::SeeSelf;
    type Output = Vec<Adoption>;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Vec<Adoption>, AppError> {
        Ok(reader.fetch(permit, sql(WAITING).bind(permit.target().0)).await?)
    }
}

pub(super) fn statements() -> Vec<Sql> {
    [OF_CONTRACT, WAITING].map(sql).into()
}
