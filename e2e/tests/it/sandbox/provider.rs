//! A sandbox that listens, and a merchant who asks it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use payhook_domain::time::{Clock, Timestamp};
use payhook_sandbox::{Accounts, Pace, Sandbox, Settings};
use payhook_testkit::wire::{self, Answer};
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
        Self::at(Pace::Scaled(1.0))
    }

    /// One that goes at this pace.
    pub(crate) fn at(pace: Pace) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.expect("the machine gives a thread");
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("a free port");
        let address = listener.local_addr().expect("a bound socket has an address");
        let sandbox = Sandbox::open(Settings {
            file: None,
            seed: Some(1),
            pace,
            base: format!("http://{address}").parse().expect("a URL"),
            accounts: Accounts::default(),
            clock: Arc::new(WorldClock),
            weather: Vec::new(),
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
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let answer = self.ask(method, path, &[("x-api-key", API_KEY), ("content-type", "application/json")], &body);
        assert!(answer.is_success(), "{method} {path}: {} {}", answer.status, answer.text());
        answer.json()
    }

    fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let request = wire::request(method, path, headers, body.as_bytes());
        wire::call(self.address, &request, PATIENCE).expect("an answer")
    }

    /// A new webhook's id, and its key.
    pub(crate) fn webhook(&self, url: &str) -> (String, String) {
        let asked = json!({ "type": "standard", "url": url, "active": true, "communicationFormat": "json" });
        let id = text(&self.call("POST", WEBHOOKS, &asked)["id"]);
        let key = self.new_key(&id);
        (id, key)
    }

    /// Another key for a webhook. It takes a while until it signs.
    pub(crate) fn new_key(&self, webhook: &str) -> String {
        text(&self.call("POST", &format!("{WEBHOOKS}/{webhook}/generateHmac"), &Value::Null)["hmacKey"])
    }

    /// A webhook for the life of stored cards, which is made in the customer area alone.
    pub(crate) fn token_webhook(&self, url: &str) -> (String, String) {
        let url: String = url::form_urlencoded::byte_serialize(url.as_bytes()).collect();
        let form =
            format!("account=SandboxMerchant&kind=recurring-token-notification&format=json&active=yes&url={url}");
        let headers = [("content-type", "application/x-www-form-urlencoded"), ("sec-fetch-site", "same-origin")];
        let answer = self.ask("POST", "/area/adyen/webhooks", &headers, &form);
        let place = answer.header("location").unwrap_or_else(|| panic!("{} {}", answer.status, answer.text()));
        let id = place.trim_start_matches("/area/adyen/webhooks/").split('?').next().expect("a path");
        (id.to_owned(), self.new_key(id))
    }

    /// A webhook of Banked's for these events, with a key of the merchant's choice; its id.
    pub(crate) fn banked_webhook(&self, url: &str, key: &str, events: &[&str]) -> String {
        let asked = json!({ "target_url": url, "signature_key": key, "events": events });
        let answer = self.ask_banked("POST", "/banked/v2/webhooks", &asked.to_string());
        assert_eq!(answer.status, 201, "{}", answer.text());
        text(&answer.json()["id"])
    }

    /// Deletes one of Banked's.
    pub(crate) fn delete_banked_webhook(&self, webhook: &str) {
        let answer = self.ask_banked("DELETE", &format!("/banked/v2/webhooks/{webhook}"), "");
        assert_eq!(answer.status, 204, "{}", answer.text());
    }

    fn ask_banked(&self, method: &str, path: &str, body: &str) -> Answer {
        let basic = format!("Basic {}", data_encoding::BASE64.encode(b"pk_sandbox:sk_sandbox"));
        self.ask(method, path, &[("authorization", &*basic), ("content-type", "application/json")], body)
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

    /// Goes to this moment, unless it has passed; where time is fast, it may pass while this is asked.
    pub(crate) fn go_to(&self, moment: Timestamp) {
        let asked = json!({ "now": moment.plus(Duration::from_millis(1)) }).to_string();
        let answer = self.ask("POST", "/sandbox/v1/time", &[("content-type", "application/json")], &asked);
        assert!(answer.is_success() || self.now() >= moment, "{} {}", answer.status, answer.text());
    }
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}
