//! Somebody else's payment at Banked. Its notifications name no account: whose they are, the key alone says. So this is
//! a payment of another merchant's with the same reference, told as this story is, and signed with that merchant's key.

use serde_json::{Value, json};

use crate::book::{Act, Content};

/// Characters of a UUID.
const UUID_LENGTH: usize = 36;
/// Bytes that their key is made of.
const KEY_BYTES: usize = 32;

/// What the other merchant would be told instead of this; nothing when it cannot be read.
pub(super) fn elsewhere(act: &Act<'_>, content: &Content) -> Option<Content> {
    // The same for all of a story: its events are about one payment there, too.
    let another = |id: &str| act.chance_aside(&format!("{} elsewhere {id}", act.story())).uuid();
    let mut value: Value = serde_json::from_str(&content.body).ok()?;
    rename(&mut value, &another);
    if let Some(payee) = value.get_mut("payee") {
        *payee = json!({ "account_number": "87654321", "name": "Somebody Else", "sort_code": "040506" });
    }
    Some(Content { media: content.media.clone(), body: value.to_string(), fault: None })
}

/// The key that merchant has chosen, the same for all stories.
pub(super) fn their_key(act: &Act<'_>) -> String {
    act.chance_aside("the signature key of somebody else").hex(KEY_BYTES)
}

/// Gives everything another id, wherever it is named.
fn rename(value: &mut Value, another: &impl Fn(&str) -> String) {
    match value {
        Value::String(text) => *text = renamed(text, another),
        Value::Array(items) => items.iter_mut().for_each(|item| rename(item, another)),
        Value::Object(members) => members.values_mut().for_each(|member| rename(member, another)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn renamed(text: &str, another: &impl Fn(&str) -> String) -> String {
    let (mut renamed, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(first) = rest.chars().next() {
        let id = rest.get(..UUID_LENGTH).filter(|id| is_uuid(id));
        renamed.push_str(&id.map_or_else(|| first.to_string(), another));
        rest = &rest[id.map_or(first.len_utf8(), str::len)..];
    }
    renamed
}

fn is_uuid(text: &str) -> bool {
    let fits = |(place, byte): (usize, u8)| match place {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    };
    text.bytes().enumerate().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_id_is_another_wherever_it_stands_and_the_same_one_the_same() {
        let id = "a6941fd1-f5cb-4948-814d-df03540149fb";
        let mut value = json!({
            "id": id, "url": format!("https://x/é/{id}?p={id}"), "data": [{ "id": format!("{id}0") }], "amount": 1,
            "reference": "not-an-id-not-an-id-not-an-id-not-an", "none": null,
        });
        rename(&mut value, &|id: &str| format!("<{}>", &id[..4]));
        let expected = json!({
            "id": "<a694>", "url": "https://x/é/<a694>?p=<a694>", "data": [{ "id": "<a694>0" }], "amount": 1,
            "reference": "not-an-id-not-an-id-not-an-id-not-an", "none": null,
        });
        assert_eq!(value, expected);
    }
}
