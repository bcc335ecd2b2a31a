//! Checkout.com's stories.

use payhook_domain::fact::Stage;
use payhook_domain::kind::Kind;
use serde_json::json;

use super::{Story, assert_stories, composed, heard, told};

const APPROVED: &str = "payment_approved amount=1000";
const CAPTURED: &str = "payment_captured amount=1000";

const STORIES: &[Story] = &[
    (&["payment_pending"], "pending 0/0/0/0"),
    (&[APPROVED], "authorised 1000/0/0/0"),
    (&["payment_declined amount=1000"], "refused 0/0/0/0"),
    (&["payment_declined", APPROVED], "authorised 1000/0/0/0"),
    (&[APPROVED, "payment_declined"], "authorised 1000/0/0/0"),
    (&[APPROVED, CAPTURED], "captured 1000/1000/0/0"),
    (
        &[APPROVED, "payment_captured amount=300 action_id=act_1", "payment_captured amount=200 action_id=act_2"],
        "captured 1000/500/0/0",
    ),
    (&[APPROVED, "payment_capture_declined amount=1000"], "authorised 1000/0/0/0"),
    (&[APPROVED, "payment_capture_pending amount=1000"], "authorised 1000/0/0/0"),
    (&[APPROVED, "payment_voided amount=1000"], "cancelled 1000/0/0/0"),
    (&[APPROVED, "payment_voided amount=400 balances.available_to_capture=600"], "authorised 1000/0/0/0"),
    (&[APPROVED, "payment_void_declined"], "authorised 1000/0/0/0"),
    (
        &[APPROVED, "payment_authorization_incremented amount=500 balances.total_authorized=1500"],
        "authorised 1500/0/0/0",
    ),
    (&["payment_pending", "payment_canceled"], "cancelled 0/0/0/0"),
    (&["payment_pending", "payment_expired"], "abandoned 0/0/0/0"),
    (&[APPROVED, CAPTURED, "payment_expired"], "captured 1000/1000/0/0"),
    (
        &[APPROVED, CAPTURED, "payment_refund_pending amount=400", "payment_refunded amount=400"],
        "captured 1000/1000/400/0",
    ),
    (&[APPROVED, CAPTURED, "payment_refunded amount=1000"], "refunded 1000/1000/1000/0"),
    (&[APPROVED, CAPTURED, "payment_refund_declined amount=1000"], "captured 1000/1000/0/0"),
    // the payer's bank took it back
    (&[APPROVED, CAPTURED, "payment_returned amount=1000"], "authorised 1000/0/0/0"),
    (&[APPROVED, "payment_returned amount=1000"], "authorised 1000/0/0/0 unpaired_capture_failed"),
    (&[APPROVED, CAPTURED, "dispute_received amount=1000"], "captured 1000/1000/0/0 opened"),
    (
        &[APPROVED, CAPTURED, "dispute_received amount=1000", "dispute_evidence_required amount=1000"],
        "captured 1000/1000/0/1000 charged_back",
    ),
    (
        &[
            APPROVED,
            CAPTURED,
            "dispute_evidence_required amount=1000",
            "dispute_evidence_submitted",
            "dispute_won amount=1000",
        ],
        "captured 1000/1000/0/0 won",
    ),
    (
        &[APPROVED, CAPTURED, "dispute_evidence_required amount=1000", "dispute_lost amount=1000"],
        "captured 1000/1000/0/1000 lost",
    ),
    (
        &[APPROVED, CAPTURED, "dispute_evidence_required amount=1000", "dispute_accepted amount=1000"],
        "captured 1000/1000/0/1000 accepted",
    ),
    // lost, and taken to the scheme
    (
        &[APPROVED, CAPTURED, "dispute_evidence_required amount=1000", "dispute_evidence_acknowledged_by_scheme"],
        "captured 1000/1000/0/1000 defended",
    ),
    (
        &[
            APPROVED,
            CAPTURED,
            "dispute_evidence_required amount=1000",
            "dispute_lost amount=1000",
            "dispute_arbitration_evidence_submitted amount=1000",
            "dispute_arbitration_sent_to_scheme amount=1000",
        ],
        "captured 1000/1000/0/1000 defended",
    ),
    (
        &[
            APPROVED,
            CAPTURED,
            "dispute_evidence_required amount=1000",
            "dispute_lost amount=1000",
            "dispute_arbitration_won amount=1000",
        ],
        "captured 1000/1000/0/0 won",
    ),
    (
        &[APPROVED, CAPTURED, "dispute_evidence_required amount=1000", "dispute_arbitration_lost amount=1000"],
        "captured 1000/1000/0/1000 lost",
    ),
];

#[test]
fn every_story_is_believed_as_it_is_meant() {
    assert_stories("checkout-com", STORIES);
}

#[test]
fn a_payment_that_came_back_is_no_payout_and_a_payout_is_no_payment() {
    let (captured, returned) = (told("checkout-com", 1, CAPTURED), told("checkout-com", 2, "payment_returned"));
    assert_eq!((returned.kind, &returned.payment), (Kind::PaymentCaptureFailed, &captured.payment));
    let payout = told("checkout-com", 2, "payout_returned");
    assert_eq!((payout.kind, &payout.payment, &payout.fact), (Kind::PayoutFailed, &None, &None));
    for one in ["source", "destination"] {
        let mut body = composed("checkout-com", 2, "payout_returned");
        body["data"].as_object_mut().expect("an object").remove(one);
        assert_eq!(heard("checkout-com", &body).kind, Kind::PayoutFailed, "without its {one}");
    }
}

#[test]
fn a_dispute_is_about_the_payment_it_names_and_known_by_its_own_reference() {
    let (payment, dispute) = (told("checkout-com", 0, APPROVED), told("checkout-com", 1, "dispute_evidence_required"));
    assert_eq!((&dispute.payment, &dispute.reference), (&payment.payment, &payment.reference));
    assert_eq!(Some(&dispute.aliases[0]), dispute.provider_reference.as_ref());
    assert!(dispute.fact.expect("says something").due_at.is_some());
}

#[test]
fn an_arbitration_is_a_stage_of_its_dispute() {
    for code in ["evidence_submitted", "sent_to_scheme", "lost", "won"] {
        let event = told("checkout-com", 1, &format!("dispute_arbitration_{code}"));
        assert_eq!(event.fact.expect("says something").stage, Some(Stage::Arbitration), "{code}");
    }
}

#[test]
fn an_action_without_a_name_is_no_fact_and_a_missing_date_is_looked_for_elsewhere() {
    let mut body = composed("checkout-com", 0, CAPTURED);
    body["data"].as_object_mut().expect("an object").remove("action_id");
    body["timestamp"] = body.as_object_mut().expect("an object").remove("created_on").unwrap_or(json!(null));
    let event = heard("checkout-com", &body);
    assert!(event.fact.is_none());
    assert!(event.occurred_at.is_some_and(|at| at.instant.is_some()));
}
