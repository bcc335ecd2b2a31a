//! What the suites share: a gateway with one Adyen source and one receiver, and the one check that matters after any
//! fault: what was acknowledged is stored exactly once, and what is stored arrives.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use payhook_testkit::gateway::{Gateway, Setup};
use payhook_testkit::notifications::{Adyen, Item};
use payhook_testkit::poster::Fate;
use payhook_testkit::receiver::Receiver;
use payhook_testkit::standard_webhooks::Signature;

/// The key both ends use; any 32 bytes would do.
pub(crate) const KEY: &str = "0F1E2D3C4B5A69788796A5B4C3D2E1F00F1E2D3C4B5A69788796A5B4C3D2E1F0";

/// The secret deliveries are signed with.
pub(crate) const SECRET: &str = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

/// Longest the last owed delivery may take after everything is up again.
const SETTLING: Duration = Duration::from_secs(60);

/// Sources, one destination at `receiver`, one route for everything.
pub(crate) fn configuration(receiver: &Receiver) -> String {
    format!(
        r#"
[[source]]
name = "adyen"
provider = "adyen"
keys = ["{KEY}"]

[[destination]]
name = "shop"
type = "http"
url = "{url}"
secret = "{SECRET}"
allow = ["127.0.0.0/8"]
retry = {{ schedule = ["100ms", "200ms", "500ms", "1s", "1s", "1s", "2s", "2s", "2s"] }}

[[route]]
events = ["*"]
to = ["shop"]
"#,
        url = receiver.url()
    )
}

/// A gateway in a fresh folder, delivering to `receiver`.
pub(crate) fn setup(receiver: &Receiver) -> Setup {
    Setup::new(&configuration(receiver))
}

/// The sender that `setup`'s source accepts.
pub(crate) fn adyen() -> Adyen {
    Adyen::new("/in/adyen", "TestMerchant", KEY)
}

/// The authorisation of order `number`, as a request.
pub(crate) fn authorisation(number: usize) -> Vec<u8> {
    adyen().request(&Item::authorisation(number as u64))
}

/// The order numbers a load was told are safe.
pub(crate) fn acknowledged(fates: &BTreeMap<usize, Fate>, first: usize) -> BTreeSet<usize> {
    fates.iter().filter(|(_, fate)| fate.acknowledged()).map(|(number, _)| first + number).collect()
}

/// What is stored: how often each order's authorisation stands there, and the ids of all events.
pub(crate) struct Stored {
    pub(crate) orders: BTreeMap<usize, usize>,
    pub(crate) ids: BTreeSet<String>,
}

impl Stored {
    /// Reads it over the API.
    pub(crate) fn of(gateway: &Gateway) -> Self {
        Self::since(gateway, "1970-01-01T00:00:00Z")
    }

    /// Reads what was received since a moment of [`now`], so that a long run does not read everything every round.
    pub(crate) fn since(gateway: &Gateway, moment: &str) -> Self {
        let mut stored = Self { orders: BTreeMap::new(), ids: BTreeSet::new() };
        for event in gateway.list(&format!("/api/v1/events?limit=500&since={moment}")) {
            // The gateway's own alerts are no orders.
            if event["source"] == "payhook" {
                continue;
            }
            let reference = event["reference"].as_str().unwrap_or_default();
            let order = reference.strip_prefix("order-").and_then(|number| number.parse().ok());
            *stored.orders.entry(order.expect("only orders were sent")).or_default() += 1;
            stored.ids.insert(event["id"].as_str().expect("an event has an id").to_owned());
        }
        stored
    }

    /// Orders that were acknowledged and are not there.
    pub(crate) fn lost(&self, acknowledged: &BTreeSet<usize>) -> Vec<usize> {
        acknowledged.iter().copied().filter(|order| !self.orders.contains_key(order)).collect()
    }

    /// Orders that are there more than once.
    pub(crate) fn doubled(&self) -> Vec<usize> {
        self.orders.iter().filter(|(_, times)| **times > 1).map(|(order, _)| *order).collect()
    }
}

/// Asks until it is so.
pub(crate) fn until(gateway: &Gateway, patience: Duration, what: &str, holds: impl Fn() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < patience, "{what} never came:\n{}", gateway.log_text());
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The gateway's present moment, for [`Stored::since`].
pub(crate) fn now(gateway: &Gateway) -> String {
    let status = gateway.get("/api/v1/status").json();
    status["now"].as_str().expect("the status says what time it is").to_owned()
}

/// Asserts that every acknowledged order is stored exactly once and everything stored arrives, signed.
pub(crate) fn nothing_is_lost(gateway: &Gateway, receiver: &Receiver, acknowledged: &BTreeSet<usize>) -> Stored {
    let stored = Stored::of(gateway);
    assert_eq!(stored.lost(acknowledged), Vec::<usize>::new(), "acknowledged, but not stored");
    assert_eq!(stored.doubled(), Vec::<usize>::new(), "stored more than once");
    let arrived = receiver.wait_until(SETTLING, |deliveries| {
        let ids: BTreeSet<&str> = deliveries.iter().map(payhook_testkit::receiver::Delivery::id).collect();
        stored.ids.iter().all(|id| ids.contains(id.as_str()))
    });
    let missing = stored.ids.difference(&receiver.ids()).count();
    assert!(arrived, "{missing} of {} owed deliveries never arrived", stored.ids.len());
    let wrongly_signed = receiver.deliveries().iter().filter(|delivery| delivery.signature != Signature::Valid).count();
    assert_eq!(wrongly_signed, 0, "deliveries with a wrong signature");
    stored
}
