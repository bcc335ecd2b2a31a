//! What is put away packed is found as before: by reference and by identity, from within and from outside.

use bytes::Bytes;
use payhook_domain::id::EventId;
use payhook_domain::identity::Digest;
use payhook_store::{Disposition, EventFilter};

use crate::desk::{Desk, aside, event};

/// Rows in a segment.
const SEGMENT: i64 = 2_048;

async fn with_reference(desk: &Desk, reference: &str) -> Vec<i64> {
    let filter = EventFilter { reference: Some(reference.to_owned()), ..EventFilter::default() };
    desk.events(filter).await.into_iter().map(|seq| seq.0).collect()
}

async fn seq_of(desk: &Desk, identity: &str) -> Option<i64> {
    let id = EventId(Digest::of([identity.as_bytes()]));
    desk.store.reader().event(id).await.expect("read").first().map(|row| row.seq.0)
}

/// Records so many events in batches of a hundred; every tenth order is `order-common`.
async fn stored(desk: &Desk, from: i64, to: i64) {
    let numbers: Vec<i64> = (from..=to).collect();
    for chunk in numbers.chunks(100) {
        let one = |n: &i64| {
            let mut item = event(&format!("e{n}"), 1, "", Disposition::Route(Vec::new()));
            if n % 10 == 0 {
                item.event.reference = Some("order-common".to_owned());
            }
            item
        };
        desk.record(chunk.iter().map(one).collect(), chunk[0]).await;
    }
}

#[tokio::test]
async fn references_and_identities_are_found_in_full_segments_and_in_the_open_one_also_after_a_restart() {
    let desk = Desk::new().await;
    stored(&desk, 1, 2 * SEGMENT + 100).await;
    let common: Vec<i64> = (1..=2 * SEGMENT + 100).rev().filter(|n| n % 10 == 0).take(500).collect();
    let mut desk = desk;
    for _ in 0..2 {
        for n in [1, 9, SEGMENT - 1, SEGMENT, SEGMENT + 1, 2 * SEGMENT - 1, 2 * SEGMENT, 2 * SEGMENT + 99] {
            let name = format!("e{n}");
            assert_eq!(with_reference(&desk, &name).await, [n]);
            assert_eq!(seq_of(&desk, &name).await, Some(n));
            let verdict = desk.one(event(&name, 1, "", Disposition::Route(Vec::new())), 1).await;
            assert_eq!(
                (verdict.as_str(), verdict.seq().0 % 10),
                (if n % 10 == 0 { "revision" } else { "duplicate" }, n % 10)
            );
        }
        assert_eq!(with_reference(&desk, "order-common").await, common);
        assert_eq!(seq_of(&desk, "e0").await, None);
        assert_eq!(with_reference(&desk, "order-e0").await, [0; 0]);
        desk = desk.reopened().await;
    }
}

#[tokio::test]
async fn a_set_aside_event_of_a_full_segment_is_found_by_what_it_says_once_it_is_released() {
    let desk = Desk::new().await;
    desk.one(event("foreign", 1, "", aside()), 1).await;
    stored(&desk, 2, SEGMENT + 5).await;
    let mut released = event("foreign", 1, "", desk.to_shop());
    released.event.reference = Some("order-renamed".to_owned());
    assert_eq!(desk.one(released, 2).await.as_str(), "new");
    assert_eq!(with_reference(&desk, "order-renamed").await, [1]);
    assert_eq!(with_reference(&desk, "order-foreign").await, [0; 0], "the row says something else now");
}

#[tokio::test]
async fn a_segment_that_fills_in_a_transaction_that_is_undone_is_written_by_the_next() {
    let desk = Desk::new().await;
    stored(&desk, 1, SEGMENT - 2).await;
    desk.file()
        .execute_batch(
            "CREATE TRIGGER bad BEFORE INSERT ON notifications WHEN NEW.body = x'626164' BEGIN SELECT RAISE(ABORT, 'bad'); END",
        )
        .expect("made");
    let mut bad = desk.recording(vec![event("bad", 1, "", desk.to_shop())], 9);
    bad.notification.body = Bytes::from_static(b"bad");
    let good = |n: i64| desk.recording(vec![event(&format!("e{n}"), 1, "", desk.to_shop())], n);
    let (one, two, three) =
        tokio::join!(desk.store.record(good(SEGMENT - 1)), desk.store.record(bad), desk.store.record(good(SEGMENT)),);
    assert!(one.is_ok() && two.is_err() && three.is_ok());
    stored(&desk, SEGMENT + 1, SEGMENT + 10).await;
    for n in [1, SEGMENT - 1, SEGMENT, SEGMENT + 1] {
        assert_eq!(with_reference(&desk, &format!("e{n}")).await, [n]);
        assert_eq!(seq_of(&desk, &format!("e{n}")).await, Some(n));
    }
    assert_eq!(with_reference(&desk, "bad").await, [0; 0]);
}
