//! Which syncs fail.

use std::ffi::{OsStr, c_int};

use crate::sys;

/// Syncs that still have to fail.
#[derive(Default)]
pub(crate) struct Failing {
    left: u64,
    /// How the file's path ends; empty for every file.
    ending: String,
}

impl Failing {
    /// The next `count` syncs of files whose path ends so.
    pub(crate) fn next(count: u64, ending: &str) -> Self {
        Self { left: count, ending: ending.to_owned() }
    }

    /// Whether this sync fails; it then counts.
    pub(crate) fn strikes(&mut self, fd: c_int) -> bool {
        let strikes = self.left > 0 && sys::path_of(fd).is_some_and(|path| self.means(path.as_os_str()));
        self.left -= u64::from(strikes);
        strikes
    }

    fn means(&self, path: &OsStr) -> bool {
        path.as_encoded_bytes().ends_with(self.ending.as_bytes())
    }
}
