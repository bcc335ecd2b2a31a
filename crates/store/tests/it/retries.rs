//! Dead letters that were made again: no longer dead, in lists and in counts.

use payhook_domain::delivery::State;
use payhook_domain::id::DeliveryId;
use payhook_store::{Again, DeliveryFilter, Next, PageRequest, Settled, Settlement, Wanted};

use crate::desk::{Desk, at, event, settlement, want};
use crate::told::{AUTHORISED, CAPTURED, CHARGED_BACK, Told};

fn dead() -> DeliveryFilter {
    DeliveryFilter { states: vec![State::Rejected, State::Exhausted], ..DeliveryFilter::default() }
}

/// Five events, every delivery of which died.
async fn five_dead() -> Desk {
    let desk = Desk::new().await;
    for second in 1..=5 {
        desk.one(event(&format!("e{second}"), 1, "", desk.to_shop()), second).await;
    }
    for (n, leased) in desk.lease(5, 9).await.due.iter().enumerate() {
        desk.settle(leased.id, 1, 10, [Next::Rejected, Next::Exhausted][n % 2]).await;
    }
    desk
}

async fn counts(desk: &Desk) -> Vec<(&'static str, u64)> {
    let tallies = desk.tallies().await;
    tallies.deliveries.iter().map(|((_, state), count)| (*state, *count)).collect()
}

async fn retry(desk: &Desk, id: DeliveryId) -> DeliveryId {
    desk.store.retry(vec![id], at(20)).await.expect("asked")[0].expect("made again")
}

#[tokio::test]
async fn only_the_last_generation_of_a_delivery_is_listed_as_dead() {
    let desk = five_dead().await;
    let first = desk.deliveries(dead()).await[0].id;
    let second = retry(&desk, first).await;
    let listed = |rows: Vec<payhook_store::DeliveryRow>| rows.into_iter().map(|row| row.id).collect::<Vec<_>>();
    assert!(!listed(desk.deliveries(dead()).await).contains(&first));
    let of_event = DeliveryFilter { event: Some(first.event), ..dead() };
    assert_eq!(listed(desk.deliveries(of_event.clone()).await), []);
    assert_eq!(desk.owed(first.event).await, [first, second], "history shows both");
    desk.lease(1, 30).await;
    desk.settle(second, 1, 31, Next::Exhausted).await;
    assert_eq!(listed(desk.deliveries(of_event).await), [second]);
    assert_eq!(desk.deliveries(dead()).await.len(), 5);
}

#[tokio::test]
async fn retrying_everything_dead_page_by_page_ends_with_nothing_dead() {
    let desk = five_dead().await;
    let mut made = 0;
    loop {
        let page = PageRequest { limit: 2, from: None };
        let page = desk.store.reader().deliveries(dead(), page).await.expect("read");
        if page.rows.is_empty() {
            break;
        }
        for row in page.rows {
            retry(&desk, row.id).await;
            made += 1;
        }
    }
    assert_eq!(made, 5);
    assert_eq!(counts(&desk).await, [("pending", 5), ("retried", 5)]);
}

/// Three events of one payment: the first was replayed while it was owed, and then died.
async fn replayed_and_died(stops_on_dead: bool) -> (Desk, DeliveryId, DeliveryId) {
    let desk = Desk::new().await;
    for (second, (what, part)) in (1..).zip([(AUTHORISED, ""), (CAPTURED, "C1"), (CHARGED_BACK, "D1")]) {
        desk.one(Told::of(what, part, 1_000, second).item(desk.to_shop()), second).await;
    }
    let leased = desk.lease(9, 4).await.due[0].id;
    let again = Again { event: leased.event, wanted: vec![want(desk.shop)] };
    let replayed = desk.store.replay(vec![again], None, at(5)).await.expect("replayed")[0];
    let died = Settlement { stops_on_dead, ..settlement(leased, 1, 6, Next::Exhausted) };
    desk.store.settle(died).await.expect("settled");
    (desk, leased, replayed)
}

/// Delivers all that is due, one after the other.
async fn deliver_all(desk: &Desk, mut second: i64) -> Vec<(i64, u32)> {
    let mut delivered = Vec::new();
    while let Some(due) = desk.lease(9, second).await.due.first() {
        desk.settle(due.id, due.attempt, second, Next::Delivered).await;
        delivered.push((due.id.event.0, due.id.generation));
        second += 1;
    }
    delivered
}

