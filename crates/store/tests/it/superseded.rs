//! After a conflict was accepted: what was held true before is never owed or routed again.

use payhook_domain::id::EventSeq;
use payhook_domain::payment::Names;
use payhook_domain::verdict::{Standing, Verdict};

use crate::desk::{Desk, aside, at, dispute, event, first_delivery, want};

async fn accept(desk: &Desk, seq: i64) {
    let accepted = desk.store.decide_conflict(EventSeq(seq), Some((vec![want(desk.shop)], Names::default())), at(9));
    assert!(accepted.await.expect("decided"));
}

#[tokio::test]
async fn a_repeat_of_the_old_version_owes_nothing_and_one_of_the_accepted_version_what_is_missing() {
    let desk = Desk::new().await;
    desk.one(event("a", 1, "", desk.to_shop()), 1).await;
    desk.one(event("a", 2, "", desk.to_shop()), 2).await;
    accept(&desk, 2).await;
    assert_eq!(desk.row(EventSeq(1)).await.standing, Standing::Superseded);
    assert_eq!(desk.one(event("a", 1, "", desk.both()), 3).await, Verdict::Duplicate(EventSeq(1)));
    assert_eq!(desk.owed(EventSeq(1)).await, [first_delivery(EventSeq(1), desk.shop)]);
    assert_eq!(desk.one(event("a", 2, "", desk.both()), 4).await, Verdict::Duplicate(EventSeq(2)));
    assert_eq!(desk.owed(EventSeq(2)).await.len(), 2);
}

#[tokio::test]
async fn a_set_aside_row_is_not_routed_once_another_version_was_accepted() {
    let desk = Desk::new().await;
    desk.one(event("a", 1, "", aside()), 1).await;
    desk.one(event("a", 2, "", desk.to_shop()), 2).await;
    accept(&desk, 2).await;
    assert_eq!(desk.one(event("a", 1, "", desk.both()), 3).await, Verdict::Duplicate(EventSeq(1)));
    assert_eq!(desk.one(event("a", 2, "", desk.to_shop()), 4).await, Verdict::Duplicate(EventSeq(2)));
    let release = desk.store.release_aside(EventSeq(1), vec![event("a", 1, "", desk.both())], at(9));
    assert_eq!(release.await.expect("asked"), None);
    assert_eq!(desk.row(EventSeq(1)).await.standing, Standing::Superseded);
    assert_eq!(desk.owed(EventSeq(1)).await, []);
}

#[tokio::test]
async fn an_accepted_version_gives_way_to_the_next_one_accepted() {
    let desk = Desk::new().await;
    for amount in 1..=3 {
        desk.one(event("a", amount, "", desk.to_shop()), amount).await;
    }
    accept(&desk, 2).await;
    accept(&desk, 3).await;
    desk.one(event("a", 2, "", desk.both()), 10).await;
    let mut standings = Vec::new();
    for seq in 1..=3 {
        standings.push((desk.row(EventSeq(seq)).await.standing, desk.owed(EventSeq(seq)).await.len()));
    }
    let superseded = (Standing::Superseded, 1);
    assert_eq!(standings, [superseded, superseded, (Standing::Routed, 1)]);
    let events = desk.tallies().await.events;
    assert_eq!((events["superseded"], events["routed"], events.contains_key("conflict")), (2, 1, false));
}

#[tokio::test]
async fn revisions_belong_to_the_version_held_true() {
    let desk = Desk::new().await;
    desk.one(dispute("d", 1, "", desk.to_shop()), 1).await;
    desk.one(dispute("d", 1, "old", desk.to_shop()), 2).await;
    desk.one(dispute("d", 2, "", desk.to_shop()), 3).await;
    accept(&desk, 3).await;
    desk.one(dispute("d", 1, "old", desk.both()), 4).await;
    assert_eq!(desk.owed(EventSeq(2)).await.len(), 1, "a revision of the old version");
    desk.one(event("a", 1, "", desk.to_shop()), 5).await;
    desk.one(event("a", 2, "", desk.to_shop()), 6).await;
    accept(&desk, 5).await;
    desk.one(event("a", 2, "more", desk.both()), 7).await;
    assert_eq!((desk.owed(EventSeq(4)).await.len(), desk.owed(EventSeq(5)).await.len()), (1, 2));
}
