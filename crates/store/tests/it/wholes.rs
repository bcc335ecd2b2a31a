//! Notifications wanted whole: every acknowledged event reaches its destination in one, and each is owed once.

use std::time::Duration;

use bytes::Bytes;
use payhook_domain::delivery::State;
use payhook_domain::id::EventSeq;
use payhook_domain::payment::Names;
use payhook_domain::verdict::Verdict;
use payhook_store::{DeliveryFilter, Disposition, RecordEvent, Wanted};

use crate::desk::{Desk, aside, at, dispute, event, want};
use crate::told::{AUTHORISED, REFUSED, Told};

/// Routed to nobody.
fn nobody() -> Disposition {
    Disposition::Route(Vec::new())
}

/// Wanted whole by `books`.
fn whole(desk: &Desk) -> Disposition {
    Disposition::Route(vec![Wanted { once_per_notification: true, ..want(desk.books) }])
}

/// The body of each notification that `books` was owed, oldest first.
async fn sent(desk: &Desk) -> Vec<Bytes> {
    let owed = DeliveryFilter { destination: Some(desk.books), ..DeliveryFilter::default() };
    let mut bodies = Vec::new();
    for row in desk.deliveries(owed).await.into_iter().rev() {
        let stored = desk.row(row.id.event).await.notification;
        bodies.push(desk.store.reader().notification(stored).await.expect("read").expect("stored").body);
    }
    bodies
}

/// Wanted whole by a route for bad news, which waits for better news, and skips what is old.
fn whole_when_bad(desk: &Desk) -> Disposition {
    let hold = Duration::from_secs(600);
    Disposition::Route(vec![Wanted { once_per_notification: true, hold, skips_stale: true, ..want(desk.books) }])
}

/// How what `books` was owed stands, oldest first.
async fn states(desk: &Desk) -> Vec<State> {
    let owed = DeliveryFilter { destination: Some(desk.books), ..DeliveryFilter::default() };
    desk.deliveries(owed).await.iter().rev().map(|row| row.state).collect()
}

/// A recording with these bytes.
async fn come(desk: &Desk, bytes: &'static str, events: Vec<RecordEvent>) -> Vec<Verdict> {
    let mut recording = desk.recording(events, 1);
    recording.notification.body = Bytes::from_static(bytes.as_bytes());
    desk.store.record(recording).await.expect("recorded")
}

#[tokio::test]
async fn a_destination_that_only_the_second_copy_was_routed_to_gets_the_notification_once() {
    let desk = Desk::new().await;
    let batch = |to: &dyn Fn() -> Disposition| vec![event("a", 1, "", to()), event("b", 1, "", to())];
    come(&desk, "ab", batch(&nobody)).await;
    for _ in 0..3 {
        let verdicts = come(&desk, "ab", batch(&|| whole(&desk))).await;
        assert_eq!(verdicts, [Verdict::Duplicate(EventSeq(1)), Verdict::Duplicate(EventSeq(2))]);
        assert_eq!(sent(&desk).await, ["ab"]);
    }
    come(&desk, "b", vec![event("b", 1, "", whole(&desk))]).await;
    assert_eq!(sent(&desk).await, ["ab"], "it was in there");
    assert_eq!(desk.tallies().await.notifications, 1);
}

#[tokio::test]
async fn an_item_of_a_mixed_batch_is_owed_when_it_comes_alone_without_the_rest_of_that_batch() {
    let desk = Desk::new().await;
    come(&desk, "a, b and forged", vec![event("a", 1, "", nobody()), event("b", 1, "", nobody())]).await;
    for _ in 0..2 {
        assert_eq!(come(&desk, "a", vec![event("a", 1, "", whole(&desk))]).await[0].seq(), EventSeq(1));
        assert_eq!(sent(&desk).await, ["a"]);
    }
    for _ in 0..2 {
        come(&desk, "b", vec![event("b", 1, "", whole(&desk))]).await;
        assert_eq!(sent(&desk).await, ["a", "b"]);
    }
}

#[tokio::test]
async fn it_is_remembered_which_notification_was_owed_whole_and_to_whom() {
    let desk = Desk::new().await;
    come(&desk, "a", vec![event("a", 1, "", whole(&desk))]).await;
    come(&desk, "b", vec![event("b", 1, "", desk.both())]).await;
    for (seq, destination, expected) in [(1, desk.books, true), (1, desk.shop, false), (2, desk.books, false)] {
        let notification = desk.row(EventSeq(seq)).await.notification;
        let was = desk.store.reader().was_owed_whole(notification, destination).await.expect("read");
        assert_eq!(was, expected, "{seq}");
    }
}

#[tokio::test]
async fn one_recording_is_owed_once_whatever_mixture_of_old_and_new_it_is() {
    for order in [["old", "older", "new"], ["new", "old", "older"], ["old", "new", "older"]] {
        let desk = Desk::new().await;
        come(&desk, "old", vec![event("old", 1, "", nobody())]).await;
        come(&desk, "older", vec![event("older", 1, "", nobody())]).await;
        for _ in 0..2 {
            come(&desk, "all", order.iter().map(|name| event(name, 1, "", whole(&desk))).collect()).await;
            assert_eq!(sent(&desk).await, ["all"], "{order:?}");
        }
        for name in order {
            come(&desk, "alone", vec![event(name, 1, "", whole(&desk))]).await;
        }
        assert_eq!(sent(&desk).await, ["all"], "{order:?}");
    }
}