#[tokio::test]
async fn what_was_replayed_before_it_died_and_stopped_its_lane_can_be_retried_in_its_place() {
    let (desk, dead, replayed) = replayed_and_died(true).await;
    assert_eq!(desk.deliveries(self::dead()).await.iter().map(|row| row.id).collect::<Vec<_>>(), [dead]);
    assert_eq!(deliver_all(&desk, 7).await, [], "the lane stopped");
    let made = retry(&desk, dead).await;
    assert_eq!((made.generation, replayed.generation), (3, 2));
    assert_eq!(desk.store.retry(vec![dead], at(20)).await, Ok(vec![None]), "only once");
    assert_eq!(deliver_all(&desk, 21).await, [(1, 3), (2, 1), (3, 1), (1, 2)]);
    assert_eq!(counts(&desk).await, [("delivered", 4), ("retried", 1)]);
}

#[tokio::test]
async fn another_replay_of_what_stopped_its_lane_takes_its_place_though_one_waits_behind() {
    let (desk, dead, _) = replayed_and_died(true).await;
    let again = Again { event: dead.event, wanted: vec![want(desk.shop)] };
    desk.store.replay(vec![again], None, at(7)).await.expect("replayed");
    assert_eq!(deliver_all(&desk, 8).await, [(1, 3), (2, 1), (3, 1), (1, 2)]);
    assert_eq!(counts(&desk).await, [("delivered", 4), ("retried", 1)]);
}

#[tokio::test]
async fn a_lane_that_is_passed_leaves_no_dead_letter_where_a_replay_stands_for_it() {
    let (desk, dead, _) = replayed_and_died(true).await;
    assert_eq!(desk.store.pass(dead, at(7)).await, Ok(true));
    assert_eq!(desk.deliveries(self::dead()).await.len(), 0);
    assert_eq!(deliver_all(&desk, 8).await, [(2, 1), (3, 1), (1, 2)]);
    assert_eq!(counts(&desk).await, [("delivered", 3), ("retried", 1)]);
}

#[tokio::test]
async fn where_the_lane_goes_on_a_replay_made_before_stands_for_the_dead_letter() {
    let (desk, dead, replayed) = replayed_and_died(false).await;
    assert_eq!(counts(&desk).await, [("blocked", 2), ("pending", 1), ("retried", 1)]);
    assert_eq!(desk.store.retry(vec![dead], at(7)).await, Ok(vec![None]), "it is owed already");
    for (second, event) in [(8, 2), (9, 3)] {
        let due = desk.lease(9, second).await.due[0].id;
        assert_eq!(due.event.0, event);
        desk.settle(due, 1, second, Next::Delivered).await;
    }
    let due = desk.lease(9, 10).await.due[0].id;
    desk.settle(due, 1, 10, Next::Rejected).await;
    assert_eq!(due, replayed);
    assert_eq!(desk.deliveries(self::dead()).await.iter().map(|row| row.id).collect::<Vec<_>>(), [replayed]);
    assert_eq!(retry(&desk, replayed).await.generation, 3);
}

/// Two events of a payment, the first of them in hand, and replayed past its lane at second 5.
async fn leased_and_replayed_past(desk: &Desk) -> DeliveryId {
    for (second, (what, part)) in (1..).zip([(AUTHORISED, ""), (CAPTURED, "C1")]) {
        desk.one(Told::of(what, part, 1_000, second).item(desk.to_shop()), second).await;
    }
    let leased = desk.lease(9, 4).await.due[0].id;
    let again = Again { event: leased.event, wanted: vec![Wanted { in_order: false, ..want(desk.shop) }] };
    desk.store.replay(vec![again], None, at(5)).await.expect("replayed");
    leased
}

#[tokio::test]
async fn what_a_replay_has_delivered_stops_no_lane_and_is_not_missed() {
    let desk = Desk::new().await;
    let leased = leased_and_replayed_past(&desk).await;
    assert_eq!(deliver_all(&desk, 6).await, [(1, 2)]);
    let died = Settlement { stops_on_dead: true, ..settlement(leased, 1, 7, Next::Exhausted) };
    assert_eq!(desk.store.settle(died).await, Ok(Settled::Followed));
    let due = &desk.lease(9, 8).await.due[0];
    assert_eq!((due.id.event.0, due.missed.len()), (2, 0));
    assert_eq!(counts(&desk).await, [("delivered", 1), ("pending", 1), ("retried", 1)]);
}

