//! Stripe's stories.

use payhook_domain::fact::Capture;
use payhook_domain::kind::Kind;
use serde_json::json;

use super::{Story, assert_stories, composed, folded, heard, line, told};

const STORIES: &[Story] = &[
    (&["payment_intent.created"], "initiated 0/0/0/0"),
    (&["payment_intent.created", "payment_intent.processing"], "pending 0/0/0/0"),
    (&["payment_intent.succeeded amount_received=1000"], "captured 1000/1000/0/0"),
    (&["checkout.session.completed amount_total=1000"], "captured 1000/1000/0/0"),
    (&["charge.succeeded amount=1000"], "captured 1000/1000/0/0"),
    // the same money, told by intent, charge and session
    (
        &[
            "payment_intent.created",
            "charge.succeeded amount=1000",
            "payment_intent.succeeded amount_received=1000",
            "checkout.session.completed amount_total=1000",
        ],
        "captured 1000/1000/0/0",
    ),
    // captured by the merchant, in part
    (&["payment_intent.amount_capturable_updated amount_capturable=1000"], "authorised 1000/0/0/0"),
    (
        &["charge.authorised amount=1000", "payment_intent.amount_capturable_updated amount_capturable=1000"],
        "authorised 1000/0/0/0",
    ),
    (
        &[
            "payment_intent.amount_capturable_updated amount_capturable=1000",
            "charge.captured amount_captured=600",
            "payment_intent.succeeded amount_received=600 capture_method=manual",
        ],
        "captured 1000/600/0/0",
    ),
    // twice: what was captured is a sum, and what is left of the first hold is no new one
    (
        &[
            "payment_intent.amount_capturable_updated amount_capturable=1000",
            "charge.captured amount_captured=300",
            "payment_intent.amount_capturable_updated amount_capturable=700 amount_received=300",
            "charge.captured amount_captured=1000",
        ],
        "captured 1000/1000/0/0",
    ),
    (
        &[
            "payment_intent.amount_capturable_updated amount_capturable=1000",
            "charge.captured amount_captured=1000",
            "payment_intent.amount_capturable_updated amount_capturable=0 amount_received=1000",
        ],
        "captured 1000/1000/0/0",
    ),
    // refused, and paid with another card
    (&["payment_intent.payment_failed"], "refused 0/0/0/0"),
    (&["charge.failed", "payment_intent.payment_failed"], "refused 0/0/0/0"),
    (&["payment_intent.payment_failed", "payment_intent.succeeded amount_received=1000"], "captured 1000/1000/0/0"),
    // refused, and tried again with what takes its time
    (&["payment_intent.payment_failed", "payment_intent.processing"], "pending 0/0/0/0"),
    (
        &["payment_intent.payment_failed", "payment_intent.processing", "payment_intent.payment_failed"],
        "refused 0/0/0/0",
    ),
    // no late failure undoes a success
    (
        &["payment_intent.succeeded amount_received=1000", "charge.failed", "payment_intent.payment_failed"],
        "captured 1000/1000/0/0",
    ),
    (&["payment_intent.created", "payment_intent.canceled"], "cancelled 0/0/0/0"),
    (&["charge.authorised amount=1000", "payment_intent.canceled"], "cancelled 1000/0/0/0"),
    (&["charge.authorised amount=1000", "charge.expired"], "expired 1000/0/0/0"),
    // let go uncaptured, which is told as a refund
    (&["charge.authorised amount=1000", "charge.released"], "cancelled 1000/0/0/0"),
    // a page that was left, one that waits, one whose payment failed
    (&["checkout.session.expired"], "abandoned 0/0/0/0"),
    (&["checkout.session.unpaid"], "pending 0/0/0/0"),
    (
        &["checkout.session.unpaid", "checkout.session.async_payment_succeeded amount_total=1000"],
        "captured 1000/1000/0/0",
    ),
    (&["checkout.session.unpaid", "checkout.session.async_payment_failed"], "failed 0/0/0/0"),
    // refunds, each by its own name, whatever the charge's sum says
    (
        &[
            "payment_intent.succeeded amount_received=1000",
            "refund.created amount=400",
            "charge.refunded amount_refunded=400",
        ],
        "captured 1000/1000/400/0",
    ),
    (&["payment_intent.succeeded amount_received=1000", "refund.pending amount=400"], "captured 1000/1000/0/0"),
    (
        &["payment_intent.succeeded amount_received=1000", "refund.pending amount=1000", "refund.updated amount=1000"],
        "refunded 1000/1000/1000/0",
    ),
    (
        &[
            "payment_intent.succeeded amount_received=1000",
            "refund.updated amount=1000",
            "charge.refund.updated amount=1000",
        ],
        "refunded 1000/1000/1000/0",
    ),
    // one that bounced: the money came back
    (
        &["payment_intent.succeeded amount_received=1000", "refund.created amount=400", "refund.failed amount=400"],
        "captured 1000/1000/0/0",
    ),
    (&["payment_intent.succeeded amount_received=1000", "refund.bounced amount=400"], "captured 1000/1000/0/0"),
    // disputes
    (
        &["payment_intent.succeeded amount_received=1000", "charge.dispute.inquiry amount=1000"],
        "captured 1000/1000/0/0 info_requested",
    ),
    (
        &["payment_intent.succeeded amount_received=1000", "charge.dispute.created amount=1000"],
        "captured 1000/1000/0/0 opened",
    ),
    (
        &[
            "payment_intent.succeeded amount_received=1000",
            "charge.dispute.created amount=1000",
            "charge.dispute.funds_withdrawn amount=1000",
        ],
        "captured 1000/1000/0/1000 charged_back",
    ),
    (
        &[
            "payment_intent.succeeded amount_received=1000",
            "charge.dispute.created amount=1000",
            "charge.dispute.funds_withdrawn amount=1000",
            "charge.dispute.updated amount=1000",
            "charge.dispute.lost amount=1000",
        ],
        "captured 1000/1000/0/1000 lost",
    ),
    // given back, and taken again
    (
        &[
            "payment_intent.succeeded amount_received=1000",
            "charge.dispute.funds_withdrawn amount=1000",
            "charge.dispute.funds_reinstated amount=1000 status=under_review",
            "charge.dispute.funds_withdrawn amount=1000",
        ],
        "captured 1000/1000/0/1000 charged_back",
    ),
    (
        &[
            "payment_intent.succeeded amount_received=1000",
            "charge.dispute.funds_withdrawn amount=1000",
            "charge.dispute.closed amount=1000",
            "charge.dispute.funds_reinstated amount=1000",
        ],
        "captured 1000/1000/0/0 won",
    ),
    (
        &[
            "payment_intent.succeeded amount_received=1000",
            "charge.dispute.funds_withdrawn amount=1000",
            "charge.dispute.funds_reinstated amount=1000 status=under_review",
        ],
        "captured 1000/1000/0/0 reversed",
    ),
    (
        &["payment_intent.succeeded amount_received=1000", "radar.early_fraud_warning.created"],
        "captured 1000/1000/0/0 fraud_reported",
    ),
    // a currency without small coins
    (&["payment_intent.succeeded amount_received=1000 currency=jpy"], "captured 1000/1000/0/0"),
];

