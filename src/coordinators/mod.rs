//! Who is the Software Coordinator of each asset: assign, hand over, resolve, explain.
mod api;
pub mod assign;
pub mod assign_form;
pub mod change_hands;
pub mod choices;
pub mod classic;
pub mod covers;
pub mod dialog;
pub mod entered;
pub mod explain;
mod faults;
pub mod hand_over;
pub mod hand_over_view;
mod happened;
pub mod history;
mod levels;
pub mod mails;
#[cfg(test)]
mod mails_test;
pub mod naming;
pub mod pages;
mod pages_web;
pub mod pick_list;
pub mod plan;
pub mod preview;
pub mod preview_view;
pub mod resolve;
pub mod rules;
pub mod selection;
pub mod serial;
pub mod serial_page;
pub mod store;
pub mod summary;
pub mod tell;
mod told;
pub mod undo_page;
mod web;
mod wording;

use crate::db::Sql;
use crate::web::Route;

pub(crate) fn statements() -> Vec<Sql> {
    let mut all = assign::statements();
    all.extend(plan::statements());
    all.extend(choices::statements());
    all.extend(preview_view::statements());
    all.extend(levels::statements());
    all.extend(naming::statements());
    all.extend(selection::statements());
    all.extend(store::statements());
    all.extend(covers::statements());
    all.extend(preview::statements());
    all.extend(hand_over::statements());
    all.extend(change_hands::statements());
    all.extend(resolve::statements());
    all.extend(explain::statements());
    all.extend(history::statements());
    all.extend(serial::statements());
    all.extend(tell::statements());
    all
}

pub(crate) fn routes() -> Vec<Route> {
    let mut all = api::routes();
    all.extend(pages_web::routes());
    all.extend(web::routes());
    all
}
