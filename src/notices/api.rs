//! The ledger for programs.
use super::list::{Filter, ListNotices, NoticeView};
use crate::app::App;
use crate::contracts::assets::{Page, Paging};
use crate::error::AppError;
use crate::policy::{ActionId, Actor};
use crate::web::extract::Params;
use crate::web::{Route, get};
use axum::Json;
use axum::extract::State;
use serde::Deserialize;

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/api/v1/notices", ActionId::ListNotices, list)
            .says("What was sent to you and, on contracts that you manage, to others: why, and what became of it")
            .query(&[
                ("person", "An address, or the beginning of a name"),
                ("q", "Beginning of the subject, or of the release that is announced"),
                ("state", "delivered, came_back, failed, waiting, collected, in_digest, switched_off or not_sent"),
                ("since", "A day, YYYY-MM-DD"),
                ("limit", "At most 200, which is the default"),
                ("cursor", "`next` of the page before"),
            ])
            .gives::<Page<NoticeView>>(),
    ]
}

/// As the address has it.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Asked {
    person: String,
    q: String,
    state: String,
    since: String,
    cursor: Option<String>,
    limit: Option<i64>,
}

async fn list(
    State(app): State<App>,
    actor: Actor,
    Params(asked): Params<Asked>,
) -> Result<Json<Page<NoticeView>>, AppError> {
    let Asked { person, q, state, since, cursor, limit } = asked;
    let list = ListNotices { filter: Filter { person, q, state, since }, paging: Paging { cursor, limit } };
    Ok(Json(app.read(&actor, &list).await?.map(|row| row.view())))
}
