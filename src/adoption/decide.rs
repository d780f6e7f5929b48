//! Decides a purchase that came under an unknown address: keeps it, or lets the one named manage it.
use super::mails::Handed;
use crate::app::Profile;
use crate::db::{FromRow, Sql, WriteTx, sql};
use crate::error::{AppError, Refusal};
use crate::ids::{ContractNumber, PersonId};
use crate::mail::letter::one_line;
use crate::mail::outbox::{self, Outgoing};
use crate::mail::{Mail, Site};
use crate::operation::Operation;
use crate::policy::{self, Permit};
use crate::text::full_name;
use serde::{Deserialize, Serialize};

/// What the Contract Manager says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// The contract stays with whoever decides; the one named is let in nowhere.
    Keep,
    /// The one named belongs to the company and is the Contract Manager from now on.
    Hand,
}

/// The decision.
#[derive(Clone, Debug, Serialize)]
pub struct DecideAdoption {
    /// The contract that came.
    pub contract: ContractNumber,
    /// What is said.
    pub decision: Decision,
    #[serde(skip)]
    site: Site,
}

#[derive(FromRow)]
struct Named {
    id: i64,
    account_id: i64,
    email: String,
    gone: bool,
    was_here: bool,
    company: String,
    first_name: String,
    last_name: String,
    answer: String,
}

/// `$2`: who decides.
const NAMED: &str = "SELECT p.id, d.account_id, p.email, p.deactivated_at IS NOT NULL AS gone,
        p.signed_in_at IS NOT NULL AS was_here, o.name AS company, m.first_name, m.last_name, m.email AS answer
    FROM adoptions d JOIN people p ON p.id = d.person_id JOIN accounts o ON o.id = d.account_id
    JOIN people m ON m.id = $2 WHERE d.contract_id = $1 AND d.decision IS NULL";
const DECIDE: &str = "UPDATE adoptions SET decision = $2, decided_at = $3, decided_by = $4
    WHERE contract_id = $1 AND decision IS NULL";
/// Also where the membership ended meanwhile: whoever manages a contract belongs to its company.
const CONFIRM: &str = "INSERT INTO memberships (account_id, person_id, confirmed_at) VALUES ($1, $2, $3)
    ON CONFLICT (account_id, person_id) DO UPDATE SET confirmed_at = COALESCE(memberships.confirmed_at, excluded.confirmed_at)";
const END_SPAN: &str = "UPDATE spans SET until_at = $2 WHERE level = 'manager' AND until_at IS NULL AND target_id = $1";
const BEGIN_SPAN: &str = "INSERT INTO spans (level, target_id, person_id, from_at, set_by)
    VALUES ('manager', $1, $2, $3, $4)";
const HAND: &str = "UPDATE contracts SET manager_id = $2, changed_at = $3 WHERE id = $1";

impl DecideAdoption {
    /// Of this installation.
    pub fn new(contract: ContractNumber, decision: Decision, profile: &Profile) -> Self {
        Self { contract, decision, site: Site::of(profile) }
    }
}

impl Operation for DecideAdoption {
    type Action = policy::DecideAdoption;
    type Output = ();

    fn target(&self) -> ContractNumber {
        self.contract.clone()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<(), AppError> {
        let (contract, actor, now) = (permit.target().0, permit.actor(), tx.now());
        let Some(named) = tx.find::<Named>(permit, sql(NAMED).bind(contract).bind(actor)).await? else {
            let title = "there is nothing to decide about this contract; it was decided already";
            return Err(Refusal::new("no-adoption", title).into());
        };
        let decision = if self.decision == Decision::Hand { "handed" } else { "kept" };
        if self.decision == Decision::Hand {
            if named.gone {
                let title = "that person’s sign-in has ended; keep the contract";
                return Err(Refusal::new("person-gone", title).into());
            }
            tx.execute(permit, sql(CONFIRM).bind(named.account_id).bind(named.id).bind(now)).await?;
            tx.execute(permit, sql(END_SPAN).bind(contract).bind(now)).await?;
            tx.execute(permit, sql(BEGIN_SPAN).bind(contract).bind(named.id).bind(now).bind(actor)).await?;
            tx.execute(permit, sql(HAND).bind(contract).bind(named.id).bind(now)).await?;
            crate::coordinators::store::settle_orders(tx, permit, contract).await?;
            self.tell(tx, permit, &named).await?;
        }
        tx.execute(permit, sql(DECIDE).bind(contract).bind(decision).bind(now).bind(actor)).await?;
        tx.note(serde_json::json!({"decision": decision, "named": named.id}), None);
        Ok(())
    }
}

impl DecideAdoption {
    /// Whoever was never here gets the welcome of every new Contract Manager, with a link; who was, a mail that says it.
    async fn tell(
        &self,
        tx: &mut WriteTx,
        permit: &Permit<policy::DecideAdoption>,
        named: &Named,
    ) -> Result<(), AppError> {
        if !named.was_here {
            return crate::welcome::write::queue(tx, permit).await;
        }
        let mail = Handed {
            site: self.site.clone(),
            actor: one_line(&full_name(&named.first_name, &named.last_name)),
            company: named.company.clone(),
            contract: self.contract.0.clone(),
        };
        let mail = Outgoing {
            person: PersonId(named.id),
            address: named.email.clone(),
            account: Some(named.account_id),
            contract: Some(permit.target().0.0),
            change_set: None,
            kind: "adoption.handed",
            mail: mail.render(),
            link: None,
            reply_to: named.answer.clone(),
            dedup_key: format!("adoption.handed/{}", permit.target().0.0),
        };
        let send = outbox::once_live(tx, permit).await?;
        outbox::write(tx, permit, &self.site, &[mail], send).await?;
        Ok(())
    }
}

pub(super) fn statements() -> Vec<Sql> {
    [NAMED, DECIDE, CONFIRM, END_SPAN, BEGIN_SPAN, HAND].map(sql).into()
}
