//! The background work of a process: takes jobs that are due, several at once, runs each by its kind, and seals the audit trail.
use super::lease::{End, EndJob, Leased, TRIED_FOR, TakeJob, backoff};
use crate::adoption::write::{self as adoption, WriteAdoptions};
use crate::app::App;
use crate::audit::seal::SealAudit;
use crate::auth::asked_mail::{self, AnswerRequest};
use crate::continuity::monthly::{self, WriteMonthly};
use crate::coordinators::tell::WriteMail;
use crate::error::AppError;
use crate::mail::Transport;
use crate::mail::send::{self, PAUSE, Went};
use crate::mail::transport::CONNECTIONS;
use crate::notices::bounced::{self, WriteCameBack};
use crate::notices::digest::WriteDigest;
use crate::operation::Terms;
use crate::people::remind::RemindInvited;
use crate::policy::Actor;
use crate::profile::export::{self, DropExport, MakeExport};
use crate::releases::tell::{self as release_mail, WriteAnnouncement};
use crate::releases::{check_artifact, upload};
use crate::renewals::day;
use crate::shipments::settle::{self, SettleShipments};
use crate::time::{Day, Instant};
use crate::users::tell::WriteUserMail;
use crate::welcome::write::{self as welcome, WriteWelcomes};
use std::collections::HashMap;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::{Id, JoinSet};
use tokio::time::sleep;

/// How often the clock is looked at where nothing is due: tests move it.
const TICK: Duration = Duration::from_millis(500);
/// How often the audit trail is sealed.
const SEALING: Duration = Duration::from_secs(2);
/// How often a mail server that is away is logged.
const COMPLAINING: Duration = Duration::from_secs(60);

pub(crate) type Ran = Result<Went, AppError>;

/// Works until told to stop; then finishes what it has begun.
pub async fn work(app: App, transport: Transport, mut stop: watch::Receiver<bool>) {
    let mut worker =
        Worker { app, transport, running: JoinSet::new(), held: HashMap::new(), down: None, planned: None };
    let sealing = tokio::spawn(seal(worker.app.clone(), stop.clone()));
    while !*stop.borrow() {
        worker.plan().await;
        if worker.may_take() && worker.take().await {
            continue;
        }
        tokio::select! {
            () = told_to(&mut stop) => break,
            Some(ended) = worker.running.join_next_with_id() => worker.ended(ended).await,
            () = worker.app.woken() => {}
            () = sleep(TICK) => {}
        }
    }
    while let Some(ended) = worker.running.join_next_with_id().await {
        worker.ended(ended).await;
    }
    let _ = sealing.await;
}

