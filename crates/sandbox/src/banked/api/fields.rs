//! Reads a body's fields and takes down every mistake in them, so that all are told at once.

use std::fmt::Display;

use serde_json::{Map, Value};
use url::Url;

use super::reply::{Mistake, Refusal};
use crate::banked::webhook::rules;

/// Longest text of any field, in bytes.
const TEXT_BYTES_MAX: usize = 2_048;

/// The body as an object.
pub(super) fn object(body: &[u8]) -> Result<Map<String, Value>, Refusal> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(Refusal::unreadable("the body must be a JSON object")),
        Err(error) => Err(Refusal::unreadable(format!("the body is not JSON: {error}"))),
    }
}

/// The fields of one object. What is wrong is taken down, and something harmless is read in its place.
pub(super) struct Fields<'v> {
    object: &'v Map<String, Value>,
    /// What stands before a field's name in messages: `payee.`.
    place: String,
    mistakes: Vec<Mistake>,
}

impl<'v> Fields<'v> {
    pub(super) fn of(object: &'v Map<String, Value>) -> Self {
        Self { object, place: String::new(), mistakes: Vec::new() }
    }

    /// What was read, if nothing was wrong.
    pub(super) fn done<T>(self, read: T) -> Result<T, Refusal> {
        if self.mistakes.is_empty() { Ok(read) } else { Err(Refusal::invalid(self.mistakes)) }
    }

    /// Takes down that a field is wrong.
    pub(super) fn wrong(&mut self, name: &str, message: impl Display) {
        let message = format!("{}{name} {message}", self.place);
        self.mistakes.push(Mistake { code: "invalid", message });
    }

    /// A field that is there; `null` is as good as absent.
    pub(super) fn value(&self, name: &str) -> Option<&'v Value> {
        self.object.get(name).filter(|value| !value.is_null())
    }

    /// A text that must be there and say something.
    pub(super) fn text(&mut self, name: &str) -> String {
        let text = self.optional_text(name);
        if text.as_ref().is_none_or(|text| text.trim().is_empty()) && !self.is_wrong_type(name) {
            self.missing(name);
        }
        text.unwrap_or_default()
    }

    /// A text that may be absent.
    pub(super) fn optional_text(&mut self, name: &str) -> Option<String> {
        match self.value(name)? {
            Value::String(text) if text.len() <= TEXT_BYTES_MAX => return Some(text.clone()),
            Value::String(_) => self.wrong(name, format_args!("is longer than {TEXT_BYTES_MAX} bytes")),
            _ => self.wrong(name, "must be a text"),
        }
        None
    }

    /// A text of so many digits that may be absent.
    pub(super) fn optional_digits(&mut self, name: &str, least: usize, most: usize) -> Option<String> {
        let text = self.optional_text(name)?;
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        if !digits || !(least..=most).contains(&text.len()) {
            let number = if least == most { least.to_string() } else { format!("{least} to {most}") };
            self.wrong(name, format_args!("must be {number} digits"));
        }
        Some(text)
    }

    /// A whole number from 1 to `most` that must be there.
    pub(super) fn number(&mut self, name: &str, most: i64) -> i64 {
        let number = self.value(name).map(Value::as_i64);
        match number {
            Some(Some(number)) if (1..=most).contains(&number) => return number,
            Some(_) => self.wrong(name, format_args!("must be a whole number from 1 to {most}")),
            None => self.missing(name),
        }
        1
    }

    /// Yes or no; absent is no.
    pub(super) fn flag(&mut self, name: &str) -> bool {
        let flag = self.value(name).map(Value::as_bool);
        if flag == Some(None) {
            self.wrong(name, "must be true or false");
        }
        flag.flatten().unwrap_or(false)
    }

    /// An address of the web that must be there.
    pub(super) fn web_address(&mut self, name: &str) -> String {
        let text = self.text(name);
        if !text.is_empty() && !Url::parse(&text).is_ok_and(|url| matches!(url.scheme(), "http" | "https")) {
            self.wrong(name, "must be a URL that begins with https:// or http://");
        }
        text
    }

    /// An address that notifications can go to: HTTPS, except on the sandbox's own machine.
    pub(super) fn target(&mut self, name: &str) -> String {
        let text = self.text(name);
        if !text.is_empty() && !rules::can_lead_to(&text) {
            self.wrong(name, "must be a URL that begins with https://; http:// is taken for localhost alone");
        }
        text
    }

    /// A list with 1 to `most` entries that must be there.
    pub(super) fn list(&mut self, name: &str, most: usize) -> &'v [Value] {
        match self.value(name) {
            Some(Value::Array(list)) if (1..=most).contains(&list.len()) => return list,
            Some(_) => self.wrong(name, format_args!("must be a list of 1 to {most} entries")),
            None => self.missing(name),
        }
        &[]
    }

    /// Reads a field that is an object by `read`; nothing when it is absent.
    pub(super) fn inside<T>(&mut self, name: &str, read: impl FnOnce(&mut Fields<'v>) -> T) -> Option<T> {
        let value = self.value(name)?;
        self.entry(name, value, read)
    }

    /// Reads a value of this object's by `read`, with `name` before its fields' names.
    pub(super) fn entry<T>(
        &mut self,
        name: &str,
        value: &'v Value,
        read: impl FnOnce(&mut Fields<'v>) -> T,
    ) -> Option<T> {
        let Value::Object(object) = value else {
            self.wrong(name, "must be an object");
            return None;
        };
        let mut fields = Fields { object, place: format!("{}{name}.", self.place), mistakes: Vec::new() };
        let read = read(&mut fields);
        self.mistakes.append(&mut fields.mistakes);
        Some(read)
    }

    /// Takes down that a field is not there.
    pub(super) fn missing(&mut self, name: &str) {
        let message = format!("{}{name} is missing", self.place);
        self.mistakes.push(Mistake { code: "missing", message });
    }

    fn is_wrong_type(&self, name: &str) -> bool {
        self.value(name).is_some_and(|value| value.as_str().is_none_or(|text| text.len() > TEXT_BYTES_MAX))
    }
}
