//! Who is the Software Coordinator of each asset: assign, hand over, resolve, explain.
pub mod assign;
pub mod change_hands;
pub mod covers;
pub mod hand_over;
mod levels;
mod naming;
pub mod plan;
pub mod preview;
pub mod rules;
pub mod selection;
pub mod store;

use crate::db::Sql;

pub(crate) fn statements() -> Vec<Sql> {
    let mut all = assign::statements();
    all.extend(plan::statements());
    all.extend(levels::statements());
    all.extend(naming::statements());
    all.extend(selection::statements());
    all.extend(store::statements());
    all.extend(covers::statements());
    all.extend(preview::statements());
    all.extend(hand_over::statements());
    all.extend(change_hands::statements());
    all
}
