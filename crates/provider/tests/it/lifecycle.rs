//! Adyen's lifecycle, code by code: real signed items, folded in every order, and what is believed then.
//!
//! An example is a few items, the first a payment's own, and the line of the belief they lead to:
//! `status authorised/captured/refunded/disputed`, then dispute status and flags where there are any.
//!
//! - `table`: no line of the published lifecycle is without an example.
//! - `generated`: any events in any currencies, and what a stale one may not undo.
//! - `late`: every pair of words on one part, the earlier told last.

mod generated;
mod late;
mod table;

use payhook_domain::event::Event;
use payhook_domain::fact::{Capture, Stage};
use payhook_domain::kind::Kind;
use payhook_domain::payment::{Facts, Payment};
use payhook_provider::Unsigned;
use proptest::prelude::*;
use serde_json::json;

use crate::requests::{self, Posted, envelope, event, key};

const KEY: &str = "00727DB817A85C8503AD29EAD1523DB869AF0E536893BB3046C92DE7CB045CB1";

/// One item: code, outcome, own reference, the payment's, amount, `name=value` of additional data.
type Told = (&'static str, bool, &'static str, &'static str, i64, &'static str);

/// The payment itself.
const AUTHORISED: Told = ("AUTHORISATION", true, "P1", "", 1_000, "");
const CAPTURED: Told = ("CAPTURE", true, "C1", "P1", 1_000, "");
const REFUNDED: Told = ("REFUND", true, "R1", "P1", 400, "");
const REVERSED: Told = ("CANCEL_OR_REFUND", true, "X1", "P1", 1_000, "");
const CHARGED_BACK: Told = ("CHARGEBACK", true, "D1", "P1", 1_000, "disputeStatus=Undefended");

