//! Two records that are one human become one, as a change set: whatever one of them holds goes to the other. The one that goes
//! is deactivated and keeps its address: whoever signs in with it gets the link of the one that stays.
use super::merge_items::{self, Moves};
use crate::auth::session::end_all;
use crate::db::{FromRow, Reader, Sql, WriteTx, sql};
use crate::error::{AppError, Refusal};
use crate::ids::{PersonId, PersonKey};
use crate::operation::{Operation, Query};
use crate::policy::{self, Draft, Permit};
use crate::text::full_name;
use serde::{Deserialize, Serialize};

/// The kind of its change set.
pub const KIND: &str = "merge_people";

/// Merges one into another.
#[derive(Clone, Debug, Serialize)]
pub struct MergePeople {
    /// Who goes.
    pub gone: PersonKey,
    /// Who stays.
    pub kept: PersonKey,
}

/// What was done.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Merged {
    /// The change set.
    pub change_set: String,
    /// Who stays, as pages name one.
    pub kept: String,
}

/// A person by name.
#[derive(Clone, Debug, Default, FromRow)]
pub struct Named {
    /// The id.
    pub id: i64,
    /// In addresses.
    pub handle: String,
    /// The address.
    pub email: String,
    first_name: String,
    last_name: String,
    staff: bool,
    active: bool,
}

impl Named {
    /// First and last name.
    pub fn name(&self) -> String {
        full_name(&self.first_name, &self.last_name)
    }
}

const NAMED: &str = "SELECT id, handle, email, first_name, last_name, staff_role IS NOT NULL AS staff,
        deactivated_at IS NULL AS active FROM people WHERE handle = $1 OR email_key = $1";
/// Whoever merges or erases one of the two meanwhile waits here, in the order of the ids.
const LOCK: &str =
    "UPDATE people SET version = version + 1 WHERE id IN (SELECT p.id FROM people p WHERE p.id IN ($1, $2)
    ORDER BY p.id)";
const GO: &str = "UPDATE people SET deactivated_at = $2, merged_into = $3 WHERE id = $1";
const CAME: &str = "UPDATE people SET signed_in_at = CASE WHEN signed_in_at IS NULL OR signed_in_at > $2 THEN $2
    ELSE signed_in_at END WHERE id = $1";
const SIGNED_IN: &str = "SELECT signed_in_at FROM people WHERE id = $1 AND signed_in_at IS NOT NULL";
const END_TOKENS: &str = "DELETE FROM tokens WHERE person_id = $1";
const END_LINKS: &str = "DELETE FROM links WHERE person_id = $1 AND used_at IS NULL";
const END_CHANGES: &str =
    "UPDATE email_changes SET ended_at = $2, ended = 'merged' WHERE person_id = $1 AND done_at IS NULL
    AND ended_at IS NULL";

/// Whether the two can become one, in order.
fn mergeable(gone: &Named, kept: &Named) -> Result<(), AppError> {
    let refuse = |title: &str| Err(Refusal::new("not-mergeable", title).into());
    if gone.id == kept.id {
        return refuse("choose two different people");
    }
    if gone.staff || kept.staff {
        return refuse("the vendor's own people are not merged; deactivate one of them instead");
    }
    if !gone.active || !kept.active {
        return refuse("one of them is deactivated or was merged already; look at the list again");
    }
    Ok(())
}

impl Operation for MergePeople {
    type Action = policy::MergePeople;
    type Output = Merged;

    fn target(&self) -> PersonKey {
        self.gone.clone()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<Merged, AppError> {
        let find = |key: &PersonKey| sql(NAMED).bind(key.clone());
        let (gone, kept): (Option<Named>, Option<Named>) =
            (tx.find(permit, find(&self.gone)).await?, tx.find(permit, find(&self.kept)).await?);
        let (Some(gone), Some(kept)) = (gone, kept) else { return Err(AppError::hidden()) };
        tx.execute(permit, sql(LOCK).bind(gone.id).bind(kept.id)).await?;
        // Looked at again under the lock.
        let gone: Named = tx.find(permit, find(&self.gone)).await?.ok_or_else(AppError::hidden)?;
        let kept: Named = tx.find(permit, find(&self.kept)).await?.ok_or_else(AppError::hidden)?;
        mergeable(&gone, &kept)?;
        let (from, to) = (PersonId(gone.id), PersonId(kept.id));
        let set = permit.open(tx, &Draft { kind: KIND, person: Some(from), ..Draft::default() }).await?;
        for items in merge_items::roles(&permit.scope(), set.id(), from, to) {
            set.mint(tx, items).await?;
        }
        merge_items::carry(tx, &set, from, to).await?;
        let came: Option<(i64,)> = tx.find(permit, sql(SIGNED_IN).bind(from)).await?;
        if let Some((at,)) = came {
            tx.execute(permit, sql(CAME).bind(to).bind(at)).await?;
        }
        tx.execute(permit, sql(GO).bind(from).bind(tx.now()).bind(to)).await?;
        end_all(tx, permit, from, None).await?;
        tx.execute(permit, sql(END_TOKENS).bind(from)).await?;
        tx.execute(permit, sql(END_LINKS).bind(from)).await?;
        tx.execute(permit, sql(END_CHANGES).bind(from).bind(tx.now())).await?;
        tx.note(serde_json::json!({"gone": gone.id, "kept": kept.id}), Some(set.id()));
        Ok(Merged { change_set: set.handle().to_owned(), kept: kept.handle })
    }
}

/// Asks what a merge would do.
pub struct PreviewMerge {
    /// Who would go.
    pub gone: PersonKey,
    /// Who would stay.
    pub kept: PersonKey,
}

/// What it would do.
#[derive(Clone, Debug, Default)]
pub struct MergePreview {
    /// Who would go.
    pub gone: Named,
    /// Who would stay.
    pub kept: Named,
    /// What would move.
    pub moves: Vec<Moves>,
    /// Why it cannot be done.
    pub refused: Option<String>,
}

impl Query for PreviewMerge {
    type Action = policy::ListDuplicates;
    type Output = MergePreview;

    fn target(&self) -> crate::ids::Single {
        crate::ids::Single::default()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<MergePreview, AppError> {
        let gone: Option<Named> = reader.find(permit, sql(NAMED).bind(self.gone.clone())).await?;
        let kept: Option<Named> = reader.find(permit, sql(NAMED).bind(self.kept.clone())).await?;
        let (Some(gone), Some(kept)) = (gone, kept) else { return Err(AppError::hidden()) };
        let refused = mergeable(&gone, &kept).err().map(|error| error.to_string());
        let moves = reader.fetch(permit, sql(merge_items::MOVES).bind(gone.id).bind(kept.id)).await?;
        Ok(MergePreview { gone, kept, moves, refused })
    }
}

impl MergePreview {
    /// For tests and the sample of the page.
    pub fn sample() -> MergePreview {
        let named = |id, email: &str| Named {
            id,
            handle: format!("p{id}"),
            email: email.to_owned(),
            first_name: "Maya".to_owned(),
            last_name: "Lindqvist".to_owned(),
            staff: false,
            active: true,
        };
        MergePreview {
            gone: named(1, "maya+old@ostrava.example"),
            kept: named(2, "m.lindqvist@ostrava.example"),
            moves: vec![Moves { kind: "asset".to_owned(), label: "110448270013".to_owned(), n: 12 }],
            refused: None,
        }
    }
}

pub(super) fn statements() -> Vec<Sql> {
    [NAMED, LOCK, GO, CAME, SIGNED_IN, END_TOKENS, END_LINKS, END_CHANGES].map(sql).into()
}
