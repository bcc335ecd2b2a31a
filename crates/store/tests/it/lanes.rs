//! Order per payment: who waits for whom, across failures, dead letters, retries, replays and restarts.

use std::time::Duration;

use payhook_domain::delivery::State;
use payhook_domain::id::{DeliveryId, EventSeq, NameId};
use payhook_store::{Again, DeliveryFilter, Disposition, Next, Settled, Wanted};

use crate::desk::{Desk, at, settlement, want};
use crate::told::{AUTHORISED, CAPTURED, CHARGED_BACK, Told};

fn dlv(event: i64, destination: NameId, generation: u32) -> DeliveryId {
    DeliveryId { event: EventSeq(event), destination, generation }
}

/// Three events of one payment, rows 1 to 3, owed to the shop.
async fn three(desk: &Desk, wanted: Wanted) {
    let told = [
        Told::of(AUTHORISED, "", 1_000, 1),
        Told::of(CAPTURED, "C1", 1_000, 2),
        Told::of(CHARGED_BACK, "D1", 1_000, 3),
    ];
    for (second, told) in (1..).zip(&told) {
        desk.one(told.item(Disposition::Route(vec![wanted])), second).await;
    }
}

async fn states(desk: &Desk) -> Vec<(i64, u32, State)> {
    let rows = desk.deliveries(DeliveryFilter { destination: Some(desk.shop), ..DeliveryFilter::default() }).await;
    let mut states: Vec<_> = rows.iter().map(|row| (row.id.event.0, row.id.generation, row.state)).collect();
    states.sort_by_key(|(event, generation, _)| (*event, *generation));
    states
}

/// Leases the one delivery that is due, and ends it.
async fn next(desk: &Desk, second: i64, next: Next, stops_on_dead: bool) -> (i64, Vec<i64>) {
    let lease = desk.lease(10, second).await;
    assert_eq!(lease.due.len(), 1, "only the head of the lane is due");
    let leased = &lease.due[0];
    let mut missed = Vec::new();
    for id in &leased.missed {
        missed.push(desk.store.reader().event(*id).await.expect("read")[0].seq.0);
    }
    let mut settlement = settlement(leased.id, leased.attempt, second, next);
    settlement.stops_on_dead = stops_on_dead;
    assert_ne!(desk.store.settle(settlement).await, Ok(Settled::LeaseLost));
    (leased.id.event.0, missed)
}

#[tokio::test]
async fn only_the_head_of_a_lane_is_due_and_its_end_promotes_the_next() {
    let desk = Desk::new().await;
    three(&desk, want(desk.shop)).await;
    assert_eq!(states(&desk).await, [(1, 1, State::Pending), (2, 1, State::Blocked), (3, 1, State::Blocked)]);
    let lease = desk.lease(10, 5).await;
    let first = settlement(lease.due[0].id, 1, 5, Next::Retry(at(60)));
    assert_eq!(desk.store.settle(first).await, Ok(Settled::Done), "a retry keeps its place");
    assert!(desk.lease(10, 6).await.due.is_empty());
    let desk = desk.reopened().await;
    let lease = desk.lease(10, 61).await;
    let settled = desk.store.settle(settlement(lease.due[0].id, 2, 61, Next::Delivered)).await;
    assert_eq!(settled, Ok(Settled::Followed));
    assert_eq!(next(&desk, 62, Next::Delivered, false).await, (2, vec![]));
    assert_eq!(next(&desk, 63, Next::Delivered, false).await, (3, vec![]));
    assert!(states(&desk).await.iter().all(|(.., state)| *state == State::Delivered));
    let tallies = desk.tallies().await;
    assert_eq!(tallies.deliveries.get(&(desk.shop, "blocked")), None);
}

#[tokio::test]
async fn other_payments_and_other_destinations_do_not_wait() {
    let desk = Desk::new().await;
    desk.one(Told::of(AUTHORISED, "", 1_000, 1).item(desk.both()), 1).await;
    desk.one(Told::of(CAPTURED, "C1", 1_000, 2).item(desk.both()), 2).await;
    let other = Told { payment: "P2", ..Told::of(AUTHORISED, "", 500, 3) };
    desk.one(other.item(desk.both()), 3).await;
    let due = |lease: payhook_store::Lease| lease.due.iter().map(|leased| leased.id.event.0).collect::<Vec<_>>();
    assert_eq!(due(desk.lease(10, 5).await), [1, 3]);
    assert_eq!(due(desk.store.lease(desk.books, 10, at(5), Duration::ZERO).await.expect("leased")), [1, 3]);
}

#[tokio::test]
async fn without_order_nothing_waits() {
    let desk = Desk::new().await;
    three(&desk, Wanted { in_order: false, ..want(desk.shop) }).await;
    assert_eq!(desk.lease(10, 5).await.due.len(), 3);
}