/// Each line of the lifecycle, cited by the code of its last item.
const EXAMPLES: &[(&[Told], &str)] = &[
    (&[AUTHORISED], "authorised 1000/0/0/0"),
    (&[("AUTHORISATION", false, "P1", "", 1_000, "")], "refused 0/0/0/0"),
    (&[("AUTHORISATION", false, "P1", "", 1_000, ""), AUTHORISED], "authorised 1000/0/0/0"),
    (&[AUTHORISED, CAPTURED, ("AUTHORISATION", false, "P1", "", 1_000, "")], "captured 1000/1000/0/0"),
    (&[AUTHORISED, ("AUTHORISATION_ADJUSTMENT", true, "A1", "P1", 1_500, "")], "authorised 1500/0/0/0"),
    (&[AUTHORISED, ("AUTHORISATION_ADJUSTMENT", false, "A1", "P1", 1_500, "")], "authorised 1000/0/0/0"),
    (&[AUTHORISED, ("CANCELLATION", true, "X1", "P1", 1_000, "")], "cancelled 1000/0/0/0"),
    (&[AUTHORISED, ("CANCELLATION", false, "X1", "P1", 1_000, "")], "authorised 1000/0/0/0"),
    (&[AUTHORISED, ("TECHNICAL_CANCEL", true, "X1", "P1", 1_000, "")], "cancelled 1000/0/0/0"),
    (&[AUTHORISED, ("TECHNICAL_CANCEL", false, "X1", "P1", 1_000, "")], "authorised 1000/0/0/0"),
    (
        &[AUTHORISED, ("CANCEL_OR_REFUND", true, "X1", "P1", 1_000, "modification.action=cancel")],
        "cancelled 1000/0/0/0",
    ),
    (
        &[AUTHORISED, CAPTURED, ("CANCEL_OR_REFUND", true, "X1", "P1", 1_000, "modification.action=refund")],
        "refunded 1000/1000/1000/0",
    ),
    (&[AUTHORISED, REVERSED], "cancelled 1000/0/0/0"),
    (&[AUTHORISED, CAPTURED, REVERSED], "refunded 1000/1000/1000/0"),
    (&[AUTHORISED, CAPTURED, REVERSED, ("REFUND_FAILED", true, "X1", "P1", 1_000, "")], "captured 1000/1000/0/0"),
    (&[AUTHORISED, CAPTURED, REVERSED, ("REFUNDED_REVERSED", true, "X1", "P1", 1_000, "")], "captured 1000/1000/0/0"),
    (&[AUTHORISED, CAPTURED, REVERSED, ("REFUND_FAILED", true, "X9", "P1", 1_000, "")], "captured 1000/1000/0/0"),
    (
        &[AUTHORISED, CAPTURED, REVERSED, ("REFUND_FAILED", true, "X1", "P1", 1_000, ""), REFUNDED],
        "captured 1000/1000/400/0",
    ),
    (
        &[AUTHORISED, CAPTURED, REFUNDED, REVERSED, ("REFUND_FAILED", true, "R1", "P1", 400, "")],
        "captured 1000/1000/600/0",
    ),
    (
        &[AUTHORISED, CAPTURED, REFUNDED, REVERSED, ("REFUND_FAILED", true, "X1", "P1", 600, "")],
        "captured 1000/1000/400/0",
    ),
    (
        &[AUTHORISED, REVERSED, ("REFUND_FAILED", true, "X1", "P1", 1_000, "")],
        "cancelled 1000/0/0/0 unpaired_refund_failed",
    ),
    (&[AUTHORISED, CAPTURED, ("CANCEL_OR_REFUND", false, "X1", "P1", 1_000, "")], "captured 1000/1000/0/0"),
    (&[AUTHORISED, CAPTURED], "captured 1000/1000/0/0"),
    (
        &[AUTHORISED, ("CAPTURE", true, "C1", "P1", 300, ""), ("CAPTURE", true, "C2", "P1", 300, "")],
        "captured 1000/600/0/0",
    ),
    (&[AUTHORISED, ("CAPTURE", false, "C1", "P1", 1_000, "")], "authorised 1000/0/0/0"),
    (&[AUTHORISED, ("CAPTURE", true, "C1", "P1", 1_200, "")], "captured 1000/1200/0/0 over_captured"),
    (&[AUTHORISED, CAPTURED, ("CAPTURE_FAILED", true, "C1", "P1", 1_000, "")], "authorised 1000/0/0/0"),
    (&[AUTHORISED, ("EXPIRE", true, "P1", "", 1_000, "")], "expired 1000/0/0/0"),
    (
        &[AUTHORISED, ("CAPTURE", true, "C1", "P1", 300, ""), ("EXPIRE", true, "P1", "", 1_000, "")],
        "captured 1000/300/0/0",
    ),
    (&[AUTHORISED, CAPTURED, REFUNDED], "captured 1000/1000/400/0"),
    (&[AUTHORISED, CAPTURED, ("REFUND", true, "R1", "P1", 1_000, "")], "refunded 1000/1000/1000/0"),
    (&[AUTHORISED, CAPTURED, ("REFUND", true, "R1", "P1", 1_100, "")], "refunded 1000/1000/1100/0 over_refunded"),
    (
        &[
            AUTHORISED,
            CAPTURED,
            ("POSTPONED_REFUND", true, "R1", "P1", 400, ""),
            ("REFUND", false, "R1", "P1", 400, ""),
        ],
        "captured 1000/1000/0/0",
    ),
    (&[AUTHORISED, CAPTURED, REFUNDED, ("REFUND_FAILED", true, "R1", "P1", 400, "")], "captured 1000/1000/0/0"),
    (&[AUTHORISED, CAPTURED, REFUNDED, ("REFUNDED_REVERSED", true, "R1", "P1", 400, "")], "captured 1000/1000/0/0"),
    (&[AUTHORISED, CAPTURED, ("POSTPONED_REFUND", true, "R1", "P1", 400, "")], "captured 1000/1000/0/0"),
    (
        &[
            AUTHORISED,
            CAPTURED,
            ("POSTPONED_REFUND", true, "R1", "P1", 400, ""),
            ("VOID_PENDING_REFUND", true, "R1", "P1", 400, ""),
        ],
        "captured 1000/1000/0/0",
    ),
    (
        &[
            AUTHORISED,
            CAPTURED,
            ("POSTPONED_REFUND", true, "R1", "P1", 1_000, ""),
            ("VOID_PENDING_REFUND", false, "R1", "P1", 1_000, ""),
            ("REFUND", true, "R1", "P1", 1_000, ""),
        ],
        "refunded 1000/1000/1000/0",
    ),
    (&[("OFFER_CLOSED", true, "P1", "", 1_000, "")], "abandoned 0/0/0/0"),
    (&[AUTHORISED, ("OFFER_CLOSED", true, "P1", "", 1_000, "")], "authorised 1000/0/0/0"),
    (&[("PENDING", true, "P1", "", 1_000, "")], "pending 0/0/0/0"),
    (&[AUTHORISED, ("PENDING", true, "P1", "", 1_000, "")], "authorised 1000/0/0/0"),
    (&[("ORDER_OPENED", true, "O1", "", 1_000, "")], "initiated 0/0/0/0"),
    (&[AUTHORISED, ("ORDER_CLOSED", true, "O1", "", 1_000, "order-1-pspReference=P1")], "authorised 1000/0/0/0"),
    (&[AUTHORISED, ("ORDER_CLOSED", false, "O1", "", 1_000, "order-1-pspReference=P1")], "cancelled 1000/0/0/0"),
    (
        &[AUTHORISED, CAPTURED, ("ORDER_CLOSED", false, "O1", "", 1_000, "order-1-pspReference=P1")],
        "refunded 1000/1000/1000/0",
    ),
    (&[AUTHORISED, ("MANUAL_REVIEW_ACCEPT", true, "M1", "P1", 1_000, "")], "authorised 1000/0/0/0"),
    (&[AUTHORISED, ("MANUAL_REVIEW_REJECT", true, "M1", "P1", 1_000, "")], "authorised 1000/0/0/0 review_rejected"),
    (&[AUTHORISED, ("NOTIFICATION_OF_FRAUD", true, "F1", "P1", 1_000, "")], "authorised 1000/0/0/0 fraud_reported"),
    (
        &[AUTHORISED, CAPTURED, ("REQUEST_FOR_INFORMATION", true, "D1", "P1", 1_000, "")],
        "captured 1000/1000/0/0 info_requested",
    ),
    (
        &[AUTHORISED, CAPTURED, ("NOTIFICATION_OF_CHARGEBACK", true, "D1", "P1", 1_000, "")],
        "captured 1000/1000/0/0 opened",
    ),
    (
        &[AUTHORISED, CAPTURED, ("DISPUTE_OPENED_WITH_CHARGEBACK", true, "D1", "P1", 1_000, "")],
        "captured 1000/1000/0/0 opened",
    ),
    (
        &[AUTHORISED, CAPTURED, CHARGED_BACK, ("DISPUTE_OPENED_WITH_CHARGEBACK", true, "D1", "P1", 1_000, "")],
        "captured 1000/1000/0/1000 charged_back",
    ),
    (&[AUTHORISED, CAPTURED, ("INFORMATION_SUPPLIED", true, "D1", "P1", 1_000, "")], "captured 1000/1000/0/0 defended"),
    (
        &[AUTHORISED, CAPTURED, CHARGED_BACK, ("DISPUTE_DEFENSE_PERIOD_ENDED", true, "D1", "P1", 1_000, "")],
        "captured 1000/1000/0/1000 expired",
    ),
    (&[AUTHORISED, CAPTURED, CHARGED_BACK], "captured 1000/1000/0/1000 charged_back"),
    (
        &[AUTHORISED, CAPTURED, CHARGED_BACK, ("CHARGEBACK_REVERSED", true, "D1", "P1", 1_000, "")],
        "captured 1000/1000/0/0 reversed",
    ),
    (
        &[
            AUTHORISED,
            CAPTURED,
            CHARGED_BACK,
            ("CHARGEBACK_REVERSED", true, "D1", "P1", 1_000, ""),
            ("SECOND_CHARGEBACK", true, "D1", "P1", 1_000, ""),
        ],
        "captured 1000/1000/0/1000 lost",
    ),
    // taken twice, and won in the end
    (
        &[
            AUTHORISED,
            CAPTURED,
            CHARGED_BACK,
            ("SECOND_CHARGEBACK", true, "D1", "P1", 1_000, ""),
            ("CHARGEBACK_REVERSED", true, "D1", "P1", 1_000, "disputeStatus=Won"),
        ],
        "captured 1000/1000/0/0 won",
    ),
    (
        &[AUTHORISED, CAPTURED, CHARGED_BACK, ("ISSUER_RESPONSE_TIMEFRAME_EXPIRED", true, "D1", "P1", 1_000, "")],
        "captured 1000/1000/0/1000 won",
    ),
    (&[AUTHORISED, CAPTURED, ("PREARBITRATION_OPEN", true, "D1", "P1", 1_000, "")], "captured 1000/1000/0/0 opened"),
    (
        &[AUTHORISED, CAPTURED, ("PREARBITRATION_ACCEPTED", true, "D1", "P1", 1_000, "")],
        "captured 1000/1000/0/0 opened",
    ),
    (
        &[AUTHORISED, CAPTURED, ("PREARBITRATION_DECLINED", true, "D1", "P1", 1_000, "")],
        "captured 1000/1000/0/0 opened",
    ),
    (
        &[AUTHORISED, CAPTURED, ("PREARBITRATION_ISSUER_WITHDRAWN", true, "D1", "P1", 1_000, "")],
        "captured 1000/1000/0/0 won",
    ),
    (
        &[AUTHORISED, CAPTURED, ("PREARBITRATION_WON", true, "D1", "P1", 1_000, "disputeStatus=Pending")],
        "captured 1000/1000/0/0 defended",
    ),
    (
        &[AUTHORISED, CAPTURED, ("PREARBITRATION_WON", true, "D1", "P1", 1_000, "disputeStatus=Won")],
        "captured 1000/1000/0/0 won",
    ),
    (&[AUTHORISED, CAPTURED, ("PREARBITRATION_LOST", true, "D1", "P1", 1_000, "")], "captured 1000/1000/0/0 lost"),
    (&[AUTHORISED, CAPTURED, ("SCHEME_ARBITRATION", true, "D1", "P1", 1_000, "")], "captured 1000/1000/0/0 opened"),
    (&[AUTHORISED, CAPTURED, ("SCHEME_ARBITRATION_WON", true, "D1", "P1", 1_000, "")], "captured 1000/1000/0/0 won"),
    (&[AUTHORISED, CAPTURED, ("SCHEME_ARBITRATION_LOST", true, "D1", "P1", 1_000, "")], "captured 1000/1000/0/0 lost"),
];

