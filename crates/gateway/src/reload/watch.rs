//! Looks at the files of the configuration, so that a change is taken without being asked for.
//!
//! A file that is being written is not whole: a change counts when two looks in a row saw the same.

use std::path::PathBuf;
use std::time::Duration;

use payhook_domain::identity::Digest;

/// How often it looks. The files are small, and are read whole: a time of change can be the same for two contents.
pub(super) const LOOK_EVERY: Duration = Duration::from_secs(1);

/// What was seen.
#[derive(Debug, Default)]
pub(super) struct Watch {
    /// At the last look.
    seen: Option<Digest>,
    /// When a change was last taken, or tried. Nothing at first: what changed while the gateway started is not missed.
    taken: Option<Digest>,
}

impl Watch {
    /// Looks once; whether there is a change to take.
    pub(super) fn look(&mut self, files: &[PathBuf]) -> bool {
        let now = contents(files);
        let is_whole = self.seen.replace(now) == Some(now);
        is_whole && self.taken.replace(now) != Some(now)
    }
}

/// One digest over all of them. A file that is not there differs from an empty one.
fn contents(files: &[PathBuf]) -> Digest {
    let parts: Vec<Vec<u8>> = files
        .iter()
        .flat_map(|file| match std::fs::read(file) {
            Ok(bytes) => [b"there".to_vec(), bytes],
            Err(error) => [b"not there".to_vec(), error.kind().to_string().into_bytes()],
        })
        .collect();
    Digest::of(parts.iter().map(Vec::as_slice))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_counts_once_and_only_when_it_is_whole() {
        let folder = tempfile::tempdir().expect("a folder");
        let files = [folder.path().join("payhook.toml"), folder.path().join(".env")];
        let write = |text: &str| std::fs::write(&files[0], text).expect("written");
        write("one");
        let mut watch = Watch::default();
        let looks = |watch: &mut Watch| [watch.look(&files), watch.look(&files), watch.look(&files)];
        assert_eq!(looks(&mut watch), [false, true, false], "at first it is compared with what runs");
        write("tw");
        assert!(!watch.look(&files), "half of it may be written");
        write("two");
        assert_eq!(looks(&mut watch), [false, true, false]);
        std::fs::write(&files[1], "").expect("written");
        assert_eq!(looks(&mut watch), [false, true, false], "a file that was not there is there");
    }
}
