//! Undo a change set: what can still be reverted is, what changed since is kept, and the rest is refused with a reason.
use super::verdict::{self, Counted};
use crate::console::{company_items, merge, merge_companies, merge_items};
use crate::coordinators::hand_over::pass_covers;
use crate::coordinators::{covers, rules, store};
use crate::db::{FromRow, Reader, Sql, WriteTx, sql};
use crate::error::{AppError, Refusal, RefusedItem};
use crate::ids::{ChangeSetId, ChangeSetKey};
use crate::operation::{Operation, Query};
use crate::policy::{self, Draft, Minted, Permit};
use crate::time::Instant;
use serde::{Deserialize, Serialize};

/// What an undo did, or would do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Undone {
    /// The change set that the undo is; none in a preview, or where nothing could be reverted.
    #[schema(required)]
    pub change_set: Option<String>,
    /// Items that are as they were before.
    pub reverted: u64,
    /// Items that somebody changed since: they stay.
    pub kept: u64,
    /// Items that cannot go back, and why.
    pub refused: Vec<RefusedItem>,
}

/// The change.
#[derive(Clone, Debug, Serialize)]
pub struct UndoChangeSet {
    /// Which.
    pub change_set: ChangeSetKey,
}

/// What is known of the set itself.
#[derive(Clone, Debug, FromRow)]
struct Head {
    kind: String,
    /// The kind of the first set of the chain.
    first: String,
    at: Instant,
    root: Option<ChangeSetId>,
    depth: i64,
    undone_by: Option<i64>,
    mail: String,
    mail_before: Option<String>,
}

const HEAD: &str = "SELECT s.kind, COALESCE(r.kind, s.kind) AS first, s.at, s.root, s.depth, s.undone_by, s.mail,
        b.mail AS mail_before FROM change_sets s LEFT JOIN change_sets b ON b.id = s.undoes
    LEFT JOIN change_sets r ON r.id = s.root WHERE s.id = $1";

/// Whether a set can be undone at all, in order: what it is, whether it is done already, how old it is.
pub(super) fn undoable(kind: &str, undone: bool, at: Instant, now: Instant) -> Result<(), Refusal> {
    let refuse = |title: &str| Err(Refusal::new("not-undoable", title));
    if kind == "hands" {
        return refuse("hands changed because a day came; change the dated assignment instead");
    }
    if undone {
        return refuse("this was undone already; undo the undo to bring it back");
    }
    if at < now - rules::UNDO_FOR {
        return refuse("a change can be undone for 30 days; make the change that you want instead");
    }
    Ok(())
}

impl Head {
    fn undoable(&self, now: Instant) -> Result<(), Refusal> {
        undoable(&self.kind, self.undone_by.is_some(), self.at, now)
    }

    /// Two who were made one are made two again by the vendor, who made them one; and not one once more by an undo.
    fn by(&self, permit: &Permit<policy::UndoChangeSet>) -> Result<(), Refusal> {
        let merges = [merge::KIND, merge_companies::KIND];
        match (merges.contains(&self.first.as_str()), merges.contains(&self.kind.as_str()) && permit.is_staff()) {
            (true, false) => {
                Err(Refusal::new("not-undoable", "the vendor merged two records here; ask the vendor about it"))
            }
            _ => Ok(()),
        }
    }

    /// A merge is taken back also where nothing is held any more; of companies all of it or nothing.
    fn stands(&self, outcome: &Undone) -> Result<bool, Refusal> {
        match self.kind.as_str() {
            merge::KIND => Ok(true),
            merge_companies::KIND if outcome.kept > 0 => {
                let title = "the company was merged again since; undo that first";
                Err(Refusal::new("not-undoable", title))
            }
            merge_companies::KIND => Ok(true),
            _ => Ok(outcome.reverted > 0),
        }
    }

    /// Whether anybody was told of this set, so that they need a correcting mail. One whose mail is still held is simply
    /// not told; one that was silent, because it undid an untold set, must be corrected once that one's mail is out.
    fn was_told(&self) -> bool {
        self.mail == "out" || (self.mail == "none" && self.mail_before.as_deref() == Some("out"))
    }
}

impl Operation for UndoChangeSet {
    type Action = policy::UndoChangeSet;
    type Output = Undone;

