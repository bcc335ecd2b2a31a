//! The bytes of notifications, and attempts.

use std::time::Duration;

use payhook_domain::id::{EventSeq, NotificationId};
use payhook_store::{Again, Disposition, Next, Wanted};

use super::{OLD, bodies_before, count, deliver_all, look, rows, sweep};
use crate::desk::{Desk, aside, at, event, first_delivery, settlement, want};
use crate::told::{AUTHORISED, CAPTURED, REFUSED, Told};

/// How many bytes are kept of the notification an event came in.
async fn kept(desk: &Desk, seq: i64) -> usize {
    let notification = desk.row(EventSeq(seq)).await.notification;
    desk.store.reader().notification(notification).await.expect("read").expect("stored").body.len()
}

#[tokio::test]
async fn a_delivered_event_is_shown_as_before_when_its_bytes_and_attempts_are_gone() {
    let desk = Desk::new().await;
    desk.one(event("a", 1, "", desk.to_shop()), 1).await;
    deliver_all(&desk, 2).await;
    assert_eq!(rows(&sweep(&desk, bodies_before(2)).await), [1, 0, 0, 0], "the attempt is as old as its own beginning");
    let swept = sweep(&desk, bodies_before(OLD)).await;
    assert_eq!(rows(&swept), [0, 1, 0, 0]);
    let notification = desk.store.reader().notification(NotificationId(1)).await.expect("read").expect("stored");
    assert!(notification.body.is_empty() && notification.headers.is_empty());
    assert_eq!(
        (notification.target.as_str(), notification.received_at, notification.config),
        ("/in/adyen?x=1", at(1), [7; 8])
    );
    let (delivery, attempts) =
        desk.store.reader().delivery(first_delivery(EventSeq(1), desk.shop)).await.expect("read").expect("stored");
    assert_eq!((delivery.attempts, attempts.len()), (1, 0));
    assert_eq!(desk.one(event("a", 1, "", desk.to_shop()), 3).await.as_str(), "duplicate");
}

#[tokio::test]
async fn what_is_young_keeps_everything() {
    let desk = Desk::new().await;
    desk.one(event("a", 1, "", desk.to_shop()), 10).await;
    deliver_all(&desk, 10).await;
    assert_eq!(rows(&sweep(&desk, bodies_before(10)).await), [0; 4]);
    assert_eq!(kept(&desk, 1).await, 9);
}

#[tokio::test]
async fn what_is_pending_keeps_its_bytes_until_it_is_delivered_and_a_later_sweep_finds_it() {
    let desk = Desk::new().await;
    desk.one(event("a", 1, "", desk.to_shop()), 1).await;
    desk.one(event("b", 1, "", desk.both()), 2).await;
    desk.one(event("c", 1, "", Disposition::Route(Vec::new())), 3).await;
    let first = desk.lease(1, 4).await.due;
    desk.settle(first[0].id, 1, 4, Next::Retry(at(60))).await;
    let swept = sweep(&desk, bodies_before(OLD)).await;
    assert_eq!(
        (rows(&swept), swept.kept),
        ([1, 0, 0, 0], 3),
        "two notifications, and the attempt of one that is not over"
    );
    let desk = desk.reopened().await;
    assert_eq!([kept(&desk, 1).await, kept(&desk, 2).await, kept(&desk, 3).await], [8, 8, 0]);
    deliver_all(&desk, 100).await;
    assert_eq!(rows(&sweep(&desk, bodies_before(OLD)).await), [1, 3, 0, 0], "the second is still owed to the books");
    let swept = sweep(&desk, bodies_before(OLD)).await;
    assert_eq!((rows(&swept), swept.kept), ([0; 4], 1));
    assert_eq!(
        desk.store.lease(desk.books, 9, at(200), Duration::ZERO).await.expect("leased").due[0].body,
        "{\"at\":2}"
    );
}

#[tokio::test]
async fn what_is_held_blocked_or_dead_keeps_its_bytes() {
    let desk = Desk::new().await;
    let held = Disposition::Route(vec![Wanted { hold: Duration::from_secs(9_000), ..want(desk.shop) }]);
    desk.one(Told { payment: "P9", order: "order-9", ..Told::of(REFUSED, "", 1_000, 1) }.item(held), 1).await;
    desk.one(Told::of(AUTHORISED, "", 1_000, 1).item(desk.to_shop()), 2).await;
    desk.one(Told::of(CAPTURED, "C1", 1_000, 2).item(desk.to_shop()), 3).await;
    let due = desk.lease(10, 4).await.due;
    let mut died = settlement(due[0].id, 1, 4, Next::Exhausted);
    died.stops_on_dead = true;
    desk.store.settle(died).await.expect("settled");
    let swept = sweep(&desk, bodies_before(OLD)).await;
    assert_eq!((rows(&swept), swept.kept), ([0; 4], 4), "three notifications, and the attempt of the dead letter");
    let retried = desk.store.retry(vec![due[0].id], at(5)).await.expect("done")[0].expect("retried");
    assert_eq!(desk.lease(10, 6).await.due[0].body, "{\"at\":2}");
    desk.settle(retried, 1, 6, Next::Delivered).await;
    deliver_all(&desk, 7).await;
    assert_eq!(rows(&sweep(&desk, bodies_before(OLD)).await), [2, 3, 0, 0], "only the held one stays");
    assert_eq!(kept(&desk, 1).await, 8);
}

