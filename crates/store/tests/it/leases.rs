//! What is handed out, to whom, and how it ends.

use std::collections::{BTreeMap, BTreeSet};

use payhook_domain::delivery::{Outcome, State};
use payhook_domain::id::{DeliveryId, EventSeq};
use payhook_store::{Disposition, Next, Options, Settled};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::desk::{Desk, at, event, first_delivery, options, want};

async fn desk_with(events: i64) -> Desk {
    let desk = Desk::new().await;
    for second in 1..=events {
        desk.one(event(&format!("e{second}"), 1, "", desk.to_shop()), second).await;
    }
    desk
}

async fn leased(desk: &Desk, limit: usize, second: i64) -> Vec<i64> {
    desk.lease(limit, second).await.due.iter().map(|leased| leased.id.event.0).collect()
}

#[tokio::test]
async fn due_deliveries_are_handed_out_once_the_longest_due_first() {
    let desk = desk_with(4).await;
    let lease = desk.lease(2, 3).await;
    assert!(lease.more);
    assert_eq!(lease.due.iter().map(|leased| leased.id.event.0).collect::<Vec<_>>(), [1, 2]);
    let lease = desk.lease(9, 3).await;
    let due = lease.due.iter().map(|leased| leased.id.event.0).collect::<Vec<_>>();
    assert_eq!(due, [3, 4], "what is stored is due, whatever the clock says of its receipt");
    assert_eq!((lease.more, lease.next_due), (false, None));
    assert_eq!(leased(&desk, 9, 3).await, [0; 0]);
    desk.settle(first_delivery(EventSeq(4), desk.shop), 1, 5, Next::Retry(at(9))).await;
    let lease = desk.lease(9, 8).await;
    assert_eq!((lease.due.len(), lease.more, lease.next_due), (0, false, Some(at(9))), "a retry is due at its time");
    assert_eq!(leased(&desk, 9, 9).await, [4]);
}

#[tokio::test]
async fn what_is_handed_out_carries_all_a_destination_needs() {
    let desk = desk_with(1).await;
    let leased = desk.lease(1, 5).await.due.remove(0);
    assert_eq!((leased.attempt, leased.created_at), (1, at(1)));
    assert_eq!(leased.body, "{\"at\":1}");
    assert_eq!(leased.headers, "host: example.com\r\n");
    assert_eq!(leased.event.event.reference.as_deref(), Some("order-e1"));
    assert_eq!(leased.event.received_at, at(1));
}

#[tokio::test]
async fn a_lease_given_up_can_be_taken_again_and_what_comes_late_is_not_overlooked() {
    let desk = desk_with(3).await;
    assert_eq!(leased(&desk, 2, 9).await, [1, 2]);
    desk.store.unlease(first_delivery(EventSeq(1), desk.shop));
    desk.one(event("late", 1, "", desk.to_shop()), 0).await;
    assert_eq!(leased(&desk, 9, 9).await, [4, 1, 3]);
}

#[tokio::test]
async fn a_settled_delivery_shows_its_attempts_and_never_changes_again() {
    let desk = desk_with(1).await;
    let id = desk.lease(1, 5).await.due[0].id;
    assert_eq!(desk.settle(id, 1, 6, Next::Retry(at(60))).await, Settled::Done);
    assert_eq!(desk.lease(1, 59).await.next_due, Some(at(60)));
    let again = desk.lease(1, 60).await.due.remove(0);
    assert_eq!((again.id, again.attempt), (id, 2));
    assert_eq!(desk.settle(id, 2, 61, Next::Delivered).await, Settled::Done);
    assert_eq!(desk.settle(id, 3, 62, Next::Rejected).await, Settled::LeaseLost);
    let (row, attempts) = desk.store.reader().delivery(id).await.expect("read").expect("a delivery");
    assert_eq!((row.state, row.attempts), (State::Delivered, 2));
    assert_eq!(row.at, at(61).plus(std::time::Duration::from_millis(12)));
    assert_eq!(attempts.iter().map(|attempt| attempt.number).collect::<Vec<_>>(), [1, 2]);
    let failed = Outcome::Failed { retry_after: Some(std::time::Duration::from_secs(3)) };
    assert_eq!((&attempts[0].outcome, &attempts[1].outcome), (&failed, &Outcome::Delivered));
}

#[tokio::test]
async fn what_is_not_held_cannot_be_settled() {
    let desk = desk_with(1).await;
    let id = first_delivery(EventSeq(1), desk.shop);
    assert_eq!(desk.settle(id, 1, 2, Next::Delivered).await, Settled::LeaseLost, "never leased");
    desk.lease(1, 5).await;
    desk.store.unlease(id);
    assert_eq!(desk.settle(id, 1, 2, Next::Delivered).await, Settled::LeaseLost, "given up");
    assert_eq!(desk.tallies().await.deliveries.get(&(desk.shop, "pending")), Some(&1));
}

