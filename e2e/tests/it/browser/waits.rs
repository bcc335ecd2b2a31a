//! An order turns when its notification has come, and by nothing else.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use payhook_sandbox::Accounts;
use payhook_testkit::wire::Answer;
use serde_json::{Value, json};

use super::buyer::{ANYBODY, Buyer, GOOD_CARD};
use super::demo::{self, Demo};
use super::window::Look;

/// Longest the provider may take to send something.
const PATIENCE: Duration = Duration::from_secs(20);
/// Between two looks.
const GLANCE: Duration = Duration::from_millis(20);
/// Where nobody listens: the port of a service that is long gone.
const NOBODY: &str = "http://127.0.0.1:9/in/adyen";

/// While the provider cannot reach the gateway, the page waits and says so; forged notifications turn nothing. Once the
/// provider can, the page turns by itself, told by the shop. Forged news of a refund turns nothing then.
pub(super) fn for_the_notification_and_turns_by_nothing_else() {
    let demo = Demo::start();
    let provider = Provider::of(&demo);
    let mut buyer = Buyer::at(&demo, "mouse", Look { width: "desktop", scheme: "light" });

    provider.sends_to(NOBODY);
    buyer.chooses("Lantern");
    buyer.checks_out("Pay £68.00 by card");
    let order = buyer.pays_by_card(GOOD_CARD, ANYBODY);
    let reference = order["reference"].as_str().unwrap_or_else(|| panic!("no order in {order}")).to_owned();
    let held = provider.has_tried(&reference);
    buyer.stays();
    let forged = [resigned(&sent(&held)), Value::from("[accepted]")];
    for forged in &forged {
        assert!(!demo::send(demo.gateway(), "POST", "/in/adyen", &[], forged).is_success(), "{forged}");
    }
    assert_eq!(told_to_the_shop(&demo, &reference, "paid").status, 401);
    waits(&mut buyer);
    assert_eq!(payments(&demo, &reference), json!([]), "the gateway knows of none");

    provider.sends_to(&format!("http://{}/in/adyen", demo.gateway()));
    provider.sends_again(&held);
    let paid = buyer.is_told("paid");
    assert_eq!((&paid["heading"], &paid["stayed"]), (&json!("Paid. Thank you!"), &json!(true)), "{paid}");
    let told = paid["told"].as_array().and_then(|told| told.last()).and_then(Value::as_str).unwrap_or_default();
    assert!(told.starts_with("paid."), "by a server-sent event: {paid}");

    let believed = payments(&demo, &reference);
    let answer = demo::send(demo.gateway(), "POST", "/in/adyen", &[], &refund(&sent(&held)));
    assert!(answer.status == 401 && answer.text() != "[accepted]", "{answer:?}");
    assert_eq!(told_to_the_shop(&demo, &reference, "refunded").status, 401);
    assert_eq!(payments(&demo, &reference), believed, "a forgery moved it");
    demo.wait_for("refused");
    let order = buyer.visits(order["at"].as_str().expect("its page"));
    assert_eq!(order["standing"], "paid", "{order}");
}

/// The order's page, as the buyer sees it: it waits, and says for what.
fn waits(buyer: &mut Buyer) {
    let page = buyer.is_told("waiting");
    assert_eq!(page["heading"], "Waiting for the payment");
    let said = page["text"].as_str().unwrap_or_default();
    assert!(said.contains("this page says so") && page["stayed"] == true, "{page}");
}

/// What the gateway believes of the order's payments.
fn payments(demo: &Demo, reference: &str) -> Value {
    demo.asks(&format!("payments list --reference {reference}"))["data"].take()
}

/// The notification as it was sent to nobody, genuine in every byte.
fn sent(message: &Value) -> Value {
    let body = message["attempts"][0]["body"].as_str().unwrap_or_else(|| panic!("no body in {message}"));
    serde_json::from_str(body).expect("Adyen's notifications are JSON")
}

/// The same claim, signed by somebody without the key.
fn resigned(genuine: &Value) -> Value {
    let mut forged = genuine.clone();
    item(&mut forged)["additionalData"]["hmacSignature"] = json!("Zm9yZ2VkIGJ5IHNvbWVib2R5IHdobyBndWVzc2VzIGE=");
    forged
}

/// A refund of that payment, with the signature of its authorisation.
fn refund(genuine: &Value) -> Value {
    let mut forged = genuine.clone();
    let item = item(&mut forged);
    item["originalReference"] = item["pspReference"].take();
    item["pspReference"] = json!("FORGED0000000001");
    item["eventCode"] = json!("REFUND");
    forged
}

fn item(notification: &mut Value) -> &mut Value {
    &mut notification["notificationItems"][0]["NotificationRequestItem"]
}

/// A webhook that only looks like one of payhook's.
fn told_to_the_shop(demo: &Demo, reference: &str, status: &str) -> Answer {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970").as_secs();
    let (now, shop) = (now.to_string(), demo.shop());
    let headers = [
        ("webhook-id", "evt_forged"),
        ("webhook-timestamp", now.as_str()),
        ("webhook-signature", "v1,Zm9yZ2VkIGJ5IHNvbWVib2R5IHdobyBndWVzc2VzIGE="),
    ];
    let payment = json!({ "id": "pay_forged", "version": 9, "status": status, "currency": "GBP", "authorised": 6_800,
        "captured": 6_800, "refunded": 0, "disputed": 0 });
    let data = json!({ "provider": "adyen", "reference": reference, "payment": payment });
    let event = json!({ "type": "payment.authorised", "data": data });
    demo::send(demo::address(&shop), "POST", "/webhooks/payhook", &headers, &event)
}

/// The pretend provider, as the merchant sees it.
struct Provider {
    address: SocketAddr,
    webhook: String,
}

impl Provider {
    fn of(demo: &Demo) -> Self {
        let keys = demo::read(&demo.folder().join("demo.json"));
        let webhook = keys["adyen_webhook"].as_str().unwrap_or_else(|| panic!("no webhook in {keys}"));
        Self { address: demo.sandbox(), webhook: webhook.to_owned() }
    }

    /// Changes where notifications go, by its own API.
    fn sends_to(&self, url: &str) {
        let accounts = Accounts::default();
        let path = format!("/adyen/management/v3/companies/{}/webhooks/{}", accounts.company, self.webhook);
        let headers = [("x-api-key", accounts.adyen_api_key.as_str())];
        let answer = demo::send(self.address, "PATCH", &path, &headers, &json!({ "url": url }));
        assert!(answer.is_success(), "{}", answer.text());
    }

    /// The notification of that order, once it was tried and nobody took it.
    fn has_tried(&self, reference: &str) -> Value {
        let until = Instant::now() + PATIENCE;
        loop {
            let log = demo::send(self.address, "GET", "/sandbox/v1/messages", &[], &Value::Null).json();
            let mut messages = log["data"].as_array().cloned().unwrap_or_default().into_iter();
            let of_order = |message: &Value| message["reference"] == reference && message["attempts"] != json!([]);
            if let Some(message) = messages.find(of_order) {
                assert_eq!(message["state"], "waiting", "{message}");
                return message;
            }
            assert!(Instant::now() < until, "nothing was sent for {reference}: {log}");
            std::thread::sleep(GLANCE);
        }
    }

    /// Has it sent once more, now.
    fn sends_again(&self, message: &Value) {
        let path = format!("/sandbox/v1/messages/{}/retry", message["id"]);
        let answer = demo::send(self.address, "POST", &path, &[], &Value::Null);
        assert!(answer.is_success(), "{}", answer.text());
    }
}
