//! What a JSON value says, apart from how it is written.
//!
//! Two senders of one fact differ in the order of members, in white space and escapes, in numbers as text. None of that
//! makes another fact. Empty text, `null`, and what holds nothing else say as much as absence does.
//!
//! What is digested is written in one pass into one buffer: each value with its sort before it and its length or its end
//! behind, so that no two values are written alike, and the members of an object moved into the order of their names.

use std::borrow::Cow;
use std::fmt::{self, Write};

use payhook_domain::identity::Digest;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

/// What stands before a text, a list, an object and a member's name, and behind the last of a list's or object's.
const TEXT: u8 = b't';
const LIST: u8 = b'l';
const OBJECT: u8 = b'm';
const NAME: u8 = b'n';
const END: u8 = b'e';

/// The digest of what a body says, or of its bytes where it is no JSON or nested beyond reason (128 deep).
pub(crate) fn digest(body: &[u8]) -> Digest {
    let Ok(text) = std::str::from_utf8(body) else { return Digest::of([body]) };
    let mut meaning = Meaning::with_room_for(body.len());
    let mut json = serde_json::Deserializer::from_str(text);
    let read = Value(&mut meaning).deserialize(&mut json).and_then(|_| json.end());
    if read.is_ok() { meaning.digest() } else { Digest::of([body]) }
}

/// Whether something was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    /// Something.
    Much,
    /// As much as absence says.
    Nothing,
}

impl Said {
    fn unless(empty: bool) -> Self {
        if empty { Self::Nothing } else { Self::Much }
    }
}

/// A meaning being written.
#[derive(Debug)]
pub(crate) struct Meaning {
    written: Vec<u8>,
    /// The members of every object not yet ended, the innermost's last.
    members: Vec<Member>,
    moved: Vec<u8>,
}

/// Where a member stands in what is written.
#[derive(Clone, Copy, Debug)]
struct Member {
    start: usize,
    name: usize,
    value: usize,
    end: usize,
}

/// An object being written.
#[derive(Debug)]
#[must_use = "an object has an end"]
pub(crate) struct Object {
    start: usize,
    first: usize,
}

impl Meaning {
    /// Nothing yet, with room for what a text of this many bytes may say.
    pub(crate) fn with_room_for(bytes: usize) -> Self {
        Self { written: Vec::with_capacity(bytes + 64), members: Vec::with_capacity(64), moved: Vec::new() }
    }

    /// The digest of everything written.
    pub(crate) fn digest(&self) -> Digest {
        Digest::of([self.written.as_slice()])
    }

    /// Writes a text.
    pub(crate) fn text(&mut self, text: &str) -> Said {
        self.framed(TEXT, text);
        Said::unless(text.is_empty())
    }

    /// Begins an object.
    pub(crate) fn begin(&mut self) -> Object {
        let start = self.written.len();
        self.written.push(OBJECT);
        Object { start, first: self.members.len() }
    }

    /// Writes a member, unless its value says nothing. One that comes twice counts twice, in the order it came.
    pub(crate) fn member<E>(&mut self, name: &str, value: impl FnOnce(&mut Self) -> Result<Said, E>) -> Result<(), E> {
        let start = self.written.len();
        self.framed(NAME, name);
        let at = self.written.len();
        match value(self)? {
            Said::Much => {
                let end = self.written.len();
                self.members.push(Member { start, name: at - name.len(), value: at, end });
            }
            Said::Nothing => self.written.truncate(start),
        }
        Ok(())
    }

    /// Ends an object: its members in the order of their names.
    pub(crate) fn end(&mut self, object: &Object) -> Said {
        let Self { written, members, moved } = self;
        let own = &mut members[object.first..];
        let name = |member: &Member| &written[member.name..member.value];
        if !own.is_sorted_by_key(name) {
            // stable, so that a name that stands twice keeps its order
            own.sort_by(|one, other| name(one).cmp(name(other)));
            moved.clear();
            own.iter().for_each(|member| moved.extend_from_slice(&written[member.start..member.end]));
            written.truncate(object.start + 1);
            written.extend_from_slice(moved);
        }
        written.push(END);
        let said = Said::unless(own.is_empty());
        members.truncate(object.first);
        said
    }

    /// Whatever the value is; for a list of texts alone, the one text that they make with commas between them.
    pub(crate) fn joined<'de, D: Deserializer<'de>>(&mut self, value: D) -> Result<Said, D::Error> {
        let start = self.written.len();
        let said = Value(self).deserialize(value)?;
        match self.texts_from(start) {
            Some(joined) => {
                self.written.truncate(start);
                Ok(self.text(&joined))
            }
            None => Ok(said),
        }
    }

    /// The texts of the list that was written from `start` on, joined; nothing when it is another value or holds one.
    fn texts_from(&self, start: usize) -> Option<String> {
        let mut rest = self.written[start..].strip_prefix(&[LIST])?;
        let mut joined = String::new();
        while let Some(text) = rest.strip_prefix(&[TEXT]) {
            let (length, text) = length_of(text)?;
            let (text, behind) = text.split_at_checked(length)?;
            if !joined.is_empty() {
                joined.push(',');
            }
            joined.push_str(std::str::from_utf8(text).ok()?);
            rest = behind;
        }
        (rest == [END]).then_some(joined)
    }

