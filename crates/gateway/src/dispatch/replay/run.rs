//! Does one replay: batch by batch, at its rate, until it is over, cancelled, or the gateway stops.

use std::sync::Arc;
use std::time::Duration;

use payhook_domain::id::EventSeq;
use payhook_store::{Again, Unavailable};
use tokio::sync::watch;

use super::asked::Meant;
use super::job::{Job, Stage};
use super::{aim, walk};
use crate::gateway::Gateway;
use crate::plan::Plan;

/// Most events made again in one transaction.
const BATCH_MAX: u32 = 100;

/// Batches a second, as long as they are not larger than that: progress moves, and a cancel is heard soon.
const BATCHES_PER_SECOND: u32 = 4;

/// How long it waits after the store could not answer.
const STORE_PAUSE: Duration = Duration::from_secs(1);

/// How often a place is kept where nothing fits.
const KEPT_EVERY: Duration = Duration::from_secs(1);

/// Runs the job to its end. What is not over when the gateway stops is gone on with at the next start.
pub(super) async fn to_its_end(gateway: Arc<Gateway>, mut job: Job, mut cancel: watch::Receiver<bool>) {
    let mut stopping = gateway.stopping.subscribe();
    let mut kept_at = gateway.clock.now();
    while job.is_running() && !*stopping.borrow_and_update() {
        let cancelled = *cancel.borrow_and_update();
        let began = gateway.clock.now();
        let pause = match step(&gateway, &job, cancelled).await {
            Ok(step) => {
                let now = gateway.clock.now();
                let is_worth = !step.batch.is_empty() || !step.job.is_running() || now.since(kept_at) >= KEPT_EVERY;
                match write(&gateway, &step, is_worth).await {
                    Ok(share) => {
                        kept_at = if is_worth { now } else { kept_at };
                        job = step.job;
                        // The work is part of the time its deliveries have at this rate.
                        share.saturating_sub(gateway.clock.now().since(began))
                    }
                    Err(Unavailable::Closed) => return,
                    Err(_) => STORE_PAUSE,
                }
            }
            Err(Unavailable::Closed) => return,
            Err(_) => STORE_PAUSE,
        };
        if !pause.is_zero() {
            tokio::select! {
                () = gateway.sleeper.sleep(pause) => {}
                _ = stopping.changed() => {}
                _ = cancel.changed() => {}
            }
        }
    }
    if !job.is_running() {
        tracing::info!(replay = %job.id, state = job.stage.as_str(), events = job.events, deliveries = job.deliveries, "replay over");
    }
}

/// What is to be written next: the deliveries, and the job as it stands then.
struct Step {
    batch: Vec<Again>,
    job: Job,
    /// The plan it was made by: kept until it is written, since a destination that leaves waits for whoever may owe it
    /// something still.
    _plan: Arc<Plan>,
}

/// Looks for the next batch. The job is left as it is: what could not be written is looked for again.
async fn step(gateway: &Gateway, job: &Job, cancelled: bool) -> Result<Step, Unavailable> {
    let plan = gateway.plan.load_full();
    let mut job = job.clone();
    let now = gateway.clock.now();
    if cancelled {
        job.end(Stage::Cancelled, now);
        return Ok(Step { batch: Vec::new(), job, _plan: plan });
    }
    let meant: Meant = match job.asked.meant(gateway, &plan) {
        Ok(meant) => meant,
        Err(mistake) => {
            job.end(Stage::Failed(mistake.to_string()), now);
            return Ok(Step { batch: Vec::new(), job, _plan: plan });
        }
    };
    let limit = (job.asked.rate() / BATCHES_PER_SECOND).clamp(1, BATCH_MAX);
    let found = walk::on(gateway.reader.as_ref(), &job, &meant, limit as usize).await?;
    let mut batch: Vec<Again> = Vec::new();
    for row in &found.rows {
        let aimed = aim::at(gateway, &plan, &meant, row, &mut job).await?;
        job.events += u64::from(!aimed.is_empty());
        for one in aimed {
            job.deliveries += 1;
            add(&mut batch, one.event, one.wanted);
        }
    }
    job.at = found.at;
    if found.over {
        job.end(Stage::Done, now);
    }
    Ok(Step { batch, job, _plan: plan })
}

fn add(batch: &mut Vec<Again>, event: EventSeq, wanted: payhook_store::Wanted) {
    match batch.last_mut().filter(|again| again.event == event) {
        Some(again) => again.wanted.push(wanted),
        None => batch.push(Again { event, wanted: vec![wanted] }),
    }
}

/// Writes it, and says how long its deliveries have at the replay's rate.
async fn write(gateway: &Gateway, step: &Step, is_worth: bool) -> Result<Duration, Unavailable> {
    if !is_worth {
        return Ok(Duration::ZERO);
    }
    let made: usize = step.batch.iter().map(|again| again.wanted.len()).sum();
    gateway.store.replay(step.batch.clone(), Some(step.job.memo()), gateway.clock.now()).await?;
    if made > 0 {
        gateway.bells.ring();
    }
    let made = u32::try_from(made).unwrap_or(u32::MAX);
    Ok((Duration::from_secs(1) / step.job.asked.rate()).saturating_mul(made))
}
