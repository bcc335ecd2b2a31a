//! What a standard item says, in whichever envelope and under whichever key it came.
//!
//! One report comes to two sources under two keys, as JSON here and as a form there, and again after a key was rolled.
//! All of them are one content: the item's signature is no part of it, nor is the envelope's `live`, and a form's
//! parameters stand where the JSON item has them.

use std::convert::Infallible;
use std::fmt;

use payhook_domain::identity::Digest;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};

use super::form;
use super::item::StandardItem;
use crate::meaning::{Meaning, Said, Value, members};

/// The one member of `additionalData` that is left out.
const SIGNATURE: &str = "hmacSignature";

/// What a form's parameters of `additionalData` begin with.
const ADDITIONAL: &str = "additionalData.";

/// The digest of everything the item says.
pub(super) fn digest(item: &StandardItem<'_>) -> Digest {
    let mut meaning = Meaning::with_room_for(item.raw.len());
    let written = match item.at {
        Some(_) => write_json(item.raw, &mut meaning),
        None => write_form(item.raw, &mut meaning),
    };
    written.map_or_else(|| Digest::of([item.raw]), |()| meaning.digest())
}

/// The item's members. A form has `operations` as one text with commas, and so it is written here.
fn write_json(raw: &[u8], meaning: &mut Meaning) -> Option<()> {
    let mut json = serde_json::Deserializer::from_str(std::str::from_utf8(raw).ok()?);
    json.deserialize_map(Item(meaning)).and_then(|_| json.end()).ok()
}

/// The parameters, each where the JSON item has it.
fn write_form(body: &[u8], meaning: &mut Meaning) -> Option<()> {
    let pairs = form::pairs(body)?;
    let all = || pairs.iter().map(|(name, value)| (name.as_ref(), value.as_ref()));
    let item = meaning.begin();
    for (name, value) in all() {
        if !matches!(name, "live" | "value" | "currency") && !name.starts_with(ADDITIONAL) {
            text(meaning, name, value);
        }
    }
    group(meaning, "amount", all().filter(|(name, _)| matches!(*name, "value" | "currency")));
    let additional = all().filter_map(|(name, value)| Some((name.strip_prefix(ADDITIONAL)?, value)));
    group(meaning, "additionalData", additional.filter(|(key, _)| *key != SIGNATURE));
    meaning.end(&item);
    Some(())
}

fn group<'r>(meaning: &mut Meaning, name: &str, members: impl Iterator<Item = (&'r str, &'r str)>) {
    member(meaning, name, |meaning| {
        let group = meaning.begin();
        members.for_each(|(name, value)| text(meaning, name, value));
        meaning.end(&group)
    });
}

fn text(meaning: &mut Meaning, name: &str, value: &str) {
    member(meaning, name, |meaning| meaning.text(value));
}

fn member(meaning: &mut Meaning, name: &str, value: impl FnOnce(&mut Meaning) -> Said) {
    let Ok(()) = meaning.member(name, |meaning| Ok::<_, Infallible>(value(meaning)));
}

/// Reads and writes the item.
struct Item<'m>(&'m mut Meaning);

impl<'de> Visitor<'de> for Item<'_> {
    type Value = Said;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an item")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Said, A::Error> {
        members(self.0, map, |meaning, name, map| match name {
            "additionalData" => map.next_value_seed(Additional(meaning)),
            "operations" => map.next_value_seed(Operations(meaning)),
            _ => map.next_value_seed(Value(meaning)),
        })
    }
}

/// Reads and writes `additionalData`, which is an object or absent in every item that was read.
struct Additional<'m>(&'m mut Meaning);

impl<'de> DeserializeSeed<'de> for Additional<'_> {
    type Value = Said;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Said, D::Error> {
        deserializer.deserialize_option(self)
    }
}

impl<'de> Visitor<'de> for Additional<'_> {
    type Value = Said;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("additional data")
    }

    fn visit_none<E>(self) -> Result<Said, E> {
        Ok(Said::Nothing)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Said, D::Error> {
        deserializer.deserialize_map(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Said, A::Error> {
        members(self.0, map, |meaning, name, map| match name {
            SIGNATURE => map.next_value::<IgnoredAny>().map(|_| Said::Nothing),
            _ => map.next_value_seed(Value(meaning)),
        })
    }
}

/// Reads and writes `operations`.
struct Operations<'m>(&'m mut Meaning);

impl<'de> DeserializeSeed<'de> for Operations<'_> {
    type Value = Said;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Said, D::Error> {
        self.0.joined(deserializer)
    }
}
