//! Where the customers of a software vendor look after their subscription contracts. Read in this order: `policy`, `operation`,
//! `coordinators/assign`, `web/routes`, `db`; docs/ARCHITECTURE.md has the way of one request.
pub mod app;
pub mod cli;
pub mod config;
pub mod db;
pub mod error;
pub mod ids;
pub mod operation;
pub mod policy;
pub mod text;
pub mod time;
pub mod web;

pub mod audit;
pub mod auth;
pub mod files;
pub mod jobs;
pub mod mail;

pub mod adoption;
pub mod change_sets;
pub mod console;
pub mod continuity;
pub mod contracts;
pub mod coordinators;
pub mod demo;
pub mod home;
pub mod imports;
pub mod installation;
pub mod notices;
pub mod oidc;
pub mod people;
pub mod profile;
pub mod releases;
pub mod renewals;
pub mod shipments;
pub mod users;
pub mod welcome;

/// Every statement text, built by the functions that also run it. A test prepares each on both databases.
pub fn statements() -> Vec<db::Sql> {
    let mut all = policy::statements();
    all.extend(operation::statements());
    all.extend(web::frame::statements());
    all.extend(audit::statements());
    all.extend(auth::statements());
    all.extend(jobs::statements());
    all.extend(mail::statements());
    all.extend(installation::statements());
    all.extend(imports::statements());
    all.extend(contracts::statements());
    all.extend(coordinators::statements());
    all.extend(people::statements());
    all.extend(users::statements());
    all.extend(profile::statements());
    all.extend(console::statements());
    all.extend(change_sets::statements());
    all.extend(home::statements());
    all.extend(demo::statements());
    all.extend(oidc::statements());
    all.extend(welcome::statements());
    all.extend(adoption::statements());
    all.extend(releases::statements());
    all.extend(renewals::statements());
    all.extend(shipments::statements());
    all.extend(notices::statements());
    all.extend(continuity::statements());
    all
}
