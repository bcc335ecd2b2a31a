//! What a receiver saw of each payment: deliveries one after the other, each with all its tries before the next begins.

use std::collections::BTreeMap;

use payhook_testkit::receiver::{Delivery, Receiver};
use serde_json::Value;

/// One delivery, from its first try to its last.
#[derive(Clone, Debug)]
pub(crate) struct Turn {
    /// `payhook-delivery`.
    pub(crate) delivery: String,
    /// `webhook-id`.
    pub(crate) event: String,
    /// What became true.
    pub(crate) kind: String,
    /// Whether it is marked as made again.
    pub(crate) again: bool,
    /// The events it says were missed.
    pub(crate) missed: Vec<Value>,
    /// Tries that arrived.
    pub(crate) tries: usize,
    /// What the last of them was answered.
    pub(crate) answered: u16,
}

impl Turn {
    fn new(try_: &Delivery, answered: u16) -> Self {
        let json = try_.json();
        Self {
            delivery: try_.header("payhook-delivery").to_owned(),
            event: try_.id().to_owned(),
            kind: json["type"].as_str().unwrap_or_default().to_owned(),
            again: try_.header("payhook-replay") == "true",
            missed: json["data"]["missed"].as_array().cloned().unwrap_or_default(),
            tries: 1,
            answered,
        }
    }

    /// Whether its last try was answered with an end: taken, or never.
    fn is_over(&self) -> bool {
        matches!(self.answered, 200 | 410)
    }

    /// Whether it was taken.
    pub(crate) fn is_taken(&self) -> bool {
        self.answered == 200
    }
}

/// The turns of each order, as the receiver saw them; `answer` is what its script answers. Fails when a delivery began
/// before the one before it was over, or came back after it.
pub(crate) fn turns(receiver: &Receiver, answer: impl Fn(&Delivery) -> u16) -> BTreeMap<String, Vec<Turn>> {
    let mut lanes: BTreeMap<String, Vec<Turn>> = BTreeMap::new();
    for try_ in receiver.deliveries() {
        let order = try_.json()["data"]["reference"].as_str().expect("each is of an order").to_owned();
        let lane = lanes.entry(order).or_default();
        let turn = Turn::new(&try_, answer(&try_));
        if let Some(last) = lane.last_mut().filter(|last| last.delivery == turn.delivery) {
            last.tries += 1;
            last.answered = turn.answered;
            continue;
        }
        assert!(lane.last().is_none_or(Turn::is_over), "{turn:?} began before the end of {lane:?}");
        assert!(lane.iter().all(|before| before.delivery != turn.delivery), "{turn:?} came back after {lane:?}");
        lane.push(turn);
    }
    lanes
}

/// Of which generation a delivery is: 1 for the first, more when it was made again.
pub(crate) fn generation(delivery: &str) -> u32 {
    delivery.rsplit('_').next().and_then(|number| number.parse().ok()).expect("a delivery's name ends in a number")
}