#[tokio::test]
async fn a_lane_opens_when_a_replay_past_it_delivers_what_it_stopped_at() {
    let desk = Desk::new().await;
    let leased = leased_and_replayed_past(&desk).await;
    let replayed = desk.lease(9, 5).await.due[0].id;
    let died = Settlement { stops_on_dead: true, ..settlement(leased, 1, 6, Next::Exhausted) };
    assert_eq!(desk.store.settle(died).await, Ok(Settled::Done));
    assert_eq!(desk.settle(replayed, 1, 7, Next::Delivered).await, Settled::Followed);
    assert_eq!(deliver_all(&desk, 8).await, [(2, 1)]);
    assert_eq!(counts(&desk).await, [("delivered", 2), ("retried", 1)]);
}

#[tokio::test]
async fn what_comes_behind_a_dead_letter_that_a_replay_delivered_misses_nothing() {
    for stops_on_dead in [true, false] {
        for replay_first in [true, false] {
            let desk = Desk::new().await;
            desk.one(Told::of(AUTHORISED, "", 1_000, 1).item(desk.to_shop()), 1).await;
            let leased = desk.lease(9, 4).await.due[0].id;
            let again = Again { event: leased.event, wanted: vec![Wanted { in_order: false, ..want(desk.shop) }] };
            desk.store.replay(vec![again], None, at(5)).await.expect("replayed");
            let replayed = desk.lease(9, 5).await.due[0].id;
            let died = Settlement { stops_on_dead, ..settlement(leased, 1, 6, Next::Exhausted) };
            if replay_first {
                desk.settle(replayed, 1, 6, Next::Delivered).await;
            }
            desk.store.settle(died).await.expect("settled");
            if !replay_first {
                desk.settle(replayed, 1, 7, Next::Delivered).await;
            }
            desk.one(Told::of(CAPTURED, "C1", 1_000, 8).item(desk.to_shop()), 8).await;
            let due = &desk.lease(9, 9).await.due[0];
            assert_eq!((due.id.event.0, due.missed.len()), (2, 0), "stops: {stops_on_dead}, first: {replay_first}");
        }
    }
}

#[tokio::test]
async fn of_two_dead_letters_of_one_event_a_retry_leaves_none() {
    let desk = Desk::new().await;
    desk.one(event("e1", 1, "", desk.to_shop()), 1).await;
    let leased = desk.lease(9, 2).await.due[0].id;
    let again = Again { event: leased.event, wanted: vec![want(desk.shop)] };
    desk.store.replay(vec![again], None, at(3)).await.expect("replayed");
    let replayed = desk.lease(9, 3).await.due[0].id;
    for id in [replayed, leased] {
        let died = Settlement { stops_on_dead: true, ..settlement(id, 1, 4, Next::Rejected) };
        desk.store.settle(died).await.expect("settled");
    }
    retry(&desk, replayed).await;
    assert_eq!(desk.deliveries(dead()).await.len(), 0);
    assert_eq!(desk.store.retry(vec![replayed], at(21)).await, Ok(vec![None]), "only once");
    assert_eq!(counts(&desk).await, [("pending", 1), ("retried", 2)]);
}

#[tokio::test]
async fn what_a_replay_has_delivered_is_not_missed_by_those_further_behind_either() {
    let desk = Desk::new().await;
    for (second, (what, part)) in (1..).zip([(AUTHORISED, ""), (CAPTURED, "C1"), (CAPTURED, "C2")]) {
        desk.one(Told::of(what, part, 1_000, second).item(desk.to_shop()), second).await;
    }
    let first = desk.lease(9, 4).await.due[0].id;
    desk.settle(first, 1, 4, Next::Exhausted).await;
    let second = desk.lease(9, 5).await.due.swap_remove(0);
    assert_eq!((second.id.event.0, second.missed.len()), (2, 1));
    let again = Again { event: first.event, wanted: vec![Wanted { in_order: false, ..want(desk.shop) }] };
    desk.store.replay(vec![again], None, at(6)).await.expect("replayed");
    assert_eq!(deliver_all(&desk, 7).await, [(1, 2)]);
    desk.settle(second.id, 1, 8, Next::Delivered).await;
    let third = desk.lease(9, 9).await.due.swap_remove(0);
    assert_eq!((third.id.event.0, third.missed.len()), (3, 0), "it waited");
    desk.settle(third.id, 1, 9, Next::Delivered).await;
    desk.one(Told::of(CAPTURED, "C3", 1_000, 10).item(desk.to_shop()), 10).await;
    let fourth = desk.lease(9, 11).await.due.swap_remove(0);
    assert_eq!((fourth.id.event.0, fourth.missed.len()), (4, 0), "it came later");
}
