//! The desk: looks at the clock every minute and before anything is removed, and sweeps every hour.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use payhook_domain::kind::Kind;
use payhook_domain::time::Timestamp;
use payhook_store::{Memo, SweepPlace, Unavailable};
use tokio::sync::{Mutex, watch};

use super::guard::Guard;
use super::note;
use super::sweep;
use crate::alerts::{Alert, DAY, stretch};
use crate::gateway::Gateway;

/// How often it looks at the clock, and how many looks there are to a sweep.
const LOOK_EVERY: Duration = Duration::from_secs(60);
const TURNS_PER_SWEEP: u64 = 60;

/// Steps between two looks at whether the gateway stops.
const STEPS: usize = 16;

/// Under which name the guard is kept.
const MEMO: &str = "retention/clock";

/// Whether retention waits for a person, and whose turn it is to say so.
#[derive(Default)]
pub(crate) struct Retention {
    waits: AtomicBool,
    /// Held while the guard is read and written; whether this process has looked before.
    looked: Mutex<bool>,
}

/// Nothing is removed: the clock may be wrong.
#[derive(Debug, thiserror::Error)]
#[error(
    "the clock is more than a day beyond what was last received, so nothing is removed; if the time is right, say \
     `payhook prune --yes`"
)]
pub(crate) struct Waits;

impl Retention {
    /// Whether it waits for a person.
    pub(crate) fn waits(&self) -> bool {
        self.waits.load(Ordering::Relaxed)
    }
}

/// The first look, before anything is received by a clock that may be wrong.
pub(crate) async fn begin(gateway: &Gateway) {
    note::tell(gateway).await;
    if let Err(error) = may_remove(gateway).await {
        tracing::debug!(%error, "retention cannot look at the clock yet");
    }
}

/// Sweeps now and then until `stop`. A sweep that is broken off anywhere is begun anew by the next.
pub(crate) async fn run(gateway: Arc<Gateway>, mut stop: watch::Receiver<bool>) {
    let mut turns = 0;
    loop {
        tokio::select! {
            () = turn(&gateway, turns) => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
        turns += 1;
        tokio::select! {
            () = gateway.sleeper.sleep(LOOK_EVERY) => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
    }
}

async fn turn(gateway: &Gateway, turns: u64) {
    let done = match may_remove(gateway).await {
        Ok(true) if turns.is_multiple_of(TURNS_PER_SWEEP) => sweep_once(gateway).await,
        other => other.map(drop),
    };
    if let Err(error) = done {
        tracing::debug!(%error, "retention could not go on; it does with the next look");
    }
}

async fn sweep_once(gateway: &Gateway) -> Result<(), Unavailable> {
    let mut place = Some(SweepPlace::default());
    while let Some(at) = place {
        // The clock may have jumped since the sweep began.
        if !may_remove(gateway).await? {
            return Ok(());
        }
        place = sweep::remove(gateway, at, STEPS).await?.next;
    }
    Ok(())
}

/// Looks at the clock: whether it can be believed, and so what it makes old may go.
pub(crate) async fn may_remove(gateway: &Gateway) -> Result<bool, Unavailable> {
    let mut looked = gateway.retention.looked.lock().await;
    let known = known(gateway).await?;
    let now = gateway.clock.now();
    let seen = known.look(now, gateway.reader.last_receipt().await?, *looked);
    keep(gateway, seen).await?;
    *looked = true;
    if seen.waits && !gateway.retention.waits.swap(seen.waits, Ordering::Relaxed) {
        gateway.alert(Alert::new(Kind::AlertClock, stretch(now, DAY).to_string(), Waits.to_string()));
    }
    Ok(!seen.waits)
}

/// A person says that the clock is right.
pub(crate) async fn confirm(gateway: &Gateway) -> Result<(), Unavailable> {
    let _looked = gateway.retention.looked.lock().await;
    let now: Timestamp = gateway.clock.now();
    keep(gateway, Guard::believed(now)).await?;
    gateway.retention.waits.store(false, Ordering::Relaxed);
    Ok(())
}

async fn known(gateway: &Gateway) -> Result<Guard, Unavailable> {
    let kept = gateway.reader.kept(MEMO.to_owned()).await?;
    let value = kept.into_iter().find(|memo| memo.name == MEMO).and_then(|memo| memo.value);
    // One that cannot be read was written by nobody of ours; without it the receipts alone tell.
    Ok(value.and_then(|value| serde_json::from_slice(&value).ok()).unwrap_or_default())
}

async fn keep(gateway: &Gateway, guard: Guard) -> Result<(), Unavailable> {
    let value = serde_json::to_vec(&guard).expect("invariant: a number and a flag");
    gateway.store.keep(Memo { name: MEMO.to_owned(), value: Some(value) }).await
}
