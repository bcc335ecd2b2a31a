//! When writing fails: who hears what, and how it goes on.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use bytes::Bytes;
use payhook_domain::verdict::Verdict;
use payhook_store::{Next, Options, Recording, Settled, Store, Unavailable, Writing};
use tempfile::TempDir;

use crate::desk::{Desk, event, failed, options};

#[tokio::test]
async fn one_bad_recording_of_a_batch_fails_alone() {
    let desk = Desk::new().await;
    desk.file()
        .execute_batch("CREATE TRIGGER bad BEFORE INSERT ON notifications WHEN NEW.body = x'626164' BEGIN SELECT RAISE(ABORT, 'bad'); END")
        .expect("made");
    let good = |n: i64| desk.recording(vec![event(&format!("good {n}"), 1, "", desk.both())], n);
    let mut bad = desk.recording(vec![event("bad", 1, "", desk.both())], 9);
    bad.notification.body = Bytes::from_static(b"bad");
    let (one, two, three) =
        tokio::join!(desk.store.record(good(1)), desk.store.record(bad), desk.store.record(good(3)));
    assert!(matches!(two, Err(Unavailable::Failed(_))), "{two:?}");
    assert_eq!(one.expect("recorded").len() + three.expect("recorded").len(), 2);
    let tallies = desk.tallies().await;
    assert_eq!((tallies.notifications, tallies.deliveries.values().sum()), (2, 4));
    assert_eq!(desk.store.health().failing, None, "one bad recording is no failing store");
    desk.file().execute_batch("DROP TRIGGER bad").expect("dropped");
    assert_eq!(desk.one(event("bad", 1, "", desk.both()), 10).await.as_str(), "new", "its identity was not spent");
}

#[tokio::test]
async fn a_store_that_cannot_be_written_says_so_and_recovers_by_itself() {
    let desk = Desk::new().await;
    let lease = {
        desk.one(event("a", 1, "", desk.to_shop()), 1).await;
        desk.lease(1, 5).await
    };
    let intruder = desk.file();
    intruder.execute_batch("BEGIN IMMEDIATE").expect("locks");
    let refused = desk.store.record(desk.recording(vec![event("b", 1, "", desk.to_shop())], 2)).await;
    assert!(failed(refused).contains("cannot be written"));
    assert!(desk.store.health().failing.is_some());
    intruder.execute_batch("ROLLBACK").expect("unlocks");
    let verdict = until_recorded(&desk, || desk.recording(vec![event("b", 1, "", desk.to_shop())], 2)).await;
    assert_eq!(verdict.as_str(), "new");
    assert_eq!(desk.store.health().failing, None);
    assert_eq!(desk.settle(lease.due[0].id, 1, 6, Next::Delivered).await, Settled::Done, "leases outlive the trouble");
}

#[tokio::test]
async fn a_writer_that_is_held_up_is_seen_to_be_and_that_it_goes_on() {
    let desk = Desk::new().await;
    let intruder = desk.file();
    intruder.execute_batch("BEGIN IMMEDIATE").expect("locks");
    let waits = tokio::spawn(desk.store.record(desk.recording(vec![event("a", 1, "", desk.to_shop())], 1)));
    let held_up = |writing| matches!(writing, Writing::For(since) if since > Duration::from_millis(200));
    until(|| held_up(desk.store.health().writing)).await;
    intruder.execute_batch("ROLLBACK").expect("unlocks");
    // It waits a second for a lock before it gives the batch up.
    let _either_way = waits.await.expect("an answer");
    until(|| desk.store.health().writing == Writing::Idle).await;
    desk.store.close().await;
    until(|| desk.store.health().writing == Writing::Ended).await;
}

