//! A merchant at the sandbox: the webhooks a gateway needs, the configuration that fits them, stories told and waited for.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use payhook_provider::by_name;
use payhook_sandbox::{Fault, Pace};
use serde_json::{Value, json};

use crate::sandbox::provider::Provider;

/// Where webhooks lead to before there is a gateway.
const NOWHERE: &str = "http://127.0.0.1:9/in/adyen";
/// Banked's keys are the merchant's choice: the one that was replaced, and the one that has replaced it.
const BANKED_KEYS: [&str; 2] = ["a-key-of-the-merchants-choice", "another-key-of-the-merchants-choice"];
/// What Banked tells.
const BANKED_EVENTS: [&str; 7] = [
    "payment_initiated",
    "payment_pending",
    "payment_sent",
    "payment_failed",
    "refund_pending",
    "refund_sent",
    "refund_failed",
];
/// Longer than a new key takes to sign.
const KEY_SPREADS: Duration = Duration::from_secs(20 * 60);
/// Faults whose copies are sent once and refused.
const REFUSED_FOR_GOOD: [&str; 3] = ["forge", "truncate", "wrong-account"];
/// The longest a telling may take where time leaps.
const PATIENCE: Duration = Duration::from_secs(120);

/// A story that was begun.
pub(super) struct Told {
    pub(super) story: &'static str,
    pub(super) faults: Vec<Fault>,
    pub(super) run: String,
    /// What the merchant calls it.
    pub(super) reference: String,
}

/// A sandbox, and a merchant's webhooks at it.
pub(super) struct Merchant {
    pub(super) provider: Provider,
    standard: String,
    tokens: String,
    keys: Vec<String>,
}

impl Merchant {
    /// Webhooks for everything, the standard one with a key that was replaced and the one that replaced it; Banked's
    /// are made when it is known where they lead.
    pub(super) fn begin(pace: Pace) -> Self {
        let provider = Provider::at(pace);
        let (standard, first) = provider.webhook(NOWHERE);
        let second = provider.new_key(&standard);
        provider.go_to(provider.now().plus(KEY_SPREADS));
        let codes: Vec<_> = by_name("adyen").expect("Adyen").codes().iter().map(|row| row.code).collect();
        let codes: Vec<_> = codes.into_iter().filter(|code| !code.contains('.')).collect();
        provider.change(&standard, &json!({ "additionalSettings": { "includeEventCodes": codes } }));
        let (tokens, third) = provider.token_webhook(NOWHERE);
        Self { provider, standard, tokens, keys: vec![first, second, third] }
    }

    /// The sources of a gateway that takes what these webhooks are sent.
    pub(super) fn sources(&self) -> String {
        format!(
            "[[source]]\nname = \"adyen\"\nprovider = \"adyen\"\nkeys = {:?}\ncapture = \"manual\"\n\
             merchant_accounts = [\"SandboxMerchant\"]\n\
             [[source]]\nname = \"banked\"\nprovider = \"banked\"\nkeys = {BANKED_KEYS:?}\n",
            self.keys
        )
    }

    /// Lets the webhooks lead to a gateway.
    pub(super) fn lead_to(&self, gateway: SocketAddr) {
        for webhook in [&self.standard, &self.tokens] {
            self.provider.change(webhook, &json!({ "url": format!("http://{gateway}/in/adyen") }));
        }
        let banked = |key| self.provider.banked_webhook(&format!("http://{gateway}/in/banked"), key, &BANKED_EVENTS);
        let [first, _] = BANKED_KEYS.map(banked);
        self.provider.delete_banked_webhook(&first);
    }

    /// Has a story told.
    pub(super) fn tell(&self, story: &'static str, seed: u64, faults: &[Fault]) -> Told {
        let manner = json!({ "seed": seed, "faults": faults, "merchantAccount": "SandboxMerchant" });
        let begun = self.provider.call("POST", &format!("/sandbox/v1/stories/{story}"), &manner);
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        let (run, reference) = (text(&begun["run"]), text(&begun["references"][0]));
        Told { story, faults: faults.to_vec(), run, reference }
    }

    /// Whether all of them were told to the end, and nothing waits to be sent.
    pub(super) fn all_done(&self, told: &[Told]) -> bool {
        told.iter().all(|told| {
            let run = self.run(told);
            assert_eq!(run["stopped"], Value::Null, "{run}");
            run["done"] == true
        })
    }

    /// Waits for that.
    pub(super) fn wait_for(&self, told: &[Told]) {
        let began = Instant::now();
        while !self.all_done(told) {
            let open = || told.iter().map(|told| self.run(told)).find(|run| run["done"] == false);
            assert!(began.elapsed() < PATIENCE, "not over in time: {:?}", open());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Has sent again what was given up, as a merchant does; how many those were. Where time is fast, thirty days are
    /// over in seconds, and a machine that has much to do makes a gateway that is killed again and again stay away
    /// longer.
    pub(super) fn send_again_what_was_given_up(&self) -> usize {
        let refused_for_good = |message: &Value| {
            let faults = message["faults"].as_array().expect("a list");
            faults.iter().any(|fault| REFUSED_FOR_GOOD.iter().any(|name| fault == name))
        };
        let mut given_up = self.provider.messages();
        given_up.retain(|message| message["state"] == "given_up" && !refused_for_good(message));
        for message in &given_up {
            self.provider.call("POST", &format!("/sandbox/v1/messages/{}/retry", message["id"]), &Value::Null);
        }
        let began = Instant::now();
        while !given_up.iter().all(|message| self.provider.message(message)["state"] == "accepted") {
            assert!(began.elapsed() < PATIENCE, "not accepted in time: {given_up:?}");
            std::thread::sleep(Duration::from_millis(20));
        }
        given_up.len()
    }

    fn run(&self, told: &Told) -> Value {
        self.provider.call("GET", &format!("/sandbox/v1/runs/{}", told.run), &Value::Null)
    }
}