#[tokio::test]
async fn after_a_dead_letter_the_lane_goes_on_and_the_later_ones_say_what_was_missed() {
    let desk = Desk::new().await;
    three(&desk, want(desk.shop)).await;
    assert_eq!(next(&desk, 5, Next::Rejected, false).await, (1, vec![]));
    assert_eq!(next(&desk, 6, Next::Exhausted, false).await, (2, vec![1]));
    let made = desk.store.retry(vec![dlv(1, desk.shop, 1)], at(7)).await.expect("retried");
    assert_eq!(made, [Some(dlv(1, desk.shop, 2))], "made again, it waits its turn at the end");
    assert_eq!(next(&desk, 8, Next::Delivered, false).await, (3, vec![1, 2]));
    assert_eq!(next(&desk, 9, Next::Delivered, false).await, (1, vec![2]));
    let told = Told::of(
        (
            payhook_domain::kind::Kind::RefundSucceeded,
            payhook_domain::fact::Subject::Refund,
            payhook_domain::fact::Effect::Succeeded,
        ),
        "R1",
        1_000,
        10,
    );
    desk.one(told.item(desk.to_shop()), 10).await;
    assert_eq!(
        next(&desk, 11, Next::Delivered, false).await,
        (4, vec![2]),
        "what was made good is not missed any more"
    );
}

#[tokio::test]
async fn a_lane_that_stops_at_a_dead_letter_opens_by_pass() {
    let desk = Desk::new().await;
    three(&desk, want(desk.shop)).await;
    assert_eq!(next(&desk, 5, Next::Exhausted, true).await, (1, vec![]));
    assert!(desk.lease(10, 6).await.due.is_empty(), "what follows waits for a person");
    let desk = desk.reopened().await;
    assert!(desk.lease(10, 7).await.due.is_empty());
    assert_eq!(desk.store.pass(dlv(2, desk.shop, 1), at(8)).await, Ok(false), "it did not stop there");
    assert_eq!(desk.store.pass(dlv(1, desk.shop, 1), at(8)).await, Ok(true));
    assert_eq!(desk.store.pass(dlv(1, desk.shop, 1), at(8)).await, Ok(false), "only once");
    assert_eq!(next(&desk, 9, Next::Delivered, true).await, (2, vec![1]));
    assert_eq!(next(&desk, 10, Next::Delivered, true).await, (3, vec![1]));
}

#[tokio::test]
async fn what_waits_behind_a_dead_letter_is_counted_and_nothing_that_waits_for_a_try() {
    let desk = Desk::new().await;
    three(&desk, want(desk.shop)).await;
    let other = Told { payment: "P2", order: "order-2", ..Told::of(AUTHORISED, "", 500, 4) };
    desk.one(other.item(desk.to_shop()), 4).await;
    let behind = Told { payment: "P2", order: "order-2", ..Told::of(CAPTURED, "C2", 500, 4) };
    desk.one(behind.item(desk.to_shop()), 4).await;
    let stopped = async || desk.store.reader().stopped().await.expect("read").into_iter().collect::<Vec<_>>();
    assert_eq!(stopped().await, []);
    let head = desk.lease(1, 5).await.due[0].id;
    let died = payhook_store::Settlement { stops_on_dead: true, ..settlement(head, 1, 5, Next::Rejected) };
    desk.store.settle(died).await.expect("settled");
    assert_eq!(stopped().await, [(desk.shop, 2)]);
    desk.store.pass(head, at(6)).await.expect("passed");
    assert_eq!(stopped().await, []);
}

#[tokio::test]
async fn a_dead_letter_at_which_the_lane_stopped_is_made_again_in_its_own_place() {
    let desk = Desk::new().await;
    three(&desk, want(desk.shop)).await;
    next(&desk, 5, Next::Rejected, true).await;
    desk.store.retry(vec![dlv(1, desk.shop, 1)], at(6)).await.expect("retried");
    assert_eq!(next(&desk, 7, Next::Exhausted, true).await, (1, vec![]));
    assert!(desk.lease(10, 8).await.due.is_empty(), "it stopped again");
    desk.store.retry(vec![dlv(1, desk.shop, 2)], at(9)).await.expect("retried");
    for (second, event) in [(10, 1), (11, 2), (12, 3)] {
        assert_eq!(next(&desk, second, Next::Delivered, true).await, (event, vec![]));
    }
}

#[tokio::test]
async fn what_comes_after_a_lane_stopped_waits_too_even_at_its_end() {
    let desk = Desk::new().await;
    desk.one(Told::of(AUTHORISED, "", 1_000, 1).item(desk.to_shop()), 1).await;
    next(&desk, 2, Next::Rejected, true).await;
    desk.one(Told::of(CAPTURED, "C1", 1_000, 3).item(desk.to_shop()), 3).await;
    assert!(desk.lease(10, 4).await.due.is_empty());
    desk.store.retry(vec![dlv(1, desk.shop, 1)], at(5)).await.expect("retried");
    assert_eq!(next(&desk, 6, Next::Delivered, true).await, (1, vec![]));
    assert_eq!(next(&desk, 7, Next::Delivered, true).await, (2, vec![]));
}

