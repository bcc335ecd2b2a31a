//! The fields of a request, taken one by one: what is wrong with any is gathered, and what nobody takes is refused by its
//! name.

use serde_json::{Map, Value};

use super::refusal::{InvalidField, Refusal};

/// A JSON object that is being read.
pub(super) struct Fields {
    object: Map<String, Value>,
    /// The path it stands at, with a dot; empty at the top.
    within: String,
    invalid: Vec<InvalidField>,
}

impl Fields {
    /// The body of a request; an empty one says nothing.
    pub(super) fn read(body: &[u8]) -> Result<Self, Refusal> {
        let value = if body.is_empty() { Ok(Value::Object(Map::new())) } else { serde_json::from_slice(body) };
        match value {
            Ok(Value::Object(object)) => Ok(Self { object, within: String::new(), invalid: Vec::new() }),
            Ok(_) => Err(Refusal::Unreadable("it is another JSON value".to_owned())),
            Err(error) => Err(Refusal::Unreadable(error.to_string())),
        }
    }

    /// A text of at most so many characters.
    pub(super) fn text(&mut self, name: &str, most: usize) -> Option<String> {
        self.take(name, &format!("must be a text of at most {most} characters"), |value| match value {
            Value::String(text) if text.chars().count() <= most => Some(text.clone()),
            _ => None,
        })
    }

    /// `true` or `false`.
    pub(super) fn flag(&mut self, name: &str) -> Option<bool> {
        self.take(name, "must be true or false", Value::as_bool)
    }

    /// A whole number.
    pub(super) fn number(&mut self, name: &str) -> Option<i64> {
        self.take(name, "must be a whole number", Value::as_i64)
    }

    /// One of these words.
    pub(super) fn word<T: Copy>(&mut self, name: &str, words: &[(&str, T)]) -> Option<T> {
        let named: Vec<_> = words.iter().map(|(word, _)| *word).collect();
        self.take(name, &format!("must be one of {}", named.join(", ")), |value| {
            words.iter().find(|(word, _)| value == word).map(|(_, meaning)| *meaning)
        })
    }

    /// A list of texts, at most so many.
    pub(super) fn texts(&mut self, name: &str, most: usize) -> Option<Vec<String>> {
        self.take(name, &format!("must be a list of at most {most} texts"), |value| {
            let list = value.as_array().filter(|list| list.len() <= most)?;
            list.iter().map(|text| text.as_str().map(str::to_owned)).collect()
        })
    }

    /// An object inside; give it back with [`Fields::leave`].
    pub(super) fn enter(&mut self, name: &str) -> Option<Self> {
        let object = self.take(name, "must be an object", |value| value.as_object().cloned())?;
        Some(Self { object, within: format!("{}{name}.", self.within), invalid: Vec::new() })
    }

    /// Takes over what was found wrong inside.
    pub(super) fn leave(&mut self, inner: Self) {
        self.invalid.extend(inner.all_invalid());
    }

    /// The names that nobody took yet.
    pub(super) fn names(&self) -> Vec<String> {
        self.object.keys().cloned().collect()
    }

    /// Notes that a field has to be there.
    pub(super) fn require(&mut self, name: &str, present: bool) {
        if !present && !self.is_invalid(name) {
            self.wrong(name, "", "is required");
        }
    }

    /// Notes what is wrong with a field.
    pub(super) fn wrong(&mut self, name: &str, value: &str, message: &str) {
        let (name, value, message) = (format!("{}{name}", self.within), value.to_owned(), message.to_owned());
        self.invalid.push(InvalidField { name, value, message });
    }

    /// The end: everything that was wrong, unknown fields among it.
    pub(super) fn close(self) -> Result<(), Refusal> {
        let invalid = self.all_invalid();
        if invalid.is_empty() { Ok(()) } else { Err(Refusal::Invalid(invalid)) }
    }

    fn all_invalid(mut self) -> Vec<InvalidField> {
        for (name, value) in std::mem::take(&mut self.object) {
            self.wrong(&name, &shown(&value), "is not known");
        }
        self.invalid
    }

    fn is_invalid(&self, name: &str) -> bool {
        let name = format!("{}{name}", self.within);
        self.invalid.iter().any(|field| field.name == name)
    }

    /// A field that says `null` says nothing.
    fn take<T>(&mut self, name: &str, message: &str, read: impl FnOnce(&Value) -> Option<T>) -> Option<T> {
        let value = self.object.remove(name).filter(|value| !value.is_null())?;
        let taken = read(&value);
        if taken.is_none() {
            self.wrong(name, &shown(&value), message);
        }
        taken
    }
}

fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_wrong_is_said_at_once_and_by_name() {
        let body = br#"{"url":7,"active":"yes","inner":{"deep":1,"odd":2},"nothing":null,"more":"x"}"#;
        let mut fields = Fields::read(body).expect("an object");
        assert_eq!((fields.text("url", 10), fields.flag("active"), fields.text("nothing", 1)), (None, None, None));
        let mut inner = fields.enter("inner").expect("an object");
        assert_eq!(inner.number("deep"), Some(1));
        fields.leave(inner);
        fields.require("url", false);
        fields.require("type", false);
        let Err(Refusal::Invalid(invalid)) = fields.close() else { panic!("it is all wrong") };
        let said: Vec<_> = invalid.iter().map(|field| (&*field.name, &*field.value, &*field.message)).collect();
        let expected = [
            ("url", "7", "must be a text of at most 10 characters"),
            ("active", "yes", "must be true or false"),
            ("inner.odd", "2", "is not known"),
            ("type", "", "is required"),
            ("more", "x", "is not known"),
        ];
        assert_eq!(said, expected);
    }

    #[test]
    fn what_is_no_object_cannot_be_read() {
        for body in ["[]", "{", "\u{feff}{}", "nul"] {
            assert!(matches!(Fields::read(body.as_bytes()), Err(Refusal::Unreadable(_))), "{body}");
        }
        assert!(Fields::read(b"").is_ok_and(|fields| fields.close().is_ok()));
    }
}
