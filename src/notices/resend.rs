//! Sends a mail once more, to the address that the person has now: as a notice of its own, so that the ledger keeps both.
use crate::app::Profile;
use crate::auth::secret::handle;
use crate::db::{FromRow, Sql, WriteTx, sql};
use crate::error::{AppError, Refusal};
use crate::ids::Single;
use crate::mail::{Site, message};
use crate::operation::Operation;
use crate::policy::{self, Permit};
use serde::Serialize;

/// Sends it again.
#[derive(Clone, Debug, Serialize)]
pub struct ResendNotice {
    notice: i64,
    #[serde(skip)]
    site: Site,
}

#[derive(FromRow)]
struct Before {
    state: String,
    written: bool,
    secret: bool,
    active: bool,
}

/// A link that signs in is asked for by its owner, who may not want it any more.
const BEFORE: &str = "SELECT n.state, n.body_text <> '' AS written, n.link_purpose IS NOT NULL
            AND n.link_purpose NOT IN ('invitation', 'welcome') AS secret, p.deactivated_at IS NULL AS active
    FROM notices n JOIN people p ON p.id = n.person_id WHERE n.id = $1";
const AGAIN: &str = "INSERT INTO notices (person_id, account_id, contract_id, change_set, kind, address, subject, body_text,
        body_html, why, link_purpose, reply_to, message_id, dedup_key, state, error, created_at, announcement_id, copy_of)
    SELECT n.person_id, n.account_id, n.contract_id, n.change_set, n.kind, p.email, n.subject, n.body_text, n.body_html,
        n.why, n.link_purpose, n.reply_to, $2, 'again/' || $2, 'queued', '', $3, n.announcement_id, n.id
    FROM notices n JOIN people p ON p.id = n.person_id WHERE n.id = $1 RETURNING id";
const JOB: &str =
    "INSERT INTO jobs (kind, payload, dedup_key, run_at, urgent, state, attempts, lease, leased_until, error)
    VALUES ('mail.send', CAST($1 AS BIGINT), 'mail.send/' || CAST($1 AS BIGINT), $2, FALSE, 'waiting', 0, 0, 0, '')";

impl ResendNotice {
    /// In this installation.
    pub fn new(notice: i64, profile: &Profile) -> Self {
        Self { notice, site: Site::of(profile) }
    }
}

impl Operation for ResendNotice {
    type Action = policy::ResendNotice;
    /// The new one.
    type Output = i64;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<i64, AppError> {
        let before: Option<Before> = tx.find(permit, sql(BEFORE).bind(self.notice)).await?;
        let before = before.ok_or_else(AppError::hidden)?;
        let refuse = |title: &str| Err(Refusal::new("not-resendable", title).into());
        if before.state == "queued" || before.state == "collected" {
            return refuse("it has not been sent yet; wait for that");
        }
        if before.secret {
            return refuse("its link is for whoever asked for it; ask that person to ask again");
        }
        if !before.written || !before.active {
            return refuse("there is nothing to send, or nobody to send it to any more");
        }
        let id = format!("<{}@{}>", handle(), message::host(&self.site.base_url));
        let row = sql(AGAIN).bind(self.notice).bind(id).bind(tx.now());
        let again: Vec<(i64,)> = tx.returning(permit, row).await?;
        let (again,) = again.into_iter().next().ok_or(AppError::Lost)?;
        tx.execute(permit, sql(JOB).bind(again).bind(tx.now())).await?;
        tx.note(serde_json::json!({"notice": self.notice, "again": again}), None);
        Ok(again)
    }
}

pub(super) fn statements() -> Vec<Sql> {
    [BEFORE, AGAIN, JOB].map(sql).into()
}
