//! Fields of a query or a form body, found one by one.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// The value of the field `name`, decoded; nothing when it stands there more than once, since two parties may each read
/// another of them, or when it is no UTF-8.
pub(crate) fn find<'r>(text: &'r str, name: &str) -> Option<Cow<'r, str>> {
    let mut values = text.split('&').filter_map(|field| {
        let (key, value) = field.split_once('=').unwrap_or((field, ""));
        (decoded(key)? == name).then_some(value)
    });
    let only = values.next()?;
    values.next().is_none().then(|| decoded(only))?
}

fn decoded(text: &str) -> Option<Cow<'_, str>> {
    if !text.contains(['%', '+']) {
        return Some(Cow::Borrowed(text));
    }
    let spaced = text.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8().ok().map(|text| Cow::Owned(text.into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_found_decoded_when_it_stands_there_once() {
        let text = "a=1&b%20c=x+y%26&d&a2=%C3%A9&bad=%ff&twice=1&twice=2";
        for (name, expected) in [
            ("a", Some("1")),
            ("b c", Some("x y&")),
            ("d", Some("")),
            ("a2", Some("é")),
            ("bad", None),
            ("twice", None),
            ("e", None),
        ] {
            assert_eq!(find(text, name).as_deref(), expected, "{name}");
        }
    }
}
