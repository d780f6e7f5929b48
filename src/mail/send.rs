//! The job `mail.send`: one notice leaves. What happened is written down together with the end of the job.
use super::Site;
use super::demo::{self, DemoMail};
use super::letter::{LINK, UNSUBSCRIBE};
use super::message::Ready;
use super::outbox::Purpose;
use super::transport::{Failure, PATIENCE, Transport};
use super::wanted::{self, MakeStop, QUEUED, WriteCopies};
use crate::app::App;
use crate::auth::secret::Secret;
use crate::db::{FromRow, Reader, Sql, WriteTx, sql};
use crate::error::AppError;
use crate::ids::Single;
use crate::jobs::NewJob;
use crate::jobs::lease::{End, EndJob, LEASE, Leased, TRIED_FOR, backoff};
use crate::operation::{Operation, Query, Terms};
use crate::policy::{Actor, Permit, RunJob, SendMail};
use crate::time::Instant;
use serde::Serialize;
use std::time::Duration;

/// How long everything waits where no mail can leave at all; then one mail is tried.
pub const PAUSE: Duration = Duration::from_secs(3);
/// Tries to write down what happened: the mail is out, and forgetting that would send it twice.
const WRITE_TRIES: u32 = 40;

/// What a worker needs to know of a try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Went {
    /// The mail server answered.
    Out,
    /// It was not needed.
    Elsewhere,
    /// Nothing can leave, because of that.
    Nowhere(String),
}

/// Sends the notice of a job that was taken at `taken`, and ends the job.
pub async fn deliver(app: &App, transport: &Transport, job: &Leased, taken: Instant) -> Result<Went, AppError> {
    let system = Actor::system();
    let Some(queued) = app.read(&system, &FindQueued(job.clone())).await? else {
        app.run(system, EndJob { job: job.clone(), end: End::Done }, Terms::default()).await?;
        return Ok(Went::Elsewhere);
    };
    let site = Site::of(app.profile());
    if queued.copied {
        app.run(system, WriteCopies { notice: queued.id, site: site.clone() }, Terms::default()).await?;
        app.wake();
    }
    if let Some(how) = queued.wanted() {
        finish(app, job, &queued, how).await?;
        return Ok(Went::Elsewhere);
    }
    // Before the link is in it: what stands in braces in an address is nobody's placeholder.
    let mut ready = queued.ready().completed(&site);
    if let Some(purpose) = queued.link_purpose.as_deref().and_then(Purpose::of) {
        let secret = Secret::new("");
        let link = MakeLink { notice: queued.id, hash: secret.hash(), purpose: purpose.name() };
        app.run(Actor::system(), link, Terms::default()).await?;
        let url = site.link(&format!("{}{}", purpose.path(), secret.reveal()));
        (ready.text, ready.html) = (ready.text.replace(LINK, &url), ready.html.replace(LINK, &url));
    }
    stoppable(app, &queued, &mut ready, &site).await?;
    let now = app.clock().now();
    if now - taken > LEASE - PATIENCE.as_millis() as Instant {
        // Stopped or slow for so long that another worker may have taken the job over: then it is that one's.
        return Ok(Went::Elsewhere);
    }
    let (how, went) = match transport.send(&ready, &site, now).await {
        Ok(()) => {
            let page = matches!(transport, Transport::Demo).then(|| DemoMail::of(&ready));
            (How::Sent(page), Went::Out)
        }
        Err(failure) => judged(failure, &queued, job.attempts, now),
    };
    finish(app, job, &queued, how).await?;
    Ok(went)
}

/// Says in the mail how its kind is stopped; where none of its own can be, where that is set.
async fn stoppable(app: &App, queued: &Queued, ready: &mut Ready, site: &Site) -> Result<(), AppError> {
    let mut url = site.link("/account/notifications");
    if !queued.category.is_empty() {
        let secret = Secret::new("");
        let stop = MakeStop { notice: queued.id, category: queued.category.clone(), hash: secret.hash() };
        app.run(Actor::system(), stop, Terms::default()).await?;
        url = wanted::stop_url(site, &secret);
        ready.unsubscribe = url.clone();
    }
    // On a line of its own, like every address.
    ready.text = ready.text.replace(&format!(" {UNSUBSCRIBE}"), &format!("\n{url}"));
    (ready.text, ready.html) = (ready.text.replace(UNSUBSCRIBE, &url), ready.html.replace(UNSUBSCRIBE, &url));
    Ok(())
}

