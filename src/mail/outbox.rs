//! The outbox: each mail is a row of the ledger, written in the transaction of its cause, with the job that sends it.
use super::{Rendered, Site};
use crate::auth::secret::handle;
use crate::db::{DbError, Sql, WriteTx, sql};
use crate::ids::{ChangeSetId, PersonId};
use crate::policy::WriteProof;
use crate::time::{DAY, Instant, MINUTE};

/// What the link of a mail is good for. It is made while sending, and its secret is stored nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Opens a session.
    SignIn,
    /// Opens a session of whoever manages a contract and was never here.
    Welcome,
    /// Accepts an invitation to the notice's account.
    Invitation,
    /// Proves again, inside a session, who is signed in.
    Again,
    /// Sets a new password.
    Reset,
    /// Confirms a change of address from the old one, or stops it.
    OldAddress,
    /// Confirms it from the new one.
    NewAddress,
    /// Says that a company's provider may sign one in.
    Provider,
    /// Confirms an address to which somebody's notices go, too.
    NoticeAddress,
    /// Says whether somebody still coordinates what he or she did.
    RoleCheck,
}

impl Purpose {
    /// As it is stored.
    pub fn name(self) -> &'static str {
        match self {
            Purpose::SignIn => "sign_in",
            Purpose::Invitation => "invitation",
            Purpose::Again => "again",
            Purpose::Welcome => "welcome",
            Purpose::Reset => "reset",
            Purpose::OldAddress => "old_address",
            Purpose::NewAddress => "new_address",
            Purpose::Provider => "provider",
            Purpose::NoticeAddress => "notice_address",
            Purpose::RoleCheck => "role_check",
        }
    }

    /// The stored name, read back.
    pub fn of(name: &str) -> Option<Self> {
        let all = [
            Purpose::SignIn,
            Purpose::Invitation,
            Purpose::Again,
            Purpose::Welcome,
            Purpose::Reset,
            Purpose::OldAddress,
            Purpose::NewAddress,
            Purpose::Provider,
            Purpose::NoticeAddress,
            Purpose::RoleCheck,
        ];
        all.into_iter().find(|p| p.name() == name)
    }

    /// How long the link works.
    pub fn lasts(self) -> Instant {
        match self {
            Purpose::SignIn | Purpose::Again => 15 * MINUTE,
            Purpose::Reset => 60 * MINUTE,
            Purpose::Invitation | Purpose::Welcome => 30 * DAY,
            Purpose::RoleCheck => 60 * DAY,
            Purpose::OldAddress | Purpose::NewAddress | Purpose::Provider | Purpose::NoticeAddress => DAY,
        }
    }

    /// The page that it opens; a GET of it changes nothing.
    pub fn path(self) -> &'static str {
        match self {
            Purpose::SignIn => "/sign-in/link/",
            Purpose::Invitation => "/invite/",
            Purpose::Again => "/sign-in/again/",
            Purpose::Welcome => "/welcome/",
            Purpose::Reset => "/reset/",
            Purpose::OldAddress | Purpose::NewAddress => "/confirm-email/",
            Purpose::Provider => "/sign-in/oidc/confirm/",
            Purpose::NoticeAddress => "/notice-address/",
            Purpose::RoleCheck => "/still-coordinator/",
        }
    }
}

/// A mail to write.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// Who gets it.
    pub person: PersonId,
    /// Where.
    pub address: String,
    /// In which company's matters.
    pub account: Option<i64>,
    /// About which contract, where it is one.
    pub contract: Option<i64>,
    /// Because of which change set.
    pub change_set: Option<ChangeSetId>,
    /// `coordinator.assigned`, `coordinator.taken_over`, `coordinator.summary`, `invitation` or `sign_in_link`.
    pub kind: &'static str,
    /// What it says.
    pub mail: Rendered,
    /// The link that takes the place of `{link}`.
    pub link: Option<Purpose>,
    /// Where an answer goes.
    pub reply_to: String,
    /// The same key twice is one mail.
    pub dedup_key: String,
}

/// Whose address a mail goes to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mailbox {
    /// That of the person whom it is for.
    #[default]
    Own,
    /// The reseller's: it gets what the person is told, or asked for.
    Reseller,
    /// The vendor's, where there is no reseller.
    Vendor,
}

impl Mailbox {
    fn name(self) -> &'static str {
        match self {
            Mailbox::Own => "",
            Mailbox::Reseller => "reseller",
            Mailbox::Vendor => "vendor",
        }
    }
}

/// What a mail has beside its words.
#[derive(Clone, Debug, Default)]
pub struct Beside {
    /// Whose address it goes to.
    pub mailbox: Mailbox,
    /// A calendar file that goes with it.
    pub calendar: Option<String>,
}

/// What becomes of the mails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Send {
    /// Sent after all that wait already.
    InTurn,
    /// Sent before them: somebody waits for it.
    AtOnce,
    /// Written to the ledger, never sent: the installation was not live.
    NotAtAll,
}

