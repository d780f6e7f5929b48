//! What the actor is to the thing, loaded in one statement together with who the actor is.
use super::ActionId;
use super::targets::{FactsSql, Target};
use crate::db::{FromRow, Sql, sql};
use crate::ids::PersonId;
use crate::time::Instant;
use sha2::{Digest, Sha256};

/// Who asks. A bearer becomes a person only in the statement that also loads the facts, so that no right is ever cached.
#[derive(Clone)]
pub struct Actor(Claim);

#[derive(Clone)]
enum Claim {
    Token(Vec<u8>),
    Session(Vec<u8>),
    Id(PersonId),
}

impl std::fmt::Debug for Actor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match &self.0 {
            Claim::Token(_) => "token",
            Claim::Session(_) => "session",
            Claim::Id(PersonId::OPERATOR) => "operator",
            Claim::Id(PersonId::SYSTEM) => "system",
            Claim::Id(_) => "anonymous",
        })
    }
}

impl Actor {
    /// The holder of an API token; the database knows its hash only.
    pub fn bearer(token: &str) -> Self {
        Self(Claim::Token(Sha256::digest(token).to_vec()))
    }

    /// Whoever signed in with this session.
    pub fn session(secret: &str) -> Self {
        Self(Claim::Session(Sha256::digest(secret).to_vec()))
    }

    /// Not signed in.
    pub fn anonymous() -> Self {
        Self(Claim::Id(PersonId::ANONYMOUS))
    }

    /// The command line.
    pub(crate) fn operator() -> Self {
        Self(Claim::Id(PersonId::OPERATOR))
    }

    /// A job of our own.
    pub(crate) fn system() -> Self {
        Self(Claim::Id(PersonId::SYSTEM))
    }
}

/// The actor's relation to one target. Private: nobody can invent it. A statement selects the columns that its target has.
#[derive(Clone, Debug, Default, FromRow)]
#[sqlx(default)]
pub struct Facts {
    pub(super) person: PersonId,
    pub(super) staff_role: Option<String>,
    /// Of the vendor's staff, who views the pages as this person: may look, and change nothing.
    pub(super) viewer: Option<PersonId>,
    /// A token that may only read.
    pub(super) reads_only: bool,
    /// Somebody of whom a second factor is required and who signed in with one: may set the other up, and nothing else.
    pub(super) enrols: bool,
    /// A factor was proven in the last five minutes.
    pub(super) fresh: bool,
    /// A second factor was proven in the last five minutes, or there is none. Known of the own things only.
    pub(super) second: bool,
    pub(super) target: Option<i64>,
    pub(super) member: bool,
    pub(super) manager: Option<PersonId>,
    pub(super) coordinator: Option<PersonId>,
    pub(super) coordinates_here: bool,
    pub(super) may_name: bool,
    pub(super) names_colleague: bool,
    pub(super) entry: bool,
    pub(super) entry_of_asset: bool,
    pub(super) reseller: bool,
    pub(super) manages_colleague: bool,
    pub(super) coordinates_with_colleague: bool,
    pub(super) resells_to_colleague: bool,
    pub(super) manages_company: bool,
    pub(super) manages_in_set: bool,
    pub(super) named_in_set: bool,
    pub(super) import_set: bool,
    pub(super) holds_product: bool,
    pub(super) may_releases: bool,
    pub(super) may_extensions: bool,
    pub(super) manages_shipment: bool,
    pub(super) coordinates_shipment: bool,
}

/// The statement that says who the actor is and what to the target. No row: not signed in.
pub(super) fn facts_sql<T: Target>(actor: &Actor, key: T::Key, now: Instant) -> Sql {
    let FactsSql { token, session, id } = T::FACTS;
    match &actor.0 {
        Claim::Token(hash) => sql(token).bind(key).bind(hash.as_slice()),
        Claim::Session(hash) => sql(session).bind(key).bind(hash.as_slice()),
        Claim::Id(person) => sql(id).bind(key).bind(*person),
    }
    .bind(now)
}

/// Whether the facts contain a standing that may.
pub(super) fn allows(action: ActionId, facts: &Facts) -> bool {
    super::who_may(action).iter().any(|(standing, _)| (standing.rule().holds)(facts))
}
