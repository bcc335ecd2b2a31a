//! Pages that retention freed: given back to the disk when they are many, and never anything else with them.

use payhook_domain::id::EventSeq;
use payhook_store::{Disposition, Extent, Options};

use super::{OLD, before, bodies_before, count, look, sweep};
use crate::desk::{Desk, at, event, options};

/// Notifications of this many bytes are 63 MiB: twice what stays free for what comes next.
const NOTIFICATIONS: i64 = 1_000;
const BODY: usize = 64 << 10;
/// Every so many of them is still owed when the others go, so that what stays is spread over the file.
const OWED_EVERY: i64 = 50;

/// Bytes that stay free for what comes next, in a file that is not larger than ten times as much.
const KEPT: u64 = 32 << 20;

async fn filled(desk: &Desk) {
    for n in 0..NOTIFICATIONS {
        let wanted = if n % OWED_EVERY == 0 { desk.to_shop() } else { Disposition::Route(Vec::new()) };
        let mut recording = desk.recording(vec![event(&format!("P{n}"), 1, "", wanted)], n);
        recording.notification.body = body(n).into();
        desk.store.record(recording).await.expect("recorded");
    }
}

fn body(n: i64) -> Vec<u8> {
    format!("{n:08}").repeat(BODY / 8).into_bytes()
}

async fn extent(desk: &Desk) -> Extent {
    desk.store.reader().extent().await.expect("read")
}

fn with_no_sync() -> Options {
    Options { unsafe_no_sync: true, ..options() }
}

#[tokio::test]
async fn what_is_freed_beyond_what_comes_next_needs_goes_back_to_the_disk_and_what_is_owed_stays_as_it_was() {
    let desk = Desk::with(with_no_sync()).await;
    filled(&desk).await;
    let full = extent(&desk).await;
    assert!(full.shrinks);
    assert_eq!(look(&desk, before(OLD)).await.returned.rows, 0, "nothing is free yet");
    let swept = sweep(&desk, before(OLD)).await;
    let after = extent(&desk).await;
    // Pages of the map go with them, and a few were new.
    assert!((full.bytes - after.bytes).abs_diff(swept.returned.bytes) < 64 << 10, "{full:?} {after:?} {swept:?}");
    assert_eq!(after.free_bytes, KEPT);
    assert_eq!(sweep(&desk, before(OLD)).await.returned.rows, 0, "what is left stays for what comes next");
    let owed = desk.lease(256, OLD).await.due;
    let kept: Vec<_> = owed.iter().map(|leased| leased.body.to_vec()).collect();
    let told: Vec<_> = (0..NOTIFICATIONS).filter(|n| n % OWED_EVERY == 0).map(body).collect();
    assert!(kept == told, "{} bodies are as they were received", told.len());
    assert_eq!(desk.one(event("P1", 1, "", desk.to_shop()), OLD).await.as_str(), "duplicate");

    let path = desk.folder.path().join("payhook.db");
    let desk = desk.reopened().await;
    assert!(path.metadata().expect("there").len() <= after.bytes + (1 << 20), "the file itself is as short");
    let sound: String = desk.file().query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("checked");
    assert_eq!(sound, "ok");
    assert_eq!(desk.row(EventSeq(1)).await.received_at, at(0));
}

#[tokio::test]
async fn a_file_made_before_gives_nothing_back_and_uses_again_what_is_freed() {
    let folder = tempfile::tempdir().expect("a folder");
    let made = rusqlite::Connection::open(folder.path().join("payhook.db")).expect("opens");
    made.execute_batch("PRAGMA page_size = 8192; PRAGMA journal_mode = WAL").expect("as the first release made it");
    drop(made);
    let desk = Desk::in_folder(folder, with_no_sync()).await;
    filled(&desk).await;
    let full = extent(&desk).await;
    assert!(!full.shrinks);
    let swept = sweep(&desk, bodies_before(OLD)).await;
    assert_eq!((swept.bodies.rows, swept.returned.rows), (980, 0));
    let swept = extent(&desk).await;
    assert_eq!(swept.bytes / (1 << 20), full.bytes / (1 << 20), "not a byte went back");
    assert!(swept.free_bytes > KEPT);
    for n in NOTIFICATIONS..NOTIFICATIONS + 100 {
        let mut recording = desk.recording(vec![event(&format!("P{n}"), 1, "", desk.to_shop())], n);
        recording.notification.body = body(n).into();
        desk.store.record(recording).await.expect("recorded");
    }
    assert_eq!(extent(&desk).await.bytes, swept.bytes);
    assert_eq!(count(&desk, "PRAGMA auto_vacuum"), 0);
}
