//! Events, with all that hangs on them.

use std::time::Duration;

use payhook_domain::id::EventSeq;
use payhook_domain::payment::DisputeStatus;
use payhook_domain::verdict::{Standing, Verdict};
use payhook_store::{
    BackupOrder, BackupProgress, DeliveryFilter, Disposition, EventFilter, Next, PaymentFilter, Wanted, backup,
};

use super::{OLD, before, count, deliver_all, look, rows, sweep};
use crate::desk::{Desk, aside, at, event, page, settlement, want};
use crate::told::{AUTHORISED, CAPTURED, CHARGED_BACK, REFUSED, Told, name};

/// Events in a segment: those of the open one stay.
const SEGMENT: i64 = 2_048;

/// Fills the open segment with events nobody wants, so that what came before can go.
async fn fill(desk: &Desk, second: i64) {
    let last = count(desk, "SELECT max(seq) FROM events");
    let rest: Vec<i64> = (last + 1..=(last / SEGMENT + 1) * SEGMENT).collect();
    for chunk in rest.chunks(512) {
        let fillers = chunk.iter().map(|n| event(&format!("filler{n}"), 1, "", Disposition::Route(Vec::new())));
        desk.record(fillers.collect(), second).await;
    }
}

#[tokio::test]
async fn a_repeat_of_an_event_that_is_gone_is_a_duplicate_and_one_with_another_amount_a_conflict() {
    let desk = Desk::new().await;
    for n in 1..=10 {
        desk.one(event(&format!("e{n}"), n, "", desk.to_shop()), n).await;
    }
    deliver_all(&desk, 11).await;
    fill(&desk, 50).await;
    let foreseen = look(&desk, before(40)).await;
    let swept = sweep(&desk, before(40)).await;
    assert_eq!(rows(&swept), [0, 0, 10, 0]);
    assert_eq!(rows(&foreseen), rows(&swept));
    for table in ["notifications WHERE id <= 10", "events WHERE seq <= 10", "deliveries", "attempts", "wholes"] {
        assert_eq!(count(&desk, &format!("SELECT count(*) FROM {table}")), 0, "{table}");
    }
    let mut desk = desk;
    for round in 0..2 {
        assert_eq!(desk.one(event("e3", 3, "", desk.both()), 60).await.as_str(), "duplicate");
        assert_eq!(desk.one(event("e5", 99, &round.to_string(), desk.to_shop()), 61).await.as_str(), "conflict");
        assert_eq!(
            desk.one(event("e7", 7, &format!("details {round}"), desk.to_shop()), 61).await.as_str(),
            "revision"
        );
        assert!(desk.lease(9, 62).await.due.is_empty(), "none of them is owed again");
        desk = desk.reopened().await;
    }
}

#[tokio::test]
async fn the_last_word_on_a_dispute_counts_although_the_first_is_gone() {
    let desk = Desk::new().await;
    let opened = Told::of(CHARGED_BACK, "D1", 1_000, 2);
    desk.one(Told::of(AUTHORISED, "", 1_000, 1).item(desk.to_shop()), 1).await;
    desk.one(opened.item(desk.to_shop()), 2).await;
    deliver_all(&desk, 3).await;
    fill(&desk, 50).await;
    sweep(&desk, before(20)).await;
    assert_eq!(count(&desk, "SELECT count(*) FROM events WHERE seq <= 2"), 0);
    let mut last = Told { second: 62, ..opened }.item(desk.to_shop());
    last.event.fact.as_mut().expect("a fact").standing = Some(payhook_domain::fact::Standing::Lost);
    let Verdict::Revision { seq, .. } = desk.one(last, 62).await else { panic!("a revision") };
    let payment = desk.store.reader().payment(name("P1")).await.expect("read").expect("there");
    let statuses: Vec<_> = payment.facts.fold().disputes.iter().map(|dispute| dispute.status).collect();
    assert_eq!(statuses, [DisputeStatus::Lost]);
    assert!(desk.row(seq).await.payment.is_some() && desk.owed(seq).await.len() == 1);
}

#[tokio::test]
async fn what_is_pending_held_blocked_dead_set_aside_or_in_conflict_stays_however_old_it_is() {
    let desk = Desk::new().await;
    let held = Disposition::Route(vec![Wanted { hold: Duration::from_secs(9_000), ..want(desk.shop) }]);
    desk.one(Told { payment: "P9", order: "order-9", ..Told::of(REFUSED, "", 1_000, 1) }.item(held), 1).await;
    desk.one(Told::of(AUTHORISED, "", 1_000, 1).item(desk.to_shop()), 2).await;
    desk.one(Told::of(CAPTURED, "C1", 1_000, 2).item(desk.to_shop()), 3).await;
    desk.one(event("foreign", 1, "", aside()), 4).await;
    desk.one(event("a", 1, "", Disposition::Route(Vec::new())), 5).await;
    desk.one(event("a", 9, "", Disposition::Route(Vec::new())), 6).await;
    desk.one(event("dead", 1, "", desk.to_shop()), 7).await;
    let due = desk.lease(10, 8).await.due;
    let dead = due.iter().find(|leased| leased.id.event.0 == 7).expect("due").id;
    desk.store.settle(settlement(dead, 1, 8, Next::Rejected)).await.expect("settled");
    fill(&desk, 50).await;
    let desk = desk.reopened().await;
    assert_eq!(rows(&sweep(&desk, before(OLD)).await)[2], u64::try_from(SEGMENT - 1 - 7).expect("positive"));
    assert_eq!(count(&desk, "SELECT count(*) FROM events WHERE seq <= 7"), 7);
    assert_eq!(
        count(&desk, "SELECT count(*) FROM notifications WHERE id <= 7 AND body IS NULL"),
        1,
        "of the one in conflict's first copy"
    );
    let due = desk.lease(10, 100).await.due;
    assert_eq!(due.iter().map(|leased| leased.id.event.0).collect::<Vec<_>>(), [2]);
    assert_eq!(due[0].body, "{\"at\":2}");
    assert_eq!(desk.store.retry(vec![dead], at(101)).await.expect("done").len(), 1);
}

