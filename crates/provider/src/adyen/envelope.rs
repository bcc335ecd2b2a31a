//! The JSON envelope: `{"live": …, "notificationItems": [{"NotificationRequestItem": {…}}]}`.

use super::item::StandardItem;
use super::soap;
use crate::reader::{Reader, Token};
use crate::scalar::Scalar;

/// No item that could be authentic is shorter, in bytes: names, signature, code and outcome alone take 144. It bounds
/// the verdicts of one request by its body, however many empty items it holds.
pub(super) const ITEM_LEN_MIN: usize = 128;

/// What an envelope is, of JSON or SOAP.
#[derive(Debug)]
pub(super) enum Envelope<'r> {
    /// A standard envelope with at least one item, each where it is readable.
    Items(Items<'r>),
    /// An object without items.
    Other,
    /// Not a JSON object or no XML, not UTF-8, or more items than its bytes can hold.
    Unreadable,
}

/// The items in their order; nothing in place of one that is not readable.
pub(super) type Items<'r> = Vec<Option<Box<StandardItem<'r>>>>;

/// Reads the envelope and its items, as SOAP where a tag begins it.
pub(super) fn read(body: &[u8]) -> Envelope<'_> {
    if soap::opens_tag(body) {
        return soap::read(body);
    }
    match members(body) {
        None => Envelope::Unreadable,
        Some(Members { items, .. }) if items.is_empty() => Envelope::Other,
        Some(Members { live, mut items }) => {
            items.iter_mut().flatten().for_each(|item| item.live = live);
            Envelope::Items(items)
        }
    }
}

/// What is read of the envelope.
struct Members<'r> {
    /// The environment it claims.
    live: Option<bool>,
    items: Items<'r>,
}

fn members(body: &[u8]) -> Option<Members<'_>> {
    let mut reader = Reader::new(body)?;
    let (mut live, mut items) = (None, None);
    let count_max = (body.len() / ITEM_LEN_MIN).max(1);
    (reader.token()? == Token::Object).then_some(())?;
    reader.members(|reader, name| {
        let token = reader.token()?;
        match name.decoded()?.as_ref() {
            "live" => {
                reader.pass_over(token)?;
                once(&mut live, Scalar::of(token)?)
            }
            "notificationItems" => once(&mut items, list(reader, token, count_max)?),
            _ => reader.pass_over(token),
        }
    })?;
    reader.is_at_end().then(|| Members { live: live.unwrap_or_default().flag(), items: items.unwrap_or_default() })
}

fn list<'r>(reader: &mut Reader<'r>, token: Token<'r>, count_max: usize) -> Option<Items<'r>> {
    let mut items = Vec::new();
    match token {
        Token::List => {}
        Token::Null => return Some(items),
        _ => return None,
    }
    while reader.element(items.is_empty())? {
        (items.len() < count_max && reader.token()? == Token::Object).then_some(())?;
        items.push(element(reader)?);
    }
    Some(items)
}

fn element<'r>(reader: &mut Reader<'r>) -> Option<Option<Box<StandardItem<'r>>>> {
    let mut item = None;
    reader.members(|reader, name| match name.decoded()?.as_ref() {
        "NotificationRequestItem" => once(&mut item, StandardItem::read(reader)?),
        _ => {
            let token = reader.token()?;
            reader.pass_over(token)
        }
    })?;
    Some(item.flatten())
}

/// Takes what may stand once only: two readers may each take another of two.
pub(super) fn once<T>(place: &mut Option<T>, value: T) -> Option<()> {
    place.replace(value).is_none().then_some(())
}

#[cfg(test)]
mod tests {
    use super::super::item::Written;
    use super::*;

    #[test]
    fn an_item_knows_where_its_bytes_stand() {
        let body = br#" {"live":"false","notificationItems":[ {"NotificationRequestItem": {"pspReference":"A"} } ]}"#;
        let Envelope::Items(items) = read(body) else { panic!("not an envelope") };
        let item = items[0].as_ref().expect("readable");
        let Written::Json { at } = item.written else { panic!("JSON") };
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
            assert!(!matches!(read, Envelope::Items(_)));
        }
    }

    #[test]
    fn a_flood_of_empty_items_is_not_judged_one_by_one() {
        let body = format!(r#"{{"notificationItems":[{}{{}}]}}"#, "{},".repeat(1_000));
        assert!(matches!(read(body.as_bytes()), Envelope::Unreadable));
    }
}
