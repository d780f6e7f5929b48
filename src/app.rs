//! The product of one process: database, clock and what is known about the installation. Cheap to clone.
use crate::auth::last_use::Used;
use crate::auth::seal::SealingKey;
use crate::continuity::monthly::PlanMonth;
use crate::coordinators::change_hands::ChangeHands;
use crate::db::Db;
use crate::error::AppError;
use crate::files::Files;
use crate::files::signing::VendorKey;
use crate::operation::Terms;
use crate::policy::Actor;
use crate::time::{Clock, start_of};
use crate::web::client::Network;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};
use tokio::sync::{Mutex, Notify, OwnedRwLockReadGuard, RwLock};

/// What pages and mails say about the installation.
#[derive(Clone, Debug)]
pub struct Profile {
    /// Where people reach it; links are built from this only.
    pub base_url: String,
    /// The vendor's name.
    pub vendor: String,
    /// Whom to call.
    pub phone: String,
    /// Whom to write to.
    pub contact_email: String,
    /// Demo mode: one-click sign-in, mail on a page.
    pub demo: bool,
}

/// The product of this process.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    db: Db,
    clock: Clock,
    profile: Profile,
    next_day: AtomicI64,
    settling: Mutex<()>,
    running: Arc<RwLock<()>>,
    wake: Notify,
    sealing: OnceLock<SealingKey>,
    files: OnceLock<Files>,
    vendor_key: OnceLock<VendorKey>,
    trusted: OnceLock<Vec<Network>>,
    used: Used,
}

impl App {
    /// Puts the product on a database.
    pub fn new(db: Db, clock: Clock, profile: Profile) -> Self {
        Self(Arc::new(Inner {
            db,
            clock,
            profile,
            next_day: AtomicI64::new(0),
            settling: Mutex::new(()),
            running: Arc::default(),
            wake: Notify::new(),
            sealing: OnceLock::new(),
            files: OnceLock::new(),
            vendor_key: OnceLock::new(),
            trusted: OnceLock::new(),
            used: Used::default(),
        }))
    }

    pub(crate) fn db(&self) -> &Db {
        &self.0.db
    }

    /// What time it is here.
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// What pages and mails say about the installation.
    pub fn profile(&self) -> &Profile {
        &self.0.profile
    }

    /// Says which proxies are believed about the addresses of clients; once, before requests come.
    pub fn trust(&self, proxies: Vec<Network>) {
        let _ = self.0.trusted.set(proxies);
    }

    /// The proxies that are believed.
    pub(crate) fn trusted(&self) -> &[Network] {
        self.0.trusted.get().map(Vec::as_slice).unwrap_or_default()
    }

    /// Sessions and tokens that were used, to be written down later.
    pub(crate) fn used(&self) -> &Used {
        &self.0.used
    }

    /// Hands change before anything else is served on a new day: once a day and process, not by a timer that may be late.
    pub(crate) async fn settle_days(&self) -> Result<(), AppError> {
        if self.clock().now() < self.0.next_day.load(Ordering::Acquire) {
            return Ok(());
        }
        let _one = self.0.settling.lock().await;
        if self.clock().now() < self.0.next_day.load(Ordering::Acquire) {
            return Ok(());
        }
        let today = self.clock().moment().today;
        self.run_now(Actor::system(), ChangeHands, Terms::default()).await?;
        self.run_now(Actor::system(), PlanMonth, Terms::default()).await?;
        self.0.next_day.store(start_of(today.plus(1), self.clock().zone()), Ordering::Release);
        Ok(())
    }

    /// Gives the process the key that opens what is kept sealed. Once: a second key is ignored.
    pub fn seal_with(&self, key: SealingKey) {
        let _ = self.0.sealing.set(key);
    }

    /// The key, where there is one.
    pub fn sealing_key(&self) -> Option<&SealingKey> {
        self.0.sealing.get()
    }

    /// Says where files are, and what they are signed with; once, before requests come.
    pub fn keep_files(&self, files: Files, key: VendorKey) {
        let _ = self.0.files.set(files);
        let _ = self.0.vendor_key.set(key);
    }

    /// Where files are.
    pub(crate) fn files(&self) -> Result<&Files, AppError> {
        self.0.files.get().ok_or(AppError::Overloaded { seconds: 60 })
    }

    /// What files are signed with.
    pub(crate) fn vendor_key(&self) -> Result<&VendorKey, AppError> {
        self.0.vendor_key.get().ok_or(AppError::Overloaded { seconds: 60 })
    }

    /// Wakes the worker: there may be a job that is due.
    pub fn wake(&self) {
        self.0.wake.notify_one();
    }

    /// Waits for [`App::wake`].
    pub(crate) async fn woken(&self) {
        self.0.wake.notified().await;
    }

    /// Held while an operation runs, so that a shutdown waits for it.
    pub(crate) fn running(&self) -> Option<OwnedRwLockReadGuard<()>> {
        self.0.running.clone().try_read_owned().ok()
    }

    /// Waits until no operation runs, then closes the database.
    pub async fn close(&self) {
        let _all = self.0.running.write().await;
        self.0.db.close().await;
    }
}
