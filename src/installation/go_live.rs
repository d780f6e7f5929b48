//! Going live: until then a new installation writes to nobody but those who sign in.
use crate::app::App;
use crate::db::{FromRow, Reader, Sql, WriteTx, sql};
use crate::error::AppError;
use crate::ids::Single;
use crate::operation::{Operation, Query, Terms};
use crate::policy::{self, Actor, Permit};
use crate::time::Instant;
use crate::welcome::write;
use serde::{Deserialize, Serialize};

/// What there is to know before going live.
#[derive(Clone, Debug, PartialEq, Eq, FromRow, Serialize, Deserialize)]
pub struct GoLivePreview {
    /// Since when mail is sent; none: it is not.
    pub live_at: Option<Instant>,
    /// Change sets that nobody was told of, and never will be: they lie in the past.
    pub untold_change_sets: i64,
    /// The mails of them, recorded as not sent.
    pub unsent_mails: i64,
    /// Contract Managers who were never here, and get a welcome.
    #[sqlx(skip)]
    pub welcomes: i64,
    /// Change sets made, whose mail was still held; they count as past, too.
    pub held_change_sets: i64,
    /// Contracts with a renewal notice that is due today; what was due before counts as done.
    #[sqlx(skip)]
    pub renewal_notices: i64,
}

impl std::fmt::Display for GoLivePreview {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { live_at, untold_change_sets, unsent_mails, held_change_sets, welcomes, renewal_notices } = self;
        match live_at {
            Some(at) => write!(f, "live since {}: mail is sent", crate::time::rfc3339(*at)),
            None => write!(
                f,
                "not live: only sign-in mail is sent\n\
                 change sets whose mail was recorded as not sent, and stays so: {untold_change_sets} ({unsent_mails} mails)\n\
                 change sets whose mail is still held, and will be recorded as not sent: {held_change_sets}\n\
                 mails that go out at once: {welcomes} welcomes to Contract Managers who were never here; from then on each \
                 change is told\n\
                 renewal notices that are due today and go out at once: {renewal_notices}, each copied to its reseller; those \
                 of days before count as done"
            ),
        }
    }
}

/// Counts.
#[derive(Clone, Debug)]
struct Preview;

const COUNT: &str = "SELECT (SELECT CAST(value AS BIGINT) FROM settings WHERE name = 'live_at') AS live_at,
    (SELECT COUNT(DISTINCT n.change_set) FROM notices n WHERE n.state = 'not_sent') AS untold_change_sets,
    (SELECT COUNT(*) FROM notices n WHERE n.state = 'not_sent') AS unsent_mails,
    (SELECT COUNT(*) FROM change_sets s WHERE s.mail = 'held') AS held_change_sets";

impl Query for Preview {
    type Action = policy::GoLive;
    type Output = GoLivePreview;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, reader: &mut Reader, permit: &Permit<Self::Action>) -> Result<GoLivePreview, AppError> {
        let preview: GoLivePreview = reader.find(permit, sql(COUNT)).await?.ok_or(AppError::Lost)?;
        let welcomes: Option<(i64,)> = reader.find(permit, write::count()).await?;
        let renewal_notices = crate::renewals::day::counted(reader, permit).await?;
        Ok(GoLivePreview { welcomes: welcomes.map_or(0, |(n,)| n), renewal_notices, ..preview })
    }
}

/// From now on mail is sent. Twice is once.
#[derive(Clone, Debug, Serialize)]
struct GoLive;

const GO: &str = "INSERT INTO settings (name, value) VALUES ('live_at', $1) ON CONFLICT (name) DO NOTHING";

impl Operation for GoLive {
    type Action = policy::GoLive;
    type Output = bool;

    fn target(&self) -> Single {
        Single::default()
    }

    async fn run(&self, tx: &mut WriteTx, permit: &Permit<Self::Action>) -> Result<bool, AppError> {
        let now = tx.now().to_string();
        let went = tx.execute(permit, sql(GO).bind(now)).await? > 0;
        if went {
            write::queue(tx, permit).await?;
            crate::renewals::day::look_again(tx, permit).await?;
        }
        Ok(went)
    }
}

/// For the command line: what going live would mean.
pub async fn preview(app: &App) -> Result<GoLivePreview, AppError> {
    app.read(&Actor::operator(), &Preview).await
}

/// For the command line: goes live. False: it was already.
pub async fn run(app: &App) -> Result<bool, AppError> {
    app.run(Actor::operator(), GoLive, Terms::default()).await
}

pub(crate) fn statements() -> Vec<Sql> {
    [COUNT, GO].map(sql).into()
}
