//! The steps of a sweep, and what they are counted as.

use std::time::Duration;

use payhook_domain::fault::{self, Point};
use payhook_store::{Pruned, SweepPlace, Unavailable};

use super::cutoffs::cutoffs;
use super::note;
use crate::gateway::Gateway;

/// How long it rests between two steps. A step takes the writer about a millisecond, so this leaves it nineteen
/// twentieths of its time, and passes 2,500 notifications a second.
const REST: Duration = Duration::from_millis(25);

/// Takes up to `steps` steps from `place` on; what they removed, and where to go on.
pub(crate) async fn remove(gateway: &Gateway, place: SweepPlace, steps: usize) -> Result<Pruned, Unavailable> {
    let cut = cutoffs(gateway);
    let mut pruned = Pruned { next: Some(place), ..Pruned::default() };
    if place == SweepPlace::default() {
        note::begun(gateway).await?;
    }
    for _ in 0..steps {
        let Some(place) = pruned.next else { break };
        let step = gateway.store.prune(cut.clone(), place).await?;
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
    let cut = cutoffs(gateway);
    let mut pruned = Pruned { next: Some(place), ..Pruned::default() };
    for _ in 0..steps {
        let Some(place) = pruned.next else { break };
        pruned.then(gateway.reader.prunable(cut.clone(), place).await?);
    }
    Ok(pruned)
}
