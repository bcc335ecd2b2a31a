//! A JSON pointer (RFC 6901), followed through the bytes without building anything.

use std::borrow::Cow;
use std::fmt;

use crate::reader::{Reader, Token};

/// Most steps of one pointer.
const STEPS_MAX: usize = 16;

/// `/data/object/id`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pointer(Vec<Box<str>>);

impl Pointer {
    /// Reads a pointer that names something inside the document.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        let steps = text
            .strip_prefix('/')
            .ok_or_else(|| format!("`{text}` does not begin with a slash, as a JSON pointer does"))?;
        let steps: Vec<Box<str>> =
            steps.split('/').map(|step| step.replace("~1", "/").replace("~0", "~").into()).collect();
        if steps.len() > STEPS_MAX {
            return Err(format!("`{text}` goes deeper than {STEPS_MAX} steps"));
        }
        Ok(Self(steps))
    }

    /// The text, number or flag that stands there, as text; nothing where there is none, or a list or an object. Of two
    /// members of one name the first is taken.
    pub(crate) fn find<'r>(&self, json: &'r [u8]) -> Option<Cow<'r, str>> {
        let mut reader = Reader::new(json)?;
        match self.seek(&mut reader)? {
            Token::Text(text) => text.decoded(),
            Token::Number(text) | Token::Flag(text) => Some(Cow::Borrowed(text)),
            Token::Object | Token::List | Token::Null => None,
        }
    }

    /// Each element of the list that stands there, as it is written; nothing where there is no list, or one with more than
    /// `max` elements.
    pub(crate) fn elements<'r>(&self, json: &'r [u8], max: usize) -> Option<Vec<&'r str>> {
        let mut reader = Reader::new(json)?;
        let Token::List = self.seek(&mut reader)? else { return None };
        let mut elements = Vec::new();
        while reader.element(elements.is_empty())? {
            let start = reader.position();
            let token = reader.token()?;
            reader.pass_over(token)?;
            elements.push(reader.since(start));
            if elements.len() > max {
                return None;
            }
        }
        Some(elements)
    }

    /// Reads on until the value stands next, and begins it.
    fn seek<'r>(&self, reader: &mut Reader<'r>) -> Option<Token<'r>> {
        let mut token = reader.token()?;
        for step in &self.0 {
            match token {
                Token::Object => seek_member(reader, step)?,
                Token::List => seek_element(reader, step.parse().ok()?)?,
                _ => return None,
            }
            token = reader.token()?;
        }
        Some(token)
    }
}

fn seek_member(reader: &mut Reader<'_>, wanted: &str) -> Option<()> {
    let mut is_first = true;
    while let Some(name) = reader.name(is_first)? {
        if name.decoded()? == wanted {
            return Some(());
        }
        let token = reader.token()?;
        reader.pass_over(token)?;
        is_first = false;
    }
    None
}

fn seek_element(reader: &mut Reader<'_>, wanted: usize) -> Option<()> {
    for position in 0..=wanted {
        if !reader.element(position == 0)? {
            return None;
        }
        if position < wanted {
            let token = reader.token()?;
            reader.pass_over(token)?;
        }
    }
    Some(())
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|step| write!(f, "/{}", step.replace('~', "~0").replace('/', "~1")))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    const JSON: &str = r#"{"a": {"b/c": [1, {"d": "x\ny"}], "b": null}, "~": true, "": -1.50, "e": [], "a2": "é", "l": [ {"x":1} , 2 ]}"#;

    fn found(pointer: &str) -> Option<String> {
        Pointer::read(pointer).expect("a pointer").find(JSON.as_bytes()).map(Cow::into_owned)
    }

    #[test]
    fn texts_numbers_and_flags_are_found_and_nothing_else_is() {
        for (pointer, expected) in [
            ("/a/b~1c/0", Some("1")),
            ("/a/b~1c/1/d", Some("x\ny")),
            ("/~0", Some("true")),
            ("/", Some("-1.50")),
            ("/a2", Some("é")),
            ("/a", None),
            ("/a/b", None),
            ("/a/b/c", None),
            ("/a/b~1c/2", None),
            ("/a/b~1c/x", None),
            ("/e/0", None),
            ("/f", None),
        ] {
            assert_eq!(found(pointer).as_deref(), expected, "{pointer}");
        }
    }

    #[test]
    fn a_pointer_begins_with_a_slash_and_has_an_end() {
        assert!(Pointer::read("a").is_err());
        assert!(Pointer::read(&"/a".repeat(17)).is_err());
        assert_eq!(Pointer::read("/a~1b/~0").expect("a pointer").to_string(), "/a~1b/~0");
    }

    #[test]
    fn a_list_is_taken_apart_as_it_is_written() {
        let elements = |pointer: &str, max| Pointer::read(pointer).expect("a pointer").elements(JSON.as_bytes(), max);
        assert_eq!(elements("/l", 2), Some(vec![r#"{"x":1}"#, "2"]));
        assert_eq!(elements("/l", 1), None, "more than may be");
        assert_eq!(elements("/e", 1), Some(vec![]));
        assert_eq!(elements("/a", 1), None);
    }

    proptest! {
        #[test]
        fn it_finds_what_serde_json_finds(steps in prop::collection::vec("a|b~1c|0|1|d|l|x|~0", 1..4)) {
            let text = format!("/{}", steps.join("/"));
            let tree: Value = serde_json::from_str(JSON).expect("JSON");
            let expected = tree.pointer(&text).and_then(|value| match value {
                Value::String(text) => Some(text.clone()),
                Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
                _ => None,
            });
            prop_assert_eq!(found(&text), expected);
        }
    }
}
