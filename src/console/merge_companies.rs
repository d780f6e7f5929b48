//! A company that was entered twice becomes one, as a change set: its contracts, people and domains go to the other. The number
//! of the one that goes leads to the one that stays, also where the vendor's files still say it.
use super::company_items;
use crate::db::{FromRow, Reader, Sql, WriteTx, sql};
use crate::error::{AppError, Refusal};
use crate::ids::{AccountNumber, Single};
use crate::operation::{Operation, Query};
use crate::policy::{self, Draft, Permit};
use serde::{Deserialize, Serialize};

/// The kind of its change set.
pub const KIND: &str = "merge_companies";

/// Merges one company into another.
#[derive(Clone, Debug, Serialize)]
pub struct MergeCompanies {
    /// Which goes.
    pub gone: AccountNumber,
    /// Which stays.
    pub kept: AccountNumber,
}

/// What was done.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MergedCompanies {
    /// The change set.
    pub change_set: String,
}

/// A company by name.
#[derive(Clone, Debug, Default, FromRow)]
pub struct Company {
    /// The id.
    pub id: i64,
    /// Its number.
    pub number: String,
    /// Its name.
    pub name: String,
    kind: String,
    merged: bool,
    own_sign_in: bool,
    /// How many contracts it has.
    pub contracts: i64,
    /// How many people belong to it.
    pub people: i64,
}

const COMPANY: &str = "SELECT o.id, o.number, o.name, o.kind, o.merged_into IS NOT NULL AS merged,
        EXISTS (SELECT 1 FROM oidc_providers p WHERE p.account_id = o.id) AS own_sign_in,
        (SELECT COUNT(*) FROM contracts c WHERE c.account_id = o.id) AS contracts,
        (SELECT COUNT(*) FROM memberships m WHERE m.account_id = o.id) AS people
    FROM accounts o WHERE o.number = $1";
/// Whoever gives something in one of the two companies meanwhile waits here.
const LOCK: &str = "UPDATE contracts SET version = version + 1 WHERE id IN (SELECT c.id FROM contracts c
    WHERE c.account_id IN ($1, $2) ORDER BY c.id)";
const GO: &str = "UPDATE accounts SET merged_into = $2, version = version + 1 WHERE id = $1 OR merged_into = $1";

/// Whether the two can become one, in order.
fn mergeable(gone: &Company, kept: &Company) -> Result<(), AppError> {
    let refuse = |title: &str| Err(Refusal::new("not-mergeable", title).into());
    if gone.id == kept.id {
        return refuse("choose two different companies");
    }
    if gone.kind != "customer" || kept.kind != "customer" {
        return refuse(
            "only customers are merged; of a reseller, give its contracts another reseller of record instead",
        );
    }
    if gone.merged || kept.merged {
        return refuse("one of them was merged already; look at the list again");
    }
    if gone.own_sign_in {
        return refuse("the company that would go has its own sign-in set up; remove that first, or keep this one");
    }
    Ok(())
}

impl Operation for MergeCompanies {
    type Action = policy::MergeCompanies;
    type Output = MergedCompanies;

    fn target(&self) -> AccountNumber {
        self.gone.clone()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<MergedCompanies, AppError> {
        let find = |number: &AccountNumber| sql(COMPANY).bind(number.clone());
        let gone: Company = tx.find(permit, find(&self.gone)).await?.ok_or_else(AppError::hidden)?;
        let kept: Company = tx.find(permit, find(&self.kept)).await?.ok_or_else(AppError::hidden)?;
        mergeable(&gone, &kept)?;
        tx.execute(permit, sql(LOCK).bind(gone.id).bind(kept.id)).await?;
        let set = permit.open(tx, &Draft { kind: KIND, ..Draft::default() }).await?;
        set.mint(tx, company_items::contracts(&permit.scope(), set.id(), gone.id, kept.id)).await?;
        company_items::join(tx, &set, gone.id, kept.id).await?;
        tx.execute(permit, sql(GO).bind(gone.id).bind(kept.id)).await?;
        tx.note(serde_json::json!({"gone": gone.number, "kept": kept.number}), Some(set.id()));
        Ok(MergedCompanies { change_set: set.handle().to_owned() })
    }
}

/// Asks what a merge would do.
pub struct PreviewCompanies {
    /// Which would go.
    pub gone: AccountNumber,
    /// Which would stay.
    pub kept: AccountNumber,
}

/// What it would do.
#[derive(Clone, Debug, Default)]
pub struct CompaniesPreview {
    /// Which would go.
    pub gone: Company,
    /// Which would stay.
    pub kept: Company,
    /// Why it cannot be done.
    pub refused: Option<String>,
}

impl Query for PreviewCompanies {
    type Action = policy::ListDuplicates;
    type Output = CompaniesPreview;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<CompaniesPreview, AppError> {
        let gone: Option<Company> = reader.find(permit, sql(COMPANY).bind(self.gone.clone())).await?;
        let kept: Option<Company> = reader.find(permit, sql(COMPANY).bind(self.kept.clone())).await?;
        let (Some(gone), Some(kept)) = (gone, kept) else { return Err(AppError::hidden()) };
        let refused = mergeable(&gone, &kept).err().map(|error| error.to_string());
        Ok(CompaniesPreview { gone, kept, refused })
    }
}

impl CompaniesPreview {
    /// For tests and the sample of the page.
    pub fn sample() -> Self {
        let company = |id, number: &str, name: &str| Company {
            id,
            number: number.to_owned(),
            name: name.to_owned(),
            kind: "customer".to_owned(),
            contracts: 1,
            people: 3,
            ..Company::default()
        };
        Self {
            gone: company(2, "5102-9911", "Ostrava and Finch Ltd"),
            kept: company(1, "5102-3384", "Ostrava & Finch"),
            refused: None,
        }
    }
}

pub(super) fn statements() -> Vec<Sql> {
    [COMPANY, LOCK, GO].map(sql).into()
}
