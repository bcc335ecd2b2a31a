//! What a standard item says, in whichever envelope and under whichever key it came.
//!
//! One report comes to two sources under two keys, as JSON here and as a form there, and again after a key was rolled.
//! All of them are one content: the item's signature is no part of it, nor is the envelope's `live`, and a form's
//! parameters stand where the JSON item has them.

use std::borrow::Cow;

use payhook_domain::identity::Digest;

use super::form::ADDITIONAL;
use super::item::{Fields, StandardItem};
use crate::meaning::{Meaning, Said};
use crate::reader::{Reader, Token};
use crate::scalar::Scalar;

/// The one member of `additionalData` that is left out.
const SIGNATURE: &str = "hmacSignature";

/// Room for what most items say, in bytes.
const ROOM: usize = 960;

/// Most members of an item that are put in order; real ones have fewer than two hundred. An item of more counts by its bytes.
const MEMBERS_MAX: usize = 2_048;

/// The digest of everything the item says.
pub(super) fn digest(item: &StandardItem<'_>) -> Digest {
    Digest::of([item.said.as_deref().unwrap_or(item.raw)])
}

/// Reads the members of an item, of which `fields` takes its own, and writes what they say. A form has `operations` as
/// one text with commas, and so it is written here. Nothing when it is no JSON, nothing inside when it has no meaning.
pub(super) fn read<'r>(reader: &mut Reader<'r>, fields: &mut Fields<'r>) -> Option<Option<Vec<u8>>> {
    let mut meaning = Meaning::of_members(ROOM, MEMBERS_MAX);
    meaning.object(reader, |meaning, reader, name, token| match name {
        "amount" => amount(reader, token, fields, meaning),
        "additionalData" => additional(reader, token, fields, meaning),
        "operations" => meaning.joined(token, reader),
        _ => {
            fields.meet(name, || Scalar::of(token));
            meaning.value(token, reader)
        }
    })?;
    Some(meaning.written())
}

fn amount<'r>(
    reader: &mut Reader<'r>,
    token: Token<'r>,
    fields: &mut Fields<'r>,
    meaning: &mut Meaning,
) -> Option<Said> {
    fields.meet_amount(token);
    if token != Token::Object {
        return meaning.value(token, reader);
    }
    meaning.object(reader, |meaning, reader, name, token| {
        fields.meet_in_amount(name, || Scalar::of(token));
        meaning.value(token, reader)
    })
}

fn additional<'r>(
    reader: &mut Reader<'r>,
    token: Token<'r>,
    fields: &mut Fields<'r>,
    meaning: &mut Meaning,
) -> Option<Said> {
    fields.meet_additional(token);
    if token != Token::Object {
        return meaning.value(token, reader);
    }
    meaning.object(reader, |meaning, reader, key, token| {
        fields.meet_in_additional(key, || Scalar::of(token));
        if key == SIGNATURE {
            return reader.pass_over(token).map(|()| Said::Nothing);
        }
        meaning.value(token, reader)
    })
}

/// Writes what the parameters of a form say, each where the JSON item has it.
pub(super) fn of_form(pairs: &[(Cow<'_, str>, Cow<'_, str>)]) -> Option<Vec<u8>> {
    let mut meaning = Meaning::of_members(ROOM, MEMBERS_MAX);
    let all = || pairs.iter().map(|(name, value)| (name.as_ref(), value.as_ref()));
    let item = meaning.begin();
    for (name, value) in all() {
        if !matches!(name, "live" | "value" | "currency") && !name.starts_with(ADDITIONAL) {
            text(&mut meaning, name, value)?;
        }
    }
    group(&mut meaning, "amount", all().filter(|(name, _)| matches!(*name, "value" | "currency")))?;
    let additional = all().filter_map(|(name, value)| Some((name.strip_prefix(ADDITIONAL)?, value)));
    group(&mut meaning, "additionalData", additional.filter(|(key, _)| *key != SIGNATURE))?;
    meaning.end(&item);
    meaning.written()
}

fn group<'r>(meaning: &mut Meaning, name: &str, members: impl Iterator<Item = (&'r str, &'r str)>) -> Option<()> {
    meaning.member(name, |meaning| {
        let group = meaning.begin();
        for (name, value) in members {
            text(meaning, name, value)?;
        }
        Some(meaning.end(&group))
    })
}

fn text(meaning: &mut Meaning, name: &str, value: &str) -> Option<()> {
    meaning.member(name, |meaning| Some(meaning.text(value)))
}