#[tokio::test]
async fn a_revision_brings_the_bytes_that_were_never_sent() {
    let desk = Desk::new().await;
    come(&desk, "first", vec![event("a", 1, "", nobody())]).await;
    for _ in 0..2 {
        come(&desk, "revised", vec![event("a", 1, "more", whole(&desk))]).await;
        assert_eq!(sent(&desk).await, ["revised"]);
    }
}

#[tokio::test]
async fn items_of_one_notification_that_are_released_one_by_one_owe_it_once() {
    let desk = Desk::new().await;
    come(&desk, "ab", vec![event("a", 1, "", aside()), event("b", 1, "", aside())]).await;
    for (seq, name) in [(1, "a"), (2, "b")] {
        let released = desk.store.release_aside(EventSeq(seq), vec![event(name, 1, "", whole(&desk))], at(9));
        assert_eq!(released.await.expect("done"), Some(vec![Verdict::New(EventSeq(seq))]));
        assert_eq!(sent(&desk).await, ["ab"]);
    }
}

#[tokio::test]
async fn what_revised_an_event_that_was_set_aside_brings_no_notification_that_was_not_judged() {
    let desk = Desk::new().await;
    come(&desk, "first", vec![dispute("d", 1, "opened", aside())]).await;
    // In a batch of which another item may well have been refused.
    come(&desk, "mixed", vec![dispute("d", 1, "lost", aside())]).await;
    let released = desk.store.release_aside(EventSeq(1), vec![dispute("d", 1, "opened", whole(&desk))], at(5)).await;
    assert_eq!(released.expect("done"), Some(vec![Verdict::New(EventSeq(1))]));
    assert_eq!(sent(&desk).await, ["first"]);
    let mixed = desk.row(EventSeq(2)).await.notification;
    assert_eq!(desk.store.reader().was_owed_whole(mixed, desk.books).await, Ok(false), "nor is it taken for fit later");
}

#[tokio::test]
async fn an_accepted_conflict_owes_its_notification_unless_it_was_owed_already() {
    let desk = Desk::new().await;
    come(&desk, "a", vec![event("a", 1, "", whole(&desk))]).await;
    come(&desk, "a2", vec![event("a", 2, "", whole(&desk)), event("b", 1, "", whole(&desk))]).await;
    come(&desk, "a3", vec![event("a", 3, "", whole(&desk))]).await;
    assert_eq!(sent(&desk).await, ["a", "a2"]);
    for (seq, expected) in [(2, &["a", "a2"][..]), (4, &["a", "a2", "a3"])] {
        let Disposition::Route(wanted) = whole(&desk) else { unreachable!("routed") };
        assert!(
            desk.store.decide_conflict(EventSeq(seq), Some((wanted, Names::default())), at(9)).await.expect("done")
        );
        assert_eq!(sent(&desk).await, expected);
    }
}

#[tokio::test]
async fn bad_news_that_waits_for_better_news_takes_nothing_along_that_came_in_its_notification() {
    let paid =
        |desk: &Desk| Told { payment: "P2", order: "order-2", ..Told::of(AUTHORISED, "", 1_000, 2) }.item(whole(desk));
    for is_first in [true, false] {
        let desk = Desk::new().await;
        let mut batch = vec![Told::of(REFUSED, "", 1_000, 1).item(whole_when_bad(&desk)), paid(&desk)];
        if !is_first {
            batch.reverse();
        }
        come(&desk, "refused and paid", batch).await;
        let other_card = Told { payment: "P3", ..Told::of(AUTHORISED, "", 1_000, 30) };
        come(&desk, "other card", vec![other_card.item(nobody())]).await;
        assert_eq!(states(&desk).await, [State::Pending], "bad news first: {is_first}");
    }
}

#[tokio::test]
async fn what_is_old_takes_nothing_along_that_came_in_its_notification() {
    let desk = Desk::new().await;
    come(&desk, "paid", vec![Told::of(AUTHORISED, "", 1_000, 60).item(nobody())]).await;
    let late = Told::of(REFUSED, "", 1_000, 10).item(whole_when_bad(&desk));
    let paid = Told { payment: "P2", order: "order-2", ..Told::of(AUTHORISED, "", 1_000, 61) }.item(whole(&desk));
    come(&desk, "late and paid", vec![late, paid]).await;
    assert_eq!(states(&desk).await, [State::Pending]);
}

#[tokio::test]
async fn bad_news_alone_in_its_notification_waits_for_better_news() {
    let desk = Desk::new().await;
    come(&desk, "refused", vec![Told::of(REFUSED, "", 1_000, 1).item(whole_when_bad(&desk))]).await;
    assert_eq!(states(&desk).await, [State::Held]);
}
