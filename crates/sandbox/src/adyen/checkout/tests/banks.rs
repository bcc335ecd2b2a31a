//! What banks, schemes and the provider itself do to a payment later.

use serde_json::{Value, json};

use super::stage::{ACCOUNT, QUICK, Stage, webhook};
use crate::adyen::checkout::Payment;
use crate::adyen::checkout::bank::{self, Unfit};
use crate::adyen::checkout::payment::Stage as DisputeStage;
use crate::adyen::notice::TOKEN_WEBHOOK;
use crate::book::Act;
use crate::time::Pace;

/// What is done to the dispute of a payment.
type Verb = fn(&Act<'_>, &str) -> Result<String, Unfit>;

impl Stage {
    /// A bank does something to a payment.
    fn bank<T>(&self, verb: impl FnOnce(&Act<'_>) -> Result<T, Unfit>) -> T {
        self.world.act(verb).expect("the payment's state lets it happen")
    }

    /// A bank tries something that the payment's state does not let happen.
    fn unfit<T: std::fmt::Debug>(&self, verb: impl FnOnce(&Act<'_>) -> Result<T, Unfit>) -> String {
        self.world.act(verb).expect_err("the payment's state does not let it happen").to_string()
    }
}

#[test]
fn a_capture_that_fails_later_is_told_by_the_captures_own_reference() {
    let stage = Stage::start(QUICK).captures_by_hand(false);
    let psp = stage.paid("order-1");
    let capture = stage.modify(&psp, "captures", Some(1_000));
    stage.bank(|act| bank::capture_failed(act, &psp, None));
    let item = stage.hears_of("CAPTURE_FAILED");
    assert_eq!((&item["pspReference"], &item["originalReference"]), (&capture["pspReference"], &json!(psp)));
    assert_eq!((&item["success"], &item["amount"]["value"]), (&json!("true"), &json!(1_000)));
    assert_eq!(stage.payment(&psp).money.captured, 0);
    stage.unfit(|act| bank::capture_failed(act, &psp, None));
}

#[test]
fn a_capture_whose_money_was_refunded_can_no_longer_fail() {
    let stage = Stage::start(QUICK);
    let psp = stage.paid("order-1");
    stage.modify(&psp, "refunds", Some(1));
    stage.unfit(|act| bank::capture_failed(act, &psp, None));
    assert_eq!(stage.payment(&psp).money.captured, 1_000);
}

#[test]
fn a_refund_that_fails_or_comes_back_is_told_by_its_own_reference_and_can_be_made_again() {
    let stage = Stage::start(QUICK);
    let psp = stage.paid("order-1");
    let refund = stage.modify(&psp, "refunds", Some(1_000));
    stage.bank(|act| bank::refund_failed(act, &psp, None));
    let failed = stage.hears_of("REFUND_FAILED");
    assert_eq!((&failed["pspReference"], &failed["originalReference"]), (&refund["pspReference"], &json!(psp)));
    let again = stage.modify(&psp, "refunds", Some(1_000));
    assert_eq!(again["success"], "true");
    let reference = again["pspReference"].as_str().expect("a reference");
    stage.bank(|act| bank::refund_reversed(act, &psp, Some(reference)));
    assert_eq!(stage.hears_of("REFUNDED_REVERSED")["pspReference"], again["pspReference"]);
    assert_eq!(stage.payment(&psp).money.refunded, 0);
}

/// A stage as it was told: code, status, whether it names the payment.
fn told(item: &Value) -> (&str, &str, bool) {
    let text = |value: &'static str| item[value].as_str().unwrap_or_default();
    let status = item["additionalData"]["disputeStatus"].as_str().unwrap_or_default();
    (text("eventCode"), status, item.get("originalReference").is_some())
}

#[test]
fn a_dispute_that_is_lost_again_has_one_reference_from_the_first_question_to_the_end() {
    let stage = Stage::start_with(QUICK, |webhook| {
        webhook.properties.insert("addCaptureReferenceToDisputeNotification".to_owned(), true);
    });
    let psp = stage.paid("order-1");
    let dispute = stage.bank(|act| bank::request_for_information(act, &psp));
    let verbs: [Verb; 5] =
        [bank::chargeback_opened, bank::chargeback, bank::defended, bank::chargeback_reversed, bank::second_chargeback];
    for verb in verbs {
        assert_eq!(stage.bank(|act| verb(act, &psp)), dispute);
    }
    let last = stage.hears_of("SECOND_CHARGEBACK");
    let of_it: Vec<Value> = stage.items().into_iter().filter(|item| item["pspReference"] == *dispute).collect();
    let stages: Vec<_> = of_it.iter().map(told).collect();
    let expected = [
        ("REQUEST_FOR_INFORMATION", "Unresponded", true),
        ("NOTIFICATION_OF_CHARGEBACK", "Undefended", true),
        ("CHARGEBACK", "Undefended", true),
        ("INFORMATION_SUPPLIED", "Pending", true),
        ("CHARGEBACK_REVERSED", "Pending", false),
        ("SECOND_CHARGEBACK", "Lost", false),
    ];
    assert_eq!(stages, expected);
    assert_eq!(last["amount"], json!({ "currency": "EUR", "value": 1_000 }));
    let payment = stage.payment(&psp);
    assert_eq!(of_it[2]["additionalData"]["capturePspReference"], payment.changes[0].psp_reference);
    assert_eq!((payment.money.charged_back, payment.disputes[0].stage), (1_000, DisputeStage::Lost));
}

#[test]
fn a_reversed_chargeback_names_its_payment_where_a_webhook_asks_for_it() {
    let stage = Stage::start_with(QUICK, |webhook| {
        webhook.properties.insert("includeOriginalReferenceForChargebackReversed".to_owned(), true);
    });
    let psp = stage.paid("order-1");
    stage.bank(|act| bank::chargeback(act, &psp));
    stage.bank(|act| bank::chargeback_reversed(act, &psp));
    assert_eq!(stage.hears_of("CHARGEBACK_REVERSED")["originalReference"], psp);
}

#[test]
fn a_defended_dispute_is_won_and_an_undefended_one_never() {
    let stage = Stage::start(QUICK);
    let psp = stage.paid("order-1");
    stage.unfit(|act| bank::dispute_won(act, &psp));
    stage.bank(|act| bank::chargeback_opened(act, &psp));
    assert_eq!(stage.unfit(|act| bank::dispute_won(act, &psp)), "nobody defended this dispute; it cannot be won");
    assert_eq!(stage.payment(&psp).money.charged_back, 0, "no money moves before the chargeback");
    stage.bank(|act| bank::chargeback(act, &psp));
    stage.bank(|act| bank::defended(act, &psp));
    stage.unfit(|act| bank::defended(act, &psp));
    stage.bank(|act| bank::chargeback_reversed(act, &psp));
    stage.bank(|act| bank::dispute_won(act, &psp));
    assert_eq!(told(&stage.hears_of("ISSUER_RESPONSE_TIMEFRAME_EXPIRED")).1, "Won");
    assert_eq!(stage.payment(&psp).money.charged_back, 0);
}

#[test]
fn a_chargeback_that_nobody_defends_is_lost_when_the_time_to_defend_is_over() {
    let stage = Stage::start(Pace::Leaping);
    let psp = stage.paid("order-1");
    stage
        .world
        .act(|act| bank::chargeback_opened(act, &psp).and_then(|_| bank::chargeback(act, &psp)))
        .expect("disputed");
    assert_eq!(told(&stage.hears_of("DISPUTE_DEFENSE_PERIOD_ENDED")).1, "Lost");
    assert_eq!(stage.payment(&psp).money.charged_back, 1_000);
}

#[test]
fn disputed_money_cannot_be_refunded_and_refunded_money_cannot_be_disputed() {
    let stage = Stage::start(QUICK);
    let disputed = stage.paid("order-1");
    stage.bank(|act| bank::chargeback(act, &disputed));
    assert_eq!(stage.modify(&disputed, "refunds", Some(1))["reason"], "Insufficient balance on payment");

    let refunded = stage.paid("order-2");
    stage.modify(&refunded, "refunds", Some(1_000));
    stage.unfit(|act| bank::chargeback(act, &refunded));
}

#[test]
fn a_report_of_fraud_moves_no_money() {
    let stage = Stage::start(QUICK);
    let psp = stage.paid("order-1");
    let before = stage.payment(&psp);
    let report = stage.bank(|act| bank::fraud_notified(act, &psp));
    let item = stage.hears_of("NOTIFICATION_OF_FRAUD");
    assert_eq!((&item["pspReference"], &item["originalReference"]), (&json!(report), &json!(psp)));
    assert_eq!(item["additionalData"]["nofSchemeCode"], "visa");
    assert_eq!(stage.payment(&psp), before);
}

#[test]
fn a_tokens_life_is_told_by_type_signed_over_the_whole_body() {
    let stage = Stage::start(QUICK);
    let url = format!("http://{}/tokens", stage.merchant.address());
    stage.world.act(|act| act.keep(&webhook("S2-2", TOKEN_WEBHOOK, &url))).expect("kept");
    let answer = stage.pay("order-1", &json!({ "shopperReference": "shopper-7", "storePaymentMethod": true }));
    let psp = answer["pspReference"].as_str().expect("a reference");
    let token = stage.payment(psp).shopper.token.expect("a token");
    stage.bank(|act| bank::token_updated(act, &token));
    stage.bank(|act| bank::token_disabled(act, &token));
    stage.unfit(|act| bank::token_updated(act, &token));
    let to_tokens = |target: &str| target == "/tokens";
    let came = stage.merchant.wait_until(std::time::Duration::from_secs(20), |all| {
        all.iter().filter(|told| to_tokens(&told.target)).count() == 3
    });
    assert!(came);
    let told: Vec<_> = stage.merchant.deliveries().into_iter().filter(|told| to_tokens(&told.target)).collect();
    let words: Vec<_> = told.iter().map(|told| told.json()["type"].clone()).collect();
    assert_eq!(words, ["recurring.token.created", "recurring.token.updated", "recurring.token.disabled"]);
    assert!(
        told.iter().all(|told| told.header("hmacsignature").len() == 44 && told.header("protocol") == "HmacSHA256")
    );
    let created = told[0].json();
    assert_eq!((&created["eventId"], &created["data"]["operation"]), (&json!(psp), &json!("created")));
    assert_eq!(
        (&created["data"]["storedPaymentMethodId"], &created["data"]["shopperReference"]),
        (&json!(token), &json!("shopper-7"))
    );
}

#[test]
fn a_report_is_offered_by_its_address_and_downloaded_with_the_key_alone() {
    let stage = Stage::start(QUICK);
    let psp = stage.paid("order, \"one\"");
    stage.modify(&psp, "refunds", Some(250));
    let file = stage.bank(|act| bank::report_available(act, ACCOUNT));
    let item = stage.hears_of("REPORT_AVAILABLE");
    assert_eq!((&item["pspReference"], &item["merchantReference"]), (&json!(file), &json!("")));
    let url = url::Url::parse(item["reason"].as_str().expect("a URL")).expect("a URL");
    assert_eq!(url.path(), format!("/reports/download/MerchantAccount/{ACCOUNT}/{file}"));

    let report = stage.get(url.path());
    assert_eq!((report.status, report.header("content-type")), (200, Some("text/csv; charset=utf-8")));
    let text = report.text();
    let kinds: Vec<_> = text.lines().skip(1).map(|line| line.split(',').rev().nth(2).unwrap_or_default()).collect();
    assert_eq!(kinds, ["Received", "Authorised", "SentForSettle", "SentForRefund"], "{text}");
    assert!(text.contains("\"order, \"\"one\"\"\"") && text.contains(",EUR,2.50,SentForRefund,"), "{text}");

    assert_eq!(stage.ask("GET", url.path(), &[], b"").status, 401);
    let as_password = format!("Basic {}", data_encoding::BASE64.encode(b"report_1@Company.Shop:sandbox_adyen_api_key"));
    let downloaded = stage.ask("GET", url.path(), &[("authorization", &as_password)], b"");
    assert_eq!((downloaded.status, downloaded.text()), (200, text), "as a report user's password, too");
    assert_eq!(stage.get(&format!("/reports/download/MerchantAccount/Foreign/{file}")).status, 403);
    assert_eq!(stage.get(&format!("/reports/download/MerchantAccount/{ACCOUNT}/none.csv")).status, 404);
}

#[test]
fn an_expiry_can_be_made_to_come_at_once() {
    let stage = Stage::start(QUICK).captures_by_hand(true);
    let psp = stage.paid("order-1");
    stage.modify(&psp, "captures", Some(400));
    stage.bank(|act| bank::expire(act, &psp));
    stage.hears_of("EXPIRE");
    let Payment { money, open, .. } = stage.payment(&psp);
    assert_eq!((money.captured, money.expired, open), (400, 600, false));
    stage.unfit(|act| bank::expire(act, &psp));
}
