//! The message above the pages of users: what a change set did, with Undo.
use crate::change_sets::message::Just;
use crate::db::Reader;
use crate::error::AppError;
use crate::ids::Single;
use crate::operation::Query;
use crate::policy::{self, Permit};
use crate::web::ui::Flash;

/// Asks for it.
pub struct ShowMessage {
    /// What was just done.
    pub just: Just,
    /// The same page without the message.
    pub close: String,
}

impl Query for ShowMessage {
    type Action = policy::SeeSelf;
    type Output = Option<Flash>;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Option<Flash>, AppError> {
        self.just.message(reader, permit, &self.close).await
    }
}
