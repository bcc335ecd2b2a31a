//! Pausing a destination and letting it go on, by a person's word. Kept first, so that what was said holds after a
//! restart.

use payhook_store::Unavailable;

use super::gate::Gate;
use crate::gateway::Gateway;

/// No try begins until it is resumed; those at the destination end as they will. Whether it was running.
pub(crate) async fn pause(gateway: &Gateway, gate: &Gate) -> Result<bool, Unavailable> {
    let now = gateway.clock.now();
    if gate.standing().paused_since.is_some() {
        return Ok(false);
    }
    gateway.store.keep(gate.pause_memo(Some(now))).await?;
    Ok(gate.set_paused(Some(now)))
}

/// Ends a pause, and the rest of an open breaker: the next try is made at once. Whether there was either.
pub(crate) async fn resume(gateway: &Gateway, gate: &Gate) -> Result<bool, Unavailable> {
    gateway.store.keep(gate.pause_memo(None)).await?;
    let was_paused = gate.set_paused(None);
    let rested = gate.wake(gateway.clock.now());
    gateway.bells.ring();
    Ok(was_paused || rested)
}
