//! New, the same again, the same with other details: what is stored and what is owed then.

use payhook_domain::id::EventSeq;
use payhook_domain::verdict::{Standing, Verdict};
use payhook_store::{Disposition, Wanted};

use crate::desk::{Desk, aside, dispute, event, first_delivery, want};

#[tokio::test]
async fn a_new_event_is_stored_with_a_delivery_per_wanting_destination() {
    let desk = Desk::new().await;
    let verdict = desk.one(event("a", 1250, "", desk.both()), 1).await;
    assert_eq!(verdict, Verdict::New(EventSeq(1)));
    assert_eq!(
        desk.owed(EventSeq(1)).await,
        [first_delivery(EventSeq(1), desk.shop), first_delivery(EventSeq(1), desk.books)]
    );
}

#[tokio::test]
async fn everything_said_about_an_event_reads_back() {
    let desk = Desk::new().await;
    let written = event("a", -1250, "x", desk.both());
    desk.one(written_copy(&written, &desk), 1).await;
    let row = desk.row(EventSeq(1)).await;
    assert_eq!(format!("{:?}", row.event), format!("{:?}", written.event));
    assert_eq!((row.source, row.provider, row.standing), (desk.source, desk.provider, Standing::Routed));
}

fn written_copy(of: &payhook_store::RecordEvent, desk: &Desk) -> payhook_store::RecordEvent {
    payhook_store::RecordEvent {
        item: of.item,
        event: of.event.clone(),
        names: of.names.clone(),
        disposition: desk.both(),
    }
}

#[tokio::test]
async fn the_same_again_is_counted_and_adds_only_missing_deliveries() {
    let desk = Desk::new().await;
    desk.one(event("a", 1250, "", desk.to_shop()), 1).await;
    assert_eq!(desk.one(event("a", 1250, "", desk.both()), 2).await, Verdict::Duplicate(EventSeq(1)));
    assert_eq!(desk.owed(EventSeq(1)).await.len(), 2);
    assert_eq!(desk.row(EventSeq(1)).await.duplicates, 1);
    let tallies = desk.tallies().await;
    assert_eq!((tallies.notifications, tallies.duplicates), (1, 1), "a repeat stores no second body");
}

#[tokio::test]
async fn other_unsigned_details_are_a_revision_once() {
    let desk = Desk::new().await;
    desk.one(event("a", 1250, "", desk.to_shop()), 1).await;
    let revision = Verdict::Revision { seq: EventSeq(2), number: 1 };
    assert_eq!(desk.one(event("a", 1250, "avs", desk.both()), 2).await, revision);
    assert_eq!(desk.owed(EventSeq(2)).await, [], "a revision is not delivered again");
    assert_eq!(desk.owed(EventSeq(1)).await.len(), 2, "but a second source's destination is not forgotten");
    assert_eq!(desk.one(event("a", 1250, "avs", desk.both()), 3).await, Verdict::Duplicate(EventSeq(2)));
    assert_eq!(desk.one(event("a", 1250, "", desk.both()), 4).await, Verdict::Duplicate(EventSeq(1)));
}

#[tokio::test]
async fn a_disputes_revision_is_delivered_again() {
    let desk = Desk::new().await;
    desk.one(dispute("a", 1250, "", desk.to_shop()), 1).await;
    let verdict = desk.one(dispute("a", 1250, "evidence due", desk.to_shop()), 2).await;
    assert_eq!(verdict, Verdict::Revision { seq: EventSeq(2), number: 1 });
    assert_eq!(desk.owed(EventSeq(2)).await, [first_delivery(EventSeq(2), desk.shop)]);
    assert_eq!(desk.row(EventSeq(2)).await.revision, 1);
}

#[tokio::test]
async fn other_signed_details_are_a_conflict_that_nobody_is_sent() {
    let desk = Desk::new().await;
    desk.one(event("a", 1250, "", desk.both()), 1).await;
    assert_eq!(desk.one(event("a", 9950, "", desk.both()), 2).await, Verdict::Conflict(EventSeq(2)));
    assert_eq!(desk.one(event("a", 9950, "", desk.both()), 3).await, Verdict::Duplicate(EventSeq(2)));
    assert_eq!(desk.owed(EventSeq(2)).await, []);
    assert_eq!(desk.row(EventSeq(2)).await.standing, Standing::Conflict);
}

#[tokio::test]
async fn what_was_set_aside_is_routed_when_it_comes_again_and_is_welcome() {
    let desk = Desk::new().await;
    assert_eq!(desk.one(event("a", 1250, "", aside()), 1).await, Verdict::Aside(EventSeq(1)));
    assert_eq!(desk.one(event("a", 1250, "", aside()), 2).await, Verdict::Duplicate(EventSeq(1)));
    assert_eq!(desk.owed(EventSeq(1)).await, []);
    assert_eq!(desk.one(event("a", 1250, "more", desk.to_shop()), 3).await, Verdict::New(EventSeq(1)));
    let row = desk.row(EventSeq(1)).await;
    assert_eq!((row.standing, row.aside, row.detail), (Standing::Routed, None, None));
    assert_eq!(desk.owed(EventSeq(1)).await.len(), 1);
    assert_eq!(desk.one(event("a", 1250, "more", desk.to_shop()), 4).await, Verdict::Duplicate(EventSeq(1)));
}

#[tokio::test]
async fn an_event_twice_in_one_notification_is_one_event() {
    let desk = Desk::new().await;
    let twice = vec![event("a", 1, "", desk.to_shop()), event("a", 1, "", desk.to_shop())];
    assert_eq!(desk.record(twice, 1).await, [Verdict::New(EventSeq(1)), Verdict::Duplicate(EventSeq(1))]);
}

#[tokio::test]
async fn a_notification_wanted_whole_is_owed_once_with_its_first_new_event() {
    let desk = Desk::new().await;
    let whole = || Disposition::Route(vec![Wanted { once_per_notification: true, ..want(desk.shop) }]);
    desk.one(event("old", 1, "", whole()), 1).await;
    let events = vec![event("old", 1, "", whole()), event("b", 1, "", whole()), event("c", 1, "", whole())];
    let verdicts = desk.record(events, 2).await;
    assert_eq!(verdicts[1..], [Verdict::New(EventSeq(2)), Verdict::New(EventSeq(3))]);
    assert_eq!(desk.owed(EventSeq(1)).await.len(), 1);
    assert_eq!(desk.owed(EventSeq(2)).await.len(), 1);
    assert_eq!(desk.owed(EventSeq(3)).await, []);
}

#[tokio::test]
async fn ten_thousand_copies_at_once_are_one_event_and_one_delivery() {
    let desk = Desk::new().await;
    let copies = (0..10_000).map(|_| desk.store.record(desk.recording(vec![event("a", 1, "", desk.to_shop())], 1)));
    let answers: Vec<_> = {
        let mut answers = Vec::new();
        for wave in copies.collect::<Vec<_>>() {
            answers.push(wave.await);
        }
        answers
    };
    // More than the queue holds are refused, not lost: nobody was told they were stored.
    let stored: Vec<_> = answers.into_iter().filter_map(Result::ok).flatten().collect();
    assert!(stored.len() >= 8_192);
    assert_eq!(stored.iter().filter(|verdict| matches!(verdict, Verdict::New(_))).count(), 1);
    assert_eq!(desk.owed(EventSeq(1)).await.len(), 1);
    assert_eq!(desk.tallies().await.duplicates, stored.len() as u64 - 1);
}
