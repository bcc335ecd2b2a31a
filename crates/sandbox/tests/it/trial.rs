//! Test notifications: really posted, signed, and what was answered told.

use std::collections::BTreeSet;

use payhook_provider::{Item, Papers, Policy, RawRequest, by_name};
use payhook_testkit::receiver::{Behaviour, Delivery, Receiver};
use serde_json::{Value, json};

use crate::stage::{BEGIN, COMPANY, MERCHANT, Stage};

/// The webhook's path, and its key.
fn webhook(stage: &Stage, under: &str, receiver: &Receiver) -> (String, String) {
    let path = stage.webhook(under, &receiver.url());
    let made = stage.fine("POST", &format!("{path}/generateHmac"), &Value::Null);
    (path, made["hmacKey"].as_str().expect("a key").to_owned())
}

fn test(stage: &Stage, path: &str, asked: &Value) -> Vec<Value> {
    stage.fine("POST", &format!("{path}/test"), asked)["data"].as_array().expect("a list").clone()
}

fn is_signed(delivery: &Delivery, key: &str) -> bool {
    let adyen = by_name("adyen").expect("Adyen");
    let request = RawRequest { target: &delivery.target, headers: &delivery.headers, body: &delivery.body };
    let keys = [adyen.key("test", key).expect("a key")];
    let papers = adyen.verify(&request, &keys, &Policy::default(), BEGIN);
    matches!(papers, Papers::Items(items) if items.iter().all(|item| matches!(item, Item::Verified(_))))
}

fn item(delivery: &Delivery) -> Value {
    delivery.json()["notificationItems"][0]["NotificationRequestItem"].clone()
}

#[test]
fn each_code_is_tested_as_success_and_failure_in_two_currencies() {
    let stage = Stage::start();
    let receiver = Receiver::start(None);
    let (path, key) = webhook(&stage, MERCHANT, &receiver);
    let outputs = test(&stage, &path, &json!({ "types": ["AUTHORISATION", "REPORT_AVAILABLE"] }));
    assert_eq!((outputs.len(), receiver.count()), (8, 8));
    let said: BTreeSet<_> = receiver
        .deliveries()
        .iter()
        .map(item)
        .map(|item| {
            assert!(item["pspReference"].as_str().is_some_and(|psp| psp.contains("test_")), "{item}");
            format!("{} {} {}", item["eventCode"], item["success"], item["amount"]["currency"]).replace('"', "")
        })
        .collect();
    let expected = ["AUTHORISATION", "REPORT_AVAILABLE"]
        .into_iter()
        .flat_map(|code| ["false EUR", "false GBP", "true EUR", "true GBP"].map(|rest| format!("{code} {rest}")));
    assert_eq!(said, expected.collect());
    assert!(receiver.deliveries().iter().all(|delivery| is_signed(delivery, &key)));
    let bodies: BTreeSet<_> =
        receiver.deliveries().iter().map(|delivery| String::from_utf8_lossy(&delivery.body).into_owned()).collect();
    for output in &outputs {
        assert!(bodies.contains(output["requestSent"].as_str().expect("a body")), "{output}");
        assert_eq!((&output["merchantId"], &output["status"]), (&json!("SandboxMerchant"), &json!("success")));
        assert_eq!(output["responseCode"], "200");
        assert!(output["responseTime"].as_str().is_some_and(|time| time.ends_with(" ms")), "{output}");
    }
    let log = stage.fine("GET", "/sandbox/v1/messages", &Value::Null);
    let states: BTreeSet<_> =
        log["data"].as_array().expect("a list").iter().map(|entry| entry["state"].to_string()).collect();
    assert_eq!((log["data"].as_array().map(Vec::len), states), (Some(8), ["\"accepted\"".to_owned()].into()));
}

