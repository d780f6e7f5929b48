//! The gate. Whatever the product does runs through [`App::run`], whatever it shows through [`App::read`]; both decide
//! first and hand over a permit, so that nothing can forget to ask.
use crate::app::App;
use crate::audit;
use crate::db::{Reader, Sql, WriteTx, sql};
use crate::error::AppError;
use crate::policy::{self, Action, Actor, Permit, Target, WriteAction};
use crate::time::DAY;
use serde::{Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};
use std::time::Duration;

const RACE_RETRIES: u32 = 5;
/// How long a key protects from doing a thing twice.
const KEY_LIFE: i64 = DAY;

type KeyOf<A> = <<A as Action>::Target as Target>::Key;

/// One thing that the product changes; pages, API, command line and jobs all run it.
pub trait Operation: Serialize + Send + Sync + 'static {
    /// Its line in the policy.
    type Action: WriteAction;
    /// What the caller learns; stored with the effect where there is an idempotency key.
    type Output: Serialize + DeserializeOwned + Send + 'static;
    /// What it is done to, as the address names it.
    fn target(&self) -> KeyOf<Self::Action>;
    /// The change. May run again after a deadlock, hence `&self`.
    fn run(
        &self,
        tx: &mut WriteTx,
        permit: &Permit<Self::Action>,
    ) -> impl Future<Output = Result<Self::Output, AppError>> + Send;
}

/// One thing that the product shows.
pub trait Query: Send + Sync {
    /// Its line in the policy.
    type Action: Action;
    /// What is shown.
    type Output: Send;
    /// What it is about, as the address names it.
    fn target(&self) -> KeyOf<Self::Action>;
    /// The answer, preferably in one statement.
    fn run(
        &self,
        reader: &mut Reader,
        permit: &Permit<Self::Action>,
    ) -> impl Future<Output = Result<Self::Output, AppError>> + Send;
}

/// Conditions that a request puts on a write.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    /// `If-Match`: the version that the caller saw.
    pub version: Option<i64>,
    /// `Idempotency-Key`: the same key twice has one effect and one answer.
    pub key: Option<String>,
}

impl App {
    /// begin → lock → facts → decide → permit → run → audit → commit, in a task of its own: a caller who hangs up does
    /// not abort it half-way.
    pub async fn run<O: Operation>(&self, actor: Actor, operation: O, terms: Terms) -> Result<O::Output, AppError> {
        self.settle_days().await?;
        self.run_now(actor, operation, terms).await
    }

    /// As [`App::run`], for the change of hands itself.
    pub(crate) async fn run_now<O: Operation>(
        &self,
        actor: Actor,
        operation: O,
        terms: Terms,
    ) -> Result<O::Output, AppError> {
        let app = self.clone();
        let running = self.running();
        let task = tokio::spawn(async move {
            let _running = running;
            let mut tries = 0;
            loop {
                match attempt(&app, &actor, &operation, &terms).await {
                    Err(AppError::Db(e)) if e.is_raced() && tries < RACE_RETRIES => {
                        tokio::time::sleep(Duration::from_millis(5 << tries)).await;
                        tries += 1;
                    }
                    done => return done,
                }
            }
        });
        task.await.unwrap_or(Err(AppError::Lost))
    }

    /// Token and standing in one statement, the answer in the next, on one read-only connection without a transaction.
    pub async fn read<Q: Query>(&self, actor: &Actor, query: &Q) -> Result<Q::Output, AppError> {
        self.settle_days().await?;
        let mut reader = self.db().reader(self.clock().moment()).await?;
        let permit = policy::admit_read(&mut reader, actor, &query.target()).await?;
        query.run(&mut reader, &permit).await
    }
}

async fn attempt<O: Operation>(app: &App, actor: &Actor, operation: &O, terms: &Terms) -> Result<O::Output, AppError> {
    let mut tx = app.db().begin(app.clock().moment()).await?;
    let done = within(&mut tx, app, actor, operation, terms).await;
    match done {
        Ok(output) => {
            tx.commit().await?;
            Ok(output)
        }
        Err(error) => {
            // Waited for: a rollback that nobody awaits would hold the writer of SQLite until the connection is reused.
            tx.rollback().await?;
            Err(error)
        }
    }
}

async fn within<O: Operation>(
    tx: &mut WriteTx,
    app: &App,
    actor: &Actor,
    operation: &O,
    terms: &Terms,
) -> Result<O::Output, AppError> {
    let target = operation.target();
    let permit = policy::admit_write::<O::Action>(tx, actor, &target, terms.version, app.clock()).await?;
    let route = format!("{} {target}", O::Action::ID.name());
    let digest = Sha256::digest(json(operation)?).to_vec();
    if let Some(key) = &terms.key
        && let Some(answer) = replay(tx, &permit, &route, key, &digest).await?
    {
        return serde_json::from_str(&answer).map_err(|_| AppError::Lost);
    }
    let output = operation.run(tx, &permit).await?;
    let answer = json(&output)?;
    if tx.written() > 0 {
        audit::record(tx, &permit, &answer).await?;
    }
    if let Some(key) = &terms.key {
        remember(tx, &permit, &route, key, digest, answer).await?;
    }
    Ok(output)
}

fn json(value: &impl Serialize) -> Result<String, AppError> {
    serde_json::to_string(value).map_err(|_| AppError::Lost)
}

const REPLAY: &str = "SELECT digest, answer FROM idempotency_keys
    WHERE person_id = $1 AND action = $2 AND key = $3 AND at > $4";
const FORGET: &str = "DELETE FROM idempotency_keys WHERE at <= $1";
const REMEMBER: &str = "INSERT INTO idempotency_keys (person_id, action, key, digest, answer, at)
    VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (person_id, action, key) DO NOTHING";

/// The stored answer of the same request. The permit was decided anew: a right taken away ends replays, too.
async fn replay<A: WriteAction>(
    tx: &mut WriteTx,
    permit: &Permit<A>,
    route: &str,
    key: &str,
    digest: &[u8],
) -> Result<Option<String>, AppError> {
    let stored = sql(REPLAY).bind(permit.actor()).bind(route).bind(key).bind(tx.now() - KEY_LIFE);
    let stored: Option<(Vec<u8>, String)> = tx.find(permit, stored).await?;
    match stored {
        None => Ok(None),
        Some((of, answer)) if of == digest => Ok(Some(answer)),
        Some(_) => Err(key_reused()),
    }
}

async fn remember<A: WriteAction>(
    tx: &mut WriteTx,
    permit: &Permit<A>,
    route: &str,
    key: &str,
    digest: Vec<u8>,
    answer: String,
) -> Result<(), AppError> {
    tx.execute(permit, sql(FORGET).bind(tx.now() - KEY_LIFE)).await?;
    let row = sql(REMEMBER).bind(permit.actor()).bind(route);
    let row = row.bind(key).bind(digest).bind(answer).bind(tx.now());
    // No row: another request with this key committed first, without the lock that would have made it wait.
    match tx.execute(permit, row).await? {
        0 => Err(key_reused()),
        _ => Ok(()),
    }
}

fn key_reused() -> AppError {
    AppError::invalid("idempotency_key", "the Idempotency-Key was used for another request; use a new one")
}

pub(crate) fn statements() -> Vec<Sql> {
    [REPLAY, FORGET, REMEMBER].map(sql).into()
}
