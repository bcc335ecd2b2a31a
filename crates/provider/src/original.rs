//! The provider's own words when an event stands for a whole body.

use payhook_domain::event::Original;
use serde_json::value::RawValue;

/// The body as it stands where it is JSON; otherwise as one JSON string, invalid UTF-8 replaced, so that what carries
/// it stays JSON.
pub(crate) fn of_body(body: &[u8]) -> Original {
    if serde_json::from_slice::<&RawValue>(body).is_ok() {
        return Original::Slice(0..body.len());
    }
    let text = String::from_utf8_lossy(body);
    Original::Rendered(serde_json::to_string(&text).expect("a string is always JSON"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_kept_where_it_stands_and_anything_else_becomes_a_string() {
        assert_eq!(of_body(b" {\"a\":1}\n"), Original::Slice(0..9));
        assert_eq!(of_body(b"a=\"b\""), Original::Rendered(r#""a=\"b\"""#.to_owned()));
        assert_eq!(of_body(b"\"\xff\""), Original::Rendered("\"\\\"\u{fffd}\\\"\"".to_owned()));
    }
}
