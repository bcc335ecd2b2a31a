//! Reading JSON objects strictly.

use serde::Deserialize;

/// Reads a JSON object out of a body that is UTF-8 throughout, as JSON has to be.
pub(crate) fn object_in<'r, T: Deserialize<'r>>(body: &'r [u8]) -> Option<T> {
    object(std::str::from_utf8(body).ok()?)
}

/// Reads a JSON object. serde would fill a struct from an array as well; no provider writes one. Why it failed is not
/// told: serde's words may quote the body.
pub(crate) fn object<'r, T: Deserialize<'r>>(text: &'r str) -> Option<T> {
    text.trim_ascii_start().starts_with('{').then(|| serde_json::from_str(text).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize, Default, Debug, PartialEq)]
    #[serde(default)]
    struct One {
        a: u8,
    }

    #[test]
    fn an_array_is_no_object() {
        assert_eq!(object(" {\"a\":1} "), Some(One { a: 1 }));
        assert_eq!(object::<One>("[1]"), None);
        assert_eq!(object_in::<One>(b"{\"a\":1,\"b\":\"\xff\"}"), None);
    }
}