#[tokio::test]
async fn two_settlements_of_one_lease_count_once() {
    let desk = desk_with(1).await;
    let id = desk.lease(1, 5).await.due[0].id;
    let (one, two) = tokio::join!(desk.settle(id, 1, 6, Next::Retry(at(60))), desk.settle(id, 1, 6, Next::Delivered));
    assert_eq!([one, two], [Settled::Done, Settled::LeaseLost]);
}

#[tokio::test]
async fn leases_die_with_their_holder() {
    let desk = desk_with(2).await;
    assert_eq!(leased(&desk, 9, 9).await, [1, 2]);
    let desk = desk.reopened().await;
    assert_eq!(leased(&desk, 9, 9).await, [1, 2]);
}

#[tokio::test]
async fn a_dead_letter_is_made_again_once() {
    let desk = desk_with(3).await;
    let ids: Vec<DeliveryId> = desk.lease(9, 9).await.due.iter().map(|leased| leased.id).collect();
    for (id, next) in ids.iter().zip([Next::Rejected, Next::Exhausted, Next::Delivered]) {
        desk.settle(*id, 1, 10, next).await;
    }
    let again = |id: DeliveryId| DeliveryId { generation: 2, ..id };
    let made = desk.store.retry(ids.clone(), at(20)).await.expect("made");
    assert_eq!(made, [Some(again(ids[0])), Some(again(ids[1])), None], "delivered is no dead letter");
    assert_eq!(desk.store.retry(ids.clone(), at(20)).await.expect("asked"), [None, None, None]);
    let lease = desk.lease(9, 20).await;
    assert_eq!(
        lease.due.iter().map(|leased| (leased.id, leased.attempt)).collect::<Vec<_>>(),
        [(again(ids[0]), 1), (again(ids[1]), 1)]
    );
    desk.settle(again(ids[0]), 1, 21, Next::Rejected).await;
    assert_eq!(desk.store.retry(vec![ids[0]], at(30)).await.expect("asked"), [None], "only the newest is made again");
    assert!(desk.store.retry(vec![again(ids[0])], at(30)).await.expect("asked")[0].is_some());
}

const HOUR: i64 = 60 * 60;

#[tokio::test]
async fn what_a_clock_that_was_ahead_made_due_is_due_when_it_is_corrected() {
    let desk = desk_with(5).await;
    assert_eq!(leased(&desk, 9, 10).await.len(), 5);
    let ahead = 365 * 24 * HOUR;
    for (event, second) in [(1, 10), (2, ahead), (3, ahead + 1), (4, 24 * HOUR), (5, 26 * HOUR)] {
        desk.settle(first_delivery(EventSeq(event), desk.shop), 1, 10, Next::Retry(at(second))).await;
    }
    assert_eq!(leased(&desk, 1, 10).await, [1]);
    let lease = desk.lease(2, 10).await;
    assert_eq!(lease.due.iter().map(|leased| leased.id.event.0).collect::<Vec<_>>(), [5, 2]);
    assert!(lease.more);
    let lease = desk.lease(9, 10).await;
    assert_eq!(lease.due.iter().map(|leased| leased.id.event.0).collect::<Vec<_>>(), [3]);
    assert_eq!((lease.more, lease.next_due), (false, Some(at(24 * HOUR))));
    assert_eq!(leased(&desk, 9, 10).await, [0; 0], "held once");
    let id = first_delivery(EventSeq(2), desk.shop);
    desk.store.unlease(id);
    assert_eq!(leased(&desk, 9, 10).await, [2]);
    assert_eq!(desk.settle(id, 2, 11, Next::Retry(at(20))).await, Settled::Done);
    assert_eq!(leased(&desk, 9, 20).await, [2], "and from then on by the right clock");
}

#[tokio::test]
async fn what_is_beyond_reach_and_held_is_not_what_is_next() {
    let desk = desk_with(1).await;
    assert_eq!(leased(&desk, 9, 100 * HOUR).await, [1]);
    desk.settle(first_delivery(EventSeq(1), desk.shop), 1, 100 * HOUR, Next::Retry(at(200 * HOUR))).await;
    let lease = desk.lease(9, 10).await;
    assert_eq!((lease.due.len(), lease.more, lease.next_due), (1, false, None));
}

