//! What follows when a breaker turns: it is kept, told, and the desk looks again. Or when it is about to: it is kept.

use payhook_domain::kind::Kind;
use payhook_domain::time::Timestamp;

use super::breaker::Turn;
use super::gate::Gate;
use crate::alerts::Alert;
use crate::gateway::Gateway;

/// Carries out what a turn calls for. A turn that cannot be kept is not kept: the store cannot be written then, and no
/// try begins before it can.
pub(crate) async fn follow(gateway: &Gateway, gate: &Gate, destination: &str, turn: Turn) {
    let kept = gate.keep_breaker(|memo| gateway.store.keep(memo));
    match turn {
        Turn::Opened { failures, until } => raise(gateway, destination, failures, until),
        Turn::Longer { until } => {
            tracing::debug!(destination, until = %until, "a probe failed; the destination rests on")
        }
        Turn::Closed => tracing::info!(destination, "the destination is back: deliveries go on"),
    }
    gateway.bells.ring();
    if let Err(error) = kept.await {
        tracing::debug!(destination, %error, "the breaker's state was not kept");
    }
}

/// Keeps what the breaker has seen, though it did not turn.
pub(super) async fn keep(gateway: &Gateway, gate: &Gate, destination: &str) {
    if let Err(error) = gate.keep_breaker(|memo| gateway.store.keep(memo)).await {
        tracing::debug!(destination, %error, "failures in a row were not kept");
    }
}

/// Raises the alert, once per opening.
fn raise(gateway: &Gateway, destination: &str, failures: u32, until: Timestamp) {
    let message = format!(
        "the destination failed {failures} times in a row and rests until {until}; deliveries wait, none is lost, and \
         one probe at a time is sent. See what it says with payhook destinations test {destination}; payhook \
         destinations resume {destination} probes at once"
    );
    let about = format!("{destination}/{until}");
    gateway.alert(Alert {
        destination: Some(destination.to_owned()),
        ..Alert::new(Kind::AlertBreakerOpen, about, message)
    });
}
