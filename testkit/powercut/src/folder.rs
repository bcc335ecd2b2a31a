//! Names that were removed or moved, and whose folder was not synced since: a cut turns them back.

use std::path::{Path, PathBuf};

use crate::sys::{self, Inode};

/// The names not yet durable, oldest first.
#[derive(Default)]
pub(crate) struct Names {
    moves: Vec<Move>,
    stashes: u64,
}

/// One removal (`to` absent) or renaming.
struct Move {
    folders: [Option<Inode>; 2],
    from: PathBuf,
    to: Option<PathBuf>,
    /// A second name for the file that disappears: the removed one, or the one renamed over.
    stash: Option<PathBuf>,
}

impl Names {
    /// Gives the file at `path` a second name in `stashes_in`, so that it can come back.
    pub(crate) fn stash(&mut self, path: &Path, stashes_in: &Path) -> Option<PathBuf> {
        self.stashes += 1;
        let stash = stashes_in.join(format!(".powercut-{}-{}", std::process::id(), self.stashes));
        std::fs::hard_link(path, &stash).ok().map(|()| stash)
    }

    /// Notes that `from` was removed, or became `to`.
    pub(crate) fn moved(&mut self, from: PathBuf, to: Option<PathBuf>, stash: Option<PathBuf>) {
        let folders = [parent_inode(&from), to.as_deref().and_then(parent_inode)];
        self.moves.push(Move { folders, from, to, stash });
    }

    /// A folder was synced: its changes stay.
    pub(crate) fn synced(&mut self, folder: Inode) {
        self.moves.retain(|made| {
            let stays = !made.folders.contains(&Some(folder));
            if !stays {
                made.forget();
            }
            stays
        });
    }

    /// Turns the changes back, newest first; a torn cut keeps as many of the oldest as it draws, since a journal
    /// loses its end and never its middle.
    pub(crate) fn revert(&mut self, tear: Option<&mut fastrand::Rng>) {
        let kept = tear.map_or(0, |rng| rng.usize(..=self.moves.len()));
        self.moves.drain(kept..).rev().for_each(|made| made.undo());
        self.moves.drain(..).for_each(|made| made.forget());
    }
}

impl Move {
    fn undo(&self) {
        if let Some(to) = &self.to {
            rename(to, &self.from);
        }
        if let Some(stash) = &self.stash {
            rename(stash, self.to.as_ref().unwrap_or(&self.from));
        }
    }

    fn forget(&self) {
        if let Some(stash) = &self.stash {
            remove(stash);
        }
    }
}

/// Removes a name, past the hooks: they would wait for the lock that is held here.
pub(crate) fn remove(path: &Path) {
    sys::unlinkat(libc::AT_FDCWD, sys::c_path(path).as_ptr(), 0);
}

fn rename(from: &Path, to: &Path) {
    sys::renameat2(libc::AT_FDCWD, sys::c_path(from).as_ptr(), libc::AT_FDCWD, sys::c_path(to).as_ptr(), 0);
}

fn parent_inode(path: &Path) -> Option<Inode> {
    sys::stat_at(libc::AT_FDCWD, sys::c_path(path.parent()?).as_ptr()).map(|stat| sys::inode(&stat))
}
