//! The mint: facts in, permit or refusal out.
use super::facts::{allows, facts_sql};
use super::targets::Target;
use super::{Action, ActionId, Actor, Facts, Key, WriteAction, who_may};
use crate::db::{DbError, FromRow, Reader, Sql, Value, WriteTx, sql};
use crate::ids::PersonId;
use crate::time::{Clock, Moment};
use serde::Serialize;
use std::marker::PhantomData;

/// Proof that `A` was allowed on one target, which it carries: nobody is allowed on one thing and acts on another.
/// Not `Clone`, lent to an operation for one run.
#[derive(Debug)]
#[must_use]
pub struct Permit<A: Action> {
    facts: Facts,
    target: A::Target,
}

impl<A: Action> Permit<A> {
    /// The only thing that this permit's statements may be about.
    pub fn target(&self) -> &A::Target {
        &self.target
    }

    /// Who acts, for `set_by` and the audit trail.
    pub fn actor(&self) -> PersonId {
        self.facts.person
    }

    /// Who of the vendor's staff looks at the pages as the actor, if anybody.
    pub fn viewer(&self) -> Option<PersonId> {
        self.facts.viewer
    }

    /// Whether the actor is one of the vendor's people.
    pub fn is_staff(&self) -> bool {
        self.facts.staff_role.is_some()
    }

    /// Whether the same actor may do `B` to the same target: for a page that shows a button only to who may press it.
    pub fn may<B: Action<Target = A::Target>>(&self) -> bool {
        allows(B::ID, &self.facts)
    }

    /// The permit for another action on the same target, from the same facts.
    pub fn also<B: Action<Target = A::Target>>(&self) -> Result<Permit<B>, Denied> {
        decide(Some(self.facts.clone()))
    }

    /// What the same actor may see or do elsewhere, as a condition on the rows of a list.
    pub fn scope<B: Action>(&self) -> Scope<B> {
        Scope { actor: self.actor(), action: PhantomData }
    }
}

/// What opens a write statement: a permit for one thing or for many, of an action that writes.
pub trait WriteProof: Sync {}
impl<A: WriteAction> WriteProof for Permit<A> {}

/// Which rows a list may show. Opaque: it only ever becomes SQL.
#[derive(Debug)]
pub struct Scope<A: Action> {
    actor: PersonId,
    action: PhantomData<fn() -> A>,
}

/// A statement with its scope inside; what [`Reader::list`] and [`WriteTx::insert`] take.
#[derive(Clone)]
pub struct Scoped(Sql);

impl<A: Action> Scope<A> {
    /// `head` ends in `WHERE` or `AND` and speaks of the rows that the standings know (`a`, `g`, `c`; `p`; `s`); `$1` is
    /// the actor, `$2` is `within`; `rest` pushes filters and order.
    pub fn select(&self, head: &'static str, within: impl Into<Value>, rest: impl FnOnce(Sql) -> Sql) -> Scoped {
        Scoped(rest(push_condition(A::ID, sql(head).bind(self.actor).bind(within))))
    }

    /// As [`Scope::select`], of a head that `build` continues from `$1`, the actor.
    pub fn build(&self, head: &'static str, build: impl FnOnce(Sql) -> Sql, rest: impl FnOnce(Sql) -> Sql) -> Scoped {
        Scoped(rest(push_condition(A::ID, build(sql(head).bind(self.actor)))))
    }

    /// For the list of statements only.
    pub(crate) fn sample() -> Self {
        let (actor, action) = (PersonId(0), PhantomData);
        Self { actor, action }
    }
}

impl Scoped {
    pub(crate) fn into_sql(self) -> Sql {
        self.0
    }
}

/// The standings that may, as one condition.
fn push_condition(action: ActionId, mut head: Sql) -> Sql {
    for (i, (standing, _)) in who_may(action).iter().enumerate() {
        head = head.push(if i == 0 { " (" } else { " OR " });
        head = head.push(standing.rule().condition);
    }
    head.push(")")
}

