//! One JSON scalar, read without caring how it was typed.
//!
//! Providers write the same value as a number here and as text there, and now and then as `null`. A field read through
//! [`Scalar`] takes all of them, borrows from the body where it can, and never fails: what cannot be a scalar becomes
//! [`Scalar::Odd`], for the caller to refuse or to pass over.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::reader::Token;

/// The text a JSON scalar stands for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Scalar<'r> {
    /// Not there, or `null`.
    #[default]
    Absent,
    /// A string as decoded; whole numbers and booleans as JSON writes them.
    Text(Cow<'r, str>),
    /// An object, an array, or a number that is not a whole one.
    Odd,
}

impl<'r> Scalar<'r> {
    /// What a value is that begins with `token`; nothing when it is a string that holds half a character, or a number out
    /// of bounds.
    pub(crate) fn of(token: Token<'r>) -> Option<Self> {
        Some(match token {
            Token::Null => Self::Absent,
            Token::Flag(flag) => Self::Text(Cow::Borrowed(flag)),
            Token::Number(number) if is_whole(number) => Self::Text(Cow::Borrowed(number)),
            Token::Number(number) => near(number).map(|_| Self::Odd)?,
            Token::Text(text) => Self::Text(text.decoded()?),
            Token::Object | Token::List => Self::Odd,
        })
    }

    /// The text, when there is one; `null`, absence and oddities read alike.
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Absent | Self::Odd => None,
        }
    }

    /// The text when there is one and it is not empty.
    pub(crate) fn filled(&self) -> Option<&str> {
        self.text().filter(|text| !text.is_empty())
    }

    /// `true` and `false`, written as a boolean or as text.
    pub(crate) fn flag(&self) -> Option<bool> {
        match self.text()? {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        }
    }

    /// The text with absence as the empty text; nothing for an oddity.
    pub(crate) fn or_empty(self) -> Option<Cow<'r, str>> {
        match self {
            Self::Absent => Some(Cow::Borrowed("")),
            Self::Text(text) => Some(text),
            Self::Odd => None,
        }
    }
}

/// Whether a number as JSON writes it is a whole one of 64 bits: there is one way to write those.
pub(crate) fn is_whole(number: &str) -> bool {
    number != "-0" && (number.parse::<i64>().is_ok() || number.parse::<u64>().is_ok())
}

/// The number that a number as JSON writes it comes near to; nothing when it is out of bounds.
pub(crate) fn near(number: &str) -> Option<f64> {
    serde_json::from_str(number).ok()
}

impl<'de: 'r, 'r> Deserialize<'de> for Scalar<'r> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScalarVisitor)
    }
}

struct ScalarVisitor;

impl<'de> Visitor<'de> for ScalarVisitor {
    type Value = Scalar<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Scalar::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Scalar::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Self::Value, E> {
        Ok(Scalar::Text(Cow::Borrowed(if flag { "true" } else { "false" })))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Scalar::Text(Cow::Owned(number.to_string())))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Scalar::Text(Cow::Owned(number.to_string())))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(Scalar::Odd)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Scalar::Absent)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Scalar::Odd)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Scalar::Odd)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reader::Reader;

    /// As both ways of reading see it.
    fn read(json: &str) -> Scalar<'_> {
        let scalar = serde_json::from_str(json).expect("JSON");
        let token = Reader::new(json.as_bytes()).expect("text").token().expect("JSON");
        assert_eq!(Scalar::of(token).as_ref(), Some(&scalar), "{json}");
        scalar
    }

    #[test]
    fn a_value_reads_the_same_however_it_is_typed() {
        for (json, text) in [("\"0\"", "0"), ("0", "0"), ("-12", "-12"), ("true", "true"), (r#""a\/b""#, "a/b")] {
            assert_eq!(read(json).text(), Some(text), "{json}");
        }
        assert_eq!(read("null"), Scalar::Absent);
    }

    #[test]
    fn what_is_no_scalar_is_odd_and_not_an_error() {
        for json in ["{}", r#"{"a":[1,{}]}"#, "[1,2]", "1.5", "1e3", "-0", "123456789012345678901234567890"] {
            assert_eq!(read(json), Scalar::Odd, "{json}");
        }
    }
}
