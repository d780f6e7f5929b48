//! Whether the demo is empty, being filled or full: one whose filling was cut off is neither used nor filled again.
use crate::db::{Reader, Sql, WriteTx, sql};
use crate::error::AppError;
use crate::ids::Single;
use crate::operation::{Operation, Query};
use crate::policy::{self, Permit};
use serde::Serialize;

/// How far the filling came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stand {
    /// Nothing is here.
    Empty,
    /// It began and did not end.
    Begun,
    /// Everything is here.
    Full,
}

/// Asks.
pub struct ShowStand;

const STAND: &str =
    "SELECT (SELECT COUNT(*) FROM accounts), (SELECT COUNT(*) FROM settings WHERE name = 'demo_filling')";

impl Query for ShowStand {
    type Action = policy::Check;
    type Output = Stand;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Stand, AppError> {
        let found: Option<(i64, i64)> = reader.find(permit, sql(STAND)).await?;
        Ok(match found {
            Some((_, filling)) if filling > 0 => Stand::Begun,
            Some((accounts, _)) if accounts > 0 => Stand::Full,
            _ => Stand::Empty,
        })
    }
}

/// Says that it begins, or that it has ended. It begins at the instant of the import: what is written later is never dated
/// before what was written last.
#[derive(Clone, Serialize)]
pub struct Mark {
    /// It has ended.
    pub ended: bool,
}

const BEGIN: &str = "INSERT INTO settings (name, value) VALUES ('demo_filling', '1')";
const END: &str = "DELETE FROM settings WHERE name = 'demo_filling'";

impl Operation for Mark {
    type Action = policy::Configure;
    type Output = ();

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<(), AppError> {
        tx.execute(permit, sql(if self.ended { END } else { BEGIN })).await?;
        tx.note(if self.ended { "the demo is filled" } else { "the demo is being filled" }, None);
        Ok(())
    }
}

pub(super) fn statements() -> Vec<Sql> {
    [STAND, BEGIN, END].map(sql).into()
}
