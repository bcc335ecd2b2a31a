//! Captures, cancels and refunds: each asked for once, none beyond what is left, and only by the merchant.

use payhook_testkit::wire::Answer;

use crate::browser::{attempt, buy, get, post};
use crate::program::Shop;
use crate::provider::Provider;
use crate::webhook::Event;

fn shop_with_a_paid_order() -> (Provider, Shop, Event) {
    let provider = Provider::start();
    let shop = Shop::start(&provider);
    buy(shop.address, "card");
    let event = Event::authorised(&shop.text("SELECT reference FROM orders"), 2_450);
    assert_eq!(event.send(shop.address), Some(204));
    (provider, shop, event)
}

fn page(shop: &Shop, event: &Event) -> String {
    get(shop.address, &format!("/admin/orders/{}", event.reference), "").expect("the order").text()
}

fn modify(shop: &Shop, event: &Event, what: &str, token: &str, amount: &str) -> Answer {
    let path = format!("/admin/orders/{}/payments/{}/{what}", event.reference, event.payment);
    post(shop.address, &path, "", &[("attempt", token), ("amount", amount)]).expect("an answer")
}

#[test]
fn a_capture_is_asked_for_by_the_payments_name_and_once_per_form() {
    let (provider, shop, event) = shop_with_a_paid_order();
    let token = attempt(&page(&shop, &event), "/capture").expect("a form");
    for _ in 0..3 {
        assert_eq!(modify(&shop, &event, "capture", &token, "24.50").status, 303);
    }
    shop.wait_for("SELECT count(*) FROM intentions WHERE kind = 'capture' AND state = 'done'", 1);
    let captures = provider.done("/captures");
    assert_eq!(captures.len(), 1);
    assert_eq!(captures[0].target, format!("/adyen/v71/payments/{}/captures", event.name));
    assert_eq!(captures[0].body["amount"], serde_json::json!({ "value": 2450, "currency": "GBP" }));
    assert_eq!(captures[0].body["reference"], event.reference);
    assert!(attempt(&page(&shop, &event), "/capture").is_none(), "nothing is left to capture");
}

#[test]
fn two_pages_open_at_once_do_not_refund_twice() {
    let (provider, shop, event) = shop_with_a_paid_order();
    assert_eq!(event.then("payment.captured", "captured", (2_450, 2_450, 0), "PC").send(shop.address), Some(204));
    let tokens = [page(&shop, &event), page(&shop, &event)].map(|page| attempt(&page, "/refund").expect("a form"));
    assert_ne!(tokens[0], tokens[1]);
    assert_eq!(modify(&shop, &event, "refund", &tokens[0], "20").status, 303);
    let second = modify(&shop, &event, "refund", &tokens[1], "20");
    assert_eq!(second.status, 409);
    assert!(second.text().contains("at most £4.50"), "{}", second.text());
    shop.wait_for("SELECT count(*) FROM intentions WHERE kind = 'refund' AND state = 'done'", 1);
    assert_eq!(provider.done("/refunds").len(), 1);
}

#[test]
fn a_refund_that_failed_can_be_asked_for_again() {
    let (provider, shop, event) = shop_with_a_paid_order();
    let captured = event.then("payment.captured", "captured", (2_450, 2_450, 0), "PC");
    assert_eq!(captured.send(shop.address), Some(204));
    let token = attempt(&page(&shop, &event), "/refund").expect("a form");
    assert_eq!(modify(&shop, &event, "refund", &token, "24.50").status, 303);
    shop.wait_for("SELECT count(*) FROM intentions WHERE kind = 'refund' AND state = 'done'", 1);
    assert!(attempt(&page(&shop, &event), "/refund").is_none());
    let failed = captured.then("refund.failed", "captured", (2_450, 2_450, 0), &provider.done("/refunds")[0].name);
    assert_eq!(failed.send(shop.address), Some(204));
    assert!(attempt(&page(&shop, &event), "/refund").is_some());
}

#[test]
fn a_cancel_leaves_nothing_to_capture() {
    let (provider, shop, event) = shop_with_a_paid_order();
    let shown = page(&shop, &event);
    let (cancel, capture) = (attempt(&shown, "/cancel").expect("a form"), attempt(&shown, "/capture").expect("a form"));
    assert_eq!(modify(&shop, &event, "cancel", &cancel, "").status, 303);
    assert_eq!(modify(&shop, &event, "capture", &capture, "24.50").status, 409);
    shop.wait_for("SELECT count(*) FROM intentions WHERE kind = 'cancel' AND state = 'done'", 1);
    assert_eq!((provider.done("/cancels").len(), provider.done("/captures").len()), (1, 0));
}

#[test]
fn a_provider_that_does_not_answer_is_asked_again_with_the_same_key_and_bytes() {
    let (provider, shop, event) = shop_with_a_paid_order();
    provider.be_unreliable(100);
    let token = attempt(&page(&shop, &event), "/capture").expect("a form");
    assert_eq!(modify(&shop, &event, "capture", &token, "24.50").status, 303);
    shop.wait_for("SELECT min(tries, 2) FROM intentions WHERE kind = 'capture'", 2);
    provider.be_unreliable(0);
    shop.wait_for("SELECT count(*) FROM intentions WHERE kind = 'capture' AND state = 'done'", 1);
    assert_eq!((provider.done("/captures").len(), provider.misused()), (1, 0));
}

#[test]
fn what_makes_no_sense_is_refused_and_asked_of_nobody() {
    let (provider, shop, event) = shop_with_a_paid_order();
    let token = attempt(&page(&shop, &event), "/capture").expect("a form");
    for amount in ["", "0", "-1", "1e9", "24.51", "99999999999999999999"] {
        assert_eq!(modify(&shop, &event, "capture", &token, amount).status, 409, "{amount}");
    }
    assert_eq!(modify(&shop, &event, "capture", "guessed", "1").status, 409);
    assert_eq!(modify(&shop, &event, "session", &token, "1").status, 404);
    assert_eq!(
        modify(&shop, &Event { payment: "pay_x".to_owned(), ..event.clone() }, "refund", &token, "1").status,
        409
    );
    assert_eq!(modify(&shop, &Event { reference: "UDX".to_owned(), ..event }, "refund", &token, "1").status, 404);
    assert_eq!(provider.asked().len(), 1, "the session, and nothing else");
}

#[test]
fn the_merchants_pages_ask_for_the_password_where_there_is_one() {
    let provider = Provider::start();
    let shop = Shop::start_with(&provider, &[("SHOP_ADMIN_PASSWORD", "open sesame")]);
    let answer = get(shop.address, "/admin", "").expect("an answer");
    assert_eq!(answer.status, 401);
    assert!(answer.header("www-authenticate").is_some_and(|ask| ask.starts_with("Basic")));
    let headers = [("authorization", "Basic YWRtaW46b3BlbiBzZXNhbWU=")];
    let request = crate::browser::head(shop.address, "GET", "/admin", &headers, b"");
    let answer = payhook_testkit::wire::call(shop.address, &request, crate::browser::PATIENCE).expect("an answer");
    assert_eq!(answer.status, 200);
}
