//! What a JSON value says, apart from how it is written.
//!
//! Two senders of one fact differ in the order of members, in white space and escapes, in numbers as text. None of that
//! makes another fact. Empty text, `null`, and what holds nothing else say as much as absence does.

use std::borrow::Cow;
use std::fmt;

use payhook_domain::identity::Digest;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

/// A value, borrowed from the body unless an escape or a number stands in the way.
#[derive(Debug, PartialEq)]
pub(crate) enum Meaning<'r> {
    /// A scalar's text; empty for `null`.
    Text(Cow<'r, str>),
    /// An array, in order.
    List(Vec<Meaning<'r>>),
    /// An object's members that say something, in the order received.
    Members(Vec<Member<'r>>),
}

/// One member of an object: its name and what it says.
pub(crate) type Member<'r> = (Cow<'r, str>, Meaning<'r>);

/// The digest of what a body says, or of its bytes where it is no JSON or nested beyond reason (128 deep).
pub(crate) fn digest(body: &[u8]) -> Digest {
    serde_json::from_slice::<Meaning<'_>>(body)
        .map_or_else(|_| Digest::of([body]), |meaning| meaning.digest(body.len()))
}

impl Meaning<'_> {
    /// Whether it says nothing.
    pub(crate) fn is_empty(&self) -> bool {
        match self {
            Self::Text(text) => text.is_empty(),
            Self::List(elements) => elements.is_empty(),
            Self::Members(members) => members.is_empty(),
        }
    }

    /// The digest, whatever the order of members. `size` is about how many bytes were read.
    pub(crate) fn digest(mut self, size: usize) -> Digest {
        let mut framed = Vec::with_capacity(size);
        self.write(&mut framed);
        Digest::of([framed.as_slice()])
    }

    /// Each value as its sort and its length before what it holds, so that no two values are written alike.
    fn write(&mut self, into: &mut Vec<u8>) {
        match self {
            Self::Text(text) => framed(b't', text, into),
            Self::List(elements) => {
                head(b'l', elements.len(), into);
                elements.iter_mut().for_each(|element| element.write(into));
            }
            Self::Members(members) => {
                // stable, so that a name that stands twice keeps its order
                members.sort_by(|(one, _), (other, _)| one.cmp(other));
                head(b'm', members.len(), into);
                for (name, meaning) in members {
                    framed(b'n', name, into);
                    meaning.write(into);
                }
            }
        }
    }
}

fn head(sort: u8, len: usize, into: &mut Vec<u8>) {
    into.push(sort);
    into.extend_from_slice(&(len as u64).to_be_bytes());
}

fn framed(sort: u8, text: &str, into: &mut Vec<u8>) {
    head(sort, text.len(), into);
    into.extend_from_slice(text.as_bytes());
}

impl<'de: 'r, 'r> Deserialize<'de> for Meaning<'r> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(MeaningVisitor)
    }
}

struct MeaningVisitor;

impl<'de> Visitor<'de> for MeaningVisitor {
    type Value = Meaning<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Meaning::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Meaning::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Self::Value, E> {
        Ok(Meaning::Text(Cow::Borrowed(if flag { "true" } else { "false" })))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Meaning::Text(Cow::Owned(number.to_string())))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Meaning::Text(Cow::Owned(number.to_string())))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Meaning::Text(Cow::Owned(number.to_string())))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Meaning::Text(Cow::Borrowed("")))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = seq.next_element()? {
            elements.push(element);
        }
        Ok(Meaning::List(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(Name(name)) = map.next_key()? {
            let meaning: Meaning<'de> = map.next_value()?;
            if !meaning.is_empty() {
                members.push((name, meaning));
            }
        }
        Ok(Meaning::Members(members))
    }
}

/// A member's name, borrowed unless it holds an escape.
struct Name<'r>(Cow<'r, str>);

impl<'de: 'r, 'r> Deserialize<'de> for Name<'r> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match deserializer.deserialize_str(MeaningVisitor)? {
            Meaning::Text(name) => Ok(Self(name)),
            Meaning::List(_) | Meaning::Members(_) => Err(serde::de::Error::custom("a name is text")),
        }
    }
}

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
