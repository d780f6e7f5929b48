//! Asks for access: about a serial number, or without saying which. It goes to whoever may decide. Typing a serial number never
//! gives access, and one of another company is answered like one that does not exist (domain.md §5).
use super::asked_mails::Asked;
use super::input::{Grant, Grants};
use crate::auth::secret::handle;
use crate::db::{FromRow, Sql, WriteTx, sql};
use crate::error::{AppError, Refusal};
use crate::ids::{PersonId, Single};
use crate::mail::letter::one_line;
use crate::mail::outbox::{self, Outgoing};
use crate::mail::{Mail, Site};
use crate::operation::Operation;
use crate::policy::{self, Permit};
use crate::text::full_name;
use serde::Serialize;

/// Longest text of a request.
pub const LONGEST_WORDS: usize = 1_000;
/// Most requests of one person that wait.
const MOST_OPEN: i64 = 5;
/// Most people who are told of one.
const MOST_TOLD: i64 = 5;

/// The request.
#[derive(Clone, Debug, Serialize)]
pub struct AskForAccess {
    /// Whose company; empty where the person belongs to one only.
    pub account: String,
    /// Which serial number; empty: none in particular.
    pub serial: String,
    /// What for.
    pub wants: Grants,
    /// In the person's own words.
    pub words: String,
}

#[derive(FromRow)]
struct Asker {
    account_id: i64,
    company: String,
    first_name: String,
    last_name: String,
    email: String,
    open: i64,
}

#[derive(FromRow)]
struct Decider {
    id: i64,
    email: String,
}

/// `$1` the person, `$2` the account number or nothing.
const ASKER: &str = "SELECT o.id AS account_id, o.name AS company, p.first_name, p.last_name, p.email,
        (SELECT COUNT(*) FROM access_requests r WHERE r.person_id = p.id AND r.decision IS NULL) AS open
    FROM people p JOIN memberships m ON m.person_id = p.id AND m.confirmed_at IS NOT NULL
    JOIN accounts o ON o.id = m.account_id AND o.kind = 'customer'
    WHERE p.id = $1 AND ($2 = '' OR o.number = $2) ORDER BY o.number";
const ASSET: &str = "SELECT a.id, r.name FROM assets a JOIN products r ON r.id = a.product_id
    WHERE a.serial = $1 AND a.account_id = $2";
const AGAIN: &str = "SELECT COUNT(*) FROM access_requests r WHERE r.person_id = $1 AND r.account_id = $2
    AND r.asset_id IS NOT DISTINCT FROM CAST($3 AS BIGINT) AND r.decision IS NULL";
const ASK: &str = "INSERT INTO access_requests (handle, kind, account_id, person_id, asset_id, wants, words, asked_at)
    VALUES ($1, 'access', $2, $3, $4, $5, $6, $7)";
/// Of a serial number its coordinator, where that one names users, else the Contract Manager.
const DECIDES: &str = "SELECT p.id, p.email FROM assets a JOIN contracts c ON c.id = a.contract_id
    LEFT JOIN asset_groups g ON g.id = a.group_id
    JOIN people p ON p.id = CASE WHEN EXISTS (SELECT 1 FROM naming_rights n WHERE n.contract_id = c.id
        AND n.person_id = COALESCE(a.coordinator_id, g.coordinator_id, c.coordinator_id, c.manager_id))
        THEN COALESCE(a.coordinator_id, g.coordinator_id, c.coordinator_id, c.manager_id) ELSE c.manager_id END
    WHERE a.id = $1 AND p.deactivated_at IS NULL AND p.id <> $2";
const MANAGERS: &str = "SELECT p.id, p.email FROM people p WHERE p.deactivated_at IS NULL AND p.id <> $2 AND p.id IN (
    SELECT c.manager_id FROM contracts c WHERE c.account_id = $1) ORDER BY p.sort_key LIMIT $3";

