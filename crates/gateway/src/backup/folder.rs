//! The backups in a folder, by the times in their names: `payhook-20261121T100203Z.db` of the store `payhook.db`.

use std::path::{Path, PathBuf};

use payhook_domain::time::Timestamp;

use crate::keyfile;

/// The names a store's backups have.
pub(super) struct Names {
    stem: String,
    extension: String,
}

impl Names {
    pub(super) fn of(database: &Path) -> Self {
        let text = |part: Option<&std::ffi::OsStr>| part.map(|part| part.to_string_lossy().into_owned());
        Self {
            stem: text(database.file_stem()).unwrap_or_else(|| "payhook".to_owned()),
            extension: text(database.extension()).map_or_else(String::new, |extension| format!(".{extension}")),
        }
    }

    /// The name of one that is begun now.
    pub(super) fn at(&self, now: Timestamp) -> String {
        let seconds = Timestamp::from_seconds(now.as_seconds()).to_string();
        let compact: String = seconds.split('.').next().unwrap_or_default().replace(['-', ':'], "");
        format!("{}-{compact}Z{}", self.stem, self.extension)
    }

    /// When the one of this name was begun; nothing when it is none of this store's.
    fn read(&self, name: &str) -> Option<Timestamp> {
        let time = name.strip_prefix(&self.stem)?.strip_prefix('-')?.strip_suffix(&self.extension)?;
        let is_ours = time.len() == "20261121T100203Z".len() && time.is_ascii();
        let (date, clock) = time.split_once('T').filter(|_| is_ours)?;
        let [year, month, day] = [date.get(..4)?, date.get(4..6)?, date.get(6..)?];
        let [hour, minute, second] = [clock.get(..2)?, clock.get(2..4)?, clock.get(4..)?];
        Timestamp::parse_rfc3339(&format!("{year}-{month}-{day}T{hour}:{minute}:{second}"))
    }
}

/// The backups in a folder, the oldest first.
#[derive(Debug, Default)]
pub(crate) struct Shelf {
    /// Each with the time it was begun at.
    pub(crate) made: Vec<(Timestamp, PathBuf)>,
    /// Those that are dated later than now. They were made while the clock was ahead and nobody knows when: taken for the
    /// newest, one of them would say that none is due for as long as the clock was wrong, and push out all that follow.
    pub(crate) ahead: Vec<(Timestamp, PathBuf)>,
}

impl Shelf {
    /// When the newest was begun.
    pub(crate) fn newest(&self) -> Option<Timestamp> {
        self.made.last().map(|(begun, _)| *begun)
    }
}

/// The backups in this folder.
pub(super) fn list(folder: &Path, names: &Names, now: Timestamp) -> std::io::Result<Shelf> {
    let mut shelf = Shelf::default();
    for entry in folder.read_dir()? {
        let entry = entry?;
        if let Some(begun) = entry.file_name().to_str().and_then(|name| names.read(name)) {
            let side = if begun > now { &mut shelf.ahead } else { &mut shelf.made };
            side.push((begun, entry.path()));
        }
    }
    shelf.made.sort();
    shelf.ahead.sort();
    Ok(shelf)
}

/// Removes all but the newest `keep`, with their keys.
pub(super) fn thin_out(folder: &Path, names: &Names, keep: usize, now: Timestamp) -> std::io::Result<()> {
    let made = list(folder, names, now)?.made;
    for (_, path) in &made[..made.len().saturating_sub(keep)] {
        std::fs::remove_file(path)?;
        let _ = std::fs::remove_file(keyfile::beside(path, ".key"));
    }
    Ok(())
}

/// Removes what kills left of unfinished ones. None may be under way.
pub(super) fn sweep(folder: &Path, names: &Names) -> std::io::Result<()> {
    for entry in folder.read_dir()? {
        let entry = entry?;
        let name = entry.file_name();
        let whole = name.to_str().and_then(|name| name.strip_suffix(".partial"));
        if whole.and_then(|whole| names.read(whole)).is_some() {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_when_it_was_begun_and_a_foreign_one_nothing() {
        let names = Names::of(Path::new("/data/payhook.db"));
        let at = Timestamp::parse_rfc3339("2026-11-21T10:02:03.9Z").expect("valid");
        assert_eq!(names.at(at), "payhook-20261121T100203Z.db");
        assert_eq!(names.read("payhook-20261121T100203Z.db"), Timestamp::parse_rfc3339("2026-11-21T10:02:03Z"));
        let foreign = ["payhook.db", "payhook-2026.db", "other-20261121T100203Z.db", "payhook-20261121T100203Z.db.key"];
        let garbled = ["payhook-20261321T100203Z.db", "payhook-2026112éT10203Z.db", "payhook-20261121T100203+.db"];
        for name in foreign.into_iter().chain(garbled) {
            assert_eq!(names.read(name), None, "{name}");
        }
    }

    #[test]
    fn the_oldest_go_with_their_keys_and_nothing_else_does() {
        let folder = tempfile::tempdir().expect("a folder");
        let names = Names::of(Path::new("payhook.db"));
        let others = ["notes.txt", "payhook.db", "shop-20260101T000000Z.db"];
        let ours = ["payhook-20260101T000000Z.db", "payhook-20260102T000000Z.db", "payhook-20260103T000000Z.db"];
        let killed = ["payhook-20260101T000000Z.db.key", "payhook-20250101T000000Z.db.partial"];
        for name in others.iter().chain(&ours).chain(&killed) {
            std::fs::write(folder.path().join(name), "").expect("written");
        }
        let now = Timestamp::parse_rfc3339("2026-01-04T00:00:00Z").expect("valid");
        thin_out(folder.path(), &names, 2, now).expect("thinned");
        sweep(folder.path(), &names).expect("swept");
        let left = |name: &str| folder.path().join(name).exists();
        assert!(others.iter().all(|name| left(name)));
        assert_eq!(ours.map(left), [false, true, true]);
        assert_eq!(killed.map(left), [false, false]);
    }

    #[test]
    fn one_that_is_dated_later_than_now_is_not_the_newest_and_neither_goes_nor_pushes_another_out() {
        let folder = tempfile::tempdir().expect("a folder");
        let names = Names::of(Path::new("payhook.db"));
        let (early, late) = ("payhook-20260101T000000Z.db", "payhook-20260102T000000Z.db");
        let ahead = ["payhook-20310101T000000Z.db", "payhook-20320101T000000Z.db"];
        for name in [early, late].iter().chain(&ahead) {
            std::fs::write(folder.path().join(name), "").expect("written");
        }
        let now = Timestamp::parse_rfc3339("2026-01-02T00:00:00Z").expect("valid");
        let named = |list: &[(Timestamp, PathBuf)]| -> Vec<_> {
            list.iter().filter_map(|(_, path)| Some(path.file_name()?.to_str()?.to_owned())).collect()
        };
        let shelf = list(folder.path(), &names, now).expect("listed");
        assert_eq!(
            (named(&shelf.made), named(&shelf.ahead)),
            (vec![early.into(), late.into()], ahead.map(Into::into).into())
        );
        thin_out(folder.path(), &names, 1, now).expect("thinned");
        let left = |name: &str| folder.path().join(name).exists();
        assert_eq!([early, late, ahead[0], ahead[1]].map(left), [false, true, true, true]);
    }
}
