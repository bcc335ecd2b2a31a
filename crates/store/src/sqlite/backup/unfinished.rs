//! A file that is not yet what its name will say: written under another name, renamed when whole, gone otherwise.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use payhook_domain::fault::{self, Point};
use rustix::fs::{Advice, FallocateFlags, fadvise, fallocate};

use super::mark;
use crate::BackupError;
use crate::sqlite::file::connect::{beside, folder_of};

/// The file and its two names. Dropped, it takes the unfinished one away; what a kill leaves is taken by the next.
pub(super) struct Unfinished {
    pub(super) path: PathBuf,
    pub(super) file: File,
    to: PathBuf,
    replace: bool,
}

impl Unfinished {
    /// Makes it empty, readable by its owner alone.
    pub(super) fn begin(to: &Path, replace: bool) -> Result<Self, BackupError> {
        may_be_written(to, replace)?;
        let path = beside(to, ".partial");
        let io = |error| BackupError::Io { path: path.clone(), error };
        let made = OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(&path);
        let file = made.map_err(io)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(BackupError::Busy(to.to_owned())),
            Err(TryLockError::Error(error)) => return Err(io(error)),
        }
        file.set_permissions(PermissionsExt::from_mode(0o600)).and_then(|()| file.set_len(0)).map_err(io)?;
        fault::pass(Point::BackupBegun);
        Ok(Self { path, file, to: to.to_owned(), replace })
    }

    /// Has its blocks found now, where the file system can, so that writing it changes no more of the file system's own
    /// records, for which every sync of the log beside it would have to wait.
    pub(super) fn allocate(&self, bytes: u64) {
        let _ = fallocate(&self.file, FallocateFlags::KEEP_SIZE, 0, bytes);
    }

    /// Has what was written so far sent to the disk, and waits for none of it: no sync, which would flush the disk's own
    /// memory and hold up whoever syncs the log beside it. Memory is free for others afterwards.
    pub(super) fn write_out(&self) -> std::io::Result<()> {
        Ok(fadvise(&self.file, 0, None, Advice::DontNeed)?)
    }

    /// Gives it its name. All of it is on disk before the name is, and the name when this returns.
    pub(super) fn finish(self) -> Result<(), BackupError> {
        let io = |path: &Path, error| BackupError::Io { path: path.to_owned(), error };
        self.file.sync_all().map_err(|error| io(&self.path, error))?;
        may_be_written(&self.to, self.replace)?;
        fault::pass(Point::BackupSynced);
        std::fs::rename(&self.path, &self.to).map_err(|error| io(&self.to, error))?;
        fault::pass(Point::BackupRenamed);
        let folder = folder_of(&self.to);
        File::open(&folder).and_then(|folder| folder.sync_all()).map_err(|error| io(&folder, error))
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        // After it was renamed there is nothing of this name any more.
        let _ = std::fs::remove_file(&self.path);
    }
}

fn may_be_written(to: &Path, replace: bool) -> Result<(), BackupError> {
    let io = |error| BackupError::Io { path: to.to_owned(), error };
    match to.symlink_metadata() {
        Err(missing) if missing.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(io(error)),
        Ok(_) if !replace => Err(BackupError::Exists(to.to_owned())),
        Ok(meta) if meta.is_file() && mark::is_marked(to).map_err(io)? => Ok(()),
        Ok(_) => Err(BackupError::NotABackup(to.to_owned())),
    }
}
