//! Payments that no stored event is about any more.

use payhook_domain::id::EventSeq;
use payhook_domain::verdict::Verdict;
use payhook_store::{Cutoffs, Disposition, PaymentFilter, SweepPlace};

use super::{OLD, before, count, deliver_all, look, rows, sweep};
use crate::desk::{Desk, at, event, page};
use crate::told::{AUTHORISED, CAPTURED, CHARGED_BACK, Told, name, version};

/// Two events of one payment and one of another, all delivered, and their segment full.
async fn stored(desk: &Desk) {
    desk.one(Told::of(AUTHORISED, "", 1_000, 1).item(desk.to_shop()), 1).await;
    let other = Told { payment: "P2", order: "order-2", ..Told::of(AUTHORISED, "", 1_000, 1) };
    desk.one(other.item(desk.to_shop()), 2).await;
    desk.one(Told::of(CAPTURED, "C1", 600, 2).item(desk.to_shop()), 30).await;
    deliver_all(desk, 31).await;
    let fillers = (4..=2_048).map(|n| event(&format!("filler{n}"), 1, "", Disposition::Route(Vec::new())));
    desk.record(fillers.collect(), 50).await;
}

async fn exists(desk: &Desk, reference: &str) -> bool {
    desk.store.reader().payment(name(reference)).await.expect("read").is_some()
}

#[tokio::test]
async fn a_payment_goes_with_its_last_event_and_its_names_with_it() {
    let desk = Desk::new().await;
    stored(&desk).await;
    let foreseen = look(&desk, before(20)).await;
    let swept = sweep(&desk, before(20)).await;
    assert_eq!(rows(&swept), [0, 0, 2, 2], "the events of both, and the payment and the order of one");
    assert_eq!(rows(&foreseen), [0, 0, 2, 1], "a name goes with its payment, and is not counted before");
    assert_eq!([exists(&desk, "P1").await, exists(&desk, "C1").await, exists(&desk, "P2").await], [true, true, false]);
    sweep(&desk, before(40)).await;
    assert_eq!([exists(&desk, "P1").await, exists(&desk, "C1").await], [false, false]);
    assert_eq!(count(&desk, "SELECT (SELECT count(*) FROM payments) + (SELECT count(*) FROM aliases)"), 0);
}

#[tokio::test]
async fn a_payment_that_was_gone_begins_anew_and_is_found_by_its_name_also_after_a_restart() {
    let desk = Desk::new().await;
    stored(&desk).await;
    sweep(&desk, before(40)).await;
    desk.one(Told::of(CAPTURED, "C2", 400, 9).item(desk.to_shop()), 60).await;
    let mut desk = desk;
    for _ in 0..2 {
        let payment = desk.store.reader().payment(name("C2")).await.expect("read").expect("a payment");
        assert_eq!((payment.key.as_str(), payment.facts.len()), ("P1", 1));
        assert_eq!(
            desk.store.reader().payment(name("P1")).await.expect("read").map(|found| found.id),
            Some(payment.id)
        );
        desk = desk.reopened().await;
    }
    let all = desk.store.reader().payments(PaymentFilter::default(), page(100)).await.expect("read").rows;
    assert_eq!(all.len(), 1);
}

#[tokio::test]
async fn what_is_told_of_a_payment_that_begins_anew_has_a_higher_version_than_all_that_was_told_before() {
    let desk = Desk::new().await;
    stored(&desk).await;
    let (id, before) = version(&desk.row(EventSeq(3)).await);
    sweep(&desk, super::before(40)).await;
    assert!(!exists(&desk, "P1").await);
    let dispute = Told::of(CHARGED_BACK, "D1", 600, 90).item(desk.to_shop());
    let Verdict::New(seq) = desk.one(dispute, 60).await else { panic!("it is new") };
    let (same, after) = version(&desk.row(seq).await);
    assert_eq!(same, id, "the same payment by its public id");
    assert!(after > before, "{after} behind {before}: who keeps the highest passes over a chargeback");
}

