//! GoCardless's stories. Its events say no amounts, so only words move.

use payhook_domain::kind::Kind;
use payhook_domain::payment::PartState;
use serde_json::json;

use super::{Story, assert_stories, composed, folded, line, told};
use crate::requests::{self, Posted, key};

const STORIES: &[Story] = &[
    (&["payments.created"], "initiated 0/0/0/0"),
    (&["payments.created", "payments.submitted"], "pending 0/0/0/0"),
    (&["payments.created", "payments.submitted", "payments.confirmed"], "sent 0/0/0/0"),
    (&["payments.submitted", "payments.confirmed", "payments.paid_out"], "settled 0/0/0/0"),
    (&["payments.submitted", "payments.failed"], "failed 0/0/0/0"),
    (&["payments.submitted", "payments.retried"], "refused 0/0/0/0"),
    (&["payments.created", "payments.cancelled"], "cancelled 0/0/0/0"),
    (&["payments.created", "payments.customer_approval_denied"], "refused 0/0/0/0"),
    // tried again, and collected
    (
        &["payments.retried", "payments.resubmission_requested", "payments.submitted", "payments.confirmed"],
        "sent 0/0/0/0",
    ),
    (&["payments.failed", "payments.submitted", "payments.confirmed"], "sent 0/0/0/0 contradicted_payment"),
    // tried again, and under way
    (&["payments.retried", "payments.resubmission_requested"], "pending 0/0/0/0"),
    (&["payments.failed", "payments.resubmission_requested", "payments.submitted"], "pending 0/0/0/0"),
    (&["payments.failed", "payments.submitted", "payments.failed"], "failed 0/0/0/0"),
    (
        &["payments.confirmed", "payments.failed", "payments.resubmission_requested"],
        "pending 0/0/0/0 contradicted_payment",
    ),
    (
        &["payments.confirmed", "payments.paid_out", "payments.failed", "payments.submitted", "payments.confirmed"],
        "sent 0/0/0/0 contradicted_payment",
    ),
    // it failed after it was collected: the banks took it back, which is dated later
    (&["payments.confirmed", "payments.failed"], "failed 0/0/0/0 contradicted_payment"),
    // of an older failure nothing is believed by what is settled of it later
    (&["payments.confirmed", "payments.late_failure_settled", "payments.paid_out"], "settled 0/0/0/0"),
    (&["payments.confirmed", "payments.charged_back"], "sent 0/0/0/0 charged_back"),
    (&["payments.confirmed", "payments.charged_back", "payments.chargeback_cancelled"], "sent 0/0/0/0 reversed"),
    (&["payments.paid_out", "refunds.created", "refunds.paid"], "settled 0/0/0/0"),
    // it bounced: after it was sent, or before anybody heard that it was
    (&["payments.paid_out", "refunds.created", "refunds.paid", "refunds.failed"], "settled 0/0/0/0"),
    (&["payments.paid_out", "refunds.created", "refunds.failed", "refunds.funds_returned"], "settled 0/0/0/0"),
    (&["payments.paid_out", "refunds.failed", "refunds.funds_returned"], "settled 0/0/0/0"),
    (&["payments.paid_out", "refunds.funds_returned"], "settled 0/0/0/0 unpaired_refund_failed"),
    // sent after it was said to have failed: which of them is true, nobody says
    (&["payments.paid_out", "refunds.failed", "refunds.paid"], "settled 0/0/0/0 contradicted_refund"),
];

#[test]
fn every_story_is_believed_as_it_is_meant() {
    assert_stories("gocardless", STORIES);
}

#[test]
fn a_refund_that_bounced_after_it_was_sent_has_failed_though_no_event_says_how_much_it_was() {
    for (steps, state) in [
        (&["refunds.created", "refunds.paid"][..], PartState::Done),
        (&["refunds.paid", "refunds.failed"], PartState::Failed),
        (&["refunds.paid", "refunds.funds_returned"], PartState::Failed),
        (&["refunds.paid", "refunds.failed", "refunds.funds_returned"], PartState::Failed),
        (&["refunds.failed", "refunds.paid"], PartState::Done),
    ] {
        let events: Vec<_> = steps.iter().enumerate().map(|(minute, step)| told("gocardless", minute, step)).collect();
        for payment in [folded(&events), folded(events.iter().rev())] {
            assert_eq!(payment.refunds.iter().map(|refund| refund.state).collect::<Vec<_>>(), [state], "{steps:?}");
        }
    }
}

#[test]
fn what_is_settled_of_a_failure_changes_nothing() {
    for code in ["payments.late_failure_settled", "payments.chargeback_settled", "refunds.refund_settled"] {
        let event = told("gocardless", 3, code);
        assert_eq!((event.kind, event.fact), (Kind::Other, None), "{code}");
    }
}

#[test]
fn each_event_of_a_batch_has_a_payment_and_a_fact_of_its_own() {
    let mut body = composed("gocardless", 0, "payments.confirmed");
    let mut other = composed("gocardless", 1, "payments.failed")["events"][0].clone();
    other["links"]["payment"] = json!("PM2");
    other["resource_metadata"] = json!({ "order_id": "order-2" });
    let refund = composed("gocardless", 2, "refunds.paid")["events"][0].clone();
    let mandate = composed("gocardless", 2, "mandates.active")["events"][0].clone();
    body["events"].as_array_mut().expect("a list").extend([other, refund, mandate]);
    let unsigned = payhook_provider::sample::unsigned("gocardless", &body);
    let key = key("gocardless", super::KEY);
    let signed = requests::signed("gocardless", unsigned, &key);
    let posted = Posted::new(signed.headers, signed.body);
    let events = requests::events("gocardless", &posted, &[key]);
    let [confirmed, failed, refunded, active] = events.as_slice() else { panic!("four events: {events:?}") };
    assert_eq!(failed.payment.as_deref(), Some("PM2"));
    assert_eq!(failed.reference.as_deref(), Some("order-2"));
    assert_eq!(line(&folded([failed])), "failed 0/0/0/0");
    assert_eq!(refunded.payment, confirmed.payment);
    assert_eq!(line(&folded([confirmed, refunded])), "sent 0/0/0/0");
    assert_eq!((active.kind, &active.payment, &active.fact), (Kind::MandateActive, &None, &None));
    assert!(events.iter().all(|event| event.amount.is_none()));
}

#[test]
fn a_refund_that_names_no_payment_is_known_by_its_own_name() {
    let mut body = composed("gocardless", 0, "refunds.paid");
    body["events"][0]["links"].as_object_mut().expect("links").remove("payment");
    let event = super::heard("gocardless", &body);
    assert_eq!(event.payment, event.provider_reference);
    assert!(event.payment.is_some_and(|payment| payment.starts_with("RF")));
}