#[tokio::test]
async fn what_waits_for_a_person_keeps_its_bytes() {
    let desk = Desk::new().await;
    desk.one(event("foreign", 1, "", aside()), 1).await;
    desk.one(event("a", 1, "", Disposition::Route(Vec::new())), 2).await;
    desk.one(event("a", 9, "", Disposition::Route(Vec::new())), 3).await;
    let swept = sweep(&desk, bodies_before(OLD)).await;
    assert_eq!((rows(&swept), swept.kept), ([1, 0, 0, 0], 2));
    assert_eq!([kept(&desk, 1).await, kept(&desk, 2).await, kept(&desk, 3).await], [8, 0, 8]);
    desk.store.decide_conflict(EventSeq(3), None, at(9)).await.expect("decided");
    assert_eq!(rows(&sweep(&desk, bodies_before(OLD)).await), [1, 0, 0, 0]);
    assert_eq!([kept(&desk, 1).await, kept(&desk, 3).await], [8, 0]);
}

#[tokio::test]
async fn what_was_read_anew_long_after_it_came_keeps_the_bytes_it_came_in() {
    let desk = Desk::new().await;
    desk.one(event("bytes", 1, "", aside()), 1).await;
    desk.one(event("b", 1, "", Disposition::Route(Vec::new())), 2).await;
    let events = vec![event("a", 1, "", desk.to_shop())];
    desk.store.release_aside(EventSeq(1), events, at(9)).await.expect("released");
    assert_eq!(rows(&sweep(&desk, bodies_before(OLD)).await), [1, 0, 0, 0]);
    assert_eq!([kept(&desk, 3).await, kept(&desk, 2).await], [8, 0]);
    deliver_all(&desk, 10).await;
    sweep(&desk, bodies_before(OLD)).await;
    assert_eq!(kept(&desk, 3).await, 0);
}

#[tokio::test]
async fn what_another_copy_routed_keeps_the_bytes_of_that_copy_and_what_stands_behind_it_is_still_reached() {
    let desk = Desk::new().await;
    desk.one(event("foreign", 1, "", aside()), 1).await;
    desk.one(event("b", 1, "", Disposition::Route(Vec::new())), 2).await;
    assert_eq!(desk.one(event("foreign", 1, "", desk.to_shop()), 3).await.as_str(), "new");
    desk.one(event("c", 1, "", Disposition::Route(Vec::new())), 4).await;
    assert_eq!(desk.row(EventSeq(1)).await.notification, NotificationId(3));
    assert_eq!(rows(&sweep(&desk, bodies_before(OLD)).await), [3, 0, 0, 0]);
    assert_eq!([kept(&desk, 1).await, kept(&desk, 2).await, kept(&desk, 3).await], [8, 0, 0]);
    assert_eq!(desk.lease(9, 5).await.due[0].body, "{\"at\":3}");
}

#[tokio::test]
async fn a_replay_leaves_out_what_has_no_bytes_any_more_and_nobody_waits_for_it() {
    let desk = Desk::new().await;
    desk.one(event("a", 1, "", desk.to_shop()), 1).await;
    desk.one(event("b", 1, "", desk.to_shop()), 20).await;
    deliver_all(&desk, 21).await;
    sweep(&desk, bodies_before(10)).await;
    let again = |seq| Again { event: EventSeq(seq), wanted: vec![want(desk.shop)] };
    let made = desk.store.replay(vec![again(1), again(2), again(99)], None, at(30)).await.expect("made");
    assert_eq!(made.iter().map(|id| id.event.0).collect::<Vec<_>>(), [2]);
    assert_eq!(desk.lease(9, 31).await.due.len(), 1);
}

#[tokio::test]
async fn a_repeat_owed_to_a_new_destination_is_handed_out_without_the_bytes_that_are_gone() {
    let desk = Desk::new().await;
    desk.one(event("a", 1, "", desk.to_shop()), 1).await;
    deliver_all(&desk, 2).await;
    sweep(&desk, bodies_before(OLD)).await;
    assert_eq!(desk.one(event("a", 1, "", desk.both()), 3).await.as_str(), "duplicate");
    let due = desk.store.lease(desk.books, 9, at(4), Duration::ZERO).await.expect("leased").due;
    assert_eq!((due.len(), due[0].body.len()), (1, 0));
}

#[tokio::test]
async fn a_notification_from_a_clock_that_was_ahead_stays_and_ends_nothing() {
    let desk = Desk::new().await;
    for (name, second) in [("a", 1), ("ahead", 1_000_000_000), ("b", 2)] {
        desk.one(event(name, 1, "", Disposition::Route(Vec::new())), second).await;
    }
    let swept = sweep(&desk, bodies_before(OLD)).await;
    assert_eq!((rows(&swept), swept.kept), ([2, 0, 0, 0], 1));
    assert!(kept(&desk, 2).await > 0);
    assert_eq!(rows(&sweep(&desk, bodies_before(2_000_000_000)).await), [1, 0, 0, 0], "until its time has come");
}

#[tokio::test]
async fn a_dry_run_counts_what_a_sweep_removes_and_changes_nothing() {
    let desk = Desk::new().await;
    for n in 0..300 {
        desk.one(event(&format!("e{n}"), 1, "", desk.to_shop()), n).await;
    }
    deliver_all(&desk, 301).await;
    let foreseen = look(&desk, bodies_before(250)).await;
    assert_eq!(foreseen.bodies.rows, 250);
    assert_eq!(foreseen, look(&desk, bodies_before(250)).await);
    assert_eq!(sweep(&desk, bodies_before(250)).await, foreseen);
    assert_eq!(count(&desk, "SELECT count(*) FROM notifications WHERE body IS NULL"), 250);
    assert_eq!(look(&desk, bodies_before(250)).await.bodies.rows, 0);
}
