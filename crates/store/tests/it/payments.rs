//! Payments: folded in the transaction of their events, found by any of their names, the same whatever the order.

use payhook_domain::event::Original;
use payhook_domain::fact::{Effect, Subject};
use payhook_domain::id::EventSeq;
use payhook_domain::kind::Kind;
use payhook_domain::payment::{Names, Status};
use payhook_domain::verdict::Verdict;
use payhook_store::{PageRequest, PaymentFilter, PaymentRow};
use proptest::prelude::*;

use crate::desk::{Desk, at, page};
use crate::told::{AUTHORISED, CAPTURED, CHARGED_BACK, REFUSED, SCOPE, Told, name};

async fn payment(desk: &Desk, reference: &str) -> PaymentRow {
    desk.store.reader().payment(name(reference)).await.expect("read").expect("a payment")
}

async fn listed(desk: &Desk, filter: PaymentFilter) -> Vec<PaymentRow> {
    desk.store.reader().payments(filter, page(100)).await.expect("read").rows
}

#[tokio::test]
async fn an_event_carries_what_was_believed_when_it_was_committed() {
    let desk = Desk::new().await;
    desk.one(Told::of(AUTHORISED, "", 1_000, 1).item(desk.to_shop()), 1).await;
    desk.one(Told::of(CAPTURED, "C1", 600, 2).item(desk.to_shop()), 2).await;
    let id = name("P1");
    let state = |version, status: &str, captured| {
        format!(
            r#"{{"id":"{id}","version":{version},"status":"{status}","currency":"EUR","authorised":1000,"captured":{captured},"refunded":0,"disputed":0}}"#
        )
    };
    let version = |second| at(second).as_micros() / 1_000;
    assert_eq!(desk.row(EventSeq(1)).await.payment, Some(state(version(1), "authorised", 0)));
    assert_eq!(desk.row(EventSeq(2)).await.payment, Some(state(version(2), "captured", 600)));
    let lease = desk.lease(10, 3).await;
    assert_eq!(lease.due[0].event.payment, Some(state(version(1), "authorised", 0)), "as of its own commit");
}

#[tokio::test]
async fn a_payment_is_found_by_any_of_its_names_and_by_the_merchants_reference() {
    let desk = Desk::new().await;
    desk.one(Told::of(AUTHORISED, "", 1_000, 1).item(desk.to_shop()), 1).await;
    desk.one(Told::of(CAPTURED, "C1", 1_000, 2).item(desk.to_shop()), 2).await;
    let other = Told { payment: "P2", ..Told::of(REFUSED, "", 1_000, 3) };
    desk.one(other.item(desk.to_shop()), 3).await;
    let desk = desk.reopened().await;
    for reference in ["P1", "C1"] {
        assert_eq!(payment(&desk, reference).await.id, name("P1"), "{reference}");
    }
    assert!(desk.store.reader().payment(name("nobody")).await.expect("read").is_none());
    let of_order = PaymentFilter { reference: Some("order-1".to_owned()), ..PaymentFilter::default() };
    let ids: Vec<_> = listed(&desk, of_order).await.iter().map(|payment| payment.id).collect();
    assert_eq!(ids, [name("P2"), name("P1")], "an order groups its payments, the newest first");
    let refused = PaymentFilter { status: Some(Status::Refused), ..PaymentFilter::default() };
    let keys: Vec<_> = listed(&desk, refused).await.into_iter().map(|payment| payment.key).collect();
    assert_eq!(keys, ["P2"]);
}

#[tokio::test]
async fn the_payments_of_a_reference_fill_as_many_pages_as_they_need_whatever_comes_meanwhile() {
    let desk = Desk::new().await;
    for (second, payment) in (1..).zip(["P1", "P2", "P3", "P4", "P5"]) {
        let told = Told { payment, ..Told::of(AUTHORISED, "", 1_000, second) };
        desk.one(told.item(desk.to_shop()), second).await;
    }
    desk.one(Told { payment: "P4", ..Told::of(CAPTURED, "C4", 1_000, 6) }.item(desk.to_shop()), 6).await;
    let of_order = || PaymentFilter { reference: Some("order-1".to_owned()), ..PaymentFilter::default() };
    let (mut keys, mut from, mut pages) = (Vec::new(), None, 0);
    loop {
        let asked = PageRequest { limit: 2, from };
        let page = desk.store.reader().payments(of_order(), asked).await.expect("read");
        keys.extend(page.rows.into_iter().map(|payment| payment.key));
        pages += 1;
        if pages == 1 {
            desk.one(Told::of(CAPTURED, "C1", 1_000, 7).item(desk.to_shop()), 7).await;
        }
        from = page.next;
        if from.is_none() {
            break;
        }
    }
    assert_eq!((keys, pages), (["P4", "P5", "P3", "P2", "P1"].map(str::to_owned).to_vec(), 3));
}

