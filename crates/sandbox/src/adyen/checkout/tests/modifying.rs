//! Captures, cancels, refunds: answered *received*, decided later, told with Adyen's reason when the answer is no.

use std::time::Duration;

use serde_json::{Value, json};

use super::believed::settle;
use super::stage::{ACCOUNT, QUICK, Stage, world};
use crate::adyen::checkout::payment::State;
use crate::adyen::checkout::{
    CaptureDelay, ChangeKind, ChangeState, Instrument, Payment, Purchase, Request, Settings, pay, receive,
};
use crate::adyen::notice::Amount;
use crate::time::Pace;

fn verdict(item: &Value) -> (&str, &str, &str) {
    let text = |name: &str| item[name].as_str().unwrap_or_default();
    (text("eventCode"), text("success"), text("reason"))
}

#[test]
fn an_account_that_captures_by_itself_tells_no_capture_unless_it_is_asked_by_name() {
    let stage = Stage::start(QUICK);
    let psp = stage.paid("order-1");
    assert_eq!(stage.payment(&psp).money.captured, 1_000);
    // A refund is told after whatever was told of the payment before.
    assert_eq!(verdict(&stage.modify(&psp, "refunds", Some(400))), ("REFUND", "true", ""));
    assert!(stage.items().iter().all(|item| item["eventCode"] != "CAPTURE"));

    let named = Stage::start_with(QUICK, |webhook| {
        webhook.include_event_codes = ["AUTHORISATION", "CAPTURE"].map(str::to_owned).to_vec();
    });
    let psp = named.paid("order-1");
    let item = named.hears_of("CAPTURE");
    assert_eq!((&item["originalReference"], &item["amount"]["value"]), (&json!(psp), &json!(1_000)));
}

#[test]
fn a_capture_is_told_by_its_own_reference_and_a_larger_one_is_not_done() {
    let stage = Stage::start(QUICK).captures_by_hand(false);
    let psp = stage.paid("order-1");
    let too_much = stage.modify(&psp, "captures", Some(1_001));
    assert_eq!(verdict(&too_much), ("CAPTURE", "false", "Insufficient balance on payment"));
    let item = stage.modify(&psp, "captures", Some(1_000));
    assert_eq!(verdict(&item), ("CAPTURE", "true", ""));
    assert_eq!((&item["originalReference"], &item["merchantReference"]), (&json!(psp), &json!("captures-1")));
    assert_eq!(item["amount"], json!({ "currency": "EUR", "value": 1_000 }));
}

#[test]
fn a_first_partial_capture_gives_the_rest_back_unless_the_account_captures_in_parts() {
    let once = Stage::start(QUICK).captures_by_hand(false);
    let psp = once.paid("order-1");
    assert_eq!(verdict(&once.modify(&psp, "captures", Some(300))), ("CAPTURE", "true", ""));
    assert_eq!(verdict(&once.modify(&psp, "captures", Some(300))).1, "false");
    assert_eq!((once.payment(&psp).money.captured, once.payment(&psp).money.cancelled), (300, 700));

    let parts = Stage::start(QUICK).captures_by_hand(true);
    let psp = parts.paid("order-1");
    for value in [300, 300, 400] {
        assert_eq!(verdict(&parts.modify(&psp, "captures", Some(value))).1, "true");
    }
    assert_eq!(verdict(&parts.modify(&psp, "captures", Some(1))).1, "false");
    assert_eq!(parts.payment(&psp).money.captured, 1_000);
}

#[test]
fn a_refund_needs_a_capture_and_never_exceeds_it() {
    let stage = Stage::start(QUICK).captures_by_hand(false);
    let psp = stage.paid("order-1");
    let early = stage.modify(&psp, "refunds", Some(100));
    assert_eq!(verdict(&early), ("REFUND", "false", "Transaction hasn't been captured, refund not possible"));
    stage.modify(&psp, "captures", Some(1_000));
    assert_eq!(verdict(&stage.modify(&psp, "refunds", Some(700))), ("REFUND", "true", ""));
    let too_much = stage.modify(&psp, "refunds", Some(301));
    assert_eq!(verdict(&too_much), ("REFUND", "false", "Insufficient balance on payment"));
    assert_eq!(stage.payment(&psp).money.refunded, 700);
}

#[test]
fn a_cancel_gives_back_what_was_not_captured_and_fails_after_a_capture() {
    let stage = Stage::start(QUICK).captures_by_hand(false);
    let psp = stage.paid("order-1");
    let item = stage.modify(&psp, "cancels", None);
    assert_eq!((verdict(&item), &item["amount"]["value"]), (("CANCELLATION", "true", ""), &json!(1_000)));
    assert_eq!(verdict(&stage.modify(&psp, "captures", Some(1))).1, "false");

    let captured = stage.paid("order-2");
    stage.modify(&captured, "captures", Some(1_000));
    assert_eq!(verdict(&stage.modify(&captured, "cancels", None)).1, "false");
    assert_eq!(stage.payment(&captured).money.captured, 1_000);
}

#[test]
fn a_reversal_says_whether_it_became_a_cancel_or_a_refund() {
    let stage = Stage::start_with(QUICK, |webhook| {
        let setting = "includeOriginalMerchantReferenceCancelOrRefundNotification";
        webhook.properties.insert(setting.to_owned(), true);
    })
    .captures_by_hand(true);
    let open = stage.paid("order-1");
    let item = stage.modify(&open, "reversals", None);
    assert_eq!(
        (verdict(&item), &item["additionalData"]["modification.action"]),
        (("CANCEL_OR_REFUND", "true", ""), &json!("cancel"))
    );
    assert_eq!(item["additionalData"]["originalMerchantReference"], "order-1");

    let captured = stage.paid("order-2");
    stage.modify(&captured, "captures", Some(600));
    let item = stage.modify(&captured, "reversals", None);
    assert_eq!(
        (&item["additionalData"]["modification.action"], &item["amount"]["value"]),
        (&json!("refund"), &json!(600))
    );
    assert_eq!(verdict(&stage.modify(&captured, "reversals", None)).1, "false");
}

