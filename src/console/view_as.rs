//! The vendor's staff look at the pages as somebody sees them: nothing can be changed, a banner says so on each page, and the
//! person reads later who looked, when and why.
use crate::db::{FromRow, Reader, Sql, WriteTx, sql};
use crate::error::{AppError, Refusal};
use crate::ids::{PersonId, PersonKey, Single};
use crate::operation::{Operation, Query};
use crate::policy::{self, Action, Permit};
use crate::text::full_name;
use crate::time::{Instant, MINUTE, long};
use jiff::tz::TimeZone;
use maud::{Markup, html};
use serde::Serialize;

/// How long one looks at most.
pub const VIEWED_FOR: Instant = 30 * MINUTE;
/// Longest reason.
pub const LONGEST_REASON: usize = 200;

/// Begins to look.
#[derive(Clone, Serialize)]
pub struct StartViewing {
    /// As whom.
    pub person: PersonKey,
    /// Hash of the session in which it happens.
    pub session: Vec<u8>,
    /// Why; the person reads it.
    pub why: String,
}

const VIEWABLE: &str = "SELECT id FROM people WHERE id = $1 AND staff_role IS NULL AND deactivated_at IS NULL";
const VIEW: &str = "UPDATE sessions SET view_as = $3, view_until = $4 WHERE hash = $1 AND person_id = $2";
const KEEP: &str = "INSERT INTO views (viewer_id, person_id, why, began_at, until_at) VALUES ($1, $2, $3, $4, $5)";

impl Operation for StartViewing {
    type Action = policy::StartViewing;
    type Output = ();

    fn target(&self) -> PersonKey {
        self.person.clone()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<(), AppError> {
        let why = self.why.trim();
        if why.is_empty() || why.chars().count() > LONGEST_REASON || why.chars().any(char::is_control) {
            let text = format!("say why in at most {LONGEST_REASON} characters; the person reads it");
            return Err(AppError::invalid("why", text));
        }
        let person = permit.target().0;
        let viewable: Option<(PersonId,)> = tx.find(permit, sql(VIEWABLE).bind(person)).await?;
        let until = tx.now() + VIEWED_FOR;
        let view = sql(VIEW).bind(self.session.as_slice()).bind(permit.actor()).bind(person).bind(until);
        if viewable.is_none() || tx.execute(permit, view).await? == 0 {
            let title = "only pages of somebody who signs in for a company can be viewed, in a browser";
            return Err(Refusal::new("not-viewable", title).into());
        }
        let keep = sql(KEEP).bind(permit.actor()).bind(person).bind(why).bind(tx.now()).bind(until);
        tx.execute(permit, keep).await?;
        tx.note(serde_json::json!({"why": why, "until": until}), None);
        Ok(())
    }
}

/// Ends it. The one thing that can be done while one looks.
#[derive(Clone, Serialize)]
pub struct StopViewing {
    /// Hash of the session.
    pub session: Vec<u8>,
}

const STOP: &str = "UPDATE sessions SET view_as = NULL, view_until = NULL WHERE hash = $1 AND view_as IS NOT NULL";
const OVER: &str = "UPDATE views SET until_at = $3 WHERE viewer_id = $1 AND person_id = $2 AND until_at > $3";

impl Operation for StopViewing {
    type Action = policy::StopViewing;
    type Output = ();

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<(), AppError> {
        tx.execute(permit, sql(STOP).bind(self.session.as_slice())).await?;
        if let Some(viewer) = permit.viewer() {
            tx.execute(permit, sql(OVER).bind(viewer).bind(permit.actor()).bind(tx.now())).await?;
        }
        tx.note("stopped viewing", None);
        Ok(())
    }
}

/// Asks whom one is about to view.
pub struct SeeViewed {
    /// Who.
    pub person: PersonKey,
}

/// Somebody by name.
#[derive(Clone, Debug, FromRow)]
pub struct Viewed {
    /// In addresses.
    pub handle: String,
    /// The address.
    pub email: String,
    first_name: String,
    last_name: String,
}

const WHO: &str = "SELECT handle, email, first_name, last_name FROM people WHERE id = $1 AND staff_role IS NULL
    AND deactivated_at IS NULL";

impl Query for SeeViewed {
    type Action = policy::SeeViewed;
    type Output = Viewed;

    fn target(&self) -> PersonKey {
        self.person.clone()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Viewed, AppError> {
        let found: Option<Viewed> = reader.find(permit, sql(WHO).bind(permit.target().0)).await?;
        found.ok_or_else(AppError::hidden)
    }
}

impl Viewed {
    /// First and last name.
    pub fn name(&self) -> String {
        full_name(&self.first_name, &self.last_name)
    }
}

/// Somebody of the vendor looked.
#[derive(Clone, Debug, FromRow)]
pub struct ViewRow {
    first_name: String,
    last_name: String,
    why: String,
    began_at: Instant,
}

const VIEWS: &str =
    "SELECT p.first_name, p.last_name, v.why, v.began_at FROM views v JOIN people p ON p.id = v.viewer_id
    WHERE v.person_id = $1 ORDER BY v.id DESC LIMIT 20";

/// Who looked at the pages of a person, the latest first.
pub async fn views<A: Action>(
    reader: &mut Reader,
    permit: &Permit<A>,
    person: PersonId,
) -> Result<Vec<ViewRow>, AppError> {
    Ok(reader.fetch(permit, sql(VIEWS).bind(person)).await?)
}

/// "Viewed by the vendor"; nothing where nobody looked.
pub fn section(rows: &[ViewRow], zone: &TimeZone) -> Markup {
    html! {
        @if !rows.is_empty() {
            section.block aria-labelledby="views-h" {
                h2 #views-h { "Viewed by the vendor" }
                ul.lines {
                    @for row in rows {
                        li {
                            (full_name(&row.first_name, &row.last_name)) " (vendor’s staff) viewed your pages on "
                            (long(row.began_at, zone)) " because “" (row.why) "”."
                        }
                    }
                }
            }
        }
    }
}

pub(super) fn statements() -> Vec<Sql> {
    [VIEWABLE, VIEW, KEEP, STOP, OVER, WHO, VIEWS].map(sql).into()
}
