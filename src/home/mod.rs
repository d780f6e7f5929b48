//! Where one arrives: Home, help, account.
pub mod account_page;
pub mod help_page;
pub mod pages;

use crate::web::Route;

pub(crate) fn routes() -> Vec<Route> {
    Vec::new()
}