    fn framed(&mut self, sort: u8, text: &str) {
        self.written.push(sort);
        let mut length = text.len();
        while length > 0x7f {
            self.written.push(length.to_le_bytes()[0] | 0x80);
            length >>= 7;
        }
        self.written.push(length.to_le_bytes()[0]);
        self.written.extend_from_slice(text.as_bytes());
    }
}

/// The length written at the head of `bytes`, and what follows it.
fn length_of(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let last = bytes.iter().position(|byte| byte & 0x80 == 0)?;
    let length = bytes[..=last].iter().rev().fold(0, |length, byte| length << 7 | usize::from(byte & 0x7f));
    Some((length, &bytes[last + 1..]))
}

/// Writes a JSON value as it is read.
pub(crate) struct Value<'m>(pub(crate) &'m mut Meaning);

impl<'de> DeserializeSeed<'de> for Value<'_> {
    type Value = Said;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Said, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Value<'_> {
    fn shown(self, value: impl fmt::Display) -> Said {
        let mut text = String::new();
        // Writing into a String does not fail.
        let _ = write!(text, "{value}");
        self.0.text(&text)
    }
}

impl<'de> Visitor<'de> for Value<'_> {
    type Value = Said;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_str<E>(self, text: &str) -> Result<Said, E> {
        Ok(self.0.text(text))
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Said, E> {
        Ok(self.0.text(if flag { "true" } else { "false" }))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Said, E> {
        Ok(self.shown(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Said, E> {
        Ok(self.shown(number))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Said, E> {
        Ok(self.shown(number))
    }

    fn visit_unit<E>(self) -> Result<Said, E> {
        Ok(self.0.text(""))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Said, A::Error> {
        let meaning = self.0;
        meaning.written.push(LIST);
        let mut said = Said::Nothing;
        while seq.next_element_seed(Value(&mut *meaning))?.is_some() {
            said = Said::Much;
        }
        meaning.written.push(END);
        Ok(said)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Said, A::Error> {
        members(self.0, map, |meaning, _, map| map.next_value_seed(Value(meaning)))
    }
}

/// Writes an object's members as they are read; `value` reads and writes that of a name.
pub(crate) fn members<'de, A: MapAccess<'de>>(
    meaning: &mut Meaning,
    mut map: A,
    mut value: impl FnMut(&mut Meaning, &str, &mut A) -> Result<Said, A::Error>,
) -> Result<Said, A::Error> {
    let object = meaning.begin();
    while let Some(Name(name)) = map.next_key()? {
        meaning.member(&name, |meaning| value(meaning, &name, &mut map))?;
    }
    Ok(meaning.end(&object))
}

/// A member's name, borrowed unless it holds an escape.
#[derive(serde::Deserialize)]
struct Name<'r>(#[serde(borrow)] Cow<'r, str>);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_a_value_is_written_does_not_matter() {
        for (one, other) in [
            (r#"{"a":1,"b":{"c":2,"d":3}}"#, r#"{ "b" : {"d":3,"c":2}, "a":1 }"#),
            (r#"{"a":"x/y"}"#, r#"{"\u0061":"x\/y"}"#),
            (r#"{"a":1,"b":true}"#, r#"{"a":"1","b":"true"}"#),
            (r#"{"a":null,"b":"","c":{},"d":[],"e":{"f":null}}"#, "{}"),
        ] {
            assert_eq!(digest(one.as_bytes()), digest(other.as_bytes()), "{one}");
        }
    }

    #[test]
    fn what_it_says_does() {
        let said = [
            "{}",
            r#"{"a":"b"}"#,
            r#"{"a":["b"]}"#,
            r#"{"a":{"b":"b"}}"#,
            r#"{"a":"b","c":"d"}"#,
            r#"{"a":"d","c":"b"}"#,
            r#"{"a":["b","c"]}"#,
            r#"{"a":["c","b"]}"#,
            r#"{"a":["bc"]}"#,
            r#"{"a":[["b"],"c"]}"#,
            r#"{"a":[["b","c"]]}"#,
            r#"{"ab":"b"}"#,
            r#"{"a":1.5}"#,
            r#"{"a":15}"#,
            r#"{"a":[null]}"#,
            r#"["a","b"]"#,
        ];
        for (at, one) in said.iter().enumerate() {
            for other in &said[at + 1..] {
                assert_ne!(digest(one.as_bytes()), digest(other.as_bytes()), "{one} {other}");
            }
        }
    }

    #[test]
    fn what_is_no_json_or_too_deep_counts_by_its_bytes() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        for body in [b"\xff".as_slice(), b"{", deep.as_bytes()] {
            assert_eq!(digest(body), Digest::of([body]));
        }
    }
}
