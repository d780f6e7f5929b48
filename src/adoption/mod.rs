//! Adoption: a purchase that came under an address which its company does not know goes to the present Contract Manager, who
//! keeps it or lets the one named manage it (domain.md §5, "First sign-in"). An import brings it, `imports/adopt.rs`.
pub mod decide;
pub mod mails;
pub mod page;
pub mod show;
mod web;
pub mod write;

use crate::db::Sql;
use crate::web::Route;

pub(crate) fn statements() -> Vec<Sql> {
    let mut all = decide::statements();
    all.extend(show::statements());
    all.extend(write::statements());
    all
}

pub(crate) fn routes() -> Vec<Route> {
    web::routes()
}