fn judged(failure: Failure, queued: &Queued, attempts: i64, now: Instant) -> (How, Went) {
    match failure {
        Failure::Later(why) if now - queued.created_at >= TRIED_FOR => (How::Failed(why, false), Went::Out),
        Failure::Later(why) => (How::Retry(now + backoff(attempts), why), Went::Out),
        Failure::NoMailbox(why) => (How::Failed(why, true), Went::Out),
        Failure::Refused(why) => {
            tracing::error!(
                notice = queued.id,
                "a mail was refused for another reason than its recipient; see its error"
            );
            (How::Failed(why, false), Went::Out)
        }
        Failure::Down(why) => (How::Retry(now + again(attempts), why.clone()), Went::Nowhere(why)),
    }
}

/// Soon, so that all is well seconds after the server is back; later in the end, should it be this mail that breaks it.
fn again(attempts: i64) -> Instant {
    PAUSE.as_millis() as Instant * (1 + attempts / 10).clamp(1, 20)
}

async fn finish(app: &App, job: &Leased, queued: &Queued, how: How) -> Result<(), AppError> {
    let finish = FinishSend { job: job.clone(), notice: queued.id, address: queued.address.clone(), how };
    let mut tries = 0;
    loop {
        match app.run(Actor::system(), finish.clone(), Terms::default()).await {
            Err(error) if tries < WRITE_TRIES => {
                tracing::warn!(notice = queued.id, %error, "what became of a mail is not written down yet");
                tokio::time::sleep(Duration::from_millis(500)).await;
                tries += 1;
            }
            done => return done.map(|_| ()),
        }
    }
}

/// The notice of a job that is still held, if it is still to be sent.
struct FindQueued(Leased);

#[derive(Clone, FromRow)]
struct Queued {
    id: i64,
    address: String,
    subject: String,
    body_text: String,
    body_html: String,
    link_purpose: Option<String>,
    reply_to: String,
    message_id: String,
    calendar: Option<String>,
    created_at: Instant,
    deactivated: bool,
    /// The kind of message that may be switched off which it is; empty: none.
    category: String,
    /// How its reader wants that.
    how: Option<String>,
    /// Others get copies of it.
    copied: bool,
}

impl Queued {
    fn ready(&self) -> Ready {
        Ready {
            to: self.address.clone(),
            subject: self.subject.clone(),
            text: self.body_text.clone(),
            html: self.body_html.clone(),
            reply_to: self.reply_to.clone(),
            message_id: self.message_id.clone(),
            calendar: self.calendar.clone(),
            unsubscribe: String::new(),
        }
    }

    /// What becomes of it before it is even sent, because of who is to read it.
    fn wanted(&self) -> Option<How> {
        match self.how.as_deref() {
            _ if self.deactivated => Some(How::Failed("the person was deactivated".to_owned(), false)),
            Some("off") => Some(How::Off),
            Some("daily") => Some(How::Collected),
            _ => None,
        }
    }
}

impl Query for FindQueued {
    type Action = SendMail;
    type Output = Option<Queued>;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<SendMail>) -> Result<Option<Queued>, AppError> {
        let (now, today) = (reader.now().at, reader.now().today);
        Ok(reader.find(permit, sql(QUEUED).bind(self.0.id).bind(self.0.lease).bind(now).bind(today)).await?)
    }
}

/// Stores the hash of a fresh link. One that was sent before still works: which of two mails is read is not ours to say.
#[derive(Clone, Serialize)]
struct MakeLink {
    notice: i64,
    hash: Vec<u8>,
    purpose: &'static str,
}

const MAKE_LINK: &str =
    "INSERT INTO links (hash, purpose, person_id, account_id, created_at, expires_at, email_change, about)
    SELECT $1, $2, n.person_id, n.account_id, $3, $4, n.email_change, n.about FROM notices n WHERE n.id = $5";

impl Operation for MakeLink {
    type Action = SendMail;
    type Output = u64;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<SendMail>) -> Result<u64, AppError> {
        let lasts = Purpose::of(self.purpose).map_or(0, Purpose::lasts);
        let link = sql(MAKE_LINK).bind(self.hash.as_slice()).bind(self.purpose).bind(tx.now()).bind(tx.now() + lasts);
        Ok(tx.execute(permit, link.bind(self.notice)).await?)
    }
}

