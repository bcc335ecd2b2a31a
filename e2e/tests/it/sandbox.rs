//! The pretend provider against the shipped binary: what it says arrives, whatever happened to the gateway meanwhile.
//!
//! - `provider`: a sandbox that listens, and a merchant who asks it.

pub(crate) mod provider;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use payhook_domain::time::Timestamp;
use payhook_testkit::gateway::{Gateway, Setup};
use payhook_testkit::receiver::Receiver;
use provider::Provider;
use serde_json::{Value, json};

use crate::stage::configuration;

/// Real time for anything.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long the gateway is down, in the sandbox's time.
const DAYS: Duration = Duration::from_secs(3 * 24 * 60 * 60);
/// Orders made while it is down: an equal number of each [`Deed`].
const ORDERS: usize = 60;

/// What becomes of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Deed {
    Paid,
    Refunded,
    RefundedInPart,
    Refused,
}

impl Deed {
    const fn of(order: usize) -> Self {
        match order % 4 {
            0 => Self::Paid,
            1 => Self::Refunded,
            2 => Self::RefundedInPart,
            _ => Self::Refused,
        }
    }

    fn happen(self, provider: &Provider, order: usize) {
        let holder = if self == Self::Refused { "NOT_ENOUGH_BALANCE" } else { "J. Smith" };
        let psp = provider.pay(&format!("order-{order}"), 1_000, holder);
        match self {
            Self::Refunded => provider.refund(&psp, 1_000),
            Self::RefundedInPart => provider.refund(&psp, 400),
            Self::Paid | Self::Refused => {}
        }
    }

    /// Status, authorised, refunded, as the gateway shall believe.
    const fn believed(self) -> (&'static str, i64, i64) {
        match self {
            Self::Paid => ("captured", 1_000, 0),
            Self::Refunded => ("refunded", 1_000, 1_000),
            Self::RefundedInPart => ("captured", 1_000, 400),
            Self::Refused => ("refused", 0, 0),
        }
    }
}

/// A gateway whose source has this key, and captures as the sandbox's merchant account does.
fn gateway(receiver: &Receiver, key: &str) -> Gateway {
    let sources = format!("keys = [\"{key}\"]\ncapture = \"automatic\"\nmerchant_accounts = [\"SandboxMerchant\"]");
    Setup::new(&configuration(receiver).replace(&format!("keys = [\"{}\"]", crate::stage::KEY), &sources)).start()
}

fn url(gateway: &Gateway) -> String {
    format!("http://{}/in/adyen", gateway.public())
}

fn wait_until(what: &str, condition: impl Fn() -> bool) {
    let began = Instant::now();
    while !condition() {
        assert!(began.elapsed() < PATIENCE, "not in time: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Goes on, from one try of the first notification to its next, until so much time has gone by.
fn let_go_by(provider: &Provider, span: Duration) -> usize {
    let end = provider.now().plus(span);
    let mut tries = 0;
    while provider.now() < end {
        let first = provider.messages().remove(0);
        provider.go_to(Timestamp::parse_rfc3339(first["due"].as_str().expect("a text")).expect("a moment"));
        let before = first["attempts"].as_array().map(Vec::len);
        wait_until("the next try", || provider.message(&first)["attempts"].as_array().map(Vec::len) > before);
        tries += 1;
    }
    tries
}

#[test]
fn three_days_without_a_gateway_end_with_every_notification_in_order_and_every_payment_right() {
    let receiver = Receiver::start(Some(crate::stage::SECRET));
    let provider = Provider::start();
    let (webhook, key) = provider.webhook("http://127.0.0.1:9/");
    let mut gateway = gateway(&receiver, &key);
    provider.change(&webhook, &json!({ "url": url(&gateway) }));
    gateway.kill();

    (0..ORDERS).for_each(|order| Deed::of(order).happen(&provider, order));
    wait_until("the endpoint is seen to fail", || provider.show(&webhook)["hasError"] == true);
    let tries = let_go_by(&provider, DAYS);
    let messages = provider.messages();
    assert!(tries > 15 && messages.iter().all(|message| message["state"] == "waiting"), "{tries} tries");
    assert!(messages[1..].iter().all(|message| message["attempts"] == json!([])), "nothing overtakes the first");

    gateway.restart();
    provider.change(&webhook, &json!({ "url": url(&gateway) }));
    provider.retry_all(&webhook);
    wait_until("all is accepted", || provider.messages().iter().all(|message| message["state"] == "accepted"));
    assert_eq!(provider.show(&webhook)["hasError"], false);

    let said: Vec<_> = provider.messages().iter().map(|message| shown(message, "event", "reference")).collect();
    let mut events = gateway.list("/api/v1/events?limit=500");
    events.retain(|event| event["source"] == "adyen");
    events.reverse();
    let stored: Vec<_> = events.iter().map(|event| shown(event, "code", "reference")).collect();
    assert_eq!(stored, said, "in the order they were said");
    assert!(gateway.list("/api/v1/quarantine").is_empty() && gateway.list("/api/v1/aside").is_empty());
    payments_are_right(&gateway);
    assert!(receiver.wait_until(PATIENCE, |list| list.len() >= said.len()), "{} delivered", receiver.count());
}

fn shown(value: &Value, code: &str, reference: &str) -> String {
    format!("{} {}", value[code].as_str().unwrap_or("?"), value[reference].as_str().unwrap_or("?"))
}

fn payments_are_right(gateway: &Gateway) {
    let mut counts: BTreeMap<Deed, usize> = BTreeMap::new();
    for order in 0..ORDERS {
        let deed = Deed::of(order);
        let payments = gateway.list(&format!("/api/v1/payments?reference=order-{order}"));
        let [payment] = &payments[..] else { panic!("one payment of order {order}: {payments:?}") };
        let (status, authorised, refunded) = deed.believed();
        let believed = (&payment["status"], &payment["authorised"], &payment["refunded"]);
        assert_eq!(believed, (&json!(status), &json!(authorised), &json!(refunded)), "order {order}: {payment}");
        *counts.entry(deed).or_default() += 1;
    }
    assert!(counts.len() == 4 && counts.values().all(|count| *count == ORDERS / 4), "{counts:?}");
}
