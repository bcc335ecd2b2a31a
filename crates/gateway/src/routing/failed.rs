//! A condition that failed on an event: it counts as fitting, so that nothing is lost by it, and somebody is told.

use std::sync::atomic::{AtomicI64, Ordering};

use payhook_domain::id::EventId;

use crate::gateway::Gateway;
use crate::plan::Plan;

/// A condition that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WhenFailed {
    /// The position of its route.
    pub(crate) route: usize,
    /// The event it failed on.
    pub(crate) event: EventId,
    /// Why, without any value of the event.
    pub(crate) why: String,
}

/// Between two log lines about one route, in microseconds: a minute.
const QUIET_MICROS: i64 = 60_000_000;

/// When a route's failures were last told of.
#[derive(Debug)]
pub(crate) struct LastTold(AtomicI64);

impl Default for LastTold {
    fn default() -> Self {
        Self(AtomicI64::new(i64::MIN))
    }
}

impl LastTold {
    /// Whether it is time to tell again; a clock that was set back tells.
    fn is_due(&self, now: i64) -> bool {
        let last = self.0.load(Ordering::Relaxed);
        let quiet = last <= now && now.saturating_sub(last) < QUIET_MICROS;
        !quiet && self.0.compare_exchange(last, now, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }
}

/// Counts every failure, and tells of each route once a minute.
pub(crate) fn tell(gateway: &Gateway, plan: &Plan, failed: &[WhenFailed]) {
    for WhenFailed { route, event, why } in failed {
        let Some(route) = plan.routes.get(*route) else { continue };
        gateway.metrics.route_when_failed(&route.name);
        if route.last_told.is_due(gateway.clock.now().as_micros()) {
            tracing::warn!(
                route = route.name, %event, why,
                "a route's `when` failed on an event, so it counts as true and the event is delivered; \
                 ask for the field with has(...) first. payhook routes test {event} shows it"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_is_told_of_once_a_minute() {
        let last = LastTold::default();
        let told = [0, 1, 59_999_999, 60_000_000, 60_000_001, 5].map(|now| last.is_due(now));
        assert_eq!(told, [true, false, false, true, false, true]);
    }
}
