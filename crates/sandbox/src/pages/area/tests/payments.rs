//! Payments, what a bank does to them, and what an account has chosen about them.

use axum::body::Body;
use data_encoding::BASE64;
use http::Request;
use serde_json::{Value, json};

use super::browser::Browser;
use crate::adyen::checkout::{CaptureDelay, Settings};

/// Asks an API for something, as a merchant's program does.
fn asked(browser: &Browser, path: &str, authorization: (&str, &str), body: &Value) -> Value {
    let request = Request::post(path).header(authorization.0, authorization.1);
    let request = request.header("content-type", "application/json").body(Body::from(body.to_string()));
    let answer = browser.send(request.expect("a request"));
    serde_json::from_str(&answer.text).unwrap_or_else(|error| panic!("{error}: {}", answer.text))
}

/// A payment by card at Adyen; the path of its page.
fn by_card(browser: &Browser) -> String {
    let card = json!({ "type": "scheme", "number": "4111111145551142", "expiryMonth": "03", "expiryYear": "2030",
        "cvc": "737", "holderName": "J. Smith" });
    let payment = json!({ "amount": { "currency": "EUR", "value": 2_599 }, "merchantAccount": "SandboxMerchant",
        "reference": "order-1", "returnUrl": "https://shop.example/", "paymentMethod": card });
    let key = ("x-api-key", "sandbox_adyen_api_key");
    let answer = asked(browser, "/adyen/checkout/v71/payments", key, &payment);
    format!("/area/payments/adyen/{}", answer["pspReference"].as_str().expect("it was authorised"))
}

/// A payment session at Banked; the path of its page.
fn by_bank(browser: &Browser) -> String {
    let session = json!({ "reference": "Order 2", "success_url": "https://shop.example/", "error_url": "https://shop.example/",
        "line_items": [{ "name": "Candle", "amount": 700, "currency": "GBP", "quantity": 1 }],
        "payee": { "name": "Shop", "account_number": "12345678", "sort_code": "010203" } });
    let basic = format!("Basic {}", BASE64.encode(b"pk_sandbox:sk_sandbox"));
    let answer = asked(browser, "/banked/v2/payment_sessions", ("authorization", &basic), &session);
    format!("/area/payments/banked/{}", answer["id"].as_str().expect("a session"))
}

#[test]
fn payments_of_both_providers_are_listed_and_shown() {
    let browser = Browser::new();
    browser.get("/area/payments").says("Nobody has paid yet");
    let (card, bank) = (by_card(&browser), by_bank(&browser));
    browser.get("/area/payments").says("25.99 EUR").says("£7.00").says(&card).says(&bank).says("awaiting payer");
    browser.get(&card).says("411111 … 1142").says("authorised").keeps_quiet_about("4111111145551142");
    browser.get(&bank).says("pay it").says("£7.00");
    for missing in ["/area/payments/adyen/NONE", "/area/payments/banked/none"] {
        assert_eq!(browser.get(missing).status, 404, "{missing}");
    }
}

#[test]
fn a_bank_does_what_the_payment_lets_it_do_and_whoever_hears_of_it_is_told() {
    let browser = Browser::new();
    browser.does("/area/adyen/webhooks", &[("url", "http://127.0.0.1:1/in/adyen"), ("active", "yes")]);
    let page = by_card(&browser);
    browser.get(&page).says("/chargeback").keeps_quiet_about("/second").keeps_quiet_about("/refund-failed");
    let (_, opened) = browser.does(&format!("{page}/dispute"), &[]);
    opened.says("It has happened").says("NOTIFICATION_OF_CHARGEBACK").says("to be defended until").says("opened");
    let (_, taken) = browser.does(&format!("{page}/chargeback"), &[]);
    taken.says("charged back").says("CHARGEBACK</code>").keeps_quiet_about("/chargeback\"");
    let (_, again) = browser.does(&format!("{page}/chargeback"), &[]);
    again.says("It could not happen any more");
    browser.get("/area/log?q=chargeback").says("order-1");
    assert_eq!(browser.post(&format!("{page}/nonsense"), &[]).status, 404);
    assert_eq!(browser.post("/area/payments/adyen/NONE/dispute", &[]).status, 404);
}

#[test]
fn looking_at_what_could_happen_lets_nothing_happen() {
    let browser = Browser::new();
    browser.does("/area/adyen/webhooks", &[("url", "http://127.0.0.1:1/in/adyen"), ("active", "yes")]);
    let page = by_card(&browser);
    let first = browser.get(&page).text;
    assert_eq!(browser.get(&page).text, first, "the page is the same when it is looked at again");
    assert_eq!(browser.act(|act| act.tally()).waiting, 0, "nobody was told of anything");
}

#[test]
fn a_payment_at_banked_is_led_step_by_step_to_its_end() {
    let browser = Browser::new();
    let page = by_bank(&browser);
    browser.get(&page).says("/initiate").says("/fail").keeps_quiet_about("/send\"");
    for (verb, state) in [("initiate", "initiated"), ("pend", "pending"), ("send", "sent")] {
        browser.does(&format!("{page}/{verb}"), &[]).1.says("It has happened").says(state);
    }
    browser.get(&page).says("This payment has come to its end").keeps_quiet_about("/fail\"");
    browser.does(&format!("{page}/fail"), &[]).1.says("It could not happen any more");
}

#[test]
fn an_account_chooses_when_its_payments_are_captured() {
    let browser = Browser::new();
    browser.get("/area/accounts").says("SandboxMerchant").says("SecondMerchant");
    let form = [("capture_delay", "manual"), ("multiple_partial_captures", "yes")];
    browser.does("/area/accounts/SandboxMerchant", &form).1.says("Saved.");
    let chosen = browser.act(|act| Settings::of(act, "SandboxMerchant"));
    assert_eq!((chosen.capture_delay, chosen.multiple_partial_captures), (CaptureDelay::Manual, true));
    let other = browser.act(|act| Settings::of(act, "SecondMerchant"));
    assert_eq!(other.capture_delay, CaptureDelay::Immediate);
    browser.get(&by_card(&browser)).says("Let the authorisation expire").keeps_quiet_about("Captured");
    assert_eq!(browser.post("/area/accounts/Foreign", &form).status, 404);
}