#[tokio::test]
async fn the_versions_of_an_event_go_together() {
    let desk = Desk::new().await;
    desk.one(event("a", 1, "", Disposition::Route(Vec::new())), 1).await;
    desk.one(event("b", 1, "", Disposition::Route(Vec::new())), 2).await;
    desk.one(event("a", 1, "more", Disposition::Route(Vec::new())), 30).await;
    fill(&desk, 50).await;
    assert_eq!(rows(&sweep(&desk, before(20)).await)[2], 1, "the first of two stays with its revision");
    assert_eq!(desk.row(EventSeq(1)).await.standing, Standing::Routed);
    assert_eq!(rows(&sweep(&desk, before(40)).await)[2], 2);
    assert_eq!(desk.one(event("a", 1, "more", Disposition::Route(Vec::new())), 60).await.as_str(), "revision");
    assert_eq!(desk.one(event("a", 1, "", Disposition::Route(Vec::new())), 61).await.as_str(), "duplicate");
}

#[tokio::test]
async fn the_open_segment_stays_and_references_are_found_until_their_event_goes() {
    let desk = Desk::new().await;
    desk.one(event("a", 1, "", Disposition::Route(Vec::new())), 1).await;
    fill(&desk, 2).await;
    desk.one(event("b", 1, "", Disposition::Route(Vec::new())), 3).await;
    let found = async |desk: &Desk, name: &str| {
        let filter = EventFilter { reference: Some(name.to_owned()), ..EventFilter::default() };
        desk.events(filter).await.len()
    };
    assert_eq!((found(&desk, "order-a").await, found(&desk, "order-b").await), (1, 1));
    assert_eq!(rows(&sweep(&desk, before(OLD)).await)[2], u64::try_from(SEGMENT - 1).expect("positive"));
    assert_eq!((found(&desk, "order-a").await, found(&desk, "order-b").await), (0, 1));
    assert_eq!(count(&desk, "SELECT count(*) FROM words"), 0);
    let desk = desk.reopened().await;
    assert_eq!(desk.one(event("a", 1, "", desk.to_shop()), 4).await.as_str(), "duplicate");
    assert_eq!(desk.one(event("c", 1, "", desk.to_shop()), 5).await.seq().0, SEGMENT + 2, "numbers go on");
}

#[tokio::test]
async fn lists_end_where_retention_has_been() {
    let desk = Desk::new().await;
    desk.one(Told::of(AUTHORISED, "", 1_000, 1).item(Disposition::Route(Vec::new())), 1).await;
    fill(&desk, 2).await;
    desk.one(event("b", 1, "", desk.to_shop()), 30).await;
    sweep(&desk, before(20)).await;
    let reader = desk.store.reader();
    let events = reader.events(EventFilter::default(), page(500)).await.expect("read");
    assert_eq!((events.rows.len(), events.next), (2, None), "the open segment's");
    let deliveries = reader.deliveries(DeliveryFilter::default(), page(500)).await.expect("read");
    assert_eq!((deliveries.rows.len(), deliveries.next), (1, None));
    let payments = reader.payments(PaymentFilter::default(), page(500)).await.expect("read");
    assert_eq!((payments.rows.len(), payments.next), (0, None));
}

#[tokio::test]
async fn counts_are_of_what_is_stored() {
    let desk = Desk::new().await;
    desk.one(event("a", 1, "", desk.both()), 1).await;
    desk.one(event("b", 1, "", desk.to_shop()), 2).await;
    let due = desk.lease(10, 3).await.due;
    desk.settle(due[0].id, 1, 3, Next::Rejected).await;
    desk.settle(due[1].id, 1, 3, Next::Delivered).await;
    desk.store.retry(vec![due[0].id], at(4)).await.expect("retried");
    deliver_all(&desk, 5).await;
    let books = desk.store.lease(desk.books, 9, at(6), Duration::ZERO).await.expect("leased").due;
    desk.settle(books[0].id, 1, 6, Next::Delivered).await;
    fill(&desk, 50).await;
    let fillers = desk.tallies().await.events["routed"] - 2;
    sweep(&desk, before(40)).await;
    let tallies = desk.tallies().await;
    assert!(tallies.deliveries.is_empty(), "{:?}", tallies.deliveries);
    assert_eq!(tallies.events["routed"], fillers);
    assert_eq!(i64::try_from(tallies.notifications), Ok(count(&desk, "SELECT count(*) FROM notifications")));
    // A backup is kept only when it holds as many rows as the counts say.
    let to = desk.folder.path().join("copy.db");
    let order = BackupOrder { to, replace: false, rests: false, reserve_bytes: 0 };
    let database = desk.folder.path().join("payhook.db");
    backup(&database, &order, &BackupProgress::default()).expect("what was pruned is not missed");
}