#[tokio::test]
async fn a_replay_stands_at_the_end_of_the_lane_and_leaves_the_old_delivery_as_it_is() {
    let desk = Desk::new().await;
    three(&desk, want(desk.shop)).await;
    assert_eq!(next(&desk, 5, Next::Delivered, false).await, (1, vec![]));
    let again = Again { event: EventSeq(1), wanted: vec![want(desk.shop)] };
    let made = desk.store.replay(vec![again], None, at(6)).await.expect("replayed");
    assert_eq!(made, [dlv(1, desk.shop, 2)]);
    for (second, event) in [(7, 2), (8, 3), (9, 1)] {
        assert_eq!(next(&desk, second, Next::Delivered, false).await, (event, vec![]));
    }
    let log = desk.store.reader().delivery(dlv(1, desk.shop, 1)).await.expect("read").expect("there").1;
    assert_eq!(log.len(), 1);
}

#[tokio::test]
async fn a_replay_of_the_dead_letter_at_which_the_lane_stopped_takes_its_place() {
    let desk = Desk::new().await;
    three(&desk, want(desk.shop)).await;
    next(&desk, 5, Next::Rejected, true).await;
    let again = |event| Again { event: EventSeq(event), wanted: vec![want(desk.shop)] };
    let made = desk.store.replay(vec![again(1)], None, at(6)).await.expect("replayed");
    assert_eq!(made, [dlv(1, desk.shop, 2)]);
    assert_eq!(next(&desk, 7, Next::Exhausted, true).await, (1, vec![]));
    desk.store.replay(vec![again(2), again(1)], None, at(8)).await.expect("replayed");
    for (second, event) in [(9, 1), (10, 2), (11, 3), (12, 2)] {
        assert_eq!(next(&desk, second, Next::Delivered, true).await, (event, vec![]));
    }
    assert_eq!(desk.tallies().await.deliveries.get(&(desk.shop, "blocked")), None);
}

#[tokio::test]
async fn when_two_payments_turn_out_to_be_one_what_follows_waits_for_both() {
    let desk = Desk::new().await;
    desk.one(Told::of(AUTHORISED, "", 1_000, 1).item(desk.to_shop()), 1).await;
    let unlinked = Told { payment: "D1", part: "D1", ..Told::of(CHARGED_BACK, "", 1_000, 2) };
    desk.one(unlinked.item(desk.to_shop()), 2).await;
    let won = (
        payhook_domain::kind::Kind::DisputeWon,
        payhook_domain::fact::Subject::Dispute,
        payhook_domain::fact::Effect::Won,
    );
    desk.one(Told::of(won, "D1", 1_000, 3).item(desk.to_shop()), 3).await;
    let lease = desk.lease(10, 4).await;
    let heads: Vec<_> = lease.due.iter().map(|leased| leased.id).collect();
    assert_eq!(heads, [dlv(1, desk.shop, 1), dlv(2, desk.shop, 1)], "each was the head of its own");
    assert_eq!(desk.settle(heads[0], 1, 5, Next::Delivered).await, Settled::Done);
    assert!(desk.lease(10, 6).await.due.is_empty());
    assert_eq!(desk.settle(heads[1], 1, 6, Next::Delivered).await, Settled::Followed);
    assert_eq!(next(&desk, 7, Next::Delivered, false).await, (3, vec![]));
}

#[tokio::test]
async fn a_backlog_drains_in_order_and_does_not_starve_what_comes() {
    let desk = Desk::new().await;
    for n in 0..40_u32 {
        let payment = format!("P{n}");
        let told = Told { payment: &payment, ..Told::of(AUTHORISED, "", 1_000, 1) };
        desk.one(told.item(desk.to_shop()), i64::from(n)).await;
    }
    let lease = desk.lease(8, 100).await;
    let events: Vec<_> = lease.due.iter().map(|leased| leased.id.event.0).collect();
    assert_eq!(events, [1, 2, 3, 4, 5, 6, 40, 39]);
    assert!(lease.more);
    for event in [40, 39] {
        let id = dlv(event, desk.shop, 1);
        desk.settle(id, 1, 100, Next::Retry(at(100))).await;
    }
    let lease = desk.lease(8, 101).await;
    let events: Vec<_> = lease.due.iter().map(|leased| leased.id.event.0).collect();
    assert_eq!(events, [7, 8, 9, 10, 11, 12, 38, 37], "those never tried come before retries");
}
