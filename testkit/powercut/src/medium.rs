//! What the disk holds, for all watched files: every change and every sync passes here, one at a time.

use std::collections::{HashMap, HashSet};
use std::ffi::{OsStr, c_char, c_int};
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use crate::cut::{self, Armed};
use crate::failing::Failing;
use crate::file::{Change, File};
use crate::folder::Names;
use crate::sys::{self, Inode};

/// The lock, held.
pub(crate) type Held<'a> = MutexGuard<'a, Medium>;

/// The folder under watch.
pub(crate) struct Watch {
    folder: PathBuf,
    medium: Mutex<Medium>,
    /// Told whenever a sync ends: changes to a file wait for its sync, as pages under writeback do.
    sync_ended: Condvar,
}

/// Everything known about the disk.
#[derive(Default)]
pub(crate) struct Medium {
    pub(crate) files: HashMap<Inode, File>,
    pub(crate) names: Names,
    syncing: HashSet<Inode>,
    writes: u64,
    syncs: u64,
    pub(crate) failing: Failing,
    /// How much longer each sync takes.
    pub(crate) slow: Duration,
    pub(crate) armed: Option<Armed>,
}

/// The watch over `POWERCUT_DIR`, when it is set.
pub(crate) fn watch() -> Option<&'static Watch> {
    static WATCH: OnceLock<Option<Watch>> = OnceLock::new();
    WATCH
        .get_or_init(|| {
            let folder = PathBuf::from(std::env::var_os("POWERCUT_DIR")?).canonicalize().ok()?;
            Some(Watch { folder, medium: Mutex::default(), sync_ended: Condvar::new() })
        })
        .as_ref()
}

impl Watch {
    pub(crate) fn lock(&self) -> Held<'_> {
        self.medium.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins to watch a file just opened, if it lies under the folder.
    pub(crate) fn opened(&self, fd: c_int, created: bool) {
        let Some(stat) = sys::stat(fd).filter(sys::is_regular) else { return };
        let Some(path) = sys::path_of(fd).filter(|path| self.covers(path)) else { return };
        let mut held = self.lock();
        if created {
            held.files.remove(&sys::inode(&stat)); // an inode number used again
        }
        if held.files.contains_key(&sys::inode(&stat)) {
            return;
        }
        let own = sys::openat(
            libc::AT_FDCWD,
            sys::c_path(Path::new(&format!("/proc/self/fd/{fd}"))).as_ptr(),
            libc::O_RDWR | libc::O_CLOEXEC,
            0,
        );
        if own < 0 {
            eprintln!("powercut: {} cannot be opened for writing and is not watched", path.display());
            return;
        }
        held.files.insert(sys::inode(&stat), File::new(own, sys::size(&stat), created.then_some(path)));
    }

    /// Whether this path is under watch. `-shm` is SQLite's map, rebuilt after a crash.
    pub(crate) fn covers(&self, path: &Path) -> bool {
        let name = path.file_name().unwrap_or(OsStr::new("")).as_encoded_bytes();
        path.starts_with(&self.folder) && !name.ends_with(b"-shm") && !name.starts_with(b".powercut-")
    }

    /// Whether this open file is under watch.
    pub(crate) fn watches(&self, fd: c_int) -> bool {
        self.wait_for(fd).is_some()
    }

    /// Makes a change through `act`, after noting what it overwrites.
    pub(crate) fn change<R>(&self, fd: c_int, change: impl FnOnce() -> Change, act: impl FnOnce() -> R) -> R {
        let Some((mut held, inode)) = self.wait_for(fd) else { return act() };
        held.writes += 1;
        if let Some(file) = held.files.get_mut(&inode) {
            file.before(change());
        }
        act()
    }