#[tokio::test]
async fn a_repeat_counts_once_and_changes_nothing() {
    let desk = Desk::new().await;
    for second in 1..=3 {
        desk.one(Told::of(AUTHORISED, "", 1_000, 1).item(desk.to_shop()), second).await;
    }
    let payment = payment(&desk, "P1").await;
    // The version of its first second, not of the last.
    assert_eq!((payment.version, payment.facts.fold().main().authorised), (1_800_000_001_000, 1_000));
}

#[tokio::test]
async fn what_is_set_aside_or_in_conflict_is_not_folded_until_a_person_says_so() {
    let desk = Desk::new().await;
    let told = Told::of(AUTHORISED, "", 1_000, 1);
    desk.one(told.item(desk.to_shop()), 1).await;
    let other = Told { amount: 9_000, ..told.clone() };
    let Verdict::Conflict(seq) = desk.one(other.item(desk.to_shop()), 2).await else {
        panic!("another amount is a conflict")
    };
    assert_eq!(payment(&desk, "P1").await.facts.fold().main().authorised, 1_000);
    let accepted = Some((vec![], other.item(desk.to_shop()).names));
    assert_eq!(desk.store.decide_conflict(seq, accepted, at(3)).await, Ok(true));
    let corrected = payment(&desk, "P1").await;
    assert_eq!((corrected.version, corrected.facts.fold().main().authorised), (1_800_000_003_000, 9_000));
    assert!(desk.row(seq).await.payment.is_some_and(|state| state.contains("9000")));

    let capture = Told::of(CAPTURED, "C1", 500, 4);
    let Verdict::Aside(seq) = desk.one(capture.item(crate::desk::aside()), 4).await else { panic!("set aside") };
    assert_eq!(payment(&desk, "P1").await.facts.len(), 1);
    desk.store.release_aside(seq, vec![capture.item(desk.to_shop())], at(5)).await.expect("released");
    assert_eq!(payment(&desk, "P1").await.facts.fold().main().captured, 500);
    assert_eq!(desk.row(seq).await.event.aliases, ["C1"]);
}

#[tokio::test]
async fn a_stale_refusal_does_not_undo_an_authorisation_and_says_that_it_is_stale() {
    let desk = Desk::new().await;
    desk.one(Told::of(AUTHORISED, "", 1_000, 60).item(desk.to_shop()), 1).await;
    desk.one(Told::of(REFUSED, "", 1_000, 10).item(desk.to_shop()), 2).await;
    assert_eq!(payment(&desk, "P1").await.facts.fold().status, Status::Authorised);
    assert!(!desk.row(EventSeq(1)).await.stale);
    assert!(desk.row(EventSeq(2)).await.stale);
}

#[tokio::test]
async fn a_dispute_that_named_no_payment_joins_it_once_an_event_links_them() {
    let desk = Desk::new().await;
    let unlinked = Told { payment: "D1", part: "D1", ..Told::of(CHARGED_BACK, "", 1_000, 2) };
    desk.one(unlinked.item(desk.to_shop()), 1).await;
    desk.one(Told::of(AUTHORISED, "", 1_000, 1).item(desk.to_shop()), 2).await;
    assert_ne!(payment(&desk, "D1").await.id, payment(&desk, "P1").await.id);
    let won = (Kind::DisputeWon, Subject::Dispute, Effect::Won);
    desk.one(Told::of(won, "D1", 1_000, 3).item(desk.to_shop()), 3).await;
    let desk = desk.reopened().await;
    let one = payment(&desk, "P1").await;
    assert_eq!(payment(&desk, "D1").await.id, one.id, "both names lead to it");
    assert_eq!(one.facts.len(), 3);
    assert_eq!(listed(&desk, PaymentFilter::default()).await.len(), 1);
}

