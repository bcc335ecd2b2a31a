//! One try, from the leased row to the destination's word.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use payhook_destination::{Parcel, Report};
use payhook_domain::delivery::{Attempt, Outcome, Timings};
use payhook_domain::id::DeliveryId;
use payhook_domain::time::Timestamp;
use payhook_store::{Leased, Next, Settlement};
use tokio::sync::Semaphore;

use super::{parcel, settle};
use crate::gateway::Gateway;
use crate::plan::Target;
use crate::telemetry::metrics::Try;

/// Makes the try and settles it; returns when it is to be tried again, or now when another of its payment became due.
///
/// A fault of ours on the way ends this try, not the delivery: its lease ends, and it is pending as before.
pub(crate) async fn make(
    gateway: Arc<Gateway>,
    target: Arc<Target>,
    hands: Arc<Semaphore>,
    leased: Leased,
) -> Option<Timestamp> {
    // The semaphore is never closed; without a hand nothing would be lost, only made at once.
    let hand = hands.acquire().await.ok();
    let delivery = leased.id;
    if gateway.store.health().failing.is_some() {
        // What comes of a try could not be written now, and it would be made again: none begins.
        gateway.store.unlease(delivery);
        return None;
    }
    let tried = AssertUnwindSafe(try_once(&gateway, &target, leased)).catch_unwind().await;
    drop(hand);
    let Ok(settlement) = tried else {
        tracing::error!(destination = target.settings.name, %delivery, "a try ended in a fault of ours");
        gateway.store.unlease(delivery);
        return None;
    };
    let next = settlement.next;
    let followed = settle::until_written(&gateway, settlement).await;
    match next {
        Next::Retry(at) => Some(at),
        Next::Delivered | Next::Rejected | Next::Exhausted => followed.then(|| gateway.clock.now()),
    }
}

/// One try at the destination, and what is to be written of it.
async fn try_once(gateway: &Gateway, target: &Target, leased: Leased) -> Settlement {
    let started_at = gateway.clock.now();
    let parcel = parcel::wrap(gateway, target.settings.format, &leased, started_at);
    let (number, delivery) = (leased.attempt, leased.id);
    drop(leased);
    let report = deliver(target, &parcel).await;
    let finished_at = gateway.clock.now();
    let next = next(target, delivery, number, &report, finished_at);
    let attempt = Attempt {
        number,
        started_at,
        took: finished_at.since(started_at),
        outcome: report.outcome,
        status: report.status,
        error: report.error,
        excerpt: report.excerpt,
        timings: report.timings,
    };
    tell(gateway, target, &parcel, &attempt, next, finished_at);
    Settlement { delivery, attempt, next, stops_on_dead: false }
}

/// Asks the destination. A bug in it is a failed try, not the end of the desk.
async fn deliver(target: &Target, parcel: &Parcel) -> Report {
    let asked = AssertUnwindSafe(target.door.deliver(parcel)).catch_unwind();
    match asked.await {
        Ok(report) => report,
        Err(_) => {
            tracing::error!(destination = target.settings.name, delivery = %parcel.delivery, "the destination panicked: a fault of ours");
            Report {
                outcome: Outcome::Failed { retry_after: None },
                status: None,
                error: Some("payhook's own fault while delivering".to_owned()),
                excerpt: None,
                timings: Timings::default(),
            }
        }
    }
}

/// Where the try leaves the delivery.
fn next(target: &Target, delivery: DeliveryId, number: u32, report: &Report, now: Timestamp) -> Next {
    match report.outcome {
        Outcome::Delivered => Next::Delivered,
        Outcome::Rejected => Next::Rejected,
        Outcome::Failed { retry_after } => target
            .settings
            .retry
            .after(number, jitter_seed(delivery), retry_after)
            .map_or(Next::Exhausted, |wait| Next::Retry(now.plus(wait))),
    }
}

/// The same for every try of one delivery, different between deliveries, so that a cohort that failed together does not
/// come back together.
fn jitter_seed(delivery: DeliveryId) -> u64 {
    let event = delivery.event.0.unsigned_abs();
    event.rotate_left(20) ^ (u64::from(delivery.destination.0) << 8) ^ u64::from(delivery.generation)
}

/// One wide line and the counters.
fn tell(gateway: &Gateway, target: &Target, parcel: &Parcel, attempt: &Attempt, next: Next, now: Timestamp) {
    let outcome = attempt.outcome.as_str();
    let labels = Try { destination: target.settings.name.clone(), outcome };
    gateway.metrics.attempts.get_or_create(&labels).inc();
    gateway.metrics.attempt_seconds.observe(attempt.took.as_secs_f64());
    let level = if outcome == "delivered" { "info" } else { "warn" };
    let mut line = gateway
        .lines
        .line(level, "attempt", now)
        .text("destination", &target.settings.name)
        .plain("outcome", outcome)
        .plain("event", parcel.event)
        .plain("delivery", parcel.delivery)
        .number("attempt", attempt.number);
    if let Some(status) = attempt.status {
        line = line.number("status", status);
    }
    line = match next {
        Next::Retry(at) => line.plain("retry_at", at),
        Next::Exhausted => line.plain("final", "exhausted"),
        Next::Rejected => line.plain("final", "rejected"),
        Next::Delivered => line,
    };
    line.maybe("error", attempt.error.as_deref()).number("took_us", micros(attempt.took)).send();
}

fn micros(took: Duration) -> u64 {
    u64::try_from(took.as_micros()).unwrap_or(u64::MAX)
}
