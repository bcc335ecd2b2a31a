//! Begins replays, goes on with them after a restart, shows and cancels them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use payhook_store::{Memo, Unavailable};
use tokio::sync::watch;

use super::asked::{Asked, Mistake};
use super::job::{self, Job, ReplayId, Stage};
use super::run;
use super::walk::{self, NotFound};
use crate::gateway::Gateway;
use crate::plan::Plan;

/// Most replays at once: each keeps the store's readers busy.
const RUNNING_MAX: usize = 8;

/// Replays that are over and still shown.
const OVER_MAX: usize = 50;

/// Those under way in this process, and how each is told to stop.
#[derive(Default)]
pub(crate) struct Replays {
    running: Mutex<BTreeMap<ReplayId, watch::Sender<bool>>>,
    /// Held while one is begun, so that no two get the same number.
    beginning: tokio::sync::Mutex<()>,
}

/// Why a replay was not begun.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotBegun {
    #[error(transparent)]
    Mistake(#[from] Mistake),
    #[error("{RUNNING_MAX} replays are under way, and no more at once; wait for one, or cancel one")]
    TooMany,
    #[error(transparent)]
    Store(#[from] Unavailable),
}

impl From<NotFound> for NotBegun {
    fn from(error: NotFound) -> Self {
        match error {
            NotFound::Mistake(mistake) => Self::Mistake(mistake),
            NotFound::Store(unavailable) => Self::Store(unavailable),
        }
    }
}

/// Begins one. When it returns, it is kept, and goes on whatever happens to this process.
pub(crate) async fn begin(gateway: &Arc<Gateway>, asked: Asked) -> Result<Job, NotBegun> {
    let _beginning = gateway.replays.beginning.lock().await;
    if gateway.replays.running().len() >= RUNNING_MAX {
        return Err(NotBegun::TooMany);
    }
    let plan = gateway.plan.load_full();
    let mut job = draft(gateway, &plan, asked).await?;
    let known = all(gateway).await?;
    job.id = ReplayId(known.last().map_or(0, |last| last.id.0) + 1);
    gateway.store.keep(job.memo()).await?;
    let over: Vec<ReplayId> = known.iter().filter(|job| !job.is_running()).map(|job| job.id).collect();
    for id in &over[..over.len().saturating_sub(OVER_MAX - 1)] {
        gateway.store.keep(Memo { name: job::name(*id), value: None }).await?;
    }
    set_off(gateway, job.clone());
    Ok(job)
}

/// The job that would do what is asked, without a number.
pub(super) async fn draft(gateway: &Gateway, plan: &Plan, mut asked: Asked) -> Result<Job, NotFound> {
    asked.meant(gateway, plan)?;
    let listed = walk::listed(gateway.reader.as_ref(), &asked).await?;
    // The list stands for them; they need not be kept twice.
    asked.events.clear();
    let (first, last) = match &listed {
        Some(seqs) => (seqs.first().copied().unwrap_or(0), seqs.last().copied().unwrap_or(0)),
        None => (1, walk::newest(gateway.reader.as_ref()).await?),
    };
    Ok(Job {
        id: ReplayId(0),
        asked,
        stage: Stage::Running,
        begun_at: gateway.clock.now().as_micros(),
        ended_at: None,
        listed,
        first,
        last,
        at: (first - 1).max(0),
        events: 0,
        deliveries: 0,
        withheld: 0,
        wholes: Vec::new(),
    })
}

/// Goes on with what the last process left unfinished.
pub(crate) async fn resume(gateway: &Arc<Gateway>) -> Result<(), Unavailable> {
    for job in all(gateway).await?.into_iter().filter(Job::is_running) {
        tracing::info!(replay = %job.id, at = job.at, last = job.last, "replay goes on");
        set_off(gateway, job);
    }
    Ok(())
}

/// Every replay that is known, oldest first.
pub(crate) async fn list(gateway: &Gateway) -> Result<Vec<Job>, Unavailable> {
    all(gateway).await
}

/// One of them.
pub(crate) async fn find(gateway: &Gateway, id: ReplayId) -> Result<Option<Job>, Unavailable> {
    Ok(all(gateway).await?.into_iter().find(|job| job.id == id))
}

/// Tells one to stop behind its present batch; whether it was under way.
pub(crate) fn cancel(gateway: &Gateway, id: ReplayId) -> bool {
    gateway.replays.running().get(&id).is_some_and(|cancel| cancel.send(true).is_ok())
}

async fn all(gateway: &Gateway) -> Result<Vec<Job>, Unavailable> {
    let kept = gateway.reader.kept(job::PREFIX.to_owned()).await?;
    let mut jobs: Vec<Job> = kept.iter().filter_map(Job::read).collect();
    jobs.sort_by_key(|job| job.id);
    Ok(jobs)
}

/// The task is not waited for at the end: it can be ended between any two batches, and goes on from there.
fn set_off(gateway: &Arc<Gateway>, job: Job) {
    let (cancel, cancelled) = watch::channel(false);
    gateway.replays.running().insert(job.id, cancel);
    let gateway = Arc::clone(gateway);
    tokio::spawn(async move {
        let id = job.id;
        run::to_its_end(Arc::clone(&gateway), job, cancelled).await;
        gateway.replays.running().remove(&id);
    });
}

impl Replays {
    fn running(&self) -> MutexGuard<'_, BTreeMap<ReplayId, watch::Sender<bool>>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