#[tokio::test]
async fn a_payment_shows_the_references_of_its_authorisation_whatever_came_first() {
    const REVERSED: (Kind, Subject, Effect) = (Kind::DisputeReversed, Subject::Dispute, Effect::ChargebackReversed);
    let events = [
        Told::of(AUTHORISED, "", 1_000, 2),
        // a try before it, under another number
        Told { order: "order-0", ..Told::of(REFUSED, "", 1_000, 1) },
        Told { order: "capture-77", ..Told::of(CAPTURED, "C1", 1_000, 3) },
        Told { payment: "D1", part: "D1", order: "dispute-9", ..Told::of(REVERSED, "", 1_000, 6) },
        Told { order: "dispute-9", ..Told::of(CHARGED_BACK, "D1", 1_000, 5) },
    ];
    for order in [[0, 1, 2, 3, 4], [4, 3, 2, 1, 0], [3, 2, 0, 4, 1], [1, 3, 0, 2, 4]] {
        let desk = Desk::new().await;
        for (n, place) in order.into_iter().enumerate() {
            desk.one(events[place].item(desk.to_shop()), 10 + i64::try_from(n).expect("few")).await;
        }
        let one = payment(&desk, "P1").await;
        let shown = (one.reference.as_deref(), one.provider_reference.as_str());
        assert_eq!(shown, (Some("order-1"), "P1"), "{order:?}");
        assert!(!desk.store.rebuild(one.id).await.expect("rebuilt").expect("there").changed);
    }
}

#[tokio::test]
async fn a_payment_without_an_authorisation_shows_what_its_earliest_word_calls_it() {
    for swap in [false, true] {
        let desk = Desk::new().await;
        let mut told = [
            Told { order: "capture-77", ..Told::of(CAPTURED, "C1", 1_000, 2) },
            Told { order: "dispute-9", ..Told::of(CHARGED_BACK, "D1", 1_000, 5) },
        ];
        told[..].rotate_left(usize::from(swap));
        for (n, told) in told.into_iter().enumerate() {
            desk.one(told.item(desk.to_shop()), 10 + i64::try_from(n).expect("few")).await;
        }
        assert_eq!(payment(&desk, "P1").await.reference.as_deref(), Some("capture-77"));
    }
}

#[tokio::test]
async fn a_payment_of_a_hundred_parts_is_found_by_each_whatever_the_order_they_are_named_in() {
    let desk = Desk::new().await;
    let legs: Vec<String> = (0..100).map(|number| format!("L{number:02}")).collect();
    for leg in &legs {
        desk.one(Told { payment: leg, ..Told::of(AUTHORISED, "", 100, 1) }.item(desk.to_shop()), 1).await;
    }
    let (last, earlier) = legs.split_last().expect("some");
    let mut item = Told { payment: last, ..Told::of(CAPTURED, "C1", 100, 2) }.item(desk.to_shop());
    item.event.aliases = earlier.iter().rev().cloned().collect();
    item.names = Names::of(&SCOPE, &item.event);
    desk.one(item, 2).await;
    let one = payment(&desk, last).await.id;
    for leg in &legs {
        assert_eq!(payment(&desk, leg).await.id, one, "{leg}");
    }
}

#[tokio::test]
async fn a_rebuild_finds_nothing_to_change_and_mends_what_was_broken() {
    let desk = Desk::new().await;
    desk.one(Told::of(AUTHORISED, "", 1_000, 1).item(desk.to_shop()), 1).await;
    desk.one(Told::of(CAPTURED, "C1", 1_000, 2).item(desk.to_shop()), 2).await;
    let rebuilt = desk.store.rebuild(name("C1")).await.expect("rebuilt").expect("a payment");
    assert!(!rebuilt.changed);
    assert!(desk.store.rebuild(name("nobody")).await.expect("asked").is_none());
    let nothing = payhook_domain::payment::Facts::default().write();
    desk.file().execute("UPDATE payments SET facts = ?1", [nothing]).expect("broken");
    let rebuilt = desk.store.rebuild(name("P1")).await.expect("rebuilt").expect("a payment");
    assert!(rebuilt.changed);
    assert_eq!(rebuilt.after.len(), 2);
    assert_eq!(payment(&desk, "P1").await.facts.fold().status, Status::Captured);
}

