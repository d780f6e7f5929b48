//! "Are you still the coordinator of these 14 serial numbers?": asked once a year, answered with one click, without a sign-in. A "no"
//! moves nothing: it tells the Contract Manager, who hands over.
use super::mails::NotAnyMore;
use crate::app::Profile;
use crate::db::{FromRow, Reader, Sql, WriteTx, sql};
use crate::error::AppError;
use crate::ids::{PersonId, Single};
use crate::mail::letter::one_line;
use crate::mail::outbox::{self, Outgoing, Send};
use crate::mail::{Mail, Site};
use crate::operation::{Operation, Query};
use crate::policy::{self, Permit};
use crate::text::full_name;
use serde::Serialize;

/// Looks at the link.
pub struct SeeCheck {
    /// Hash of the link's secret.
    pub link: Vec<u8>,
}

/// What is asked.
#[derive(Clone, Debug, FromRow)]
pub struct Asked {
    pub(crate) id: i64,
    pub(crate) person_id: i64,
    pub(crate) account_id: i64,
    pub(crate) assets: i64,
    pub(crate) company: String,
    pub(crate) handle: String,
    pub(crate) first_name: String,
    pub(crate) last_name: String,
}

const SEE: &str = "SELECT r.id, r.person_id, r.account_id, r.assets, o.name AS company, p.handle, p.first_name, p.last_name
    FROM links l JOIN role_checks r ON r.id = l.about JOIN accounts o ON o.id = r.account_id JOIN people p ON p.id = r.person_id
    WHERE l.hash = $1 AND l.purpose = 'role_check' AND l.expires_at > $2 AND p.deactivated_at IS NULL";
const ANSWER: &str = "UPDATE role_checks SET answer = $2, answered_at = $3 WHERE id = $1 AND answer <> $2";
/// An answer shows that somebody reads what is sent there.
const HERE: &str = "UPDATE people SET seen_at = $2, bounced_at = NULL WHERE id = $1";
/// Who manages contracts on which the person coordinates something.
const MANAGERS: &str =
    "SELECT DISTINCT q.id, q.email FROM contracts c JOIN people q ON q.id = c.manager_id AND q.id <> $1
        AND q.deactivated_at IS NULL
    WHERE c.account_id = $2 AND (c.coordinator_id = $1
        OR EXISTS (SELECT 1 FROM asset_groups g WHERE g.contract_id = c.id AND g.coordinator_id = $1)
        OR EXISTS (SELECT 1 FROM assets a WHERE a.contract_id = c.id AND a.coordinator_id = $1)) ORDER BY q.id";

impl Query for SeeCheck {
    type Action = policy::SeeLink;
    type Output = Option<Asked>;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Option<Asked>, AppError> {
        let now = reader.now().at;
        Ok(reader.find(permit, sql(SEE).bind(self.link.as_slice()).bind(now)).await?)
    }
}

/// Answers, by a button on the page of the link; the last answer counts.
#[derive(Clone, Serialize)]
pub struct AnswerCheck {
    link: Vec<u8>,
    still: bool,
    #[serde(skip)]
    site: Site,
}

impl AnswerCheck {
    /// In this installation.
    pub fn new(link: Vec<u8>, still: bool, profile: &Profile) -> Self {
        Self { link, still, site: Site::of(profile) }
    }
}

impl Operation for AnswerCheck {
    type Action = policy::AnswerRoleCheck;
    type Output = ();

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<(), AppError> {
        let asked: Option<Asked> = tx.find(permit, sql(SEE).bind(self.link.as_slice()).bind(tx.now())).await?;
        let asked = asked.ok_or_else(AppError::hidden)?;
        let answer = if self.still { "yes" } else { "no" };
        let row = sql(ANSWER).bind(asked.id).bind(answer).bind(tx.now());
        if tx.execute(permit, row).await? == 0 {
            return Ok(());
        }
        tx.execute(permit, sql(HERE).bind(asked.person_id).bind(tx.now())).await?;
        if !self.still {
            let managers = sql(MANAGERS).bind(asked.person_id).bind(asked.account_id);
            let managers: Vec<(i64, String)> = tx.fetch(permit, managers).await?;
            let mails: Vec<Outgoing> = managers.into_iter().map(|(id, email)| self.tell(&asked, id, email)).collect();
            let send = outbox::once_live(tx, permit).await?;
            outbox::write(tx, permit, &self.site, &mails, if self.site.demo { Send::InTurn } else { send }).await?;
        }
        tx.note(serde_json::json!({"person": asked.person_id, "still": self.still}), None);
        Ok(())
    }
}

impl AnswerCheck {
    fn tell(&self, asked: &Asked, manager: i64, address: String) -> Outgoing {
        let mail = NotAnyMore {
            site: self.site.clone(),
            name: one_line(&full_name(&asked.first_name, &asked.last_name)),
            handle: asked.handle.clone(),
            assets: asked.assets.unsigned_abs(),
            company: one_line(&asked.company),
        };
        Outgoing {
            person: PersonId(manager),
            address,
            account: Some(asked.account_id),
            contract: None,
            change_set: None,
            kind: "role_check.no",
            mail: mail.render(),
            link: None,
            reply_to: self.site.contact_email.clone(),
            dedup_key: format!("role_check.no/{}/{manager}", asked.id),
        }
    }
}

pub(super) fn statements() -> Vec<Sql> {
    [SEE, ANSWER, HERE, MANAGERS].map(sql).into()
}
