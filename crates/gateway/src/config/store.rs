//! `[store]`: where payhook keeps what it received.

pub(super) mod backup;
pub(super) mod retention;

use std::ffi::OsString;
use std::io::Read;
use std::path::{Path, PathBuf};

use rustix::fs::Access;

use self::backup::BackupPlan;
use self::retention::Retention;
use super::typed::section::Section;
use super::words::mistakes::{Findings, Place};

/// Where payhook keeps what it received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Store {
    /// The SQLite database.
    pub path: PathBuf,
    /// Free disk, in bytes, below which nothing is accepted.
    pub reserve_bytes: u64,
    /// How long it is kept.
    pub retention: Retention,
    /// Backups the gateway makes by itself; none when absent.
    pub backup: Option<BackupPlan>,
}

impl Store {
    /// The file beside the database that holds the local API token: `payhook.db.token`.
    #[must_use]
    pub fn token_file(&self) -> PathBuf {
        self.beside(".token")
    }

    /// The file beside the database that holds the envelope key: `payhook.db.key`.
    #[must_use]
    pub fn key_file(&self) -> PathBuf {
        self.beside(".key")
    }

    /// Looks whether the database could be opened, without changing anything.
    ///
    /// # Errors
    /// What stands in the way.
    pub fn look(&self) -> Result<Condition, String> {
        let failed = |error: std::io::Error| format!("{}: {error}", self.path.display());
        match std::fs::OpenOptions::new().read(true).write(true).open(&self.path) {
            Ok(file) => {
                let mut start = Vec::new();
                file.take(MAGIC.len() as u64).read_to_end(&mut start).map_err(failed)?;
                let fits = start.is_empty() || start == MAGIC;
                fits.then_some(Condition::There).ok_or_else(|| format!("{} is no database", self.path.display()))
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let folder_of = |path: &Path| path.parent().unwrap_or(Path::new("/")).to_owned();
                // Of the file to be, where the path is a link to one.
                let real = payhook_store::real_path(&self.path);
                let folder = folder_of(&real.map_err(|_| self.leads_nowhere())?);
                let may_write = rustix::fs::access(&folder, Access::WRITE_OK | Access::EXEC_OK).is_ok();
                let new = may_write.then_some(Condition::New);
                new.ok_or_else(|| format!("the folder {} cannot be written by this user", folder.display()))
            }
            Err(error) => Err(failed(error)),
        }
    }

    fn leads_nowhere(&self) -> String {
        match self.path.parent() {
            Some(folder) if !self.path.is_symlink() => format!("the folder {} is not there", folder.display()),
            _ => format!("{} is a link into a folder that is not there", self.path.display()),
        }
    }

    fn beside(&self, suffix: &str) -> PathBuf {
        let mut name = OsString::from(self.path.as_os_str());
        name.push(suffix);
        name.into()
    }
}

/// What is found where the database should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// A database that can be read and written.
    There,
    /// Nothing yet: the first start makes it.
    New,
}

/// How every SQLite file begins (sqlite.org/fileformat.html, section 1.3).
const MAGIC: &[u8] = b"SQLite format 3\0";
const URL: &str = "sqlite:payhook.db";
const URL_HINT: &str = "write sqlite: and a file, \"sqlite:payhook.db\"";
/// 512 MiB.
const RESERVE_BYTES: u64 = 512 << 20;
/// A reserve of less was most likely meant in another unit.
const RESERVE_DOUBTED_BELOW: u64 = 1 << 20;

/// Reads the section; `home` is what relative paths start from.
pub(super) fn read(section: &Section<'_>, home: &Path, findings: &mut Findings) -> Store {
    let (url, place) = section.text("url").unwrap_or((URL, section.place.clone()));
    let path = database(url, &place, findings).unwrap_or("payhook.db");
    let reserve = section.size("reserve", findings);
    if let Some((bytes @ 1..RESERVE_DOUBTED_BELOW, place)) = &reserve {
        let what = format!("`reserve` of [store] is {bytes} bytes, which keeps nothing free");
        findings.warning(place, what, "a number alone counts bytes: write \"512 MiB\", or 0 for none");
    }
    let reserve_bytes = reserve.map_or(RESERVE_BYTES, |(bytes, _)| bytes);
    let (retention, backup) = (retention::read(section, findings), backup::read(section, home, findings));
    Store { path: home.join(path), reserve_bytes, retention, backup }
}

/// The file an address of the form `sqlite:FILE` or `sqlite://FILE` names. Shows nothing of another address: it may
/// carry a password.
fn database<'u>(url: &'u str, place: &Place, findings: &mut Findings) -> Option<&'u str> {
    let scheme = url.split(':').next().unwrap_or_default();
    let Some(rest) = url.strip_prefix("sqlite:") else {
        if matches!(scheme, "postgres" | "postgresql") {
            findings.mistake(place, "a PostgreSQL store is not built yet", URL_HINT);
        } else {
            findings.mistake(place, "`url` of [store] is not the address of a store", URL_HINT);
        }
        return None;
    };
    let file = rest.strip_prefix("//").unwrap_or(rest);
    if file.is_empty() || file.ends_with('/') {
        findings.mistake(place, "`url` of [store] names no file", URL_HINT);
        return None;
    }
    if file.starts_with(":memory:") || file.contains('?') {
        findings.mistake(place, "`url` of [store] takes a file and no options; memory would survive nothing", URL_HINT);
        return None;
    }
    Some(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spellings_of_a_database_file() {
        let place = Place::Environment;
        for (url, file) in [
            ("sqlite:payhook.db", Some("payhook.db")),
            ("sqlite:/var/lib/payhook.db", Some("/var/lib/payhook.db")),
            ("sqlite:///var/lib/payhook.db", Some("/var/lib/payhook.db")),
            ("sqlite://payhook.db", Some("payhook.db")),
            ("sqlite::memory:", None),
            ("sqlite:a.db?mode=ro", None),
            ("sqlite:", None),
            ("payhook.db", None),
            ("postgres://u:p@h/d", None),
        ] {
            let mut findings = Findings::default();
            assert_eq!(database(url, &place, &mut findings), file, "{url}");
            assert_eq!(findings.count(), usize::from(file.is_none()), "{url}");
        }
    }

    #[test]
    fn a_link_to_a_file_that_is_to_be_is_a_place_for_a_new_one_and_a_missing_folder_is_none() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = |path: &str| Store {
            path: folder.path().join(path),
            reserve_bytes: 0,
            retention: Retention::default(),
            backup: None,
        };
        let link = |to: &str, name: &str| std::os::unix::fs::symlink(to, folder.path().join(name)).expect("linked");
        std::fs::create_dir(folder.path().join("data")).expect("made");
        link("data/payhook.db", "payhook.db");
        link("nowhere/payhook.db", "astray.db");
        assert_eq!(store("payhook.db").look(), Ok(Condition::New));
        assert_eq!(store("data/payhook.db").look(), Ok(Condition::New));
        for (path, said) in
            [("astray.db", "astray.db is a link into a folder that"), ("nowhere/payhook.db", "/nowhere")]
        {
            let why = store(path).look().expect_err("it cannot be made there");
            assert!(why.contains(said) && why.ends_with(" is not there"), "{why}");
        }
    }

    #[test]
    fn the_token_lies_beside_the_database() {
        let path = PathBuf::from("/data/payhook.db");
        let store = Store { path, reserve_bytes: 0, retention: Retention::default(), backup: None };
        assert_eq!(store.token_file(), PathBuf::from("/data/payhook.db.token"));
    }
}
