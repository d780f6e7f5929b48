//! One mail with everything, for the vendor's staff. What is stored holds no secret: a link is made while a mail is sent.
use crate::db::{FromRow, Reader, Sql, sql};
use crate::error::AppError;
use crate::ids::Single;
use crate::operation::Query;
use crate::policy::{self, Permit, ResendNotice};
use crate::time::Instant;

/// Asks for one.
pub struct ShowNotice(pub i64);

/// Everything about it.
#[derive(Clone, Debug, FromRow)]
pub struct Shown {
    pub(crate) id: i64,
    pub(crate) kind: String,
    pub(crate) subject: String,
    pub(crate) why: String,
    pub(crate) address: String,
    pub(crate) body_text: String,
    pub(crate) body_html: String,
    pub(crate) reply_to: String,
    pub(crate) message_id: String,
    pub(crate) state: String,
    pub(crate) error: String,
    pub(crate) created_at: Instant,
    pub(crate) sent_at: Option<Instant>,
    pub(crate) came_back_at: Option<Instant>,
    pub(crate) delayed_at: Option<Instant>,
    pub(crate) copy_of: Option<i64>,
    pub(crate) link_purpose: Option<String>,
    pub(crate) handle: String,
    pub(crate) email: String,
    pub(crate) first_name: String,
    pub(crate) last_name: String,
    pub(crate) company: Option<String>,
    pub(crate) contract_number: Option<String>,
}

const NOTICE: &str = "SELECT n.id, n.kind, n.subject, n.why, n.address, n.body_text, n.body_html, n.reply_to, n.message_id,
        n.state, n.error, n.created_at, n.sent_at, n.came_back_at, n.delayed_at, n.copy_of, n.link_purpose, p.handle, p.email,
        p.first_name, p.last_name, o.name AS company, c.number AS contract_number
    FROM notices n JOIN people p ON p.id = n.person_id LEFT JOIN accounts o ON o.id = n.account_id
    LEFT JOIN contracts c ON c.id = n.contract_id WHERE n.id = $1";

impl Query for ShowNotice {
    type Action = policy::SeeOutbox;
    type Output = (Shown, bool);

    fn target(&self) -> Single {
        Single::default()
    }

    /// With whether the reader may send it again.
    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<(Shown, bool), AppError> {
        let shown: Option<Shown> = reader.find(permit, sql(NOTICE).bind(self.0)).await?;
        Ok((shown.ok_or_else(AppError::hidden)?, permit.may::<ResendNotice>()))
    }
}

pub(super) fn statements() -> Vec<Sql> {
    vec![sql(NOTICE)]
}
