//! Which tries count towards a delivery's end: those made while its destination was up.
//!
//! An outage says nothing about the delivery, and must not bring it to its end: neither the tries that opened the
//! breaker nor its probes count, then and afterwards. The log of attempts has them all.

use payhook_domain::delivery::Attempt;
use payhook_store::Leased;

use super::gate::Gate;
use crate::gateway::Gateway;

/// The number of this try among those that count. Asks the log only when there was an outage since the delivery was
/// made; when it cannot be read, every try counts.
pub(crate) async fn counted(gateway: &Gateway, gate: &Gate, tried: &Tried) -> u32 {
    if tried.number == 1 || !gate.was_down_since(tried.created_at) {
        return tried.number;
    }
    match gateway.reader.delivery(tried.delivery).await {
        Ok(Some((_, earlier))) => among(&earlier, gate).saturating_add(1).min(tried.number),
        Ok(None) | Err(_) => tried.number,
    }
}

/// What is asked about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tried {
    pub(crate) delivery: payhook_domain::id::DeliveryId,
    pub(crate) number: u32,
    pub(crate) created_at: payhook_domain::time::Timestamp,
}

impl Tried {
    pub(crate) fn of(leased: &Leased) -> Self {
        Self { delivery: leased.id, number: leased.attempt, created_at: leased.created_at }
    }
}

fn among(earlier: &[Attempt], gate: &Gate) -> u32 {
    let counting = earlier.iter().filter(|attempt| !gate.was_down(attempt.started_at)).count();
    u32::try_from(counting).unwrap_or(u32::MAX)
}
