//! Held bad news: overtaken by a success of the same order, or owed once the hold is over; and stale events.

use std::time::Duration;

use payhook_domain::delivery::State;
use payhook_domain::fact::{Effect, Subject};
use payhook_domain::id::EventSeq;
use payhook_domain::kind::Kind;
use payhook_domain::payment::Names;
use payhook_domain::verdict::Verdict;
use payhook_store::{DeliveryFilter, Disposition, Next, RecordEvent, Wanted};

use crate::desk::{Desk, at, want};
use crate::told::{AUTHORISED, CHARGED_BACK, REFUSED, SCOPE, Told};

/// What an event is, and what it says of what.
type Whole = (Kind, Subject, Effect);

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

/// A transfer was sent, and days later the banks took it back.
#[tokio::test]
async fn what_failed_after_it_was_sent_is_heard_whichever_is_told_first() {
    const FAILED: Whole = (Kind::PaymentFailed, Subject::Payment, Effect::Failed);
    const SENT: Whole = (Kind::PaymentSent, Subject::Payment, Effect::Sent);
    let desk = Desk::new().await;
    desk.one(Told::of(FAILED, "", 1_000, 400).item(held(&desk)), 400).await;
    desk.one(Told::of(SENT, "", 1_000, 30).item(desk.to_shop()), 401).await;
    assert_eq!(states(&desk).await, [(1, State::Held), (2, State::Pending)]);
    desk.one(other_card(&Told::of(SENT, "", 1_000, 401)).item(desk.to_shop()), 402).await;
    assert_eq!(states(&desk).await[0], (1, State::Superseded), "a later success of the order overtakes it");
}

/// As a merchant's reference may stand in the provider's page that was paid on, and not in the payment.
fn unnamed(told: &Told<'static>, disposition: Disposition) -> RecordEvent {
    let mut item = told.item(disposition);
    item.event.reference = None;
    item.names = Names::of(&SCOPE, &item.event);
    item
}

#[tokio::test]
async fn without_a_reference_only_a_success_of_the_same_payment_overtakes() {
    for is_named in [false, true] {
        let desk = Desk::new().await;
        desk.one(unnamed(&Told::of(REFUSED, "", 1_000, 1), held(&desk)), 1).await;
        desk.one(unnamed(&other_card(&Told::of(AUTHORISED, "", 1_000, 20)), desk.to_shop()), 20).await;
        assert_eq!(states(&desk).await, [(1, State::Held), (2, State::Pending)], "another payment");
        let desk = desk.reopened().await;
        let paid = Told::of(AUTHORISED, "", 1_000, 30);
        let paid = if is_named { paid.item(desk.to_shop()) } else { unnamed(&paid, desk.to_shop()) };
        desk.one(paid, 30).await;
        assert_eq!(states(&desk).await, [(1, State::Superseded), (2, State::Pending), (3, State::Pending)]);
    }
}

#[tokio::test]
async fn without_a_reference_nothing_overtakes_what_waits_its_time() {
    let desk = Desk::new().await;
    desk.one(unnamed(&Told::of(REFUSED, "", 1_000, 1), held(&desk)), 1).await;
    let desk = desk.reopened().await;
    assert_eq!(desk.lease(10, 600).await.due.len(), 0);
    assert_eq!(desk.lease(10, 601).await.due.len(), 1);
}

