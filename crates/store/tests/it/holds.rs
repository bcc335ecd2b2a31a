//! Held bad news: overtaken by a success of the same order, or owed once the hold is over; and stale events.

use std::time::Duration;

use payhook_domain::delivery::State;
use payhook_store::{DeliveryFilter, Disposition, Next, Wanted};

use crate::desk::{Desk, at, want};
use crate::told::{AUTHORISED, REFUSED, Told};

const HOLD: Duration = Duration::from_secs(600);

fn held(desk: &Desk) -> Disposition {
    Disposition::Route(vec![Wanted { hold: HOLD, ..want(desk.shop) }])
}

/// Another card's attempt at the same order.
fn other_card(told: &Told<'static>) -> Told<'static> {
    Told { payment: "P2", ..told.clone() }
}

async fn states(desk: &Desk) -> Vec<(i64, State)> {
    let mut states: Vec<_> =
        desk.deliveries(DeliveryFilter::default()).await.iter().map(|row| (row.id.event.0, row.state)).collect();
    states.sort_by_key(|(event, _)| *event);
    states
}

#[tokio::test]
async fn refused_then_paid_with_another_card_within_the_hold_only_the_payment_is_heard() {
    let desk = Desk::new().await;
    desk.one(Told::of(REFUSED, "", 1_000, 1).item(held(&desk)), 1).await;
    assert!(desk.lease(10, 2).await.due.is_empty());
    let desk = desk.reopened().await;
    desk.one(other_card(&Told::of(AUTHORISED, "", 1_000, 30)).item(desk.to_shop()), 30).await;
    assert_eq!(states(&desk).await, [(1, State::Superseded), (2, State::Pending)]);
    assert_eq!(desk.lease(10, 10_000).await.due.len(), 1);
}

#[tokio::test]
async fn the_same_when_the_refusal_arrives_after_the_payment() {
    let desk = Desk::new().await;
    desk.one(other_card(&Told::of(AUTHORISED, "", 1_000, 30)).item(desk.to_shop()), 1).await;
    desk.one(Told::of(REFUSED, "", 1_000, 1).item(held(&desk)), 2).await;
    assert_eq!(states(&desk).await, [(1, State::Pending), (2, State::Superseded)]);
    desk.one(Told { payment: "P3", ..Told::of(REFUSED, "", 1_000, 60) }.item(held(&desk)), 3).await;
    assert_eq!(states(&desk).await[2], (3, State::Held), "a refusal later than the success waits its time");
}

#[tokio::test]
async fn another_order_overtakes_nothing() {
    let desk = Desk::new().await;
    desk.one(Told::of(REFUSED, "", 1_000, 1).item(held(&desk)), 1).await;
    let other = Told { payment: "P2", order: "order-2", ..Told::of(AUTHORISED, "", 1_000, 30) };
    desk.one(other.item(desk.to_shop()), 30).await;
    assert_eq!(states(&desk).await, [(1, State::Held), (2, State::Pending)]);
}

#[tokio::test]
async fn when_the_hold_is_over_the_bad_news_takes_its_place_in_the_lane() {
    let desk = Desk::new().await;
    desk.one(Told::of(REFUSED, "", 1_000, 1).item(held(&desk)), 1).await;
    assert_eq!(desk.lease(10, 2).await.next_due, Some(at(601)));
    let fraud = (
        payhook_domain::kind::Kind::FraudAlerted,
        payhook_domain::fact::Subject::Risk,
        payhook_domain::fact::Effect::Flagged,
    );
    desk.one(Told::of(fraud, "F1", 1_000, 5).item(desk.to_shop()), 5).await;
    let lease = desk.lease(10, 6).await;
    assert_eq!(lease.due.len(), 1, "a held delivery does not occupy its lane");
    assert_eq!(desk.lease(10, 601).await.due.len(), 0, "but waits for what is in it when its hold is over");
    assert_eq!(states(&desk).await, [(1, State::Blocked), (2, State::Pending)]);
    desk.settle(lease.due[0].id, 1, 602, Next::Delivered).await;
    let lease = desk.lease(10, 603).await;
    assert_eq!((lease.due[0].id.event.0, lease.due[0].created_at), (1, at(1)));
    let tallies = desk.tallies().await;
    assert_eq!(tallies.deliveries.get(&(desk.shop, "held")), None);
}

#[tokio::test]
async fn a_stale_refusal_is_delivered_at_once_or_skipped_as_the_route_says() {
    for (skips_stale, state) in [(false, State::Blocked), (true, State::Skipped)] {
        let desk = Desk::new().await;
        desk.one(Told::of(AUTHORISED, "", 1_000, 60).item(desk.to_shop()), 1).await;
        let wanted = Wanted { hold: HOLD, skips_stale, ..want(desk.shop) };
        desk.one(Told::of(REFUSED, "", 1_000, 10).item(Disposition::Route(vec![wanted])), 2).await;
        assert_eq!(states(&desk).await[1], (2, state), "skips: {skips_stale}");
    }
}
