//! The steps of a sweep, and what they are counted as.

use std::time::Duration;

use payhook_domain::fault::{self, Point};
use payhook_domain::time::Timestamp;
use payhook_store::{Cutoffs, Pruned, SweepPlace, Unavailable};

use super::note;
use crate::config::{Age, Retention};
use crate::gateway::Gateway;

/// How long it rests between two steps. A step takes the writer about a millisecond, so this leaves it nineteen
/// twentieths of its time, and passes 2,500 notifications a second.
const REST: Duration = Duration::from_millis(25);

/// What is older than the configuration says.
pub(crate) fn cutoffs(kept: &Retention, now: Timestamp) -> Cutoffs {
    let before = |age| match age {
        Age::Until(age) => Some(now.minus(age)),
        Age::Never => None,
    };
    Cutoffs {
        now,
        bodies: before(kept.bodies),
        attempts: before(kept.attempts),
        events: before(kept.events),
        payments: before(kept.payments),
    }
}

/// Takes up to `steps` steps from `place` on; what they removed, and where to go on.
pub(crate) async fn remove(gateway: &Gateway, place: SweepPlace, steps: usize) -> Result<Pruned, Unavailable> {
    let cut = cutoffs(&gateway.plan.load().retention, gateway.clock.now());
    let mut pruned = Pruned { next: Some(place), ..Pruned::default() };
    if place == SweepPlace::default() {
        note::begun(gateway).await?;
    }
    for _ in 0..steps {
        let Some(place) = pruned.next else { break };
        let step = gateway.store.prune(cut, place).await?;
        fault::pass(Point::RetentionCommitted);
        gateway.metrics.pruned(&step);
        pruned.then(step);
        gateway.sleeper.sleep(REST).await;
    }
    if pruned.next.is_none() {
        note::over(gateway).await?;
    }
    Ok(pruned)
}

/// The same, without removing anything.
pub(crate) async fn look(gateway: &Gateway, place: SweepPlace, steps: usize) -> Result<Pruned, Unavailable> {
    let cut = cutoffs(&gateway.plan.load().retention, gateway.clock.now());
    let mut pruned = Pruned { next: Some(place), ..Pruned::default() };
    for _ in 0..steps {
        let Some(place) = pruned.next else { break };
        pruned.then(gateway.reader.prunable(cut, place).await?);
    }
    Ok(pruned)
}
