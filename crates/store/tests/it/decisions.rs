//! What a person decides: releasing what was set aside, accepting or refusing a conflict.

use payhook_domain::id::EventSeq;
use payhook_domain::payment::{DisputeStatus, Names};
use payhook_domain::verdict::{Standing, Verdict};
use payhook_store::{Disposition, Next, RecordEvent};

use crate::desk::{Desk, aside, at, event, first_delivery, want};
use crate::told::{AUTHORISED, CHARGED_BACK, Told, name};

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
async fn what_was_said_of_an_event_while_it_was_set_aside_is_believed_and_owed_with_it() {
    let desk = Desk::new().await;
    desk.one(Told::of(AUTHORISED, "", 1_000, 1).item(desk.to_shop()), 1).await;
    let opened = Told::of(CHARGED_BACK, "D1", 1_000, 2);
    assert_eq!(desk.one(opened.item(aside()), 2).await, Verdict::Aside(EventSeq(2)));
    assert_eq!(desk.one(lost(&opened, 3, aside()), 3).await, Verdict::Revision { seq: EventSeq(3), number: 1 });
    let released = desk.store.release_aside(EventSeq(2), vec![opened.item(desk.to_shop())], at(4)).await;
    assert_eq!(released.expect("done"), Some(vec![Verdict::New(EventSeq(2))]));
    assert_eq!(disputes(&desk).await, [DisputeStatus::Lost]);
    assert!(desk.row(EventSeq(3)).await.payment.is_some(), "its payload shows the payment");
    for (second, event) in [(5, 1), (6, 2), (7, 3)] {
        let due = desk.lease(9, second).await.due;
        assert_eq!(due.iter().map(|leased| leased.id.event.0).collect::<Vec<_>>(), [event], "one after the other");
        desk.settle(due[0].id, 1, second, Next::Delivered).await;
    }
    assert_eq!(desk.one(lost(&opened, 3, desk.to_shop()), 8).await, Verdict::Duplicate(EventSeq(3)));
    assert!(desk.lease(9, 9).await.due.is_empty(), "nobody is told twice");
    assert!(!desk.store.rebuild(name("P1")).await.expect("rebuilt").expect("there").changed);
}

#[tokio::test]
async fn a_copy_that_routes_what_was_set_aside_tells_what_it_says_once() {
    let desk = Desk::new().await;
    let opened = Told::of(CHARGED_BACK, "D1", 1_000, 2);
    desk.one(opened.item(aside()), 2).await;
    desk.one(lost(&opened, 3, aside()), 3).await;
    assert_eq!(desk.one(lost(&opened, 3, desk.to_shop()), 4).await, Verdict::New(EventSeq(1)));
    assert_eq!(disputes(&desk).await, [DisputeStatus::Lost]);
    assert_eq!((desk.owed(EventSeq(1)).await.len(), desk.owed(EventSeq(2)).await.len()), (1, 0));
}

/// The same dispute, lost in the end.
fn lost(opened: &Told<'static>, second: i64, disposition: Disposition) -> RecordEvent {
    let mut item = Told { second, ..opened.clone() }.item(disposition);
    let fact = item.event.fact.as_mut().expect("a dispute states something");
    fact.standing = Some(payhook_domain::fact::Standing::Lost);
    item
}

async fn disputes(desk: &Desk) -> Vec<DisputeStatus> {
    let payment = desk.store.reader().payment(name("P1")).await.expect("read").expect("there");
    payment.facts.fold().disputes.iter().map(|dispute| dispute.status).collect()
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