/// Somebody who could, for a person who may not.
#[derive(Clone, Debug, Serialize, PartialEq, Eq, utoipa::ToSchema)]
pub struct WhoCan {
    /// What one has to be.
    pub role: &'static str,
    /// Who that is here, where it is one person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The address of that person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
}

/// Why not.
#[derive(Debug, thiserror::Error)]
pub enum Denied {
    /// The token or session is unknown or has ended: 401.
    #[error("sign in first")]
    Unknown,
    /// May not even know that it exists: 404, as if it did not.
    #[error("not found")]
    Hidden,
    /// May see it, may not do this: 403, with those who could.
    #[error("not allowed")]
    Forbidden {
        /// Standings, with a name where one person has it.
        who_can: Vec<WhoCan>,
    },
    /// A second factor is required of this person and not set up yet: 403; pages lead there.
    #[error("set up a second factor first")]
    Enrol,
    /// Somebody of the vendor's staff views the pages as somebody else: 403 for what changes something, and for secrets.
    #[error("stop viewing first")]
    Viewing,
    /// The token may only read: 403.
    #[error("this token may only read")]
    ReadOnly,
    /// Allowed, but no factor was proven in the last minutes: 403; pages ask for one.
    #[error("sign in again")]
    NotFresh,
    /// Allowed, but the second factor that there is was not proven in the last minutes: 403; pages ask for it.
    #[error("prove your second factor")]
    NoSecond,
    /// The object has moved on since the version that the caller saw: 412.
    #[error("changed meanwhile")]
    Stale,
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

const MANAGER: &str = "SELECT p.first_name, p.last_name, p.email FROM people p WHERE p.id = $1";

#[derive(FromRow)]
struct Named {
    first_name: String,
    last_name: String,
    email: String,
}

/// Admits a query: token and standing in one statement.
pub(crate) async fn admit_read<A: Action>(
    reader: &mut Reader,
    actor: &Actor,
    key: &<A::Target as Target>::Key,
) -> Result<Permit<A>, Denied> {
    let facts = facts_sql::<A::Target>(actor, key.clone(), reader.now().at);
    let facts: Option<Facts> = reader.find_unpermitted(&Key(()), facts).await?;
    let manager = facts.as_ref().and_then(|f| f.manager);
    match (decide(facts), manager) {
        (Err(Denied::Forbidden { who_can }), Some(manager)) => {
            let named: Option<Named> = reader.find_unpermitted(&Key(()), sql(MANAGER).bind(manager)).await?;
            Err(Denied::Forbidden { who_can: with_manager(who_can, named) })
        }
        (decided, _) => decided,
    }
}

/// Admits a write: refused without a lock where there is no standing; then lock and version check, the clock, and facts
/// that nobody can change under it.
pub(crate) async fn admit_write<A: WriteAction>(
    tx: &mut WriteTx,
    actor: &Actor,
    key: &<A::Target as Target>::Key,
    version: Option<i64>,
    clock: &Clock,
) -> Result<Permit<A>, Denied> {
    let permit = admit_in::<A>(tx, actor, key).await?;
    let Some(lock) = A::Target::LOCK else {
        tx.locked(clock.moment());
        return Ok(permit);
    };
    let mut lock = sql(lock).bind(key.clone());
    if A::Target::LOCK_BY_ACTOR {
        lock = lock.bind(permit.actor());
    }
    if let Some(version) = version {
        lock = lock.push(" AND version = ").push_bind(version);
    }
    let locked = tx.execute_unpermitted(&Key(()), lock).await?;
    let now = latest(tx, clock).await?;
    tx.locked(now);
    let permit = admit_in::<A>(tx, actor, key).await?;
    if locked == 0 && version.is_some() {
        return Err(Denied::Stale);
    }
    Ok(permit)
}

const LATEST: &str = "SELECT at FROM audit_events ORDER BY id DESC LIMIT 1";

/// The clock, but never before what was written last: clocks of several processes differ, and one may be set back.
async fn latest(tx: &mut WriteTx, clock: &Clock) -> Result<Moment, DbError> {
    let now = clock.moment();
    let last: Option<(i64,)> = tx.find_unpermitted(&Key(()), sql(LATEST)).await?;
    Ok(last.filter(|(last,)| *last > now.at).map_or(now, |(last,)| clock.moment_at(last)))
}

async fn admit_in<A: WriteAction>(
    tx: &mut WriteTx,
    actor: &Actor,
    key: &<A::Target as Target>::Key,
) -> Result<Permit<A>, Denied> {
    let facts = facts_sql::<A::Target>(actor, key.clone(), tx.now());
    let facts: Option<Facts> = tx.find_unpermitted(&Key(()), facts).await?;
    let manager = facts.as_ref().and_then(|f| f.manager);
    match (decide(facts), manager) {
        (Err(Denied::Forbidden { who_can }), Some(manager)) => {
            let named: Option<Named> = tx.find_unpermitted(&Key(()), sql(MANAGER).bind(manager)).await?;
            Err(Denied::Forbidden { who_can: with_manager(who_can, named) })
        }
        (decided, _) => decided,
    }
}

fn with_manager(who_can: Vec<WhoCan>, named: Option<Named>) -> Vec<WhoCan> {
    let Some(named) = named else { return who_can };
    let name = |who: WhoCan| match who.role == super::Standing::Manager.rule().name {
        true => WhoCan {
            name: Some(crate::text::full_name(&named.first_name, &named.last_name)),
            email: Some(named.email.clone()),
            ..who
        },
        false => who,
    };
    who_can.into_iter().map(name).collect()
}

fn decide<A: Action>(facts: Option<Facts>) -> Result<Permit<A>, Denied> {
    let facts = facts.ok_or(Denied::Unknown)?;
    if facts.enrols && !A::ID.while_enrolling() {
        return Err(Denied::Enrol);
    }
    // Whoever is not signed in is asked to, and learns nothing of what exists.
    let hidden = if facts.person == PersonId::ANONYMOUS { Denied::Unknown } else { Denied::Hidden };
    let Some(target) = A::Target::from_facts(&facts) else { return Err(hidden) };
    if allows(A::ID, &facts) {
        return match () {
            () if facts.viewer.is_some() && A::ID != ActionId::StopViewing && (A::ID.writes() || A::ID.secret()) => {
                Err(Denied::Viewing)
            }
            () if facts.reads_only && A::ID.writes() => Err(Denied::ReadOnly),
            () if !facts.second && A::ID.needs_second() => Err(Denied::NoSecond),
            () if !facts.fresh && A::ID.needs_fresh() => Err(Denied::NotFresh),
            () => Ok(Permit { facts, target }),
        };
    }
    if !allows(A::Target::SEE, &facts) || facts.person == PersonId::ANONYMOUS {
        return Err(hidden);
    }
    let who_can = who_may(A::ID).iter().map(|(s, _)| WhoCan { role: s.rule().name, name: None, email: None });
    Err(Denied::Forbidden { who_can: who_can.collect() })
}

pub(super) fn statements() -> Vec<Sql> {
    fn of<T: Target>(key: T::Key, all: &mut Vec<Sql>) {
        for actor in [Actor::bearer(""), Actor::session(""), Actor::operator()] {
            all.push(facts_sql::<T>(&actor, key.clone(), 0));
        }
        if let Some(lock) = T::LOCK {
            let lock = sql(lock).bind(key);
            let lock = if T::LOCK_BY_ACTOR { lock.bind(PersonId(0)) } else { lock };
            all.extend([lock.clone(), lock.push(" AND version = ").push_bind(0)]);
        }
    }
    let mut all = vec![sql(MANAGER), sql(LATEST)];
    of::<super::Contract>(Default::default(), &mut all);
    of::<super::Asset>(Default::default(), &mut all);
    of::<super::Person>(Default::default(), &mut all);
    of::<super::Account>(Default::default(), &mut all);
    of::<super::Leaver>(Default::default(), &mut all);
    of::<super::ChangeSet>(Default::default(), &mut all);
    of::<super::Me>(Default::default(), &mut all);
    of::<super::Installation>(Default::default(), &mut all);
    of::<super::Shipment>(Default::default(), &mut all);
    all
}
