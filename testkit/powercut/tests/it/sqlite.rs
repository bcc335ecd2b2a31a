//! Bundled SQLite: with `synchronous=FULL` no announced row is lost; with `OFF` rows are, so the proof can fail.

use std::path::Path;
use std::time::Duration;

use payhook_testkit::powercut::{Moment, Report, Tear};
use rusqlite::Connection;

use crate::Victim;

/// Commits rows one by one, in WAL mode, and says each number after its commit; the checkpointer runs often.
pub(crate) fn victim(synchronous: &str) {
    let store = Connection::open("rows.db").unwrap();
    store.pragma_update(None, "journal_mode", "wal").unwrap();
    store.pragma_update(None, "synchronous", synchronous).unwrap();
    store.pragma_update(None, "wal_autocheckpoint", 50).unwrap();
    store.execute_batch("CREATE TABLE IF NOT EXISTS rows (n INTEGER PRIMARY KEY, filling BLOB)").unwrap();
    for number in 1_u32.. {
        match store.execute("INSERT INTO rows VALUES (?1, zeroblob(3000))", [number]) {
            Ok(_) => println!("committed {number}"),
            Err(error) => println!("refused {number} {error}"),
        }
    }
}

/// The numbers a new process finds.
fn found(folder: &Path) -> Vec<u32> {
    let store = Connection::open(folder.join("rows.db")).unwrap();
    let verdict: String = store.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(verdict, "ok");
    let Ok(mut query) = store.prepare("SELECT n FROM rows ORDER BY n") else {
        return Vec::new(); // not even the table is left
    };
    query.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

/// Runs a victim to about `rows` rows, cuts, and returns the rows it announced and those found.
fn cut_after(rows: u32, synchronous: &str, cut: impl FnOnce(&Victim) -> Report) -> (Vec<u32>, Vec<u32>) {
    let folder = tempfile::tempdir().unwrap();
    let mut victim = Victim::start(synchronous, folder.path());
    victim.says(&format!("committed {rows}"));
    cut(&victim);
    let mut announced: Vec<u32> = (1..=rows).collect();
    announced.extend(victim.dies("committed "));
    (announced, found(folder.path()))
}

/// One way to cut.
type Cut = fn(&Victim) -> Report;

#[test]
fn with_full_sync_every_announced_row_survives_any_cut() {
    let moments: [(u32, Cut); 5] = [
        (20, |victim| victim.shim.cut(Tear::Clean).unwrap()),
        (130, |victim| victim.shim.cut(Tear::Clean).unwrap()),
        (45, |victim| victim.shim.cut_at(Moment::BeforeSync(3), Tear::Clean).unwrap()),
        (48, |victim| victim.shim.cut_at(Moment::AfterSync(2), Tear::Clean).unwrap()),
        (90, |victim| victim.shim.cut(Tear::Torn { seed: 11 }).unwrap()),
    ];
    for (rows, cut) in moments {
        let (announced, found) = cut_after(rows, "FULL", cut);
        let lost: Vec<_> = announced.iter().filter(|row| !found.contains(row)).collect();
        assert!(lost.is_empty(), "after {rows} rows: {lost:?} were announced and are lost");
    }
}

#[test]
fn torn_cuts_never_corrupt_a_synced_store() {
    for seed in 0..10_u32 {
        let moment = Moment::BeforeSync(u64::from(1 + seed % 4));
        let cut = |victim: &Victim| victim.shim.cut_at(moment, Tear::Torn { seed: seed.into() }).unwrap();
        let (announced, found) = cut_after(30 + seed * 7, "FULL", cut);
        assert!(announced.iter().all(|row| found.contains(row)), "seed {seed}");
    }
}

#[test]
fn without_sync_announced_rows_are_lost() {
    let (announced, found) = cut_after(40, "OFF", |victim| victim.shim.cut(Tear::Clean).unwrap());
    assert!(announced.iter().any(|row| !found.contains(row)), "the cut took nothing: it proves nothing");
}

#[test]
fn a_failing_sync_is_reported_and_what_is_announced_afterwards_survives() {
    let folder = tempfile::tempdir().unwrap();
    let mut victim = Victim::start("FULL", folder.path());
    victim.says("committed 10");
    victim.shim.fail_syncs(3).unwrap();
    let refused = victim.says("refused");
    assert!(refused.contains("disk I/O error"), "{refused}");
    let first: u32 = victim.says("committed").parse().unwrap();
    victim.says(&format!("committed {}", first + 20));
    victim.shim.cut(Tear::Clean).unwrap();
    let announced: Vec<_> = (first..=first + 20).chain(victim.dies("committed ")).collect();
    let found = found(folder.path());
    assert!(announced.iter().all(|row| found.contains(row)), "lost after a failed sync");
}

#[test]
fn slow_syncs_are_slow_and_a_cut_can_hit_one() {
    let folder = tempfile::tempdir().unwrap();
    let mut victim = Victim::start("FULL", folder.path());
    victim.says("committed 5");
    victim.shim.slow_syncs(Duration::from_millis(300)).unwrap();
    std::thread::sleep(Duration::from_millis(150));
    let report = victim.shim.cut(Tear::Clean).unwrap();
    assert_eq!(report.syncing, 1, "{report:?}");
    let announced = victim.dies("committed ");
    let found = found(folder.path());
    assert!(announced.iter().all(|row| found.contains(row)));
}
