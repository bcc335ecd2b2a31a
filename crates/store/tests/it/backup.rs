//! Copies of a store that is written meanwhile: whole or not there, and safe to put in a store's place.

use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use payhook_domain::id::EventSeq;
use payhook_domain::verdict::Verdict;
use payhook_store::{
    Archive, Backup, BackupError, BackupOrder, BackupProgress, RecordEvent, Store, backup, inspect, open,
};

use crate::desk::{Desk, aside, at, event, options, url};
use crate::told::{AUTHORISED, CAPTURED, CHARGED_BACK, Told, version};

fn order(to: &Path) -> BackupOrder {
    BackupOrder { to: to.to_owned(), replace: false, rests: false, reserve_bytes: 0 }
}

impl Desk {
    fn backup(&self, to: &Path) -> Result<Backup, BackupError> {
        backup(&self.database(), &order(to), &BackupProgress::default())
    }

    async fn fill(&self, numbers: std::ops::Range<i64>) {
        for number in numbers {
            self.one(event(&number.to_string(), number, "", self.to_shop()), number).await;
        }
    }
}

/// A folder with this file in the place of a store's.
async fn restored(from: &Path) -> Desk {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::copy(from, folder.path().join("payhook.db")).expect("copied");
    Desk::in_folder(folder, options()).await
}