/// Codes of the lifecycle that say nothing about a payment's money or state.
const SILENT: [&str; 12] = [
    "AUTHENTICATION",
    "HANDLED_EXTERNALLY",
    "AUTORESCUE",
    "CANCEL_AUTORESCUE",
    "ISSUER_COMMENTS",
    "REFUND_WITH_DATA",
    "REPORT_AVAILABLE",
    "RECURRING_CONTRACT",
    "PAYOUT_THIRDPARTY",
    "PAYOUT_DECLINE",
    "PAYOUT_EXPIRE",
    "PAIDOUT_REVERSED",
];

/// The `minute`th item of a story, signed, verified and parsed.
fn told(minute: usize, item: Told) -> Event {
    told_in("EUR", minute, item)
}

/// The same in another currency.
fn told_in(currency: &str, minute: usize, (code, success, own, other, value, additional): Told) -> Event {
    let mut data = json!({});
    if let Some((name, text)) = additional.split_once('=') {
        data[name] = text.into();
    }
    let item = json!({
        "pspReference": own, "originalReference": other, "merchantAccountCode": "Shop", "merchantReference": "order-1",
        "amount": { "value": value, "currency": currency }, "eventCode": code, "success": success.to_string(),
        "eventDate": format!("2026-11-21T10:{minute:02}:00+01:00"), "paymentMethod": "visa", "additionalData": data,
    });
    let body = envelope(&[&item.to_string()]).into();
    let unsigned = Unsigned { target: "/".into(), headers: Posted::json("").headers, body };
    let signed = requests::signed("adyen", unsigned, &key("adyen", KEY));
    event("adyen", &Posted::new(signed.headers, signed.body), &[key("adyen", KEY)])
}

