//! The reseller says that the quote is ready, with what there is to say about it; the Contract Manager is told.
use super::quote_mails::Quoted;
use super::request_quote::{LONGEST, vendor};
use crate::app::Profile;
use crate::db::{FromRow, Sql, WriteTx, sql};
use crate::error::{AppError, Refusal};
use crate::ids::{ContractNumber, PersonId};
use crate::mail::outbox::{self, Outgoing};
use crate::mail::{Mail, Site};
use crate::operation::Operation;
use crate::policy::{self, Permit};
use crate::text::full_name;
use serde::Serialize;

/// The answer.
#[derive(Clone, Debug, Serialize)]
pub struct AnswerQuote {
    /// Of which contract.
    pub contract: ContractNumber,
    /// Which request: its id.
    pub request: String,
    /// What is said; may be empty.
    pub words: String,
    #[serde(skip)]
    site: Site,
}

#[derive(FromRow)]
struct Row {
    id: i64,
    state: String,
    end_on: String,
    number: String,
    account_id: i64,
    manager_id: i64,
    email: String,
    reseller: Option<String>,
    by_first: String,
    by_last: String,
    by_email: String,
    staff: bool,
}

/// `$3`: who answers.
const FIND: &str = "SELECT q.id, q.state, q.end_on, c.number, c.account_id, c.manager_id, p.email, l.name AS reseller,
        b.first_name AS by_first, b.last_name AS by_last, b.email AS by_email, b.staff_role IS NOT NULL AS staff
    FROM quote_requests q JOIN contracts c ON c.id = q.contract_id JOIN people p ON p.id = c.manager_id
    JOIN people b ON b.id = $3 LEFT JOIN accounts l ON l.id = c.reseller_id WHERE q.contract_id = $1 AND q.handle = $2
    AND (b.staff_role IS NOT NULL OR q.reseller_id = c.reseller_id)";
const ANSWER: &str = "UPDATE quote_requests SET state = 'quoted', answer = $2, answered_by = $3, answered_at = $4
    WHERE id = $1 AND state IN ('asked', 'quoted')";

impl AnswerQuote {
    /// Of this installation.
    pub fn new(contract: ContractNumber, request: String, words: String, profile: &Profile) -> Self {
        Self { contract, request, words, site: Site::of(profile) }
    }
}

impl Operation for AnswerQuote {
    type Action = policy::AnswerQuote;
    type Output = ();

    fn target(&self) -> ContractNumber {
        self.contract.clone()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<(), AppError> {
        let words = self.words.trim();
        if words.chars().count() > LONGEST {
            return Err(AppError::invalid("words", format!("write at most {LONGEST} characters")));
        }
        let find = sql(FIND).bind(permit.target().0).bind(self.request.as_str()).bind(permit.actor());
        let row: Row = tx.find(permit, find).await?.ok_or_else(AppError::hidden)?;
        let answer = sql(ANSWER).bind(row.id).bind(words).bind(permit.actor()).bind(tx.now());
        if !matches!(row.state.as_str(), "asked" | "quoted") || tx.execute(permit, answer).await? == 0 {
            let title = "this renewal is ordered already; there is nothing to answer any more";
            return Err(Refusal::new("quote-closed", title).into());
        }
        let by = full_name(&row.by_first, &row.by_last);
        let mail = Quoted {
            site: self.site.clone(),
            contract: row.number.clone(),
            ends: row.end_on.parse().unwrap_or(tx.today()),
            by: if by.is_empty() { row.by_email.clone() } else { by },
            company: row.reseller.clone().filter(|_| !row.staff).unwrap_or_else(|| vendor(&self.site)),
            words: words.to_owned(),
        };
        let mail = Outgoing {
            person: PersonId(row.manager_id),
            address: row.email.clone(),
            account: Some(row.account_id),
            contract: Some(permit.target().0.0),
            change_set: None,
            kind: "quote.ready",
            mail: mail.render(),
            link: None,
            reply_to: row.by_email.clone(),
            dedup_key: format!("quote/{}/ready/{}", self.request, tx.now()),
        };
        let send = outbox::once_live(tx, permit).await?;
        outbox::write(tx, permit, &self.site, &[mail], send).await?;
        tx.note(serde_json::json!({"request": self.request}), None);
        Ok(())
    }
}

pub(super) fn statements() -> Vec<Sql> {
    [FIND, ANSWER].map(sql).into()
}
