//! The renewal of one contract: what it covers, what was asked, where it stands; and what the reader may do about it.
use super::list::{self, ProductLine};
use super::settings::Settings;
use crate::contracts::list::{ContractRow, one};
use crate::db::{FromRow, Reader, Sql, sql};
use crate::error::AppError;
use crate::ids::ContractNumber;
use crate::operation::Query;
use crate::policy::{self, Permit};
use crate::time::Instant;

/// Asks for the one of a contract.
pub struct ShowRenewal(pub ContractNumber);

/// A request that was made.
#[derive(Clone, Debug, FromRow)]
pub struct RequestRow {
    id: i64,
    /// Names it.
    pub handle: String,
    /// The end day of the term that it was about.
    pub end_on: String,
    /// When it was made.
    pub asked_at: Instant,
    /// What was said.
    pub words: String,
    /// Whom.
    pub sent_to: String,
    /// `asked`, `quoted`, `ordered`, `renewed`
    pub state: String,
    /// What was answered.
    pub answer: String,
    /// When.
    pub answered_at: Option<Instant>,
    /// Who asked.
    pub first_name: String,
    /// Who asked.
    pub last_name: String,
    /// What was asked for.
    #[sqlx(skip)]
    pub lines: Vec<LineRow>,
}

/// A product of a request.
#[derive(Clone, Debug, FromRow)]
pub struct LineRow {
    request_id: i64,
    /// Its name.
    pub name: String,
    /// Seats then.
    pub seats: i64,
    /// Seats that are wanted.
    pub wanted: i64,
}

/// What there is to show.
#[derive(Clone, Debug)]
pub struct Renewal {
    /// The contract.
    pub contract: ContractRow,
    /// What it covers.
    pub products: Vec<ProductLine>,
    /// Since when the renewal is marked as ordered.
    pub ordered_at: Option<Instant>,
    /// Where the reseller is written to; empty: sold direct, or unknown.
    pub reseller_email: String,
    /// What was asked, the latest first.
    pub requests: Vec<RequestRow>,
    /// Steps, and where one renews online.
    pub settings: Settings,
    /// How many terms there were before.
    pub sequence: i64,
    /// The reader may ask.
    pub may_ask: bool,
    /// The reader may answer, and mark as ordered.
    pub may_answer: bool,
    /// The reader may renew.
    pub may_renew: bool,
    /// The reader opens the other pages of the contract.
    pub administers: bool,
}

#[derive(FromRow)]
struct State {
    ordered_at: Option<Instant>,
    reseller_email: Option<String>,
    terms: i64,
}

const STATE: &str =
    "SELECT t.ordered_at, CASE WHEN l.renewals_email <> '' THEN l.renewals_email ELSE l.contact_email END
        AS reseller_email, (SELECT COUNT(*) FROM renewal_terms x WHERE x.contract_id = c.id) AS terms
    FROM contracts c LEFT JOIN renewal_terms t ON t.contract_id = c.id AND t.end_on = c.end_on
    LEFT JOIN accounts l ON l.id = c.reseller_id WHERE c.id = $1";
/// A reseller sees what was asked of it, and not what another one answered before. `$2`: the reader is none.
const REQUESTS: &str =
    "SELECT q.id, q.handle, q.end_on, q.asked_at, q.words, q.sent_to, q.state, q.answer, q.answered_at,
        p.first_name, p.last_name
    FROM quote_requests q JOIN people p ON p.id = q.asked_by JOIN contracts c ON c.id = q.contract_id
    WHERE q.contract_id = $1 AND ($2 OR q.reseller_id = c.reseller_id) ORDER BY q.id DESC LIMIT 20";
const LINES: &str = "SELECT x.request_id, r.name, x.seats, x.wanted FROM quote_request_lines x
    JOIN products r ON r.id = x.product_id JOIN quote_requests q ON q.id = x.request_id
    WHERE q.contract_id = $1 ORDER BY x.request_id DESC, r.name_key, r.code LIMIT 1000";

impl Query for ShowRenewal {
    type Action = policy::SeeRenewal;
    type Output = Renewal;

    fn target(&self) -> ContractNumber {
        self.0.clone()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<Renewal, AppError> {
        let about = |text| sql(text).bind(permit.target().0);
        let contract = one(reader, permit).await?;
        let products = list::products(reader, permit, &[contract.id.0]).await?;
        let state: State = reader.find(permit, about(STATE)).await?.ok_or_else(AppError::hidden)?;
        let all = permit.is_staff() || permit.may::<policy::RequestQuote>();
        let mut requests: Vec<RequestRow> = reader.fetch(permit, about(REQUESTS).bind(all)).await?;
        let lines: Vec<LineRow> = reader.fetch(permit, about(LINES)).await?;
        for request in &mut requests {
            request.lines = lines.iter().filter(|line| line.request_id == request.id).cloned().collect();
        }
        Ok(Renewal {
            contract,
            products: products.into_iter().map(|(_, line)| line).collect(),
            ordered_at: state.ordered_at,
            reseller_email: state.reseller_email.unwrap_or_default(),
            requests,
            settings: Settings::read(reader, permit).await?,
            sequence: (state.terms - 1).max(0),
            may_ask: permit.may::<policy::RequestQuote>(),
            may_answer: permit.may::<policy::AnswerQuote>(),
            may_renew: permit.may::<policy::RenewContract>(),
            administers: permit.may::<policy::AdministerContract>(),
        })
    }
}

pub(super) fn statements() -> Vec<Sql> {
    [STATE, REQUESTS, LINES].map(sql).into()
}
