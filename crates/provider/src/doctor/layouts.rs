//! One JSON text in other layouts: what JSON libraries make of it when they write it anew.

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::ser::{Formatter, PrettyFormatter};
use serde_json::value::RawValue;

use crate::entries::Entries;

/// Without white space between the tokens.
pub(super) fn compact(text: &str) -> Option<String> {
    within(text, |text| Some(outside_strings(text, |byte| if byte.is_ascii_whitespace() { "" } else { KEEP })))
}

/// With one space behind each colon and comma, as Python writes it.
pub(super) fn spaced(text: &str) -> Option<String> {
    Some(outside_strings(&compact(text)?, |byte| match byte {
        b',' => ", ",
        b':' => ": ",
        _ => KEEP,
    }))
}

/// Indented by two spaces.
pub(super) fn indented_by_two(text: &str) -> Option<String> {
    within(text, |text| written(&Tree::read(text, 0)?, PrettyFormatter::new()))
}

/// Indented by four.
pub(super) fn indented_by_four(text: &str) -> Option<String> {
    within(text, |text| written(&Tree::read(text, 0)?, PrettyFormatter::with_indent(b"    ")))
}

/// With the members of every object in the order of their names.
pub(super) fn sorted(text: &str) -> Option<String> {
    within(text, |text| {
        let mut tree = Tree::read(text, 0)?;
        tree.sort();
        written(&tree, serde_json::ser::CompactFormatter)
    })
}

/// With `/` written as `\/`, as PHP writes it.
pub(super) fn slashes_escaped(text: &str) -> Option<String> {
    Some(slashes_plain(text)?.replace('/', "\\/"))
}

/// With `\/` written as `/`.
pub(super) fn slashes_plain(text: &str) -> Option<String> {
    // A backslash before one that stands before a slash is a backslash of its own.
    Some(text.replace("\\\\", "\0").replace("\\/", "/").replace('\0', "\\\\"))
}

/// With what is not ASCII written as `\uXXXX`.
pub(super) fn letters_escaped(text: &str) -> Option<String> {
    let mut written = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter.is_ascii() {
            written.push(letter);
        } else {
            letter.encode_utf16(&mut [0; 2]).iter().for_each(|unit| written.push_str(&format!("\\u{unit:04x}")));
        }
    }
    Some(written)
}

/// With `\uXXXX` written as the letter it stands for.
pub(super) fn letters_plain(text: &str) -> Option<String> {
    let mut written = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("\\u") {
        let length =
            rest[at..].char_indices().step_by(6).map(|(at, _)| at).find(|end| !rest[at + end..].starts_with("\\u"));
        let escapes = &rest[at..at + length.unwrap_or(rest.len() - at)];
        written.push_str(&rest[..at]);
        let decoded: String = serde_json::from_str(&format!("\"{escapes}\"")).ok()?;
        decoded.chars().for_each(|letter| match letter {
            plain if !plain.is_ascii() => written.push(plain),
            ascii => written.push_str(&format!("\\u{:04x}", u32::from(ascii))),
        });
        rest = &rest[at + escapes.len()..];
    }
    written.push_str(rest);
    Some(written)
}

/// Writes the text anew between the white space around it, which is a change of its own.
fn within(text: &str, write: impl FnOnce(&str) -> Option<String>) -> Option<String> {
    let core = text.trim_ascii();
    let start = text.len() - text.trim_ascii_start().len();
    Some([&text[..start], &write(core)?, &text[start + core.len()..]].concat())
}

/// Stands for the byte itself.
const KEEP: &str = "\0";

/// Puts other text in the place of bytes that stand outside of strings.
fn outside_strings(text: &str, replace: impl Fn(u8) -> &'static str) -> String {
    let mut written = String::with_capacity(text.len());
    let (mut inside, mut escaped) = (false, false);
    for letter in text.chars() {
        let instead = match u8::try_from(letter) {
            Ok(byte) if !inside => replace(byte),
            _ => KEEP,
        };
        if instead == KEEP {
            written.push(letter)
        } else {
            written.push_str(instead)
        }
        inside ^= letter == '"' && !escaped;
        escaped = inside && letter == '\\' && !escaped;
    }
    written
}

