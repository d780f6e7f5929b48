//! The slice's API calls.
use super::undo::{PreviewUndo, UndoChangeSet, Undone};
use crate::app::App;
use crate::error::AppError;
use crate::ids::ChangeSetKey;
use crate::operation::Terms;
use crate::policy::{ActionId, Actor};
use crate::web::extract::Body;
use crate::web::{Route, post};
use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;

pub(super) fn routes() -> Vec<Route> {
    vec![
        post("/api/v1/change-sets/{id}/undo", ActionId::UndoChangeSet, undo)
            .says("Undo a change set, or preview that")
            .takes::<Input>()
            .gives::<Undone>(),
    ]
}

/// The body; `{}` undoes.
#[derive(Deserialize, utoipa::ToSchema)]
#[schema(as = UndoInput)]
#[serde(deny_unknown_fields)]
struct Input {
    /// Only say what would happen.
    #[serde(default)]
    preview: bool,
}

async fn undo(
    State(app): State<App>,
    actor: Actor,
    terms: Terms,
    Path(change_set): Path<ChangeSetKey>,
    Body(input): Body<Input>,
) -> Result<Json<Undone>, AppError> {
    let undo = UndoChangeSet { change_set };
    if input.preview {
        return Ok(Json(app.read(&actor, &PreviewUndo(undo)).await?.outcome));
    }
    let undone = app.run(actor, undo, terms).await?;
    app.wake();
    Ok(Json(undone))
}
