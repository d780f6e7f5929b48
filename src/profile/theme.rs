//! The colours that a reader chose.
use crate::db::{Sql, WriteTx, sql};
use crate::error::AppError;
use crate::ids::Single;
use crate::operation::Operation;
use crate::policy::{self, Permit};
use crate::web::layout::Theme;
use serde::Serialize;

/// The theme by the word that forms send.
pub fn of(word: &str) -> Result<Theme, AppError> {
    let known = [Theme::System, Theme::Light, Theme::Dark].into_iter().find(|theme| theme.word() == word);
    known.ok_or_else(|| AppError::invalid("theme", "choose system, light or dark"))
}

/// Keeps the choice with the person, so that each of the own devices has it.
#[derive(Clone, Debug, Serialize)]
pub struct SetTheme {
    /// `system`, `light` or `dark`.
    pub theme: &'static str,
}

const SET: &str = "UPDATE people SET theme = $2 WHERE id = $1 AND theme <> $2";

impl Operation for SetTheme {
    type Action = policy::SetTheme;
    type Output = ();

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<(), AppError> {
        tx.execute(permit, sql(SET).bind(permit.target().0).bind(self.theme)).await?;
        tx.note(self, None);
        Ok(())
    }
}

pub(super) fn statements() -> Vec<Sql> {
    vec![sql(SET)]
}