/// So many payments in a row, each of an order of its own; the first `many` of them are charged back a long time later.
async fn with_long_lives(desk: &Desk, all: i64, many: usize) {
    let names: Vec<String> = (1..=all).map(|n| format!("L{n}")).collect();
    for (n, payment) in (1..).zip(&names) {
        let told = Told { payment, order: payment, ..Told::of(AUTHORISED, "", 1_000, n) };
        desk.one(told.item(desk.to_shop()), n).await;
    }
    for payment in &names[..many] {
        let part = format!("{payment}/D");
        let told = Told { payment, part: &part, order: payment, ..Told::of(CHARGED_BACK, "", 1_000, 1_000) };
        desk.one(told.item(desk.to_shop()), 1_000).await;
    }
    deliver_all(desk, 1_001).await;
    let fillers = (1..=2_048).map(|n| event(&format!("filler{n}"), 1, "", Disposition::Route(Vec::new())));
    desk.record(fillers.collect(), 1_002).await;
}

#[tokio::test]
async fn payments_that_something_late_was_told_of_hold_up_none_behind_them() {
    let desk = Desk::new().await;
    // More of them than are looked at in one step, and more names than in one step of theirs.
    with_long_lives(&desk, 200, 150).await;
    let foreseen = look(&desk, before(500)).await;
    let swept = sweep(&desk, before(500)).await;
    assert_eq!(count(&desk, "SELECT count(*) FROM payments WHERE updated_at < 1800000500000000"), 0);
    assert_eq!((foreseen.payments.rows, swept.payments.rows), (50, 100), "each with its order");
    assert_eq!(count(&desk, "SELECT count(*) FROM payments"), 150);
    assert_eq!(count(&desk, "SELECT count(*) FROM aliases a WHERE a.payment NOT IN (SELECT id FROM payments)"), 0);
}

#[tokio::test]
async fn a_walk_over_payments_ends_where_they_began_after_the_cutoff_also_when_their_events_are_gone() {
    let desk = Desk::new().await;
    with_long_lives(&desk, 200, 0).await;
    let steps = async |events: i64, payments: i64| {
        let day = 86_400;
        let cut = Cutoffs { payments: Some(at(payments * day)), now: at(300 * day), ..before(events * day) };
        let (mut place, mut steps) = (SweepPlace::default(), 0);
        while let Some(next) = desk.store.prune(cut.clone(), place).await.expect("pruned").next {
            (place, steps) = (next, steps + 1);
        }
        steps
    };
    let without_payments = steps(-1, -300).await;
    assert_eq!(steps(-1, -2).await, without_payments, "by the receipt of the first event of the first step");
    steps(200, -300).await;
    assert_eq!(count(&desk, "SELECT count(*) FROM events"), 201, "those of the segment that is not packed");
    let without_payments = steps(200, -300).await;
    assert_eq!(steps(200, -2).await, without_payments, "by the dates of the events");
}

#[tokio::test]
async fn a_rebuild_keeps_what_events_that_are_gone_stated() {
    let desk = Desk::new().await;
    stored(&desk).await;
    sweep(&desk, before(20)).await;
    assert!(desk.store.reader().event_row(EventSeq(1)).await.expect("read").is_none());
    let before = desk.store.reader().payment(name("P1")).await.expect("read").expect("a payment");
    let rebuilt = desk.store.rebuild(before.id).await.expect("done").expect("a payment");
    assert!(!rebuilt.changed);
    let money = rebuilt.after.fold();
    assert_eq!((money.main().authorised, money.main().captured), (1_000, 600));
}

#[tokio::test]
async fn payments_stay_as_long_as_one_says_though_their_events_are_gone() {
    let desk = Desk::new().await;
    stored(&desk).await;
    sweep(&desk, Cutoffs { payments: None, ..before(OLD) }).await;
    assert_eq!([exists(&desk, "P1").await, exists(&desk, "P2").await], [true, true]);
}
