//! Generated events of one payment, of any code, amount and currency: what holds whatever is told, in whatever order.

use payhook_domain::event::Event;
use payhook_domain::fact::{Effect, Fact, Subject};
use payhook_domain::payment::{Facts, Payment, Status, Totals};
use proptest::prelude::*;

use super::{EXAMPLES, folded, told_in};

/// Where a refusal, however late, may say how it ended.
const UNDECIDED: [Status; 4] = [Status::Initiated, Status::Pending, Status::Abandoned, Status::Refused];

const CURRENCIES: [&str; 3] = ["EUR", "USD", "JPY"];

/// Events with the last code of any example; of other days than they came in.
fn events() -> impl Strategy<Value = Vec<Event>> {
    let event = (0..EXAMPLES.len(), -50..3_000_i64, 0..CURRENCIES.len() * 2, 0..50_usize);
    prop::collection::vec(event, 1..12).prop_map(|items| {
        let told = |(example, value, currency, minute): (usize, i64, usize, usize)| {
            let (code, success, own, other, _, additional) = *EXAMPLES[example].0.last().expect("one");
            // Most payments have one currency.
            let currency = CURRENCIES.get(currency).unwrap_or(&CURRENCIES[0]);
            told_in(currency, minute, (code, success, own, other, value, additional))
        };
        items.into_iter().map(told).collect()
    })
}

fn all_of(totals: &Totals) -> [i64; 4] {
    [totals.authorised, totals.captured, totals.refunded, totals.disputed]
}

/// The sums that are something: which currency comes first may follow from a word without money.
fn sums(payment: &Payment) -> Vec<(String, [i64; 4])> {
    let sums = payment.totals.iter().map(|(currency, totals)| (currency.as_str().to_owned(), all_of(totals)));
    sums.filter(|(_, sums)| sums.iter().any(|sum| *sum != 0)).collect()
}

fn is_flagged(payment: &Payment, flags: &[&str]) -> bool {
    payment.flags.iter().any(|flagged| flags.contains(&flagged.flag.as_str()))
}

/// How the dispute that the fact is about stands.
fn dispute<'p>(payment: &'p Payment, fact: &Fact) -> Option<&'p str> {
    let found = payment.disputes.iter().find(|dispute| dispute.reference == fact.part);
    found.map(|dispute| dispute.status.as_str())
}

/// How the capture, refund or cancel that it is about stands.
fn parts(payment: &Payment, fact: &Fact) -> Vec<&'static str> {
    let parts = [&payment.captures, &payment.refunds, &payment.cancels].into_iter().flatten();
    parts.filter(|part| part.reference == fact.part).map(|part| part.state.as_str()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_told_sums_stay_above_zero_and_what_exceeds_is_flagged(events in events()) {
        let payment = folded(&events);
        prop_assert_eq!(&payment, &folded(events.iter().rev()));
        for totals in payment.totals.values() {
            prop_assert!(all_of(totals).iter().all(|sum| *sum >= 0), "{totals:?}");
            let known = |beyond: bool, flags: &[&str]| !beyond || is_flagged(&payment, flags);
            prop_assert!(known(totals.captured > totals.authorised, &["over_captured", "authorisation_unknown"]));
            prop_assert!(known(totals.refunded > totals.captured, &["over_refunded", "capture_unknown"]));
            prop_assert!(known(totals.disputed > totals.authorised, &["over_disputed", "authorisation_unknown"]));
        }
    }

    #[test]
    fn a_stale_event_undoes_nothing_that_is_newer(events in events()) {
        let mut facts = Facts::default();
        for event in &events {
            let Some(fact) = &event.fact else { continue };
            let before = facts.fold();
            let added = facts.add(event.id.0, event.content, fact.clone());
            let after = facts.fold();
            if !added.stale {
                continue;
            }
            prop_assert_eq!((before.status, sums(&before)), (after.status, sums(&after)), "{:?}", fact);
            prop_assert_eq!(dispute(&before, fact), dispute(&after, fact), "{:?}", fact);
            prop_assert_eq!(parts(&before, fact), parts(&after, fact), "{:?}", fact);
            let is_refusal = fact.subject == Subject::Payment && fact.effect == Effect::Refused;
            prop_assert!(!is_refusal || after.status != Status::Refused || UNDECIDED.contains(&before.status), "{fact:?}");
        }
    }
}
