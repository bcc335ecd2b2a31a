//! Links, which many may pay, and orders, which several payments pay.

use serde_json::{Value, json};

use super::stage::{ACCOUNT, QUICK, Stage};
use crate::time::Pace;

fn link(stage: &Stage, more: &Value) -> (Value, String) {
    let mut body =
        json!({ "merchantAccount": ACCOUNT, "reference": "invoice-1", "amount": { "currency": "EUR", "value": 900 } });
    for (name, value) in more.as_object().into_iter().flatten() {
        body[name] = value.clone();
    }
    let link = stage.post("/paymentLinks", &body, 201);
    let url = url::Url::parse(link["url"].as_str().expect("a URL")).expect("a URL");
    (link, url.path().to_owned())
}

fn status(stage: &Stage, link: &Value) -> Value {
    let id = link["id"].as_str().expect("an id");
    let shown = stage.get(&format!("/adyen/checkout/v71/paymentLinks/{id}"));
    assert_eq!(shown.status, 200);
    shown.json()["status"].clone()
}

const CARD: &str = "method=card&number=4111111145551142&expiry=03/30&cvc=737&holder=J";

#[test]
fn a_link_is_paid_once_unless_it_is_reusable() {
    let stage = Stage::start(QUICK);
    let (once, path) = link(&stage, &json!({}));
    assert_eq!((&once["status"], &once["reusable"]), (&json!("active"), &json!(false)));
    let paid = stage.send(&path, CARD);
    assert!(paid.status == 200 && paid.text().contains("has been paid"), "{}", paid.text());
    assert_eq!(status(&stage, &once), "completed");
    let item = stage.hears_of("AUTHORISATION");
    assert_eq!(item["additionalData"]["paymentLinkId"], once["id"]);

    let (reusable, path) = link(&stage, &json!({ "reusable": true }));
    let ours = |item: &&Value| item["additionalData"]["paymentLinkId"] == reusable["id"];
    for _ in 0..2 {
        assert!(stage.send(&path, CARD).text().contains("can be paid again"));
    }
    assert_eq!(status(&stage, &reusable), "active");
    stage.paid("the next");
    assert_eq!(stage.items().iter().filter(ours).count(), 2);
}

#[test]
fn a_link_can_be_ended_by_the_merchant_and_in_no_other_way_changed() {
    let stage = Stage::start(QUICK);
    let (one, path) = link(&stage, &json!({}));
    let change = |body: Value| {
        let path = format!("/adyen/checkout/v71/paymentLinks/{}", one["id"].as_str().expect("an id"));
        stage.ask("PATCH", &path, &[("x-api-key", "sandbox_adyen_api_key")], body.to_string().as_bytes())
    };
    assert_eq!(change(json!({ "status": "completed" })).status, 422);
    let ended = change(json!({ "status": "expired" }));
    assert_eq!((ended.status, &ended.json()["status"]), (200, &json!("expired")));
    assert_eq!(change(json!({ "status": "expired" })).status, 422);
    assert!(stage.send(&path, CARD).text().contains("is over"));
}

fn order(stage: &Stage) -> Value {
    let body =
        json!({ "merchantAccount": ACCOUNT, "reference": "basket-1", "amount": { "currency": "EUR", "value": 1_500 } });
    stage.post("/orders", &body, 200)
}

fn named(order: &Value) -> Value {
    json!({ "pspReference": order["pspReference"], "orderData": order["orderData"] })
}

#[test]
fn an_order_is_closed_when_its_payments_pay_all_of_it() {
    let stage = Stage::start_with(QUICK, |webhook| {
        webhook.properties.insert("includePaymentResultInOrderClosedNotification".to_owned(), true);
    });
    let order = order(&stage);
    assert_eq!(stage.hears_of("ORDER_OPENED")["pspReference"], order["pspReference"]);
    let first = stage.pay("basket-1", &json!({ "order": named(&order) }));
    assert_eq!(first["order"]["remainingAmount"], json!({ "currency": "EUR", "value": 500 }));
    let part = json!({ "order": named(&order), "amount": { "currency": "EUR", "value": 500 } });
    let second = stage.pay("basket-1", &part);
    let closed = stage.hears_of("ORDER_CLOSED");
    let data = &closed["additionalData"];
    assert_eq!((&closed["success"], &closed["pspReference"]), (&json!("true"), &order["pspReference"]));
    assert_eq!(
        (&data["order-1-pspReference"], &data["order-2-pspReference"]),
        (&first["pspReference"], &second["pspReference"])
    );
    assert_eq!((&data["order-1-paymentAmount"], &data["order-2-success"]), (&json!("EUR 10.00"), &json!("true")));
}

#[test]
fn a_payment_cannot_pay_more_than_an_order_has_left() {
    let stage = Stage::start(QUICK);
    let order = order(&stage);
    let body = json!({ "merchantAccount": ACCOUNT, "reference": "o", "amount": { "currency": "EUR", "value": 1_501 },
        "returnUrl": "https://shop.example.com", "order": named(&order), "paymentMethod": { "type": "ideal" } });
    assert_eq!(stage.post("/payments", &body, 422)["errorCode"], "137");
}

#[test]
fn an_order_given_up_or_forgotten_gives_its_parts_back_without_a_refund_being_told() {
    let cancelled = Stage::start(QUICK);
    let first = order(&cancelled);
    let part = cancelled.pay("basket-1", &json!({ "order": named(&first) }));
    cancelled.post("/orders/cancel", &json!({ "merchantAccount": ACCOUNT, "order": named(&first) }), 200);
    cancelled.post("/orders/cancel", &json!({ "merchantAccount": ACCOUNT, "order": named(&first) }), 422);
    let forgotten = Stage::start(Pace::Leaping);
    order(&forgotten);
    for stage in [&cancelled, &forgotten] {
        assert_eq!(stage.hears_of("ORDER_CLOSED")["success"], "false");
        assert!(stage.items().iter().all(|item| item["eventCode"] != "REFUND"));
    }
    assert_eq!(cancelled.payment(part["pspReference"].as_str().expect("a reference")).money.refunded, 1_000);
}
