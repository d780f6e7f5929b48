//! What people say of themselves, and what becomes of it: on both databases.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test may panic")]
#[macro_use]
#[path = "../world/mod.rs"]
mod world;
mod address;
mod companies;
mod data;
mod merged;
mod notices;
mod saved;
mod viewing;