/// What became of a mail.
#[derive(Clone, Serialize)]
enum How {
    /// It is out; in a demo onto its page.
    Sent(Option<DemoMail>),
    /// Again at that instant, because of that.
    Retry(Instant, String),
    /// Never, because of that; and whether mail to that address comes back.
    Failed(String, bool),
    /// Its reader does not want this kind of message.
    Off,
    /// Its reader wants it once a day.
    Collected,
}

/// Writes it down and ends the job, in one.
#[derive(Clone, Serialize)]
struct FinishSend {
    job: Leased,
    notice: i64,
    address: String,
    how: How,
}

const SENT: &str = "UPDATE notices SET state = 'sent', sent_at = $2, error = '' WHERE id = $1 AND state = 'queued'";
const WAITS: &str = "UPDATE notices SET error = $2 WHERE id = $1 AND state = 'queued'";
/// `$3`: it came back at once.
const FAILED: &str =
    "UPDATE notices SET state = 'failed', error = $2, came_back_at = $3 WHERE id = $1 AND state = 'queued'";
/// Only where the address is still that person's.
const BOUNCED: &str = "UPDATE people SET bounced_at = $2 WHERE email = $3 AND bounced_at IS NULL
    AND id = (SELECT n.person_id FROM notices n WHERE n.id = $1) RETURNING id";

impl Operation for FinishSend {
    type Action = SendMail;
    type Output = ();

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<SendMail>) -> Result<(), AppError> {
        let of = |text| sql(text).bind(self.notice);
        let end = match &self.how {
            How::Sent(page) => {
                let sent = of(SENT).bind(tx.now());
                if tx.execute(permit, sent).await? > 0
                    && let Some(page) = page
                {
                    demo::keep(tx, permit, page).await?;
                }
                End::Done
            }
            How::Retry(at, why) => {
                tx.execute(permit, of(WAITS).bind(why.as_str())).await?;
                End::Retry(*at, why.clone())
            }
            How::Off => {
                wanted::switched_off(tx, permit, self.notice).await?;
                End::Done
            }
            How::Collected => {
                wanted::collected(tx, permit, self.notice).await?;
                End::Done
            }
            How::Failed(why, bounced) => {
                tx.execute(permit, of(FAILED).bind(why.as_str()).bind(bounced.then(|| tx.now()))).await?;
                if *bounced {
                    let mark = of(BOUNCED).bind(tx.now()).bind(self.address.as_str());
                    let lost: Vec<(i64,)> = tx.returning(permit, mark).await?;
                    if let Some((payload,)) = lost.first().copied() {
                        let (kind, run_at) = ("notices.bounced", tx.now());
                        tx.enqueue(permit, NewJob { kind, payload, run_at, urgent: false }).await?;
                    }
                }
                End::Done
            }
        };
        let job = permit.also::<RunJob>()?;
        EndJob { job: self.job.clone(), end }.run(tx, &job).await?;
        Ok(())
    }
}

pub(super) fn statements() -> Vec<Sql> {
    [QUEUED, MAKE_LINK, SENT, WAITS, FAILED, BOUNCED].map(sql).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::DAY;

    fn queued() -> Queued {
        Queued {
            id: 1,
            address: String::new(),
            subject: String::new(),
            body_text: String::new(),
            body_html: String::new(),
            link_purpose: None,
            reply_to: String::new(),
            message_id: String::new(),
            calendar: None,
            created_at: 0,
            deactivated: false,
            category: String::new(),
            how: None,
            copied: false,
        }
    }

    #[test]
    fn a_busy_server_is_tried_for_five_days_an_absent_one_for_ever() {
        let why = || "451".to_owned();
        let retried = |failure, now| matches!(judged(failure, &queued(), 3, now).0, How::Retry(at, _) if at > now);
        assert!(retried(Failure::Later(why()), 5 * DAY - 1));
        assert!(!retried(Failure::Later(why()), 5 * DAY));
        assert!(retried(Failure::Down(why()), 50 * DAY));
        assert!(matches!(judged(Failure::NoMailbox(why()), &queued(), 0, 1).0, How::Failed(_, true)));
        assert!(matches!(judged(Failure::Refused(why()), &queued(), 0, 1).0, How::Failed(_, false)));
    }

    #[test]
    fn what_breaks_the_server_is_tried_less_and_less() {
        assert_eq!(again(0), 3_000);
        assert_eq!(again(9), 3_000);
        assert_eq!(again(10), 6_000);
        assert_eq!(again(1_000_000), 60_000);
    }
}