    fn target(&self) -> ChangeSetKey {
        self.change_set.clone()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<Undone, AppError> {
        let undone = permit.target().0;
        let head: Option<Head> = tx.find(permit, sql(HEAD).bind(undone)).await?;
        let head = head.ok_or_else(AppError::hidden)?;
        head.undoable(tx.now())?;
        head.by(permit)?;
        let today = tx.today();
        let counted: Vec<Counted> = tx.list(verdict::counts(permit, undone, today)).await?;
        let total: Option<(i64,)> = tx.find(permit, sql(verdict::TOTAL).bind(undone)).await?;
        let refused = tx.list(verdict::refused(permit, undone, today)).await?;
        let outcome = verdict::outcome(&counted, total, refused);
        if !head.stands(&outcome)? {
            return Ok(outcome);
        }
        let root = head.root.unwrap_or(undone);
        let chain = Draft { undoes: Some(undone), root: Some(root), depth: head.depth + 1, ..Draft::default() };
        let draft = Draft { kind: "undo", ..chain };
        let set = permit.open(tx, &draft).await?;
        set.mint(tx, verdict::mint(permit, set.id(), undone, today)).await?;
        mark(tx, &set, root).await?;
        store::open_effects(tx, &set).await?;
        revert(tx, &set).await?;
        if head.kind == merge::KIND {
            merge_items::part(tx, &set, undone, set.id(), set.actor()).await?;
        }
        if head.kind == merge_companies::KIND {
            company_items::part(tx, &set, undone).await?;
        }
        store::close_effects(tx, &set).await?;
        store::touch(tx, &set, None).await?;
        if head.was_told() {
            tell(tx, &set).await?;
        }
        tx.note(self, Some(set.id()));
        Ok(Undone { change_set: Some(set.handle().to_owned()), ..outcome })
    }
}

const ONLY_ACCESS: &str = "SELECT COUNT(*) FROM change_set_items WHERE change_set = $1 AND level <> 'entry'";

/// Has those told whom it concerns: users, where it was about access alone.
async fn tell(tx: &mut WriteTx, set: &Minted<policy::UndoChangeSet>) -> Result<(), AppError> {
    let others: Option<(i64,)> = tx.find(set, sql(ONLY_ACCESS).bind(set.id())).await?;
    if others == Some((0,)) {
        crate::users::store::tell(tx, set).await?;
    } else if store::notices(tx, set).await? > 0 {
        store::tell(tx, set).await?;
    }
    Ok(())
}

/// Of the sets of one chain of undos, those at the other parity of depth did what this undo takes back, and those at its
/// own hold again. `$1` the undo, `$2` the first set of the chain. An effect only follows from the items of its contract.
const TURN: &str = "UPDATE change_set_items SET reverted_by = CASE WHEN (SELECT s.depth + u.depth FROM change_sets s
        JOIN change_sets u ON u.id = $1 WHERE s.id = change_set_items.change_set) % 2 = 0 THEN NULL
        ELSE COALESCE(reverted_by, $1) END
    WHERE change_set IN (SELECT s.id FROM change_sets s WHERE s.id = $2 OR (s.root = $2 AND s.id <> $1))
    AND EXISTS (SELECT 1 FROM change_set_items u WHERE u.change_set = $1 AND u.contract_id = change_set_items.contract_id
        AND (change_set_items.level = 'effect'
            OR (u.level = change_set_items.level AND u.target_id = change_set_items.target_id)))";
const UNDONE_BY: &str = "UPDATE change_sets SET undone_by = (
        SELECT CASE WHEN COUNT(*) = COUNT(i.reverted_by) THEN MAX(i.reverted_by) END FROM change_set_items i
        WHERE i.change_set = change_sets.id AND i.level <> 'effect') WHERE id = $1 OR root = $1";

/// Notes in the whole chain what is reverted now and what holds again.
async fn mark(tx: &mut WriteTx, set: &Minted<policy::UndoChangeSet>, root: ChangeSetId) -> Result<(), AppError> {
    tx.execute(set, sql(TURN).bind(set.id()).bind(root)).await?;
    tx.execute(set, sql(UNDONE_BY).bind(root)).await?;
    Ok(())
}

/// The dated assignments that the items of an undo are about, where it takes them back (`1`) or makes them again (`0`).
macro_rules! dated {
    ($set:literal, $depth:literal) => {
        concat!(
            "UPDATE covers SET ",
            $set,
            " AND id IN (SELECT k.id FROM change_set_items i JOIN change_sets s ON s.id = i.change_set
                JOIN covers k ON k.change_set = s.root AND k.target_id = i.target_id AND i.level = k.level || '_dated'
                WHERE i.change_set = $1 AND s.depth % 2 = ",
            $depth,
            ")"
        )
    };
}
const CANCEL: &str = dated!("state = 'cancelled' WHERE state = 'planned'", "1");
const END_TODAY: &str = dated!("until_on = $2 WHERE state = 'active'", "1");
const REINSTATE: &str = dated!(
    "state = 'planned', under_id = NULL, under_by = NULL, under_set = NULL,
        until_on = (SELECT r.until_on FROM change_sets r WHERE r.id = covers.change_set)
    WHERE state IN ('cancelled', 'ended')",
    "0"
);
const UNNAME: &str = "DELETE FROM naming_rights WHERE EXISTS (SELECT 1 FROM change_set_items i WHERE i.change_set = $1
    AND i.level = 'naming' AND i.after_id IS NULL AND i.target_id = naming_rights.person_id
    AND i.contract_id = naming_rights.contract_id)";
const NAME: &str = "INSERT INTO naming_rights (contract_id, account_id, person_id, given_by, given_at)
    SELECT i.contract_id, c.account_id, i.target_id, $2, $3 FROM change_set_items i JOIN contracts c ON c.id = i.contract_id
    WHERE i.change_set = $1 AND i.level = 'naming' AND i.after_id IS NOT NULL
    ON CONFLICT (contract_id, person_id) DO NOTHING";
