//! Bodies that are no text anybody could have signed: empty, compressed, in another encoding.

use super::{Cause, Finding};

/// What a body is that no provider sends, where it is one of the usual: seen without any key.
pub(super) fn unusual(body: &[u8]) -> Option<Finding> {
    let (what, hint) = match body {
        [] => (
            "the body is empty",
            "something before payhook read it and passed nothing on; to check a notification, give its body as it was received",
        ),
        [0x1f, 0x8b, ..] | [0x28, 0xb5, 0x2f, 0xfd, ..] => (
            "the body is compressed",
            "something on the way compressed it, and providers do not: pass it on as it came, or check what it was before",
        ),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [b'{' | b'[' | b'<', 0, ..] | [0, b'{' | b'[' | b'<', ..] => (
            "the body is UTF-16",
            "a tool wrote it anew, as `>` of Windows PowerShell does: keep the bytes that were received",
        ),
        _ => return None,
    };
    Some(Finding::new(Cause::BodyChanged, what, hint))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_text_is_named_and_what_is_one_is_not() {
        for (body, expected) in [
            (b"".as_slice(), Some("empty")),
            (b"\x1f\x8b\x08\x00", Some("compressed")),
            (b"\x28\xb5\x2f\xfd\x04", Some("compressed")),
            (b"\xff\xfe{\0", Some("UTF-16")),
            (b"{\0\"\0", Some("UTF-16")),
            (b"\0{\0\"", Some("UTF-16")),
            (b"{}", None),
            (b"a=1", None),
        ] {
            let said = unusual(body).map(|finding| finding.what);
            assert_eq!(said.is_some(), expected.is_some(), "{body:?}");
            assert!(said.unwrap_or_default().contains(expected.unwrap_or_default()), "{body:?}");
        }
    }
}
