//! One try, from the leased row to the destination's word.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use payhook_destination::{Parcel, Report};
use payhook_domain::delivery::{Attempt, Outcome, Timings};
use payhook_domain::id::{DeliveryId, EventId};
use payhook_domain::kind::Kind;
use payhook_domain::retry::Schedule;
use payhook_domain::time::Timestamp;
use payhook_store::{Leased, Next, Settlement};
use tokio::sync::Semaphore;
use tracing::Level;

use super::gate::{Ended, Gate, Pass};
use super::tries::{self, Tried};
use super::{parcel, settle, turn};
use crate::alerts::{Alert, HOUR, stretch};
use crate::config::OnDead;
use crate::gateway::Gateway;
use crate::plan::Target;
use crate::telemetry::metrics::Try;

/// What every try at one destination is made with.
pub(crate) struct Counter {
    pub(crate) gateway: Arc<Gateway>,
    pub(crate) target: Arc<Target>,
    pub(crate) gate: Arc<Gate>,
    /// As many as may be at the destination at once; closed when the desk hands over.
    pub(crate) hands: Semaphore,
}

/// Makes the try, no earlier than `begins_at`, and settles it; returns when it is to be tried again, or now when another
/// of its payment became due.
///
/// A fault of ours on the way ends this try, not the delivery: its lease ends, and it is pending as before. So it is
/// when the gate was shut, the store could not be written, or the desk was told to hand over, after the delivery was taken
/// in hand.
pub(crate) async fn make(counter: Arc<Counter>, leased: Leased, begins_at: Timestamp) -> Option<Timestamp> {
    let Counter { gateway, target, gate, hands } = &*counter;
    let hand = hands.acquire().await;
    let early = begins_at.since(gateway.clock.now());
    if !early.is_zero() {
        gateway.sleeper.sleep(early).await;
    }
    let delivery = leased.id;
    // What comes of a try could not be written while the store fails, and it would be made again: none begins.
    let may_begin = !hands.is_closed() && gateway.store.health().failing.is_none();
    let Some(pass) = may_begin.then(|| gate.enter(gateway.clock.now())).flatten() else {
        gateway.store.unlease(delivery);
        return None;
    };
    let tried = AssertUnwindSafe(try_once(&counter, pass, leased)).catch_unwind().await;
    drop(hand);
    let Ok((settlement, ended)) = tried else {
        tracing::error!(destination = target.settings.name, %delivery, "a try ended in a fault of ours");
        gateway.store.unlease(delivery);
        return None;
    };
    let next = settlement.next;
    let followed = settle::until_written(gateway, settlement).await;
    match ended.turn {
        Some(turn) => turn::follow(gateway, gate, &target.settings.name, turn).await,
        None if ended.streak_is_news => turn::keep(gateway, gate, &target.settings.name).await,
        None => {}
    }
    match next {
        Next::Retry(at) => Some(at),
        Next::Delivered | Next::Rejected | Next::Exhausted => followed.then(|| gateway.clock.now()),
    }
}

/// One try at the destination, what is to be written of it, and what it changed at the gate.
async fn try_once(counter: &Counter, pass: Pass, leased: Leased) -> (Settlement, Ended) {
    let Counter { gateway, target, gate, .. } = counter;
    let started_at = gateway.clock.now();
    let parcel = parcel::wrap(gateway, target.settings.format, &leased, started_at);
    let tried = Tried::of(&leased);
    drop(leased);
    let report = deliver(target, &parcel).await;
    let finished_at = gateway.clock.now();
    let ended = pass.end(&report.outcome, started_at, finished_at);
    let next = match (&report.outcome, ended.down_until) {
        (Outcome::Delivered, _) => Next::Delivered,
        (Outcome::Rejected, _) => Next::Rejected,
        (Outcome::Failed { retry_after }, Some(until)) => Next::Retry(after_outage(until, finished_at, *retry_after)),
        (Outcome::Failed { retry_after }, None) => {
            let number = tries::counted(gateway, gate, &tried).await;
            let wait = target.settings.retry.after(number, jitter_seed(tried.delivery), *retry_after);
            wait.map_or(Next::Exhausted, |wait| Next::Retry(finished_at.plus(wait)))
        }
    };
    let attempt = Attempt {
        number: tried.number,
        started_at,
        took: finished_at.since(started_at),
        outcome: report.outcome,
        status: report.status,
        error: report.error,
        excerpt: report.excerpt,
        timings: report.timings,
    };
    tell(gateway, target, &parcel, &attempt, next, finished_at);
    if matches!(next, Next::Rejected | Next::Exhausted) {
        gateway.alert(dead_letter(target, parcel.event, tried.delivery, finished_at));
    }
    let stops_on_dead = target.settings.on_dead == OnDead::Stop;
    (Settlement { delivery: tried.delivery, attempt, next, stops_on_dead }, ended)
}

/// Told once an hour for each destination: a dead endpoint may end thousands.
fn dead_letter(target: &Target, event: EventId, delivery: DeliveryId, now: Timestamp) -> Alert {
    let name = &target.settings.name;
    let about = format!("{name}/{}", stretch(now, HOUR));
    let message = format!(
        "a delivery ended without being taken: payhook deliveries show {delivery} says why; payhook deliveries list \
         --state dead --destination {name} lists them all, and retry makes them again"
    );
    Alert { destination: Some(name.clone()), event: Some(event), ..Alert::new(Kind::AlertDeadLetters, about, message) }
}

/// When a delivery that failed while its destination is down is due again: when the rest is over, whatever its own
/// schedule says, so that it does not wait long after the destination is back; later when it was asked to be.
fn after_outage(until: Timestamp, now: Timestamp, asked: Option<Duration>) -> Timestamp {
    until.max(now.plus(asked.unwrap_or_default().min(Schedule::DELAY_MAX)))
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
    let level = if outcome == "delivered" { Level::INFO } else { Level::WARN };
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
