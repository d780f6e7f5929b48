//! Gives somebody the way in: the invitation once more, or a sign-in link to whoever has accepted; or the invitation's link to
//! hand over in person.
use super::mails::InvitedAgain;
use super::own::own_user;
use crate::auth::mails::queue_sign_in;
use crate::db::{FromRow, Sql, WriteTx, sql};
use crate::error::{AppError, Refusal};
use crate::ids::{PersonId, PersonKey};
use crate::mail::outbox::{self, Outgoing, Purpose, Send};
use crate::mail::{Mail, Site};
use crate::operation::Operation;
use crate::people::gives::{GIVES, GiveRow};
use crate::people::invite::INVITED_FOR;
use crate::policy::{self, EndAccess, HandOver, Permit, Scope, Scoped};
use crate::text::full_name;
use crate::time::DAY;
use serde::{Deserialize, Serialize};

/// Most invitations that one person is mailed in a day.
const MOST_A_DAY: i64 = 5;

/// Mails a link.
#[derive(Clone, Debug, Serialize)]
pub struct SendLink {
    /// To whom.
    pub person: PersonKey,
}

/// What went out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sent {
    /// The invitation, which lasts 30 days from now.
    Invitation,
    /// A sign-in link, which works once, for 15 minutes.
    SignInLink,
}

#[derive(FromRow)]
struct Waiting {
    account_id: i64,
    company: String,
    email: String,
    signed_in: bool,
    elsewhere: bool,
    sent_today: i64,
    own_domain: bool,
}

