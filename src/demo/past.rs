//! What happened in the demo since the import: done as its people do it, on a clock that is set back.
use super::software::Software;
use super::world::before;
use crate::app::App;
use crate::auth::device::{Device, Seen};
use crate::auth::secret::Secret;
use crate::auth::session::{By, CloseSession, Opening, open};
use crate::coordinators::assign::{AssignCoordinator, Coordinator, Input};
use crate::coordinators::rules::HELD_FOR;
use crate::coordinators::selection::To;
use crate::db::{Sql, WriteTx, sql};
use crate::error::AppError;
use crate::ids::{ContractNumber, PersonId, Single};
use crate::jobs::lease::TakeJob;
use crate::jobs::worker;
use crate::mail::Transport;
use crate::operation::{Operation, Terms};
use crate::policy::{self, Actor, Permit};
use crate::text::address_key;
use crate::time::{DAY, Day, Instant};
use serde::Serialize;

const MANAGER: &str = "elena@ostrava.example";
const INVITED_DAYS_AGO: i64 = 15;
pub(super) const SECOND: Instant = 1_000;

/// One assignment that the Contract Manager made.
struct Assignment {
    days_ago: i64,
    contract: &'static str,
    serials: &'static [&'static str],
    to: &'static str,
    /// Of somebody who was not known: first and last name.
    named: Option<(&'static str, &'static str)>,
    may_name_users: Option<bool>,
    /// First day and the day on which it ends, in days from today.
    dates: Option<(i32, i32)>,
}

const fn assigned(
    days_ago: i64,
    contract: &'static str,
    serials: &'static [&'static str],
    to: &'static str,
) -> Assignment {
    Assignment { days_ago, contract, serials, to, named: None, may_name_users: None, dates: None }
}

/// The oldest first.
const ASSIGNMENTS: &[Assignment] = &[
    Assignment {
        may_name_users: Some(true),
        ..assigned(120, "110448270013", &["361-70518824", "361-70518831"], "t.brandt@ostrava.example")
    },
    Assignment {
        named: Some(("Hana", "Sato")),
        ..assigned(INVITED_DAYS_AGO, "110448270013", &["362-00937115"], "h.sato@ostrava.example")
    },
    assigned(9, "110391050027", &["397-78106871"], "m.lindqvist@ostrava.example"),
    Assignment {
        dates: Some((7, 21)),
        ..assigned(2, "110512903344", &["395-22175294", "395-83960310"], "i.solheim@ostrava.example")
    },
];

/// Plays it. Of all mail that it causes the one invitation and what was announced go out: the rest would only be noise on the page of
/// mails.
pub(super) async fn play(app: &App) -> Result<(), AppError> {
    let today = app.clock().moment().today;
    let mut software = Software::new();
    for assignment in ASSIGNMENTS {
        software.play(app, assignment.days_ago + 1).await?;
        let then = before(app, assignment.days_ago * DAY);
        assignment.carry_out(&then, today).await?;
        if assignment.named.is_some() {
            // A moment later the mail is no longer held.
            let later = before(app, assignment.days_ago * DAY - HELD_FOR - SECOND);
            work(&later).await?;
            later.run(Actor::operator(), Silence, Terms::default()).await?;
            work(&later).await?;
        }
        then.run(Actor::operator(), Silence, Terms::default()).await?;
    }
    software.play(app, 0).await?;
    app.run(Actor::operator(), Silence, Terms::default()).await?;
    let lost = LoseMail { email: "o.reyes@ostrava.example", at: app.clock().now() - 12 * DAY };
    app.run(Actor::operator(), lost, Terms::default()).await?;
    Ok(())
}

impl Assignment {
    async fn carry_out(&self, app: &App, today: Day) -> Result<(), AppError> {
        let elena = Session::of(app, MANAGER).await?;
        let contract = ContractNumber(self.contract.to_owned());
        let assign = AssignCoordinator { contract, input: self.input(today) };
        app.run(elena.actor(), assign, Terms::default()).await?;
        elena.close(app).await
    }

    fn input(&self, today: Day) -> Input {
        let name = |part: fn((&str, &str)) -> String| self.named.map(part);
        Input {
            coordinator: Some(Coordinator {
                email: self.to.to_owned(),
                first_name: name(|(first, _)| first.to_owned()),
                last_name: name(|(_, last)| last.to_owned()),
            }),
            to: To::SerialNumbers { serial_numbers: self.serials.iter().map(|s| (*s).to_owned()).collect() },
            may_name_users: self.may_name_users,
            from: self.dates.map(|(from, _)| today.plus(from)),
            until: self.dates.map(|(_, until)| today.plus(until)),
            preview: false,
            if_state: None,
            confirm_notices: None,
        }
    }
}

