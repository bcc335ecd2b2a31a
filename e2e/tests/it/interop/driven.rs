//! Adyen's packages at the pretend provider: they configure webhooks, pay, capture, refund and cancel, as a merchant's
//! program does. What arrives passes their validators, and the gateway believes what they did.

use std::collections::BTreeSet;
use std::time::Duration;

use payhook_testkit::gateway::{Gateway, Setup};
use payhook_testkit::receiver::{Delivery, Receiver};
use serde_json::{Map, Value, json};

use super::packages::{Language, Packages};
use crate::sandbox::provider::{API_KEY, Provider};
use crate::stage::{KEY, configuration};

/// Real time for anything.
const PATIENCE: Duration = Duration::from_secs(60);
const ACCOUNT: &str = "SandboxMerchant";
/// Where nobody listens, until it is known where somebody does.
const NOWHERE: &str = "http://127.0.0.1:9/";

/// A package that asks a sandbox.
struct Merchant {
    provider: Provider,
    packages: Packages,
    package: &'static str,
}

/// A webhook's id and its key.
struct Webhook {
    id: String,
    key: String,
}

/// Lets the package of a language go through all of it.
pub(super) fn check(language: Language) {
    let mut merchant = Merchant::start(language);
    let (listener, shop) = (Receiver::start(None), Receiver::start(None));
    let (heard, stored) = (merchant.webhook(), merchant.webhook());
    let gateway = gateway(&shop, &stored.key);
    merchant.leads(&heard, &listener.url());
    merchant.leads(&stored, &format!("http://{}/in/adyen", gateway.public()));
    merchant.tests(&heard);
    merchant.tests(&stored);
    merchant.pays(&listener);
    merchant.believes(&listener.deliveries(), &heard.key, &stored.key);
    gateway_believes(&gateway);
    merchant.is_refused();
    for webhook in [heard, stored] {
        merchant.call("removeWebhook", &json!({ "account": ACCOUNT, "id": webhook.id }));
    }
}

impl Merchant {
    fn start(language: Language) -> Self {
        let provider = Provider::start();
        provider.call("POST", "/sandbox/v1/time", &json!({ "pace": 100 }));
        provider.call("POST", &format!("/sandbox/v1/accounts/{ACCOUNT}"), &json!({ "captureDelay": "manual" }));
        let package = if language == Language::Node { "@adyen/api-library" } else { "Adyen" };
        Self { provider, packages: Packages::start(language), package }
    }

    /// What the package makes of an answer.
    fn ask(&mut self, key: &str, call: &str, arguments: &Value) -> Value {
        let mut question = json!({ "ask": "call", "call": call, "base": self.provider.url(""), "key": key });
        question.as_object_mut().expect("an object").extend(arguments.as_object().expect("an object").clone());
        self.packages.ask(&question)
    }

    /// The same for a call that works.
    fn call(&mut self, call: &str, arguments: &Value) -> Value {
        let said = self.ask(API_KEY, call, arguments);
        assert!(said["refused"].is_null(), "{call}: {said}");
        said["answer"].clone()
    }

    fn webhook(&mut self) -> Webhook {
        let body = json!({ "type": "standard", "url": NOWHERE, "active": true, "communicationFormat": "json" });
        let made = self.call("setUpWebhook", &json!({ "account": ACCOUNT, "body": body }));
        let id = text(&made["id"]);
        let key = text(&self.call("generateHmac", &json!({ "account": ACCOUNT, "id": id }))["hmacKey"]);
        Webhook { id, key }
    }

    fn leads(&mut self, webhook: &Webhook, url: &str) {
        let change = json!({ "account": ACCOUNT, "id": webhook.id, "body": { "url": url } });
        assert_eq!(self.call("updateWebhook", &change)["url"], url);
        let list = self.call("listWebhooks", &json!({ "account": ACCOUNT }));
        let ids: Vec<_> = list["data"].as_array().expect("a list").iter().map(|entry| text(&entry["id"])).collect();
        assert!(ids.len() == 2 && ids.contains(&webhook.id), "{ids:?}");
    }

    fn tests(&mut self, webhook: &Webhook) {
        let test = json!({ "account": ACCOUNT, "id": webhook.id, "body": { "types": ["AUTHORISATION"] } });
        let outputs = self.call("testWebhook", &test)["data"].as_array().expect("a list").clone();
        assert_eq!(outputs.len(), 4);
        assert!(
            outputs.iter().all(|output| output["status"] == "success" && output["responseCode"] == "200"),
            "{outputs:?}"
        );
    }