#[test]
fn an_adjustment_changes_what_can_be_captured_as_long_as_nothing_was() {
    let stage = Stage::start(QUICK).captures_by_hand(true);
    let psp = stage.paid("order-1");
    let item = stage.modify(&psp, "amountUpdates", Some(1_500));
    assert_eq!((verdict(&item), &item["amount"]["value"]), (("AUTHORISATION_ADJUSTMENT", "true", ""), &json!(1_500)));
    assert_eq!(verdict(&stage.modify(&psp, "captures", Some(1_500))).1, "true");
    assert_eq!(verdict(&stage.modify(&psp, "amountUpdates", Some(2_000))).1, "false");
}

#[test]
fn another_currency_is_no_amount_of_this_payment() {
    let stage = Stage::start(QUICK);
    let psp = stage.paid("order-1");
    let body = json!({ "merchantAccount": ACCOUNT, "amount": { "currency": "USD", "value": 100 } });
    let answer = stage.post(&format!("/payments/{psp}/refunds"), &body, 201);
    assert_eq!(verdict(&stage.hears(|item| item["pspReference"] == answer["pspReference"])).1, "false");
    assert_eq!(stage.payment(&psp).money.refunded, 0);
}

#[test]
fn a_cancel_by_the_merchants_reference_finds_the_try_that_was_authorised() {
    let stage = Stage::start(QUICK).captures_by_hand(false);
    stage.pay("order-1", &json!({ "paymentMethod": { "holderName": "DECLINED" } }));
    let psp = stage.paid("order-1");
    let body = json!({ "merchantAccount": ACCOUNT, "paymentReference": "order-1", "reference": "cancel-1" });
    let answer = stage.post("/cancels", &body, 201);
    assert_eq!((&answer["paymentReference"], answer.get("paymentPspReference")), (&json!("order-1"), None));
    let item = stage.hears_of("TECHNICAL_CANCEL");
    assert_eq!(
        (verdict(&item).1, &item["originalReference"], &item["merchantReference"]),
        ("true", &json!(psp), &json!("order-1"))
    );

    let unknown = json!({ "merchantAccount": ACCOUNT, "paymentReference": "order-2" });
    let answer = stage.post("/cancels", &unknown, 201);
    let item = stage.hears(|item| item["pspReference"] == answer["pspReference"]);
    assert_eq!((verdict(&item).0, verdict(&item).1), ("TECHNICAL_CANCEL", "false"));
}

#[test]
fn a_refused_payment_can_be_changed_in_no_way() {
    let stage = Stage::start(QUICK);
    let answer = stage.pay("order-1", &json!({ "paymentMethod": { "holderName": "DECLINED" } }));
    let psp = answer["pspReference"].as_str().expect("a reference");
    for (what, value) in [("captures", Some(1)), ("cancels", None), ("refunds", Some(1)), ("reversals", None)] {
        assert_eq!(verdict(&stage.modify(psp, what, value)).1, "false");
    }
    let payment = stage.payment(psp);
    assert!(
        payment.state == State::Refused
            && payment.changes.iter().all(|change| matches!(change.state, ChangeState::Refused(_)))
    );
}

#[test]
fn what_nobody_captures_expires_after_twenty_eight_days() {
    let stage = Stage::start(Pace::Leaping).captures_by_hand(false);
    let answer = stage.pay("order-1", &json!({}));
    let item = stage.hears_of("EXPIRE");
    assert_eq!((&item["pspReference"], &item["amount"]["value"]), (&answer["pspReference"], &json!(1_000)));
    assert!(item.get("originalReference").is_none());
    let payment = stage.payment(answer["pspReference"].as_str().expect("a reference"));
    assert_eq!((payment.open, payment.money.expired), (false, 1_000));
    let days = (payment.expires - payment.made) / (24 * 60 * 60 * 1_000_000);
    assert_eq!(days, 28);
}

#[test]
fn an_adjusted_authorisation_is_good_for_twenty_eight_days_again() {
    let world = world(QUICK);
    let began = world.time.now();
    let day = |days: u64| began.plus(Duration::from_secs(days * 24 * 60 * 60));
    let amount = |value| Amount { currency: "EUR".to_owned(), value };
    let paid = world.look(began, |act| {
        let merchant_account = ACCOUNT.to_owned();
        let capture_delay = CaptureDelay::Manual;
        act.keep(&Settings { merchant_account, capture_delay, multiple_partial_captures: false })?;
        pay(act, &Purchase::new(ACCOUNT, "order-1", amount(1_000), Instrument::card("4111111145551142", "J. Smith")))
    });
    let mut payment = paid.expect("paid");
    let request = Request { kind: ChangeKind::Adjustment, amount: Some(amount(1_500)), reference: None };
    settle(&world, day(20));
    world.look(day(20), |act| receive(act, &mut payment, request)).expect("received");
    let is_open = |days| {
        settle(&world, day(days));
        world.look(day(days), |act| act.find::<Payment>(&payment.psp_reference)).expect("read").expect("kept").open
    };
    assert_eq!([29, 47, 49].map(is_open), [true, true, false]);
}