#[test]
fn every_story_is_believed_as_it_is_meant() {
    assert_stories("stripe", STORIES);
}

#[test]
fn an_event_says_reference_amount_and_further_names() {
    let event =
        told("stripe", 0, "checkout.session.completed amount_total=1250 currency=jpy client_reference_id=order-17");
    assert_eq!(event.reference.as_deref(), Some("order-17"));
    assert_eq!(event.amount.map(|amount| amount.to_string()).as_deref(), Some("1250 JPY"));
    assert_eq!(event.live, Some(false));
    let intent = told("stripe", 0, "payment_intent.succeeded metadata.order_id=order-17");
    assert_eq!((intent.reference.as_deref(), &intent.payment), (Some("order-17"), &event.payment));
    let charge = told("stripe", 0, "charge.succeeded");
    assert!(intent.aliases.contains(charge.provider_reference.as_ref().expect("a charge")));
    assert_eq!(charge.fact.expect("says something").capture, Some(Capture::Automatic));
}

#[test]
fn an_amount_that_is_not_there_is_absent_and_nothing_stands_in_for_it() {
    let mut body = composed("stripe", 0, "payment_intent.succeeded");
    body["data"]["object"].as_object_mut().expect("an object").remove("amount_received");
    let event = heard("stripe", &body);
    assert_eq!((event.kind, event.amount), (Kind::PaymentCaptured, None));
    body["data"]["object"]["amount_received"] = json!(10.5);
    assert_eq!(heard("stripe", &body).amount, None);
    let mut charge = composed("stripe", 0, "charge.succeeded");
    charge["data"]["object"].as_object_mut().expect("an object").remove("captured");
    let event = heard("stripe", &charge);
    assert_eq!((event.kind, event.fact.and_then(|fact| fact.capture)), (Kind::PaymentAuthorised, None));
    let mut refunded = composed("stripe", 0, "charge.refunded");
    refunded["data"].as_object_mut().expect("an object").remove("previous_attributes");
    let event = heard("stripe", &refunded);
    assert_eq!((event.kind, event.amount, event.fact), (Kind::RefundSucceeded, None, None));
}

#[test]
fn a_charge_that_lists_its_refunds_counts_the_newest_under_its_name() {
    let mut body = composed("stripe", 2, "charge.refunded amount_refunded=500");
    let refund = |id: &str, amount: u32, created: u32| json!({ "id": id, "amount": amount, "currency": "eur", "created": created, "status": "succeeded", "balance_transaction": format!("txn_{created}") });
    body["data"]["object"]["refunds"] = json!({ "data": [refund("re_new", 300, 2), refund("re_old", 200, 1)] });
    let paid = told("stripe", 0, "charge.succeeded amount=1000");
    assert_eq!(line(&folded([&paid, &heard("stripe", &body)])), "captured 1000/1000/300/0");
    body["data"]["object"]["refunds"]["data"][0]["balance_transaction"] = json!(null);
    assert_eq!(heard("stripe", &body).fact, None, "what was never captured was let go");
}

#[test]
fn a_session_of_a_subscription_names_no_payment_and_makes_none_up() {
    let mut body = composed("stripe", 0, "checkout.session.completed");
    body["data"]["object"]["payment_intent"] = json!(null);
    let event = heard("stripe", &body);
    assert_eq!((event.kind, event.payment, event.fact), (Kind::PaymentCaptured, None, None));
}

#[test]
fn a_charge_without_an_intent_is_a_payment_of_its_own() {
    let mut charge = composed("stripe", 0, "charge.succeeded amount=1000");
    charge["data"]["object"]["payment_intent"] = json!(null);
    let mut refund = composed("stripe", 1, "refund.created amount=1000");
    refund["data"]["object"]["payment_intent"] = json!(null);
    let (charge, refund) = (heard("stripe", &charge), heard("stripe", &refund));
    assert_eq!(charge.payment, refund.payment);
    assert_eq!(line(&folded([&charge, &refund])), "refunded 1000/1000/1000/0");
}
