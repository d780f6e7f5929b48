//! The mails of a demo, kept on a page of their own: nothing leaves the machine.
use super::message::Ready;
use crate::db::{DbError, FromRow, Reader, Sql, WriteTx, sql};
use crate::error::AppError;
use crate::ids::Single;
use crate::operation::Query;
use crate::policy::{Permit, SeeDemoMail, WriteProof};
use crate::time::Instant;
use serde::Serialize;

/// A mail as it would have left, with its link.
#[derive(Clone, Serialize)]
pub struct DemoMail {
    to: String,
    subject: String,
    text: String,
    html: String,
}

impl DemoMail {
    pub(super) fn of(ready: &Ready) -> Self {
        let Ready { to, subject, text, html, .. } = ready.clone();
        Self { to, subject, text, html }
    }
}

const KEEP: &str = "INSERT INTO demo_mails (at, sent_to, subject, body_text, body_html) VALUES ($1, $2, $3, $4, $5)";

pub(super) async fn keep(tx: &mut WriteTx, proof: &impl WriteProof, mail: &DemoMail) -> Result<(), DbError> {
    let row = sql(KEEP).bind(tx.now()).bind(mail.to.as_str()).bind(mail.subject.as_str());
    tx.execute(proof, row.bind(mail.text.as_str()).bind(mail.html.as_str())).await?;
    Ok(())
}

/// Most mails that the page lists.
pub const MOST_LISTED: i64 = 200;

/// A kept mail.
#[derive(Clone, Debug, FromRow)]
pub struct Kept {
    /// Its number on the page.
    pub id: i64,
    /// When it would have left.
    pub at: Instant,
    /// To whom.
    pub sent_to: String,
    /// One line.
    pub subject: String,
    /// The text part.
    pub body_text: String,
    /// The HTML part.
    pub body_html: String,
}

/// The mails of the demo, newest first; all, or the one with that number. Answers nothing outside demo mode: there nothing
/// is kept.
#[derive(Clone, Debug)]
pub struct ListDemoMail(pub Option<i64>);

const LIST: &str = "SELECT id, at, sent_to, subject, body_text, body_html FROM demo_mails
    WHERE CAST($1 AS BIGINT) IS NULL OR id = $1 ORDER BY id DESC LIMIT $2";

impl Query for ListDemoMail {
    type Action = SeeDemoMail;
    type Output = Vec<Kept>;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<SeeDemoMail>) -> Result<Vec<Kept>, AppError> {
        Ok(reader.fetch(permit, sql(LIST).bind(self.0).bind(MOST_LISTED)).await?)
    }
}

pub(super) fn statements() -> Vec<Sql> {
    [KEEP, LIST].map(sql).into()
}