/// Somebody of the demo who is signed in for a moment of its past.
pub(super) struct Session(Secret);

impl Session {
    pub(super) async fn of(app: &App, email: &str) -> Result<Self, AppError> {
        let secret = Secret::new("");
        let open = ComeIn { email: email.to_owned(), session: secret.hash(), device: Device::new("", None).seen() };
        app.run(Actor::operator(), open, Terms::default()).await?;
        Ok(Self(secret))
    }

    pub(super) fn actor(&self) -> Actor {
        Actor::session(self.0.reveal())
    }

    /// What binds a download to it.
    pub(super) fn bearer(&self) -> Vec<u8> {
        self.0.hash()
    }

    pub(super) async fn close(self, app: &App) -> Result<(), AppError> {
        app.run(self.actor(), CloseSession { session: self.0.hash() }, Terms::default()).await
    }
}

/// Lets one of the demo's people in, of those without a card, too. While the demo is filled only.
#[derive(Clone, Serialize)]
struct ComeIn {
    email: String,
    session: Vec<u8>,
    device: Seen,
}

const PERSON: &str = "SELECT p.id FROM people p WHERE p.email_key = $1
    AND EXISTS (SELECT 1 FROM settings s WHERE s.name = 'demo_filling')";

impl Operation for ComeIn {
    type Action = policy::Configure;
    type Output = ();

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<(), AppError> {
        let person: Option<(PersonId,)> = tx.find(permit, sql(PERSON).bind(address_key(&self.email))).await?;
        let (person,) = person.ok_or_else(AppError::hidden)?;
        let (session, device) = (self.session.clone(), self.device.clone());
        open(tx, permit, &Opening { person, session, by: By::Demo, strong: true, device }).await?;
        tx.note(serde_json::json!({"came_in": self.email}), None);
        Ok(())
    }
}

/// Does the one thing that is due.
async fn work(app: &App) -> Result<bool, AppError> {
    let Some(job) = app.run(Actor::system(), TakeJob, Terms::default()).await? else { return Ok(false) };
    worker::run(app.clone(), Transport::Demo, job, app.clock().now()).await?;
    Ok(true)
}

/// Does what is due, one thing after the other.
pub(super) async fn work_all(app: &App) -> Result<(), AppError> {
    while work(app).await? {}
    Ok(())
}

/// Takes back what waits to be sent, but for invitations.
#[derive(Clone, Serialize)]
struct Silence;

const NOTICES: &str = "UPDATE notices SET state = 'not_sent' WHERE state = 'queued' AND kind <> 'invitation'";
const SENDING: &str = "DELETE FROM jobs WHERE kind = 'mail.send'
    AND payload IN (SELECT n.id FROM notices n WHERE n.state = 'not_sent')";
const SETS: &str = "UPDATE change_sets SET mail = 'out' WHERE mail = 'held'";
const WRITING: &str = "DELETE FROM jobs WHERE kind = 'mail.change_set'
    AND payload IN (SELECT s.id FROM change_sets s WHERE s.mail = 'out')";

impl Operation for Silence {
    type Action = policy::Configure;
    type Output = ();

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<(), AppError> {
        for text in [NOTICES, SENDING, SETS, WRITING] {
            tx.execute(permit, sql(text)).await?;
        }
        tx.note("mail of the demo's past is not sent", None);
        Ok(())
    }
}

/// From that instant on mail to this address comes back.
#[derive(Clone, Serialize)]
struct LoseMail {
    email: &'static str,
    at: Instant,
}

const LOSE: &str = "UPDATE people SET bounced_at = $2 WHERE email_key = $1";

impl Operation for LoseMail {
    type Action = policy::Configure;
    type Output = ();

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<(), AppError> {
        tx.execute(permit, sql(LOSE).bind(address_key(self.email)).bind(self.at)).await?;
        tx.note(self, None);
        Ok(())
    }
}

pub(super) fn statements() -> Vec<Sql> {
    [PERSON, NOTICES, SENDING, SETS, WRITING, LOSE].map(sql).into()
}