/// Until the process is told to stop, or nobody is left who could tell.
async fn told_to(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

/// Since when nothing can leave, and when that was logged last.
struct Down {
    until: tokio::time::Instant,
    logged: tokio::time::Instant,
}

struct Worker {
    app: App,
    transport: Transport,
    running: JoinSet<Ran>,
    held: HashMap<Id, Leased>,
    down: Option<Down>,
    /// The day whose renewal notices are planned.
    planned: Option<Day>,
}

impl Worker {
    /// Plans what each day has; where that fails, the next look at the clock tries again.
    async fn plan(&mut self) {
        if let Err(error) = day::plan(&self.app, &mut self.planned).await {
            tracing::error!(%error, "the renewal notices of the day could not be planned");
        }
    }

    /// While the mail server is away nothing is taken: jobs are about mail. After a pause one is tried alone.
    fn may_take(&self) -> bool {
        match &self.down {
            Some(down) => self.running.is_empty() && tokio::time::Instant::now() >= down.until,
            None => self.running.len() < CONNECTIONS as usize,
        }
    }

    /// Takes and starts a job, if one is due.
    async fn take(&mut self) -> bool {
        let job = match self.app.run(Actor::system(), TakeJob, Terms::default()).await {
            Ok(Some(job)) => job,
            Ok(None) => return false,
            Err(error) => {
                // The next tick tries again: a database that was away is not the end of the worker.
                tracing::error!(%error, "no job could be taken");
                return false;
            }
        };
        // Its lease ended while it still runs here: once is enough. Whoever runs it ends the lease that it has.
        if self.held.values().any(|held| held.id == job.id) {
            return false;
        }
        let taken = self.app.clock().now();
        let handle = self.running.spawn(run(self.app.clone(), self.transport.clone(), job.clone(), taken));
        self.held.insert(handle.id(), job);
        true
    }

    /// Looks at how a job ended. One that failed or panicked is tried again later.
    async fn ended(&mut self, ended: Result<(Id, Ran), tokio::task::JoinError>) {
        let (id, ran) = match ended {
            Ok((id, ran)) => (id, ran.map_err(|e| e.to_string())),
            Err(panicked) => (panicked.id(), Err("the job panicked".to_owned())),
        };
        let Some(job) = self.held.remove(&id) else { return };
        match ran {
            Ok(Went::Out) => self.up(),
            Ok(Went::Elsewhere) => {}
            Ok(Went::Nowhere(why)) => self.pause(&why),
            Err(error) => {
                tracing::error!(kind = job.kind, payload = job.payload, error, "a job failed");
                let end = again_or_never(&job, self.app.clock().now(), error);
                if let Err(error) = self.app.run(Actor::system(), EndJob { job, end }, Terms::default()).await {
                    // Then its lease ends by itself, and it is taken again.
                    tracing::error!(%error, "the end of a job is not written down");
                }
            }
        }
    }

    fn up(&mut self) {
        if self.down.take().is_some() {
            tracing::info!("mail leaves again");
        }
    }

    fn pause(&mut self, why: &str) {
        let now = tokio::time::Instant::now();
        let logged = self.down.as_ref().map(|down| down.logged).filter(|at| now - *at < COMPLAINING);
        if logged.is_none() {
            tracing::error!(error = why, "no mail can leave; all of it waits");
        }
        self.down = Some(Down { until: now + PAUSE, logged: logged.unwrap_or(now) });
    }
}

/// Does everything that is due now, one thing after the other, and returns how many jobs that were: for whoever moves the clock.
/// `planned` is what a process remembers; none: it has just started.
pub async fn work_off(app: &App, transport: &Transport, planned: &mut Option<Day>) -> Result<u64, AppError> {
    day::plan(app, planned).await?;
    let mut done = 0;
    while let Some(job) = app.run(Actor::system(), TakeJob, Terms::default()).await? {
        let taken = app.clock().now();
        run(app.clone(), transport.clone(), job, taken).await?;
        done += 1;
    }
    Ok(done)
}

/// Runs one job by its kind and ends it.
pub(crate) async fn run(app: App, transport: Transport, job: Leased, taken: Instant) -> Ran {
    match job.kind.as_str() {
        "mail.send" => return send::deliver(&app, &transport, &job, taken).await,
        release_mail::JOB => {
            app.run(Actor::system(), WriteAnnouncement::new(job.payload, app.profile()), Terms::default()).await?;
            return send::deliver(&app, &transport, &job, taken).await;
        }
        upload::JOB => check_artifact::check(&app, job).await?,
        "mail.change_set" => {
            let write = WriteMail::new(job.payload, app.profile());
            app.run(Actor::system(), write, Terms::default()).await?;
            end(&app, job, End::Done).await?;
            app.wake();
        }
        export::MAKE => {
            app.run(Actor::system(), MakeExport(job.payload), Terms::default()).await?;
            end(&app, job, End::Done).await?;
            app.wake();
        }
        export::DROP => {
            app.run(Actor::system(), DropExport(job.payload), Terms::default()).await?;
            end(&app, job, End::Done).await?;
        }
        "mail.users" => {
            let write = WriteUserMail::new(job.payload, app.profile());
            app.run(Actor::system(), write, Terms::default()).await?;
            end(&app, job, End::Done).await?;
            app.wake();
        }
        bounced::JOB | monthly::JOB | crate::mail::DIGEST => told(&app, job).await?,
        "invitation.remind" => {
            let remind = RemindInvited::new(job.payload, app.profile());
            let later = app.run(Actor::system(), remind, Terms::default()).await?;
            end(&app, job, later.map_or(End::Done, |at| End::Retry(at, String::new()))).await?;
            app.wake();
        }
        welcome::JOB => {
            // A transaction for each few hundred, one after the other.
            while app.run(Actor::system(), WriteWelcomes::new(app.profile()), Terms::default()).await? {
                app.wake();
            }
            end(&app, job, End::Done).await?;
        }
        settle::JOB => {
            app.run(Actor::system(), SettleShipments::of_contract(job.payload, app.profile()), Terms::default())
                .await?;
            end(&app, job, End::Done).await?;
            app.wake();
        }
        day::JOB => {
            day::write(&app).await?;
            end(&app, job, End::Done).await?;
            app.wake();
        }
        adoption::JOB => {
            app.run(Actor::system(), WriteAdoptions::new(app.profile()), Terms::default()).await?;
            end(&app, job, End::Done).await?;
            app.wake();
        }
        asked_mail::JOB => {
            app.run(Actor::system(), AnswerRequest { request: job.payload }, Terms::default()).await?;
            end(&app, job, End::Done).await?;
            app.wake();
        }
        _ => end(&app, job, End::Failed("this version knows no such job".to_owned())).await?,
    }
    Ok(Went::Elsewhere)
}

/// Writes what is told of notices themselves: what came back, what waited for the morning, what is still so each month.
async fn told(app: &App, job: Leased) -> Result<(), AppError> {
    let system = Actor::system;
    match job.kind.as_str() {
        bounced::JOB => {
            app.run(system(), WriteCameBack::new(job.payload, app.profile()), Terms::default()).await?;
        }
        monthly::JOB => {
            while app.run(system(), WriteMonthly::new(app.profile()), Terms::default()).await? {
                app.wake();
            }
        }
        _ => {
            app.run(system(), WriteDigest::new(job.payload, app.profile()), Terms::default()).await?;
        }
    }
    end(app, job, End::Done).await?;
    app.wake();
    Ok(())
}

async fn end(app: &App, job: Leased, end: End) -> Result<(), AppError> {
    app.run(Actor::system(), EndJob { job, end }, Terms::default()).await.map(|_| ())
}

/// Again, with longer and longer waits, until it was tried for as long as mail is.
fn again_or_never(job: &Leased, now: Instant, error: String) -> End {
    let spent: Instant = (0..job.attempts).map(backoff).sum();
    match spent < TRIED_FOR {
        true => End::Retry(now + backoff(job.attempts), error),
        false => End::Failed(error),
    }
}

/// Seals what was written, until told to stop, and once more then.
async fn seal(app: App, mut stop: watch::Receiver<bool>) {
    loop {
        match app.run(Actor::system(), SealAudit, Terms::default()).await {
            // A full batch: there may be more.
            Ok(sealed) if sealed >= 500 => continue,
            Ok(_) => {}
            // Two processes sealed at once, or the database is away: the next round goes on where the chain ends.
            Err(error) => tracing::debug!(%error, "the audit trail was not sealed this time"),
        }
        if *stop.borrow() {
            return;
        }
        tokio::select! {
            () = told_to(&mut stop) => {}
            () = sleep(SEALING) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_that_fails_is_given_up_in_the_end() {
        let job = |attempts| Leased { id: 1, kind: "x".to_owned(), payload: 1, attempts, lease: 1 };
        assert!(matches!(again_or_never(&job(0), 5, "e".to_owned()), End::Retry(30_005, _)));
        assert!(matches!(again_or_never(&job(30), 5, "e".to_owned()), End::Retry(..)));
        assert!(matches!(again_or_never(&job(60), 5, "e".to_owned()), End::Failed(_)));
    }
}