    /// A session, an order that is captured and refunded in part, and one that is cancelled.
    fn pays(&mut self, listener: &Receiver) {
        let session = self.call("session", &json!({ "body": order("order-0") }));
        assert!(session["id"].as_str().is_some_and(|id| id.starts_with("CS")), "{session}");
        let (first, second) = (self.pay("order-1"), self.pay("order-2"));
        let amount =
            |value: i64| json!({ "merchantAccount": ACCOUNT, "amount": { "currency": "EUR", "value": value } });
        let mut modify = |call: &str, psp: &str, body: Value| {
            let answer = self.call(call, &json!({ "id": psp, "body": body }));
            assert_eq!((&answer["status"], text(&answer["paymentPspReference"])), (&json!("received"), psp.to_owned()));
        };
        modify("capture", &first, amount(1_000));
        modify("cancel", &second, json!({ "merchantAccount": ACCOUNT }));
        let heard =
            |code: &str| listener.wait_until(PATIENCE, |list| list.iter().any(|told| item(told)["eventCode"] == code));
        assert!(heard("CAPTURE") && heard("CANCELLATION"), "{} notifications", listener.count());
        modify("refund", &first, amount(400));
        assert!(heard("REFUND"), "{} notifications", listener.count());
    }

    fn pay(&mut self, reference: &str) -> String {
        let mut body = order(reference);
        body["paymentMethod"] = json!({
            "type": "scheme", "number": "4111111145551142", "expiryMonth": "03", "expiryYear": "2030", "cvc": "737",
            "holderName": "J. Smith",
        });
        let answer = self.call("pay", &json!({ "body": body }));
        assert_eq!(answer["resultCode"], "Authorised");
        text(&answer["pspReference"])
    }

    /// The package's validator takes everything that was heard, by the webhook's own key alone.
    fn believes(&mut self, heard: &[Delivery], key: &str, another: &str) {
        for told in heard {
            let body = std::str::from_utf8(&told.body).expect("text");
            let mut valid = |key: &str| {
                let question = json!({
                    "ask": "verify", "package": self.package, "key": key, "target": told.target,
                    "headers": Map::new(), "body": body,
                });
                self.packages.ask(&question)["valid"].clone()
            };
            assert_eq!((valid(key), valid(another)), (json!(true), json!(false)), "{body}");
        }
        let said: BTreeSet<_> =
            heard.iter().map(|told| format!("{} {}", item(told)["eventCode"], item(told)["success"])).collect();
        for expected in ["AUTHORISATION", "CANCELLATION", "CAPTURE", "REFUND"] {
            assert!(said.contains(&format!("\"{expected}\" \"true\"")), "{expected}: {said:?}");
        }
    }

    /// Refusals reach the package as the provider's own.
    fn is_refused(&mut self) {
        let body = json!({ "type": "standard", "active": true, "communicationFormat": "json" });
        let setup = json!({ "account": ACCOUNT, "body": body });
        let said = self.ask(API_KEY, "setUpWebhook", &setup);
        assert_eq!((&said["refused"], &said["said"]["errorCode"]), (&json!(422), &json!("31_007")), "{said}");
        assert_eq!(said["said"]["invalidFields"][0]["name"], "url");
        let said = self.ask("another key", "setUpWebhook", &setup);
        assert_eq!((&said["refused"], &said["said"]["errorCode"]), (&json!(401), &json!("00_401")), "{said}");
    }
}

/// A gateway whose source has this key.
fn gateway(shop: &Receiver, key: &str) -> Gateway {
    Setup::new(&configuration(shop).replace(KEY, key)).start()
}

fn gateway_believes(gateway: &Gateway) {
    for (order, status, captured, refunded) in [("order-1", "captured", 1_000, 400), ("order-2", "cancelled", 0, 0)] {
        let began = std::time::Instant::now();
        loop {
            let payments = gateway.list(&format!("/api/v1/payments?reference={order}"));
            let believed = payments
                .first()
                .map(|payment| (payment["status"].clone(), payment["captured"].as_i64(), payment["refunded"].as_i64()));
            if payments.len() == 1 && believed == Some((json!(status), Some(captured), Some(refunded))) {
                break;
            }
            assert!(began.elapsed() < PATIENCE, "{order} is believed to be {believed:?}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
    assert!(gateway.list("/api/v1/quarantine").is_empty(), "the gateway takes all of it");
}

fn order(reference: &str) -> Value {
    let amount = json!({ "currency": "EUR", "value": 1_000 });
    json!({ "merchantAccount": ACCOUNT, "reference": reference, "returnUrl": "http://shop.example/", "amount": amount })
}

fn item(told: &Delivery) -> Value {
    told.json()["notificationItems"][0]["NotificationRequestItem"].clone()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("a text, not {value}")).to_owned()
}
