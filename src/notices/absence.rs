//! Who gets copies of one's notices while one is away.
use super::preferences::Absence;
use crate::db::{Sql, WriteTx, sql};
use crate::error::AppError;
use crate::ids::{PersonId, Single};
use crate::operation::Operation;
use crate::policy::{self, Permit};
use crate::text::address_key;
use crate::time::Day;
use serde::Serialize;

/// Says who gets copies while one is away; nobody: it ends.
#[derive(Clone, Debug, Serialize)]
pub struct SetAbsence {
    /// From which day to which; none: nobody gets copies any more.
    pub absence: Option<Absence>,
}

/// Somebody who belongs to a company together with the person, and has accepted.
const COLLEAGUE: &str =
    "SELECT q.id FROM people q JOIN memberships t ON t.person_id = q.id AND t.confirmed_at IS NOT NULL
    JOIN memberships m ON m.account_id = t.account_id AND m.person_id = $1 AND m.confirmed_at IS NOT NULL
    WHERE q.email_key = $2 AND q.id <> $1 AND q.deactivated_at IS NULL LIMIT 1";
const AWAY: &str = "INSERT INTO absences (person_id, colleague_id, from_on, until_on) VALUES ($1, $2, $3, $4)
    ON CONFLICT (person_id) DO UPDATE SET colleague_id = excluded.colleague_id, from_on = excluded.from_on,
        until_on = excluded.until_on";
const BACK: &str = "DELETE FROM absences WHERE person_id = $1";

impl Operation for SetAbsence {
    type Action = policy::SetAbsence;
    type Output = ();

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<(), AppError> {
        let me: PersonId = permit.target().0;
        let Some(absence) = &self.absence else {
            tx.execute(permit, sql(BACK).bind(me)).await?;
            tx.note("nobody gets copies any more", None);
            return Ok(());
        };
        let day = |field, text: &str| text.parse::<Day>().map_err(|_| AppError::invalid(field, "choose a day"));
        let (from, until) = (day("from", &absence.from_on)?, day("until", &absence.until_on)?);
        let today = crate::time::day_of(tx.now(), tx.zone());
        if until < from {
            return Err(AppError::invalid("until", format!("choose a day that is not before {}", from.long())));
        }
        if until < today {
            return Err(AppError::invalid("until", format!("choose a day from {} on", today.long())));
        }
        let colleague: Option<(i64,)> =
            tx.find(permit, sql(COLLEAGUE).bind(me).bind(address_key(&absence.email))).await?;
        let (colleague,) = colleague.ok_or_else(|| {
            let words = "enter the address of somebody of your company who has accepted the invitation";
            AppError::invalid("colleague", words)
        })?;
        tx.execute(permit, sql(AWAY).bind(me).bind(colleague).bind(from).bind(until)).await?;
        tx.note(serde_json::json!({"colleague": colleague, "from": from, "until": until}), None);
        Ok(())
    }
}

pub(super) fn statements() -> Vec<Sql> {
    [COLLEAGUE, AWAY, BACK].map(sql).into()
}
