//! Who may do what. Only this module mints a [`Permit`], a [`Minted`] change set or a [`Scope`]; misuse does not compile.
//! (The error codes below are only compared with `RUSTC_BOOTSTRAP=1`; stable rustdoc ignores them.)
//!
//! A permit cannot be forged:
//! ```compile_fail,E0451
//! use subscription_center::policy::*;
//! fn f(facts: Facts, target: Contract) -> Permit<AssignCoordinator> { Permit { facts, target } }
//! ```
//! Nor kept for later:
//! ```compile_fail,E0599
//! use subscription_center::policy::*;
//! fn f(p: Permit<AssignCoordinator>) { let _ = p.clone(); }
//! ```
//! A read permit opens no write:
//! ```compile_fail,E0277
//! use subscription_center::{db::*, policy::*};
//! async fn f(tx: &mut WriteTx, p: &Permit<SeeContract>) { tx.execute(p, sql("DELETE FROM jobs")).await.unwrap(); }
//! ```
//! Items cannot be minted by a statement without a scope:
//! ```compile_fail,E0308
//! use subscription_center::{db::*, policy::*};
//! async fn f(tx: &mut WriteTx, set: &Minted<AssignCoordinator>) { set.mint(tx, sql("INSERT …")).await.unwrap(); }
//! ```
//! Nobody but the gate begins a write:
//! ```compile_fail,E0624
//! async fn f(db: subscription_center::db::Db, now: subscription_center::time::Moment) { db.begin(now).await.unwrap(); }
//! ```
mod actions;
mod facts;
mod items;
mod permit;
mod standings;
mod table;
mod targets;

pub use actions::*;
pub use facts::{Actor, Facts};
pub use items::{Draft, Minted};
pub use permit::{Denied, Permit, Scope, Scoped, WhoCan, WriteProof};
pub(crate) use permit::{admit_read, admit_write};
pub use standings::{Rule, Standing};
pub use table::{Line, matrix, who_may};
pub use targets::{
    Account, Asset, ChangeSet, Contract, FactsSql, Installation, Leaver, Me, Offer, Person, Release, Shipment, Target,
};

use crate::db::Sql;

/// Opens the few statements that run before there is a permit. Cannot be made outside this module.
pub struct Key(());

/// Every statement of the policy, for the test that prepares each on both databases.
pub(crate) fn statements() -> Vec<Sql> {
    let mut all = permit::statements();
    all.extend(items::statements());
    all
}