fn names(folder: &Path) -> Vec<String> {
    let entries = folder.read_dir().expect("lists");
    let mut names: Vec<_> =
        entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("plain")).collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_copy_opens_as_a_store_that_knows_what_was_recorded_before_it() {
    let desk = Desk::new().await;
    desk.fill(1..40).await;
    let away = tempfile::tempdir().expect("a folder");
    let to = away.path().join("copy.db");
    let made = desk.backup(&to).expect("copied");
    assert_eq!((made.notifications, made.events, made.schema), (39, 39, 2));
    assert_eq!(names(away.path()), ["copy.db"], "nothing but the copy is left");
    assert_eq!(to.metadata().expect("there").permissions().mode() & 0o777, 0o600);
    desk.fill(40..50).await;

    let copy = restored(&to).await;
    assert_eq!(copy.tallies().await.notifications, 39);
    assert_eq!(copy.one(event("7", 7, "", copy.to_shop()), 100).await.as_str(), "duplicate");
    assert_eq!(copy.one(event("45", 45, "", copy.to_shop()), 100).await.as_str(), "new");
    assert_eq!(copy.lease(100, 200).await.due.len(), 40, "what was pending is pending, leased by nobody");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_made_while_events_come_is_of_one_moment() {
    let desk = Desk::new().await;
    desk.fill(1..200).await;
    let to = desk.folder.path().join("copy.db");
    let (database, stop) = (desk.database(), AtomicBool::new(false));
    let gently = BackupOrder { rests: true, ..order(&to) };
    let made = std::thread::scope(|scope| {
        let copying = scope.spawn(|| {
            let made = backup(&database, &gently, &BackupProgress::default());
            stop.store(true, Ordering::Relaxed);
            made
        });
        let runtime = tokio::runtime::Handle::current();
        let mut number = 1_000;
        while !stop.load(Ordering::Relaxed) {
            tokio::task::block_in_place(|| runtime.block_on(desk.fill(number..number + 1)));
            number += 1;
        }
        copying.join().expect("no panic")
    });
    let made = made.expect("verified: as many rows as its tallies say");
    assert!(made.events >= 199);
    let copy = restored(&to).await;
    assert_eq!(copy.tallies().await.notifications, made.notifications);
}

#[tokio::test]
async fn a_log_that_lies_where_a_copy_is_put_does_not_get_into_it() {
    let desk = Desk::new().await;
    desk.fill(1..20).await;
    let to = desk.folder.path().join("copy.db");
    desk.backup(&to).expect("copied");
    desk.fill(20..400).await;
    // As a crash leaves it: a database whose log was never emptied.
    let folder = tempfile::tempdir().expect("a folder");
    for suffix in ["-wal", "-shm"] {
        let from = desk.folder.path().join(format!("payhook.db{suffix}"));
        std::fs::copy(&from, folder.path().join(format!("payhook.db{suffix}"))).expect("copied");
    }
    assert!(folder.path().join("payhook.db-wal").metadata().expect("there").len() > 100_000, "the log is long");
    std::fs::copy(&to, folder.path().join("payhook.db")).expect("put in place");

    assert!(inspect(&folder.path().join("payhook.db")).expect("read").is_backup);
    let copy = Desk::in_folder(folder, options()).await;
    assert_eq!(copy.tallies().await.notifications, 19);
    copy.fill(20..40).await;
    let copy = copy.reopened().await;
    assert_eq!(copy.tallies().await.notifications, 39, "from then on its log is its own");
    let sound: String = copy.file().query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("reads");
    assert_eq!(sound, "ok");
    assert!(!inspect(&copy.database()).expect("read").is_backup);
}

#[tokio::test]
async fn nor_does_it_where_the_copy_is_reached_through_a_link() {
    let desk = Desk::new().await;
    desk.fill(1..20).await;
    let to = desk.folder.path().join("copy.db");
    desk.backup(&to).expect("copied");
    desk.fill(20..400).await;
    let (data, folder) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    for suffix in ["-wal", "-shm"] {
        let name = format!("payhook.db{suffix}");
        std::fs::copy(desk.folder.path().join(&name), data.path().join(&name)).expect("copied");
    }
    std::fs::copy(&to, data.path().join("payhook.db")).expect("put in place");
    symlink(data.path().join("payhook.db"), folder.path().join("payhook.db")).expect("linked");

    let copy = Desk::in_folder(folder, options()).await;
    let sound: String = copy.file().query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("reads");
    assert_eq!((copy.tallies().await.notifications, sound.as_str()), (19, "ok"));
}

#[tokio::test]
async fn what_is_told_of_a_payment_behind_a_restore_has_a_higher_version_than_all_that_was_told_before() {
    let desk = Desk::new().await;
    desk.one(Told::of(AUTHORISED, "", 1_000, 1).item(desk.to_shop()), 1).await;
    let set_aside = Told::of(CAPTURED, "C2", 100, 2);
    desk.one(set_aside.item(aside()), 2).await;
    let to = desk.folder.path().join("copy.db");
    desk.backup(&to).expect("copied");
    for (second, part) in [(3, "C3"), (4, "C4"), (5, "C5")] {
        desk.one(Told::of(CAPTURED, part, 100, second).item(desk.to_shop()), second).await;
    }
    let (_, before) = version(&desk.row(EventSeq(5)).await);

    let copy = restored(&to).await;
    copy.store.release_aside(EventSeq(2), vec![set_aside.item(copy.to_shop())], at(10)).await.expect("released");
    let (_, released) = version(&copy.row(EventSeq(2)).await);
    assert!(released > before, "what was received before the backup is told now");
    copy.one(Told::of(CHARGED_BACK, "D1", 1_000, 11).item(copy.to_shop()), 11).await;
    assert!(version(&copy.row(EventSeq(3)).await).1 > released);
}

#[tokio::test]
async fn a_store_that_crashed_keeps_its_log() {
    let desk = Desk::new().await;
    desk.fill(1..20).await;
    let crashed = tempfile::tempdir().expect("a folder");
    for suffix in ["", "-wal", "-shm"] {
        let name = format!("payhook.db{suffix}");
        std::fs::copy(desk.folder.path().join(&name), crashed.path().join(&name)).expect("copied");
    }
    let again = Desk::in_folder(crashed, options()).await;
    assert_eq!(again.tallies().await.notifications, 19);
}

#[tokio::test]
async fn nothing_is_replaced_but_another_backup_and_that_only_when_asked() {
    let desk = Desk::new().await;
    desk.fill(1..3).await;
    let to = desk.folder.path().join("copy.db");
    desk.backup(&to).expect("copied");
    desk.fill(3..5).await;
    assert!(matches!(desk.backup(&to), Err(BackupError::Exists(_))));
    let replace = BackupOrder { replace: true, ..order(&to) };
    let made = backup(&desk.database(), &replace, &BackupProgress::default()).expect("replaced");
    assert_eq!(made.events, 4);

    let theirs = desk.folder.path().join("payhook.toml");
    std::fs::write(&theirs, "version = 1").expect("written");
    for not_a_backup in [theirs.clone(), desk.database()] {
        let order = BackupOrder { replace: true, ..order(&not_a_backup) };
        let refused = backup(&desk.database(), &order, &BackupProgress::default());
        assert!(matches!(refused, Err(BackupError::NotABackup(_))), "{refused:?}");
    }
    assert_eq!(std::fs::read_to_string(theirs).expect("there"), "version = 1");
    assert_eq!(desk.tallies().await.notifications, 4);
}

#[tokio::test]
async fn a_copy_that_is_stopped_or_has_no_room_leaves_nothing() {
    let desk = Desk::new().await;
    desk.fill(1..30).await;
    let away = tempfile::tempdir().expect("a folder");
    let to = away.path().join("copy.db");
    let progress = BackupProgress::default();
    progress.cancel();
    assert!(matches!(backup(&desk.database(), &order(&to), &progress), Err(BackupError::Stopped)));
    let no_room = BackupOrder { reserve_bytes: u64::MAX / 2, ..order(&to) };
    let refused = backup(&desk.database(), &no_room, &BackupProgress::default());
    assert!(matches!(refused, Err(BackupError::NoRoom { .. })), "{refused:?}");
    let nowhere = order(&away.path().join("missing/copy.db"));
    assert!(matches!(backup(&desk.database(), &nowhere, &BackupProgress::default()), Err(BackupError::Io { .. })));
    assert_eq!(names(away.path()), Vec::<String>::new());
}

#[tokio::test]
async fn what_a_killed_copy_left_is_in_nobodys_way() {
    let desk = Desk::new().await;
    desk.fill(1..3).await;
    let to = desk.folder.path().join("copy.db");
    std::fs::write(desk.folder.path().join("copy.db.partial"), vec![7; 1 << 20]).expect("written");
    assert_eq!(desk.backup(&to).expect("copied").events, 2);
    assert!(!names(desk.folder.path()).contains(&"copy.db.partial".to_owned()));
}

#[tokio::test]
async fn a_copy_whose_rows_are_not_those_of_its_tallies_is_refused() {
    let desk = Desk::new().await;
    desk.fill(1..30).await;
    desk.file().execute("DELETE FROM events WHERE seq = 7", []).expect("tampered with");
    let to = desk.folder.path().join("copy.db");
    let refused = desk.backup(&to).expect_err("a row is missing").to_string();
    assert!(refused.contains("28 rows in events, and its tallies say 29"), "{refused}");
    assert!(!to.exists());
}

#[tokio::test]
async fn another_programs_file_is_not_copied_and_a_missing_one_not_made() {
    let desk = Desk::new().await;
    let (theirs, missing) = (desk.folder.path().join("theirs.db"), desk.folder.path().join("missing.db"));
    let other = rusqlite::Connection::open(&theirs).expect("opens");
    other.execute_batch("CREATE TABLE theirs (x)").expect("made");
    let to = desk.folder.path().join("copy.db");
    for not_ours in [&theirs, &missing] {
        assert!(backup(not_ours, &order(&to), &BackupProgress::default()).is_err());
    }
    assert!(!missing.exists() && !to.exists());
}

#[tokio::test]
async fn an_archive_tells_which_events_it_knows_and_what_each_said() {
    let desk = Desk::new().await;
    desk.fill(1..4).await;
    let (known, later) = (event("2", 2, "", desk.to_shop()), event("9", 9, "", desk.to_shop()));
    let to = desk.folder.path().join("copy.db");
    desk.backup(&to).expect("copied");
    let revision = event("2", 2, "other details", desk.to_shop());
    let revised = desk.one(event("2", 2, "other details", desk.to_shop()), 50).await;
    assert!(matches!(revised, Verdict::Revision { .. }), "{revised:?}");
    desk.one(event("9", 9, "", desk.to_shop()), 60).await;

    let (before, now) = (Archive::open(&to).expect("opens"), Archive::open(&desk.database()).expect("opens"));
    let knows =
        |archive: &Archive, item: &RecordEvent| archive.knows(item.event.id, &item.event.content).expect("reads");
    assert_eq!([&known, &revision, &later].map(|item| knows(&before, item)), [true, false, false]);
    assert_eq!([&known, &revision, &later].map(|item| knows(&now, item)), [true, true, true]);
    let since = now.events(at(50), None).expect("reads");
    assert_eq!(since.rows.iter().map(|row| row.seq.0).collect::<Vec<_>>(), [5, 4]);
    assert_eq!(
        names(desk.folder.path()).iter().filter(|name| name.starts_with("copy")).count(),
        1,
        "it leaves nothing"
    );
}

#[tokio::test]
async fn a_conflict_that_is_lost_is_not_known_by_another_one_that_came_since() {
    let desk = Desk::new().await;
    desk.fill(1..4).await;
    let to = desk.folder.path().join("copy.db");
    desk.backup(&to).expect("copied");
    let lost = event("2", 2_000, "", desk.to_shop());
    assert_eq!(desk.one(event("2", 2_000, "", desk.to_shop()), 50).await.as_str(), "conflict");
    let copy = restored(&to).await;
    assert_eq!(copy.one(event("2", 3_000, "", copy.to_shop()), 60).await.as_str(), "conflict");

    let knows = |desk: &Desk| {
        let archive = Archive::open(&desk.database()).expect("opens");
        archive.knows(lost.event.id, &lost.event.content).expect("reads")
    };
    assert!(knows(&desk) && !knows(&copy));
    copy.one(event("2", 2_000, "", copy.to_shop()), 70).await;
    assert!(knows(&copy), "it was sent again");
}

#[tokio::test]
async fn a_closed_stores_file_is_looked_at_without_a_trace() {
    let Desk { store, folder, .. } = Desk::new().await;
    store.close().await;
    drop(store);
    let before = names(folder.path());
    let shape = inspect(&folder.path().join("payhook.db")).expect("read");
    assert_eq!((shape.found, shape.ours, shape.pending.len(), shape.copied_to), (2, 2, 0, None));
    assert_eq!(names(folder.path()), before);
    let store: std::sync::Arc<dyn Store> = open(&url(&folder), options()).expect("opens");
    store.close().await;
}
