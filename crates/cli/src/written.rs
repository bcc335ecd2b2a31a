//! Whether a file that the gateway says it wrote is where this command sees it. A service with a `/tmp` of its own, and a
//! container, write where nobody else looks, and what they wrote goes when they do.

use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// What stood under the file's name before it was asked for.
pub(crate) struct Before(Option<Identity>);

/// Device and number: a file that is put in the place of another has others, also when it says the same.
type Identity = (u64, u64);

impl Before {
    /// Looks.
    pub(crate) fn of(file: &Path) -> Self {
        Self(identity(file).ok())
    }

    /// Whether nothing new is there. A folder that this user may not look into says nothing.
    pub(crate) fn is_all_there_is(&self, file: &Path) -> bool {
        match identity(file) {
            Ok(now) => self.0 == Some(now),
            Err(error) => matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory),
        }
    }
}

fn identity(file: &Path) -> std::io::Result<Identity> {
    file.metadata().map(|meta| (meta.dev(), meta.ino()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_older_file_of_the_same_name_is_not_taken_for_the_new_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let (file, other) = (folder.path().join("today.db"), folder.path().join("today.db.partial"));
        let before = Before::of(&file);
        assert!(before.is_all_there_is(&file), "nothing is there");
        std::fs::write(&file, "a backup").expect("written");
        assert!(!before.is_all_there_is(&file));
        let before = Before::of(&file);
        assert!(before.is_all_there_is(&file), "an older one is there");
        std::fs::write(&other, "a backup").expect("written");
        std::fs::rename(&other, &file).expect("renamed");
        assert!(!before.is_all_there_is(&file));
    }
}
