//! The mails of the demo, a page at a time, and when those that are still held go out.
use crate::db::{FromRow, Reader, Sql, sql};
use crate::error::AppError;
use crate::ids::Single;
use crate::operation::Query;
use crate::policy::{self, Permit};
use crate::time::Instant;
use crate::web::words::count;

/// So many are one page.
const ROWS: usize = 50;

/// Asks for one page of them, the newest first.
pub struct ListMail {
    /// Only older ones than this: what the page before gave as `next`.
    pub before: Option<i64>,
}

/// One page.
#[derive(Debug)]
pub struct Mails {
    /// The mails.
    pub rows: Vec<MailRow>,
    /// Where the next page begins.
    pub next: Option<i64>,
    /// What is held, as a sentence; may be empty.
    pub held: String,
}

/// One mail.
#[derive(Clone, Debug, FromRow)]
pub struct MailRow {
    /// Its number.
    pub id: i64,
    /// When it would have left.
    pub at: Instant,
    /// To whom.
    pub sent_to: String,
    /// One line.
    pub subject: String,
}

const LIST: &str = "SELECT id, at, sent_to, subject FROM demo_mails
    WHERE CAST($1 AS BIGINT) IS NULL OR id < $1 ORDER BY id DESC LIMIT $2";
const HELD: &str = "SELECT COUNT(*), MIN(j.run_at) FROM change_sets s
    JOIN jobs j ON j.dedup_key = 'mail.change_set/' || s.id WHERE s.mail = 'held'";

impl Query for ListMail {
    type Action = policy::SeeDemoMail;
    type Output = Mails;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Mails, AppError> {
        let list = sql(LIST).bind(self.before).bind(ROWS as i64 + 1);
        let mut rows: Vec<MailRow> = reader.fetch(permit, list).await?;
        let held: Option<(i64, Option<Instant>)> = reader.find(permit, sql(HELD)).await?;
        let more = rows.len() > ROWS;
        rows.truncate(ROWS);
        let next = rows.last().filter(|_| more).map(|row| row.id);
        let now = reader.now().at;
        let held = held.and_then(|(n, due)| Some(sentence(n, due? - now))).unwrap_or_default();
        Ok(Mails { rows, next, held })
    }
}

/// "Mail of 1 change goes out in 42 seconds."
fn sentence(changes: i64, wait: Instant) -> String {
    let changes = match changes {
        1 => "Mail of 1 change goes".to_owned(),
        n => format!("Mail of {} changes is held; the first goes", crate::web::words::number(n)),
    };
    match wait {
        ..=0 => format!("{changes} out now."),
        _ => format!("{changes} out in {}.", count((wait + 999) / 1_000, "second", "seconds")),
    }
}

pub(super) fn statements() -> Vec<Sql> {
    [LIST, HELD].map(sql).into()
}

#[cfg(test)]
mod tests {
    use super::sentence;

    #[test]
    fn what_is_held_is_counted_down() {
        assert_eq!(sentence(1, 41_001), "Mail of 1 change goes out in 42 seconds.");
        assert_eq!(sentence(1, 0), "Mail of 1 change goes out now.");
        assert_eq!(sentence(3, 1_000), "Mail of 3 changes is held; the first goes out in 1 second.");
    }
}
