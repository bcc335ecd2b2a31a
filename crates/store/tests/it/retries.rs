//! Dead letters that were made again: no longer dead, in lists and in counts.

use payhook_domain::delivery::State;
use payhook_domain::id::DeliveryId;
use payhook_store::{DeliveryFilter, Next, PageRequest};

use crate::desk::{Desk, at, event};

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
    let tallies = desk.tallies().await;
    let counts: Vec<_> = tallies.deliveries.iter().map(|((_, state), count)| (*state, *count)).collect();
    assert_eq!(counts, [("pending", 5), ("retried", 5)]);
}