impl Operation for AskForAccess {
    type Action = policy::AskForAccess;
    type Output = ();

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<(), AppError> {
        let me = permit.target().0;
        if self.words.chars().count() > LONGEST_WORDS {
            return Err(AppError::invalid("words", format!("say it in at most {LONGEST_WORDS} letters")));
        }
        let askers: Vec<Asker> = tx.fetch(permit, sql(ASKER).bind(me).bind(self.account.as_str())).await?;
        let asker = match askers.len() {
            0 => return Err(Refusal::new("no-company", "you belong to no company; ask whoever invited you").into()),
            1 => askers.into_iter().next().ok_or(AppError::Lost)?,
            _ => return Err(AppError::invalid("account", "say at which of your companies")),
        };
        if asker.open >= MOST_OPEN {
            let title = "five of your requests wait for an answer already; ask the Contract Manager in person";
            return Err(Refusal::new("asked-often", title).into());
        }
        let asset: Option<(i64, String)> = match self.serial.trim() {
            "" => None,
            serial => tx.find(permit, sql(ASSET).bind(serial).bind(asker.account_id)).await?,
        };
        // A serial number that is not the company's: the request says so to nobody, and asks for nothing.
        if asset.is_none() && !self.serial.trim().is_empty() {
            tx.note("asked about a serial number that is not the company's", None);
            return Ok(());
        }
        let about = asset.as_ref().map(|(id, _)| *id);
        let again = sql(AGAIN).bind(me).bind(asker.account_id).bind(about);
        let again: Option<(i64,)> = tx.find(permit, again).await?;
        if again.is_some_and(|(n,)| n > 0) {
            let title = "you asked for this already; the answer comes by e-mail";
            return Err(Refusal::new("asked-already", title).into());
        }
        let wants: Vec<&str> = self.wants.iter().map(|grant| grant.name()).collect();
        let row = sql(ASK).bind(handle()).bind(asker.account_id).bind(me).bind(about);
        tx.execute(permit, row.bind(wants.join(" ")).bind(self.words.trim()).bind(tx.now())).await?;
        self.tell(tx, permit, &asker, asset).await?;
        tx.note(serde_json::json!({"wants": wants}), None);
        Ok(())
    }
}

impl AskForAccess {
    async fn tell(
        &self,
        tx: &mut WriteTx,
        permit: &Permit<policy::AskForAccess>,
        asker: &Asker,
        asset: Option<(i64, String)>,
    ) -> Result<(), AppError> {
        let me = permit.target().0;
        let deciders: Vec<Decider> = match &asset {
            Some((id, _)) => tx.fetch(permit, sql(DECIDES).bind(*id).bind(me)).await?,
            None => tx.fetch(permit, sql(MANAGERS).bind(asker.account_id).bind(me).bind(MOST_TOLD)).await?,
        };
        let site = Site::unknown();
        let name = one_line(&full_name(&asker.first_name, &asker.last_name));
        let name = if name.is_empty() { asker.email.clone() } else { name };
        let mail = Asked {
            site: site.clone(),
            asker: name,
            company: asker.company.clone(),
            product: asset.map(|(_, product)| (product, self.serial.trim().to_owned())),
            wants: self.wants.clone(),
            words: one_line(&self.words),
        }
        .render();
        let key = handle();
        let outgoing = |decider: Decider| Outgoing {
            person: PersonId(decider.id),
            address: decider.email,
            account: Some(asker.account_id),
            contract: None,
            change_set: None,
            kind: "access.asked",
            mail: mail.clone(),
            link: None,
            reply_to: asker.email.clone(),
            dedup_key: format!("access.asked/{key}/{}", decider.id),
        };
        let mails: Vec<Outgoing> = deciders.into_iter().map(outgoing).collect();
        let send = outbox::once_live(tx, permit).await?;
        outbox::write(tx, permit, &site, &mails, send).await?;
        Ok(())
    }
}

/// Grants that were stored as words.
pub fn wanted(words: &str) -> Grants {
    words.split_whitespace().filter_map(Grant::of).collect()
}

pub(super) fn statements() -> Vec<Sql> {
    [ASKER, ASSET, AGAIN, ASK, DECIDES, MANAGERS].map(sql).into()
}
