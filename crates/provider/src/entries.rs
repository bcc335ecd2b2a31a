//! A JSON object as its members in order, each value as the bytes it was written with.
//!
//! What signs or edits one member of a body this way changes nothing else in it: no order, no escape, no number.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::value::RawValue;

/// The members of an object.
#[derive(Debug, Default)]
pub(crate) struct Entries<'r>(Vec<(String, Cow<'r, RawValue>)>);

impl<'r> Entries<'r> {
    /// The first value under `name`.
    pub(crate) fn get(&self, name: &str) -> Option<&RawValue> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_ref())
    }

    /// The members, in their order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &RawValue)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_ref()))
    }

    /// Sets the first value under `name`, or adds it at the end.
    pub(crate) fn set(&mut self, name: &str, value: Box<RawValue>) {
        match self.0.iter_mut().find(|(key, _)| key == name) {
            Some((_, place)) => *place = Cow::Owned(value),
            None => self.0.push((name.to_owned(), Cow::Owned(value))),
        }
    }
}

impl<'de: 'r, 'r> Deserialize<'de> for Entries<'r> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EntriesVisitor)
    }
}

struct EntriesVisitor;

impl<'de> Visitor<'de> for EntriesVisitor {
    type Value = Entries<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut entries = Vec::new();
        while let Some((name, value)) = map.next_entry::<String, &'de RawValue>()? {
            entries.push((name, Cow::Borrowed(value)));
        }
        Ok(Entries(entries))
    }
}

impl Serialize for Entries<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value.as_ref())?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn setting_one_member_leaves_the_others_as_written() {
        let mut entries: Entries<'_> = serde_json::from_str(r#"{"b":1.50,"a": "x\/y" ,"b":[ ]}"#).expect("JSON");
        entries.set("a", RawValue::from_string("true".to_owned()).expect("JSON"));
        entries.set("c", RawValue::from_string("null".to_owned()).expect("JSON"));
        let text = serde_json::to_string(&entries).expect("JSON");
        assert_eq!(text, r#"{"b":1.50,"a":true,"b":[ ],"c":null}"#);
    }
}
