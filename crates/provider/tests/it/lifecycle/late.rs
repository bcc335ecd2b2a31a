//! Every pair of words on one change or dispute of a captured payment, of which the earlier comes last.

use payhook_domain::fact::Fact;
use payhook_domain::payment::{Facts, Payment};

use super::{AUTHORISED, CAPTURED, line, told};

/// What is told of a change or a dispute.
const CODES: [&str; 28] = [
    "AUTHORISATION_ADJUSTMENT",
    "CAPTURE",
    "CAPTURE_FAILED",
    "CANCELLATION",
    "TECHNICAL_CANCEL",
    "CANCEL_OR_REFUND",
    "REFUND",
    "REFUND_FAILED",
    "REFUNDED_REVERSED",
    "POSTPONED_REFUND",
    "VOID_PENDING_REFUND",
    "REQUEST_FOR_INFORMATION",
    "NOTIFICATION_OF_CHARGEBACK",
    "DISPUTE_OPENED_WITH_CHARGEBACK",
    "INFORMATION_SUPPLIED",
    "DISPUTE_DEFENSE_PERIOD_ENDED",
    "ISSUER_RESPONSE_TIMEFRAME_EXPIRED",
    "CHARGEBACK",
    "CHARGEBACK_REVERSED",
    "SECOND_CHARGEBACK",
    "PREARBITRATION_OPEN",
    "PREARBITRATION_WON",
    "PREARBITRATION_LOST",
    "SCHEME_ARBITRATION",
    "SCHEME_ARBITRATION_WON",
    "SCHEME_ARBITRATION_LOST",
    "ORDER_OPENED",
    "ORDER_CLOSED",
];

/// The line of the payment, and how each of its parts stands.
fn believed(payment: &Payment) -> (String, Vec<String>) {
    let parts = [&payment.captures, &payment.refunds, &payment.cancels].into_iter().flatten();
    let mut parts: Vec<String> = parts.map(|part| format!("{} {}", part.reference, part.state.as_str())).collect();
    parts.extend(payment.orders.iter().map(|order| order.state.as_str().to_owned()));
    parts.extend(payment.disputes.iter().map(|dispute| format!("{:?} {:?}", dispute.stage, dispute.due_at)));
    parts.sort_unstable();
    // Flags behind the sums and the dispute are what does not add up, not what is believed.
    let line = line(&Payment { flags: Vec::new(), ..payment.clone() });
    (line, parts)
}

/// Whether nothing is said by the one that the other does not say.
fn says_the_same(one: &Fact, other: &Fact) -> bool {
    let said = |fact: &Fact| (fact.effect, fact.amount, fact.capture, fact.stage, fact.standing, fact.due_at);
    said(one) == said(other)
}

#[test]
fn of_two_words_on_one_part_the_earlier_that_comes_last_is_stale_only_where_it_changes_nothing() {
    let words: Vec<(&str, bool)> = CODES.iter().flat_map(|code| [(*code, true), (*code, false)]).collect();
    let known = [told(1, AUTHORISED), told(2, CAPTURED)];
    let (mut stale, mut wrong) = (0, Vec::new());
    // An adjustment is one of several, whichever request made it.
    for reference in ["X1", "X2"] {
        for (late, later) in words.iter().flat_map(|late| words.iter().map(move |later| (*late, *later))) {
            let late = told(4, (late.0, late.1, "X1", "P1", 400, ""));
            let later = told(5, (later.0, later.1, reference, "P1", 400, ""));
            let (Some(fact), Some(other)) = (&late.fact, &later.fact) else { continue };
            let mut facts = Facts::default();
            for event in known.iter().chain([&later]) {
                facts.add(event.id.0, event.content, event.fact.clone().expect("says something"));
            }
            let before = believed(&facts.fold());
            let added = facts.add(late.id.0, late.content, fact.clone());
            let is_overtaken = other.concerns() == fact.concerns() && !says_the_same(fact, other);
            if added.stale != (is_overtaken && before == believed(&facts.fold())) {
                wrong.push(format!("{} {:?} after {}: {before:?}", late.code, late.success, later.code));
            }
            stale += usize::from(added.stale);
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(stale > 100, "{stale}");
}

/// The chargeback overtaken by its defence, the second by a lost pre-arbitration, an amount by another request's refusal.
#[test]
fn what_moved_money_is_not_stale_however_late_it_is_told() {
    for (late, later) in [
        (("CHARGEBACK", true, "D1", "P1", 1_000, ""), ("INFORMATION_SUPPLIED", true, "D1", "P1", 1_000, "")),
        (("SECOND_CHARGEBACK", true, "D1", "P1", 1_000, ""), ("PREARBITRATION_LOST", true, "D1", "P1", 1_000, "")),
        (
            ("AUTHORISATION_ADJUSTMENT", true, "A1", "P1", 1_500, ""),
            ("AUTHORISATION_ADJUSTMENT", false, "A2", "P1", 2_000, ""),
        ),
        (("CAPTURE", true, "C2", "P1", 300, ""), ("CAPTURE", false, "C2", "P1", 300, "")),
        (("REFUND", true, "R1", "P1", 400, ""), ("POSTPONED_REFUND", true, "R1", "P1", 400, "")),
    ] {
        let mut facts = Facts::default();
        let events = [told(1, AUTHORISED), told(2, CAPTURED), told(5, later), told(4, late)];
        let stale = events.map(|event| facts.add(event.id.0, event.content, event.fact.expect("says something")).stale);
        assert_eq!(stale, [false; 4], "{late:?} after {later:?}");
    }
}
