//! The cut: stop, put back what the disk holds, die. Also when to do it.

use std::io::Write;
use std::os::unix::net::UnixStream;

use crate::medium::Held;
use crate::{folder, sys};

/// How a cut treats what was not synced.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Tear {
    /// All of it is gone.
    Clean,
    /// Some of its sectors had reached the disk, drawn from this seed.
    Torn { seed: u64 },
}

/// A cut waiting for its moment, which depends on the program alone and so can be repeated.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Armed {
    pub(crate) tear: Tear,
    /// Syncs still to come, this one included.
    pub(crate) syncs: u64,
    /// Before the disk is asked, or after it has answered and before the program hears of it.
    pub(crate) before: bool,
}

/// Takes the power away. The lock is held to the end, so no other thread writes again.
pub(crate) fn now(mut held: Held<'_>, tear: Tear, witness: Option<UnixStream>) -> ! {
    let report = held.report();
    let mut rng = match tear {
        Tear::Clean => None,
        Tear::Torn { seed } => Some(fastrand::Rng::with_seed(seed)),
    };
    held.names.revert(rng.as_mut());
    let mut files: Vec<_> = held.files.iter().collect();
    files.sort_unstable_by_key(|(inode, _)| **inode);
    for (inode, file) in files {
        file.revert(rng.as_mut());
        if let (Some(name), Some(rng)) = (&file.newborn, &mut rng) {
            let name_gone = rng.bool();
            let same =
                sys::stat_at(libc::AT_FDCWD, sys::c_path(name).as_ptr()).is_some_and(|s| sys::inode(&s) == *inode);
            if name_gone && same {
                folder::remove(name);
            }
        }
    }
    if let Some(mut witness) = witness {
        let _ = writeln!(witness, "{report}");
    }
    sys::die()
}
