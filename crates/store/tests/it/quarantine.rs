//! The quarantine: counted when it repeats, bounded when it does not.

use bytes::Bytes;
use payhook_domain::id::NameId;
use payhook_domain::verdict::Unverified;
use payhook_store::{Options, QuarantineRow, Quarantined};

use crate::desk::{Desk, at, options, page};

fn refused(source: NameId, body: &str, signature: &str, second: i64) -> Quarantined {
    Quarantined {
        source,
        received_at: at(second),
        target: "/in/adyen".to_owned(),
        peer: Some("192.0.2.9".parse().expect("an address")),
        headers: Bytes::from(format!("date: {second}\r\nx-signature: {signature}\r\n")),
        body: Bytes::copy_from_slice(body.as_bytes()),
        reason: Unverified::SignatureMismatch,
        detail: "no key makes it".to_owned(),
        claimed: None,
    }
}

/// The quarantine, once everything sent before has been looked at.
async fn kept(desk: &Desk) -> Vec<QuarantineRow> {
    for _ in 0..100 {
        // A job of a lower priority than none: when the queue is empty, what was kept is kept.
        if desk.store.health().queue == 0 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    desk.store.enrol(payhook_store::NameKind::Source, vec!["adyen".to_owned()]).await.expect("enrolled");
    desk.store.reader().quarantine(None, page(500)).await.expect("read").rows
}

#[tokio::test]
async fn the_same_bytes_and_signature_again_are_counted_not_kept() {
    let desk = Desk::new().await;
    for second in 1..=3 {
        desk.store.quarantine(refused(desk.source, "body", "one", second));
    }
    desk.store.quarantine(refused(desk.source, "body", "two", 4));
    let rows = kept(&desk).await;
    assert_eq!(
        rows.iter().map(|row| (row.times, row.first_at, row.last_at)).collect::<Vec<_>>(),
        [(1, at(4), at(4)), (3, at(1), at(3))]
    );
    assert!(rows[0].body.is_empty(), "lists leave the bytes out");
    let one = desk.store.reader().quarantined(rows[0].id).await.expect("read").expect("kept");
    assert_eq!((one.body, one.size, one.reason), (Bytes::from("body"), 4, Unverified::SignatureMismatch));
}

#[tokio::test]
async fn the_oldest_go_first_and_no_source_pushes_out_anothers() {
    let desk = Desk::with(Options { quarantine_max: 3, ..options() }).await;
    desk.store.quarantine(refused(desk.shop, "another source's", "s", 0));
    for second in 1..=5 {
        desk.store.quarantine(refused(desk.source, &format!("body {second}"), "s", second));
        kept(&desk).await;
    }
    let seconds: Vec<_> = kept(&desk).await.iter().map(|row| row.first_at).collect();
    assert_eq!(seconds, [at(5), at(4), at(3), at(0)]);
    assert_eq!(desk.tallies().await.quarantined, 4);
}

#[tokio::test]
async fn bytes_are_bounded_too_and_what_is_larger_than_the_bound_is_not_kept() {
    // 26 bytes of headers and 9 of target beside each.
    let desk = Desk::with(Options { quarantine_bytes_max: 260, ..options() }).await;
    for (second, length) in [(1, 90), (2, 90), (3, 90), (4, 1_000)] {
        desk.store.quarantine(refused(desk.source, &"x".repeat(length + second), "s", second as i64));
    }
    assert_eq!(kept(&desk).await.iter().map(|row| row.size).collect::<Vec<_>>(), [93, 92]);
}

#[tokio::test]
async fn targets_are_bytes_too() {
    let desk = Desk::with(Options { quarantine_bytes_max: 1_000, ..options() }).await;
    for second in 1..=3 {
        let target = format!("/in/adyen?{}", "x".repeat(400));
        desk.store.quarantine(Quarantined { target, ..refused(desk.source, &format!("body {second}"), "s", second) });
    }
    assert_eq!(kept(&desk).await.iter().map(|row| row.first_at).collect::<Vec<_>>(), [at(3), at(2)]);
}

#[tokio::test]
async fn a_flood_is_dropped_beyond_a_rate_and_pushes_out_no_other_sources() {
    let desk = Desk::with(Options { quarantine_bytes_max: 64 << 20, ..options() }).await;
    let (flood, body) = (24_u64, "x".repeat(900_000));
    for second in 0..24 {
        desk.store.quarantine(refused(desk.source, &format!("{body}{second}"), "s", second));
        kept(&desk).await;
    }
    desk.store.quarantine(refused(desk.shop, "another source's", "s", 0));
    let rows = kept(&desk).await;
    let of_flood = rows.iter().filter(|row| row.source == desk.source).count() as u64;
    assert!((9..flood).contains(&of_flood), "{of_flood}");
    assert_eq!(rows.len() as u64, of_flood + 1);
    assert_eq!(desk.store.health().quarantine_dropped, flood - of_flood);
}

#[tokio::test]
async fn a_released_entry_is_forgotten_once() {
    let desk = Desk::new().await;
    desk.store.quarantine(refused(desk.source, "body", "s", 1));
    let id = kept(&desk).await[0].id;
    assert!(desk.store.forget_quarantined(id).await.expect("done"));
    assert!(!desk.store.forget_quarantined(id).await.expect("done"));
    assert!(kept(&desk).await.is_empty());
    assert_eq!(desk.tallies().await.quarantined, 0);
}
