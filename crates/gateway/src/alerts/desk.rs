//! Where alerts are raised, and where their events are written down.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use payhook_domain::notification::Notification;
use payhook_domain::payment::Names;
use payhook_store::{Disposition, RecordEvent, Recording, Unavailable};
use tokio::sync::mpsc;

use super::Alert;
use super::looks::Looks;
use super::told::Told;
use crate::gateway::Gateway;
use crate::routing;

/// Most alerts that wait to be written; the next is told by log line and metric alone.
const WAITING_MAX: usize = 256;

/// How long after the start it looks for trouble that comes by itself, and how often from then on.
const FIRST_LOOK: Duration = Duration::from_secs(1);
const LOOK_EVERY: Duration = Duration::from_secs(30);

/// How long it waits before it tries again to write one, and how often it tries.
const PAUSE: Duration = Duration::from_secs(1);
const TRIES_MAX: u32 = 60;

/// Raises alerts, from anywhere, without waiting.
pub(crate) struct Alerts {
    sender: mpsc::Sender<Alert>,
    told: Told,
}

impl Alerts {
    /// The desk, and what is raised at it.
    pub(crate) fn new() -> (Self, mpsc::Receiver<Alert>) {
        let (sender, raised) = mpsc::channel(WAITING_MAX);
        (Self { sender, told: Told::default() }, raised)
    }

    /// Lets an alert wait to be written, unless it was told already under this configuration; whether there was room.
    fn offer(&self, alert: Alert, config: [u8; 8]) -> bool {
        let id = alert.id();
        if !self.told.is_new(id, config) {
            return true;
        }
        let taken = self.sender.try_send(alert).is_ok();
        if !taken {
            self.told.forget(id);
        }
        taken
    }
}

impl Gateway {
    /// Tells a person: a log line and a count now, an event soon, once.
    pub(crate) fn alert(&self, alert: Alert) {
        self.metrics.alert(alert.word());
        tracing::warn!(
            alert = alert.word(),
            source = alert.source,
            destination = alert.destination,
            event = alert.event.map(tracing::field::display),
            "{}",
            alert.message
        );
        if !self.alerts.offer(alert, self.plan.load().digest) {
            tracing::warn!("too many alerts wait to be written as events; this one is not");
        }
    }
}

/// Writes each raised alert as an event, and looks for trouble now and then, however many are raised, until the gateway
/// ends.
pub(crate) async fn write_down(gateway: Arc<Gateway>, mut raised: mpsc::Receiver<Alert>, reserve_bytes: u64) {
    let mut looks = Looks::new(reserve_bytes);
    let mut look = pin!(gateway.sleeper.sleep(FIRST_LOOK));
    loop {
        tokio::select! {
            biased;
            () = look.as_mut() => {
                looks.look(&gateway);
                look.set(gateway.sleeper.sleep(LOOK_EVERY));
            }
            alert = raised.recv() => match alert {
                Some(alert) => write(&gateway, &alert).await,
                None => return,
            },
        }
    }
}

async fn write(gateway: &Gateway, alert: &Alert) {
    for _ in 0..TRIES_MAX {
        match gateway.store.record(recording(gateway, alert)).await {
            Ok(_) => return gateway.bells.ring(),
            Err(Unavailable::Closed) => return,
            Err(_) => gateway.sleeper.sleep(PAUSE).await,
        }
    }
    gateway.alerts.told.forget(alert.id());
}

fn recording(gateway: &Gateway, alert: &Alert) -> Recording {
    let plan = gateway.plan.load();
    let (event, body) = alert.event();
    let wanted = routing::wanted_alert(&plan, &event, &body, |_| true);
    let now = gateway.clock.now();
    let notification = Notification {
        source: plan.own.source,
        received_at: now,
        target: String::new(),
        peer: None,
        headers: Bytes::new(),
        body,
        config: plan.digest,
    };
    let disposition = Disposition::Route(wanted);
    let event = RecordEvent { item: 0, event, names: Names::default(), disposition };
    Recording { notification, provider: plan.own.provider, owed_at: now, events: vec![event] }
}

#[cfg(test)]
mod tests {
    use payhook_domain::kind::Kind;

    use super::*;

    #[test]
    fn the_same_alert_a_thousand_times_keeps_no_other_from_being_written() {
        let (alerts, mut raised) = Alerts::new();
        let dead = |n: usize| Alert::new(Kind::AlertDeadLetters, "shop/4711", format!("delivery {n}"));
        assert!((0..4 * WAITING_MAX).all(|n| alerts.offer(dead(n), [1; 8])));
        assert!(alerts.offer(Alert::new(Kind::AlertBreakerOpen, "shop", "it rests"), [1; 8]));
        let waiting: Vec<_> = std::iter::from_fn(|| raised.try_recv().ok()).map(|alert| alert.message).collect();
        assert_eq!(waiting, ["delivery 0", "it rests"]);
    }

    #[test]
    fn an_alert_that_found_no_room_is_written_when_it_is_raised_again() {
        let (alerts, mut raised) = Alerts::new();
        let conflict = |n: usize| Alert::new(Kind::AlertConflict, n.to_string(), "a conflict");
        assert!((0..WAITING_MAX).all(|n| alerts.offer(conflict(n), [1; 8])));
        assert!(!alerts.offer(conflict(WAITING_MAX), [1; 8]));
        raised.try_recv().expect("one waits");
        assert!(alerts.offer(conflict(WAITING_MAX), [1; 8]));
        let last = std::iter::from_fn(|| raised.try_recv().ok()).last().expect("some wait");
        assert_eq!(last.about, WAITING_MAX.to_string());
    }
}
