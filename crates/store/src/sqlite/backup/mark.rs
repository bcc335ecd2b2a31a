//! The mark of a copy: four bytes of its header that say *a backup, not opened since*.
//!
//! A log holds pages of the database beside which it lies, and SQLite applies whatever log it finds there. A backup put in
//! the place of a database whose log still lies there would get that one's pages, and be neither. The mark stands in
//! the copy's own first page, where no log is needed to see it: what lies beside a marked file cannot belong to it. It
//! is removed before the mark is, so a crash in between repeats it. A note takes the mark's place, until it was told.
//!
//! The bytes are the header's user version (sqlite.org/fileformat.html, section 1.3), in which a store keeps its notes.

use std::fs::{File, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use payhook_domain::fault::{self, Point};

use crate::sqlite::file::connect::{beside, folder_of};
use crate::sqlite::file::schema::APPLICATION_ID;
use crate::sqlite::notes;

/// "back".
const MARK: [u8; 4] = *b"back";
/// Where the user version and the application's id stand in the header.
const MARK_AT: u64 = 60;
const ID_AT: u64 = 68;

/// Whether this file is a copy of a store that was not opened since.
pub(in crate::sqlite) fn is_marked(path: &Path) -> std::io::Result<bool> {
    match File::open(path) {
        Ok(file) => {
            Ok(four(&file, ID_AT)? == Some(APPLICATION_ID.to_be_bytes()) && four(&file, MARK_AT)? == Some(MARK))
        }
        Err(missing) if missing.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Marks a finished copy that no connection has open.
pub(super) fn mark(file: &File) -> std::io::Result<()> {
    file.write_all_at(&MARK, MARK_AT)
}

/// Makes a store of a copy that was put in its place: takes away the files of the database that was there before, then
/// the mark. Tells which it took away; nothing when the file is no copy. No connection may be open, and the store must be locked.
pub(in crate::sqlite) fn put_in_place(path: &Path) -> std::io::Result<Option<Vec<PathBuf>>> {
    if !is_marked(path)? {
        return Ok(None);
    }
    let mut removed = Vec::new();
    for suffix in ["-wal", "-shm", "-journal"] {
        let stale = beside(path, suffix);
        match std::fs::remove_file(&stale) {
            Ok(()) => removed.push(stale),
            Err(missing) if missing.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    File::open(folder_of(path))?.sync_all()?;
    fault::pass(Point::RestoreCleared);
    let file = OpenOptions::new().write(true).open(path)?;
    file.write_all_at(&notes::CAME.to_be_bytes(), MARK_AT)?;
    file.sync_all()?;
    fault::pass(Point::RestoreUnmarked);
    Ok(Some(removed))
}

/// Four bytes of the header; nothing where the file ends before them.
fn four(file: &File, at: u64) -> std::io::Result<Option<[u8; 4]>> {
    let mut bytes = [0; 4];
    match file.read_exact_at(&mut bytes, at) {
        Ok(()) => Ok(Some(bytes)),
        Err(short) if short.kind() == ErrorKind::UnexpectedEof => Ok(None),
        Err(error) => Err(error),
    }
}