#[tokio::test]
async fn money_of_another_payment_that_arrives_overtakes_nothing() {
    const SETTLED: Whole = (Kind::PaymentSettled, Subject::Payment, Effect::Settled);
    let desk = Desk::new().await;
    desk.one(Told::of(REFUSED, "", 1_000, 100).item(held(&desk)), 100).await;
    desk.one(other_card(&Told::of(SETTLED, "", 1_000, 101)).item(desk.to_shop()), 101).await;
    assert_eq!(states(&desk).await[0], (1, State::Held));
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
async fn who_looks_ahead_of_the_time_ends_no_hold_of_anybody() {
    let desk = Desk::new().await;
    let disposition = Disposition::Route(vec![Wanted { hold: HOLD, ..want(desk.books) }]);
    desk.one(Told::of(REFUSED, "", 1_000, 1).item(disposition), 1).await;
    let day = Duration::from_secs(24 * 60 * 60);
    for destination in [desk.shop, desk.books] {
        assert!(desk.store.lease(destination, 10, at(2), day).await.expect("leased").due.is_empty());
    }
    assert_eq!(states(&desk).await, [(1, State::Held)]);
    desk.one(other_card(&Told::of(AUTHORISED, "", 1_000, 30)).item(desk.to_shop()), 30).await;
    assert_eq!(states(&desk).await, [(1, State::Superseded), (2, State::Pending)]);
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

#[tokio::test]
async fn a_chargeback_that_comes_after_its_defence_is_delivered_though_the_route_skips_what_is_stale() {
    const DEFENDED: Whole = (Kind::DisputeEvidenceDue, Subject::Dispute, Effect::Defended);
    let desk = Desk::new().await;
    let wanted = Wanted { skips_stale: true, ..want(desk.shop) };
    desk.one(Told::of(DEFENDED, "D1", 1_000, 20).item(Disposition::Route(vec![wanted])), 1).await;
    desk.one(Told::of(CHARGED_BACK, "D1", 1_000, 10).item(Disposition::Route(vec![wanted])), 2).await;
    assert_eq!(states(&desk).await[1], (2, State::Blocked));
}

/// Another amount under the same identity, and what accepting it needs.
async fn conflict(desk: &Desk, told: Told<'static>, disposition: Disposition, second: i64) -> (EventSeq, Names) {
    let item = Told { amount: told.amount + 200, ..told }.item(disposition);
    let names = item.names.clone();
    let Verdict::Conflict(seq) = desk.one(item, second).await else { panic!("a conflict") };
    (seq, names)
}

#[tokio::test]
async fn a_success_that_is_accepted_in_a_conflict_ends_what_is_held_of_its_order() {
    let desk = Desk::new().await;
    let told = Told::of(AUTHORISED, "", 1_000, 1);
    desk.one(Told { order: "order-2", ..told.clone() }.item(desk.to_shop()), 1).await;
    desk.one(other_card(&Told::of(REFUSED, "", 1_000, 2)).item(held(&desk)), 2).await;
    let (seq, names) = conflict(&desk, told, desk.to_shop(), 3).await;
    assert_eq!(states(&desk).await, [(1, State::Pending), (2, State::Held)]);
    assert_eq!(desk.store.decide_conflict(seq, Some((vec![want(desk.shop)], names)), at(4)).await, Ok(true));
    assert_eq!(states(&desk).await, [(1, State::Pending), (2, State::Superseded), (3, State::Blocked)]);
}

#[tokio::test]
async fn a_refusal_that_is_accepted_in_a_conflict_waits_its_time_or_is_overtaken_as_any() {
    let wanted = |desk: &Desk| vec![Wanted { hold: HOLD, ..want(desk.shop) }];
    let told = Told::of(REFUSED, "", 1_000, 1);
    let desk = Desk::new().await;
    desk.one(told.item(Disposition::Route(Vec::new())), 1).await;
    let (seq, names) = conflict(&desk, told.clone(), held(&desk), 2).await;
    assert_eq!(desk.store.decide_conflict(seq, Some((wanted(&desk), names)), at(3)).await, Ok(true));
    assert_eq!(states(&desk).await, [(2, State::Held)]);

    let desk = Desk::new().await;
    desk.one(told.item(held(&desk)), 1).await;
    desk.one(other_card(&Told::of(AUTHORISED, "", 1_000, 30)).item(desk.to_shop()), 30).await;
    let (seq, names) = conflict(&desk, told, held(&desk), 31).await;
    assert_eq!(desk.store.decide_conflict(seq, Some((wanted(&desk), names)), at(32)).await, Ok(true));
    assert_eq!(states(&desk).await, [(1, State::Superseded), (2, State::Pending), (3, State::Superseded)]);
}

/// The clock was a year ahead when the refusals came, and was then put right.
#[tokio::test]
async fn what_was_held_by_a_clock_that_was_ahead_does_not_wait_for_that_date() {
    const YEAR: i64 = 365 * 86_400;
    let desk = Desk::new().await;
    desk.one(Told::of(REFUSED, "", 1_000, 1).item(held(&desk)), YEAR).await;
    let longest = Wanted { hold: Duration::from_secs(86_400), ..want(desk.shop) };
    let fair = Told { payment: "P2", order: "order-2", ..Told::of(REFUSED, "", 1_000, 1) };
    desk.one(fair.item(Disposition::Route(vec![longest])), 10).await;
    let lease = desk.lease(10, 10).await;
    assert_eq!((lease.due.len(), lease.next_due), (0, Some(at(610))), "the clock may be put right yet");
    assert_eq!(desk.lease(10, 609).await.due.len(), 0);
    let due: Vec<_> = desk.lease(10, 610).await.due.iter().map(|leased| leased.id.event.0).collect();
    assert_eq!(due, [1]);
    assert_eq!(states(&desk).await, [(1, State::Pending), (2, State::Held)], "the longest hold is not cut short");
    let lease = desk.lease(10, 611).await;
    assert_eq!((lease.due.len(), lease.next_due), (0, Some(at(10 + 86_400))));
    desk.one(
        Told { order: "order-2", payment: "P2", ..Told::of(AUTHORISED, "", 1_000, 630) }.item(desk.to_shop()),
        630,
    )
    .await;
    assert_eq!(states(&desk).await[1], (2, State::Superseded));
}

#[tokio::test]
async fn a_machine_that_comes_up_with_a_clock_of_days_ago_sends_nothing_that_is_held() {
    const DAY: i64 = 86_400;
    let desk = Desk::new().await;
    desk.one(Told::of(REFUSED, "", 1_000, 1).item(held(&desk)), 10 * DAY).await;
    let desk = desk.reopened().await;
    assert_eq!(desk.lease(10, 8 * DAY).await.due.len(), 0);
    assert_eq!(desk.lease(10, 10 * DAY + 4).await.due.len(), 0, "put right, ten minutes behind by the wrong one");
    assert_eq!(desk.lease(10, 8 * DAY + 601).await.due.len(), 0, "wrong again: that time begins anew");
    desk.one(Told::of(AUTHORISED, "", 1_000, 30).item(desk.to_shop()), 10 * DAY + 5).await;
    assert_eq!(states(&desk).await[0], (1, State::Superseded));
}
