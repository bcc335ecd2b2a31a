//! Begins backups, shows and stops them.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use payhook_domain::fault::{self, Point};
use payhook_store::{BackupOrder, BackupProgress};
use tokio::sync::watch;

use super::job::{BackupId, Job, Stage};
use super::make::{Made, NotMade, make};
use super::note;
use crate::gateway::Gateway;

/// Backups that are over and still shown.
const SHOWN_MAX: usize = 50;
/// How often it is asked whether the store can be written.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// How long the end of the gateway waits for one to end. It ends behind its present step; one that is already being
/// verified reads no more of the store, and its unfinished file is removed by the next.
const STOP_MAX: Duration = Duration::from_secs(2);

/// What is asked for.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) to: PathBuf,
    pub(crate) replace: bool,
    pub(crate) with_key: bool,
}

/// Why one was not begun.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotBegun {
    #[error("{} is not a full path; the gateway would write it into its own folder", .0.display())]
    Relative(PathBuf),
    #[error("{0} is under way, and no more than one at once; wait for it, or cancel it")]
    UnderWay(BackupId),
    #[error("no thread can be started for it: {0}")]
    NoThread(std::io::Error),
}

/// The backups of this process, the newest last.
pub(crate) struct Backups {
    database: PathBuf,
    reserve_bytes: u64,
    jobs: Mutex<Jobs>,
    /// Changes whenever one is over.
    over: watch::Sender<u64>,
}

#[derive(Default)]
struct Jobs {
    begun: u64,
    known: VecDeque<Job>,
}

impl Backups {
    pub(crate) fn new(database: PathBuf, reserve_bytes: u64) -> Self {
        Self { database, reserve_bytes, jobs: Mutex::default(), over: watch::Sender::new(0) }
    }

    /// The store's file.
    pub(super) fn database(&self) -> &Path {
        &self.database
    }

    fn jobs(&self) -> MutexGuard<'_, Jobs> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Begins one, on a thread of its own.
pub(crate) fn begin(gateway: &Arc<Gateway>, asked: Asked) -> Result<Job, NotBegun> {
    if !asked.to.is_absolute() {
        return Err(NotBegun::Relative(asked.to));
    }
    let mut jobs = gateway.backups.jobs();
    if let Some(running) = jobs.known.iter().find(|job| job.is_running()) {
        return Err(NotBegun::UnderWay(running.id));
    }
    let job = Job {
        id: BackupId(jobs.begun + 1),
        to: asked.to.clone(),
        stage: Stage::Running,
        begun_at: gateway.clock.now(),
        ended_at: None,
        progress: Arc::default(),
    };
    let (at_work, id, progress) = (Arc::clone(gateway), job.id, Arc::clone(&job.progress));
    let thread = std::thread::Builder::new().name("backup".to_owned());
    thread.spawn(move || end(&at_work, id, copy(&at_work, &asked, &progress))).map_err(NotBegun::NoThread)?;
    tokio::spawn(give_way(Arc::clone(gateway), id));
    jobs.begun += 1;
    jobs.known.push_back(job.clone());
    let surplus = jobs.known.len().saturating_sub(SHOWN_MAX);
    jobs.known.drain(..surplus);
    Ok(job)
}

/// Every one that is known, the oldest first.
pub(crate) fn list(gateway: &Gateway) -> Vec<Job> {
    gateway.backups.jobs().known.iter().cloned().collect()
}

/// One of them.
pub(crate) fn find(gateway: &Gateway, id: BackupId) -> Option<Job> {
    gateway.backups.jobs().known.iter().find(|job| job.id == id).cloned()
}

/// Tells one to stop; whether it was under way.
pub(crate) fn cancel(gateway: &Gateway, id: BackupId) -> bool {
    let job = find(gateway, id).filter(Job::is_running);
    job.inspect(|job| job.progress.cancel()).is_some()
}

/// How it stands when it is over.
pub(super) async fn wait(gateway: &Gateway, id: BackupId) -> Option<Job> {
    let mut over = gateway.backups.over.subscribe();
    loop {
        over.borrow_and_update();
        let job = find(gateway, id)?;
        if !job.is_running() || over.changed().await.is_err() {
            return Some(job);
        }
    }
}

/// Ends the one under way, so that the store can be closed with its log emptied.
pub(crate) async fn stop(gateway: &Gateway) {
    let running = list(gateway).into_iter().find(Job::is_running);
    let Some(job) = running else { return };
    job.progress.cancel();
    tokio::select! {
        _ = wait(gateway, job.id) => {}
        () = gateway.sleeper.sleep(STOP_MAX) => {}
    }
}

/// Stops it when the store cannot be written: before it can be again, the log must be emptied, and the copy keeps it from that.
async fn give_way(gateway: Arc<Gateway>, id: BackupId) {
    while let Some(job) = find(&gateway, id).filter(Job::is_running) {
        if gateway.store.health().failing.is_some() {
            job.progress.cancel();
        }
        tokio::select! {
            _ = wait(&gateway, id) => return,
            () = gateway.sleeper.sleep(LOOK_EVERY) => {}
        }
    }
}

fn copy(gateway: &Gateway, asked: &Asked, progress: &BackupProgress) -> Result<Made, NotMade> {
    let Asked { to, replace, with_key } = asked;
    let order =
        BackupOrder { to: to.clone(), replace: *replace, rests: true, reserve_bytes: gateway.backups.reserve_bytes };
    // A panic is a bug; it must not leave a backup under way for ever, behind which no other begins.
    let made = || make(&gateway.backups.database, &order, *with_key, progress);
    note::begun(&gateway.backups.database, asked);
    let made = std::panic::catch_unwind(std::panic::AssertUnwindSafe(made)).unwrap_or(Err(NotMade::Panicked));
    fault::pass(Point::BackupFinished);
    note::over(&gateway.backups.database);
    made
}

fn end(gateway: &Gateway, id: BackupId, made: Result<Made, NotMade>) {
    let stage = match made {
        Ok(made) => {
            let took_ms = u64::try_from(made.backup.took.as_millis()).unwrap_or(u64::MAX);
            let (file, bytes) = (made.backup.path.display(), made.backup.bytes);
            tracing::info!(%id, %file, bytes, events = made.backup.events, took_ms, "backup");
            gateway.metrics.backed_up(gateway.clock.now().as_seconds());
            Stage::Done(made)
        }
        Err(error) => {
            tracing::warn!(%id, %error, "no backup was made");
            Stage::Failed(error.to_string())
        }
    };
    if let Some(job) = gateway.backups.jobs().known.iter_mut().find(|job| job.id == id) {
        job.ended_at = Some(gateway.clock.now());
        job.stage = stage;
    }
    gateway.backups.over.send_modify(|over| *over += 1);
}
