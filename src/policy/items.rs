//! Permits for many things: a change set is opened under a permit, its items are minted by scoped statements that decide
//! about each, and stores join on them.
use super::{Action, Permit, Scoped, WriteAction, WriteProof};
use crate::db::{DbError, Sql, WriteTx, sql};
use crate::ids::{ChangeSetId, PersonId};
use crate::time::Day;
use std::marker::PhantomData;

/// What a change set is about.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// `assign_coordinator`, `hand_over`, `take`, `undo` or `hands`.
    pub kind: &'static str,
    /// Whom it is about: the new coordinator, or whoever hands over.
    pub person: Option<PersonId>,
    /// First day of a dated assignment.
    pub from_on: Option<Day>,
    /// The day on which it ends.
    pub until_on: Option<Day>,
    /// The change set that it undoes.
    pub undoes: Option<ChangeSetId>,
    /// The first set of the chain of undos.
    pub root: Option<ChangeSetId>,
    /// How many undos lie between.
    pub depth: i64,
}

/// Proof that `A` was allowed on each item of this change set. Stores join on `change_set_items`.
#[derive(Debug)]
#[must_use]
pub struct Minted<A: WriteAction> {
    actor: PersonId,
    id: ChangeSetId,
    handle: String,
    action: PhantomData<fn() -> A>,
}

impl<A: WriteAction> WriteProof for Minted<A> {}

impl<A: WriteAction> Minted<A> {
    /// Who acts.
    pub fn actor(&self) -> PersonId {
        self.actor
    }

    /// The change set whose items are permitted.
    pub fn id(&self) -> ChangeSetId {
        self.id
    }

    /// Its name outside.
    pub fn handle(&self) -> &str {
        &self.handle
    }

    /// Adds permitted items: `statement` is an `INSERT INTO change_set_items … SELECT` that carries its scope.
    pub async fn mint(&self, tx: &mut WriteTx, statement: Scoped) -> Result<u64, DbError> {
        tx.insert(self, statement).await
    }
}

const OPEN: &str = "INSERT INTO change_sets (handle, kind, set_by, at, person_id, from_on, until_on, undoes, root,
        depth, mail)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'none') RETURNING id";

impl<A: WriteAction> Permit<A>
where
    A: Action,
{
    /// Opens a change set; nothing is in it yet.
    pub async fn open(&self, tx: &mut WriteTx, draft: &Draft) -> Result<Minted<A>, DbError> {
        let handle = crate::auth::secret::handle();
        let set = sql(OPEN).bind(handle.as_str()).bind(draft.kind).bind(self.actor()).bind(tx.now());
        let set = set
            .bind(draft.person)
            .bind(draft.from_on)
            .bind(draft.until_on)
            .bind(draft.undoes)
            .bind(draft.root)
            .bind(draft.depth);
        let id: Vec<(ChangeSetId,)> = tx.returning(self, set).await?;
        let id = id.first().map_or(ChangeSetId(0), |(id,)| *id);
        Ok(Minted { actor: self.actor(), id, handle, action: PhantomData })
    }
}

pub(super) fn statements() -> Vec<Sql> {
    vec![sql(OPEN)]
}