fn story(items: &[Told]) -> Vec<Event> {
    items.iter().enumerate().map(|(minute, item)| told(minute, *item)).collect()
}

pub(crate) fn folded<'e>(events: impl IntoIterator<Item = &'e Event>) -> Payment {
    let mut facts = Facts::default();
    for event in events {
        if let Some(fact) = &event.fact {
            facts.add(event.id.0, event.content, fact.clone());
        }
    }
    facts.fold()
}

/// `status authorised/captured/refunded/disputed`, then disputes' statuses and flags.
pub(crate) fn line(payment: &Payment) -> String {
    let main = payment.main();
    let sums = format!("{}/{}/{}/{}", main.authorised, main.captured, main.refunded, main.disputed);
    let words = payment.disputes.iter().map(|dispute| dispute.status.as_str());
    let words = words.chain(payment.flags.iter().map(|flagged| flagged.flag.as_str()));
    [payment.status.as_str(), &sums].into_iter().chain(words).collect::<Vec<_>>().join(" ")
}

#[test]
fn every_line_of_the_lifecycle_is_believed_as_it_is_meant() {
    let wrong: Vec<String> = EXAMPLES
        .iter()
        .map(|(items, expected)| (items, expected, line(&folded(&story(items)))))
        .filter(|(_, expected, found)| *expected != found)
        .map(|(items, expected, found)| format!("{}: {found}, not {expected}", items.last().expect("one").0))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn what_says_nothing_of_a_payment_changes_nothing() {
    for code in SILENT.into_iter().chain(["DONATION", "SOMETHING_NEW"]) {
        for success in [true, false] {
            assert!(told(1, (code, success, "Z1", "P1", 1_000, "")).fact.is_none(), "{code} {success}");
        }
    }
}

#[test]
fn a_dispute_opened_by_an_unannounced_chargeback_says_until_when_it_may_be_defended() {
    let deadline = "defensePeriodEndsAt=2026-12-20T10:00:00+01:00";
    let opened = told(4, ("DISPUTE_OPENED_WITH_CHARGEBACK", true, "D1", "P1", 1_000, deadline));
    assert_eq!((opened.kind, opened.payment.as_deref()), (Kind::DisputeOpened, Some("P1")));
    let payment = folded([&told(1, AUTHORISED), &opened, &told(3, CHARGED_BACK)]);
    let [dispute] = payment.disputes.as_slice() else { panic!("one dispute: {payment:?}") };
    assert_eq!((dispute.stage, dispute.due_at.is_some()), (Some(Stage::Chargeback), true));
}

#[test]
fn a_stored_token_may_be_disabled_by_either_code() {
    for code in ["DISABLE_RECURRING", "DEACTIVATE_RECURRING"] {
        let [done, not_done] = [true, false].map(|success| told(1, (code, success, "T1", "P1", 0, "")));
        assert_eq!((done.kind, done.fact, not_done.kind), (Kind::TokenDisabled, None, Kind::Other), "{code}");
    }
}

#[test]
fn a_duplicate_authorisation_does_not_charge_twice() {
    let events = story(&[AUTHORISED, CAPTURED]);
    let twice = [&events[0], &events[0], &events[1], &events[1], &events[0]];
    assert_eq!(line(&folded(twice)), "captured 1000/1000/0/0");
}

#[test]
fn a_second_capture_at_the_same_time_is_not_taken_for_a_repeat() {
    let (one, mut other) =
        (told(2, ("CAPTURE", true, "C1", "P1", 300, "")), told(2, ("CAPTURE", true, "C2", "P1", 300, "")));
    other.occurred_at.clone_from(&one.occurred_at);
    assert_eq!(line(&folded([&told(1, AUTHORISED), &one, &other])), "captured 1000/600/0/0");
}

#[test]
fn refused_then_authorised_two_minutes_later_is_authorised_in_either_order() {
    let events = story(&[("AUTHORISATION", false, "P1", "", 1_000, ""), AUTHORISED]);
    assert_eq!(line(&folded(&events)), line(&folded(events.iter().rev())));
    assert_eq!(line(&folded(&events)), "authorised 1000/0/0/0");
}

#[test]
fn paid_cancelled_paid_ends_paid_or_cancelled_and_the_same_in_every_order() {
    let events = story(&[AUTHORISED, ("CANCELLATION", false, "X1", "P1", 1_000, ""), CAPTURED]);
    assert_eq!(line(&folded(&events)), "captured 1000/1000/0/0");
    assert_eq!(line(&folded(events.iter().rev())), "captured 1000/1000/0/0");
}

#[test]
fn a_reversal_that_does_not_say_what_it_became_is_other_and_the_payment_knows() {
    for (before, believed) in
        [(&[AUTHORISED][..], "cancelled 1000/0/0/0"), (&[AUTHORISED, CAPTURED], "refunded 1000/1000/1000/0")]
    {
        let events = story(&[before, &[REVERSED]].concat());
        assert_eq!(events.last().map(|event| event.kind), Some(Kind::Other));
        assert_eq!(line(&folded(&events)), believed);
    }
}

#[test]
fn an_account_that_captures_by_itself_is_not_counted_twice() {
    let mut authorised = told(1, AUTHORISED);
    authorised.fact.as_mut().expect("says something").capture = Some(Capture::Automatic);
    assert_eq!(line(&folded([&authorised])), "captured 1000/1000/0/0");
    assert_eq!(line(&folded([&authorised, &told(2, CAPTURED)])), "captured 1000/1000/0/0");
    let refund = told(3, ("REFUND", true, "R1", "P1", 1_000, ""));
    assert_eq!(line(&folded([&authorised, &refund])), "refunded 1000/1000/1000/0");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_story_is_the_same_in_any_order_with_repeats_and_split(
        example in 0..EXAMPLES.len(),
        shuffle in any::<u64>(),
        cut in 0..12_usize,
    ) {
        let events = story(EXAMPLES[example].0);
        let mut order: Vec<&Event> = events.iter().chain(&events).collect();
        fastrand::Rng::with_seed(shuffle).shuffle(&mut order);
        let (mut one, mut other) = (Facts::default(), Facts::default());
        for (n, event) in order.into_iter().enumerate() {
            let Some(fact) = event.fact.clone() else { continue };
            if n < cut { &mut one } else { &mut other }.add(event.id.0, event.content, fact);
            one = Facts::read(&one.write()).expect("reads back");
        }
        one.absorb(other);
        prop_assert_eq!(line(&one.fold()), EXAMPLES[example].1);
    }
}