/// `$2` the person, then since when: the companies whose invitation waits and in which the actor may.
const WAITING: &str = "SELECT o.id AS account_id, o.name AS company, p.email, p.signed_in_at IS NOT NULL AS signed_in,
        EXISTS (SELECT 1 FROM memberships x WHERE x.person_id = p.id AND x.account_id <> o.id) AS elsewhere,
        (SELECT COUNT(*) FROM notices n WHERE n.person_id = p.id AND n.account_id = o.id
            AND n.kind IN ('invitation', 'invitation.reminder') AND n.created_at > ";
const OF_PERSON: &str = ") AS sent_today,
        EXISTS (SELECT 1 FROM account_domains d WHERE d.account_id = o.id
            AND SUBSTR(p.email_key, LENGTH(p.email_key) - LENGTH(d.domain)) = '@' || d.domain) AS own_domain
    FROM people p JOIN memberships t ON t.person_id = p.id AND t.confirmed_at IS NULL JOIN accounts o ON o.id = t.account_id
    WHERE p.id = $2 AND p.deactivated_at IS NULL AND EXISTS (SELECT 1 FROM contracts c WHERE c.account_id = o.id AND";
const EMAIL: &str = "SELECT email FROM people WHERE id = $1";
const ACTOR: &str = "SELECT p.first_name, p.last_name, p.email FROM people p WHERE p.id = $1";
const RENEW: &str = "INSERT INTO invitations (account_id, person_id, invited_by, invited_at, expires_at, mailed_at)
    VALUES ($1, $2, $3, $4, $5, $4) ON CONFLICT (account_id, person_id)
    DO UPDATE SET expires_at = excluded.expires_at, mailed_at = excluded.mailed_at";
const LINK: &str = "INSERT INTO links (hash, purpose, person_id, account_id, created_at, expires_at)
    VALUES ($1, 'handed', $2, $3, $4, $5)";

fn waiting(scope: &Scope<EndAccess>, person: PersonId, since: i64) -> Scoped {
    scope.build(WAITING, |s| s.bind(person).push_bind(since).push(OF_PERSON), |s| s.push(") ORDER BY o.id"))
}

impl Operation for SendLink {
    type Action = policy::Invite;
    type Output = Sent;

    fn target(&self) -> PersonKey {
        self.person.clone()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<Sent, AppError> {
        let person = permit.target().0;
        own_user(tx, permit).await?;
        let found: Vec<Waiting> = tx.list(waiting(&permit.scope(), person, tx.now() - DAY)).await?;
        let Some(row) = found.into_iter().next() else {
            let email: Option<(String,)> = tx.find(permit, sql(EMAIL).bind(person)).await?;
            crate::oidc::only::refuse_other_ways(tx, permit, &email.map(|(e,)| e).unwrap_or_default()).await?;
            queue_sign_in(tx, permit, person).await?;
            tx.note("a sign-in link", None);
            return Ok(Sent::SignInLink);
        };
        if row.sent_today >= MOST_A_DAY {
            let title = "the invitation went out five times today; wait until tomorrow, or correct the address";
            return Err(Refusal::new("sent-often", title).into());
        }
        let renew = sql(RENEW).bind(row.account_id).bind(person).bind(permit.actor());
        tx.execute(permit, renew.bind(tx.now()).bind(tx.now() + INVITED_FOR)).await?;
        mail(tx, permit, person, row).await?;
        tx.note("the invitation once more", None);
        Ok(Sent::Invitation)
    }
}

async fn mail(
    tx: &mut WriteTx,
    permit: &Permit<policy::Invite>,
    person: PersonId,
    row: Waiting,
) -> Result<(), AppError> {
    let site = Site::unknown();
    let actor: Option<(String, String, String)> = tx.find(permit, sql(ACTOR).bind(permit.actor())).await?;
    let (first, last, answer) = actor.unwrap_or_default();
    let gives: Vec<GiveRow> = tx.fetch(permit, sql(GIVES).bind(row.account_id).bind(person)).await?;
    let mail = InvitedAgain {
        site: site.clone(),
        actor: crate::mail::letter::one_line(&full_name(&first, &last)),
        company: row.company,
        gives: gives.iter().map(GiveRow::sentence).collect(),
    };
    let send = match outbox::live_since(tx, permit).await? {
        Some(_) => Send::AtOnce,
        None => Send::NotAtAll,
    };
    let mail = Outgoing {
        person,
        address: row.email,
        account: Some(row.account_id),
        contract: None,
        change_set: None,
        kind: "invitation",
        mail: mail.render(),
        link: Some(Purpose::Invitation),
        reply_to: answer,
        dedup_key: format!("invitation/{}", crate::auth::secret::handle()),
    };
    outbox::write(tx, permit, &site, &[mail], send).await?;
    Ok(())
}

/// Makes a link of the invitation that is handed over in person. Whoever has it comes in as the person, without a mailbox that
/// proves it: so it is for addresses of the company's own domains only, and never for somebody who has ever signed in or belongs
/// to another company, too.
#[derive(Clone, Debug, Serialize)]
pub struct CopyLink {
    /// For whom.
    pub person: PersonKey,
    /// Hash of its secret.
    pub link: Vec<u8>,
}

impl Operation for CopyLink {
    type Action = policy::Invite;
    type Output = ();

    fn target(&self) -> PersonKey {
        self.person.clone()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<(), AppError> {
        let person = permit.target().0;
        own_user(tx, permit).await?;
        let found: Vec<Waiting> = tx.list(waiting(&permit.scope(), person, tx.now() - DAY)).await?;
        let fits = |row: &Waiting| row.own_domain && !row.signed_in && !row.elsewhere;
        let row = found.into_iter().next().filter(|row| permit.may::<HandOver>() && fits(row));
        let Some(row) = row else {
            let title = "a link to hand over is for newcomers with an address of your own company, and for the Contract \
                Manager to make; have the invitation mailed instead";
            return Err(Refusal::new("mail-only", title).into());
        };
        let (now, until) = (tx.now(), tx.now() + INVITED_FOR);
        tx.execute(permit, sql(RENEW).bind(row.account_id).bind(person).bind(permit.actor()).bind(now).bind(until))
            .await?;
        let link = sql(LINK).bind(self.link.as_slice()).bind(person).bind(row.account_id).bind(now).bind(until);
        tx.execute(permit, link).await?;
        tx.note("a link of the invitation to hand over", None);
        Ok(())
    }
}

pub(super) fn statements() -> Vec<Sql> {
    let mut all: Vec<Sql> = [EMAIL, ACTOR, RENEW, LINK].map(sql).into();
    all.push(waiting(&Scope::sample(), PersonId(0), 0).into_sql());
    all
}
