//! What a person decides: releasing what was set aside, accepting or refusing a conflict.

use payhook_domain::id::EventSeq;
use payhook_domain::payment::Names;
use payhook_domain::verdict::{Standing, Verdict};

use crate::desk::{Desk, aside, at, event, first_delivery, want};

#[tokio::test]
async fn releasing_a_set_aside_event_routes_it_once() {
    let desk = Desk::new().await;
    desk.one(event("a", 1, "", aside()), 1).await;
    let release = || desk.store.release_aside(EventSeq(1), vec![event("a", 1, "", desk.to_shop())], at(9));
    assert_eq!(release().await.expect("done"), Some(vec![Verdict::New(EventSeq(1))]));
    assert_eq!(release().await.expect("done"), None);
    assert_eq!(desk.owed(EventSeq(1)).await, [first_delivery(EventSeq(1), desk.shop)]);
    assert_eq!(desk.lease(1, 9).await.due[0].created_at, at(9));
}

#[tokio::test]
async fn what_is_understood_later_is_recorded_under_its_own_identity_with_the_bytes_received_then() {
    let desk = Desk::new().await;
    desk.one(event("bytes", 1, "", aside()), 1).await;
    let events = vec![event("a", 1, "", desk.to_shop()), event("b", 1, "", desk.to_shop())];
    let verdicts = desk.store.release_aside(EventSeq(1), events, at(9)).await.expect("done");
    assert_eq!(verdicts, Some(vec![Verdict::New(EventSeq(2)), Verdict::New(EventSeq(3))]));
    let (before, after) = (desk.row(EventSeq(1)).await, desk.row(EventSeq(2)).await);
    assert_eq!((before.standing, after.standing), (Standing::Superseded, Standing::Routed));
    assert_eq!((before.notification, before.received_at), (after.notification, after.received_at));
    assert_eq!(desk.tallies().await.notifications, 1);
}

#[tokio::test]
async fn what_is_still_foreign_stays_aside_for_todays_reason() {
    let desk = Desk::new().await;
    desk.one(event("a", 1, "", aside()), 1).await;
    let released = desk.store.release_aside(EventSeq(1), vec![event("a", 1, "", aside())], at(9)).await;
    assert_eq!(released.expect("done"), Some(vec![Verdict::Aside(EventSeq(1))]));
    assert_eq!(desk.row(EventSeq(1)).await.standing, Standing::Aside);
}

#[tokio::test]
async fn an_accepted_conflict_is_owed_and_is_the_truth_from_then_on() {
    let desk = Desk::new().await;
    desk.one(event("a", 1, "", desk.to_shop()), 1).await;
    desk.one(event("a", 2, "", desk.to_shop()), 2).await;
    let decide = || desk.store.decide_conflict(EventSeq(2), Some((vec![want(desk.shop)], Names::default())), at(9));
    assert!(decide().await.expect("done"));
    assert!(!decide().await.expect("done"), "decided once");
    assert_eq!(desk.owed(EventSeq(2)).await.len(), 1);
    assert_eq!(desk.one(event("a", 2, "", desk.to_shop()), 3).await, Verdict::Duplicate(EventSeq(2)));
    assert_eq!(desk.one(event("a", 1, "", desk.to_shop()), 4).await, Verdict::Duplicate(EventSeq(1)));
    let revision = Verdict::Revision { seq: EventSeq(3), number: 2 };
    assert_eq!(desk.one(event("a", 2, "more", desk.to_shop()), 5).await, revision);
}

#[tokio::test]
async fn a_rejected_conflict_stays_rejected_however_often_it_comes() {
    let desk = Desk::new().await;
    desk.one(event("a", 1, "", desk.to_shop()), 1).await;
    desk.one(event("a", 2, "", desk.to_shop()), 2).await;
    assert!(desk.store.decide_conflict(EventSeq(2), None, at(9)).await.expect("done"));
    assert_eq!(desk.one(event("a", 2, "", desk.to_shop()), 3).await, Verdict::Duplicate(EventSeq(2)));
    assert_eq!(desk.row(EventSeq(2)).await.standing, Standing::Rejected);
    assert_eq!(desk.owed(EventSeq(2)).await, []);
}

#[tokio::test]
async fn only_conflicts_and_set_aside_rows_can_be_decided() {
    let desk = Desk::new().await;
    desk.one(event("a", 1, "", desk.to_shop()), 1).await;
    assert!(!desk.store.decide_conflict(EventSeq(1), None, at(9)).await.expect("done"));
    assert!(!desk.store.decide_conflict(EventSeq(77), None, at(9)).await.expect("done"));
    assert_eq!(desk.store.release_aside(EventSeq(1), Vec::new(), at(9)).await.expect("done"), None);
}
