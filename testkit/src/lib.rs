//! Tests the product from outside. This package knows the commands, the HTTP API and the mails, and nothing of the
//! product's insides: it must never depend on the product's package.
//!
//! - [`product`] starts, stops and kills the real binary on a database of its own
//! - [`http`] is one person's API client, [`clock`] moves the product's clock, [`mail`] receives its mail
//! - [`browser`] is a browser without scripts, [`canary`] searches for secrets where they must not be
//! - [`s3`] is a real S3 server
//! - [`table`] reads and writes the files of import and export, [`world`] makes companies of any size for them
//! - [`model`] says in plain Rust who coordinates what: what the product must answer

pub mod browser;
pub mod canary;
pub mod clock;
pub mod http;
pub mod mail;
pub mod model;
pub mod product;
pub mod s3;
pub mod table;
pub mod world;
