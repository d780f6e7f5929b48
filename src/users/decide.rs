//! Decides who asked: gives access, added to what the person has, or lets somebody in who came through the company's own
//! sign-in; or says no. The one who asked is told either way.
use super::ask::wanted;
use super::asked_mails::Declined;
use super::input::{Grants, Input, UserInput};
use super::join_mails::{JoinApproved, JoinDeclined};
use super::name::{acceptable, carry_out};
use super::rules::plan;
use super::{join, known, name};
use crate::db::{FromRow, Sql, WriteTx, sql};
use crate::error::{AppError, Refusal};
use crate::ids::{ContractNumber, PersonId};
use crate::mail::letter::one_line;
use crate::mail::outbox::{self, Outgoing};
use crate::mail::{Mail, Site};
use crate::operation::Operation;
use crate::policy::{self, GiveAccess, Permit, Scope, Scoped};
use crate::text::full_name;
use serde::{Deserialize, Serialize};

/// The decision.
#[derive(Clone, Debug, Serialize)]
pub struct DecideAccess {
    /// The contract to which access is given; of a request about a serial number that one's, and of one to join any that the
    /// actor manages at that company.
    pub contract: ContractNumber,
    /// Which request.
    pub request: String,
    /// Gives it.
    pub grant: bool,
    /// What it lets the person do; what was asked for, unless it is changed. Joining gives access to nothing.
    pub grants: Option<Grants>,
}

/// What came of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Decided {
    /// For undo; none where nothing was given.
    pub change_set: Option<String>,
    /// Who asked.
    pub name: String,
    /// It was to join the company.
    pub join: bool,
}

#[derive(FromRow)]
struct Request {
    id: i64,
    kind: String,
    account_id: i64,
    person_id: i64,
    first_name: String,
    last_name: String,
    email: String,
    serial: Option<String>,
    wants: String,
    company: String,
}

/// `$1` the actor, `$2` the contract: an open request that belongs to it. One about a serial number is decided by whoever may
/// give access to that; one about none by the Contract Manager.
const REQUEST: &str =
    "SELECT r.id, r.kind, r.account_id, r.person_id, p.first_name, p.last_name, p.email, a.serial, r.wants,
        o.name AS company
    FROM access_requests r JOIN contracts c ON c.account_id = r.account_id JOIN people p ON p.id = r.person_id
    JOIN accounts o ON o.id = r.account_id LEFT JOIN assets a ON a.id = r.asset_id
    LEFT JOIN asset_groups g ON g.id = a.group_id
    WHERE c.id = $2 AND r.decision IS NULL AND (a.id IS NULL OR a.contract_id = c.id)
    AND (a.id IS NOT NULL OR c.manager_id = $1) AND r.handle = ";
const DECIDE: &str = "UPDATE access_requests SET decision = $2, decided_at = $3, decided_by = $4 WHERE id = $1
    AND decision IS NULL";
const ACTOR: &str = "SELECT p.first_name, p.last_name, p.email FROM people p WHERE p.id = $1";
const END_ON: &str = "SELECT end_on FROM contracts WHERE id = $1";

fn request(scope: &Scope<GiveAccess>, contract: crate::ids::ContractId, handle: &str) -> Scoped {
    scope.build(REQUEST, |s| s.bind(contract).push_bind(handle).push(" AND"), |s| s)
}

impl Operation for DecideAccess {
    type Action = policy::DecideAccess;
    type Output = Decided;

    fn target(&self) -> ContractNumber {
        self.contract.clone()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<Decided, AppError> {
        let contract = permit.target().0;
        let found: Vec<Request> = tx.list(request(&permit.scope(), contract, &self.request)).await?;
        let gone = || Refusal::new("no-request", "this request was answered already, or is not yours to answer");
        let row = found.into_iter().next().ok_or_else(gone)?;
        let decision = if self.grant { "granted" } else { "declined" };
        let decide = sql(DECIDE).bind(row.id).bind(decision).bind(tx.now()).bind(permit.actor());
        // A colleague who manages another contract was quicker.
        if tx.execute(permit, decide).await? == 0 {
            return Err(gone().into());
        }
        let join = row.kind == "join";
        let mut decided = Decided { change_set: None, name: full_name(&row.first_name, &row.last_name), join };
        if join || !self.grant {
            if self.grant {
                join::confirm(tx, permit, row.account_id, PersonId(row.person_id)).await?;
            }
            self.tell(tx, permit, &row).await?;
            tx.note(serde_json::json!({"request": self.request, "decision": decision}), None);
            return Ok(decided);
        }
        name::open(tx.find(permit, sql(END_ON).bind(contract)).await?, tx.today())?;
        let user = UserInput {
            email: row.email.clone(),
            grants: self.grants.clone().unwrap_or_else(|| wanted(&row.wants)),
            serial_numbers: row.serial.clone().map(|serial| [serial].into()),
            ..UserInput::default()
        };
        let input = Input { users: vec![user], add: true, ..Input::default() };
        let facts = known::facts(tx, permit, &input).await?;
        let plan = plan(&input, &facts);
        acceptable(&plan, false)?;
        if !plan.planned.is_empty() {
            let set = carry_out(tx, permit, &plan, "grant_access").await?;
            decided.change_set = Some(set.handle().to_owned());
            tx.note(serde_json::json!({"request": self.request, "decision": decision}), Some(set.id()));
        }
        Ok(decided)
    }
}

impl DecideAccess {
    async fn tell(
        &self,
        tx: &mut WriteTx,
        permit: &Permit<policy::DecideAccess>,
        row: &Request,
    ) -> Result<(), AppError> {
        let site = Site::unknown();
        let actor: Option<(String, String, String)> = tx.find(permit, sql(ACTOR).bind(permit.actor())).await?;
        let (first, last, answer) = actor.unwrap_or_default();
        let (actor, company) = (one_line(&full_name(&first, &last)), row.company.clone());
        let (kind, mail) = match (row.kind.as_str(), self.grant) {
            ("join", true) => ("join.approved", JoinApproved { site: site.clone(), company, by: actor }.render()),
            ("join", false) => ("join.declined", JoinDeclined { site: site.clone(), company, by: actor }.render()),
            _ => (
                "access.declined",
                Declined { site: site.clone(), actor, company, serial: row.serial.clone() }.render(),
            ),
        };
        let mail = Outgoing {
            person: PersonId(row.person_id),
            address: row.email.clone(),
            account: Some(row.account_id),
            contract: None,
            change_set: None,
            kind,
            mail,
            link: None,
            reply_to: answer,
            dedup_key: format!("{kind}/{}", row.id),
        };
        let send = outbox::once_live(tx, permit).await?;
        outbox::write(tx, permit, &site, &[mail], send).await?;
        Ok(())
    }
}

pub(super) fn statements() -> Vec<Sql> {
    let mut all: Vec<Sql> = [DECIDE, ACTOR, END_ON].map(sql).into();
    all.push(request(&Scope::sample(), crate::ids::ContractId(0), "").into_sql());
    all
}