#[tokio::test]
async fn a_rebuild_finds_what_was_said_of_a_payment_that_became_another_and_then_another() {
    let desk = Desk::new().await;
    let opened = |payment, second| Told { payment, ..Told::of(AUTHORISED, "", 1_000, second) };
    for (payment, second) in [("P1", 1), ("P2", 2), ("P3", 3)] {
        desk.one(opened(payment, second).item(desk.to_shop()), second).await;
    }
    for (payment, part, second) in [("P3", "P2", 4), ("P2", "P1", 5)] {
        let links = Told { payment, part, ..Told::of(CAPTURED, "", 100, second) };
        desk.one(links.item(desk.to_shop()), second).await;
    }
    let before = payment(&desk, "P3").await;
    assert_eq!((before.id, before.facts.len()), (payment(&desk, "P1").await.id, 5));
    let nothing = payhook_domain::payment::Facts::default().write();
    desk.file().execute("UPDATE payments SET facts = ?1", [nothing]).expect("broken");
    let rebuilt = desk.store.rebuild(name("P1")).await.expect("rebuilt").expect("a payment");
    assert_eq!(rebuilt.after, before.facts);
}

#[tokio::test]
async fn a_rebuild_does_not_go_back_to_a_revision_of_what_a_person_overruled() {
    let desk = Desk::new().await;
    let told = Told::of(AUTHORISED, "", 1_000, 1);
    desk.one(told.item(desk.to_shop()), 1).await;
    let revised = Told { second: 50, ..told.clone() };
    assert!(matches!(desk.one(revised.item(desk.to_shop()), 2).await, Verdict::Revision { .. }));
    let corrected = Told { amount: 900, ..told };
    let Verdict::Conflict(seq) = desk.one(corrected.item(desk.to_shop()), 3).await else { panic!("another amount") };
    let accepted = Some((vec![], corrected.item(desk.to_shop()).names));
    assert_eq!(desk.store.decide_conflict(seq, accepted, at(4)).await, Ok(true));
    assert_eq!(payment(&desk, "P1").await.facts.fold().main().authorised, 900);
    let rebuilt = desk.store.rebuild(name("P1")).await.expect("rebuilt").expect("a payment");
    assert!(!rebuilt.changed, "{:?}", rebuilt.after.fold().main());
}

#[tokio::test]
async fn an_event_that_says_nothing_of_a_payment_has_none() {
    let desk = Desk::new().await;
    let mut report = Told::of(AUTHORISED, "", 1_000, 1).item(desk.to_shop());
    report.event.fact = None;
    report.names = payhook_domain::payment::Names::default();
    report.event.original = Original::Slice(0..2);
    desk.one(report, 1).await;
    assert_eq!(desk.row(EventSeq(1)).await.payment, None);
    assert!(listed(&desk, PaymentFilter::default()).await.is_empty());
}

/// One order's life with a false start, a dispute that was not linked at first, and repeats.
fn history() -> Vec<Told<'static>> {
    let refund = (Kind::RefundSucceeded, Subject::Refund, Effect::Succeeded);
    let bounced = (Kind::RefundFailed, Subject::Refund, Effect::Undone);
    let won = (Kind::DisputeWon, Subject::Dispute, Effect::Won);
    vec![
        Told::of(REFUSED, "", 1_000, 1),
        Told::of(AUTHORISED, "", 1_000, 2),
        Told::of(CAPTURED, "C1", 400, 3),
        Told::of(CAPTURED, "C2", 600, 4),
        Told::of(refund, "R1", 300, 5),
        Told::of(bounced, "R1", 300, 6),
        Told { payment: "D1", part: "D1", ..Told::of(CHARGED_BACK, "", 1_000, 7) },
        Told::of(won, "D1", 1_000, 8),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_same_events_make_the_same_payment_in_any_order_over_restarts_and_repeats(
        order in Just((0..8).chain(0..8).collect::<Vec<usize>>()).prop_shuffle(),
        restart in 0..16_usize,
    ) {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let (folded, id) = runtime.block_on(async {
            let mut desk = Desk::new().await;
            for (n, event) in order.iter().enumerate() {
                desk.one(history()[*event].item(desk.both()), i64::try_from(n).expect("few")).await;
                if n == restart {
                    desk = desk.reopened().await;
                }
            }
            let one = payment(&desk, "P1").await;
            assert!(!desk.store.rebuild(one.id).await.expect("rebuilt").expect("there").changed);
            (one.facts.fold(), one.id)
        });
        let mut plain = payhook_domain::payment::Facts::default();
        for told in history() {
            let item = told.item(crate::desk::aside());
            plain.add(item.event.id.0, item.event.content, item.event.fact.expect("says something"));
        }
        prop_assert_eq!(folded, plain.fold());
        prop_assert_eq!(id, name("P1"));
    }
}