    /// Syncs a file or a folder through `act`, or fails, or is slow, as told.
    pub(crate) fn sync(&self, fd: c_int, act: impl FnOnce() -> c_int) -> c_int {
        let Some((mut held, inode)) = self.wait_for(fd) else { return self.sync_folder(fd, act) };
        held.syncs += 1;
        let mut held = self.cut_if_due(held, true);
        if held.failing.strikes(fd) {
            held.files.entry(inode).and_modify(File::sync_failed);
            sys::set_errno(libc::EIO);
            return -1;
        }
        held.syncing.insert(inode);
        let slow = held.slow;
        drop(held); // a cut may come while the disk works

        std::thread::sleep(slow);
        let result = act();
        let errno = sys::errno();

        let mut held = self.lock();
        held.syncing.remove(&inode);
        self.sync_ended.notify_all();
        held.files.entry(inode).and_modify(if result == 0 { File::synced } else { File::sync_failed });
        drop(self.cut_if_due(held, false));
        sys::set_errno(errno);
        result
    }

    /// Removes a name through `act`, so that it can come back.
    pub(crate) fn unlink(&self, at: c_int, path: *const c_char, act: impl FnOnce() -> c_int) -> c_int {
        let Some(path) = sys::path_at(at, path).filter(|path| self.covers(path)) else { return act() };
        let mut held = self.lock();
        let stash = held.names.stash(&path, &self.folder);
        self.moved(held, path, None, stash, act)
    }

    /// Renames through `act`, so that it can be turned back.
    pub(crate) fn rename(&self, from: Name, to: Name, act: impl FnOnce() -> c_int) -> c_int {
        let watched = |name: Name| sys::path_at(name.0, name.1).filter(|path| self.covers(path));
        let (Some(from), Some(to)) = (watched(from), watched(to)) else { return act() };
        let mut held = self.lock();
        let stash = held.names.stash(&to, &self.folder);
        self.moved(held, from, Some(to), stash, act)
    }

    fn moved(
        &self,
        mut held: Held<'_>,
        from: PathBuf,
        to: Option<PathBuf>,
        stash: Option<PathBuf>,
        act: impl FnOnce() -> c_int,
    ) -> c_int {
        let result = act();
        let errno = sys::errno();
        if result == 0 {
            held.names.moved(from, to, stash);
        } else if let Some(stash) = stash {
            crate::folder::remove(&stash);
        }
        sys::set_errno(errno);
        result
    }

    fn sync_folder(&self, fd: c_int, act: impl FnOnce() -> c_int) -> c_int {
        let result = act();
        if result == 0
            && let Some(stat) = sys::stat(fd).filter(sys::is_folder)
        {
            self.lock().names.synced(sys::inode(&stat));
        }
        result
    }

    /// The lock, once no sync of this file is under way; nothing when the file is not watched. Sockets and pipes never
    /// come as far as the lock, so a child between fork and exec cannot hang on it.
    fn wait_for(&self, fd: c_int) -> Option<(Held<'_>, Inode)> {
        let inode = sys::stat(fd).filter(sys::is_regular).map(|stat| sys::inode(&stat))?;
        let mut held = self.lock();
        while held.syncing.contains(&inode) {
            held = self.sync_ended.wait(held).unwrap_or_else(PoisonError::into_inner);
        }
        held.files.contains_key(&inode).then_some((held, inode))
    }

    fn cut_if_due<'a>(&self, mut held: Held<'a>, before: bool) -> Held<'a> {
        if let Some(armed) = held.armed.as_mut().filter(|armed| armed.before == before) {
            armed.syncs = armed.syncs.saturating_sub(1);
            if armed.syncs == 0 {
                let tear = armed.tear;
                cut::now(held, tear, None);
            }
        }
        held
    }
}

/// A folder descriptor and a name in it, as the `*at` calls take them.
#[derive(Clone, Copy)]
pub(crate) struct Name(pub(crate) c_int, pub(crate) *const c_char);

impl Medium {
    /// Where things stand, as `key=value` words.
    pub(crate) fn report(&self) -> String {
        let unsynced: u64 = self.files.values().map(File::unsynced_bytes).sum();
        format!(
            "writes={} syncs={} unsynced={unsynced} syncing={} files={}",
            self.writes,
            self.syncs,
            self.syncing.len(),
            self.files.len()
        )
    }
}
