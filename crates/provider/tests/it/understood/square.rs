//! Square's stories.

use payhook_domain::kind::Kind;
use serde_json::json;

use super::{Story, assert_stories, composed, folded, heard, line, told};

const APPROVED: &str = "payment.created payment.approved_money.amount=1000 payment.total_money.amount=1000";
const COMPLETED: &str = "payment.updated payment.total_money.amount=1000";

const STORIES: &[Story] = &[
    (&["payment.pending"], "pending 0/0/0/0"),
    (&[APPROVED], "authorised 1000/0/0/0"),
    (&[APPROVED, COMPLETED], "captured 1000/1000/0/0"),
    (&[COMPLETED], "captured 1000/1000/0/0"),
    (&[APPROVED, "payment.updated payment.status=CANCELED"], "cancelled 1000/0/0/0"),
    (&["payment.failed"], "failed 0/0/0/0"),
    (&[COMPLETED, "payment.failed"], "captured 1000/1000/0/0"),
    // completed with a tip
    (&[APPROVED, "payment.updated payment.total_money.amount=1200"], "captured 1200/1200/0/0"),
    (&[COMPLETED, "refund.created refund.amount_money.amount=400"], "captured 1000/1000/0/0"),
    // the payment is told again when it was refunded, and the refund counts by its own name
    (
        &[
            COMPLETED,
            "refund.created refund.amount_money.amount=400",
            "refund.updated refund.amount_money.amount=400",
            "payment.updated payment.total_money.amount=1000 payment.note=again",
        ],
        "captured 1000/1000/400/0",
    ),
    (&[COMPLETED, "refund.completed refund.amount_money.amount=1000"], "refunded 1000/1000/1000/0"),
    (
        &[COMPLETED, "refund.created refund.amount_money.amount=400", "refund.failed refund.amount_money.amount=400"],
        "captured 1000/1000/0/0",
    ),
    (
        &[
            COMPLETED,
            "refund.created refund.amount_money.amount=400",
            "refund.updated refund.amount_money.amount=400 refund.status=REJECTED",
        ],
        "captured 1000/1000/0/0",
    ),
    (&[COMPLETED, "dispute.inquiry"], "captured 1000/1000/0/0 info_requested"),
    (&[COMPLETED, "dispute.created dispute.amount_money.amount=1000"], "captured 1000/1000/0/0 opened"),
    (
        &[COMPLETED, "dispute.created", "dispute.state.changed dispute.state=PROCESSING"],
        "captured 1000/1000/0/0 defended",
    ),
    (&[COMPLETED, "dispute.created", "dispute.state.updated"], "captured 1000/1000/0/0 won"),
    (
        &[COMPLETED, "dispute.created", "dispute.lost dispute.amount_money.amount=1000"],
        "captured 1000/1000/0/1000 lost",
    ),
    (
        &[COMPLETED, "dispute.created", "dispute.lost dispute.amount_money.amount=1000 dispute.state=ACCEPTED"],
        "captured 1000/1000/0/1000 accepted",
    ),
];

#[test]
fn every_story_is_believed_as_it_is_meant() {
    assert_stories("square", STORIES);
}

#[test]
fn an_update_of_a_refunded_payment_is_no_new_capture() {
    let mut body = composed("square", 0, COMPLETED);
    assert_eq!(heard("square", &body).kind, Kind::PaymentCaptured);
    body["data"]["object"]["payment"]["refunded_money"] = json!({ "amount": 400, "currency": "USD" });
    assert_eq!(heard("square", &body).kind, Kind::Other);
}

#[test]
fn an_earlier_state_that_is_told_later_takes_nothing_back() {
    let mut approved = composed("square", 5, APPROVED);
    approved["data"]["object"]["payment"]["updated_at"] = composed("square", 0, APPROVED)["created_at"].clone();
    let events = [told("square", 1, COMPLETED), heard("square", &approved)];
    assert_eq!(line(&folded(&events)), "captured 1000/1000/0/0");
}

#[test]
fn an_event_says_account_reference_and_further_names() {
    let (payment, refund) = (told("square", 0, COMPLETED), told("square", 1, "refund.updated"));
    assert_eq!(payment.account.as_deref(), Some("6SSW7HV8K2ST5"));
    assert!(payment.reference.is_some_and(|reference| reference.starts_with("order-")));
    assert_eq!(refund.payment, payment.payment);
    assert_eq!(Some(&refund.aliases[0]), refund.provider_reference.as_ref());
    let dispute = told("square", 2, "dispute.created");
    assert_eq!(dispute.payment, payment.payment);
    assert!(dispute.fact.expect("says something").due_at.is_some());
}