const LIVE: &str = "SELECT CAST(value AS BIGINT) FROM settings WHERE name = 'live_at'";
const NOTICE_COLUMNS: usize = 17;
const NOTICES: &str =
    "INSERT INTO notices (person_id, account_id, contract_id, change_set, kind, address, subject, body_text,
        body_html, why, link_purpose, reply_to, message_id, dedup_key, state, calendar, mailbox, error, created_at)
    SELECT CAST(column1 AS BIGINT), CAST(column2 AS BIGINT), CAST(column3 AS BIGINT), CAST(column4 AS BIGINT), column5,
        column6, column7, column8, column9, column10, column11, column12, column13, column14, column15, column16, column17, '', $1
    FROM (";
const NEW_ONES: &str = ") v WHERE column1 IS NOT NULL ON CONFLICT (dedup_key) DO NOTHING";
const JOBS: &str =
    "INSERT INTO jobs (kind, payload, dedup_key, run_at, urgent, state, attempts, lease, leased_until, error)
    SELECT 'mail.send', n.id, 'mail.send/' || n.id, $1, $2, 'waiting', 0, 0, 0, '' FROM (";
const OF_THESE: &str = ") v JOIN notices n ON n.message_id = v.column1 WHERE n.state = 'queued'
    ON CONFLICT (dedup_key) DO NOTHING";

/// Since when mail is sent that is not about signing in; none: not yet.
pub async fn live_since(tx: &mut WriteTx, proof: &impl WriteProof) -> Result<Option<Instant>, DbError> {
    let since: Option<(Instant,)> = tx.find(proof, sql(LIVE)).await?;
    Ok(since.map(|(at,)| at))
}

/// What becomes of mail that is not about signing in: once the installation is live it is sent in turn, before that never.
pub async fn once_live(tx: &mut WriteTx, proof: &impl WriteProof) -> Result<Send, DbError> {
    Ok(live_since(tx, proof).await?.map_or(Send::NotAtAll, |_| Send::InTurn))
}

/// Writes the mails and, where they are to be sent, their jobs: two statements for each thousand.
pub async fn write(
    tx: &mut WriteTx,
    proof: &impl WriteProof,
    site: &Site,
    mails: &[Outgoing],
    send: Send,
) -> Result<(), DbError> {
    let nothing = Beside::default();
    let plain: Vec<(&Outgoing, &Beside)> = mails.iter().map(|mail| (mail, &nothing)).collect();
    put(tx, proof, site, &plain, send).await
}

/// As [`write`], of mails that have more than words, or go to a company's address.
pub async fn write_with(
    tx: &mut WriteTx,
    proof: &impl WriteProof,
    site: &Site,
    mails: &[(Outgoing, Beside)],
    send: Send,
) -> Result<(), DbError> {
    let all: Vec<(&Outgoing, &Beside)> = mails.iter().map(|(mail, beside)| (mail, beside)).collect();
    put(tx, proof, site, &all, send).await
}

async fn put(
    tx: &mut WriteTx,
    proof: &impl WriteProof,
    site: &Site,
    mails: &[(&Outgoing, &Beside)],
    send: Send,
) -> Result<(), DbError> {
    let host = super::message::host(&site.base_url);
    for part in Sql::batches(mails) {
        let ids: Vec<String> = part.iter().map(|_| format!("<{}@{host}>", handle())).collect();
        let rows: Vec<_> = part.iter().zip(&ids).map(|(mail, id)| row(mail, id, send)).collect();
        let insert = sql(NOTICES).bind(tx.now()).push_rows(NOTICE_COLUMNS, &rows).push(NEW_ONES);
        tx.execute(proof, insert).await?;
        if send != Send::NotAtAll {
            let jobs = sql(JOBS).bind(tx.now()).bind(send == Send::AtOnce).push_values(&ids).push(OF_THESE);
            tx.execute(proof, jobs).await?;
        }
    }
    Ok(())
}

fn row(&(mail, beside): &(&Outgoing, &Beside), message_id: &str, send: Send) -> Vec<Option<String>> {
    let number = |id: Option<i64>| id.map(|id| id.to_string());
    let text = |text: &str| Some(text.to_owned());
    let state = if send == Send::NotAtAll { "not_sent" } else { "queued" };
    vec![
        number(Some(mail.person.0)),
        number(mail.account),
        number(mail.contract),
        number(mail.change_set.map(|c| c.0)),
        text(mail.kind),
        text(&mail.address),
        text(&mail.mail.subject),
        text(&mail.mail.text),
        text(&mail.mail.html),
        text(&mail.mail.why),
        mail.link.map(|p| p.name().to_owned()),
        text(&mail.reply_to),
        text(message_id),
        text(&mail.dedup_key),
        text(state),
        beside.calendar.clone(),
        text(beside.mailbox.name()),
    ]
}

pub(super) fn statements() -> Vec<Sql> {
    let rows = vec![vec![None; NOTICE_COLUMNS]];
    vec![
        sql(LIVE),
        sql(NOTICES).bind(0).push_rows(NOTICE_COLUMNS, &rows).push(NEW_ONES),
        sql(JOBS).bind(0).bind(false).push_values(&[String::new()]).push(OF_THESE),
    ]
}