/// A JSON text taken apart, its numbers and strings as they were written.
enum Tree {
    Object(Vec<(String, Tree)>),
    List(Vec<Tree>),
    Leaf(Box<RawValue>),
}

/// Deepest nesting that is taken apart.
const DEPTH_MAX: usize = 32;

impl Tree {
    fn read(text: &str, depth: usize) -> Option<Self> {
        let text = text.trim_ascii();
        Some(match text.as_bytes().first()? {
            _ if depth > DEPTH_MAX => return None,
            b'{' => {
                let entries: Entries<'_> = serde_json::from_str(text).ok()?;
                let members =
                    entries.iter().map(|(name, value)| Some((name.to_owned(), Self::read(value.get(), depth + 1)?)));
                Self::Object(members.collect::<Option<_>>()?)
            }
            b'[' => {
                let elements: Vec<&RawValue> = serde_json::from_str(text).ok()?;
                Self::List(elements.into_iter().map(|value| Self::read(value.get(), depth + 1)).collect::<Option<_>>()?)
            }
            _ => Self::Leaf(serde_json::from_str(text).ok()?),
        })
    }

    fn sort(&mut self) {
        match self {
            Self::Object(members) => {
                members.sort_by(|(one, _), (other, _)| one.cmp(other));
                members.iter_mut().for_each(|(_, value)| value.sort());
            }
            Self::List(elements) => elements.iter_mut().for_each(Self::sort),
            Self::Leaf(_) => {}
        }
    }
}

impl Serialize for Tree {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Object(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                members.iter().try_for_each(|(name, value)| map.serialize_entry(name, value))?;
                map.end()
            }
            Self::List(elements) => {
                let mut list = serializer.serialize_seq(Some(elements.len()))?;
                elements.iter().try_for_each(|value| list.serialize_element(value))?;
                list.end()
            }
            Self::Leaf(value) => value.serialize(serializer),
        }
    }
}

fn written(tree: &Tree, layout: impl Formatter) -> Option<String> {
    let mut bytes = Vec::new();
    tree.serialize(&mut serde_json::Serializer::with_formatter(&mut bytes, layout)).ok()?;
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_layout_is_what_a_library_writes() {
        let text = r#"{"b": "x: y, z\"", "a":[1.50 , {}],"c":"http:\/\/é"}"#;
        for (layout, expected) in [
            (compact as fn(&str) -> Option<String>, r#"{"b":"x: y, z\"","a":[1.50,{}],"c":"http:\/\/é"}"#),
            (spaced, r#"{"b": "x: y, z\"", "a": [1.50, {}], "c": "http:\/\/é"}"#),
            (sorted, r#"{"a":[1.50,{}],"b":"x: y, z\"","c":"http:\/\/é"}"#),
            (slashes_plain, r#"{"b": "x: y, z\"", "a":[1.50 , {}],"c":"http://é"}"#),
            (slashes_escaped, text),
            (letters_escaped, "{\"b\": \"x: y, z\\\"\", \"a\":[1.50 , {}],\"c\":\"http:\\/\\/\\u00e9\"}"),
        ] {
            assert_eq!(layout(text).as_deref(), Some(expected));
        }
        assert_eq!(indented_by_two(r#"{"a":[1]}"#).as_deref(), Some("{\n  \"a\": [\n    1\n  ]\n}"));
        assert_eq!(indented_by_four(r#"{"a":1}"#).as_deref(), Some("{\n    \"a\": 1\n}"));
    }

    #[test]
    fn escaped_letters_become_letters_and_nothing_else_does() {
        assert_eq!(letters_plain(r#""\u00e9\ud83d\ude00 \u0041 \u000a""#).as_deref(), Some("\"é😀 \\u0041 \\u000a\""));
        assert_eq!(letters_plain(r#""\ud83d""#), None, "half a letter");
        assert_eq!(slashes_plain(r#""\\/ \/""#).as_deref(), Some(r#""\\/ /""#));
    }
}
