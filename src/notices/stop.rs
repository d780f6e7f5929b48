//! The link at the end of a message that may be switched off (RFC 8058): a GET shows a button, a POST stops that kind.
use super::preferences::off;
use crate::db::{Reader, Sql, WriteTx, sql};
use crate::error::AppError;
use crate::ids::Single;
use crate::operation::{Operation, Query};
use crate::policy::{self, Permit};
use serde::Serialize;

/// Stops a kind of message, by the link of such a message: without a session, as often as it is followed.
#[derive(Clone, Serialize)]
pub struct StopCategory {
    /// Hash of the link's secret.
    pub link: Vec<u8>,
}

/// Looks at such a link.
pub struct SeeStop {
    /// Hash of the link's secret.
    pub link: Vec<u8>,
}

const LINK: &str = "SELECT l.person_id, l.category FROM unsubscribe_links l JOIN people p ON p.id = l.person_id
    WHERE l.hash = $1 AND p.erased_at IS NULL";
/// A daily mail has what is wanted daily.
const STOP_DAILY: &str = "UPDATE notice_preferences SET how = 'off' WHERE person_id = $1 AND how = 'daily'";

impl Query for SeeStop {
    type Action = policy::SeeLink;
    type Output = Option<String>;

    fn target(&self) -> Single {
        Single::default()
    }

    /// The category.
    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Option<String>, AppError> {
        let found: Option<(i64, String)> = reader.find(permit, sql(LINK).bind(self.link.as_slice())).await?;
        Ok(found.map(|(_, category)| category))
    }
}

impl Operation for StopCategory {
    type Action = policy::StopCategory;
    /// The category.
    type Output = String;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<String, AppError> {
        let found: Option<(i64, String)> = tx.find(permit, sql(LINK).bind(self.link.as_slice())).await?;
        let (person, category) = found.ok_or_else(AppError::hidden)?;
        match category.as_str() {
            "digest" => tx.execute(permit, sql(STOP_DAILY).bind(person)).await?,
            _ => tx.execute(permit, off(person, &category)).await?,
        };
        tx.note(serde_json::json!({"person": person, "category": category}), None);
        Ok(category)
    }
}

pub(super) fn statements() -> Vec<Sql> {
    [LINK, STOP_DAILY].map(sql).into()
}
