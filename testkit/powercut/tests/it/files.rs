//! Plain files: what was synced survives, what was not is gone, names included.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::FileExt;

use payhook_testkit::powercut::Tear;

use crate::{Victim, wait_for_the_end};

/// Twenty thousand bytes of `letter`: several pages and a part of one.
fn filling(letter: u8) -> Vec<u8> {
    vec![letter; 20_000]
}

pub(crate) fn victim() {
    let mut kept = File::create("kept").unwrap();
    kept.write_all(&filling(b'k')).unwrap();
    kept.sync_all().unwrap();

    let mut half = File::create("half").unwrap();
    half.write_all(&filling(b'h')).unwrap();
    half.sync_data().unwrap();
    half.write_all_at(&filling(b'x'), 6_000).unwrap(); // overwrites, and makes it longer

    File::create("cut-short").unwrap().write_all(&filling(b'c')).unwrap();
    File::open("cut-short").unwrap().sync_all().unwrap();
    OpenOptions::new().write(true).open("cut-short").unwrap().set_len(10).unwrap();

    fs::write("emptied", filling(b'e')).unwrap();
    File::open("emptied").unwrap().sync_all().unwrap();
    fs::write("emptied", b"new").unwrap(); // opens with truncation

    fs::write("never-synced", filling(b'n')).unwrap();
    println!("ready");
    wait_for_the_end();
}

pub(crate) fn renaming_victim() {
    for (name, content) in [("first", b"1"), ("second", b"2"), ("removed", b"r")] {
        fs::write(name, content).unwrap();
        File::open(name).unwrap().sync_all().unwrap();
    }
    fs::rename("first", "moved-and-synced").unwrap();
    File::open(".").unwrap().sync_all().unwrap();
    fs::rename("second", "moved-and-synced").unwrap();
    fs::remove_file("removed").unwrap();
    println!("ready");
    wait_for_the_end();
}

#[test]
fn synced_content_survives_and_unsynced_content_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let mut victim = Victim::start("files", folder.path());
    victim.says("ready");
    let unsynced = fs::read(folder.path().join("half")).unwrap();
    assert_eq!(unsynced.len(), 26_000, "before the cut the writes are there for everybody to see");

    let report = victim.shim.cut(Tear::Clean).unwrap();
    assert!(report.unsynced > 20_000 && report.syncs == 4, "{report:?}");
    victim.dies("nothing");

    let content = |name: &str| fs::read(folder.path().join(name)).unwrap();
    assert_eq!(content("kept"), filling(b'k'));
    assert_eq!(content("half"), filling(b'h'));
    assert_eq!(content("cut-short"), filling(b'c'));
    assert_eq!(content("emptied"), filling(b'e'));
    assert_eq!(content("never-synced"), b"");
}

#[test]
fn a_torn_cut_loses_some_sectors_and_the_same_ones_for_the_same_seed() {
    let half = |seed| {
        let folder = tempfile::tempdir().unwrap();
        let mut victim = Victim::start("files", folder.path());
        victim.says("ready");
        victim.shim.cut(Tear::Torn { seed }).unwrap();
        victim.dies("nothing");
        assert_eq!(fs::read(folder.path().join("kept")).unwrap(), filling(b'k'), "synced content is never torn");
        fs::read(folder.path().join("half")).unwrap()
    };
    let torn = half(7);
    let overwritten = &torn[6_144..18_432]; // whole sectors, before the old end
    assert!(overwritten.contains(&b'h') && overwritten.contains(&b'x'), "some of both");
    assert!(overwritten.chunks(512).all(|sector| sector.iter().all(|byte| *byte == sector[0])), "sectors are whole");
    assert!((8..20).any(|seed| half(seed) != torn), "other seeds tear elsewhere");
}

/// Writes two files anew and syncs them, round after round, and says which syncs went well.
pub(crate) fn pair_victim() {
    for round in 1_u32.. {
        for name in ["book", "book-log"] {
            let mut file = OpenOptions::new().write(true).create(true).truncate(false).open(name).unwrap();
            file.write_all(&filling(b'a')).unwrap();
            let how = if file.sync_data().is_ok() { "synced" } else { "failed" };
            println!("{how} {name} {round}");
        }
    }
}

#[test]
fn syncs_of_one_file_fail_while_the_file_beside_it_is_spared() {
    let folder = tempfile::tempdir().unwrap();
    let mut victim = Victim::start("pair", folder.path());
    victim.says("synced book-log 3");
    victim.shim.fail_syncs_of("book", 2).unwrap();
    let first: u32 = victim.says("failed book ").parse().unwrap();
    assert_eq!(victim.says("synced book-log "), first.to_string(), "its name only begins the same");
    assert_eq!(victim.says("failed book "), (first + 1).to_string());
    assert_eq!(victim.says("synced book "), (first + 2).to_string(), "two were to fail");
    victim.shim.cut(Tear::Clean).unwrap();
    assert!(victim.dies("failed book-log ").is_empty());
}

#[test]
fn removed_and_renamed_names_come_back_unless_their_folder_was_synced() {
    let folder = tempfile::tempdir().unwrap();
    let mut victim = Victim::start("names", folder.path());
    victim.says("ready");
    victim.shim.cut(Tear::Clean).unwrap();
    victim.dies("nothing");

    let content = |name: &str| fs::read_to_string(folder.path().join(name));
    assert!(content("first").is_err(), "its renaming was synced");
    assert_eq!(content("moved-and-synced").unwrap(), "1");
    assert_eq!(content("second").unwrap(), "2");
    assert_eq!(content("removed").unwrap(), "r");
}
