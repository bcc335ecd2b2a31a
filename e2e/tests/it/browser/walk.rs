//! From nothing to a delivered notification: a webhook, its key, a test, and what the log says of it.

use std::time::Duration;

use payhook_testkit::receiver::{Delivery, Receiver};
use payhook_testkit::sandbox::Sandbox;
use serde_json::{Value, json};

use super::window::{Look, Window};
use crate::stage::{self, KEY};

/// Longest a delivery may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// The whole walk, `by` mouse or keyboard. The gateway first has another key: what it refuses is seen, too.
pub(super) fn from_nothing_to_a_delivered_notification(by: &str) {
    let receiver = Receiver::start(Some(stage::SECRET));
    let gateway = stage::setup(&receiver).start();
    let sandbox = Sandbox::start(&[]);
    let mut window = Window::open(&sandbox.url(""), Look { width: "desktop", scheme: "light" });
    let url = format!("http://{}/in/adyen", gateway.public());

    let made = window.step(&json!({ "step": "create_adyen_webhook", "by": by, "url": url }));
    assert_eq!(made["heading"], "Browser’s webhook");
    let key = window.step(&json!({ "step": "generate_key", "by": by }));
    let hex = key["key"].as_str().expect("a key");
    assert!(hex.len() == 64 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()), "{key}");
    assert!(key["gone"] == true && key["said"].as_str().expect("text").contains("shown once"), "{key}");

    let refused = window.step(&json!({ "step": "send_test", "by": by }));
    assert_eq!((&refused["event"], &refused["state"]), (&json!("AUTHORISATION"), &json!("given up")));
    assert!(refused["newest"].as_str().expect("text").contains("401"), "{refused}");
    let changed = gateway.reload(&gateway.configuration().replace(KEY, hex));
    assert_eq!(changed["error"], Value::Null, "{changed}");
    let accepted = window.step(&json!({ "step": "send_again", "by": by, "tries": 2 }));
    assert_eq!(accepted["state"], "accepted", "{accepted}");
    assert!(accepted["newest"].as_str().expect("text").starts_with("Try 2"), "{accepted}");
    assert!(accepted["body"].as_str().expect("text").contains("avsResult"), "the setting that was ticked: {accepted}");

    assert!(receiver.wait_until(PATIENCE, |deliveries| deliveries.len() == 1), "it never arrived");
    assert_eq!(receiver.deliveries()[0].json()["type"], "payment.authorised");
    let log = window.step(&json!({ "step": "read_log" }));
    let [entry] = log.as_array().expect("rows").as_slice() else { panic!("{log}") };
    let entry = entry.as_str().expect("text");
    assert!(entry.contains("AUTHORISATION") && entry.contains("accepted") && entry.contains("200"), "{entry}");
    let none = window.step(&json!({ "step": "read_log", "filter": "?state=waiting" }));
    assert_eq!(none, json!([]));

    let run = window.step(&json!({ "step": "run_story", "by": by, "story": "another-card", "fault": "old-key" }));
    assert_eq!(run["heading"], "another-card", "{run}");
    let facts = run["facts"].as_str().expect("text");
    assert!(facts.contains("scene 1 of 3") && facts.contains("old-key") && facts.contains("another-card-"), "{facts}");
    let [told] = run["told"].as_array().expect("rows").as_slice() else { panic!("{run}") };
    assert!(told.as_str().is_some_and(|told| told.contains("AUTHORISATION") && told.contains("200")), "{told}");
    let heard = |list: &[Delivery]| list.iter().any(|delivery| delivery.json()["type"] == "payment.refused");
    assert!(receiver.wait_until(PATIENCE, heard), "the shop never heard of it");
}
