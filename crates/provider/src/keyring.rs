//! Which of a source's keys makes a signature.

use payhook_domain::verdict::Unverified;

use crate::key::Key;

/// What trying every key came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fit {
    /// The key at this position makes it.
    Key(usize),
    /// The key at this position makes it, but is retired: it explains the refusal and accepts nothing.
    Retired(usize),
    /// None does.
    None,
}

/// Tries every key that is valid, then the retired ones. The comparison takes the same time wherever the first
/// difference stands; the caller has checked that `tag` has the 32 bytes of an HMAC-SHA256.
pub(crate) fn fit(keys: &[Key], message: &[u8], tag: &[u8; 32]) -> Fit {
    first(keys, |key| key.makes(message, tag))
}

/// The first valid key of which `makes` holds, else the first retired one, which is asked only then.
pub(crate) fn first(keys: &[Key], makes: impl Fn(&Key) -> bool) -> Fit {
    let find = |retired: bool| keys.iter().position(|key| key.retired == retired && makes(key));
    match find(false) {
        Some(position) => Fit::Key(position),
        None => find(true).map_or(Fit::None, Fit::Retired),
    }
}

/// The position of the key that accepts, or why none does.
pub(crate) fn accepted(fit: Fit, keys: &[Key]) -> Result<usize, (Unverified, String)> {
    match fit {
        Fit::Key(position) => Ok(position),
        Fit::Retired(position) => {
            Err((Unverified::KeyRetired, format!("the key {} makes it, but is retired", keys[position].name)))
        }
        Fit::None => Err((Unverified::SignatureMismatch, tried(keys))),
    }
}

/// Which keys were tried, by name: all an operator may be told about a signature that none of them makes.
pub(crate) fn tried(keys: &[Key]) -> String {
    if keys.is_empty() {
        return "the source has no key".to_owned();
    }
    let names: Vec<&str> = keys.iter().map(|key| key.name.as_str()).collect();
    format!("no key makes this signature; tried: {}", names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str, retired: bool) -> Key {
        Key { retired, ..Key::hmac_sha256(name, name.as_bytes()) }
    }

    fn tag(key: &Key) -> [u8; 32] {
        key.tag(b"message").as_ref().try_into().expect("32 bytes")
    }

    #[test]
    fn any_valid_key_fits_and_a_retired_one_only_explains() {
        let keys = [key("old", true), key("current", false), key("next", false)];
        assert_eq!(fit(&keys, b"message", &tag(&keys[2])), Fit::Key(2));
        assert_eq!(fit(&keys, b"message", &tag(&keys[0])), Fit::Retired(0));
        assert_eq!(fit(&keys, b"another", &tag(&keys[1])), Fit::None);
    }

    #[test]
    fn the_same_key_valid_and_retired_is_valid() {
        let keys = [key("same", true), key("same", false)];
        assert_eq!(fit(&keys, b"message", &tag(&keys[0])), Fit::Key(1));
    }

    #[test]
    fn what_was_tried_is_told_by_name_alone() {
        assert_eq!(tried(&[key("a", false), key("b", true)]), "no key makes this signature; tried: a, b");
        assert_eq!(tried(&[]), "the source has no key");
    }
}
