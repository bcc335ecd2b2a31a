//! Whether the disk is one for a store: it has the room that is to be kept free, and what is written there stays.

use std::path::Path;

use crate::config::resolved::Store;
use crate::config::words::mistakes::{Place, Warning};

impl Store {
    /// What is doubtful about its disk, which is looked at now.
    #[must_use]
    pub fn doubts(&self, file: Option<&Path>) -> Vec<Warning> {
        let place = file.map_or(Place::Environment, |file| Place::File(file.into()));
        let folder = payhook_store::folder_of(&payhook_store::real_or_as_given(&self.path));
        let doubts = [self.lack_of_room(), kind(&folder).and_then(frailty)];
        doubts.into_iter().flatten().map(|(what, hint)| Warning { place: place.clone(), what, hint }).collect()
    }

    /// That it has less room than `reserve` asks for: as long as that is so, providers hear 503.
    fn lack_of_room(&self) -> Option<(String, String)> {
        let free = payhook_store::free_bytes(&self.path);
        (free < self.reserve_bytes).then(|| {
            let (free, reserve) = (free >> 20, self.reserve_bytes >> 20);
            let what = format!(
                "the disk of the store has {free} MiB free, and `reserve` asks for {reserve}: nothing would be taken"
            );
            (what, "make room, or write a `reserve` in [store] that the disk has".to_owned())
        })
    }
}

/// The kind of the file system there, by Linux's numbers.
#[cfg(target_os = "linux")]
fn kind(folder: &Path) -> Option<u32> {
    // The numbers have 32 bits, the field more on some machines.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the kind is in the lower half")]
    rustix::fs::statfs(folder).ok().map(|found| found.f_type as u32)
}

#[cfg(not(target_os = "linux"))]
fn kind(_: &Path) -> Option<u32> {
    None
}

/// Why a store should not be on a file system of this kind.
fn frailty(kind: u32) -> Option<(String, String)> {
    let (what, hint) = match kind {
        0x0102_1994 | 0x8584_58f6 => (
            "the store would be in memory (tmpfs): what was acknowledged is gone with the next restart of the machine",
            "write a `url` in [store] that leads to a disk",
        ),
        0x794c_7630 => (
            "the store would be in a container's own layer (overlay): what was acknowledged is gone with the container",
            "write a `url` in [store] that leads to a volume",
        ),
        0x6969 | 0xff53_4d42 | 0xfe53_4d42 => (
            "the store would be on a network file system, whose locks and syncs SQLite cannot rely on",
            "write a `url` in [store] that leads to a disk of this machine",
        ),
        _ => return None,
    };
    Some((what.to_owned(), hint.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_stay_and_what_cannot_be_relied_on_is_told() {
        for (kind, word) in [(0x0102_1994, "tmpfs"), (0x794c_7630, "overlay"), (0x6969, "network")] {
            let (what, hint) = frailty(kind).expect("doubtful");
            assert!(what.contains(word) && hint.contains("`url` in [store]"), "{what}");
        }
        assert_eq!(frailty(0xef53), None, "ext4");
    }
}
