//! Generated histories of one order: any events, amounts, currencies, repeats and revisions, in any order, by two sources,
//! over restarts. What is believed is the same as when they are told plainly.

use std::collections::BTreeSet;

use payhook_domain::fact::{Effect, Subject};
use payhook_domain::id::{NameId, PaymentId};
use payhook_domain::kind::Kind;
use payhook_domain::payment::{Facts, Payment};
use payhook_store::{NameKind, PaymentFilter};
use proptest::prelude::*;
use proptest::sample::select;

use crate::desk::{Desk, page};
use crate::told::{AUTHORISED, CAPTURED, CHARGED_BACK, REFUSED, Told};

type Says = (Kind, Subject, Effect);

/// What an event may say, and the references of what it may say it of.
const SAYINGS: [(Says, &[&str]); 15] = [
    (AUTHORISED, &[""]),
    (REFUSED, &[""]),
    ((Kind::PaymentPending, Subject::Payment, Effect::Pending), &[""]),
    ((Kind::PaymentAbandoned, Subject::Payment, Effect::Abandoned), &[""]),
    ((Kind::PaymentExpired, Subject::Payment, Effect::Expired), &[""]),
    ((Kind::PaymentAdjusted, Subject::Adjustment, Effect::Succeeded), &["A1", "A2"]),
    (CAPTURED, &["C1", "C2", "C3"]),
    ((Kind::PaymentCaptureFailed, Subject::Capture, Effect::Undone), &["C1", "C2"]),
    ((Kind::PaymentCancelled, Subject::Cancel, Effect::Succeeded), &["X1"]),
    ((Kind::RefundSucceeded, Subject::Refund, Effect::Succeeded), &["R1", "R2"]),
    ((Kind::RefundFailed, Subject::Refund, Effect::Undone), &["R1", "R2"]),
    (CHARGED_BACK, &["D1", "D2"]),
    ((Kind::DisputeReversed, Subject::Dispute, Effect::ChargebackReversed), &["D1"]),
    ((Kind::DisputeLost, Subject::Dispute, Effect::ChargedBackAgain), &["D1"]),
    ((Kind::DisputeWon, Subject::Dispute, Effect::Won), &["D1", "D2"]),
];

/// Every version of a few events: of one identity all state the same money, at dates of their own.
fn history() -> impl Strategy<Value = Vec<Told<'static>>> {
    let said = select(&SAYINGS[..]).prop_flat_map(|(says, parts)| (Just(says), select(parts)));
    let dates = prop::collection::btree_set(0..60_i64, 1..3);
    let event = (said, -20..2_000_i64, select(&["EUR", "EUR", "EUR", "USD"][..]), prop::bool::weighted(0.3), dates);
    prop::collection::vec(event, 1..9).prop_map(|events| {
        let mut known = BTreeSet::new();
        let versions = |((says, part), amount, currency, unlinked, dates): ((Says, &'static str), _, _, _, _)| {
            // A dispute may not say of which payment it is.
            let payment = if unlinked && says.1 == Subject::Dispute { part } else { "P1" };
            let is_new = known.insert((payment, part, format!("{:?}", says.0)));
            let told = Told { payment, currency, ..Told::of(says, part, amount, 0) };
            let dates: BTreeSet<i64> = if is_new { dates } else { BTreeSet::new() };
            dates.into_iter().map(move |second| Told { second, ..told.clone() }).collect::<Vec<_>>()
        };
        events.into_iter().flat_map(versions).collect()
    })
}

/// One arrival: which of the history, by the second source or the first, and whether the store is opened anew behind it.
type Arrival = (usize, bool, bool);

/// Every version twice or more, in any order.
fn arrivals(count: usize) -> impl Strategy<Value = Vec<Arrival>> {
    let all: Vec<usize> = (0..count).chain(0..count).collect();
    let how = prop::collection::vec((any::<bool>(), prop::bool::weighted(0.08)), 2 * count);
    (Just(all).prop_shuffle(), how)
        .prop_map(|(all, how)| all.into_iter().zip(how).map(|(which, (second, anew))| (which, second, anew)).collect())
}

fn told_somehow() -> impl Strategy<Value = (Vec<Told<'static>>, Vec<Arrival>)> {
    history().prop_flat_map(|history| (arrivals(history.len()), Just(history))).prop_map(|(how, what)| (what, how))
}

async fn second_source(desk: &Desk) -> NameId {
    desk.store.enrol(NameKind::Source, vec!["second".to_owned()]).await.expect("enrolled")[0]
}

/// Every payment there is after these arrivals. None is believed otherwise when it is folded anew.
async fn believed(history: &[Told<'static>], arrivals: &[Arrival]) -> Vec<(PaymentId, Facts)> {
    let mut desk = Desk::new().await;
    let second = second_source(&desk).await;
    for (number, (which, by_second, anew)) in arrivals.iter().enumerate() {
        let at = i64::try_from(number).expect("few");
        let mut recording = desk.recording(vec![history[*which].item(desk.both())], at);
        if *by_second {
            recording.notification.source = second;
        }
        desk.store.record(recording).await.expect("recorded");
        if *anew {
            desk = desk.reopened().await;
        }
    }
    let listed = desk.store.reader().payments(PaymentFilter::default(), page(100)).await.expect("read").rows;
    for payment in &listed {
        let rebuilt = desk.store.rebuild(payment.id).await.expect("rebuilt").expect("a payment");
        assert!(!rebuilt.changed, "{:?}", rebuilt);
    }
    let mut payments: Vec<_> = listed.into_iter().map(|payment| (payment.id, payment.facts)).collect();
    payments.sort_by_key(|(id, _)| *id);
    payments
}

/// No sum is below zero, and none beyond what came before it without a flag.
fn adds_up(payment: &Payment) -> bool {
    let flagged = |flags: &[&str]| payment.flags.iter().any(|flagged| flags.contains(&flagged.flag.as_str()));
    payment.totals.values().all(|sums| {
        [sums.authorised, sums.captured, sums.refunded, sums.disputed].iter().all(|sum| *sum >= 0)
            && (sums.captured <= sums.authorised || flagged(&["over_captured", "authorisation_unknown"]))
            && (sums.refunded <= sums.captured || flagged(&["over_refunded", "capture_unknown"]))
            && (sums.disputed <= sums.authorised || flagged(&["over_disputed", "authorisation_unknown"]))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_same_payments_whatever_the_order_the_repeats_the_source_and_the_restarts(
        (history, arrivals) in told_somehow(),
    ) {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let plainly: Vec<Arrival> = (0..history.len()).map(|which| (which, false, false)).collect();
        let (plain, found) = runtime.block_on(async {
            (believed(&history, &plainly).await, believed(&history, &arrivals).await)
        });
        prop_assert!(found.iter().all(|(_, facts)| adds_up(&facts.fold())), "{found:?}");
        prop_assert_eq!(found, plain, "ids stay, and so does what is believed");
    }
}
