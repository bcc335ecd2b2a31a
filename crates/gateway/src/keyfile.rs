//! Two small files beside the store, made at first start with mode 0600: the API token, and the envelope key that
//! authenticates what leaves the gateway and comes back (API cursors).

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use zeroize::Zeroizing;

/// The path of the token file of the store at `store`: `payhook.db.token`.
#[must_use]
pub fn token_path(store: &Path) -> PathBuf {
    beside(store, ".token")
}

/// Reads the local API token, or makes it. 32 random bytes, `phk_` in front so that scanners recognise it.
///
/// # Errors
/// When the file can be neither read nor made.
pub fn token(store: &Path) -> std::io::Result<Zeroizing<String>> {
    read_or_make(&token_path(store), |random| format!("phk_{}", BASE64URL_NOPAD.encode(random)))
}

/// Reads the envelope key, or makes it.
///
/// # Errors
/// When the file can be neither read nor made, or does not hold 64 hex digits.
pub fn envelope_key(store: &Path) -> std::io::Result<Zeroizing<Vec<u8>>> {
    let path = beside(store, ".key");
    let text = read_or_make(&path, |random| HEXLOWER.encode(random))?;
    decoded(&text).ok_or_else(|| {
        std::io::Error::new(ErrorKind::InvalidData, format!("{} does not hold 64 hex digits", path.display()))
    })
}

/// Whether this is an envelope key as its file holds one.
pub(crate) fn is_envelope_key(text: &str) -> bool {
    decoded(text).is_some()
}

fn decoded(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let key = Zeroizing::new(HEXLOWER.decode(text.as_bytes()).ok()?);
    Some(key).filter(|key| key.len() == 32)
}

/// 32 random bytes from the operating system, wiped when dropped.
///
/// # Errors
/// When the operating system gives none.
pub fn random() -> std::io::Result<Zeroizing<[u8; 32]>> {
    let mut random = Zeroizing::new([0; 32]);
    getrandom::fill(random.as_mut()).map_err(|error| std::io::Error::other(error.to_string()))?;
    Ok(random)
}

/// The file beside `store` with this suffix.
pub(crate) fn beside(store: &Path, suffix: &str) -> PathBuf {
    let mut path = store.as_os_str().to_owned();
    path.push(suffix);
    path.into()
}

fn read_or_make(path: &Path, make: impl Fn(&[u8; 32]) -> String) -> std::io::Result<Zeroizing<String>> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Zeroizing::new(text.trim().to_owned())),
        Err(missing) if missing.kind() == ErrorKind::NotFound => {
            let text = Zeroizing::new(make(&*random()?));
            write_whole(path, &text)?;
            Ok(text)
        }
        Err(error) => Err(error),
    }
}

/// Makes the file whole or not at all: a crash between making and writing must not leave an empty key.
pub(crate) fn write_whole(path: &Path, text: &str) -> std::io::Result<()> {
    let unfinished = beside(path, ".new");
    let written = write_synced(&unfinished, text).and_then(|()| std::fs::rename(&unfinished, path));
    if let Err(error) = written {
        // On a full disk every try would leave one behind.
        let _ = std::fs::remove_file(&unfinished);
        return Err(error);
    }
    std::fs::File::open(payhook_store::folder_of(path))?.sync_all()
}

fn write_synced(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    file.write_all(b"\n")?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_first_start_makes_both_and_a_second_reads_the_same() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = folder.path().join("payhook.db");
        let (token_made, key_made) = (token(&store).expect("made"), envelope_key(&store).expect("made"));
        assert_eq!(token(&store).expect("read"), token_made);
        assert_eq!(envelope_key(&store).expect("read"), key_made);
        let mode = std::fs::metadata(token_path(&store)).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn what_could_not_be_written_leaves_nothing_behind() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("today.db.key");
        // It takes the place of nothing but a file: the last step fails.
        std::fs::create_dir(&path).expect("made");
        assert!(write_whole(&path, "text").is_err());
        assert!(!beside(&path, ".new").exists());
    }

    #[test]
    fn a_damaged_key_is_an_error_not_a_new_key() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = folder.path().join("payhook.db");
        std::fs::write(folder.path().join("payhook.db.key"), "short").expect("written");
        assert!(envelope_key(&store).is_err());
    }
}
