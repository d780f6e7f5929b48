//! Which assets of a contract are meant, and which of the serial numbers named are refused.
use super::rules;
use crate::contracts::filter::Filter;
use crate::db::{DbError, Reader, Sql, WriteTx};
use crate::error::{AppError, RefusedItem};
use crate::policy::{Action, Contract, Permit, Scoped, SeeAsset, WriteAction};
use crate::time::Day;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Most serial numbers that one request names.
pub const MOST_SERIALS: usize = 200_000;

/// What an assignment is for, as the API says it. The first three name assets one by one; the last two are standing.
#[derive(Clone, Debug, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(untagged, deny_unknown_fields)]
pub enum To {
    /// These serial numbers.
    SerialNumbers {
        /// Of this contract.
        serial_numbers: BTreeSet<String>,
    },
    /// All that match now. An empty filter is refused: it never means "all".
    Matching {
        /// As in the list of assets.
        matching: Filter,
    },
    /// All that are on the contract now; must be `true`.
    AllAssets {
        /// `true`.
        all_assets: bool,
    },
    /// The group, also serial numbers that come into it later.
    Group {
        /// Its name.
        group: String,
        /// What happens to own assignments of its assets.
        overrides: Overrides,
    },
    /// The contract, also serial numbers that are bought later.
    WholeContract {
        /// `true`.
        whole_contract: bool,
        /// What happens to own assignments of its groups and assets.
        overrides: Overrides,
    },
}

/// What a standing assignment does to the ones below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Overrides {
    /// They stay.
    Keep,
    /// They are cleared.
    Replace,
}

/// The same, checked.
#[derive(Clone, Debug)]
pub enum Selection {
    /// These serial numbers, without repetitions.
    Serials(Vec<String>),
    /// Those that match a filter which is not empty.
    Matching(Filter),
    /// All that are on the contract now.
    AllAssets,
    /// Those of a group, by its id.
    Group(i64),
    /// Those of the contract.
    WholeContract,
    /// What the actor manages, of whatever contract that did not end before this day.
    Everything(Day),
}

impl Selection {
    /// An empty selection is a mistake, never "all".
    pub fn is_empty(&self) -> bool {
        matches!(self, Selection::Serials(serials) if serials.is_empty())
    }

    /// The serial numbers that were named, where they were.
    pub fn named(&self) -> &[String] {
        match self {
            Selection::Serials(serials) => serials,
            _ => &[],
        }
    }

    pub(super) fn samples() -> Vec<Selection> {
        let serials = |n| Selection::Serials(vec![String::new(); n]);
        vec![serials(3), serials(17), Selection::AllAssets, Selection::Group(0), Selection::WholeContract]
    }
}

impl To {
    /// Checks what can be checked without the database; a group is looked up by whoever has one.
    pub fn selection(&self) -> Result<Selection, AppError> {
        match self {
            To::SerialNumbers { serial_numbers } if serial_numbers.len() > MOST_SERIALS => Err(AppError::invalid(
                "serial_numbers",
                format!("name at most {MOST_SERIALS} serial numbers at once, or use all_assets"),
            )),
            To::SerialNumbers { serial_numbers } => Ok(Selection::Serials(serial_numbers.iter().cloned().collect())),
            To::Matching { matching } if matching.is_empty() => {
                Err(AppError::invalid("matching", "give at least one filter; for all serial numbers use all_assets"))
            }
            To::Matching { matching } => Ok(Selection::Matching(matching.clone())),
            To::AllAssets { all_assets: true } => Ok(Selection::AllAssets),
            To::WholeContract { whole_contract: true, .. } => Ok(Selection::WholeContract),
            To::Group { .. } => Ok(Selection::Group(0)),
            To::AllAssets { .. } => Err(AppError::invalid("all_assets", "all_assets can only be true")),
            To::WholeContract { .. } => Err(AppError::invalid("whole_contract", "whole_contract can only be true")),
        }
    }
}

/// `$2` the contract: which of the serial numbers the actor sees, and whether they are on it.
const SEEN: &str = "SELECT v.column1, a.contract_id = $2 FROM (";
const OF_SERIALS: &str = ") v CROSS JOIN assets a JOIN contracts c ON c.id = a.contract_id
    LEFT JOIN asset_groups g ON g.id = a.group_id WHERE a.serial = v.column1 AND";

fn seen<A: Action<Target = Contract>>(permit: &Permit<A>, serials: &[String]) -> Vec<Scoped> {
    let scope = permit.scope::<SeeAsset>();
    let contract = permit.target().0;
    let part = |part: &[String]| scope.build(SEEN, |s| s.bind(contract).push_values(part).push(OF_SERIALS), |s| s);
    Sql::batches(serials).map(part).collect()
}

type Seen = Vec<(String, bool)>;

/// Of the serial numbers asked for, those that are refused. Whoever may assign on the contract may on each of its assets.
fn judge(asked: &[String], seen: Seen) -> Vec<RefusedItem> {
    rules::refused(asked, seen.into_iter().map(|(serial, on)| (serial, on, on)).collect())
}

/// Looks up what is refused, inside a write.
pub async fn refused<A: WriteAction<Target = Contract>>(
    tx: &mut WriteTx,
    permit: &Permit<A>,
    asked: &[String],
) -> Result<Vec<RefusedItem>, DbError> {
    let mut all = Vec::new();
    for part in seen(permit, asked) {
        all.extend(tx.list::<(String, bool)>(part).await?);
    }
    Ok(judge(asked, all))
}

/// Looks up what is refused, in a preview.
pub async fn refused_in<A: Action<Target = Contract>>(
    reader: &mut Reader,
    permit: &Permit<A>,
    asked: &[String],
) -> Result<Vec<RefusedItem>, DbError> {
    let mut all = Vec::new();
    for part in seen(permit, asked) {
        all.extend(reader.list::<(String, bool)>(part).await?);
    }
    Ok(judge(asked, all))
}

pub(super) fn statements() -> Vec<Sql> {
    let scope = crate::policy::Scope::<SeeAsset>::sample();
    let part = |n: usize| {
        let serials = vec![String::new(); n];
        scope.build(SEEN, |s| s.bind(0).push_values(&serials).push(OF_SERIALS), |s| s).into_sql()
    };
    vec![part(1), part(17)]
}