#[test]
fn an_endpoint_that_refuses_or_is_not_there_fails_the_test_and_nothing_is_sent_again() {
    let stage = Stage::start();
    let receiver = Receiver::start(None);
    receiver.behave(|_| Behaviour::Answer(301));
    let (path, _) = webhook(&stage, MERCHANT, &receiver);
    let custom = json!({ "types": ["CUSTOM"], "notification": { "eventCode": "CAPTURE", "success": true } });
    let refused = test(&stage, &path, &custom).remove(0);
    assert_eq!((&refused["status"], &refused["responseCode"]), (&json!("failed"), &json!("301")));
    drop(receiver);
    let gone = test(&stage, &path, &custom).remove(0);
    assert_eq!((&gone["status"], &gone["responseCode"]), (&json!("failed"), &Value::Null));
    assert!(gone["output"].as_str().is_some_and(|output| output.contains("cannot connect")), "{gone}");
    let log = stage.fine("GET", "/sandbox/v1/messages", &Value::Null);
    assert!(log["data"].as_array().expect("a list").iter().all(|entry| entry["state"] == "given_up"), "{log}");
}

#[test]
fn a_custom_notification_says_what_it_is_told_for_each_merchant_account() {
    let stage = Stage::start();
    let receiver = Receiver::start(None);
    let (path, key) = webhook(&stage, COMPANY, &receiver);
    let notification = json!({
        "eventCode": "CHARGEBACK", "success": false, "amount": { "currency": "HUF", "value": 1_000 },
        "merchantReference": "order 7: ß", "paymentMethod": "mc", "reason": "because",
        "eventDate": "2026-05-10T17:02:03+02:00",
    });
    let asked = json!({ "types": ["CUSTOM"], "notification": notification, "merchantIds": ["ThirdMerchant", "SecondMerchant"] });
    let outputs = test(&stage, &path, &asked);
    let merchants: Vec<_> = outputs.iter().map(|output| output["merchantId"].as_str().expect("a name")).collect();
    assert_eq!(merchants, ["ThirdMerchant", "SecondMerchant"]);
    for delivery in receiver.deliveries() {
        let item = item(&delivery);
        for field in ["eventCode", "amount", "merchantReference", "paymentMethod", "reason"] {
            assert_eq!(item[field], notification[field], "{field}");
        }
        assert_eq!((&item["success"], &item["eventDate"]), (&json!("false"), &json!("2026-05-10T16:02:03+01:00")));
        assert!(is_signed(&delivery, &key));
    }
    let everyone = test(&stage, &path, &json!({ "types": ["ORDER_OPENED"] }));
    assert_eq!(everyone.len(), 3 * 4, "every merchant account that it hears of");
}

#[test]
fn a_test_that_cannot_be_made_names_what_is_wrong() {
    let stage = Stage::start();
    let receiver = Receiver::start(None);
    let company = format!("{}/test", webhook(&stage, COMPANY, &receiver).0);
    let merchant = format!("{}/test", webhook(&stage, MERCHANT, &receiver).0);
    for (path, asked, named) in [
        (&merchant, json!({}), "types"),
        (&merchant, json!({ "types": [] }), "types"),
        (&merchant, json!({ "types": ["CAPTURE"] }), "types"),
        (&merchant, json!({ "types": ["CUSTOM"] }), "notification"),
        (&merchant, json!({ "types": ["AUTHORISATION"], "merchantIds": [] }), "merchantIds"),
        (&merchant, json!({ "types": ["AUTHORISATION"], "kind": 1 }), "kind"),
        (&company, json!({ "types": ["AUTHORISATION"], "merchantIds": ["Elsewhere"] }), "merchantIds"),
        (&company, json!({ "types": ["CUSTOM"], "notification": { "success": true } }), "notification.eventCode"),
        (
            &company,
            json!({ "types": ["CUSTOM"], "notification": { "eventCode": "REFUND", "success": true, "amount": { "value": 1.5 } } }),
            "notification.amount.value",
        ),
        (
            &company,
            json!({ "types": ["CUSTOM"], "notification": { "eventCode": "REFUND", "success": "true" } }),
            "notification.success",
        ),
    ] {
        let answer = stage.call("POST", path, &asked);
        assert_eq!((answer.status, &answer.json()["invalidFields"][0]["name"]), (422, &json!(named)), "{asked}");
    }
    assert_eq!(receiver.count(), 0);
}
