//! Lists: filters, pages, and following along.

use payhook_domain::delivery::State;
use payhook_domain::id::{EventId, EventSeq};
use payhook_domain::identity::Digest;
use payhook_domain::kind::Kind;
use payhook_domain::verdict::Standing;
use payhook_store::{DeliveryFilter, EventFilter, Next, PageRequest};

use crate::desk::{Desk, aside, at, dispute, event, page};

/// Ten events, e1 to e10, received a second apart; e4 set aside, e7 a dispute.
async fn ten() -> Desk {
    let desk = Desk::new().await;
    for second in 1..=10 {
        let name = format!("e{second}");
        let item = match second {
            4 => event(&name, 1, "", aside()),
            7 => dispute(&name, 1, "", desk.to_shop()),
            _ => event(&name, 1, "", desk.to_shop()),
        };
        desk.one(item, second).await;
    }
    desk
}

async fn found(desk: &Desk, filter: EventFilter) -> Vec<i64> {
    desk.events(filter).await.into_iter().map(|seq| seq.0).collect()
}

#[tokio::test]
async fn events_are_found_by_what_they_say_newest_first() {
    let desk = ten().await;
    let all = EventFilter::default();
    for (filter, expected) in [
        (all.clone(), vec![10, 9, 8, 7, 6, 5, 4, 3, 2, 1]),
        (EventFilter { reference: Some("order-e3".to_owned()), ..all.clone() }, vec![3]),
        (EventFilter { reference: Some("e3".to_owned()), ..all.clone() }, vec![3]),
        (EventFilter { reference: Some("e33".to_owned()), ..all.clone() }, vec![]),
        (EventFilter { standing: Some(Standing::Aside), ..all.clone() }, vec![4]),
        (EventFilter { kind: Some(Kind::DisputeOpened), ..all.clone() }, vec![7]),
        (EventFilter { code: Some("CAPTURE".to_owned()), ..all.clone() }, vec![]),
        (EventFilter { source: Some(desk.shop), ..all.clone() }, vec![]),
        (EventFilter { since: Some(at(3)), until: Some(at(5)), ..all.clone() }, vec![4, 3]),
        (EventFilter { since: Some(at(11)), ..all.clone() }, vec![]),
        (EventFilter { until: Some(at(1)), ..all.clone() }, vec![]),
        (EventFilter { after: Some(EventSeq(8)), ..all.clone() }, vec![9, 10]),
        (EventFilter { after: Some(EventSeq(10)), ..all.clone() }, vec![]),
    ] {
        let asked = format!("{filter:?}");
        assert_eq!(found(&desk, filter).await, expected, "{asked}");
    }
}

#[tokio::test]
async fn pages_join_without_a_gap_or_an_overlap() {
    let desk = ten().await;
    let reader = desk.store.reader();
    let (mut request, mut seqs) = (page(3), Vec::new());
    loop {
        let page = reader.events(EventFilter::default(), request.clone()).await.expect("read");
        seqs.extend(page.rows.iter().map(|row| row.seq.0));
        let Some(next) = page.next else { break };
        request.from = Some(next);
    }
    assert_eq!(seqs, [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
}

#[tokio::test]
async fn following_along_goes_on_where_it_ended_and_sees_what_comes_later() {
    let desk = ten().await;
    let reader = desk.store.reader();
    let filter = EventFilter { after: Some(EventSeq(0)), ..EventFilter::default() };
    let first = reader.events(filter.clone(), page(9)).await.expect("read");
    let second = reader.events(filter.clone(), PageRequest { limit: 9, from: first.next }).await.expect("read");
    assert_eq!(second.rows.len(), 1);
    desk.one(event("e11", 1, "", desk.to_shop()), 11).await;
    let third = reader.events(filter, PageRequest { limit: 9, from: second.next }).await.expect("read");
    assert_eq!(third.rows.iter().map(|row| row.seq.0).collect::<Vec<_>>(), [11]);
}

#[tokio::test]
async fn one_event_shows_its_revisions_and_conflicts() {
    let desk = Desk::new().await;
    desk.one(event("a", 1, "", desk.to_shop()), 1).await;
    desk.one(event("other", 1, "", desk.to_shop()), 2).await;
    desk.one(event("a", 1, "x", desk.to_shop()), 3).await;
    desk.one(event("a", 2, "", desk.to_shop()), 4).await;
    let id = EventId(Digest::of([b"a".as_slice()]));
    let rows = desk.store.reader().event(id).await.expect("read");
    let seen: Vec<_> = rows.iter().map(|row| (row.seq.0, row.standing, row.revision)).collect();
    assert_eq!(seen, [(1, Standing::Routed, 0), (3, Standing::Revision, 1), (4, Standing::Conflict, 2)]);
}

#[tokio::test]
async fn a_notification_reads_back_byte_for_byte() {
    let desk = ten().await;
    let row = desk.row(EventSeq(3)).await;
    let stored = desk.store.reader().notification(row.notification).await.expect("read").expect("stored");
    let sent = desk.recording(Vec::new(), 3).notification;
    assert_eq!(format!("{stored:?}"), format!("{sent:?}"));
}

#[tokio::test]
async fn deliveries_are_found_by_destination_and_state() {
    let desk = ten().await;
    let ids: Vec<_> = desk.lease(3, 99).await.due.iter().map(|leased| leased.id).collect();
    for (id, next) in ids.iter().zip([Next::Rejected, Next::Exhausted, Next::Delivered]) {
        desk.settle(*id, 1, 100, next).await;
    }
    let all = DeliveryFilter::default();
    for (filter, expected) in [
        (all.clone(), vec![10, 9, 8, 7, 6, 5, 3, 2, 1]),
        (DeliveryFilter { states: vec![State::Rejected, State::Exhausted], ..all.clone() }, vec![2, 1]),
        (DeliveryFilter { states: vec![State::Delivered, State::Rejected], ..all.clone() }, vec![3, 1]),
        (DeliveryFilter { destination: Some(desk.books), ..all.clone() }, vec![]),
        (DeliveryFilter { event: Some(EventSeq(4)), ..all.clone() }, vec![]),
    ] {
        let asked = format!("{filter:?}");
        let events: Vec<_> = desk.deliveries(filter).await.iter().map(|row| row.id.event.0).collect();
        assert_eq!(events, expected, "{asked}");
    }
    let page = |from| desk.store.reader().deliveries(DeliveryFilter::default(), PageRequest { limit: 5, from });
    let first = page(None).await.expect("read");
    let second = page(first.next).await.expect("read");
    assert_eq!((second.rows[0].id.event.0, second.next), (5, None));
}
