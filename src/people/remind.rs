//! The one reminder of an invitation that nobody has accepted: a job of its own, seven days before it ends.
use crate::db::{DbError, FromRow, Sql, WriteTx, sql};
use crate::error::AppError;
use crate::ids::{PersonId, Single};
use crate::mail::letter::{Action, LINK, Letter, one_line};
use crate::mail::outbox::{self, Outgoing, Purpose, Send};
use crate::mail::{Mail, Site};
use crate::operation::Operation;
use crate::policy::{self, Permit, WriteProof};
use crate::text::full_name;
use crate::time::{DAY, Day, Instant, day_of};
use serde::Serialize;

/// How long before the end the reminder is sent (ux.md §10, mail 2).
pub const REMINDED_BEFORE: Instant = 7 * DAY;

/// Mail 2: the one reminder of an invitation.
#[derive(Clone, Debug)]
pub struct Reminder {
    /// The installation.
    pub site: Site,
    /// Who invited.
    pub actor: String,
    /// To which company.
    pub company: String,
    /// The last day.
    pub ends: Day,
}

impl Mail for Reminder {
    fn subject(&self) -> String {
        format!("Reminder: your invitation from {} ends on {}", self.actor, self.ends.long())
    }

    fn letter(&self) -> Letter {
        let (actor, company, center) = (&self.actor, one_line(&self.company), self.site.center());
        Letter {
            preheader: format!("{company} waits for you."),
            opening: format!("{actor} invited you to {center} for {company}; you have not accepted yet."),
            serials: Vec::new(),
            more: 0,
            paragraphs: vec![
                format!("The invitation ends on {}. After that, ask {actor} for a new one.", self.ends.long()),
                "This is the only reminder.".to_owned(),
            ],
            action: Action { words: "Accept the invitation".to_owned(), url: LINK.to_owned() },
            answer: self.actor.clone(),
            why: format!("{actor} invited you. If you do not want it, do nothing."),
            service: true,
            site: self.site.clone(),
        }
    }
}

impl Reminder {
    /// For tests and the preview.
    pub fn sample() -> Self {
        let ends = "2026-12-09".parse().unwrap_or(Day(jiff::civil::Date::MIN));
        let (actor, company) = ("Elena Ostrava".to_owned(), "Ostrava & Finch".to_owned());
        Self { site: Site::sample(), actor, company, ends }
    }
}

/// `$1` the change set whose invitations were just mailed, `$2` how long before their end. One that waits already moves with
/// its invitation.
const PLAN: &str =
    "INSERT INTO jobs (kind, payload, dedup_key, run_at, urgent, state, attempts, lease, leased_until, error)
    SELECT 'invitation.remind', i.id, 'invitation.remind/' || i.id, i.expires_at - $2, FALSE, 'waiting', 0, 0, 0, ''
    FROM invitations i WHERE i.accepted_at IS NULL AND i.reminded_at IS NULL AND EXISTS (SELECT 1 FROM notices n
        WHERE n.change_set = $1 AND n.kind = 'invitation' AND n.state = 'queued'
        AND n.account_id = i.account_id AND n.person_id = i.person_id)
    ON CONFLICT (dedup_key) DO UPDATE SET run_at = excluded.run_at WHERE jobs.state = 'waiting'";

/// Plans the reminders of the invitations that a change set mailed.
pub async fn plan(tx: &mut WriteTx, proof: &impl WriteProof, change_set: i64) -> Result<(), DbError> {
    tx.execute(proof, sql(PLAN).bind(change_set).bind(REMINDED_BEFORE)).await?;
    Ok(())
}

/// Sends the reminder, if one is still called for.
#[derive(Clone, Serialize)]
pub struct RemindInvited {
    invitation: i64,
    #[serde(skip)]
    site: Site,
}

impl RemindInvited {
    /// For the job with this payload.
    pub fn new(invitation: i64, profile: &crate::app::Profile) -> Self {
        Self { invitation, site: Site::of(profile) }
    }
}

#[derive(FromRow)]
struct Invited {
    person_id: i64,
    account_id: i64,
    email: String,
    company: String,
    expires_at: Instant,
    first_name: Option<String>,
    last_name: Option<String>,
    answer: Option<String>,
}

/// Of an invitation that still waits, to somebody whom mail reaches.
const INVITED: &str =
    "SELECT i.person_id, i.account_id, p.email, o.name AS company, i.expires_at, b.first_name, b.last_name,
        b.email AS answer
    FROM invitations i JOIN memberships m ON m.account_id = i.account_id AND m.person_id = i.person_id
    JOIN people p ON p.id = i.person_id JOIN accounts o ON o.id = i.account_id LEFT JOIN people b ON b.id = i.invited_by
    WHERE i.id = $1 AND i.accepted_at IS NULL AND i.reminded_at IS NULL AND m.confirmed_at IS NULL
    AND p.deactivated_at IS NULL AND p.bounced_at IS NULL AND i.expires_at > $2";
const REMINDED: &str = "UPDATE invitations SET reminded_at = $2 WHERE id = $1";

impl Operation for RemindInvited {
    type Action = policy::WriteUserMail;
    /// When to look again; none: there is nothing left to do.
    type Output = Option<Instant>;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<Option<Instant>, AppError> {
        let row: Option<Invited> = tx.find(permit, sql(INVITED).bind(self.invitation).bind(tx.now())).await?;
        let Some(row) = row else { return Ok(None) };
        // It was sent once more meanwhile, and lasts longer.
        let due = row.expires_at - REMINDED_BEFORE;
        if due > tx.now() {
            return Ok(Some(due));
        }
        let name =
            full_name(row.first_name.as_deref().unwrap_or_default(), row.last_name.as_deref().unwrap_or_default());
        let actor = if name.is_empty() { self.site.vendor.clone() } else { one_line(&name) };
        let ends = day_of(row.expires_at, tx.zone());
        let mail = Reminder { site: self.site.clone(), actor, company: row.company, ends }.render();
        let mail = Outgoing {
            person: PersonId(row.person_id),
            address: row.email,
            account: Some(row.account_id),
            contract: None,
            change_set: None,
            kind: "invitation.reminder",
            mail,
            link: Some(Purpose::Invitation),
            reply_to: row.answer.unwrap_or_else(|| self.site.contact_email.clone()),
            dedup_key: format!("invitation.reminder/{}", self.invitation),
        };
        outbox::write(tx, permit, &self.site, &[mail], Send::InTurn).await?;
        tx.execute(permit, sql(REMINDED).bind(self.invitation).bind(tx.now())).await?;
        tx.note(serde_json::json!({"invitation": self.invitation}), None);
        Ok(None)
    }
}

pub(super) fn statements() -> Vec<Sql> {
    [PLAN, INVITED, REMINDED].map(sql).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words() {
        let mail = Reminder::sample().render();
        insta::assert_snapshot!("reminder", format!("Subject: {}\n\n{}\n{}", mail.subject, mail.text, mail.html));
    }
}