const LEAVE_GROUP: &str = "UPDATE group_spans SET until_at = $2 WHERE until_at IS NULL AND asset_id IN (
    SELECT i.target_id FROM change_set_items i WHERE i.change_set = $1 AND i.level = 'member')";
const JOIN_GROUP: &str = "INSERT INTO group_spans (asset_id, group_id, from_at, set_by, change_set)
    SELECT i.target_id, i.after_id, $2, $3, i.change_set FROM change_set_items i
    WHERE i.change_set = $1 AND i.level = 'member' AND i.after_id IS NOT NULL";
const REGROUP: &str = "UPDATE assets SET group_id = i.after_id FROM change_set_items i
    WHERE i.change_set = $1 AND i.level = 'member' AND assets.id = i.target_id";
const END_ENTRIES: &str = "UPDATE entries SET ended_at = $2 WHERE ended_at IS NULL AND id IN (
    SELECT i.before_id FROM change_set_items i WHERE i.change_set = $1 AND i.level = 'entry')";
const REVIVE_ENTRIES: &str = "UPDATE entries SET ended_at = NULL WHERE id IN (
    SELECT i.after_id FROM change_set_items i WHERE i.change_set = $1 AND i.level = 'entry')";

/// Does what the items of the undo say, kind by kind.
async fn revert(tx: &mut WriteTx, set: &Minted<policy::UndoChangeSet>) -> Result<(), AppError> {
    let (now, today) = (tx.now(), tx.today());
    let about = |text| sql(text).bind(set.id());
    tx.execute(set, about(LEAVE_GROUP).bind(now)).await?;
    tx.execute(set, about(JOIN_GROUP).bind(now).bind(set.actor())).await?;
    tx.execute(set, about(REGROUP)).await?;
    tx.execute(set, about(END_ENTRIES).bind(now)).await?;
    tx.execute(set, about(REVIVE_ENTRIES)).await?;
    store::assign(tx, set).await?;
    merge_items::managers(tx, set, set.id(), set.actor()).await?;
    pass_covers(tx, set).await?;
    tx.execute(set, about(CANCEL)).await?;
    let ending = tx.execute(set, about(END_TODAY).bind(today)).await?;
    if ending + tx.execute(set, about(REINSTATE)).await? > 0 {
        covers::settle(tx, set, today, now).await?;
    }
    tx.execute(set, about(UNNAME)).await?;
    tx.execute(set, about(NAME).bind(set.actor()).bind(now)).await?;
    Ok(())
}

/// The undo, only looked at, with the rows of its three parts.
pub struct PreviewUndo(pub UndoChangeSet);

/// One row of a part.
#[derive(Clone, Debug, FromRow)]
pub struct Row {
    /// `revert`, `kept`, or a reason to refuse.
    pub verdict: String,
    /// `asset`, `group` …
    pub level: String,
    /// Serial number, name of the group, or contract number.
    pub label: String,
    /// What the asset is of.
    pub product: Option<String>,
    /// Who it goes back to; empty where it falls to the next level.
    pub back_to: Option<String>,
    /// Who has it now by this set.
    pub from: Option<String>,
}

/// What the page of an undo shows.
#[derive(Clone, Debug)]
pub struct UndoPreview {
    /// As the API says it.
    pub outcome: Undone,
    /// At most 500 rows.
    pub rows: Vec<Row>,
}

impl Query for PreviewUndo {
    type Action = policy::UndoChangeSet;
    type Output = UndoPreview;

    fn target(&self) -> ChangeSetKey {
        self.0.change_set.clone()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<UndoPreview, AppError> {
        let undone = permit.target().0;
        let head: Option<Head> = reader.find(permit, sql(HEAD).bind(undone)).await?;
        let head = head.ok_or_else(AppError::hidden)?;
        head.undoable(reader.now().at)?;
        head.by(permit)?;
        let today = reader.now().today;
        let counted: Vec<Counted> = reader.list(verdict::counts(permit, undone, today)).await?;
        let total: Option<(i64,)> = reader.find(permit, sql(verdict::TOTAL).bind(undone)).await?;
        let refused = reader.list(verdict::refused(permit, undone, today)).await?;
        let rows = reader.list(verdict::rows(permit, undone, today)).await?;
        let outcome = verdict::outcome(&counted, total, refused);
        head.stands(&outcome)?;
        Ok(UndoPreview { outcome, rows })
    }
}

pub(super) fn statements() -> Vec<Sql> {
    let mut all: Vec<Sql> = [HEAD, TURN, UNDONE_BY, CANCEL, END_TODAY, REINSTATE, UNNAME, NAME].map(sql).into();
    all.extend([ONLY_ACCESS, LEAVE_GROUP, JOIN_GROUP, REGROUP, END_ENTRIES, REVIVE_ENTRIES].map(sql));
    all
}
