//! A sandbox that listens, and a merchant who asks it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use payhook_domain::time::{Clock, Timestamp};
use payhook_sandbox::{Accounts, Pace, Sandbox, Settings};
use payhook_testkit::wire;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

/// The API key of a fresh sandbox.
pub(crate) const API_KEY: &str = "sandbox_adyen_api_key";
/// Where webhooks of the merchant account are.
const WEBHOOKS: &str = "/adyen/management/v3/merchants/SandboxMerchant/webhooks";
/// Longest wait for one answer.
const PATIENCE: Duration = Duration::from_secs(30);

struct WorldClock;

impl Clock for WorldClock {
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
        Timestamp::from_seconds(0).plus(since)
    }
}

/// A running sandbox in memory. It ends when this is dropped.
pub(crate) struct Provider {
    address: SocketAddr,
    _runtime: Runtime,
}

impl Provider {
    /// One that goes at the world's own pace.
    pub(crate) fn start() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.expect("the machine gives a thread");
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("a free port");
        let address = listener.local_addr().expect("a bound socket has an address");
        let sandbox = Sandbox::open(Settings {
            file: None,
            seed: Some(1),
            pace: Pace::Scaled(1.0),
            base: format!("http://{address}").parse().expect("a URL"),
            accounts: Accounts::default(),
            clock: Arc::new(WorldClock),
        });
        let sandbox = sandbox.expect("the book opens");
        runtime.spawn(async move { sandbox.serve(listener, std::future::pending()).await });
        Self { address, _runtime: runtime }
    }

    /// An address of it.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// What a call that works answers.
    pub(crate) fn call(&self, method: &str, path: &str, body: &Value) -> Value {
        let headers = [("x-api-key", API_KEY), ("content-type", "application/json")];
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let answer = wire::call(self.address, &wire::request(method, path, &headers, body.as_bytes()), PATIENCE);
        let answer = answer.expect("an answer");
        assert!(answer.is_success(), "{method} {path}: {} {}", answer.status, answer.text());
        answer.json()
    }

    /// A new webhook's id, and its key.
    pub(crate) fn webhook(&self, url: &str) -> (String, String) {
        let asked = json!({ "type": "standard", "url": url, "active": true, "communicationFormat": "json" });
        let id = text(&self.call("POST", WEBHOOKS, &asked)["id"]);
        let key = text(&self.call("POST", &format!("{WEBHOOKS}/{id}/generateHmac"), &Value::Null)["hmacKey"]);
        (id, key)
    }

    /// A webhook as it is.
    pub(crate) fn show(&self, webhook: &str) -> Value {
        self.call("GET", &format!("{WEBHOOKS}/{webhook}"), &Value::Null)
    }

    /// Changes a webhook.
    pub(crate) fn change(&self, webhook: &str, change: &Value) {
        self.call("PATCH", &format!("{WEBHOOKS}/{webhook}"), change);
    }

    /// Pays by card; the payment's reference.
    pub(crate) fn pay(&self, reference: &str, value: i64, holder: &str) -> String {
        let card = json!({
            "type": "scheme", "number": "4111111145551142", "expiryMonth": "03", "expiryYear": "2030", "cvc": "737",
            "holderName": holder,
        });
        let payment = json!({
            "merchantAccount": "SandboxMerchant", "reference": reference, "returnUrl": "http://shop.example/",
            "amount": { "currency": "EUR", "value": value }, "paymentMethod": card,
        });
        text(&self.call("POST", "/adyen/checkout/v71/payments", &payment)["pspReference"])
    }

    /// Asks for a refund.
    pub(crate) fn refund(&self, payment: &str, value: i64) {
        let amount = json!({ "currency": "EUR", "value": value });
        let asked = json!({ "merchantAccount": "SandboxMerchant", "amount": amount });
        self.call("POST", &format!("/adyen/checkout/v71/payments/{payment}/refunds"), &asked);
    }

    /// Everything it has said or is to say, oldest first.
    pub(crate) fn messages(&self) -> Vec<Value> {
        let (mut messages, mut next) = (Vec::new(), Value::Null);
        loop {
            let before = if next.is_null() { String::new() } else { format!("?before={next}") };
            let page = self.call("GET", &format!("/sandbox/v1/messages{before}"), &Value::Null);
            messages.extend(page["data"].as_array().expect("a list").iter().cloned());
            next = page["next"].clone();
            if next.is_null() {
                messages.reverse();
                return messages;
            }
        }
    }

    /// A message as it is by now.
    pub(crate) fn message(&self, message: &Value) -> Value {
        self.call("GET", &format!("/sandbox/v1/messages/{}", message["id"]), &Value::Null)
    }

    /// Has all that wait for a webhook sent now.
    pub(crate) fn retry_all(&self, webhook: &str) {
        self.call("POST", &format!("/sandbox/v1/endpoints/{webhook}/retry"), &Value::Null);
    }

    /// What time it is there.
    pub(crate) fn now(&self) -> Timestamp {
        let now = text(&self.call("GET", "/sandbox/v1/time", &Value::Null)["now"]);
        Timestamp::parse_rfc3339(&now).expect("a moment")
    }

    /// Goes to this moment, unless it has passed.
    pub(crate) fn go_to(&self, moment: Timestamp) {
        if moment > self.now() {
            self.call("POST", "/sandbox/v1/time", &json!({ "now": moment.plus(Duration::from_millis(1)) }));
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}