#[tokio::test]
async fn what_was_owed_before_a_restart_is_found_behind_what_was_delivered_and_given_back_once() {
    let desk = desk_with(3_000).await;
    let mut all = Vec::new();
    loop {
        let lease = desk.lease(200, 4_000).await;
        all.extend(lease.due.iter().map(|leased| leased.id));
        if !lease.more {
            break;
        }
    }
    assert_eq!(all.len(), 3_000, "each once");
    let left = [first_delivery(EventSeq(7), desk.shop), first_delivery(EventSeq(2_500), desk.shop)];
    for id in all.iter().filter(|id| !left.contains(id)) {
        assert_eq!(desk.settle(*id, 1, 4_001, Next::Delivered).await, Settled::Done);
    }
    // A segment that is written meanwhile keeps the place up to which nothing is owed.
    for second in 3_001..=4_200 {
        desk.one(event(&format!("e{second}"), 1, "", Disposition::Route(Vec::new())), second).await;
    }
    let desk = desk.reopened().await;
    assert_eq!(leased(&desk, 9, 5_000).await, [7, 2_500]);
    assert_eq!(desk.tallies().await.oldest_pending, Some(at(7)));
}

#[tokio::test]
async fn what_was_committed_before_others_that_were_received_before_it_is_not_passed_over() {
    let desk = Desk::new().await;
    for n in 1..=40 {
        // The first and the fifth were received late, and committed early.
        let second = match n {
            1 => 100,
            5 => 90,
            early if early <= 8 => early,
            late => 200 + late,
        };
        desk.one(event(&format!("e{n}"), 1, "", desk.to_shop()), second).await;
    }
    let mut handed_out = Vec::new();
    for _ in 0..20 {
        handed_out.extend(desk.lease(8, 1_000).await.due.iter().map(|leased| leased.id.event.0));
    }
    handed_out.sort_unstable();
    assert_eq!(handed_out, (1..=40).collect::<Vec<_>>());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    #[test]
    fn everything_owed_is_handed_out_whatever_the_order_of_receipt_and_whatever_becomes_of_it(
        received in vec((1..50_i64, any::<bool>(), any::<bool>()), 1..120),
        looks in vec((1..20_usize, 0..6_u8, any::<bool>()), 400),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let mut desk = Desk::with(Options { unsafe_no_sync: true, ..options() }).await;
            let mut owed = BTreeSet::new();
            for (number, (second, shop, later)) in (1..).zip(&received) {
                let wanted = if *shop { desk.to_shop() } else { Disposition::Route(vec![want(desk.books)]) };
                let seq = desk.one(event(&format!("e{number}"), 1, "", wanted), *second).await.seq();
                if *shop {
                    owed.insert(seq.0);
                }
                // Some are handed out while others still come.
                if *later {
                    leave(&desk, 3).await;
                }
            }
            let mut tries = BTreeMap::new();
            for (number, (limit, fate, reopen)) in looks.into_iter().enumerate() {
                // Not later: a start looks through everything, and would hide what was passed over.
                if reopen && fate == 5 && number < 20 {
                    desk = desk.reopened().await;
                }
                for leased in desk.lease(limit, 1_000_000).await.due {
                    let event = leased.id.event.0;
                    assert!(owed.contains(&event), "{event} was delivered already");
                    assert_eq!(leased.attempt, tries.get(&event).copied().unwrap_or(0) + 1);
                    match fate {
                        0 => desk.store.unlease(leased.id),
                        1 | 2 => {
                            desk.settle(leased.id, leased.attempt, 60, Next::Retry(at(70))).await;
                            tries.insert(event, leased.attempt);
                        }
                        _ => {
                            desk.settle(leased.id, leased.attempt, 60, Next::Delivered).await;
                            owed.remove(&event);
                        }
                    }
                }
            }
            assert!(owed.is_empty(), "never handed out again: {owed:?}");
        });
    }
}

/// Leases some and gives them up.
async fn leave(desk: &Desk, limit: usize) {
    for leased in desk.lease(limit, 1_000_000).await.due {
        desk.store.unlease(leased.id);
    }
}

#[tokio::test]
async fn what_was_received_before_its_predecessor_in_the_order_of_commits_is_not_passed_over() {
    let desk = Desk::new().await;
    // Requests that came at once are committed in any order of their receipt.
    for number in 0..600 {
        desk.one(event(&number.to_string(), 1, "", desk.to_shop()), 600 - number).await;
    }
    let mut handed_out = 0;
    loop {
        let lease = desk.lease(8, 700).await;
        for leased in &lease.due {
            desk.settle(leased.id, 1, 701, Next::Delivered).await;
        }
        handed_out += lease.due.len();
        if lease.due.is_empty() {
            break;
        }
    }
    assert_eq!(handed_out, 600);
}
