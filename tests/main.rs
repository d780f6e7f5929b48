//! The product inside one process: its rules, its pages and its API on real databases, asked as each role.
//! One binary, because each would link the whole product again.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may panic"
)]
#[macro_use]
mod world;
mod announcing;
mod assignment;
mod demo_world;
mod entitlement;
mod import_rules;
mod mail;
mod matrix;
mod migration;
mod naming_races;
mod news;
mod oidc;
mod policy;
mod profile;
mod removal;
mod search;
mod shipments;
mod sign_in;
mod statements;
mod tidy;
mod users;
