//! Mollie's stories.

use payhook_domain::kind::Kind;
use serde_json::json;

use super::{Story, assert_stories, composed, folded, heard, line, told};

const AUTHORISED: &str = "payment.authorized amount.value=10.00";
const PAID: &str = "payment.paid amount.value=10.00";

const STORIES: &[Story] = &[
    (&["payment.pending"], "pending 0/0/0/0"),
    (&["payment.pending", PAID], "captured 1000/1000/0/0"),
    (&[AUTHORISED], "authorised 1000/0/0/0"),
    (&[AUTHORISED, "capture.succeeded amount.value=10.00"], "captured 1000/1000/0/0"),
    // captured by the merchant: the payment's own event and the capture's are the same money
    (
        &[AUTHORISED, "capture.succeeded amount.value=10.00", "payment.paid amount.value=10.00 captureMode=manual"],
        "captured 1000/1000/0/0",
    ),
    (
        &[
            AUTHORISED,
            "capture.succeeded amount.value=6.00",
            "payment.paid amount.value=10.00 captureMode=manual amountCaptured.value=6.00 amountCaptured.currency=EUR",
        ],
        "captured 1000/600/0/0",
    ),
    (&[AUTHORISED, "capture.failed amount.value=10.00"], "authorised 1000/0/0/0"),
    (&["payment.failed"], "failed 0/0/0/0"),
    (&["payment.expired"], "abandoned 0/0/0/0"),
    (&["payment.canceled"], "cancelled 0/0/0/0"),
    (&[PAID, "payment.failed", "payment.expired"], "captured 1000/1000/0/0"),
    (&[PAID, "refund.queued amount.value=4.00"], "captured 1000/1000/0/0"),
    (
        &[
            PAID,
            "refund.queued amount.value=4.00",
            "refund.processing amount.value=4.00",
            "refund.refunded amount.value=4.00",
        ],
        "captured 1000/1000/400/0",
    ),
    (&[PAID, "refund.refunded amount.value=10.00"], "refunded 1000/1000/1000/0"),
    (&[PAID, "refund.queued amount.value=4.00", "refund.canceled amount.value=4.00"], "captured 1000/1000/0/0"),
    (&[PAID, "refund.queued amount.value=4.00", "refund.failed amount.value=4.00"], "captured 1000/1000/0/0"),
    (&[PAID, "chargeback.received amount.value=10.00"], "captured 1000/1000/0/1000 charged_back"),
    (
        &[PAID, "chargeback.received amount.value=10.00", "chargeback.reversed amount.value=10.00"],
        "captured 1000/1000/0/0 reversed",
    ),
];

#[test]
fn every_story_is_believed_as_it_is_meant() {
    assert_stories("mollie", STORIES);
}

#[test]
fn an_amount_is_read_exactly_or_not_at_all_and_metadata_may_be_text() {
    let amount = |value: &str, currency: &str| {
        let step = format!("payment.paid amount.value={value} amount.currency={currency}");
        told("mollie", 0, &step).amount.map(|amount| amount.to_string())
    };
    assert_eq!(amount("10.00", "EUR").as_deref(), Some("10.00 EUR"));
    assert_eq!(amount("1000", "JPY").as_deref(), Some("1000 JPY"));
    assert_eq!(amount("10.005", "EUR"), None);
    let mut body = composed("mollie", 0, PAID);
    body["_embedded"]["entity"]["metadata"] = json!("{\"order_id\":12345}");
    assert_eq!(heard("mollie", &body).reference.as_deref(), Some("12345"));
}

#[test]
fn an_event_with_the_id_alone_has_its_kind_and_payment_and_no_amount() {
    let mut body = composed("mollie", 0, PAID);
    body.as_object_mut().expect("an object").remove("_embedded");
    let event = heard("mollie", &body);
    assert_eq!((event.kind, event.amount, event.live), (Kind::PaymentCaptured, None, None));
    assert_eq!(event.payment, told("mollie", 0, PAID).payment);
    assert_eq!(line(&folded([&event])), "authorised 0/0/0/0");
}

#[test]
fn a_link_may_be_paid_by_many_and_names_no_payment() {
    let event = told("mollie", 0, "payment-link.paid");
    assert_eq!((event.kind, event.payment, event.fact), (Kind::PaymentCaptured, None, None));
    assert_eq!(event.live, Some(false));
}
