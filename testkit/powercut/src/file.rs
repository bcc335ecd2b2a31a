//! One watched file: what the disk holds where the page cache already holds something newer.

use std::collections::HashMap;
use std::ffi::c_int;
use std::path::PathBuf;

use crate::sys;

/// The unit in which the kernel's cache becomes dirty and clean.
const PAGE: usize = 4_096;
/// The unit in which a disk writes, all or nothing.
const SECTOR: usize = 512;

/// One watched file.
pub(crate) struct File {
    /// Our own descriptor. Never closed: closing any descriptor of a file drops the process's POSIX locks on it.
    pub(crate) fd: c_int,
    /// Its length on disk.
    durable_length: u64,
    /// The pages that differ, or may differ, from the disk, by number.
    pages: HashMap<u64, Page>,
    /// The name it was created under, as long as it was never synced.
    pub(crate) newborn: Option<PathBuf>,
}

/// A page not known to be on disk.
struct Page {
    /// What the disk holds; absent for zeros, or past its end.
    durable: Option<Box<[u8]>>,
    /// A failed sync has marked it clean without writing it: the next sync will not write it either.
    lost: bool,
}

/// A change about to be made.
#[derive(Clone, Copy)]
pub(crate) enum Change {
    /// These bytes are written.
    Bytes { offset: u64, length: u64 },
    /// The file becomes this long.
    Length(u64),
}

impl File {
    pub(crate) fn new(fd: c_int, length: u64, newborn: Option<PathBuf>) -> Self {
        Self { fd, durable_length: if newborn.is_some() { 0 } else { length }, pages: HashMap::new(), newborn }
    }

    /// Keeps what the disk holds of the pages that `change` touches.
    pub(crate) fn before(&mut self, change: Change) {
        let (start, end) = match change {
            Change::Bytes { offset, length } => (offset, offset.saturating_add(length)),
            Change::Length(length) => (length.min(self.length()), self.length().max(length)),
        };
        if start >= end {
            return;
        }
        for number in start / PAGE as u64..=(end - 1) / PAGE as u64 {
            let (fd, on_disk) = (self.fd, start_of(number) < self.durable_length);
            let page = self.pages.entry(number).or_insert_with(|| {
                let durable = on_disk.then(|| {
                    let mut bytes = vec![0; PAGE].into_boxed_slice();
                    sys::read_block(fd, &mut bytes, start_of(number));
                    bytes
                });
                Page { durable, lost: false }
            });
            page.lost = false;
        }
    }

    /// A sync succeeded: what it wrote is on disk.
    pub(crate) fn synced(&mut self) {
        self.pages.retain(|_, page| page.lost);
        self.durable_length = self.length();
        self.newborn = None;
    }

    /// A sync failed: the kernel now holds these pages clean, and the disk does not have them.
    pub(crate) fn sync_failed(&mut self) {
        self.pages.values_mut().for_each(|page| page.lost = true);
    }

    /// How many bytes a cut could take at most.
    pub(crate) fn unsynced_bytes(&self) -> u64 {
        self.pages.len() as u64 * PAGE as u64
    }

    /// Puts the disk's content back: all of it, or with `tear` only the sectors it draws.
    pub(crate) fn revert(&self, mut tear: Option<&mut fastrand::Rng>) {
        let keeps_length = tear.as_mut().is_some_and(|rng| rng.bool());
        let length = if keeps_length { self.length() } else { self.durable_length };
        let zeros = vec![0; PAGE];
        let mut numbers: Vec<_> = self.pages.keys().copied().collect();
        numbers.sort_unstable(); // the draw must not depend on the map's order
        for number in numbers {
            let durable = self.pages[&number].durable.as_deref().unwrap_or(&zeros);
            for (index, sector) in durable.chunks(SECTOR).enumerate() {
                let at = start_of(number) + (index * SECTOR) as u64;
                let kept = tear.as_mut().is_some_and(|rng| rng.bool());
                if !kept && at < length {
                    let end = sector.len().min(usize::try_from(length - at).unwrap_or(usize::MAX));
                    sys::write_block(self.fd, &sector[..end], at);
                }
            }
        }
        sys::ftruncate(self.fd, sys::offset_of(length));
    }

    fn length(&self) -> u64 {
        sys::stat(self.fd).map_or(0, |stat| sys::size(&stat))
    }
}

/// Where a page begins in its file.
const fn start_of(page: u64) -> u64 {
    page * PAGE as u64
}