async fn until(holds: impl Fn() -> bool) {
    for _ in 0..2_000 {
        if holds() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("it never came to that");
}

#[tokio::test]
async fn below_the_reserve_nothing_is_recorded_but_deliveries_go_on() {
    let Desk { store, folder, shop, .. } = {
        let desk = Desk::new().await;
        desk.one(event("a", 1, "", desk.to_shop()), 1).await;
        desk
    };
    store.close().await;
    let desk = Desk::in_folder(folder, Options { reserve_bytes: u64::MAX, ..options() }).await;
    assert_eq!(desk.shop, shop);
    assert!(desk.store.health().below_reserve);
    let refused = desk.store.record(desk.recording(vec![event("b", 1, "", desk.to_shop())], 2)).await;
    assert_eq!(refused, Err(Unavailable::BelowReserve));
    let lease = desk.lease(1, 5).await;
    assert_eq!(desk.settle(lease.due[0].id, 1, 6, Next::Delivered).await, Settled::Done);
}

#[tokio::test]
async fn a_file_that_was_moved_away_takes_nothing_until_it_is_back() {
    let desk = Desk::new().await;
    desk.one(event("a", 1, "", desk.to_shop()), 1).await;
    let (here, away) = (desk.folder.path().join("payhook.db"), desk.folder.path().join("away.db"));
    let recording = || desk.recording(vec![event("b", 1, "", desk.to_shop())], 2);
    for other_stands_there in [false, true] {
        std::fs::rename(&here, &away).expect("moved");
        if other_stands_there {
            std::fs::write(&here, "another program's").expect("written");
        }
        tokio::time::sleep(Duration::from_millis(120)).await;
        assert!(
            failed(desk.store.record(recording()).await).contains("moved or deleted"),
            "nobody would find it again"
        );
        let health = desk.store.health();
        assert!(health.failing.is_some() && health.remedy.contains("put the file back"), "{health:?}");
        std::fs::rename(&away, &here).expect("moved back");
        until(|| desk.store.health().failing.is_none()).await;
    }
    assert_eq!(desk.store.record(recording()).await.expect("recorded")[0].as_str(), "new");
}

#[tokio::test]
async fn what_was_put_in_the_place_of_an_open_store_is_left_as_it_is() {
    let backup = {
        let desk = Desk::new().await;
        desk.store.close().await;
        std::fs::read(desk.folder.path().join("payhook.db")).expect("read")
    };
    let desk = Desk::new().await;
    desk.one(event("a", 1, "", desk.to_shop()), 1).await;
    let (here, restored) = (desk.folder.path().join("payhook.db"), desk.folder.path().join("restored.db"));
    std::fs::write(&restored, &backup).expect("written");
    std::fs::rename(&restored, &here).expect("put in place");
    desk.store.close().await;
    assert!(std::fs::read(&here).expect("read") == backup, "the log of the other one was copied into it");
}

#[tokio::test]
async fn more_than_the_queue_holds_is_refused_at_once() {
    let desk = Desk::with(Options { queue_bytes_max: 1_000, ..options() }).await;
    let mut large = desk.recording(vec![event("a", 1, "", desk.to_shop())], 1);
    large.notification.body = Bytes::from(vec![b'x'; 2_000]);
    assert_eq!(desk.store.record(large).await, Err(Unavailable::Overloaded));
    desk.one(event("b", 1, "", desk.to_shop()), 1).await;
}

#[tokio::test]
async fn closing_writes_what_waits_and_refuses_what_comes_later() {
    let desk = Desk::new().await;
    let waiting = desk.store.record(desk.recording(vec![event("a", 1, "", desk.to_shop())], 1));
    let closing = desk.store.close();
    let late = desk.store.record(desk.recording(vec![event("b", 1, "", desk.to_shop())], 2));
    assert_eq!(late.await, Err(Unavailable::Closed));
    assert_eq!(waiting.await.expect("recorded").len(), 1);
    closing.await;
    desk.store.close().await;
    assert_eq!(desk.store.reader().tallies().await, Err(Unavailable::Closed));
    assert!(!desk.folder.path().join("payhook.db-wal").exists(), "the log is in the database");
}

#[tokio::test]
async fn a_full_disk_refuses_and_accepts_again_when_there_is_room() {
    let Some(disk) = SmallDisk::mount("64m") else { return };
    let desk = Desk::in_folder(disk.folder(), options()).await;
    let large = |n: usize| {
        let mut large = desk.recording(vec![event(&format!("large {n}"), 1, "", desk.to_shop())], 1);
        large.notification.body = Bytes::from(vec![b'x'; 200_000]);
        large
    };
    let ballast = disk.path().join("ballast");
    std::fs::write(&ballast, vec![0; 54 << 20]).expect("written");
    let (mut accepted, mut refused) = (Vec::new(), 0);
    for n in 0..60 {
        match desk.store.record(large(n)).await {
            Ok(verdicts) => accepted.push(verdicts[0].seq()),
            Err(Unavailable::Failed(_)) => refused += 1,
            Err(other) => panic!("{other}"),
        }
    }
    assert!(refused > 0 && !accepted.is_empty(), "{refused} refused, {} accepted", accepted.len());
    std::fs::remove_file(ballast).expect("removed");
    until_recorded(&desk, || large(1_000)).await;
    let desk = desk.reopened().await;
    for seq in accepted {
        assert_eq!(desk.owed(seq).await.len(), 1, "{seq} was acknowledged");
    }
    desk.store.close().await;
}

#[tokio::test]
async fn the_reserve_stops_ingest_and_lets_it_go_on() {
    let Some(disk) = SmallDisk::mount("16m") else { return };
    let desk = Desk::in_folder(disk.folder(), Options { reserve_bytes: 8 << 20, ..options() }).await;
    desk.one(event("before", 1, "", desk.to_shop()), 1).await;
    let ballast = disk.path().join("ballast");
    std::fs::write(&ballast, vec![0; 10 << 20]).expect("written");
    let recording = || desk.recording(vec![event("after", 1, "", desk.to_shop())], 2);
    tokio::time::sleep(Duration::from_millis(150)).await;
    let _ = desk.store.record(recording()).await;
    assert_eq!(desk.store.record(recording()).await, Err(Unavailable::BelowReserve));
    std::fs::remove_file(ballast).expect("removed");
    until_recorded(&desk, recording).await;
    assert!(!desk.store.health().below_reserve);
    desk.store.close().await;
}

/// Tries until it is taken, as a provider does, for at most ten seconds.
async fn until_recorded(desk: &Desk, recording: impl Fn() -> Recording) -> Verdict {
    for _ in 0..500 {
        if let Ok(verdicts) = Store::record(&*desk.store, recording()).await {
            return verdicts[0];
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("never recovered: {:?}", desk.store.health());
}

/// A real disk of its own, where this user may mount one.
struct SmallDisk {
    mountpoint: TempDir,
}

impl SmallDisk {
    #[expect(clippy::print_stdout, reason = "a test that cannot run here says so")]
    fn mount(size: &str) -> Option<Self> {
        let mountpoint = tempfile::tempdir().expect("a folder");
        let options = format!("size={size}");
        let mount =
            Command::new("mount").args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(mountpoint.path()).output();
        if mount.is_ok_and(|output| output.status.success()) {
            Some(Self { mountpoint })
        } else {
            println!("not run: this user may not mount a disk");
            None
        }
    }

    fn path(&self) -> &Path {
        self.mountpoint.path()
    }

    fn folder(&self) -> TempDir {
        tempfile::tempdir_in(self.path()).expect("a folder")
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.mountpoint.path()).output();
    }
}
