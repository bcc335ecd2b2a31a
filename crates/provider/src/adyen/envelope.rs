//! The JSON envelope: `{"live": …, "notificationItems": [{"NotificationRequestItem": {…}}]}`.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::item::{Fields, StandardItem};
use crate::json;
use crate::scalar::Scalar;

/// No item that could be authentic is shorter, in bytes: names, signature, code and outcome alone take 144. It bounds
/// the verdicts of one request by its body, however many empty items it holds.
const ITEM_LEN_MIN: usize = 128;

/// What the envelope is.
#[derive(Debug)]
pub(super) enum Envelope<'r> {
    /// A standard envelope with at least one item.
    Items {
        /// The environment it claims.
        live: Option<bool>,
        /// The items' own objects, each where the envelope has one.
        items: Vec<Option<&'r RawValue>>,
    },
    /// An object without items.
    Other,
    /// Not a JSON object, not UTF-8, or more items than its bytes can hold.
    Unreadable,
}

/// Reads the envelope and leaves the items for [`item`].
pub(super) fn read(body: &[u8]) -> Envelope<'_> {
    let Some(read) = json::object_in::<EnvelopeFields<'_>>(body) else { return Envelope::Unreadable };
    let items = read.notification_items.unwrap_or_default();
    match items.len() {
        0 => Envelope::Other,
        count if count > 1 && count > body.len() / ITEM_LEN_MIN => Envelope::Unreadable,
        _ => Envelope::Items {
            live: read.live.flag(),
            items: items.into_iter().map(|item| item.notification_request_item).collect(),
        },
    }
}

/// Reads one item of the envelope; nothing when it is not the object it should be.
pub(super) fn item<'r>(body: &'r [u8], live: Option<bool>, raw: &'r RawValue) -> Option<StandardItem<'r>> {
    let text = raw.get();
    let fields: Fields<'r> = json::object(text)?;
    let at = text.as_ptr().addr() - body.as_ptr().addr();
    fields.into_item(live, text.as_bytes(), Some(at))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct EnvelopeFields<'r> {
    #[serde(borrow, default)]
    live: Scalar<'r>,
    #[serde(borrow)]
    notification_items: Option<Vec<ItemFields<'r>>>,
}

#[derive(Deserialize)]
struct ItemFields<'r> {
    #[serde(borrow, rename = "NotificationRequestItem")]
    notification_request_item: Option<&'r RawValue>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_knows_where_its_bytes_stand() {
        let body = br#" {"live":"false","notificationItems":[ {"NotificationRequestItem": {"pspReference":"A"} } ]}"#;
        let Envelope::Items { live, items } = read(body) else { panic!("not an envelope") };
        let item = item(body, live, items[0].expect("an item")).expect("readable");
        let at = item.at.expect("JSON");
        assert_eq!(&body[at..at + item.raw.len()], br#"{"pspReference":"A"}"#);
        assert_eq!(item.live, Some(false));
    }

    #[test]
    fn what_has_no_items_is_told_from_what_cannot_be_read() {
        for (body, unreadable) in [
            (br#"{"type":"recurring.token.created"}"#.as_slice(), false),
            (br#"{"notificationItems":[]}"#, false),
            (br#"{"notificationItems":null}"#, false),
            (br#"{"notificationItems":{}}"#, true),
            (br#"["false",[]]"#, true),
            (b"", true),
            (b"a=b", true),
            (b"{\"live\":\"\xff\"}", true),
            (br#"{"live":"true","live":"false"}"#, true),
        ] {
            let read = read(body);
            assert_eq!(matches!(read, Envelope::Unreadable), unreadable, "{read:?}");
            assert!(!matches!(read, Envelope::Items { .. }));
        }
    }

    #[test]
    fn a_flood_of_empty_items_is_not_judged_one_by_one() {
        let body = format!(r#"{{"notificationItems":[{}{{}}]}}"#, "{},".repeat(1_000));
        assert!(matches!(read(body.as_bytes()), Envelope::Unreadable));
    }
}
